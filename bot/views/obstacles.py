"""Every blocker as a sentence that says who can lift it, or that it goes away by itself."""

from typing import assert_never

from bot.core.approvals import rules_of
from bot.core.blockers import (
    BehindInQueue,
    Blocker,
    BuildNotDeployable,
    LaneBusy,
    LaneNotInPolicy,
    NeedsAnotherApprover,
    WaitsForApproval,
)
from bot.core.build import BuildState, RunStatus
from bot.core.policy import Policy
from bot.core.release import Release
from bot.views.approvers import everybody, rule_label, rule_state
from bot.views.escape import mrkdwn
from bot.views.limits import few
from bot.views.naming import Permalinks, lane_label, named, typed, word
from bot.views.people import authors


def obstacle(blocker: Blocker, release: Release, policy: Policy, permalinks: Permalinks) -> str:
    """Return a blocker of an open release as a sentence, with the way on."""
    environment = word(release.lane.environment)
    match blocker:
        case WaitsForApproval():
            short = blocker.missing
            return f"Waits for {rule_label(short.rule)}: {rule_state(short, release, policy)}."
        case NeedsAnotherApprover():
            who = everybody(rules_of(release, policy.lane(release.lane)), policy)
            return f"Everybody who approved wrote the commit: somebody else must approve too ({who})."
        case LaneBusy():
            busy = named(blocker.release, permalinks)
            return f"{busy} is being deployed to {environment}: this one follows by itself when that has ended."
        case BehindInQueue():
            cancel = typed(policy, f"cancel R-{blocker.release}")
            ahead = named(blocker.release, permalinks)
            return (
                f"{ahead} was opened earlier and goes first: this one follows by itself. "
                f"Its requester or an approver can take it away with {cancel}."
            )
        case BuildNotDeployable():
            return _build(blocker.state, release, policy)
        case LaneNotInPolicy():
            cancel = typed(policy, f"cancel {release.name}")
            return (
                f"The policy no longer names {lane_label(blocker.lane)}: "
                f"whoever keeps the policy file can put it back, or somebody drops the release with {cancel}."
            )
    assert_never(blocker)


def _build(state: BuildState, release: Release, policy: Policy) -> str:
    if state is BuildState.BROKEN:
        bad = [check.pipeline for check in release.build.checks if check.status in _BAD]
        named_bad = few([mrkdwn(name, 100) for name in bad], 5) or "a pipeline"
        who = authors(release.build.authors, policy)
        return f"Its build broke ({named_bad}): its authors ({who}) can run it again or push a mend."
    return "Its pipelines have not all succeeded yet: it goes on by itself when they have."


_BAD = {RunStatus.FAILED, RunStatus.CANCELLED}
