"""Statuses and check runs of commits at the demo GitHub."""

import pytest

from sandbox.github.hooks import EVERY
from tests.unit.sandbox.github_world import REPO, World


@pytest.fixture
async def world() -> World:
    here = World()
    here.forge.hooks.events = EVERY
    await here.forge.push(REPO, "Base")
    await here.forge.push(REPO, "Head")
    return here


def sha(world: World) -> str:
    return world.run.commit.sha


def combined(world: World) -> tuple[str, int]:
    told = world.get("/commits/main/status").body
    return told["state"], told["total_count"]


def test_the_statuses_of_a_commit_come_to_one_the_newest_of_each_context_counts(world: World) -> None:
    assert combined(world) == ("pending", 0)
    seen = []
    for context, state in (("a", "success"), ("b", "pending"), ("b", "error"), ("b", "failure"), ("b", "success")):
        said = world.post(f"/statuses/{sha(world)}", {"state": state, "context": context})
        assert (said.status, said.body["creator"]["login"]) == (201, "signoff-bot")
        seen.append(combined(world))
    assert seen == [("success", 1), ("pending", 2), ("failure", 2), ("failure", 2), ("success", 2)]
    told = world.get(f"/commits/{sha(world)}/statuses").body
    assert [(one["context"], one["state"]) for one in told[:2]] == [("b", "success"), ("b", "failure")]
    assert world.get("/commits/main~1/status").status == 422
    assert world.get(f"/commits/{world.repository.commits[0].sha}/status").body["total_count"] == 0


def test_a_status_is_told_by_webhook_with_the_branches_that_end_there(world: World) -> None:
    world.post(f"/statuses/{sha(world)}", {"state": "success", "target_url": "https://ci.example/1"})
    (told,) = world.told("status")
    assert (told["state"], told["context"], told["target_url"]) == ("success", "default", "https://ci.example/1")
    assert [one["name"] for one in told["branches"]] == ["main"]
    world.post(f"/statuses/{world.repository.commits[0].sha}", {"state": "success"})
    assert world.told("status")[-1]["branches"] == []


@pytest.mark.parametrize(
    ("where", "body", "says"),
    [
        ("", {"state": "fine"}, "Validation Failed"),
        ("", {}, 'Invalid request.\n\n"state" wasn\'t supplied.'),
        ("", {"state": "success", "context": 7}, "Invalid request.\n\nFor 'properties/context', 7 is not a string."),
        ("f" * 40, {"state": "success"}, f"No commit found for SHA: {'f' * 40}"),
    ],
)
def test_a_status_that_does_not_fit_is_refused(world: World, where: str, body: object, says: str) -> None:
    assert world.post(f"/statuses/{where or sha(world)}", body).refusal == (422, says)
    assert world.told("status") == []


def test_the_jobs_of_runs_are_checks_and_so_is_what_apps_report(world: World) -> None:
    app = world.app(checks="write")
    made = world.post("/check-runs", {"name": "e2e", "head_sha": sha(world), "external_id": "7"}, app)
    assert (made.status, made.body["status"], made.body["app"]["slug"]) == (201, "queued", "signoff")
    told = world.get(f"/commits/{sha(world)}/check-runs").body
    assert sorted((one["name"], one["app"]["slug"], one["status"]) for one in told["check_runs"]) == [
        ("build", "github-actions", "queued"),
        ("e2e", "signoff", "queued"),
    ]
    path = f"/repos/{REPO}/check-runs/{made.body['id']}"
    assert world.ask("PATCH", path, {"status": "in_progress"}, token=app).body["conclusion"] is None
    ended = world.ask("PATCH", path, {"conclusion": "failure"}, token=app).body
    assert (ended["status"], ended["conclusion"]) == ("completed", "failure")
    assert world.ask("GET", path, token=app).body == ended
    assert [(one["action"], one["check_run"]["external_id"]) for one in world.told("check_run")[-2:]] == [
        ("created", "7"),
        ("completed", "7"),
    ]


