"""When time alone changes a release, its card or its lane."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.core.calendar import Dated, Freeze
from bot.core.due import due_at, lane_due_at
from bot.core.lane import Around, Hold, Lane, Lock, Reached, Stop
from bot.core.policy import After, Policy
from bot.core.release import Deployment, DeployStatus, Health, Lifecycle, Override, Release
from bot.core.verification import Verification
from tests.factories import NOON
from tests.unit.core.values import LATER, POLICY, PRIYA, flying, lane, policy, release

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(hours=24)
TONIGHT = NOON + 8 * HOUR
NEVER = policy(expires_after=None, approval_valid_for=None)
READY = release(1, PRIYA, under=NEVER, approved_at=NOON)
HOLD, LOCK = Hold("the sale", NOON, "sam", TONIGHT), Lock("sam", "U0SAM", "a load test", NOON, TONIGHT)
OVERRIDE = Override("sam", "the shop is down", NOON, ())


def frozen(hours: int, since: datetime = NOON, **limits: Any) -> Policy:
    """Return a policy that is frozen from noon on, for so long."""
    when = Dated(since.replace(tzinfo=None), (since + hours * HOUR).replace(tzinfo=None), "UTC")
    return replace(NEVER, freezes=(Freeze("sale", when, **limits),))


def changed(**what: Any) -> Release:
    return replace(READY, **what)


SOAK = replace(NEVER.services[0].lanes[0], after=After("staging", 30 * MINUTE))
SOAKING = Around(reached=(Reached("staging", 1, NOON),))
OPEN: list[tuple[str, Release, Lane, Policy, datetime | None]] = [
    ("it expires", release(), lane(), POLICY, NOON + DAY),
    ("it never expires", release(under=NEVER), lane(), NEVER, None),
    ("its approvals grow old", release(1, PRIYA, approved_at=NOON), lane(), POLICY, NOON + 3 * DAY),
    ("nothing", READY, lane(), NEVER, None),
    ("its undo window ends", READY, lane(), policy(undo_window=HOUR, approval_valid_for=None), NOON + HOUR),
    ("its schedule", changed(scheduled_for=TONIGHT), lane(), NEVER, TONIGHT),
    ("its soak", changed(policy=SOAK), lane(around=SOAKING), NEVER, NOON + 30 * MINUTE),
    ("a freeze ends", READY, lane(), frozen(2), NOON + 2 * HOUR),
    ("not a freeze that it leaves out", changed(override=OVERRIDE), lane(), frozen(2), None),
    ("a freeze begins", READY, lane(), frozen(2, TONIGHT), TONIGHT),
    ("not a freeze elsewhere", READY, lane(), frozen(2, TONIGHT, environments=("staging",)), None),
    ("not one that it will leave out", changed(override=OVERRIDE), lane(), frozen(2, TONIGHT), None),
    ("a hold ends", READY, lane(hold=HOLD), NEVER, TONIGHT),
    ("a hold without an end", READY, lane(hold=replace(HOLD, until=None)), NEVER, None),
    ("a lock ends", READY, lane(lock=LOCK), NEVER, TONIGHT),
    ("nothing ends by itself", READY, lane(around=Around(Stop("sam", "x", NOON))), NEVER, None),
    ("the first of the lane", READY, lane(hold=HOLD, lock=LOCK), frozen(2), NOON + 2 * HOUR),
    ("the first of its own", changed(scheduled_for=NOON + HOUR), lane(hold=HOLD), NEVER, NOON + HOUR),
    ("its own before the lane's", release(), lane(hold=replace(HOLD, until=NOON + 2 * DAY)), POLICY, NOON + DAY),
]


@pytest.mark.parametrize(("there", "where", "under", "due"), [row[1:] for row in OPEN], ids=[row[0] for row in OPEN])
def test_an_open_release_is_due_when(there: Release, where: Lane, under: Policy, due: datetime | None) -> None:
    assert due_at(there, where, under, LATER) == due


def test_what_was_due_before_now_is_due_still() -> None:
    assert due_at(release(), lane(), POLICY, NOON + 2 * DAY) == NOON + DAY


@pytest.mark.parametrize("status", [DeployStatus.ATTEMPTED, DeployStatus.ACCEPTED, DeployStatus.RUNNING])
def test_a_deploy_is_due_when_its_time_has_run_out(status: DeployStatus) -> None:
    assert due_at(flying(1, status), lane(), POLICY, LATER) == NOON + timedelta(minutes=30)


def test_where_a_person_was_asked_time_is_no_answer() -> None:
    assert due_at(flying(1, DeployStatus.UNKNOWN), lane(), POLICY, LATER) is None


def test_a_deploy_without_a_deployment_is_never_due() -> None:
    assert due_at(flying(deployment=None), lane(), POLICY, LATER) is None


def test_what_is_verified_is_due_when_that_ends() -> None:
    rules = policy(verify=Verification(within=10 * MINUTE, hold_for=HOUR))
    verified = release(1, PRIYA, under=rules, state=Lifecycle.VERIFYING, health=Health(NOON))
    assert due_at(verified, lane(), POLICY, LATER) == NOON + 10 * MINUTE
    well = replace(verified, health=Health(NOON, LATER))
    assert due_at(well, lane(), POLICY, LATER) == LATER + HOUR


@pytest.mark.parametrize("state", [state for state in Lifecycle if state.ended])
def test_what_has_ended_is_never_due(state: Lifecycle) -> None:
    ended = release(1, state=state, ended_at=NOON, deployment=Deployment(DeployStatus.SUCCEEDED, NOON))
    assert due_at(ended, lane(hold=HOLD), POLICY, LATER) is None


@pytest.mark.parametrize(
    ("there", "due"),
    [
        (lane(), None),
        (lane(hold=replace(HOLD, until=None)), None),
        (lane(hold=HOLD), TONIGHT),
        (lane(lock=LOCK), TONIGHT - 5 * MINUTE),
        (lane(lock=replace(LOCK, warned=True)), TONIGHT),
        (lane(hold=replace(HOLD, until=LATER), lock=LOCK), LATER),
        (lane(hold=HOLD, lock=LOCK), TONIGHT - 5 * MINUTE),
    ],
)
def test_a_lane_is_due_when_its_hold_or_its_lock_has_something_to_say(there: Lane, due: datetime | None) -> None:
    assert lane_due_at(there) == due
