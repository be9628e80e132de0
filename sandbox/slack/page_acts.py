"""The acts that the page asks for, each with the JSON that it sends; `person` acts in all of them."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from sandbox.slack.driver import Driver
from sandbox.slack.finding import Target, fill_in
from sandbox.slack.inspecting import inspected, refused
from sandbox.slack.using import known_ids
from sandbox.slack.views import View

Body = dict[str, Any]
TEXTS = frozenset({"person", "channel", "line", "thread", "ts", "action_id", "block_id", "typed", "view", "tab"})
MAYBE = frozenset({"thread", "block_id", "typed"})
"""Texts that may be null."""


async def do(driver: Driver, act: str, body: Body) -> Any:
    """Do what a person does, and return what the page is to know of it.

    Raises:
        LookupError: there is no such act, or what it names is not there.
        ValueError: that is no day, no time, no moment.
        TypeError: something is of the wrong type.
    """
    if act not in ACTS:
        raise LookupError(f"there is no act {act!r}")
    if wrong := sorted(name for name in TEXTS & body.keys() if not _is_text(name, body[name])):
        raise TypeError(f"{', '.join(wrong)}: a text, please")
    if not isinstance(body.get("values", {}), dict):
        raise TypeError("values: an object, please")
    return await ACTS[act](driver, body)


async def _command(driver: Driver, body: Body) -> None:
    await driver.command(body["person"], body["channel"], body["line"])


async def _say(driver: Driver, body: Body) -> None:
    thread = driver.workspace.message(body["channel"], body.get("thread") or "")
    await driver.say(body["person"], body["channel"], body["line"], thread=thread)


async def _click(driver: Driver, body: Body) -> None:
    await driver.click(body["person"], _filled(driver, body), body["action_id"], block=body.get("block_id"))


async def _choose(driver: Driver, body: Body) -> None:
    value = body["option"]
    await driver.put(body["person"], _filled(driver, body), body["action_id"], value, block=body.get("block_id"))


async def _options(driver: Driver, body: Body) -> list[Body]:
    target, typed = _target(driver, body), body.get("typed", "")
    return await driver.options(body["person"], target, body["action_id"], typed, block=body.get("block_id"))


async def _submit(driver: Driver, body: Body) -> None:
    await driver.submit(body["person"], body.get("values", {}))


async def _close(driver: Driver, body: Body) -> None:
    modal = driver.workspace.modal(body["person"])
    if "view" in body and (modal is None or modal.id != body["view"]):
        return  # a second click of somebody in a hurry: that one is closed already, and what is below it stays
    await driver.close_modal(body["person"])


async def _home(driver: Driver, body: Body) -> None:
    await driver.open_home(body["person"], body.get("tab", "home"))


async def _open(driver: Driver, body: Body) -> str:
    others = body.get("with")
    if not isinstance(others, list) or not all(isinstance(one, str) for one in others):
        raise TypeError("with is a list of people")
    return driver.open_direct(body["person"], others).id


async def _inspect(driver: Driver, body: Body) -> Body:
    shown = inspected(driver.workspace, _target(driver, body))
    return shown | {"problems": refused(shown["kind"], shown["sent"])}


async def _check(_driver: Driver, body: Body) -> list[str]:
    return refused(str(body.get("kind")), body.get("sent"))


ACTS: dict[str, Callable[[Driver, Body], Awaitable[Any]]] = {
    "command": _command,
    "say": _say,
    "click": _click,
    "choose": _choose,
    "options": _options,
    "submit": _submit,
    "close": _close,
    "home": _home,
    "open": _open,
    "inspect": _inspect,
    "check": _check,
}


def _is_text(name: str, value: object) -> bool:
    return isinstance(value, str) or (value is None and name in MAYBE)


def _filled(driver: Driver, body: Body) -> Target:
    """Return what was used, with all that was filled in beside it, as Slack's client knows it."""
    target = _target(driver, body)
    if isinstance(target, View):
        fill_in(target, body.get("values", {}), partial(known_ids, driver.workspace))
    return target


def _target(driver: Driver, body: Body) -> Target:
    """Return what was used: a message by its ts, a view by its id, the topmost modal where nothing is named."""
    workspace = driver.workspace
    found: Target | None
    if "ts" in body:
        found = workspace.message(body["channel"], body["ts"])
    elif "view" in body:
        found = workspace.view(body["view"])
    else:
        found = workspace.modal(body["person"])
    if found is None:
        raise LookupError("what was used is gone")
    return found
