"""While nobody can be asked who approved, what was last known counts for a while; then the release says what it waits for."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.effects import Happened, Happening, StartDeployment
from bot.core.events import DeploymentPutOff, TimePassed
from bot.core.inputs import Account, Actor, Approve, BeginDeployment, Override
from bot.core.policy import Permission
from bot.core.refusals import AlreadyApproved, NothingToOverride
from bot.core.release import Lifecycle, Surface
from bot.core.unasked import LAST_KNOWN, must_wait, put_off_since, waits_for_directory
from bot.core.words import DIRECTORY
from tests.factories import NOON
from tests.unit.core.values import ALEX, LATER, POLICY, PRIYA, SAM, go, lane, one, reasons, release

AWAY = put_off_since("Slack does not answer")
WAITS = release(1, PRIYA, put_off=AWAY)
OLD = NOON + LAST_KNOWN + timedelta(seconds=1)


def on_the_host(who: Actor) -> Actor:
    return replace(who, surface=Surface.CLI)


@pytest.mark.parametrize(
    ("unasked", "now", "waits"),
    [
        ((), OLD, False),
        (("priya",), NOON + LAST_KNOWN, False),
        (("priya",), OLD, True),
        (("olga",), OLD, False),
    ],
)
def test_what_was_known_when_they_said_it_counts_for_four_hours(
    unasked: tuple[str, ...], now: datetime, *, waits: bool
) -> None:
    there = release(1, PRIYA)
    assert timedelta(hours=4) == LAST_KNOWN
    assert must_wait(lane(there), there, BeginDeployment(1, (PRIYA,), unasked=unasked), POLICY, now) is waits
    assert not must_wait(lane(there), there, BeginDeployment(1, unasked=unasked), POLICY, now)


def test_nobody_is_waited_for_whom_the_rules_do_not_need() -> None:
    more = release(1, PRIYA, ALEX)
    both = (PRIYA, ALEX)
    assert must_wait(lane(more), more, BeginDeployment(1, both, unasked=("priya",)), POLICY, OLD) is False
    assert must_wait(lane(more), more, BeginDeployment(1, both, unasked=("priya", "alex")), POLICY, OLD) is True


def test_whoever_is_gone_does_not_stand_in_for_whoever_cannot_be_asked() -> None:
    more, gone = release(1, PRIYA, ALEX), replace(ALEX, account=Account.DEACTIVATED)
    begins = BeginDeployment(1, (PRIYA, gone), unasked=("priya",))
    assert must_wait(lane(more), more, begins, POLICY, OLD) is True
    alone = release(1, ALEX)
    assert must_wait(lane(alone), alone, BeginDeployment(1, (gone,)), POLICY, OLD) is False, "it is open again at once"


def test_an_open_release_says_what_it_waits_for_and_stays_next() -> None:
    decided = go(lane(release(1, PRIYA)), DeploymentPutOff(1, AWAY))
    assert one(decided) == replace(WAITS, approved_at=LATER)
    assert decided.happenings == (Happening(Happened.DEPLOY_PUT_OFF, 1, detail=AWAY),)
    assert decided.effects == (StartDeployment(1, 1),)
    again = go(decided.lane, DeploymentPutOff(1, put_off_since("timed out")))
    assert again.happenings == (Happening(Happened.DEPLOY_PUT_OFF, 1, detail=put_off_since("timed out"), again=True),)
    assert not waits_for_directory(release(1, put_off="GitHub is down"))


def test_a_deploy_after_such_a_wait_is_the_first_that_is_told_of() -> None:
    begun = go(lane(WAITS), BeginDeployment(1))
    assert begun.happenings == (Happening(Happened.DEPLOY_ATTEMPTED, 1),)
    assert one(begun).put_off is None
    put_off = go(begun.lane, DeploymentPutOff(1, "rate limited"))
    assert put_off.happenings == (Happening(Happened.DEPLOY_PUT_OFF, 1, detail="rate limited"),)


def test_that_somebody_counts_as_last_known_is_on_record() -> None:
    begun = go(lane(release(1, PRIYA)), BeginDeployment(1, (PRIYA,), unasked=("priya",)))
    told = "Slack could not be asked once more about the approvals of priya"
    assert begun.happenings == (Happening(Happened.DEPLOY_ATTEMPTED, 1, detail=told),)


def test_whoever_approved_in_slack_may_say_it_again_on_the_host_while_it_waits() -> None:
    assert reasons(lane(release(1, PRIYA)), Approve(1, on_the_host(PRIYA))) == (AlreadyApproved(),)
    assert reasons(lane(WAITS), Approve(1, PRIYA)) == (AlreadyApproved(),)
    said = go(lane(WAITS), Approve(1, on_the_host(PRIYA)))
    assert [word.surface for word in one(said).standing()] == [Surface.CLI]
    assert one(said).put_off is None
    waits_on = go(said.lane, DeploymentPutOff(1, AWAY))
    assert reasons(waits_on.lane, Approve(1, on_the_host(PRIYA))) == (AlreadyApproved(),)


def test_an_approval_leaves_what_the_ci_system_does_not_take_put_off() -> None:
    there = release(1, PRIYA, put_off="GitHub is down")
    assert one(go(lane(there), Approve(1, ALEX))).put_off == "GitHub is down"


def test_it_can_be_overridden_and_that_stays_on_record() -> None:
    breaks = replace(SAM, permissions=frozenset({Permission.OVERRIDE}))
    assert reasons(lane(release(1, PRIYA)), Override(1, breaks, "it burns")) == (NothingToOverride(),)
    lifted = go(lane(WAITS), Override(1, breaks, "it burns"))
    skipped = one(lifted).override
    assert skipped is not None
    assert (skipped.skipped, one(lifted).put_off) == ((DIRECTORY,), None)
    begun = go(lifted.lane, BeginDeployment(1))
    override = one(begun).override
    assert override is not None
    assert (one(begun).state, override.skipped) == (Lifecycle.DEPLOYING, (DIRECTORY,))


def test_time_alone_does_not_end_the_wait() -> None:
    assert one(go(lane(WAITS), TimePassed())).put_off == AWAY
