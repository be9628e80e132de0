"""Whoever may not, or comes late, or clicks twice, is told so privately, and nothing changes."""

from pathlib import Path

from inline_snapshot import snapshot

from tests.acceptance.desk import POLICY, desk


async def test_clicks_that_do_not_count_are_answered_in_words(tmp_path: Path) -> None:
    async with desk(tmp_path, POLICY.replace("count: 1", "count: 2")) as here:
        await here.push("acme/payments", "Add refunds")
        card = await here.card("payments", "Waiting for approval")
        await here.clicks("alex", card, "Approve")
        assert await here.hears("alex", "Nothing was changed") == snapshot("""\
Nothing was changed (R-1, payments 1 ([Add refunds]) to production).
You are not among those who decide here (2 of qa or sre): please ask @priya, @sam, @sre.\
""")
        await here.clicks("guest", card, "Approve")
        assert await here.hears("guest", "full members") == snapshot(
            "Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you."
        )
        await here.clicks("priya", card, "Approve")
        await here.says(card, "1 of 2")
        await here.clicks("priya", card, "Approve")
        assert await here.hears("priya", "Nothing was changed") == snapshot("""\
Nothing was changed (R-1, payments 1 ([Add refunds]) to production).
You have approved this already, once is enough. To take it back: /deploy withdraw R-1.\
""")
        assert here.deploys() == {}


async def test_whoever_pushed_a_build_may_not_approve_it(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "Trust me", login="priya", login_id=1001)
        card = await here.card("payments", "Waiting for approval")
        await here.clicks("priya", card, "Approve")
        assert await here.hears("priya", "Nothing was changed") == snapshot("""\
Nothing was changed (R-1, payments 1 ([Trust me]) to production).
You pushed this commit, and nobody approves their own work here: please ask another approver.\
""")
        await here.clicks("sam", card, "Approve")
        await here.says(card, "Live")
        assert here.deploys() == {"Trust me": 1}


async def test_a_click_on_a_stale_card_tells_what_happened_meanwhile(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "Add refunds")
        card = await here.card("payments", "Waiting for approval")
        await here.clicks("priya", card, "Approve")
        await here.says(card, "Live")
        done = await here.running.driver.click("sam", card, "Approve", version=0)
        assert done.acknowledged
        assert await here.hears("sam", "Nothing was changed") == snapshot("""\
Nothing was changed (R-1, payments 1 ([Add refunds]) to production).
Too late: it is live already. To go back: /deploy rollback payments in production REASON.\
""")
        assert here.deploys() == {"Add refunds": 1}


async def test_words_that_mean_nothing_start_nothing(tmp_path: Path) -> None:
    async with desk(tmp_path) as here:
        await here.push("acme/payments", "Add refunds")
        await here.card("payments", "Waiting for approval")
        await here.types("priya", "/deploy aprove R-1")
        assert await here.hears("priya", "Did you mean") == snapshot(
            "I do not know “aprove”, so nothing was started. Did you mean /deploy approve R-1?"
        )
        await here.types("priya", "/deploy payments 99 to production")
        assert await here.hears("priya", "99") == snapshot(
            "No build of payments is called 99. A build is named by its version or by at least seven digits of its commit; /deploy status payments shows what is live."
        )
        await here.types("priya", "/deploy payments to prodution")
        assert await here.hears("priya", "prodution") == snapshot(
            "payments has no environment “prodution”. Did you mean /deploy payments to production? payments has production."
        )
        assert here.deploys() == {}
