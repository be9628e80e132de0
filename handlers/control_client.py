"""The command line's end of the socket: no bot that runs, one that breaks off, one that is silent: three answers."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientConnectorError, ClientError, ClientResponse, ClientSession, ClientTimeout, UnixConnector
from pydantic import ValidationError

from handlers.control import MOST_WAIT, Reply, Verdict, Words
from handlers.control_socket import AUDIT, RELOAD, WORDS, unusable
from handlers.ledger import Since

BOT = "http://signoff"
PART_WITHIN = 60.0
"""Seconds between two parts of an export."""
BROKE_OFF = (
    "The bot ended before it answered, so it is not certain that this counted. `signoff list` shows what is open."
)
SILENT = (
    "The bot has not answered so far, so it is not certain that this counted. `signoff list` shows what is open, and "
    "the bot's log what keeps it."
)
RELOAD_SILENT = (
    "The bot has not answered so far, so it is not certain which policy is in force. Its log says so, under "
    "`policy_changed` or `policy_refused`."
)
CUT_OFF = "The bot ended before it had told everything. Ask again once it runs."
FELL_SILENT = "The bot fell silent before it had told everything. Ask again; its log says what keeps it."


class ControlProblem(Exception):  # noqa: N818 - its text is told to people; it is no error of ours
    """The running bot cannot be asked; the message says why and what to do."""


async def ask(path: Path, words: Words) -> Reply | None:
    """Put words to the running bot; None when no bot runs there, and then nothing was stored.

    Raises:
        ControlProblem: the socket cannot be used.
    """
    return await _post(path, WORDS, words.model_dump(), SILENT)


async def reload(path: Path) -> Reply | None:
    """Have the running bot read its policy again; None when no bot runs there.

    Raises:
        ControlProblem: the socket cannot be used.
    """
    return await _post(path, RELOAD, {}, RELOAD_SILENT)


async def _post(path: Path, word: str, body: Mapping[str, object], silent: str) -> Reply | None:
    async with _connection(path, ClientTimeout(total=MOST_WAIT + 5)) as session:
        try:
            async with session.post(f"{BOT}{word}", json=body) as response:
                return Reply.model_validate_json(await response.read())
        except ClientConnectorError as problem:
            _only_absence(path, problem)
            return None
        except TimeoutError:  # an OSError too, but whoever is silent has not ended
            return Reply(text=silent, verdict=Verdict.NOT_DONE)
        except (ClientError, OSError, ValidationError):
            return Reply(text=BROKE_OFF, verdict=Verdict.NOT_DONE)


@asynccontextmanager
async def export(path: Path, since: Since) -> AsyncIterator[AsyncIterator[bytes] | None]:
    """Open the stream of the audit chain's lines, in parts of any size; None when no bot runs there.

    Raises:
        ControlProblem: the socket cannot be used, or the bot breaks off or falls silent.
    """
    async with _connection(path, ClientTimeout(total=None, sock_read=PART_WITHIN)) as session:
        text = str(since) if isinstance(since, int) else since.isoformat()
        try:
            response = await session.get(f"{BOT}{AUDIT}", params={"since": text})
        except ClientConnectorError as problem:
            _only_absence(path, problem)
            response = None
        except TimeoutError as silence:
            raise ControlProblem(FELL_SILENT) from silence
        except (ClientError, OSError) as problem:
            raise ControlProblem(CUT_OFF) from problem
        try:
            yield None if response is None else _parts(response)
        finally:
            if response is not None:  # one that fell silent keeps its connection otherwise
                response.close()


async def _parts(response: ClientResponse) -> AsyncIterator[bytes]:
    if not response.ok:
        raise ControlProblem(Reply.model_validate_json(await response.read()).text)
    try:
        async for part in response.content.iter_any():
            yield part
    except TimeoutError as silence:
        raise ControlProblem(FELL_SILENT) from silence
    except (ClientError, OSError) as problem:
        raise ControlProblem(CUT_OFF) from problem


@asynccontextmanager
async def _connection(path: Path, limits: ClientTimeout) -> AsyncIterator[ClientSession]:
    problem = unusable(path)
    if problem:
        raise ControlProblem(problem)
    async with ClientSession(connector=UnixConnector(str(path)), timeout=limits) as session:
        yield session


def _only_absence(path: Path, problem: ClientConnectorError) -> None:
    """Return when nobody listens: no socket, or a stale one that an ended bot has left."""
    if isinstance(problem.os_error, PermissionError):
        raise ControlProblem(
            f"{path} belongs to another user. Run this as the user whom the bot runs as, for example with sudo -u."
        ) from problem
