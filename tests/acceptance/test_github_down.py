"""GitHub is away, or its webhooks are: nothing is lost, nothing is sent twice, and asking catches everything up."""

import itertools
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from inline_snapshot import snapshot

from sandbox.github.hooks import Hook
from simulation.network import Mishap
from tests.acceptance.hours import POLICY, Hours, hours
from tests.unit.simulation.virtual import virtually

PATIENT = POLICY.replace("announce: false", "announce: false\n        deploy_timeout: 2h", 1)
DEPLOYMENTS = "POST */acme/payments/deployments"
ORDERS = [*((order, 1) for order in itertools.permutations(range(4), 2)), ((0, 1, 2, 3), 2), ((3, 2, 1, 0), 2)]
"""Which webhooks arrive, in which order, and how often each; `tests/simulation/test_orders.py` tries all orders."""


def dies(here: Hours, minutes: float) -> None:
    """Let GitHub be unreachable for so long; whatever goes on there is not told while it is."""
    here.github.network.fall(60 * minutes)
    here.webhooks.lost = 1.0


async def returns(here: Hours) -> None:
    """Wait until GitHub is there again."""
    while here.github.network.down:
        await here.passes(seconds=1)
    here.webhooks.lost = 0.0


async def to_approve(here: Hours, service: str, title: str) -> None:
    """Push, and wait until its card waits for approval."""
    await here.push(service, title)
    await here.card(service, "Waiting for approval")


def told(story: Callable[[Hours], Awaitable[None]], policy: str = POLICY) -> None:
    """Tell a story in virtual time."""

    async def whole() -> None:
        async with hours(policy) as here:
            await here.passes(seconds=10)  # every source is looked at, and every lane adopted
            await story(here)

    virtually(whole)


def test_an_hour_without_github_loses_nothing_and_sends_nothing_twice() -> None:
    async def story(here: Hours) -> None:
        await to_approve(here, "payments", "First")
        await to_approve(here, "api", "One")
        payments, api = await here.card("payments", "Waiting"), await here.card("api", "Waiting")
        await here.approves(payments)
        await here.says(payments, "Deploying")
        dies(here, 60)  # the deploy of First is under way there, and goes on
        await here.passes(minutes=10)
        await here.approves(api)
        await here.push("docs", "Docs")
        await here.passes(minutes=45)
        assert here.posts("docs") == []
        assert here.landed().keys() == {"First"}
        await returns(here)
        await here.says(payments, "Live")
        await here.says(api, "Live")
        await here.card("docs", "Live")
        await here.passes(minutes=15)
        landed = here.landed()
        assert {title: len(moments) for title, moments in landed.items()} == {"First": 1, "One": 1, "Docs": 1}
        assert (landed["First"][0] < 1, 60 < landed["One"][0] < 66, 60 < landed["Docs"][0] < 71) == (True, True, True)
        assert {channel: here.posts(channel) for channel in ("payments", "api", "docs", "ops")} == snapshot(
            {
                "payments": ["Live: payments 1 in production"],
                "api": ["Live: api 1 in production"],
                "docs": ["Live: docs 1 in production"],
                "ops": ["Audit chain"],
            }
        )
        asked, *_, live = here.thread(api)[1:]
        assert (asked, live) == snapshot(
            (
                "Asking the CI system to deploy api 1 ([One]) to production.",
                "Live: api 1 ([One]) in production. Open the deploy job.",
            )
        )

    told(story, PATIENT)


def test_a_deploy_that_outlives_its_time_limit_while_nobody_can_ask_is_told_as_that() -> None:
    async def story(here: Hours) -> None:
        await to_approve(here, "payments", "First")
        card = await here.card("payments", "Waiting")
        await here.approves(card)
        await here.says(card, "Deploying")
        dies(here, 60)
        await here.says(card, "Deploy failed")
        await here.passes(minutes=1)
        assert here.thread(card)[-1] == snapshot(
            "The deploy failed: no result within 30 min; the job may still be running. Open the deploy job."
        )
        await returns(here)
        await here.passes(minutes=30)
        assert list(here.landed()) == ["First"]

    told(story)


