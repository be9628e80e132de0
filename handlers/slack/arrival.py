"""Slack arriving, at the start or later: the bot works without it as far as it can, and remembers what it told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bot.core.policy import Policy
from bot.ports.store import Store, Transaction
from handlers.desk import Desk
from handlers.home_door import HomeDoor
from handlers.slack.app import Desk as Reception
from handlers.slack.app import SlackConnection
from handlers.slack.channels import names_in, with_ids
from handlers.slack.problems import SlackProblem, SlackUnreachable

log = structlog.get_logger()

CHANNEL = "slack channel "
"""Begins the name under which a channel's id is remembered."""
WORKSPACE = "slack workspace"
RENAMED = "It was found under that name before and is used on, renamed or archived. Write its id, {}, in the policy."


@dataclass(frozen=True, slots=True)
class Known:
    """What Slack told, now or once: the policy with the ids of its channels, the workspace's address ("": unknown)."""

    policy: Policy
    workspace: str


@dataclass(slots=True)
class Arrival:
    """Brings Slack and the bot together. `written` is the policy as it is written."""

    slack: SlackConnection
    store: Store
    written: Policy
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    learnt: bool = False
    """Whether everything that the policy names is known from Slack itself, since this start."""

    async def first(self) -> Known:
        """Return what must be known to work at all; waits for Slack only where a channel's name was never looked up.

        Raises:
            SlackProblem: Slack refuses a token or knows no such channel; the sentence says which and what to do.
        """
        while True:
            try:
                await self.slack.introduce()
                known = await self._learn(self.written)
            except SlackUnreachable as trouble:
                recalled, missing = await self._recall(self.written)
                log.warning("slack_not_reached", why=str(trouble), again_in=self.slack.pace.introduce_every)
                if recalled is not None:
                    return recalled
                remedy = "Signoff starts when Slack has told their ids; write ids in the policy to start without."
                log.warning("slack_needed_for_names", channels=missing, remedy=remedy)
            else:
                self.learnt = True
                return known
            await self.sleep(self.slack.pace.introduce_every)

    async def named(self, written: Policy) -> Policy:
        """Return another policy with the ids of its channels, by what Slack tells now or, while it is away, once did.

        Raises:
            SlackProblem: Slack knows no such channel; the sentence says which and what to do.
            SlackUnreachable: Slack does not answer, and a channel's name was never looked up.
        """
        self.slack.directory.forget_channels()
        try:
            return (await self._learn(written)).policy
        except SlackUnreachable as away:
            recalled, missing = await self._recall(written)
            if recalled is None:
                names = ", ".join(missing)
                raise SlackUnreachable(f"{away} Until it does, write ids in the policy instead of {names}.") from away
            return recalled.policy

    async def serve(self, desk: Desk, reception: Reception) -> None:
        """Receive from Slack for ever; where it has not told who we are, ask until it does, and put that on the desk.

        What arrives before that is stored, and decided once Slack says who acted.
        """
        async with asyncio.TaskGroup() as group:
            if not self.learnt:
                group.create_task(self._arrive(desk))
            group.create_task(self.slack.serve(reception, desk.policy.command, HomeDoor(desk)))

    async def _arrive(self, desk: Desk) -> None:
        await self._introduced()
        desk.workspace = self.slack.workspace
        await self._name_anew(desk)
        self.learnt = True
        desk.bell.ring()
        log.info("slack_reached", workspace=desk.workspace)

    async def _introduced(self) -> None:
        said = ""
        while self.slack.home is None:
            await self.sleep(self.slack.pace.introduce_every)
            try:
                await self.slack.introduce()
            except SlackUnreachable as trouble:
                log.debug("slack_not_reached", why=str(trouble))
            except SlackProblem as problem:
                if str(problem) != said:
                    log.error("slack_refused", why=str(problem))  # noqa: TRY400 - it is Slack's word, no fault of ours
                said = str(problem)
                await self.sleep(self.slack.pace.check_every)

    async def _name_anew(self, desk: Desk) -> None:
        """Put the ids on the desk that Slack tells now; a policy that came meanwhile has them already."""
        written = self.written
        try:
            named = (await self._learn(written)).policy
        except SlackProblem as problem:
            log.error("slack_channels_not_resolved", why=str(problem))  # noqa: TRY400 - it is Slack's word
            return
        if written is self.written:
            desk.policy = named

    async def _learn(self, written: Policy) -> Known:
        """Ask Slack what the ids of the channels are, and remember them and the workspace."""
        ids = {name: await self._channel(name) for name in sorted(names_in(written))}
        await self._remember({WORKSPACE: self.slack.workspace} | {CHANNEL + name: known for name, known in ids.items()})
        return Known(with_ids(written, ids), self.slack.workspace)

    async def _channel(self, name: str) -> str:
        """Return a channel's id as Slack tells it, or as it once did: a channel that was renamed is still the one."""
        try:
            return await self.slack.directory.channel_id(name)
        except SlackUnreachable:
            raise
        except SlackProblem as problem:
            known = await self.store.read(lambda tx: tx.remembered.get(CHANNEL + name))
            if known is None:
                raise
            log.warning("slack_channel_renamed", channel=name, id=known, why=str(problem), remedy=RENAMED.format(known))
            return known

    async def _remember(self, told: dict[str, str]) -> None:
        def write(tx: Transaction) -> None:
            for name, value in told.items():
                tx.remembered.set(name, value)

        await self.store.write(write)

    async def _recall(self, written: Policy) -> tuple[Known | None, list[str]]:
        """Return what was remembered if that is enough to work with, and the channels whose ids are not known."""
        ids = await self.store.read(lambda tx: dict(tx.remembered.beginning(CHANNEL)))
        missing = sorted(names_in(written) - ids.keys())
        if missing:
            return None, missing
        workspace = await self.store.read(lambda tx: tx.remembered.get(WORKSPACE))
        return Known(with_ids(written, ids), workspace or ""), []
