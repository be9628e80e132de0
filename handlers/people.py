"""Facts about whoever acts: their account, their groups, their permissions; fetched before the transaction."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.core.inputs import Account, Actor
from bot.core.policy import EVERYONE, Permission, Person, Policy
from bot.core.release import Approval, Surface
from bot.core.unasked import LAST_KNOWN
from bot.ports.slack import Directory, SlackAccount
from bot.ports.trouble import TryLater


@dataclass(frozen=True, slots=True)
class People:
    """Turns an account into an actor, under a policy."""

    policy: Callable[[], Policy]
    """Today's."""
    directory: Directory
    _members: dict[tuple[str, str | None], float] = field(default_factory=dict, compare=False)
    """When the loop's clock stood where as somebody was last known to be a full member."""

    async def account(self, slack: str, team: str | None) -> SlackAccount | TryLater:
        """Ask the directory what kind of account it is, and remember full members."""
        account = await self.directory.account(slack, team)
        if isinstance(account, TryLater):
            return account
        if account.account is Account.MEMBER:
            self._members[slack, team] = asyncio.get_running_loop().time()
        else:
            self._members.pop((slack, team), None)
        return account

    def lately_member(self, slack: str, team: str | None) -> bool:
        """Whether an account was a full member's when the directory was last asked, if that was not long ago."""
        at = self._members.get((slack, team))
        return at is not None and asyncio.get_running_loop().time() - at <= LAST_KNOWN.total_seconds()

    async def in_slack(self, slack: str, team: str | None, surface: Surface) -> Actor | TryLater:
        """Return the actor behind a Slack user; TryLater while the directory cannot be asked: nobody is let through."""
        account = await self.account(slack, team)
        if isinstance(account, TryLater):
            return account
        person = self.policy().person_of(slack=slack) or Person(id=slack, slack=slack)
        return await self._actor(person, account.account, surface)

    async def named(self, name: str, host_user: str | None) -> Actor | TryLater | None:
        """Return the person whom an operator acts for on the command line; None when the policy lists nobody so."""
        person = next((person for person in self.policy().people if person.id == name), None)
        if person is None:
            return None
        return await self._actor(person, Account.MEMBER, Surface.CLI, host_user)

    def last_known(self, word: Approval) -> Actor:
        """Return who gave an approval, as far as it was known then: Slack was asked before it was taken.

        Whom the policy lists in which group is as it says today; the user groups are those of then.
        """
        policy = self.policy()
        person = policy.person_of(slack=word.slack) or Person(id=word.person, slack=word.slack)
        groups = {group.name for group in policy.groups if person.id in group.people}
        groups |= {group.name for group in policy.groups if group.usergroup is not None and group.name in word.groups}
        return Actor(person, Account.MEMBER, frozenset(groups), word.surface)

    async def zone(self, slack: str, team: str | None) -> str | None:
        """Return the name of the time zone that a Slack user has set; None where that cannot be told just now."""
        account = await self.account(slack, team)
        return None if isinstance(account, TryLater) else account.tz

    async def _actor(
        self, person: Person, account: Account, surface: Surface, host_user: str | None = None
    ) -> Actor | TryLater:
        groups = {group.name for group in self.policy().groups if person.id in group.people}
        for group in self.policy().groups:
            if group.name in groups or group.usergroup is None or person.slack is None:
                continue
            members = await self.directory.members(group.usergroup)
            if isinstance(members, TryLater):
                if surface is Surface.CLI:
                    break  # Slack is down: who is listed by name may act from the host, and does not wait for the rest
                return members
            if person.slack in members:
                groups.add(group.name)
        held = frozenset(p for p in Permission if self._holds(person, groups, p))
        return Actor(person, account, frozenset(groups), surface, held, host_user=host_user)

    def _holds(self, person: Person, groups: set[str], permission: Permission) -> bool:
        names = set(self.policy().allowed(permission))
        return EVERYONE in names or person.id in names or not names.isdisjoint(groups)
