"""What the reading commands answer: what is live, what waits and why, what is open. The text holds every line."""

from collections.abc import Mapping, Sequence

from bot.core import gates
from bot.core.asking import expires_at
from bot.core.blockers import blockers
from bot.core.build import Build
from bot.core.lane import Lane
from bot.core.policy import LanePolicy, Mode, Policy
from bot.core.release import Lifecycle, Release
from bot.ports.slack import Message
from bot.views import lanes as lane_views
from bot.views.barriers import stopped
from bot.views.blocks import Fact, Line, listing
from bot.views.escape import date
from bot.views.naming import Permalinks, live_label, named, subject, typed, word
from bot.views.obstacles import obstacle, quarantined
from bot.views.outcome import outcome, put_off
from bot.views.scene import Scene
from bot.views.states import marked_aside, words
from bot.views.turns import in_doubt, may_answer


def status(lanes: Sequence[Lane], scene: Scene) -> Message:
    """Return, lane by lane, what is live, what is shut and what is unfinished."""
    lines = _stop(lanes, scene)
    for lane in lanes:
        lines += _head(lane, scene)
        lines += [f"• {one}" for one in lane_views.next_freeze(lane, scene)]
        lines += [_release(release, lane, scene) for release in lane.releases if not release.state.ended]
    return listing(lines or [_nothing_named(scene.policy)])


def why(lanes: Sequence[Lane], scene: Scene, *, newest: Mapping[str, Build] | None = None) -> Message:
    """Return everything that is in the way of each unfinished release, and why a lane has none.

    Args:
        lanes: the lanes asked about.
        scene: what a view cannot look up itself.
        newest: the newest deployable build of each service that has one; None when that was not looked up.
    """
    lines = [] if any(lane.open for lane in lanes) else _stop(lanes, scene)  # else each of these tells
    for lane in lanes:
        unfinished = [release for release in lane.releases if not release.state.ended]
        lines += _head(lane, scene, shut=not lane.open)
        if not unfinished:
            lines.append(_none_open(lane, scene, newest))
        for release in unfinished:
            lines.append(_release(release, lane, scene))
            lines += [f"• {one}" for one in _reasons(release, lane, scene)]
    return listing(lines or [_nothing_named(scene.policy)])


def open_list(releases: Sequence[Release], policy: Policy, permalinks: Permalinks) -> Message:
    """Return the unfinished releases, oldest first."""
    if not releases:
        return listing([f"No release is open. {typed(policy, 'status')} shows what is live."])
    oldest_first = sorted(releases, key=lambda release: (release.opened_at, release.number))
    return listing([_listed(release, permalinks) for release in oldest_first])


def _stop(lanes: Sequence[Lane], scene: Scene) -> list[Line]:
    """Return that nothing starts anywhere, once and first."""
    stop = next((lane.around.stop for lane in lanes if lane.around.stop is not None), None)
    return [] if stop is None else [f"{stopped(stop, scene.policy)} It goes on with {typed(scene.policy, 'go-all')}."]


def _head(lane: Lane, scene: Scene, *, shut: bool = True) -> list[Line]:
    also = lane_views.switched(lane, scene.policy) + (lane_views.shut(lane, scene) if shut else [])
    also += lane_views.silent(lane, scene)
    lines: list[Line] = [f"• {one}" for one in also]
    return [Fact(lane_views.heading(lane, scene.policy), lane_views.live(lane, scene)), *lines]


def _release(release: Release, lane: Lane, scene: Scene) -> str:
    found = blockers(release, lane, scene.policy, scene.now) if release.state is Lifecycle.OPEN else ()
    name = named(release.number, scene.permalinks)
    state = words(release, found).predicate
    return f"{name}, {subject(release)}{marked_aside(release)}, {state}; opened {date(release.opened_at)}"


def _reasons(release: Release, lane: Lane, scene: Scene) -> list[str]:
    policy = scene.policy
    if release.state is not Lifecycle.OPEN:
        told = [f"{fact}." for fact in outcome(release, lane, policy, scene.links, scene.permalinks)]
        return [*told, *([may_answer(scene)] if in_doubt(release) else [])]
    reasons = [obstacle(one, release, lane, scene) for one in blockers(release, lane, policy, scene.now)]
    due = expires_at(release, lane, policy)
    if due:
        reasons.append(f"Expires {date(due)} if approvals are still missing.")
    tried = [f"{fact}." for fact in put_off(release, policy)]
    chosen = ["Somebody chose it to go first after the freeze."] if release.chosen else []
    return chosen + (reasons or tried or ["Nothing is in its way: its deploy is next."])


def _none_open(lane: Lane, scene: Scene, builds: Mapping[str, Build] | None) -> str:
    policy = scene.policy
    ask = typed(policy, f"{word(lane.id.service)} VERSION to {word(lane.id.environment)}")
    here = lane.policy(policy)
    if here is None:
        return "• No release is open: the policy no longer names this environment, so none opens."
    if lane.adopted_at is None:
        return "• No release is open: what is live there is still being found out, and none opens before that."
    if here.mode is Mode.OBSERVE:
        return "• No release is open: Signoff only observes this environment, its pipeline deploys there by itself."
    if builds is None:
        return (
            "• No release is open: the next build that passes its pipelines opens one by itself. "
            f"To ask for one now: {ask}"
        )
    newest = builds.get(lane.id.service)
    if newest is None:
        return "• No release is open: no build has passed its pipelines yet. The next one that does opens a release."
    if lane.live is not None and lane.live.sha == newest.sha:
        return f"• No release is open: {live_label(lane.live)}, the newest deployable build, is what is live."
    return f"• No release is open: {_unopened(newest, lane, here, ask, policy)}"


def _unopened(newest: Build, lane: Lane, here: LanePolicy, ask: str, policy: Policy) -> str:
    """Return why the newest deployable build has no release in a lane, as far as that is known."""
    what = f"the newest deployable build, {word(newest.label)},"
    mark = gates.quarantined(lane.around.marks, newest.position)
    if mark is not None:
        shut = quarantined(mark, lane.id.service, policy)
        return f"{what} is in quarantine. It is, or contains, {shut} To ask for another: {ask}"
    if lane.live is not None and lane.live.position is not None and newest.position < lane.live.position:
        return f"{what} is older than what is live, so it does not open by itself. To ask for it: {ask}"
    soak = here.after and f", or it has not been live in {word(here.after.environment)} for long enough"
    seen = f"that of {what} has ended, or the build is older than the first look at this environment{soak or ''}"
    return f"{seen}. To ask for one: {ask}"


_UNDER_WAY = {Lifecycle.DEPLOYING: "is being deployed", Lifecycle.VERIFYING: "is being verified"}


def _listed(release: Release, permalinks: Permalinks) -> str:
    state = _UNDER_WAY.get(release.state, "is open")
    what = f"{named(release.number, permalinks)}, {subject(release)}{marked_aside(release)}"
    return f"{what}, {state} since {date(release.opened_at)}"


def _nothing_named(policy: Policy) -> str:
    return f"The policy names no such service and environment. {typed(policy, 'help')} shows the words."
