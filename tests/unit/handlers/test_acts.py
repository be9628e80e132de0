"""Clicks, forms and commands: by the right and the wrong person, too late, twice, from elsewhere."""

import pytest
from inline_snapshot import snapshot

from bot.core.inputs import Account
from bot.core.policy import ApprovalRule, Group
from bot.core.release import Lifecycle
from bot.ports.ci import ProgressStatus
from bot.ports.trouble import GiveUp, TryLater
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.chat import Arrived, Posted
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

NOT_MINE = "This button no longer does anything, so nothing was changed. `list` shows what is open."


async def asked(world: World) -> Posted:
    """Go on until R-1 waits for its approval."""
    await world.looks()
    await world.looks(a_report(1))
    return await world.notice()


async def test_the_wrong_person_hears_who_may(world: World) -> None:
    posted = await asked(world)
    await world.clicks("U0SAM", posted, "approve")
    assert world.chat.whispers == snapshot(
        [
            (
                "C0PAYMENTS",
                "U0SAM",
                """\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
You are not among those who decide here (1 of qa): please ask <@U0PRIYA>.\
""",
            )
        ]
    )
    assert world.executor.started == []


async def test_a_second_click_hears_that_the_first_stands(opening: Opening) -> None:
    everybody = Group("qa", frozenset({"priya", "sam"}))
    world = await opening(a_policy(a_lane_policy(approvals=(ApprovalRule(("qa",), 2),)), groups=(everybody,)))
    posted = await asked(world)
    await world.clicks("U0PRIYA", posted, "approve")
    assert world.chat.whispers == []
    await world.clicks("U0PRIYA", posted, "approve")
    assert world.chat.whispers == snapshot(
        [
            (
                "C0PAYMENTS",
                "U0PRIYA",
                """\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
You have approved this already, once is enough. To take it back: `/deploy withdraw R-1`.\
""",
            )
        ]
    )
    assert world.executor.started == []
    await world.clicks("U0SAM", posted, "approve")
    assert len(world.executor.started) == 1


async def test_a_late_click_hears_what_became_of_it(world: World) -> None:
    posted = await asked(world)
    handle = posted.button("approve")
    await world.rejects("U0PRIYA", posted, "not on a Friday")
    assert (await world.release()).reason == "not on a Friday"
    await world.clicks("U0PRIYA", posted, "approve", handle=handle)
    assert await world.states() == [Lifecycle.REJECTED]
    assert [text for _, _, text in world.chat.whispers] == snapshot(
        [
            """\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
Too late: it was rejected before. To ask for a new release: `/deploy payments to production`.\
"""
        ]
    )
    assert world.chat.in_thread(posted.ts) == snapshot(
        [
            """\
Rejected by <@U0PRIYA>. For the authors, Ann:
> not on a Friday\
"""
        ]
    )


async def test_a_click_on_what_was_rebuilt_since_does_not_count(world: World) -> None:
    posted = await asked(world)
    stale, reject = posted.button("approve"), posted.button("reject")
    await world.looks(a_report(1, attempt=2))
    assert (await world.release()).generation == 2
    await world.clicks("U0PRIYA", posted, "approve", handle=stale)
    await world.rejects("U0PRIYA", posted, "why again", handle=reject)
    assert world.executor.started == []
    assert [text for _, _, text in world.chat.whispers] == snapshot(
        [
            """\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
What would ship has changed since the card you saw was shown: please look at it again, then decide.\
""",
            """\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
What would ship has changed since the card you saw was shown: please look at it again, then decide.\
""",
        ]
    )
    assert posted.button("approve") != stale
    await world.clicks("U0PRIYA", posted, "approve")
    assert len(world.executor.started) == 1


@pytest.mark.parametrize("elsewhere", [{"channel": "C0OTHER"}, {"ts": "1700000000.999999"}, {"handle": "nobody"}])
async def test_a_click_from_elsewhere_or_on_nothing_is_refused(world: World, elsewhere: dict[str, str]) -> None:
    posted = await asked(world)
    await world.clicks("U0PRIYA", posted, "approve", **elsewhere)
    assert [text for _, _, text in world.chat.whispers] == [NOT_MINE]
    assert world.executor.started == []


