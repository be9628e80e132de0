"""What each target guarantees, lane by lane, in the words that `signoff check` prints."""

from datetime import timedelta

from bot.core.policy import GithubDeployment, LanePolicy, Policy, WhenUnknown

_UNITS = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))


def promises(policy: Policy) -> tuple[str, ...]:
    """Return one sentence for each lane, in the order of the file."""
    return tuple(_promise(lane) for lane in policy.lanes())


def _promise(lane: LanePolicy) -> str:
    if lane.target is None:
        return f"{lane.lane}: observed; Signoff deploys nothing there and reports what others do"
    if isinstance(lane.target, GithubDeployment):
        what = "one deployment at exactly the approved commit"
    else:
        what = f"one run of {lane.target.workflow} on {lane.target.ref} with the approved commit as its input `sha`"
    then = {
        WhenUnknown.ASK: "then a person is asked in operations",
        WhenUnknown.RESEND: "then it is sent again, at the risk of a second deploy",
    }[lane.when_unknown]
    return f"{lane.lane}: {what}; a lost answer is looked up by its key for {_length(lane.lookup_window)}, {then}"


def _length(time: timedelta) -> str:
    seconds = int(time.total_seconds())
    return next(f"{seconds // size} {unit}" for size, unit in _UNITS if seconds % size == 0)
