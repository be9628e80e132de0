"""Every word of the command, by somebody who may and by somebody who may not: the whole of what each of them hears."""

import re
from dataclasses import dataclass
from pathlib import Path

from inline_snapshot import snapshot

from handlers.phrases import ENTRIES
from tests.acceptance.desk import POLICY, Desk, desk

GIVEN = """permissions:
  request: [qa, sre]
  lock: [sre]
  hold: [sre]
  rollback: [sre]
  hotfix: [sre]
  override: [sre]
  mode: [sre]
  stop_all: [sre]
  quarantine: [sre]
  live: [sre]
  resolve: [sre]
"""
RULES = """approvals: [{from: qa, count: 1}]
        rollback: {approvals: []}
        hotfix: {approvals: [{from: sre, count: 1}]}
"""
TEAM = POLICY.replace("permissions: {request: [everyone], resolve: [sre]}\n", GIVEN).replace(
    "approvals: [{from: [qa, sre], count: 1}]\n", RULES
)
READING = ("status payments", "why payments", "list", "history payments 3", "diff payments", "freeze", "help rollback")
"""What every full member may read, and nobody else."""


@dataclass(slots=True)
class Story:
    """What people type, and what they hear at once: the transcript of a day."""

    here: Desk
    lines: list[str]
    words: set[tuple[str, bool]]
    """Each word that was used, and whether by somebody who may."""

    async def refused(self, words: str, who: str = "alex") -> None:
        """Type words as somebody who may not."""
        await self._types(who, words, may=False)

    async def done(self, who: str, words: str) -> None:
        """Type words as somebody who may."""
        await self._types(who, words, may=True)

    async def both(self, who: str, words: str) -> None:
        """Type words as somebody who may not, and then as somebody who may."""
        await self.refused(words)
        await self.done(who, words)

    async def _types(self, who: str, words: str, *, may: bool) -> None:
        before = len(self.here.workspace.ephemerals(who))
        await self.here.types(who, f"/deploy {words}")
        await self.here.until(lambda: len(self.here.workspace.ephemerals(who)) > before)
        (heard,) = self.here.workspace.ephemerals(who)[before:]
        self.lines.append(f"{who}: {words}\n{indented(self.here.reads(heard))}")
        first = words.partition(" ")[0]
        self.words.add((first if first != "payments" else "request", may))


def indented(text: str) -> str:
    """Return what is read with the seconds that the test itself took left out."""
    text = re.sub(r"was open for \d+ seconds?|was open for \d+ minutes?( \d+ seconds?)?", "was open for a while", text)
    text = re.sub(r"took \d+ seconds?", "took a while", text)
    text = re.sub(r"\b(1[02]):0\d", r"\1:00", text)
    return "\n".join(f"  {line}" for line in text.splitlines())


