"""Whatever people write as a reason, a name or a version: no message of the release rules holds markup of theirs."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.calendar import Change, Dated, Freeze, Window
from bot.core.effects import Happened, Happening
from bot.core.lane import Around, Hold, Judgement, Lane, Lock, Mark, ModeSwitch, Stop
from bot.core.policy import Hotfix, Kind, LaneId, LanePolicy, Mode, Policy, Skip
from bot.core.refusals import (
    AlreadyStopped,
    BuildQuarantined,
    HeldAlready,
    LaneIsObserved,
    LockedBy,
    MovedOn,
    NeverLiveThere,
    NobodyToAsk,
    NoFastPath,
    NotQuarantined,
    Refusal,
)
from bot.core.release import Health, Origin, Override, Release
from bot.core.silence import Unreported
from bot.core.verification import Verification
from bot.views import answers, done, freezes, mainline
from bot.views.announcement import announce
from bot.views.buttons import NOTICE_ACTS
from bot.views.card import notice
from bot.views.failure import failure
from bot.views.operations import loud
from bot.views.refusals import refusal
from bot.views.reminder import remind
from bot.views.rolled_back import tell_rolled_back
from bot.views.scene import Scene
from bot.views.status import open_list, status, why
from bot.views.thread import line
from tests.unit.views.reading import check
from tests.unit.views.test_hostile import HOSTILE, hostile_releases
from tests.unit.views.values import (
    IN_PRODUCTION,
    LINKS,
    NINE,
    PERMALINKS,
    PRODUCTION,
    QA,
    TEN,
    a_lane,
    a_policy,
    a_release,
    a_scene,
)

ELEVEN = TEN + timedelta(hours=1)
TODAY = Dated(NINE.replace(tzinfo=None), ELEVEN.replace(tzinfo=None), "UTC")
RULED = replace(
    IN_PRODUCTION,
    undo_window=timedelta(hours=1),
    hotfix=Hotfix((QA,), frozenset(Skip)),
    verify=Verification(hold_for=timedelta(minutes=5)),
)
ALL = dict.fromkeys(NOTICE_ACTS, "h")


@st.composite
def ruled(draw: st.DrawFn) -> Release:
    """Return a release on any way, with all that people may have said about it hostile."""
    policy: LanePolicy = replace(RULED, trial=draw(st.booleans()))
    return replace(
        draw(hostile_releases()),
        kind=draw(st.sampled_from(Kind)),
        origin=draw(st.sampled_from(Origin)),
        why=draw(HOSTILE),
        retry_of=draw(st.sampled_from([None, 41])),
        override=draw(st.sampled_from([None, Override(draw(HOSTILE), draw(HOSTILE), TEN, (draw(HOSTILE),) * 12)])),
        health=draw(st.sampled_from([None, Health(TEN), Health(TEN, ELEVEN)])),
        scheduled_for=draw(st.sampled_from([None, ELEVEN])),
        approved_at=draw(st.sampled_from([None, TEN])),
        put_off=draw(HOSTILE),
        waited_for=draw(HOSTILE),
        policy=policy,
    )


def shut(release: Release, text: str) -> Lane:
    """Return its lane with everything in the way, each for a hostile reason."""
    mark = Mark(1, Judgement.BAD, (NINE, 0, 0), text, text, text, TEN)
    return replace(
        a_lane(release),
        mode=ModeSwitch(Mode.DEPLOYMENT, Mode.DELIVERY, text, text, NINE),
        hold=Hold(text, NINE, text, ELEVEN),
        lock=Lock(text, text, text, NINE, ELEVEN),
        around=Around(stop=Stop(text, text, NINE), marks=(mark,)),
    )


def setting(text: str) -> tuple[Policy, Scene]:
    policy = a_policy(RULED, freezes=(Freeze(text, TODAY, (), (text,) * 7), Freeze(text, TODAY)))
    return policy, a_scene(policy)


@given(release=ruled(), text=HOSTILE)
@settings(max_examples=120, deadline=None)
def test_messages_about_a_release_and_its_lane(release: Release, text: str) -> None:
    policy, scene = setting(text)
    lane = shut(release, text)
    said = [
        notice(release, lane, scene, ALL, 1),
        status((lane,), scene),
        why((lane,), scene),
        open_list((release,), policy, PERMALINKS),
        failure(release, lane, None, scene, ALL, 1),
        announce(release, a_scene(policy)),
        remind(release, lane, scene),
        tell_rolled_back(release, release, lane, scene),
        tell_rolled_back(release, None, lane, scene),
        answers.opened(release, policy, PERMALINKS, done.read_in(text)),
        done.scheduled(release, ELEVEN, TEN, done.read_in(text), PERMALINKS),
        done.retried(release, release, PERMALINKS),
        mainline.broken(release.build, policy, LINKS),
        mainline.mended(release.build, release.build, policy, LINKS),
        mainline.silent(Unreported(release.build, TEN), policy.services[0], scene),
    ]
    for message in said:
        check(message)


@given(text=HOSTILE)
@settings(max_examples=60, deadline=None)
def test_messages_about_a_lane_a_build_or_everything(text: str) -> None:
    policy, _ = setting(text)
    lane = shut(a_release(), text)
    assert lane.hold is not None
    assert lane.lock is not None
    assert lane.around.stop is not None
    mark, freeze = lane.around.marks[0], policy.freezes[0]
    reasons = (
        LockedBy(lane.lock),
        HeldAlready(lane.hold),
        AlreadyStopped(lane.around.stop),
        BuildQuarantined(mark),
        NeverLiveThere(text),
        NotQuarantined(text),
        MovedOn(text),
        *(kind(LaneId(text, text)) for kind in (LaneIsObserved, NobodyToAsk, NoFastPath)),
    )
    said = [
        done.held(lane, lane.hold, policy),
        done.locked(PRODUCTION, lane.lock, policy, usual=True),
        done.stopped(lane.around.stop, policy),
        done.declared(PRODUCTION, text),
        done.no_such_commit(text, text),
        freezes.freezes(policy, TEN),
        *(freezes.changed(Change(freeze, begins, TEN, Window(TEN, ELEVEN)), policy) for begins in (True, False)),
        *(refusal(Refusal((one,)), None, policy, PERMALINKS, lane=LaneId(text, text)) for one in reasons),
        refusal(Refusal(reasons), a_release(), policy, PERMALINKS),
    ]
    for message in said:
        check(message)


@given(release=ruled(), text=HOSTILE, kind=st.sampled_from(Happened))
@settings(max_examples=120, deadline=None)
def test_what_happened(release: Release, text: str, kind: Happened) -> None:
    policy, scene = setting(text)
    happening = Happening(kind, 42, text, text, 43, text)
    message = line(happening, release, shut(release, text), scene)
    if message is not None:
        check(message)
    check(loud(happening, LaneId(text, text), release, policy, PERMALINKS))
    check(loud(happening, None, None, policy, PERMALINKS, service=text))
