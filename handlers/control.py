"""The command line's door: the same words as in Slack, over a Unix socket beside the database."""

import asyncio
import os
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout, UnixConnector, web
from pydantic import BaseModel, ValidationError

from bot.views.terminal import terminal
from handlers.acts import Command
from handlers.intake import Intake
from handlers.reception import Reception

ROUTE = "/words"
MOST_WAIT = 30.0
"""Seconds that the command line waits for an act to be decided."""
CLOSE_WITHIN = 1.0
NOT_DECIDED_YET = "Stored, but not decided yet. `signoff list` shows what comes of it."


class Words(BaseModel):
    """What the command line sends: the words, the person it acts for, who is logged in."""

    words: str
    person: str | None = None
    host_user: str | None = None


class Reply(BaseModel):
    """What it hears. `acted` is False for what only reads or was not understood."""

    text: str
    acted: bool = True


@dataclass(frozen=True, slots=True)
class Control:
    """Answers words from the command line."""

    reception: Reception
    intake: Intake

    async def answer(self, asked: Words) -> Reply:
        """Read at once; store an act, wait until it is decided and return what came of it."""
        message = await self.reception.read(asked.words, None, None)
        if message is not None:
            return Reply(text=self._plain(message.text), acted=False)
        if asked.person is None:
            return Reply(text="Say on whose behalf: add --as PERSON, a name from `people` in the policy.", acted=False)
        act = Command(words=asked.words, person=asked.person, host_user=asked.host_user)
        key = f"cli:{self.reception.desk.token(24)}"
        row = await self.reception.put(act, key, "cli")
        if row is None:
            raise RuntimeError("a random key was seen before")
        heard: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.intake.waiting[row] = heard
        self.reception.desk.bell.ring()
        try:
            async with asyncio.timeout(MOST_WAIT):
                return Reply(text=self._plain(await heard))
        except TimeoutError:
            return Reply(text=NOT_DECIDED_YET)
        finally:
            self.intake.waiting.pop(row, None)

    def let_go(self) -> None:
        """Answer whoever still waits, since the bot stops: what is stored is decided after the next start."""
        for waiter in self.intake.waiting.values():
            if not waiter.done():
                waiter.set_result(NOT_DECIDED_YET)

    def _plain(self, text: str) -> str:
        return terminal(text, self.reception.desk.policy)


def socket_path(database: Path) -> Path:
    """Return where the socket of a database is."""
    return database.with_name(database.name + ".sock")


async def listen(control: Control, path: Path) -> web.AppRunner:
    """Open the socket, readable by nobody else; a stale one is replaced: the lock file says that nobody owns it."""

    async def words(request: web.Request) -> web.Response:
        try:
            asked = Words.model_validate_json(await request.read())
        except ValidationError:
            return web.json_response({"text": "not understood"}, status=400)
        reply = await control.answer(asked)
        return web.Response(text=reply.model_dump_json(), content_type="application/json")

    app = web.Application()
    app.router.add_post(ROUTE, words)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSE_WITHIN)
    await runner.setup()
    path.unlink(missing_ok=True)
    before = os.umask(0o177)  # the socket is born readable by its owner only
    try:
        await web.UnixSite(runner, str(path)).start()
    finally:
        os.umask(before)
    return runner


async def ask(path: Path, words: Words) -> Reply | None:
    """Put words to the running bot; None when nobody answers there."""
    if not path.exists():
        return None
    try:
        async with (
            ClientSession(connector=UnixConnector(str(path)), timeout=ClientTimeout(total=MOST_WAIT + 5)) as session,
            session.post(f"http://signoff{ROUTE}", json=words.model_dump()) as response,
        ):
            return Reply.model_validate_json(await response.read())
    except (ClientError, OSError):
        return None
