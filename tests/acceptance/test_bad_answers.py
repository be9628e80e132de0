"""Whatever GitHub answers to whichever question of the loops: no loop fails, nothing ships by it, it is said, and heals.

Each question is met by each bad answer in turn, in one long story: a commit that is fit to ship comes in while the
question is answered badly, and opens its release as soon as the answer is good again.
"""

import fnmatch
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.core.release import Lifecycle
from bot.core.source import GithubSource, VersionFrom
from handlers.ci.github_checked_builds import CheckedBuilds
from handlers.ci.github_connection import Github
from handlers.ci.github_gate_reading import GateReader
from handlers.ci.github_gated_builds import GatedBuilds
from handlers.ci.github_kept import Kept
from handlers.ci.sender import Sender
from handlers.watch import Watch
from sandbox.exchange import Reply
from sandbox.github import in_process
from sandbox.github.forge import Forge
from sandbox.github.records import Deployment
from simulation.session import Sent, Session, as_client_session
from tests.acceptance.bad_answers import NO_ANSWERS
from tests.factories import WORKFLOW, a_policy
from tests.fakes.world import World

REPO, TOKEN = "acme/payments", "t0ken"
RUNS = f"/repos/{REPO}/actions/runs"


def other_types(good: Reply) -> Reply:
    """Answer well, but with every value of another type, as a host would that tells it so: under an ETag of its own."""

    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: turned(one) for name, one in value.items()}
        if isinstance(value, list):
            return [turned(one) for one in value]
        return f"{value}!" if isinstance(value, int) else 7

    headers = {name: value for name, value in good.headers.items() if name.lower() != "etag"}
    return Reply(good.status, json.dumps(turned(json.loads(good.body))).encode(), {**headers, "ETag": '"another"'})


QUESTIONS = {
    "the newest runs": f"{RUNS}[?]branch=*&per_page=50&*",
    "runs behind them": f"{RUNS}[?]*created=*",
    "a run": f"{RUNS}/*",
    "check runs": f"/repos/{REPO}/commits/*/check-runs*",
    "statuses": f"/repos/{REPO}/commits/*/status[?]*",
    "tags": f"/repos/{REPO}/tags*",
    "deployments": f"/repos/{REPO}/deployments[?]*environment=*",
    "what was said of a deployment": f"/repos/{REPO}/deployments/*/statuses*",
}
"""What is asked of GitHub in a look."""
BEHIND = {"runs behind them", "a run"}
"""What is behind the newest runs is looked at for its checks one look later."""
BESIDE = {"deployments", "what was said of a deployment"}
"""Questions of what others deployed: builds are taken before they are asked."""


@dataclass
class Answers:
    """GitHub, one of whose answers is bad."""

    world: World
    forge: Forge
    question: str = ""
    bad: Callable[[Reply], Reply] | None = None
    met: int = 0
    watch: Watch = field(init=False)

    async def carry(self, sent: Sent) -> Reply:
        """Answer."""
        asked = f"{sent.url.path}?{sent.url.query_string}"
        met = self.bad is not None and sent.method == "GET" and fnmatch.fnmatchcase(asked, self.question)
        known = {name: value for name, value in sent.headers.items() if not (met and name == "If-None-Match")}
        status, headers, body = in_process.answer(
            self.forge, sent.method, sent.url.raw_path, query=dict(sent.url.query), headers=known, body=sent.body
        )
        good = Reply(status, body, headers)
        if self.bad is None or not met:
            return good
        self.met += 1
        return self.bad(good)

    async def comes_in(self, number: int) -> str:
        """Push a commit that becomes fit to ship, under more runs than a page has where the question is behind it."""
        runs = self.forge.repositories[REPO].runs
        self.world.passes(60)
        sha = await self.forge.push(REPO, f"Change {number}")
        built = runs[-1]
        if self.question == QUESTIONS["a run"]:
            self.forge.begin_run(REPO, built)
            self.others(1)
            assert await self.looks() is None
        self.forge.finish_run(REPO, built)
        self.forge.checks.status(REPO, sha, "success", "ci/jenkins")
        self.forge.tag(REPO, f"v1.0.{number}", sha)
        if self.question in {QUESTIONS["a run"], QUESTIONS["runs behind them"]}:
            self.others(60)
        return sha

    def others(self, count: int) -> None:
        """Let other workflows run."""
        commit = self.forge.repositories[REPO].commits[-1]
        self.world.passes(60)
        for _ in range(count):
            self.forge.start_run(REPO, commit, path=".github/workflows/nightly.yml", event="schedule")

    async def looks(self) -> str | None:
        """Look once, as the loop does; returns what stood in the way."""
        self.world.passes(60)
        trouble = await self.watch.once()
        await self.world.settle()
        return trouble

    async def open(self) -> str | None:
        """Return the commit that waits for approval."""
        found = await self.world.store.read(lambda tx: tx.lanes.unfinished())
        assert [one.state for one in found] in ([], [Lifecycle.OPEN])
        return found[0].build.sha if found else None


