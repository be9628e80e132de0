"""What people do to a service or to everything: written, audited, told, looked at by every lane; or refused and audited."""

from dataclasses import replace
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from bot.core.inputs import BeginDeployment
from bot.core.lane import Judgement, Mark, Stop
from bot.core.refusals import Refusal, StillBlocked
from bot.core.release import Lifecycle
from bot.submit_service import clear, go_all, quarantine, stop_all
from tests.factories import LANE, NOON, a_build, a_lane_policy
from tests.unit.submitting import SAM, STAGING, Room, two_lanes

NOBODY = replace(SAM, permissions=frozenset())


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """Build 1 waits for an approval in staging and is ready in production."""
    lanes = (a_lane_policy(STAGING), a_lane_policy(approvals=()))
    room = Room(tmp_path / "signoff.db", two_lanes(*lanes)).adopted()
    room.builds(1)
    return room


def ready(room: Room) -> list[str]:
    """Return which deploys would be sent now."""
    return [key for (key,) in room.sql("SELECT key FROM effects WHERE kind = 'deploy' AND state = 'ready'")]


def reasons(decided: object) -> list[str]:
    assert isinstance(decided, Refusal), decided
    return [type(reason).__name__ for reason in decided.reasons]


def test_a_stop_keeps_everything_from_starting_until_it_ends(room: Room) -> None:
    assert ready(room) == ["deploy:R-2:1"]
    shown = dict(room.sql("SELECT release, want FROM cards"))
    stop = room.run(lambda tx, setting: stop_all(tx, SAM, "the network burns", setting))
    assert stop == Stop("sam", "the network burns", NOON)
    assert ready(room) == []
    assert room.submit(BeginDeployment(2)) == Refusal((StillBlocked(),))
    assert dict(room.sql("SELECT release, want FROM cards")) == {number: want + 1 for number, want in shown.items()}
    assert room.run(lambda tx, setting: go_all(tx, SAM, setting)) == stop
    assert ready(room) == ["deploy:R-2:1"]
    assert room.effects("operations") == snapshot(
        [
            (
                "operations:::2026-11-21T12:00:00+00:00:stopped all::sam",
                "operations:",
                None,
                '{"happening":{"kind":"stopped all","release":null,"by":"sam","detail":"the network burns","other":null,"url":null,"again":false},"service":null,"environment":null,"to":null}',
                "ready",
            ),
            (
                "operations:::2026-11-21T12:00:00+00:00:let go again::sam",
                "operations:",
                None,
                '{"happening":{"kind":"let go again","release":null,"by":"sam","detail":"the network burns","other":null,"url":null,"again":false},"service":null,"environment":null,"to":null}',
                "ready",
            ),
        ]
    )
    assert [row for row in room.audited() if row[1] == "sam"] == snapshot(
        [
            (
                "stopped all",
                "sam",
                "button",
                None,
                None,
                '{"detail":"the network burns","host_user":null,"saw":"saw-1","slack":"U0SAM"}',
            ),
            (
                "let go again",
                "sam",
                "button",
                None,
                None,
                '{"detail":"the network burns","host_user":null,"saw":"saw-1","slack":"U0SAM"}',
            ),
        ]
    )


def test_whoever_may_not_stop_or_let_go_is_refused_on_the_record(room: Room) -> None:
    assert reasons(room.run(lambda tx, setting: stop_all(tx, NOBODY, "", setting))) == ["NotPermitted", "NoReason"]
    assert reasons(room.run(lambda tx, setting: go_all(tx, NOBODY, setting))) == ["NotPermitted", "NotStopped"]
    assert room.run(lambda tx, _: tx.gates.stop()) is None
    assert ready(room) == ["deploy:R-2:1"]
    assert [row for row in room.audited() if row[1] == "sam"] == snapshot(
        [
            (
                "refused",
                "sam",
                "button",
                None,
                None,
                '{"act":"StopAll","host_user":null,"reasons":"NotPermitted, NoReason","saw":"saw-1","slack":"U0SAM"}',
            ),
            (
                "refused",
                "sam",
                "button",
                None,
                None,
                '{"act":"GoAll","host_user":null,"reasons":"NotPermitted, NotStopped","saw":"saw-1","slack":"U0SAM"}',
            ),
        ]
    )


