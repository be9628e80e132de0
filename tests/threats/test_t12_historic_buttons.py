"""Every button that a card ever had, pressed again at every later stage: it does what it says now, or nothing."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.core.policy import Permission
from bot.core.release import Lifecycle
from bot.ports.ci import ProgressStatus
from bot.views.buttons import FORMS
from handlers.acts import Click, Form
from tests.factories import NOON, a_report
from tests.fakes.world import World
from tests.threats.people import Who, a_desk_policy
from tests.threats.test_t07_one_authorisation import DONE, KEPT, came, state
from tests.threats.ways import Place, opened

ME = Who.APPROVER.slack
POLICY = replace(a_desk_policy(), permissions=tuple((permission, ("qa",)) for permission in Permission))
"""Whoever presses may do everything: nothing but what is so by now stands in their way."""


CHANGING = tuple(table for table in KEPT if table != "cards")
"""The tables that a press may not change; that a card is looked at again is no change."""
OF_LANE = ("hold", "resume")
"""What a button says of a lane, whatever its release ships."""


@dataclass(frozen=True)
class Button:
    """A button as it stood on a message once."""

    act: str
    release: int
    handle: str
    channel: str
    ts: str

    def pressed(self) -> Click | Form:
        """Return what arrives when somebody presses it, with everything that its form may ask."""
        if self.act in FORMS:
            later = NOON + timedelta(days=1)
            return Form(slack=ME, team="T1", handle=self.handle, reason="it was there", at=later)
        return Click(slack=ME, team="T1", handle=self.handle, channel=self.channel, ts=self.ts)


Stood = tuple[Lifecycle, int]
"""How a release stood: its state and its generation."""


@dataclass
class History:
    """A place, and every button that was ever shown there with how its release stood when it last was."""

    place: Place
    seen: dict[Button, Stood] = field(default_factory=dict)
    pressed: int = 0
    still: set[str] = field(default_factory=set)
    """What is done by a button that is not shown, while its release stands as it did when it was."""

    async def at(self, stage: str) -> None:
        """Look at what is shown, then press everything else that ever was."""
        world = self.place.world
        shown = await self._shown()
        for button in shown:
            self.seen[button] = await self._stands(button)
        await self.place.keep()
        before = await state(world, CHANGING)
        for button, stood in self.seen.items():
            if button in shown:
                continue
            stands = await self._stands(button)
            told = await answers(world)
            outcome, _ = await came(world, button.pressed())
            self.pressed += 1
            if outcome in DONE:
                assert stands == stood or button.act in OF_LANE, (stage, button, stood, stands)
                self.still.add(button.act)
                await self.place.go_back()
            else:
                assert await state(world, CHANGING) == before, (stage, button)
                assert await answers(world) == told + 1, "whoever pressed is told"

    async def _shown(self) -> set[Button]:
        world = self.place.world
        handles = await world.sql(
            "SELECT handles.id, act, handles.release FROM handles WHERE handles.release IS NOT NULL"
        )
        known = {str(handle): (str(act), int(str(release))) for handle, act, release in handles}
        found = set()
        for posted in world.chat.messages:
            rows = [block["elements"] for block in posted.message.blocks if block["type"] == "actions"]
            for value in (button.get("value") for row in rows for button in row):
                if value in known and known[value][0] != "changes":
                    found.add(Button(*known[value], value, posted.channel, posted.ts))
        return found

    async def _stands(self, button: Button) -> Stood:
        release = await self.place.world.release(button.release)
        return release.state, release.generation


@pytest.fixture
async def history(tmp_path: Path) -> AsyncIterator[History]:
    with capture_logs():
        world = World(tmp_path, POLICY)
        await opened(world)
        await world.looks()
        yield History(Place(world))
        await world.store.close()


async def answers(world: World) -> int:
    """Return how many private answers there are."""
    ((count,),) = await world.sql("SELECT count(*) FROM effects WHERE kind = 'answer'")
    return int(str(count))


async def ends(world: World, status: ProgressStatus) -> None:
    """Let what was started last end."""
    world.executor.says(status, nth=len(world.executor.started))
    await world.follows()


async def starts(world: World) -> None:
    """Let the window for an undo pass."""
    world.passes(31)
    await world.ticks()


async def test_t12_no_button_of_any_earlier_card_does_what_it_said_then(history: History) -> None:
    world = history.place.world
    await world.looks(a_report(1))
    await history.at("R-1 waits")
    await world.looks(a_report(1, attempt=2, updated_at=NOON + timedelta(minutes=1)))
    await history.at("R-1 was rebuilt")
    await world.types(ME, "approve R-1")
    await history.at("R-1 is approved")
    await starts(world)
    await history.at("R-1 is being deployed")
    await ends(world, ProgressStatus.FAILED)
    await history.at("R-1 failed")
    await world.types(ME, "retry R-1")
    await history.at("R-2 tries again")
    await world.types(ME, "approve R-2")
    await starts(world)
    await ends(world, ProgressStatus.SUCCEEDED)
    await history.at("R-2 is live")
    await world.looks(a_report(2))
    await world.types(ME, "hold payments production wait")
    await history.at("R-3 is held")
    await world.looks(a_report(3))
    await history.at("R-4 superseded R-3")
    await world.types(ME, "resume payments production")
    await world.types(ME, "approve R-4")
    await starts(world)
    await ends(world, ProgressStatus.SUCCEEDED)
    await history.at("R-4 is live")
    await world.types(ME, "rollback payments to 1 in production errors")
    await history.at("R-5 goes back")
    await starts(world)
    await ends(world, ProgressStatus.SUCCEEDED)
    await history.at("R-5 is live")
    assert history.pressed > 150
    assert history.still == {"hold", "mark_done"}, "a hold is on the safe side, and whether R-1 is live is still open"
