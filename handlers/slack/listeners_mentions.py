"""Mentions of the bot, to the desk: stored first, acknowledged after; they are answered from there."""

from collections.abc import Mapping
from typing import Any, Protocol

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp

from handlers.slack import payloads_mentions
from handlers.slack.payloads import NotUnderstood
from handlers.slack.payloads_mentions import NotForUs

log = structlog.get_logger()


class Desk(Protocol):
    """Where mentions go."""

    async def receive(self, act: Any, dedupe_key: str) -> bool:
        """Store an act durably, a Mention here; False when it was seen before. One door takes every kind."""


def register(app: AsyncApp, desk: Desk) -> None:
    """Make the app hand every mention of the bot to the desk."""

    async def mentioned(ack: AsyncAck, body: dict[str, Any], context: Mapping[str, Any]) -> None:
        read = payloads_mentions.mention(body, context.get("bot_user_id"))
        if isinstance(read, NotUnderstood):
            log.warning("slack_mention_not_understood", why=read.why)
        elif not isinstance(read, NotForUs) and not await desk.receive(read.mention, read.dedupe_key):
            log.info("slack_delivered_again", kind=read.mention.kind)
        await ack()

    app.event("app_mention")(mentioned)
