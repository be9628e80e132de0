"""The card in the operations channel about something that could not be delivered, and the list of all of it."""

import re
from collections.abc import Mapping, Sequence

from bot.core.inputs import Answer
from bot.core.policy import Permission, Policy
from bot.core.release import Release
from bot.ports.letters import Letter, Undelivered
from bot.ports.slack import Message
from bot.views import limits
from bot.views.blocks import Button, Confirm, Fact, actions, header, listing, section
from bot.views.escape import date, mrkdwn
from bot.views.holders import holders
from bot.views.naming import Permalinks, named, subject
from bot.views.people import channel, person

_WHY = 300
_CHANNEL = re.compile(r"\b[CG][A-Z0-9]{2,20}\b", re.ASCII)
_WHAT = {
    "announce": "the announcement that it is live",
    "tell_failure": "the message that its deploy failed",
    "tell_rolled_back": "the message that it was rolled back",
    "remind_draft": "the reminder that its announcement is a draft",
    "remind_letters": "the reminder of what waits for an answer",
    "draft": "the draft of its announcement",
    "tell_author": "what somebody was to be told personally of its end",
    "remind": "the reminder to its approvers",
    "escalate": "the call to a second group that its approvals are missing",
    "tell_escalated": "what somebody was to be told personally of its missing approvals",
    "operations": "something that operations should know",
    "tell_line": "the message that a branch can no longer be deployed or can again, or that its pipelines are silent",
    "tell_freeze": "the message that a freeze begins or ends",
    "notice": "its notice",
    "failure": "the message that its deploy failed",
    "question": "the question whether its deploy ran",
    "letter": "a letter to the operations channel",
    "audit": "the head of the audit, in the operations channel",
    "anchor": "the head of the audit, in the operations channel",
    "deploy": "its deploy",
    "turn_away": "the rejection of the run that waits for it at its gate",
    "let_on": "the answer for a job of its run that came to the gate later",
    "stop": "the request to the CI system to end its deploy",
    "log": "a line in its thread",
    "answer": "a private answer",
    "reply": "the answer to a question by mention",
    "slack": "something that somebody did in Slack",
    "cli": "something that somebody did on the command line",
    "github": "a webhook of GitHub",
    "standard": "a signed report",
}
"""What each kind is, in words; "its" is the release's."""
_AGAIN = {
    "draft": "It is shown at once if Slack takes it; without that it is tried every hour.",
    "notice": "It is shown at once if Slack takes it; without that it is tried every hour.",
    "failure": "It is shown at once if Slack takes it; without that it is tried every hour.",
    "slack": "It is decided now, in the name of whoever did it.",
    "cli": "It is decided now, in the name of whoever did it.",
    "github": "What it is about is fetched again.",
    "standard": "It is taken now, as it was signed.",
}
_LEAVE = {
    "draft": "Nothing is shown, and nothing is announced.",
    "notice": "Nothing is shown until the release changes.",
    "failure": "Nothing is shown until something comes of it.",
    "slack": "It never counts; whoever did it was told so.",
    "cli": "It never counts; whoever did it was told so.",
    "github": "It is left alone: asking GitHub now and then finds what it was about.",
    "standard": "It never counts, unless its sender sends it again under another id.",
}
_SENT_AGAIN = "It is sent once more. If it did arrive the first time, it stands there twice."
_NEVER_SENT = "It is never sent."


