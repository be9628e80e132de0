"""Commits as people read them: grouped by kind of change, a pull request as one change, the rest counted."""

import json
from bisect import bisect
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from bot.core.changelog import Change, Comparison, Relation
from bot.core.kinds_of_change import Entry, Group, KindOfChange, entries, groups
from bot.core.policy import Policy
from bot.views.blocks import Fact, Line
from bot.views.escape import link, mrkdwn
from bot.views.limits import LISTING, few
from bot.views.links import Links, place_of
from bot.views.people import author

HEADINGS = {
    KindOfChange.BREAKING: "Breaking changes",
    KindOfChange.FEATURE: "Features",
    KindOfChange.FIX: "Fixes",
    KindOfChange.OTHER: "Other",
}
_TITLE = 150
_AUTHORS = 3


@dataclass(frozen=True, slots=True)
class Listed:
    """The first entries of a list by kind, and the rest. Each line is one of ours: escaped, and of bounded length."""

    lines: tuple[Line, ...]
    rest: tuple[Entry, ...] = ()


def grouped(comparison: Comparison, policy: Policy, limit: int, links: Links | None = None) -> tuple[Line, ...]:
    """Return what shipping brings, by kind of change, for people outside the team: no commits and no authors.

    Args:
        comparison: of what was live with what ships; where that goes back, what is taken away is told, too.
        policy: today's policy.
        limit: how many changes are named at most, in either direction; the others are counted.
        links: where links may lead; without them pull requests are not linked.

    Returns:
        A fact for each kind («Features: 2») and a line for each change below it; empty where nothing changes.
    """
    where = repository_of(comparison, policy) if links else None

    def shown(entry: Entry) -> tuple[str, ...]:
        number = f" ({pull_link(entry, where, links)})" if links and entry.pull else ""
        return (f"• {title(entry)}{number}",)

    lines = [*listed(comparison.added, shown, limit).lines, *untold(comparison)]
    if comparison.removed:
        label = "Taken back" if comparison.relation is Relation.BEHIND else "Also taken back"
        lines.append(Fact(label, str(len(entries(comparison.removed)))))
        lines += listed(comparison.removed, shown, limit, flat=True).lines
    return tuple(lines)


def listed(
    changes: Iterable[Change],
    shown: Callable[[Entry], tuple[str, ...]],
    limit: int,
    *,
    chars: int = LISTING,
    flat: bool = False,
) -> Listed:
    """Return the first entries by kind, and which are left out.

    Args:
        changes: the commits.
        shown: the lines of an entry.
        limit: how many entries there are at most.
        chars: how long their lines are at most, all together, as JSON has them.
        flat: one list without headings, in the order in which the commits were told.
    """
    told = entries(changes)
    found = (Group(KindOfChange.OTHER, told),) if flat else groups(told)
    room = _kept([shown(entry) for entry in [entry for group in found for entry in group.entries][:limit]], chars)
    lines: list[Line] = []
    rest: list[Entry] = []
    for group in found:
        named_here, left = group.entries[:room], group.entries[room:]
        if not flat:
            lines.append(Fact(HEADINGS[group.kind], f"{len(group.entries):,}"))
        lines += [line for entry in named_here for line in shown(entry)]
        lines += [f"• and {len(left):,} more"] if named_here and left else []  # a heading alone counts them already
        rest += left
        room -= len(named_here)
    return Listed(tuple(lines), tuple(rest))


def _kept(entries_lines: Sequence[tuple[str, ...]], chars: int) -> int:
    """Return how many entries fit. They are counted as JSON has them, where a character may take twelve."""
    return bisect(list(accumulate(sum(len(json.dumps(line)) for line in lines) for lines in entries_lines)), chars)


def named(entry: Entry, policy: Policy, links: Links, repository: str | None) -> str:
    """Return an entry for the team: its title, where to read it, and who wrote it."""
    where = pull_link(entry, repository, links) if entry.pull else commit_link(entry.changes[0], repository, links)
    return f"{title(entry)} ({where}) by {written_by(entry.changes, policy)}"


def written_by(changes: Iterable[Change], policy: Policy) -> str:
    """Return who wrote some commits, each once: mentioned where the policy knows them."""
    shown = dict.fromkeys(author(one, policy) for change in changes for one in change.authors)
    return few(list(shown), _AUTHORS) or "somebody unknown"


def title(entry: Entry) -> str:
    """Return the title of an entry as mrkdwn."""
    return mrkdwn(entry.title, _TITLE) or "(no title)"


def pull_link(entry: Entry, repository: str | None, links: Links) -> str:
    """Return the number of an entry's pull request, linked; empty when it has none."""
    return link(links.pull(repository, entry.pull.number), f"#{entry.pull.number}") if entry.pull else ""


def commit_link(change: Change, repository: str | None, links: Links) -> str:
    """Return the seven digits of a commit, linked to our own address of it and never to one that others wrote."""
    return link(links.commit(repository, change.sha), change.sha[:7])


def counted(number: int, what: str) -> str:
    """Return «1 commit», «2 commits»."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def repository_of(comparison: Comparison, policy: Policy) -> str | None:
    """Return the repository that was compared, or None when today's policy no longer names the service."""
    return place_of(policy.service(comparison.span.service))


def untold(comparison: Comparison) -> list[Line]:
    """Return that some commits were counted but not told, if so: sources cut long comparisons."""
    number = comparison.added_total - len(comparison.added)
    return [f"And {counted(number, 'more commit')} that the comparison did not tell one by one"] if number > 0 else []
