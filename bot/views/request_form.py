"""The form that asks for a release, a rollback or a hotfix: each choice says what the next ones are."""

from datetime import UTC, datetime
from typing import Any

from bot.core import gates
from bot.core.build import BuildState
from bot.core.policy import Kind, Policy, ServicePolicy
from bot.views import limits
from bot.views.blocks import Block, marked, plain_text, section
from bot.views.choices import Choice, fitting, labelled, select
from bot.views.modals import REASON_AT_MOST
from bot.views.request_facts import told
from bot.views.scene import Scene
from bot.views.sheet import Offered, Sheet

PREFIX = "form:"
SERVICE, ENVIRONMENT, VERSION = f"{PREFIX}service", f"{PREFIX}environment", f"{PREFIX}version"
WHEN, REASON = f"{PREFIX}when", f"{PREFIX}reason"
"""The action ids. The first three show the form anew with what follows from them."""
MOST_BUILDS = 100
_WORDS = {
    Kind.RELEASE: ("Ask for a release", "Ask for it"),
    Kind.ROLLBACK: ("Roll back", "Ask to roll back"),
    Kind.HOTFIX: ("Ask for a hotfix", "Ask for it"),
}
"""The title, and the button that sends it."""
_TELLS = 2 * limits.SECTION
_ENVIRONMENTS = 15_000
"""Bytes: about a hundred environments, more than any service has."""
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def request_form(sheet: Sheet, scene: Scene) -> dict[str, Any]:
    """Return the form as it stands: what is picked, what can be picked, and what would follow.

    The blocks of environment and version are named after what they depend on, so that Slack does not carry a choice
    over to where it means something else.
    """
    title, submit = _WORDS[sheet.kind]
    sent = {"submit": plain_text(submit, limits.MODAL_TITLE)} if scene.policy.services else {}
    return {
        "type": "modal",
        "callback_id": f"{PREFIX}{sheet.kind.value}",
        "private_metadata": sheet.channel or "",
        "title": plain_text(title, limits.MODAL_TITLE),
        **sent,
        "close": plain_text("Go back", limits.MODAL_TITLE),
        "blocks": [*_fields(sheet, scene), *_explained(sheet, scene)],
    }


def _fields(sheet: Sheet, scene: Scene) -> list[Block]:
    if not scene.policy.services:
        return []
    fields = [_service(sheet, scene.policy)]
    service = scene.policy.service(sheet.service) if sheet.service else None
    if service is not None and service.lanes:
        fields.append(_environment(sheet, service))
    if service is not None and sheet.offered:
        fields.append(_version(sheet, scene))
    if sheet.kind is Kind.RELEASE:
        fields.append(_when(sheet.at))
    else:
        fields.append(_reason())
    return fields


def _service(sheet: Sheet, policy: Policy) -> Block:
    choices = sorted((Choice(one.name, one.name) for one in policy.services), key=lambda one: one.value)
    field = _picker("Service", "service", select(SERVICE, "Which service?", choices, sheet.service))
    left_out = len(choices) - len(fitting(choices, sheet.service))
    more = f"{left_out} more do not fit here: {policy.command} SERVICE opens the form for one of them."
    return {**field, "hint": plain_text(more, limits.HEADER)} if left_out else field


def _environment(sheet: Sheet, service: ServicePolicy) -> Block:
    choices = [Choice(lane.lane.environment, lane.lane.environment) for lane in service.lanes]
    picked = sheet.lane.id.environment if sheet.lane else None
    element = select(ENVIRONMENT, "Where to?", choices, picked, _ENVIRONMENTS)
    return _picker("Environment", f"environment:{service.name}", element)


def _version(sheet: Sheet, scene: Scene) -> Block:
    choices = [Choice(one.build.sha, _label(one, sheet, scene.now)) for one in sheet.offered]
    picked = sheet.build.sha if sheet.build else None
    where = sheet.lane.id.environment if sheet.lane else ""
    return _picker("Version", f"version:{sheet.service}:{where}", select(VERSION, "Which build?", choices, picked))


def _label(offered: Offered, sheet: Sheet, now: datetime) -> str:
    """Return how a build is offered: 118 (9f3c2ab) · live now · Add search · passed 2 h ago."""
    if offered.at is None:
        last = ""
    elif sheet.kind is Kind.ROLLBACK:
        last = f"deployed {offered.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    else:
        last = f"passed {_ago(offered.at, now)}"
    return labelled(offered.build.label, _marks(offered, sheet), offered.build.title, last)


def _marks(offered: Offered, sheet: Sheet) -> list[str]:
    """Return what nobody must overlook about a build in a list."""
    build, lane, found = offered.build, sheet.lane, list[str]()
    if build.state is not BuildState.DEPLOYABLE:
        found.append("not deployable")
    if lane is None:
        return found
    if lane.live is not None and lane.live.sha == build.sha:
        found.append("live now")
    elif lane.live is not None and lane.live.position is not None and build.position < lane.live.position:
        found += [] if sheet.kind is Kind.ROLLBACK else ["older than live"]
    if gates.quarantined(lane.around.marks, build.position) is not None:
        found.append("quarantined")
    return found


def _ago(at: datetime, now: datetime) -> str:
    seconds = max(0, int((now - at).total_seconds()))
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min ago"
    return f"{seconds // _HOUR} h ago" if seconds < 2 * _DAY else f"{seconds // _DAY} d ago"


def _when(at: datetime | None) -> Block:
    element: dict[str, Any] = {"type": "datetimepicker", "action_id": WHEN}
    if at is not None:
        element["initial_date_time"] = int(at.timestamp())
    return {
        "type": "input",
        "block_id": "when",
        "label": plain_text("Not before", limits.HEADER),
        "hint": plain_text("In your own time zone. Left empty: as soon as nothing is in its way.", limits.HEADER),
        "optional": True,
        "element": element,
    }


def _reason() -> Block:
    """Return the field for the reason; what stands in it Slack keeps, since the field is always the same."""
    element: dict[str, Any] = {
        "type": "plain_text_input",
        "action_id": REASON,
        "multiline": True,
        "min_length": 1,
        "max_length": REASON_AT_MOST,
    }
    return {
        "type": "input",
        "block_id": "reason",
        "label": plain_text("Why?", limits.HEADER),
        "hint": plain_text("It is kept with the release, and those who are asked read it.", limits.HEADER),
        "optional": False,
        "element": element,
    }


def _picker(label: str, block_id: str, element: dict[str, Any]) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain_text(label, limits.HEADER),
        "dispatch_action": True,
        "optional": False,
        "element": element,
    }


def _explained(sheet: Sheet, scene: Scene) -> list[Block]:
    lines = limits.fold([marked(line) for line in told(sheet, scene)], _TELLS)
    return [{"type": "divider"}, *(section(piece) for piece in limits.packed(lines))]
