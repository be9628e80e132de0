"""A modal or the Home tab in front of one person: what it shows, what was filled in, what is wrong with that."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.filled import Values, initial_state, still_fits
from sandbox.slack.messages import Block

UNTITLED = {"type": "plain_text", "text": "View Title", "emoji": True}
"""What Slack puts where a Home tab has no title."""


@dataclass(slots=True, eq=False)
class View:
    """A view in front of one person. `errors` are by block id; `trouble` is an error of the whole view."""

    id: str
    person: str
    view: dict[str, Any]
    root_id: str
    hash: str
    previous_id: str | None = None
    values: Values = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    trouble: str = ""

    @property
    def blocks(self) -> list[Block]:
        """Return the blocks of the view."""
        return list(self.view["blocks"])

    @property
    def inputs(self) -> list[Block]:
        """Return the blocks that ask for something."""
        return [block for block in self.blocks if block["type"] == "input"]

    def show(self, view: dict[str, Any], hash_: str) -> None:
        """Show another view in its place; what was filled in stays where block and action keep their ids and kinds."""
        before = self.values
        self.view, self.hash = view, hash_
        self.errors, self.trouble = {}, ""
        self.values = initial_values(self.blocks)
        for block in self.blocks:
            for element in elements(block):
                known = before.get(block["block_id"], {}).get(element.get("action_id", ""))
                if known is not None and still_fits(element, known):
                    self.values[block["block_id"]][element["action_id"]] = known

    def as_json(self, team_id: str, app_id: str, bot_id: str) -> dict[str, Any]:
        """Return the view object of payloads and answers."""
        empty = {"private_metadata": "", "callback_id": "", "external_id": "", "submit": None, "close": None}
        return {
            **empty,
            "title": UNTITLED,
            "clear_on_close": False,
            "notify_on_close": False,
            **self.view,
            "id": self.id,
            "team_id": team_id,
            "state": {"values": self.values},
            "hash": self.hash,
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": app_id,
            "app_installed_team_id": team_id,
            "bot_id": bot_id,
        }


class Modal(View):
    """A dialog above everything else, which is sent or closed."""

    @property
    def title(self) -> str:
        """Return the words at the top."""
        return str(self.view["title"]["text"])


class Home(View):
    """The app's Home tab of one person, which stays."""


def elements(block: Block) -> list[Block]:
    """Return the interactive elements of a block, wherever it keeps them."""
    if block["type"] == "actions":
        return list(block["elements"])
    if block["type"] == "input":
        return [block["element"]]
    accessory = block.get("accessory")
    return [accessory] if accessory and accessory["type"] != "image" else []


def initial_values(blocks: list[Block]) -> Values:
    """Return the state of fields nobody has touched."""
    values: Values = {}
    for block in blocks:
        for element in elements(block):
            state = initial_state(element)
            if state is not None:
                values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values
