"""The control API, below the REST API's own root: what landed, what is set to go wrong, what was delivered.

Reading is by GET; whatever changes something is an act of the panel's door, which asks for JSON.
"""

from typing import TYPE_CHECKING, Any

from aiohttp import web

from sandbox.github.faults import Fault
from sandbox.github.weather import Fate

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

_TROUBLE = frozenset({"fault", "weather", "lag", "clear"})
ACTS = _TROUBLE | {"release", "redeliver", "rename", "gate", "review", "details"}


def routes(forge: "Forge") -> list[web.RouteDef]:
    """Return the routes, without a prefix."""

    async def told(_request: web.Request) -> web.Response:
        return web.json_response(oracle(forge))

    return [web.get("/sandbox/oracle", told)]


def oracle(forge: "Forge") -> dict[str, Any]:
    """Return what was deployed, how often, and the state of everything that can go wrong."""
    return {
        "landed": [
            {
                "id": one.id,
                "repository": one.repository,
                "environment": one.environment,
                "key": one.key,
                "sha": one.sha,
                "at": one.at.isoformat(),
                "state": one.state,
                "by": "gate" if one.gated else "dispatch" if one.dispatched else "deployment",
            }
            for one in forge.landed()
        ],
        "deploys": [
            {"environment": environment, "key": key, "sha": sha, "times": times}
            for (environment, key, sha), times in sorted(forge.deploys().items())
        ],
        "faults": [
            {"kind": rule.fault.value, "method": rule.method, "path": rule.path, "count": rule.count}
            for rule in forge.faults.rules
            if rule.count
        ],
        "index_lag": forge.index_lag,
        "calls": dict(forge.rates.counted),
        "not_modified": dict(forge.rates.free),
        "deliveries": [
            {"guid": one.hook.guid, "event": one.hook.event, "status": one.status, "redelivery": one.redelivery}
            for one in forge.hooks.deliveries
        ],
    }


async def act(forge: "Forge", name: str, given: dict[str, Any]) -> None:
    """Do what a test or a page asks for, by one of the names in `ACTS`.

    Raises:
        LookupError: there is no such repository, delivery or gate.
        ValueError: there is no such fault or fate, or a number is none.
    """
    if name in _TROUBLE:
        _trouble(forge, name, given)
    match name:
        case "details":
            forge.run_details = not forge.run_details
        case "release":
            forge.hooks.release(newest_first=bool(given.get("newest_first")))
        case "redeliver":
            await forge.redeliver(str(given.get("guid")))
        case "rename":
            forge.rename(str(given.get("repository")), str(given.get("to")))
        case "gate":
            _bring(forge, given)
        case "review":
            _review(forge, given)
    forge.changed()


def _trouble(forge: "Forge", name: str, given: dict[str, Any]) -> None:
    """Set something to go wrong, or nothing any more."""
    seconds, count = float(given.get("seconds", 1.0)), int(given.get("count", 1))
    match name:
        case "fault":
            where = str(given.get("method", "*")), str(given.get("path", "*"))
            forge.faults.add(Fault(str(given.get("kind"))), *where, count, seconds=seconds)
        case "weather":
            forge.hooks.weather.add(Fate(str(given.get("kind"))), str(given.get("event", "*")), count, seconds=seconds)
        case "lag":
            forge.index_lag = seconds
        case _:
            forge.faults.clear()
            forge.hooks.weather.clear()
            forge.index_lag = 0.0


def _bring(forge: "Forge", given: dict[str, Any]) -> None:
    """Bring the newest unfinished run to an environment's gate."""
    repo = str(given.get("repository"))
    run = next((one for one in reversed(forge.repositories[repo].runs) if one.conclusion is None), None)
    if run is None:
        raise LookupError(f"{repo} has no run that has not ended")
    forge.gates.arrive(repo, run, str(given.get("environment", "production")))


def _review(forge: "Forge", given: dict[str, Any]) -> None:
    """Let somebody approve or reject at GitHub itself, past everybody's right to."""
    repo, state = str(given.get("repository")), str(given.get("state", "approved"))
    if state not in {"approved", "rejected"}:
        raise ValueError(f"a review is approved or rejected, not {state!r}")
    forge.gates.decide(repo, str(given.get("environment", "production")), state, str(given.get("comment", "")))
