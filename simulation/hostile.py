"""What attackers make: clicks and forms that nobody did, webhooks that nobody signed, texts that want to be markup."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.github.hooks import Hook
from sandbox.slack import envelopes
from sandbox.slack.messages import Message
from sandbox.slack.workspace import Workspace

Payload = dict[str, Any]
BIDI, CONTROL = "\u202e\u2066", "\x07\x1b[2J"
MARKUP = ("<!channel>", "<!here>", "<@U0VICTIM>", "<https://evil.example")
"""What no message may hold: nobody but those who wrote the texts below wants it."""
TEXTS = (
    "Ship it <!channel> <https://evil.example|Approve>",
    f"Fix {BIDI}the login{CONTROL} <@U0VICTIM>",
    "feat: `a` *b* _c_ ~d~ & <!here> > quoted",
    "&lt;!channel&gt; &amp; &amp;amp;",
    "Huge " + "&<!channel>" * 400,
    "'; DROP TABLE releases; -- {version} ${inputs.sha} $(reboot)",
    "\N{ZERO WIDTH SPACE}\N{RIGHT-TO-LEFT MARK}",
)
"""Titles, names and reasons as nobody should have to read them."""
TYPED_SECRET = "ghp_0123456789abcdefABCDEF0123456789abcd"  # noqa: S105 - made up
"""What somebody pastes where it does not belong."""
REASONS = (*TEXTS[:5], f"see {TYPED_SECRET}")
TAGS = ("v1<!channel>", "v2|<https://evil.example|x>", f"v3{BIDI}", "v4`$(reboot)`", "v5 & <@U0VICTIM>", "v6")
"""Tags, and so versions."""
MEMBERS = ("U0PRIYA", "U0SAM", "U0ALEX", "U0ROBIN")


@dataclass(frozen=True, slots=True)
class Button:
    """A button that stands in a message."""

    message: Message
    element: Mapping[str, Any]
    block: str

    @property
    def words(self) -> str:
        """What is written on it."""
        return str(self.element["text"]["text"])


def buttons(messages: list[Message]) -> list[Button]:
    """Return every button that is to be seen in these messages and carries a handle."""
    return [
        Button(message, element, str(block.get("block_id", "")))
        for message in messages
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element.get("value")
    ]


def clicked(workspace: Workspace, button: Button, who: str) -> Payload:
    """Return what Slack sends when somebody clicks a button."""
    message, shots = button.message, workspace.one_shots
    given = shots.response(who, message.channel, message.ts, message.thread_ts)
    action = {
        "type": "button",
        "action_id": button.element["action_id"],
        "block_id": button.block,
        "value": button.element["value"],
        "text": button.element["text"],
    }
    urls = (f"{workspace.url}/response/{given.id}", shots.trigger(who))
    return envelopes.message_action(workspace, workspace.person(who), message, action, urls)


def forged_click(workspace: Workspace, there: list[Button], rng: random.Random) -> tuple[str, Payload] | None:
    """Return a click on one of the buttons that is false in one thing, and in which; None where there is none."""
    approves = [button for button in there if button.words == "Approve"]
    if not approves:
        return None
    button = rng.choice(approves)
    payload = clicked(workspace, button, rng.choice(MEMBERS))
    what = rng.choice(tuple(FORGERIES))
    return (what, payload) if FORGERIES[what](payload, button, there, rng) else None


def _another_handle(payload: Payload, button: Button, there: list[Button], rng: random.Random) -> bool:
    """The handle of another message's button."""
    others = [one.element["value"] for one in there if one.message is not button.message]
    return _with_value(payload, rng.choice(others)) if others else False


def _another_button(payload: Payload, button: Button, there: list[Button], rng: random.Random) -> bool:
    """The handle of a button beside it, which opens a form and asks more than a click."""
    asks = ("Reject", "Schedule", "Hold")
    beside = [one.element["value"] for one in there if one.message is button.message and one.words in asks]
    return _with_value(payload, rng.choice(beside)) if beside else False


def _made_up(payload: Payload, button: Button, there: list[Button], rng: random.Random) -> bool:
    """A handle that nobody gave out."""
    del button, there
    return _with_value(payload, "".join(rng.choice("abcdefghijklmnopqrstuvwxyz0123456789") for _ in range(32)))


def _altered(payload: Payload, button: Button, there: list[Button], rng: random.Random) -> bool:
    """A handle that was given out, but for one letter."""
    del there
    value = str(button.element["value"])
    at = rng.randrange(len(value))
    return _with_value(payload, value[:at] + ("x" if value[at] != "x" else "y") + value[at + 1 :])


