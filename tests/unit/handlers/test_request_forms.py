"""The form for a request, step by step, against what is stored: opened, drawn anew, checked. Nothing is remembered."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from inline_snapshot import snapshot

from bot.core.build import RunStatus
from bot.core.inputs import Account
from bot.core.policy import Kind, LaneId, Mode, Permission
from bot.ports.ci import ProgressStatus
from bot.views.links import Links
from handlers.acts import Wish
from handlers.filled import Filled
from handlers.people import People
from handlers.request_forms import RequestForms
from sandbox.slack.block_kit.views import problems
from tests.factories import NOON, a_lane_policy, a_policy, a_report, a_sha
from tests.fakes.world import World
from tests.unit.handlers.conftest import Opening

STAGING = LaneId("payments", "staging")
TWO = a_policy(a_lane_policy(STAGING, mode=Mode.DEPLOYMENT), a_lane_policy())


def forms(world: World) -> RequestForms:
    """Return the forms of the world's desk."""
    return RequestForms(world.desk, Links("https://github.example"), People(lambda: world.desk.policy, world.directory))


class Slow(People):
    """People whose time zone nobody learns in time."""

    async def zone(self, slack: str, team: str | None) -> str | None:
        """Never end."""
        del slack, team
        await asyncio.Event().wait()
        return None


async def opened(world: World, words: str) -> dict[str, Any]:
    """Return the form that Sam's words open."""
    view = await forms(world).begin(words, "U0SAM", "T1", "C0PAYMENTS")
    assert view is not None
    assert problems(view) == []
    return view


def filled(**changed: Any) -> Filled:
    """Return the form as Sam has filled it in: payments 1 to production."""
    known = Filled(Kind.RELEASE, "U0SAM", "T1", "payments", "production", a_sha(1), channel="C0PAYMENTS")
    return replace(known, **changed)


def picked(view: dict[str, Any]) -> dict[str, Any]:
    """Return what is picked in a form, by field."""
    fields = [one for one in view["blocks"] if one["type"] == "input"]
    shown = {}
    for field in fields:
        element = field["element"]
        option = element.get("initial_option", {}).get("value")
        shown[field["label"]["text"]] = option or element.get("initial_date_time") or element.get("initial_value")
    return shown


def offered(view: dict[str, Any]) -> list[str]:
    """Return the builds that can be picked."""
    element = next(one["element"] for one in view["blocks"] if one.get("block_id", "").startswith("version:"))
    return [option["text"]["text"] for option in element["options"]]


def explained(view: dict[str, Any]) -> str:
    """Return what the form tells."""
    return "\n".join(one["text"]["text"] for one in view["blocks"] if one["type"] == "section")


async def two_builds(opening: Opening) -> World:
    """Return a world in which payments has two builds and two environments."""
    world = await opening(TWO)
    await world.looks()
    await world.looks(a_report(1))
    await world.looks(a_report(2))
    return world


async def test_without_words_the_form_asks_for_everything(opening: Opening) -> None:
    view = await opened(await two_builds(opening), "")
    assert picked(view) == {"Service": None, "Not before": None}
    assert view["private_metadata"] == "C0PAYMENTS"


async def test_what_was_typed_is_filled_in_and_the_environment_is_not_guessed(opening: Opening) -> None:
    world = await two_builds(opening)
    view = await opened(world, "payments 1")
    assert picked(view) == {"Service": "payments", "Environment": None, "Version": a_sha(1), "Not before": None}
    newest = await opened(world, "payments")
    assert picked(newest)["Version"] == a_sha(2)
    assert offered(newest) == snapshot(
        ["2 (0000002) · Change 2 · passed 0 min ago", "1 (0000001) · Change 1 · passed 0 min ago"]
    )


