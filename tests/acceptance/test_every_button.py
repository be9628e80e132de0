"""Every button, box and form, by somebody who may and by somebody who may not: a cell that nobody tried is missed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from inline_snapshot import snapshot

from bot.core.policy import Kind
from bot.ports.cards import CardKind
from bot.views.buttons import CHANGES, FAILURE_ACTS, LIVE_ACTS, NOTICE_ACTS
from bot.views.home_settings import MUTE as HOME_MUTE
from bot.views.muting import MUTE, UNMUTE
from handlers.draft_clerk import DRAFT_ACTS
from handlers.faces import LETTER_ACTS, QUESTION_ACTS
from sandbox.github.faults import Fault
from sandbox.slack.driver import Interaction
from sandbox.slack.filled import Value
from sandbox.slack.messages import Message
from tests.acceptance.desk import POLICY, Desk, desk
from tests.acceptance.truth import rows
from tests.acceptance.views import home_of, puts

TEAM = (
    POLICY.replace("groups:", '  - {name: alex, slack: U0ALEX, github: "1003", email: alex@acme.example}\ngroups:')
    .replace("qa: {people: [priya]}", "qa: {people: [priya, sam]}")
    .replace(
        "permissions: {request: [everyone], resolve: [sre]}",
        "permissions: {request: [qa], rollback: [qa], hotfix: [qa], hold: [qa], override: [qa], resolve: [qa]}",
    )
    .replace(
        "approvals: [{from: [qa, sre], count: 1}]\n",
        "approvals: [{from: qa, count: 1}]\n        hotfix: {approvals: [{from: qa, count: 1}]}\n"
        "        undo_window: 30s\n        announcement: {edit: true}\n",
    )
)
"""Priya and Sam may do everything; Alex, who writes the commits, may do nothing but read."""
MESSAGE, HOME, FORM = "personal message", "home", "form"
CELLS = (
    (CardKind.NOTICE.value, (*NOTICE_ACTS, *FAILURE_ACTS, *LIVE_ACTS, CHANGES)),
    (CardKind.FAILURE.value, FAILURE_ACTS),
    (CardKind.QUESTION.value, QUESTION_ACTS),
    (CardKind.LETTER.value, LETTER_ACTS),
    (CardKind.DRAFT.value, DRAFT_ACTS),
    (MESSAGE, (MUTE, UNMUTE)),
    (HOME, (HOME_MUTE,)),
    (FORM, tuple(kind.value for kind in Kind)),
)
"""Where something can be clicked, ticked or sent, and everything that it can be."""
REASON = {"reason": "the totals are off"}
FIRST_TRY = 5
"""The number of the release that is asked for on the card itself; later ones are asked for where the failure is told."""


@dataclass(slots=True)
class Story:
    """What people click, and what came of it."""

    here: Desk
    lines: list[str] = field(default_factory=list)
    cells: set[tuple[str, str, bool]] = field(default_factory=set)
    """What was used where, and whether by somebody who may."""

    async def both(
        self, message: Message, button: str, words: str, values: Mapping[str, Value] | None = None, who: str = "alex"
    ) -> None:
        """Use a button as somebody who may not, and then as somebody who may, until the message holds the words."""
        await self.refused(message, button, values, who)
        await self.done(message, button, words, values)

    async def refused(
        self, message: Message, button: str, values: Mapping[str, Value] | None = None, who: str = "alex"
    ) -> None:
        """Use a button as somebody who may not: they alone hear why."""
        before = len(self.here.workspace.ephemerals(who))
        where = await self._uses(who, message, button, values)
        heard = await self._hears(who, before)
        assert heard.startswith(("Nothing was changed", "Signoff answers full members")), heard
        self.notes(who, *where, heard, may=False)

    async def done(self, message: Message, button: str, words: str, values: Mapping[str, Value] | None = None) -> None:
        """Use a button as somebody who may, and wait until the message holds the words."""
        where = await self._uses("priya", message, button, values)
        await self.here.says(message, words)
        self.notes("priya", *where, self.here.reads(message).splitlines()[0], may=True)

    async def sends(self, who: str, line: str, kind: Kind, values: Mapping[str, Value], *, may: bool) -> None:
        """Type what opens a form, fill it in and send it; they hear what came of it."""
        before = len(self.here.workspace.ephemerals(who))
        await self.here.types(who, line)
        modal = self.here.workspace.modal(who)
        assert modal is not None, f"{line} opened no form"
        for name, option in (("Service", "payments"), ("Environment", "production")):
            await self.here.running.driver.choose(who, modal, name, option)
        (versions,) = [one["element"]["options"] for one in modal.inputs if one["label"]["text"] == "Version"]
        await self.here.running.driver.choose(who, modal, "Version", versions[0]["text"]["text"])
        sent = await self.here.running.driver.submit(who, values)
        assert sent.acknowledged, (modal.errors, self.here.workspace.reads(modal), [b["label"] for b in modal.inputs])
        heard = await self._hears(who, before)
        assert heard.startswith("Opened" if may else "Nothing was changed"), heard
        self.notes(who, FORM, kind.value, heard, may=may)

    async def hears_of(self, who: str, message: Message, button: str) -> str:
        """Use a button, and return what whoever did it is told privately."""
        before = len(self.here.workspace.ephemerals(who))
        await self._uses(who, message, button, None)
        return await self._hears(who, before)

    def notes(self, who: str, where: str, act: str, came: str, *, may: bool) -> None:
        """Write down what was used where, and what came of it."""
        self.cells.add((where, act, may))
        shown = "\n".join(f"  {line}" for line in came.splitlines())
        self.lines.append(f"{who}: {act} ({where})\n{shown}")

    async def _hears(self, who: str, before: int) -> str:
        await self.here.until(lambda: len(self.here.workspace.ephemerals(who)) > before)
        (heard,) = self.here.workspace.ephemerals(who)[before:]
        return self.here.reads(heard)

    async def _uses(
        self, who: str, message: Message, button: str, values: Mapping[str, Value] | None
    ) -> tuple[str, str]:
        """Click a button and send its form; returns on which kind of card it is, and for what it stands there."""
        await self.here.until(lambda: any(one.text == button for one in self.here.workspace.buttons(message)))
        clicked = await self.here.running.driver.click(who, message, button)
        assert clicked.acknowledged, button
        if values is not None:
            await self.here.until(lambda: self.here.workspace.modal(who))
            sent = await self.here.running.driver.submit(who, values)
            assert sent.acknowledged, self.here.workspace.modal(who)
            assert self.here.workspace.modal(who) is None
        return self._stands_for(clicked)

    def _stands_for(self, clicked: Interaction) -> tuple[str, str]:
        value = clicked.payload["actions"][0]["value"]
        if value in {MUTE, UNMUTE}:
            return MESSAGE, value
        stored = "SELECT handles.id, handles.act, cards.kind FROM handles JOIN cards ON cards.id = handles.card"
        (known,) = [row for row in rows(self.here, stored) if row["id"] == value]
        return known["kind"], known["act"]


async def test_every_button_by_somebody_who_may_and_by_somebody_who_may_not(tmp_path: Path) -> None:
    async with desk(tmp_path, TEAM) as here:
        story = Story(here)
        await it_waits(story)
        await somebody_is_told(story)
        await forms_ask(story)
        await it_is_announced(story)
        await nobody_knows(story)
        await it_goes_back(story)
        await it_is_done_after_all(story)
        await somebody_sets_their_home(story)
        wanted = {(where, act, may) for where, acts in CELLS for act in acts for may in (True, False)}
        assert (wanted - story.cells, story.cells - wanted) == (set(), set())
        audited = rows(here, "SELECT DISTINCT actor, action FROM audit WHERE actor IN ('alex', 'U0ALEX', 'U0GUEST')")
        assert [(row["actor"], row["action"]) for row in audited] == [("alex", "refused")]
        assert [told for told in here.workspace.ephemerals("priya") if "Nothing was changed" in told.text] == []
        assert "\n".join(story.lines) == snapshot("""\
