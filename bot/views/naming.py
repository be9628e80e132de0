"""How releases, builds and lanes are called in a sentence."""

from collections.abc import Mapping

from bot.core.build import Build, is_commit
from bot.core.lane import Live
from bot.core.policy import LaneId, Policy
from bot.core.release import Release
from bot.views.escape import link, mrkdwn, plain
from bot.views.links import place_of

_WORD = 100
WORKFLOWS = ".github/workflows/"
Permalinks = Mapping[int, str]
"""Where the cards of releases are, by number."""


def word(text: str) -> str:
    """Return a name or version as mrkdwn."""
    return mrkdwn(text, _WORD) or "?"


def pipeline(name: str) -> str:
    """Return a pipeline as mrkdwn: a workflow of GitHub's by its file alone, since all of them lie in one folder."""
    return word(name.removeprefix(WORKFLOWS))


def build_label(build: Build) -> str:
    """Return the service and its build: payments 118 (9f3c2ab)."""
    return f"{word(build.service)} {word(build.label)}"


def live_label(live: Live) -> str:
    """Return what is live: 117 (1a2b3c4), or the commit alone where it is the version."""
    return word(live.version) if is_commit(live.version, live.sha) else f"{word(live.version)} ({word(live.sha[:7])})"


def lane_label(lane: LaneId) -> str:
    """Return a lane as people say it: payments in production."""
    return f"{word(lane.service)} in {word(lane.environment)}"


def lane_words(lane: LaneId) -> str:
    """Return a lane as it is typed: payments production."""
    return f"{word(lane.service)} {word(lane.environment)}"


def subject(release: Release, way: str = "to") -> str:
    """Return what a release is about: payments 118 (9f3c2ab) to production."""
    return f"{build_label(release.build)} {way} {word(release.lane.environment)}"


def bare_subject(release: Release, way: str = "to") -> str:
    """Return the same for plain_text objects, where nothing is escaped, with the version alone."""
    return f"{_bare(release.lane.service)} {_bare(release.build.version)} {way} {_bare(release.lane.environment)}"


def _bare(text: str) -> str:
    """Return a name by itself cleaned and cut: what is invisible in one would push the words after it out of a text."""
    return plain(text, _WORD) or "?"


def named(number: int, permalinks: Permalinks) -> str:
    """Return a release's name, as a link to its card where that is known."""
    return link(permalinks.get(number), f"R-{number}")


def again(release: Release, policy: Policy) -> str:
    """Return the command that asks for the same build once more."""
    environment = word(release.lane.environment)
    return f"`{policy.command} {word(release.lane.service)} {word(release.build.version)} to {environment}`"


def typed(policy: Policy, words: str) -> str:
    """Return a command to type."""
    return f"`{policy.command} {words}`"


def repository(lane: LaneId, policy: Policy) -> str | None:
    """Return the repository of a lane's service, for links, or None when today's policy no longer names the service."""
    return place_of(policy.service(lane.service))
