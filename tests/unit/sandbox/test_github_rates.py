"""The limits of the demo GitHub's API: so many calls an hour, so many points and so much new content a minute."""

from datetime import timedelta

import pytest

from tests.unit.sandbox.github_world import REPO, World


@pytest.fixture
async def world() -> World:
    here = World()
    await here.forge.push(REPO, "Base")
    return here


def test_the_hour_counts_down_and_then_refuses_until_it_is_over(world: World) -> None:
    world.forge.rates.limit = 2
    assert [world.get("").headers["x-ratelimit-remaining"] for _ in range(2)] == ["1", "0"]
    refused = world.get("")
    assert (refused.status, refused.body["message"].startswith("API rate limit exceeded")) == (403, True)
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert refused.headers["x-ratelimit-reset"] == str(int((world.now + timedelta(hours=1)).timestamp()))
    assert "retry-after" not in refused.headers
    assert world.post("/deployments", {"ref": "main", "required_contexts": []}).status == 403
    assert world.repository.deployments == []
    world.now += timedelta(hours=1)
    assert world.get("").headers["x-ratelimit-remaining"] == "1"


def test_everybody_has_an_hour_of_their_own(world: World) -> None:
    mine, again = (world.forge.give_token(token, "ann", 1001) for token in ("one", "two"))
    app = world.app(actions="read")
    assert world.get("", mine).headers["x-ratelimit-used"] == "1"
    assert world.get("", again).headers["x-ratelimit-used"] == "2"
    assert world.get("", app).headers["x-ratelimit-used"] == "1"
    assert world.get("", "nonsense").headers["x-ratelimit-used"] == "1"
    assert dict(world.forge.rates.counted) == {
        "user 1001": 2,
        f"installation {next(iter(world.forge.registered.installations))}": 1,
        "nobody": 1,
    }


def test_what_did_not_change_is_counted_apart(world: World) -> None:
    etag = world.get("/actions/runs").headers["ETag"]
    assert world.get("/actions/runs", If_None_Match=etag).status == 304
    assert (dict(world.forge.rates.counted), dict(world.forge.rates.free)) == ({"user 901": 1}, {"user 901": 1})


def test_the_state_of_the_limit_can_be_asked_for_and_costs_nothing(world: World) -> None:
    world.get("")
    for _ in range(2):
        core = world.ask("GET", "/rate_limit").body["resources"]["core"]
        assert (core["limit"], core["used"], core["remaining"]) == (5000, 1, 4999)
    assert world.ask("GET", "/rate_limit", token="none").status == 401


def test_too_much_within_a_minute_is_refused_with_the_seconds_to_wait(world: World) -> None:
    order = {"ref": "main", "required_contexts": []}
    world.forge.rates.contents = 2
    assert [world.post("/deployments", order).status for _ in range(2)] == [201, 201]
    world.now += timedelta(seconds=20)
    refused = world.post("/deployments", order)
    assert (refused.status, refused.headers["retry-after"]) == (403, "40")
    assert refused.body["message"].startswith("You have exceeded a secondary rate limit")
    assert world.get("").status == 200
    assert len(world.repository.deployments) == 2
    world.now += timedelta(seconds=40)
    assert world.post("/deployments", order).status == 201


def test_reading_costs_a_point_and_writing_five(world: World) -> None:
    world.forge.rates.points = 7
    assert world.post("/deployments", {"ref": "main", "required_contexts": []}).status == 201
    assert [world.get("").status for _ in range(3)] == [200, 200, 403]
    world.now += timedelta(minutes=1)
    assert world.get("").status == 200


def test_without_strictness_everything_is_counted_and_nothing_refused(world: World) -> None:
    world.forge.rates.limit, world.forge.rates.points, world.forge.rates.strict = 1, 1, False
    assert [world.get("").status for _ in range(4)] == [200] * 4
    assert world.forge.rates.counted == {"user 901": 4}
