"""Runs on GitHub that are told to end: what is asked, and what the answers mean."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest

from bot.core.release import Deployment, DeployStatus, Release
from bot.core.target import GithubWorkflow
from bot.ports.ci import HttpReply, HttpRequest
from bot.ports.stopping import Stopped
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from handlers.ci.github_stops import GithubStops
from tests.factories import NOON, a_lane_policy, a_policy, a_release
from tests.unit.handlers.ci.payloads import FORK, a_deploy_run, a_reply

SERVICE = a_policy().services[0]
CANCEL = HttpRequest("POST", "/repos/acme/payments/actions/runs/501/cancel")
LOOK = HttpRequest("GET", "/repos/acme/payments/actions/runs/501", (("exclude_pull_requests", "true"),))
TOLD = Stopped("run 501 is told to end")


@dataclass
class Answering:
    """A GitHub that knows one run, and answers the wish for its end with what the test says."""

    answer: HttpReply | TryLater | Unsure
    look: HttpReply | TryLater | Unsure = field(
        default_factory=lambda: a_reply(a_deploy_run(status="in_progress", conclusion=None))
    )
    clock: Callable[[], datetime] = field(default=lambda: NOON)
    sent: list[HttpRequest] = field(default_factory=list)

    async def send(self, request: HttpRequest, *, etag: str | None = None) -> HttpReply | TryLater | Unsure:
        """Send one."""
        del etag
        self.sent.append(request)
        return self.look if request.method == "GET" else self.answer


def running(ref: str | None = "501") -> Release:
    deployment = Deployment(DeployStatus.RUNNING, NOON, ref)
    return a_release(policy=a_lane_policy(target=GithubWorkflow("deploy.yml", "main")), deployment=deployment)


async def test_the_run_of_the_release_is_told_to_end_at_an_address_of_our_own() -> None:
    github = Answering(a_reply({}, 202))
    assert await GithubStops(github).stop(SERVICE, running()) == TOLD
    assert github.sent == [LOOK, CANCEL]


@pytest.mark.parametrize(
    ("answer", "ended"),
    [
        (
            a_reply({"message": "Cannot cancel a workflow run that is completed."}, 409),
            TryLater(15.0, "GitHub answers 409: Cannot cancel a workflow run that is completed", turn=True),
        ),
        (a_reply({}, 409), TryLater(15.0, "GitHub answers 409: it does not say why", turn=True)),
        (Unsure("the connection was lost"), Unsure("the connection was lost")),
        (TryLater(5.0, "cannot be reached"), TryLater(5.0, "cannot be reached")),
        (a_reply({}, 502), Unsure("GitHub answers 502")),
        (a_reply({}, 200), Unsure("GitHub's answer (200) cannot be read")),
        (a_reply({}, 401), TryLater(60.0, "GitHub answers 401")),
        (a_reply({"message": "secondary rate limit"}, 403), TryLater(60.0, "GitHub answers 403: secondary rate limit")),
        (a_reply({"message": "Not accessible"}, 403), GiveUp("GitHub answers 403: Not accessible")),
        (a_reply({"message": "Not Found"}, 404), GiveUp("GitHub answers 404: Not Found")),
    ],
)
async def test_nothing_else_is_taken_for_a_yes(answer: HttpReply | TryLater | Unsure, ended: Trouble) -> None:
    github = Answering(answer)
    assert await GithubStops(github).stop(SERVICE, running()) == ended
    assert github.sent == [LOOK, CANCEL]


@pytest.mark.parametrize("ref", [None, "", "501/1", "../501", "٣", "R-1-abcd2345"])
async def test_what_is_no_number_of_a_run_is_never_part_of_an_address(ref: str | None) -> None:
    github = Answering(a_reply({}, 202))
    nothing = GiveUp("the deployment has no id that GitHub would know")
    assert await GithubStops(github).stop(SERVICE, running(ref)) == nothing
    assert github.sent == []


async def test_what_was_never_attempted_has_no_run() -> None:
    github = Answering(a_reply({}, 202))
    assert type(await GithubStops(github).stop(SERVICE, a_release())) is GiveUp
    assert github.sent == []


async def test_a_run_that_has_ended_is_let_be() -> None:
    github = Answering(a_reply({}, 202), a_reply(a_deploy_run()))
    assert await GithubStops(github).stop(SERVICE, running()) == Stopped("run 501 has ended")
    assert github.sent == [LOOK]


async def test_a_run_whose_name_does_not_show_our_key_is_ours_by_its_number() -> None:
    github = Answering(a_reply({}, 202), a_reply(a_deploy_run(status="queued", display_title="Deploy")))
    assert await GithubStops(github).stop(SERVICE, running()) == TOLD


@pytest.mark.parametrize(
    "odd",
    [
        {"path": ".github/workflows/build.yml"},
        {"event": "push"},
        {"repository": FORK},
        {"repository": None},
        {"display_title": "Deploy for R-2-abcd2345"},
    ],
    ids=repr,
)
async def test_a_run_of_somebody_else_under_our_number_is_never_ended(odd: dict[str, Any]) -> None:
    github = Answering(a_reply({}, 202), a_reply(a_deploy_run(status="in_progress", **odd)))
    assert await GithubStops(github).stop(SERVICE, running()) == GiveUp(
        "run 501 in acme/payments is not the one that was begun for R-1; did the policy lead elsewhere then?"
    )
    assert github.sent == [LOOK]


@pytest.mark.parametrize(
    ("look", "ended"),
    [
        (Unsure("the connection was lost"), Unsure("the connection was lost")),
        (TryLater(5.0, "cannot be reached"), TryLater(5.0, "cannot be reached")),
        (a_reply({}, 200), Unsure("GitHub's answer (200) cannot be read")),
        (a_reply({}, 502), Unsure("GitHub answers 502")),
        (a_reply({"message": "Not Found"}, 404), GiveUp("GitHub answers 404: Not Found")),
    ],
)
async def test_nothing_is_ended_that_cannot_be_looked_at(look: HttpReply, ended: Trouble) -> None:
    github = Answering(a_reply({}, 202), look)
    assert await GithubStops(github).stop(SERVICE, running()) == ended
    assert github.sent == [LOOK]
