"""The target `github_workflow`: what is asked, and what the answers mean."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.release import Release
from bot.core.source import GithubSource
from bot.core.target import GithubWorkflow
from bot.ports.ci import HttpReply, HttpRequest, Placed, Progress, ProgressStatus
from bot.ports.trouble import GiveUp, TryLater, Unsure
from handlers.ci.github_dispatch import DispatchOrder
from handlers.ci.github_pages import Pages
from tests.factories import NOON, a_build, a_release, a_sha
from tests.unit.handlers.ci.payloads import FORK, KEY, WEB, a_deploy_run, a_reply

SOURCE = GithubSource("acme/payments", "main", (".github/workflows/build.yml",))
RUN_PAGE = "https://github.example/acme/payments/actions/runs/501"
DISPATCHES = "/repos/acme/payments/actions/workflows/deploy.yml/dispatches"


def order(inputs: tuple[tuple[str, str], ...] = (), release: Release | None = None) -> DispatchOrder:
    target = GithubWorkflow("deploy.yml", "main", inputs)
    return DispatchOrder(SOURCE, target, release or a_release(), Pages(WEB))


def inputs_of(request: HttpRequest) -> Any:
    assert request.body
    return request.body["inputs"]


def test_the_dispatch_carries_the_commit_and_our_key_and_asks_which_run_it_became() -> None:
    assert order().start() == HttpRequest(
        "POST",
        DISPATCHES,
        body={"ref": "main", "inputs": {"sha": a_sha(1), "signoff_key": KEY}, "return_run_details": True},
    )


def test_a_workflow_named_by_its_path_is_asked_for_by_its_file() -> None:
    by_path = replace(order(), target=GithubWorkflow(".github/workflows/deploy.yml", "main"))
    assert by_path.start() == order().start()


def test_placeholders_are_whole_values_and_never_evaluated() -> None:
    words = "{version} {sha} {digest} {environment} {service} {release} {key} {Version} {{version}} {0} {}"
    digest = "sha256:" + "a" * 64
    release = a_release(build=a_build(version="{key}"), artifact=digest)
    sent = inputs_of(order((("words", words),), release).start())
    assert sent == {
        "words": f"{{key}} {a_sha(1)} {digest} production payments R-1 {KEY} {{Version}} {{{{key}}}} {{0}} {{}}",
        "sha": a_sha(1),
        "signoff_key": KEY,
    }


def test_an_artifact_without_a_digest_has_none() -> None:
    assert inputs_of(order((("digest", "{digest}"),)).start())["digest"] == ""


def test_the_policy_cannot_say_another_commit_or_key() -> None:
    sent = inputs_of(order((("sha", "main"), ("signoff_key", "{release}"))).start())
    assert sent == {"sha": a_sha(1), "signoff_key": KEY}


def test_a_github_that_does_not_know_the_question_is_asked_without_it() -> None:
    refused = a_reply({"message": 'Invalid request.\n\n"return_run_details" is not a permitted key.'}, 400)
    plainly = HttpRequest("POST", DISPATCHES, body={"ref": "main", "inputs": {"sha": a_sha(1), "signoff_key": KEY}})
    assert order().again(refused) == plainly
    assert [order().again(a_reply({}, status)) for status in (200, 204, 404, 422, 429, 500)] == [None] * 6


UNDECLARED = (
    'GitHub refuses to start deploy.yml: Unexpected inputs provided: ["sha", "signoff_key"]. The workflow must stand on'
    " the default branch with these lines: on: {workflow_dispatch: {inputs: {sha: {type: string, required: true},"
    " signoff_key: {type: string, required: true}}}} and"
    " run-name: Deploy ${{ inputs.sha }} (${{ inputs.signoff_key }})"
)


@pytest.mark.parametrize(
    ("reply", "ended"),
    [
        (a_reply({"workflow_run_id": 501, "html_url": "https://evil.example/"}), Placed("501", RUN_PAGE)),
        (HttpReply(204, {}, b""), Unsure("GitHub took the request without telling which run it became")),
        (a_reply({"workflow_run_id": "501"}), Unsure("GitHub's answer (200) cannot be read")),
        (HttpReply(200, {}, b""), Unsure("GitHub's answer (200) cannot be read")),
        (a_reply({"message": 'Unexpected inputs provided: ["sha", "signoff_key"]'}, 422), GiveUp(UNDECLARED)),
        (a_reply({"message": "Problems parsing JSON"}, 400), GiveUp("GitHub answers 400: Problems parsing JSON")),
        (a_reply({"message": "Not Found"}, 404), GiveUp("GitHub answers 404: Not Found")),
        (a_reply({}, 500), Unsure("GitHub answers 500")),
    ],
)
def test_what_became_of_a_start(reply: HttpReply, ended: object) -> None:
    assert order().started(reply, NOON) == ended


def test_a_refusal_without_words_says_so() -> None:
    ended = order().started(HttpReply(422, {}, b""), NOON)
    assert ended == GiveUp(
        UNDECLARED.replace('Unexpected inputs provided: ["sha", "signoff_key"]', "it does not say why")
    )


def test_it_is_looked_up_among_the_dispatched_runs_since_the_release_opened() -> None:
    opened = NOON + timedelta(hours=2)
    assert order(release=a_release(opened_at=opened)).find() == HttpRequest(
        "GET",
        "/repos/acme/payments/actions/workflows/deploy.yml/runs",
        (("event", "workflow_dispatch"), ("created", ">=2026-11-21T13:00:00Z"), ("per_page", "100")),
    )


@pytest.mark.parametrize(
    "run",
    [
        a_deploy_run(display_title=f"Deploy {KEY}0"),
        a_deploy_run(display_title=f"Deploy X{KEY}"),
        a_deploy_run(display_title=f"Deploy {KEY.lower()}"),
        a_deploy_run(display_title="Deploy"),
        a_deploy_run(display_title=None),
        a_deploy_run(event="push"),
        a_deploy_run(path=".github/workflows/build.yml"),
        a_deploy_run(repository=FORK),
        a_deploy_run(repository=None),
    ],
)
def test_a_run_that_does_not_show_our_key_as_a_dispatch_of_the_workflow_is_not_ours(run: dict[str, Any]) -> None:
    assert order().found(a_reply({"workflow_runs": [run]}), NOON) is None


@pytest.mark.parametrize("unread", [None, {"id": 501, "display_title": KEY}])
def test_among_runs_of_which_one_cannot_be_read_ours_is_not_known_to_be_missing(unread: object) -> None:
    listed = [a_deploy_run(display_title="Deploy"), unread]
    assert order().found(a_reply({"workflow_runs": listed}), NOON) == TryLater(
        5.0, "GitHub's answer (200) cannot be read"
    )
    listed = [unread, a_deploy_run(display_title=f"Deploy {KEY}")]
    assert isinstance(order().found(a_reply({"workflow_runs": listed}), NOON), Placed)


def test_our_run_is_found_whatever_its_commit_and_the_first_of_several() -> None:
    runs = [a_deploy_run(502), a_deploy_run(501, display_title=KEY, head_sha=a_sha(7)), None]
    assert order().found(a_reply({"workflow_runs": runs}), NOON) == Placed("501", RUN_PAGE)


@pytest.mark.parametrize(
    ("reply", "later"),
    [
        (a_reply({"message": "Not Found"}, 404), TryLater(60.0, "GitHub answers 404: Not Found")),
        (a_reply([]), TryLater(5.0, "GitHub's answer (200) cannot be read")),
        (a_reply({}, 500), TryLater(5.0, "GitHub answers 500")),
    ],
)
def test_an_answer_that_cannot_be_used_never_means_that_there_is_none(reply: HttpReply, later: TryLater) -> None:
    assert order().found(reply, NOON) == later
    assert order().progress(reply, NOON) == later


@pytest.mark.parametrize(
    ("status", "conclusion", "means", "detail"),
    [
        ("queued", None, ProgressStatus.WAITING, ""),
        ("waiting", None, ProgressStatus.WAITING, ""),
        ("in_progress", None, ProgressStatus.RUNNING, ""),
        ("completed", "success", ProgressStatus.SUCCEEDED, "the run ended: success"),
        ("completed", "failure", ProgressStatus.FAILED, "the run ended: failure"),
        ("completed", "timed_out", ProgressStatus.FAILED, "the run ended: timed out"),
        ("completed", "cancelled", ProgressStatus.FAILED, "the run ended: cancelled"),
        ("completed", "skipped", ProgressStatus.FAILED, "the run ended: skipped"),
        ("completed", "<!here>", ProgressStatus.FAILED, ""),
    ],
)
def test_the_run_is_followed_to_its_end(
    status: str, conclusion: str | None, means: ProgressStatus, detail: str
) -> None:
    assert order().follow("501").path == "/repos/acme/payments/actions/runs/501"
    run = a_deploy_run(status=status, conclusion=conclusion)
    assert order().progress(a_reply(run), NOON) == Progress(means, detail, RUN_PAGE)


@pytest.mark.parametrize(
    "changed",
    [{"event": "push"}, {"path": ".github/workflows/build.yml"}, {"repository": FORK}],
    ids=["another event", "another workflow", "another repository"],
)
def test_what_a_run_of_anything_else_says_under_our_number_does_not_count(changed: dict[str, Any]) -> None:
    run = a_deploy_run(status="completed", conclusion="success") | changed
    assert order().progress(a_reply(run), NOON) == GiveUp(
        "run 501 in acme/payments is not the one that was begun for R-1; did the policy lead elsewhere then?"
    )
