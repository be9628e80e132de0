"""Forms that ask for a release, once they are stored: decided like the words that ask for the same."""

from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from bot.core.inputs import Account
from bot.core.policy import Kind, Permission
from bot.core.release import Lifecycle, Origin
from handlers.acts import ACT, Wish
from tests.factories import LANE, NOON, a_policy, a_report
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

SECOND = "0000002" + "0" * 33


def a_wish(sha: str, **changed: object) -> Wish:
    """Return what Sam's form asks for, opened in the channel of the announcements."""
    asked = {"slack": "U0SAM", "team": "T1", "service": "payments", "version": sha, "environment": "production"}
    return Wish.model_validate({**asked, "channel": "C0RELEASES", **changed})


async def wished(world: World, **changed: object) -> None:
    """Let two builds pass, drop what they opened, and send the form for the first."""
    await world.looks()
    await world.looks(a_report(1))
    await world.looks(a_report(2))
    await world.types("U0PRIYA", "cancel R-2")
    sha = a_report(1).sha
    await world.stores(a_wish(sha, **changed))
    await world.settle()


async def test_a_wish_opens_the_release_that_its_words_would_and_is_answered_where_they_were_typed(
    world: World,
) -> None:
    await wished(world)
    release = await world.release(3)
    assert (release.lane, release.build.sha, release.state) == (LANE, a_report(1).sha, Lifecycle.OPEN)
    assert (release.origin, release.requested_by, release.kind) == (Origin.REQUEST, "sam", Kind.RELEASE)
    assert release.scheduled_for is None
    assert world.chat.whispers[-1] == snapshot(
        (
            "C0RELEASES",
            "U0SAM",
            "Opened R-3, payments 1 (0000001) to production: its card asks the approvers. What it waits for: `/deploy why payments production`.",
        )
    )


async def test_a_wish_keeps_its_time(world: World) -> None:
    at = NOON + timedelta(hours=3)
    await wished(world, at=at.isoformat())
    assert (await world.release(3)).scheduled_for == at


async def test_a_wish_from_elsewhere_is_answered_in_a_direct_message(world: World) -> None:
    await wished(world, channel=None)
    assert (await world.release(3)).requested_by == "sam"
    assert world.chat.whispers[-1][:2] == snapshot(("U0SAM", "U0SAM"))


async def test_a_guest_wishes_in_vain_and_hears_why(world: World) -> None:
    world.directory.accounts["U0SAM"] = Account.GUEST
    await wished(world)
    assert await world.states() == [Lifecycle.SUPERSEDED, Lifecycle.CANCELLED]
    assert world.chat.whispers[-1][2] == snapshot(
        "Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you."
    )


async def test_somebody_without_the_permission_hears_who_has_it(opening: Opening) -> None:
    world = await opening(a_policy(permissions=((Permission.REQUEST, ("qa",)),)))
    await wished(world)
    assert await world.states() == [Lifecycle.SUPERSEDED, Lifecycle.CANCELLED]
    assert world.chat.whispers[-1][2] == snapshot("""\
Nothing was changed (payments in production).
You do not have the permission `request`. It is held by <@U0PRIYA>.\
""")


@pytest.mark.parametrize("way", [Kind.ROLLBACK, Kind.HOTFIX])
async def test_a_rollback_and_a_hotfix_are_decided_by_their_own_rules(world: World, way: Kind) -> None:
    await wished(world, way=way, reason="the checkout is broken")
    assert await world.states() == [Lifecycle.SUPERSEDED, Lifecycle.CANCELLED]
    assert {way: world.chat.whispers[-1][2]} == {
        way: {
            Kind.ROLLBACK: snapshot("""\
Nothing was changed (payments in production).
• You do not have the permission `rollback`. It is held by <@U0PRIYA>.
• 1 (0000001) was never live there, and a rollback goes only to what was. To deploy it all the same, ask for a release: `/deploy payments VERSION to production`.\
"""),
            Kind.HOTFIX: snapshot("""\
Nothing was changed (payments in production).
• You do not have the permission `hotfix`. It is held by nobody yet (the policy file gives `hotfix` to no one).
• The policy has no fast path for payments in production: ask for a release instead, with `/deploy payments VERSION to production`, or have a `hotfix` written for it.\
"""),
        }[way]
    }


async def test_a_service_that_left_the_policy_since_is_told_of(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    await world.stores(a_wish(a_report(1).sha))
    world.desk.policy = a_policy(services=())
    await world.settle()
    assert world.chat.whispers[-1][2] == snapshot("""\
Nothing was changed (payments in production).
• The policy does not name payments in production. It names: nothing yet.
• This build has an open release there already: <https://acme.slack.example/archives/C0PAYMENTS/p1700000000000001|R-1>.\
""")


def test_a_wish_comes_back_from_the_inbox_as_it_went_in() -> None:
    wish = a_wish(SECOND, way=Kind.ROLLBACK, reason="no", at=NOON)
    assert ACT.validate_json(ACT.dump_json(wish)) == wish


async def test_the_record_says_that_it_was_a_form(world: World) -> None:
    await wished(world)
    rows = await world.sql("SELECT action, actor, surface FROM audit WHERE release = 3")
    assert rows == [("opened", "sam", "modal")]
