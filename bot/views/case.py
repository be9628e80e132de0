"""What the sentences of a refusal may refer to: the release and the lane that an act was about, as they are typed."""

from dataclasses import dataclass

from bot.core.policy import LaneId, Policy
from bot.core.release import Release
from bot.views.naming import Permalinks, lane_words, typed


@dataclass(frozen=True, slots=True)
class Case:
    """One refused act. `at` is the lane where there is no release to name it."""

    release: Release | None
    at: LaneId | None
    policy: Policy
    permalinks: Permalinks

    @property
    def name(self) -> str:
        """The release's name as it is typed, or the grammar's word for one."""
        return self.release.name if self.release else "RELEASE"

    @property
    def lane(self) -> LaneId | None:
        """The lane that it was about, if it was about one."""
        return self.release.lane if self.release else self.at

    @property
    def place(self) -> str:
        """The lane as it is typed, or the grammar's words for one."""
        return lane_words(self.lane) if self.lane else "SERVICE ENV"

    @property
    def why(self) -> str:
        """Where everything in the way is told."""
        return f"{self.typed(f'why {self.place}')} tells all there is to it."

    def typed(self, words: str) -> str:
        """Return a command to type."""
        return typed(self.policy, words)
