"""What keeps a whole lane from shipping, as sentences: freezes, a hold, a lock, a stop; for cards, `why`, `status`."""

from typing import assert_never

from bot.core.approvals import rules_of
from bot.core.blockers import AllStopped, Held, InFreeze, Locked, WaitsForChoice
from bot.core.lane import Hold, Lane, Lock, Stop
from bot.core.policy import LaneId, Permission, Policy, Skip
from bot.core.release import Release
from bot.views.approvers import everybody
from bot.views.escape import date
from bot.views.holders import holders, who_may_resume
from bot.views.naming import lane_label, lane_words, typed, word
from bot.views.people import person
from bot.views.sayings import said_why
from bot.views.scene import Scene

Barrier = InFreeze | WaitsForChoice | Held | Locked | AllStopped


def barrier(blocker: Barrier, release: Release, lane: Lane, scene: Scene) -> str:
    """Return what shuts the lane for a release as a sentence, with who can open it."""
    policy = scene.policy
    match blocker:
        case InFreeze():
            return _freeze(blocker, release, lane, policy)
        case WaitsForChoice():
            who = everybody(rules_of(release, lane, policy), policy) or "whoever may ask for releases"
            choose = typed(policy, f"schedule {release.name} at now")
            return (
                f"Several releases waited for the freeze “{word(blocker.freeze)}”, and people choose which goes first: "
                f"{who} can choose this one with {choose}."
            )
        case Held():
            return f"{held(blocker.hold, lane.id, policy)} {_may_resume(blocker.hold, lane, policy)}"
        case Locked():
            return f"{locked(blocker.lock, lane.id, policy)} {_may_unlock(blocker.lock, lane, policy)}"
        case AllStopped():
            return f"{stopped(blocker.stop, policy)} {_may_go(policy)}"
    assert_never(blocker)


def held(hold: Hold, lane: LaneId, policy: Policy) -> str:
    """Return that a lane is held: by whom, since and until when, why."""
    who = f" by {person(hold.by, policy)}" if hold.by else ""
    until = f" until {date(hold.until)}" if hold.until else ""
    return f"{lane_label(lane)} is held{who}{until}, since {date(hold.since)}{said_why(hold.reason)}."


def locked(lock: Lock, lane: LaneId, policy: Policy) -> str:
    """Return that somebody has a lane for themselves: who, until when, why."""
    owner = person(lock.owner, policy)
    return f"{owner} has {lane_label(lane)} for themselves until {date(lock.until)}{said_why(lock.reason)}."


def stopped(stop: Stop, policy: Policy) -> str:
    """Return that nothing starts anywhere: by whose word, since when, why."""
    by = person(stop.by, policy)
    return f"Everything is stopped by {by}, since {date(stop.since)}{said_why(stop.reason)}."


def _freeze(blocker: InFreeze, release: Release, lane: Lane, policy: Policy) -> str:
    here = lane.policy(policy)
    ways = [f"{typed(policy, f'override {release.name} REASON')} ({holders(Permission.OVERRIDE, policy)})"]
    if here is not None and here.hotfix is not None and Skip.FREEZE in here.hotfix.skip:
        environment = word(release.lane.environment)
        fast = f"hotfix {word(release.lane.service)} {word(release.build.version)} to {environment} REASON"
        ways.append(f"{typed(policy, fast)} ({holders(Permission.HOTFIX, policy)})")
    return (
        f"The freeze “{word(blocker.name)}” is in force until {date(blocker.until)}: this goes on by itself then. "
        f"What cannot wait: {' or '.join(ways)}."
    )


def _may_resume(hold: Hold, lane: Lane, policy: Policy) -> str:
    may = who_may_resume(hold, policy, lane.policy(policy))
    return f"It can be resumed with {typed(policy, f'resume {lane_words(lane.id)}')} (by {may})."


def _may_unlock(lock: Lock, lane: Lane, policy: Policy) -> str:
    owner = person(lock.owner, policy)
    others = f", or by {holders(Permission.LOCK, policy)}" if policy.allowed(Permission.LOCK) else ""
    unlock = typed(policy, f"unlock {lane_words(lane.id)}")
    return f"It can be unlocked with {unlock} (by {owner}{others})."


def _may_go(policy: Policy) -> str:
    return f"It goes on with {typed(policy, 'go-all')} (by {holders(Permission.STOP_ALL, policy)})."
