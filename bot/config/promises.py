"""What each target guarantees, lane by lane, in the words that `signoff check` prints."""

from datetime import timedelta

from bot.core.policy import LanePolicy, Policy, WhenUnknown
from bot.core.target import BuildbotForce, Command, DeployWebhook, GithubDeployment, GithubGate, GithubWorkflow

_THEN_AT_A_GATE = {
    WhenUnknown.ASK: "then a person is asked in operations",
    WhenUnknown.RESEND: "then it is sent again, which GitHub refuses unless a run waits there",
}
_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def promises(policy: Policy) -> tuple[str, ...]:
    """Return one sentence for each lane, in the order of the file."""
    return tuple(_promise(lane) for lane in policy.lanes())


def _promise(lane: LanePolicy) -> str:
    if lane.target is None:
        return f"{lane.lane}: observed; Signoff deploys nothing there and reports what others do"
    match lane.target:
        case GithubDeployment():
            what = "one deployment at exactly the approved commit"
        case GithubWorkflow(workflow, ref):
            what = f"one run of {workflow} on {ref} with the approved commit as its input `sha`"
        case GithubGate(environment):
            return (
                f"{lane.lane}: the run that waits at {environment} goes on once, at the approved commit and attempt; "
                f"for {_length(lane.lookup_window)} a lost answer is looked up by whether it waits there still, "
                f"{_THEN_AT_A_GATE[lane.when_unknown]}"
            )
        case BuildbotForce(scheduler, builder):
            what = f"one build of {builder} by {scheduler} at exactly the approved commit"
        case DeployWebhook():
            return (
                f"{lane.lane}: one request at exactly the approved commit; where an answer is lost it is sent again "
                "under the same id, after 5 s, 5 min, 30 min and so on, so its receiver must deploy once for an id"
            )
        case Command(argv):
            risk = lane.when_unknown is WhenUnknown.RESEND
            then = "it is run again, at the risk of a second deploy" if risk else "a person is asked in operations"
            return (
                f"{lane.lane}: one run of {argv[0]} on this host; its own record tells after a crash whether it ran "
                f"and how it ended, and where nobody saw that, {then}"
            )
    then = {
        WhenUnknown.ASK: "then a person is asked in operations",
        WhenUnknown.RESEND: "then it is sent again, at the risk of a second deploy",
    }[lane.when_unknown]
    return f"{lane.lane}: {what}; a lost answer is looked up by its key for {_length(lane.lookup_window)}, {then}"


def _length(time: timedelta) -> str:
    seconds = int(time.total_seconds())
    return next(f"{seconds // size} {unit}" for size, unit in _UNITS if seconds % size == 0)
