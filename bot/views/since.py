"""What shipping a build changes against what is live in a place: counted, listed by kind, and what it takes away."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.core.changelog import Comparison, Relation, Span
from bot.core.kinds_of_change import Entry, contributors, migrations, pulls
from bot.core.lane import Live
from bot.core.policy import LaneId
from bot.views.blocks import Fact, Line
from bot.views.changelog import commit_link, counted, listed, named, untold
from bot.views.escape import link, mrkdwn
from bot.views.limits import few
from bot.views.naming import live_label, repository, word
from bot.views.people import authors
from bot.views.scene import Scene

_FILES = 3
_PATH = 100
_REASON = 300
_COMMITS_EACH = 50


@dataclass(frozen=True, slots=True)
class Room:
    """How much is shown.

    Attributes:
        added: how many changes that shipping brings are named at most.
        removed: how many that it takes away.
        chars: how long either list is at most.
        commits: whether each commit of a pull request has a line of its own.
        rest: where those are that are not named, as the end of a sentence; empty where there is no such place.
        again: what to do where nothing is known yet, as the end of a sentence; empty where that shows by itself.
    """

    added: int
    removed: int
    chars: int
    commits: bool = False
    rest: str = ""
    again: str = ""


def since(
    live: Live | None, sha: str, at: LaneId, scene: Scene, room: Room, *, ended: bool = False
) -> tuple[Line, ...]:
    """Return what shipping a commit changes against what is live, or why that is not told.

    Args:
        live: what is live there, or was before; None when nobody has told.
        sha: the commit that would ship.
        at: the lane.
        scene: what a view cannot look up itself.
        room: how much is shown.
        ended: whether it has shipped, or will not; then `live` is what was there before that.
    """
    where = word(at.environment)
    if live is None:
        what = (
            f"nobody has told what was live in {where} before"
            if ended
            else f"nobody has told yet what is live in {where}"
        )
        return (Fact("Changes", what),)
    if live.sha == sha:
        return (Fact("Changes", f"none, the same commit {'was' if ended else 'is'} live in {where}"),)
    span = Span(at.service, live.sha, sha)
    against = f"{live_label(live)}, live in {where}{' before' if ended else ''}"
    comparison = scene.compared.get(span)
    if comparison is not None:
        return _Told(comparison, at, scene, room, ended).lines(against)
    why = scene.why_not.get(span)
    if why is not None:
        reason = mrkdwn(why, _REASON).rstrip(".") or "nobody told why"
        told = f"cannot be told against {against}: {reason} ({compare(span, scene)})"
        return (Fact("Changes", f"{told}; approvals are counted by the authors whom builds name"),)
    return (Fact("Changes", f"being compared with {against} ({compare(span, scene)}){room.again}"),)


def compare(span: Span, scene: Scene, *, back: bool = False) -> str:
    """Return a link to the page that shows a span; back: what the base has and the head has not."""
    ends = (span.head, span.base) if back else (span.base, span.head)
    return link(scene.links.compare(repository(LaneId(span.service, ""), scene.policy), *ends), "compare")


@dataclass(frozen=True, slots=True)
class _Told:
    """What a comparison says of a lane, as lines."""

    comparison: Comparison
    at: LaneId
    scene: Scene
    room: Room
    ended: bool

    def lines(self, against: str) -> tuple[Line, ...]:
        """Return it all; `against` is what it was compared with."""
        return (Fact("Changes", self._counted(against)), *self._migrations(), *self._added(), *self._removed())

    def _counted(self, against: str) -> str:
        told, service = self.comparison, word(self.at.service)
        shown = compare(told.span, self.scene, back=told.relation is Relation.BEHIND)
        if told.relation is Relation.BEHIND:
            return f"none are new, this goes back to before {against} ({shown})"
        if told.relation is Relation.IDENTICAL:
            return f"none, this is the same as {against}"
        number = max(told.added_total, len(told.added))
        if not number:
            return f"none that concern {service} since {against} ({shown})"
        return f"{counted(number, 'commit')}{self._asked_for()} since {against} ({shown})"

    def _asked_for(self) -> str:
        """Return in how many pull requests the commits came, and how many came without: nobody may have read those."""
        added = self.comparison.added
        least = "" if self.comparison.complete else "at least "
        asked, without = pulls(added), sum(change.pull is None for change in added)
        if not asked:
            return f" without a pull request{'' if self.comparison.complete else ', as far as was told,'}"
        if not without:
            return f" in {least}{counted(asked, 'pull request')}"
        inside = f"{least}{len(added) - without:,} in {least}{counted(asked, 'pull request')}"
        return f", {inside} and {least}{without:,} in none,"

    def _migrations(self) -> list[Line]:
        """Return how many migrations are among the files that differ, where the policy says what a migration is."""
        service = self.scene.policy.service(self.at.service)
        if service is None or not service.migrations or self.comparison.relation is Relation.IDENTICAL:
            return []
        found = migrations(self.comparison.files, service.migrations)
        if not found:
            return [Fact("Migrations", "none" if self.comparison.complete else "none among the files that were told")]
        names = few([mrkdwn(one, _PATH) or "?" for one in found], _FILES)
        least = "" if self.comparison.complete else "at least "
        undone = "; going back does not undo them" if self.comparison.relation is Relation.BEHIND else ""
        return [Fact("MIGRATIONS", f"{least}{len(found)} ({names}){undone}")]

    def _added(self) -> list[Line]:
        found = listed(self.comparison.added, self._shown(), self.room.added, chars=self.room.chars)
        lines = [*found.lines, *untold(self.comparison)]
        if found.rest:
            changes = [change for entry in found.rest for change in entry.changes]
            by = authors(contributors(changes, self.scene.policy), self.scene.policy)
            lines.append(f"Not named here: {counted(len(found.rest), 'change')} by {by}{self.room.rest}")
        return lines

    def _removed(self) -> list[Line]:
        """Return what is live there and would be no more: after a rollback, or a hotfix from a branch of its own."""
        gone = self.comparison.removed
        if not gone:
            return []
        takes = "TOOK AWAY" if self.ended else "TAKES AWAY"
        label = takes if self.comparison.relation is Relation.BEHIND else f"ALSO {takes}"
        least = "" if self.comparison.complete else "at least "
        one, several = ("was", "were") if self.ended else ("is", "are")
        verb = one if len(gone) == 1 else several
        where = word(self.at.environment)
        fact = Fact(label, f"{least}{counted(len(gone), 'commit')} that {verb} live in {where}")
        found = listed(gone, self._shown(), self.room.removed, chars=self.room.chars, flat=True)
        return [fact, *found.lines]

    def _shown(self) -> Callable[[Entry], tuple[str, ...]]:
        scene, where = self.scene, repository(self.at, self.scene.policy)

        def shown(entry: Entry) -> tuple[str, ...]:
            first = f"• {named(entry, scene.policy, scene.links, where)}"
            if not self.room.commits or entry.pull is None:
                return (first,)
            each = [
                f"    ◦ {commit_link(one, where, scene.links)} {mrkdwn(one.title, _PATH) or '(no title)'}"
                for one in entry.changes[:_COMMITS_EACH]
            ]
            left = len(entry.changes) - len(each)
            return (first, *each, *([f"    ◦ and {counted(left, 'more commit')}"] if left else []))

        return shown
