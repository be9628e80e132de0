"""The workflow files of docs/github.md: shown as they are, and run for real by act behind the sandbox's forge."""

import asyncio
import os
import select
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from aiohttp import ClientSession, web

from sandbox.github.act import Act
from sandbox.github.forge import Forge
from sandbox.github.records import Commit

DOCS = Path(__file__).parent.parent.parent / "docs"
FILES = ("deployment.yml", "dispatch.yml")
ACT = Path(sys.executable).parent / "act"
REPO = "acme/payments"
TOKEN = "ghs_sandbox"
KEY = "R-1-a1b2c3d4"

acts = [
    pytest.mark.act,
    pytest.mark.skipif(not ACT.exists(), reason="act is missing: the workflow files were not run"),
    pytest.mark.skipif(shutil.which("git") is None, reason="git is missing: the workflow files were not run"),
]


def really(test: Any) -> Any:
    """Mark a test that runs act."""
    for mark in acts:
        test = mark(test)
    return test


@dataclass(frozen=True, slots=True)
class World:
    """A forge that runs workflows, the git repository behind it, and a client."""

    forge: Forge
    act: Act
    remote: Path
    deployed: Path
    http: ClientSession

    def commit(self, script: str) -> str:
        """Commit a deploy script; the commit before the tip is what tests deploy."""
        (self.remote / "deploy.sh").write_text(f"#!/bin/sh\n{script}\n")
        (self.remote / "deploy.sh").chmod(0o755)
        git(self.remote, "add", "--all")
        git(self.remote, "commit", "--quiet", "--message=Deploy so")
        sha = git(self.remote, "rev-parse", "HEAD")
        git(self.remote, "commit", "--quiet", "--allow-empty", "--message=Newer, not approved")
        commits = self.forge.repositories[REPO].commits
        for known in (sha, git(self.remote, "rev-parse", "HEAD")):
            commits.append(Commit(known, "Deploy so", "Ann", "ann@acme.example", "ann", 1001, self.forge.clock()))
        return sha

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        async with self.http.post(f"{self.act.api_url}/repos/{REPO}{path}", json=body) as answer:
            assert answer.status in {200, 201}, await answer.text()
            return await answer.json()

    async def deploy(self, sha: str, **more: Any) -> list[str]:
        """Create a deployment as Signoff does and return the states it went through."""
        body = {"ref": sha, "task": f"signoff:{KEY}", "auto_merge": False, "required_contexts": []}
        made = await self.post("/deployments", body | more)
        await self.forge.settle()
        found = self.forge.repositories[REPO].deployment(made["id"])
        assert found is not None
        return [status.state for status in found.statuses]

    async def dispatch(self, sha: str) -> str | None:
        """Dispatch as Signoff does and return the run's conclusion."""
        inputs = {"sha": sha, "signoff_key": KEY, "environment": "staging", "version": "41; touch pwned"}
        body = {"ref": "main", "inputs": inputs, "return_run_details": True}
        made = await self.post("/actions/workflows/dispatch.yml/dispatches", body)
        await self.forge.settle()
        run = self.forge.repositories[REPO].run(made["workflow_run_id"])
        assert run is not None
        return run.conclusion


def ended(process: int) -> bool:
    """Whether a process has ended, or does so within seconds: it was killed, and nobody waited for that."""
    try:
        watched = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], 5)[0])
    finally:
        os.close(watched)


def git(where: Path, *words: str) -> str:
    who = {"GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@acme.example"}
    who |= {"GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@acme.example", "HOME": str(where)}
    done = subprocess.run(
        ["git", *words], cwd=where, env={"PATH": os.environ["PATH"], **who}, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    ticks = iter(range(10_000))
    begin = datetime(2026, 11, 21, 10, tzinfo=UTC)
    forge = Forge(lambda: begin + timedelta(seconds=next(ticks)), token=TOKEN)
    forge.create(REPO)
    app = web.Application()
    app.add_routes(forge.routes())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    remote = tmp_path / "remotes" / REPO
    remote.mkdir(parents=True)
    git(remote, "init", "--quiet", "--initial-branch=main")
    deployed = tmp_path / "deployed"
    act = Act(
        forge,
        ACT,
        DOCS / "workflows",
        tmp_path / "remotes",
        f"http://127.0.0.1:{runner.addresses[0][1]}",
        environment={"DEPLOYED_TO": str(deployed)},
    )
    forge.executor = act
    async with ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}) as http:
        yield World(forge, act, remote, deployed, http)
    await forge.close()
    await runner.cleanup()