async def test_every_word_by_somebody_who_may_and_by_somebody_who_may_not(tmp_path: Path) -> None:
    async with desk(tmp_path, TEAM) as here:
        story = Story(here, [], set())
        await before_anything_ships(story)
        await something_ships(story)
        await people_shut_and_open(story)
        await it_fails_and_goes_back(story)
        await members_read(story)
        words = {entry.word for entry in ENTRIES}
        assert story.words == {(word, may) for word in words for may in (True, False)}
        assert "\n".join(story.lines) == snapshot("""\
alex: hold payments production the database moves
  Nothing was changed (payments in production).
  You do not have the permission hold. It is held by @sam, @sre.
sam: hold payments production the database moves
  payments in production is held by @sam, since Nov 21, 2026 10:00: “the database moves”. What is being deployed goes on. /deploy resume payments production ends the hold.
alex: approve R-1
  Nothing was changed (R-1, payments 1 ([First]) to production).
  You are not among those who decide here (1 of qa): please ask @priya.
priya: approve R-1
  You approved R-1, payments 1 ([First]) to production. Its card shows what is still missing. Until the deploy starts, /deploy withdraw R-1 takes your approval back.
alex: withdraw R-1
  Nothing was changed (R-1, payments 1 ([First]) to production).
  You have no approval standing here, so there is none to take back. /deploy why payments production tells all there is to it.
priya: withdraw R-1
  You took back your approval of R-1, payments 1 ([First]) to production. The release stays open.
alex: schedule R-1 at 2026-12-01T09:00
  Nothing was changed (R-1, payments 1 ([First]) to production).
  Only who asked for a release and its approvers may do that: please ask @priya.
priya: schedule R-1 at 2026-12-01T09:00
  R-1, payments 1 ([First]) to production, does not ship before Dec 1, 2026 09:00, and goes on by itself then. That was read in the time zone UTC.
priya: schedule R-1 at now
  R-1, payments 1 ([First]) to production, ships as soon as nothing is in its way.
alex: cancel R-1
  Nothing was changed (R-1, payments 1 ([First]) to production).
  Only who asked for a release and its approvers may do that: please ask @priya.
priya: cancel R-1
  You cancelled R-1, payments 1 ([First]) to production. Nothing was deployed.
alex: payments 1 to production
  Nothing was changed (payments in production).
  You do not have the permission request. It is held by @priya, @sam, @sre.
sam: payments 1 to production
  Opened R-2, payments 1 ([First]) to production: its card asks the approvers. What it waits for: /deploy why payments production.
alex: reject R-2 not before lunch
  Nothing was changed (R-2, payments 1 ([First]) to production).
  You are not among those who decide here (1 of qa): please ask @priya.
priya: reject R-2 not before lunch
  You rejected R-2, payments 1 ([First]) to production. Its authors read your reason in the thread.
alex: hotfix payments 1 to production refunds fail
  Nothing was changed (payments in production).
  You do not have the permission hotfix. It is held by @sam, @sre.
sam: hotfix payments 1 to production refunds fail
  Opened R-3, payments 1 ([First]) to production, as a HOTFIX: its card asks the approvers. What it waits for: /deploy why payments production.
sam: cancel R-3
  You cancelled R-3, payments 1 ([First]) to production. Nothing was deployed.
sam: payments 1 to production at 2026-12-01T09:00
  Opened R-4, payments 1 ([First]) to production: its card asks the approvers. It does not ship before Dec 1, 2026 09:00. That was read in the time zone UTC. What it waits for: /deploy why payments production.
sam: schedule R-4 at now
  R-4, payments 1 ([First]) to production, ships as soon as nothing is in its way.
alex: override R-4 customers cannot pay
  Nothing was changed (R-4, payments 1 ([First]) to production).
  You do not have the permission override. It is held by @sam, @sre.
sam: override R-4 customers cannot pay
  You overrode missing approvals and freezes for R-4, payments 1 ([First]) to production. That holds for this one release only, is on the record, and operations are told.
alex: resume payments production
  Nothing was changed (payments in production).
  You do not have the permission hold. It is held by @sam, @sre.
sam: resume payments production
  You resumed payments in production: what waits there goes on as soon as nothing else is in its way.
alex: lock payments production for 2h load test
  Nothing was changed (payments in production).
  You do not have the permission lock. It is held by @sam, @sre.
sam: lock payments production for 2h load test
  You have payments in production for yourself until Nov 21, 2026 12:00: “load test”. /deploy unlock payments production ends that.
alex: unlock payments production
  Nothing was changed (payments in production).
  You do not have the permission lock. It is held by @sam, @sre.
sam: unlock payments production
  You unlocked payments in production: what waits there goes on as soon as nothing else is in its way.
alex: stop-all the data centre burns
  Nothing was changed.
  You do not have the permission stop_all. It is held by @sam, @sre.
sam: stop-all the data centre burns
  You stopped everything: “the data centre burns”. Nothing starts anywhere; what is being deployed goes on. /deploy go-all lets it go on. Operations are told.
alex: go-all
  Nothing was changed.
  You do not have the permission stop_all. It is held by @sam, @sre.
sam: go-all
  You let everything go on: what waits starts as soon as nothing else is in its way. Operations are told.
alex: mode payments production observe the pipeline does it
  Nothing was changed (payments in production).
  You do not have the permission mode. It is held by @sam, @sre.
sam: mode payments production observe the pipeline does it
  payments in production is in the mode observe now. The policy file says delivery, which holds again once that line of it changes. Operations are told.
sam: mode payments production delivery people again
  payments in production is in the mode delivery now. It is what the policy file says. Operations are told.
alex: quarantine payments 1 it loses money
  Nothing was changed.
  You do not have the permission quarantine. It is held by @sam, @sre.
sam: quarantine payments 1 it loses money
  You put payments 1 ([First]) in quarantine, with every build that contains it: none of them ships. /deploy release-quarantine payments VERSION REASON confirms one that is well again. Operations are told.
alex: release-quarantine payments 1 it does not
  Nothing was changed.
  You do not have the permission quarantine. It is held by @sam, @sre.
sam: release-quarantine payments 1 it does not
  You confirmed payments 1 ([First]), with every build that contains it: quarantine is lifted for these. Operations are told.
priya: approve R-5
  You approved R-5, payments 2 ([Second]) to production. Its card shows what is still missing. Until the deploy starts, /deploy withdraw R-5 takes your approval back.
alex: retry R-5
  Nothing was changed (R-5, payments 2 ([Second]) to production).
  Only who asked for a release and its approvers may do that: please ask @priya.
priya: retry R-5
  You try R-5 again: R-6, payments 2 ([Second]) to production. Its approvals count on.
alex: rollback payments in production it rounds up
  Nothing was changed (payments in production).
  You do not have the permission rollback. It is held by @sam, @sre.
sam: rollback payments in production it rounds up
  Opened R-7, payments 1 ([First]) to production, as a ROLLBACK: it ships as soon as nothing is in its way. What it waits for: /deploy why payments production.
alex: live payments production 2 somebody deployed it by hand
  Nothing was changed (payments in production).
  You do not have the permission live. It is held by @sam, @sre.
sam: live payments production 2 somebody deployed it by hand
  Noted: 2 is what is live in payments in production. Operations are told.
guest: status payments
  Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you.
alex: status payments
  payments in production (delivery): 2 ([Second]) is live since Nov 21, 2026 10:00
guest: why payments
  Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you.
alex: why payments
  payments in production (delivery): 2 ([Second]) is live since Nov 21, 2026 10:00
  • No release is open: 2 ([Second]), the newest deployable build, is what is live.
guest: list
  Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you.
alex: list
  No release is open. /deploy status shows what is live.
guest: history payments 3
  Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you.
alex: history payments 3
  payments in production (delivery): 2 ([Second]) is live since Nov 21, 2026 10:00
  R-7, payments 1 ([First]) to production (ROLLBACK): went live Nov 21, 2026 10:00, no longer live; its deploy took a while; asked for by @sam; why: “it rounds up”
  R-6, payments 2 ([Second]) to production (another try of R-5): went live Nov 21, 2026 10:00, rolled back since; its deploy took a while; approved by @priya
  R-5, payments 2 ([Second]) to production: could not be deployed Nov 21, 2026 10:00: “the demo was told to break it”; its deploy took a while; opened by itself when its build passed; approved by @priya
guest: diff payments
  Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you.
alex: diff payments
  payments in production (delivery): 2 ([Second]) is live since Nov 21, 2026 10:00
  Nothing new: 2 ([Second]), the newest deployable build, is what is live.
guest: freeze
  Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you.
alex: freeze
  The policy names no freezes: nothing waits for a date.
guest: help rollback
  Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you.
alex: help rollback
  /deploy rollback SERVICE [to VERSION] in ENV REASON: go back to a build that was live there before.
  Without VERSION: to what was live before. What is taken out goes into quarantine, its authors are told, and an environment where builds ship by themselves is held. Without REASON, a form in Slack asks for the rest.
  For example: /deploy rollback payments to 117 in production refunds fail\
""")