alex: approve (notice)
  Nothing was changed (R-1, payments 1 ([First]) to production).
  You are not among those who decide here (1 of qa): please ask @priya, @sam.
priya: approve (notice)
  About to deploy: payments 1 to production
alex: undo (notice)
  Nothing was changed (R-1, payments 1 ([First]) to production).
  Only who asked for a release and its approvers may do that: please ask @priya, @sam.
priya: undo (notice)
  Waiting for approval: payments 1 to production
alex: schedule (notice)
  Nothing was changed (R-1, payments 1 ([First]) to production).
  Only who asked for a release and its approvers may do that: please ask @priya, @sam.
priya: schedule (notice)
  Waiting for approval: payments 1 to production
alex: now (notice)
  Nothing was changed (R-1, payments 1 ([First]) to production).
  Only who asked for a release and its approvers may do that: please ask @priya, @sam.
priya: now (notice)
  Waiting for approval: payments 1 to production
alex: hold (notice)
  Nothing was changed (R-1, payments 1 ([First]) to production).
  You do not have the permission hold. It is held by @priya, @sam.
priya: hold (notice)
  Waiting for approval: payments 1 to production
alex: resume (notice)
  Nothing was changed (R-1, payments 1 ([First]) to production).
  You do not have the permission hold. It is held by @priya, @sam.
