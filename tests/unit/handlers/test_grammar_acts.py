"""The words that change something in a lane, a build or everywhere: what is understood, and what never is."""

from datetime import datetime, time, timedelta

import pytest
from inline_snapshot import snapshot

from bot.core.policy import Mode
from handlers.grammar import parse, reads
from handlers.times import Clock, Moment, Now
from handlers.vocabulary import (
    ClearWords,
    GoAllWords,
    HoldWords,
    HotfixWords,
    LiveWords,
    LockWords,
    Misunderstood,
    ModeWords,
    OverrideWords,
    Parsed,
    QuarantineWords,
    RequestWords,
    ResumeWords,
    RollbackWords,
    ScheduleWords,
    StopAllWords,
    UnlockWords,
)
from tests.unit.handlers.test_grammar import POLICY

TWO = Clock(time(14, 0))
THEN = Moment(datetime(2026, 11, 24, 14, 0))  # noqa: DTZ001 - local until its zone is known


@pytest.mark.parametrize(
    ("words", "parsed"),
    [
        ("docs at 14:00", RequestWords("docs", None, "production", TWO)),
        ("docs 1 to production AT 14:00", RequestWords("docs", "1", "production", TWO)),
        ("payments to staging at 2026-11-24T14:00", RequestWords("payments", None, "staging", THEN)),
        ("schedule R-42 at 14:00", ScheduleWords(42, TWO)),
        ("docs at 2pm", RequestWords("docs", None, "production", TWO)),
        ("docs at 2 PM", RequestWords("docs", None, "production", TWO)),
        ("docs at Tomorrow 2 pm", RequestWords("docs", None, "production", Clock(time(14, 0), "tomorrow"))),
        ("schedule R-42 at fri 14:00", ScheduleWords(42, Clock(time(14, 0), "friday"))),
        ("schedule R-42 at 2026-11-24 14:00", ScheduleWords(42, THEN)),
        ("schedule R-42 at 9:05", ScheduleWords(42, Clock(time(9, 5)))),
        ("Schedule r-42 AT Now", ScheduleWords(42, Now())),
        ("schedule R-42 at 2026-11-24t14:00", ScheduleWords(42, THEN)),
        ("override R-42 customers cannot pay", OverrideWords(42, "customers cannot pay")),
        ("rollback docs in production it is slow", RollbackWords("docs", None, "production", "it is slow")),
        ("rollback payments to 117 in production “it rounds”", RollbackWords("payments", "117", "production", "it rounds")),
        ("hotfix payments 119 to production refunds fail", HotfixWords("payments", "119", "production", "refunds fail")),
        ("hold payments production for 2h the database moves", HoldWords("payments", "production", timedelta(hours=2), "the database moves")),
        ("hold payments production the database moves", HoldWords("payments", "production", None, "the database moves")),
        ("hold docs the index is rebuilt", HoldWords("docs", "production", None, "the index is rebuilt")),
        ("hold docs for 1d the index", HoldWords("docs", "production", timedelta(days=1), "the index")),
        ("hold payments production wait for me", HoldWords("payments", "production", None, "wait for me")),
        ("resume payments production", ResumeWords("payments", "production")),
        ("resume docs", ResumeWords("docs", "production")),
        ("lock payments staging for 30m load test", LockWords("payments", "staging", timedelta(minutes=30), "load test")),
        ("lock payments staging load test", LockWords("payments", "staging", None, "load test")),
        ("unlock Payments Staging", UnlockWords("payments", "staging")),
        ("stop-all the data centre burns", StopAllWords("the data centre burns")),
        ("go-all", GoAllWords()),
        ("mode payments staging delivery we want to look", ModeWords("payments", "staging", Mode.DELIVERY, "we want to look")),
        ("mode docs Deployment it is only text", ModeWords("docs", "production", Mode.DEPLOYMENT, "it is only text")),
        ("live payments production 117 by hand", LiveWords("payments", "production", "117", "by hand")),
        ("live docs 12 by hand", LiveWords("docs", "production", "12", "by hand")),
        ("quarantine payments 118 it loses money", QuarantineWords("payments", "118", "it loses money")),
        ("release-quarantine payments 119 mended", ClearWords("payments", "119", "mended")),
    ],
)  # fmt: skip
def test_understood(words: str, parsed: Parsed) -> None:
    assert parse(words, POLICY) == parsed
    assert not reads(parsed)


