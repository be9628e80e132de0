"""The generic signed webhook: whose word it is, what is followed, and how everything else is answered."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.ports.ci import Delivery, SignedReport, Verdict
from handlers.ci.dialect import Known
from handlers.ci.standard_signature import key_of, sealed, signature
from handlers.ci.standard_webhook import admit, names_of, secret_names
from tests.factories import NOON, a_lane_policy, a_policy
from tests.unit.handlers.ci.standard import (
    OTHER_SECRET,
    SECRET,
    SECRETS,
    TARGET,
    TARGET_SECRET,
    a_deploy_sent,
    a_report_sent,
    a_standard_policy,
    as_bytes,
    kept,
    signed,
)

KNOWN = Known(a_standard_policy(), SECRETS.get, NOON)


def sent(said: Any, secret: str = SECRET, **headers: str) -> Delivery | Verdict:
    body = said if isinstance(said, bytes) else as_bytes(said)
    return admit(signed(body, secret) | headers, body, KNOWN)


def test_the_published_vector_is_signed_the_same() -> None:
    """As published with the specification's own libraries."""
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    assert key is not None
    made = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_report_is_taken_with_its_signer() -> None:
    body = as_bytes(a_report_sent())
    assert sent(body) == Delivery("standard:docs-pipeline:msg_1", SignedReport("DOCS_PIPELINE_SECRET", kept(body)))


def test_a_raw_secret_signs_for_the_target_of_a_lane() -> None:
    body = as_bytes(a_deploy_sent(source=None))
    expected = Delivery("standard:docs/production:msg_1", SignedReport("DOCS_DEPLOY_SECRET", kept(body)))
    assert sent(body, TARGET_SECRET) == expected


def test_one_of_several_signatures_is_enough() -> None:
    body = as_bytes(a_report_sent())
    made = signed(body)["webhook-signature"]
    assert isinstance(sent(body, **{"webhook-signature": f"v1a,xyz {'v1,' + 'A' * 43 + '='} {made}"}), Delivery)


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-signature": ""},
        {"webhook-signature": "v1"},
        {"webhook-signature": "v1,"},
        {"webhook-signature": "v1,not base64"},
        {"webhook-signature": "v1,\N{ARABIC-INDIC DIGIT SEVEN}"},
        {"webhook-signature": "v1,\udc37" + "A" * 42 + "="},
        {"webhook-signature": "v1," + "A" * 43 + "="},
        {"webhook-signature": "v1,A " * 5000},
        {"webhook-id": ""},
        {"webhook-id": "msg 1"},
        {"webhook-id": "msg_1\n"},
        {"webhook-id": "m" * 129},
        {"webhook-timestamp": ""},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "9" * 400},
        {"webhook-timestamp": str(int(NOON.timestamp()) + 1)},
        {"Webhook-Id": "msg_1"},
    ],
)
def test_headers_that_are_wrong_missing_or_doubled_are_not_authentic(changed: dict[str, str]) -> None:
    body = as_bytes(a_report_sent())
    assert admit(signed(body) | changed, body, KNOWN) is Verdict.NOT_AUTHENTIC


