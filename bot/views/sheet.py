"""What somebody has picked in the form for a request so far, and what there is to pick from."""

from dataclasses import dataclass
from datetime import datetime

from bot.core.build import Build
from bot.core.lane import Lane
from bot.core.policy import Kind, Person


@dataclass(frozen=True, slots=True)
class Offered:
    """A build that can be picked; `at` is when it passed its pipelines or, to go back to, when it was deployed."""

    build: Build
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """The form as it is filled in, held against today's policy and what is stored.

    Attributes:
        kind: on which way the release goes.
        by: who fills it in.
        service: the service that is picked; one of today's policy, or None.
        lane: the service in the environment that is picked, loaded with the build; None until one is.
        offered: the builds that can be picked, newest first; the picked one is among them.
        build: the build that is picked.
        at: when it shall ship at the earliest, in UTC.
        channel: where the command was typed.
        notes: what could not be taken over from what was picked or typed, as sentences in mrkdwn.
    """

    kind: Kind
    by: Person
    service: str | None = None
    lane: Lane | None = None
    offered: tuple[Offered, ...] = ()
    build: Build | None = None
    at: datetime | None = None
    channel: str | None = None
    notes: tuple[str, ...] = ()
