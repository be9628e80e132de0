"""Every form and every part of App Home of bot/views, each fed with hostile text; see every_view.py."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.core.inputs import Account, Actor
from bot.core.lane import Lane
from bot.core.line import Stopped
from bot.core.policy import Kind, Permission, Person, Policy
from bot.core.release import Lifecycle, Surface
from bot.ports.slack import Message
from bot.views import blocks, choices, draft, modals
from bot.views.announcement import written
from bot.views.blocks import Button, Confirm, listing
from bot.views.changes import changes_modal
from bot.views.escape import mrkdwn
from bot.views.home import home
from bot.views.home_board import board_part, freezes
from bot.views.home_board import stop as stopped
from bot.views.home_parts import Part, Share
from bot.views.home_parts import blocks as part_blocks
from bot.views.home_settings import settings
from bot.views.home_state import Asked, Board, Viewer
from bot.views.home_waiting import waiting
from bot.views.request_facts import told
from bot.views.request_form import request_form
from bot.views.sheet import Offered, Sheet
from tests.unit.views import evil_values as values
from tests.unit.views.every_view import KINDS_OF_LETTER, MESSAGES, Entry, Shown
from tests.unit.views.evil import Evil
from tests.unit.views.values import CARDS, NINE, TEN

_ROOM = Share(60, 85_000)


def viewer(evil: Evil) -> Viewer:
    """Return somebody with whatever name, groups and time zone; two of three are listed in the policy."""
    person = evil.pick((Person("priya", slack="U0PRIYA"), Person("sam", slack="U0SAM"), Person(evil())))
    held = frozenset(one for one in Permission if evil.pick((True, False)))
    account = evil.pick((Account.MEMBER, Account.MEMBER, Account.GUEST))
    actor = Actor(person, account, frozenset((evil(), "qa", "sre")), Surface.BUTTON, held)
    return Viewer(actor, evil.maybe(evil()), evil.pick((True, False)))


def board(evil: Evil) -> Board:
    """Return what homes show, with everything that others may write hostile."""
    lanes = tuple(_lane(evil, number) for number in (1, 2))
    name = evil.pick(KINDS_OF_LETTER)
    asked = evil.some(lambda: Asked(evil(), name, 42, NINE, evil.maybe(f"{CARDS}/p1")), 5)
    lines = {lane.id.service: Stopped(values.build(evil), values.build(evil)) for lane in lanes}
    return Board(lanes, lines, asked, {42: f"{CARDS}/p2"} if evil.pick((True, False)) else {})


def _lane(evil: Evil, number: int) -> Lane:
    first = replace(values.release(evil), number=number, requested_by=evil.pick(("priya", evil())))
    return values.lane(evil, first)


def _message(part: Part | None) -> Message | None:
    return None if part is None else Message("x", part_blocks(part, _ROOM, 1))


def _home(evil: Evil) -> Shown:
    return home(viewer(evil), board(evil), values.scene(evil), 1)


def _settings(evil: Evil) -> Shown:
    return {"type": "home", "blocks": list(settings(viewer(evil), values.scene(evil), 1))}


def sheet(evil: Evil, policy: Policy) -> Sheet:
    """Return the form filled in as far as it may be."""
    release, build = values.release(evil), values.build(evil)
    lane = replace(values.lane(evil, release), id=policy.services[0].lanes[-1].lane)
    return Sheet(
        kind=evil.pick(list(Kind)),
        by=Person(evil(), slack=evil()),
        service=evil.pick((None, "payments", policy.services[-1].name)),
        lane=evil.maybe(lane),
        offered=(Offered(build, evil.maybe(NINE)), *evil.some(lambda: Offered(values.build(evil), NINE), 3)),
        build=evil.maybe(build),
        at=evil.maybe(TEN.replace(year=2027)),
        channel=evil.maybe("C0PAYMENTS"),
    )


def _request(evil: Evil) -> Shown:
    policy = values.policy(evil)
    return request_form(sheet(evil, policy), values.scene(evil, under=policy))


def _told(evil: Evil) -> Shown:
    policy = values.policy(evil)
    return listing(told(sheet(evil, policy), values.scene(evil, under=policy)))


def _changes(evil: Evil) -> Shown:
    release = values.release(evil)
    lane = values.lane(evil, release)
    return changes_modal(release, lane, values.scene(evil, values.span_of(release, lane)))


def _rollback(evil: Evil) -> Shown:
    release = values.release(evil, Lifecycle.LIVE, Lifecycle.FAILED)
    return modals.rollback(release, values.build(evil), values.lane(evil, release), "h")


def in_modal(block: dict[str, Any]) -> dict[str, Any]:
    """Return a block as the only one of a form."""
    words = {name: blocks.plain_text(name, 24) for name in ("title", "submit", "close")}
    return {"type": "modal", "callback_id": "x", **words, "blocks": [block]}


def _select(evil: Evil) -> Shown:
    several = [choices.Choice(str(number), f"{number} {evil()}") for number in range(evil.pick((3, 130)))]
    element = choices.select("form:x", f"Which? {evil()}", several, evil.pick(("2", None)))
    return in_modal({"type": "input", "label": blocks.plain_text("Which?", 150), "element": element})


def _actions(evil: Evil) -> Shown:
    sure = Confirm(f"Go {evil()}?", f"Sure? {evil()}", "Yes", "No")
    button = Button("approve", f"Go {evil()}", f"Go {evil()}", "h", "danger", evil.maybe(sure))
    return Message("x", (blocks.actions((button,)),))


def _edit(evil: Evil) -> Shown:
    post = written(evil()) if evil.pick((True, False)) else MESSAGES["announcement.announce"](evil)
    assert isinstance(post, Message)
    return draft.edit_form(values.release(evil), post, values.policy(evil), "h")


def _stopped(evil: Evil) -> Shown:
    line = stopped(board(evil), values.scene(evil))
    return None if line is None else listing([line])


FORMS: Mapping[str, Entry] = {
    "blocks.actions": _actions,
    "blocks.context": lambda evil: Message("x", (blocks.context(f"x {mrkdwn(evil(), 900)}"),)),
    "blocks.header": lambda evil: Message("x", (blocks.header(f"x {evil()}"),)),
    "blocks.plain_text": lambda evil: Message(
        "x", ({"type": "header", "text": blocks.plain_text(f"x {evil()}", 150)},)
    ),
    "blocks.section": lambda evil: Message("x", (blocks.section(f"x {mrkdwn(evil(), 900)}"),)),
    "changes.changes_modal": _changes,
    "choices.select": _select,
    "draft.edit_form": _edit,
    "home.home": _home,
    "home_board.board_part": lambda evil: _message(board_part(board(evil), values.scene(evil))),
    "home_board.freezes": lambda evil: _message(freezes(values.policy(evil), values.scene(evil))),
    "home_board.stop": _stopped,
    "home_parts.blocks": lambda evil: _message(Part("x", f"x {evil()}", (mrkdwn(evil(), 900) or "?",), "more")),
    "home_settings.settings": _settings,
    "home_waiting.waiting": lambda evil: _message(waiting(viewer(evil), board(evil), values.scene(evil))),
    "modals.hold": lambda evil: modals.hold(values.release(evil), "h"),
    "modals.mark_done": lambda evil: modals.mark_done(values.release(evil, Lifecycle.FAILED), "h"),
    "modals.reject": lambda evil: modals.reject(values.release(evil), "h"),
    "modals.rollback": _rollback,
    "modals.schedule": lambda evil: modals.schedule(values.release(evil), "h", TEN),
    "request_facts.told": _told,
    "request_form.request_form": _request,
}
