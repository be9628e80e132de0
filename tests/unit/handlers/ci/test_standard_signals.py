"""Signals at the door: whose word they are, and what is not followed."""

from datetime import timedelta
from typing import Any

import pytest

from bot.core.policy import Policy
from bot.core.verification import Signal, Verification
from bot.ports.ci import Delivery, SignedReport, Verdict
from handlers.ci import standard_webhook
from handlers.ci.dialect import Known
from handlers.ci.standard_signature import sealed
from tests.factories import NOON, a_sha
from tests.unit.handlers.ci.standard import SECRET, SECRETS, TARGET_SECRET, a_standard_policy, as_bytes, kept

PROM_SECRET = "whsec_cHJvbWV0aGV1cw=="
POLICY = a_standard_policy(verify=Verification(signal=Signal("prometheus", "PROM_SECRET")))


def a_signal(kind: str = "signal.healthy", at: str = "2026-11-21T11:59:00Z", **data: Any) -> dict[str, Any]:
    """Return a signal, changed; what is None is left out."""
    whole = {"source": "prometheus", "service": "docs", "environment": "production", "sha": a_sha(1)} | data
    return {"type": kind, "timestamp": at, "data": {key: value for key, value in whole.items() if value is not None}}


def admitted(
    said: dict[str, Any], secret: str = PROM_SECRET, policy: Policy = POLICY, seconds: int = 0
) -> Delivery | Verdict:
    body = as_bytes(said)
    known = Known(policy, (SECRETS | {"PROM_SECRET": PROM_SECRET}).get, NOON + timedelta(seconds=seconds))
    return standard_webhook.admit(sealed(secret, "m-1", NOON, body), body, known)


@pytest.mark.parametrize("kind", ["signal.healthy", "signal.unhealthy"])
def test_a_signal_is_taken_with_its_signer(kind: str) -> None:
    said = a_signal(kind, detail="7 % fail")
    assert admitted(said) == Delivery("signal:prometheus:m-1", SignedReport("PROM_SECRET", kept(as_bytes(said))))


@pytest.mark.parametrize("secret", [SECRET, TARGET_SECRET, "forged"])
def test_nobody_else_signs_for_it(secret: str) -> None:
    assert admitted(a_signal(), secret) is Verdict.NOT_AUTHENTIC


@pytest.mark.parametrize(
    "said",
    [
        {"type": "build.succeeded", "data": {"source": "docs-pipeline", "service": "docs", "run_id": "1"}},
        {"type": "deploy.succeeded", "data": {"service": "docs", "environment": "production"}},
        {"type": "deploy.succeeded", "data": {"source": "docs-pipeline", "service": "docs"}},
    ],
)
def test_its_secret_signs_for_nothing_else(said: dict[str, Any]) -> None:
    whole = {"timestamp": "2026-11-21T11:59:00Z", **said, "data": {**said["data"], "sha": a_sha(1)}}
    assert admitted(whole) is Verdict.NOT_AUTHENTIC


@pytest.mark.parametrize("seconds", [-301, 301])
def test_one_that_is_replayed_later_is_not_authentic(seconds: int) -> None:
    assert admitted(a_signal(), seconds=seconds) is Verdict.NOT_AUTHENTIC


@pytest.mark.parametrize(
    "changed",
    [
        {"source": "grafana"},
        {"source": None},
        {"service": "wiki"},
        {"service": "nonsuch"},
        {"environment": "staging"},
    ],
)
def test_where_the_policy_names_no_such_signal_it_is_not_followed(changed: dict[str, Any]) -> None:
    assert admitted(a_signal(**changed)) in {Verdict.NOT_FOLLOWED, Verdict.MALFORMED}
    assert admitted(a_signal(**changed), "forged") is Verdict.NOT_AUTHENTIC


def test_one_that_names_no_release_is_not_followed() -> None:
    assert admitted(a_signal(sha=None)) is Verdict.NOT_FOLLOWED
    assert isinstance(admitted(a_signal(sha=None, key="R-1-abcd2345")), Delivery)


@pytest.mark.parametrize(
    "changed", [{"sha": "main"}, {"key": "R-1"}, {"key": 1}, {"detail": ["x"]}, {"detail": "x" * 4001}]
)
def test_wrong_types_are_malformed(changed: dict[str, Any]) -> None:
    assert admitted(a_signal(**changed)) is Verdict.MALFORMED


def test_an_unknown_word_is_not_followed() -> None:
    assert admitted(a_signal("signal.flapping")) is Verdict.NOT_FOLLOWED


def test_a_lane_without_a_signal_has_none() -> None:
    without = a_standard_policy()
    assert admitted(a_signal(), policy=without) is Verdict.NOT_AUTHENTIC
    assert "PROM_SECRET" in standard_webhook.secret_names(POLICY)
    assert "PROM_SECRET" not in standard_webhook.secret_names(without)
