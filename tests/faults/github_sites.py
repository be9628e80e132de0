"""Every read and write of GitHub, against the sandbox's forge."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from aiohttp import ClientSession

from bot.core.changelog import Span
from bot.core.policy import ServicePolicy
from bot.core.release import Deployment, DeployStatus, Release
from bot.core.target import GithubDeployment, GithubWorkflow
from bot.ports.ci import HttpRequest, Placed, RunHint
from bot.ports.missed import Reach, Wanted
from handlers.ci import github_reach
from handlers.ci.github_app import Scope
from handlers.ci.github_app_assertion import asserting
from handlers.ci.github_app_sender import AppSender
from handlers.ci.github_app_tokens import InstallationTokens
from handlers.ci.github_checked_builds import CheckedBuilds
from handlers.ci.github_connection import Github
from handlers.ci.github_gate_reading import GateReader
from handlers.ci.github_gated_builds import GatedBuilds
from handlers.ci.github_gates import GithubGates
from handlers.ci.github_kept import Kept
from handlers.ci.github_stops import GithubStops
from handlers.ci.sender import Sender
from sandbox.github.forge import Forge
from tests.contract.gate_stages import KINDS
from tests.contract.gate_stages import SERVICE as GATED
from tests.contract.gate_stages import TARGET as GATE
from tests.contract.gate_stages import Stage as GateStage
from tests.contract.gate_stages import a_forge as a_gated_forge
from tests.contract.github_stages import DEPLOYMENT, REPO, SERVICE, SOURCE, Clock, a_forge
from tests.factories import NOON, a_build, a_lane_policy, a_release
from tests.faults.site import Call, Site, Sites, served

SITE = "https://github.com"
WORKFLOW = GithubWorkflow("deploy.yml", "main")
CHECKED: ServicePolicy = replace(SERVICE, source=replace(SOURCE, checks=("ci/jenkins", "Sonar")))
OF_PAY: ServicePolicy = replace(SERVICE, source=replace(SOURCE, paths=("pay",)))
REACH = Reach(github_reach.place_of(SOURCE), NOON, (NOON - timedelta(hours=1), NOON + timedelta(hours=1)))
NEEDED = Scope(frozenset({REPO}), (("actions", "read"), ("contents", "read"), ("deployments", "write")))


@dataclass(frozen=True, slots=True)
class Ports:
    """All of one GitHub, put together as the bot does."""

    sends: Kept
    github: Github
    gates: GithubGates
    builds: CheckedBuilds
    stops: GithubStops


def ports(sends: Kept) -> Ports:
    """Return them around a sender."""
    github = Github(sends, SITE)
    gated = GatedBuilds(github, GateReader(sends, SITE))
    return Ports(sends, github, GithubGates(sends, SITE), CheckedBuilds(gated, sends, SITE), GithubStops(sends))


def calling(token: str, clock: Clock, use: Callable[[Ports], object]) -> Call:
    """Return a call by a sender of its own, which knows of no earlier trouble."""

    async def call(url: str, session: ClientSession, patience: float) -> object:
        sender = Sender(session, url, token, clock, timeout=patience)
        return await use(ports(Kept(sender)))  # type: ignore[misc]

    return call


def flying(release: Release, placed: object) -> Release:
    """Return a release whose deploy was taken."""
    assert isinstance(placed, Placed), placed
    return replace(release, deployment=Deployment(DeployStatus.ACCEPTED, NOON, ref=placed.ref))


async def github_sites() -> list[Site]:
    """Record what a repository is asked: its runs, its commits, its deployments, its dispatched workflow."""
    forge = a_forge(clock := Clock())
    async with served(forge.routes()) as url:
        sites = Sites("github", url)
        shas = [await _push(forge, clock, f"pay/{name}") for name in "abc"]
        for sha in shas:
            forge.checks.status(REPO, sha, "success", "ci/jenkins")
            forge.checks.report(REPO, sha, "Sonar", "completed", "success", app="sonar")
        forge.tag(REPO, "v1", shas[0])

        async def add(name: str, use: Callable[[Ports], object]) -> object:
            await sites.add(name, calling("t0ken", clock, use))
            return sites.found[-1].healthy

        hint = RunHint(REPO, forge.repositories[REPO].runs[-1].id)
        span = Span("payments", shas[0], shas[2])
        await add("a run", lambda one: one.builds.run(SERVICE, hint))
        await add("the newest runs", lambda one: one.builds.recent(SERVICE))
        await add("the newest runs with checks", lambda one: one.builds.recent(CHECKED))
        await add("runs that were missed", lambda one: _missed(one, SERVICE))
        await add("the files of two commits", lambda one: one.builds.changed(SERVICE, shas[0], shas[2]))
        await add("tags", lambda one: one.builds.tags(SERVICE, shas))
        await add("what a release changes", lambda one: one.github.compare(OF_PAY, span))
        for target in (DEPLOYMENT, WORKFLOW):
            await _add_deploy(add, forge, target, shas[2])
    await forge.close()
    return sites.found


async def _push(forge: Forge, clock: Clock, file: str) -> str:
    sha = await forge.push(REPO, "Change", files=(file,))
    forge.finish_run(REPO, forge.repositories[REPO].runs[-1])
    clock.now += timedelta(minutes=1)
    return sha


async def _missed(one: Ports, service: ServicePolicy) -> object:
    await one.github.recent(service)
    return await one.github.missed(service, Wanted(REACH))


async def _add_deploy(
    add: Callable[..., object], forge: Forge, target: GithubDeployment | GithubWorkflow, sha: str
) -> None:
    kind = "a deployment" if isinstance(target, GithubDeployment) else "a dispatched workflow"
    release = a_release(build=replace(a_build(), sha=sha), policy=a_lane_policy(target=target))
    placed = await add(f"{kind}: start", lambda one: one.github.start(SERVICE, release))  # type: ignore[misc]
    one_flying = flying(release, placed)
    await add(f"{kind}: find", lambda one: one.github.find(SERVICE, release))  # type: ignore[misc]
    await add(f"{kind}: follow", lambda one: one.github.follow(SERVICE, one_flying))  # type: ignore[misc]
    if isinstance(target, GithubWorkflow):
        await add(f"{kind}: stop", lambda one: one.stops.stop(SERVICE, one_flying))  # type: ignore[misc]
        return
    forge.progress_deployment(REPO, forge.repositories[REPO].deployments[0], "success")
    await add(f"{kind}: what is live", lambda one: one.github.newest_live(SERVICE, target))  # type: ignore[misc]


async def gate_sites() -> list[Site]:
    """Record what is asked of a run that waits at a gate, as a rule of an App and as a reviewer."""
    found: list[Site] = []
    for kind in KINDS:
        forge, token = a_gated_forge(clock := Clock(), kind)
        async with served(forge.routes()) as url:
            sites = Sites("github", url)
            await _add_gate(sites, forge, token, clock, kind)
        await forge.close()
        found += sites.found
    return found


async def _add_gate(sites: Sites, forge: Forge, token: str, clock: Clock, kind: str) -> None:
    async def add(name: str, use: Callable[[Ports], object]) -> object:
        await sites.add(f"a gate, {kind}: {name}", calling(token, clock, use))
        return sites.found[-1].healthy

    async with ClientSession() as session:
        ready = ports(Kept(Sender(session, sites.behind, token, clock)))
        stage = GateStage(forge, clock, ready.gates, GatedBuilds(ready.github, GateReader(ready.sends, SITE)), _never)
        first = await stage.push()
        stage.arrives(first)
        release = await stage.release(first)
        hint = RunHint(REPO, first.id)
        await add("a build that waits", lambda one: one.builds.run(GATED, hint))
        if kind == "review":
            await add("find while it waits", lambda one: one.gates.find(GATED, release))
        placed = await add("start", lambda one: one.gates.start(GATED, release))
        one_flying = flying(release, placed)
        await add("find", lambda one: one.gates.find(GATED, release))
        await add("follow", lambda one: one.gates.follow(GATED, one_flying))
        forge.progress_deployment(REPO, forge.repositories[REPO].deployments[-1], "success")
        stage.arrives(first)
        await add("let on what came later", lambda one: one.gates.let_on(GATED, one_flying))
        forge.finish_run(REPO, first)
        stage.later()
        forge.rerun(REPO, first)
        stage.later()
        await add("follow what was run again", lambda one: one.gates.follow(GATED, one_flying))
        await add("what is live", lambda one: one.gates.newest_live(GATED, GATE))
        second = await stage.push()
        stage.arrives(second)
        ended = await stage.release(second, 2)
        await add("turn away", lambda one: one.gates.turn_away(GATED, ended))
        await add("find what was rejected", lambda one: one.gates.find(GATED, ended))


def _never(method: str, mishap: object) -> None:
    raise AssertionError(method, mishap)


async def app_sites() -> list[Site]:
    """Record how a GitHub App comes to its token, and what it asks for with it."""
    clock = Clock()
    forge = Forge(clock, token="nobody has it")
    forge.create(REPO)
    await forge.push(REPO, "First")
    app = forge.apps.register("signoff", dict(NEEDED.permissions), owner="acme")
    forge.apps.install("signoff", "acme")
    proves = asserting(str(app.id), app.private_key.pem())

    async def call(url: str, session: ClientSession, patience: float) -> object:
        sender = Sender(session, url, "", clock, timeout=patience)
        tokens = InstallationTokens(sender, proves, lambda _repository: NEEDED)
        return await AppSender(tokens).send(HttpRequest("GET", f"/repos/{REPO}/actions/runs"))

    async def order(url: str, session: ClientSession, patience: float) -> object:
        sender = Sender(session, url, "", clock, timeout=patience)
        tokens = InstallationTokens(sender, proves, lambda _repository: NEEDED)
        body = {"ref": "main", "required_contexts": [], "auto_merge": False}
        return await AppSender(tokens).send(HttpRequest("POST", f"/repos/{REPO}/deployments", body=body))

    async with served(forge.routes()) as url:
        sites = Sites("app", url)
        await sites.add("an App reads", call)
        await sites.add("an App orders", order)
    await forge.close()
    return sites.found
