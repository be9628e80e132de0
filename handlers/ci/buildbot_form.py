"""What a force scheduler lets itself be told: Buildbot drops what its form does not declare, without a word. Pure.

A commit that was dropped would be a deploy of something else, a key that was dropped one that nobody finds again. So
the form is read before anything is sent.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import ValidationError

from bot.core.target import BuildbotForce
from bot.ports.ci import HttpReply, HttpRequest
from handlers.ci.buildbot_pages import api
from handlers.ci.buildbot_payloads import KEY, ForceField, ForceScheduler, ForceSchedulers

REVISION, BRANCH, REASON = "revision", "branch", "reason"
FIXED, NESTED = "fixed", "nested"


@dataclass(frozen=True, slots=True)
class Form:
    """The fields that can be filled in, each by the name under which it is sent."""

    builders: tuple[str, ...]
    enabled: bool
    fields: tuple[tuple[str, str], ...]
    """Full name and name."""

    def named(self, name: str) -> tuple[str, ...]:
        """Return the full names of the fields of a name: one for each codebase."""
        return tuple(full for full, own in self.fields if own == name)

    def lacks(self, target: BuildbotForce) -> str | None:
        """Return why a build that is forced by this form would not be the one that was approved, else None."""
        if target.builder not in self.builders:
            return f"the force scheduler {target.scheduler} does not force the builder {target.builder}"
        revisions = self.named(REVISION)
        if len(revisions) != 1:
            found = "has no field `revision`" if not revisions else "has several fields `revision`"
            return f"the force scheduler {target.scheduler} {found}, so it cannot be told which commit to deploy"
        full = {full for full, _ in self.fields}
        missing = [name for name in (KEY, *dict(target.properties)) if name not in full]
        if not missing:
            return None
        declared = ", ".join(f'util.StringParameter(name="{name}", default="")' for name in missing)
        return (
            f"the force scheduler {target.scheduler} would drop {' and '.join(missing)} without a word;"
            f" add to its properties: {declared}"
        )


def form_request(target: BuildbotForce) -> HttpRequest:
    """Return the request for the form of the target's scheduler."""
    return HttpRequest("GET", api("forceschedulers", target.scheduler))


def read_form(reply: HttpReply) -> Form | None:
    """Return the form, or None when the reply cannot be read."""
    try:
        scheduler: ForceScheduler = ForceSchedulers.model_validate_json(reply.body).forceschedulers[0]
    except ValidationError:
        return None
    fields = tuple((one.full_name, one.name) for one in _flat(scheduler.all_fields) if one.full_name)
    return Form(tuple(scheduler.builder_names), scheduler.enabled, fields)


def _flat(fields: Iterable[ForceField]) -> Iterator[ForceField]:
    """Yield every field that can be filled in; a fixed one keeps its value whatever is sent."""
    for one in fields:
        if one.type == NESTED or one.fields:
            yield from _flat(one.fields)
        elif one.type != FIXED:
            yield one
