"""Tags and branches that move at every stage after the card was shown: what was approved is what is deployed."""

from pathlib import Path

from sandbox.github.faults import Fault
from sandbox.slack.messages import Message
from tests.acceptance.desk import POLICY, Desk, desk

REPO = "acme/payments"
BY_TAG = POLICY.replace("version_from: run_number", "version_from: 'tag:v*'", 1).replace(
    "        approvals:", "        newer_build: each-must-ship\n        undo_window: 30s\n        approvals:", 1
)
TARGETS = {
    "t10": "{github_deployment: {environment: production}}",
    "t11": "{github_workflow: {workflow: deploy.yml, inputs: {version: '{version}'}}}",
}


async def built(here: Desk, title: str, version: str) -> Message:
    """Push a commit under a tag, and return its card."""
    here.forge.auto = False
    sha = await here.push(REPO, title)
    here.forge.tag(REPO, version, sha)
    here.forge.auto = True
    run = here.forge.repositories[REPO].runs[-1]
    here.forge.begin_run(REPO, run)
    here.forge.finish_run(REPO, run)
    return await here.card("payments", f"Waiting for approval: payments {version}")


async def moves(here: Desk, version: str, title: str) -> None:
    """Point the tag and, by force, the branch at a commit that nobody has seen, whose build never ends."""
    here.forge.auto = False
    base = here.forge.repositories[REPO].commits[0].sha
    sha = await here.forge.push(REPO, title, onto=base)
    here.forge.tag(REPO, version, sha)
    here.forge.auto = True


async def approves(here: Desk, card: Message) -> None:
    await here.clicks("priya", card, "Approve")
    await here.says(card, "Undo")


async def goes_on(here: Desk, card: Message) -> None:
    here.passes(31)
    await here.says(card, "Live")


async def through_all_stages(here: Desk) -> None:
    """Let names move before the approval, in the window for an undo, during the call, and while an answer is lost."""
    here.forge.declare(
        REPO, "deploy.yml", {"sha": True, "signoff_key": True, "version": False}, "${{ inputs.signoff_key }}"
    )
    await goes_on_after_approval(here, await built(here, "First", "v1"))
    card = await built(here, "Before", "v2")
    await moves(here, "v2", "Evil 2")
    await goes_on_after_approval(here, card)
    card = await built(here, "Window", "v3")
    await approves(here, card)
    await moves(here, "v3", "Evil 3")
    await goes_on(here, card)
    card = await built(here, "Lost", "v4")
    await approves(here, card)
    here.forge.faults.add(Fault.RESET_AFTER, "POST", "*", count=1)
    here.passes(31)
    await here.until(lambda: here.deploys().get("Lost"))
    await moves(here, "v4", "Evil 4")
    here.passes(6)
    await here.says(card, "Live")


async def goes_on_after_approval(here: Desk, card: Message) -> None:
    await approves(here, card)
    await goes_on(here, card)


async def through(folder: Path, target: str) -> None:
    policy = BY_TAG.replace(TARGETS["t10"], TARGETS[target], 1)
    async with desk(folder, policy) as here:
        await through_all_stages(here)
        assert here.deploys() == {"First": 1, "Before": 1, "Window": 1, "Lost": 1}


async def test_t10_a_tag_or_branch_that_moves_deploys_nothing_that_nobody_approved(tmp_path: Path) -> None:
    await through(tmp_path, "t10")


async def test_t11_a_workflow_is_given_the_approved_commit_whatever_its_branch_points_at(tmp_path: Path) -> None:
    await through(tmp_path, "t11")
