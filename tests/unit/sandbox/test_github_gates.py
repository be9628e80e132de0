"""Gates of the demo GitHub: environments, waiting jobs, reviews by people, answers of Apps, and what was let through."""

from collections import Counter
from datetime import timedelta

import pytest

from sandbox.github.hooks import EVERY
from sandbox.github.records_gates import Gate, Reviewer
from tests.unit.sandbox.github_world import REPO, World

ANN, SAM, EVE = ("ann", 1001), ("sam", 1002), ("eve", 6666)
RULE = {"environment_name": "production", "state": "approved", "comment": "Approved in Slack"}


@pytest.fixture
async def world() -> World:
    """A run that nobody has begun, and an environment that Ann or somebody of the team sre reviews."""
    here = World()
    here.forge.hooks.events = EVERY
    asked = [Reviewer(*ANN), Reviewer("sre", 7, team=True, members=[SAM[1]])]
    here.forge.gates.protect(REPO, "production", reviewers=asked)
    await here.forge.push(REPO, "Add refunds", login="robin", login_id=1009)
    for token, who in (("ann", ANN), ("sam", SAM), ("eve", EVE), ("robin", ("robin", 1009))):
        here.forge.give_token(token, *who)
    return here


def arrive(world: World, environment: str = "production") -> Gate:
    return world.forge.gates.arrive(REPO, world.run, environment)


def review(world: World, state: str = "approved", *environments: str) -> dict[str, object]:
    numbers = [world.repository.environments[name].id for name in environments or ("production",)]
    return {"environment_ids": numbers, "state": state, "comment": "Ship it"}


def at(world: World, path: str) -> str:
    return f"/actions/runs/{world.run.id}/{path}"


def test_a_job_waits_where_its_environment_is_protected(world: World) -> None:
    gate = arrive(world)
    run = world.get(f"/actions/runs/{world.run.id}").body
    assert (run["status"], run["conclusion"]) == ("waiting", None)
    jobs = world.get(at(world, "jobs")).body["jobs"]
    assert [(job["name"], job["status"], job["conclusion"]) for job in jobs] == [
        ("build", "completed", "success"),
        ("deploy", "waiting", None),
    ]
    (made,) = world.get("/deployments").body
    assert (made["id"], made["creator"]["login"], made["task"]) == (gate.deployment, "github-actions[bot]", "deploy")
    (said,) = world.get(f"/deployments/{gate.deployment}/statuses").body
    assert said["state"] == "waiting"
    assert world.get("/actions/runs?status=waiting").body["total_count"] == 1
    assert world.forge.deploys() == Counter()


def test_what_waits_names_its_reviewers_and_whether_one_is_asked_oneself(world: World) -> None:
    arrive(world)
    (told,) = world.get(at(world, "pending_deployments"), "ann").body
    assert (told["environment"]["name"], told["wait_timer"], told["current_user_can_approve"]) == (
        "production",
        0,
        True,
    )
    assert [(one["type"], one["reviewer"].get("login", one["reviewer"].get("slug"))) for one in told["reviewers"]] == [
        ("User", "ann"),
        ("Team", "sre"),
    ]
    able = {
        who: world.get(at(world, "pending_deployments"), who).body[0]["current_user_can_approve"]
        for who in ("sam", "eve")
    }
    assert able == {"sam": True, "eve": False}
    app = world.app(actions="read")
    assert world.get(at(world, "pending_deployments"), app).body[0]["current_user_can_approve"] is False


def test_an_approval_lets_the_job_go_on_once(world: World) -> None:
    gate = arrive(world)
    said = world.post(at(world, "pending_deployments"), review(world), "sam")
    assert (said.status, [one["id"] for one in said.body]) == (200, [gate.deployment])
    assert world.get(at(world, "pending_deployments")).body == []
    assert world.get(f"/actions/runs/{world.run.id}").body["status"] == "in_progress"
    (told,) = world.get(at(world, "approvals")).body
    assert (told["state"], told["comment"], told["user"]["login"]) == ("approved", "Ship it", "sam")
    assert [one["name"] for one in told["environments"]] == ["production"]
    again = world.post(at(world, "pending_deployments"), review(world), "ann")
    assert again.refusal == (422, "There are no pending deployment requests to approve or reject")
    (landed,) = world.forge.landed()
    assert (landed.environment, landed.sha, landed.gated) == ("production", world.run.commit.sha, True)
    assert world.forge.deploys() == Counter({("production", f"run {world.run.id}/1", world.run.commit.sha): 1})
    world.forge.finish_run(REPO, world.run)
    assert [one.state for one in world.repository.deployments[0].statuses] == ["waiting", "in_progress", "success"]
    assert world.forge.landed()[0].state == "success"


