"""Runs of the demo GitHub: attempts, jobs, running again, workflows, and what a dispatch is refused for."""

from datetime import timedelta

import pytest

from sandbox.github.hooks import EVERY
from tests.unit.sandbox.github_world import REPO, World

DISPATCHES = "/actions/workflows/deploy.yml/dispatches"


@pytest.fixture
async def world() -> World:
    here = World()
    here.forge.hooks.events = EVERY
    await here.forge.push(REPO, "Add refunds")
    return here


def test_an_earlier_attempt_is_told_as_it_ended(world: World) -> None:
    run = world.run
    world.forge.begin_run(REPO, run)
    world.now += timedelta(minutes=3)
    world.forge.finish_run(REPO, run, "failure")
    world.now += timedelta(minutes=3)
    world.forge.give_token("sams", "sam", 1002)
    assert world.post(f"/actions/runs/{run.id}/rerun-failed-jobs", token="sams").status == 201
    first, second = (world.get(f"/actions/runs/{run.id}/attempts/{number}").body for number in (1, 2))
    assert (first["run_attempt"], first["status"], first["conclusion"]) == (1, "completed", "failure")
    assert (first["run_started_at"], first["updated_at"]) == ("2026-11-21T10:00:00Z", "2026-11-21T10:03:00Z")
    assert (first["triggering_actor"]["login"], second["triggering_actor"]["login"]) == ("robin", "sam")
    assert (second["run_attempt"], second["status"], second["conclusion"]) == (2, "queued", None)
    assert second["previous_attempt_url"].endswith(f"/actions/runs/{run.id}/attempts/1")
    for path in (f"{run.id}/attempts/3", f"{run.id}/attempts/0", "77/attempts/1", f"{run.id}/attempts/3/jobs"):
        assert world.get(f"/actions/runs/{path}").refusal == (404, "Not Found")


def test_jobs_are_those_of_the_newest_attempt_unless_all_are_asked_for(world: World) -> None:
    run = world.run
    world.forge.finish_run(REPO, run, "failure")
    world.forge.rerun(REPO, run)
    path = f"/actions/runs/{run.id}"
    assert [one["conclusion"] for one in world.get(f"{path}/jobs").body["jobs"]] == [None]
    assert [one["conclusion"] for one in world.get(f"{path}/jobs?filter=all").body["jobs"]] == ["failure", None]
    assert [one["conclusion"] for one in world.get(f"{path}/attempts/1/jobs").body["jobs"]] == ["failure"]
    job = world.get(f"{path}/jobs").body["jobs"][0]
    assert world.get(f"/actions/jobs/{job['id']}").body == job
    assert world.get("/actions/jobs/7").status == 404
    assert world.get("/actions/runs/77/jobs").status == 404
    assert [(one["action"], one["workflow_job"]["run_attempt"]) for one in world.told("workflow_job")] == [
        ("queued", 1),
        ("completed", 1),
        ("queued", 2),
    ]


def test_what_runs_is_not_run_again_and_what_succeeded_has_no_failed_jobs(world: World) -> None:
    path = f"/actions/runs/{world.run.id}"
    assert world.post(f"{path}/rerun").refusal == (403, "This workflow is already running")
    world.forge.finish_run(REPO, world.run)
    assert world.post(f"{path}/rerun-failed-jobs").status == 403
    assert world.post(f"{path}/rerun").status == 201
    assert world.run.attempt == 2
    assert world.post("/actions/runs/77/rerun").status == 404


def test_a_run_is_cancelled_by_force_too_and_never_twice(world: World) -> None:
    path = f"/actions/runs/{world.run.id}"
    assert world.post(f"{path}/force-cancel").status == 202
    assert world.post(f"{path}/force-cancel").refusal == (409, "Cannot cancel a workflow run that is completed.")
    assert world.post("/actions/runs/77/cancel").status == 404
    assert world.get(f"{path}/jobs").body["jobs"][0]["conclusion"] == "cancelled"


