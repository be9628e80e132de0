"""What somebody is told personally about their change: live, rejected or rolled back; and what its button answers."""

from bot.core.lane import Live
from bot.core.personal import Concern, Ending, Theirs
from bot.core.policy import Policy
from bot.core.release import Release
from bot.ports.slack import Message
from bot.views.blocks import actions, said
from bot.views.escape import link, mrkdwn
from bot.views.muting import MUTE_BUTTON, UNMUTE_BUTTON
from bot.views.naming import lane_words, live_label, named, repository, subject, typed
from bot.views.people import person
from bot.views.sayings import said_why
from bot.views.scene import Scene
from bot.views.states import marked_aside

_MOST = 10
"""How many commits are named; the others are counted."""
_TITLE = 200


def tell_author(
    release: Release,
    ending: Ending,
    concern: Concern,
    scene: Scene,
    *,
    by: str | None = None,
    why: str = "",
    by_now: Live | None = None,
) -> Message:
    """Return the message to one person: what happened to their change, why, by whom, and what they can do.

    Args:
        release: the release that ended.
        ending: how.
        concern: who is told, with their commits.
        scene: what a view cannot look up itself.
        by: the id of whoever did it, if a person did.
        why: what they said about it.
        by_now: what is live there instead, where it is told late that the release became live.
    """
    name = named(release.number, scene.permalinks)
    what = f"{name}, {subject(release, 'in' if ending is not Ending.REJECTED else 'to')}{marked_aside(release)}"
    lines = [
        _happened(ending, concern, what, f"{_by(by, scene.policy)}{said_why(why)}", by_now),
        *_commits(concern.commits, release, scene),
        _next(ending, release, scene.policy),
    ]
    told = said(*lines)
    return Message(told.text, (*told.blocks, actions((MUTE_BUTTON,))))


def muted_now(policy: Policy) -> Message:
    """Answer somebody who wants no more of these messages."""
    told = said(
        "Muted: Signoff no longer tells you personally when your changes are live, rejected or rolled back, "
        "nor when approvals have been missing for long.",
        f"A deploy that fails still mentions you in its channel, and {typed(policy, 'status')} always tells.",
    )
    return Message(told.text, (*told.blocks, actions((UNMUTE_BUTTON,))))


def unmuted_now() -> Message:
    """Answer somebody who wants these messages again."""
    told = said(
        "Unmuted: Signoff tells you personally when your changes are live, rejected or rolled back, "
        "and when approvals have been missing for long and you could help."
    )
    return Message(told.text, (*told.blocks, actions((MUTE_BUTTON,))))


def _happened(ending: Ending, concern: Concern, what: str, by_and_why: str, by_now: Live | None) -> str:
    several = len(concern.commits) > 1
    whose = "Your changes" if several else "Your change" if concern.commits else "What you asked for"
    match ending:
        case Ending.LIVE if by_now is not None:
            return f"{whose} became live: {what}. By now, {live_label(by_now)} is live there."
        case Ending.LIVE:
            return f"{whose} {'are' if several else 'is'} live: {what}."
        case Ending.REJECTED:
            return f"{whose} {'were' if several else 'was'} rejected: {what}{by_and_why}. Nothing was deployed."
        case _:
            return f"{whose} {'were' if several else 'was'} rolled back: {what}{by_and_why}."


def _by(by: str | None, policy: Policy) -> str:
    return f", by {person(by, policy)}" if by else ""


def _commits(commits: tuple[Theirs, ...], release: Release, scene: Scene) -> list[str]:
    where = repository(release.lane, scene.policy)
    lines = [
        f"• {link(scene.links.commit(where, one.sha), one.sha[:7])} {mrkdwn(one.title, _TITLE) or '(no title)'}"
        for one in commits[:_MOST]
    ]
    return [*lines, f"and {len(commits) - _MOST} more of yours"] if len(commits) > _MOST else lines


def _next(ending: Ending, release: Release, policy: Policy) -> str:
    place = lane_words(release.lane)
    match ending:
        case Ending.LIVE:
            return f"There is nothing to do. {typed(policy, f'status {place}')} shows what is live."
        case Ending.REJECTED:
            return "Its thread says who said what. A newer build is asked for anew, with your change in it."
        case _:
            return f"Please look into it with them; {typed(policy, f'why {place}')} tells what waits now."
