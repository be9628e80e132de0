"""A lane in `status` and `why`: its mode, what is live there, what shuts it: hold, lock, freezes, quarantine."""

from bot.core import calendar, gates
from bot.core.build import is_commit
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.views import mainline
from bot.views.barriers import held, locked
from bot.views.escape import date, link
from bot.views.naming import lane_label, lane_words, repository, typed, word
from bot.views.people import person
from bot.views.sayings import said_why
from bot.views.scene import Scene


def heading(lane: Lane, policy: Policy) -> str:
    """Return the lane with its mode; where somebody switched that at run time, with the file's."""
    here, written = lane.policy(policy), policy.lane(lane.id)
    if here is None or written is None:
        return f"{lane_label(lane.id)} (no longer in the policy)"
    if here.mode is written.mode:
        return f"{lane_label(lane.id)} ({here.mode.value})"
    return f"{lane_label(lane.id)} ({here.mode.value} for now, {written.mode.value} in the file)"


def live(lane: Lane, scene: Scene) -> str:
    """Return what is live there, since when and by which release."""
    runs = lane.live
    if runs is None:
        return "nobody has told yet what is live"
    shown = link(scene.links.commit(repository(lane.id, scene.policy), runs.sha), runs.sha[:7])
    version = word(runs.version)
    what = shown if is_commit(runs.version, runs.sha) else f"{version} ({shown})"
    by = f", R-{runs.release}" if runs.release else ""
    return f"{what} is live since {date(runs.since)}{by}"


def switched(lane: Lane, policy: Policy) -> list[str]:
    """Return who switched the lane's mode, when and why, as a sentence; nothing where the file's mode holds."""
    switch = lane.mode
    if switch is None or lane.policy(policy) == policy.lane(lane.id):
        return []
    by = person(switch.by, policy)
    return [f"{by} switched its mode to {switch.mode.value} {date(switch.at)}{said_why(switch.reason)}."]


def shut(lane: Lane, scene: Scene) -> list[str]:
    """Return, as sentences, what lets nothing start in the lane whatever waits in it, and how that ends."""
    policy, now = scene.policy, scene.now
    found = []
    hold, lock = gates.hold_of(lane, now), gates.lock_of(lane, now)
    if hold is not None:
        found.append(f"{held(hold, lane.id, policy)} {typed(policy, f'resume {lane_words(lane.id)}')} ends that.")
    if lock is not None:
        found.append(f"{locked(lock, lane.id, policy)} {typed(policy, f'unlock {lane_words(lane.id)}')} ends that.")
    frozen = calendar.frozen(policy.freezes, lane.id, now)
    return found + [f"The freeze “{word(one.name)}” is in force until {date(one.until)}." for one in frozen]


def silent(lane: Lane, scene: Scene) -> list[str]:
    """Return that the pipelines of the lane's service are silent, as a sentence; nothing while they report."""
    waiting, service = scene.silent.get(lane.id.service), scene.policy.service(lane.id.service)
    return [] if waiting is None or service is None else [mainline.waits(waiting, service, scene.links)]


def next_freeze(lane: Lane, scene: Scene) -> list[str]:
    """Return which freeze comes next in the lane, as a sentence; nothing where none does within a year."""
    if lane.policy(scene.policy) is None:
        return []
    here = [freeze for freeze in scene.policy.freezes if freeze.concerns(lane.id)]
    found = [(window, freeze) for freeze in here for window in calendar.windows(freeze, scene.now, 2)]
    to_come = sorted((pair for pair in found if pair[0].begins > scene.now), key=lambda pair: pair[0].begins)
    return [
        f"The next freeze is “{word(freeze.name)}”, from {date(window.begins)} until {date(window.ends)}."
        for window, freeze in to_come[:1]
    ]
