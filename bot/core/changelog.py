"""What changes between what is live and what would ship: commits with their authors and pull requests, and files."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from bot.core.build import Author


@dataclass(frozen=True, slots=True)
class Span:
    """From which commit to which, of one service. Both have 40 lowercase hex digits."""

    service: str
    base: str  # what is live
    head: str  # what would ship


@dataclass(frozen=True, slots=True)
class PullRequest:
    """A pull request that brought a commit in. All of it is display."""

    number: int
    title: str
    url: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """One commit. Its authors are those whom the system names, then its co-authors."""

    sha: str
    title: str
    authors: tuple[Author, ...]
    at: datetime
    url: str
    pull: PullRequest | None = None
    body: str = ""  # of the message, behind its first line: a footer there may say that it breaks something


class Relation(Enum):
    """How the head stands to the base."""

    IDENTICAL = "identical"
    AHEAD = "ahead"  # the head contains the base
    BEHIND = "behind"  # the base contains the head: shipping it goes back
    DIVERGED = "diverged"  # each has what the other has not, as after a hotfix from a branch of its own


@dataclass(frozen=True, slots=True)
class Comparison:
    """What the source's own compare says of a span.

    Attributes:
        span: what was compared.
        relation: how the head stands to the base.
        added: commits that shipping brings, oldest first; those that touch none of the service's paths left out.
        removed: commits that shipping takes away, oldest first: those that only the base has.
        added_total: how many commits shipping brings, where not all of them were told; else as many as `added`.
        files: the paths that differ, of the service's paths.
        complete: whether all commits and all files were told.
    """

    span: Span
    relation: Relation
    added: tuple[Change, ...]
    removed: tuple[Change, ...] = ()
    added_total: int = 0
    files: tuple[str, ...] = ()
    complete: bool = True
