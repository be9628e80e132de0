"""What a scenario of the demo is made of."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sandbox.scenarios.furniture import Furniture
from sandbox.scenarios.stage import Stage


@dataclass(frozen=True, slots=True)
class Scenario:
    """A company with its past, and what there is to try in it.

    Args:
        name: What `--scenario` takes.
        promise: What it shows, in a line.
        services: Which there are; newcomers see the channel of the first.
        begins: How long ago its story begins.
        policy: The policy file, from the present and the sandbox's address.
        furnish: Makes what was there before anybody asked the bot. Nothing listens yet.
        story: What happened since then, played through the real bot; it ends with the welcome.
    """

    name: str
    promise: str
    services: tuple[str, ...]
    begins: timedelta
    policy: Callable[[datetime, str], str]
    furnish: Callable[[Furniture], None]
    story: Callable[[Stage], Awaitable[None]]
