"""App Home: what waits for somebody, the board of all services, their settings. It links; deciding is for the cards."""

from typing import Any

from bot.core.inputs import Account
from bot.ports.slack import Message
from bot.views import home_board
from bot.views.blocks import Block, context, section
from bot.views.card import content_hash
from bot.views.escape import date
from bot.views.home_parts import Share, blocks
from bot.views.home_settings import settings
from bot.views.home_state import Board, Viewer
from bot.views.home_waiting import waiting
from bot.views.outsiders import outsider
from bot.views.scene import Scene

WAITING, BOARD, FREEZES = Share(25, 60_000), Share(60, 85_000), Share(1, 10_000)
"""Together, with what stands around them, within Slack's 100 blocks and 250 kB of a view."""
_AS_OF = "home:as-of"


def home(viewer: Viewer, board: Board, scene: Scene, revision: int) -> dict[str, Any]:
    """Return the home of a person as it stands, as a view for views.publish.

    Args:
        viewer: who looks, with the facts about them. Nobody but a full member sees anything of the board.
        board: the stored state.
        scene: what a view cannot look up itself.
        revision: grows with every version that is sent.
    """
    if viewer.actor.account is not Account.MEMBER:
        return {"type": "home", "blocks": [section(outsider(viewer.actor.account), f"home:strangers:r{revision}")]}
    shown: list[Block] = []
    stop = home_board.stop(board, scene)
    if stop is not None:
        shown.append(section(stop, f"home:stop:r{revision}"))
    shown += blocks(waiting(viewer, board, scene), WAITING, revision)
    freezes = home_board.freezes(scene.policy, scene)
    if freezes is not None:
        shown += blocks(freezes, FREEZES, revision)
    shown += blocks(home_board.board_part(board, scene), BOARD, revision)
    shown += settings(viewer, scene, revision)
    as_of = f"Last changed {date(scene.now)}. This page follows by itself while you use it, and when you open it."
    return {"type": "home", "blocks": [*shown, context(as_of, f"{_AS_OF}:r{revision}")]}


def home_hash(view: dict[str, Any]) -> str:
    """Return what tells two homes apart: the hash of their blocks without their ids, and without the time."""
    kept = (block for block in view["blocks"] if not block["block_id"].startswith(_AS_OF))
    return content_hash(Message("", tuple(kept)))
