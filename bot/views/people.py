"""How people are shown: a mention where their Slack account is known, else their name."""

import re
from collections.abc import Iterable

from bot.core.build import Author, people_behind
from bot.core.policy import Group, Policy
from bot.views.escape import mrkdwn
from bot.views.limits import few

_USER = re.compile(r"[UW][A-Z0-9]{2,30}", re.ASCII)
_USERGROUP = re.compile(r"S[A-Z0-9]{2,30}", re.ASCII)
_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,30}", re.ASCII)
_NAME = 80
MOST = 10
"""How many people a list names before it folds."""


def person(who: str, policy: Policy) -> str:
    """Return how a person is shown, by the policy's name for them or by their Slack id."""
    known = next((one for one in policy.people if one.id == who), None)
    slack = known.slack if known else who
    if slack and _USER.fullmatch(slack):
        return f"<@{slack}>"
    return mrkdwn(who, _NAME) or "somebody"


def people(ids: Iterable[str], policy: Policy) -> str:
    """Return a list of people, folded."""
    return few([person(who, policy) for who in ids], MOST)


def author(one: Author, policy: Policy) -> str:
    """Return the author of a commit: mentioned where the policy maps them, else as the commit names them."""
    known = people_behind(one, policy)
    return person(known, policy) if known else mrkdwn(one.name, _NAME) or "somebody"


def authors(several: Iterable[Author], policy: Policy) -> str:
    """Return the authors of a commit in a list, each once; "unknown" when it names none."""
    return few(list(dict.fromkeys(author(one, policy) for one in several)), MOST) or "unknown"


def group(one: Group, policy: Policy, without: Iterable[str] = ()) -> list[str]:
    """Return the members of a group that the policy names, and its Slack user group."""
    members = [person(who, policy) for who in sorted(one.people - set(without))]
    whole = usergroup(one)
    return [*members, whole] if whole else members


def usergroup(one: Group) -> str | None:
    """Return the mention of a group's Slack user group, or None where it has none."""
    return f"<!subteam^{one.usergroup}>" if one.usergroup and _USERGROUP.fullmatch(one.usergroup) else None


def sources(names: Iterable[str], policy: Policy, without: Iterable[str] = ()) -> str:
    """Return everybody whom groups and people of these names stand for, without some; empty when that is nobody."""
    barred = set(without)
    shown: list[str] = []
    for name in names:
        found = policy.group(name)
        if found:
            shown += group(found, policy, barred)
        elif name not in barred:
            shown.append(person(name, policy))
    return few(list(dict.fromkeys(shown)), MOST)


def channel(id_: str | None) -> str | None:
    """Return the mention of a channel, or None when there is no such id."""
    return f"<#{id_}>" if id_ and _CHANNEL.fullmatch(id_) else None
