"""Finding what a person means by its words: a button, a menu, a field of a form."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from sandbox.slack.filled import KINDS, Value, state_of, trouble_with
from sandbox.slack.messages import Block, Message
from sandbox.slack.views import Modal, View, elements

Target = Message | View
USED = frozenset({*KINDS, "button", "overflow"})


def element_of(
    where: Target, name: str, kinds: Collection[str] = USED, *, version: int = -1, block: str | None = None
) -> tuple[Block, Block]:
    """Return the block and the element that goes by a name, in the block of an id where that is given.

    Raises:
        LookupError: there is none to be seen; the message tells which there are.
    """
    if isinstance(where, Message) and where.deleted:
        raise LookupError("the message was deleted")
    blocks = where.versions[version].blocks if isinstance(where, Message) else where.blocks
    seen = []
    for one in blocks:
        for element in elements(one):
            if element["type"] in kinds and block in {None, one["block_id"]}:
                names = list(_names(one, element))
                seen.append(names[0])
                if name in names:
                    return one, element
    raise LookupError(f"nothing is called {name!r} here; there is {', '.join(seen) or 'nothing of that kind'}")


def fill_in(view: View, values: Mapping[str, Value], ids: Callable[[Block, Value], Value]) -> None:
    """Put values into the fields of a view, by label, block id or action id; `ids` finds those of names."""
    for name, value in values.items():
        for block in view.inputs:
            element = block["element"]
            if name in {block["label"]["text"], block["block_id"], element["action_id"]}:
                state = state_of(element, ids(element, value))
                view.values.setdefault(block["block_id"], {})[element["action_id"]] = state
                break
        else:
            known = ", ".join(block["label"]["text"] for block in view.inputs)
            raise LookupError(f"no field is called {name!r}; there are {known}")


def wrong_values(modal: Modal) -> dict[str, str]:
    """Return what Slack's own client refuses to send, by block id."""
    wrong = {}
    for block in modal.inputs:
        element = block["element"]
        state: Mapping[str, Any] = modal.values.get(block["block_id"], {}).get(element["action_id"], {})
        problem = trouble_with(element, state, optional=block.get("optional", False))
        if problem:
            wrong[block["block_id"]] = problem
    return wrong


def _names(block: Block, element: Block) -> Iterator[str]:
    for text in (element.get("text"), element.get("placeholder"), block.get("label")):
        if text:
            yield text["text"]
    yield element["action_id"]
    if "accessibility_label" in element:
        yield element["accessibility_label"]
    if block["type"] == "input":
        yield block["block_id"]
