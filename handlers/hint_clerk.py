"""Works off webhooks: a hint names a run or a deployment; what it says is fetched before it counts."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.build import PipelineReport
from bot.core.policy import ServicePolicy
from bot.core.source import BuildbotSource, GithubSource, SourcePolicy
from bot.ports.ci import BuildHint, CommitHint, Hint, RunHint, Source
from bot.ports.inbox import InboxRow
from bot.ports.store import Transaction
from bot.ports.trouble import GiveUp, TryLater, Unsure
from bot.submit import Setting, take_reports
from handlers.concern import concerning
from handlers.desk import Desk
from handlers.follow import Follower
from handlers.hints import HINT, hint_of
from handlers.tags import with_tags
from handlers.watch import why as why_of

AGAIN = 5.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class HintClerk:
    """Works off hints of webhooks."""

    desk: Desk
    source: Source
    follower: Follower
    look: Callable[[str], None] = lambda _service: None
    """Lets a service be looked at now, as by a poll."""

    async def handle(self, row: InboxRow) -> str | TryLater:
        """Fetch what a hint is about and let the lanes decide; nothing is believed of the hint itself."""
        hint = hint_of(HINT.validate_json(row.received.body))
        found = await self._fetched(hint) if isinstance(hint, RunHint | BuildHint) else []
        if isinstance(found, TryLater):
            return found
        outcome = "applied" if found else "nothing that the policy names"

        def work(tx: Transaction, setting: Setting) -> None:
            for service, report in found:
                take_reports(tx, service, [report], setting)
            tx.inbox.done(row.id, outcome)

        await self.desk.change(work)
        for service in self._to_look_at(hint, found):
            self.look(service.name)
        self.follower.look_now(hint.builder if isinstance(hint, BuildHint) else hint.repository)
        return outcome

    def set_aside(self, tx: Transaction, setting: Setting, row: InboxRow) -> str:
        """Leave it at the log: nobody is behind a webhook, and polling finds what it hinted at."""
        del tx, setting, row
        return "set aside"

    async def _fetched(self, hint: RunHint | BuildHint) -> list[tuple[ServicePolicy, PipelineReport]] | TryLater:
        """Return what the run says now, for each service that is built there and follows such runs."""
        found = []
        for service in self.desk.policy.services:
            if not _is_about(hint, service.source):
                continue
            if await self._unadopted(service):
                return TryLater(AGAIN, f"{service.name} is not adopted yet")
            report = await self.source.run(service, hint)
            match report:
                case TryLater():
                    return report
                case Unsure(why) | GiveUp(why):
                    return TryLater(AGAIN, why)
                case PipelineReport():
                    of_ours = await concerning(self.desk, self.source, service, [report])
                    told = await with_tags(self.desk, self.source, service, of_ours)
                    if isinstance(told, TryLater):
                        return told
                    if isinstance(told, Unsure | GiveUp):
                        return TryLater(AGAIN, why_of(told))
                    found += [(service, one) for one in told]
                case None:
                    continue
        return found

    def _to_look_at(self, hint: Hint, found: list[tuple[ServicePolicy, PipelineReport]]) -> list[ServicePolicy]:
        """Return the services of which a poll finds more than was fetched: what others say of the commit."""
        if isinstance(hint, CommitHint):
            return [one for one in self.desk.policy.services if _is_about(hint, one.source)]
        return [one for one, _ in found if isinstance(one.source, GithubSource) and one.source.checks]

    async def _unadopted(self, service: ServicePolicy) -> bool:
        """Whether a lane has not been seen before: until then nobody can tell which builds are old."""
        lanes = await self.desk.store.read(lambda tx: [tx.lanes.load(lane.lane) for lane in service.lanes])
        return any(lane.adopted_at is None for lane in lanes)


def _is_about(hint: RunHint | BuildHint | CommitHint, source: SourcePolicy) -> bool:
    """Whether a hint may be about builds of a source."""
    if isinstance(hint, BuildHint):
        return isinstance(source, BuildbotSource) and source.builder == hint.builder
    if not isinstance(source, GithubSource) or source.connection != hint.connection:
        return False
    return source.repository.lower() == hint.repository.lower()
