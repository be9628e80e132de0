"""GitHub in the simulation: the bot's own connection, over a network that fails, to the sandbox's forge in-process."""

import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.policy import Policy
from bot.core.source import GithubSource
from bot.core.target import DeployWebhook, GithubDeployment, GithubGate, GithubWorkflow
from bot.ports.ci import Executor
from handlers.ci.github_connection import Github
from handlers.ci.github_gate_reading import GateReader
from handlers.ci.github_gated_builds import GatedBuilds
from handlers.ci.github_gates import GithubGates
from handlers.ci.github_kept import Kept
from handlers.ci.github_stops import GithubStops
from handlers.ci.sender import Sender
from handlers.ci.systems import Systems
from sandbox.exchange import JSON, Reply
from sandbox.github import in_process
from sandbox.github.forge import Forge
from sandbox.github.records_gates import APPROVED
from sandbox.github.state import Landed
from simulation.network import Mishap, Network
from simulation.session import Sent, Session, as_client_session

_KEY = re.compile(r"R-[1-9][0-9]*-[a-z0-9]{8}", re.ASCII)


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
        return Github(Kept(sender), self.forge.site)

    async def carry(self, sent: Sent) -> Reply:
        """Carry one request; plans know it by method and path."""

        def land() -> Reply | None:
            path, query = sent.url.raw_path, dict(sent.url.query)
            try:
                status, headers, body = in_process.answer(
                    self.forge, sent.method, path, query=query, headers=sent.headers, body=sent.body
                )
            except in_process.NoAnswerError:
                return None
            return Reply(status, body, headers)

        return await self.network.carry(f"{sent.method} {sent.url.path}", land, sent.patience, sent.connect)


def systems_of(github: Github, deployer: Executor, site: str) -> Systems:
    """Return the CI systems of one process, put together as `bot.githubs` does it."""
    sends = github.sender
    gates = GithubGates(sends, site)
    return Systems(
        {GithubSource: GatedBuilds(github, GateReader(sends, site))},
        {GithubDeployment: github, GithubWorkflow: github, GithubGate: gates, DeployWebhook: deployer},
        {GithubSource: github},
        {GithubGate: gates},
        {GithubWorkflow: GithubStops(sends)},
    )


def has_gates(policy: Policy) -> bool:
    """Whether runs wait at gates."""
    return any(isinstance(lane.target, GithubGate) for lane in policy.lanes())


def landed(forge: Forge) -> list[Landed]:
    """Return every deploy that was begun, by its key: at a gate that stands in the answer that let the run go on."""
    return [_answered(forge, one) if one.gated else one for one in forge.landed()]


def _answered(forge: Forge, one: Landed) -> Landed:
    """Return a run that went on at its gate with the key of the answer that it was given last before that."""
    run = one.key.removeprefix("run ").partition("/")[0]
    reviews = [review for review in forge.repositories[one.repository].reviews if f"{review.run}" == run]
    said = [review.comment for review in reviews if review.state == APPROVED and review.at <= one.at]
    found = _KEY.search(said[-1]) if said else None
    return replace(one, key=found[0]) if found else one


def github_network(rng: random.Random) -> Network:
    """Return a network that speaks GitHub's words where it is asked too often."""
    return Network(rng, {Mishap.LIMITED: _limited, Mishap.FORBIDDEN: _forbidden})


def _limited(rng: random.Random) -> Reply:
    said = {"message": "You have exceeded a secondary rate limit."}
    return Reply(429, json.dumps(said).encode(), {"Content-Type": JSON, "Retry-After": str(rng.randint(1, 90))})


def _forbidden(rng: random.Random) -> Reply:
    """The secondary limit as GitHub mostly tells it: 403, with or without the seconds."""
    said = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
    wait = {"Retry-After": str(rng.randint(1, 90))} if rng.random() < 1 / 2 else {}
    return Reply(403, json.dumps(said).encode(), {"Content-Type": JSON, **wait})
