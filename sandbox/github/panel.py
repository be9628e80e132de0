"""The page's panel: what it shows of the pipeline and what its buttons do."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sandbox.github import control
from sandbox.github.faults import Fault
from sandbox.github.progress import FINAL
from sandbox.github.records import Repository
from sandbox.github.records_gates import APPROVED, REJECTED, WAITING, Gate

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

AUTHORS = {"robin": ("Robin", 1009), "priya": ("Priya", 1001), "sam": ("Sam", 1002), "alex": ("Alex", 1003)}
"""Who pushes from the panel: name and account by login; Robin is in nobody's policy."""
ORDERS = ("POST", "*[/_]d[ei][ps]*")
"""The requests that start something: new deployments, dispatches of workflows, answers at gates."""
SOMEBODY = ("robin", 1009)
"""Who answers a gate on GitHub itself, past the bot."""


def snapshot(forge: "Forge") -> dict[str, Any]:
    """Return the newest commits, runs and deployments of every repository, newest first."""
    delivered = forge.hooks.deliveries
    shown = {
        "authors": [{"login": login, "name": name} for login, (name, _) in AUTHORS.items()],
        "lose_next_answer": any(rule.fault is Fault.RESET_AFTER and rule.count for rule in forge.faults.rules),
        "last_webhook": delivered[-1].hook.event if delivered else "",
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
                "gates": [_gate(repository, one) for one in repository.gates[:-6:-1]],
            }
            for repository in forge.repositories.values()
        ],
    }
    for more in forge.beside:
        shown |= more()
    return shown


async def act(forge: "Forge", name: str, arguments: dict[str, Any]) -> None:
    """Do what a button says: push, finish or fail builds, rerun, answer gates, switches, replay, and the control API's.

    Raises:
        LookupError: there is no such repository, or nothing waits at that gate.
        ValueError: there is no such button.
    """
    repo = str(arguments.get("repository", ""))
    if name == "push":
        await _push(forge, repo, arguments)
    elif name == "replay":
        await _replay(forge)
    elif name in _ANSWERS:
        environment = str(arguments.get("environment", "production"))
        forge.gates.decide(repo, environment, _ANSWERS[name], "answered on the panel", by=SOMEBODY)
    elif name in _BUILDS:
        _BUILDS[name](forge, repo)
    elif name in _SWITCHES:
        _SWITCHES[name](forge)
        forge.changed()
    elif name in control.ACTS:
        await control.act(forge, name, arguments)
    else:
        raise ValueError(f"the pipeline knows no act {name!r}")


def _gate(repository: Repository, one: Gate) -> dict[str, Any]:
    run = repository.run(one.run)
    title = f"#{run.number} {run.title}" if run is not None else f"run {one.run}"
    return {"run": one.run, "attempt": one.attempt, "title": title, "environment": one.environment, "state": one.state}


async def _push(forge: "Forge", repo: str, given: dict[str, Any]) -> None:
    login = str(given.get("author") or "robin")
    if login not in AUTHORS:
        raise LookupError(f"nobody is called {login!r}; there are {', '.join(AUTHORS)}")
    name, login_id = AUTHORS[login]
    number = len(forge.repositories[repo].commits) + 1
    files = [f"migrations/{number:04d}_change.sql"] if given.get("migration") else [f"src/change_{number}.py"]
    title = str(given.get("title") or "Improve things")[:200]
    await forge.push(repo, title, name=name, login=login, login_id=login_id, files=files)


async def _replay(forge: "Forge") -> None:
    if forge.hooks.deliveries:
        await forge.redeliver(forge.hooks.deliveries[-1].hook.guid)


def _break_deploy(forge: "Forge") -> None:
    forge.break_next_deploy = not forge.break_next_deploy


def _webhooks(forge: "Forge") -> None:
    forge.webhooks_on = not forge.webhooks_on


def _lose_answer(forge: "Forge") -> None:
    """Let the next order be carried out and its answer be lost; asked for again, let it arrive."""
    waiting = [rule for rule in forge.faults.rules if rule.fault is Fault.RESET_AFTER and rule.count]
    if waiting:
        forge.faults.rules = [rule for rule in forge.faults.rules if rule not in waiting]
    else:
        forge.faults.add(Fault.RESET_AFTER, *ORDERS)


def _finish(forge: "Forge", repo: str) -> None:
    if not _finish_run(forge, repo, "success"):
        _finish_deployment(forge, repo)


def _fail_build(forge: "Forge", repo: str) -> None:
    _finish_run(forge, repo, "failure")


def _rerun(forge: "Forge", repo: str) -> None:
    newest = next((run for run in reversed(forge.repositories[repo].runs) if run.conclusion), None)
    if newest is not None:
        forge.rerun(repo, newest)


def _finish_run(forge: "Forge", repo: str, conclusion: str) -> bool:
    """End the newest run that goes on; False when there is none. What waits at a gate is answered there."""
    runs = reversed(forge.repositories[repo].runs)
    run = next((run for run in runs if run.conclusion is None and run.status != WAITING), None)
    if run is not None:
        forge.finish_run(repo, run, conclusion)
    return run is not None


def _finish_deployment(forge: "Forge", repo: str) -> None:
    made = reversed(forge.repositories[repo].deployments)
    found = next((one for one in made if one.state not in FINAL and one.state != WAITING), None)
    if found is not None:
        forge.progress_deployment(repo, found, "success")


_ANSWERS = {"let_through": APPROVED, "turn_away": REJECTED}
_BUILDS: dict[str, Callable[["Forge", str], None]] = {"finish": _finish, "fail_build": _fail_build, "rerun": _rerun}
_SWITCHES: dict[str, Callable[["Forge"], None]] = {
    "break_deploy": _break_deploy,
    "webhooks": _webhooks,
    "lose_answer": _lose_answer,
}
