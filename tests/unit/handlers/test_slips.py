"""Where the only environment may be left out, a word that is like one is a slip of the pen and never a reason."""

import pytest
from inline_snapshot import snapshot

from bot.core.policy import Policy
from handlers.grammar import parse
from handlers.vocabulary import HoldWords, LiveWords, LockWords, Misunderstood, ResumeWords
from tests.unit.handlers.test_grammar import a_service

POLICY = Policy(services=(a_service("payments", "production"), a_service("docs", "staging", "qa", "Test-EU")))
SLIPS = (
    "lock payments stagng migrating the staging db",
    "lock payments staging migrating",
    "lock payments STG migrating",
    "lock payments prd for 2h x",
    "hold payments prod db work",
    "hold payments -production x",
    "hold payments productions for 2h x",
    "hold payments test db work",
    "hold payments test-eu-2 db work",
    "live payments stagng abc1234 I looked",
    "live payments prod 117 I looked",
    "mode payments prod deployment it is only text",
    "resume payments prod",
    "unlock payments stagin",
)


def test_a_word_that_is_like_an_environment_starts_nothing() -> None:
    said = []
    for words in SLIPS:
        parsed = parse(words, POLICY)
        assert isinstance(parsed, Misunderstood), words
        said.append(f"{words}\n  {parsed.sentence}")
    assert "\n".join(said) == snapshot("""\
lock payments stagng migrating the staging db
  payments has no environment “stagng”, so nothing was started. Did you mean staging? payments has production. If you mean that one, write it out: `/deploy lock payments production migrating the staging db`.
lock payments staging migrating
  payments has no environment “staging”, so nothing was started. payments has production. If you mean that one, write it out: `/deploy lock payments production migrating`.
lock payments STG migrating
  payments has no environment “STG”, so nothing was started. Did you mean staging? payments has production. If you mean that one, write it out: `/deploy lock payments production migrating`.
lock payments prd for 2h x
  payments has no environment “prd”, so nothing was started. Did you mean `/deploy lock payments production for 2h x`? payments has production.
hold payments prod db work
  payments has no environment “prod”, so nothing was started. Did you mean `/deploy hold payments production db work`? payments has production.
hold payments -production x
  payments has no environment “-production”, so nothing was started. Did you mean `/deploy hold payments production x`? payments has production.
hold payments productions for 2h x
  payments has no environment “productions”, so nothing was started. Did you mean `/deploy hold payments production for 2h x`? payments has production.
hold payments test db work
  payments has no environment “test”, so nothing was started. Did you mean Test-EU? payments has production. If you mean that one, write it out: `/deploy hold payments production db work`.
hold payments test-eu-2 db work
  payments has no environment “test-eu-2”, so nothing was started. Did you mean Test-EU? payments has production. If you mean that one, write it out: `/deploy hold payments production db work`.
live payments stagng abc1234 I looked
  payments has no environment “stagng”, so nothing was started. Did you mean staging? payments has production. If you mean that one, write it out: `/deploy live payments production abc1234 I looked`.
live payments prod 117 I looked
  payments has no environment “prod”, so nothing was started. Did you mean `/deploy live payments production 117 I looked`? payments has production.
mode payments prod deployment it is only text
  payments has no environment “prod”, so nothing was started. Did you mean `/deploy mode payments production deployment it is only text`? payments has production.
resume payments prod
  payments has no environment “prod”, so nothing was started. Did you mean `/deploy resume payments production`? payments has production.
unlock payments stagin
  payments has no environment “stagin”, so nothing was started. Did you mean staging? payments has production. If you mean that one, write it out: `/deploy unlock payments production`.\
""")


@pytest.mark.parametrize(
    "reason",
    ["the index is rebuilt", "pods crash", "a fix", "try again", "stop everything", "q", "db work", "probe fails", "π"],
)
def test_a_word_that_is_like_none_begins_the_reason(reason: str) -> None:
    assert parse(f"hold payments {reason}", POLICY) == HoldWords("payments", "production", None, reason)
    assert parse(f"lock payments production stagng {reason}", POLICY) == LockWords(
        "payments", "production", None, f"stagng {reason}"
    )


def test_a_version_that_is_like_no_environment_is_one() -> None:
    assert parse("live payments 117 by hand", POLICY) == LiveWords("payments", "production", "117", "by hand")
    assert parse("resume payments", POLICY) == ResumeWords("payments", "production")


def test_of_several_environments_the_one_that_is_meant_is_proposed() -> None:
    said = [parse(words, POLICY) for words in ("lock docs stg for 2h db work", "hold docs q a", "hold docs nowhere x")]
    assert [one.sentence for one in said if isinstance(one, Misunderstood)] == snapshot(
        [
            "docs has no environment “stg”, so nothing was started. Did you mean `/deploy lock docs staging for 2h db work`? docs has staging, qa, Test-EU.",
            "docs has no environment “q”. Did you mean `/deploy hold docs qa`? docs has staging, qa, Test-EU.",
            "docs has no environment “nowhere”. `/deploy help` shows the words. docs has staging, qa, Test-EU.",
        ]
    )
