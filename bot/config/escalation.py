"""What an escalation must satisfy as a whole: a group that exists, in which somebody can be called, in time."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from bot.config.file_people import GroupSection
from bot.config.file_rules import EscalateSection
from bot.config.problem import nearest, quoted
from bot.config.shape import Found
from bot.config.yaml_text import Path


def escalation(path: Path, escalate: EscalateSection | None, groups: Mapping[str, GroupSection]) -> Iterator[Found]:
    """Yield the mistake of an escalation to what is no group, or to a group of nobody."""
    if escalate is None:
        return
    where, name = (*path, "escalate", "to"), escalate.to
    group = groups.get(name)
    if group is None:
        near = nearest(name, groups)
        meant = f" Did you mean {quoted(near)}?" if near else " Write the name of a group, or add it to `groups`."
        yield Found(where, f"There is no group {quoted(name)}.{meant}")
    elif not group.people and group.usergroup is None:
        yield Found(where, f"{quoted(name)} is a group of nobody; list people in it, or name a usergroup.")


def too_late(who: str, escalate: EscalateSection | None, expires_after: timedelta) -> Iterator[str]:
    """Yield the warning that a release has expired before its escalation is due."""
    if escalate is not None and escalate.after >= expires_after:
        yield f"{who} has an `escalate` that is due when its releases have expired; make its `after` shorter."
