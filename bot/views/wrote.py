"""Who wrote what a release brought or took out: everybody since what was live, not the author of one commit alone."""

from collections.abc import Sequence

from bot.core.build import Build
from bot.core.changelog import Change, Comparison, Span
from bot.core.kinds_of_change import contributors
from bot.core.lane import Lane
from bot.core.release import Release
from bot.views.people import authors
from bot.views.scene import Scene


def wrote_what_it_brings(release: Release, lane: Lane, scene: Scene) -> str:
    """Return the authors of all that a release brings to what was live when it ended, or is live now; folded.

    Where that is not known, the authors of its own commit.
    """
    before = scene.before.get(release.number) or lane.live
    span = Span(release.lane.service, before.sha, release.build.sha) if before else None
    compared = scene.compared.get(span) if span else None
    return _names(compared.added if compared else (), compared, release.build, scene)


def wrote_what_went(rollback: Release, out: Release, scene: Scene) -> str:
    """Return the authors of all that a rollback took out; where that is not known, of the commit that was live."""
    compared = scene.compared.get(Span(out.lane.service, out.build.sha, rollback.build.sha))
    return _names(compared.removed if compared else (), compared, out.build, scene)


def _names(changes: Sequence[Change], compared: Comparison | None, build: Build, scene: Scene) -> str:
    """Return the authors of changes; those of the build first where they may not be among them."""
    told = compared is not None and any(change.sha == build.sha for change in changes)
    return authors((*(() if told else build.authors), *contributors(changes, scene.policy)), scene.policy)
