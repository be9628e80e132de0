"""The chapters of the book about what people look up: reading commands, App Home, forms."""

from dataclasses import replace
from datetime import timedelta

from bot.core.calendar import Change, Window
from bot.core.chain import Head
from bot.core.inputs import Account, Actor
from bot.core.lane import Lane, ModeSwitch
from bot.core.line import Stopped
from bot.core.policy import Kind, Mode, Person
from bot.core.release import DeployStatus, Lifecycle, Origin, Surface
from bot.views import anchor, diff, freezes, history, mention, modals, status
from bot.views.help import help_message
from bot.views.home import home
from bot.views.home_state import Asked, Board, Viewer
from bot.views.request_form import request_form
from bot.views.sheet import Offered, Sheet
from handlers.phrases import ENTRIES
from tests.unit.views import book_world as world
from tests.unit.views.book import Chapter, Example
from tests.unit.views.book_world import (
    HOLD,
    LIVE,
    LOCK,
    MORNING,
    NOON,
    NOW,
    PERMALINKS,
    POLICY,
    STAGING,
    STOP,
    WEEKEND,
    a_policy,
    build,
    deploying,
    ended,
    lane,
    release,
    scene,
    yes,
)

_STAGING = Lane(STAGING, adopted_at=MORNING, live=replace(LIVE, version="118", sha=build().sha, release=39))
_ONE_APPROVED = release(approvals=(yes("priya", "qa"),))


def _commands() -> list[Example]:
    there = lane(_ONE_APPROVED)
    shut = lane(release(), hold=HOLD, lock=LOCK, mode=ModeSwitch(Mode.DEPLOYMENT, Mode.DELIVERY, "sam", "trust", NOON))
    stopped = replace(lane(), around=replace(lane().around, stop=STOP))
    before = [
        ended(Lifecycle.LIVE, number=40, build=world.OLDER, opened_at=MORNING),
        ended(Lifecycle.REJECTED, number=41, reason="the texts are not translated", requested_by="nora",
              origin=Origin.REQUEST),
    ]  # fmt: skip
    change = Change(WEEKEND, begins=True, at=NOW, window=Window(NOW, NOW + timedelta(days=2)))
    quiet = mention.calling_nobody(status.why((there,), scene()), POLICY)
    return [
        Example("`/deploy status shop`", status.status((_STAGING, there), scene())),
        Example("`/deploy status shop production`, held, locked and switched", status.status((shut,), scene())),
        Example("`/deploy status`, everything stopped", status.status((stopped,), scene())),
        Example("`/deploy why shop production`", status.why((there,), scene())),
        Example("`@Signoff why shop production`, for everybody to read", quiet),
        Example("`/deploy why shop production`, nothing is open", status.why((lane(),), scene(), newest={})),
        Example("`/deploy list`", status.open_list((_ONE_APPROVED,), POLICY, PERMALINKS)),
        Example("`/deploy list`, nothing is open", status.open_list((), POLICY, PERMALINKS)),
        Example("`/deploy history shop production`", history.history((there,), before, scene(), 10)),
        Example("`/deploy history shop production`, nothing yet", history.history((lane(),), (), scene(), 10)),
        Example("`/deploy diff shop production`", diff.diff((there,), build(), scene())),
        Example("`/deploy diff shop production`, nothing is open", diff.diff((lane(),), build(), scene())),
        Example("`/deploy freeze`", freezes.freezes(POLICY, NOW)),
        Example("`/deploy freeze`, the policy names none", freezes.freezes(a_policy(freezes=()), NOW)),
        Example("A freeze begins", freezes.changed(change, POLICY)),
        Example("A freeze ends", freezes.changed(replace(change, begins=False), POLICY)),
        Example("`/deploy help`", help_message(ENTRIES, "/deploy", None)),
        Example("`/deploy help hold`", help_message(ENTRIES, "/deploy", "hold")),
        Example("The head of the audit chain", anchor.root(Head(4711, "0123456789abcdef" * 4), NOW, 1)),
        Example("A line of its thread", anchor.line(Head(4711, "0123456789abcdef" * 4))),
    ]


def _actor(who: str, *groups: str, account: Account = Account.MEMBER) -> Actor:
    person = next((one for one in POLICY.people if one.id == who), Person(who, slack=who))
    names = {"everyone", who, *groups}
    held = frozenset(permission for permission, holders in POLICY.permissions if names & set(holders))
    return Actor(person, account, frozenset(groups), Surface.BUTTON, held)


def _home() -> list[Example]:
    def shown(viewer: Viewer, board: Board) -> Example:
        who = "A guest" if viewer.actor.account is Account.GUEST else viewer.actor.person.id
        return Example(f"App Home of {who}", home(viewer, board, scene(), 1))

    lost = deploying(DeployStatus.UNKNOWN, number=41)
    busy = lane(ended(Lifecycle.FAILED, number=38, reason="The job failed"), lost, _ONE_APPROVED, hold=HOLD, lock=LOCK)
    asked = (Asked("effect-12", "announce", 40, NOON, PERMALINKS[50]),)
    bad = build(version="119", sha=world.sha("4b5c6d7"), authors=(world.OMAR,))
    board = Board((_STAGING, busy), {"shop": Stopped(bad, bad)}, asked, {41: PERMALINKS[51]})
    return [
        shown(Viewer(_actor("priya", "qa"), "Europe/Berlin"), Board((_STAGING, lane(release())))),
        shown(Viewer(_actor("sam", "sre"), "Europe/Berlin", muted=True), board),
        shown(Viewer(_actor("U0NEW")), Board((_STAGING, lane()))),
        shown(Viewer(_actor("U0JO", account=Account.GUEST)), board),
    ]


def _forms() -> list[Example]:
    one, live = release(), ended(Lifecycle.LIVE)
    offered = (Offered(build(), NOON), Offered(world.OLDER, MORNING))
    sheet = Sheet(Kind.RELEASE, POLICY.people[3], "shop", lane(), offered, build())
    newer = lane(live=replace(LIVE, sha=build().sha, version="118", position=build().position))
    back = replace(sheet, kind=Kind.ROLLBACK, lane=newer, build=world.OLDER, offered=offered[1:])
    return [
        Example("`/deploy`", request_form(Sheet(Kind.RELEASE, POLICY.people[3]), scene())),
        Example("`/deploy shop`, filled in", request_form(sheet, scene())),
        Example("`/deploy rollback shop`", request_form(back, scene())),
        Example("`/deploy hotfix shop`", request_form(replace(sheet, kind=Kind.HOTFIX), scene())),
        Example("What Reject opens", modals.reject(one, "h")),
        Example("What Schedule opens", modals.schedule(one, "h", NOW)),
        Example("What Hold opens", modals.hold(one, "h")),
        Example("What Roll back opens", modals.rollback(live, world.OLDER, newer, "h")),
        Example("What Mark as done opens", modals.mark_done(ended(Lifecycle.FAILED), "h")),
    ]


def chapters() -> list[Chapter]:
    """Return the chapters about what people look up."""
    return [
        Chapter("Questions and their answers", "Private to whoever asked; a mention is answered for all.", _commands()),
        Chapter("App Home", "What waits for the reader, the board, their settings.", _home()),
        Chapter("Forms", "What commands and buttons open.", _forms()),
    ]