priya: resume (notice)
  Waiting for approval: payments 1 to production
alex: reject (notice)
  Nothing was changed (R-1, payments 1 ([First]) to production).
  You are not among those who decide here (1 of qa): please ask @priya, @sam.
priya: reject (notice)
  Rejected: payments 1 to production
priya: mute (personal message)
  Muted: Signoff no longer tells you personally when your changes are live, rejected or rolled back, nor when approvals have been missing for long.
alex: mute (personal message)
  Muted: Signoff no longer tells you personally when your changes are live, rejected or rolled back, nor when approvals have been missing for long.
priya: unmute (personal message)
  Unmuted: Signoff tells you personally when your changes are live, rejected or rolled back, and when approvals have been missing for long and you could help.
alex: unmute (personal message)
  Unmuted: Signoff tells you personally when your changes are live, rejected or rolled back, and when approvals have been missing for long and you could help.
alex: hotfix (form)
  Nothing was changed (payments in production).
  You do not have the permission hotfix. It is held by @priya, @sam.
priya: hotfix (form)
  Opened R-2, payments 1 ([First]) to production, as a HOTFIX: its card asks the approvers. What it waits for: /deploy why payments production.
alex: release (form)
  Nothing was changed (payments in production).
  You do not have the permission request. It is held by @priya, @sam.
priya: release (form)
  Opened R-3, payments 1 ([First]) to production: its card asks the approvers. What it waits for: /deploy why payments production.
alex: edit_draft (draft)
  Nothing was changed (R-3, payments 1 ([First]) to production).
  Only who asked for a release and its approvers may do that: please ask @priya, @sam.
priya: edit_draft (draft)
  Draft announcement: payments 1 in production
alex: discard_draft (draft)
  Nothing was changed (R-3, payments 1 ([First]) to production).
  Only who asked for a release and its approvers may do that: please ask @priya, @sam.
alex: post_draft (draft)
  Nothing was changed (R-3, payments 1 ([First]) to production).
  Only who asked for a release and its approvers may do that: please ask @priya, @sam.
priya: post_draft (draft)
  Announced: payments 1 in production
alex: abandon (letter)
  Nothing was changed.
  You do not have the permission resolve. It is held by @priya, @sam.
alex: try_again (letter)
  Nothing was changed.
  You do not have the permission resolve. It is held by @priya, @sam.
priya: try_again (letter)
  Settled: not delivered: R-3
priya: abandon (letter)
  Settled: not delivered: R-3
alex: retry (notice)
  Nothing was changed (R-4, payments 2 ([Second]) to production).
  Only who asked for a release and its approvers may do that: please ask @priya, @sam.
alex: retry (failure)
  Nothing was changed (R-4, payments 2 ([Second]) to production).
  Only who asked for a release and its approvers may do that: please ask @priya, @sam.
alex: rollback (notice)
  Nothing was changed (R-4, payments 2 ([Second]) to production).
  You do not have the permission rollback. It is held by @priya, @sam.
alex: rollback (failure)
  Nothing was changed (R-4, payments 2 ([Second]) to production).
  You do not have the permission rollback. It is held by @priya, @sam.
alex: mark_done (notice)
  Nothing was changed (R-4, payments 2 ([Second]) to production).
  You do not have the permission override. It is held by @priya, @sam.
alex: mark_done (failure)
  Nothing was changed (R-4, payments 2 ([Second]) to production).
  You do not have the permission override. It is held by @priya, @sam.
priya: retry (notice)
  Deploy failed: payments 2 to production
alex: did_run (question)
  Nothing was changed (R-5, payments 2 ([Second]) to production).
  You do not have the permission resolve. It is held by @priya, @sam.
alex: did_not_run (question)
  Nothing was changed (R-5, payments 2 ([Second]) to production).
  You do not have the permission resolve. It is held by @priya, @sam.
alex: try_again (question)
  Nothing was changed (R-5, payments 2 ([Second]) to production).
  You do not have the permission resolve. It is held by @priya, @sam.
alex: abandon (question)
  Nothing was changed (R-5, payments 2 ([Second]) to production).
  You do not have the permission resolve. It is held by @priya, @sam.
