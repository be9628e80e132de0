"""Whose turn it is in a lane, as a sentence: which other release is before this one, and how to go on."""

from bot.core.approvals import missing
from bot.core.blockers import BehindInQueue, LaneBusy, own_blockers
from bot.core.gates import quarantined
from bot.core.lane import Lane, Mark
from bot.core.policy import ApprovalRule, Permission
from bot.core.release import DeployStatus, Lifecycle, Release
from bot.views.approvers import rule_label, whom
from bot.views.holders import holders
from bot.views.naming import named, typed, word
from bot.views.people import channel
from bot.views.scene import Scene
from bot.views.states import words


def turn(blocker: LaneBusy | BehindInQueue, release: Release, lane: Lane, scene: Scene) -> str:
    """Return why a release waits for another one, until when, and who can change that."""
    other = lane.release(blocker.release)
    name = named(blocker.release, scene.permalinks)
    if isinstance(blocker, LaneBusy):
        where = word(release.lane.environment)
        if other is not None and in_doubt(other):
            return (
                f"{name} may or may not be deploying to {where}: the answer to the request was lost. "
                f"This one follows once that is known. {may_answer(scene)}"
            )
        return f"{name} is being deployed to {where} or verified there: this one follows by itself after that."
    cancel = typed(scene.policy, f"cancel R-{blocker.release}")
    mark = quarantined(lane.around.marks, other.build.position) if other is not None else None
    if mark is not None:
        return _behind_a_bad_one(name, mark, cancel, release, scene)
    after = _still(other, lane, scene) if other is not None else ""
    return (
        f"{name} goes first{after}: this one follows by itself. "
        f"Its requester or an approver can take the other one away with {cancel}."
    )


def _still(other: Release, lane: Lane, scene: Scene) -> str:
    """Return what the one that goes first waits for by itself, as a part of a sentence; empty where that is nothing."""
    found = own_blockers(other, lane, scene.policy, scene.now)
    if other.state is not Lifecycle.OPEN or not found:
        return ""
    short = missing(other, lane, scene.policy)
    asked = [f"{rule_label(one.rule)}: {_able(one.rule, other, lane, scene)}" for one in short]
    return f" and {words(other, found).predicate}" + (f" ({'; '.join(asked)})" if asked else "")


def _able(rule: ApprovalRule, other: Release, lane: Lane, scene: Scene) -> str:
    return whom(rule, other, lane, scene.policy) or "nobody is left who may"


def _behind_a_bad_one(name: str, mark: Mark, cancel: str, release: Release, scene: Scene) -> str:
    clear = typed(scene.policy, f"release-quarantine {word(release.lane.service)} VERSION REASON")
    return (
        f"{name} goes first, since each must ship, but it is, or contains, build {word(mark.label)}, which is in "
        f"quarantine: nothing moves by itself. Its requester or an approver can take it away with {cancel}, and this "
        f"one follows; or a build that is well again is confirmed with {clear} "
        f"(by {holders(Permission.QUARANTINE, scene.policy)})."
    )


def in_doubt(release: Release) -> bool:
    """Whether nobody can tell if the deploy of a release was started."""
    if release.state is not Lifecycle.DEPLOYING or release.deployment is None:
        return False
    return release.deployment.status is DeployStatus.UNKNOWN


def may_answer(scene: Scene) -> str:
    """Return who may tell whether a deploy ran whose request was lost, and where they are asked, as a sentence."""
    where = channel(scene.policy.operations) or "the operations channel"
    return f"Whether it ran can be answered in {where} by {holders(Permission.RESOLVE, scene.policy)}."