def test_a_rejection_fails_the_run_and_deploys_nothing(world: World) -> None:
    arrive(world)
    assert world.post(at(world, "pending_deployments"), review(world, "rejected"), "ann").status == 200
    run = world.get(f"/actions/runs/{world.run.id}").body
    assert (run["status"], run["conclusion"]) == ("completed", "failure")
    assert world.repository.deployments[0].state == "failure"
    assert world.forge.landed() == []
    assert world.told("deployment_review")[-1]["action"] == "rejected"


def test_nobody_else_reviews_and_no_app_does(world: World) -> None:
    arrive(world)
    app = world.app(actions="read", deployments="write")
    refused = "You are not a required reviewer of every environment that is named"
    assert world.post(at(world, "pending_deployments"), review(world), "eve").refusal == (403, refused)
    assert world.post(at(world, "pending_deployments"), review(world)).refusal == (403, refused)
    theirs = world.post(at(world, "pending_deployments"), review(world), app)
    world.repository.environments["production"].reviewers.append(
        Reviewer("signoff[bot]", world.forge.registered.apps["signoff"].id)
    )
    assert world.get(at(world, "pending_deployments"), app).body[0]["current_user_can_approve"] is False
    assert theirs.refusal == (403, "Resource not accessible by integration")
    assert world.forge.landed() == []


def test_whoever_started_the_run_does_not_review_it_where_that_is_forbidden(world: World) -> None:
    asked = [Reviewer("robin", 1009), Reviewer(*ANN)]
    world.forge.gates.protect(REPO, "production", reviewers=asked, no_self_review=True)
    arrive(world)
    assert world.post(at(world, "pending_deployments"), review(world), "robin").status == 403
    assert world.post(at(world, "pending_deployments"), review(world), "ann").status == 200


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"environment_ids": [77]}, "There are no pending deployment requests to approve or reject"),
        ({"environment_ids": []}, "There are no pending deployment requests to approve or reject"),
        ({"environment_ids": "production"}, "For 'properties/environment_ids', \"production\" is not an array."),
        ({"state": "fine"}, "fine is not a member of"),
        ({"state": None}, "For 'properties/state', nil is not a string."),
        ({"comment": 7}, "For 'properties/comment', 7 is not a string."),
    ],
)
def test_a_review_that_does_not_fit_is_refused_and_changes_nothing(
    world: World, changed: dict[str, object], says: str
) -> None:
    arrive(world)
    status, message = world.post(at(world, "pending_deployments"), review(world) | changed, "ann").refusal
    assert (status, says in message) == (422, True)
    assert world.get(at(world, "pending_deployments")).body != []
    assert world.post("/actions/runs/77/pending_deployments", review(world), "ann").status == 404


def test_a_review_of_several_environments_is_of_all_or_none(world: World) -> None:
    world.forge.gates.protect(REPO, "staging", reviewers=[Reviewer(*SAM)])
    arrive(world)
    arrive(world, "staging")
    both = review(world, "approved", "production", "staging")
    assert world.post(at(world, "pending_deployments"), both, "ann").status == 403
    assert len(world.get(at(world, "pending_deployments")).body) == 2
    assert len(world.post(at(world, "pending_deployments"), both, "sam").body) == 2
    assert world.forge.deploys().total() == 2


def test_an_app_that_is_a_rule_is_asked_by_webhook_and_answers_once(world: World) -> None:
    world.forge.hooks.app = "signoff"
    app = world.app(actions="read", deployments="write")
    world.forge.gates.protect(REPO, "production", rules=["signoff"])
    arrive(world)
    (asked,) = world.told("deployment_protection_rule")
    assert (asked["action"], asked["environment"], asked["sha"]) == ("requested", "production", world.run.commit.sha)
    assert asked["deployment_callback_url"].endswith(
        f"/repos/{REPO}/actions/runs/{world.run.id}/deployment_protection_rule"
    )
    assert asked["installation"]["id"] == next(iter(world.forge.registered.installations))
    rules = world.get("/environments/production/deployment_protection_rules").body
    assert [one["app"]["slug"] for one in rules["custom_deployment_protection_rules"]] == ["signoff"]
    assert world.post(at(world, "deployment_protection_rule"), RULE, app).status == 204
    assert world.run.status == "in_progress"
    assert world.forge.deploys().total() == 1
    assert world.post(at(world, "deployment_protection_rule"), RULE, app).status == 422
    assert world.forge.deploys().total() == 1


