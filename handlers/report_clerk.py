"""Works off signed reports: each is all that anybody can tell, so it counts as it was signed, once, by its own time."""

import re
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.core.build import folded
from bot.core.decision import Decision
from bot.core.events import DeployedElsewhere, DeploymentAccepted, DeploymentEnded, DeploymentRunning, HealthSeen
from bot.core.inputs import OfRelease
from bot.core.policy import LaneId, ServicePolicy
from bot.core.refusals import Refusal
from bot.core.release import DeployStatus, Lifecycle, Release
from bot.core.target import DeployWebhook
from bot.ports.effects import EffectState
from bot.ports.inbox import InboxRow
from bot.ports.store import Transaction
from bot.ports.trouble import TryLater
from bot.submit import Setting, deploy_key, question_name, submit, take_reports
from handlers.ci.standard_payloads import SAID, BuildSaid, DeployData, DeploySaid, Said, SignalSaid, address
from handlers.ci.standard_reports import report_of
from handlers.ci.standard_webhook import follows
from handlers.desk import Desk
from handlers.hints import SignedNews
from handlers.signals import signalled

log = structlog.get_logger()

NOT_NAMED = "nothing that the policy names"
NOT_OURS = "no release of ours has that key there"
NO_NEWS = "no news"
APPLIED = "applied"
Decided = list[tuple[LaneId, DeployedElsewhere | OfRelease, Decision | Refusal]]


@dataclass(frozen=True, slots=True)
class ReportClerk:
    """Works off what pipelines and deployers reported by signed webhook."""

    desk: Desk

    async def handle(self, row: InboxRow) -> str | TryLater:
        """Let the lanes decide upon a report, in one transaction with its row."""
        news = SignedNews.model_validate_json(row.received.body)
        said = SAID.validate_json(news.body)
        unadopted = await self.desk.store.read(lambda tx: _unadopted(tx, self.desk.policy.service(said.data.service)))
        if unadopted:
            return TryLater(1.0, f"{said.data.service} is not adopted yet")
        decided: Decided = []

        def work(tx: Transaction, setting: Setting) -> str | TryLater:
            decided.clear()
            outcome = _apply(tx, said, news.signer, row.received.at, setting, decided)
            if isinstance(outcome, str):
                tx.inbox.done(row.id, outcome)
            return outcome

        outcome = await self.desk.change(work)
        if isinstance(outcome, TryLater):
            return outcome
        for lane, given, what in decided:
            self.desk.record(lane, given, what)
        log.info("report", type=said.type, service=said.data.service, outcome=outcome)
        return outcome

    def set_aside(self, tx: Transaction, setting: Setting, row: InboxRow) -> str:
        """Leave it at the log and its letter: nobody is behind a webhook."""
        del tx, setting, row
        return "set aside"


def _unadopted(tx: Transaction, service: ServicePolicy | None) -> bool:
    """Whether a lane has not been seen before: until then nobody can tell which builds are old."""
    lanes = service.lanes if service else ()
    return any(tx.lanes.load(lane.lane).adopted_at is None for lane in lanes)


