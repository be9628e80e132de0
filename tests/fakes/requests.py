"""Forms for requests that nobody opens: every command is answered as if there were none."""

from collections.abc import Mapping
from typing import Any

from handlers.acts import Wish
from handlers.filled import Filled


class NoRequests:
    """Opens nothing, so that nothing is ever drawn anew or sent."""

    async def begin(self, words: str, slack: str, team: str | None, channel: str | None) -> dict[str, Any] | None:
        """Open none."""
        del words, slack, team, channel
        return None

    async def redraw(self, filled: Filled) -> dict[str, Any]:
        """Return what the form would look like."""
        return {"type": "modal", "private_metadata": filled.channel or ""}

    async def check(self, filled: Filled) -> Wish | Mapping[str, str]:
        """Refuse whatever is sent."""
        del filled
        return {"service": "There is no such form."}
