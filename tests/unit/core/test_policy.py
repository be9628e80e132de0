"""The policy as data, the release's small facts, and when to try again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.connections import Connection
from bot.core.doubt import arrived
from bot.core.lane import Judgement, ModeSwitch
from bot.core.policy import (
    EVERYONE,
    ApprovalRule,
    Group,
    Heartbeat,
    Kind,
    LaneId,
    Mode,
    NewerBuild,
    Permission,
    Policy,
    SelfApproval,
    ServicePolicy,
    Skip,
    WhenLifted,
    WhenUnknown,
)
from bot.core.release import DeployStatus, Lifecycle, Verdict
from bot.core.retry import pause
from bot.core.source import BuildbotSource, GithubSource, StandardSource, VersionFrom
from bot.core.verification import OnFailure
from tests.factories import LANE, NOON
from tests.unit.core.values import ALEX, POLICY, PRIYA, flying, lane, lane_policy, policy, release, word


def test_what_people_read() -> None:
    assert str(LANE) == "payments/production"
    assert str(ApprovalRule(("qa", "sre"), 2)) == "2 of qa or sre"
    assert release(42).name == "R-42"


def test_everything_is_found_by_its_exact_name() -> None:
    assert POLICY.lane(LANE) == lane_policy()
    assert POLICY.lane(LaneId("payments", "staging")) is None
    assert POLICY.lane(LaneId("pay", "production")) is None
    assert POLICY.lanes() == (lane_policy(),)
    assert POLICY.group("qa") == Group("qa", frozenset({"priya", "alex"}))
    assert POLICY.group("q") is None
    enterprise = Connection("enterprise", "https://ghe.example/api/v3", "https://ghe.example", "GHE_TOKEN")
    assert replace(POLICY, connections=(enterprise,)).connection("enterprise") == enterprise
    assert replace(POLICY, connections=(enterprise,)).connection("Enterprise") is None


def test_what_must_have_passed_for_a_build_goes_by_its_source() -> None:
    github = GithubSource("acme/payments", "main", ("build.yml", "e2e.yml"), checks=("security/scan",))
    assert github.pipelines == ("build.yml", "e2e.yml", "security/scan")
    assert BuildbotSource("payments-build", "main").pipelines == ("payments-build",)
    assert StandardSource("docs-pipeline", "DOCS_SECRET").pipelines == ("docs-pipeline",)


def test_a_request_has_arrived_when_anybody_who_has_it_says_so() -> None:
    assert not arrived(release())
    known = {status for status in DeployStatus if arrived(flying(status=status))}
    assert known == set(DeployStatus) - {DeployStatus.ATTEMPTED, DeployStatus.UNKNOWN}


def test_a_person_is_found_by_any_of_their_accounts_and_by_nothing_empty() -> None:
    priya = POLICY.people[0]
    assert POLICY.person_of(slack="U0PRIYA") == priya
    assert POLICY.person_of(github="1001") == priya
    assert POLICY.person_of(email="Priya@ACME.example") == priya
    bare = replace(POLICY, people=(replace(priya, slack=None, github=None, email=None),))
    assert bare.person_of(slack="", github="", email="") is None
    assert bare.person_of(email="priya@acme.example") is None


def test_a_permission_that_the_policy_is_silent_about_is_held_by_nobody() -> None:
    assert POLICY.allowed(Permission.RESOLVE) == ("sre",)
    assert replace(POLICY, permissions=()).allowed(Permission.REQUEST) == ()


def test_the_words_of_the_file_stay_since_releases_are_stored_with_them() -> None:
    assert EVERYONE == "everyone"
    choices = (Mode, SelfApproval, NewerBuild, WhenLifted, WhenUnknown, Kind, Skip, OnFailure, VersionFrom)
    assert {choice.__name__: [one.value for one in choice] for choice in choices} == {
        "Mode": ["delivery", "deployment", "observe"],
        "SelfApproval": ["strict", "forbid", "allow"],
        "NewerBuild": ["latest-wins", "each-must-ship"],
        "WhenLifted": ["oldest", "newest", "ask"],
        "WhenUnknown": ["ask", "resend"],
        "Kind": ["release", "rollback", "hotfix"],
        "Skip": ["soak", "freeze"],
        "OnFailure": ["ask"],
        "VersionFrom": ["run_number", "sha", "reported", "tag"],
    }


def test_a_service_is_built_by_pushes_and_a_tag_of_any_name_is_its_version() -> None:
    source = GithubSource("acme/payments", "main", (".github/workflows/build.yml",))
    assert (source.events, source.poll) == (("push",), timedelta(minutes=5))
    assert ServicePolicy("payments", "C0SHIP", source, VersionFrom.TAG, ()).tag_glob == "**"
    assert Heartbeat().every == timedelta(minutes=1)
    assert Policy(()).hash == ""


RULES: list[tuple[str, tuple[ApprovalRule, ...], tuple[ApprovalRule, ...]]] = [
    (
        "as they stand",
        (ApprovalRule(("a",), 1), ApprovalRule(("b",), 2)),
        (ApprovalRule(("a",), 1), ApprovalRule(("b",), 2)),
    ),
    (
        "added up when they ask the same people",
        (ApprovalRule(("a",), 1), ApprovalRule(("a",), 2)),
        (ApprovalRule(("a",), 3),),
    ),
    (
        "added up in whatever order the people stand",
        (ApprovalRule(("a", "b"), 1), ApprovalRule(("b", "a"), 1)),
        (ApprovalRule(("a", "b"), 2),),
    ),
]


@pytest.mark.parametrize(("written", "required"), [row[1:] for row in RULES], ids=[row[0] for row in RULES])
def test_rules_hold(written: tuple[ApprovalRule, ...], required: tuple[ApprovalRule, ...]) -> None:
    assert lane_policy(policy(*written)).required() == required
    assert lane_policy(policy(*written, mode=Mode.DEPLOYMENT)).required() == ()


def test_each_persons_last_word_counts_in_the_order_of_those_words() -> None:
    said = (word(PRIYA), word(ALEX), word(PRIYA, Verdict.WITHDRAW), word(PRIYA))
    assert [one.person for one in release(approvals=said).standing()] == ["alex", "priya"]
    assert release(approvals=said, generation=2).standing() == ()


def test_a_lane_knows_what_waits_and_what_is_in_flight() -> None:
    there = lane(release(1, state=Lifecycle.LIVE), flying(2), release(3), release(4))
    assert there.open == (release(3), release(4))
    assert there.in_flight == flying(2)
    assert lane(release(1)).in_flight is None
    assert there.release(5) is None


def test_a_mode_that_was_set_says_nothing_of_a_lane_that_the_file_no_longer_names() -> None:
    switched = replace(lane(), mode=ModeSwitch(Mode.DEPLOYMENT, Mode.DELIVERY, "priya", "vacation", NOON))
    assert switched.policy(POLICY) == replace(lane_policy(), mode=Mode.DEPLOYMENT)
    assert switched.policy(Policy(())) is None


def test_a_judgement_is_stored_by_its_word() -> None:
    assert [one.value for one in Judgement] == ["bad", "cleared"]


@pytest.mark.parametrize(("tries", "seconds"), [(0, 1), (1, 1), (2, 2), (5, 16), (9, 256), (10, 300), (10**9, 300)])
def test_pauses_are_a_part_of_what_doubles_up_to_five_minutes(tries: int, seconds: int) -> None:
    assert pause(tries, 1.0) == timedelta(seconds=seconds)
    assert pause(tries, 0.25) == timedelta(seconds=seconds / 4)
