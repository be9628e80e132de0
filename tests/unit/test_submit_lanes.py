"""What one lane decides and others must know: soaks, rollbacks, marks, the line; each in the transaction of its cause."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from bot.core.build import RunStatus
from bot.core.decide import Decision
from bot.core.effects import TellFailure
from bot.core.events import DeploymentEnded, TimePassed
from bot.core.inputs import (
    BeginDeployment,
    HoldLane,
    LockLane,
    Override,
    Request,
    Retry,
    Schedule,
    SwitchMode,
    UnlockLane,
)
from bot.core.lane import Judgement, Lane, Mark
from bot.core.policy import After, Kind, Mode, NewerBuild
from bot.core.refusals import NeverLiveThere, NotDeployable, Refusal
from bot.core.release import Lifecycle
from bot.intents import enqueue
from bot.ports.agenda import Soak
from bot.ports.store import Transaction
from bot.record import Setting
from bot.submit import adopt, soak_ended
from bot.submit_service import quarantine
from tests.factories import LANE, NOON, a_build, a_lane_policy, a_report
from tests.unit.submitting import PRIYA, SAM, SOAK, STAGED, STAGING, Room, two_lanes

MINUTE = timedelta(minutes=1)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """Staging and production, adopted, nothing live."""
    return Room(tmp_path / "signoff.db").adopted()


def soaked(room: Room) -> list[Soak]:
    """Tell all builds whose soak is over, as the clock does; returns them."""
    soaks = room.run(lambda tx, setting: list(tx.agenda.soaked(setting.now)))
    for soak in soaks:
        room.run(lambda tx, setting, soak=soak: soak_ended(tx, soak, setting))  # type: ignore[misc]
    return soaks


def test_a_build_opens_in_the_lane_after_once_it_has_soaked(room: Room) -> None:
    room.builds(1)
    assert room.states() == {"staging 1": Lifecycle.OPEN}
    room.ships(1)
    assert room.states() == {"staging 1": Lifecycle.LIVE}
    assert room.sql("SELECT environment, subject, due_at, build FROM agenda") == [
        ("production", "build 1", "2026-11-21T12:30:00.000000Z", 1)
    ]
    room.passes(SOAK - MINUTE)
    assert soaked(room) == []
    room.passes(MINUTE)
    assert soaked(room) == [Soak(LANE, 1)]
    assert room.states() == {"staging 1": Lifecycle.LIVE, "production 1": Lifecycle.OPEN}
    assert soaked(room) == [], "it is told once"


def test_without_a_soak_it_opens_in_the_same_transaction(tmp_path: Path) -> None:
    at_once = two_lanes(STAGED, a_lane_policy(after=After("staging")))
    room = Room(tmp_path / "signoff.db", at_once).adopted()
    room.builds(1)
    room.ships(1)
    assert room.states() == {"staging 1": Lifecycle.LIVE, "production 1": Lifecycle.OPEN}
    assert room.sql("SELECT subject FROM agenda WHERE build IS NOT NULL") == []


@pytest.mark.parametrize("status", [RunStatus.FAILED, RunStatus.SUCCEEDED, RunStatus.RUNNING])
def test_a_build_that_changed_while_it_was_deployed_before_opens_nothing_after_it(
    tmp_path: Path, status: RunStatus
) -> None:
    at_once = two_lanes(STAGED, a_lane_policy(after=After("staging"), newer_build=NewerBuild.EACH_MUST_SHIP))
    room = Room(tmp_path / "signoff.db", at_once).adopted()
    room.builds(1)
    room.submit(BeginDeployment(1), STAGING)
    room.reports(a_report(1, attempt=2, status=status))
    room.submit(DeploymentEnded(1, succeeded=True, detail="", url=None), STAGING)
    assert room.release(1).state is Lifecycle.LIVE
    assert "production 1" not in room.states()


def test_of_several_that_soaked_only_the_newest_opens(room: Room) -> None:
    room.builds(1)
    room.ships(1)
    room.passes(MINUTE)
    room.builds(2)
    room.ships(2)
    room.passes(SOAK)
    assert soaked(room) == [Soak(LANE, 1), Soak(LANE, 2)]
    assert room.states() == {
        "staging 1": Lifecycle.LIVE,
        "staging 2": Lifecycle.LIVE,
        "production 2": Lifecycle.OPEN,
    }


def test_a_soak_that_the_policy_has_made_longer_goes_on(room: Room) -> None:
    room.builds(1)
    room.ships(1)
    room.passes(SOAK)
    room.policy = two_lanes(STAGED, a_lane_policy(after=After("staging", 2 * SOAK)))
    assert soaked(room) == [Soak(LANE, 1)]
    assert room.states() == {"staging 1": Lifecycle.LIVE}
    room.passes(SOAK)
    assert soaked(room) == [Soak(LANE, 1)]
    assert room.states() == {"staging 1": Lifecycle.LIVE, "production 1": Lifecycle.OPEN}


def test_a_soak_before_a_lane_that_asks_for_none_any_more_is_forgotten(room: Room) -> None:
    room.builds(1)
    room.ships(1)
    room.passes(SOAK)
    room.policy = two_lanes(STAGED, a_lane_policy())
    assert soaked(room) == [Soak(LANE, 1)]
    assert (soaked(room), room.states()) == ([], {"staging 1": Lifecycle.LIVE})


def test_a_soak_of_what_was_rolled_back_meanwhile_opens_nothing(room: Room) -> None:
    room.builds(1)
    room.ships(1)
    room.run(
        lambda tx, _: tx.lanes.save(
            lane := tx.lanes.load(STAGING), lane.replaced(replace(lane.releases[0], state=Lifecycle.ROLLED_BACK))
        )
    )
    room.passes(SOAK)
    assert soaked(room) == [Soak(LANE, 1)]
    assert room.states() == {"staging 1": Lifecycle.ROLLED_BACK}


def test_what_waits_under_an_older_policy_is_looked_at_when_its_build_arrives_before(room: Room) -> None:
    room.builds(1)
    room.submit(Request(a_build(1), SAM, named=True))
    room.policy = two_lanes(STAGED, a_lane_policy())
    room.run(lambda tx, _: tx.agenda.plan(2, LANE, None))
    room.ships(1)
    assert room.sql("SELECT subject, due_at FROM agenda WHERE environment = 'production'") == [
        ("R-2", "2026-11-21T12:30:00.000000Z")
    ], "its own policy wants half an hour of staging"


def rolled_back(room: Room) -> int:
    """Ship 1 and 2 to production, then go back to 1; returns how often staging's card had been wanted before."""
    room.policy = two_lanes(a_lane_policy(STAGING, approvals=()), a_lane_policy())
    room.builds(1)
    for number in (1, 2):
        approved(room, number)
    room.builds(2)
    approved(room, 4)
    asked = room.submit(Request(room.release(2).build, SAM, named=True, kind=Kind.ROLLBACK, reason="it loses money"))
    assert isinstance(asked, Decision), asked
    room.approves(5)
    wanted = room.sql("SELECT want FROM cards WHERE release = 3")
    room.ships(5)
    return int(wanted[0][0])


