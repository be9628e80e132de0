"""Tags of commits whose builds become deployable: fetched just before, since the version is fixed with that."""

from collections.abc import Sequence
from dataclasses import replace

from bot.core.build import BuildState, PipelineReport, assess
from bot.core.policy import ServicePolicy
from bot.core.source import VersionFrom
from bot.ports.ci import Source
from bot.ports.store import Transaction
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from handlers.desk import Desk


async def with_tags(
    desk: Desk, source: Source, service: ServicePolicy, reports: Sequence[PipelineReport]
) -> Sequence[PipelineReport] | Trouble:
    """Return the reports with their commits' tags, where tags are versions and a build becomes deployable by them.

    While the CI system does not tell, nothing is decided: a build would keep the wrong version for ever.
    """
    if service.version_from is not VersionFrom.TAG or not reports:
        return reports
    wanted = await desk.store.read(lambda tx: _wanted(tx, service, reports))
    if not wanted:
        return reports
    tags = await source.tags(service, wanted)
    if isinstance(tags, TryLater | Unsure | GiveUp):
        return tags
    return [replace(report, tags=tags.get(report.sha, ())) for report in reports]


def _wanted(tx: Transaction, service: ServicePolicy, reports: Sequence[PipelineReport]) -> frozenset[str]:
    """Return the commits whose builds are not deployable yet, and are with these reports."""
    commits = {report.sha for report in reports}
    return frozenset(sha for sha in commits if _becomes_deployable(tx, service, sha, reports))


def _becomes_deployable(tx: Transaction, service: ServicePolicy, sha: str, reports: Sequence[PipelineReport]) -> bool:
    known = tx.builds.of_commit(service.name, sha)
    if known is not None and known.state is BuildState.DEPLOYABLE:
        return False
    both = [*tx.builds.reports(service.name, sha), *(report for report in reports if report.sha == sha)]
    then = assess(both, service.source.pipelines, service.version_from, known, service.tag_glob)
    return then is not None and then.state is BuildState.DEPLOYABLE
