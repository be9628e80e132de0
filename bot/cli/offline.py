"""Reading words while no bot runs: the same answers, from the database and the policy file."""

import asyncio

from bot.app import now, token
from bot.cli.files import policy_of
from bot.config.environment import Settings
from bot.core.policy import Policy
from bot.ports.store import Transaction
from bot.views.links import Links
from handlers.bell import Bell
from handlers.control import Reply, Words, read_words
from handlers.desk import Desk
from handlers.reception import Reception
from handlers.slack.arrival import CHANNEL, WORKSPACE
from handlers.slack.channels import names_in, with_ids
from storage.reading import ReadingStore


def read_alone(settings: Settings, config: str, words: Words) -> Reply | None:
    """Answer words that only read; None when the policy file is wrong, which has been said.

    Raises:
        DatabaseProblem: the database cannot be read; says why and what to do.
    """
    policy = policy_of(config, webhooks=settings.github_webhook_secret is not None)
    if policy is None:
        return None
    store = ReadingStore(settings.database_path, now)
    try:
        return asyncio.run(_read(store, policy, Links(settings.github_web_url, others=settings.other_web_urls), words))
    finally:
        store.close()


async def _read(store: ReadingStore, policy: Policy, links: Links, words: Words) -> Reply | None:
    known, workspace = await store.read(lambda tx: _remembered(tx, policy))
    desk = Desk(store, known, now, token, Bell(), _no_chance, workspace=workspace)
    return await read_words(Reception(desk, links, asks=False), words)


def _remembered(tx: Transaction, policy: Policy) -> tuple[Policy, str]:
    """Return the policy with the ids of its channels, as far as Slack ever told them, and the workspace's address."""
    ids = {name: name for name in names_in(policy)} | dict(tx.remembered.beginning(CHANNEL))
    return with_ids(policy, ids), tx.remembered.get(WORKSPACE) or ""


def _no_chance() -> float:
    raise RuntimeError("reading tries nothing again")
