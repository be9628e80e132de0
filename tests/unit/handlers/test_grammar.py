"""The words of the command: what is understood, and how near misses are answered."""
# ruff: noqa: ISC004 - sentences stand in the table as they are read

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.policy import LaneId, LanePolicy, Mode, Policy, ServicePolicy
from bot.core.source import GithubSource, VersionFrom
from bot.core.target import GithubDeployment
from bot.views.help import Entry
from handlers.grammar import KEYWORDS, parse, reads
from handlers.phrases import ENTRIES
from handlers.spelling import EVERYDAY
from handlers.vocabulary import (
    ApproveWords,
    CancelWords,
    DiffWords,
    FreezeWords,
    HelpWords,
    HistoryWords,
    ListWords,
    Misunderstood,
    Parsed,
    RejectWords,
    RequestWords,
    RetryWords,
    StatusWords,
    WhyWords,
    WithdrawWords,
)


def a_service(name: str, *environments: str) -> ServicePolicy:
    lanes = tuple(
        LanePolicy(LaneId(name, environment), Mode.DELIVERY, "C0", GithubDeployment(environment))
        for environment in environments
    )
    return ServicePolicy(name, "C0", GithubSource(f"acme/{name}", "main", ("b.yml",)), VersionFrom.RUN_NUMBER, lanes)


POLICY = Policy(
    services=(
        a_service("payments", "staging", "production"),
        a_service("payroll", "production"),
        a_service("docs", "production"),
    )
)


