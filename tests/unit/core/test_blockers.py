"""Every reason why a release may not ship now, all at once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.approvals import Missing
from bot.core.blockers import (
    BehindInQueue,
    Blocker,
    BuildNotDeployable,
    LaneBusy,
    LaneNotInPolicy,
    NeedsAnotherApprover,
    WaitsForApproval,
    blockers,
    expires_at,
)
from bot.core.build import BuildState
from bot.core.lane import Lane
from bot.core.policy import Policy
from bot.core.release import Release
from tests.factories import LANE, NOON, a_build
from tests.unit.core.values import (
    ALEX,
    AUTOMATIC,
    ELSEWHERE,
    POLICY,
    PRIYA,
    PRIYA_AUTHOR,
    QA,
    SRE,
    flying,
    lane,
    policy,
    release,
)

BOTH = policy(QA, SRE)
DAY = NOON + timedelta(hours=24)
BROKEN = a_build(3, state=BuildState.BROKEN)
READY = release(3, PRIYA)
WAITS_QA, WAITS_SRE = WaitsForApproval(Missing(QA, 0)), WaitsForApproval(Missing(SRE, 0))

BLOCKED: list[tuple[str, Release, Lane, Policy, tuple[Blocker, ...]]] = [
    ("nothing", READY, lane(READY), POLICY, ()),
    ("nothing of its own deploy", flying(3), lane(flying(3)), POLICY, ()),
    ("every rule that is not met", release(3, under=BOTH), lane(), BOTH, (WAITS_QA, WAITS_SRE)),
    (
        "only authors have approved",
        release(3, PRIYA, build=a_build(3, authors=(PRIYA_AUTHOR,))),
        lane(),
        POLICY,
        (NeedsAnotherApprover(),),
    ),
    (
        "authors, while people are missing anyway",
        release(3, PRIYA, build=a_build(3, authors=(PRIYA_AUTHOR,)), under=BOTH),
        lane(),
        BOTH,
        (WAITS_SRE,),
    ),
    (
        "pipelines that run again",
        release(3, PRIYA, build=a_build(3, state=BuildState.PENDING)),
        lane(),
        POLICY,
        (BuildNotDeployable(BuildState.PENDING),),
    ),
    ("a lane that left the policy", READY, lane(READY), ELSEWHERE, (LaneNotInPolicy(LANE),)),
    ("one in flight", READY, lane(flying(1), READY), POLICY, (LaneBusy(1),)),
    ("one in flight that was opened later", READY, lane(READY, flying(4)), POLICY, (LaneBusy(4),)),
    ("one that is ready and was opened before", READY, lane(release(1, PRIYA), READY), POLICY, (BehindInQueue(1),)),
    ("not one that waits itself", READY, lane(release(1), READY), POLICY, ()),
    ("not one that was opened later", READY, lane(READY, release(4, PRIYA)), POLICY, ()),
    (
        "all of it at once",
        release(3, build=BROKEN, under=BOTH),
        lane(flying(1), release(2, PRIYA, ALEX, under=AUTOMATIC), release(3, build=BROKEN, under=BOTH)),
        replace(ELSEWHERE),
        (LaneNotInPolicy(LANE), BuildNotDeployable(BuildState.BROKEN), WAITS_QA, WAITS_SRE, LaneBusy(1)),
    ),
    (
        "all of the lane at once",
        release(3),
        lane(flying(1), release(2, PRIYA), release(3)),
        POLICY,
        (WAITS_QA, LaneBusy(1), BehindInQueue(2)),
    ),
    (
        "every one that goes before",
        READY,
        lane(release(1, PRIYA), release(2, PRIYA), READY),
        POLICY,
        (BehindInQueue(1), BehindInQueue(2)),
    ),
]


@pytest.mark.parametrize(
    ("there", "where", "under", "found"), [row[1:] for row in BLOCKED], ids=[row[0] for row in BLOCKED]
)
def test_what_is_in_the_way(there: Release, where: Lane, under: Policy, found: tuple[Blocker, ...]) -> None:
    assert blockers(there, where, under) == found


NEVER = policy(expires_after=None)
EXPIRES: list[tuple[str, Release, Policy, datetime | None]] = [
    ("while approvals are missing", release(), POLICY, DAY),
    ("while only authors have approved", release(1, PRIYA, build=a_build(1, authors=(PRIYA_AUTHOR,))), POLICY, DAY),
    ("while a rule added since is not met", release(1, PRIYA), BOTH, DAY),
    (
        "by the policy it was opened under",
        release(under=policy(expires_after=timedelta(hours=1))),
        POLICY,
        NOON + timedelta(hours=1),
    ),
    ("not once it is approved", release(1, PRIYA), POLICY, None),
    ("not because its build broke", release(1, PRIYA, build=BROKEN), POLICY, None),
    ("not where the policy has no limit", release(under=NEVER), POLICY, None),
    ("not in an automatic lane", release(under=AUTOMATIC), AUTOMATIC, None),
]


@pytest.mark.parametrize(("there", "under", "due"), [row[1:] for row in EXPIRES], ids=[row[0] for row in EXPIRES])
def test_a_release_expires(there: Release, under: Policy, due: datetime | None) -> None:
    assert expires_at(there, under) == due