def approved(room: Room, number: int) -> None:
    """Approve a release in production, or let one to staging go, and ship it."""
    if room.release(number).lane == LANE:
        room.approves(number)
    room.ships(number)


def test_a_rollback_takes_out_what_was_live_quarantines_it_and_every_lane_looks(tmp_path: Path) -> None:
    room = Room(tmp_path / "signoff.db").adopted()
    wanted = rolled_back(room)
    assert room.states() == snapshot(
        {
            "staging 1": Lifecycle.LIVE,
            "production 1": Lifecycle.LIVE,
            "staging 2": Lifecycle.OPEN,
            "production 2": Lifecycle.ROLLED_BACK,
        }
    )
    (mark,) = room.run(lambda tx, _: tx.gates.marks("payments"))
    assert mark == Mark(1, Judgement.BAD, (NOON, 2, 1), "2 (0000002)", "sam", "it loses money", NOON)
    assert room.effects("tell_rolled_back") == snapshot(
        [("tell_rolled_back:R-5", "tell_rolled_back:R-5", 5, '{"other":4}', "ready")]
    )
    quarantined = [row for row in room.audited() if row[0] == "quarantined"]
    assert quarantined == snapshot(
        [
            (
                "quarantined",
                "sam",
                None,
                None,
                None,
                '{"detail":"payments 2 (0000002): it loses money","service":"payments"}',
            )
        ]
    )
    assert room.sql("SELECT want FROM cards WHERE release = 3") == [(wanted + 1,)], "what waits in staging has looked"


