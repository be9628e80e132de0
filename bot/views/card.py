"""The card of a release in its service's channel: all that somebody needs to decide, in every state."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.asking import expires_at
from bot.core.blockers import Blocker, WaitsForApproval, blockers
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.release import Lifecycle, Origin, Release
from bot.ports.slack import Message
from bot.views import limits
from bot.views.approvers import approved_by, none_needed, progress, rule_label, rule_state
from bot.views.blocks import Block, Button, Fact, Line, actions, context, header, marked, section
from bot.views.buttons import buttons_of
from bot.views.contents import changes, contents
from bot.views.escape import date
from bot.views.naming import bare_subject, subject
from bot.views.obstacles import obstacle
from bot.views.outcome import outcome
from bot.views.scene import Scene
from bot.views.states import Words, marked_aside, marked_heading, words


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of the card: what is shown, and which name its block has."""

    name: str
    lines: tuple[Line, ...]


def notice(release: Release, lane: Lane, scene: Scene, buttons: Mapping[str, str], revision: int) -> Message:
    """Return the card of a release as it stands.

    Args:
        release: the release, ended or not.
        lane: its lane, with what is live there and the other unfinished releases.
        scene: what a view cannot look up itself.
        buttons: the handle ids of acts, by name; an act without one gets no button.
        revision: grows with every version that is shown. Slack's clients keep what they know of a block by its
            id, so each version has ids of its own.
    """
    policy = scene.policy
    found = blockers(release, lane, policy, scene.now) if release.state is Lifecycle.OPEN else ()
    state = words(release, found)
    parts = (
        _Part("state", () if found else outcome(release, lane, policy, scene.links, scene.permalinks)),
        _Part("contents", contents(release, lane, policy, scene.links)),
        _Part("changes", changes(release, lane, scene)),
        _Part("approvals", _approvals(release, lane, policy)),
        _Part("blockers", _in_the_way(release, lane, scene, found)),
        _Part("times", _times(release, lane, policy)),
    )
    row = buttons_of(release, lane, policy, found, buttons)
    return Message(_text(release, state, parts, row), _blocks(release, state, parts, row, revision))


def content_hash(message: Message) -> str:
    """Return what tells two contents apart: the hash of text and blocks without block ids, in 64 hex digits."""
    blocks = [{key: value for key, value in block.items() if key != "block_id"} for block in message.blocks]
    content = json.dumps([message.text, blocks], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _blocks(
    release: Release, state: Words, parts: tuple[_Part, ...], row: tuple[Button, ...], revision: int
) -> tuple[Block, ...]:
    def named(name: str) -> str:
        return f"{release.name}:{name}:r{revision}"

    shown = [header(f"{marked_heading(release, state)}: {bare_subject(release, state.way)}", named("header"))]
    for part in parts:
        for index, text in enumerate(_pieces(part)):
            name = named(f"{part.name}-{index}" if index else part.name)
            shown.append(context(text, name) if part.name == "times" else section(text, name))
    if row:
        shown.append(actions(row, named("actions")))
    return tuple(shown)


def _pieces(part: _Part) -> tuple[str, ...]:
    """Return what a part shows: in one block, folded; but every reason why it waits, in as many as that takes."""
    lines = [marked(line) for line in part.lines]
    if part.name == "blockers":
        return limits.packed(limits.fold(lines, 10 * limits.SECTION))
    return ("\n".join(limits.fold(lines, limits.SECTION)),) if lines else ()


def _text(release: Release, state: Words, parts: tuple[_Part, ...], row: tuple[Button, ...]) -> str:
    """Return what a screen reader reads instead of the blocks: the same facts as sentences."""
    lines = [f"{release.name}, {subject(release, state.way)}{marked_aside(release)}, {state.predicate}."]
    lines += [_sentence(line) for part in parts for line in part.lines]
    if row:
        lines.append(f"Actions: {', '.join(button.words for button in row)}.")
    return "\n".join(limits.fold(lines, limits.TEXT))


def _sentence(line: Line) -> str:
    return str(line) if str(line).endswith(".") else f"{line}."


def _approvals(release: Release, lane: Lane, policy: Policy) -> tuple[Fact, ...]:
    rules = progress(release, lane, policy)
    if not rules:
        if release.origin is Origin.EXTERNAL:
            return ()
        return (Fact("Approvals", none_needed(release)),)
    given = approved_by(release, policy)
    if release.state is not Lifecycle.OPEN:
        return (Fact("Approved by", given or "nobody"),)
    if release.override is not None:
        return (Fact("Approved by", f"{given or 'nobody'}; it is overridden, so nobody needs to any more"),)
    return (
        Fact("Approved by", given or "nobody yet"),
        *(Fact(f"Needs {rule_label(one.rule)}", rule_state(one, release, lane, policy)) for one in rules),
    )


def _in_the_way(release: Release, lane: Lane, scene: Scene, found: tuple[Blocker, ...]) -> tuple[Fact, ...]:
    """Return every blocker but missing approvals, of which the part above tells rule by rule."""
    others = [one for one in found if not isinstance(one, WaitsForApproval)]
    return tuple(Fact("In the way", obstacle(one, release, lane, scene)) for one in others)


def _times(release: Release, lane: Lane, policy: Policy) -> tuple[Fact, ...]:
    times = [Fact(release.name, f"opened {date(release.opened_at)}")]
    if release.state is not Lifecycle.OPEN:
        return tuple(times)
    if release.scheduled_for is not None:
        times.append(Fact("Scheduled for", date(release.scheduled_for)))
    due = expires_at(release, lane, policy)
    if due:
        times.append(Fact("Expires", f"{date(due)} if approvals are still missing"))
    return tuple(times)
