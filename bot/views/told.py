"""One thing that happened to a release, with all that its line in the thread may refer to."""

from dataclasses import dataclass

from bot.core.effects import Happening
from bot.core.lane import Lane
from bot.core.release import Release
from bot.views.approvers import tally
from bot.views.escape import link, mrkdwn
from bot.views.naming import named, typed
from bot.views.outcome import REASON
from bot.views.people import person
from bot.views.scene import Scene


@dataclass(frozen=True, slots=True)
class Told:
    """A happening, the release that it happened to as it stands now, and the surroundings."""

    happening: Happening
    release: Release
    lane: Lane
    scene: Scene

    @property
    def who(self) -> str:
        """Who did it."""
        return person(self.happening.by, self.scene.policy) if self.happening.by else "Somebody"

    @property
    def detail(self) -> str:
        """What was said about it, as one line; empty when nothing was."""
        return mrkdwn(self.happening.detail, REASON)

    @property
    def tally(self) -> str:
        """How far the rules are met; empty where none ask for anybody."""
        return tally(self.release, self.lane, self.scene.policy)

    @property
    def job(self) -> str:
        """A sentence with the link of the deploy job, after a space; empty where there is none."""
        own = self.scene.links.own(self.happening.url)
        return f" {link(own, 'Open the deploy job')}." if own else ""

    def other(self, otherwise: str) -> str:
        """The other release that it names, linked, or what is said where it names none."""
        number = self.happening.other
        return named(number, self.scene.permalinks) if number else otherwise

    def typed(self, words: str) -> str:
        """Return a command to type."""
        return typed(self.scene.policy, words)