def test_a_rollback_of_what_is_quarantined_already_adds_no_mark(tmp_path: Path) -> None:
    room = Room(tmp_path / "signoff.db", two_lanes(a_lane_policy())).adopted()
    for number in (1, 2):
        room.builds(number)
        room.approves(number)
        room.ships(number)
    room.run(lambda tx, setting: quarantine(tx, a_build(2), PRIYA, "it is slow", setting))
    room.submit(Request(a_build(1), SAM, named=True, kind=Kind.ROLLBACK, reason="it loses money"))
    room.approves(3)
    room.ships(3)
    assert room.states() == {"production 1": Lifecycle.LIVE, "production 2": Lifecycle.ROLLED_BACK}
    assert [mark.reason for mark in room.run(lambda tx, _: tx.gates.marks("payments"))] == ["it is slow"]


def test_a_rollback_marks_what_it_takes_out_though_an_earlier_build_is_quarantined(tmp_path: Path) -> None:
    room = Room(tmp_path / "signoff.db", two_lanes(a_lane_policy())).adopted()
    for number, build in ((1, 1), (2, 3)):
        room.builds(build)
        room.approves(number)
        room.ships(number)
    room.builds(2)
    room.run(lambda tx, setting: quarantine(tx, a_build(2), PRIYA, "it is slow", setting))
    room.submit(Request(a_build(1), SAM, named=True, kind=Kind.ROLLBACK, reason="it loses money"))
    room.approves(3)
    room.ships(3)
    marks = room.run(lambda tx, _: tx.gates.marks("payments"))
    assert [mark.reason for mark in marks] == ["it is slow", "it loses money"]


def test_a_rollback_goes_to_what_was_live_and_not_to_what_was_rebuilt_since(tmp_path: Path) -> None:
    room = Room(tmp_path / "signoff.db", two_lanes(a_lane_policy(rollback=()))).adopted()
    for number in (1, 2):
        room.builds(number)
        room.approves(number)
        room.ships(number)
    room.reports(a_report(1, attempt=2))
    rebuilt = room.run(lambda tx, _: tx.builds.by_id(1))
    assert rebuilt is not None, "it was reported"
    for build in (rebuilt, a_build(1)):  # the artifact that was live is not what would be sent
        refused = room.submit(Request(build, SAM, named=True, kind=Kind.ROLLBACK, reason="it loses money"))
        assert refused == Refusal((NeverLiveThere("1 (0000001)"),))


def test_an_effect_of_a_release_that_is_not_in_the_lane_is_a_mistake_of_ours(room: Room) -> None:
    def work(tx: Transaction, setting: Setting) -> None:
        enqueue(tx, TellFailure(7), Lane(LANE), setting)

    with pytest.raises(LookupError, match=r"^an effect of R-7, which is not in payments/production$"):
        room.run(work)