@pytest.mark.parametrize(
    ("words", "parsed"),
    [
        ("", HelpWords(None)),
        ("   ", HelpWords(None)),
        ("help", HelpWords(None)),
        ("HELP Reject", HelpWords("reject")),
        ("help request", HelpWords("request")),
        ("status", StatusWords(None, None)),
        ("status payments", StatusWords("payments", None)),
        ("Status Payments PROD", StatusWords("payments", "production")),
        ("status d", StatusWords("docs", None)),
        ("why paym prod", WhyWords("payments", "production")),
        ("why payments", WhyWords("payments", None)),
        ("list", ListWords()),
        ("history payments", HistoryWords("payments", None, 10)),
        ("history payments 3", HistoryWords("payments", None, 3)),
        ("History Paym PROD", HistoryWords("payments", "production", 10)),
        ("history payments production 50", HistoryWords("payments", "production", 50)),
        ("history payments 007", HistoryWords("payments", None, 7)),
        ("diff payments", DiffWords("payments", None)),
        ("Diff Paym PROD", DiffWords("payments", "production")),
        ("freeze", FreezeWords()),
        ("retry r-42", RetryWords(42)),
        ("approve R-42", ApproveWords(42)),
        ("APPROVE r-42", ApproveWords(42)),
        ("withdraw R-42", WithdrawWords(42)),
        ("cancel R-42", CancelWords(42)),
        ("reject R-42 it rounds up", RejectWords(42, "it rounds up")),
        (
            "reject R-42   for the reasons at hand,\n in short: no",
            RejectWords(42, "for the reasons at hand,\n in short: no"),
        ),
        ("reject R-42 “too risky”", RejectWords(42, "too risky")),
        ("reject R-42 'too risky'", RejectWords(42, "too risky")),
        ("reject R-42 it\u2019s “too” risky", RejectWords(42, "it\u2019s “too” risky")),
        (
            "reject R-42 ask <@U0SAM|sam>, <@U0ANN>, <#C0OPS|ops>, <!here|here>, <!subteam^S0SRE|@sre>, <!channel>",
            RejectWords(42, "ask @sam, @U0ANN, #ops, @here, @sre, @channel"),
        ),
        ("reject R-42 see <https://x.example/a|the ticket> &amp; 1 &lt; 2", RejectWords(42, "see the ticket & 1 < 2")),
        ("reject R-42 see <https://x.example/a>", RejectWords(42, "see https://x.example/a")),
        ("docs", RequestWords("docs", None, "production")),
        ("docs 2.4.1", RequestWords("docs", "2.4.1", "production")),
        ("docs to production", RequestWords("docs", None, "production")),
        ("payments 118 to production", RequestWords("payments", "118", "production")),
        ("Payments 118 TO Production", RequestWords("payments", "118", "production")),
        ("payments 9f3c2ab to staging", RequestWords("payments", "9f3c2ab", "staging")),
    ],
)
def test_understood(words: str, parsed: Parsed) -> None:
    assert parse(words, POLICY) == parsed


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("paymnts", "I do not know “paymnts”, so nothing was started. Did you mean `/deploy payments`?"),
        ("paym", "I do not know “paym”, so nothing was started. Did you mean `/deploy payments`?"),
        ("aprove R-42", "I do not know “aprove”, so nothing was started. Did you mean `/deploy approve R-42`?"),
        ("revert docs", "I do not know “revert”, so nothing was started. Did you mean `/deploy rollback docs`?"),
        ("Stop", "I do not know “Stop”, so nothing was started. Did you mean `/deploy stop-all`?"),
        ("lgtm R-42", "I do not know “lgtm”, so nothing was started. Did you mean `/deploy approve R-42`?"),
        ("status where", "There is no service “where”. `/deploy help` shows the words."),
        ("zzz", "I do not know “zzz”, so nothing was started. `/deploy help` shows the words."),
        (
            "deploy payments",
            "I do not know “deploy”, so nothing was started. "
            "To ask for a release, begin with the service: `/deploy SERVICE [VERSION] [to ENV] [at TIME]`.",
        ),
        ("<!everyone>", "I do not know “@everyone”, so nothing was started. `/deploy help` shows the words."),
        ("payments", "Where to? payments has staging, production. Please say it: `/deploy payments to ENV`."),
        ("payments 118", "Where to? payments has staging, production. Please say it: `/deploy payments 118 to ENV`."),
        (
            "payments production",
            "“production” is an environment, not a version. Did you mean `/deploy payments to production`?",
        ),
        ("payments status", "“status” is a command, not a version. Commands come first: `/deploy help status`."),
        (
            "payments v;1 to production",
            "“v;1” cannot be a version: letters, digits and . _ + / - only. `/deploy status payments` shows what is known.",
        ),
        ("payments to", "After `to` comes an environment. payments has staging, production."),
        (
            "payments to prod",
            "payments has no environment “prod”. Did you mean `/deploy payments to production`? "
            "payments has staging, production.",
        ),
        (
            "payments to producton",
            "payments has no environment “producton”. Did you mean `/deploy payments to production`? "
            "payments has staging, production.",
        ),
        (
            "docs 1 2",
            "“2” has no place there, so nothing was started. The form is `/deploy SERVICE [VERSION] [to ENV] [at TIME]`.",
        ),
        (
            "docs to production now",
            "“now” has no place there, so nothing was started. The form is `/deploy SERVICE [VERSION] [to ENV] [at TIME]`.",
        ),
        (
            "approve R-42 in production",
            "“in” has no place there, so nothing was started. The form is `/deploy approve RELEASE`.",
        ),
        (
            "status for payments",
            "“for” has no place there, so nothing was started. The form is `/deploy status [SERVICE] [ENV]`.",
        ),
        (
            "why payments in production",
            "“in” has no place there, so nothing was started. The form is `/deploy why SERVICE [ENV]`.",
        ),
        (
            "status payments prod now",
            "“now” has no place there, so nothing was started. The form is `/deploy status [SERVICE] [ENV]`.",
        ),
        ("list all", "“all” has no place there, so nothing was started. The form is `/deploy list`."),
        (
            "approve R-42 R-43",
            "“R-43” has no place there, so nothing was started. The form is `/deploy approve RELEASE`.",
        ),
        ("approve", "Which release? `/deploy approve RELEASE`, and `/deploy list` shows what is open."),
        ("approve 42", "“42” is not the name of a release, like `R-42`. Did you mean `/deploy approve R-42`?"),
        (
            "approve payments",
            "“payments” is not the name of a release, like `R-42`. `/deploy list` shows what is open.",
        ),
        ("cancel R-0", "“R-0” is not the name of a release, like `R-42`. `/deploy list` shows what is open."),
        ("reject R-42", "A rejection needs a reason: `/deploy reject RELEASE REASON`."),
        ("reject R-42 “”", "A rejection needs a reason: `/deploy reject RELEASE REASON`."),
        ("reject R-42 " + "x" * 2001, "The reason is too long: at most 2000 characters, please."),
        ("diff", "`diff` needs a service: `/deploy diff SERVICE [ENV]`. There are payments, payroll, docs."),
        (
            "diff payments producton",
            "There is no environment “producton”. Did you mean `/deploy diff payments production`?",
        ),
        (
            "diff payments production 118",
            "“118” has no place there, so nothing was started. The form is `/deploy diff SERVICE [ENV]`.",
        ),
        (
            "history",
            "`history` needs a service: `/deploy history SERVICE [ENV] [COUNT]`. There are payments, payroll, docs.",
        ),
        (
            "history payments 0",
            "“0” cannot be a count: it is a number from 1 to 50. Did you mean `/deploy history payments 1`?",
        ),
        (
            "history payments -3",
            "“-3” cannot be a count: it is a number from 1 to 50. Did you mean `/deploy history payments 1`?",
        ),
        (
            "history payments prod 51",
            "“51” cannot be a count: it is a number from 1 to 50. Did you mean `/deploy history payments production 50`?",
        ),
        (
            "history payments " + "9" * 5000,
            f"“{'9' * 59}…” cannot be a count: it is a number from 1 to 50. Did you mean `/deploy history payments 50`?",
        ),
        (
            "history payments 3 production",
            "“production” has no place there, so nothing was started. The form is `/deploy history SERVICE [ENV] [COUNT]`.",
        ),
        (
            "history payments production all",
            "“all” has no place there, so nothing was started. The form is `/deploy history SERVICE [ENV] [COUNT]`.",
        ),
        (
            "history payments producton",
            "There is no environment “producton”. Did you mean `/deploy history payments production`?",
        ),
        (
            "history payments in production",
            "“in” has no place there, so nothing was started. The form is `/deploy history SERVICE [ENV] [COUNT]`.",
        ),
        ("why", "`why` needs a service: `/deploy why SERVICE [ENV]`. There are payments, payroll, docs."),
        ("why pay", "“pay” fits more than one service: payments, payroll. Please write one out."),
        ("status dox", "There is no service “dox”. Did you mean `/deploy status docs`?"),
        (
            "status docs producton",
            "There is no environment “producton”. Did you mean `/deploy status docs production`?",
        ),
        ("help aprove", "There is no help for “aprove”. Did you mean `/deploy help approve`?"),
        ("help me now", "“now” has no place there, so nothing was started. The form is `/deploy help [WORD]`."),
        ("docs to <!here>", "docs has no environment “@here”. `/deploy help` shows the words. docs has production."),
        (
            "docs to &lt;b&gt;",
            "docs has no environment “&lt;b&gt;”. `/deploy help` shows the words. docs has production.",
        ),
    ],
)
def test_not_understood(words: str, sentence: str) -> None:
    assert parse(words, POLICY) == Misunderstood(sentence)


