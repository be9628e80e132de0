"""What others are told: the announcement, the failure, the form of a rejection, the help."""

from inline_snapshot import snapshot

from bot.core.release import DeployStatus, Lifecycle
from bot.views.announcement import announce
from bot.views.failure import tell
from bot.views.help import Entry, Topic, help_message
from bot.views.modals import reject
from bot.views.terminal import terminal
from tests.unit.views.reading import check, check_block, seen, shortened
from tests.unit.views.values import (
    IN_STAGING,
    LINKS,
    LIVE,
    PERMALINKS,
    POLICY,
    SAM,
    STAGING,
    a_build,
    a_release,
    a_scene,
    a_yes,
    deploying,
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


def test_failure() -> None:
    release = ended(
        Lifecycle.FAILED,
        build=a_build(authors=(SAM,)),
        reason="no result within 30 min; the job may still be running",
        deployment=deploying(DeployStatus.FAILED).deployment,
    )
    message = tell(release, POLICY, LINKS, PERMALINKS)
    check(message)
    assert seen(message) == snapshot("""\
<@U0SAM>: the deploy of payments 118 (9f3c2ab) to production failed.
*Why:* no result within 30 min; the job may still be running
*Job:* <https://github.example/acme/payments/actions/runs/9|open the deploy job>
*Release:* <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>
*Next:* see what is live with `/deploy status payments production`; look at the job; try again with `/deploy retry R-42`; go back with `/deploy rollback payments in production REASON`; or, if it is live after all, mark it as done with `/deploy override R-42 REASON`\
""")


def test_failure_before_anything_was_sent() -> None:
    message = tell(ended(Lifecycle.FAILED), POLICY, LINKS, {})
    check(message)
    assert seen(message) == snapshot("""\
Ann: the deploy of payments 118 (9f3c2ab) to production failed.
*Why:* no reason was told
*Release:* R-42
*Next:* see what is live with `/deploy status payments production`; look at the job; try again with `/deploy retry R-42`; go back with `/deploy rollback payments in production REASON`; or, if it is live after all, mark it as done with `/deploy override R-42 REASON`\
""")


def test_the_form_of_a_rejection() -> None:
    form = reject(a_release(), "h-reject")
    for block in form["blocks"]:
        check_block(block)
    assert form == snapshot(
        {
            "type": "modal",
            "callback_id": "signoff:reject",
            "private_metadata": "h-reject",
            "title": {"type": "plain_text", "text": "Reject R-42", "emoji": False},
            "submit": {"type": "plain_text", "text": "Reject", "emoji": False},
            "close": {"type": "plain_text", "text": "Go back", "emoji": False},
            "blocks": [
                {
                    "type": "section",
                    "text": {
                        "type": "mrkdwn",
                        "text": "This ends the release of payments 118 (9f3c2ab) to production. Nothing will be deployed.",
                        "verbatim": True,
                    },
                },
                {
                    "type": "input",
                    "block_id": "reason",
                    "label": {"type": "plain_text", "text": "Why?", "emoji": False},
                    "hint": {
                        "type": "plain_text",
                        "text": "The authors read it in the thread of the notice.",
                        "emoji": False,
                    },
                    "optional": False,
                    "element": {
                        "type": "plain_text_input",
                        "action_id": "reason",
                        "multiline": True,
                        "min_length": 1,
                        "max_length": 2000,
                    },
                },
            ],
        }
    )


def test_help() -> None:
    message = help_message(ENTRIES, "/deploy", None)
    check(message)
    assert seen(message) == snapshot("""\
*Read:* what is so, and why. The answer is yours alone, and nothing changes.
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
