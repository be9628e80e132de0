"""Hostile text in everything that others may write, through the form for a request, at every step of it."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.build import Author
from bot.core.changelog import Comparison
from bot.core.lane import Around, Hold, Judgement, Lock, Mark, Stop
from bot.core.policy import Kind
from bot.views.request_form import request_form
from bot.views.sheet import Offered
from sandbox.slack.block_kit.views import problems, too_large
from tests.unit.views.compared import SPAN, hostile_comparisons
from tests.unit.views.reading import check_block
from tests.unit.views.test_hostile import HOSTILE
from tests.unit.views.test_request_form import a_sheet, build
from tests.unit.views.values import NINE, TEN, a_build, a_lane, a_policy, a_scene


@settings(max_examples=200)
@given(HOSTILE, st.sampled_from(Kind), st.booleans(), st.booleans())
def test_no_text_of_others_does_anything_in_the_form(evil: str, kind: Kind, place: bool, picked: bool) -> None:
    wrote = build(118, title=evil, version=evil or "?", authors=(Author(evil),), url=evil)
    mark = Mark(1, Judgement.BAD, wrote.position, evil, None, evil, NINE)
    around = Around(stop=Stop(evil, evil, NINE), marks=(mark,) if picked else ())
    lock = Lock(evil, None, evil, NINE, TEN.replace(year=2027))
    lane = replace(a_lane(), hold=Hold(evil, NINE, evil), lock=lock, around=around)
    sheet = a_sheet(
        kind=kind,
        lane=lane if place else None,
        offered=(Offered(wrote, NINE), Offered(build(117, title=evil), None)),
        build=wrote if picked else None,
    )
    view = request_form(sheet, a_scene(a_policy()))
    assert problems(view) == []
    assert not too_large(view)
    for block in view["blocks"]:
        if block["type"] == "section":
            check_block(block)


@settings(max_examples=100)
@given(hostile_comparisons())
def test_no_commit_of_others_does_anything_in_the_form(comparison: Comparison) -> None:
    scene = replace(a_scene(), compared={SPAN: comparison})
    view = request_form(a_sheet(build=a_build(), offered=(Offered(a_build(), NINE),)), scene)
    assert problems(view) == []
    assert not too_large(view)
    for block in view["blocks"]:
        if block["type"] == "section":
            check_block(block)