def test_every_job_is_told_as_a_check_too(world: World) -> None:
    run = world.run
    world.forge.begin_run(REPO, run)
    world.forge.finish_run(REPO, run, "failure")
    told = [(one["action"], one["check_run"]) for one in world.told("check_run")][-2:]
    assert [(action, check["name"], check["conclusion"], check["app"]["slug"]) for action, check in told] == [
        ("created", "build", None, "github-actions"),
        ("completed", "build", "failure", "github-actions"),
    ]
    assert {check["external_id"] for _, check in told} == {f"{run.id}/1"}


def test_the_newest_check_of_a_name_counts_unless_all_are_asked_for(world: World) -> None:
    world.forge.finish_run(REPO, world.run, "failure")
    world.forge.rerun(REPO, world.run)
    path = f"/commits/{sha(world)}/check-runs"
    assert [one["status"] for one in world.get(path).body["check_runs"]] == ["queued"]
    assert world.get(f"{path}?filter=all").body["total_count"] == 2
    assert world.get(f"{path}?check_name=other").body["total_count"] == 0
    assert world.get(f"{path}?filter=all&status=completed").body["total_count"] == 1
    assert world.get("/commits/none/check-runs").status == 422
    assert world.get("/commits/none/statuses").status == 422


def test_only_apps_report_checks_and_each_its_own(world: World) -> None:
    body = {"name": "e2e", "head_sha": sha(world)}
    assert world.post("/check-runs", body).refusal == (403, "You must authenticate via a GitHub App.")
    mine, theirs = world.app(checks="write"), world.app("other", checks="write")
    made = world.post("/check-runs", body, mine).body["id"]
    assert world.ask("PATCH", f"/repos/{REPO}/check-runs/{made}", {"conclusion": "success"}, token=theirs).status == 403
    assert world.ask("PATCH", f"/repos/{REPO}/check-runs/77", {"conclusion": "success"}, token=mine).status == 404
    assert world.get("/check-runs/77", mine).status == 404


@pytest.mark.parametrize(
    "changed",
    [{"head_sha": "f" * 40}, {"name": None}, {"conclusion": "fine"}, {"status": "soon"}, {"status": "completed"}],
)
def test_a_check_that_does_not_fit_is_refused(world: World, changed: dict[str, str]) -> None:
    app = world.app(checks="write")
    body = {"name": "e2e", "head_sha": sha(world)}
    assert world.post("/check-runs", body | changed, app).status == 422
    assert world.repository.checks == []
    made = world.post("/check-runs", body, app).body["id"]
    wrong = {"conclusion": "fine"}
    assert world.ask("PATCH", f"/repos/{REPO}/check-runs/{made}", wrong, token=app).status == 422


def test_a_deployment_conflicts_until_every_check_that_it_asks_for_is_green(world: World) -> None:
    app = world.app(checks="write")
    order = {"ref": "main", "auto_merge": False}
    world.forge.finish_run(REPO, world.run)
    world.post(f"/statuses/{sha(world)}", {"state": "pending", "context": "jenkins"})
    check = world.post("/check-runs", {"name": "e2e", "head_sha": sha(world), "conclusion": "failure"}, app)
    assert check.status == 201
    assert world.post("/deployments", order).status == 409
    assert world.post("/deployments", order | {"required_contexts": ["build"]}).status == 201
    assert world.post("/deployments", order | {"required_contexts": ["build", "jenkins"]}).status == 409
    world.post(f"/statuses/{sha(world)}", {"state": "success", "context": "jenkins"})
    assert world.post("/deployments", order | {"required_contexts": ["build", "jenkins"]}).status == 201
    assert world.post("/deployments", order | {"required_contexts": ["e2e"]}).status == 409
    assert world.post("/deployments", order | {"required_contexts": ["never heard of"]}).status == 409