def letter_card(  # noqa: PLR0917 - the state, and what a view cannot look up itself
    letter: Letter,
    release: Release | None,
    policy: Policy,
    buttons: Mapping[str, str],
    permalinks: Permalinks,
    revision: int,
) -> Message:
    """Return the letter, or what became of it once it is settled.

    Args:
        letter: the letter.
        release: the release that it is about, if it is about one.
        policy: today's policy.
        buttons: the handle ids of the acts try_again and abandon; none once it is settled.
        permalinks: where the cards of releases are.
        revision: grows with every version that is shown.
    """
    asks = letter.settled_at is None
    heading = "Not delivered" if asks else "Settled: not delivered"
    heading = f"{heading}: {release.name}" if release else heading
    facts = [Fact("What", what(letter.what))]
    if release:
        facts.append(Fact("Release", f"{named(release.number, permalinks)}, {subject(release)}"))
    facts.append(Fact("Why", f"{date(letter.opened_at)}: {_why(letter.why, policy)}"))
    facts.append(Fact("Known as", letter.about))
    facts.append(Fact("May answer", holders(Permission.RESOLVE, policy)) if asks else _settled(letter, policy))
    row = _buttons(letter, buttons) if asks else ()

    def block(name: str) -> str:
        return f"letter-{letter.id}:{name}:r{revision}"

    shown = limits.fold([fact.marked for fact in facts], limits.SECTION)
    blocks = [header(heading, block("header")), section("\n".join(shown), block("facts"))]
    if row:
        blocks.append(actions(row, block("actions")))
    answers = [f"Answers: {', '.join(button.words for button in row)}."] if row else []
    text = limits.fold([f"{heading}.", *(f"{fact}." for fact in facts), *answers], limits.TEXT)
    return Message("\n".join(text), tuple(blocks))


def what(kind: str) -> str:
    """Return what a kind of thing is, in words."""
    return _WHAT[_bare(kind)]


def undelivered(left: Sequence[Undelivered], permalinks: Permalinks) -> Message:
    """Return everything that has failed and has not reached its end, one line each."""
    if not left:
        return listing(["Everything has been delivered, or waits for its first try."])
    return listing([_line(one, permalinks) for one in left])


def _line(one: Undelivered, permalinks: Permalinks) -> str:
    of = f", {named(one.release, permalinks)}" if one.release is not None else ""
    due = f"tried again {date(one.due)}" if one.due else "not tried again by itself"
    why = mrkdwn(one.why, _WHY) or "no reason was told"
    return f"{one.name}: {what(one.what)}{of}, {one.state} since {date(one.since)}, {due}: {why}"


def _why(why: str, policy: Policy) -> str:
    """Return the reason, in which channels that the policy names are what Slack shows by their names."""
    ours = {policy.operations, policy.announcements, *(lane.channel for lane in policy.lanes())}
    shown = mrkdwn(why, _WHY) or "no reason was told"
    return _CHANNEL.sub(lambda found: channel(found[0] if found[0] in ours else None) or found[0], shown)


def _settled(letter: Letter, policy: Policy) -> Fact:
    when = date(letter.settled_at or letter.opened_at)
    if letter.answer is None or letter.settled_by is None:
        return Fact("Settled", f"{when}: it was delivered after all")
    follows = _again(letter.what) if letter.answer is Answer.TRY_AGAIN else _leave(letter.what)
    answer = f"{when}, {person(letter.settled_by, policy)} said: {letter.answer.value}. {follows.removesuffix('.')}"
    return Fact("Settled", answer)


def _again(kind: str) -> str:
    return _AGAIN.get(_bare(kind), _SENT_AGAIN)


def _leave(kind: str) -> str:
    return _LEAVE.get(_bare(kind), _NEVER_SENT)


def _buttons(letter: Letter, handles: Mapping[str, str]) -> tuple[Button, ...]:
    row = []
    for act, words, follows in (
        ("try_again", "Try again", _again(letter.what)),
        ("abandon", "Abandon", _leave(letter.what)),
    ):
        if act in handles:
            sure = Confirm(f"{words}: {letter.about}?", follows, words, "Go back")
            label = f"{words}: {letter.about}, {what(letter.what)}"
            row.append(Button(act, words, label, handles[act], confirm=sure))
    return tuple(row)


def _bare(kind: str) -> str:
    """Return a kind without the connection that stands behind it: a webhook is one, whichever host has sent it."""
    return kind.partition("/")[0]