def test_every_act_is_in_the_audit_with_all_that_was_said(room: Room) -> None:
    room.policy = two_lanes(a_lane_policy())
    room.builds(1)
    until = NOON + timedelta(hours=2)
    room.submit(HoldLane(SAM, "we watch", until))
    room.submit(LockLane(SAM, "load test", until))
    room.submit(SwitchMode(SAM, Mode.OBSERVE, "we move"))
    room.submit(SwitchMode(SAM, Mode.DELIVERY, "we moved"))
    room.submit(Schedule(1, SAM, until))
    room.submit(Override(1, SAM, "it burns"))
    room.submit(Override(1, SAM, ""))
    assert [row for row in room.audited() if row[1] == "sam"] == snapshot(
        [
            (
                "held",
                "sam",
                "button",
                "payments/production",
                None,
                '{"detail":"we watch","host_user":null,"saw":"saw-1","slack":"U0SAM","until":"2026-11-21T14:00:00+00:00"}',
            ),
            (
                "locked",
                "sam",
                "button",
                "payments/production",
                None,
                '{"detail":"load test","host_user":null,"saw":"saw-1","slack":"U0SAM","until":"2026-11-21T14:00:00+00:00"}',
            ),
            (
                "mode switched",
                "sam",
                "button",
                "payments/production",
                None,
                '{"detail":"from delivery to observe: we move","host_user":null,"mode":"observe","saw":"saw-1","slack":"U0SAM"}',
            ),
            (
                "mode switched",
                "sam",
                "button",
                "payments/production",
                None,
                '{"detail":"from observe to delivery: we moved","host_user":null,"mode":"delivery","saw":"saw-1","slack":"U0SAM"}',
            ),
            (
                "refused",
                "sam",
                "button",
                "payments/production",
                1,
                '{"act":"Schedule","at":"2026-11-21T14:00:00+00:00","host_user":null,"reasons":"MayNotCancel","saw":"saw-1","slack":"U0SAM"}',
            ),
            (
                "overridden",
                "sam",
                "button",
                "payments/production",
                1,
                '{"detail":"it burns","host_user":null,"saw":"saw-1","skipped":"1 of qa","slack":"U0SAM"}',
            ),
            (
                "refused",
                "sam",
                "button",
                "payments/production",
                1,
                '{"act":"Override","host_user":null,"reasons":"NoReason, NothingToOverride","saw":"saw-1","slack":"U0SAM"}',
            ),
        ]
    )


def test_the_owner_of_a_lock_is_told_by_whom_it_was_ended_and_operations_are(room: Room) -> None:
    room.submit(LockLane(PRIYA, "load test", NOON + timedelta(hours=1)))
    room.submit(UnlockLane(SAM))
    assert room.effects("operations") == snapshot(
        [
            (
                "operations:payments/production:payments/production:2026-11-21T12:00:00+00:00:unlocked::sam",
                "operations:payments/production",
                None,
                '{"happening":{"kind":"unlocked","release":null,"by":"sam","detail":"priya","other":null,"url":null,"again":false},"service":"payments","environment":"production","to":null}',
                "ready",
            ),
            (
                "operations:U0PRIYA:payments/production:2026-11-21T12:00:00+00:00:unlocked::sam",
                "operations:U0PRIYA",
                None,
                '{"happening":{"kind":"unlocked","release":null,"by":"sam","detail":"priya","other":null,"url":null,"again":false},"service":"payments","environment":"production","to":"U0PRIYA"}',
                "ready",
            ),
        ]
    )


def test_the_owner_of_a_lock_is_told_that_it_ends_soon_and_that_it_has_ended(room: Room) -> None:
    room.submit(LockLane(PRIYA, "load test", NOON + timedelta(hours=1)))
    assert room.sql("SELECT subject, due_at FROM agenda") == [("lane", "2026-11-21T12:55:00.000000Z")]
    room.passes(timedelta(minutes=55))
    room.submit(TimePassed())
    assert room.sql("SELECT subject, due_at FROM agenda") == [("lane", "2026-11-21T13:00:00.000000Z")]
    room.passes(timedelta(minutes=5))
    room.submit(TimePassed())
    assert room.sql("SELECT subject, due_at FROM agenda") == []
    assert room.effects("operations") == snapshot(
        [
            (
                "operations:U0PRIYA:payments/production:2026-11-21T12:55:00+00:00:lock ends soon::",
                "operations:U0PRIYA",
                None,
                '{"happening":{"kind":"lock ends soon","release":null,"by":null,"detail":"priya","other":null,"url":null,"again":false},"service":"payments","environment":"production","to":"U0PRIYA"}',
                "ready",
            ),
            (
                "operations:U0PRIYA:payments/production:2026-11-21T13:00:00+00:00:lock ended::",
                "operations:U0PRIYA",
                None,
                '{"happening":{"kind":"lock ended","release":null,"by":null,"detail":"priya","other":null,"url":null,"again":false},"service":"payments","environment":"production","to":"U0PRIYA"}',
                "ready",
            ),
        ]
    )