def test_an_environment_that_is_called_like_a_number_is_no_count() -> None:
    policy = replace(POLICY, services=(a_service("docs", "1", "12"),))
    assert [parse(words, policy) for words in ("history docs 1", "history docs 1 12", "history docs 2")] == [
        HistoryWords("docs", "1", 10),
        HistoryWords("docs", "1", 12),
        HistoryWords("docs", None, 2),
    ]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.word)
def test_every_example_of_the_help_is_understood_as_what_it_is_an_example_of(entry: Entry) -> None:
    parsed = parse(entry.example, POLICY)
    assert not isinstance(parsed, Misunderstood)
    first = entry.example.partition(" ")[0]
    assert first == ("payments" if entry.word == "request" else entry.word)


def test_every_everyday_word_stands_for_a_word_that_there_is_and_is_none_itself() -> None:
    assert set(EVERYDAY.values()) <= set(KEYWORDS)
    assert set(EVERYDAY).isdisjoint(KEYWORDS)


def test_names_that_differ_by_case_only_are_not_guessed() -> None:
    policy = replace(POLICY, services=(a_service("docs", "production"), a_service("Docs", "production")))
    assert parse("Docs", policy) == RequestWords("Docs", None, "production")
    assert isinstance(parse("DOCS", policy), Misunderstood)


def test_an_empty_policy_is_no_trouble() -> None:
    policy = Policy(services=())
    assert parse("why", policy) == Misunderstood(
        "`why` needs a service: `/deploy why SERVICE [ENV]`. There are none yet."
    )
    assert parse("status x", policy) == Misunderstood("There is no service “x”. `/deploy help` shows the words.")
    assert parse("docs", replace(policy, services=(a_service("docs"),))) == Misunderstood(
        "Where to? docs has no environment. Please say it: `/deploy docs to ENV`."
    )


def test_reading_commands_are_told_apart() -> None:
    assert [
        reads(words) for words in (HelpWords(None), StatusWords(None, None), WhyWords("docs", None), ListWords())
    ] == [True] * 4
    acts = (
        ApproveWords(1),
        RejectWords(1, "no"),
        WithdrawWords(1),
        CancelWords(1),
        RequestWords("docs", None, "production"),
    )
    assert [reads(words) for words in acts] == [False] * 5


def test_the_help_names_every_keyword_and_no_other() -> None:
    assert {entry.word for entry in ENTRIES} - {"request"} == set(KEYWORDS) - {"to", "at", "for", "in"}


WORD = st.one_of(
    st.sampled_from(
        [*KEYWORDS, "payments", "docs", "production", "R-42", "<@U1>", "<", "|", ">", "&amp;", "“", "\ud800"]
    ),
    st.text(max_size=30),
)


@given(st.lists(WORD, max_size=6).map(" ".join))
def test_whatever_is_typed_it_never_raises(words: str) -> None:
    parsed = parse(words, POLICY)
    if isinstance(parsed, Misunderstood):
        assert "<" not in parsed.sentence
        assert ">" not in parsed.sentence
    if isinstance(parsed, RequestWords):
        assert parsed.service.casefold() == words.split(maxsplit=1)[0].casefold()


@pytest.mark.parametrize(
    "words", ["&#" + "9" * 9000 + ";", "<" * 20000, "<@" + "U" * 20000, "reject R-42 " + "<a|" * 9000]
)
def test_long_and_odd_words_never_raise(words: str) -> None:
    assert isinstance(parse(words, POLICY), Misunderstood)


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("stop all", "/deploy stop-all"),
        ("stop All the data centre burns", "/deploy stop-all the data centre burns"),
        ("go all", "/deploy go-all"),
        ("go  all", "/deploy go-all"),
        ("stop the data centre burns", "/deploy stop-all the data centre burns"),
        ("panic", "/deploy stop-all"),
    ],
)
def test_a_word_of_two_words_is_not_proposed_with_its_end_twice(words: str, meant: str) -> None:
    parsed = parse(words, POLICY)
    assert isinstance(parsed, Misunderstood)
    assert parsed.sentence.endswith(f"Did you mean `{meant}`?")
