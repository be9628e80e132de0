"""Names at the demo GitHub: renamed repositories, branches, tags, pages, and deployments by any of them."""

import pytest

from sandbox.github.hooks import EVERY
from tests.unit.sandbox.github_world import REPO, World

API = "https://api.github.com"


@pytest.fixture
async def world() -> World:
    here = World()
    here.forge.hooks.events = EVERY
    await here.forge.push(REPO, "One")
    await here.forge.push(REPO, "Two", branch="feature/x")
    return here


def test_the_old_name_of_a_repository_leads_to_its_number(world: World) -> None:
    number = world.repository.id
    world.forge.rename(REPO, "acme/billing")
    said = world.get("/actions/runs?per_page=1")
    assert (said.status, said.body["message"]) == (301, "Moved Permanently")
    assert said.headers["Location"] == f"{API}/repositories/{number}/actions/runs?per_page=1" == said.body["url"]
    there = world.ask("GET", f"/repositories/{number}/actions/runs?per_page=1")
    assert there.body["workflow_runs"][0]["repository"]["full_name"] == "acme/billing"
    posted = world.post("/deployments", {"ref": "main", "required_contexts": []})
    assert (posted.status, posted.headers["Location"]) == (307, f"{API}/repositories/{number}/deployments")
    assert world.repository.deployments == []
    by_number = world.ask("POST", f"/repositories/{number}/deployments", {"ref": "main", "required_contexts": []})
    assert (by_number.status, len(world.repository.deployments)) == (201, 1)
    assert world.told("repository")[0]["changes"] == {"repository": {"name": {"from": "payments"}}}


def test_a_new_repository_of_the_old_name_is_meant_by_it(world: World) -> None:
    world.forge.rename(REPO, "acme/billing")
    fresh = world.forge.create(REPO)
    assert world.get("").body["id"] == fresh.id


def test_where_a_repository_went_is_told_only_to_whoever_sees_it(world: World) -> None:
    other = world.forge.create("acme/other")
    token = world.forge.give_token("one", "ann", 1001, repositories=["acme/other"])
    number = world.repository.id
    world.forge.rename(REPO, "acme/billing")
    assert world.get("", token).refusal == (404, "Not Found")
    assert world.ask("GET", f"/repositories/{number}", token=token).refusal == (404, "Not Found")
    assert world.ask("GET", f"/repositories/{other.id}", token=token).status == 200
    assert world.ask("GET", "/repositories/none").status == 404
    assert world.ask("GET", "/nowhere").status == 404


def test_branches_and_tags_are_read_as_refs(world: World) -> None:
    one, two = (commit.sha for commit in world.repository.commits)
    world.forge.tag(REPO, "v1", one)
    assert [(branch["name"], branch["commit"]["sha"]) for branch in world.get("/branches").body] == [
        ("feature/x", two),
        ("main", one),
    ]
    assert world.get("/branches/feature/x").body["commit"]["sha"] == two
    assert world.get("/branches/none").refusal == (404, "Branch not found")
    assert world.get("/git/ref/heads/feature/x").body["object"]["sha"] == two
    assert world.get("/git/ref/tags/v1").body["ref"] == "refs/tags/v1"
    assert world.get("/git/ref/tags/v2").refusal == (404, "Not Found")
    assert [ref["ref"] for ref in world.get("/git/matching-refs/heads").body] == [
        "refs/heads/feature/x",
        "refs/heads/main",
    ]
    assert world.get("/commits/v1").body["sha"] == one
    assert [commit["sha"] for commit in world.get("/commits?sha=feature/x").body] == [two, one]
    assert world.get("/commits?sha=none").refusal == (404, "Not Found")
    world.forge.create("acme/empty")
    assert world.ask("GET", "/repos/acme/empty/commits").refusal == (409, "Git Repository is empty.")


async def test_a_branch_that_was_rewritten_by_force_leaves_the_old_commits_by_hash_alone(world: World) -> None:
    base = world.repository.commits[0].sha
    old = await world.forge.push(REPO, "Old")
    new = await world.forge.push(REPO, "New", onto=base)
    told = world.told("push")[-1]
    assert (told["forced"], told["before"], told["after"]) == (True, old, new)
    assert [one["forced"] for one in world.told("push")[:-1]] == [False] * 3
    assert [commit["sha"] for commit in world.get("/commits").body] == [new, base]
    assert world.get(f"/commits/{old}").body["sha"] == old
    standing = world.get(f"/compare/{old}...main").body
    assert (standing["status"], standing["ahead_by"], standing["behind_by"]) == ("diverged", 1, 1)
    assert [branch["name"] for branch in world.get("/branches").body] == ["feature/x", "main"]
    with pytest.raises(LookupError, match="never was at"):
        await world.forge.push(REPO, "Nowhere", onto=old)


