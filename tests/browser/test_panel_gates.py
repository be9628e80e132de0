"""The panel shows what waits at a gate, and answers it as somebody on GitHub would."""

from pathlib import Path

from playwright.async_api import expect

from sandbox.github.records_gates import Reviewer
from tests.browser.axe import violations
from tests.browser.office import office
from tests.browser.test_panel import rows
from tests.browser.window import browser_tests

pytestmark = browser_tests
REPO = "acme/payments"


async def test_what_waits_at_a_gate_is_let_through_and_rejected_on_the_panel(tmp_path: Path) -> None:
    async with office(tmp_path) as (here, page):
        here.forge.auto = False
        here.forge.gates.protect(REPO, "production", reviewers=[Reviewer("ann", 1001)])
        section = page.get_by_role("region", name=REPO)
        for title, button, state in (
            ("Third", "Let it go on there", "approved"),
            ("Fourth", "Reject it there", "rejected"),
        ):
            await here.forge.push(REPO, title)
            run = here.forge.repositories[REPO].runs[-1]
            here.forge.gates.arrive(REPO, run, "production")
            gate = rows(section, "Gates").first
            await expect(gate).to_have_text(f"production: #{run.number} {title}waiting")
            await expect(section.get_by_role("button", name="Finish")).to_have_count(0)
            assert await violations(page) == []
            await section.get_by_role("button", name=f"{button}: what waits at production of {REPO}").click()
            await expect(gate).to_have_text(f"production: #{run.number} {title}{state}")
            if state == "approved":
                await section.get_by_role("button", name=f"Finish what runs in {REPO}").click()
        assert [run.conclusion for run in here.forge.repositories[REPO].runs[-2:]] == ["success", "failure"]
