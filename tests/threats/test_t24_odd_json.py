"""T24: in every place of every payload, each value that is valid JSON and that nobody expects there, signed."""

import copy
import hashlib
import hmac
import json
import random
from collections.abc import Callable, Iterator
from typing import Any, cast

import pytest
from aiohttp import web
from multidict import CIMultiDict

from handlers.ci.standard_signature import sealed
from tests.fuzz import bodies, senders
from tests.fuzz.bodies import NOON
from tests.fuzz.inside import Inside, Request, inside
from tests.fuzz.mutate import slots
from tests.fuzz.senders import Sent
from tests.fuzz.spell import FORM
from tests.unit.handlers.slack import signing

ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**63, 1e308, "", "\0", "\ud800", "\u0661", "<!channel>", "../..", "a" * 10_000),
    *([], [None], [[[]]], {}, {"": None}, {"id": {"id": {}}}),
)
"""What stands in the place of what is expected; `1` where text is and text where a number is are among them."""
ANSWERED = {200, 202, 400, 401}
Signs = Callable[[bytes, str], Sent]


def of_github(body: bytes, event: str) -> Sent:
    """Sign a body as GitHub does."""
    made = senders.github(random.Random(0), NOON, senders.as_it_is)
    digest = hmac.new(senders.SECRETS["GITHUB_WEBHOOK_SECRET"].encode(), body, hashlib.sha256).hexdigest()
    return Sent(body, made.headers | {"X-GitHub-Event": event}, {"X-Hub-Signature-256": f"sha256={digest}"})


def of_buildbot(body: bytes, _event: str) -> Sent:
    """Sign a body as Buildbot does."""
    return Sent(body, {"Content-Type": "application/json"}, {"X-Secret": senders.SECRETS["BUILDBOT_WEBHOOK_SECRET"]})


def of_anybody(body: bytes, _event: str) -> Sent:
    """Sign a body by the secret of what it claims."""
    secret = senders.SECRETS[senders._signer(body)]
    return Sent(body, {"Content-Type": "application/json"}, sealed(secret, "msg_1", NOON, body))


def of_slack(body: bytes, _event: str) -> Sent:
    """Sign an event as Slack does."""
    return senders._of_slack(body, NOON, "application/json")


def of_slacks_forms(body: bytes, _event: str) -> Sent:
    """Sign a click or a form as Slack does."""
    return senders._of_slack(signing.interaction(json.loads(body)), NOON, FORM)


WAYS: dict[str, tuple[str, Signs, tuple[tuple[str, str], ...]]] = {
    "github": (
        "/webhooks/github",
        of_github,
        tuple((event, text[0]) for event, text in sorted(bodies.GITHUB.items())[::2]),
    ),
    "buildbot": ("/webhooks/buildbot", of_buildbot, tuple(("", text) for text in bodies.BUILDBOT[:1])),
    "builds": ("/webhooks/standard", of_anybody, tuple(("", text) for text in bodies.BUILDS[:1])),
    "deploys": ("/webhooks/standard", of_anybody, tuple(("", text) for text in bodies.DEPLOYS[:1])),
    "signals": ("/webhooks/standard", of_anybody, tuple(("", text) for text in bodies.SIGNALS[:1])),
    "events": ("/slack/events", of_slack, tuple(("", text) for text in bodies.EVENTS[:3])),
    "interactions": ("/slack/events", of_slacks_forms, tuple(("", text) for text in bodies.INTERACTIONS[:7:3])),
}


def altered(text: str) -> Iterator[str]:
    """Yield a payload with each odd value in each place of it, and as the whole of it."""
    for value in ODD:
        yield json.dumps(value)
    places = len(slots(json.loads(text)))
    for number in range(places):
        for value in ODD:
            whole = json.loads(text)
            holder, key = slots(whole)[number]
            holder[key] = copy.deepcopy(value)
            yield json.dumps(whole)


async def answered(doors: Inside, path: str, sent: Sent) -> int:
    """Hand a request to its door, signed; return the status of the answer."""
    headers = CIMultiDict({**sent.headers, **sent.proof})
    route, _, provider = path.rpartition("/")
    handler = doors.handlers[path if path in doors.handlers else route]
    request = Request(headers, sent.body, headers["Content-Type"].partition(";")[0], {"provider": provider})
    return (await handler(cast("web.Request", request))).status


@pytest.mark.parametrize("name", WAYS)
async def test_t24_whatever_stands_wherever_is_answered_and_nothing_fails(name: str) -> None:
    path, signs, payloads = WAYS[name]
    async with inside(senders.policy()) as doors:
        for event, text in payloads:
            for body in altered(text):
                status = await answered(doors, path, signs(body.encode(), event))
                assert (status in ANSWERED, doors.heard.caught) == (True, []), (status, body)
            doors.read_back()
