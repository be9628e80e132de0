"""The reading words, answered from what is stored: within one reading transaction, and nothing changes."""

from bot.core.policy import LanePolicy, Policy
from bot.ports.slack import Message
from bot.ports.store import Transaction
from bot.views import status
from bot.views.history import history
from bot.views.links import Links
from handlers.desk import Desk
from handlers.permalinks import Permalinks
from handlers.scenery import scene_of
from handlers.vocabulary import HistoryWords, ListWords, StatusWords, WhyWords

Stored = StatusWords | WhyWords | ListWords | HistoryWords
"""What is answered from the database; the other reading words need the policy alone."""


def look(tx: Transaction, parsed: Stored, desk: Desk, links: Links) -> Message:
    """Return the answer to words that read what is stored."""
    permalinks = Permalinks(tx.cards, desk.workspace)
    if isinstance(parsed, ListWords):
        return status.open_list(tx.lanes.unfinished(), desk.policy, permalinks)
    scene = scene_of(tx, desk.policy, links, desk.workspace, desk.clock())
    lanes = tuple(tx.lanes.load(one.lane) for one in _wanted(parsed, desk.policy))
    match parsed:
        case StatusWords():
            return status.status(lanes, scene)
        case WhyWords():
            found = {service.name: tx.builds.newest_deployable(service.name) for service in desk.policy.services}
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