priya: try_again (question)
  Settled: did this deploy start? payments 2 to production
priya: did_not_run (question)
  Settled: did this deploy start? payments 2 to production
priya: retry (failure)
  @alex: the deploy of payments 2 ([Second]) to production failed.
priya: abandon (question)
  Settled: did this deploy start? payments 2 to production
priya: retry (failure)
  @alex: the deploy of payments 2 ([Second]) to production failed.
priya: did_run (question)
  Settled: did this deploy start? payments 2 to production
priya: discard_draft (draft)
  Not announced: payments 2 in production
guest: changes (notice)
  Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you.
priya: changes (notice)
  Live: payments 2 in production
alex: rollback (notice)
  Nothing was changed (R-7, payments 2 ([Second]) to production).
  You do not have the permission rollback. It is held by @priya, @sam.
priya: rollback (notice)
  Live: payments 2 in production
alex: rollback (form)
  Nothing was changed (payments in production).
  You do not have the permission rollback. It is held by @priya, @sam.
priya: rollback (form)
  Opened R-9, payments 1 ([First]) to production, as a ROLLBACK: its card asks the approvers. What it waits for: /deploy why payments production.
priya: rollback (failure)
  @alex: the deploy of payments 3 ([Third]) to production failed.
priya: mark_done (notice)
  Live: payments 4 in production
priya: mark_done (failure)
  @alex: the deploy of payments 5 ([Fifth]) to production failed.
guest: home:mute (home)
  Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you.
priya: home:mute (home)
  unticked\
""")


async def pushes(here: Desk, title: str) -> Message:
    """Let Alex push a commit, and wait for its card."""
    await here.forge.push("acme/payments", title, name="Alex", email="alex@acme.example")
    return await here.card("payments", title)


async def ships(here: Desk, card: Message, ends: str) -> None:
    """Approve a release and let it go to its end."""
    await here.clicks("sam", card, "Approve")
    await here.says(card, "Undo")
    here.passes(31)
    await here.says(card, ends)


async def fails(story: Story, title: str) -> tuple[Message, Message]:
    """Ship a build whose deploy fails; returns its card, and what is told of that."""
    card = await pushes(story.here, title)
    story.here.forge.break_next_deploy = True
    await ships(story.here, card, "Deploy failed")
    return card, await newest(story.here, "payments", f"([{title}]) to production failed.")


async def newest(here: Desk, channel: str, words: str, button: str = "") -> Message:
    """Wait for the newest message that holds the words, and has a button."""

    def found() -> Message | None:
        known = [one for one in here.workspace.channel(channel).messages if words in here.reads(one)]
        return known[-1] if known and (not button or f"[{button}]" in here.reads(known[-1])) else None

    message = await here.until(found)
    assert message is not None
    return message


async def drops(here: Desk, name: str) -> None:
    """Cancel a release."""
    await here.types("priya", f"/deploy cancel {name}")
    await here.hears("priya", f"You cancelled {name}")


async def it_waits(story: Story) -> None:
    """Everything that is on the card of a release that waits."""
    card = await pushes(story.here, "First")
    tomorrow = story.here.clock() + timedelta(days=1)
    await story.both(card, "Approve", "Undo")
    await story.both(card, "Undo", "Waiting for approval")
    await story.both(card, "Schedule", "Scheduled for", {"at": tomorrow})
    await story.both(card, "As soon as possible", "Waiting for approval")
    await story.both(card, "Hold", "is held by", REASON)
    await story.both(card, "Resume", "[Hold]")
    await story.both(card, "Reject", "Rejected", REASON)


async def somebody_is_told(story: Story) -> None:
    """What an author is told can be muted by themselves: nobody else's click changes anything for them."""
    here = story.here
    (told,) = await here.until(lambda: here.workspace.direct_messages("alex"))
    for button, act, on in (("Mute these messages", MUTE, "yes"), ("Unmute", UNMUTE, "no")):
        before = muted(here, "U0ALEX")
        for who, may in (("priya", False), ("alex", True)):
            heard = await story.hears_of(who, told, button)
            assert muted(here, "U0ALEX") == (on if may else before)
            story.notes(who, MESSAGE, act, heard.splitlines()[0], may=may)
        told = here.workspace.ephemerals("alex")[-1]


def muted(here: Desk, slack: str) -> str | None:
    """Return what is remembered of somebody who wants no messages, or wants them again."""
    known = {row["name"]: row["value"] for row in rows(here, "SELECT name, value FROM remembered")}
    return known.get(f"mute:{slack}")


