"""The forge's API against field lists and wordings of GitHub's documentation, and its ways of going wrong."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, ServerDisconnectedError, web

from sandbox.github.faults import Fault
from sandbox.github.forge import Forge
from sandbox.github.hooks import Hook
from sandbox.github.state import Landed

REPO = "acme/payments"
TOKEN = "ghs_sandbox"
KEY = "R-1-a1b2c3d4"
DEPLOY = "deploy.yml"
DISPATCHES = f"/actions/workflows/{DEPLOY}/dispatches"

RUN = {
    "id",
    "node_id",
    "name",
    "path",
    "head_branch",
    "head_sha",
    "display_title",
    "run_number",
    "run_attempt",
    "event",
    "status",
    "conclusion",
    "workflow_id",
    "check_suite_id",
    "url",
    "html_url",
    "jobs_url",
    "pull_requests",
    "created_at",
    "updated_at",
    "run_started_at",
    "actor",
    "triggering_actor",
    "head_commit",
    "repository",
    "head_repository",
}
DEPLOYMENT = {
    "url",
    "id",
    "node_id",
    "sha",
    "ref",
    "task",
    "payload",
    "original_environment",
    "environment",
    "description",
    "creator",
    "created_at",
    "updated_at",
    "statuses_url",
    "repository_url",
    "transient_environment",
    "production_environment",
}
STATUS = {
    "url",
    "id",
    "node_id",
    "state",
    "creator",
    "description",
    "environment",
    "target_url",
    "log_url",
    "environment_url",
    "created_at",
    "updated_at",
    "deployment_url",
    "repository_url",
}
COMPARISON = {
    "url",
    "html_url",
    "base_commit",
    "merge_base_commit",
    "status",
    "ahead_by",
    "behind_by",
    "total_commits",
    "commits",
    "files",
}
COMMIT = {"sha", "node_id", "url", "html_url", "commit", "author", "committer", "parents"}


@dataclass(slots=True)
class World:
    """A forge on loopback, its clock and a client."""

    forge: Forge
    http: ClientSession
    url: str = ""
    now: datetime = datetime(2026, 11, 21, 10, tzinfo=UTC)
    paused: asyncio.Event = field(default_factory=asyncio.Event)
    """Set, to let late requests land."""

    async def call(self, method: str, path: str, **more: Any) -> ClientResponse:
        answer = await self.http.request(method, f"{self.url}/repos/{REPO}{path}", **more)
        await answer.read()
        return answer

    async def get(self, path: str, **query: str) -> Any:
        answer = await self.call("GET", path, params=query)
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def refused(self, method: str, path: str, **more: Any) -> tuple[int, str]:
        answer = await self.call(method, path, **more)
        body = await answer.json()
        assert set(body) >= {"message", "documentation_url", "status"}
        assert body["status"] == str(answer.status)
        return answer.status, body["message"]

    async def deploy(self, ref: str, **more: Any) -> ClientResponse:
        ordered = {"ref": ref, "task": f"signoff:{KEY}", "auto_merge": False, "required_contexts": []}
        return await self.call("POST", "/deployments", json=ordered | more)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with ClientSession(headers={"Authorization": f"Bearer {TOKEN}"}, timeout=ClientTimeout(total=10)) as http:
        here = World(Forge(lambda: here.now, token=TOKEN), http)

        async def pause(_seconds: float) -> None:
            await here.paused.wait()

        here.forge.pause = pause
        here.forge.create(REPO)
        app = web.Application()
        app.add_routes(here.forge.routes())
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        here.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield here
        await here.forge.close()
        await runner.cleanup()


async def test_the_repository(world: World) -> None:
    told = await world.get("")
    assert (told["full_name"], told["default_branch"], told["private"]) == (REPO, "main", True)


async def test_a_run_has_the_documented_fields(world: World) -> None:
    sha = await world.forge.push(REPO, "Add refunds", body="Because.", name="Ann", login="ann", login_id=1001)
    (run,) = (await world.get("/actions/runs"))["workflow_runs"]
    assert set(run) >= RUN
    assert (run["head_sha"], run["path"], run["status"]) == (sha, ".github/workflows/build.yml@main", "queued")
    assert (run["run_number"], run["run_attempt"], run["event"]) == (1, 1, "push")
    assert run["head_commit"]["message"] == "Add refunds\n\nBecause."
    assert run["head_commit"]["author"] == {"name": "Ann", "email": "ann@acme.example"}
    assert (run["actor"]["id"], run["triggering_actor"]["id"]) == (1001, 1001)
    assert await world.get(f"/actions/runs/{run['id']}") == run


async def test_a_rerun_keeps_the_id_and_names_who_asked(world: World) -> None:
    await world.forge.push(REPO, "Add refunds")
    run = world.forge.repositories[REPO].runs[0]
    world.forge.finish_run(REPO, run, "failure")
    assert (await world.get("/actions/runs", status="failure"))["total_count"] == 1
    world.now += timedelta(minutes=5)
    world.forge.rerun(REPO, run, by=("sam", 1002))
    told = await world.get(f"/actions/runs/{run.id}")
    assert (told["run_attempt"], told["status"], told["conclusion"]) == (2, "queued", None)
    assert (told["actor"]["login"], told["triggering_actor"]["login"]) == ("robin", "sam")
    assert (told["created_at"], told["run_started_at"]) == ("2026-11-21T10:00:00Z", "2026-11-21T10:05:00Z")


async def test_runs_are_filtered_and_paged_newest_first(world: World) -> None:
    first = await world.forge.push(REPO, "One")
    world.now += timedelta(hours=1)
    second = await world.forge.push(REPO, "Two", branch="feature")
    world.forge.start_run(REPO, world.forge.repositories[REPO].commits[0], path=".github/workflows/lint.yml")

    async def shas(**query: str) -> list[str]:
        return [run["head_sha"] for run in (await world.get("/actions/runs", **query))["workflow_runs"]]

    assert await shas() == [first, second, first]
    assert await shas(branch="feature") == [second]
    assert await shas(head_sha=first, per_page="1") == [first]
    assert await shas(event="schedule") == []
    assert await shas(created=">=2026-11-21T11:00:00Z") == [first, second]
    assert await shas(created="<2026-11-21T11:00:00Z") == [first]
    assert await shas(created=">2026-11-21T10:00:00Z") == [first, second]
    assert await shas(created="soon") == []
    assert await shas(created="2026-11-21T09:00:00Z..2026-11-21T10:30:00Z") == [first]
    assert await shas(created="2026-11-20") == []
    assert len((await world.get("/actions/workflows/build.yml/runs"))["workflow_runs"]) == 2
    paged = await world.call("GET", "/actions/runs", params={"per_page": "2", "page": "1"})
    following = paged.links["next"]["url"]
    async with world.http.get(following) as answer:
        assert [run["head_sha"] for run in (await answer.json())["workflow_runs"]] == [first]


async def test_a_deployment_and_its_statuses_have_the_documented_fields(world: World) -> None:
    sha = await world.forge.push(REPO, "Add refunds")
    answer = await world.deploy(sha, environment="production", payload={"version": "41"}, description="R-1")
    made = await answer.json()
    assert (answer.status, set(made) >= DEPLOYMENT) == (201, True)
    assert (made["sha"], made["ref"], made["task"], made["payload"]) == (sha, sha, f"signoff:{KEY}", {"version": "41"})
    assert (made["production_environment"], made["creator"]["login"]) == (True, "signoff-bot")
    said = await world.call(
        "POST", f"/deployments/{made['id']}/statuses", json={"state": "in_progress", "log_url": "u"}
    )
    assert (said.status, set(await said.json()) >= STATUS) == (201, True)
    await world.call("POST", f"/deployments/{made['id']}/statuses", json={"state": "success"})
    states = [one["state"] for one in await world.get(f"/deployments/{made['id']}/statuses")]
    assert states == ["success", "in_progress"]
    assert (await world.get(f"/deployments/{made['id']}"))["sha"] == sha
    assert world.forge.deploys() == Counter({("production", KEY, sha): 1})
    assert world.forge.landed() == [
        Landed(made["id"], REPO, "production", KEY, sha, world.now, "success", dispatched=False)
    ]


async def test_deployments_are_found_by_every_filter(world: World) -> None:
    sha = await world.forge.push(REPO, "Add refunds")
    made = await (await world.deploy(sha, environment="staging")).json()
    fits = {"sha": sha, "ref": sha, "task": f"signoff:{KEY}", "environment": "staging"}
    assert [one["id"] for one in await world.get("/deployments", **fits)] == [made["id"]]
    for name in fits:
        assert await world.get("/deployments", **(fits | {name: "other"})) == []


async def test_an_unknown_ref_cannot_be_deployed(world: World) -> None:
    assert await world.refused("POST", "/deployments", json={"ref": "nowhere"}) == (422, "No ref found for: nowhere")


async def test_checks_that_are_not_green_conflict_unless_none_are_required(world: World) -> None:
    sha = await world.forge.push(REPO, "Add refunds")
    ordered = {"ref": sha, "auto_merge": False}
    conflict = (409, f"Conflict: Commit status checks failed for {sha}.")
    assert await world.refused("POST", "/deployments", json=ordered) == conflict
    assert await world.refused("POST", "/deployments", json=ordered | {"required_contexts": ["lint"]}) == conflict
    assert (await world.deploy(sha)).status == 201
    world.forge.finish_run(REPO, world.forge.repositories[REPO].runs[0])
    assert (await world.call("POST", "/deployments", json=ordered)).status == 201


async def test_the_default_auto_merge_deploys_nothing_when_the_commit_is_behind(world: World) -> None:
    behind = await world.forge.push(REPO, "One")
    await world.forge.push(REPO, "Two")
    answer = await world.call("POST", "/deployments", json={"ref": behind, "required_contexts": []})
    assert (answer.status, list(await answer.json())) == (202, ["message"])
    assert await world.get("/deployments") == []


async def test_a_newer_success_retires_the_older_except_in_production(world: World) -> None:
    shas = [await world.forge.push(REPO, title) for title in ("One", "Two")]
    made = [
        await (await world.deploy(sha, environment=environment)).json()
        for environment in ("staging", "production")
        for sha in shas
    ]
    for one in made:
        await world.call("POST", f"/deployments/{one['id']}/statuses", json={"state": "success"})
    states = [one.state for one in world.forge.repositories[REPO].deployments]
    assert states == ["inactive", "success", "success", "success"]


async def test_a_dispatch_tells_its_run_when_asked(world: World) -> None:
    tip = await world.forge.push(REPO, "Add refunds")
    ordered = {"ref": "main", "inputs": {"sha": "a" * 40, "signoff_key": KEY, "environment": "staging"}}
    told = await world.call("POST", DISPATCHES, json=ordered | {"return_run_details": True})
    assert (told.status, set(await told.json())) == (200, {"workflow_run_id", "run_url", "html_url"})
    run = await world.get(f"/actions/runs/{(await told.json())['workflow_run_id']}")
    assert (run["head_sha"], run["event"], run["actor"]["login"]) == (tip, "workflow_dispatch", "signoff-bot")
    assert KEY in run["display_title"]
    assert world.forge.deploys() == Counter({("staging", KEY, "a" * 40): 1})
    assert (await world.call("POST", DISPATCHES, json=ordered)).status == 204
    assert world.forge.deploys() == Counter({("staging", KEY, "a" * 40): 2})
    first, second = world.forge.landed()
    assert first == Landed(run["id"], REPO, "staging", KEY, "a" * 40, world.now, "queued", dispatched=True)
    assert second.id > first.id


@pytest.mark.parametrize(
    ("ordered", "message"),
    [
        ({"ref": "main", "inputs": {"sha": "a", "key": "b"}}, 'Unexpected inputs provided: ["key"]'),
        ({"ref": "main", "inputs": {"version": "1"}}, "Required input 'sha' not provided"),
        ({"ref": "gone", "inputs": {"sha": "a"}}, "No ref found for: gone"),
    ],
)
async def test_a_dispatch_that_does_not_fit_is_refused(world: World, ordered: Any, message: str) -> None:
    await world.forge.push(REPO, "Add refunds")
    world.forge.declare(REPO, DEPLOY, {"sha": True, "version": False}, "Deploy ${{ inputs.sha }}")
    assert await world.refused("POST", DISPATCHES, json=ordered) == (422, message)
    assert len(world.forge.repositories[REPO].runs) == 1


async def test_a_hash_or_a_workflow_without_the_trigger_cannot_be_dispatched(world: World) -> None:
    sha = await world.forge.push(REPO, "Add refunds")
    assert await world.refused("POST", DISPATCHES, json={"ref": sha}) == (422, f"No ref found for: {sha}")
    refusal = (422, "Workflow does not have 'workflow_dispatch' trigger")
    assert await world.refused("POST", "/actions/workflows/build.yml/dispatches", json={"ref": "main"}) == refusal


async def test_a_run_is_cancelled_once(world: World) -> None:
    await world.forge.push(REPO, "Add refunds")
    run = world.forge.repositories[REPO].runs[0]
    assert (await world.call("POST", f"/actions/runs/{run.id}/cancel")).status == 202
    assert (await world.get(f"/actions/runs/{run.id}"))["conclusion"] == "cancelled"
    assert (await world.refused("POST", f"/actions/runs/{run.id}/cancel"))[0] == 409


async def test_tags_are_listed_page_by_page_with_the_commits_that_they_point_at(world: World) -> None:
    sha = await world.forge.push(REPO, "First")
    for name in ("v1", "v3", "v2"):
        world.forge.tag(REPO, name, sha)
    told = await world.get("/tags?per_page=2")
    assert [(tag["name"], tag["commit"]["sha"]) for tag in told] == [("v3", sha), ("v2", sha)]
    assert [tag["name"] for tag in await world.get("/tags?per_page=2&page=2")] == ["v1"]


async def test_a_comparison_names_the_files_of_the_commits_between_300_at_most(world: World) -> None:
    one = await world.forge.push(REPO, "One", files=["a"])
    two = await world.forge.push(REPO, "Two", files=["c", "b"])
    three = await world.forge.push(REPO, "Three", files=["b", "d"])
    four = await world.forge.push(REPO, "Four", files=[f"many/{number}" for number in range(400)])

    async def files(base: str, head: str) -> list[str]:
        return [file["filename"] for file in (await world.get(f"/compare/{base}...{head}"))["files"]]

    assert await files(one, three) == ["b", "c", "d"]
    assert await files(two, two) == []
    assert len(await files(three, four)) == 300


async def test_commits_are_compared_along_their_history(world: World) -> None:
    one = await world.forge.push(REPO, "One")
    two = await world.forge.push(REPO, "Two")
    side = await world.forge.push(REPO, "Side", branch="feature")
    three = await world.forge.push(REPO, "Three")

    async def standing(base: str, head: str) -> tuple[str, int, int, list[str]]:
        told = await world.get(f"/compare/{base}...{head}")
        assert set(told) >= COMPARISON
        return told["status"], told["ahead_by"], told["behind_by"], [one["sha"] for one in told["commits"]]

    assert await standing(one, three) == ("ahead", 2, 0, [two, three])
    assert await standing(three, one) == ("behind", 0, 2, [])
    assert await standing(one, one) == ("identical", 0, 0, [])
    assert await standing("main", "feature") == ("diverged", 1, 1, [side])
    told = await world.get(f"/commits/{two}")
    assert (set(told) >= COMMIT, told["parents"]) == (True, [{"sha": one}])
    assert await world.get(f"/commits/{two}/pulls") == []


async def test_what_was_committed_before_goes_out_with_the_next_push(world: World) -> None:
    base, sent = await world.forge.push(REPO, "Base"), list[Hook]()
    world.forge.hooks.carry = sent.append
    one = world.forge.commit(REPO, "One", files=["a"])
    head = await world.forge.push(REPO, "Two", files=["b"])
    told = await world.get(f"/compare/{base}...{head}")
    assert [commit["sha"] for commit in told["commits"]] == [one, head]
    assert (await world.get(f"/commits/{one}"))["files"][0]["filename"] == "a"
    (pushed,) = [json.loads(hook.body) for hook in sent if hook.event == "push"]
    assert [commit["id"] for commit in pushed["commits"]] == [one, head]
    assert (pushed["before"], pushed["after"]) == (base, head)


async def test_a_comparison_comes_in_pages_the_files_on_the_first(world: World) -> None:
    base = await world.forge.push(REPO, "Base")
    shas = [world.forge.commit(REPO, f"Change {number}", files=[f"f{number}"]) for number in range(260)]
    whole = await world.get(f"/compare/{base}...{shas[-1]}")
    assert [commit["sha"] for commit in whole["commits"]] == shas[-250:]
    for page, some, files in (("1", shas[:100], 260), ("3", shas[200:], 0)):
        told = await world.get(f"/compare/{base}...{shas[-1]}", per_page="100", page=page)
        assert [commit["sha"] for commit in told["commits"]] == some
        assert (told["total_commits"], len(told["files"])) == (260, files)


async def test_a_commit_tells_the_pull_requests_that_have_it(world: World) -> None:
    one, two = [await world.forge.push(REPO, title) for title in ("One", "Two")]
    world.forge.merge(REPO, "Both", [one, two], labels=["bug"])
    world.forge.merge(REPO, "Open", [two], merged=False)
    (told,) = await world.get(f"/commits/{one}/pulls")
    assert set(told) >= {"number", "title", "state", "merged_at", "labels", "base", "user", "html_url"}
    assert (told["number"], told["title"], [label["name"] for label in told["labels"]]) == (1, "Both", ["bug"])
    assert [(one["number"], one["merged_at"]) for one in await world.get(f"/commits/{two}/pulls")] == [
        (2, None),
        (1, "2026-11-21T10:00:00Z"),
    ]


@pytest.mark.parametrize(
    "path", ["/actions/runs/77", "/deployments/77", "/deployments/77/statuses", "/compare/a...b", "/nothing/here"]
)
async def test_what_is_not_there_is_404(world: World, path: str) -> None:
    assert await world.refused("GET", path) == (404, "Not Found")


async def test_a_wrong_token_is_401_and_a_body_that_is_not_json_400(world: World) -> None:
    world.forge.token = "renewed"
    assert await world.refused("GET", "") == (401, "Bad credentials")
    world.forge.token = None
    answer = await world.call("POST", "/deployments", data=b"{")
    assert (answer.status, (await answer.json())["message"]) == (400, "Problems parsing JSON")


async def test_what_did_not_change_is_304_and_costs_nothing(world: World) -> None:
    await world.forge.push(REPO, "One")
    first = await world.call("GET", "/actions/runs")
    known = {"If-None-Match": first.headers["ETag"]}
    same = await world.call("GET", "/actions/runs", headers=known)
    assert (same.status, await same.read()) == (304, b"")
    assert same.headers["x-ratelimit-remaining"] == first.headers["x-ratelimit-remaining"] == "4999"
    world.forge.begin_run(REPO, world.forge.repositories[REPO].runs[0])
    world.now += timedelta(seconds=1)
    changed = await world.call("GET", "/actions/runs", headers=known)
    assert (changed.status, changed.headers["x-ratelimit-remaining"]) == (200, "4998")


async def test_the_index_lags_behind_what_can_be_read_by_id(world: World) -> None:
    world.forge.index_lag = 5
    sha = await world.forge.push(REPO, "One")
    made = await (await world.deploy(sha)).json()
    assert (await world.get("/actions/runs"))["total_count"] == 0
    assert await world.get("/deployments") == []
    assert (await world.get(f"/deployments/{made['id']}"))["id"] == made["id"]
    world.now += timedelta(seconds=5)
    assert (await world.get("/actions/runs"))["total_count"] == 1
    assert [one["id"] for one in await world.get("/deployments")] == [made["id"]]


@pytest.mark.parametrize(
    ("fault", "status", "headers"),
    [
        (Fault.RATE_LIMIT, 429, {"retry-after": "7"}),
        (Fault.FORBIDDEN, 403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1795255207"}),
        (Fault.INTERNAL_ERROR, 500, {}),
        (Fault.SERVER_ERROR, 502, {}),
        (Fault.HTML, 200, {"Content-Type": "text/html; charset=utf-8"}),
    ],
)
async def test_a_fault_answers_as_told_only_as_often_as_told_and_does_nothing(
    world: World, fault: Fault, status: int, headers: dict[str, str]
) -> None:
    sha = await world.forge.push(REPO, "One")
    world.forge.faults.add(fault, "POST", "*/deployments", count=2, seconds=7)
    assert (await world.call("GET", "/deployments")).status == 200
    for _ in range(2):
        answer = await world.deploy(sha)
        assert (answer.status, {name: answer.headers[name] for name in headers}) == (status, headers)
    assert not world.forge.deploys()
    assert (await world.deploy(sha)).status == 201


@pytest.mark.parametrize(("fault", "happened"), [(Fault.RESET_BEFORE, 0), (Fault.RESET_AFTER, 1)])
async def test_a_lost_answer_counts_and_a_lost_request_does_not(world: World, fault: Fault, happened: int) -> None:
    sha = await world.forge.push(REPO, "One")
    world.forge.faults.add(fault, "POST")
    with pytest.raises(ServerDisconnectedError):
        await world.deploy(sha)
    assert world.forge.deploys().total() == happened
    await world.deploy(sha)  # whoever sends again without looking deploys twice
    assert world.forge.deploys() == Counter({("production", KEY, sha): happened + 1})


async def test_a_late_request_lands_after_its_connection_broke(world: World) -> None:
    sha = await world.forge.push(REPO, "One")
    world.forge.faults.add(Fault.LATE, "POST")
    with pytest.raises(ServerDisconnectedError):
        await world.deploy(sha)
    assert not world.forge.deploys()
    world.paused.set()
    await world.forge.settle()
    assert world.forge.deploys() == Counter({("production", KEY, sha): 1})


async def test_a_request_that_times_out_was_not_handled(world: World) -> None:
    sha = await world.forge.push(REPO, "One")
    world.forge.faults.add(Fault.TIMEOUT, "POST")
    with pytest.raises((TimeoutError, ClientError)):
        await world.call("POST", "/deployments", json={"ref": sha}, timeout=ClientTimeout(total=0.1))
    assert await world.get("/deployments") == []
