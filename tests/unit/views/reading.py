"""A message as somebody sees it, and Slack's limits as a validator: what the tests of the views look with."""

import re
from typing import Any

from bot.ports.slack import Message

_OURS = re.compile(
    r"<(?:@[UW][A-Z0-9]+|#[CG][A-Z0-9]+|!subteam\^S[A-Z0-9]+|!date\^\d+\^\{date_short_pretty\} \{time\}\|[-0-9: ]+ UTC"
    r"|https://(?:github|acme\.slack)\.example/[^<>|\s]+\|[^<>]+)>"
)


def seen(message: Message) -> str:
    """Return what is on the screen, block by block, with what each button carries."""
    return shortened("\n".join(line for block in message.blocks for line in _block(block)))


def shortened(text: str) -> str:
    """Return the text with commits cut to their seven digits."""
    return re.sub(r"([0-9a-f]{7})[0-9a-f]{33}", r"\1..", text)


def _block(block: dict[str, Any]) -> list[str]:
    match block["type"]:
        case "header":
            return [f"# {block['text']['text']}"]
        case "section":
            return str(block["text"]["text"]).splitlines()
        case "context":
            return [f"~ {line}" for element in block["elements"] for line in element["text"].splitlines()]
        case "actions":
            return [line for button in block["elements"] for line in _button(button)]
    raise AssertionError(f"a block that nobody can see: {block}")


def _button(button: dict[str, Any]) -> list[str]:
    style = f" ({button['style']})" if "style" in button else ""
    lines = [f"[{button['text']['text']}]{style} {button['action_id']} = {button['value']}"]
    lines.append(f"  read aloud: {button['accessibility_label']}")
    sure = button.get("confirm")
    if sure:
        ask, text, yes, no = (sure[part]["text"] for part in ("title", "text", "confirm", "deny"))
        lines.append(f"  asks: {ask} {text} [{yes}] [{no}]")
    return lines


def check(message: Message) -> None:
    """Fail where Slack would refuse the message, or where it holds markup that is not ours."""
    assert message.text
    assert 0 < len(message.blocks) <= 50
    _only_ours(message.text)
    message.text.encode()
    named = [block["block_id"] for block in message.blocks if "block_id" in block]
    assert len(set(named)) == len(named)
    for block in message.blocks:
        assert len(block.get("block_id", "")) <= 255
        check_block(block)


def check_block(block: dict[str, Any]) -> None:
    """Fail where Slack would refuse a block."""
    match block["type"]:
        case "header":
            _text(block["text"], "plain_text", 150)
        case "section":
            _text(block["text"], "mrkdwn", 3000)
        case "context":
            assert 0 < len(block["elements"]) <= 10
            for element in block["elements"]:
                _text(element, "mrkdwn", 3000)
        case "actions":
            assert 0 < len(block["elements"]) <= 25
            for button in block["elements"]:
                _check_button(button)
        case "input":
            _text(block["label"], "plain_text", 2000)
            _text(block["hint"], "plain_text", 2000)
            _check_element(block["element"])
        case other:
            raise AssertionError(other)


def _check_element(element: dict[str, Any]) -> None:
    match element["type"]:
        case "plain_text_input":
            assert element["max_length"] <= 3000
        case "datetimepicker":
            assert len(str(element["initial_date_time"])) == 10
        case "static_select":
            assert element["initial_option"] in element["options"]
            for option in element["options"]:
                _text(option["text"], "plain_text", 75)
        case other:
            raise AssertionError(other)


def _check_button(button: dict[str, Any]) -> None:
    _text(button["text"], "plain_text", 75)
    assert 0 < len(button["accessibility_label"]) <= 75
    assert 0 < len(button["value"]) <= 2000
    for part, limit in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        if "confirm" in button:
            _text(button["confirm"][part], "plain_text", limit)


def _text(text: dict[str, Any], kind: str, limit: int) -> None:
    assert text["type"] == kind
    assert 0 < len(text["text"]) <= limit
    text["text"].encode()
    if kind == "mrkdwn":
        assert text["verbatim"] is True
        _only_ours(text["text"])


def _only_ours(text: str) -> None:
    rest = _OURS.sub("", text)
    assert "<" not in rest, rest
    assert not re.search(r"&(?!amp;|lt;|gt;)", rest), rest
