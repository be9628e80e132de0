"""What breaks between a decision and the world: restarts, lost answers, missed webhooks, a Slack that refuses."""

from pathlib import Path

from inline_snapshot import snapshot

from sandbox.github.faults import Fault
from tests.acceptance.desk import POLICY, desk


async def test_an_open_release_goes_on_after_a_restart(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        await here.stop()
        await here.start()
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        assert here.deploys() == {"First": 1}
        assert len([m for m in here.workspace.channel("payments").messages if "First" in here.reads(m)]) == 1


async def test_a_build_whose_webhook_was_missed_is_found_by_asking(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.stop()
        await here.push("acme/payments", "While you were away")
        await here.until(lambda: here.forge.repositories["acme/payments"].runs[-1].conclusion)
        await here.start()
        card = await here.card("payments", "While you were away")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")


async def test_a_lost_answer_is_looked_up_by_its_key(tmp_path: Path) -> None:
    async with desk(tmp_path, POLICY.replace("lookup_window: 1s", "lookup_window: 10s")) as here:
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        here.forge.faults.add(Fault.RESET_AFTER, "POST", "*/deployments")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        assert here.deploys() == {"First": 1}


async def test_what_nobody_can_know_is_asked_of_a_person(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        here.forge.faults.add(Fault.RESET_BEFORE, "POST", "*/deployments")
        await here.clicks("priya", card, "Approve")
        question = await here.card("ops", "Did this deploy start?")
        assert here.reads(question) == snapshot("""\
Did this deploy start? payments 1 to production
Release: R-1, payments 1 ([First]) to production
What was sent: a deployment of commit [First] to the environment production
When: Nov 21, 2026 10:00
Key: R-1-KEY
Where to look: the deployments of that repository, for this key
Why you are asked: the answer was lost and the CI system does not know the key
Until then: nothing is sent again by itself, and the lane stays busy
May answer: @sam, @sre
[It did run] [It did not run] [Try again] [Abandon]\
""")
        assert here.deploys() == {}
        await here.clicks("priya", question, "Try again")
        assert await here.hears("priya", "Nothing was changed") == snapshot("""\
Nothing was changed (R-1, payments 1 ([First]) to production).
You do not have the permission resolve. It is held by @sam, @sre.\
""")
        await here.clicks("sam", question, "Try again")
        await here.says(card, "Live")
        await here.says(question, "Settled")
        assert here.deploys() == {"First": 1}


async def test_where_the_policy_says_resend_it_is_sent_again_by_itself(tmp_path: Path) -> None:
    async with desk(
        tmp_path, POLICY.replace("lookup_window: 1s", "lookup_window: 1s\n        when_unknown: resend")
    ) as here:
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        here.forge.faults.add(Fault.SERVER_ERROR, "POST", "*/deployments")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        assert here.deploys() == {"First": 1}
        asked = [message for message in here.workspace.channel("ops").messages if "Did this deploy" in message.text]
        assert asked == []


async def test_a_card_ends_true_whatever_slack_answers(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        here.running.faults.add("chat.postMessage", "500")
        await here.push("acme/payments", "First")
        card = await here.card("payments", "Waiting for approval")
        here.running.faults.add("chat.update", "429", count=2)
        here.running.faults.add("chat.update", "html")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        assert here.deploys() == {"First": 1}
