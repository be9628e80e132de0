"""The reading words, answered from the policy alone or from what is stored; nothing changes."""

from dataclasses import replace
from datetime import datetime

from bot.core import silence
from bot.core.policy import Policy
from bot.core.silence import Unreported
from bot.ports.slack import Message
from bot.ports.store import Transaction
from bot.views import answers, status
from bot.views.diff import diff
from bot.views.freezes import freezes
from bot.views.help import help_message
from bot.views.history import history
from bot.views.scene import Scene
from handlers.differences import lanes_of
from handlers.phrases import ENTRIES
from handlers.vocabulary import (
    DiffWords,
    FreezeWords,
    HelpWords,
    HistoryWords,
    ListWords,
    Misunderstood,
    Parsed,
    StatusWords,
    WhyWords,
)

Stored = StatusWords | WhyWords | ListWords | HistoryWords | DiffWords
"""What is answered from the database."""
Plain = HelpWords | FreezeWords | Misunderstood
"""What is answered from the policy alone, so that it is even while the database cannot be used."""


def plain(parsed: Plain, policy: Policy, now: datetime) -> Message:
    """Return the answer to words that read the policy, or that mean nothing."""
    match parsed:
        case Misunderstood(sentence):
            return answers.misunderstood(sentence)
        case HelpWords(word):
            return help_message(ENTRIES, policy.command, word)
        case FreezeWords():
            return freezes(policy, now)


def stored(tx: Transaction, parsed: Stored, scene: Scene) -> Message:
    """Return the answer to words that read what is stored, within one reading transaction."""
    match parsed:
        case ListWords():
            return status.open_list(tx.lanes.unfinished(), scene.policy, scene.permalinks)
        case DiffWords():
            newest = tx.builds.newest_deployable(parsed.service)
            return diff(lanes_of(tx, parsed, scene.policy), newest, scene)
    lanes = lanes_of(tx, parsed, scene.policy)
    if isinstance(parsed, StatusWords | WhyWords):
        scene = replace(scene, silent=_silent(tx, scene.policy, scene.now))
    match parsed:
        case StatusWords():
            return status.status(lanes, scene)
        case WhyWords():
            found = {service.name: tx.builds.newest_deployable(service.name) for service in scene.policy.services}
            newest_of = {name: build for name, build in found.items() if build is not None}
            return status.why(lanes, scene, newest=newest_of)
        case HistoryWords():
            releases = [one for lane in lanes for one in tx.lanes.history(lane.id, parsed.count)]
            return history(lanes, releases, scene, parsed.count)


def _silent(tx: Transaction, policy: Policy, now: datetime) -> dict[str, Unreported]:
    """Return the builds that wait for pipelines of which the service's channel heard that they are silent."""
    found = (
        silence.heard(tx.gates.reporting(service.name), service, tx.gates.marks(service.name), now)
        for service in policy.services
    )
    return {one.build.service: one for one in found if one is not None}


def answer(tx: Transaction, parsed: Parsed | Misunderstood, scene: Scene) -> Message | None:
    """Return the answer to words that read, or that mean nothing; None when they act."""
    if isinstance(parsed, Plain):
        return plain(parsed, scene.policy, scene.now)
    return stored(tx, parsed, scene) if isinstance(parsed, Stored) else None
