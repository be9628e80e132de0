"""A refusal as a private answer to whoever acted: nothing was changed, and every reason why."""

from bot.core.policy import LaneId, Policy
from bot.core.refusals import AccountMayNotAct, Refusal
from bot.core.release import Release
from bot.ports.slack import Message
from bot.views.blocks import said
from bot.views.naming import Permalinks, lane_label, named, subject
from bot.views.outsiders import for_members
from bot.views.reasons import sentence


def refusal(
    given: Refusal, release: Release | None, policy: Policy, permalinks: Permalinks, *, lane: LaneId | None = None
) -> Message:
    """Return why nothing was changed: every reason.

    Somebody whose account may not act hears what they hear of everything: names are not for outsiders.

    Args:
        given: the refusal.
        release: the release that the act was about, if it named one.
        policy: today's policy.
        permalinks: where the cards of releases are.
        lane: the lane that the act was about, where it named no release but a lane.
    """
    outside = next((reason for reason in given.reasons if isinstance(reason, AccountMayNotAct)), None)
    if outside is not None:
        return for_members(outside.account)
    about = f" ({named(release.number, permalinks)}, {subject(release)})" if release else ""
    if lane is not None and release is None:
        about = f" ({lane_label(lane)})"
    sentences = [sentence(reason, release, policy, permalinks, lane=lane) for reason in given.reasons]
    if len(sentences) > 1:
        sentences = [f"• {one}" for one in sentences]
    return said(f"Nothing was changed{about}.", *sentences)
