"""Private answers to people who did something to a lane, a build or everything: what it did, and how to end it."""

from datetime import datetime

from bot.core.build import Build
from bot.core.lane import Hold, Lane, Lock, Stop
from bot.core.policy import LaneId, Mode, Policy
from bot.core.release import Release
from bot.ports.slack import Message
from bot.views.barriers import held as held_words
from bot.views.blocks import said
from bot.views.escape import date, mrkdwn
from bot.views.naming import Permalinks, build_label, lane_label, lane_words, named, subject, typed, word
from bot.views.release_reasons import IS
from bot.views.sayings import said_why


def read_in(zone: str | None, *, skipped: bool = False, twice: bool = False) -> str:
    """Return how a local time was read, as sentences after a space.

    Args:
        zone: the name of the time zone; None for UTC.
        skipped: the clocks are put forward over that time.
        twice: they are put back over it.
    """
    if zone is None:
        return " That was read in UTC, since your time zone is not known."
    read = f" That was read in the time zone {mrkdwn(zone, 60)}."
    if skipped:
        return f"{read} The clocks there skip the time that you said, so it is later by as much as they skip."
    return f"{read} The clocks there show that time twice that night: the first is meant." if twice else read


def scheduled(release: Release, at: datetime, now: datetime, read: str, permalinks: Permalinks) -> Message:
    """Answer somebody who scheduled a release; `read` tells how a local time was understood, or nothing."""
    what = _release(release, permalinks)
    if at <= now:
        return said(f"{what}, ships as soon as nothing is in its way.")
    return said(f"{what}, does not ship before {date(at)}, and goes on by itself then.{read}")


def overridden(release: Release, permalinks: Permalinks) -> Message:
    """Answer somebody who broke the glass."""
    return said(
        f"You overrode missing approvals and freezes for {_release(release, permalinks)}. That holds for this one "
        "release only, is on the record, and operations are told."
    )


def undone(release: Release, permalinks: Permalinks) -> Message:
    """Answer somebody who stopped what was about to start."""
    return said(f"You stopped {_release(release, permalinks)}. Nothing was deployed, and people are asked again.")


def marked_done(release: Release, permalinks: Permalinks) -> Message:
    """Answer somebody who said that a failed release is live after all."""
    return said(f"You marked {_release(release, permalinks)}, as done: it counts as live now. Operations are told.")


def retried(failed: Release, again: Release, permalinks: Permalinks) -> Message:
    """Answer somebody who tries a failed release again."""
    counts = " Its approvals count on." if again.standing() else ""
    return said(f"You try {named(failed.number, permalinks)} again: {_release(again, permalinks)}.{counts}")


def held(lane: Lane, hold: Hold, policy: Policy) -> Message:
    """Answer somebody who held a lane."""
    resume = typed(policy, f"resume {lane_words(lane.id)}")
    return said(f"{held_words(hold, lane.id, policy)} What is being deployed goes on. {resume} ends the hold.")


def resumed(lane: LaneId) -> Message:
    """Answer somebody who ended a hold."""
    return said(f"You resumed {lane_label(lane)}: what waits there goes on as soon as nothing else is in its way.")


def locked(lane: LaneId, lock: Lock, policy: Policy, *, usual: bool) -> Message:
    """Answer somebody who took a lane for themselves; `usual` tells that they did not say for how long."""
    unlock = typed(policy, f"unlock {lane_words(lane)}")
    for_how_long = typed(policy, f"lock {lane_words(lane)} for DURATION REASON")
    hour = f" That is one hour, since you did not say for how long: {for_how_long} does." if usual else ""
    return said(
        f"You have {lane_label(lane)} for yourself until {date(lock.until)}{said_why(lock.reason)}. "
        f"{unlock} ends that.{hour}"
    )


def unlocked(lane: LaneId) -> Message:
    """Answer somebody who ended a lock."""
    return said(f"You unlocked {lane_label(lane)}: what waits there goes on as soon as nothing else is in its way.")


def switched(lane: LaneId, mode: Mode, written: Mode) -> Message:
    """Answer somebody who switched a lane's mode; `written` is what the policy file says."""
    file = f"The policy file says {written.value}, which holds again once that line of it changes. "
    told = "It is what the policy file says. " if mode is written else file
    return said(f"{lane_label(lane)} is in the mode {mode.value} now. {told}Operations are told.")


def declared(lane: LaneId, version: str) -> Message:
    """Answer somebody who told what is live."""
    return said(f"Noted: {word(version)} is what is live in {lane_label(lane)}. Operations are told.")


def stopped(stop: Stop, policy: Policy) -> Message:
    """Answer somebody who stopped everything."""
    go = typed(policy, "go-all")
    return said(
        f"You stopped everything{said_why(stop.reason)}. Nothing starts anywhere; what is being deployed goes on. "
        f"{go} lets it go on. Operations are told."
    )


def let_go() -> Message:
    """Answer somebody who let everything go on."""
    return said(
        "You let everything go on: what waits starts as soon as nothing else is in its way. Operations are told."
    )


def quarantined(build: Build, policy: Policy) -> Message:
    """Answer somebody who put a build in quarantine."""
    clear = typed(policy, f"release-quarantine {word(build.service)} VERSION REASON")
    return said(
        f"You put {build_label(build)} in quarantine, with every build that contains it: none of them ships. "
        f"{clear} confirms one that is well again. Operations are told."
    )


def cleared(build: Build) -> Message:
    """Answer somebody who confirmed a build."""
    return said(
        f"You confirmed {build_label(build)}, with every build that contains it: quarantine is lifted for these. "
        "Operations are told."
    )


def never_went_before(lane: LaneId, policy: Policy) -> Message:
    """Answer a rollback without a version where nothing was live before, as far as Signoff knows."""
    to = typed(policy, f"rollback {word(lane.service)} to VERSION in {word(lane.environment)} REASON")
    return said(
        f"Nothing was live in {lane_label(lane)} before, as far as Signoff knows, so nothing was started. "
        f"To name the build yourself: {to}."
    )


def no_way_back(release: Release, policy: Policy, permalinks: Permalinks) -> Message:
    """Answer the button Roll back where it would not go back to what it did when it was shown."""
    lane = release.lane
    status = typed(policy, f"status {lane_words(lane)}")
    to = typed(policy, f"rollback {word(lane.service)} to VERSION in {word(lane.environment)} REASON")
    return said(
        f"What is live or under way in {lane_label(lane)} has changed since that button of "
        f"{_release(release, permalinks)}, was shown, so nothing was started. {status} shows what is live; "
        f"to go back to a build of your choice: {to}."
    )


def not_failed(release: Release, permalinks: Permalinks) -> Message:
    """Answer the button Mark as done of a release that is no longer a failed one."""
    return said(f"There is nothing to mark as done any more: {_release(release, permalinks)}, {IS[release.state]}.")


def not_scheduled(release: Release, permalinks: Permalinks) -> Message:
    """Answer the button As soon as possible of a release that waits for no time any more."""
    return said(
        f"{_release(release, permalinks)}, waits for no time any more, so nothing was changed: it ships as soon as "
        "nothing is in its way."
    )


def no_such_commit(service: str, version: str) -> Message:
    """Answer somebody who told that something is live that no build is known of."""
    return said(
        f"No build of {word(service)} is called {word(version)}, so nothing was changed. "
        "What is live can also be told by its whole commit, 40 hex digits."
    )


def _release(release: Release, permalinks: Permalinks) -> str:
    return f"{named(release.number, permalinks)}, {subject(release)}"