def _another_channel(payload: Payload, button: Button, there: list[Button], rng: random.Random) -> bool:
    """A card that was forwarded elsewhere."""
    del there
    channel = rng.choice([one for one in ("C0OPS", "C0RELEASES", "C0STRANGE") if one != button.message.channel])
    payload["channel"] = {"id": channel, "name": "elsewhere"}
    payload["container"] |= {"channel_id": channel}
    return True


def _another_message(payload: Payload, button: Button, there: list[Button], rng: random.Random) -> bool:
    """Another message of the same channel."""
    others = [
        one.message.ts
        for one in there
        if one.message is not button.message and one.message.channel == button.message.channel
    ]
    ts = rng.choice([*others, "1700000000.000100"])
    payload["message"] = {**payload["message"], "ts": ts}
    payload["container"] |= {"message_ts": ts}
    return True


def _foreign_team(payload: Payload, button: Button, there: list[Button], rng: random.Random) -> bool:
    """Somebody of another workspace."""
    del button, there, rng
    payload["user"] = {**payload["user"], "team_id": "T0FOREIGN"}
    return True


def _unreadable(payload: Payload, button: Button, there: list[Button], rng: random.Random) -> bool:
    """Not what Slack sends at all."""
    del button, there
    odd: tuple[Mapping[str, Any], ...] = (
        {"value": ["x"]},
        {"value": "x" * 100_000},
        {"value": "h' OR 1=1 --"},
        {"value": "\u0661\u0662"},
        {"value": None},
    )
    payload["actions"] = [{**payload["actions"][0], **rng.choice(odd)}]
    return True


def _with_value(payload: Payload, value: str) -> bool:
    payload["actions"] = [{**payload["actions"][0], "value": value}]
    return True


Forger = Callable[[Payload, Button, list[Button], random.Random], bool]
FORGERIES: Mapping[str, Forger] = {
    "another handle": _another_handle,
    "another button": _another_button,
    "made up": _made_up,
    "altered": _altered,
    "another channel": _another_channel,
    "another message": _another_message,
    "foreign team": _foreign_team,
    "unreadable": _unreadable,
}


def forged_form(workspace: Workspace, there: list[Button], rng: random.Random) -> Payload | None:
    """Return a form that nobody filled in, which would approve if a form could; None where nothing is to approve."""
    approves = [button for button in there if button.words == "Approve"]
    if not approves:
        return None
    who = rng.choice(MEMBERS)
    view = {
        "id": f"V0FORGED{rng.randrange(10**9)}",
        "callback_id": "signoff:reject",
        "private_metadata": rng.choice(approves).element["value"],
        "state": {"values": {"reason": {"reason": {"type": "plain_text_input", "value": rng.choice(TEXTS[:4])}}}},
    }
    user = {"id": who, "team_id": workspace.team_id}
    return {"type": "view_submission", "user": user, "team": {"id": workspace.team_id}, "view": view}


def forged_hook(hook: Hook, secret: str, rng: random.Random) -> tuple[dict[str, str], bytes]:
    """Return headers and body of a webhook that the forge did not sign so."""
    sent = hook.headers(secret)
    what = rng.randrange(6)
    if what == 0:
        return hook.headers("another secret"), hook.body
    if what == 1:
        return sent, hook.body.replace(b'"conclusion": "failure"', b'"conclusion": "success"') + b" "
    if what == 2:
        return {name: value for name, value in sent.items() if name != "X-Hub-Signature-256"}, hook.body
    if what == 3:
        return {**sent, "X-Hub-Signature-256": ""}, hook.body
    if what == 4:
        return {**sent, "X-Hub-Signature-256": sent["X-Hub-Signature-256"].upper()}, hook.body
    return {**sent, "X-Hub-Signature-256": f"{sent['X-Hub-Signature-256']}\n"}, hook.body


def foreign_hook(hook: Hook) -> Hook:
    """Return a webhook of a repository that nobody follows, as its owner signs it with a secret that they share."""
    body = hook.body.replace(b'"acme/', b'"evil/')
    return replace(hook, body=body, repository=hook.repository.replace("acme/", "evil/"))


def lying_hook(hook: Hook) -> Hook:
    """Return a webhook that is signed and tells what is not so: whoever believes only the API does not mind."""
    body = hook.body.replace(b'"conclusion": "failure"', b'"conclusion": "success"')
    return replace(hook, body=body.replace(b'"state": "failure"', b'"state": "success"'))
