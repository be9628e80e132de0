"""Every blocker as a sentence: what is in the way, until when, who can lift it and with which words."""

from dataclasses import replace
from datetime import timedelta
from typing import get_args

import pytest
from inline_snapshot import snapshot

from bot.core.approvals import Missing
from bot.core.blockers import (
    AllStopped,
    BehindInQueue,
    Blocker,
    BuildNotDeployable,
    FindingAuthors,
    Held,
    InFreeze,
    InQuarantine,
    LaneBusy,
    LaneNotInPolicy,
    Locked,
    NeedsAnotherApprover,
    NotThereYet,
    PeopleUnknown,
    Scheduled,
    Soaking,
    Undoable,
    WaitsForApproval,
    WaitsForChoice,
)
from bot.core.build import BuildState
from bot.core.lane import Hold, Judgement, Lock, Mark, Stop
from bot.core.policy import ApprovalRule, Hotfix, Kind, LaneId, LanePolicy, Mode, NewerBuild, Permission, Skip
from bot.core.release import Release
from bot.views.blocks import said
from bot.views.obstacles import obstacle
from bot.views.states import words
from tests.unit.views.reading import check
from tests.unit.views.values import (
    IN_PRODUCTION,
    NINE,
    PRODUCTION,
    QA,
    TEN,
    a_lane,
    a_policy,
    a_release,
    a_scene,
    a_yes,
)

ELEVEN = TEN + timedelta(hours=1)
HOLD = Hold("the database moves", NINE, "sam", ELEVEN)
LOCK = Lock("sam", "U0SAM", "load test", NINE, ELEVEN)
STOP = Stop("sam", "the data centre <burns>", NINE)
MARK = Mark(1, Judgement.BAD, (NINE, 118, 1), "118 (9f3c2ab)", "sam", "it loses money", NINE)
BLOCKERS: tuple[Blocker, ...] = (
    WaitsForApproval(Missing(QA, 0)),
    NeedsAnotherApprover(),
    PeopleUnknown(("Ann <ann>", "Bob")),
    FindingAuthors(),
    FindingAuthors(1),
    FindingAuthors(100),
    Undoable(ELEVEN),
    Scheduled(ELEVEN),
    NotThereYet("staging"),
    Soaking("staging", ELEVEN),
    BuildNotDeployable(BuildState.BROKEN),
    BuildNotDeployable(BuildState.PENDING),
    InQuarantine(MARK),
    InQuarantine(replace(MARK, by=None)),
    LaneNotInPolicy(LaneId("payments", "qa")),
    InFreeze("year end", ELEVEN),
    WaitsForChoice("year end"),
    Held(HOLD),
    Held(Hold("R-41 rolled it back", NINE)),
    Locked(LOCK),
    AllStopped(STOP),
    LaneBusy(41),
    BehindInQueue(41),
)
FAST = Hotfix((ApprovalRule(("sre",), 1),), frozenset({Skip.SOAK, Skip.FREEZE}))
EVERYTHING = tuple((permission, ("sre",)) for permission in Permission)


def told(blocker: Blocker, production: LanePolicy = IN_PRODUCTION, **changed: object) -> str:
    policy = a_policy(production, permissions=EVERYTHING, **changed)
    release = a_release()
    sentence = obstacle(blocker, release, a_lane(release), a_scene(policy))
    check(said(sentence))
    return sentence


def test_no_blocker_is_left_out_above() -> None:
    assert {type(blocker) for blocker in BLOCKERS} == set(get_args(Blocker))


