"""Buildbot merged our own request with a second sending of it: the one that is built is followed."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pytest

from bot.core.release import Deployment, DeployStatus
from bot.ports.ci import HttpReply, HttpRequest, Placed, Progress, ProgressStatus
from bot.ports.stopping import Stopped
from bot.ports.trouble import GiveUp, TryLater, Unsure
from handlers.ci.buildbot_calls import BuildbotCalls
from handlers.ci.buildbot_deploys import BuildbotDeploys
from tests.factories import NOON, a_build, a_lane_policy, a_policy, a_release
from tests.unit.handlers.ci.buildbot import PAGES, SHA, TARGET, reply, told_build, told_stamp

LANE_POLICY = a_lane_policy(target=TARGET)
SERVICE = a_policy(LANE_POLICY).services[0]
PLACED = Deployment(DeployStatus.ACCEPTED, NOON, "9")
RELEASE = replace(a_release(1, a_build(1, sha=SHA), policy=LANE_POLICY), deployment=PLACED)
PAGE = "https://buildbot.acme.example/#/buildrequests/9?redirect_to_build=true"
MERGED = "Buildbot merged the request with another one and built neither; set collapseRequests to False"


@dataclass
class Says:
    """A Buildbot that knows some requests, and a build for each that has ended well."""

    requests: list[dict[str, Any]]
    lost: str | None = None
    told: list[str] = field(default_factory=list)
    """What it was told to do: the address of each."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """Noon."""
        return lambda: NOON

    async def send(self, request: HttpRequest, *, etag: str | None = None) -> HttpReply | TryLater | Unsure:
        """Answer."""
        del etag
        if request.path == self.lost:
            return Unsure("the answer was lost")
        if request.method == "POST":
            self.told.append(request.path)
            return reply({"jsonrpc": "2.0", "id": 1, "result": None})
        match request.path.removeprefix("/api/v2/").split("/"):
            case ["builders", "deploy"]:
                return reply({"builders": [{"builderid": 1, "name": "deploy"}]})
            case ["builders", "1", "buildrequests"]:
                return reply({"buildrequests": sorted(self.requests, key=lambda one: -one["buildrequestid"])})
            case ["buildrequests", number]:
                return reply({"buildrequests": [one for one in self.requests if str(one["buildrequestid"]) == number]})
            case ["buildrequests", number, "builds"]:
                known = [one for one in self.requests if str(one["buildrequestid"]) == number and one["results"] == 0]
                return reply({"builds": [told_build(buildrequestid=int(number)) for _ in known]})
            case ["buildsets"]:
                return reply({"buildsets": [{"bsid": 3, "sourcestamps": [told_stamp()]}]})
            case _:
                return reply({}, 404)


def a_request(number: int, results: int, key: str = RELEASE.key) -> dict[str, Any]:
    return {
        "buildrequestid": number,
        "buildsetid": 3,
        "complete": results >= 0,
        "results": results,
        "submitted_at": int(NOON.timestamp()),
        "properties": {"signoff_key": [key, "Force Build Form"]},
    }


def at(*requests: dict[str, Any], lost: str | None = None) -> BuildbotDeploys:
    return BuildbotDeploys(BuildbotCalls(Says(list(requests), lost)), PAGES)


@pytest.mark.parametrize("results", [-1, 0, 2])
async def test_the_sending_that_was_not_merged_away_is_found(results: int) -> None:
    found = await at(a_request(9, 3), a_request(11, results), a_request(12, -1, "R-2-abcd2345")).find(SERVICE, RELEASE)
    assert found == Placed("11", PAGE.replace("/9?", "/11?"))


async def test_of_those_that_were_merged_away_the_first_is_found() -> None:
    assert await at(a_request(9, 3), a_request(11, 3)).find(SERVICE, RELEASE) == Placed("9", PAGE)


@pytest.mark.parametrize(
    ("results", "ended"),
    [
        (-1, Progress(ProgressStatus.WAITING, "", PAGE.replace("/9?", "/11?"))),
        (0, Progress(ProgressStatus.SUCCEEDED, "", "https://buildbot.acme.example/#/builders/1/builds/4")),
        (6, Progress(ProgressStatus.FAILED, "the build ended: cancelled", PAGE.replace("/9?", "/11?"))),
    ],
)
async def test_what_was_merged_with_a_second_sending_goes_on_as_that(results: int, ended: Progress) -> None:
    assert await at(a_request(9, 3), a_request(11, results)).follow(SERVICE, RELEASE) == ended


@pytest.mark.parametrize("other", [a_request(11, -1, "R-2-abcd2345"), a_request(11, 3)])
async def test_what_was_merged_with_anything_else_has_failed(other: dict[str, Any]) -> None:
    assert await at(a_request(9, 3), other).follow(SERVICE, RELEASE) == Progress(ProgressStatus.FAILED, MERGED, PAGE)


@pytest.mark.parametrize("path", ["/api/v2/builders/1/buildrequests", "/api/v2/buildrequests/11"])
async def test_nobody_tells_how_it_ended_while_the_second_cannot_be_read(path: str) -> None:
    told = await at(a_request(9, 3), a_request(11, 0), lost=path).follow(SERVICE, RELEASE)
    assert told == TryLater(5.0, "the answer was lost")


async def test_who_ends_what_was_merged_away_ends_the_second_sending() -> None:
    says = Says([a_request(9, 3), a_request(11, -1)])
    told = await BuildbotDeploys(BuildbotCalls(says), PAGES).stop(SERVICE, RELEASE)
    assert told == Stopped("request 11 is taken back")
    assert says.told == ["/api/v2/buildrequests/11"]


@pytest.mark.parametrize(
    ("requests", "told"),
    [
        ([a_request(9, 3), a_request(11, 0)], "request 11 has ended"),
        ([a_request(9, 3), a_request(11, 3)], "request 9 has ended"),
        ([a_request(9, 3), a_request(11, -1, "R-2-abcd2345")], "request 9 has ended"),
    ],
)
async def test_where_neither_is_under_way_nothing_is_told_to_end(requests: list[dict[str, Any]], told: str) -> None:
    says = Says(requests)
    assert await BuildbotDeploys(BuildbotCalls(says), PAGES).stop(SERVICE, RELEASE) == Stopped(told)
    assert says.told == []


async def test_while_the_second_cannot_be_read_nothing_is_told_to_end() -> None:
    says = Says([a_request(9, 3), a_request(11, -1)], lost="/api/v2/builders/1/buildrequests")
    told = await BuildbotDeploys(BuildbotCalls(says), PAGES).stop(SERVICE, RELEASE)
    assert told == TryLater(5.0, "the answer was lost")
    assert says.told == []


async def test_a_request_of_somebody_else_under_our_number_is_neither_believed_nor_ended() -> None:
    says = Says([a_request(9, 0, "R-2-abcd2345")])
    executor = BuildbotDeploys(BuildbotCalls(says), PAGES)
    stranger = GiveUp("request 9 is not the one that was forced for R-1; did BUILDBOT_URL lead elsewhere then?")
    assert await executor.follow(SERVICE, RELEASE) == stranger
    assert await executor.stop(SERVICE, RELEASE) == stranger
    assert says.told == []
