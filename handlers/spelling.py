"""How typed words are read: Slack's markup undone, names matched whatever their case, near misses found."""

import re
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz, process

from bot.core.policy import Policy
from bot.views.escape import mrkdwn
from handlers.phrases import REQUEST

_MARKUP = re.compile(r"<([@#!]?)([^<>|]{1,500})(?:\|([^<>]{0,500}))?>")
_QUOTES = {'"': '"', "'": "'", "\u201c": "\u201d", "\u201e": "\u201c", "\u2018": "\u2019", "\u00ab": "\u00bb"}
EVERYDAY = {
    "revert": "rollback", "undo": "rollback", "back": "rollback", "abort": "cancel", "drop": "cancel", "ok": "approve",
    "yes": "approve", "accept": "approve", "lgtm": "approve", "no": "reject", "deny": "reject", "decline": "reject",
    "stop": "stop-all", "halt": "stop-all", "panic": "stop-all", "go": "go-all", "start": "go-all", "pause": "hold",
    "block": "hold", "unhold": "resume", "continue": "resume", "log": "history", "releases": "history",
    "compare": "diff", "changes": "diff", "changelog": "diff", "where": "status", "what": "status", "show": "status",
    "force": "override", "again": "retry", "rerun": "retry", "later": "schedule", "freezes": "freeze", "?": "help",
    "commands": "help", "pending": "list", "open": "list", "ls": "list", "unquarantine": "release-quarantine",
}  # fmt: skip
"""Words of other systems and of every day, and the one that is meant here."""
_GLANCE = 100
_CLOSE = 55  # how similar two words must be, of 100, to ask "Did you mean"


def unformatted(words: str) -> str:
    """Return what somebody typed before Slack marked it up: names for mentions, labels for links, no entities."""
    shown = _MARKUP.sub(_shown, words)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _shown(found: re.Match[str]) -> str:
    sign, target, label = found[1], found[2], found[3]
    shown = label or target
    if sign == "!":
        shown = shown.removeprefix("subteam^").removeprefix("@")
    return f"{'#' if sign == '#' else '@' if sign else ''}{shown.removeprefix('@')}"


def same(typed: str, names: Iterable[str]) -> str | None:
    """Return the name that is meant whatever its case; the exact one where two differ by case only."""
    fits = [name for name in names if name.casefold() == typed.casefold()]
    return typed if typed in fits else fits[0] if len(fits) == 1 else None


def meant(typed: str, known: Sequence[str], policy: Policy, before: str = "", after: str = "") -> str:
    """Return what was probably meant, typed in full after `before`, or where the words are shown.

    `after` is what else was typed: it is repeated where it is short enough to be read at a glance.
    """
    if typed.casefold() in {"request", "deploy", "release", "ship"} and not before:
        return f"To ask for a release, begin with the service: {form(REQUEST, policy)}."
    other = EVERYDAY.get(typed.casefold(), "") if not before else ""
    if other in known:
        return f"Did you mean {_whole(other, before, after, policy)}?"
    near = process.extract(typed[:100], known, scorer=fuzz.ratio, processor=str.casefold, limit=1, score_cutoff=_CLOSE)
    for name, *_ in near:
        return f"Did you mean {_whole(name, before, after, policy)}?"
    return f"{form('help', policy)} shows the words."


def _whole(name: str, before: str, after: str, policy: Policy) -> str:
    """Return a command with a name in it, and what was typed after it but what the name itself says already."""
    first, _, rest = after.partition(" ")
    if first and name.casefold().endswith(f"-{first.casefold()}"):
        after = rest.lstrip()
    return form(f"{before}{name} {after if len(after) <= _GLANCE else ''}".strip(), policy)


def form(words: str, policy: Policy) -> str:
    """Return a command to type."""
    return f"`{mrkdwn(f'{policy.command} {words}', 300)}`"


def either(names: Sequence[str]) -> str:
    """Return names to choose from."""
    return ", ".join(mrkdwn(name, 100) for name in names[:20])


def quoted(typed: str) -> str:
    """Return what somebody typed, safe to show."""
    return f"“{mrkdwn(typed, 60)}”"


def unquoted(reason: str) -> str:
    """Return a reason without the quotation marks around all of it, straight or curly."""
    if len(reason) > 1 and _QUOTES.get(reason[0]) == reason[-1]:
        return reason[1:-1].strip()
    return reason
