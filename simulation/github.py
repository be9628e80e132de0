"""GitHub in the simulation: the bot's own connection, over a network that fails, to the sandbox's forge in-process."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from yarl import URL

from handlers.ci.github_connection import Github
from handlers.ci.sender import Sender
from sandbox.exchange import JSON, Reply
from sandbox.github import in_process
from sandbox.github.forge import Forge
from simulation.network import Mishap, Network
from simulation.session import Session, as_client_session


@dataclass(frozen=True, slots=True)
class GithubWay:
    """The way to the forge. It belongs to the world: a process that dies leaves it as it is."""

    forge: Forge
    network: Network

    def connect(self, clock: Callable[[], datetime], before: Callable[[str], None] = lambda _what: None) -> Github:
        """Return a connection for one process: a source and an executor.

        Args:
            clock: the present, for whoever reads an answer that speaks of time.
            before: called before anything is sent; what it raises reaches whoever sends.
        """
        session = Session(self.carry, before=before)
        sender = Sender(as_client_session(session), in_process.BASE, self.forge.token or "", clock)
        return Github(sender, self.forge.site)

    async def carry(self, method: str, url: URL, headers: Mapping[str, str], body: bytes, patience: float) -> Reply:
        """Carry one request."""

        def land() -> Reply | None:
            try:
                return Reply(*_status_body_headers(self.forge, method, url, headers, body))
            except in_process.NoAnswerError:
                return None

        return await self.network.carry(f"{method} {url.path}", land, patience)


def github_network(rng: random.Random) -> Network:
    """Return a network that speaks GitHub's words where it is asked too often."""
    return Network(rng, {Mishap.LIMITED: _limited, Mishap.FORBIDDEN: _forbidden})


def _status_body_headers(
    forge: Forge, method: str, url: URL, headers: Mapping[str, str], body: bytes
) -> tuple[int, bytes, dict[str, str]]:
    status, told, said = in_process.answer(
        forge, method, url.raw_path, query=dict(url.query), headers=headers, body=body
    )
    return status, said, told


def _limited(rng: random.Random) -> Reply:
    said = {"message": "You have exceeded a secondary rate limit."}
    return Reply(429, json.dumps(said).encode(), {"Content-Type": JSON, "Retry-After": str(rng.randint(1, 90))})


def _forbidden(rng: random.Random) -> Reply:
    """The secondary limit as GitHub mostly tells it: 403, with or without the seconds."""
    said = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
    wait = {"Retry-After": str(rng.randint(1, 90))} if rng.random() < 1 / 2 else {}
    return Reply(403, json.dumps(said).encode(), {"Content-Type": JSON, **wait})