def test_a_deployment_is_made_by_a_tag_and_keeps_the_commit_when_the_tag_moves(world: World) -> None:
    one, two = (commit.sha for commit in world.repository.commits)
    world.forge.tag(REPO, "v1", one)
    made = world.post("/deployments", {"ref": "v1", "required_contexts": [], "auto_merge": False}).body
    world.forge.tag(REPO, "v1", two)
    assert (made["sha"], made["ref"]) == (one, "v1")
    assert world.get(f"/deployments/{made['id']}").body["sha"] == one
    assert [one["id"] for one in world.get("/deployments?ref=v1").body] == [made["id"]]


def test_pages_name_their_neighbours_and_the_ends(world: World) -> None:
    for number in range(5):
        world.forge.tag(REPO, f"v{number}", world.repository.commits[0].sha)

    def links(page: int) -> dict[str, str]:
        header = world.get(f"/tags?per_page=2&page={page}").headers.get("Link", "")
        parts = [part.split("; ") for part in header.split(", ") if part]
        return {rel.removeprefix('rel="').rstrip('"'): url[1:-1].rpartition("page=")[2] for url, rel in parts}

    assert links(1) == {"next": "2", "last": "3"}
    assert links(2) == {"prev": "1", "next": "3", "last": "3", "first": "1"}
    assert links(3) == {"prev": "2", "first": "1"}
    assert world.get("/tags?per_page=100").headers.get("Link") is None


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"ref": None}, "For 'properties/ref', nil is not a string."),
        ({"auto_merge": "no"}, "For 'properties/auto_merge', \"no\" is not a boolean."),
        ({"required_contexts": "ci"}, "For 'properties/required_contexts', \"ci\" is not an array."),
        ({"payload": 7}, "For 'properties/payload', 7 is not an object."),
        ({"environment": 7}, "For 'properties/environment', 7 is not a string."),
        ({"production_environment": 1}, "For 'properties/production_environment', 1 is not a boolean."),
    ],
)
def test_a_deployment_of_the_wrong_types_is_refused(world: World, changed: dict[str, object], says: str) -> None:
    order = {"ref": "main", "required_contexts": []}
    status, message = world.post("/deployments", order | changed).refusal
    assert (status, says in message) == (422, True)
    assert world.repository.deployments == []


def test_a_deployment_keeps_a_payload_of_text_and_names_who_made_it(world: World) -> None:
    token = world.app(deployments="write")
    made = world.post("/deployments", {"ref": "main", "required_contexts": [], "payload": "v=1"}, token).body
    assert (made["payload"], made["creator"]["login"], made["creator"]["type"]) == ("v=1", "signoff[bot]", "Bot")
    said = world.post(f"/deployments/{made['id']}/statuses", {"state": "success"}, token).body
    assert said["creator"]["login"] == "signoff[bot]"
    assert world.get(f"/deployments/{made['id']}/statuses/{said['id']}").body == said
    assert world.get(f"/deployments/{made['id']}/statuses/7").status == 404


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"state": "fine"}, "Validation Failed"),
        ({"state": "waiting"}, "Validation Failed"),  # only Actions says so
        ({"state": "success", "description": "x" * 141}, "Validation Failed"),
        ({}, 'Invalid request.\n\n"state" wasn\'t supplied.'),
        ({"state": "success", "log_url": 7}, "Invalid request.\n\nFor 'properties/log_url', 7 is not a string."),
    ],
)
def test_a_status_of_a_deployment_that_does_not_fit_is_refused(world: World, body: object, says: str) -> None:
    made = world.post("/deployments", {"ref": "main", "required_contexts": []}).body["id"]
    assert world.post(f"/deployments/{made}/statuses", body).refusal == (422, says)
    assert world.repository.deployments[0].statuses == []
    assert world.post("/deployments/77/statuses", {"state": "success"}).status == 404


def test_only_what_is_inactive_or_alone_is_deleted(world: World) -> None:
    order = {"ref": "main", "required_contexts": []}
    first, second = (world.post("/deployments", order).body["id"] for _ in range(2))
    path = f"/repos/{REPO}/deployments"
    assert world.ask("DELETE", f"{path}/{first}").status == 422
    world.post(f"/deployments/{first}/statuses", {"state": "inactive"})
    assert world.ask("DELETE", f"{path}/{first}").status == 204
    assert world.ask("DELETE", f"{path}/{first}").status == 404
    assert world.ask("DELETE", f"{path}/{second}").status == 204