NEVER = (
    "docs at",
    "docs at noon",
    "docs at now",
    "docs at 24:00",
    "docs at 13pm",
    "docs at tomorrow",
    "docs at tomorrow later",
    "docs at 14:00 tomorrow",
    "docs at 2026-02-30T10:00",
    "docs at 14:00 to production",
    "docs 1 at 14:00 please",
    "schedule R-42",
    "schedule R-42 14:00",
    "schedule R-42 at",
    "schedule R-42 at tomorrow",
    "schedule R-42 at 14:00 please",
    "override R-42",
    "override R-42 at 14:00 please",
    "retry R-42 please",
    "rollback",
    "rollback payments",
    "rollback payments production it is slow",
    "rollback payments in",
    "rollback payments in prod it is slow",
    "rollback payments production it is slow",
    "rollback payments to 117 production it is slow",
    "rollback payments ni production it is slow",
    "rollback payments slowly in production",
    "hotfix payments 119 in production refunds fail",
    "hotfix payments 119 production refunds fail",
    "payments 118 in production",
    "payments 118 production",
    "payments 118 ot production",
    "payments 118 later",
    "schedule R-42 tomorrow 9:00",
    "schedule R-42 whenever",
    "approve #42",
    "approve r42",
    "approve R-0042",
    "hold payments production 2h the database moves",
    "lock payments staging 30m",
    "aprove R-42",
    "hodl payments production it breaks",
    "hold paymens production it breaks",
    "rollback payments in production",
    "rollback payments in production to 117 it is slow",
    "rollback payments to in production it is slow",
    "rollback payments to",
    "rolback payments in production it is slow",
    "rollback paymnts in production it is slow",
    "hotfix payments to production now",
    "hotfix payments 118 production now",
    "hotfix payments 118 to production",
    "hotfix payments 118 to production at 14:00",
    "hold payments",
    "hold payments production",
    "hold payments the database moves",
    "hold docs prodction the index",
    "hold docs staging the index",
    "hold docs",
    "hold payments production for maintenance",
    "hold payments production for",
    "hold payments production for 0m it breaks",
    "hold payments production for 2h",
    "hold payments production maintenance for 2h",
    "hold payments production at 14:00",
    "resume payments production please",
    "resume payments",
    "lock payments production load test for 30m",
    "lock payments production for 90s load test",
    "unlock nothing",
    "stop-all",
    "stop-all for 2h",
    "stop all",
    "go-all now",
    "freeze production",
    "mode payments production",
    "mode payments production deploy it works",
    "mode payments production deployment",
    "live payments production",
    "live payments production 118",
    "live payments in production 118 x",
    "live docs in production 118 x",
    "quarantine payments",
    "quarantine payments 118",
    "quarantine payments in production it is bad",
    "release-quarantine payments 118",
    "releas-quarantine payments 118 x",
)