def test_every_blocker() -> None:
    assert "\n".join(told(blocker) for blocker in BLOCKERS) == snapshot("""\
Waits for 1 of qa: 0 of 1 given; may approve: kim, <@U0PRIYA>.
A commit of it is approved by nobody but its own authors: somebody else must approve too (kim, <@U0PRIYA>).
Nobody can tell who these are: Ann &lt;ann&gt;, Bob. Here everybody who wrote or approved it must be listed; whoever keeps the policy file can add them to `people`.
Signoff is still finding out who wrote its commits, so that nobody alone lets their own work through. It asks the CI system again by itself, and goes on once that has answered. If it cannot be reached and this cannot wait, <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE> can ship it without the answer, with `/deploy override R-42 REASON`.
It brings 1 commit more than Signoff can look at, so somebody could let their own work through alone. Please ship an earlier build first, which brings less; or, if this cannot wait, <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE> can look at the commits and ship it with `/deploy override R-42 REASON`.
It brings 100 commits more than Signoff can look at, so somebody could let their own work through alone. Please ship an earlier build first, which brings less; or, if this cannot wait, <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE> can look at the commits and ship it with `/deploy override R-42 REASON`.
All have approved: it starts by itself <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>. Until then its approvers and its requester can stop it with the button Undo; whoever approved can also take that back with `/deploy withdraw R-42`.
It is scheduled for <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC> and goes on by itself then. Its approvers and its requester can move that with `/deploy schedule R-42 at TIME`; `now` is a time, too.
It has not been live in staging: it goes on by itself when it has. To ask for that: `/deploy payments 118 to staging`.
It has not been live in staging for long enough: it goes on by itself <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>.
Its build broke (a pipeline): its authors (Ann) can run it again or push a fix. No build before it opens by itself: `/deploy payments VERSION to production` asks for one.
Its pipelines have not all succeeded yet: it goes on by itself when they have.
It is, or contains, build 118 (9f3c2ab), which <@U0SAM> put in quarantine <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “it loses money”. A build that is well again can be confirmed with `/deploy release-quarantine payments VERSION REASON` (by <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>).
It is, or contains, build 118 (9f3c2ab), which Signoff put in quarantine <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “it loses money”. A build that is well again can be confirmed with `/deploy release-quarantine payments VERSION REASON` (by <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>).
The policy no longer names payments in qa: whoever keeps the policy file can put it back, or somebody drops the release with `/deploy cancel R-42`.
The freeze “year end” is in force until <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>: this goes on by itself then. What cannot wait: `/deploy override R-42 REASON` (<@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>).
Several releases waited for the freeze “year end”, and people choose which goes first: kim, <@U0PRIYA> can choose this one with `/deploy schedule R-42 at now`.
payments in production is held by <@U0SAM> until <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “the database moves”. It can be resumed with `/deploy resume payments production` (by <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>).
payments in production is held, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “R-41 rolled it back”. It can be resumed with `/deploy resume payments production` (by <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>).
<@U0SAM> has payments in production for themselves until <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>: “load test”. It can be unlocked with `/deploy unlock payments production` (by <@U0SAM>, or by <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>).
Everything is stopped by <@U0SAM>, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “the data centre &lt;burns&gt;”. It goes on with `/deploy go-all` (by <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>).
<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41> is being deployed to production or verified there: this one follows by itself after that.
<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41> goes first: this one follows by itself. Its requester or an approver can take the other one away with `/deploy cancel R-41`.\
""")


def test_where_there_is_a_fast_path_it_is_named() -> None:
    fast = replace(IN_PRODUCTION, hotfix=FAST)
    shown = [told(one, fast) for one in (NotThereYet("staging"), Soaking("staging", ELEVEN), InFreeze("x", ELEVEN))]
    assert "\n".join(shown) == snapshot("""\
It has not been live in staging: it goes on by itself when it has. To ask for that: `/deploy payments 118 to staging`. The fast path leaves that out: `/deploy hotfix payments 118 to production REASON` (<@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>).
It has not been live in staging for long enough: it goes on by itself <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>. The fast path leaves that out: `/deploy hotfix payments 118 to production REASON` (<@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>).
The freeze “x” is in force until <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>: this goes on by itself then. What cannot wait: `/deploy override R-42 REASON` (<@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>) or `/deploy hotfix payments 118 to production REASON` (<@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>).\
""")


