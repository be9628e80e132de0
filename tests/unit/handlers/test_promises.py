"""What `for` and `at` promise within a reason is answered with the line that was meant; prose stays a reason."""

import pytest

from handlers.grammar import parse
from handlers.vocabulary import HoldWords, Misunderstood, OverrideWords, RejectWords, RollbackWords, StopAllWords
from tests.unit.handlers.test_grammar import POLICY

HOLD = "hold payments production"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (f"{HOLD} deploy frozen for 2 hours", f"{HOLD} for 2h deploy frozen"),
        (f"{HOLD} broken for 2h please", f"{HOLD} for 2h broken please"),
        (f"{HOLD} broken for 2H, sorry", f"{HOLD} for 2h broken, sorry"),
        (f"{HOLD} migrating for two hours", f"{HOLD} for 2h migrating"),
        (f"{HOLD} migrating for an hour", f"{HOLD} for 1h migrating"),
        (f"{HOLD} migrating FOR half an  hour.", f"{HOLD} for 30m migrating."),
        (f"{HOLD} migrating for about 1.5 hours", f"{HOLD} for 90m migrating"),
        (f"{HOLD} migrating for the next 2 weeks", f"{HOLD} for 14d migrating"),
        (f"{HOLD} migrating for the next hour", f"{HOLD} for 1h migrating"),
        (f"{HOLD} migrating for 24h", f"{HOLD} for 24h migrating"),
        (f"{HOLD} wait for 30 seconds", f"{HOLD} for 1m wait"),
        (f"{HOLD} broken for 2h, back at 14:00", f"{HOLD} for 2h broken, back"),
        (f"{HOLD} “broken for 2h”", f"{HOLD} for 2h broken"),
        ("hold docs the index for 3 days", "hold docs production for 3d the index"),
        ("lock payments staging load test for 45 min", "lock payments staging for 45m load test"),
    ],
)
def test_how_long_comes_before_the_reason(words: str, meant: str) -> None:
    assert parse(words, POLICY) == Misunderstood(
        f"How long comes before the reason, so nothing was started. Did you mean `/deploy {meant}`?"
    )
    assert not isinstance(parse(meant, POLICY), Misunderstood)


ROLLBACK, ON = "rollback payments in production", "rollback SERVICE [to VERSION] in ENV REASON"
LASTS = "hold SERVICE ENV [for DURATION] REASON"


@pytest.mark.parametrize(
    ("words", "promise", "meant", "usage"),
    [
        (f"{ROLLBACK} bad at 12:00", "at 12:00", f"{ROLLBACK} bad", ON),
        (f"{ROLLBACK} slow for 2 hours now", "for 2 hours", f"{ROLLBACK} slow now", ON),
        (f"{ROLLBACK} bad at 2 PM or at noon", "at 2 PM", f"{ROLLBACK} bad or", ON),
        (f"{ROLLBACK} bad at tomorrow 9:00", "at tomorrow 9:00", f"{ROLLBACK} bad", ON),
        (f"{ROLLBACK} bad at 2026-11-24T14:00", "at 2026-11-24T14:00", f"{ROLLBACK} bad", ON),
        (f"{HOLD} incident, back at 14:00", "at 14:00", f"{HOLD} incident, back", LASTS),
        (f"{HOLD} for 2h broken for a day", "for a day", f"{HOLD} for 2h broken", LASTS),
        (f"{HOLD} frozen for a few hours", "for a few hours", f"{HOLD} frozen", LASTS),
        (f"{HOLD} frozen for 100000.5 minutes", "for 100000.5 minutes", f"{HOLD} frozen", LASTS),
        ("stop-all fire for 2h", "for 2h", "stop-all fire", "stop-all REASON"),
        ("hotfix payments 119 to production refunds at 3pm", "at 3pm", "hotfix payments 119 to production refunds",
         "hotfix SERVICE VERSION to ENV REASON"),
        ("override R-42 customers wait at midnight", "at midnight", "override R-42 customers wait",
         "override RELEASE REASON"),
        ("quarantine payments 118 bad for 1d", "for 1d", "quarantine payments 118 bad",
         "quarantine SERVICE VERSION REASON"),
    ],
)  # fmt: skip
def test_what_would_not_be_kept_is_no_reason(words: str, promise: str, meant: str, usage: str) -> None:
    assert parse(words, POLICY) == Misunderstood(
        f"“{promise}” in a reason would not be kept, so nothing was started. Did you mean `/deploy {meant}`? "
        f"The form is `/deploy {usage}`."
    )
    assert not isinstance(parse(meant, POLICY), Misunderstood)


def test_a_reason_that_is_nothing_else_gets_the_form() -> None:
    assert parse("stop-all 'for 2h'", POLICY) == Misunderstood(
        "“for 2h” in a reason would not be kept, so nothing was started. The form is `/deploy stop-all REASON`."
    )


@pytest.mark.parametrize(
    "reason",
    [
        "frozen for the sale",
        "wait for me",
        "broken for hours",
        "we look at 12 percent errors",
        "errors at 10:30% of the rate",
        "a fix for 2hands",
        "for-2h is a flag; rate-at 12:00",
        "it waits for one day's sales",
        "look at the graphs for friday",
    ],
)
def test_prose_stays_a_reason(reason: str) -> None:
    prose = f"x {reason}"
    assert parse(f"{HOLD} {prose}", POLICY) == HoldWords("payments", "production", None, prose)
    assert parse(f"{ROLLBACK} {prose}", POLICY) == RollbackWords("payments", None, "production", prose)
    assert parse(f"stop-all {prose}", POLICY) == StopAllWords(prose)
    assert parse(f"override R-42 {prose}", POLICY) == OverrideWords(42, prose)


def test_a_rejection_promises_nothing_whatever_it_says() -> None:
    assert parse("reject R-42 broken for 2h", POLICY) == RejectWords(42, "broken for 2h")
