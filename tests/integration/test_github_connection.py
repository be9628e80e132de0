"""Github, the source and executor, against the sandbox's forge over real HTTP."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from aiohttp import ClientSession, web

from bot.core.build import Author, RunStatus
from bot.core.events import FoundLive
from bot.core.release import Deployment, DeployStatus, Release
from bot.core.target import GithubDeployment, GithubWorkflow
from bot.ports.ci import Placed, Progress, ProgressStatus, RunHint
from bot.ports.trouble import GiveUp, TryLater, Unsure
from handlers.ci.github_connection import Github
from handlers.ci.github_source import github_source
from handlers.ci.sender import Sender
from sandbox.github.faults import Fault
from sandbox.github.forge import Forge
from tests.factories import NOON, a_build, a_lane_policy, a_policy, a_release

REPO = "acme/payments"
SERVICE = a_policy().services[0]
DEPLOYMENT = GithubDeployment("production")
DISPATCH = GithubWorkflow("deploy.yml", "main", (("environment", "{environment}"), ("version", "{version}")))
SITE = "https://github.com"
DEPLOYMENTS_PAGE = f"{SITE}/{REPO}/deployments/production"


@dataclass
class Clock:
    """A clock that a test moves."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


@dataclass
class World:
    """A forge, and GitHub's connection to it."""

    github: Github
    forge: Forge
    clock: Clock
    shas: list[str] = field(default_factory=list)

    async def push(self, title: str = "Fix refunds") -> str:
        sha = await self.forge.push(REPO, title)
        self.shas.append(sha)
        self.clock.now += timedelta(minutes=1)
        return sha

    async def release(self, target: GithubDeployment | GithubWorkflow = DEPLOYMENT) -> Release:
        build = replace(a_build(), sha=await self.push())
        return a_release(build=build, policy=a_lane_policy(target=target), opened_at=self.clock.now)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = Clock()
    forge = Forge(clock=clock, token="t0ken")
    forge.create(REPO)
    app = web.Application()
    app.add_routes(forge.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession() as session:
        sender = Sender(session, f"http://127.0.0.1:{runner.addresses[0][1]}", "t0ken", clock)
        yield World(Github(sender, SITE), forge, clock)
    await runner.cleanup()
    await forge.close()


def placed_at(release: Release, ref: str) -> Release:
    return replace(release, deployment=Deployment(DeployStatus.ACCEPTED, NOON, ref=ref))


async def test_runs_are_told_oldest_first_and_again_while_nothing_changes(world: World) -> None:
    first, second = await world.push("One"), await world.push("Two")
    world.forge.finish_run(REPO, world.forge.repositories[REPO].runs[0])
    reports = await world.github.recent(SERVICE)
    assert isinstance(reports, tuple)
    assert [(r.sha, r.status, r.title) for r in reports] == [
        (first, RunStatus.SUCCEEDED, "One"),
        (second, RunStatus.QUEUED, "Two"),
    ]
    assert reports[0].authors == (Author("Robin", "robin@acme.example"),)
    assert reports[0].pusher == Author("robin", github="1009")
    assert await world.github.recent(SERVICE) == reports
    world.forge.finish_run(REPO, world.forge.repositories[REPO].runs[1], "failure")
    newer = await world.github.recent(SERVICE)
    assert isinstance(newer, tuple)
    assert [report.status for report in newer] == [RunStatus.SUCCEEDED, RunStatus.FAILED]


async def test_two_services_of_one_repository_each_hear_of_their_own_runs(world: World) -> None:
    await world.push()
    docs = replace(SERVICE, name="docs")
    mine, theirs = await world.github.recent(SERVICE), await world.github.recent(docs)
    assert isinstance(mine, tuple)
    assert theirs == tuple(replace(report, service="docs") for report in mine)
    assert len(mine) == 1


async def test_a_hinted_run_is_fetched(world: World) -> None:
    sha = await world.push()
    run = world.forge.repositories[REPO].runs[0]
    report = await world.github.run(SERVICE, RunHint(REPO, run.id))
    assert report == (await world.github.recent(SERVICE))[0]  # type: ignore[index]
    assert sha == world.shas[0]
    other = world.forge.start_run(REPO, run.commit, path=".github/workflows/lint.yml")
    assert await world.github.run(SERVICE, RunHint(REPO, other.id)) is None
    assert await world.github.run(SERVICE, RunHint(REPO, 999_999)) is None


async def test_trouble_on_the_way_is_told_and_mends_itself(world: World) -> None:
    await world.push()
    world.forge.faults.add(Fault.RATE_LIMIT)
    world.forge.faults.add(Fault.HTML)
    limited = TryLater(1.0, "GitHub answers 429: You have exceeded a secondary rate limit")
    assert await world.github.recent(SERVICE) == limited
    world.clock.now += timedelta(seconds=1)
    assert await world.github.recent(SERVICE) == TryLater(5.0, "GitHub's answer (200) cannot be read")
    reports = await world.github.recent(SERVICE)
    assert isinstance(reports, tuple)
    assert len(reports) == 1


async def test_a_deployment_is_started_once_and_followed_to_its_end(world: World) -> None:
    release = await world.release()
    assert await world.github.find(SERVICE, release) is None
    placed = await world.github.start(SERVICE, release)
    made = world.forge.repositories[REPO].deployments[0]
    assert placed == Placed(str(made.id), DEPLOYMENTS_PAGE)
    assert await world.github.find(SERVICE, release) == placed
    assert world.forge.deploys() == Counter({("production", release.key, release.build.sha): 1})

    flying = placed_at(release, str(made.id))
    assert await world.github.follow(SERVICE, flying) == Progress(ProgressStatus.WAITING, "", DEPLOYMENTS_PAGE)
    job = f"{SITE}/{REPO}/actions/runs/{made.id}"
    world.forge.progress_deployment(REPO, made, "in_progress", "Copying")
    assert await world.github.follow(SERVICE, flying) == Progress(ProgressStatus.RUNNING, "Copying", job)
    world.clock.now += timedelta(minutes=1)
    world.forge.progress_deployment(REPO, made, "success")
    assert await world.github.follow(SERVICE, flying) == Progress(ProgressStatus.SUCCEEDED, "", job)
    assert await world.github.newest_live(SERVICE, DEPLOYMENT) == FoundLive(
        release.build.sha, "1", world.clock.now, None, release.key
    )


async def test_a_strangers_deployment_under_our_number_is_not_followed(world: World) -> None:
    """As after a start under a policy that leads to another host: a deployment there has the number of ours."""
    stranger = await world.release()
    await world.github.start(SERVICE, stranger)
    made = world.forge.repositories[REPO].deployments[0]
    world.forge.progress_deployment(REPO, made, "success")
    ours = placed_at(replace(stranger, number=2, key="R-2-abcd2345"), str(made.id))
    assert await world.github.follow(SERVICE, ours) == GiveUp(
        f"deployment {made.id} in {REPO} is not the one that was begun for R-2; did the policy lead elsewhere then?"
    )
    gone = placed_at(ours, "999999999")
    assert await world.github.follow(SERVICE, gone) == TryLater(60.0, "GitHub answers 404: Not Found")


async def test_whose_a_deployment_is_is_asked_once(world: World) -> None:
    release = await world.release()
    await world.github.start(SERVICE, release)
    made = world.forge.repositories[REPO].deployments[0]
    before = world.forge.requests
    for _ in range(3):
        await world.github.follow(SERVICE, placed_at(release, str(made.id)))
    assert world.forge.requests - before == 4


@pytest.mark.parametrize(
    ("fault", "ended", "happened"),
    [
        (Fault.RESET_AFTER, Unsure("the connection was lost (ServerDisconnectedError)"), 1),
        (Fault.RESET_BEFORE, Unsure("the connection was lost (ServerDisconnectedError)"), 0),
        (Fault.SERVER_ERROR, Unsure("GitHub answers 502: Server Error"), 0),
        (Fault.HTML, Unsure("GitHub's answer (200) is not about the commit that was asked for"), 0),
        (Fault.RATE_LIMIT, TryLater(1.0, "GitHub answers 429: You have exceeded a secondary rate limit"), 0),
    ],
)
async def test_a_lost_answer_is_never_taken_for_a_no_and_the_key_tells(
    world: World, fault: Fault, ended: object, happened: int
) -> None:
    release = await world.release()
    world.forge.faults.add(fault, "POST")
    assert await world.github.start(SERVICE, release) == ended
    found = await world.github.find(SERVICE, release)
    assert (sum(world.forge.deploys().values()), isinstance(found, Placed)) == (happened, bool(happened))


async def test_a_commit_that_github_does_not_know_is_given_up(world: World) -> None:
    gone = a_release()
    assert await world.github.start(SERVICE, gone) == GiveUp(f"GitHub answers 422: No ref found for: {gone.build.sha}")


async def test_a_wrong_token_waits_for_a_right_one(world: World) -> None:
    release = await world.release()
    world.forge.token = "renewed"
    assert await world.github.start(SERVICE, release) == TryLater(60.0, "GitHub answers 401: Bad credentials")


async def test_a_dispatched_workflow_is_started_and_followed(world: World) -> None:
    release = await world.release(DISPATCH)
    assert await world.github.find(SERVICE, release) is None
    placed = await world.github.start(SERVICE, release)
    run = world.forge.repositories[REPO].runs[-1]
    page = f"{SITE}/{REPO}/actions/runs/{run.id}"
    assert placed == Placed(str(run.id), page)
    assert run.inputs == {
        "environment": "production",
        "version": "1",
        "sha": release.build.sha,
        "signoff_key": release.key,
    }
    assert await world.github.find(SERVICE, release) == placed
    flying = placed_at(release, str(run.id))
    assert await world.github.follow(SERVICE, flying) == Progress(ProgressStatus.WAITING, "", page)
    world.forge.finish_run(REPO, run, "cancelled")
    ended = Progress(ProgressStatus.FAILED, "the run ended: cancelled", page)
    assert await world.github.follow(SERVICE, flying) == ended
    assert await world.github.newest_live(SERVICE, DISPATCH) is None


async def test_a_dispatched_run_is_no_build(world: World) -> None:
    release = await world.release(DISPATCH)
    await world.github.start(SERVICE, release)
    reports = await world.github.recent(SERVICE)
    assert isinstance(reports, tuple)
    assert [report.sha for report in reports] == world.shas


async def test_only_a_success_is_live(world: World) -> None:
    assert await world.github.newest_live(SERVICE, DEPLOYMENT) is None
    old = await world.release()
    await world.github.start(SERVICE, old)
    world.clock.now += timedelta(minutes=1)
    new = replace(await world.release(), key="R-2-abcd2345")
    await world.github.start(SERVICE, new)
    first, second = world.forge.repositories[REPO].deployments
    world.forge.progress_deployment(REPO, first, "success")
    since = world.clock.now
    world.forge.progress_deployment(REPO, first, "inactive")
    world.forge.progress_deployment(REPO, second, "failure")
    assert await world.github.newest_live(SERVICE, DEPLOYMENT) == FoundLive(old.build.sha, "1", since, None, old.key)


async def test_without_a_reference_there_is_nothing_to_follow(world: World) -> None:
    given_up = GiveUp("the deployment has no id that GitHub would know")
    assert await world.github.follow(SERVICE, a_release()) == given_up
    assert await world.github.follow(SERVICE, placed_at(a_release(), "../../user")) == given_up


async def test_a_page_that_has_not_changed_is_read_anew_for_another_policy(world: World) -> None:
    await world.push()
    assert isinstance(found := await world.github.recent(SERVICE), tuple)
    assert len(found) == 1
    other = replace(SERVICE, source=replace(github_source(SERVICE), workflows=(".github/workflows/other.yml",)))
    assert await world.github.recent(other) == ()
    assert await world.github.recent(SERVICE) == found


async def test_tags_are_found_on_whatever_page_they_are(world: World) -> None:
    first, second, untagged = [await world.push() for _ in range(3)]
    for number in range(250):
        world.forge.tag(REPO, f"v{number:03}", first)
    world.forge.tag(REPO, "a-nightly", second)
    found = await world.github.tags(SERVICE, {second, untagged})
    assert found == {second: ("a-nightly",)}
    assert isinstance(all_of_first := await world.github.tags(SERVICE, {first}), dict)
    assert sorted(all_of_first[first]) == [f"v{number:03}" for number in range(250)]


async def test_tags_that_are_not_told_are_asked_for_later(world: World) -> None:
    sha = await world.push()
    world.forge.faults.add(Fault.SERVER_ERROR)
    assert await world.github.tags(SERVICE, {sha}) == TryLater(5.0, "GitHub answers 502: Server Error")
    world.forge.faults.add(Fault.RESET_BEFORE, count=2)
    lost = TryLater(5.0, "the connection was lost (ServerDisconnectedError)")
    assert await world.github.tags(SERVICE, {sha}) == lost
    elsewhere = replace(SERVICE, source=replace(github_source(SERVICE), repository="acme/gone"))
    assert await world.github.tags(elsewhere, {sha}) == {}


async def test_the_files_that_differ_are_told_or_none_are(world: World) -> None:
    first = await world.push()
    second = await world.forge.push(REPO, "Second", files=["pay/a.py", "docs/b.md"])
    assert await world.github.changed(SERVICE, first, second) == ("docs/b.md", "pay/a.py")
    assert await world.github.changed(SERVICE, second, first) is None
    assert await world.github.changed(SERVICE, first, "f" * 40) is None
    world.forge.faults.add(Fault.SERVER_ERROR)
    assert await world.github.changed(SERVICE, first, second) is None
    world.forge.faults.add(Fault.RESET_BEFORE, count=2)
    assert await world.github.changed(SERVICE, first, second) is None
