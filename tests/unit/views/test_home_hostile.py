"""Hostile text in everything that a home shows: no markup of theirs, no limit broken."""

from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.calendar import Dated, Freeze
from bot.core.inputs import Account, Actor
from bot.core.lane import Around, Hold, Lane, Live, Lock, ModeSwitch, Stop
from bot.core.line import Stopped
from bot.core.policy import LaneId, Mode, Permission, Person
from bot.core.release import Release, Surface
from bot.views.home import home
from bot.views.home_state import Asked, Board, Viewer
from tests.unit.views.home_reading import check_home
from tests.unit.views.test_hostile import HOSTILE, hostile_releases
from tests.unit.views.values import CARDS, IN_PRODUCTION, NINE, POLICY, TEN, a_policy, a_scene


@st.composite
def hostile_lanes(draw: st.DrawFn) -> Lane:
    """Return a lane of whatever name in which everything that people said is hostile."""
    here = LaneId(draw(HOSTILE), draw(HOSTILE))
    found = draw(st.lists(hostile_releases(), max_size=8))
    releases = tuple(replace(one, number=number, lane=here) for number, one in enumerate(found, 1))
    return Lane(
        here,
        adopted_at=NINE,
        live=Live(draw(HOSTILE), draw(HOSTILE), NINE, release=1),
        releases=releases,
        mode=ModeSwitch(Mode.OBSERVE, Mode.DELIVERY, draw(HOSTILE), draw(HOSTILE), NINE),
        hold=Hold(draw(HOSTILE), NINE, "priya"),
        lock=Lock("priya", draw(HOSTILE), draw(HOSTILE), NINE, TEN.replace(hour=23)),
        around=Around(stop=Stop("priya", draw(HOSTILE), NINE)),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(hostile_lanes(), max_size=4), hostile_releases(), st.lists(HOSTILE, min_size=6, max_size=6))
def test_no_home_holds_their_markup_or_is_too_long(lanes: list[Lane], bad: Release, words: list[str]) -> None:
    production = replace(IN_PRODUCTION, channel=words[0])
    when = Dated(NINE.replace(tzinfo=None), TEN.replace(tzinfo=None, year=2027), "UTC")
    freeze = Freeze(words[1] or "freeze", when, services=(words[2],))
    policy = a_policy(production, freezes=(freeze,), operations=words[3])
    named = Person(words[4] or "priya", slack="U0PRIYA")
    held = frozenset({Permission.RESOLVE})
    viewer = Viewer(Actor(named, Account.MEMBER, frozenset(words), Surface.BUTTON, held), words[5])
    asked = tuple(Asked(word, "notice", 42, NINE, f"{CARDS}/p1") for word in words)
    lines = {lane.id.service: Stopped(bad.build, bad.build) for lane in lanes}
    board = Board(tuple(lanes), lines, asked, dict.fromkeys(range(9), f"{CARDS}/p2"))
    check_home(home(viewer, board, a_scene(policy), 1))


def test_the_longest_texts_everywhere_still_make_a_home() -> None:
    long = "&" * 100_000
    names = [LaneId(f"{number}{long}", long) for number in range(200)]
    lanes = tuple(Lane(name, live=Live(long, long, NINE), hold=Hold(long, NINE, "priya")) for name in names)
    viewer = Viewer(Actor(Person("priya"), Account.MEMBER, frozenset({long}), Surface.BUTTON), long)
    view = home(viewer, Board(lanes), a_scene(POLICY), 1)
    check_home(view)
