"""Runs the workflow of a deploy for real: the file itself, by act, on this machine, without containers or network.

https://nektosact.com: `-P ubuntu-latest=-self-hosted` runs the steps on the host. Without network only `run:` steps
work.
"""

import asyncio
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sandbox.github import payloads
from sandbox.github.forge import Forge
from sandbox.github.processes import end
from sandbox.github.records import Deployment, Run


@dataclass(slots=True)
class Act:
    """Implements the forge's Executor.

    `workflows` holds the files by name, `remotes` the git repositories as owner/name, `api_url` is where the forge's
    routes are. `environment` is all that the steps see beside the path. `deployment_file` is the workflow
    `on: deployment`. What act said is kept in `logs`, by the id of the run.
    """

    forge: Forge
    binary: Path
    workflows: Path
    remotes: Path
    api_url: str
    deployment_file: str = "deployment.yml"
    environment: Mapping[str, str] = field(default_factory=dict)
    time_limit: float = 60.0
    logs: dict[int, str] = field(default_factory=dict)

    async def dispatched(self, repo: str, run: Run) -> None:
        """Run the workflow that was dispatched and finish its run."""
        event = {"inputs": run.inputs, "ref": f"refs/heads/{run.branch}"}
        given = [word for name, value in run.inputs.items() for word in ("--input", f"{name}={value}")]
        await self._run(repo, run, event, given)

    async def deployed(self, repo: str, deployment: Deployment) -> None:
        """Run the workflow `on: deployment`. Its statuses are its own to post, as on GitHub: no status, no news."""
        repository = self.forge.repositories[repo]
        commit = repository.commit(deployment.sha)
        if commit is None:
            raise LookupError(f"{repo} has no commit {deployment.sha}")
        path = f".github/workflows/{self.deployment_file}"
        run = self.forge.start_run(repo, commit, path=path, event="deployment")
        event = {"action": "created", "deployment": payloads.deployment(repository, deployment)}
        await self._run(repo, run, event, [])

    async def _run(self, repo: str, run: Run, event: Mapping[str, Any], given: list[str]) -> None:
        self.forge.begin_run(repo, run)
        told = {**event, "repository": payloads.repository(self.forge.repositories[repo], self.forge.site)}
        with tempfile.TemporaryDirectory(prefix="signoff-act-") as folder:
            place = Path(folder)
            await self._prepare(place, repo, run.path, told)
            conclusion, self.logs[run.id] = await self._act(place, run, given)
        if run.conclusion is None:
            self.forge.finish_run(repo, run, conclusion)

    async def _prepare(self, place: Path, repo: str, path: str, event: Mapping[str, Any]) -> None:
        """Make the git repository that act takes the repository's name from, with the workflow in it."""
        work = place / "work"
        (place / "home").mkdir()
        (work / path).parent.mkdir(parents=True)
        (work / path).write_text((self.workflows / Path(path).name).read_text())
        (place / "event.json").write_text(json.dumps(event))
        who = ("-c", "user.name=sandbox", "-c", "user.email=sandbox@acme.example")
        for words in (
            ("init", "--quiet", "--initial-branch=main"),
            ("remote", "add", "origin", f"https://github.com/{repo}"),
            ("add", "--all"),
            (*who, "commit", "--quiet", "--message=Workflow"),
        ):
            git = await asyncio.create_subprocess_exec("git", *words, cwd=work, env=self._environment(place))
            if await git.wait() != 0:
                raise RuntimeError(f"git {words[0]} failed")

    async def _act(self, place: Path, run: Run, given: list[str]) -> tuple[str, str]:
        """Return how it ended and what was said."""
        urls = {"GITHUB_API_URL": self.api_url, "GITHUB_SERVER_URL": self.remotes.as_uri()}
        seen = {**urls, "GITHUB_RUN_ID": str(run.id), **self.environment}
        process = await asyncio.create_subprocess_exec(
            self.binary,
            run.event,
            *("-P", "ubuntu-latest=-self-hosted", "-W", run.path, "--json", "--no-cache-server"),
            *("--eventpath", str(place / "event.json"), "--secret", "GITHUB_TOKEN"),
            *(word for name, value in seen.items() for word in ("--env", f"{name}={value}")),
            *given,
            cwd=place / "work",
            env=self._environment(place),
            start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        reading = asyncio.ensure_future(process.communicate())
        try:
            done, _ = await asyncio.wait({reading}, timeout=self.time_limit)
        finally:  # also when the forge closes meanwhile
            if process.returncode is None:
                end(process.pid)
            said = (await reading)[0].decode(errors="replace")
        if not done:
            return "timed_out", said
        return ("success" if process.returncode == 0 else "failure"), said

    def _environment(self, place: Path) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(place / "home"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_TERMINAL_PROMPT": "0",
            "GITHUB_TOKEN": self.forge.token or "none",
        }
