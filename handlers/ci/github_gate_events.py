"""Webhooks that tell of a run that comes to a gate, or of what was answered there. Pure.

Each only says at which run to look. The address at which `deployment_protection_rule` wants its answer is not called:
the run is read off it, and where to answer is made of the repository and the run.
https://docs.github.com/webhooks/webhook-events-and-payloads#deployment_protection_rule
"""

import re
from dataclasses import dataclass

from handlers.ci.github_payloads import Id, Repository, Sent

_CALLBACK = re.compile(
    r"https?://[^/?#]+(?:/[A-Za-z0-9._-]+)*/actions/runs/([1-9][0-9]{0,18})/deployment_protection_rule"
)
EVENTS = frozenset({"workflow_job", "deployment_review", "deployment_protection_rule"})
"""What is read here."""


@dataclass(frozen=True, slots=True)
class GateNews:
    """A run has news at a gate; `environment` is where, as far as the event says so."""

    repository: str
    run_id: int
    environment: str | None = None


class JobEvent(Sent):
    """The payload of `workflow_job`."""

    class Which(Sent):
        """The job, by its run and how far it is; everything else is fetched."""

        run_id: Id
        status: str = ""

    workflow_job: Which
    repository: Repository


class ReviewEvent(Sent):
    """The payload of `deployment_review`."""

    class Which(Sent):
        """Which run it is."""

        id: Id

    workflow_run: Which
    repository: Repository


class RuleEvent(Sent):
    """The payload of `deployment_protection_rule`. The run is told by the address for the answer alone."""

    environment: str
    deployment_callback_url: str
    repository: Repository

    @property
    def run_id(self) -> int | None:
        """The number in the address; the address itself is never called."""
        found = _CALLBACK.fullmatch(self.deployment_callback_url)
        return int(found[1]) if found else None


def read_news(event: str, body: bytes) -> GateNews | None:
    """Return what one of `EVENTS` tells, or None when nothing follows from it.

    Raises:
        ValidationError: it is not what GitHub sends.
    """
    match event:
        case "workflow_job":
            job = JobEvent.model_validate_json(body)
            waits = job.workflow_job.status == "waiting"
            return GateNews(job.repository.full_name, job.workflow_job.run_id) if waits else None
        case "deployment_review":
            review = ReviewEvent.model_validate_json(body)
            return GateNews(review.repository.full_name, review.workflow_run.id)
        case _:
            rule = RuleEvent.model_validate_json(body)
            run = rule.run_id
            return None if run is None else GateNews(rule.repository.full_name, run, rule.environment)
