"""An open modal: its view, what the person has filled in, and what is wrong with that."""

from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.messages import Block

Values = dict[str, dict[str, Any]]


@dataclass(slots=True, eq=False)
class Modal:
    """A view in front of one person. `errors` are by block id; `trouble` is an error of the whole modal."""

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
    def title(self) -> str:
        """Return the words at the top."""
        return str(self.view["title"]["text"])

    @property
    def blocks(self) -> list[Block]:
        """Return the blocks of the view."""
        return list(self.view["blocks"])

    @property
    def inputs(self) -> list[Block]:
        """Return the blocks that ask for something."""
        return [block for block in self.blocks if block["type"] == "input"]

    def show(self, view: dict[str, Any], hash_: str) -> None:
        """Show another view in its place; what was filled in stays where block and action keep their ids."""
        self.view, self.hash = view, hash_
        self.errors, self.trouble = {}, ""
        known = {block["block_id"] for block in self.blocks}
        self.values = {
            **initial_values(self.blocks),
            **{key: kept for key, kept in self.values.items() if key in known},
        }

    def as_json(self, team_id: str, app_id: str, bot_id: str) -> dict[str, Any]:
        """Return the view object of payloads and answers."""
        empty = {"private_metadata": "", "callback_id": "", "external_id": "", "submit": None, "close": None}
        return {
            **empty,
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
            if element["type"] == "plain_text_input":
                state = {"type": element["type"], "value": element.get("initial_value") or None}
            elif element["type"] == "static_select":
                state = {"type": element["type"], "selected_option": element.get("initial_option")}
            else:
                continue
            values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values
