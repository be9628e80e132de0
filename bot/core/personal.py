"""Whom the end of a release concerns personally: the authors of what it changed, and whoever asked for it.

Rules:

- Authors are those of the commits that it brought, or took out, as far as the comparison tells; where nobody has
  compared, those of its own commit. Only people whose Slack account the policy names are told.
- What somebody did themselves they know: who rejected it, rolled it back or said that it runs, and whose approval let
  it ship.
- What a rollback brings back was told when it first became live: then only whoever asked for it hears of it.
"""

from dataclasses import dataclass
from enum import Enum

from bot.core.build import Author, people_behind
from bot.core.changelog import Comparison, Span
from bot.core.policy import Kind, Person, Policy
from bot.core.release import Release


class Ending(Enum):
    """What became of a release that people are told of personally."""

    LIVE = "live"
    REJECTED = "rejected"
    ROLLED_BACK = "rolled back"


@dataclass(frozen=True, slots=True)
class Theirs:
    """A commit of somebody's: the whole hash and the first line of its message."""

    sha: str
    title: str


@dataclass(frozen=True, slots=True)
class Concern:
    """Somebody who is told, with their commits; none when they only asked for the release."""

    person: Person
    commits: tuple[Theirs, ...]


def span_of(release: Release, ending: Ending, other: str | None) -> Span | None:
    """Return which comparison tells what an ending was about; None when there is nothing to compare with.

    Args:
        release: the release that ended.
        ending: how.
        other: the commit that was live before, or that a rollback went back to.
    """
    service, own = release.lane.service, release.build.sha
    if other is None or other == own:
        return None
    return Span(service, own, other) if ending is Ending.ROLLED_BACK else Span(service, other, own)


def concerned(
    release: Release, ending: Ending, by: str | None, compared: Comparison | None, policy: Policy
) -> tuple[Concern, ...]:
    """Return everybody who is told of an ending, authors first, each once.

    Args:
        release: the release that ended.
        ending: how.
        by: the id of whoever did it, if a person did.
        compared: the comparison of `span_of`, if it is known.
        policy: today's policy.
    """
    theirs: dict[str, dict[Theirs, None]] = {}
    for commit, authors in _commits(release, ending, compared):
        for author in authors:
            who = people_behind(author, policy)
            if who is not None:
                theirs.setdefault(who, {})[commit] = None
    if release.requested_by is not None:
        theirs.setdefault(release.requested_by, {})
    knows = _know(release, ending, by)
    people = {person.id: person for person in policy.people if person.slack is not None and person.id not in knows}
    return tuple(Concern(people[who], tuple(commits)) for who, commits in theirs.items() if who in people)


def _commits(
    release: Release, ending: Ending, compared: Comparison | None
) -> tuple[tuple[Theirs, tuple[Author, ...]], ...]:
    if ending is Ending.LIVE and release.kind is Kind.ROLLBACK:
        return ()
    if compared is None:
        build = release.build
        return ((Theirs(build.sha, build.title), build.authors),)
    changes = compared.removed if ending is Ending.ROLLED_BACK else compared.added
    return tuple((Theirs(one.sha, one.title), one.authors) for one in changes)


def _know(release: Release, ending: Ending, by: str | None) -> frozenset[str]:
    """Return who knows already, since they did it themselves."""
    said_yes = {word.person for word in release.standing()} if ending is Ending.LIVE else set()
    return frozenset(said_yes | {by} if by is not None else said_yes)
