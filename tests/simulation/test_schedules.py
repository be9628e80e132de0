"""Hundreds of schedules by seed: whatever crashes, lies or is late, every promise is kept."""

import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from simulation.hostile import FORGERIES
from simulation.policies import CHANGES
from simulation.schedules import run
from tests.seed import SEED

SCHEDULES = int(os.environ.get("SIGNOFF_SCHEDULES", "1000"))
BATCH = 25


ATTEMPTS = (
    {f"click: {name}" for name in FORGERIES}
    | {f"policy: {name}" for name in CHANGES}
    | {f"webhook: {name}" for name in ("forged", "again", "renamed", "foreign", "lying")}
    | {f"replay: {name}" for name in ("block_actions", "view_submission", "slash_commands", "report")}
    | {"form: forged", "report: forged", "clock: forward", "clock: back"}
)
ENOUGH = 500
"""Schedules among which each of these happens somewhere, and enough is deployed that nothing is kept by idleness."""
DEPLOYS = 1.5
"""A schedule, in the mean, at the very least; some 2.3 are usual."""


def broken(seeds: range) -> tuple[list[str], set[str], int]:
    """Return what came of the schedules that broke a promise; what was tried in all of them, and what was deployed."""
    outcomes = [run(seed) for seed in seeds]
    tried = set().union(*(outcome.tried for outcome in outcomes))
    return (
        [outcome.sentence for outcome in outcomes if outcome.violation is not None],
        tried,
        sum(outcome.deploys for outcome in outcomes),
    )


def test_every_promise_is_kept_in_every_schedule() -> None:
    print(f"{SCHEDULES} schedules from seed {SEED}")
    batches = [range(SEED + at, SEED + min(at + BATCH, SCHEDULES)) for at in range(0, SCHEDULES, BATCH)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        found = list(pool.map(broken, batches))
    assert [sentence for sentences, _, _ in found for sentence in sentences] == []
    assert SCHEDULES < ENOUGH or set().union(*(tried for _, tried, _ in found)) == ATTEMPTS
    assert SCHEDULES < ENOUGH or sum(deploys for _, _, deploys in found) >= DEPLOYS * SCHEDULES


def test_a_seed_is_one_story_to_the_last_step() -> None:
    """The same seed in two processes, whatever their hashes: a failure can be had again."""
    script = "from simulation.schedules import run; print(run(4).digest)"
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PATH": os.environ["PATH"], "PYTHONHASHSEED": hashes},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hashes in ("1", "2")
    }
    assert len(digests) == 1
    assert digests == {f"{run(4).digest}\n"}
