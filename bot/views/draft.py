"""The card of an announcement that people read first: what would be posted, who may, and what became of it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.core.draft import Draft, DraftState
from bot.core.policy import Policy
from bot.core.release import Release
from bot.ports.slack import Message
from bot.views import limits
from bot.views.blocks import Block, Button, Confirm, Fact, actions, context, header, plain_text, said, section
from bot.views.escape import date, mrkdwn
from bot.views.naming import bare_subject, subject
from bot.views.people import channel, person

TEXT_AT_MOST = 2500
EDIT = "edit_draft"
_TARGET = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def draft_card(  # noqa: PLR0917 - the draft, what it would post, and what a view cannot look up itself
    draft: Draft,
    release: Release,
    post: Message,
    policy: Policy,
    buttons: Mapping[str, str],
    revision: int,
    *,
    live: bool,
) -> Message:
    """Return the draft, or what became of it.

    Args:
        draft: the draft.
        release: the release that it announces.
        post: the announcement as it would be posted now, or was.
        policy: today's policy.
        buttons: the handle ids of the acts post_draft, edit_draft and discard_draft.
        revision: grows with every version that is shown.
        live: whether the release is what is live there now.
    """
    asks = draft.state is DraftState.OPEN and live
    heading = "Draft announcement" if asks else _HEADINGS[draft.state]
    facts = _facts(draft, release, policy) if asks else [_ended(draft, policy)]
    if draft.edited_by is not None:
        facts.append(Fact("Written by", person(draft.edited_by, policy)))
    row = _buttons(release, buttons) if asks else ()
    answers = [f"Actions: {', '.join(button.words for button in row)}."] if row else []
    first = f"{heading}: {subject(release, 'in')}."
    lines = [first, *(f"{fact}." for fact in facts), *answers, "The text:", *post.text.splitlines()]
    head = f"{heading}: {bare_subject(release, 'in')}"
    return Message("\n".join(limits.fold(lines, limits.TEXT)), _blocks(head, post, facts, row, release.name, revision))


def _blocks(  # noqa: PLR0917 - the parts of one card, and what its blocks are called by
    head: str, post: Message, facts: Sequence[Fact], row: tuple[Button, ...], name: str, revision: int
) -> tuple[Block, ...]:
    def block(part: str) -> str:
        return f"{name}:draft-{part}:r{revision}"

    text = [section(one["text"]["text"], block(f"text-{index}")) for index, one in enumerate(post.blocks)]
    told = context("\n".join(fact.marked for fact in facts), block("facts"))
    shown = (header(head, block("header")), *text, told)
    return (*shown, actions(row, block("actions"))) if row else shown


def edit_form(release: Release, post: Message, policy: Policy, handle: str) -> dict[str, Any]:
    """Return the form with the text of the announcement; `handle` is that of the button, and all it carries."""
    element = {
        "type": "plain_text_input",
        "action_id": "form:reason",
        "multiline": True,
        "min_length": 1,
        "max_length": TEXT_AT_MOST,
        "initial_value": editable(post, policy),
    }
    hint = "It is posted line by line as it stands here: *bold* and _italic_ work, mentions and links do not."
    return {
        "type": "modal",
        "callback_id": f"signoff:{EDIT}",
        "private_metadata": handle,
        "title": plain_text("Edit announcement", limits.MODAL_TITLE),
        "submit": plain_text("Save", limits.MODAL_TITLE),
        "close": plain_text("Go back", limits.MODAL_TITLE),
        "blocks": [
            section(
                f"What people outside the team will read about {subject(release, 'in')}. Saving posts nothing yet."
            ),
            {
                "type": "input",
                "block_id": "reason",
                "label": plain_text("Announcement", limits.HEADER),
                "hint": plain_text(hint, limits.HEADER),
                "optional": False,
                "element": element,
            },
        ],
    }


def editable(post: Message, policy: Policy) -> str:
    """Return an announcement as plain text for its form: people by name, links by their words."""
    names = {person.slack: person.id for person in policy.people if person.slack}

    def plainly(found: re.Match[str]) -> str:
        target, label = found[1], found[2]
        return f"@{names.get(target[1:], target[1:])}" if target.startswith("@") else label or target

    text = _TARGET.sub(plainly, "\n".join(block["text"]["text"] for block in post.blocks))
    for entity, char in _ENTITIES:
        text = text.replace(entity, char)
    return text[:TEXT_AT_MOST]


def too_late(draft: Draft, release: Release, policy: Policy) -> Message:
    """Answer somebody whose click on a draft came too late."""
    if draft.state is DraftState.OPEN:
        return said(f"{subject(release, 'in')} is no longer live, so there is nothing to announce.")
    ended = _ended(draft, policy)
    return said(f"Nothing was changed. {ended.label}: {ended.value}.")


def changed_since(release: Release, post: Message, wrote: str) -> Message:
    """Answer somebody who saw another text than the draft has by now; `wrote` is what they would have saved."""
    theirs = (
        ["What you wrote:", *(mrkdwn(line, TEXT_AT_MOST) for line in wrote[:TEXT_AT_MOST].splitlines())]
        if wrote
        else []
    )
    return said(
        f"Nothing was changed: the draft announcement of {subject(release, 'in')} has changed since you saw it. "
        "Please look at its card again, then decide.",
        "It says now:",
        *post.text.splitlines(),
        *theirs,
    )


def remind_of_draft(release: Release, draft: Draft, link: str | None) -> Message:
    """Return the one reminder that a draft waits; `link` is that of its card."""
    where = f"<{link}|its draft>" if link else "its draft"
    return said(
        f"The announcement of {subject(release, 'in')} has not been posted yet: please post, edit or discard {where}.",
        f"It is dropped {date(draft.drops_at)}, and then nothing is announced.",
    )


_HEADINGS = {
    DraftState.OPEN: "Not announced",
    DraftState.POSTED: "Announced",
    DraftState.DISCARDED: "Not announced",
    DraftState.DROPPED: "Not announced",
}


def _facts(draft: Draft, release: Release, policy: Policy) -> list[Fact]:
    there = channel(policy.announcements) or "the announcement channel"
    return [
        Fact("Next", f"somebody clicks Post; until then nothing is posted in {there}"),
        Fact("May decide", "its approvers and whoever asked for it; where there are none, whoever may request"),
        Fact(release.name, f"live since {date(release.ended_at or draft.opened_at)}"),
        Fact("Dropped", f"{date(draft.drops_at)} if nobody has posted it by then"),
    ]


def _ended(draft: Draft, policy: Policy) -> Fact:
    when = date(draft.ended_at or draft.opened_at)
    by = person(draft.ended_by, policy) if draft.ended_by else "nobody"
    match draft.state:
        case DraftState.POSTED:
            return Fact("Posted", f"{when}, by {by}")
        case DraftState.DISCARDED:
            return Fact("Discarded", f"{when}, by {by}; nothing is announced")
        case DraftState.DROPPED:
            return Fact("Dropped", f"{when}, since nobody had posted it; nothing is announced")
        case _:
            return Fact("No longer live", "something else is live there by now, so nothing is announced")


def _buttons(release: Release, handles: Mapping[str, str]) -> tuple[Button, ...]:
    what = bare_subject(release, "in")
    post = Confirm("Post it?", f"{what}: everybody in the announcement channel reads it.", "Post", "Not yet")
    discard = Confirm("Discard it?", f"{what}: nothing is announced then.", "Discard", "Go back")
    return (
        Button("post_draft", "Post", f"Post the announcement of {what}", handles["post_draft"], "primary", post),
        Button(EDIT, "Edit", f"Edit the announcement of {what}", handles[EDIT]),
        Button(
            "discard_draft",
            "Discard",
            f"Discard the announcement of {what}",
            handles["discard_draft"],
            "danger",
            discard,
        ),
    )
