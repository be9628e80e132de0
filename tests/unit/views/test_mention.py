"""What people are told privately whose mention is not answered for everybody."""

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from bot.core.inputs import Account
from bot.core.policy import Group
from bot.views.blocks import listing, said
from bot.views.mention import acts_by_command, calling_nobody, nothing_asked
from bot.views.outsiders import for_members
from tests.unit.views.reading import check, seen
from tests.unit.views.values import POLICY


@pytest.mark.parametrize("words", ["approve R-42", "reject R-42 <!channel> `rm` &amp;", "hold payments " + "x" * 5000])
def test_a_mention_never_acts(words: str) -> None:
    message = acts_by_command(words, POLICY)
    check(message)
    assert message.text == seen(message)
    assert message.text.startswith(
        "A mention never changes anything, so nothing was done. Type it as a command, and it counts: `/deploy "
    )
    assert message.text.count("`") == 2


def test_only_full_members_are_answered() -> None:
    assert [for_members(account).text for account in (Account.GUEST, Account.UNKNOWN)] == snapshot(
        [
            "Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you.",
            "Slack could not be asked just now whose account this is; please try again in a minute.",
        ]
    )


def test_whoever_says_nothing_hears_what_can_be_asked() -> None:
    message = nothing_asked(POLICY)
    check(message)
    assert message.text == snapshot(
        "You mentioned Signoff and asked nothing. For an answer that everybody here reads, write one of these words after its name: `status`, `why`, `list`, `history`, `diff`, `freeze` or `help`. Everything else is a command: `/deploy help` shows the words."
    )


def test_an_answer_for_everybody_calls_nobody_whom_the_policy_names() -> None:
    message = said("<@U0PRIYA>, <@U0ELSE>, <!subteam^S0SRE>, <!subteam^S0ELSE> &lt;@U0SAM&gt; in <#C0OPS>")
    nested = replace(
        message, blocks=({"type": "context", "elements": [{"type": "mrkdwn", "text": "<@U0SAM>"}], "n": 1},)
    )
    assert (
        seen(calling_nobody(message, POLICY))
        == calling_nobody(message, POLICY).text
        == snapshot("priya, <@U0ELSE>, sre, <!subteam^S0ELSE> &lt;@U0SAM&gt; in <#C0OPS>")
    )
    assert calling_nobody(nested, POLICY).blocks == snapshot(
        ({"type": "context", "elements": [{"type": "mrkdwn", "text": "sam"}], "n": 1},)
    )


def test_names_that_are_longer_than_mentions_make_no_answer_too_long() -> None:
    long = "x" * 63
    policy = replace(POLICY, groups=(Group(long, usergroup="S0SRE"),))
    message = listing(["<!subteam^S0SRE> <!subteam^S0SRE> decide"] * 300)
    quiet = calling_nobody(message, policy)
    check(quiet)
    assert len(quiet.text) <= 12_000
    assert quiet.text.splitlines()[-1] == "and 205 more"
    assert [block["text"]["text"].splitlines()[-1] for block in quiet.blocks][:2] == ["and 51 more", "and 51 more"]