async def test_the_time_that_was_typed_is_read_where_the_person_is(opening: Opening) -> None:
    world = await two_builds(opening)
    world.directory.zones["U0SAM"] = "Europe/Berlin"
    view = await opened(world, "payments at 15:00")
    assert picked(view)["Not before"] == int((NOON + timedelta(hours=2)).timestamp())
    world.directory.zones.clear()
    assert explained(await opened(world, "payments at 15:00")) == snapshot("""\
The time that you typed could not be taken over: please pick it again.
Choose an environment: nothing is guessed.\
""")


async def test_a_directory_that_takes_too_long_keeps_no_form_waiting(
    opening: Opening, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await two_builds(opening)
    monkeypatch.setattr("handlers.request_forms.PATIENCE", 0.01)

    view = await RequestForms(world.desk, Links(""), Slow(lambda: world.desk.policy, world.directory)).begin(
        "payments at 15:00", "U0SAM", "T1", None
    )
    assert view is not None
    assert picked(view)["Not before"] is None


async def test_a_version_that_is_none_or_several_is_left_to_choose(opening: Opening) -> None:
    world = await two_builds(opening)
    view = await opened(world, "payments 999")
    assert picked(view)["Version"] is None
    assert picked(await forms(world).redraw(filled(commit=None, undecided=True)))["Version"] is None
    assert explained(view) == snapshot("""\
No build of payments is called 999. A build is named by its version or by at least seven digits of its commit; `/deploy status payments` shows what is live.
Choose an environment: nothing is guessed.\
""")


async def test_whole_words_and_other_words_open_no_form(opening: Opening) -> None:
    world = await two_builds(opening)
    for words in ("payments to production", "status", "nonsense", "approve R-1"):
        assert await forms(world).begin(words, "U0SAM", "T1", None) is None
    world.desk.policy = replace(TWO, services=())
    assert await forms(world).begin("", "U0SAM", "T1", None) is None


async def test_a_choice_shows_what_follows_from_it(opening: Opening) -> None:
    world = await two_builds(opening)
    view = await forms(world).redraw(filled())
    assert picked(view) == {
        "Service": "payments",
        "Environment": "production",
        "Version": a_sha(1),
        "Not before": None,
    }
    assert explained(view) == snapshot("""\
*Live there:* nobody has told yet what is live
*Would ship:* <https://github.example/acme/payments/commit/0000001000000000000000000000000000000000|1 (0000001)>, Change 1, by Ann
*In the way now:* nothing but the approvals
*Will be asked:* 1 of qa; may approve: <@U0PRIYA>\
""")


async def test_the_only_environment_is_picked_by_itself(world: World) -> None:
    await world.looks()
    await world.looks(a_report(1))
    view = await forms(world).redraw(filled(environment=None, commit=None))
    assert picked(view)["Environment"] == "production"
    assert picked(view)["Version"] == a_sha(1)


async def test_another_service_forgets_the_build_of_the_former(opening: Opening) -> None:
    docs = replace(TWO.services[0], name="docs", lanes=(a_lane_policy(LaneId("docs", "staging")),))
    other = replace(docs, lanes=(*docs.lanes, a_lane_policy(LaneId("docs", "live"))))
    world = await opening(replace(TWO, services=(*TWO.services, other)))
    await world.looks()
    await world.looks(a_report(1))
    view = await forms(world).redraw(filled(service="docs"))
    assert picked(view) == {"Service": "docs", "Environment": None, "Not before": None}
    assert explained(view) == snapshot("""\
docs has no environment production: please choose one of its own.
Choose an environment: nothing is guessed.\
""")


async def test_a_service_that_left_the_policy_between_two_steps_is_told_of(opening: Opening) -> None:
    world = await two_builds(opening)
    docs = replace(TWO.services[0], name="docs", lanes=(a_lane_policy(LaneId("docs", "production")),))
    world.desk.policy = replace(TWO, services=(docs,))
    view = await forms(world).redraw(filled())
    assert picked(view) == {"Service": None, "Not before": None}
    assert explained(view) == snapshot("""\
payments is no longer in the policy: please choose another service.
Choose a service: then this form says what is live, what would ship and what is in the way.\
""")
    assert await forms(world).check(filled()) == snapshot(
        {"service": "payments is no longer in the policy: please choose another service."}
    )


async def test_five_hundred_builds_offer_the_newest_hundred_and_the_one_that_was_typed(world: World) -> None:
    await world.looks()
    await world.looks(*(a_report(number, created_at=NOON + timedelta(minutes=number)) for number in range(1, 501)))
    view = await forms(world).redraw(filled(commit=a_sha(7)))
    assert len(offered(view)) == 100
    assert picked(view)["Version"] == a_sha(7)
    assert offered(view)[0].startswith("500 (")
    assert offered(view)[-1].startswith("7 (")
    assert problems(view) == []


async def test_a_right_form_is_stored_as_a_wish_and_nothing_before(opening: Opening) -> None:
    world = await two_builds(opening)
    at = NOON + timedelta(hours=3)
    assert await forms(world).check(filled(at=at)) == Wish(
        slack="U0SAM",
        team="T1",
        way=Kind.RELEASE,
        service="payments",
        version=a_sha(1),
        environment="production",
        at=at,
        channel="C0PAYMENTS",
    )
    assert await world.sql("SELECT count(*) FROM inbox") == [(0,)]


@pytest.mark.parametrize(
    "changed",
    [
        {"service": None},
        {"environment": None},
        {"environment": "nowhere"},
        {"commit": None},
        {"commit": a_sha(9)},
        {"at": NOON},
        {"kind": Kind.HOTFIX},
        {"kind": Kind.ROLLBACK, "commit": None, "at": NOON},
    ],
    ids=str,
)
async def test_what_is_wrong_is_said_at_its_field(opening: Opening, changed: dict[str, Any]) -> None:
    world = await two_builds(opening)
    wrong = await forms(world).check(filled(**changed))
    assert {str(changed): wrong} == {
        str(changed): {
            "{'service': None}": snapshot({"service": "Please choose a service."}),
            "{'environment': None}": snapshot({"environment": "Please choose an environment: nothing is guessed."}),
            "{'environment': 'nowhere'}": snapshot(
                {"environment": "payments has no environment nowhere any more: choose another."}
            ),
            "{'commit': None}": snapshot({"version": "Please choose a version."}),
            f"{{'commit': '{a_sha(9)}'}}": snapshot(
                {"version": "No such build of payments is known: please choose another."}
            ),
            f"{{'at': {NOON!r}}}": snapshot(
                {"when": "This time has passed already: please pick a later one, or none."}
            ),
            f"{{'kind': {Kind.HOTFIX!r}}}": snapshot({"reason": "Please say why: it is kept with the release."}),
            f"{{'kind': {Kind.ROLLBACK!r}, 'commit': None, 'at': {NOON!r}}}": snapshot(
                {
                    "version": "Please choose a version.",
                    "when": "This time has passed already: please pick a later one, or none.",
                    "reason": "Please say why: it is kept with the release.",
                }
            ),
        }[str(changed)]
    }


async def test_a_build_that_broke_or_was_quarantined_meanwhile_is_refused_at_its_field(opening: Opening) -> None:
    world = await opening(replace(TWO, permissions=(*TWO.permissions, (Permission.QUARANTINE, ("qa",)))))
    await world.looks()
    await world.looks(a_report(1), a_report(2, status=RunStatus.FAILED))
    assert offered(await forms(world).redraw(filled())) == ["1 (0000001) · Change 1 · passed 0 min ago"]
    assert await forms(world).check(filled(commit=a_sha(2))) == snapshot(
        {"version": "2 (0000002) cannot be deployed: its pipelines have not all succeeded. Please choose another."}
    )
    await world.types("U0PRIYA", "quarantine payments 1 it loses refunds")
    assert await forms(world).check(filled()) == snapshot(
        {"version": "1 (0000001) is in quarantine, or contains a build that is: please choose another."}
    )


async def test_who_may_not_ask_may_look_and_is_told_once_it_is_decided(opening: Opening) -> None:
    world = await opening(replace(TWO, permissions=((Permission.REQUEST, ("qa",)),)))
    world.directory.accounts["U0SAM"] = Account.GUEST
    await world.looks()
    await world.looks(a_report(1))
    view = await forms(world).redraw(filled())
    assert explained(view).splitlines()[-1] == snapshot("*May ask for it:* <@U0PRIYA>")
    wish = await forms(world).check(filled())
    assert isinstance(wish, Wish)
    await world.stores(wish)
    await world.settle()
    assert world.chat.whispers[-1] == snapshot(
        (
            "C0PAYMENTS",
            "U0SAM",
            "Signoff answers full members of this workspace, and you are a guest here. Somebody from the team can ask it for you.",
        )
    )


async def test_a_rollback_offers_what_was_live_there_and_proposes_what_was_before(world: World) -> None:
    await world.looks()
    for number in (1, 2, 3):
        await world.looks(a_report(number))
        await world.clicks("U0PRIYA", await world.notice(number), "approve")
        world.executor.says(ProgressStatus.SUCCEEDED, nth=number)
        await world.follows()
        world.passes(60)
    view = await opened(world, "rollback payments")
    assert view["callback_id"] == "form:rollback"
    assert picked(view) == {
        "Service": "payments",
        "Environment": "production",
        "Version": a_sha(2),
        "Why?": None,
    }
    assert offered(view) == snapshot(
        [
            "2 (0000002) · Change 2 · deployed 2026-11-21 12:01 UTC",
            "1 (0000001) · Change 1 · deployed 2026-11-21 12:00 UTC",
        ]
    )
    assert explained(view) == snapshot("""\
*Live there:* 3 (<https://github.example/acme/payments/commit/0000003000000000000000000000000000000000|0000003>) is live since <!date^1795262520^{date_short_pretty} {time}|2026-11-21 12:02 UTC>, R-3
*Would go back to:* <https://github.example/acme/payments/commit/0000002000000000000000000000000000000000|2 (0000002)>, Change 2, by Ann; 3 (0000003) → 2 (0000002) (<https://github.example/acme/payments/compare/0000003000000000000000000000000000000000...0000002000000000000000000000000000000000|compare>)
*In the way now:* nothing but the approvals
*Will be asked:* 1 of qa; may approve: <@U0PRIYA>
*May ask for it:* <@U0PRIYA>\
""")


async def test_a_rollback_and_a_hotfix_propose_nothing_where_words_would_not(opening: Opening) -> None:
    world = await two_builds(opening)
    back = await opened(world, "rollback payments")
    assert picked(back) == {"Service": "payments", "Environment": None, "Why?": None}
    never = await opened(world, "rollback payments to 1 in production")
    assert offered(never) == ["1 (0000001) · Change 1"]
    assert explained(never).splitlines()[2] == snapshot(
        "*Cannot be asked for:* 1 (0000001) was never live there, and a rollback goes only to what was. To deploy it all the same, ask for a release: `/deploy payments VERSION to production`."
    )
    fast = await opened(world, "hotfix payments to production")
    assert picked(fast) == {"Service": "payments", "Environment": "production", "Version": None, "Why?": None}
    assert len(offered(fast)) == 2


async def test_what_is_live_is_offered_again_where_a_later_deploy_failed(world: World) -> None:
    await world.looks()
    for number, ended in ((1, ProgressStatus.SUCCEEDED), (2, ProgressStatus.FAILED)):
        await world.looks(a_report(number))
        await world.clicks("U0PRIYA", await world.notice(number), "approve")
        world.executor.says(ended, nth=number)
        world.passes(60)
        await world.follows()
    view = await opened(world, "rollback payments in production")
    assert picked(view)["Version"] == a_sha(1)
    assert offered(view) == ["1 (0000001) · live now · Change 1 · deployed 2026-11-21 12:01 UTC"]
