"""Slack is away: who is on the host decides, deploys go on, and when it returns its messages become true, once."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientTimeout
from inline_snapshot import snapshot
from structlog.testing import capture_logs

from handlers.acts import Click
from handlers.health import ill
from handlers.slack.problems import SlackProblem
from tests.acceptance.desk import POLICY, Desk, desk

HOUR = 3600.0
ANSWERED_WITHIN = 3.0
"""Seconds: the command line asks Slack once who is in a group, and waits half a second for it here."""
BOTH = POLICY.replace("approvals: [{from: [qa, sre], count: 1}]", "approvals: [{from: [qa, sre], count: 2}]")
LONGEST_PAUSE = 300.0
"""Seconds between two tries of what failed often."""


def posts(here: Desk, channel: str) -> list[str]:
    """Return the first lines of everything in a channel, oldest first."""
    return [here.reads(message).splitlines()[0] for message in here.workspace.channel(channel).messages]


async def opened(here: Desk, release: str) -> None:
    """Wait until the list of open releases, as the host reads it, names a release."""

    async def listed() -> bool:
        return release in await here.on_the_host("list")

    await here.comes(listed)


async def live(here: Desk, release: str) -> None:
    """Wait until the host reads that what a release shipped is live."""

    async def read() -> bool:
        return (await here.on_the_host("status payments")).endswith(release)

    await here.comes(read)


async def test_a_bot_that_never_met_slack_deploys_and_tells_it_all_afterwards(tmp_path: Path) -> None:
    async with desk(tmp_path, started=False) as here:
        await here.cable.cut()
        await here.start("process", "ci")
        assert here.part("slack") == ill("away")
        await here.push("acme/payments", "First")
        await opened(here, "R-1")
        assert await here.on_the_host("approve R-1", "priya") == snapshot(
            "You approved R-1, payments 1 ([First]) to production. Its card shows what is still missing. Until the deploy starts, `signoff withdraw R-1` takes your approval back."
        )
        await live(here, "R-1")
        assert here.deploys() == {"First": 1}
        here.passes(HOUR)
        assert posts(here, "payments") == posts(here, "releases") == []
        await here.cable.mend()
        await here.slack_is_well()
        here.passes(LONGEST_PAUSE)  # what had failed often waits longest
        card = await here.card("payments", "Live")
        assert await here.thread(card, "Live: payments") == snapshot(
            [
                """\
Approved by @priya (1 of 1 of qa or sre).
Asking the CI system to deploy payments 1 ([First]) to production.
The CI system accepted the deploy. Open the deploy job.
Live: payments 1 ([First]) in production. Open the deploy job.\
"""
            ]
        )
        await here.card("releases", "payments 1 is live")
        await here.everything_is_told()
        assert posts(here, "payments") == snapshot(["Live: payments 1 in production"])
        assert posts(here, "releases") == snapshot(["payments 1 is live in production"])
        assert here.reads(card).splitlines()[0] == snapshot("Live: payments 1 in production")
        assert here.deploys() == {"First": 1}


async def test_while_slack_is_away_for_an_hour_the_host_decides_and_the_card_ends_true(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        await here.everything_is_told()
        await here.cable.cut()
        await here.until(lambda: not here.running.sockets.connections)
        for _ in range(6):
            here.passes(HOUR / 6)
        assert await here.on_the_host("approve R-1", "sam") == snapshot(
            "You approved R-1 (http://sandbox/archives/C0PAYMENTS/pTS), payments 1 ([First]) to production. Its card shows what is still missing. Until the deploy starts, `signoff withdraw R-1` takes your approval back."
        )
        await live(here, "R-1")
        assert "Waiting for approval" in here.reads(card)
        await here.cable.mend()
        await here.slack_is_well()
        here.passes(LONGEST_PAUSE)
        await here.says(card, "Live")
        assert await here.thread(card, "Live: payments") == snapshot(
            [
                """\
Approved by @sam (1 of 1 of qa or sre).
Asking the CI system to deploy payments 1 ([First]) to production.
The CI system accepted the deploy. Open the deploy job.
Live: payments 1 ([First]) in production. Open the deploy job.\
"""
            ]
        )
        await here.card("releases", "payments 1 is live")
        await here.everything_is_told()
        assert posts(here, "payments") == snapshot(["Live: payments 1 in production"])
        assert posts(here, "releases") == snapshot(["payments 1 is live in production"])
        assert here.deploys() == {"First": 1}
        await here.types("priya", "/deploy status")


async def test_an_approval_in_slack_and_one_on_the_host_deploy_while_slack_is_away_for_an_hour(tmp_path: Path) -> None:
    async with desk(tmp_path, BOTH) as here:
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        await here.clicks("sam", card, "Approve")
        await here.says(card, "1 of 2 given")
        await here.everything_is_told()
        await here.cable.cut()
        here.passes(HOUR)
        await here.on_the_host("approve R-1", "priya")
        await live(here, "R-1")
        assert here.deploys() == {"First": 1}
        await here.cable.mend()
        await here.slack_is_well()
        here.passes(LONGEST_PAUSE)
        await here.says(card, "Live")
        assert (await here.thread(card, "Live: payments"))[1:] == snapshot(
            [
                """\
