"""What a signed report of a build says, in the words of the core. Pure."""

import re
from datetime import datetime

from bot.core.build import Author, PipelineReport, RunStatus
from handlers.ci.standard_payloads import BuildSaid, address

_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)
_STATUS = {
    "build.started": RunStatus.RUNNING,
    "build.succeeded": RunStatus.SUCCEEDED,
    "build.failed": RunStatus.FAILED,
}


def report_of(said: BuildSaid, received_at: datetime) -> PipelineReport:
    """Return the report; a moment that lies ahead of its arrival is that of its arrival: clocks differ."""
    data, at = said.data, min(said.timestamp, received_at)
    return PipelineReport(
        service=data.service,
        pipeline=data.source,
        sha=data.sha,
        run_id=data.run_id,
        run_number=int(data.run_id) if _NUMBER.fullmatch(data.run_id) else 0,
        attempt=data.attempt,
        status=_STATUS[said.type],
        created_at=at,
        updated_at=at,
        url=address(data.url) or "",
        title=(data.title or "").partition("\n")[0].strip() or data.sha[:7],
        branch=data.branch or "",
        authors=tuple(Author(one.name or "somebody", one.email) for one in data.authors),
        digest=data.digest,
        version=data.version,
    )
