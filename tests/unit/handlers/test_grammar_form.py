"""Words that a form goes on with: what they say so far; and words that are for the grammar alone."""

from dataclasses import replace
from datetime import time

import pytest

from bot.core.policy import Kind, LaneId, Policy
from handlers.grammar import parse
from handlers.grammar_form import Begun, begun
from handlers.times import Clock
from handlers.vocabulary import HelpWords, Misunderstood, RequestWords
from tests.factories import a_lane_policy, a_policy

PAYMENTS = a_policy(a_lane_policy(LaneId("payments", "staging")), a_lane_policy(LaneId("payments", "production")))
DOCS = replace(PAYMENTS.services[0], name="docs", lanes=(a_lane_policy(LaneId("docs", "production")),))
POLICY = replace(PAYMENTS, services=(*PAYMENTS.services, DOCS))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("", Begun(Kind.RELEASE)),
        ("   ", Begun(Kind.RELEASE)),
        ("payments", Begun(Kind.RELEASE, "payments")),
        ("PAYMENTS 118", Begun(Kind.RELEASE, "payments", "118")),
        ("payments at 14:00", Begun(Kind.RELEASE, "payments", None, None, Clock(time(14)))),
        ("payments 118 at 14:00", Begun(Kind.RELEASE, "payments", "118", None, Clock(time(14)))),
        ("rollback", Begun(Kind.ROLLBACK)),
        ("rollback payments", Begun(Kind.ROLLBACK, "payments")),
        ("rollback payments to 117", Begun(Kind.ROLLBACK, "payments", "117")),
        ("rollback payments in staging", Begun(Kind.ROLLBACK, "payments", None, "staging")),
        ("Rollback payments to 117 in production", Begun(Kind.ROLLBACK, "payments", "117", "production")),
        ("hotfix", Begun(Kind.HOTFIX)),
        ("hotfix payments", Begun(Kind.HOTFIX, "payments")),
        ("hotfix payments to production", Begun(Kind.HOTFIX, "payments", None, "production")),
        ("hotfix payments 118", Begun(Kind.HOTFIX, "payments", "118")),
        ("hotfix payments 118 to staging", Begun(Kind.HOTFIX, "payments", "118", "staging")),
    ],
)
def test_a_form_goes_on_with(words: str, said: Begun) -> None:
    assert begun(words, POLICY) == said


@pytest.mark.parametrize(
    "words",
    [
        "payments to staging",
        "docs",
        "docs 7",
        "paymets",
        "payments to nowhere",
        "payments at noon",
        "payments 118 119",
        "status",
        "status payments",
        "help",
        "approve R-1",
        "to",
        "rollback paymets",
        "rollback payments to",
        "rollback payments in production the checkout is broken",
        "rollback payments the checkout is broken",
        "hotfix payments 118 to production the checkout is broken",
        "hotfix payments 118 119",
        "hotfix payments to nowhere",
    ],
)
def test_no_form_is_for(words: str) -> None:
    assert begun(words, POLICY) is None


def test_without_a_form_the_same_words_are_answered_as_ever() -> None:
    assert parse("", POLICY) == HelpWords(None)
    assert isinstance(parse("payments", POLICY), Misunderstood)
    assert isinstance(parse("rollback payments", POLICY), Misunderstood)
    assert parse("docs", POLICY) == RequestWords("docs", None, "production")


def test_a_service_without_an_environment_is_begun_and_goes_nowhere() -> None:
    bare: Policy = replace(POLICY, services=tuple(replace(one, lanes=()) for one in POLICY.services))
    assert begun("payments", bare) == Begun(Kind.RELEASE, "payments")
