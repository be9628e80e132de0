"""Slack fails to list its channels when a policy names them: it is asked again, and every id is in force in the end."""

from pathlib import Path

import pytest
from aiohttp import ClientTimeout

from tests.acceptance.desk import POLICY, desk
from tests.acceptance.test_faults import FAULTS
from tests.acceptance.truth import becomes_true

RELEASES = POLICY.replace("announcements: C0RELEASES", 'announcements: "#releases"')
DOCS = POLICY.replace("announcements: C0RELEASES", 'announcements: "#docs"')
HALF_A_MINUTE = "429 without Retry-After"
"""What is waited for by the real clock, and is left to the tests of the directory."""


async def test_whatever_slack_answers_a_policy_that_names_channels_comes_into_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("handlers.slack.app.DEADLINE", ClientTimeout(total=0.5))
    async with desk(tmp_path, RELEASES, started=False) as here:
        here.running.faults.add("conversations.list", "500")
        await here.start()
        assert here.signoff is not None
        assert here.signoff.desk.policy.announcements == "C0RELEASES"
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        policies = [(DOCS, "C0DOCS"), (RELEASES, "C0RELEASES")] * len(FAULTS)
        quick = [wrong for fault, wrong in FAULTS.items() if fault != HALF_A_MINUTE]
        for (kind, more), (text, known) in zip(quick, policies, strict=False):
            before = len(here.running.faults.met)
            here.running.faults.add("conversations.list", kind, **more)
            assert "slack.announcements: #" in await here.reloads(text)
            assert here.running.faults.met[before:] == [("conversations.list", kind)]
            assert here.signoff.desk.policy.announcements == known
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        await becomes_true(here)
        assert len(here.workspace.channel("releases").messages) == 1
        assert here.deploys() == {"First": 1}
