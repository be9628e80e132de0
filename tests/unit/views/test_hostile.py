"""Hostile text in everything that others may write, through every view: no markup of theirs, no limit broken."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.aftermath import Overtaken
from bot.core.build import Author, BuildState
from bot.core.effects import Happened, Happening
from bot.core.inputs import Answer
from bot.core.policy import LaneId
from bot.core.refusals import AlreadyLive, NotDeployable, NotInPolicy, Refusal
from bot.core.release import Deployment, DeployStatus, Lifecycle, Release
from bot.views import answers, modals
from bot.views.announcement import announce
from bot.views.card import notice
from bot.views.failure import failure
from bot.views.question import Said, question
from bot.views.refusals import refusal
from bot.views.status import open_list, status, why
from bot.views.thread import line
from tests.unit.views.reading import check, check_block
from tests.unit.views.values import (
    BUTTONS,
    LINKS,
    LIVE,
    PERMALINKS,
    POLICY,
    TEN,
    a_build,
    a_check,
    a_lane,
    a_release,
    a_scene,
    a_yes,
)

EVIL = (
    "<!channel>",
    "<!here|here>",
    "<@U0EVIL>",
    "<https://evil.example|Approve>",
    "https://evil.example",
    "&lt;!channel&gt;",
    "\u202egnp.exe",
    "```\n> quoted",
    "*bold* _and_ ~more~",
    "\ud800",
    "&" * 5000,
    "x" * 5000,
    "\n" * 300,
    "",
)
HOSTILE = st.one_of(
    st.sampled_from(EVIL), st.text(max_size=60), st.tuples(st.sampled_from(EVIL), st.text()).map("".join)
)
ALL = dict.fromkeys(("did_run", "did_not_run", "try_again", "abandon"), "h") | BUTTONS


@st.composite
def hostile_releases(draw: st.DrawFn) -> Release:
    """Return a release in any state in which everything that others may write is hostile."""
    authors = tuple(Author(draw(HOSTILE), draw(HOSTILE), draw(HOSTILE)) for _ in range(draw(st.integers(0, 14))))
    checks = tuple(a_check(pipeline=draw(HOSTILE), url=draw(HOSTILE)) for _ in range(draw(st.integers(0, 12))))
    build = a_build(
        service=draw(HOSTILE),
        version=draw(HOSTILE),
        title=draw(HOSTILE),
        url=draw(HOSTILE),
        authors=authors,
        pusher=Author(draw(HOSTILE)),
        checks=checks,
        state=draw(st.sampled_from(BuildState)),
    )
    url = draw(HOSTILE)
    return a_release(
        build=build,
        state=draw(st.sampled_from(Lifecycle)),
        generation=draw(st.integers(1, 2)),
        requested_by=draw(HOSTILE),
        approvals=tuple(a_yes(draw(HOSTILE)) for _ in range(draw(st.integers(0, 13)))),
        deployment=Deployment(draw(st.sampled_from(DeployStatus)), TEN, url=url),
        ended_at=TEN,
        reason=draw(HOSTILE),
        superseded_by=43,
        older_than_live=draw(st.booleans()),
    )


@given(release=hostile_releases(), text=HOSTILE)
@settings(max_examples=150, deadline=None)
def test_t14_messages_about_a_release_hold_no_markup_of_others(release: Release, text: str) -> None:
    lane = a_lane(release, live=None)
    lives = replace(LIVE, version=text)
    known = a_lane(release, live=lives)
    said = [
        notice(release, lane, a_scene(), ALL, 1),
        notice(release, known, replace(a_scene(), permalinks={}), ALL, 1),
        question(release, POLICY, LINKS, ALL, PERMALINKS, 1),
        question(release, POLICY, LINKS, ALL, PERMALINKS, 1, said=Said(text, Answer.ABANDON, TEN)),
        announce(release, a_scene(), lives),
        failure(release, lane, None, a_scene(), ALL, 1),
        failure(release, known, Overtaken(text, 41), a_scene(), {}, 1),
        status((known,), a_scene()),
        why((known,), a_scene()),
        open_list((release,), POLICY, PERMALINKS),
        answers.opened(release, POLICY, PERMALINKS),
        answers.nothing_to_do(release, "reject", POLICY, PERMALINKS),
        answers.no_such_build(text, text, (release.build, release.build), POLICY),
        answers.nobody_by_that_name(text),
    ]
    for message in said:
        check(message)


@given(release=hostile_releases(), text=HOSTILE, kind=st.sampled_from(Happened))
@settings(max_examples=150, deadline=None)
def test_t14_thread_lines_hold_no_markup_of_others(release: Release, text: str, kind: Happened) -> None:
    message = line(Happening(kind, 42, text, text, 43, text), release, a_lane(release), a_scene())
    if message is not None:
        check(message)


@given(release=hostile_releases(), text=HOSTILE)
@settings(max_examples=60, deadline=None)
def test_t14_refusals_and_forms_hold_no_markup_of_others(release: Release, text: str) -> None:
    reasons = (AlreadyLive(text), NotDeployable(text, BuildState.BROKEN), NotInPolicy(LaneId(text, text)))
    check(refusal(Refusal(reasons), release, POLICY, PERMALINKS))
    known = a_lane(release, live=replace(LIVE, version=text))
    for form in (
        modals.reject(release, "h"),
        modals.schedule(release, "h", TEN),
        modals.hold(release, "h"),
        modals.rollback(release, release.build, known, "h"),
        modals.mark_done(release, "h"),
    ):
        for block in form["blocks"]:
            check_block(block)