@pytest.mark.parametrize(("seconds", "taken"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_a_message_is_good_for_five_minutes_either_way(seconds: int, taken: bool) -> None:
    body = as_bytes(a_report_sent())
    headers = signed(body, now=NOON + timedelta(seconds=seconds))
    assert isinstance(admit(headers, body, KNOWN), Delivery) is taken


def test_another_body_or_another_id_is_not_what_was_signed() -> None:
    body = as_bytes(a_report_sent())
    assert admit(signed(body), body + b" ", KNOWN) is Verdict.NOT_AUTHENTIC
    assert admit(signed(body) | {"webhook-id": "msg_2"}, body, KNOWN) is Verdict.NOT_AUTHENTIC


@pytest.mark.parametrize("secret", [OTHER_SECRET, TARGET_SECRET, "anything"])
def test_t31_only_the_secret_of_the_claimed_source_signs_for_it(secret: str) -> None:
    assert sent(a_report_sent(), secret) is Verdict.NOT_AUTHENTIC
    assert sent(a_deploy_sent(), secret) is Verdict.NOT_AUTHENTIC


def test_a_secret_that_is_unset_or_no_secret_signs_for_nothing() -> None:
    body = as_bytes(a_report_sent())
    for secret in ("", "whsec_", "whsec_*", None):
        known = Known(KNOWN.policy, lambda _name, secret=secret: secret, NOON)  # type: ignore[misc]
        made = "v1," + base64.b64encode(b"x" * 32).decode()
        assert admit(signed(body) | {"webhook-signature": made}, body, known) is Verdict.NOT_AUTHENTIC


@pytest.mark.parametrize(
    "said",
    [
        a_report_sent(source="another"),
        a_report_sent(service="another"),
        a_report_sent(service="wiki"),
        a_report_sent(service="payments"),
        a_report_sent(branch="feature"),
        a_report_sent(branch=None),
        a_report_sent("build.cancelled"),
        a_report_sent("ping"),
        a_deploy_sent(environment="staging"),
        a_deploy_sent(service="wiki"),
        a_deploy_sent(sha=None),
    ],
)
def test_t31_what_the_policy_does_not_name_is_not_followed(said: dict[str, Any]) -> None:
    assert sent(said) is Verdict.NOT_FOLLOWED


def test_t31_the_secret_of_a_target_says_nothing_of_builds_or_of_other_lanes() -> None:
    assert sent(a_report_sent(source=None), TARGET_SECRET) is Verdict.MALFORMED
    assert sent(a_report_sent(source=None, environment="production"), TARGET_SECRET) is Verdict.MALFORMED
    assert sent(a_deploy_sent(source=None, service="wiki"), TARGET_SECRET) is Verdict.NOT_FOLLOWED


@pytest.mark.parametrize(
    "changed",
    [
        {"sha": "abc"},
        {"sha": "A" * 40},
        {"sha": 5},
        {"run_id": None},
        {"run_id": 778},
        {"run_id": ""},
        {"run_id": "7\n8"},
        {"attempt": "1"},
        {"attempt": 0},
        {"attempt": True},
        {"attempt": 10**30},
        {"version": "2.4.1; rm -rf /"},
        {"version": ["2"]},
        {"digest": "sha256:x"},
        {"digest": "ab" * 32},
        {"authors": {"name": "Ann"}},
        {"authors": [{}]},
        {"authors": [{"name": "Ann"}] * 101},
        {"title": 1},
        {"url": {}},
        {"service": []},
        {"source": 3},
    ],
)
def test_wrong_types_are_malformed(changed: dict[str, Any]) -> None:
    assert sent(a_report_sent(**changed)) is Verdict.MALFORMED


@pytest.mark.parametrize(
    "at", ["", "yesterday", "2026-11-21T11:59:00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1e400"]
)
def test_a_moment_that_is_none_is_malformed(at: str) -> None:
    assert sent(a_report_sent(at=at)) is Verdict.MALFORMED


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"[" * 60_000,
        b'{"type":' + b'{"a":' * 10_000,
        b'{"type":"build.succeeded","data":"\\ud800"}',
        b'{"type":"build.succeeded"}',
    ],
)
def test_a_body_that_is_no_report_is_malformed_when_signed_and_else_not_authentic(body: bytes) -> None:
    assert sent(body) is Verdict.MALFORMED
    assert sent(body, "anything") is Verdict.NOT_AUTHENTIC


def test_a_large_body_is_verified_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    nested = as_bytes(a_report_sent()) + b" " * 70_000
    late = as_bytes({"filler": "x" * 70_000} | a_report_sent())
    assert isinstance(sent(nested), Delivery)
    monkeypatch.setattr("handlers.ci.standard_webhook._claim", None)  # whoever reads it now fails
    assert sent(nested, "anything") is Verdict.NOT_AUTHENTIC
    assert sent(nested, OTHER_SECRET) is Verdict.NOT_AUTHENTIC
    assert sent(b"[" * 70_000) is Verdict.NOT_AUTHENTIC
    assert sent(late) is Verdict.NOT_AUTHENTIC


def test_unknown_fields_are_ignored() -> None:
    assert isinstance(sent(a_report_sent(color="red") | {"extra": [1, {"deep": []}]}), Delivery)


def test_the_variables_are_those_of_the_policy() -> None:
    assert secret_names(a_standard_policy()) == frozenset(SECRETS)
    assert secret_names(a_policy()) == frozenset()


def test_only_an_id_of_the_usual_form_is_fit_to_be_logged() -> None:
    assert names_of({"webhook-id": "msg_1"}) == ("msg_1", None)
    assert names_of({"webhook-id": "\x1b[2J"}) == (None, None)


def test_nothing_is_sent_under_a_secret_that_is_none() -> None:
    with pytest.raises(ValueError, match="no secret"):
        sealed("whsec_*", "msg_1", NOON, b"")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["type", "timestamp", "data"]), json_values),
    st.dictionaries(st.sampled_from(sorted(a_report_sent()["data"])), json_values, max_size=3),
)
def test_t24_whatever_is_signed_has_an_answer(outer: dict[str, Any], inner: dict[str, Any]) -> None:
    for said in (outer, a_report_sent() | {"data": a_report_sent()["data"] | inner}):
        assert isinstance(sent(json.dumps(said).encode()), Delivery | Verdict)


def test_a_service_that_github_builds_has_its_deployer_report_with_the_secret_of_its_target() -> None:
    lane = a_lane_policy(target=TARGET)
    known = Known(a_policy(lane), SECRETS.get, NOON)
    body = as_bytes(a_deploy_sent(source=None, service="payments", key="R-1-abcd2345"))
    admitted = admit(signed(body, TARGET_SECRET), body, known)
    assert admitted == Delivery("standard:payments/production:msg_1", SignedReport("DOCS_DEPLOY_SECRET", kept(body)))
    assert admit(signed(body, SECRET), body, known) is Verdict.NOT_AUTHENTIC