def test_a_rule_is_told_to_no_other_app_and_to_no_ordinary_webhook(world: World) -> None:
    world.forge.gates.protect(REPO, "production", rules=["signoff"])
    world.app()
    arrive(world)
    assert world.told("deployment_protection_rule") == []
    world.app("other")
    world.forge.hooks.app = "other"
    world.forge.rerun(REPO, world.run)
    arrive(world)
    assert world.told("deployment_protection_rule") == []


def test_a_rule_rejects_and_everything_that_waits_must_agree(world: World) -> None:
    app = world.app(deployments="write")
    world.forge.gates.protect(REPO, "production", reviewers=[Reviewer(*ANN)], rules=["signoff"])
    arrive(world)
    assert world.post(at(world, "deployment_protection_rule"), RULE, app).status == 204
    assert (world.run.status, world.forge.landed()) == ("waiting", [])
    changed = RULE | {"state": "rejected"}
    assert world.post(at(world, "deployment_protection_rule"), changed, app).status == 422
    assert world.run.status == "waiting"
    assert world.post(at(world, "pending_deployments"), review(world), "ann").status == 200
    assert (world.run.status, world.forge.deploys().total()) == ("in_progress", 1)
    world.forge.finish_run(REPO, world.run)
    world.forge.rerun(REPO, world.run)
    arrive(world)
    assert world.post(at(world, "deployment_protection_rule"), RULE | {"state": "rejected"}, app).status == 204
    assert (world.run.conclusion, world.run.attempt, world.forge.deploys().total()) == ("failure", 2, 1)


def test_a_rule_may_report_ten_times_without_an_answer(world: World) -> None:
    app = world.app(deployments="write")
    world.forge.gates.protect(REPO, "production", rules=["signoff"])
    gate = arrive(world)
    report = {"environment_name": "production", "comment": "Waiting for two approvals in Slack"}
    told = [world.post(at(world, "deployment_protection_rule"), report, app).status for _ in range(11)]
    assert told == [204] * 10 + [422]
    assert (len(gate.reports["signoff"]), gate.state) == (10, "waiting")


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"environment_name": "staging"}, 422),
        ({"state": "fine"}, 422),
        ({"comment": "x" * 1025}, 422),
        ({"state": None, "comment": None}, 422),
        ({"environment_name": None}, 422),
    ],
)
def test_an_answer_of_a_rule_that_does_not_fit_is_refused(
    world: World, changed: dict[str, object], status: int
) -> None:
    app = world.app(deployments="write")
    world.forge.gates.protect(REPO, "production", rules=["signoff"])
    arrive(world)
    assert world.post(at(world, "deployment_protection_rule"), RULE | changed, app).status == status
    assert world.run.status == "waiting"


def test_only_the_app_that_is_the_rule_answers_for_it(world: World) -> None:
    world.forge.gates.protect(REPO, "production", rules=["signoff"])
    other = world.app("other", deployments="write")
    arrive(world)
    path = at(world, "deployment_protection_rule")
    assert world.post(path, RULE, other).refusal == (403, "Resource not accessible by integration")
    assert world.post(path, RULE, "ann").refusal == (403, "Resource not accessible by personal access token")
    assert world.post("/actions/runs/77/deployment_protection_rule", RULE, other).status == 404
    assert world.run.status == "waiting"


def test_a_wait_timer_holds_what_is_approved(world: World) -> None:
    world.forge.gates.protect(REPO, "production", reviewers=[Reviewer(*ANN)], wait_minutes=30)
    arrive(world)
    (told,) = world.get(at(world, "pending_deployments")).body
    assert (told["wait_timer"], told["wait_timer_started_at"]) == (30, "2026-11-21T10:00:00Z")
    assert world.post(at(world, "pending_deployments"), review(world), "ann").status == 200
    world.now += timedelta(minutes=29)
    world.forge.gates.look(REPO)
    assert world.run.status == "waiting"
    assert world.post(at(world, "pending_deployments"), review(world), "ann").status == 422  # answered already
    world.now += timedelta(minutes=1)
    world.forge.gates.look(REPO)
    assert world.run.status == "in_progress"
    world.forge.gates.look(REPO)
    assert world.forge.deploys().total() == 1


