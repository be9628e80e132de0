"""Somebody who knows what changes between commits, in memory: one line of commits, and what the test says beyond it."""

from dataclasses import dataclass, field

from bot.core.changelog import Change, Comparison, Relation, Span
from bot.core.globs import concerns
from bot.core.policy import ServicePolicy
from bot.ports.changes import CannotTell
from bot.ports.trouble import Trouble


@dataclass(slots=True)
class FakeComparer:
    """Keeps the promises of the port Comparer."""

    line: list[Change] = field(default_factory=list)
    """Every commit, oldest first; each follows the one before it."""
    files: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What each commit changes."""
    told: dict[Span, Comparison | CannotTell] = field(default_factory=dict)
    """What is told of a span, whatever the line says."""
    trouble: Trouble | None = None
    asked: list[Span] = field(default_factory=list)

    async def compare(self, service: ServicePolicy, span: Span) -> Comparison | Trouble | CannotTell:
        """Return what a span changes."""
        self.asked.append(span)
        if self.trouble is not None:
            return self.trouble
        if span in self.told:
            return self.told[span]
        places = {change.sha: place for place, change in enumerate(self.line)}
        if span.base not in places or span.head not in places:
            return CannotTell("one of the two commits is not known")
        base, head = places[span.base], places[span.head]
        added = self._ours(service, self.line[base + 1 : head + 1])
        removed = self._ours(service, self.line[head + 1 : base + 1])
        relation = Relation.AHEAD if head > base else Relation.BEHIND if head < base else Relation.IDENTICAL
        files = dict.fromkeys(name for change in (*added, *removed) for name in self.files.get(change.sha, ()))
        ours = tuple(sorted(name for name in files if concerns(service.source.paths, (name,))))
        return Comparison(span, relation, added, removed, len(added), ours)

    def _ours(self, service: ServicePolicy, changes: list[Change]) -> tuple[Change, ...]:
        paths = service.source.paths
        return tuple(one for one in changes if concerns(paths, self.files.get(one.sha, ())))
