"""When the channel of a service hears that its newest build waits for its pipelines for too long."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.build import Build, BuildState, RunStatus
from bot.core.lane import Judgement, Mark
from bot.core.policy import ServicePolicy
from bot.core.silence import Lacking, Reporting, Unreported, counts, heard, judge, lacking, news
from bot.core.source import BuildbotSource, GithubSource, StandardSource
from tests.factories import NOON, WORKFLOW, a_build, a_policy, a_report

HOUR = timedelta(hours=1)
SERVICE = a_policy().services[0]
LATER = NOON + 6 * HOUR
OTHER = ".github/workflows/other.yml"
TWO = replace(SERVICE, source=GithubSource("acme/payments", "main", (WORKFLOW, OTHER), checks=("ci/jenkins",)))


def good(number: int) -> Build:
    return a_build(number)


def bad(number: int) -> Build:
    return replace(good(number), state=BuildState.BROKEN)


def pending(number: int, attempt: int = 1) -> Build:
    build = a_build(number, position=(NOON, number, attempt))
    return replace(
        build, state=BuildState.PENDING, checks=(a_report(number, attempt=attempt, status=RunStatus.RUNNING),)
    )


NOTHING = Reporting()
WAITS = Reporting(Unreported(pending(2), NOON))
TOLD = Reporting(Unreported(pending(2), NOON), pending(2))
RUNNING = a_report(2, status=RunStatus.RUNNING)
ANOTHER_RUN = replace(pending(2), checks=(replace(RUNNING, run_id="9102"),))
SECOND_BEGINS = replace(pending(2), checks=(RUNNING, replace(RUNNING, pipeline=OTHER, run_id="9102", attempt=2)))
LONG = Reporting(Unreported(pending(3), NOON, pending(2)))
NEVER_JUDGED, OLD = Reporting(judged=False), Reporting(old=pending(2))
JUDGED: list[tuple[str, Reporting, list[Build], Reporting]] = [
    ("there is no build", NOTHING, [], NOTHING),
    ("the newest is good", NOTHING, [good(2), pending(1)], NOTHING),
    ("the newest is bad", NOTHING, [bad(2), pending(1)], NOTHING),
    ("it is judged for the first time", NEVER_JUDGED, [pending(2), good(1)], OLD),
    ("it is judged for the first time, and all is well", NEVER_JUDGED, [good(2)], NOTHING),
    ("it is judged for the first time, and nothing is there", NEVER_JUDGED, [], NOTHING),
    ("what hung before still does", OLD, [pending(2), good(1)], OLD),
    ("what hung before has ended", OLD, [bad(2)], NOTHING),
    ("what hung before runs again", OLD, [pending(2, 2)], Reporting(Unreported(pending(2, 2), LATER))),
    (
        "one after what hung before waits",
        OLD,
        [pending(3), pending(2)],
        Reporting(Unreported(pending(3), LATER), None, pending(2)),
    ),
    ("one after what hung before has ended", OLD, [good(3), pending(2)], NOTHING),
    (
        "one after what hung before still waits",
        Reporting(Unreported(pending(3), NOON), None, pending(2)),
        [pending(4), pending(3), pending(2)],
        Reporting(Unreported(pending(4), NOON, pending(3)), None, pending(2)),
    ),
    ("the newest waits", NOTHING, [pending(2), good(1)], Reporting(Unreported(pending(2), LATER))),
    ("it still waits", WAITS, [pending(2), good(1)], WAITS),
    ("it runs again, and we saw no end", WAITS, [pending(2, 2)], Reporting(Unreported(pending(2, 2), LATER))),
    ("another run of it begins", WAITS, [ANOTHER_RUN], Reporting(Unreported(ANOTHER_RUN, LATER))),
    ("a second pipeline begins for it", WAITS, [SECOND_BEGINS], Reporting(Unreported(SECOND_BEGINS, NOON))),
    ("it is good", WAITS, [good(2)], NOTHING),
    ("it is bad", WAITS, [bad(2)], NOTHING),
    ("a newer one waits", WAITS, [pending(3), pending(2)], LONG),
    (
        "another one waits",
        LONG,
        [pending(4), pending(3), pending(2)],
        Reporting(Unreported(pending(4), NOON, pending(2))),
    ),
    ("the first of them is good", LONG, [pending(3), good(2)], Reporting(Unreported(pending(3), LATER))),
    ("the first of them is bad", LONG, [pending(3), bad(2)], Reporting(Unreported(pending(3), LATER))),
    (
        "one between is bad",
        LONG,
        [pending(4), bad(3), pending(2)],
        Reporting(Unreported(pending(4), LATER)),
    ),
    (
        "one that waited with what was told is good",
        replace(LONG, told=pending(3)),
        [pending(3), good(2)],
        Reporting(Unreported(pending(3), LATER)),
    ),
    ("one before them is good", LONG, [pending(3), pending(2), good(1)], LONG),
    ("the newest is good, the first still waits", LONG, [good(3), pending(2)], NOTHING),
    ("the first is not loaded", LONG, [pending(3)], LONG),
    ("the first runs again", LONG, [pending(3), pending(2, 2)], Reporting(Unreported(pending(3), LATER))),
    ("the newest runs again", LONG, [pending(3, 2), pending(2)], Reporting(Unreported(pending(3, 2), LATER))),
    ("what was told still waits", TOLD, [pending(2)], TOLD),
    ("what was told runs again, and we saw no end", TOLD, [pending(2, 2)], Reporting(Unreported(pending(2, 2), LATER))),
    (
        "what was told runs again behind a newer one that waits",
        replace(TOLD, waiting=Unreported(pending(3), NOON)),
        [pending(3), pending(2, 2)],
        Reporting(Unreported(pending(3), NOON)),
    ),
    (
        "one after what was told runs again, and we saw no end",
        replace(TOLD, waiting=Unreported(pending(3), NOON)),
        [pending(3, 2), pending(2)],
        Reporting(Unreported(pending(3, 2), LATER)),
    ),
    ("what was told is good", TOLD, [good(2)], NOTHING),
    ("what was told is bad", TOLD, [bad(2)], NOTHING),
    ("nothing is loaded", TOLD, [], Reporting(None, pending(2))),
    (
        "one after what was told waits",
        TOLD,
        [pending(3), pending(2)],
        replace(LONG, told=pending(2)),
    ),
    ("one after it is good", TOLD, [good(3), pending(2)], NOTHING),
    ("one after it is bad", TOLD, [bad(3), pending(2)], NOTHING),
    ("it is good, and a newer one waits", TOLD, [pending(3), good(2)], Reporting(Unreported(pending(3), LATER))),
    ("one between is good", TOLD, [pending(4), good(3), pending(2)], Reporting(Unreported(pending(4), LATER))),
    ("one before what was told is good", TOLD, [pending(2), good(1)], TOLD),
]


@pytest.mark.parametrize(("before", "builds", "after"), [row[1:] for row in JUDGED], ids=[row[0] for row in JUDGED])
def test_how_the_pipelines_report_when(before: Reporting, builds: list[Build], after: Reporting) -> None:
    assert judge(builds, before, LATER) == after


def test_what_waits_for_a_branch_that_the_policy_no_longer_names_waits_for_nothing_newer() -> None:
    release = replace(pending(3), branch="release")
    builds = [release, pending(2)]
    assert judge(builds, WAITS, LATER, "release") == Reporting(Unreported(release, LATER))
    assert judge(builds, WAITS, LATER, "main") == Reporting(Unreported(release, NOON, pending(2)))
    assert judge(builds, WAITS, LATER, None) == Reporting(Unreported(release, NOON, pending(2)))
    assert judge([pending(3), pending(2)], WAITS, LATER, "release") == LONG, "neither counts, and nothing is written"


def a_mark(judgement: Judgement, number: int) -> Mark:
    return Mark(number, judgement, good(number).position, str(number), "sam", "it charges twice", NOON)


BAD, CLEARED = a_mark(Judgement.BAD, 1), a_mark(Judgement.CLEARED, 2)
ENDED = replace(pending(2), checks=(a_report(2),))
BUILDBOT = replace(SERVICE, source=BuildbotSource("builder", "release"))
STANDARD = replace(SERVICE, source=StandardSource("jenkins", "SECRET"))
TOO_LONG: list[tuple[str, Reporting, ServicePolicy, list[Mark], timedelta, bool]] = [
    ("it waits for as long as it may", WAITS, SERVICE, [], 6 * HOUR, True),
    ("it waits for less", WAITS, SERVICE, [], 6 * HOUR - timedelta(seconds=1), False),
    ("it waits for longer, the bot was down meanwhile", WAITS, SERVICE, [], 48 * HOUR, True),
    ("the policy allows less", WAITS, replace(SERVICE, reported_within=HOUR), [], HOUR, True),
    ("the policy allows more", WAITS, replace(SERVICE, reported_within=7 * HOUR), [], 6 * HOUR, False),
    ("the policy never wants to hear of it", WAITS, replace(SERVICE, reported_within=None), [], 48 * HOUR, False),
    ("nothing waits", NOTHING, SERVICE, [], 48 * HOUR, False),
    ("it has been told", TOLD, SERVICE, [], 48 * HOUR, False),
    ("another one has been told", replace(WAITS, told=pending(1)), SERVICE, [], 48 * HOUR, False),
    ("it is in quarantine", WAITS, SERVICE, [BAD], 48 * HOUR, False),
    ("it was confirmed since", WAITS, SERVICE, [BAD, CLEARED], 6 * HOUR, True),
    ("it is of a branch that the policy no longer names", WAITS, BUILDBOT, [], 48 * HOUR, False),
    ("any branch counts", WAITS, STANDARD, [], 6 * HOUR, True),
    ("all has ended that the policy still names", Reporting(Unreported(ENDED, NOON)), SERVICE, [], 48 * HOUR, False),
    ("one that the policy names has not reported", Reporting(Unreported(ENDED, NOON)), TWO, [], 6 * HOUR, True),
]


@pytest.mark.parametrize("row", TOO_LONG, ids=[row[0] for row in TOO_LONG])
def test_the_channel_hears_of_it_when(row: tuple[str, Reporting, ServicePolicy, list[Mark], timedelta, bool]) -> None:
    _, after, service, marks, passed, told = row
    assert news(after, service, marks, NOON + passed) == (after.waiting if told else None)


NEWER = Reporting(Unreported(pending(3), NOON), pending(2))
NEVER = replace(SERVICE, reported_within=None)
BAD_2 = a_mark(Judgement.BAD, 2)
READ: list[tuple[str, Reporting, ServicePolicy, list[Mark], timedelta, bool]] = [
    ("nothing waits", replace(TOLD, waiting=None), SERVICE, [], 48 * HOUR, False),
    ("the channel has not heard of it", WAITS, SERVICE, [], 48 * HOUR, False),
    ("it has heard of it", TOLD, SERVICE, [], 6 * HOUR, True),
    ("the policy allows more since", TOLD, replace(SERVICE, reported_within=24 * HOUR), [], 6 * HOUR, True),
    ("it has heard of one before it", NEWER, SERVICE, [], 6 * HOUR, True),
    ("that one waits for less", NEWER, SERVICE, [], 6 * HOUR - timedelta(seconds=1), False),
    ("the policy never wants to hear of it", TOLD, NEVER, [], 48 * HOUR, False),
    ("it is in quarantine", TOLD, SERVICE, [BAD_2], 48 * HOUR, False),
    ("it is of a branch that the policy no longer names", TOLD, BUILDBOT, [], 48 * HOUR, False),
]


@pytest.mark.parametrize("row", READ, ids=[row[0] for row in READ])
def test_people_read_of_it_when(row: tuple[str, Reporting, ServicePolicy, list[Mark], timedelta, bool]) -> None:
    _, reporting, service, marks, passed, read = row
    assert heard(reporting, service, marks, NOON + passed) == (reporting.waiting if read else None)


def test_a_build_counts_until_its_end_is_known() -> None:
    assert [counts(build, SERVICE, ()) for build in (pending(2), ENDED, good(2), bad(2))] == [True, False, False, False]


def test_what_a_build_lacks_is_named_in_the_policys_order() -> None:
    queued = a_report(2, pipeline=OTHER, status=RunStatus.QUEUED)
    running = a_report(2, status=RunStatus.RUNNING)
    pipelines = TWO.source.pipelines
    assert lacking(replace(pending(2), checks=(queued, running)), pipelines) == Lacking(
        (running, queued), ("ci/jenkins",)
    )
    assert lacking(replace(pending(2), checks=(queued, a_report(2))), pipelines) == Lacking((queued,), ("ci/jenkins",))
    assert lacking(replace(pending(2), checks=()), pipelines) == Lacking((), (WORKFLOW, OTHER, "ci/jenkins"))
    assert not lacking(good(2), SERVICE.source.pipelines)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["good", "bad", "pending"]), st.integers(0, 9)), max_size=30)
)
def test_it_is_told_once_until_a_build_has_been_reported_to_its_end(steps: list[tuple[int, str, int]]) -> None:
    """Whatever is reported of whichever commit, in any order, however much time passes between two looks."""
    known: dict[int, Build] = {}
    before, now, silent = NOTHING, NOON, False
    for number, word, hours in steps:
        known[number] = {"good": good, "bad": bad, "pending": pending}[word](number)
        now += hours * HOUR
        before = judge([known[one] for one in sorted(known, reverse=True)], before, now)
        if before.told is None:
            silent = False
        heard = news(before, SERVICE, (), now)
        if heard is not None:
            assert not silent
            assert heard.build == known[max(known)]
            assert heard.build.state is BuildState.PENDING
            before, silent = replace(before, told=heard.build), True
        newest = known[max(known)]
        if newest.state is not BuildState.PENDING:
            assert before == NOTHING
