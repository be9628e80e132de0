"""What kind of change a commit is, and what people call it: by pull-request labels and Conventional Commits.

Labels win over the title, since they can still be put right when the commit cannot. That a change breaks something is
believed of either: whoever says so knows of it, and nobody ever says that a change breaks nothing.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from bot.core.build import Author, people_behind
from bot.core.changelog import Change, PullRequest
from bot.core.globs import concerns
from bot.core.policy import Policy


class KindOfChange(Enum):
    """What a change is to those who use the service, the most telling first."""

    BREAKING = "breaking"
    FEATURE = "feature"
    FIX = "fix"
    OTHER = "other"  # performance, documentation, chores, and whatever nobody named


_PREFIX = re.compile(r"([A-Za-z]{1,40})(?:\([^()]{1,100}\))?(!?): +(?=\S)")
_FOOTER = re.compile(r"^BREAKING[ -]CHANGE: *\S", re.MULTILINE)
_PLAIN_WORD = re.compile(r"[a-z]+(?= |$)")
_LABEL_PREFIX = re.compile(r"^(?:type|kind|t|c|pr|semver|changelog)[ :/_-]+")
_TYPES = {
    **dict.fromkeys(("feat", "feature"), KindOfChange.FEATURE),
    **dict.fromkeys(("fix", "bugfix", "hotfix"), KindOfChange.FIX),
    **dict.fromkeys(
        ("build", "chore", "ci", "deps", "docs", "perf", "refactor", "revert", "style", "test", "tests"),
        KindOfChange.OTHER,
    ),
}
"""The types of a title that are known; what stands before the colon of another title is part of it."""
_LABELS = {
    **dict.fromkeys(("breaking", "breaking change", "breaking changes", "major"), KindOfChange.BREAKING),
    **dict.fromkeys(("feature", "features", "feat", "enhancement", "new feature"), KindOfChange.FEATURE),
    **dict.fromkeys(("bug", "bugs", "fix", "bugfix", "bug fix", "hotfix", "regression"), KindOfChange.FIX),
    **dict.fromkeys(("build", "chore", "ci", "dependencies", "docs", "documentation", "internal"), KindOfChange.OTHER),
    **dict.fromkeys(("maintenance", "perf", "performance", "refactor", "refactoring"), KindOfChange.OTHER),
    **dict.fromkeys(("revert", "test", "tests", "testing"), KindOfChange.OTHER),
}
"""The labels that are known, in lower case, with spaces between words; `type: `, `kind/` and the like may go before."""
_ORDER = tuple(KindOfChange)


@dataclass(frozen=True, slots=True)
class Entry:
    """What people read as one change: a pull request with all its commits, or a commit that came without one."""

    title: str
    kind: KindOfChange
    changes: tuple[Change, ...]  # at least one, in the order in which they were told
    pull: PullRequest | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Entries of one kind, in the order in which they were told."""

    kind: KindOfChange
    entries: tuple[Entry, ...]


def kind_of(change: Change) -> KindOfChange:
    """Return what kind of change a commit is."""
    if _FOOTER.search(change.body) or _breaks(change.title) or _breaks(_pull_title(change)):
        return KindOfChange.BREAKING
    labelled = [kind for kind in (_labelled(label) for label in _labels(change)) if kind is not None]
    if labelled:
        return _most_telling(labelled)
    return _titled(change.title) or _titled(_pull_title(change)) or KindOfChange.OTHER


def readable_title(title: str, pull: PullRequest | None = None) -> str:
    """Return a title as a sentence: without a known type before it and the pull request's own number behind it.

    A title of one type and nothing else stays as it is, and so does a title whose type is not known.
    """
    shown = title.strip()
    if pull is not None:
        shown = shown.removesuffix(f"(#{pull.number})").rstrip() or shown
    found = _PREFIX.match(shown)
    if found is None or found[1].lower() not in _TYPES:
        return shown
    shown = shown[found.end() :]
    # `iOS` and `parse()` are names; a plain word begins the sentence, as people outside the team expect of one
    return shown[0].upper() + shown[1:] if _PLAIN_WORD.match(shown) else shown


def entries(changes: Iterable[Change]) -> tuple[Entry, ...]:
    """Return what people read as one change each, where the first commit of each stands."""
    together: dict[int | str, list[Change]] = {}
    for change in changes:
        together.setdefault(change.pull.number if change.pull else change.sha, []).append(change)
    return tuple(_entry(tuple(several)) for several in together.values())


def groups(several: Iterable[Entry]) -> tuple[Group, ...]:
    """Return the entries by kind, the most telling kind first, without kinds of which there are none."""
    told = tuple(several)
    found = (Group(kind, tuple(one for one in told if one.kind is kind)) for kind in _ORDER)
    return tuple(group for group in found if group.entries)


def migrations(files: Iterable[str], globs: Sequence[str]) -> tuple[str, ...]:
    """Return the files that are migrations by the policy's globs, which are those of `paths`; none without globs."""
    return tuple(file for file in files if concerns(globs, (file,))) if globs else ()


def pulls(changes: Iterable[Change]) -> int:
    """Return how many pull requests brought the commits in."""
    return len({change.pull.number for change in changes if change.pull is not None})


def contributors(changes: Iterable[Change], policy: Policy) -> tuple[Author, ...]:
    """Return the authors of several commits, each person once, whichever of their accounts a commit names."""
    once: dict[str, Author] = {}
    for change in changes:
        for author in change.authors:
            once.setdefault(people_behind(author, policy) or _account(author), author)
    return tuple(once.values())


def _account(author: Author) -> str:
    # with a mark before each, so that nobody's name is taken for somebody else's id
    return f"github:{author.github}" if author.github else f"as:{(author.email or author.name).casefold()}"


def _entry(changes: tuple[Change, ...]) -> Entry:
    pull = changes[0].pull
    title = pull.title if pull is not None and (len(changes) > 1 or not changes[0].title) else changes[0].title
    return Entry(readable_title(title, pull), _most_telling(kind_of(change) for change in changes), changes, pull)


def _most_telling(kinds: Iterable[KindOfChange]) -> KindOfChange:
    return min(kinds, key=_ORDER.index)


def _breaks(title: str) -> bool:
    found = _PREFIX.match(title.strip())
    return found is not None and found[2] == "!"


def _titled(title: str) -> KindOfChange | None:
    found = _PREFIX.match(title.strip())
    return _TYPES.get(found[1].lower()) if found else None


def _pull_title(change: Change) -> str:
    return change.pull.title if change.pull else ""


def _labels(change: Change) -> tuple[str, ...]:
    return change.pull.labels if change.pull else ()


def _labelled(label: str) -> KindOfChange | None:
    words = re.sub(r"[\s_-]+", " ", label.strip().lower())
    return _LABELS.get(words) or _LABELS.get(_LABEL_PREFIX.sub("", words, count=1))
