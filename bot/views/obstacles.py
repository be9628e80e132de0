"""Every blocker as a sentence: what is in the way, until when, and who can lift it with which words."""

from typing import assert_never

from bot.core import blockers
from bot.core.approvals import rules_of
from bot.core.blockers import Blocker
from bot.core.build import BuildState, RunStatus
from bot.core.lane import Lane, Mark
from bot.core.policy import Kind, NewerBuild, Permission, Policy, Skip
from bot.core.release import Release
from bot.views.approvers import rule_label, rule_state
from bot.views.barriers import barrier
from bot.views.escape import date
from bot.views.holders import holders
from bot.views.limits import few
from bot.views.naming import lane_label, lane_words, pipeline, typed, word
from bot.views.people import authors, person, sources
from bot.views.sayings import said_why
from bot.views.scene import Scene
from bot.views.turns import turn

_OfApprovals = (
    blockers.WaitsForApproval | blockers.NeedsAnotherApprover | blockers.PeopleUnknown | blockers.FindingAuthors
)
_OfTime = blockers.Undoable | blockers.Scheduled | blockers.NotThereYet | blockers.Soaking
_OfBuild = blockers.BuildNotDeployable | blockers.InQuarantine


def obstacle(blocker: Blocker, release: Release, lane: Lane, scene: Scene) -> str:
    """Return a blocker of an open release as a sentence, with the way on."""
    match blocker:
        case (
            blockers.WaitsForApproval()
            | blockers.NeedsAnotherApprover()
            | blockers.PeopleUnknown()
            | blockers.FindingAuthors()
        ):
            return _of_approvals(blocker, release, lane, scene)
        case blockers.Undoable() | blockers.Scheduled() | blockers.NotThereYet() | blockers.Soaking():
            return _of_time(blocker, release, lane, scene)
        case blockers.BuildNotDeployable() | blockers.InQuarantine():
            return _of_build(blocker, release, scene)
        case blockers.LaneBusy() | blockers.BehindInQueue():
            return turn(blocker, release, lane, scene)
        case blockers.LaneNotInPolicy():
            return _of_policy(blocker, release, scene)
        case _:
            return barrier(blocker, release, lane, scene)


def _of_approvals(blocker: _OfApprovals, release: Release, lane: Lane, scene: Scene) -> str:
    match blocker:
        case blockers.WaitsForApproval():
            short = blocker.missing
            return f"Waits for {rule_label(short.rule)}: {rule_state(short, release, lane, scene.policy)}."
        case blockers.NeedsAnotherApprover():
            who = _others(release, lane, scene)
            may = f" ({who})" if who else "; the policy names nobody else, so please tell whoever keeps it"
            return f"A commit of it is approved by nobody but its own authors: somebody else must approve too{may}."
        case blockers.PeopleUnknown():
            names = few([word(name) for name in blocker.names], 10)
            return (
                f"Nobody can tell who these are: {names}. Here everybody who wrote or approved it must be listed; "
                "whoever keeps the policy file can add them to `people`."
            )
        case blockers.FindingAuthors(untold):
            return _of_authors(untold, release, scene)
    assert_never(blocker)


def _of_authors(untold: int, release: Release, scene: Scene) -> str:
    """Return why it is not known who wrote it: nobody has told yet, or there are more commits than can be looked at."""
    who = holders(Permission.OVERRIDE, scene.policy)
    override = typed(scene.policy, f"override {release.name} REASON")
    if untold:
        more = "1 commit" if untold == 1 else f"{untold} commits"
        return (
            f"It brings {more} more than Signoff can look at, so somebody could let their own work through alone. "
            "Please ship an earlier build first, which brings less; or, if this "
            f"cannot wait, {who} can look at the commits and ship it with {override}."
        )
    return (
        "Signoff is still finding out who wrote its commits, so that nobody alone lets their own work through. "
        "It asks the CI system again by itself, and goes on once that has answered. If it cannot be reached "
        f"and this cannot wait, {who} can ship it without the answer, with {override}."
    )


def _others(release: Release, lane: Lane, scene: Scene) -> str:
    """Return who may approve and has not yet: all who have are authors of the commit that lacks another approver."""
    names = [source for rule in rules_of(release, lane, scene.policy) for source in rule.sources]
    return sources(names, scene.policy, without=[yes.person for yes in release.standing()])


