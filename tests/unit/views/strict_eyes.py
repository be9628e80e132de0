"""What Slack, and somebody's eyes and ears, would make of a message or a view: an independent look at hostile text."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

from bot.ports.slack import Message
from sandbox.slack.block_kit import blocks as block_kit
from sandbox.slack.block_kit import views as view_kit
from tests.unit.views.reading import check

_LONGEST_LISTING = 12_000
_MARKUP = re.compile(r"<[^<>]*>?|>")
_OURS = re.compile(
    r"<@U0(?:PRIYA|SAM|ALEX)>|<#C0(?:OPS|PAYMENTS|RELEASES)>|<!subteam\^S0SRE>"
    r"|<!date\^(?:179|182)\d{7}\^\{date_short_pretty\} \{time\}\|202[67]-\d\d-\d\d \d\d:\d\d UTC>"
    r"|<https://github\.example/(?!forged)[^\s<>|]+\|[^<>]+>"
    r"|<https://acme\.slack\.example/archives/C0PAYMENTS/p\d+\|[^<>]+>",
    re.ASCII,
)
"""Nothing but the people, channels, group, dates and hosts of the test's own policy."""
_QUOTED = re.compile(r"^> ?", re.MULTILINE)
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")
_UNSEEN = {"Cc", "Cf", "Cs"}
_ACTS = ("Actions: ", "Answers: ", "The text:")
_FOLDED = re.compile(r"^(?:and|And) [\d,]+ more", re.MULTILINE)


def inspect(shown: Message | dict[str, Any]) -> None:
    """Fail where Slack would refuse it, or where it holds markup, a link or hidden characters that are not ours."""
    if isinstance(shown, Message):
        check(shown)
        assert block_kit.problems(list(shown.blocks)) == []
        assert len(shown.text) <= _LONGEST_LISTING
        _marks(shown.text)
    else:
        assert view_kit.problems(shown, shown["type"]) == []
        assert not view_kit.too_large(shown)
    for kind, text in texts(list(shown.blocks) if isinstance(shown, Message) else shown):
        if kind == "mrkdwn":
            _marks(text)
        assert not [char for char in text if char != "\n" and unicodedata.category(char) in _UNSEEN], text


def _marks(text: str) -> None:
    """Fail on markup that is not ours. A line that begins with > is our quotation; every other one is escaped."""
    for found in _MARKUP.findall(_QUOTED.sub("", text)):
        assert _OURS.fullmatch(found), f"{found!r} in {text!r}"
    assert not _ENTITY.search(text), text


def texts(value: Any) -> Iterator[tuple[str, str]]:
    """Yield every text of blocks, wherever it stands, with its kind; no address stands anywhere else."""
    if isinstance(value, dict):
        assert not {"url", "image_url"} & value.keys()
        kind = value.get("type")
        if kind in {"mrkdwn", "plain_text"}:
            assert kind == "mrkdwn" or value["emoji"] is False
            assert kind == "plain_text" or value["verbatim"] is True
            yield kind, value["text"]
            return
        yield from (one for inner in value.values() for one in texts(inner))
    elif isinstance(value, list | tuple):
        yield from (one for inner in value for one in texts(inner))


def facts_differ(message: Message) -> list[str]:
    """Return what only the blocks say, or only the text; nothing is said of a message that is folded."""
    shown = [text for block in message.blocks if block["type"] in {"section", "context"} for _, text in texts(block)]
    if _FOLDED.search(message.text) or any(_FOLDED.search(text) for text in shown):
        return []
    seen, heard = [_bare("\n".join(shown)), _bare(message.text)]
    named = message.blocks and message.blocks[0]["type"] == "header"
    aloud = [line for line in heard.splitlines()[1 if named else 0 :] if not line.startswith(_ACTS)]
    missing = [f"not in the text: {line}" for line in seen.splitlines() if line not in heard]
    return missing + [f"not in the blocks: {line}" for line in aloud if line not in seen]


def _bare(text: str) -> str:
    """Return the words without what makes them bold and without the stop that a line has when it is read aloud."""
    return "\n".join(line.strip().rstrip(".").strip() for line in text.replace("*", "").splitlines())