def test_a_quarantine_holds_for_every_lane_of_the_service_until_it_is_cleared(room: Room) -> None:
    mark = room.run(lambda tx, setting: quarantine(tx, a_build(1), SAM, "it loses money", setting))
    assert mark == Mark(1, Judgement.BAD, (NOON, 1, 1), "1 (0000001)", "sam", "it loses money", NOON)
    assert ready(room) == []
    room.builds(2)
    assert ready(room) == [], "a later build contains it"
    cleared = room.run(lambda tx, setting: clear(tx, a_build(2), SAM, "mended", setting))
    assert cleared == Mark(2, Judgement.CLEARED, (NOON, 2, 1), "2 (0000002)", "sam", "mended", NOON)
    assert ready(room) == ["deploy:R-4:1"]
    assert room.states() == snapshot(
        {
            "staging 1": Lifecycle.SUPERSEDED,
            "production 1": Lifecycle.SUPERSEDED,
            "staging 2": Lifecycle.OPEN,
            "production 2": Lifecycle.OPEN,
        }
    )
    assert room.effects("operations") == snapshot(
        [
            (
                "operations:payments:payments:2026-11-21T12:00:00+00:00:quarantined::sam",
                "operations:payments",
                None,
                '{"happening":{"kind":"quarantined","release":null,"by":"sam","detail":"payments 1 (0000001): it loses money","other":null,"url":null,"again":false},"service":"payments","environment":null,"to":null}',
                "ready",
            ),
            (
                "operations:payments:payments:2026-11-21T12:00:00+00:00:quarantine lifted::sam",
                "operations:payments",
                None,
                '{"happening":{"kind":"quarantine lifted","release":null,"by":"sam","detail":"payments 2 (0000002): mended","other":null,"url":null,"again":false},"service":"payments","environment":null,"to":null}',
                "ready",
            ),
        ]
    )
    assert [row for row in room.audited() if row[1] == "sam"] == snapshot(
        [
            (
                "quarantined",
                "sam",
                "button",
                None,
                None,
                '{"detail":"payments 1 (0000001): it loses money","host_user":null,"saw":"saw-1","service":"payments","slack":"U0SAM"}',
            ),
            (
                "quarantine lifted",
                "sam",
                "button",
                None,
                None,
                '{"detail":"payments 2 (0000002): mended","host_user":null,"saw":"saw-1","service":"payments","slack":"U0SAM"}',
            ),
        ]
    )


def test_whoever_may_not_quarantine_or_clear_is_refused_on_the_record(room: Room) -> None:
    marked = room.run(lambda tx, setting: quarantine(tx, a_build(1), NOBODY, "", setting))
    assert reasons(marked) == ["NotPermitted", "NoReason"]
    cleared = room.run(lambda tx, setting: clear(tx, a_build(1), NOBODY, "well", setting))
    assert reasons(cleared) == ["NotPermitted", "NotQuarantined"]
    assert room.run(lambda tx, _: tx.gates.marks("payments")) == ()
    assert [row for row in room.audited() if row[1] == "sam"] == snapshot(
        [
            (
                "refused",
                "sam",
                "button",
                None,
                None,
                '{"act":"Quarantine","host_user":null,"reasons":"NotPermitted, NoReason","saw":"saw-1","slack":"U0SAM"}',
            ),
            (
                "refused",
                "sam",
                "button",
                None,
                None,
                '{"act":"Clear","host_user":null,"reasons":"NotPermitted, NotQuarantined","saw":"saw-1","slack":"U0SAM"}',
            ),
        ]
    )


def test_a_release_that_is_on_its_way_goes_on(room: Room) -> None:
    room.submit(BeginDeployment(2), LANE)
    room.run(lambda tx, setting: stop_all(tx, SAM, "the network burns", setting))
    assert room.release(2).state is Lifecycle.DEPLOYING