Approved by @priya (2 of 2 of qa or sre).
Asking the CI system to deploy payments 1 ([First]) to production. Slack could not be asked once more about the approvals of sam: what it said of them before counts.
The CI system accepted the deploy. Open the deploy job.
Live: payments 1 ([First]) in production. Open the deploy job.\
"""
            ]
        )


async def test_what_waits_for_a_slack_that_is_away_for_long_says_so_on_the_host(tmp_path: Path) -> None:
    async with desk(tmp_path, BOTH) as here:
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        await here.clicks("sam", card, "Approve")
        await here.says(card, "1 of 2 given")
        await here.cable.cut()
        here.passes(5 * HOUR)
        await here.on_the_host("approve R-1", "priya")

        async def put_off() -> bool:
            return "Put off" in await here.on_the_host("why payments")

        await here.comes(put_off)
        assert (await here.on_the_host("why payments")).splitlines()[1:] == snapshot(
            [
                "R-1 (http://sandbox/archives/C0PAYMENTS/pTS), payments 1 ([First]) to production, waits until it can be asked again who approved it; opened 2026-11-21 10:00 UTC",
                "• Put off: who approved it cannot be asked about: Slack cannot be reached: ClientConnectorError. Nothing was sent; it is tried again by itself.",
                "• Without Slack: who is listed in the policy may approve it on the host with `signoff approve R-1 --as PERSON`, also after an approval in Slack; or it is overridden with `signoff override R-1 REASON`.",
            ]
        )
        assert here.deploys() == {}
        await here.on_the_host("approve R-1", "sam")
        here.passes(60)
        await live(here, "R-1")
        assert here.deploys() == {"First": 1}


async def test_a_slack_that_does_not_answer_keeps_nobody_waiting_on_the_host(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.slack.app.DEADLINE", ClientTimeout(total=0.5))
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        await here.everything_is_told()
        here.cable.hangs = True
        for number, who in enumerate(("U0ALEX", "U0SAM", "U0ROBIN")):
            click = Click(slack=who, team=here.workspace.team_id, handle="h", channel="C0PAYMENTS", ts="1.1")
            await here.receives(click, f"click-{number}")
        async with asyncio.timeout(ANSWERED_WITHIN):
            await here.on_the_host("approve R-1", "priya")
        await live(here, "R-1")
        here.cable.hangs = False
        await here.says(card, "Live")
        assert here.deploys() == {"First": 1}


async def test_names_of_channels_are_remembered_for_a_start_without_slack(tmp_path: Path) -> None:
    named = POLICY.replace("channel: C0PAYMENTS", 'channel: "#payments"')
    async with desk(tmp_path, named) as here:
        await here.stop()
        await here.cable.cut()
        await here.start("process", "ci")
        await here.push("acme/payments", "First")
        await opened(here, "R-1")
        await here.cable.mend()
        await here.slack_is_well()
        here.passes(LONGEST_PAUSE)
        await here.card("payments", "Waiting for approval")


async def test_a_start_waits_for_slack_where_only_slack_knows_a_channel(tmp_path: Path) -> None:
    named = POLICY.replace("channel: C0PAYMENTS", 'channel: "#payments"')
    async with desk(tmp_path, named, started=False) as here:
        await here.cable.cut()
        with capture_logs() as logs:
            starting = asyncio.create_task(here.start())
            await here.comes(lambda: any(line["event"] == "slack_needed_for_names" for line in logs))
            await here.cable.mend()
            await starting
        said = next(line for line in logs if line["event"] == "slack_needed_for_names")
        assert said["channels"] == ["#payments"]
        await here.push("acme/payments", "First")
        await here.card("payments", "Waiting for approval")


async def test_a_token_that_is_refused_ends_the_start_at_once(tmp_path: Path) -> None:
    async with desk(tmp_path, started=False) as here:
        good, here.workspace.app.bot_token = here.workspace.app.bot_token, "xoxb-another"
        with pytest.raises(SlackProblem) as problem:
            await here.start(bot_token=good)
        assert str(problem.value) == snapshot(
            "Slack refuses SLACK_BOT_TOKEN (invalid_auth). Install the app and copy the Bot User OAuth Token from «OAuth & Permissions»."
        )
        here.signoff = None


async def test_a_revoked_token_loses_nothing_and_heals_by_itself(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        good, here.workspace.app.bot_token = here.workspace.app.bot_token, "xoxb-another"
        with capture_logs() as logs:
            await here.clicks("priya", card, "Approve")  # stored, and decided once Slack says who priya is
            await here.comes(lambda: here.part("slack") == ill("refused"))
            here.passes(HOUR)
        assert [line["why"] for line in logs if line["event"] == "slack_token_refused"] == ["invalid_auth"]
        assert here.deploys() == {}
        here.workspace.app.bot_token = good
        await here.slack_is_well()
        here.passes(LONGEST_PAUSE)
        await here.says(card, "Live")
        assert here.deploys() == {"First": 1}
        assert posts(here, "payments") == ["Live: payments 1 in production"]
