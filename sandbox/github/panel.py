"""The page's panel: what it shows of the pipeline and what its buttons do."""

from typing import TYPE_CHECKING, Any

from sandbox.github import control
from sandbox.github.progress import FINAL

if TYPE_CHECKING:
    from sandbox.github.forge import Forge


def snapshot(forge: "Forge") -> dict[str, Any]:
    """Return the newest commits, runs and deployments of every repository, newest first."""
    return {
        "break_next_deploy": forge.break_next_deploy,
        "webhooks_on": forge.webhooks_on,
        "repositories": [
            {
                "name": repository.full_name,
                "commits": [{"sha": c.sha[:7], "title": c.title, "author": c.name} for c in repository.commits[:-6:-1]],
                "runs": [
                    {"id": r.id, "title": r.title, "number": r.number, "state": r.conclusion or r.status}
                    for r in repository.runs[:-6:-1]
                ],
                "deployments": [
                    {"id": d.id, "environment": d.environment, "sha": d.sha[:7], "state": d.state}
                    for d in repository.deployments[:-6:-1]
                ],
            }
            for repository in forge.repositories.values()
        ],
    }


async def act(forge: "Forge", name: str, arguments: dict[str, Any]) -> None:
    """Do what a button says: push, fail_build, finish, rerun, break_deploy, webhooks, and those of the control API.

    Raises:
        LookupError: there is no such repository.
        ValueError: there is no such button.
    """
    repo = str(arguments.get("repository", ""))
    match name:
        case "push":
            await forge.push(repo, str(arguments.get("title") or "Improve things")[:200])
        case "fail_build":
            _finish_run(forge, repo, "failure")
        case "finish":
            if not _finish_run(forge, repo, "success"):
                _finish_deployment(forge, repo)
        case "rerun":
            newest = next((run for run in reversed(forge.repositories[repo].runs) if run.conclusion), None)
            if newest is not None:
                forge.rerun(repo, newest)
        case "break_deploy":
            forge.break_next_deploy = not forge.break_next_deploy
            forge.changed()
        case "webhooks":
            forge.webhooks_on = not forge.webhooks_on
            forge.changed()
        case _ if name in control.ACTS:
            await control.act(forge, name, arguments)
        case _:
            raise ValueError(f"the pipeline knows no act {name!r}")


def _finish_run(forge: "Forge", repo: str, conclusion: str) -> bool:
    """End the newest run that has not ended; False when there is none."""
    run = next((run for run in reversed(forge.repositories[repo].runs) if run.conclusion is None), None)
    if run is not None:
        forge.finish_run(repo, run, conclusion)
    return run is not None


def _finish_deployment(forge: "Forge", repo: str) -> None:
    found = next((one for one in reversed(forge.repositories[repo].deployments) if one.state not in FINAL), None)
    if found is not None:
        forge.progress_deployment(repo, found, "success")
