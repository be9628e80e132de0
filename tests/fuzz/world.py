"""The whole bot between the sandbox's Slack and GitHub, to be sent to by raw sockets; one release waits for approvals."""

import asyncio
import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from simulation.doors import Doors
from tests.acceptance.desk import Desk, desk
from tests.fakes.buildbot import FakeBuildbot
from tests.fuzz.inside import written_down
from tests.fuzz.senders import FILE, SECRETS, Sent
from tests.unit.handlers.slack.signing import SECRET

ENCODINGS = ("gzip", "deflate", "identity", "nosuch", "br", "gzip, gzip")
CUT = 1 / 400
"""How many break off in the middle of their body."""


@dataclass(slots=True)
class Answer:
    """What came back; status -1: nothing, as the connection was cut from this end; 0: nothing, though it was not."""

    status: int
    text: str = ""


async def post(port: int, path: str, sent: Sent, rng: random.Random, *, signed: bool, method: str = "POST") -> Answer:
    """Send a request over a connection of its own and read to the end; now and then it is no good HTTP."""
    headers = {"Host": "signoff.example", **sent.said(rng, signed=signed)}
    odd = rng.random()
    if odd < 1 / 50:
        headers["Content-Encoding"] = rng.choice(ENCODINGS)
    body = sent.body
    if 1 / 50 < odd < 1 / 40:
        headers["Transfer-Encoding"] = "chunked"
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    else:
        headers["Content-Length"] = str(len(body))
    head = f"{method} {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(head.encode("utf-8", "surrogateescape"))
        if rng.random() < CUT:
            writer.write(body[: len(body) // 2])
            return Answer(-1)
        writer.write(body)
        said = await reader.read()
    except ConnectionError:  # answered before it was read, and gone
        return Answer(0)
    finally:
        writer.transport.abort()
    first, _, text = said.partition(b"\r\n\r\n")
    return Answer(int(first.split()[1]) if first else 0, text.decode())


def ask(folder: Path, query: str) -> list[tuple[object, ...]]:
    """Ask the database behind the bot's back."""
    with closing(sqlite3.connect(folder / "signoff.db")) as database:
        return database.execute(query).fetchall()


@asynccontextmanager
async def whole(folder: Path) -> AsyncIterator[tuple[Desk, Doors]]:
    """Start everything, with one release of payments that waits, and keep its log out of the test's output."""
    heard = Doors()
    with written_down(heard):
        async with (
            FakeBuildbot().open() as buildbot,
            desk(folder, FILE.read_text(), started=False, over_http=True, secrets=dict(SECRETS)) as here,
        ):
            here.forge.hooks.secret = SECRETS["GITHUB_WEBHOOK_SECRET"]
            here.environ = {name: SECRETS[name] for name in ("GITHUB_WEBHOOK_SECRET", "BUILDBOT_WEBHOOK_SECRET")}
            here.environ |= {
                "SLACK_SIGNING_SECRET": SECRET,
                "BUILDBOT_URL": buildbot.url,
                "BUILDBOT_USER": "signoff",
                "BUILDBOT_PASSWORD": "pw",
            }
            here.workspace.add_channel("C0LEGACY", "legacy")
            await here.start("slack", "loops")
            adopted = "SELECT count(*) FROM lanes WHERE adopted_at IS NOT NULL"
            await here.comes(lambda: ask(folder, adopted) == [(3,)])
            await here.push("acme/payments", "Waits for two")
            await here.card("payments", "Waiting for approval")
            yield here, heard