def test_a_run_that_ended_can_be_deleted_and_is_gone(world: World) -> None:
    path = f"/actions/runs/{world.run.id}"
    assert world.ask("DELETE", f"/repos/{REPO}{path}").status == 403
    world.forge.finish_run(REPO, world.run)
    assert world.ask("DELETE", f"/repos/{REPO}{path}").status == 204
    assert world.get(path).refusal == world.ask("DELETE", f"/repos/{REPO}{path}").refusal == (404, "Not Found")
    assert world.get("/actions/runs").body == {"total_count": 0, "workflow_runs": []}


def test_workflows_are_known_by_file_and_by_number(world: World) -> None:
    world.forge.declare(REPO, "deploy.yml", {"sha": True})
    told = world.get("/actions/workflows").body
    assert [one["path"] for one in told["workflows"]] == [".github/workflows/build.yml", ".github/workflows/deploy.yml"]
    number = told["workflows"][1]["id"]
    assert world.get(f"/actions/workflows/{number}").body == world.get("/actions/workflows/deploy.yml").body
    assert world.get("/actions/workflows/none.yml").refusal == (404, "Not Found")
    dispatched = {"ref": "main", "inputs": {"sha": "a"}}
    assert world.post(f"/actions/workflows/{number}/dispatches", dispatched).status == 204
    assert world.run.path == ".github/workflows/deploy.yml"
    assert world.post("/actions/workflows/none.yml/dispatches", dispatched).refusal == (404, "Not Found")


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"ref": None}, "For 'properties/ref', nil is not a string."),
        ({"ref": 7}, "For 'properties/ref', 7 is not a string."),
        ({"inputs": ["sha"]}, "For 'properties/inputs', [\"sha\"] is not an object."),
        ({"return_run_details": "yes"}, "For 'properties/return_run_details', \"yes\" is not a boolean."),
        ({"inputs": {str(n): "x" for n in range(26)}}, "you may only define up to 25 inputs"),
    ],
)
def test_a_dispatch_of_the_wrong_types_is_refused(world: World, changed: dict[str, object], says: str) -> None:
    status, message = world.post(DISPATCHES, {"ref": "main"} | changed).refusal
    assert (status, says in message) == (422, True)
    assert len(world.repository.runs) == 1
    assert world.post(DISPATCHES, {"inputs": {}}).refusal == (422, 'Invalid request.\n\n"ref" wasn\'t supplied.')


def test_a_dispatch_takes_a_tag_and_runs_at_its_commit(world: World) -> None:
    first = world.run.commit.sha
    world.forge.commit(REPO, "Later")
    world.forge.tag(REPO, "v1", first)
    for ref in ("v1", "refs/tags/v1"):
        assert world.post(DISPATCHES, {"ref": ref}).status == 204
        assert world.run.commit.sha == first


def test_who_dispatched_is_the_actor_and_a_flag_is_told_in_words(world: World) -> None:
    token = world.app(actions="write")
    assert world.post(DISPATCHES, {"ref": "main", "inputs": {"dry": True, "count": 3}}, token).status == 204
    assert (world.run.actor, world.run.inputs) == (
        ("signoff[bot]", world.forge.registered.apps["signoff"].id),
        {"dry": "true", "count": "3"},
    )
    assert world.get("/actions/runs?actor=signoff[bot]").body["total_count"] == 1


def test_the_newer_api_always_tells_the_run_and_an_older_server_knows_no_such_wish(world: World) -> None:
    newer = world.post(DISPATCHES, {"ref": "main"}, X_GitHub_Api_Version="2026-03-10")
    assert (newer.status, newer.body["workflow_run_id"]) == (200, world.run.id)
    world.forge.run_details = False
    wish = {"ref": "main", "return_run_details": True}
    assert world.post(DISPATCHES, wish).status == 400
    assert len(world.repository.runs) == 2
    assert world.post(DISPATCHES, {"ref": "main"}).status == 204


async def test_a_filtered_list_ends_after_a_thousand(world: World) -> None:
    for _ in range(1005):
        world.forge.start_run(REPO, world.run.commit)
    assert world.get("/actions/runs").body["total_count"] == 1006
    assert world.get("/actions/runs?branch=main").body["total_count"] == 1000
