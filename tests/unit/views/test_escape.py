"""The one place for untrusted text: cleaned, cut, escaped."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.build import Author
from bot.core.lane import Hold
from bot.core.policy import Permission
from bot.views import limits, people
from bot.views.escape import date, link, mrkdwn, plain, quote
from bot.views.holders import holders, who_may_resume
from bot.views.links import Links
from tests.unit.views.values import LINKS, NINE, POLICY, WEB

SHA = "9f3c2ab" + "0" * 33


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "Add <!channel> & <https://evil.example|Approve>",
            "Add &lt;!channel&gt; &amp; &lt;https://evil.example|Approve&gt;",
        ),
        ("two\nlines\tand\x00 a null", "two lines and a null"),
        ("right\u202eto left\u2066 and \u200bnothing", "rightto left and nothing"),
        ("a lone \ud800surrogate", "a lone surrogate"),
        ("`code`", "'code'"),
        ("   ", ""),
    ],
)
def test_t14_what_others_wrote_does_nothing(text: str, shown: str) -> None:
    assert mrkdwn(text, 100) == shown


def test_text_is_cut_before_it_is_escaped() -> None:
    assert mrkdwn("<<<<<<<<<<", 13) == "&lt;&lt;&lt;…"
    assert mrkdwn("exactly ten", 11) == "exactly ten"
    assert mrkdwn("a longer text", 10) == "a longer …"


@given(st.text(), st.integers(min_value=5, max_value=300))
def test_escaped_text_keeps_its_limit(text: str, limit: int) -> None:
    shown = mrkdwn(text, limit)
    assert len(shown) <= limit
    assert not set("<>\n`") & set(shown)


@given(st.text(max_size=400), st.integers(min_value=20, max_value=300))
def test_a_quotation_keeps_its_limit_and_its_marks(text: str, limit: int) -> None:
    shown = quote(text, limit)
    assert len(shown) <= limit
    assert all(line.startswith("> ") for line in shown.splitlines())


def test_a_long_quotation_says_that_it_was_cut() -> None:
    assert quote("one\n\ntwo\nthree\nfour", 22) == "> one\n> two\n> thr…\n> …"
    assert quote("a\n" * 50, 30).endswith("> …")


def test_plain_text_is_cut_and_not_escaped() -> None:
    assert plain("a & b\u202e", 20) == "a & b"
    assert plain("abcdef", 4) == "abc…"


@pytest.mark.parametrize(
    "url",
    [
        None,
        "javascript:alert(1)",
        "https://evil.example/|Approve",
        "https://evil.example/>x",
        "https://evil.example/ x",
        "https://evil.example/\u202e",
        "https://evil.example/" + "x" * 600,
    ],
)
def test_an_address_that_is_not_plain_makes_no_link(url: str | None) -> None:
    assert link(url, "the <job>") == "the &lt;job&gt;"


def test_links() -> None:
    assert link("https://github.example/a?b=1&c=2", "a|b") == "<https://github.example/a?b=1&amp;c=2|a|b>"
    assert link("https://github.example/a", "\u202e") == "<https://github.example/a|link>"


def test_t15_links_lead_to_the_configured_host_only() -> None:
    links = Links(f"{WEB}/")
    assert links.repository("acme/payments") == f"{WEB}/acme/payments"
    assert links.commit("acme/payments", SHA) == f"{WEB}/acme/payments/commit/{SHA}"
    assert links.compare("acme/payments", SHA, SHA) == f"{WEB}/acme/payments/compare/{SHA}...{SHA}"
    assert links.workflow("acme/payments", ".github/workflows/d.yml") == f"{WEB}/acme/payments/actions/workflows/d.yml"
    assert links.own(f"{WEB}/x") == f"{WEB}/x"


@pytest.mark.parametrize(
    "url",
    [
        LINKS.repository(None),
        LINKS.repository("acme/payments/../x"),
        LINKS.commit("acme/payments", "main"),
        LINKS.commit("acme payments", SHA),
        LINKS.compare("acme/payments", SHA, "v1|x"),
        LINKS.workflow("acme/payments", "deploy yml"),
        LINKS.own("https://github.example.evil.example/"),
        LINKS.own(None),
    ],
)
def test_a_part_that_is_not_what_it_should_be_makes_no_address(url: str | None) -> None:
    assert url is None


def test_a_moment_in_the_readers_time_zone() -> None:
    at = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
    assert date(at) == "<!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>"


def test_lists_fold_by_whole_lines() -> None:
    assert limits.fold(("one", "two"), 7) == ("one", "two")
    assert limits.fold(["x" * 10] * 5, 40) == ("x" * 10, "x" * 10, "and 3 more")
    assert limits.few(["a", "b", "c"], 2) == "a, b and 1 more"
    assert limits.packed([]) == ()
    assert limits.packed(["a" * 6, "b" * 6, "c" * 4], 12) == ("a" * 6, "b" * 6 + "\n" + "c" * 4)
    assert limits.packed(["a", "b" * 90, "c"], 40) == ("a", "and 1 more", "c")


@given(st.lists(st.text(max_size=50), max_size=40), st.integers(min_value=20, max_value=200))
def test_folded_lines_keep_the_limit(lines: list[str], limit: int) -> None:
    assert len("\n".join(limits.fold(lines, limit))) <= limit


def test_people_are_mentioned_where_their_account_is_known() -> None:
    assert people.person("priya", POLICY) == "<@U0PRIYA>"
    assert people.person("U0ELSE", POLICY) == "<@U0ELSE>"
    assert people.person("kim", POLICY) == "kim"
    assert people.person("U0ELSE> <!channel", POLICY) == "U0ELSE&gt; &lt;!channel"
    assert people.person(" ", POLICY) == "somebody"
    assert people.author(Author(""), POLICY) == "somebody"
    assert people.authors((), POLICY) == "unknown"
    assert people.sources(("priya", "sam", "priya"), POLICY, without=("sam",)) == "<@U0PRIYA>"
    assert people.channel("C0OPS> <!here") is None


def test_holders_of_a_permission() -> None:
    assert holders(Permission.REQUEST, POLICY) == "every full member"
    assert holders(Permission.RESOLVE, POLICY) == "<@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>"


@pytest.mark.parametrize(
    ("by", "hold", "request_", "may"),
    [
        ("sam", (), ("everyone",), "nobody yet (the policy file gives `hold` to no one)"),
        (None, (), ("everyone",), "every full member"),
        (None, ("priya",), ("sre",), "<@U0PRIYA>, <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>"),
        (None, (), (), "nobody yet (the policy file gives `hold` to no one)"),
    ],
)
def test_a_hold_that_nobody_set_may_be_resumed_by_whoever_may_ask_for_releases(
    by: str | None, hold: tuple[str, ...], request_: tuple[str, ...], may: str
) -> None:
    policy = replace(POLICY, permissions=((Permission.HOLD, hold), (Permission.REQUEST, request_)))
    assert who_may_resume(Hold("the sale", NINE, by), policy, None) == may


TOKEN = "ghp_" + "a1B2" * 9


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (f"Use {TOKEN} for now", "Use [redacted] for now"),
        (f"Use {TOKEN[:9]}\u200b{TOKEN[9:]}", "Use [redacted]"),
        ("Push to https://bot:hunter2@git.acme.example/x", "Push to https://[redacted]@git.acme.example/x"),
        ("-----BEGIN PRIVATE KEY-----\nMIIEow\nAAAA\n-----END PRIVATE KEY-----\nis it", "[redacted] is it"),
        ("The bearer of news_weighs_more, eyJust.so", "The bearer of news_weighs_more, eyJust.so"),
    ],
)
def test_what_can_only_be_a_secret_is_not_shown_whoever_wrote_it(written: str, shown: str) -> None:
    assert plain(written, 300) == shown
    assert mrkdwn(written, 300) == shown


def test_a_key_is_not_shown_in_a_quotation_either() -> None:
    written = f"It was:\n-----BEGIN PRIVATE KEY-----\nMIIEow\nAAAA\n-----END PRIVATE KEY-----\nand {TOKEN}"
    assert quote(written, 300) == "> It was:\n> [redacted]\n> and [redacted]"
