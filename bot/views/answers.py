"""Private answers to people who acted: what their act did, or why it could not be understood."""

from collections.abc import Sequence

from bot.core.build import Build
from bot.core.inputs import Answer
from bot.core.policy import Kind, Policy
from bot.core.release import DeployStatus, Lifecycle, Release
from bot.ports.slack import Message
from bot.views.blocks import said
from bot.views.escape import date, mrkdwn
from bot.views.limits import few
from bot.views.naming import Permalinks, build_label, named, subject, typed, word
from bot.views.release_reasons import IS
from bot.views.states import marks

_FOLLOWS = {
    Answer.DID_RUN: "it counts as live now; nothing was sent again",
    Answer.DID_NOT_RUN: "it counts as failed; nothing was sent again",
    Answer.TRY_AGAIN: "it is looked for once more, then sent again",
    Answer.ABANDON: "it counts as failed, and the lane is free",
}


def opened(release: Release, policy: Policy, permalinks: Permalinks, read: str = "") -> Message:
    """Answer a request for a release; `read` tells how a local time was understood, or nothing."""
    older = " It is OLDER than what is live there." if "OLDER THAN LIVE" in marks(release) else ""
    older += f" It does not ship before {date(release.scheduled_for)}." if release.scheduled_for else ""
    asks = "its card asks the approvers" if policy_asks(release) else "it ships as soon as nothing is in its way"
    why = f"`{policy.command} why {word(release.lane.service)} {word(release.lane.environment)}`"
    return said(
        f"Opened {_release(release, permalinks)}{_kind(release)}: {asks}.{older}{read} What it waits for: {why}."
    )


def approved(release: Release, policy: Policy, permalinks: Permalinks) -> Message:
    """Answer an approval."""
    undo = typed(policy, f"withdraw {release.name}")
    return said(
        f"You approved {_release(release, permalinks)}. Its card shows what is still missing. "
        f"Until the deploy starts, {undo} takes your approval back."
    )


def rejected(release: Release, permalinks: Permalinks) -> Message:
    """Answer a rejection."""
    return said(f"You rejected {_release(release, permalinks)}. Its authors read your reason in the thread.")


def withdrawn(release: Release, permalinks: Permalinks) -> Message:
    """Answer a withdrawal."""
    return said(f"You took back your approval of {_release(release, permalinks)}. The release stays open.")


def cancelled(release: Release, permalinks: Permalinks) -> Message:
    """Answer a cancellation."""
    return said(f"You cancelled {_release(release, permalinks)}. Nothing was deployed.")


def asked_to_stop(release: Release, permalinks: Permalinks) -> Message:
    """Answer a cancellation while the deploy is under way."""
    ends = "The release ends when the CI system says so: failed, or live if it was too late"
    if release.deployment is not None and release.deployment.status is DeployStatus.ATTEMPTED:
        return said(
            f"The CI system is asked to cancel the deploy of {_release(release, permalinks)}, once it is known which "
            f"job it is. {ends}; or cancelled, if nothing was sent."
        )
    return said(f"The CI system is asked to cancel the deploy of {_release(release, permalinks)}. {ends}.")


def resolved(release: Release, answer: Answer, permalinks: Permalinks) -> Message:
    """Answer somebody who told what became of a lost request."""
    return said(f"You said of {_release(release, permalinks)}: {answer.value}; {_FOLLOWS[answer]}.")


def already_handled(release: Release, permalinks: Permalinks) -> Message:
    """Answer a click on a second copy of a card, with the link of the one that is kept true."""
    return said(f"This notice was posted twice; follow it here: {_release(release, permalinks)}.")


def copy_of_card() -> Message:
    """Answer a click on a second copy of a card that counted all the same."""
    return said("This notice was posted twice. Your click counted; the other copy is the one that is kept up to date.")


def overtaken() -> Message:
    """Answer an act that could not be decided at once, and whose person has acted on the command line since."""
    return said(
        "This could not be decided when you did it, and you have acted on the command line since: that counted, "
        "this did not. Please do it again if you still want it."
    )


def shut_since() -> Message:
    """Answer words that would open again what somebody has shut, or shut anew, after they were said."""
    return said(
        "This could not be decided when you did it, and what you wanted to open has been shut since, so nothing was "
        "changed. Please look at why, and do it again if you still want it."
    )


def live_since() -> Message:
    """Answer words that asked to go back without saying to what, and before something became live, or failed."""
    return said(
        "This could not be decided when you did it, and what is live there has changed since, or a deploy there has "
        "failed, so nothing was started. Please do it again with the version to go back to."
    )


