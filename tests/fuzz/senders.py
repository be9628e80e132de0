"""Who sends to which door: for each route its mutated bodies, with the headers of somebody who holds the secret."""

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.config.load import load_policy
from bot.core.policy import Policy
from handlers.ci.standard_signature import sealed
from handlers.slack.ingress import LARGEST_BODY as OF_SLACK
from handlers.webhooks import LARGEST_BODY as OF_HOSTS
from tests.fuzz import bodies
from tests.fuzz.mutate import TEXTS, broken, garbled
from tests.fuzz.spell import FORM, JSON, an_interaction, content_type, in_bytes, in_form, in_json
from tests.unit.handlers.slack import signing

FILE = Path(__file__).parent / "policy.yml"
SECRETS = {
    "GITHUB_WEBHOOK_SECRET": "of-GitHub",
    "BUILDBOT_WEBHOOK_SECRET": "of-Buildbot",
    "DOCS_PIPELINE_SECRET": "whsec_" + base64.b64encode(b"of the pipeline of docs").decode(),
    "DOCS_DEPLOY_SECRET": "of-the-deployer-of-docs",
    "PROM_SECRET": "whsec_" + base64.b64encode(b"of who watches docs").decode(),
}
Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Sent:
    """A request, and the headers that say who sent it; without those it is a stranger's."""

    body: bytes
    headers: Headers
    proof: Headers

    def said(self, rng: random.Random, *, signed: bool) -> Headers:
        """Return all headers; without a signature there is no proof at all, or one that is wrong in one place."""
        if signed:
            return {**self.headers, **self.proof}
        if rng.random() < 1 / 2:
            return dict(self.headers)
        *others, (last, value) = self.proof.items()
        wrong = value[:-5] + ("0" if value[-5] != "0" else "1") + value[-4:]
        return {**self.headers, **dict(others), last: wrong}


def policy() -> Policy:
    """Return the policy of these tests: every route is somebody's, and nothing is deployed without an approval."""
    loaded = load_policy(FILE.read_text(), file=FILE.name, webhooks=True)
    assert isinstance(loaded, Policy), loaded
    return loaded


Filled = Callable[[str], str]
"""Puts what is really there into a payload's text."""


def slack_event(rng: random.Random, now: datetime, filled: Filled) -> Sent:
    """Return an event, or the trial of the address."""
    value = broken(rng, filled(rng.choice(bodies.EVENTS)))
    if isinstance(value, dict) and "event_id" in value and rng.random() < 3 / 4:
        value["event_id"] = f"Ev{rng.randrange(10**9)}"
    return _of_slack(in_bytes(rng, in_json(rng, value)), now, content_type(rng, JSON))


def slack_interaction(rng: random.Random, now: datetime, filled: Filled) -> Sent:
    """Return a click, a choice in a form, or a form that was sent."""
    text = filled(rng.choice(bodies.INTERACTIONS))
    new = text.replace("1605853645.582706", f"{rng.randrange(10**10)}.582706").replace(
        "V0FORM", f"V{rng.randrange(10**9)}"
    )
    body = an_interaction(rng, broken(rng, new))
    return _of_slack(in_bytes(rng, body), now, content_type(rng, FORM))


def slack_command(rng: random.Random, now: datetime, filled: Filled) -> Sent:
    """Return a command, its words garbled one time in three."""
    text = filled(rng.choice(bodies.COMMANDS))
    fields = broken(rng, text.replace("111.222.ccc", f"{rng.randrange(10**10)}.222.ccc"))
    if isinstance(fields.get("text"), str) and rng.random() < 1 / 3:
        fields["text"] = garbled(rng, fields["text"])
    return _of_slack(in_bytes(rng, in_form(rng, fields)), now, content_type(rng, FORM))


def _of_slack(body: bytes, now: datetime, kind: str) -> Sent:
    stamp = str(int(now.timestamp()))
    made = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": signing.signature(body, stamp)}
    return Sent(body, {"Content-Type": kind}, made)