async def forms_ask(story: Story) -> None:
    """The forms that a command opens, and then the release ships."""
    for name, line, kind, values in (
        ("R-2", "/deploy hotfix payments", Kind.HOTFIX, REASON),
        ("R-3", "/deploy", Kind.RELEASE, {}),
    ):
        await story.sends("alex", line, kind, values, may=False)
        await story.sends("priya", line, kind, values, may=True)
        if kind is Kind.HOTFIX:
            await drops(story.here, name)
    await ships(story.here, await newest(story.here, "payments", "R-3"), "Live")


async def it_is_announced(story: Story) -> None:
    """A draft is edited and posted to a channel that takes no messages; somebody sees to that."""
    draft = await newest(story.here, "payments", "Draft announcement")
    await story.both(draft, "Edit", "Written by", {"reason": "Refunds are here"})
    await story.refused(draft, "Discard")
    story.here.workspace.channel("releases").archived = True
    await story.both(draft, "Post", "Posted")
    letter = await newest(story.here, "ops", "Not delivered", "Abandon")
    await story.refused(letter, "Abandon")
    await story.both(letter, "Try again", "Settled")
    again = await newest(story.here, "ops", "Not delivered", "Abandon")
    await story.done(again, "Abandon", "Settled")
    story.here.workspace.channel("releases").archived = False


async def nobody_knows(story: Story) -> None:
    """A deploy fails and is tried again, and each try is lost in another way."""
    here = story.here
    card, told = await fails(story, "Second")
    for button, values in (("Retry", None), ("Roll back", REASON), ("Mark as done", REASON)):
        for message in (card, told):
            await story.refused(message, button, values)
    for number, answers in ((5, ("Try again", "It did not run")), (6, ("Abandon",)), (7, ("It did run",))):
        here.forge.faults.add(Fault.RESET_BEFORE, "POST", "*/deployments")
        failed = await newest(here, "payments", "failed.", "Retry")
        await story.done(*((card, "Retry", "failed") if number == FIRST_TRY else (failed, "Retry", f"R-{number}")))
        here.passes(31)
        for answer in answers:
            question = await newest(here, "ops", f"R-{number},", answer)
            if answer == "Try again":
                for button in ("It did run", "It did not run", "Try again", "Abandon"):
                    await story.refused(question, button)
                here.forge.faults.add(Fault.RESET_BEFORE, "POST", "*/deployments")
            await story.done(question, answer, "Settled")
    await here.card("payments", "Live: payments 2")
    await story.done(await newest(here, "payments", "Draft announcement", "Discard"), "Discard", "Not announced")


async def it_goes_back(story: Story) -> None:
    """What is live is gone back from, by its button and by the form; nobody lets it."""
    live = await newest(story.here, "payments", "Live: payments 2")
    await story.refused(live, "Changes", who="guest")
    assert story.here.workspace.modal("guest") is None
    await story.done(live, "Changes", "Live")
    await story.here.until(lambda: story.here.workspace.modal("priya"))
    await story.here.running.driver.close_modal("priya")
    await story.both(live, "Roll back", "", REASON)
    await drops(story.here, "R-8")
    await story.sends("alex", "/deploy rollback payments", Kind.ROLLBACK, REASON, may=False)
    await story.sends("priya", "/deploy rollback payments", Kind.ROLLBACK, REASON, may=True)
    await drops(story.here, "R-9")


async def it_is_done_after_all(story: Story) -> None:
    """What failed is gone back from, and marked as done on either card."""
    _, told = await fails(story, "Third")
    await story.done(told, "Roll back", "Since then", REASON)
    await drops(story.here, "R-11")
    card, _ = await fails(story, "Fourth")
    await story.done(card, "Mark as done", "Live", REASON)
    _, told = await fails(story, "Fifth")
    await story.done(told, "Mark as done", "marked it as done", REASON)


async def somebody_sets_their_home(story: Story) -> None:
    """A guest has no box to tick."""
    here = story.here
    guest = await home_of(here, "guest", "members")
    assert [one["type"] for one in guest.blocks] == ["section"]
    story.notes("guest", HOME, HOME_MUTE, here.workspace.reads(guest), may=False)
    await puts(here, "priya", await home_of(here, "priya", "Your settings"), HOME_MUTE, [])
    assert muted(here, "U0PRIYA") == "yes"
    story.notes("priya", HOME, HOME_MUTE, "unticked", may=True)
