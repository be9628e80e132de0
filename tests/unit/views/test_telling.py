"""What others are told: the announcement, the help."""

from inline_snapshot import snapshot

from bot.core.release import Lifecycle
from bot.views.announcement import announce
from bot.views.help import Entry, Topic, help_message
from bot.views.terminal import terminal
from tests.unit.views.reading import check, seen, shortened
from tests.unit.views.values import (
    IN_STAGING,
    LIVE,
    POLICY,
    STAGING,
    a_scene,
    a_yes,
    ended,
)

ENTRIES = (
    Entry("go-all", "go-all", "let everything go on", "At once.", Topic.EMERGENCY, "go-all"),
    Entry("list", "list", "what is open", "Oldest first.", Topic.READ, "list"),
    Entry("help", "help [WORD]", "this", "Try it.", Topic.READ, "help list"),
)


def test_announcement() -> None:
    release = ended(Lifecycle.LIVE, approvals=(a_yes(),))
    message = announce(release, a_scene(), LIVE)
    check(message)
    assert seen(message) == snapshot("""\
*payments 118* is live in *production*
*What changed:* Add the refund endpoint
*By:* Ann
*Before:* 117 (1a2b3c4); <https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|all changes since>
*Approved by:* <@U0PRIYA>\
""")
    assert shortened(message.text) == snapshot("""\
payments 118 is live in production
What changed: Add the refund endpoint
By: Ann
Before: 117 (1a2b3c4); <https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|all changes since>
Approved by: <@U0PRIYA>\
""")


def test_announcement_of_the_first() -> None:
    message = announce(ended(Lifecycle.LIVE), a_scene(), None)
    check(message)
    assert seen(message) == snapshot("""\
*payments 118* is live in *production*
*What changed:* Add the refund endpoint
*By:* Ann\
""")


def test_announcement_where_builds_ship_by_themselves() -> None:
    release = ended(Lifecycle.LIVE, lane=STAGING, policy=IN_STAGING)
    assert seen(announce(release, a_scene())).splitlines()[-1] == (
        "*Approved by:* nobody needed to, builds ship there by themselves"
    )


def test_help() -> None:
    message = help_message(ENTRIES, "/deploy", None)
    check(message)
    assert seen(message) == snapshot("""\
*Read:* what is so, and why. Mention Signoff with one of these words, and everybody reads the answer.
`/deploy list`: what is open
`/deploy help [WORD]`: this
*Emergency:* when something is wrong.
`/deploy go-all`: let everything go on
More about one of them, with an example: `/deploy help WORD`, with go-all, list, help.\
""")


def test_help_about_a_word() -> None:
    assert seen(help_message(ENTRIES, "/deploy", "list")) == snapshot("""\
`/deploy list`: what is open.
Oldest first.
For example: `/deploy list`\
""")


def test_help_about_a_word_that_is_none_shows_all() -> None:
    assert help_message(ENTRIES, "/deploy", "lst") == help_message(ENTRIES, "/deploy", None)


def test_a_message_in_a_terminal() -> None:
    text = (
        "<@U0PRIYA>, <@U0ELSE>, <!subteam^S0SRE> and <!subteam^S0ELSE> in <#C0OPS>: <https://github.example/a|R-1> "
        "since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC> &lt;b&gt; &amp;amp;"
    )
    assert terminal(text, POLICY) == (
        "@priya, @U0ELSE, @sre and @S0ELSE in #C0OPS: R-1 (https://github.example/a) "
        "since 2026-11-21 10:00 UTC <b> &amp;"
    )
