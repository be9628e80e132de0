"""The main story over either of Slack's transports: the same words, the same deploys."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession
from inline_snapshot import snapshot
from pydantic import SecretStr
from structlog.testing import capture_logs

from bot.app import Signoff
from sandbox.slack.http_delivery import HttpDelivery
from tests.acceptance.desk import POLICY, Desk, desk
from tests.acceptance.truth import rows

either = pytest.mark.parametrize("over_http", [False, True], ids=["sockets", "http"])


@either
async def test_an_approval_ships(tmp_path: Path, over_http: bool) -> None:
    async with desk(tmp_path, over_http=over_http) as here:
        await here.push("acme/payments", "Round amounts half to even")
        card = await here.card("payments", "Waiting for approval")
        await here.clicks("priya", card, "Approve")
        assert await here.thread(card, "Live") == snapshot(
            [
                "Approved by @priya (1 of 1 of qa or sre).",
                "Asking the CI system to deploy payments 1 ([Round amounts half to even]) to production.",
                "The CI system accepted the deploy. Open the deploy job.",
                "Live: payments 1 ([Round amounts half to even]) in production. Open the deploy job.",
            ]
        )
        assert here.deploys() == {"Round amounts half to even": 1}


@either
async def test_a_rejection_needs_a_reason(tmp_path: Path, over_http: bool) -> None:
    async with desk(tmp_path, over_http=over_http) as here:
        await here.push("acme/payments", "Change the ledger")
        card = await here.card("payments", "Waiting for approval")
        await here.clicks("priya", card, "Reject")
        await here.until(lambda: here.workspace.modal("priya"))
        done = await here.running.driver.submit("priya", {"reason": "   "})
        assert done.answer == {
            "response_action": "errors",
            "errors": {"reason": "Please say why, so that others can go on from there."},
        }
        await here.running.driver.submit("priya", {"reason": "Totals are off by one cent"})
        assert await here.thread(card, "one cent") == snapshot(
            [
                """\
Rejected by @priya. For the authors, Robin:
Totals are off by one cent\
"""
            ]
        )
        assert here.deploys() == {}


@either
async def test_commands_read_and_act(tmp_path: Path, over_http: bool) -> None:
    async with desk(tmp_path, over_http=over_http) as here:
        await here.push("acme/payments", "Add the payload of a refund")
        await here.card("payments", "Waiting for approval")
        await here.types("alex", "/deploy list payload")
        await here.types("alex", "/deploy list")
        assert await here.hears("alex", "is open since") == snapshot(
            "R-1, payments 1 ([Add the payload of a refund]) to production, is open since Nov 21, 2026 10:00"
        )
        await here.types("sam", "/deploy approve R-1")
        assert await here.hears("sam", "You approved") == snapshot(
            "You approved R-1, payments 1 ([Add the payload of a refund]) to production. Its card shows what is still missing. Until the deploy starts, /deploy withdraw R-1 takes your approval back."
        )
        await here.card("releases", "payments")
        assert here.deploys() == {"Add the payload of a refund": 1}


@either
async def test_who_may_not_is_told_why(tmp_path: Path, over_http: bool) -> None:
    async with desk(tmp_path, over_http=over_http) as here:
        await here.push("acme/payments", "Add refunds")
        card = await here.card("payments", "Waiting for approval")
        await here.clicks("alex", card, "Approve")
        assert await here.hears("alex", "Nothing was changed") == snapshot("""\
Nothing was changed (R-1, payments 1 ([Add refunds]) to production).
You are not among those who decide here (1 of qa or sre): please ask @priya, @sam, @sre.\
""")
        await here.clicks("guest", card, "Approve")
        assert await here.hears("guest", "full members") == snapshot(
            "Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you."
        )
        assert here.deploys() == {}


def door_of(here: Desk) -> HttpDelivery:
    """Return what delivers to the bot over HTTP."""
    delivery = here.running.driver.transport
    assert isinstance(delivery, HttpDelivery)
    return delivery


async def test_t02_a_click_that_is_overheard_and_sent_again_counts_once(tmp_path: Path) -> None:
    async with desk(tmp_path, POLICY.replace("count: 1", "count: 2"), over_http=True) as here:
        await here.push("acme/payments", "Add refunds")
        card = await here.card("payments", "Waiting for approval")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "1 of 2")
        delivery = door_of(here)
        overheard = delivery.sent[-1]
        for _ in range(4):
            again = await asyncio.gather(*(delivery.post(overheard) for _ in range(25)))
            assert {(answer.status, answer.text) for answer in again} == {(200, "")}
        delivered = await here.running.driver.click("priya", card, "Approve")
        assert (await here.running.driver.redeliver(delivered)).acknowledged
        await here.hears("priya", "You have approved this already")
        await here.everything_is_told()
        assert len(here.workspace.ephemerals("priya")) == 1
        assert await here.thread(card, "1 of 2") == ["Approved by @priya (1 of 2 of qa or sre)."]
        assert len(rows(here, "SELECT 1 FROM approvals")) == 1
        acts = [row["action"] for row in rows(here, "SELECT action FROM audit WHERE actor = 'priya'")]
        assert acts == ["approved", "refused"], "the first click, and the one that was another"


async def test_the_door_stands_beside_the_webhooks_and_is_shut_to_strangers(tmp_path: Path) -> None:
    async with desk(tmp_path, over_http=True) as here, ClientSession() as stranger:
        url = door_of(here).url
        async with stranger.post(url, data={"command": "/deploy", "user_id": "U0PRIYA"}) as answer:
            said = await answer.json()
            assert (answer.status, said["error"], sorted(said)) == (401, "not authentic", ["error", "request_id"])
        async with stranger.get(url.replace("/slack/events", "/healthz")) as answer:
            assert (answer.status, answer.headers["Connection"]) == (200, "close")
        assert here.running.sockets.connections == []


async def test_over_sockets_there_is_no_door(tmp_path: Path) -> None:
    async with desk(tmp_path) as here, ClientSession() as stranger:
        assert here.signoff is not None
        async with stranger.post(f"http://127.0.0.1:{here.signoff.bound_port}/slack/events") as answer:
            assert answer.status == 404


async def test_what_was_decided_is_known_after_a_restart_on_another_port(tmp_path: Path) -> None:
    async with desk(tmp_path, over_http=True) as here:
        await here.push("acme/payments", "Add refunds")
        card = await here.card("payments", "Waiting for approval")
        await here.stop()
        done = await here.running.driver.click("priya", card, "Approve")
        assert not done.acknowledged
        await here.start()
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        assert here.deploys() == {"Add refunds": 1}


async def test_what_a_crash_cut_off_is_taken_when_slack_sends_it_again(tmp_path: Path) -> None:
    async with desk(tmp_path, over_http=True) as here:
        await here.stop()
        rows(
            here, "INSERT INTO replays (key, state, at) VALUES ('event:Ev1', 'working', '2999'), ('b', 'done', '2999')"
        )
        await here.start()
        assert [row["key"] for row in rows(here, "SELECT key FROM replays")] == ["b"]


async def test_of_two_ways_in_the_start_says_which_it_takes(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        assert here.signoff is not None
        settings = here.signoff.settings
        both = settings.model_copy(update={"slack_signing_secret": SecretStr("abc123")})
        second = Signoff(both, here.policy, "127.0.0.1", 0)
        with capture_logs() as logs:
            assert second._slack_door(here.signoff.desk.store) is None
        assert logs == [{"event": "settings", "remark": both.remark, "log_level": "warning"}]
