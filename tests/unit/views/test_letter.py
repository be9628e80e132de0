"""Letters about what could not be delivered: what, for which release, why, and what an answer does."""

from dataclasses import replace
from typing import Any

import pytest
from inline_snapshot import snapshot

from bot.core.inputs import Answer
from bot.core.release import Lifecycle, Release
from bot.ports.effects import EffectKind
from bot.ports.letters import Letter, Undelivered
from bot.ports.slack import Message
from bot.views.letter import letter_card, undelivered, what
from tests.unit.views.reading import check, seen
from tests.unit.views.values import PERMALINKS, POLICY, TEN, ended

LETTER = Letter(7, "effect-12", 42, "announce", "Slack answers is_archived", TEN, None, None, None)
BUTTONS = {"try_again": "h-again", "abandon": "h-abandon"}


def shown(release: Release | None = None, **changed: Any) -> Message:
    message = letter_card(replace(LETTER, **changed), release, POLICY, BUTTONS, PERMALINKS, 3)
    check(message)
    return message


def test_an_announcement_that_could_not_be_posted() -> None:
    message = shown(ended(Lifecycle.LIVE))
    assert seen(message) == snapshot("""\
# Not delivered: R-42
*What:* the announcement that it is live
*Release:* <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production
*Why:* <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>: Slack answers is_archived
*Known as:* effect-12
*May answer:* <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>
[Try again] signoff:try_again = h-again
  read aloud: Try again: effect-12, the announcement that it is live
  asks: Try again: effect-12? It is sent once more. If it did arrive the first time, it stands there twice. [Try again] [Go back]
[Abandon] signoff:abandon = h-abandon
  read aloud: Abandon: effect-12, the announcement that it is live
  asks: Abandon: effect-12? It is never sent. [Abandon] [Go back]\
""")
    assert message.text == snapshot("""\
Not delivered: R-42.
What: the announcement that it is live.
Release: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production.
Why: <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>: Slack answers is_archived.
Known as: effect-12.
May answer: <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>.
Answers: Try again, Abandon.\
""")
    assert [block["block_id"] for block in message.blocks] == [
        "letter-7:header:r3",
        "letter-7:facts:r3",
        "letter-7:actions:r3",
    ]


def test_a_channel_of_the_policy_is_shown_by_its_name_and_no_other() -> None:
    said = shown(why="Slack refused to post to C0PAYMENTS (not_in_channel), nor to C0OPS; C0ELSEWHERE is GONE").text
    assert "refused to post to <#C0PAYMENTS> (not_in_channel), nor to <#C0OPS>; C0ELSEWHERE is GONE." in said


def test_an_act_that_could_not_be_decided() -> None:
    assert seen(shown(what="slack", about="inbox-7", release=None, why="")) == snapshot("""\
# Not delivered
*What:* something that somebody did in Slack
*Why:* <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>: no reason was told
*Known as:* inbox-7
*May answer:* <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>
[Try again] signoff:try_again = h-again
  read aloud: Try again: inbox-7, something that somebody did in Slack
  asks: Try again: inbox-7? It is decided now, in the name of whoever did it. [Try again] [Go back]
[Abandon] signoff:abandon = h-abandon
  read aloud: Abandon: inbox-7, something that somebody did in Slack
  asks: Abandon: inbox-7? It never counts; whoever did it was told so. [Abandon] [Go back]\
""")


@pytest.mark.parametrize(
    ("answer", "by", "words"),
    [
        (
            Answer.TRY_AGAIN,
            "priya",
            snapshot(
                "Settled: <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>, <@U0PRIYA> said: try again. It is sent once more. If it did arrive the first time, it stands there twice."
            ),
        ),
        (
            Answer.ABANDON,
            "priya",
            snapshot(
                "Settled: <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>, <@U0PRIYA> said: abandon. It is never sent."
            ),
        ),
        (
            None,
            None,
            snapshot(
                "Settled: <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>: it was delivered after all."
            ),
        ),
    ],
)
def test_a_settled_letter_says_who_settled_it_and_has_no_buttons(
    answer: Answer | None, by: str | None, words: str
) -> None:
    message = shown(ended(Lifecycle.LIVE), settled_at=TEN, answer=answer, settled_by=by)
    assert message.text.splitlines()[-1] == words
    assert [block["type"] for block in message.blocks] == ["header", "section"]


def test_a_notice_that_is_left_alone() -> None:
    message = shown(settled_at=TEN, what="notice", about="card-3", answer=Answer.ABANDON, settled_by="priya")
    assert message.text.splitlines()[-1].endswith("abandon. Nothing is shown until the release changes.")


def test_a_button_without_a_handle_is_not_there() -> None:
    message = letter_card(LETTER, None, POLICY, {"abandon": "h"}, PERMALINKS, 1)
    assert [element["action_id"] for element in message.blocks[-1]["elements"]] == ["signoff:abandon"]


@pytest.mark.parametrize("kind", [kind.value for kind in EffectKind])
def test_every_kind_of_effect_has_words(kind: str) -> None:
    assert what(kind)


def test_the_list() -> None:
    left = [
        Undelivered("effect-12", "announce", 42, "dead", TEN, None, "is_archived <!here>"),
        Undelivered("inbox-7", "github", None, "waiting", TEN, TEN, ""),
    ]
    assert undelivered(left, PERMALINKS).text == snapshot("""\
effect-12: the announcement that it is live, <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, dead since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>, not tried again by itself: is_archived &lt;!here&gt;
inbox-7: a webhook of GitHub, waiting since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>, tried again <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>: no reason was told\
""")
    assert undelivered([], PERMALINKS).text == "Everything has been delivered, or waits for its first try."


def test_a_webhook_is_one_whichever_host_has_sent_it() -> None:
    assert what("github/enterprise") == what("github") == "a webhook of GitHub"
