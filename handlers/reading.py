"""The reading words, answered from what is stored: within one reading transaction, and nothing changes."""

from bot.core.policy import LanePolicy, Policy
from bot.ports.slack import Message
from bot.ports.store import Transaction
from bot.views import answers, status
from bot.views.diff import diff
from bot.views.freezes import freezes
from bot.views.help import help_message
from bot.views.history import history
from bot.views.links import Links
from bot.views.scene import Scene
from handlers.desk import Desk
from handlers.differences import lanes_of
from handlers.phrases import ENTRIES
from handlers.scenery import scene_of
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
"""What is answered from the database; the other reading words need the policy alone."""


def answer(tx: Transaction, parsed: Parsed | Misunderstood, scene: Scene) -> Message | None:
    """Return the answer to words that read, or that mean nothing; None when they act."""
    match parsed:
        case Misunderstood(sentence):
            return answers.misunderstood(sentence)
        case HelpWords(word):
            return help_message(ENTRIES, scene.policy.command, word)
        case FreezeWords():
            return freezes(scene.policy, scene.now)
        case StatusWords() | WhyWords() | ListWords() | HistoryWords() | DiffWords():
            return _stored(tx, parsed, scene)
        case _:
            return None


def look(tx: Transaction, parsed: Stored, desk: Desk, links: Links) -> Message:
    """Return the answer to words that read what is stored."""
    return _stored(tx, parsed, scene_of(tx, desk.policy, links, desk.workspace, desk.clock()))


def _stored(tx: Transaction, parsed: Stored, scene: Scene) -> Message:
    if isinstance(parsed, ListWords):
        return status.open_list(tx.lanes.unfinished(), scene.policy, scene.permalinks)
    if isinstance(parsed, DiffWords):
        return diff(lanes_of(tx, parsed, scene.policy), tx.builds.newest_deployable(parsed.service), scene)
    lanes = tuple(tx.lanes.load(one.lane) for one in _wanted(parsed, scene.policy))
    match parsed:
        case StatusWords():
            return status.status(lanes, scene)
        case WhyWords():
            found = {service.name: tx.builds.newest_deployable(service.name) for service in scene.policy.services}
            newest = {name: build for name, build in found.items() if build is not None}
            return status.why(lanes, scene, newest=newest)
        case HistoryWords():
            releases = [one for lane in lanes for one in tx.lanes.history(lane.id, parsed.count)]
            return history(lanes, releases, scene, parsed.count)


def _wanted(parsed: StatusWords | WhyWords | HistoryWords, policy: Policy) -> list[LanePolicy]:
    return [
        one
        for one in policy.lanes()
        if parsed.service in {None, one.lane.service} and parsed.environment in {None, one.lane.environment}
    ]