def test_not_understood() -> None:
    said = []
    for words in NEVER:
        parsed = parse(words, POLICY)
        assert isinstance(parsed, Misunderstood), words
        said.append(f"{words}\n  {parsed.sentence}")
    assert "\n".join(said) == snapshot("""\
docs at
  After `at` comes a time like 14:00, 2pm, tomorrow 9:00, 2026-11-24T14:00. Nothing was started.
docs at noon
  After `at` comes a time like 14:00, 2pm, tomorrow 9:00, 2026-11-24T14:00, not “noon”. Nothing was started.
docs at now
  After `at` comes a time like 14:00, 2pm, tomorrow 9:00, 2026-11-24T14:00, not “now”. Nothing was started.
docs at 24:00
  After `at` comes a time like 14:00, 2pm, tomorrow 9:00, 2026-11-24T14:00, not “24:00”. Nothing was started.
docs at 13pm
  After `at` comes a time like 14:00, 2pm, tomorrow 9:00, 2026-11-24T14:00, not “13pm”. Nothing was started.
docs at tomorrow
  After `at` comes a time like 14:00, 2pm, tomorrow 9:00, 2026-11-24T14:00, not “tomorrow”. Nothing was started.
docs at tomorrow later
  After `at` comes a time like 14:00, 2pm, tomorrow 9:00, 2026-11-24T14:00, not “tomorrow later”. Nothing was started.
docs at 14:00 tomorrow
  “tomorrow” has no place there, so nothing was started. The form is `/deploy SERVICE [VERSION] [to ENV] [at TIME]`.
docs at 2026-02-30T10:00
  After `at` comes a time like 14:00, 2pm, tomorrow 9:00, 2026-11-24T14:00, not “2026-02-30T10:00”. Nothing was started.
docs at 14:00 to production
  “to” has no place there, so nothing was started. The form is `/deploy SERVICE [VERSION] [to ENV] [at TIME]`.
docs 1 at 14:00 please
  “please” has no place there, so nothing was started. The form is `/deploy SERVICE [VERSION] [to ENV] [at TIME]`.
schedule R-42
  A time is missing: `/deploy schedule RELEASE at TIME`.
schedule R-42 14:00
  “14:00” has no place there, so nothing was started. Did you mean `/deploy schedule R-42 at 14:00`? The form is `/deploy schedule RELEASE at TIME`.
schedule R-42 at
  After `at` comes a time like 14:00, 2pm, tomorrow 9:00, 2026-11-24T14:00, or `now`. Nothing was started.
schedule R-42 at tomorrow
  After `at` comes a time like 14:00, 2pm, tomorrow 9:00, 2026-11-24T14:00, or `now`, not “tomorrow”. Nothing was started.
schedule R-42 at 14:00 please
  “please” has no place there, so nothing was started. The form is `/deploy schedule RELEASE at TIME`.
override R-42
  An override needs a reason: `/deploy override RELEASE REASON`.
override R-42 at 14:00 please
  “at” has no place there, so nothing was started. The form is `/deploy override RELEASE REASON`.
retry R-42 please
  “please” has no place there, so nothing was started. The form is `/deploy retry RELEASE`.
rollback
  A service is missing: `/deploy rollback SERVICE [to VERSION] in ENV REASON`.
rollback payments
  Where? payments has staging, production. The form is `/deploy rollback SERVICE [to VERSION] in ENV REASON`.
rollback payments production it is slow
  “production” has no place there, so nothing was started. Did you mean `/deploy rollback payments in production`? The form is `/deploy rollback SERVICE [to VERSION] in ENV REASON`.
rollback payments in
  After `in` comes an environment. payments has staging, production.
rollback payments in prod it is slow
  payments has no environment “prod”. Did you mean `/deploy rollback payments in production`? payments has staging, production.
rollback payments production it is slow
  “production” has no place there, so nothing was started. Did you mean `/deploy rollback payments in production`? The form is `/deploy rollback SERVICE [to VERSION] in ENV REASON`.
rollback payments to 117 production it is slow
  “production” has no place there, so nothing was started. Did you mean `/deploy rollback payments to 117 in production`? The form is `/deploy rollback SERVICE [to VERSION] in ENV REASON`.
rollback payments ni production it is slow
  “ni” has no place there, so nothing was started. Did you mean `/deploy rollback payments in production`? The form is `/deploy rollback SERVICE [to VERSION] in ENV REASON`.
rollback payments slowly in production
  “slowly” has no place there, so nothing was started. The form is `/deploy rollback SERVICE [to VERSION] in ENV REASON`.
hotfix payments 119 in production refunds fail
  “in” has no place there, so nothing was started. Did you mean `/deploy hotfix payments 119 to production`? The form is `/deploy hotfix SERVICE VERSION to ENV REASON`.
hotfix payments 119 production refunds fail
  “production” has no place there, so nothing was started. Did you mean `/deploy hotfix payments 119 to production`? The form is `/deploy hotfix SERVICE VERSION to ENV REASON`.
payments 118 in production
  “in” has no place there, so nothing was started. Did you mean `/deploy payments 118 to production`? The form is `/deploy SERVICE [VERSION] [to ENV] [at TIME]`.
payments 118 production
  “production” has no place there, so nothing was started. Did you mean `/deploy payments 118 to production`? The form is `/deploy SERVICE [VERSION] [to ENV] [at TIME]`.
payments 118 ot production
  “ot” has no place there, so nothing was started. Did you mean `/deploy payments 118 to production`? The form is `/deploy SERVICE [VERSION] [to ENV] [at TIME]`.
payments 118 later
  “later” has no place there, so nothing was started. The form is `/deploy SERVICE [VERSION] [to ENV] [at TIME]`.
schedule R-42 tomorrow 9:00
  “tomorrow” has no place there, so nothing was started. Did you mean `/deploy schedule R-42 at tomorrow 9:00`? The form is `/deploy schedule RELEASE at TIME`.
schedule R-42 whenever
  “whenever” has no place there, so nothing was started. The form is `/deploy schedule RELEASE at TIME`.
approve #42
  “#42” is not the name of a release, like `R-42`. Did you mean `/deploy approve R-42`?
approve r42
  “r42” is not the name of a release, like `R-42`. Did you mean `/deploy approve R-42`?
approve R-0042
  “R-0042” is not the name of a release, like `R-42`. Did you mean `/deploy approve R-42`?
hold payments production 2h the database moves
  A reason does not begin with a length of time, so nothing was started. Did you mean `/deploy hold payments production for 2h the database moves`?
lock payments staging 30m
  A reason does not begin with a length of time, so nothing was started. Did you mean `/deploy lock payments staging for 30m`?
aprove R-42
  I do not know “aprove”, so nothing was started. Did you mean `/deploy approve R-42`?
hodl payments production it breaks
  I do not know “hodl”, so nothing was started. Did you mean `/deploy hold payments production it breaks`?
hold paymens production it breaks
  I do not know “paymens”, so nothing was started. Did you mean `/deploy hold payments production it breaks`?
rollback payments in production
  A rollback needs a reason: `/deploy rollback SERVICE [to VERSION] in ENV REASON`.
rollback payments in production to 117 it is slow
  “to” has no place there, so nothing was started. The form is `/deploy rollback SERVICE [to VERSION] in ENV REASON`.
rollback payments to in production it is slow
  A version is missing: `/deploy rollback SERVICE [to VERSION] in ENV REASON`.
rollback payments to
  A version is missing: `/deploy rollback SERVICE [to VERSION] in ENV REASON`.
rolback payments in production it is slow
  I do not know “rolback”, so nothing was started. Did you mean `/deploy rollback payments in production it is slow`?
rollback paymnts in production it is slow
  I do not know “paymnts”, so nothing was started. Did you mean `/deploy rollback payments in production it is slow`?
hotfix payments to production now
  A version is missing: `/deploy hotfix SERVICE VERSION to ENV REASON`.
hotfix payments 118 production now
  “production” has no place there, so nothing was started. Did you mean `/deploy hotfix payments 118 to production`? The form is `/deploy hotfix SERVICE VERSION to ENV REASON`.
hotfix payments 118 to production
  A hotfix needs a reason: `/deploy hotfix SERVICE VERSION to ENV REASON`.
hotfix payments 118 to production at 14:00
  “at” has no place there, so nothing was started. The form is `/deploy hotfix SERVICE VERSION to ENV REASON`.
hold payments
  Where? payments has staging, production. The form is `/deploy hold SERVICE ENV [for DURATION] REASON`.
hold payments production
  A hold needs a reason: `/deploy hold SERVICE ENV [for DURATION] REASON`.
hold payments the database moves
  payments has no environment “the”. `/deploy help` shows the words. payments has staging, production.
hold docs prodction the index
  docs has no environment “prodction”, so nothing was started. Did you mean `/deploy hold docs production the index`? docs has production.
hold docs staging the index
  docs has no environment “staging”, so nothing was started. docs has production. If you mean that one, write it out: `/deploy hold docs production the index`.
hold docs
  A hold needs a reason: `/deploy hold SERVICE ENV [for DURATION] REASON`.
hold payments production for maintenance
  After `for` comes a length of time like 30m, 2h, 1d, not “maintenance”. Nothing was started.
hold payments production for
  After `for` comes a length of time like 30m, 2h, 1d. Nothing was started.
hold payments production for 0m it breaks
  After `for` comes a length of time like 30m, 2h, 1d, not “0m”. Nothing was started.
hold payments production for 2h
  A hold needs a reason: `/deploy hold SERVICE ENV [for DURATION] REASON`.
hold payments production maintenance for 2h
  How long comes before the reason, so nothing was started. Did you mean `/deploy hold payments production for 2h maintenance`?
hold payments production at 14:00
  “at” has no place there, so nothing was started. The form is `/deploy hold SERVICE ENV [for DURATION] REASON`.
resume payments production please
  “please” has no place there, so nothing was started. The form is `/deploy resume SERVICE ENV`.
resume payments
  Where? payments has staging, production. The form is `/deploy resume SERVICE ENV`.
lock payments production load test for 30m
  How long comes before the reason, so nothing was started. Did you mean `/deploy lock payments production for 30m load test`?
lock payments production for 90s load test
  After `for` comes a length of time like 30m, 2h, 1d, not “90s”. Nothing was started.
unlock nothing
  I do not know “nothing”, so nothing was started. `/deploy help` shows the words.
stop-all
  Stopping everything needs a reason: `/deploy stop-all REASON`.
stop-all for 2h
  “for” has no place there, so nothing was started. The form is `/deploy stop-all REASON`.
stop all
  I do not know “stop”, so nothing was started. Did you mean `/deploy stop-all`?
go-all now
  “now” has no place there, so nothing was started. The form is `/deploy go-all`.
freeze production
  “production” has no place there, so nothing was started. The form is `/deploy freeze`.
mode payments production
  A mode is missing: `/deploy mode SERVICE ENV delivery|deployment|observe REASON`.
mode payments production deploy it works
  “deploy” is no mode, so nothing was changed. Did you mean `/deploy mode payments production deployment`? The form is `/deploy mode SERVICE ENV delivery|deployment|observe REASON`.
mode payments production deployment
  Switching the mode needs a reason: `/deploy mode SERVICE ENV delivery|deployment|observe REASON`.
live payments production
  A version is missing: `/deploy live SERVICE ENV VERSION REASON`.
live payments production 118
  Telling what is live needs a reason: `/deploy live SERVICE ENV VERSION REASON`.
live payments in production 118 x
  payments has no environment “in”. `/deploy help` shows the words. payments has staging, production.
live docs in production 118 x
  A version is missing: `/deploy live SERVICE ENV VERSION REASON`.
quarantine payments
  A version is missing: `/deploy quarantine SERVICE VERSION REASON`.
quarantine payments 118
  A quarantine needs a reason: `/deploy quarantine SERVICE VERSION REASON`.
quarantine payments in production it is bad
  A version is missing: `/deploy quarantine SERVICE VERSION REASON`.
release-quarantine payments 118
  Lifting a quarantine needs a reason: `/deploy release-quarantine SERVICE VERSION REASON`.
releas-quarantine payments 118 x
  I do not know “releas-quarantine”, so nothing was started. Did you mean `/deploy release-quarantine payments 118 x`?\
""")