def _of_time(blocker: _OfTime, release: Release, lane: Lane, scene: Scene) -> str:
    match blocker:
        case blockers.Undoable():
            back = typed(scene.policy, f"withdraw {release.name}")
            return (
                f"All have approved: it starts by itself {date(blocker.until)}. Until then its approvers and its "
                f"requester can stop it with the button Undo; whoever approved can also take that back with {back}."
            )
        case blockers.Scheduled():
            move = typed(scene.policy, f"schedule {release.name} at TIME")
            return (
                f"It is scheduled for {date(blocker.until)} and goes on by itself then. "
                f"Its approvers and its requester can move that with {move}; `now` is a time, too."
            )
        case blockers.NotThereYet():
            before = word(blocker.environment)
            ask = typed(scene.policy, f"{word(release.lane.service)} {word(release.build.version)} to {before}")
            past = _past_the_soak(release, lane, scene)
            return f"It has not been live in {before}: it goes on by itself when it has. To ask for that: {ask}.{past}"
        case blockers.Soaking():
            past = _past_the_soak(release, lane, scene)
            before = word(blocker.environment)
            return (
                f"It has not been live in {before} for long enough: it goes on by itself {date(blocker.until)}.{past}"
            )
    assert_never(blocker)


def _past_the_soak(release: Release, lane: Lane, scene: Scene) -> str:
    """Return the way that leaves the environment before out, where the policy has one."""
    here = lane.policy(scene.policy)
    if here is None or here.hotfix is None or Skip.SOAK not in here.hotfix.skip:
        return ""
    environment = word(release.lane.environment)
    fast = f"hotfix {word(release.lane.service)} {word(release.build.version)} to {environment} REASON"
    return f" The fast path leaves that out: {typed(scene.policy, fast)} ({holders(Permission.HOTFIX, scene.policy)})."


def _of_build(blocker: _OfBuild, release: Release, scene: Scene) -> str:
    if isinstance(blocker, blockers.InQuarantine):
        return f"It is, or contains, {quarantined(blocker.mark, release.lane.service, scene.policy)}"
    if blocker.state is BuildState.BROKEN:
        bad = [check.pipeline for check in release.build.checks if check.status in _BAD]
        named_bad = few([pipeline(name) for name in bad], 5) or "a pipeline"
        wrote = authors(release.build.authors, scene.policy)
        mend = f"Its build broke ({named_bad}): its authors ({wrote}) can run it again or push a fix."
        return f"{mend}{_one_before(release, scene)}"
    return "Its pipelines have not all succeeded yet: it goes on by itself when they have."


_BAD = {RunStatus.FAILED, RunStatus.CANCELLED}


def quarantined(mark: Mark, service: str, policy: Policy) -> str:
    """Return which build somebody put in quarantine, when and why, and how one that contains it gets out."""
    who = person(mark.by, policy) if mark.by else "Signoff"
    clear = typed(policy, f"release-quarantine {word(service)} VERSION REASON")
    may = holders(Permission.QUARANTINE, policy)
    return (
        f"build {word(mark.label)}, which {who} put in quarantine {date(mark.at)}{said_why(mark.reason)}. "
        f"A build that is well again can be confirmed with {clear} (by {may})."
    )


def _one_before(release: Release, scene: Scene) -> str:
    """Return how an older build ships instead: what was superseded does not open again by itself."""
    if release.kind is not Kind.RELEASE or release.policy.newer_build is not NewerBuild.LATEST_WINS:
        return ""
    ask = typed(scene.policy, f"{word(release.lane.service)} VERSION to {word(release.lane.environment)}")
    return f" No build before it opens by itself: {ask} asks for one."


def _of_policy(blocker: blockers.LaneNotInPolicy, release: Release, scene: Scene) -> str:
    cancel = typed(scene.policy, f"cancel {release.name}")
    if scene.policy.lane(blocker.lane) is not None:
        mode = typed(scene.policy, f"mode {lane_words(blocker.lane)} delivery REASON")
        return (
            f"{lane_label(blocker.lane)} is only observed now, so Signoff deploys nothing there: "
            f"{holders(Permission.MODE, scene.policy)} can change that with {mode}, "
            f"or somebody drops the release with {cancel}."
        )
    return (
        f"The policy no longer names {lane_label(blocker.lane)}: "
        f"whoever keeps the policy file can put it back, or somebody drops the release with {cancel}."
    )
