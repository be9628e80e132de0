"""The card of an announcement that people read first, in every state, and the form that edits it."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from inline_snapshot import snapshot

from bot.core.release import Lifecycle, Release
from bot.ports.drafts import Draft, DraftState
from bot.ports.slack import Message
from bot.views.announcement import announce, written
from bot.views.draft import TEXT_AT_MOST, changed_since, draft_card, edit_form, editable, remind_of_draft, too_late
from tests.unit.views.reading import check, check_block, seen
from tests.unit.views.test_hostile import EVIL, HOSTILE, hostile_releases
from tests.unit.views.values import LIVE, NINE, POLICY, TEN, a_scene, ended

RELEASE = ended(Lifecycle.LIVE)
DRAFT = Draft(RELEASE.number, NINE)
BUTTONS = {act: f"h-{act}" for act in ("post_draft", "edit_draft", "discard_draft")}
POST = announce(RELEASE, a_scene(), LIVE)


def card(draft: Draft = DRAFT, post: Message = POST, *, live: bool = True) -> Message:
    message = draft_card(draft, RELEASE, post, POLICY, BUTTONS, 3, live=live)
    check(message)
    return message


def over(state: DraftState, by: str | None = "priya") -> str:
    """Return the last line of what a draft's card shows."""
    return seen(card(replace(DRAFT, state=state, ended_at=TEN, ended_by=by))).splitlines()[-1]


def test_a_draft_asks_somebody_to_post_it() -> None:
    assert seen(card()) == snapshot("""\
# Draft announcement: payments 118 in production
*payments 118* is live in *production*
*What changed:* Add the refund endpoint
*By:* Ann
*Before:* 117 (1a2b3c4); <https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|all changes since>
~ *Next:* somebody clicks Post; until then nothing is posted in <#C0RELEASES>
~ *May decide:* its approvers and whoever asked for it; where there are none, whoever may request
~ *R-42:* live since <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>
~ *Dropped:* <!date^1795338000^{date_short_pretty} {time}|2026-11-22 09:00 UTC> if nobody has posted it by then
[Post] (primary) signoff:post_draft = h-post_draft
  read aloud: Post the announcement of payments 118 in production
  asks: Post it? payments 118 in production: everybody in the announcement channel reads it. [Post] [Not yet]
[Edit] signoff:edit_draft = h-edit_draft
  read aloud: Edit the announcement of payments 118 in production
[Discard] (danger) signoff:discard_draft = h-discard_draft
  read aloud: Discard the announcement of payments 118 in production
  asks: Discard it? payments 118 in production: nothing is announced then. [Discard] [Go back]\
""")
    assert card().text == snapshot("""\
Draft announcement: payments 118 (9f3c2ab) in production.
Next: somebody clicks Post; until then nothing is posted in <#C0RELEASES>.
May decide: its approvers and whoever asked for it; where there are none, whoever may request.
R-42: live since <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>.
Dropped: <!date^1795338000^{date_short_pretty} {time}|2026-11-22 09:00 UTC> if nobody has posted it by then.
Actions: Post, Edit, Discard.
The text:
payments 118 is live in production
What changed: Add the refund endpoint
By: Ann
Before: 117 (1a2b3c4); <https://github.example/acme/payments/compare/1a2b3c4000000000000000000000000000000000...9f3c2ab000000000000000000000000000000000|all changes since>\
""")


def test_a_draft_says_who_has_written_it() -> None:
    assert seen(card(replace(DRAFT, text="Refunds!", edited_by="sam"), post=written("Refunds!"))) == snapshot("""\
# Draft announcement: payments 118 in production
Refunds!
~ *Next:* somebody clicks Post; until then nothing is posted in <#C0RELEASES>
~ *May decide:* its approvers and whoever asked for it; where there are none, whoever may request
~ *R-42:* live since <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>
~ *Dropped:* <!date^1795338000^{date_short_pretty} {time}|2026-11-22 09:00 UTC> if nobody has posted it by then
~ *Written by:* <@U0SAM>
[Post] (primary) signoff:post_draft = h-post_draft
  read aloud: Post the announcement of payments 118 in production
  asks: Post it? payments 118 in production: everybody in the announcement channel reads it. [Post] [Not yet]
[Edit] signoff:edit_draft = h-edit_draft
  read aloud: Edit the announcement of payments 118 in production
[Discard] (danger) signoff:discard_draft = h-discard_draft
  read aloud: Discard the announcement of payments 118 in production
  asks: Discard it? payments 118 in production: nothing is announced then. [Discard] [Go back]\
""")


