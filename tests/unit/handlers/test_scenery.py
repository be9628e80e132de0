"""The surroundings of what is shown: what is known is found within the transaction, the rest is missing."""

import pytest

from bot.core.changelog import Comparison, Relation, Span
from bot.core.events import FoundLive
from bot.core.lane import Live
from bot.core.policy import Mode
from bot.core.release import Lifecycle
from bot.ports.ci import ProgressStatus
from bot.views.links import Links
from bot.views.scene import Scene
from handlers.scenery import scene_of
from tests.factories import NOON, a_lane_policy, a_policy, a_report, a_sha
from tests.fakes.world import WORKSPACE, World
from tests.unit.handlers.conftest import Opening

SPAN = Span("payments", a_sha(1), a_sha(2))
GONE = Span("payments", a_sha(8), a_sha(9))
UNKNOWN = Span("payments", a_sha(2), a_sha(3))
TOLD = Comparison(SPAN, Relation.AHEAD, ())


async def test_what_is_known_of_spans_is_found_and_nothing_else(world: World) -> None:
    await world.store.write(lambda tx: tx.changes.put(TOLD, "acme/payments", NOON))
    await world.store.write(lambda tx: tx.changes.cannot(GONE, "a commit is gone", "acme/payments", NOON))

    def look(scene: Scene) -> None:
        assert (scene.compared[SPAN], scene.compared.get(GONE), scene.compared.get(UNKNOWN)) == (TOLD, None, None)
        assert (scene.why_not.get(SPAN), scene.why_not[GONE], scene.why_not.get(UNKNOWN)) == (
            None,
            "a commit is gone",
            None,
        )
        assert scene.before.get(1) is None
        with pytest.raises(KeyError):
            scene.compared[UNKNOWN]
        assert (list(scene.compared), len(scene.compared)) == ([], 0), "nothing is loaded that nobody shows"

    policy, links = world.policy, Links("https://github.example")
    await world.store.read(lambda tx: look(scene_of(tx, policy, links, WORKSPACE, NOON)))


async def test_what_the_first_release_replaced_is_known_when_it_is_announced(opening: Opening) -> None:
    world = await opening(a_policy(a_lane_policy(mode=Mode.DEPLOYMENT, announce=True)))
    world.executor.live["production"] = FoundLive(a_sha(7), "7", NOON, None)
    await world.looks()
    await world.looks(a_report(8, created_at=NOON))
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    assert (await world.release()).state is Lifecycle.LIVE
    before = await world.store.read(lambda tx: tx.changes.before(1))
    assert before == Live(a_sha(7), "7", NOON)
    (announced,) = world.chat.in_channel("C0RELEASES")
    assert f"{a_sha(7)}...{a_sha(8)}" in announced.message.text
