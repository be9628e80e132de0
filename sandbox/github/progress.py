"""What goes on by itself: builds turn green, deploys go through their states, older ones retire."""

from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any

from sandbox.github.records import Deployment, Repository, Run, Status

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

FINAL = {"success", "failure", "error", "inactive"}


async def build(forge: "Forge", repo: str, run: Run) -> None:
    """Begin a run and end it with success, unless somebody else ends it or runs it again.

    Where the repository's builds go on to an environment, the run comes to its gate instead of its end.
    """
    to = forge.repositories[repo].deploys_to if run.event == "push" else ""
    await _through(forge, repo, run, "success", to)


async def beyond_the_gate(forge: "Forge", repo: str, run: Run) -> None:
    """End a run whose job went on at its gate, which the demo may be told to break."""
    broken, forge.break_next_deploy = forge.break_next_deploy, False
    attempt = run.attempt
    await forge.pause(1.6)
    if (run.attempt, run.conclusion) == (attempt, None):
        forge.finish_run(repo, run, "failure" if broken else "success")


def job_of(run: Run) -> str:
    """Return the name of a run's first job: its workflow file's."""
    return run.path.rpartition("/")[2].partition(".")[0]


async def dispatched(forge: "Forge", repo: str, run: Run) -> None:
    """The same for a dispatched deploy, which the demo may be told to break."""
    broken, forge.break_next_deploy = forge.break_next_deploy, False
    await _through(forge, repo, run, "failure" if broken else "success")


async def deploy(forge: "Forge", repo: str, deployment: Deployment) -> None:
    """Take a deployment through its states as a workflow `on: deployment` does."""
    broken, forge.break_next_deploy = forge.break_next_deploy, False
    for state, seconds in (("queued", 0.4), ("in_progress", 0.8), ("failure" if broken else "success", 1.6)):
        await forge.pause(seconds)
        if deployment.state in FINAL:
            return
        why = "the demo was told to break it" if state == "failure" else ""
        forge.progress_deployment(repo, deployment, state, why)


def resume(forge: "Forge") -> None:
    """Go on with every run and every ordered deployment that has not ended."""
    for name, repository in forge.repositories.items():
        for run in repository.runs:
            if run.conclusion is None and run.status != "waiting":
                forge.go(_onwards(forge, name, run))
        for one in repository.deployments:
            if one.task.startswith("signoff:") and one.state not in FINAL:
                forge.go(deploy(forge, name, one))


def _onwards(forge: "Forge", repo: str, run: Run) -> Coroutine[Any, Any, None]:
    """Return what a run does next by itself."""
    if any((one.run, one.attempt) == (run.id, run.attempt) for one in forge.repositories[repo].gates):
        return beyond_the_gate(forge, repo, run)
    return dispatched(forge, repo, run) if run.inputs else build(forge, repo, run)


def retire(forge: "Forge", repository: Repository, newest: Deployment) -> None:
    """Mark what an environment ran before as inactive. GitHub spares production, and sends no webhook for it.

    https://docs.github.com/rest/deployments/statuses#create-a-deployment-status
    """
    for one in repository.deployments:
        if one is newest or one.environment != newest.environment or one.transient or one.is_production:
            continue
        if one.state == "success":
            one.statuses.append(Status(forge.next_id(), "inactive", forge.clock()))


async def _through(forge: "Forge", repo: str, run: Run, conclusion: str, to: str = "") -> None:
    attempt = run.attempt
    await forge.pause(0.4)
    if (run.attempt, run.conclusion) != (attempt, None):
        return
    forge.begin_run(repo, run)
    await forge.pause(1.0)
    if (run.attempt, run.conclusion) != (attempt, None):
        return
    if to:
        forge.gates.arrive(repo, run, to)
    else:
        forge.finish_run(repo, run, conclusion)
