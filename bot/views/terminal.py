"""A message's text for the command line: Slack's markup resolved, Slack's command written as it is typed there."""

import re
from collections.abc import Container

from bot.core.policy import Policy

_DATE = re.compile(r"<!date\^[^|<>]*\|([^<>]*)>")
_LINK = re.compile(r"<(https?://[^|<>]*)\|([^<>]*)>")
_USER = re.compile(r"<@([A-Z0-9]+)>")
_USERGROUP = re.compile(r"<!subteam\^([A-Z0-9]+)>")
_CHANNEL = re.compile(r"<#([A-Z0-9]+)>")


def terminal(text: str, policy: Policy) -> str:
    """Return mrkdwn text of ours as plain lines: people and groups by name, dates in UTC, links written out.

    Whoever reads it may have no Slack, so `/deploy WORDS` becomes what does the same on the host.
    """
    services = {service.name for service in policy.services}
    slash = re.compile(rf"`{re.escape(policy.command)} ([^`]*)`")
    text = slash.sub(lambda found: f"`signoff {_words(found[1], services)}`", text)
    names = {person.slack: person.id for person in policy.people}
    groups = {group.usergroup: group.name for group in policy.groups}
    text = _DATE.sub(r"\1", text)
    text = _LINK.sub(r"\2 (\1)", text)
    text = _USER.sub(lambda found: f"@{names.get(found[1], found[1])}", text)
    text = _USERGROUP.sub(lambda found: f"@{groups.get(found[1], found[1])}", text)
    text = _CHANNEL.sub(r"#\1", text)
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _words(words: str, services: Container[str]) -> str:
    """Return what is typed on the host for words of the command in Slack."""
    first = words.partition(" ")[0]
    if first == "help":
        return "--help"
    return f"request {words}" if first in services else words