def test_whoever_ends_their_own_lock_is_told_nothing(room: Room) -> None:
    room.submit(LockLane(PRIYA, "load test", NOON + timedelta(hours=1)))
    room.submit(UnlockLane(PRIYA))
    assert room.effects("operations") == []


def test_a_reminder_is_kept_once_for_each_of_its_times(tmp_path: Path) -> None:
    lane = a_lane_policy(remind_after=(timedelta(hours=2), timedelta(hours=8)))
    room = Room(tmp_path / "signoff.db", two_lanes(lane)).adopted()
    room.builds(1)
    for _ in range(3):
        room.passes(timedelta(hours=2))
        room.submit(TimePassed())
        room.submit(TimePassed())
    assert room.effects("remind") == [("remind:R-1:1:1", "remind:R-1", 1, "{}", "ready")]
    room.passes(timedelta(hours=2))
    room.submit(TimePassed())
    assert [row[0] for row in room.effects("remind")] == ["remind:R-1:1:1", "remind:R-1:1:2"]


def test_a_retry_is_of_the_build_as_it_is_today(tmp_path: Path) -> None:
    room = Room(tmp_path / "signoff.db", two_lanes(a_lane_policy(mode=Mode.DEPLOYMENT))).adopted()
    room.builds(1)
    room.submit(BeginDeployment(1))
    room.submit(DeploymentEnded(1, succeeded=False, detail="no", url=None))
    assert room.states() == {"production 1": Lifecycle.FAILED}
    room.reports(a_report(1, attempt=2, status=RunStatus.FAILED))
    refused = room.submit(Retry(1, SAM))
    assert isinstance(refused, Refusal), "its pipeline has failed since"
    assert [type(reason) for reason in refused.reasons] == [NotDeployable]


def test_the_line_is_told_once_when_it_breaks_and_once_when_it_is_mended(room: Room) -> None:
    room.builds(1)
    assert room.effects("tell_line") == []
    room.passes(MINUTE)
    room.reports(a_report(2, status=RunStatus.FAILED))
    room.passes(MINUTE)
    room.reports(a_report(3, status=RunStatus.FAILED))
    room.reports(a_report(3, status=RunStatus.FAILED))
    room.passes(MINUTE)
    room.builds(4)
    room.builds(5)
    assert room.effects("tell_line") == [
        ("line:payments:2026-11-21T12:01:00+00:00:broke", "line:payments", None, '{"first":2,"by":null}', "ready"),
        ("line:payments:2026-11-21T12:03:00+00:00:mended", "line:payments", None, '{"first":2,"by":4}', "ready"),
    ]


def test_a_line_that_was_broken_when_the_service_was_first_seen_is_no_news(tmp_path: Path) -> None:
    room = Room(tmp_path / "signoff.db")
    service = room.policy.services[0]
    broken = a_report(1, status=RunStatus.FAILED)
    room.run(lambda tx, setting: adopt(tx, service, [broken], {LANE: None}, setting))
    assert room.effects("tell_line") == []
    room.passes(MINUTE)
    room.builds(2)
    assert [row[0] for row in room.effects("tell_line")] == ["line:payments:2026-11-21T12:01:00+00:00:mended"]


def test_what_time_does_not_change_is_looked_at_again_only_a_minute_later(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.submit.due_at", lambda *_: NOON)
    room.policy = two_lanes(a_lane_policy())
    room.builds(1)
    assert room.sql("SELECT subject, due_at FROM agenda") == [("R-1", "2026-11-21T12:00:00.000000Z")]
    room.submit(TimePassed())
    assert room.sql("SELECT subject, due_at FROM agenda") == [("R-1", "2026-11-21T12:01:00.000000Z")]
