"""How a deployed release is verified, as data: what is asked, how often, for how long."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum


class OnFailure(Enum):
    """What follows when verification fails."""

    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Verification:
    """When a deploy that has ended counts as live: healthy at first within `within`, and then for `hold_for`.

    `probe` is what the shell asks; None where only signals from outside tell: then `signal` says whose.
    """

    within: timedelta = timedelta(minutes=5)
    hold_for: timedelta = timedelta(0)
    on_failure: OnFailure = OnFailure.ASK
    probe: "HttpProbe | CommandProbe | None" = None
    signal: "Signal | None" = None


@dataclass(frozen=True, slots=True)
class HttpProbe:
    """An address that answers `status` when the release is well, and optionally names what runs there.

    `equals` is compared with the value at `path` (keys joined by dots) of the JSON body, or without a `path` with the
    whole body; it may hold placeholders.
    """

    url: str
    status: int = 200
    path: str | None = None
    equals: str | None = None


@dataclass(frozen=True, slots=True)
class CommandProbe:
    """A program on this host that ends with 0 when the release is well; it is run again and again."""

    argv: tuple[str, ...]
    timeout: timedelta = timedelta(seconds=30)
    directory: str | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """Whoever watches the environment says by signed webhook how the release is, under a name and with a secret."""

    name: str
    secret_env: str