@pytest.mark.parametrize("mishap", [Mishap.LOST_AFTER, Mishap.ERROR_AFTER])
def test_a_start_that_github_took_with_its_last_breath_is_found_when_it_returns(mishap: Mishap) -> None:
    async def story(here: Hours) -> None:
        await to_approve(here, "payments", "First")
        card = await here.card("payments", "Waiting")
        here.github.network.plan(DEPLOYMENTS, mishap)
        await here.approves(card)
        while not here.github.network.met[mishap]:
            await here.passes(seconds=0.01)
        await here.passes(seconds=0.7)
        dies(here, 60)
        await here.passes(minutes=55)
        assert here.posts("ops") == []
        await returns(here)
        await here.says(card, "Live")
        await here.passes(minutes=15)
        assert [len(moments) for moments in here.landed().values()] == [1]
        assert here.posts("ops") == ["Audit chain"]

    told(story, PATIENT)


def test_a_start_that_never_arrived_is_asked_of_a_person_only_when_github_can_say_so() -> None:
    async def story(here: Hours) -> None:
        await to_approve(here, "payments", "First")
        card = await here.card("payments", "Waiting")
        here.github.network.plan(DEPLOYMENTS, Mishap.LOST_BEFORE)
        await here.approves(card)
        while not here.github.network.met[Mishap.LOST_BEFORE]:
            await here.passes(seconds=0.01)
        await here.passes(seconds=0.7)
        dies(here, 60)
        await here.passes(minutes=55)
        assert here.posts("ops") == []
        await returns(here)
        question = await here.card("ops", "Did this deploy start?")
        assert here.landed() == {}
        done = await here.people.press("priya", question, "Try again")
        assert done.acknowledged
        await here.says(card, "Live")
        assert [len(moments) for moments in here.landed().values()] == [1]

    told(story, PATIENT)


def test_without_any_webhook_everything_is_found_by_asking() -> None:
    async def story(here: Hours) -> None:
        here.webhooks.lost = 1.0
        await here.push("docs", "Docs")
        await here.push("payments", "First")
        card = await here.card("payments", "Waiting for approval")
        await here.approves(card)
        await here.says(card, "Live")
        await here.card("docs", "Live")
        assert {title: 5 <= moment < 6 for title, [moment] in here.landed().items()} == {"Docs": True, "First": True}

    told(story)


async def _deployed(here: Hours, arrivals: Callable[[list[Hook]], list[Hook]]) -> list[str]:
    """Ship one commit with the webhooks of its build and of its deploy held back, and told only then."""
    here.webhooks.lost = 1.0
    await here.push("payments", "First")
    await here.passes(seconds=5)
    built = here.webhooks.sent[-4:]
    for hook in arrivals(built):
        here.webhooks.deliver(hook)
        await here.passes(seconds=0.2)
    card = await here.card("payments", "Waiting for approval")
    since = len(here.webhooks.sent)
    await here.approves(card)
    await here.passes(seconds=4)
    for hook in arrivals(here.webhooks.sent[since:]):
        here.webhooks.deliver(hook)
        await here.passes(seconds=0.2)
    await here.says(card, "Live")
    await here.passes(minutes=6)  # every source was asked once more
    return [*here.posts("payments"), *here.posts("ops"), *here.thread(card), *here.landed()]


def test_webhooks_in_all_orders_and_twice_end_in_the_same_state() -> None:
    async def whole(order: tuple[int, ...], copies: int) -> list[str]:
        async with hours() as here:
            await here.passes(seconds=10)
            return await _deployed(here, lambda hooks: [hooks[n] for n in order for _ in range(copies)])

    ended = {tuple(virtually(partial(whole, order, copies))) for order, copies in ORDERS}
    assert ended == snapshot(
        {
            (
                "Live: payments 1 in production",
                "Audit chain",
                "Approved by @priya (1 of 1 of qa).",
                "Asking the CI system to deploy payments 1 ([First]) to production.",
                "The CI system accepted the deploy. Open the deploy job.",
                "Live: payments 1 ([First]) in production. Open the deploy job.",
                "First",
            )
        }
    )
