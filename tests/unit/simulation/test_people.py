"""The people of the simulation: what they do reaches the bot's own listeners, once, twice, late or never."""

import asyncio
import random
from collections.abc import Awaitable
from functools import partial
from typing import Any

from bot.ports.slack import Message
from bot.views.modals import reject
from handlers.acts import Click, Command, Form
from sandbox.slack.messages import Message as Posted
from sandbox.slack.workspace import Workspace
from simulation.network import Mishap
from simulation.people import Courier, People
from simulation.slack import SlackWay, slack_network
from tests.factories import NOON, a_release
from tests.fakes.requests import NoRequests
from tests.unit.simulation.virtual import virtually

WORDS = ("approve", "reject")
CARD = Message(
    "R-1 waits.",
    (
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "action_id": f"signoff:{act}",
                    "text": {"type": "plain_text", "text": act.title()},
                    "value": f"handle-{act}",
                }
                for act in WORDS
            ],
        },
    ),
)


class Desk:
    """Keeps what it is given, by key."""

    def __init__(self) -> None:
        self.requests = NoRequests()
        self.kept: dict[str, Click | Form | Command] = {}
        self.trouble: Exception | None = None
        self.slowness = 0.0

    async def receive(self, act: Click | Form | Command, dedupe_key: str) -> bool:
        await asyncio.sleep(self.slowness)
        if self.trouble is not None:
            raise self.trouble
        return self.kept.setdefault(dedupe_key, act) is act

    async def read(self, words: str, slack: str, team: str | None) -> Message | None:
        del slack, team
        return Message("All is well.") if words == "status" else None

    def wrong(self, form: Form) -> dict[str, str]:
        del form
        return {}

    async def form(self, handle: str, slack: str | None, team: str | None) -> dict[str, Any] | Message:
        del slack, team
        return reject(a_release(), handle)


class Scene:
    """A workspace with one card of the bot, and people around it."""

    def __init__(self, seed: int = 1) -> None:
        workspace = Workspace(lambda: NOON)
        workspace.add_person("U0PRIYA", "priya")
        workspace.add_channel("C0OPEN", "releases")
        self.way = SlackWay(workspace, slack_network(random.Random(seed)))
        self.courier = Courier(random.Random(seed))
        self.people = People(workspace, self.courier)
        self.desk = Desk()
        self.spawned: list[asyncio.Future[Any]] = []

    async def card(self) -> Posted:
        chat, _ = self.way.connect(lambda: NOON)
        self.courier.connect(self.desk, chat, "/deploy", self.spawn)
        await chat.post("C0OPEN", CARD)
        return self.way.workspace.channel("releases").messages[0]

    def spawn(self, work: Awaitable[Any]) -> Awaitable[Any]:
        task = asyncio.ensure_future(work)
        self.spawned.append(task)
        return task

    def told(self) -> list[str]:
        return [self.way.workspace.plain(one) for one in self.way.workspace.ephemerals("priya")]


def test_a_press_is_the_click_that_slack_would_deliver() -> None:
    async def story() -> None:
        scene = Scene()
        card = await scene.card()
        done = await scene.people.press("priya", card, "Approve")
        assert done.acknowledged
        assert list(scene.desk.kept.values()) == [
            Click(
                slack="U0PRIYA",
                team="T0SANDBOX",
                handle="handle-approve",
                channel="C0OPEN",
                ts=card.ts,
                response_url=done.response_url,
            )
        ]
        assert [delivery.acknowledged for delivery in scene.courier.log] == [True]

    virtually(story)


def test_a_rejection_comes_by_the_form() -> None:
    async def story() -> None:
        scene = Scene()
        done = await scene.people.reject("priya", await scene.card(), "Too early")
        assert done is not None
        assert done.acknowledged
        assert list(scene.desk.kept.values()) == [
            Form(slack="U0PRIYA", team="T0SANDBOX", handle="handle-reject", reason="Too early")
        ]
        assert scene.way.workspace.modals("priya") == []

    virtually(story)


def test_without_a_form_nothing_is_rejected() -> None:
    async def story() -> None:
        scene = Scene()
        card = await scene.card()
        scene.way.network.plan("views.open", Mishap.ERROR)
        assert await scene.people.reject("priya", card, "Too early") is None
        assert scene.desk.kept == {}
        assert scene.told() == [
            "The form did not open, and nothing was done. Please click again, or use the command, which can do it too."
        ]

    virtually(story)


def test_a_command_that_reads_is_answered_and_one_that_acts_is_kept() -> None:
    async def story() -> None:
        scene = Scene()
        await scene.card()
        assert (await scene.people.type("priya", "releases", "/deploy status")).acknowledged
        assert scene.told() == ["All is well."]
        assert (await scene.people.type("priya", "releases", "/deploy payments")).acknowledged
        assert [act.words for act in scene.desk.kept.values() if isinstance(act, Command)] == ["payments"]

    virtually(story)


def test_what_is_delivered_twice_or_again_is_kept_once() -> None:
    async def story() -> None:
        scene = Scene()
        card = await scene.card()
        scene.courier.twice = 1.0
        done = await scene.people.press("priya", card, "Approve")
        await asyncio.sleep(20)
        scene.courier.twice = 0.0
        assert (await scene.people.again(done)).acknowledged
        assert (len(scene.courier.log), len(scene.desk.kept)) == (3, 1)

    virtually(story)


def test_a_press_that_nobody_takes_shows_an_error() -> None:
    async def story(case: str) -> tuple[bool, int, list[str]]:
        scene = Scene()
        card = await scene.card()
        if case == "dead":
            scene.courier.process = None
        elif case == "lost":
            scene.courier.lost = 1.0
        elif case == "unheard":
            scene.courier.unheard = 1.0
        elif case == "slow":
            scene.desk.slowness = 3.1
        else:
            scene.desk.trouble = OSError("disk full")
        done = await scene.people.press("priya", card, "Approve")
        await asyncio.sleep(5)
        assert [repr(one) for one in scene.courier.failures] == (["OSError('disk full')"] if case == "failing" else [])
        assert scene.told() == ["Signoff did not respond."]
        return done.acknowledged, len(scene.desk.kept), [delivery.read.action for delivery in scene.courier.log]  # type: ignore[union-attr]

    cases = {case: virtually(partial(story, case)) for case in ("dead", "lost", "unheard", "slow", "failing")}
    assert cases == {
        "dead": (False, 0, []),
        "lost": (False, 0, []),
        "unheard": (False, 1, ["signoff:approve"]),
        "slow": (False, 1, ["signoff:approve"]),
        "failing": (False, 0, ["signoff:approve"]),
    }


def test_a_process_that_dies_before_it_has_stored_has_acknowledged_nothing() -> None:
    async def story() -> None:
        scene = Scene()
        card = await scene.card()
        scene.desk.slowness = 1.0
        pressing = asyncio.ensure_future(scene.people.press("priya", card, "Approve"))
        await asyncio.sleep(0.9)
        for task in scene.spawned:
            task.cancel()
        scene.courier.process = None
        assert not (await pressing).acknowledged
        assert scene.desk.kept == {}
        scene.courier.connect(scene.desk, scene.way.connect(lambda: NOON)[0], "/deploy")
        assert (await scene.people.press("priya", card, "Approve")).acknowledged

    virtually(story)
