"""The thread of a card: the log of a release, one line for everything that happened to it."""

from collections.abc import Callable, Mapping

from bot.core.effects import Happened, Happening
from bot.core.lane import Lane
from bot.core.release import Release
from bot.ports.slack import Message
from bot.views import told_by_deploy, told_by_people, told_by_rules
from bot.views.blocks import said
from bot.views.scene import Scene
from bot.views.told import Told

LINES: Mapping[Happened, Callable[[Told], str]] = {
    **told_by_people.LINES,
    **told_by_rules.LINES,
    **told_by_deploy.LINES,
}
"""What is said of each kind of happening."""
SILENT = frozenset(Happened) - LINES.keys()
"""What has no line: the card says all there is to say, or it concerns the lane and not one release."""


def line(happening: Happening, release: Release, lane: Lane, scene: Scene) -> Message | None:
    """Return the line for something that happened, or None where the card itself says all there is to say."""
    words = LINES.get(happening.kind)
    return said(words(Told(happening, release, lane, scene))) if words else None
