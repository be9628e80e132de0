"""Works off webhooks: a hint names a run or a deployment; what it says is fetched before it counts."""

from dataclasses import dataclass

from bot.core.build import PipelineReport
from bot.core.policy import ServicePolicy
from bot.ports.ci import RunHint, Source
from bot.ports.store import InboxRow
from bot.ports.trouble import GiveUp, TryLater, Unsure
from bot.submit import take_reports
from handlers.desk import Desk
from handlers.follow import Follower
from handlers.hints import HINT, hint_of

AGAIN = 5.0
"""Seconds."""


@dataclass(frozen=True, slots=True)
class HintClerk:
    """Works off hints of webhooks."""

    desk: Desk
    source: Source
    follower: Follower

    async def handle(self, row: InboxRow) -> str | TryLater:
        """Fetch what a hint is about and let the lanes decide; nothing is believed of the hint itself."""
        hint = hint_of(HINT.validate_json(row.received.body))
        services = [s for s in self.desk.policy.services if s.source.repository == hint.repository]
        found: list[tuple[ServicePolicy, PipelineReport]] = []
        for service in services if isinstance(hint, RunHint) else ():
            if await self._unadopted(service):
                return TryLater(1.0, f"{service.name} is not adopted yet")
            report = await self.source.run(service, hint)
            match report:
                case TryLater():
                    return report
                case Unsure(why) | GiveUp(why):
                    return TryLater(AGAIN, why)
                case PipelineReport():
                    found.append((service, report))
                case None:
                    continue
        self.follower.look_now(hint.repository)
        await self.desk.change(
            lambda tx, setting: (
                [take_reports(tx, service, [report], setting) for service, report in found],
                tx.inbox.done(row.id, "applied" if found else "not one that the policy names"),
            )
        )
        return "applied"

    async def _unadopted(self, service: ServicePolicy) -> bool:
        """Whether a lane has not been seen before: until then nobody can tell which builds are old."""
        lanes = await self.desk.store.read(lambda tx: [tx.lanes.load(lane.lane) for lane in service.lanes])
        return any(lane.adopted_at is None for lane in lanes)
