"""The new messages to those whose approval is missing, and to a second group when that has lasted for long."""

from bot.core.asking import expires_at
from bot.core.blockers import WaitsForApproval, approval_blockers
from bot.core.escalating import Called
from bot.core.lane import Lane
from bot.core.policy import ApprovalRule, Person, Policy
from bot.core.release import Release
from bot.ports.slack import Message
from bot.views.approvers import by_whom, whom
from bot.views.blocks import actions, said
from bot.views.escape import date
from bot.views.limits import few
from bot.views.muting import MUTE_BUTTON
from bot.views.naming import named, subject, typed, word
from bot.views.obstacles import obstacle
from bot.views.people import MOST, person, usergroup
from bot.views.scene import Scene
from bot.views.states import marked_aside


def remind(release: Release, lane: Lane, scene: Scene) -> Message:
    """Return the message: whom it concerns by mention, what waits, since when, until when, and what to do."""
    what = f"{_what(release, scene)}, has been waiting for approval since {date(release.asked_since)}."
    return said(what, *_missing(release, lane, scene), f"Please decide on its card, or with {_words(release, scene)}.")


def escalate(release: Release, lane: Lane, to: str, called: Called, scene: Scene) -> Message:
    """Return the message to a second group, by mention: what waits since when for whom, and what is asked of them.

    Args:
        release: what waits.
        lane: the release's lane.
        to: the group's name.
        called: who of it is called, and what for.
        scene: what a view cannot look up itself.
    """
    who = few(_mentions(called, to, scene.policy), MOST) or "nobody whom the policy names"
    what = (
        f"{_what(release, scene)}, has been waiting for approval since {date(release.asked_since)}. "
        f"Escalated to {word(to)}: {who}."
    )
    return said(what, *_missing(release, lane, scene), _ask(release, called, scene))


def tell_escalated(release: Release, lane: Lane, to: str, called: Called, scene: Scene) -> Message:
    """Return the same for one person of the group, with the button that ends such messages."""
    told = said(
        f"You are asked as one of {word(to)}: {_what(release, scene)}, has been waiting for approval since "
        f"{date(release.asked_since)}.",
        *_missing(release, lane, scene),
        _ask(release, called, scene),
    )
    return Message(told.text, (*told.blocks, actions((MUTE_BUTTON,))))


def _what(release: Release, scene: Scene) -> str:
    return f"{named(release.number, scene.permalinks)}, {subject(release)}{marked_aside(release)}"


def _words(release: Release, scene: Scene) -> str:
    return f"{typed(scene.policy, f'approve {release.name}')} or {typed(scene.policy, f'reject {release.name} REASON')}"


def _ask(release: Release, called: Called, scene: Scene) -> str:
    if called.to_approve:
        return f"Your approval would help: please decide on its card, or with {_words(release, scene)}."
    return (
        "No approval of yours is asked for: please see to it that those whose approval is missing decide on its card, "
        f"or with {_words(release, scene)}."
    )


def _mentions(called: Called, to: str, policy: Policy) -> list[str]:
    group = policy.group(to)
    whole = usergroup(group) if group is not None and called.usergroup else None
    people: list[Person] = list(called.people)
    return [*(person(one.id, policy) for one in people), *([whole] if whole else [])]


def _missing(release: Release, lane: Lane, scene: Scene) -> list[str]:
    """Return what is missing and of whom, and what comes of silence."""
    lines = []
    for one in approval_blockers(release, lane, scene.policy):
        if isinstance(one, WaitsForApproval):
            rule, have = one.missing.rule, one.missing.have
            who = whom(rule, release, lane, scene.policy) or "nobody is left who may"
            lines.append(f"Still missing: {_more(rule, have)}: {who}.")
        else:
            lines.append(obstacle(one, release, lane, scene))
    due = expires_at(release, lane, scene.policy)
    if due:
        lines.append(f"It expires {date(due)} if approvals are still missing; that is no rejection.")
    return lines


def _more(rule: ApprovalRule, have: int) -> str:
    """Return how many approvals a rule still lacks, and of how many: 1 approval by sre."""
    approvals = f"approval{'' if rule.count == 1 else 's'} by {by_whom(rule)}"
    return f"{rule.count - have} of {rule.count} {approvals}" if have else f"{rule.count} {approvals}"
