"""The forms: a rejection asks for its reason."""

from typing import Any

from bot.core.release import Release
from bot.views import limits
from bot.views.blocks import plain_text, section
from bot.views.naming import subject

REASON_AT_MOST = 2000
OPEN_ENDED = "open"
"""The choice of no end, where a form asks how long something lasts; the others are 30m, 2h, 1d."""


def reject(release: Release, handle: str) -> dict[str, Any]:
    """Return the form that asks for the reason of a rejection; `handle` is that of the button, and all it carries."""
    return {
        "type": "modal",
        "callback_id": "signoff:reject",
        "private_metadata": handle,
        "title": plain_text(f"Reject {release.name}", limits.MODAL_TITLE),
        "submit": plain_text("Reject", limits.MODAL_TITLE),
        "close": plain_text("Go back", limits.MODAL_TITLE),
        "blocks": [
            section(f"This ends the release of {subject(release)}. Nothing will be deployed."),
            {
                "type": "input",
                "block_id": "reason",
                "label": plain_text("Why?", limits.HEADER),
                "hint": plain_text("The authors read it in the thread of the notice.", limits.HEADER),
                "optional": False,
                "element": {
                    "type": "plain_text_input",
                    "action_id": "reason",
                    "multiline": True,
                    "min_length": 1,
                    "max_length": REASON_AT_MOST,
                },
            },
        ],
    }
