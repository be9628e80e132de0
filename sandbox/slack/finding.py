"""Finding what a person means by its words: a button, a select, an option, a field of a form."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sandbox.slack.messages import Block, Message
from sandbox.slack.modals import Modal, elements

Target = Message | Modal
LONGEST_INPUT = 3000


def element_of(where: Target, name: str, kinds: Collection[str], version: int = -1) -> tuple[Block, Block]:
    """Return the block and the element that goes by a name.

    Raises:
        LookupError: there is none to be seen; the message tells which there are.
    """
    if isinstance(where, Message) and where.deleted:
        raise LookupError("the message was deleted")
    blocks = where.versions[version].blocks if isinstance(where, Message) else where.blocks
    seen = []
    for block in blocks:
        for element in elements(block):
            if element["type"] in kinds:
                names = list(_names(block, element))
                seen.append(names[0])
                if name in names:
                    return block, element
    raise LookupError(f"nothing is called {name!r} here; there is {', '.join(seen) or 'nothing of that kind'}")


def option_of(element: Block, name: str) -> Block:
    """Return the option that goes by its words or its value."""
    groups = element.get("option_groups") or [{"options": element["options"]}]
    options: list[Block] = [option for group in groups for option in group["options"]]
    for option in options:
        if name in {option["text"]["text"], option.get("value")}:
            return option
    raise LookupError(f"no option is called {name!r}; there are {', '.join(one['text']['text'] for one in options)}")


def typed_values(modal: Modal, values: Mapping[str, str]) -> None:
    """Put values into the fields of a modal, by label, block id or action id."""
    for name, value in values.items():
        for block in modal.inputs:
            element = block["element"]
            if name in {block["label"]["text"], block["block_id"], element["action_id"]}:
                modal.values.setdefault(block["block_id"], {})[element["action_id"]] = _state(element, value)
                break
        else:
            known = ", ".join(block["label"]["text"] for block in modal.inputs)
            raise LookupError(f"no field is called {name!r}; there are {known}")


def wrong_values(modal: Modal) -> dict[str, str]:
    """Return what Slack's own client refuses to send, by block id."""
    wrong = {}
    for block in modal.inputs:
        element = block["element"]
        state = modal.values.get(block["block_id"], {}).get(element["action_id"], {})
        problem = _wrong(element, state, optional=block.get("optional", False))
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


def _state(element: Block, value: str) -> dict[str, Any]:
    if element["type"] == "static_select":
        return {"type": "static_select", "selected_option": option_of(element, value)}
    return {"type": element["type"], "value": value or None}


def _wrong(element: Block, state: Mapping[str, Any], *, optional: bool) -> str:
    if element["type"] == "static_select":
        return "" if optional or state.get("selected_option") else "Please select an option."
    text = state.get("value") or ""
    if not text:
        return "" if optional else "Please complete this required field."
    if len(text) < element.get("min_length", 0):
        return f"Please use at least {element['min_length']} characters."
    if len(text) > element.get("max_length", LONGEST_INPUT):
        return f"Please use at most {element.get('max_length', LONGEST_INPUT)} characters."
    return ""
