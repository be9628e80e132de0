"""Buildbot's pushes: whose word they are, what they hint at, and how everything else is answered."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.target import BuildbotForce
from bot.ports.ci import BuildHint, Delivery, DeploymentHint, Verdict
from handlers.ci import SOURCES, buildbot_webhook
from handlers.ci.buildbot_webhook import SECRET, admit, names_of, secret_names, verify
from handlers.ci.dialect import Known
from tests.factories import NOON, a_policy
from tests.unit.handlers.ci.buildbot import BEGUN, ENDED, TARGET, a_service, told_push

POLICY = replace(a_policy(), services=(a_service(TARGET),))
KNOWN = Known(POLICY, {SECRET: "s3cret"}.get, NOON)
OURS = {"X-Secret": "s3cret"}


def sent(said: Any, headers: dict[str, str] | None = None, known: Known = KNOWN) -> Delivery | Verdict:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return admit(OURS if headers is None else headers, body, known)


def basic(words: bytes) -> dict[str, str]:
    return {"authorization": f"Basic {base64.b64encode(words).decode()}"}


def test_it_is_listed() -> None:
    assert SOURCES["buildbot"] is buildbot_webhook
    assert secret_names(POLICY) == {SECRET}
    assert names_of(OURS) == (None, None)


def test_a_push_hints_at_its_build() -> None:
    hint = BuildHint("legacy-build", 4)
    assert sent(told_push()) == Delivery(f"buildbot:legacy-build:4:True:{ENDED}", hint)
    begun = told_push(complete=False, complete_at=None, results=None)
    assert sent(begun) == Delivery(f"buildbot:legacy-build:4:False:{BEGUN}", hint)


def test_a_push_about_a_deploy_makes_us_look() -> None:
    push = told_push(builder={"name": "deploy"})
    assert sent(push) == Delivery(f"buildbot:deploy:4:True:{ENDED}", DeploymentHint("deploy", "9"))


def test_of_a_builder_that_nobody_names_nothing_follows() -> None:
    assert sent(told_push(builder={"name": "Legacy-build"})) is Verdict.NOT_FOLLOWED
    only = replace(POLICY, services=(a_service(BuildbotForce("force", "other")),))
    assert sent(told_push(builder={"name": "deploy"}), known=replace(KNOWN, policy=only)) is Verdict.NOT_FOLLOWED


@pytest.mark.parametrize(
    "headers",
    [
        {"x-secret": "s3cret"},
        {"X-SECRET": "s3cret"},
        {"Authorization": "Bearer s3cret"},
        {"authorization": "bearer   s3cret"},
        basic(b"anybody:s3cret"),
        basic(b":s3cret"),
        {"x-secret": "wrong", "authorization": "Bearer s3cret"},
    ],
    ids=str,
)
def test_the_secret_comes_as_a_header_a_token_or_a_password(headers: dict[str, str]) -> None:
    assert isinstance(sent(told_push(), headers), Delivery)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-secret": ""},
        {"x-secret": "s3cre"},
        {"x-secret": "s3cret "},
        {"x-secret": "S3cret"},
        {"x-secret": "s3cret\udcff"},
        {"x-secret": "s3cret", "X-Secret": "s3cret"},
        {"authorization": "s3cret"},
        {"authorization": "Bearer"},
        {"authorization": "Bearer s3cret s3cret"},
        {"authorization": "Basic s3cret"},
        {"authorization": "Basic ===="},
        basic(b"s3cret"),
        basic(b"s3cret:"),
        basic(b"s3cret:\xff"),
        {"x-hub-signature-256": "s3cret"},
    ],
    ids=str,
)
def test_anything_else_is_not_its_word(headers: dict[str, str]) -> None:
    assert sent(told_push(), headers) is Verdict.NOT_AUTHENTIC
    assert sent(b"{", headers) is Verdict.NOT_AUTHENTIC


def test_without_a_secret_nobody_is_believed() -> None:
    assert not verify("", {"x-secret": ""})
    assert not verify("", {})
    assert not verify("", {"authorization": "Bearer "})


@pytest.mark.parametrize(
    "push",
    [
        b"",
        b"{",
        b"null",
        b"[" * 100_000,
        b"\xff\xfe",
        {},
        [told_push()],
        told_push(number="4"),
        told_push(number=-1),
        told_push(number=10**30),
        told_push(builder=None),
        told_push(builder={"name": 7}),
        told_push(complete=1),
        told_push(started_at=None),
        told_push(started_at=10**30),
    ],
    ids=lambda push: str(push)[:40],
)
def test_what_is_no_push_is_malformed(push: Any) -> None:
    assert sent(push) is Verdict.MALFORMED


@given(st.binary(max_size=200))
def test_no_body_makes_it_fail(body: bytes) -> None:
    assert sent(body) in {Verdict.MALFORMED, Verdict.NOT_FOLLOWED}


@given(st.text(max_size=60))
def test_no_header_makes_it_fail(value: str) -> None:
    told = sent(told_push(), {"authorization": value, "x-secret": value})
    assert told is Verdict.NOT_AUTHENTIC or value in {"s3cret", "Bearer s3cret"}