async def before_anything_ships(story: Story) -> None:
    """Decide about a release that waits."""
    await story.here.push("acme/payments", "First")
    await story.here.card("payments", "Waiting for approval")
    await story.both("sam", "hold payments production the database moves")
    await story.both("priya", "approve R-1")
    await story.both("priya", "withdraw R-1")
    await story.both("priya", "schedule R-1 at 2026-12-01T09:00")
    await story.done("priya", "schedule R-1 at now")
    await story.both("priya", "cancel R-1")
    await story.both("sam", "payments 1 to production")
    await story.both("priya", "reject R-2 not before lunch")
    await story.both("sam", "hotfix payments 1 to production refunds fail")
    await story.done("sam", "cancel R-3")


async def something_ships(story: Story) -> None:
    """Two builds become live, one of them by break-glass."""
    await story.done("sam", "payments 1 to production at 2026-12-01T09:00")
    await story.done("sam", "schedule R-4 at now")
    await story.both("sam", "override R-4 customers cannot pay")
    await story.both("sam", "resume payments production")
    await story.here.card("payments", "Live (OVERRIDDEN): payments 1 in production")


async def people_shut_and_open(story: Story) -> None:
    """Shut the lane, everything, a build; and open it all again."""
    await story.both("sam", "lock payments production for 2h load test")
    await story.both("sam", "unlock payments production")
    await story.both("sam", "stop-all the data centre burns")
    await story.both("sam", "go-all")
    await story.both("sam", "mode payments production observe the pipeline does it")
    await story.done("sam", "mode payments production delivery people again")
    await story.both("sam", "quarantine payments 1 it loses money")
    await story.both("sam", "release-quarantine payments 1 it does not")


async def it_fails_and_goes_back(story: Story) -> None:
    """A deploy fails, is tried again, and gone back from."""
    here = story.here
    here.forge.break_next_deploy = True
    await here.push("acme/payments", "Second")
    await here.card("payments", "Waiting for approval: payments 2 to production")
    await story.done("priya", "approve R-5")
    await here.card("payments", "to production failed")
    await story.both("priya", "retry R-5")
    await here.card("payments", "Live: payments 2 in production")
    await story.both("sam", "rollback payments in production it rounds up")
    await here.card("payments", "Live (ROLLBACK): payments 1 in production")
    await story.both("sam", "live payments production 2 somebody deployed it by hand")


async def members_read(story: Story) -> None:
    """A guest is told nothing, and every full member all of it."""
    await story.here.everything_is_told()
    for words in READING:
        await story.refused(words, "guest")
        await story.done("alex", words)