def test_a_fast_path_that_skips_nothing_is_no_way_past() -> None:
    slow = replace(IN_PRODUCTION, hotfix=replace(FAST, skip=frozenset()))
    for one in (NotThereYet("staging"), Soaking("staging", ELEVEN), InFreeze("x", ELEVEN)):
        assert told(one, slow) == told(one)


def test_a_lane_that_is_only_observed_now() -> None:
    observed = replace(IN_PRODUCTION, mode=Mode.OBSERVE)
    assert told(LaneNotInPolicy(PRODUCTION), observed) == snapshot(
        "payments in production is only observed now, so Signoff deploys nothing there: <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE> can change that with `/deploy mode payments production delivery REASON`, or somebody drops the release with `/deploy cancel R-42`."
    )


def test_where_no_rule_asks_anybody_people_who_may_request_choose() -> None:
    release = a_release(policy=replace(IN_PRODUCTION, approvals=()))
    scene = a_scene(a_policy(replace(IN_PRODUCTION, approvals=())))
    assert obstacle(WaitsForChoice("year end"), release, a_lane(release), scene) == snapshot(
        "Several releases waited for the freeze “year end”, and people choose which goes first: whoever may ask for releases can choose this one with `/deploy schedule R-42 at now`."
    )


def test_a_hold_can_be_lifted_by_the_approvers_where_the_policy_is_silent() -> None:
    release = a_release()
    assert obstacle(Held(HOLD), release, a_lane(release), a_scene()).endswith("(by kim, <@U0PRIYA>).")


@pytest.mark.parametrize(
    "release",
    [
        a_release(kind=Kind.HOTFIX),
        a_release(policy=replace(IN_PRODUCTION, newer_build=NewerBuild.EACH_MUST_SHIP)),
    ],
    ids=["a fast path", "where each must ship"],
)
def test_of_what_goes_its_own_way_nobody_reads_how_to_ship_a_build_before_it(release: Release) -> None:
    said = obstacle(BuildNotDeployable(BuildState.BROKEN), release, a_lane(release), a_scene())
    assert said == "Its build broke (a pipeline): its authors (Ann) can run it again or push a fix."


def test_what_a_card_is_headed_by() -> None:
    headings = [f"{type(one).__name__}: {words(a_release(), (one,)).heading}" for one in BLOCKERS]
    assert headings == snapshot(
        [
            "WaitsForApproval: Waiting for approval",
            "NeedsAnotherApprover: Waiting for approval",
            "PeopleUnknown: Waiting for approval",
            "FindingAuthors: Waiting",
            "FindingAuthors: Waiting",
            "FindingAuthors: Waiting",
            "Undoable: About to deploy",
            "Scheduled: Scheduled",
            "NotThereYet: Soaking",
            "Soaking: Soaking",
            "BuildNotDeployable: Waiting",
            "BuildNotDeployable: Waiting",
            "InQuarantine: In quarantine",
            "InQuarantine: In quarantine",
            "LaneNotInPolicy: Waiting",
            "InFreeze: Frozen",
            "WaitsForChoice: Waiting for a choice",
            "Held: Held",
            "Held: Held",
            "Locked: Locked out",
            "AllStopped: Stopped",
            "LaneBusy: Queued",
            "BehindInQueue: Queued",
        ]
    )


def test_missing_approvals_are_named_before_all_else() -> None:
    assert words(a_release(), tuple(reversed(BLOCKERS))).predicate == "waits for approval"


def test_whoever_has_approved_is_not_asked_for_another_approval() -> None:
    def told_of(*people: str) -> str:
        release = a_release(approvals=tuple(a_yes(one) for one in people))
        return obstacle(NeedsAnotherApprover(), release, a_lane(release), a_scene())

    assert [told_of("kim"), told_of("kim", "priya")] == snapshot(
        [
            "A commit of it is approved by nobody but its own authors: somebody else must approve too (<@U0PRIYA>).",
            "A commit of it is approved by nobody but its own authors: somebody else must approve too; the policy names nobody else, so please tell whoever keeps it.",
        ]
    )