def test_who_saw_another_text_reads_the_newer_one_and_keeps_theirs() -> None:
    message = changed_since(RELEASE, written("Refunds!"), "Mine <!channel>\nEnjoy")
    check(message)
    assert seen(message) == snapshot("""\
Nothing was changed: the draft announcement of payments 118 (9f3c2ab) in production has changed since you saw it. Please look at its card again, then decide.
It says now:
Refunds!
What you wrote:
Mine &lt;!channel&gt;
Enjoy\
""")
    assert seen(changed_since(RELEASE, written("Refunds!"), "")).splitlines()[-1] == "Refunds!"


def test_what_became_of_it_stands_there_without_buttons() -> None:
    assert over(DraftState.POSTED) == snapshot(
        "~ *Posted:* <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>, by <@U0PRIYA>"
    )
    assert over(DraftState.DISCARDED) == snapshot(
        "~ *Discarded:* <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>, by <@U0PRIYA>; nothing is announced"
    )
    assert over(DraftState.DROPPED, None) == snapshot(
        "~ *Dropped:* <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>, since nobody had posted it; nothing is announced"
    )
    gone = seen(card(live=False))
    assert (gone.splitlines()[0], gone.splitlines()[-1]) == snapshot(
        (
            "# Not announced: payments 118 in production",
            "~ *No longer live:* something else is live there by now, so nothing is announced",
        )
    )


def test_the_form_holds_the_text_as_people_write_it() -> None:
    form = edit_form(RELEASE, POST, POLICY, "h-edit")
    assert form["callback_id"] == "signoff:edit_draft"
    assert form["private_metadata"] == "h-edit"
    assert form["blocks"][1]["element"]["initial_value"] == snapshot("""\
*payments 118* is live in *production*
*What changed:* Add the refund endpoint
*By:* Ann
*Before:* 117 (1a2b3c4); all changes since\
""")
    assert editable(written("<@U0PRIYA> & <b>"), POLICY) == "<@U0PRIYA> & <b>"
    for block in form["blocks"]:
        check_block(block)


def test_too_late_says_what_became_of_it() -> None:
    posted = replace(DRAFT, state=DraftState.POSTED, ended_at=TEN, ended_by="priya")
    assert too_late(posted, RELEASE, POLICY).text == snapshot(
        "Nothing was changed. Posted: <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>, by <@U0PRIYA>."
    )
    assert too_late(DRAFT, ended(Lifecycle.ROLLED_BACK), POLICY).text == snapshot(
        "payments 118 (9f3c2ab) in production is no longer live, so there is nothing to announce."
    )


def test_the_reminder_says_what_to_do_and_until_when() -> None:
    message = remind_of_draft(RELEASE, DRAFT, "https://acme.slack.example/archives/C0/p1")
    check(message)
    assert message.text == snapshot("""\
The announcement of payments 118 (9f3c2ab) in production has not been posted yet: please post, edit or discard <https://acme.slack.example/archives/C0/p1|its draft>.
It is dropped <!date^1795338000^{date_short_pretty} {time}|2026-11-22 09:00 UTC>, and then nothing is announced.\
""")
    assert "discard its draft." in remind_of_draft(RELEASE, DRAFT, None).text


@settings(max_examples=60)
@given(hostile_releases(), st.lists(st.one_of(HOSTILE, st.sampled_from(EVIL)), max_size=6).map("\n".join), HOSTILE)
def test_hostile_text_does_nothing(release: Release, text: str, by: str) -> None:
    post = written(f"read this {text}")
    check(draft_card(replace(DRAFT, edited_by=by, text=text), release, post, POLICY, BUTTONS, 1, live=True))
    form = edit_form(release, post, POLICY, "h")
    assert len(form["blocks"][1]["element"]["initial_value"]) <= TEXT_AT_MOST
