"""Who may call the demo GitHub: tokens and their rights, Apps and their assertions, versions of the API."""

from datetime import timedelta

import pytest

from sandbox.github.apps import signed_as
from sandbox.github.rs256 import generate
from tests.unit.sandbox.github_world import REPO, START, World


@pytest.fixture
async def world() -> World:
    here = World()
    await here.forge.push(REPO, "Base")
    return here


def test_no_token_and_a_wrong_one_are_401(world: World) -> None:
    assert world.get("", token=None).refusal == (401, "Requires authentication")
    assert world.get("", token="nonsense").refusal == (401, "Bad credentials")
    assert world.ask("GET", f"/repos/{REPO}", token=None, Authorization="token ghs_sandbox").status == 200
    assert world.ask("GET", f"/repos/{REPO}", token=None, Authorization="Basic ghs_sandbox").status == 401


def test_a_token_that_ended_is_401_from_that_moment_on(world: World) -> None:
    token = world.forge.give_token("old", "ann", 1001, expires_at=START + timedelta(minutes=1))
    assert world.get("", token).status == 200
    world.now += timedelta(minutes=1)
    assert world.get("", token).refusal == (401, "Bad credentials")
    world.forge.token = None  # whoever is anybody's guest is still not who they were
    assert world.get("", token).refusal == (401, "Bad credentials")


def test_a_repository_that_a_token_does_not_reach_is_as_if_it_were_not_there(world: World) -> None:
    world.forge.create("acme/other")
    token = world.forge.give_token("one", "ann", 1001, repositories=["acme/other"])
    assert world.get("", token).refusal == (404, "Not Found")
    assert world.post("/deployments", {"ref": "main"}, token).refusal == (404, "Not Found")
    assert world.ask("GET", "/repos/acme/other", token=token).status == 200


@pytest.mark.parametrize(
    ("method", "path", "needed"),
    [
        ("GET", "/actions/runs", "actions=read"),
        ("POST", "/actions/workflows/deploy.yml/dispatches", "actions=write"),
        ("GET", "/deployments", "deployments=read"),
        ("POST", "/deployments", "deployments=write"),
        ("POST", "/actions/runs/1/pending_deployments", "deployments=write"),
        ("GET", "/environments", "actions=read"),
        ("GET", "/compare/a...b", "contents=read"),
        ("GET", "/commits/main/pulls", "pull_requests=read"),
        ("GET", "/commits/main/status", "statuses=read"),
        ("POST", "/check-runs", "checks=write"),
        ("GET", "/hooks", "repository_hooks=read"),
    ],
)
def test_a_token_without_the_right_is_403_and_told_which(world: World, method: str, path: str, needed: str) -> None:
    name, level = needed.split("=")
    rights = {} if level == "read" else {name: "read"}
    mine = world.forge.give_token("mine", "ann", 1001, permissions=rights)
    said = world.ask(method, f"/repos/{REPO}{path}", {}, token=mine)
    assert said.refusal == (403, "Resource not accessible by personal access token")
    assert said.headers["X-Accepted-GitHub-Permissions"] == needed
    theirs = world.app(**rights)
    assert world.ask(method, f"/repos/{REPO}{path}", {}, token=theirs).refusal == (
        403,
        "Resource not accessible by integration",
    )
    assert world.get("", mine).status == 200  # what it is may be read by whoever sees it
    enough = world.forge.give_token("enough", "ann", 1001, permissions={name: level})
    assert world.ask(method, f"/repos/{REPO}{path}", {}, token=enough).body != said.body


def test_an_unknown_version_of_the_api_is_400_and_every_answer_names_the_one_in_use(world: World) -> None:
    assert world.get("", X_GitHub_Api_Version="2019-01-01").status == 400
    assert world.get("").headers["x-github-api-version-selected"] == "2022-11-28"
    newer = world.get("", X_GitHub_Api_Version="2026-03-10")
    assert newer.headers["x-github-api-version-selected"] == "2026-03-10"
    assert newer.headers["x-github-request-id"] != world.get("").headers["x-github-request-id"]


def test_a_client_that_does_not_name_itself_is_403(world: World) -> None:
    assert world.get("", User_Agent="").status == 403