async def test_what_reached_no_release_is_audited_as_well(world: World) -> None:
    posted = await asked(world)
    await world.clicks("U0SAM", posted, "approve", handle="0" * 32)
    await world.clicks("U0SAM", posted, "approve", channel="C0DOCS")
    await world.types("U0SAM", "approve R-77")
    await world.types("U0SAM", "aprove R-1")
    rows = await world.sql("SELECT actor, surface, data FROM audit WHERE action = 'refused' AND release IS NULL")
    assert rows == snapshot(
        [
            ("sam", "button", '{"act":"click","host_user":null,"reasons":"no such button","saw":null,"slack":"U0SAM"}'),
            (
                "sam",
                "button",
                '{"act":"click","host_user":null,"reasons":"not the card\'s message","saw":null,"slack":"U0SAM"}',
            ),
            (
                "sam",
                "command",
                '{"act":"command","host_user":null,"reasons":"no such release","saw":null,"slack":"U0SAM"}',
            ),
            (
                "sam",
                "command",
                '{"act":"command","host_user":null,"reasons":"misunderstood","saw":null,"slack":"U0SAM"}',
            ),
        ]
    )


async def test_only_the_button_approve_approves_and_only_reject_rejects(world: World) -> None:
    posted = await asked(world)
    approve, reject = posted.button("approve"), posted.button("reject")
    await world.clicks("U0PRIYA", posted, "reject", handle=reject)
    await world.rejects("U0PRIYA", posted, "with the other handle", handle=approve)
    assert [text for _, _, text in world.chat.whispers] == [NOT_MINE, NOT_MINE]
    assert await world.states() == [Lifecycle.OPEN]


async def test_a_click_on_a_copy_after_a_lost_post_counts_and_says_so(world: World) -> None:
    world.chat.will("post", Arrived())
    await world.looks()
    await world.looks(a_report(1))
    world.passes(1)
    await world.settle()
    copy, kept = world.chat.in_channel("C0PAYMENTS")
    assert (await world.card()).ts == kept.ts
    await world.clicks("U0PRIYA", copy, "approve")
    assert [text for _, _, text in world.chat.whispers] == snapshot(
        ["This notice was posted twice. Your click counted; the other copy is the one that is kept up to date."]
    )
    assert len(world.executor.started) == 1


async def test_a_click_before_the_posts_answer_is_there_counts(world: World) -> None:
    await world.looks()
    world.chat.will("post", Arrived())
    await world.looks(a_report(1))
    (posted,) = world.chat.in_channel("C0PAYMENTS")
    await world.clicks("U0PRIYA", posted, "approve")
    assert len(world.executor.started) == 1


@pytest.mark.parametrize("account", [Account.GUEST, Account.BOT, Account.STRANGER, Account.DEACTIVATED])
async def test_who_is_no_full_member_may_not(world: World, account: Account) -> None:
    posted = await asked(world)
    world.directory.accounts["U0PRIYA"] = account
    await world.clicks("U0PRIYA", posted, "approve")
    await world.rejects("U0PRIYA", posted, "no")
    assert await world.states() == [Lifecycle.OPEN]
    assert len(world.chat.whispers) == 2
    assert all(text.startswith("Signoff answers full members") for _, _, text in world.chat.whispers)


async def test_while_the_directory_is_down_clicks_wait_and_nothing_is_approved(world: World) -> None:
    posted = await asked(world)
    world.directory.down = TryLater(5, "rate limited")
    for _ in range(9):
        await world.clicks("U0PRIYA", posted, "approve")
        world.passes(5)
    assert (await world.release()).approvals == ()
    assert world.chat.whispers == []
    world.directory.down = None
    await world.settle()
    assert len((await world.release()).approvals) == 1
    assert await world.sql("SELECT DISTINCT state FROM inbox") == [("done",)]


