"""The target `buildbot`: what is sent, what its answers mean, and that a success is one of the approved commit."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.core.target import BuildbotForce
from bot.ports.ci import HttpReply, HttpRequest, Placed, Progress, ProgressStatus
from bot.ports.trouble import GiveUp, TryLater, Unsure
from handlers.ci import buildbot_force
from handlers.ci.buildbot_force import ForceOrder, read_builder, read_request, read_requests
from handlers.ci.buildbot_form import Form, read_form
from handlers.ci.buildbot_payloads import BuildRequest, Buildset
from handlers.ci.buildbot_replies import after_read
from tests.factories import NOON, a_build, a_lane_policy, a_release
from tests.unit.handlers.ci import buildbot as told
from tests.unit.handlers.ci.buildbot import OTHER, PAGES, SHA, TARGET, reply, told_build, told_stamp

FIELDS = (("reason", "reason"), ("branch", "branch"), ("revision", "revision"))
OURS = (("signoff_key", "signoff_key"), ("environment", "environment"), ("version", "version"))
FORM = Form(("deploy",), enabled=True, fields=FIELDS + OURS)
RELEASE = a_release(1, a_build(1, sha=SHA, version="2.0"), policy=a_lane_policy(target=TARGET))
ORDER = ForceOrder(TARGET, RELEASE, PAGES)
REQUEST_PAGE = "https://buildbot.acme.example/#/buildrequests/9?redirect_to_build=true"
BUILD_PAGE = "https://buildbot.acme.example/#/builders/1/builds/4"


def a_request(**changed: Any) -> BuildRequest:
    return BuildRequest.model_validate(
        {"buildrequestid": 9, "buildsetid": 3, "complete": True, "results": 0, "submitted_at": 1, **changed}
    )


def a_buildset(*stamps: dict[str, Any]) -> dict[int, Buildset]:
    return {3: Buildset.model_validate({"bsid": 3, "sourcestamps": list(stamps or (told_stamp(),))})}


def test_exactly_the_approved_commit_is_asked_for_with_the_key() -> None:
    assert ORDER.start(FORM) == HttpRequest(
        "POST",
        "/api/v2/forceschedulers/force-deploy",
        body={
            "jsonrpc": "2.0",
            "id": 1,
            "method": "force",
            "params": {
                "environment": "production",
                "version": "2.0",
                "revision": SHA,
                "branch": "main",
                "reason": "R-1: payments/production at 0123456",
                "signoff_key": "R-1-abcd2345",
                "builderNames": ["deploy"],
            },
        },
    )


def test_a_codebase_with_a_name_gets_the_commit_under_that() -> None:
    named = replace(FORM, fields=(("app_revision", "revision"), *OURS))
    assert named.lacks(TARGET) is None
    body = ORDER.start(named).body
    assert body is not None
    assert body["params"]["app_revision"] == SHA
    assert "revision" not in body["params"]


@pytest.mark.parametrize(
    ("form", "why"),
    [
        (replace(FORM, builders=("other",)), "the force scheduler force-deploy does not force the builder deploy"),
        (
            replace(FORM, fields=OURS),
            "the force scheduler force-deploy has no field `revision`, so it cannot be told which commit to deploy",
        ),
        (
            replace(FORM, fields=(*FORM.fields, ("library_revision", "revision"))),
            (
                "the force scheduler force-deploy has several fields `revision`, so it cannot be told which commit to "
                "deploy"
            ),
        ),
        (
            replace(FORM, fields=FIELDS + OURS[1:]),
            (
                "the force scheduler force-deploy would drop signoff_key without a word; add to its properties: "
                'util.StringParameter(name="signoff_key", default="")'
            ),
        ),
        (
            replace(FORM, fields=(*FIELDS, ("box_signoff_key", "signoff_key"), *OURS[1:])),
            (
                "the force scheduler force-deploy would drop signoff_key without a word; add to its properties: "
                'util.StringParameter(name="signoff_key", default="")'
            ),
        ),
        (
            replace(FORM, fields=(*FIELDS, OURS[0])),
            (
                "the force scheduler force-deploy would drop environment and version without a word; add to its "
                'properties: util.StringParameter(name="environment", default=""), util.StringParameter(name="version", '
                'default="")'
            ),
        ),
    ],
)
def test_a_form_that_would_drop_something_is_told(form: Form, why: str) -> None:
    assert form.lacks(TARGET) == why


def test_a_field_that_is_fixed_cannot_be_told_anything() -> None:
    fields = [
        {"type": "nested", "fields": [{"name": "revision", "fullName": "revision", "type": "fixed"}]},
        {"name": "signoff_key", "fullName": "signoff_key", "type": "text"},
        {"name": "label", "fullName": None, "type": "text"},
    ]
    answer = {"forceschedulers": [{"name": "f", "builder_names": ["deploy"], "all_fields": fields}]}
    form = read_form(reply(answer))
    assert form == Form(("deploy",), enabled=True, fields=(("signoff_key", "signoff_key"),))
    assert form is not None
    assert form.lacks(TARGET) == (
        "the force scheduler force-deploy has no field `revision`, so it cannot be told which commit to deploy"
    )


@pytest.mark.parametrize("body", [b"", b"[]", {"forceschedulers": []}, {"forceschedulers": [{"name": "f"}]}])
def test_what_is_no_form_is_none(body: Any) -> None:
    assert read_form(reply(body)) is None
    assert read_builder(reply(body)) is None
    assert read_requests(reply(body)) is None
    assert read_request(reply(body)) is None


def test_a_buildset_with_our_request_is_a_start() -> None:
    assert ORDER.started(reply({"id": 1, "result": [5, {"1": 9}]}), NOON) == Placed("9", REQUEST_PAGE)


@pytest.mark.parametrize(
    "result",
    [None, [], [5], 5, [5, {"1": 9}, 6], ["5", {"1": 9}], [5, {"1": "9"}], [5, [9]], [5, {"1": 0}], {"1": 9}],
    ids=str,
)
def test_any_other_result_may_have_started_something(result: Any) -> None:
    told = ORDER.started(reply({"id": 1, "jsonrpc": "2.0", "result": result}), NOON)
    assert told == Unsure("Buildbot's answer does not say what became of the request")


@pytest.mark.parametrize("requests", [{}, {"1": 9, "2": 10}])
def test_requests_that_are_not_one_may_be_anything(requests: dict[str, int]) -> None:
    told = ORDER.started(reply({"result": [5, requests]}), NOON)
    assert told == Unsure(f"Buildbot's answer names {len(requests)} requests for a build")


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        (
            reply({"error": {"code": -32602, "message": {"priority": "invalid literal", "branch": "odd"}}}, 400),
            GiveUp("Buildbot answers 400: priority: invalid literal; branch: odd"),
        ),
        (
            reply({"error": {"code": -32600, "message": "you need to have role 'admins'"}}, 403),
            GiveUp("Buildbot answers 403: you need to have role 'admins'"),
        ),
        (
            reply({"error": "not found while getting from endpoint for /x with arguments ResultSpec(...)"}, 404),
            GiveUp("Buildbot answers 404: not found while getting from endpoint for /x"),
        ),
        (reply(b"", 301), GiveUp("Buildbot answers 301")),
        (reply(b"", 401), TryLater(60.0, "Buildbot answers 401")),
        (reply(b"", 429), TryLater(60.0, "Buildbot answers 429")),
        (reply(b"", 429, retry_after="17"), TryLater(17.0, "Buildbot answers 429")),
        (reply(b"", 429, retry_after="0"), TryLater(1.0, "Buildbot answers 429")),
        (reply(b"", 429, retry_after="999999999"), TryLater(3600.0, "Buildbot answers 429")),
        (reply(b"", 429, retry_after="soon"), TryLater(60.0, "Buildbot answers 429")),
        (reply(b"", 408), Unsure("Buildbot answers 408")),
        (reply(b"<html>", 500), Unsure("Buildbot answers 500")),
        (reply(b"", 202), Unsure("Buildbot's answer (202) cannot be read")),
    ],
    ids=str,
)
def test_every_other_answer_says_whether_it_may_have_happened(answer: HttpReply, meant: object) -> None:
    assert ORDER.started(answer, NOON) == meant


@pytest.mark.parametrize(("status", "after"), [(400, 60.0), (301, 60.0), (408, 5.0), (500, 5.0), (200, 5.0)])
def test_reading_is_tried_again_soon_unless_somebody_has_to_mend_it(status: int, after: float) -> None:
    assert after_read(reply(b"", status), NOON).after == after
    assert after_read(reply(b"", 429, retry_after="7"), NOON) == TryLater(7.0, "Buildbot answers 429")


def test_the_first_request_with_our_key_is_ours() -> None:
    key = {"signoff_key": ["R-1-abcd2345", "Force Build Form"]}
    others: list[Any] = [None, {}, {"signoff_key": None}, {"signoff_key": []}, {"signoff_key": "R-1-abcd2345"}]
    others += [{"signoff_key": ["R-1-abcd2345x", "x"]}, {"signoff_key": [["R-1-abcd2345"], "x"]}]
    page = [a_request(buildrequestid=20 + number, properties=one) for number, one in enumerate(others)]
    assert ORDER.ours(page) is None
    found = ORDER.ours([*page, a_request(buildrequestid=12, properties=key), a_request(properties=key)])
    assert found == Placed("9", REQUEST_PAGE)


def test_pages_are_read_until_they_are_older_than_the_release() -> None:
    opened = int(RELEASE.opened_at.timestamp())
    before = int((RELEASE.opened_at - timedelta(hours=1)).timestamp()) - 1
    full = [a_request(submitted_at=opened) for _ in range(buildbot_force.PAGE)]
    assert not ORDER.is_last(full)
    assert ORDER.is_last(full[1:])
    assert ORDER.is_last([])
    assert ORDER.is_last([*full[1:], a_request(submitted_at=before)])
    assert not ORDER.is_last([*full[1:], a_request(submitted_at=before + 1)])


@pytest.mark.parametrize("results", [0, 1])
def test_a_success_of_the_approved_commit_is_one(results: int) -> None:
    built = told.a_build(properties={"got_revision": [SHA, "Git"]})
    ended = Progress(ProgressStatus.SUCCEEDED, "", BUILD_PAGE)
    assert ORDER.ended(a_request(results=results), built, a_buildset()) == ended
    assert ORDER.ended(a_request(results=results), told.a_build(), a_buildset()) == ended


@pytest.mark.parametrize(
    ("stamps", "got", "why"),
    [
        ([told_stamp(revision=OTHER)], None, "the build succeeded, and it was not asked to build the approved commit"),
        ([told_stamp(revision="")], SHA, "the build succeeded, and it was not asked to build the approved commit"),
        ([told_stamp(patch={})], SHA, "the build succeeded, and it was not asked to build the approved commit"),
        ([told_stamp()], OTHER, "the build checked out ffffffffffff, which is not the approved commit"),
        ([told_stamp()], {"": OTHER}, "the build checked out ffffffffffff, which is not the approved commit"),
    ],
)
def test_a_success_of_anything_else_is_a_failure(stamps: list[dict[str, Any]], got: Any, why: str) -> None:
    built = told.a_build(properties={"got_revision": [got, "Git"]})
    assert ORDER.ended(a_request(), built, a_buildset(*stamps)) == Progress(ProgressStatus.FAILED, why, BUILD_PAGE)


def test_a_success_of_which_nobody_tells_what_it_built_is_a_failure() -> None:
    why = "the build succeeded, and it was not asked to build the approved commit"
    assert ORDER.ended(a_request(), None, {}) == Progress(ProgressStatus.FAILED, why, REQUEST_PAGE)


@pytest.mark.parametrize(
    ("results", "words"),
    [
        (2, "the build ended: failure"),
        (3, "Buildbot merged the request with another one and built neither; set collapseRequests to False"),
        (4, "the build ended: exception"),
        (5, "the build ended: retry"),
        (6, "the build ended: cancelled"),
        (-1, "the build ended: nobody knows how"),
        (None, "the build ended: nobody knows how"),
    ],
)
def test_every_other_end_is_a_failure_in_its_own_words(results: int | None, words: str) -> None:
    ended = ORDER.ended(a_request(results=results), None, a_buildset())
    assert ended == Progress(ProgressStatus.FAILED, words, REQUEST_PAGE)


def test_a_request_that_is_not_complete_waits_or_runs() -> None:
    running = told.a_build(complete=False, results=None)
    assert ORDER.under_way(None, "9") == Progress(ProgressStatus.WAITING, "", REQUEST_PAGE)
    assert ORDER.under_way(running, "9") == Progress(ProgressStatus.RUNNING, "", BUILD_PAGE)
    retried = told.a_build(results=5)  # its worker was lost; another build follows
    assert ORDER.under_way(retried, "9") == Progress(ProgressStatus.WAITING, "", BUILD_PAGE)


def test_a_page_with_one_odd_request_is_none() -> None:
    odd = {**json.loads(json.dumps(told_build())), "buildrequestid": "9"}
    assert read_requests(reply({"buildrequests": [odd]})) is None
    assert BuildbotForce("force", "deploy").properties == ()
