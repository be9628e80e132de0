"""The page's panel of the pipeline: who pushes what, what is set to go wrong, which webhook was the last."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sandbox.github.forge import Forge
from sandbox.github.hooks import Hook
from sandbox.github.records_gates import Reviewer

REPO = "acme/payments"


@pytest.fixture
def forge() -> Forge:
    made = Forge(lambda: datetime(2026, 11, 21, 10, tzinfo=UTC))
    made.create(REPO)
    return made


async def test_somebody_pushes_a_commit_with_a_migration(forge: Forge) -> None:
    await forge.act("push", {"repository": REPO, "title": "Keep receipts", "author": "sam", "migration": True})
    await forge.act("push", {"repository": REPO})
    kept, plain = forge.repositories[REPO].commits
    assert (kept.title, kept.name, kept.login, kept.login_id) == ("Keep receipts", "Sam", "sam", 1002)
    assert (kept.email, kept.files) == ("sam@acme.example", ["migrations/0001_change.sql"])
    assert (plain.title, plain.name, plain.files) == ("Improve things", "Robin", ["src/change_2.py"])


async def test_nobody_unknown_pushes(forge: Forge) -> None:
    with pytest.raises(LookupError, match="nobody is called 'mallory'; there are robin, priya, sam, alex"):
        await forge.act("push", {"repository": REPO, "author": "mallory"})
    assert forge.repositories[REPO].commits == []


async def test_the_answer_to_the_next_order_is_lost_or_after_all_not(forge: Forge) -> None:
    def lost(path: str) -> bool:
        return forge.faults.next("POST", f"/repos/acme/payments/{path}") is not None

    await forge.act("lose_answer", {})
    assert forge.snapshot()["lose_next_answer"] is True
    assert [lost("check-runs"), lost("deployments"), lost("deployments")] == [False, True, False]
    assert forge.snapshot()["lose_next_answer"] is False
    await forge.act("lose_answer", {})
    assert lost("actions/workflows/deploy.yml/dispatches")
    await forge.act("lose_answer", {})
    await forge.act("lose_answer", {})
    assert not lost("deployments")


async def test_the_last_webhook_is_sent_again_under_its_guid(forge: Forge) -> None:
    taken: list[Hook] = []
    assert forge.snapshot()["last_webhook"] == ""
    await forge.act("replay", {})
    forge.deliver_to("http://127.0.0.1:9/nobody")
    hook = Hook("guid", "workflow_run", b"{}")
    await forge.hooks.deliver(hook)
    assert forge.snapshot()["last_webhook"] == "workflow_run"
    await forge.act("replay", {})
    taken = [one.hook for one in forge.hooks.deliveries]
    assert taken == [hook, hook]
    await forge.close()


def test_others_show_something_beside_the_repositories(forge: Forge) -> None:
    def sites() -> dict[str, Any]:
        return {"sites": [{"name": "payments"}]}

    forge.beside.append(sites)
    assert forge.snapshot()["sites"] == [{"name": "payments"}]


async def test_what_waits_at_a_gate_is_shown_and_answered_there_alone(forge: Forge) -> None:
    forge.gates.protect(REPO, "production", reviewers=[Reviewer("ann", 1001)])
    for title, does in (("First", "let_through"), ("Second", "turn_away")):
        await forge.push(REPO, title)
        run = forge.repositories[REPO].runs[-1]
        forge.gates.arrive(REPO, run, "production")
        await forge.act("finish", {"repository": REPO})
        await forge.act("fail_build", {"repository": REPO})
        (gate, *_) = forge.snapshot()["repositories"][0]["gates"]
        assert gate == {
            "run": run.id,
            "attempt": 1,
            "title": f"#{run.number} {title}",
            "environment": "production",
            "state": "waiting",
        }
        await forge.act(does, {"repository": REPO, "environment": "production"})
        await forge.act("finish", {"repository": REPO})
    assert [one["state"] for one in forge.snapshot()["repositories"][0]["gates"]] == ["rejected", "approved"]
    assert [run.conclusion for run in forge.repositories[REPO].runs] == ["success", "failure"]
    with pytest.raises(LookupError, match="nothing waits at production of acme/payments"):
        await forge.act("let_through", {"repository": REPO})


async def test_the_answer_at_a_gate_can_be_lost_too(forge: Forge) -> None:
    for path in ("actions/runs/7/pending_deployments", "actions/runs/7/deployment_protection_rule"):
        await forge.act("lose_answer", {})
        assert forge.faults.next("POST", f"/repos/{REPO}/{path}") is not None