def _apply(  # noqa: PLR0917 - a report with all that is known of its arrival
    tx: Transaction,
    said: Said,
    signer: str,
    received_at: datetime,
    setting: Setting,
    decided: Decided,
) -> str | TryLater:
    service = setting.policy.service(said.data.service)
    if service is None or not follows(said, signer, setting.policy):  # the policy may have changed since
        return NOT_NAMED
    if isinstance(said, BuildSaid):
        return _build(tx, service, said, received_at, setting)
    lane, at = LaneId(service.name, said.data.environment), min(said.timestamp, received_at)
    if isinstance(said, SignalSaid):
        seen = signalled(tx.lanes.load(lane).in_flight, said, at, setting.now - received_at)
        if not isinstance(seen, HealthSeen):
            return seen or NOT_OURS
        decided.append((lane, seen, submit(tx, lane, seen, setting)))
        return APPLIED
    if said.data.key is None:
        return _elsewhere(tx, lane, said, at, setting, decided)
    release = _release(tx, lane, said.data)
    if release is None:
        return NOT_OURS
    if _too_late(release) and said.type == "deploy.succeeded":  # it failed here, and yet it is what runs there
        return _elsewhere(tx, lane, said, at, setting, decided)
    steps = _steps(release, said)
    for given in steps:
        decided.append((lane, given, submit(tx, lane, given, setting)))
    if steps and release.deployment is not None and release.deployment.status is DeployStatus.UNKNOWN:
        tx.effects.resume(deploy_key(release), EffectState.CANCELLED, setting.now)  # nobody need be asked any more
        tx.letters.settle(question_name(release), setting.now)
    return APPLIED if steps else NO_NEWS


def _build(tx: Transaction, service: ServicePolicy, said: BuildSaid, received_at: datetime, setting: Setting) -> str:
    told = report_of(said, received_at)
    known = {one.pipeline: one for one in tx.builds.reports(service.name, told.sha)}
    changed = take_reports(tx, service, [folded(told, known.get(told.pipeline))], setting)
    return APPLIED if changed else NO_NEWS


def _release(tx: Transaction, lane: LaneId, data: DeployData) -> Release | None:
    """Return the release that a key names, if all else that is said of it is so."""
    number = re.fullmatch(r"R-([1-9][0-9]{0,17})-[a-z0-9]{8}", data.key or "", re.ASCII)
    release = tx.lanes.release(int(number[1])) if number else None
    if release is None or release.key != data.key or release.lane != lane:
        return None
    if not isinstance(release.policy.target, DeployWebhook) or data.sha not in {None, release.build.sha}:
        return None
    return release


def _too_late(release: Release) -> bool:
    return release.state is Lifecycle.FAILED and release.health is None


def _steps(release: Release, said: DeploySaid) -> tuple[OfRelease, ...]:
    """Return what a report means for the release that it is about; nothing once that has its final word.

    Whoever reports has the request: so one whose answer was lost has arrived.
    """
    deployment, url = release.deployment, address(said.data.url)
    if release.state is not Lifecycle.DEPLOYING or deployment is None:
        return ()
    if said.type != "deploy.started":
        succeeded = said.type == "deploy.succeeded"
        return (DeploymentEnded(release.number, succeeded, said.data.detail or _says(succeeded=succeeded), url),)
    arrived = DeploymentAccepted(release.number, release.key, url)
    runs = DeploymentRunning(release.number, url)
    match deployment.status:
        case DeployStatus.ATTEMPTED | DeployStatus.UNKNOWN:
            return (arrived, runs)
        case DeployStatus.ACCEPTED:
            return (runs,)
        case _:
            return ()


def _says(*, succeeded: bool) -> str:
    return "the deployer reports that it has succeeded" if succeeded else "the deployer reports that it has failed"


def _elsewhere(  # noqa: PLR0917 - a report with its lane and its time
    tx: Transaction, lane: LaneId, said: DeploySaid, at: datetime, setting: Setting, decided: Decided
) -> str:
    """Take note of what somebody else deployed; what has not succeeded changes nothing."""
    sha = said.data.sha
    if sha is None or said.type != "deploy.succeeded":
        return NO_NEWS
    there = tx.lanes.load(lane)
    if there.live is not None and (there.live.sha == sha or at < there.live.since):
        return NO_NEWS
    if there.in_flight is not None and there.in_flight.build.sha == sha:
        return NO_NEWS
    build = tx.builds.of_commit(lane.service, sha)
    version = build.version if build else said.data.version or sha[:12]
    given = DeployedElsewhere(sha, version, at, address(said.data.url), build)
    decided.append((lane, given, submit(tx, lane, given, setting)))
    return APPLIED