TELLS = 'printf "%s %s %s" "$(git rev-parse HEAD)" "$1" "$2" > "$DEPLOYED_TO"'


@really
async def test_a_deployment_runs_at_exactly_its_commit_and_reports_itself(world: World) -> None:
    sha = world.commit(TELLS)
    states = await world.deploy(sha, environment="production", payload={"version": "41"})
    assert states == ["in_progress", "success"], world.act.logs
    assert world.deployed.read_text() == f"{sha} production 41"
    (run,) = world.forge.repositories[REPO].runs
    assert (run.event, run.conclusion) == ("deployment", "success")
    log_url = world.forge.repositories[REPO].deployments[0].statuses[-1].log_url
    assert log_url.endswith(f"/{REPO}/actions/runs/{run.id}")


@really
async def test_a_deployment_whose_step_fails_reports_failure(world: World) -> None:
    sha = world.commit("exit 3")
    assert await world.deploy(sha) == ["in_progress", "failure"], world.act.logs
    assert world.forge.repositories[REPO].runs[0].conclusion == "failure"


@really
async def test_a_deployment_that_is_not_signoffs_is_left_alone(world: World) -> None:
    sha = world.commit(TELLS)
    repository = world.forge.repositories[REPO]
    await world.post("/deployments", {"ref": sha, "task": "deploy", "auto_merge": False, "required_contexts": []})
    await world.act.deployed(REPO, repository.deployments[0])  # GitHub starts the workflow for it all the same
    assert repository.deployments[0].statuses == []
    assert not world.deployed.exists()


@really
async def test_a_commit_that_cannot_be_fetched_deploys_nothing(world: World) -> None:
    world.commit(TELLS)
    gone = Commit("f" * 40, "Gone", "Ann", "ann@acme.example", "ann", 1001, world.forge.clock())
    world.forge.repositories[REPO].commits.append(gone)
    assert await world.deploy(gone.sha) == ["in_progress", "failure"], world.act.logs
    assert not world.deployed.exists()


@really
async def test_a_dispatch_runs_at_exactly_its_commit(world: World) -> None:
    sha = world.commit(TELLS)
    assert await world.dispatch(sha) == "success", world.act.logs
    assert world.deployed.read_text() == f"{sha} staging 41; touch pwned"
    assert world.forge.repositories[REPO].runs[0].title.endswith(f"[{KEY}]")


@really
async def test_a_dispatch_whose_step_fails_ends_as_failure(world: World) -> None:
    assert await world.dispatch(world.commit("exit 3")) == "failure", world.act.logs


@really
async def test_a_deploy_that_hangs_is_ended_at_its_time_limit_with_all_its_processes(world: World) -> None:
    sha = world.commit('trap "" HUP; echo $$ > "$DEPLOYED_TO"; exec sleep 300')
    world.act.time_limit = 2.0
    assert await world.dispatch(sha) == "timed_out", world.act.logs
    assert ended(int(world.deployed.read_text()))


@really
async def test_closing_the_forge_ends_what_runs(world: World) -> None:
    sha = world.commit("exec sleep 300")
    runs = asyncio.Event()
    deployments = world.forge.repositories[REPO].deployments
    world.forge.on_change.append(lambda: runs.set() if [one for one in deployments if one.statuses] else None)
    await world.post(
        "/deployments", {"ref": sha, "task": f"signoff:{KEY}", "auto_merge": False, "required_contexts": []}
    )
    await asyncio.wait_for(runs.wait(), 20)
    begun = psutil.Process().children(recursive=True)
    assert begun
    await world.forge.close()
    assert psutil.wait_procs(begun, timeout=5)[1] == []


@pytest.mark.parametrize("file", FILES)
def test_the_documentation_shows_the_file_as_it_is(file: str) -> None:
    shown = (DOCS / "github.md").read_text()
    assert f"```yaml\n{(DOCS / 'workflows' / file).read_text()}```" in shown


@pytest.mark.parametrize("file", FILES)
def test_no_script_has_an_expression_pasted_into_it(file: str) -> None:
    workflow = yaml.safe_load((DOCS / "workflows" / file).read_text())
    scripts = [step["run"] for job in workflow["jobs"].values() for step in job["steps"]]
    assert scripts
    assert not [script for script in scripts if "${{" in script]
