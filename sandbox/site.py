"""The services that the demo's pipeline deploys, as a probe sees them: each tells its version, or that it is ill."""

from dataclasses import dataclass, field

from aiohttp import web

from sandbox.github.forge import Forge
from sandbox.github.records import Repository


@dataclass(slots=True)
class Sites:
    """Answers GET /sites/SERVICE/ENVIRONMENT. `ill` names what is not well, such as "payments/production 3".

    While `all_ill` is on, which is a switch of the page's panel, nothing is well. A version is the number of the
    build's run, as `version_from: run_number` reads it.
    """

    forge: Forge
    ill: set[str] = field(default_factory=set)
    all_ill: bool = False

    def __post_init__(self) -> None:
        self.forge.beside.append(lambda: {"break_verification": self.all_ill})

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get("/sites/{name}/{environment}", self._show),
            web.post("/sandbox/github/break_verification", self._switch),
        ]

    async def _show(self, request: web.Request) -> web.Response:
        name, environment = request.match_info["name"], request.match_info["environment"]
        version = self.version(name, environment)
        if version is None:
            return web.json_response({"error": "nothing runs here"}, status=404)
        if self.all_ill or f"{name}/{environment} {version}" in self.ill:
            return web.json_response({"error": "too many errors", "version": version}, status=503)
        return web.json_response({"version": version})

    async def _switch(self, request: web.Request) -> web.Response:
        # only JSON: a form of another site could post here without asking the browser
        if request.content_type != "application/json":
            return web.json_response({"error": "JSON, please"}, status=400)
        self.all_ill = not self.all_ill
        self.forge.changed()
        return web.json_response({"ok": True})

    def version(self, name: str, environment: str) -> str | None:
        """Return the version that runs: that of the newest deployment which succeeded."""
        repository = self.forge.repository(f"acme/{name}")
        sha = _running(repository, environment) if repository is not None else None
        if repository is None or sha is None:
            return None
        built = [run for run in repository.runs if run.commit.sha == sha and run.path == repository.workflow]
        return str(built[-1].number) if built else sha[:12]


def _running(repository: Repository, environment: str) -> str | None:
    """Return the commit that the newest good deploy brought, created as a deployment or dispatched as a workflow."""
    made = [
        (one.id, one.sha)
        for one in repository.deployments
        if one.environment == environment and any(status.state == "success" for status in one.statuses)
    ]
    made += [
        (run.id, run.inputs["sha"])
        for run in repository.runs
        if run.inputs.get("environment") == environment and run.conclusion == "success" and "sha" in run.inputs
    ]
    return max(made)[1] if made else None
