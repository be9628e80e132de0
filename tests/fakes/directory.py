"""Slack's directory in memory: everybody is a member unless the test says otherwise."""

from dataclasses import dataclass, field

from bot.core.inputs import Account
from bot.ports.slack import SlackAccount
from bot.ports.trouble import TryLater


@dataclass(slots=True)
class FakeDirectory:
    """Keeps the promises of the port Directory."""

    accounts: dict[str, Account] = field(default_factory=dict)
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    zones: dict[str, str] = field(default_factory=dict)
    down: TryLater | None = None

    async def account(self, slack_user: str, team: str | None) -> SlackAccount | TryLater:
        """Return what kind of account it is."""
        del team
        if self.down is not None:
            return self.down
        return SlackAccount(
            slack_user, self.accounts.get(slack_user, Account.MEMBER), slack_user.lower(), self.zones.get(slack_user)
        )

    async def members(self, usergroup: str) -> frozenset[str] | TryLater:
        """Return who is in a user group."""
        return self.down if self.down is not None else self.groups.get(usergroup, frozenset())
