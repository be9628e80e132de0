"""The courses that a told story can take: without a crash, with one at any of its points, or with several."""

import asyncio
import os
import pickle
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast

from simulation.doors import Doors
from simulation.life import Earth
from simulation.points import PointedLoop
from simulation.stage import Stage
from simulation.tales import Tale
from simulation.telling import told

SEED = 7
"""For whatever is drawn all the same: ids, and how long a request takes."""
GAPS = (0.1, 5.0, 70.0)
"""Seconds until the next life, by the number of the point: at once, after the first tries, after every lease."""


@dataclass(frozen=True, slots=True)
class Course:
    """What came of a story.

    Attributes:
        tale: its name.
        deaths: the points at which the process died.
        points: what changed at each point.
        ending: what people see at last.
        violation: the promise that was not kept.
        steps: how many steps of the loop it took.
        trace: what happened in it.
    """

    tale: str
    deaths: tuple[int, ...]
    points: tuple[str, ...]
    ending: tuple[str, ...]
    violation: str | None
    steps: int
    trace: tuple[str, ...] = field(repr=False)

    @property
    def sentence(self) -> str:
        """Return what came of it, for people."""
        where = " and ".join(f"{number} ({self.points[number - 1]})" for number in self.deaths) or "no point"
        return f"«{self.tale}», killed at {where}: {self.violation or 'every promise kept'}"


def course(tale: Tale, *deaths: int, every: bool = False) -> Course:
    """Let a story take its course, killed at these of its points, and hold every promise against it."""
    return _course(tale, lambda number: number in deaths, every=every)


def courses(tale: Tale, *, every: bool = False, whole: bool = False) -> list[Course]:
    """Return the story's course without a crash, and one for a crash at each of its points.

    At each point the world is doubled: in a forked process the bot dies and the story goes on to its end, while here it
    goes on undisturbed. That is the course that `course` takes with this death, at half the price.

    Args:
        tale: the story.
        every: count as points also the requests that only read.
        whole: try also the points of what other stories tell as well.
    """
    found: list[Course] = []
    answers: list[int] = []

    def dies(number: int) -> bool:
        del number
        if answers or not (whole or stages[0].counts):
            return False
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            answers.append(writing)
            asyncio._set_running_loop(asyncio.get_event_loop_policy().get_event_loop())  # asyncio forgets it in a fork
            return True
        os.close(writing)
        with os.fdopen(reading, "rb") as answer:
            told = answer.read()
        os.waitpid(child, 0)
        found.append(cast("Course", pickle.loads(told)))  # noqa: S301 - our own words
        return False

    stages: list[Stage] = []
    try:
        mine = _course(tale, dies, every=every, stages=stages)
        if answers:
            with os.fdopen(answers[0], "wb") as answer:
                pickle.dump(mine, answer)
    finally:
        if answers:
            os._exit(0)
    return [mine, *found]


def _course(tale: Tale, dies: Callable[[int], bool], *, every: bool, stages: list[Stage] | None = None) -> Course:
    loop = PointedLoop(dies, every=every)
    doors = Doors()
    stages = [] if stages is None else stages

    async def main() -> None:
        earth = loop.earth = Earth(loop, random.Random(SEED), tale.policy, doors=doors)
        stages.append(Stage(earth, lambda: GAPS[loop.deaths[-1] % len(GAPS)]))
        await stages[0].play(tale.told)

    with told(loop, main(), stages, doors) as violation:
        stage = stages[0]
        ending = tuple(stage.ending())
    if violation is None and ending != tale.ending:
        violation = f"the story ends otherwise: {ending}"
    deaths, points, trace = tuple(loop.deaths), tuple(loop.points), tuple(stage.trace)
    return Course(tale.name, deaths, points, ending, violation, loop.steps, trace)


def pairs(tale: Tale, many: int, rng: random.Random) -> Iterator[Course]:
    """Yield courses with two crashes, at pairs of points that are drawn: the second in the life after the first."""
    points = len(course(tale).points)
    for _ in range(many):
        first = rng.randint(1, points)
        yield course(tale, first, first + rng.randint(1, points))