def declared_since() -> Message:
    """Answer words that told what is live before what is live now became so."""
    return said(
        "This could not be decided when you did it, and what is live there has changed since, so nothing was changed. "
        "Please look at what is live, and do it again if you still want it."
    )


def mode_since() -> Message:
    """Answer words that would let more ship, said before somebody switched the mode."""
    return said(
        "This could not be decided when you did it, and the mode there was switched since, so nothing was changed. "
        "Please look at why, and do it again if you still want it."
    )


def failed_since(release: Release, policy: Policy, permalinks: Permalinks) -> Message:
    """Answer words that would try a release again, said before it failed."""
    return said(
        f"This could not be decided when you did it, and {_release(release, permalinks)}, has failed only since, so "
        "nothing was started. Please look at why, and do it again if you still want it: "
        f"{typed(policy, f'retry {release.name}')}."
    )


def not_my_button() -> Message:
    """Answer a click on a button that stands for nothing, or not for the message it is in."""
    return said("This button no longer does anything, so nothing was changed. `list` shows what is open.")


def nothing_to_do(release: Release, act: str, policy: Policy, permalinks: Permalinks) -> Message:
    """Answer a button, which opens a form, of a release that has moved on since; it says where to go on."""
    what = _release(release, permalinks)
    if release.state is Lifecycle.OPEN:
        return said(f"{what}, has changed since: please look at its card again, then decide.")
    if release.superseded_by is not None:
        newer = named(release.superseded_by, permalinks)
        return said(f"{what}, was superseded by {newer}, which carries a newer build. Please decide there.")
    place = f"{word(release.lane.service)} {word(release.lane.environment)}"
    on = f"`{policy.command} hold {place} REASON` holds it" if act == "hold" else f"`{policy.command} status {place}`"
    tells = on if act == "hold" else f"{on} shows what is live and what waits there"
    return said(f"There is nothing to {act} here any more: {what}, {IS[release.state]}. {tells}.")


def no_such_release(number: int, policy: Policy) -> Message:
    """Answer an act on a release that was never opened."""
    return said(f"There is no release R-{number}. {typed(policy, 'list')} shows what is open.")


def no_such_build(service: str, version: str | None, builds: Sequence[Build], policy: Policy) -> Message:
    """Answer a request that names no build, or several: never a guess. Without a version: there is none at all."""
    name = word(service)
    if version is None:
        return said(f"{name} has no deployable build yet: the first whose pipelines all succeed can be asked for.")
    if builds:
        several = few([build_label(build) for build in builds], 10)
        return said(f"{word(version)} fits several builds: {several}. Please name one by its commit.")
    return said(
        f"No build of {name} is called {word(version)}. A build is named by its version or by at least seven digits "
        f"of its commit; {typed(policy, f'status {name}')} shows what is live."
    )


def nobody_by_that_name(name: str) -> Message:
    """Answer an act on behalf of somebody whom the policy does not list."""
    return said(f"The policy lists nobody called “{mrkdwn(name, 80)}”, so nothing was changed.")


def reads_only() -> Message:
    """Answer a reading command where only acts are expected."""
    return said("That command only reads, and nothing was changed. `help` shows the words.")


def misunderstood(sentence: str) -> Message:
    """Answer words that are no command; `sentence` is the grammar's, escaped already."""
    return said(sentence)


def set_aside(name: str) -> Message:
    """Tell somebody that what they did could not be decided; `name` is under what it is in the log and the list."""
    return said(
        "Something went wrong on our side, so this did not count, and nothing was changed. "
        f"It is kept as {word(name)}: operations may yet have it decided, and then you hear of it."
    )


def settled(name: str, answer: Answer) -> Message:
    """Answer somebody on the command line who told what to do about something undelivered."""
    return said(f"You said of {word(name)}: {answer.value}.")


def not_settled(name: str, why: str) -> Message:
    """Answer somebody whose word about something undelivered changed nothing."""
    return said(f"Nothing was changed ({word(name)}): {why}.")


def policy_asks(release: Release) -> bool:
    """Whether the release needs people's approval under the policy it was opened with."""
    return bool(release.policy.required(release.kind))


def _kind(release: Release) -> str:
    return "" if release.kind is Kind.RELEASE else f", as a {release.kind.value.upper()}"


def _release(release: Release, permalinks: Permalinks) -> str:
    return f"{named(release.number, permalinks)}, {subject(release)}"
