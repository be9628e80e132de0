"""mrkdwn as people read it: mentions as names, dates as dates, links as labels, escapes undone, no markup."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo

from sandbox.slack.directory import Channel, Person, UserGroup

ANGLE = re.compile(r"<([^<>]*)>")
FENCE = re.compile(r"```(.*?)```", re.DOTALL)
STYLES = (
    re.compile(r"(?<![\w`])`([^`\n]+)`(?![\w`])"),
    re.compile(r"(?<![\w*])\*(?=\S)([^*\n]+?)(?<=\S)\*(?![\w*])"),
    re.compile(r"(?<![\w_])_(?=\S)([^_\n]+?)(?<=\S)_(?![\w_])"),
    re.compile(r"(?<![\w~])~(?=\S)([^~\n]+?)(?<=\S)~(?![\w~])"),
)
QUOTED = re.compile(r"^&gt; ?", re.MULTILINE)
BARE_QUOTED = re.compile(r"^> ?", re.MULTILINE)
ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class Names:
    """Turns ids into what people read."""

    def __init__(
        self, people: Mapping[str, Person], channels: Mapping[str, Channel], usergroups: Mapping[str, UserGroup]
    ) -> None:
        self._people = people
        self._channels = channels
        self._usergroups = usergroups

    def person(self, known: str) -> str:
        """Return @name, or the id where nobody has it."""
        person = self._people.get(known)
        return f"@{person.name}" if person else f"@{known}"

    def channel(self, known: str) -> str:
        """Return #name, or the id where there is no such channel."""
        channel = self._channels.get(known)
        return f"#{channel.name}" if channel else f"#{known}"

    def usergroup(self, known: str) -> str:
        """Return @handle, or the id where there is no such group."""
        group = self._usergroups.get(known)
        return f"@{group.handle}" if group else f"@{known}"


def read(text: str, names: Names, zone: tzinfo = UTC) -> str:
    """Return mrkdwn as it is read."""
    shown = FENCE.sub(lambda found: found[1], text)
    shown = BARE_QUOTED.sub("", QUOTED.sub("", shown))
    # what stands in angle brackets is set aside, so that an underscore in an address is no italics
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(_angle(found[1], names, zone))
        return f"\x00{len(kept) - 1}\x00"

    shown = ANGLE.sub(keep, shown)
    for style in STYLES:
        shown = style.sub(lambda found: found[1], shown)
    shown = re.sub(r"\x00(\d+)\x00", lambda found: kept[int(found[1])], shown)
    return unescape(shown)


def unescape(text: str) -> str:
    """Undo the three escapes that Slack asks for, and no others."""
    for entity, char in ENTITIES:
        text = text.replace(entity, char)
    return text


def _angle(inside: str, names: Names, zone: tzinfo) -> str:
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return names.person(target[1:])
    if target.startswith("#"):
        return names.channel(target[1:])
    if target.startswith("!subteam^"):
        return names.usergroup(target.removeprefix("!subteam^"))
    if target.startswith("!date^"):
        return _date(target, label, zone)
    if target.startswith("!"):
        return f"@{target[1:]}"
    return label or target


def _date(target: str, fallback: str, zone: tzinfo) -> str:
    parts = target.split("^")
    if len(parts) < 3 or not parts[1].isdigit():
        return fallback
    return dated(int(parts[1]), parts[2], zone)


def dated(timestamp: int, form: str, zone: tzinfo = UTC) -> str:
    """Return a moment in one of Slack's formats; days are never called today, so that tests read the same."""
    at = datetime.fromtimestamp(timestamp, zone)
    month = MONTHS[at.month - 1]
    short = f"{month} {at.day}, {at.year}"
    tokens = {
        "{date_num}": f"{at:%Y-%m-%d}",
        "{date_slash}": f"{at:%m/%d/%Y}",
        "{date_long_pretty}": f"{at:%A}, {short}",
        "{date_long}": f"{at:%A}, {short}",
        "{date_short_pretty}": short,
        "{date_short}": short,
        "{date_pretty}": short,
        "{date}": short,
        "{time_secs}": f"{at:%H:%M:%S}",
        "{time}": f"{at:%H:%M}",
        "{ago}": short,
    }
    for token, shown in tokens.items():
        form = form.replace(token, shown)
    return form