def test_where_nothing_protects_the_job_goes_on_and_that_is_no_gate(world: World) -> None:
    gate = arrive(world, "staging")
    assert (gate.state, world.run.status) == ("approved", "in_progress")
    assert world.get(at(world, "pending_deployments")).body == []
    assert world.forge.landed() == []
    assert [one.state for one in world.repository.deployments[0].statuses] == ["in_progress"]


def test_a_cancelled_run_waits_no_longer(world: World) -> None:
    gate = arrive(world)
    assert world.post(f"/actions/runs/{world.run.id}/cancel").status == 202
    assert (gate.state, world.repository.deployments[0].state) == ("cancelled", "error")
    assert world.post(at(world, "pending_deployments"), review(world), "ann").status == 422


def test_an_earlier_attempts_gate_is_not_the_newest_ones(world: World) -> None:
    arrive(world)
    world.post(at(world, "pending_deployments"), review(world, "rejected"), "ann")
    world.forge.rerun(REPO, world.run)
    assert world.post(at(world, "pending_deployments"), review(world), "ann").status == 422
    arrive(world)
    assert world.post(at(world, "pending_deployments"), review(world), "ann").status == 200
    (landed,) = world.forge.landed()
    assert landed.key == f"run {world.run.id}/2"


def test_webhooks_tell_of_the_wait_and_of_the_review(world: World) -> None:
    arrive(world)
    (asked,) = world.told("deployment_review")
    assert (asked["action"], asked["environment"], asked["requestor"]["login"]) == ("requested", "production", "robin")
    assert asked["workflow_job_run"]["status"] == "waiting"
    waiting = [one for one in world.told("workflow_job") if one["action"] == "waiting"]
    assert [one["deployment"]["environment"] for one in waiting] == ["production"]
    assert world.told("deployment_status")[-1]["deployment_status"]["state"] == "waiting"
    assert world.told("deployment_status")[-1]["workflow_run"]["id"] == world.run.id
    world.post(at(world, "pending_deployments"), review(world), "ann")
    answered = world.told("deployment_review")[-1]
    assert (answered["action"], answered["approver"]["login"], answered["comment"]) == ("approved", "ann", "Ship it")
    assert [one["environment"] for one in answered["workflow_job_runs"]] == ["production"]


def test_environments_are_listed_with_what_protects_them(world: World) -> None:
    world.forge.gates.protect(REPO, "production", reviewers=[Reviewer(*ANN)], wait_minutes=5, no_self_review=True)
    world.post("/deployments", {"ref": "main", "environment": "staging", "required_contexts": []})
    told = world.get("/environments").body
    assert [(one["name"], len(one["protection_rules"])) for one in told["environments"]] == [
        ("production", 2),
        ("staging", 0),
    ]
    rules = world.get("/environments/production").body["protection_rules"]
    assert [(rule["type"], rule.get("wait_timer"), rule.get("prevent_self_review")) for rule in rules] == [
        ("wait_timer", 5, None),
        ("required_reviewers", None, True),
    ]
    assert world.get("/environments/none").refusal == (404, "Not Found")
    assert world.get("/environments/none/deployment_protection_rules").refusal == (404, "Not Found")
    assert world.get("/actions/runs/77/pending_deployments").refusal == (404, "Not Found")
    assert world.get("/actions/runs/77/approvals").refusal == (404, "Not Found")


async def test_a_pipeline_goes_on_to_its_gate_by_itself_and_on_from_there(world: World) -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    world.forge.auto, world.forge.pause = True, pause
    world.repository.deploys_to = "production"
    await world.forge.push(REPO, "Another")
    await world.forge.settle()
    assert (world.run.status, world.repository.gates[-1].state) == ("waiting", "waiting")
    assert world.post(at(world, "pending_deployments"), review(world), "ann").status == 200
    await world.forge.settle()
    assert (world.run.conclusion, world.repository.deployments[-1].state) == ("success", "success")
    assert world.forge.landed()[0].state == "success"


async def test_what_was_saved_at_a_gate_goes_on_there(world: World) -> None:
    async def at_once(_seconds: float) -> None:
        pass

    gate = arrive(world)
    world.forge.load(world.forge.dump())
    assert world.repository.gates == [gate]
    world.forge.auto, world.forge.pause = True, at_once
    world.forge.resume()
    await world.forge.settle()
    assert world.run.status == "waiting"
    world.forge.auto = False
    assert world.post(at(world, "pending_deployments"), review(world), "ann").status == 200
    world.forge.load(world.forge.dump())
    world.forge.auto = True
    world.forge.resume()
    await world.forge.settle()
    assert (world.run.conclusion, len(world.run.jobs), world.forge.deploys().total()) == ("success", 2, 1)
