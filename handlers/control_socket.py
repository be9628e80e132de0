"""The command line's door: a Unix socket beside the database, for the bot's own user."""

import asyncio
import os
from datetime import datetime
from pathlib import Path

import structlog
from aiohttp import web
from pydantic import AwareDatetime, PositiveInt, TypeAdapter, ValidationError

from handlers import ledger
from handlers.control import Control, Reply, Verdict, Words
from handlers.control_peer import may_connect, name_of, user_of
from handlers.http_body import NoBody, read_body
from handlers.http_connections import Handler

log = structlog.get_logger()

WORDS = "/words"
AUDIT = "/audit"
RELOAD = "/reload"
LONGEST_PATH = 107
"""Bytes: the kernel's sun_path has 108 with the closing zero (https://man7.org/linux/man-pages/man7/unix.7.html)."""
LARGEST_BODY = 64 * 1024
BODY_WITHIN = 5.0
SENT_WITHIN = 30.0
"""Seconds that whoever reads an export may take for each part of it."""
CLOSE_WITHIN = 1.0
SINCE: TypeAdapter[int | datetime] = TypeAdapter(PositiveInt | AwareDatetime)


def unusable(path: Path) -> str | None:
    """Return why there can be no socket at a path, in a sentence with its remedy; None when there can."""
    length = len(os.fsencode(path))
    if length <= LONGEST_PATH:
        return None
    return (
        f"The command line's socket would be {path}: {length} bytes, and the kernel takes {LONGEST_PATH}. "
        "Put the database under a shorter path, or name it relative to its directory and start Signoff there."
    )


async def listen(control: Control, path: Path) -> web.AppRunner:
    """Open the socket, readable by nobody else; a stale one is replaced: the lock file says that nobody owns it."""
    app = web.Application(middlewares=[_door])
    answers = _Answers(control)
    app.add_routes([web.post(WORDS, answers.words), web.get(AUDIT, answers.audit), web.post(RELOAD, answers.reload)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSE_WITHIN)
    await runner.setup()
    path.unlink(missing_ok=True)
    before = os.umask(0o177)  # the socket is born readable by its owner only
    try:
        await web.UnixSite(runner, str(path)).start()
    finally:
        os.umask(before)
    return runner


class _Answers:
    def __init__(self, control: Control) -> None:
        self._control = control

    async def words(self, request: web.Request) -> web.StreamResponse:
        body = await read_body(request, LARGEST_BODY, BODY_WITHIN)
        if isinstance(body, NoBody):
            return _says(f"That was not understood: {body.value}.", 400)
        try:
            asked = Words.model_validate_json(body)
        except ValidationError:
            return _says("That was not understood: it is not what `signoff` sends. Use the same version on both ends.")
        who = name_of(user_of(request), asked.host_user)
        reply = await self._control.answer(asked.model_copy(update={"host_user": who}))
        return web.Response(text=reply.model_dump_json(), content_type="application/json")

    async def reload(self, request: web.Request) -> web.StreamResponse:
        reply = await self._control.read_again(name_of(user_of(request), None))
        return web.Response(text=reply.model_dump_json(), content_type="application/json")

    async def audit(self, request: web.Request) -> web.StreamResponse:
        try:
            since = SINCE.validate_python(request.query.get("since", "1"))
        except ValidationError:
            return _says("`since` is the number of a row or a moment with its zone.")
        response = web.StreamResponse(headers={"Content-Type": "application/jsonl"})
        await response.prepare(request)
        try:
            async for some in ledger.lines(self._control.reception.desk.store, since):
                async with asyncio.timeout(SENT_WITHIN):
                    await response.write(some)
            await response.write_eof()
        except (TimeoutError, OSError):  # whoever read it has gone or stopped reading
            log.info("audit_export_cut_off")
        return response


@web.middleware
async def _door(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let in whom the kernel names; one of the four doors at which exceptions are caught."""
    user = user_of(request)
    if not may_connect(user):
        log.warning("control_refused", user=user)
        return _says("Only the user whom the bot runs as may speak to it here.", 403)
    try:
        response: web.StreamResponse = await handler(request)
    except web.HTTPException:
        return _says("That was not understood: use the same version of `signoff` on both ends.", 404)
    except Exception:
        log.exception("control_failed")
        return _says("Something went wrong on the bot's side; its log says what, under `control_failed`.", 500)
    return response


def _says(text: str, status: int = 400) -> web.Response:
    verdict = Verdict.NOT_UNDERSTOOD if status in {400, 404} else Verdict.NOT_DONE
    return web.Response(
        text=Reply(text=text, verdict=verdict).model_dump_json(), content_type="application/json", status=status
    )