@pytest.fixture
async def github(tmp_path: Path) -> AsyncIterator[Answers]:
    source = GithubSource(REPO, "main", (WORKFLOW,), checks=("ci/jenkins",))
    service = replace(a_policy().services[0], source=source, version_from=VersionFrom.TAG)
    world = World(tmp_path, replace(a_policy(), services=(service,)))
    await world.open()
    forge = Forge(lambda: world.now, token=TOKEN)
    forge.create(REPO, WORKFLOW)
    here = Answers(world, forge)
    sends = Kept(Sender(as_client_session(Session(here.carry)), in_process.BASE, TOKEN, lambda: world.now))
    github = Github(sends, forge.site)
    checked = CheckedBuilds(GatedBuilds(github, GateReader(sends, forge.site)), sends, forge.site)
    here.watch = Watch(world.desk, checked, github, service)
    sha = await here.comes_in(0)
    long_ago = Deployment(forge.next_id(), sha, sha, "by-hand", "production", {}, "", world.now)
    forge.deploy(REPO, long_ago)
    forge.progress_deployment(REPO, long_ago, "success")
    assert await here.looks() is None
    assert await here.open() is None
    yield here
    await world.store.close()
    await forge.close()


@pytest.mark.parametrize("name", QUESTIONS)
async def test_no_answer_fails_a_loop_or_ships_anything_and_what_is_fit_opens_once_it_is_good_again(
    github: Answers, name: str
) -> None:
    github.question = QUESTIONS[name]
    for number, (fault, bad) in enumerate(NO_ANSWERS.items(), 1):
        sha = await github.comes_in(number)
        github.bad, github.met = bad, 0
        with capture_logs() as logs:
            trouble = await github.looks()
        assert github.met > 0, f"{fault}: nobody asked"
        told = [line["why"] for line in logs if line["event"] in {"run_not_fetched", "missed_not_fetched"}]
        assert (told or [trouble])[0], f"{fault}: nobody says so"
        assert all("GitHub" in one or "connection" in one or "answer" in one for one in told or [str(trouble)]), fault
        assert (await github.open() == sha) is (name in BESIDE), fault
        github.bad = None
        assert [await github.looks() for _ in range(1 + (name in BEHIND))] == [None] * (1 + (name in BEHIND)), fault
        assert await github.open() == sha, fault
    assert github.forge.landed() == []


@pytest.mark.parametrize("name", QUESTIONS)
async def test_values_of_other_types_ship_nothing_and_hide_nothing_for_ever(github: Answers, name: str) -> None:
    github.question = QUESTIONS[name]
    sha = await github.comes_in(1)
    github.bad = other_types
    with capture_logs() as logs:
        await github.looks()
    assert github.met > 0
    github.bad = None
    for _ in range(3):
        assert await github.looks() is None
    assert await github.open() == sha
    assert github.forge.landed() == []
    if name == "the newest runs":
        said = [line for line in logs if line["event"] == "runs_not_understood"]
        assert said == [
            {"event": "runs_not_understood", "log_level": "warning", "service": "payments", "runs": 2},
        ]