def test_an_app_reads_itself_and_its_installations(world: World) -> None:
    world.app(actions="read")
    (installed,) = world.forge.registered.installations.values()
    mine = world.asserted()
    assert world.ask("GET", "/app", token=mine).body["slug"] == "signoff"
    assert [one["id"] for one in world.ask("GET", "/app/installations", token=mine).body] == [installed.id]
    assert world.get("/installation", mine).body["id"] == installed.id
    for path in ("/orgs/acme/installation", "/users/ACME/installation", f"/app/installations/{installed.id}"):
        assert world.ask("GET", path, token=mine).body["app_slug"] == "signoff"
    assert world.ask("GET", "/orgs/other/installation", token=mine).refusal == (404, "Not Found")
    assert world.ask("GET", "/repos/acme/none/installation", token=mine).refusal == (404, "Not Found")
    assert world.ask("GET", "/app/installations/7", token=mine).refusal == (404, "Not Found")
    assert world.ask("POST", "/app/installations/7/access_tokens", token=mine).refusal == (404, "Not Found")
    assert world.get("/actions/runs", mine).refusal == (401, "Bad credentials")


def test_the_client_id_is_as_good_an_issuer_as_the_number(world: World) -> None:
    world.app()
    app = world.forge.registered.apps["signoff"]
    assert world.ask("GET", "/app", token=world.asserted(issuer=app.client_id)).status == 200
    assert world.ask("GET", "/app", token=world.asserted(issuer="77")).refusal == (404, "Integration not found")


@pytest.mark.parametrize(
    ("begun", "ends", "says"),
    [
        (-60, 601, "'Expiration time' claim ('exp') is too far in the future"),
        (-60, 0, "'Expiration time' claim ('exp') must be a numeric value"),
        (1, 540, "'Issued at' claim ('iat') must be an Integer"),
    ],
)
def test_an_assertion_outside_its_time_is_401(world: World, begun: int, ends: int, says: str) -> None:
    world.app()
    status, message = world.ask("GET", "/app", token=world.asserted(begun=begun, ends=ends)).refusal
    assert (status, message.startswith(says)) == (401, True)
    assert world.ask("GET", "/app", token=world.asserted(begun=0, ends=600)).status == 200


def test_an_assertion_that_is_forged_or_no_assertion_is_401(world: World) -> None:
    world.app()
    app = world.forge.registered.apps["signoff"]
    now = int(world.now.timestamp())
    claims = {"iat": now - 60, "exp": now + 60, "iss": str(app.id)}
    other = generate("somebody else")
    header, body, signature = signed_as({"alg": "RS256"}, claims, app.private_key).split(".")
    unreadable = (401, "A JSON web token could not be decoded")
    for token in (
        signed_as({"alg": "RS256"}, claims, other),
        signed_as({"alg": "none"}, claims, app.private_key),
        f"{header}.{body}.",
        f"{header}.{body}",
        f"{header}.{body}.{signature}.{signature}",
        "no.json.here",
        f"{header}.{body}.a",  # no base64
        f"W10.{body}.{signature}",  # a list for a header
        "ghs_sandbox",
    ):
        assert world.ask("GET", "/app", token=token).refusal == unreadable
    for issuer in (app.id, "", None):
        wrong = signed_as({"alg": "RS256"}, claims | {"iss": issuer}, app.private_key)
        assert world.ask("GET", "/app", token=wrong).refusal == (401, "Missing 'issuer' claim ('iss') in assertion")
    for when in ("soon", True, None):
        wrong = signed_as({"alg": "RS256"}, claims | {"exp": when}, app.private_key)
        assert world.ask("GET", "/app", token=wrong).status == 401


def test_a_token_of_an_installation_is_narrowed_and_lives_an_hour(world: World) -> None:
    world.app(actions="write", deployments="read")
    world.forge.create("acme/other")
    world.forge.create("elsewhere/payments")
    (installed,) = world.forge.registered.installations.values()
    path, mine = f"/app/installations/{installed.id}/access_tokens", world.asserted()
    asked = {"repository_ids": [world.repository.id], "permissions": {"actions": "read"}}
    made = world.ask("POST", path, asked, token=mine)
    told = made.body
    assert (made.status, told["expires_at"], told["repository_selection"]) == (201, "2026-11-21T11:00:00Z", "selected")
    assert told["permissions"] == {"metadata": "read", "actions": "read"}
    assert [one["full_name"] for one in told["repositories"]] == [REPO]
    token = told["token"]
    assert token.startswith(f"ghs_{installed.app.id}_")
    assert world.get("/actions/runs", token).status == 200
    assert world.get("/deployments", token).status == 403
    assert world.ask("GET", "/repos/acme/other", token=token).status == 404
    reached = world.ask("GET", "/installation/repositories", token=token).body
    assert [one["full_name"] for one in reached["repositories"]] == [REPO]
    world.now += timedelta(hours=1)
    assert world.get("/actions/runs", token).refusal == (401, "Bad credentials")


