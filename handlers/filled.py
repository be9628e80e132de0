"""The form for a request as Slack hands it back: all the state there is of it, and none of it believed yet."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.policy import Kind


@dataclass(frozen=True, slots=True)
class Filled:
    """What somebody has picked and written so far. What was not picked, or cannot have been, is None or empty.

    Attributes:
        kind: which of the forms it is.
        slack: who fills it in, as Slack names them.
        team: the workspace that they belong to.
        service: the name of a service.
        environment: the name of an environment.
        commit: the commit of a build, 40 lowercase hex digits.
        at: when it shall ship at the earliest, in UTC.
        reason: why, without spaces around it.
        channel: where the command was typed.
        undecided: whether the form shows versions and none is picked; then none is proposed either.
    """

    kind: Kind
    slack: str
    team: str | None = None
    service: str | None = None
    environment: str | None = None
    commit: str | None = None
    at: datetime | None = None
    reason: str = ""
    channel: str | None = None
    undecided: bool = False
