"""What deciding returns, and the small pieces that every rule builds it from."""

from dataclasses import dataclass, replace

from bot.core.effects import Effect, Happening
from bot.core.lane import Lane
from bot.core.release import Release


@dataclass(frozen=True, slots=True)
class Fresh:
    """What a new release needs from outside: the next number and eight random characters for its key."""

    number: int
    suffix: str


@dataclass(frozen=True, slots=True)
class Decision:
    """The lane's next state, what is to be brought about, and what happened on the way."""

    lane: Lane
    effects: tuple[Effect, ...] = ()
    happenings: tuple[Happening, ...] = ()

    def changed(self, *releases: Release) -> "Decision":
        """Return the decision with these releases of the lane in their new state."""
        return replace(self, lane=self.lane.replaced(*releases))

    def wants(self, effect: Effect) -> "Decision":
        """Return the decision with one effect more."""
        return replace(self, effects=(*self.effects, effect))

    def happened(self, *happenings: Happening) -> "Decision":
        """Return the decision with these happenings more."""
        return replace(self, happenings=(*self.happenings, *happenings))
