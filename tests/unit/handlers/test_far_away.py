"""Times that are not within a year from now are refused in a sentence, however they are asked for."""

from datetime import UTC, datetime, timedelta

import pytest

from handlers.acts import Form
from handlers.times import FARTHEST, Clock, Moment, too_far, when_of
from tests.factories import NOON, a_report
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening
from tests.unit.handlers.test_request_forms import explained, filled, forms, opened, two_builds

NOT_WITHIN_A_YEAR = (
    "This time is not within a year from now, so nothing was started and nothing was scheduled. "
    "Please name one that comes sooner, like `tomorrow 9:00`."
)
NEXT_YEAR = datetime(2027, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Auckland", "UTC", ""])
@pytest.mark.parametrize("typed", ["9999-12-31T23:59", "0001-01-01T00:00", "2028-01-01T00:00"])
async def test_a_time_at_the_end_of_the_calendar_is_refused_and_keeps_nobody_waiting(
    world: World, typed: str, zone: str
) -> None:
    if zone:
        world.directory.zones["U0PRIYA"] = zone
    await world.looks()
    await world.looks(a_report(1))
    await world.types("U0PRIYA", f"schedule R-1 at {typed}")
    await world.types("U0PRIYA", f"payments 1 to production at {typed}")
    assert [text for _, text in world.chat.responses] == [NOT_WITHIN_A_YEAR, NOT_WITHIN_A_YEAR]
    assert (await world.release()).scheduled_for is None
    assert await world.sql("SELECT count(*) FROM inbox WHERE state != 'done'") == [(0,)]


def test_how_far_a_time_may_be() -> None:
    near, far = when_of("2027-11-22T12:00"), when_of("2027-11-22T12:01")
    assert isinstance(near, Moment)
    assert isinstance(far, Moment)
    assert NOON + FARTHEST == NEXT_YEAR
    assert (too_far(near, NOON), too_far(far, NOON)) == (False, True)
    clock = when_of("sunday 9:00")
    assert isinstance(clock, Clock)
    assert not too_far(clock, NOON)


async def test_a_form_with_such_a_time_says_so_at_its_field(world: World) -> None:
    sent = Form(slack="U0PRIYA", handle="h", at=NEXT_YEAR)
    assert world.reception.wrong(sent) == {}
    later = sent.model_copy(update={"at": NEXT_YEAR + timedelta(seconds=1)})
    assert world.reception.wrong(later) == {"at": "This is more than a year from now: please pick an earlier time."}


async def test_the_request_form_says_so_when_it_is_opened_and_when_it_is_sent(opening: Opening) -> None:
    world = await two_builds(opening)
    world.directory.zones["U0SAM"] = "America/New_York"
    for typed in ("9999-12-31T23:59", "0001-01-01T00:00"):
        assert explained(await opened(world, f"payments at {typed}")).splitlines()[0] == (
            "The time that you typed is not within a year from now: please pick another, or none."
        )
    assert not isinstance(await forms(world).check(filled(at=NEXT_YEAR)), dict)
    assert await forms(world).check(filled(at=NEXT_YEAR + timedelta(seconds=1))) == {
        "when": "This is more than a year from now: please pick an earlier time, or none."
    }
