"""The one place where text that others wrote becomes text that Slack shows: cleaned, cut, escaped, in that order.

Cleaned is also of tokens and keys: whoever pastes one into a commit or a reason does not mean to tell a channel.
"""

import re
import unicodedata
from bisect import bisect
from datetime import UTC, datetime
from itertools import accumulate

from bot.redaction import without_secrets

_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "`": "'"}
"""What Slack asks to escape; and a backtick, since two of them far apart would turn our own words into code."""
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})
"""Control characters, format characters (all bidirectional marks among them) and lone surrogates."""
_URL = re.compile(r"https?://[!#-;=?-{}~]+", re.ASCII)
_LONGEST_URL = 600
_CUT = "…"


def mrkdwn(text: str, limit: int) -> str:
    """Return the text as one line of mrkdwn that shows what was written and does nothing, at most `limit` long.

    It is cut before it is escaped, with room for the escaping, so that no entity is ever cut in two.
    """
    escaped = [_ESCAPED.get(char, char) for char in _clean(text, limit)]
    ends = list(accumulate(len(char) for char in escaped))
    if not ends or ends[-1] <= limit:
        return "".join(escaped)
    return "".join(escaped[: bisect(ends, limit - len(_CUT))]) + _CUT


def plain(text: str, limit: int) -> str:
    """Return the text as one line for a plain_text object, where nothing is interpreted, at most `limit` long."""
    cleaned = _clean(text, limit)
    return cleaned if len(cleaned) <= limit else cleaned[: limit - len(_CUT)] + _CUT


def quote(text: str, limit: int) -> str:
    """Return what somebody wrote, line by line, as a quotation in mrkdwn, at most `limit` long."""
    shown: list[str] = []
    room = limit - len(f"\n> {_CUT}")
    for line in without_secrets(text[: limit * 4])[:limit].splitlines():
        if not _clean(line, limit):
            continue
        if room < len("> x…"):
            shown.append(f"> {_CUT}")
            break
        quoted = f"> {mrkdwn(line, room - len('> '))}"
        shown.append(quoted)
        room -= len(quoted) + len("\n")
    return "\n".join(shown)


def link(url: str | None, label: str) -> str:
    """Return a link with a label that may come from others, or the label alone where the address is not a plain one."""
    shown = mrkdwn(label, 200)
    if url is None or len(url) > _LONGEST_URL or not _URL.fullmatch(url):
        return shown
    return f"<{url.replace('&', '&amp;')}|{shown or 'link'}>"


def date(at: datetime) -> str:
    """Return a moment that Slack shows in the reader's own time zone, with UTC for those who cannot see it so."""
    fallback = f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} {{time}}|{fallback}>"


def _clean(text: str, limit: int) -> str:
    one_line = " ".join(text[: limit * 4].split())
    visible = "".join(char for char in one_line if unicodedata.category(char) not in _INVISIBLE)
    return without_secrets(visible).strip()
