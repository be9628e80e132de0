"""Services that share a repository: reports of commits that do not concern a service are not taken for it.

A commit is compared with the newest deployable build before it, not with its parent: a build between them may have
been cancelled, and what it changed would never ship. What is not known for sure concerns the service.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.core.build import Build, PipelineReport
from bot.core.globs import concerns
from bot.core.policy import ServicePolicy
from bot.ports.ci import Source
from bot.ports.store import Transaction
from handlers.desk import Desk

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of commits before anybody is asked."""

    concerned: dict[str, bool]
    base: Build | None


async def concerning(
    desk: Desk, source: Source, service: ServicePolicy, reports: Sequence[PipelineReport]
) -> Sequence[PipelineReport]:
    """Return the reports of commits that concern the service, having asked once about each that is new."""
    if not service.source.paths or not reports:
        return reports
    known = await desk.store.read(lambda tx: _known(tx, service, reports))
    concerned, found = known.concerned, {}
    for report in reports:
        if report.sha in concerned:
            continue
        if known.base is None or known.base.position >= (report.created_at, report.run_number, report.attempt):
            concerned[report.sha] = True
            continue
        files = await source.changed(service, known.base.sha, report.sha)
        concerned[report.sha] = found[report.sha] = files is None or concerns(service.source.paths, files)
    if found:
        await desk.store.write(lambda tx: _remember(tx, service, found))
        skipped = sum(not one for one in found.values())
        log.info("commits_compared", service=service.name, commits=len(found), skipped=skipped)
    return [report for report in reports if concerned[report.sha]]


def _known(tx: Transaction, service: ServicePolicy, reports: Sequence[PipelineReport]) -> _Known:
    told: dict[str, bool] = {}
    for sha in {report.sha for report in reports}:
        is_build = tx.builds.of_commit(service.name, sha) is not None
        answer = True if is_build else tx.builds.concerned(service.name, sha, service.source.paths)
        if answer is not None:
            told[sha] = answer
    return _Known(told, tx.builds.newest_deployable(service.name))


def _remember(tx: Transaction, service: ServicePolicy, found: dict[str, bool]) -> None:
    for sha, is_concerned in found.items():
        tx.builds.set_concerned(service.name, sha, service.source.paths, concerned=is_concerned)