def test_a_token_for_everything_reaches_the_accounts_repositories_and_no_others(world: World) -> None:
    world.app(actions="write")
    world.forge.create("elsewhere/payments")
    (installed,) = world.forge.registered.installations.values()
    made = world.ask("POST", f"/app/installations/{installed.id}/access_tokens", token=world.asserted()).body
    assert ("repositories" in made, made["repository_selection"]) == (False, "all")
    assert world.get("/actions/runs", made["token"]).status == 200
    assert world.ask("GET", "/repos/elsewhere/payments", token=made["token"]).status == 404
    assert world.ask("DELETE", "/installation/token", token=made["token"]).status == 204
    assert world.get("/actions/runs", made["token"]).status == 401


def test_a_token_is_refused_for_what_the_installation_has_not(world: World) -> None:
    world.app(actions="read")
    other = world.forge.create("elsewhere/payments")
    (installed,) = world.forge.registered.installations.values()
    path, mine = f"/app/installations/{installed.id}/access_tokens", world.asserted()
    no_right = (422, "The permissions requested are not granted to this installation.")
    for rights in ({"actions": "write"}, {"deployments": "read"}, {"actions": "everything"}):
        assert world.ask("POST", path, {"permissions": rights}, token=mine).refusal == no_right
    for asked in ({"repository_ids": [other.id]}, {"repositories": ["none"]}):
        status, message = world.ask("POST", path, asked, token=mine).refusal
        assert (status, message.startswith("There is at least one repository that")) == (422, True)
    assert world.ask("POST", path, {"repositories": "payments"}, token=mine).status == 422
    installed.suspended = True
    assert world.ask("POST", path, token=mine).refusal == (403, "This installation has been suspended")


def test_an_installation_for_some_repositories_is_found_only_for_those(world: World) -> None:
    world.forge.create("acme/other")
    world.forge.apps.register("signoff", {"actions": "read"}, owner="acme")
    installed = world.forge.apps.install("signoff", "acme", [REPO])
    mine = world.asserted()
    assert world.get("/installation", mine).body["repository_selection"] == "selected"
    assert world.ask("GET", "/repos/acme/other/installation", token=mine).status == 404
    token = world.forge.apps.token(installed, None, {"actions": "read"}).token
    assert world.ask("GET", "/repos/acme/other", token=token).status == 404
    assert world.ask("POST", "/installation/repositories", token=token).status == 404


def test_a_suspended_installation_is_refused_everything_and_a_removed_one_is_forgotten(world: World) -> None:
    token = world.app(actions="read")
    number = next(iter(world.forge.registered.installations))
    world.forge.apps.suspend(number)
    assert world.get("/actions/runs", token).refusal == (403, "This installation has been suspended")
    told = world.ask("GET", f"/app/installations/{number}", token=world.asserted()).body
    assert told["suspended_at"] == "2026-11-21T10:00:00Z"
    world.forge.apps.suspend(number, suspended=False)
    assert world.get("/actions/runs", token).status == 200
    world.forge.apps.uninstall(number)
    assert world.get("/actions/runs", token).refusal == (401, "Bad credentials")
    assert world.get("/installation", world.asserted()).refusal == (404, "Not Found")


def test_only_an_installation_has_repositories_of_its_own(world: World) -> None:
    assert world.ask("GET", "/installation/repositories").status == 403
    assert world.ask("GET", "/installation/repositories", token="none").status == 401


def test_a_key_pair_is_of_its_seed_and_signs_nothing_else() -> None:
    key = generate("signoff")
    assert (key.p, key.q) == (generate("signoff").p, generate("signoff").q)
    signature = key.sign(b"text")
    assert key.public.modulus.bit_length() == 2048
    assert key.public.verifies(b"text", signature)
    assert not key.public.verifies(b"other", signature)
    assert not key.public.verifies(b"text", signature[:-1])
    assert not key.public.verifies(b"text", b"\xff" * len(signature))
    assert key.pem().splitlines()[0] == "-----BEGIN RSA PRIVATE KEY-----"
    assert key.pem().splitlines()[-1] == "-----END RSA PRIVATE KEY-----"