async def test_withdrawn_before_the_start_nothing_starts_until_it_is_approved_again(world: World) -> None:
    posted = await asked(world)
    await world.stores(world.click("U0PRIYA", posted, posted.button("approve")))
    await world.acts.once()
    await world.types("U0PRIYA", "withdraw R-1")
    assert world.executor.started == []
    assert await world.sql("SELECT state FROM effects WHERE kind = 'deploy'") == [("cancelled",)]
    assert world.chat.responses == snapshot(
        [
            (
                "https://r",
                "You took back your approval of <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production. The release stays open.",
            )
        ]
    )
    await world.clicks("U0PRIYA", posted, "approve")
    assert len(world.executor.started) == 1
    await world.types("U0PRIYA", "withdraw R-1")
    assert len(world.chat.responses) == 2
    assert world.chat.responses[1][1] == snapshot("""\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
Too late: it is being deployed already. Only the CI system can stop it now: please stop the job there.\
""")


async def test_every_command_is_answered(world: World) -> None:
    await asked(world)
    said = ("payments 77", "payments 1", "approve R-9", "cancel R-1", "reject R-1 no", "approve R-1", "status", "frob")
    for words in said:
        await world.types("U0SAM", words)
    assert dict(zip(said, (text for _, text in world.chat.responses), strict=True)) == snapshot(
        {
            "payments 77": "No build of payments is called 77. A build is named by its version or by at least seven digits of its commit; `/deploy status payments` shows what is live.",
            "payments 1": """\
Nothing was changed (payments in production).
This build has an open release there already: <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>.\
""",
            "approve R-9": "There is no release R-9. `/deploy list` shows what is open.",
            "cancel R-1": """\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
Only who asked for a release and its approvers may do that: please ask <@U0PRIYA>.\
""",
            "reject R-1 no": """\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
You are not among those who decide here (1 of qa): please ask <@U0PRIYA>.\
""",
            "approve R-1": """\
Nothing was changed (<https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>, payments 1 (0000001) to production).
You are not among those who decide here (1 of qa): please ask <@U0PRIYA>.\
""",
            "status": "That command only reads, and nothing was changed. `help` shows the words.",
            "frob": "I do not know “frob”, so nothing was started. `/deploy help` shows the words.",
        }
    )
    assert await world.states() == [Lifecycle.OPEN]


async def test_a_request_for_what_is_live_is_refused_and_by_its_name_is_a_release(world: World) -> None:
    posted = await world.approved()
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    await world.types("U0SAM", "payments")
    await world.types("U0SAM", "payments 1")
    assert [text for _, text in world.chat.responses] == snapshot(
        [
            """\
Nothing was changed (payments in production).
1 (0000001) is live there already. To deploy it once more, name its version.\
""",
            "Opened R-2, payments 1 (0000001) to production: its card asks the approvers. What it waits for: `/deploy why payments production`.",
        ]
    )
    assert (await world.notice(2)).ts != posted.ts
    assert (await world.release(2)).requested_by == "sam"


async def test_a_request_needs_its_permission(opening: Opening) -> None:
    world = await opening(a_policy(permissions=()))
    await asked(world)
    await world.types("U0SAM", "payments 1")
    assert world.chat.responses[0][1] == snapshot("""\
Nothing was changed (payments in production).
• You do not have the permission `request`. It is held by nobody yet (the policy file gives `request` to no one).
• This build has an open release there already: <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>.\
""")


async def test_an_ambiguous_version_is_never_guessed(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1, sha="abcdef01" + "0" * 32), a_report(2, sha="abcdef02" + "0" * 32))
    await world.types("U0SAM", "payments abcdef0")
    assert world.chat.responses[0][1] == snapshot(
        "abcdef0 fits several builds: payments 2 (abcdef0), payments 1 (abcdef0). Please name one by its commit."
    )


async def test_where_the_response_url_is_spent_the_answer_is_whispered(world: World) -> None:
    await asked(world)
    world.chat.will("respond", GiveUp("expired_url"))
    await world.types("U0SAM", "approve R-9")
    assert world.chat.responses == []
    assert world.chat.whispers == [
        ("C0PAYMENTS", "U0SAM", "There is no release R-9. `/deploy list` shows what is open.")
    ]
