"""Who may read what Signoff knows: full members of its workspace, whichever way they ask; others get one sentence."""

import asyncio
from dataclasses import dataclass

from bot.core.inputs import Account
from bot.ports.slack import Message
from bot.ports.trouble import TryLater
from bot.views.outsiders import for_members
from handlers.people import People

PATIENCE = 0.8
"""Seconds for finding out whose account it is: Slack waits 3 for an answer, and the answer takes its own."""


def refusal(account: Account) -> Message | None:
    """Return what somebody reads instead whose account is no full member's; None for those who may read."""
    return None if account is Account.MEMBER else for_members(account)


@dataclass(frozen=True, slots=True)
class Readers:
    """Tells those who may read from the others."""

    people: People | None
    """None where nobody asks in Slack, but on the host alone."""

    async def refusal(self, slack: str | None, team: str | None) -> Message | None:
        """Return what somebody reads instead who may not read; None for those who may.

        Whoever asks on the host (`slack` is None) has let themselves in. While Slack cannot be asked in time, those
        read who were full members when it last could, some hours ago at most: status is wanted most while something
        is down. Whoever was not seen since waits, or asks on the host.
        """
        if slack is None:
            return None
        account = await self._account(slack, team)
        if account is Account.UNKNOWN and self.people is not None and self.people.lately_member(slack, team):
            return None
        return refusal(account)

    async def _account(self, slack: str, team: str | None) -> Account:
        if self.people is None:
            return Account.UNKNOWN
        try:
            async with asyncio.timeout(PATIENCE):
                known = await self.people.account(slack, team)
        except TimeoutError:
            return Account.UNKNOWN
        return Account.UNKNOWN if isinstance(known, TryLater) else known.account