def github(rng: random.Random, _now: datetime, filled: Filled) -> Sent:
    """Return a webhook of GitHub, one time in eight under the name of another event."""
    event = rng.choice(tuple(bodies.GITHUB))
    body = in_bytes(rng, in_json(rng, broken(rng, filled(rng.choice(bodies.GITHUB[event])))))
    said = rng.choice((*bodies.GITHUB, "", "Push", "a" * 65, "../x")) if rng.random() < 1 / 8 else event
    delivery = _printable(rng) if rng.random() < 1 / 16 else f"{rng.randrange(2**64):016x}-cc78-11e3"
    digest = hmac.new(SECRETS["GITHUB_WEBHOOK_SECRET"].encode(), body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": content_type(rng, JSON), "X-GitHub-Event": said, "X-GitHub-Delivery": delivery}
    return Sent(body, headers, {"X-Hub-Signature-256": f"sha256={digest}"})


def buildbot(rng: random.Random, _now: datetime, filled: Filled) -> Sent:
    """Return a status push of Buildbot, in each of the three ways in which it may bring the secret."""
    value = broken(rng, filled(rng.choice(bodies.BUILDBOT)))
    if isinstance(value, dict) and isinstance(value.get("number"), int):
        value["number"] = rng.choice((value["number"], rng.randrange(10**6)))
    secret = SECRETS["BUILDBOT_WEBHOOK_SECRET"]
    basic = base64.b64encode(f"buildbot:{secret}".encode()).decode()
    proof = rng.choice(({"X-Secret": secret}, {"Authorization": f"Basic {basic}"}))
    return Sent(in_bytes(rng, in_json(rng, value)), {"Content-Type": content_type(rng, JSON)}, proof)


def _standard(corpus: tuple[str, ...]) -> Callable[[random.Random, datetime, Filled], Sent]:
    def make(rng: random.Random, now: datetime, filled: Filled) -> Sent:
        body = in_bytes(rng, in_json(rng, broken(rng, filled(rng.choice(corpus)))))
        secret = SECRETS[_signer(body)]
        proof = sealed(secret, f"msg_{rng.randrange(2**48)}", now, body)
        if rng.random() < 1 / 16:
            proof["webhook-id"] = _printable(rng)
        return Sent(body, {"Content-Type": content_type(rng, JSON)}, proof)

    return make


def _signer(body: bytes) -> str:
    """Return whose secret signs: a sender signs what it says, so what claims another source is another's."""
    try:
        said = json.loads(body)
        told = said["data"].get("source")
        signal = str(said["type"]).startswith("signal")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return "DOCS_PIPELINE_SECRET"
    return "PROM_SECRET" if signal else "DOCS_DEPLOY_SECRET" if told is None else "DOCS_PIPELINE_SECRET"


def _printable(rng: random.Random) -> str:
    return "".join(one for one in rng.choice(TEXTS) * 3 if one.isprintable())[:300]


def whatever(rng: random.Random, now: datetime, filled: Filled) -> Sent:
    """Return any of them, for the routes that take no body and for those that are none."""
    return rng.choice(tuple(SENDERS.values())).make(rng, now, filled)


@dataclass(frozen=True, slots=True)
class Sender:
    """One kind of request to one route. `kinds`: how many share the route, and what it is sent."""

    path: str
    make: Callable[[random.Random, datetime, Filled], Sent]
    kinds: int = 1

    @property
    def largest(self) -> int:
        """Return how many bytes its door takes at most; more is refused before anybody asks who signed it."""
        return OF_SLACK if self.path == "/slack/events" else OF_HOSTS

    def share(self, bodies: int) -> int:
        """Return how many bodies are of this kind when the route gets so many."""
        return -(-bodies // self.kinds)


SENDERS: Mapping[str, Sender] = {
    "events": Sender("/slack/events", slack_event, 3),
    "interactions": Sender("/slack/events", slack_interaction, 3),
    "commands": Sender("/slack/events", slack_command, 3),
    "github": Sender("/webhooks/github", github),
    "buildbot": Sender("/webhooks/buildbot", buildbot),
    "builds": Sender("/webhooks/standard", _standard(bodies.BUILDS), 3),
    "deploys": Sender("/webhooks/standard", _standard(bodies.DEPLOYS), 3),
    "signals": Sender("/webhooks/standard", _standard(bodies.SIGNALS), 3),
}
NOBODY: Mapping[str, Sender] = {
    name: Sender(path, whatever, 10)
    for name, path in {
        "healthz": "/healthz",
        "readyz": "/readyz",
        "metrics": "/metrics",
        "elsewhere": "/webhooks/gitlab",
    }.items()
}
"""What takes no body, or is no route: the same is sent there, and less of it."""


def as_it_is(text: str) -> str:
    """Change nothing."""
    return text
