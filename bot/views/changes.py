"""What the button Changes opens: every commit of a release, by kind, as far as a modal holds them."""

from typing import Any

from bot.core.lane import Lane
from bot.core.release import Release
from bot.views import limits
from bot.views.blocks import marked, plain_text, section
from bot.views.naming import subject
from bot.views.scene import Scene
from bot.views.since import Room, since
from bot.views.states import marked_aside

_ROOM = Room(
    added=2000,
    removed=2000,
    chars=60_000,
    commits=True,
    rest=": the link “compare” leads to all of them",
    again="; close this and click again in a moment",
)
"""Both lists together stay below the 250 KB and the 100 blocks that a view may have."""


def changes_modal(release: Release, lane: Lane, scene: Scene) -> dict[str, Any]:
    """Return a modal that only shows: what shipping a release changes, or has changed, commit by commit.

    Args:
        release: the release, ended or not.
        lane: its lane, with what is live there now.
        scene: what a view cannot look up itself; `before` tells the base of a release that has ended.
    """
    ended = release.state.ended
    base = scene.before.get(release.number) if ended else lane.live
    told = since(base, release.build.sha, release.lane, scene, _ROOM, ended=ended)
    lines = [f"{subject(release)}{marked_aside(release)}", *(marked(line) for line in told)]
    return {
        "type": "modal",
        "callback_id": "signoff:changes",
        "title": plain_text(f"Changes of {release.name}", limits.MODAL_TITLE),
        "close": plain_text("Close", limits.MODAL_TITLE),
        "blocks": [section(piece) for piece in limits.packed(lines)],
    }
