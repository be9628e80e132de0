"""What somebody has not read yet: messages, mentions, threads that they follow. What was seen, the reader says."""

from collections.abc import Mapping
from typing import Any

from sandbox.slack.directory import Channel, Person
from sandbox.slack.messages import Message
from sandbox.slack.workspace import Workspace

EVERYBODY = ("<!here>", "<!channel>", "<!everyone>")
TITLE = 120
"""Characters of a thread's first message that name it in the list."""


def order(ts: str) -> tuple[int, int]:
    """Return what sorts messages: seconds, and the number within them; what is no ts comes before everything."""
    seconds, _, rest = ts.partition(".")
    return (int(seconds), int(rest)) if seconds.isdecimal() and rest.isdecimal() else (0, 0)


def counts(workspace: Workspace, channel: Channel, person: Person, seen: str) -> dict[str, int]:
    """Return how many messages somebody has not read, and how many of those are about them: in a direct message all."""
    new = [one for one in _newest(channel.posts, seen) if not one.is_reply and one.author != person.id]
    about = new if channel.is_direct else [one for one in new if mentions(workspace, one, person)]
    return {"unread": len(new), "mentions": len(about)}


def mentions(workspace: Workspace, message: Message, person: Person) -> bool:
    """Whether a message names a person, a group of theirs, or everybody."""
    groups = [f"<!subteam^{one.id}" for one in workspace.usergroups.values() if person.id in one.people]
    names = (f"<@{person.id}>", f"<@{person.id}|", *groups, *EVERYBODY)
    said = f"{message.text} {message.blocks!r}"
    return any(name in said for name in names) or f"'user_id': '{person.id}'" in said


def followed(
    workspace: Workspace, channels: list[Channel], person: Person, seen: Mapping[str, str]
) -> list[dict[str, Any]]:
    """Return the threads that somebody wrote in or is named in, the one with the newest reply first."""
    found = []
    for channel in channels:
        below: dict[str, list[Message]] = {}
        for one in channel.posts:
            if one.is_reply and not one.deleted:
                below.setdefault(str(one.thread_ts), []).append(one)
        for ts, replies in below.items():
            parent = workspace.message(channel.id, ts)
            if parent is not None and _follows(workspace, parent, replies, person):
                found.append(_thread(parent, replies, person, seen.get(f"{channel.id}/{ts}", "")))
    return sorted(found, key=lambda one: order(str(one["last"])), reverse=True)


def _follows(workspace: Workspace, parent: Message, replies: list[Message], person: Person) -> bool:
    return any(one.author == person.id or mentions(workspace, one, person) for one in (parent, *replies))


def _thread(parent: Message, replies: list[Message], person: Person, seen: str) -> dict[str, Any]:
    new = [one for one in _newest(replies, seen) if one.author != person.id]
    title = next(iter(parent.text.splitlines()), "")[:TITLE]
    return {
        "channel": parent.channel,
        "ts": parent.ts,
        "title": title,
        "replies": len(replies),
        "last": replies[-1].ts,
        "unread": len(new),
    }


def _newest(posts: list[Message], seen: str) -> list[Message]:
    """Return what came after a moment. Posts stand in order, so the look ends where it was seen."""
    last, found = order(seen), []
    for one in reversed(posts):
        if order(one.ts) <= last:
            break
        if not one.deleted:
            found.append(one)
    return found
