"""Runs schedules by seed: the same seed is the same story, to the last step."""

import hashlib
import random
from dataclasses import dataclass

from simulation.doors import Doors
from simulation.life import Earth
from simulation.loop import VirtualLoop
from simulation.policies import policy
from simulation.story import Story
from simulation.telling import told

POLICY = policy()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one schedule."""

    seed: int
    violation: str | None
    crashes: int
    deploys: int
    seconds: float
    trace: tuple[str, ...]
    tried: frozenset[str] = frozenset()
    """What attackers tried in it, and which upheavals there were."""

    @property
    def sentence(self) -> str:
        """Return what came of it, for people."""
        kept = self.violation or "every promise kept"
        happened = f"{self.deploys} deploys, {self.crashes} crashes, {self.seconds:.0f} s of virtual time"
        return f"seed {self.seed}: {happened}: {kept}"

    @property
    def digest(self) -> str:
        """Return what tells two courses of events apart."""
        return hashlib.sha256("\n".join(self.trace).encode()).hexdigest()


def run(seed: int) -> Outcome:
    """Run one schedule and hold every invariant against it."""
    rng = random.Random(seed)
    loop = VirtualLoop(random.Random(rng.random()))
    stories: list[Story] = []
    doors = Doors()

    async def main() -> None:
        earth = Earth(loop, random.Random(rng.random()), POLICY, doors=doors)
        stories.append(Story(earth, random.Random(rng.random())))
        await stories[0].tell()

    with told(loop, main(), stories, doors) as violation:
        story = stories[0]
        deploys = len(story.earth.landed())
    tried = frozenset(story.earth.tried)
    return Outcome(seed, violation, story.crashes, deploys, loop.now, tuple(story.trace), tried)
