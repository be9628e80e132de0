"""What nobody may read anywhere, and what nobody else's words may do: searched for in messages, database and log."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

from sandbox.slack.messages import Message
from simulation.deployer import SECRET
from simulation.hostile import BIDI, MARKUP, TYPED_SECRET
from simulation.life import Earth
from simulation.network import LEAKED
from simulation.violation import Violation, rows

PASSES = "/response/"
"""In the address that lets whoever has it answer in Slack: the inbox needs it, nobody reads it."""
_UNSEEN = (*BIDI, "\\u0007", "\\u001b")


def i10_no_secret_is_told(earth: Earth) -> None:
    """No secret of ours, none that a broken host answers with or that somebody types, is in what anybody can read."""
    secrets = secrets_of(earth)
    halves = [half.encode() for one in secrets for half in (one[: len(one) // 2], one[len(one) // 2 :])]
    pages = earth.disk.connection.serialize()  # a page of the file ends anywhere, but at most once in a short text
    if kept := [half for half in halves if half in pages]:
        raise Violation(f"secrets in the database: {kept}")
    audit = json.dumps(rows(earth, "SELECT * FROM audit"))
    for where, said in (("audit", [audit]), ("messages", shown(earth)), ("log", earth.doors.told)):
        for text in said:
            if found := [one for one in (*secrets, PASSES) if one in text]:
                raise Violation(f"secrets in the {where}: {found} in {text[:200]}")


def secrets_of(earth: Earth) -> tuple[str, ...]:
    """Return every secret of this world."""
    app, forge = earth.workspace.app, earth.forge
    return (app.bot_token, app.app_token, forge.token or SECRET, forge.webhook_secret, SECRET, LEAKED, TYPED_SECRET)


def i10_nobody_elses_words_are_markup(earth: Earth) -> None:
    """What others wrote mentions nobody, links nowhere, and neither hides nor turns around what stands beside it."""
    for message in _of_the_bot(earth):
        for version in message.versions:
            for text in (version.text, *_interpreted(version.blocks)):
                if found := [one for one in MARKUP if one in text]:
                    raise Violation(f"markup of others: {found} in {text}")
    for text in shown(earth):
        if any(one in text for one in _UNSEEN):
            raise Violation(f"what nobody sees: {text}")


def shown(earth: Earth) -> Iterator[str]:
    """Yield everything that the bot ever showed."""
    for message in _of_the_bot(earth):
        for version in message.versions:
            yield f"{version.text} {json.dumps(version.blocks, ensure_ascii=False)}"


def _of_the_bot(earth: Earth) -> Iterator[Message]:
    for channel in earth.workspace.channels.values():
        yield from (message for message in channel.posts if message.bot_id is not None)
    for person in earth.workspace.people:
        yield from earth.workspace.ephemerals(person)


def _interpreted(blocks: Iterable[Any]) -> Iterator[str]:
    """Yield the texts in which Slack looks for markup."""
    for block in blocks:
        if isinstance(block, dict):
            if block.get("type") == "mrkdwn":
                yield block["text"]
            yield from _interpreted(value for value in block.values() if isinstance(value, dict | list))
        elif isinstance(block, list):
            yield from _interpreted(block)
