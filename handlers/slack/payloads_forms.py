"""What the forms for a request hand back, parsed at the door: what is picked so far, and which form that was.

A form carries no state of ours but the channel where its command was typed. Names are checked as names here, and
whether there is anything of the name is checked against today's policy, at each step.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from bot.core.policy import Kind
from bot.views.modals import REASON_AT_MOST
from bot.views.request_form import ENVIRONMENT, PREFIX, REASON, SERVICE, VERSION, WHEN
from handlers.filled import Filled
from handlers.slack.payloads import MOST_SECONDS, NotUnderstood, SlackId, not_understood

NAME = r"^[a-z0-9][a-z0-9._-]{0,62}$"
COMMIT = r"^[0-9a-f]{40}$"
FIELDS: Mapping[str, str] = {
    SERVICE: "service",
    ENVIRONMENT: "environment",
    VERSION: "version",
    WHEN: "when",
    REASON: "reason",
}
"""The fields of a form by the action ids of their elements."""


@dataclass(frozen=True, slots=True)
class Held:
    """A form as somebody has it before them.

    Attributes:
        filled: what is picked and written in it.
        view: its id.
        hash: which version of it they have.
        blocks: the ids of its blocks, by field; those that it has.
        dedupe_key: of its submission: a form is sent once.
    """

    filled: Filled
    view: str
    hash: str
    blocks: Mapping[str, str]
    dedupe_key: str


class _Payload(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Team(_Payload):
    id: SlackId


class _User(_Payload):
    id: SlackId
    team_id: SlackId | None = None


class _Option(_Payload):
    value: Annotated[str, StringConstraints(max_length=150)]


class _Element(_Payload):
    selected_option: _Option | None = None
    selected_date_time: Annotated[int, Field(ge=0, le=MOST_SECONDS)] | None = None
    value: Annotated[str, StringConstraints(max_length=REASON_AT_MOST)] | None = None


class _State(_Payload):
    values: Annotated[Mapping[str, Mapping[str, _Element]], Field(max_length=100)]


class _View(_Payload):
    id: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    hash: Annotated[str, StringConstraints(min_length=1, max_length=255)]
    callback_id: Annotated[str, StringConstraints(pattern=rf"^{PREFIX}({'|'.join(kind.value for kind in Kind)})$")]
    private_metadata: Annotated[str, StringConstraints(pattern=r"^([A-Z0-9]{1,64})?$")] = ""
    state: _State


class _InForm(_Payload):
    user: _User
    team: _Team | None = None
    view: _View


class _Picked(_Payload):
    service: Annotated[str, StringConstraints(pattern=NAME)] | None = None
    environment: Annotated[str, StringConstraints(pattern=NAME)] | None = None
    version: Annotated[str, StringConstraints(pattern=COMMIT)] | None = None


def held(body: Mapping[str, Any]) -> Held | NotUnderstood:
    """Read a block_actions or view_submission payload of one of the forms."""
    try:
        sent = _InForm.model_validate(body)
        found = _elements(sent.view.state.values)
        picked = _Picked.model_validate(
            {name: element.selected_option.value for name, (_, element) in found.items() if element.selected_option}
        )
    except ValidationError as problem:
        return not_understood(problem)
    nothing = ("", _Element())
    at = found.get("when", nothing)[1].selected_date_time
    filled = Filled(
        kind=Kind(sent.view.callback_id.removeprefix(PREFIX)),
        slack=sent.user.id,
        team=sent.user.team_id or (sent.team.id if sent.team else None),
        service=picked.service,
        environment=picked.environment,
        commit=picked.version,
        at=None if at is None else datetime.fromtimestamp(at, UTC),
        reason=(found.get("reason", nothing)[1].value or "").strip(),
        channel=sent.view.private_metadata or None,
        undecided="version" in found and picked.version is None,
    )
    blocks = {name: block for name, (block, _) in found.items()}
    return Held(filled, sent.view.id, sent.view.hash, blocks, f"slack:view:{sent.view.id}")


def _elements(values: Mapping[str, Mapping[str, _Element]]) -> dict[str, tuple[str, _Element]]:
    """Return each field's block and element: blocks are named after what they depend on, elements never change."""
    return {
        FIELDS[action]: (block, element)
        for block, elements in values.items()
        for action, element in elements.items()
        if action in FIELDS
    }
