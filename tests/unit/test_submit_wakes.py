"""What a lane did not open it opens once that is allowed: after a switch of its mode, and under another policy."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.core.build import RunStatus
from bot.core.inputs import Reject, SwitchMode
from bot.core.policy import After, Mode, NewerBuild, Policy
from bot.core.release import Lifecycle
from bot.ports.agenda import Soak
from bot.submit import adopt, show_newest, soak_ended
from bot.submit_service import clear, quarantine
from tests.factories import LANE, NOON, a_build, a_lane_policy, a_report
from tests.unit.submitting import AFTERWARDS, PRIYA, SAM, SOAK, STAGED, STAGING, Room, two_lanes

OBSERVED = a_lane_policy(mode=Mode.OBSERVE)
OPEN = {"production 1": Lifecycle.OPEN}
THERE = {"staging 1": Lifecycle.LIVE}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "signoff.db"


def looks(room: Room, policy: Policy) -> None:
    """Put a policy in force; production looks at it, more than once."""
    room.policy = policy
    for _ in range(2):
        room.run(lambda tx, setting: show_newest(tx, LANE, setting))


@pytest.mark.parametrize("mode", [Mode.DELIVERY, Mode.DEPLOYMENT])
def test_a_lane_that_is_not_only_observed_any_more_opens_what_is_newest(path: Path, mode: Mode) -> None:
    room = Room(path, two_lanes(OBSERVED)).adopted()
    room.builds(1)
    assert room.states() == {}
    room.submit(SwitchMode(SAM, mode, "we begin"))
    assert room.states() == OPEN


def test_under_a_policy_that_lets_it_the_newest_opens_once(path: Path) -> None:
    room = Room(path, two_lanes(OBSERVED)).adopted()
    room.builds(1)
    looks(room, two_lanes(a_lane_policy()))
    assert room.states() == OPEN
    room.submit(Reject(1, PRIYA, "not before the fair"))
    looks(room, two_lanes(a_lane_policy()))
    assert room.states() == {"production 1": Lifecycle.REJECTED}, "it had its turn"


def test_what_waited_for_the_environment_before_opens_without_it(path: Path) -> None:
    room = Room(path, two_lanes(STAGED, AFTERWARDS)).adopted()
    room.builds(1)
    looks(room, two_lanes(STAGED, AFTERWARDS))
    assert room.states() == {"staging 1": Lifecycle.OPEN}
    looks(room, two_lanes(STAGED, a_lane_policy()))
    assert room.states() == {"staging 1": Lifecycle.OPEN, **OPEN}


def test_a_soak_that_was_made_shorter_ends_sooner(path: Path) -> None:
    room = Room(path, two_lanes(STAGED, AFTERWARDS)).adopted()
    room.builds(1)
    room.ships(1)
    looks(room, two_lanes(STAGED, a_lane_policy(after=After("staging", SOAK / 2))))
    room.passes(SOAK / 2)
    assert room.run(lambda tx, setting: tuple(tx.agenda.soaked(setting.now))) == (Soak(LANE, 1),)
    room.run(lambda tx, setting: soak_ended(tx, Soak(LANE, 1), setting))
    assert room.states() == THERE | OPEN


def test_a_soak_that_was_taken_out_is_over(path: Path) -> None:
    room = Room(path, two_lanes(STAGED, AFTERWARDS)).adopted()
    room.builds(1)
    room.ships(1)
    looks(room, two_lanes(STAGED, a_lane_policy(after=After("staging"))))
    assert room.states() == THERE | OPEN


@pytest.mark.parametrize("after", [None, After("staging")])
def test_what_is_older_than_the_lane_is_for_us_does_not_open(path: Path, after: After | None) -> None:
    room = Room(path, two_lanes(STAGED)).adopted()
    room.builds(1)
    room.ships(1)
    room.passes(timedelta(hours=1))
    room.policy = two_lanes(STAGED, OBSERVED)
    service = room.policy.services[0]
    room.run(lambda tx, setting: adopt(tx, service, [a_report(1)], {LANE: None}, setting))
    looks(room, two_lanes(STAGED, a_lane_policy(after=after)))
    assert room.states() == THERE
    assert room.now > NOON, "it was built before"


@pytest.mark.parametrize("policy", [two_lanes(STAGED), two_lanes(STAGED, AFTERWARDS)])
def test_where_nothing_is_known_nothing_opens(path: Path, policy: Policy) -> None:
    room = Room(path, policy)
    looks(room, policy)
    looks(room.adopted(), policy)
    room.run(lambda tx, setting: show_newest(tx, STAGING, setting))
    assert room.states() == {}


EACH = a_lane_policy(newer_build=NewerBuild.EACH_MUST_SHIP)


def quarantined(room: Room, *numbers: int) -> Room:
    """Quarantine the first build before the others come, then clear the second."""
    first, second, *_ = numbers
    room.builds(first)
    room.run(lambda tx, setting: quarantine(tx, a_build(first), SAM, "it loses orders", setting))
    room.builds(*numbers[1:])
    room.run(lambda tx, setting: clear(tx, a_build(second), SAM, "mended", setting))
    return room


def test_where_each_must_ship_a_clearing_opens_every_build_from_the_cleared_one_on(path: Path) -> None:
    room = quarantined(Room(path, two_lanes(EACH)).adopted(), 1, 2, 3, 4)
    assert list(room.states()) == ["production 1", "production 2", "production 3", "production 4"]


def test_where_the_latest_wins_a_clearing_opens_the_newest_alone(path: Path) -> None:
    room = quarantined(Room(path, two_lanes(a_lane_policy())).adopted(), 1, 2, 3)
    assert list(room.states()) == ["production 1", "production 3"]


def test_what_had_its_turn_before_a_later_build_was_cleared_has_none_again(path: Path) -> None:
    room = Room(path, two_lanes(EACH)).adopted()
    room.builds(1, 2, 3)
    room.run(lambda tx, setting: quarantine(tx, a_build(1), SAM, "it loses orders", setting))
    room.submit(Reject(2, PRIYA, "not before the fair"))
    room.run(lambda tx, setting: clear(tx, a_build(1), SAM, "it does not", setting))
    assert room.sql("SELECT number, state FROM releases") == [(1, "open"), (2, "rejected"), (3, "open")]


def test_where_nothing_later_is_deployable_a_clearing_opens_nothing(path: Path) -> None:
    room = Room(path, two_lanes(EACH)).adopted()
    room.builds(1)
    room.reports(a_report(2, status=RunStatus.FAILED))
    room.submit(Reject(1, PRIYA, "not before the fair"))
    room.run(lambda tx, setting: quarantine(tx, a_build(2), SAM, "it loses orders", setting))
    room.run(lambda tx, setting: clear(tx, a_build(2), SAM, "it does not", setting))
    assert room.states() == {"production 1": Lifecycle.REJECTED}
