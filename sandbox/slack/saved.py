"""The workspace as rows of JSON and back: each message is a row of its own, so that a change writes what it changed."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter

from sandbox.slack.directory import Channel, Person, UserGroup
from sandbox.slack.messages import Message
from sandbox.slack.one_shot import OneShots, ResponseUrl, Trigger
from sandbox.slack.views import Home, Modal, View
from sandbox.slack.workspace import Workspace

Row = tuple[str, str]
"""Kind and id."""

_MESSAGE = TypeAdapter(Message)
KEPT_ONE_SHOTS = 200
"""The newest of each kind; older ones have long run out."""


class SavedView(BaseModel):
    """A modal or a Home tab, without the errors that a person saw last."""

    id: str
    person: str
    view: dict[str, Any]
    root_id: str
    hash: str
    previous_id: str | None
    values: dict[str, dict[str, Any]]


class SavedPlace(BaseModel):
    """A channel without its messages."""

    id: str
    name: str
    private: bool
    archived: bool
    is_member: bool
    ext_shared: bool
    members: set[str] | None
    person: str | None
    direct: bool = False


class SavedRest(BaseModel):
    """Everything but the messages."""

    people: list[Person]
    usergroups: list[UserGroup]
    channels: list[SavedPlace]
    homes: list[SavedView]
    modals: list[SavedView]
    triggers: list[Trigger]
    responses: list[ResponseUrl]
    counters: dict[str, int]


REST: Row = ("workspace", "rest")


class Rows:
    """The rows of one workspace; knows which of them changed since it was last asked."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._written: dict[Row, object] = {}

    def changed(self) -> Iterator[tuple[Row, bytes]]:
        """Return the rows that are new or other than before."""
        for message in _messages(self._workspace):
            row = ("message", f"{message.channel} {message.ts} {message.visible_to or ''}")
            seen = (len(message.versions), message.deleted, message.edited)
            if self._written.get(row) != seen:
                self._written[row] = seen
                yield row, _MESSAGE.dump_json(message)
        rest = _rest(self._workspace).model_dump_json().encode()
        if self._written.get(REST) != rest:
            self._written[REST] = rest
            yield REST, rest


def restore(workspace: Workspace, rows: Mapping[Row, bytes]) -> None:
    """Put what was written into an empty workspace.

    Raises:
        ValueError: it is damaged.
    """
    rest = SavedRest.model_validate_json(rows[REST])
    workspace.people = {one.id: one for one in rest.people}
    workspace.usergroups = {one.id: one for one in rest.usergroups}
    workspace.channels = {one.id: Channel(**one.model_dump()) for one in rest.channels}
    messages = [_MESSAGE.validate_json(row) for (kind, _), row in rows.items() if kind == "message"]
    for message in sorted(messages, key=lambda one: _moment(one.ts)):
        if message.is_ephemeral:
            workspace._ephemerals.append(message)  # noqa: SLF001 - this file is the other half of the workspace
        else:
            workspace.channels[message.channel].posts.append(message)
    _restore_views(workspace, rest)
    _restore_one_shots(workspace.one_shots, rest)
    workspace._last_ts, workspace._views = rest.counters["last_ts"], rest.counters["views"]  # noqa: SLF001 - the same
    workspace.changes.announce()


def _restore_views(workspace: Workspace, rest: SavedRest) -> None:
    homes, modals = workspace._homes, workspace._modals  # noqa: SLF001 - the same
    for one in rest.homes:
        homes[one.person] = Home(**one.model_dump())
    for one in rest.modals:
        modals.setdefault(one.person, []).append(Modal(**one.model_dump()))


def _restore_one_shots(one_shots: OneShots, rest: SavedRest) -> None:
    one_shots._triggers = {one.id: one for one in rest.triggers}  # noqa: SLF001 - the same
    one_shots._responses = {one.id: one for one in rest.responses}  # noqa: SLF001 - the same


def _messages(workspace: Workspace) -> Iterator[Message]:
    for channel in workspace.channels.values():
        yield from channel.posts
    yield from workspace._ephemerals  # noqa: SLF001 - the same


def _rest(workspace: Workspace) -> SavedRest:
    stacks = workspace._modals.values()  # noqa: SLF001 - the same
    homes = workspace._homes.values()  # noqa: SLF001 - the same
    one_shots = workspace.one_shots
    return SavedRest(
        people=list(workspace.people.values()),
        usergroups=list(workspace.usergroups.values()),
        channels=[_place(one) for one in workspace.channels.values()],
        homes=[_view(one) for one in homes],
        modals=[_view(one) for stack in stacks for one in stack],
        triggers=list(one_shots._triggers.values())[-KEPT_ONE_SHOTS:],  # noqa: SLF001 - the same
        responses=list(one_shots._responses.values())[-KEPT_ONE_SHOTS:],  # noqa: SLF001 - the same
        counters={"last_ts": workspace._last_ts, "views": workspace._views},  # noqa: SLF001 - the same
    )


def _place(channel: Channel) -> SavedPlace:
    return SavedPlace(**{name: getattr(channel, name) for name in SavedPlace.model_fields})


def _view(view: View) -> SavedView:
    return SavedView(**{name: getattr(view, name) for name in SavedView.model_fields})


def _moment(ts: str) -> tuple[int, int]:
    seconds, _, rest = ts.partition(".")
    return int(seconds), int(rest)
