"""The lines of a thread about the deploy of a release, from the attempt to the end of its verification."""

from collections.abc import Callable, Mapping

from bot.core.effects import Happened
from bot.core.release import Release
from bot.core.target import Command
from bot.views.escape import mrkdwn
from bot.views.naming import subject
from bot.views.outcome import REASON
from bot.views.people import channel
from bot.views.spans import span
from bot.views.told import Told


def _attempted(told: Told) -> str:
    unchecked = f" {told.detail}: what it said of them before counts." if told.detail else ""
    return f"Asking the CI system to deploy {subject(told.release)}.{unchecked}"


def _put_off(told: Told) -> str:
    return f"The deploy could not be handed over yet: {told.detail}. Nothing was sent; it is tried again by itself."


def _accepted(told: Told) -> str:
    return f"The CI system accepted the deploy.{told.job}"


def _running(told: Told) -> str:
    return f"The deploy job runs.{told.job}"


def _lost(told: Told) -> str:
    where = channel(told.scene.policy.operations) or "the operations channel"
    if isinstance(told.release.policy.target, Command):
        why = "Nobody can tell whether the command ran to its end: this host's own record does not say"
    else:
        lost = "the answer was lost and the CI system does not know the request"
        why = f"Nobody can tell whether the deploy started: {lost}"
    return f"{why}. Nothing is sent again by itself; somebody is asked in {where}."


def _verifying(told: Told) -> str:
    return f"The deploy job has ended well; {_asked(told.release)}.{told.job}"


def _asked(release: Release) -> str:
    rule = release.policy.verify
    if rule is None:
        return "it is verified before it counts as live"
    held = f", and stay so for {span(rule.hold_for)}" if rule.hold_for else ""
    return f"it must be healthy within {span(rule.within)}{held} before it counts as live"


def _well(told: Told) -> str:
    detail = f": {told.detail}" if told.detail else ""
    return f"Healthy for the first time since its deploy{detail}."


def _live(told: Told) -> str:
    says = f" {told.who} looked and says that it ran." if told.happening.by else ""
    return f"Live: {subject(told.release, 'in')}.{says}{told.job}"


def _failed(told: Told) -> str:
    reason = mrkdwn(told.happening.detail or "no reason was told", REASON)
    what = "The verification failed" if told.release.health is not None else "The deploy failed"
    return f"{what}: {reason}.{told.job}"


LINES: Mapping[Happened, Callable[[Told], str]] = {
    Happened.DEPLOY_ATTEMPTED: _attempted,
    Happened.DEPLOY_PUT_OFF: _put_off,
    Happened.DEPLOY_ACCEPTED: _accepted,
    Happened.DEPLOY_RUNNING: _running,
    Happened.DEPLOY_LOST: _lost,
    Happened.VERIFYING: _verifying,
    Happened.WELL: _well,
    Happened.LIVE: _live,
    Happened.FAILED: _failed,
}
