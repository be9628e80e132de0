"""How the bot says how it is: its pulse, its metrics, and each part that readiness names."""

import platform
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic

from bot import VERSION
from bot.crew import Crew
from handlers.health import Part, down, ill, well
from handlers.metrics import Metrics
from handlers.pulse import Pulse
from handlers.slack.app import SlackConnection


def about() -> Mapping[str, str]:
    """Return what this process is and runs on."""
    return {"version": VERSION, "python": platform.python_version(), "sqlite": sqlite3.sqlite_version}


@dataclass(slots=True)
class Vitals:
    """What is told of the running bot. Words only: no service, repository or person is named."""

    instance: str
    """Random, another at each start: tells two lives of the bot apart in the log."""
    pulse: Pulse = field(default_factory=lambda: Pulse(monotonic))
    started: bool = False
    draining: bool = False
    slack: SlackConnection | None = None
    crew: Crew | None = None
    metrics: Metrics = field(init=False)

    def __post_init__(self) -> None:
        self.metrics = Metrics(lambda: self.pulse.lag, about())

    def parts(self) -> Mapping[str, Part]:
        """Return how each part is that can be told without asking the database."""
        found = {"process": self._process(), "slack": self._slack()}
        if self.crew is not None:
            found["loops"] = ill("failing") if self.crew.failing else well("running")
            found["ci"] = well("answers") if all(watch.well for watch in self.crew.watches) else ill("away")
        return found

    def _process(self) -> Part:
        if self.draining:
            return down("draining")
        return well("started") if self.started else down("starting")

    def _slack(self) -> Part:
        if self.slack is None:
            return ill("away")
        if self.slack.refused:
            return ill("refused")
        if any(one["state"] == "disabled" for one in self.slack.facts["connections"]):
            return ill("disabled")
        return well("connected") if self.slack.well else ill("away")
