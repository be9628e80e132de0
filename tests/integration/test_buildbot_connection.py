"""What a Buildbot does that no test brings a real one to: refused sign-ins, long lists, odd forms, builds that change."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.core.build import PipelineReport, RunStatus
from bot.core.release import Deployment, DeployStatus, Release
from bot.core.source import BuildbotSource
from bot.core.target import BuildbotForce
from bot.ports.ci import BuildHint, Placed, Progress, ProgressStatus, RunHint
from bot.ports.meter import Counted
from bot.ports.trouble import GiveUp, TryLater
from handlers.ci import buildbot_force
from handlers.ci.buildbot_connection import buildbot, buildbot_systems
from handlers.ci.buildbot_deploys import BuildbotDeploys
from handlers.ci.buildbot_reports import BuildbotReports
from tests.buildbot.master import PASSWORD
from tests.buildbot.proxy import Proxy
from tests.contract.buildbot_stages import SERVICE, TARGET
from tests.factories import NOON, a_build, a_lane_policy, a_release, a_sha
from tests.fakes.buildbot import BUILD, SCHEDULER, FakeBuildbot, text_field
from tests.fakes.meter import FakeMeter

SHA = a_sha(7)
RELEASE = a_release(1, a_build(1, sha=SHA), policy=a_lane_policy(target=TARGET))


@dataclass(slots=True)
class Yard:
    """The two ports before a fake Buildbot."""

    fake: FakeBuildbot
    proxy: Proxy
    source: BuildbotReports
    executor: BuildbotDeploys
    meter: FakeMeter

    async def recent(self) -> tuple[PipelineReport, ...]:
        found = await self.source.recent(SERVICE)
        assert isinstance(found, tuple)
        return found

    async def progress(self, release: Release) -> Progress:
        found = await self.executor.follow(SERVICE, release)
        assert isinstance(found, Progress)
        return found


@asynccontextmanager
async def yard(user: str = "signoff", password: str = PASSWORD) -> AsyncIterator[Yard]:
    async with FakeBuildbot().open() as fake, Proxy(fake.url).open() as proxy, ClientSession() as session:
        meter = FakeMeter()
        ports = buildbot(session, proxy.url, (user, password), lambda: NOON, timeout=2.0, meter=meter)
        yield Yard(fake, proxy, *ports, meter)


def flying(placed: object, release: Release = RELEASE) -> Release:
    assert isinstance(placed, Placed)
    return replace(release, deployment=Deployment(DeployStatus.ACCEPTED, NOON, ref=placed.ref))


async def test_a_wrong_password_waits_and_nothing_is_sent() -> None:
    async with yard(password="another") as here:
        told = TryLater(60.0, "Buildbot takes no BUILDBOT_USER with this BUILDBOT_PASSWORD (401)")
        assert await here.executor.start(SERVICE, RELEASE) == told
        assert await here.executor.find(SERVICE, RELEASE) == told
        assert await here.source.recent(SERVICE) == told
        assert here.fake.forced() == []


async def test_somebody_without_the_role_is_refused_for_good() -> None:
    async with yard(user="") as here:
        told = "Buildbot answers 403: you need to have role 'deployers'"
        assert await here.executor.start(SERVICE, RELEASE) == GiveUp(told)
        assert "/auth/login" not in [path for _, path in here.proxy.calls]
    async with yard() as here:
        here.fake.closed_to_all = True
        assert await here.executor.start(SERVICE, RELEASE) == GiveUp(told)
        assert [path for _, path in here.proxy.calls].count("/auth/login") == 2  # its session might have run out
        assert here.fake.forced() == []


async def test_where_nobody_signs_in_the_password_is_for_the_proxy() -> None:
    async with yard() as here:
        here.fake.open_to_all = True
        assert isinstance(await here.executor.start(SERVICE, RELEASE), Placed)
        heads = [head for head, call in zip(here.proxy.heads, here.proxy.calls, strict=True) if call[0] == "POST"]
        assert [head["authorization"] for head in heads] == ["Basic c2lnbm9mZjpwdw=="]
        assert "cookie" not in heads[0]
        await here.executor.find(SERVICE, RELEASE)
        assert [path for _, path in here.proxy.calls].count("/auth/login") == 1


async def test_where_nobody_signs_in_a_refusal_is_the_last_word() -> None:
    async with yard() as here:
        here.fake.open_to_all = here.fake.closed_to_all = True
        told = "Buildbot answers 403: you need to have role 'deployers'"
        assert await here.executor.start(SERVICE, RELEASE) == GiveUp(told)
        assert [path for _, path in here.proxy.calls].count("/auth/login") == 2, "it may have come to be signed in to"
        assert [method for method, _ in here.proxy.calls].count("POST") == 1


async def test_who_could_not_sign_in_because_somebody_else_answered_does_so_when_turned_away() -> None:
    async with yard() as here:
        here.fake.open_to_all = True
        assert await here.executor.find(SERVICE, RELEASE) is None
        here.fake.open_to_all = False
        assert isinstance(await here.executor.start(SERVICE, RELEASE), Placed)
        assert [path for _, path in here.proxy.calls].count("/auth/login") == 2
        assert here.fake.forced() == [RELEASE.key]


async def test_without_a_user_no_password_is_sent() -> None:
    async with yard(user="") as here:
        await here.source.recent(SERVICE)
        assert all("authorization" not in head for head in here.proxy.heads)


async def test_a_key_is_found_behind_any_number_of_requests() -> None:
    async with yard() as here:
        placed = await here.executor.start(SERVICE, RELEASE)
        for number in range(2 * buildbot_force.PAGE + 5):
            other = replace(RELEASE, key=f"R-{number + 2}-abcd2345")
            await here.executor.start(SERVICE, other)
        assert await here.executor.find(SERVICE, RELEASE) == placed
        assert await here.executor.find(SERVICE, replace(RELEASE, key="R-9999-abcd2345")) is None


async def test_nobody_says_no_before_all_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buildbot_force, "PAGE", 2)
    monkeypatch.setattr(buildbot_force, "MOST_PAGES", 3)
    async with yard() as here:
        for number in range(7):
            await here.executor.start(SERVICE, replace(RELEASE, key=f"R-{number + 2}-abcd2345"))
        told = TryLater(60.0, "deploy legacy has too many requests to look our key up among them")
        assert await here.executor.find(SERVICE, RELEASE) == told


async def test_requests_of_before_the_release_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buildbot_force, "PAGE", 2)
    async with yard() as here:
        here.fake.now -= 7200
        for number in range(7):
            await here.executor.start(SERVICE, replace(RELEASE, key=f"R-{number + 2}-abcd2345"))
        before = len(here.proxy.calls)
        assert await here.executor.find(SERVICE, RELEASE) is None
        assert len(here.proxy.calls) - before == 2  # the builder, and one page


async def test_a_builder_that_is_gone_is_no_no() -> None:
    gone = replace(TARGET, builder="gone")
    release = replace(RELEASE, policy=a_lane_policy(target=gone))
    async with yard() as here:
        told = await here.executor.find(SERVICE, release)
        assert told == TryLater(
            60.0, "Buildbot answers 404: not found while getting from endpoint for /builders/n:builderid"
        )


async def test_a_form_is_read_before_each_deploy() -> None:
    async with yard() as here:
        here.fake.switched_off.add(SCHEDULER)
        told = TryLater(60.0, "the force scheduler force-deploy is switched off in Buildbot")
        assert await here.executor.start(SERVICE, RELEASE) == told
        here.fake.switched_off.clear()
        here.fake.forms[SCHEDULER] = [text_field("signoff_key"), text_field("revision")]
        assert await here.executor.start(SERVICE, RELEASE) == GiveUp(
            "the force scheduler force-deploy would drop environment and version without a word; add to its properties:"
            ' util.StringParameter(name="environment", default=""), util.StringParameter(name="version", default="")'
        )
        assert here.fake.forced() == []


async def test_a_field_that_is_refused_is_told() -> None:
    async with yard() as here:
        here.fake.refuses = "'production' does not match pattern 'staging'"
        told = "Buildbot answers 400: environment: 'production' does not match pattern 'staging'"
        assert await here.executor.start(SERVICE, RELEASE) == GiveUp(told)


async def test_a_worker_that_is_lost_is_not_the_end() -> None:
    async with yard() as here:
        release = flying(await here.executor.start(SERVICE, RELEASE))
        here.fake.ends(here.fake.build_of(RELEASE.key), 5)
        assert (await here.progress(release)).status is ProgressStatus.WAITING
        again = here.fake.begins(int(release.deployment.ref)) if release.deployment and release.deployment.ref else {}
        assert (await here.progress(release)).status is ProgressStatus.RUNNING
        here.fake.ends(again)
        assert (await here.progress(release)).status is ProgressStatus.SUCCEEDED


async def test_a_request_that_was_merged_has_failed() -> None:
    async with yard() as here:
        release = flying(await here.executor.start(SERVICE, RELEASE))
        here.fake.requests[-1].update(complete=True, results=3)
        assert await here.progress(release) == Progress(
            ProgressStatus.FAILED,
            "Buildbot merged the request with another one and built neither; set collapseRequests to False",
            f"{here.proxy.url}/#/buildrequests/1?redirect_to_build=true",
        )


async def test_a_success_of_another_commit_has_failed() -> None:
    async with yard() as here:
        release = flying(await here.executor.start(SERVICE, RELEASE))
        build = here.fake.build_of(RELEASE.key)
        build["properties"]["got_revision"] = [a_sha(8), "Git"]
        here.fake.ends(build)
        told = await here.progress(release)
        assert (told.status, told.detail) == (
            ProgressStatus.FAILED,
            f"the build checked out {a_sha(8)[:12]}, which is not the approved commit",
        )


@pytest.mark.parametrize("ref", [None, "R-1", "9x", "²"])
async def test_without_a_number_there_is_nothing_to_follow(ref: str | None) -> None:
    async with yard() as here:
        release = replace(RELEASE, deployment=Deployment(DeployStatus.ACCEPTED, NOON, ref=ref))
        told = GiveUp("the deployment has no id that Buildbot would know")
        assert await here.executor.follow(SERVICE, release) == told
        assert here.proxy.calls == []


async def test_a_request_that_is_gone_is_asked_about_again() -> None:
    async with yard() as here:
        release = replace(RELEASE, deployment=Deployment(DeployStatus.ACCEPTED, NOON, ref="99"))
        told = TryLater(60.0, "Buildbot answers 404: not found while getting from endpoint for /buildrequests/n:id")
        assert await here.executor.follow(SERVICE, release) == told


async def test_a_build_that_runs_is_looked_at_again_with_who_wrote_it() -> None:
    async with yard() as here:
        build = here.fake.commit(SHA, "Add search", revision="")
        assert await here.recent() == ()  # nobody can tell yet which commit it is
        build["properties"]["got_revision"] = [SHA, "Git"]
        (running,) = await here.recent()
        here.fake.ends(build)
        (ended,) = await here.recent()
        assert (running.status, ended.status) == (RunStatus.RUNNING, RunStatus.SUCCEEDED)
        assert (ended.sha, [author.name for author in ended.authors]) == (SHA, ["Ann"])
        assert await here.recent() == (ended,)


@pytest.mark.parametrize(
    "stamp", [{"patch": {"patchid": 1}}, {"branch": "refs/pull/7/head"}, {"revision": SHA[:12]}], ids=str
)
async def test_what_is_no_commit_of_the_branch_opens_nothing(stamp: dict[str, Any]) -> None:
    async with yard() as here:
        here.fake.ends(here.fake.commit(SHA, "Sneak in", **stamp))
        assert await here.recent() == ()
        assert await here.source.run(SERVICE, BuildHint(BUILD, 1)) is None


async def test_a_new_database_begins_its_numbers_anew() -> None:
    async with yard() as here:
        here.fake.ends(here.fake.commit(SHA, "Before"))
        await here.recent()
        for gone in (here.fake.builds, here.fake.requests, here.fake.buildsets):
            gone.clear()
        here.fake.ends(here.fake.commit(a_sha(8), "After"))
        assert [report.sha for report in await here.recent()] == [a_sha(8)]


async def test_a_builder_without_builds_has_none() -> None:
    async with yard() as here:
        assert await here.recent() == ()
        assert await here.source.run(SERVICE, RunHint("acme/payments", 1)) is None
        assert await here.source.changed(SERVICE, SHA, a_sha(8)) is None
        assert await here.source.tags(SERVICE, {SHA}) == {}


async def test_calls_are_counted_under_a_name_of_their_own() -> None:
    async with yard(user="") as here:
        await here.recent()
        assert dict(here.meter.counts) == {(Counted.API_REQUESTS, "buildbot", "GET", "200"): 2}


async def test_a_master_that_is_down_certainly_got_nothing() -> None:
    async with ClientSession() as session:
        source, executor = buildbot(session, "http://127.0.0.1:1", ("signoff", PASSWORD), lambda: NOON)
        told = TryLater(5.0, "the CI system cannot be reached (ClientConnectorError)")
        assert await executor.start(SERVICE, RELEASE) == told
        assert await executor.find(SERVICE, RELEASE) == told
        assert await source.recent(SERVICE) == told


async def test_where_no_address_says_where_it_is_there_is_none() -> None:
    async with ClientSession() as session:
        assert buildbot_systems(session, None, ("", ""), lambda: NOON) == ({}, {}, {})
        sources, executors, stoppers = buildbot_systems(
            session, "https://buildbot.acme.example", ("", ""), lambda: NOON
        )
        assert [list(one) for one in (sources, executors, stoppers)] == [
            [BuildbotSource],
            [BuildbotForce],
            [BuildbotForce],
        ]


async def test_what_is_deployed_otherwise_is_not_for_it() -> None:
    async with yard() as here:
        with pytest.raises(TypeError, match="R-1 is not deployed by Buildbot"):
            await here.executor.start(SERVICE, a_release())
