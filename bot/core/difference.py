"""What differs between two policies, in the words of the policy file, for people and for the audit."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import datetime, time, timedelta
from enum import Enum
from typing import Any

from bot.core.policy import ApprovalRule, LanePolicy, Policy, ServicePolicy
from bot.core.source import VersionFrom

MOST = 40
"""Lines; how many more there are is said in a last one."""
LONGEST = 200
"""Characters of one value."""
ABSENT = "absent"
NEVER = "never"
NOTHING: frozenset[object] = frozenset({None, (), frozenset()})
"""What a section leaves out."""
ORDER = "the order in which things are written"
_UNITS = ((86400, 4, "d"), (3600, 1, "h"), (60, 1, "m"), (1, 0, "s"))
"""Seconds, from how many on, and the letter: people write 72h, and 7d."""
_KEYS = {
    "target": "deploy",
    "hold_for": "for",
    "from_": "from",
    "sources": "from",
    "probe": "",
    "when": "",
    "name": "source",
}
"""How the file calls what the core calls otherwise."""
_ALL_WHERE_EMPTY = {"environments", "services", "paths"}
_KINDS = {
    "GithubDeployment": "github_deployment",
    "GithubWorkflow": "github_workflow",
    "GithubGate": "github_gate",
    "BuildbotForce": "buildbot",
    "DeployWebhook": "webhook",
    "Command": "command",
    "GithubSource": "github",
    "BuildbotSource": "buildbot",
    "StandardSource": "standard",
    "HttpProbe": "http",
    "CommandProbe": "command",
}


def differences(before: Policy, after: Policy) -> tuple[str, ...]:
    """Return what has changed, one line each, in the order of the file; none where both say the same.

    At most `MOST` lines and one that counts the rest; of a long value only its beginning is shown.
    """
    found = tuple(_all(before, after))
    if not found and _bare(before) != _bare(after):
        return (ORDER,)
    if len(found) <= MOST:
        return found
    return (*found[:MOST], f"{len(found) - MOST} more")


def _bare(policy: Policy) -> Policy:
    return replace(policy, hash="", warnings=())


def _all(before: Policy, after: Policy) -> Iterator[str]:
    yield from _changed("slack.announcements", before.announcements, after.announcements)
    yield from _changed("slack.operations", before.operations, after.operations)
    yield from _changed("command", before.command, after.command)
    if before.heartbeat != after.heartbeat:
        yield "heartbeat: changed"  # its address may be a secret
    yield from _each("connection", _by(before.connections, "name"), _by(after.connections, "name"), ("web_url",))
    yield from _each("person", _by(before.people, "id"), _by(after.people, "id"))
    yield from _each("group", _by(before.groups, "name"), _by(after.groups, "name"))
    held, holds = dict(before.permissions), dict(after.permissions)
    for permission in dict.fromkeys((*held, *holds)):
        yield from _changed(f"permissions.{permission.value}", held.get(permission), holds.get(permission))
    yield from _each("freeze", _by(before.freezes, "name"), _by(after.freezes, "name"))
    yield from _services(_by(before.services, "name"), _by(after.services, "name"))


def _by(several: Iterable[Any], name: str) -> Mapping[str, Any]:
    """Return them by name; two freezes may be called the same, and the second one is told apart by its number."""
    found: dict[str, Any] = {}
    seen: Counter[str] = Counter()
    for one in several:
        called = getattr(one, name)
        seen[called] += 1
        found[called if seen[called] == 1 else f"{called} ({seen[called]})"] = one
    return found


def _each(
    kind: str, before: Mapping[str, Any], after: Mapping[str, Any], follows: tuple[str, ...] = ()
) -> Iterator[str]:
    """Tell of what is new and what is gone in one line, and of each key that has changed; not of what `follows`."""
    for name in dict.fromkeys((*before, *after)):
        if name not in after:
            yield f"{kind} {name}: removed"
        elif name not in before:
            said = _short(_parts(after[name], without=("id", "name", *follows)))
            yield f"{kind} {name}: added{f' ({said})' if said else ''}"
        else:
            yield from _fields(f"{kind} {name}", before[name], after[name], follows)


def _fields(where: str, before: Any, after: Any, without: tuple[str, ...] = ()) -> Iterator[str]:
    for one in fields(before):
        if one.name not in without:
            key = _KEYS.get(one.name, one.name)
            place = f"{where}: {key}" if key else where
            old, new = getattr(before, one.name), getattr(after, one.name)
            if one.name in _ALL_WHERE_EMPTY:
                old, new = old or "all", new or "all"
            yield from _changed(place, old, new)


def _services(before: Mapping[str, ServicePolicy], after: Mapping[str, ServicePolicy]) -> Iterator[str]:
    for name in dict.fromkeys((*before, *after)):
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            lanes = ", ".join(lane.lane.environment for lane in (old or after[name]).lanes)
            yield f"service {name}: {'removed' if new is None else 'added'} ({lanes})"
            continue
        yield from _changed(f"{name}: channel", old.channel, new.channel)
        if type(old.source) is type(new.source):
            yield from _fields(f"{name}: build.{_KINDS[type(old.source).__name__]}", old.source, new.source)
        else:
            yield from _changed(f"{name}: build", old.source, new.source)
        yield from _changed(f"{name}: build.version_from", _version(old), _version(new))
        within = (old.reported_within or NEVER, new.reported_within or NEVER)
        yield from _changed(f"{name}: reported_within", *within)
        yield from _lanes(old, new)


def _version(service: ServicePolicy) -> str:
    kind = service.version_from
    return f"tag:{service.tag_glob}" if kind is VersionFrom.TAG else kind.value


def _lanes(before: ServicePolicy, after: ServicePolicy) -> Iterator[str]:
    old: Mapping[str, LanePolicy] = {str(one.lane): one for one in before.lanes}
    new: Mapping[str, LanePolicy] = {str(one.lane): one for one in after.lanes}
    for name in dict.fromkeys((*old, *new)):
        if name in old and name in new:
            yield from _fields(name, old[name], new[name], without=("lane", "channel"))
        else:
            yield f"{name}: {'added' if name in new else 'removed'}"


def _changed(where: str, before: Any, after: Any) -> Iterator[str]:
    if before != after:
        yield f"{where}: {_short(_words(before))} -> {_short(_words(after))}"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _words(value: Any) -> str:
    """Return a value as the file has it, or near to it."""
    match value:
        case None:
            return ABSENT
        case bool():
            return str(value).lower()
        case ApprovalRule():
            return str(value)
        case Enum():
            return str(value.value)
        case timedelta():
            return _length(value)
        case datetime() | time():
            return value.isoformat(timespec="minutes")
        case frozenset():
            return ", ".join(sorted(map(_words, value))) or "none"
        case tuple():
            return ", ".join("=".join(one) if isinstance(one, tuple) else _words(one) for one in value) or "none"
        case _:
            return _parts(value) if is_dataclass(value) else str(value)


def _parts(value: Any, without: tuple[str, ...] = ()) -> str:
    """Return what a section says, key by key; what it leaves out is left out."""
    told = [one.name for one in fields(value) if one.name not in without and getattr(value, one.name) not in NOTHING]
    parts = (f"{_KEYS.get(name, name)} {_words(getattr(value, name))}".strip() for name in told)
    kind = _KINDS.get(type(value).__name__, "")
    return " ".join(filter(None, (kind, ", ".join(parts))))


def _length(length: timedelta) -> str:
    seconds = int(length.total_seconds())
    return next(
        f"{seconds // size}{unit}" for size, least, unit in _UNITS if not seconds % size and seconds >= size * least
    )
