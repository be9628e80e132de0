"""The form for a request: what is on it at each step, and that Slack takes it whatever there is to pick from."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from inline_snapshot import snapshot

from bot.core.build import Build, BuildState
from bot.core.calendar import Freeze, Weekday, Weekly
from bot.core.lane import Around, Hold, Judgement, Lane, Live, Mark, Reached
from bot.core.policy import After, Hotfix, Kind, LaneId, Mode, Permission, Person, Policy, Skip
from bot.views.choices import Choice, fitting, labelled, select
from bot.views.request_form import request_form
from bot.views.sheet import Offered, Sheet
from sandbox.slack.block_kit.views import problems, too_large
from tests.unit.views.compared import SPAN, compared, many
from tests.unit.views.reading import shortened
from tests.unit.views.values import (
    IN_PRODUCTION,
    IN_STAGING,
    LIVE,
    NINE,
    PRODUCTION,
    QA,
    SRE,
    STAGING,
    TEN,
    a_build,
    a_lane,
    a_policy,
    a_release,
    a_scene,
)

PRIYA = Person("priya", slack="U0PRIYA", github="1001")
HOSTILE = "<!channel> <@U0EVIL> <https://evil.example|click> `*_~ \u202e" + "\U0001f4a3" * 200


def build(number: int, **changed: Any) -> Build:
    """Return payments NUMBER, made so many minutes after nine."""
    sha = f"{number:07x}".ljust(40, "0")
    position = (NINE + timedelta(minutes=number - 118), number, 1)
    known = {"id": number, "sha": sha, "version": str(number), "position": position, "title": f"Change {number}"}
    return a_build(**{**known, **changed})


def offered(*builds: Build) -> tuple[Offered, ...]:
    """Return builds as they are offered, which passed at nine."""
    return tuple(Offered(one, NINE) for one in builds)


def a_sheet(**changed: Any) -> Sheet:
    """Return the form with everything picked: payments 118 to production."""
    picked = build(118)
    sheet = Sheet(
        kind=Kind.RELEASE,
        by=PRIYA,
        service="payments",
        lane=a_lane(),
        offered=offered(picked, build(117, title="What is live")),
        build=picked,
        channel="C0PAYMENTS",
    )
    return replace(sheet, **changed)


def drawn(sheet: Sheet, policy: Policy | None = None) -> dict[str, Any]:
    """Return the form, which Slack must take."""
    view = request_form(sheet, a_scene(policy or a_policy()))
    assert problems(view) == []
    assert not too_large(view)
    assert len(json.dumps(view)) < 250 * 1024
    return view


def explained(view: dict[str, Any]) -> str:
    """Return what the form tells below its fields."""
    return shortened("\n".join(one["text"]["text"] for one in view["blocks"] if one["type"] == "section"))


def options(view: dict[str, Any], action: str) -> list[str]:
    """Return the words of a select's options, the one that is picked in brackets."""
    element = next(one["element"] for one in view["blocks"] if one.get("element", {}).get("action_id") == action)
    groups: Sequence[dict[str, Any]] = element.get("option_groups") or [element]
    initial = element.get("initial_option")
    shown = [option for group in groups for option in group["options"]]
    return [f"[{one['text']['text']}]" if one == initial else one["text"]["text"] for one in shown]


def test_the_whole_form_when_everything_is_picked() -> None:
    assert drawn(a_sheet()) == snapshot(
        {
            "type": "modal",
            "callback_id": "form:release",
            "private_metadata": "C0PAYMENTS",
            "title": {"type": "plain_text", "text": "Ask for a release", "emoji": False},
            "submit": {"type": "plain_text", "text": "Ask for it", "emoji": False},
            "close": {"type": "plain_text", "text": "Go back", "emoji": False},
            "blocks": [
                {
                    "type": "input",
                    "block_id": "service",
                    "label": {"type": "plain_text", "text": "Service", "emoji": False},
                    "dispatch_action": True,
                    "optional": False,
                    "element": {
                        "type": "static_select",
                        "action_id": "form:service",
                        "placeholder": {"type": "plain_text", "text": "Which service?", "emoji": False},
                        "options": [
                            {"text": {"type": "plain_text", "text": "payments", "emoji": False}, "value": "payments"}
                        ],
                        "initial_option": {
                            "text": {"type": "plain_text", "text": "payments", "emoji": False},
                            "value": "payments",
                        },
                    },
                },
                {
                    "type": "input",
                    "block_id": "environment:payments",
                    "label": {"type": "plain_text", "text": "Environment", "emoji": False},
                    "dispatch_action": True,
                    "optional": False,
                    "element": {
                        "type": "static_select",
                        "action_id": "form:environment",
                        "placeholder": {"type": "plain_text", "text": "Where to?", "emoji": False},
                        "options": [
                            {"text": {"type": "plain_text", "text": "staging", "emoji": False}, "value": "staging"},
                            {
                                "text": {"type": "plain_text", "text": "production", "emoji": False},
                                "value": "production",
                            },
                        ],
                        "initial_option": {
                            "text": {"type": "plain_text", "text": "production", "emoji": False},
                            "value": "production",
                        },
                    },
                },
                {
                    "type": "input",
                    "block_id": "version:payments:production",
                    "label": {"type": "plain_text", "text": "Version", "emoji": False},
                    "dispatch_action": True,
                    "optional": False,
                    "element": {
                        "type": "static_select",
                        "action_id": "form:version",
                        "placeholder": {"type": "plain_text", "text": "Which build?", "emoji": False},
                        "options": [
                            {
                                "text": {
                                    "type": "plain_text",
                                    "text": "118 (0000076) · Change 118 · passed 1 h ago",
                                    "emoji": False,
                                },
                                "value": "0000076000000000000000000000000000000000",
                            },
                            {
                                "text": {
                                    "type": "plain_text",
                                    "text": "117 (0000075) · older than live · What is live · passed 1 h ago",
                                    "emoji": False,
                                },
                                "value": "0000075000000000000000000000000000000000",
                            },
                        ],
                        "initial_option": {
                            "text": {
                                "type": "plain_text",
                                "text": "118 (0000076) · Change 118 · passed 1 h ago",
                                "emoji": False,
                            },
                            "value": "0000076000000000000000000000000000000000",
                        },
                    },
                },
                {
                    "type": "input",
                    "block_id": "when",
                    "label": {"type": "plain_text", "text": "Not before", "emoji": False},
                    "hint": {
                        "type": "plain_text",
                        "text": "In your own time zone. Left empty: as soon as nothing is in its way.",
                        "emoji": False,
                    },
                    "optional": True,
                    "element": {"type": "datetimepicker", "action_id": "form:when"},
                },
                {"type": "divider"},
                {
                    "type": "section",
                    "text": {
                        "type": "mrkdwn",
                        "text": """\
*Live there:* 117 (<https://github.example/acme/payments/commit/1a2b3c4000000000000000000000000000000000|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would ship:* <https://github.example/acme/payments/commit/0000076000000000000000000000000000000000|118 (0000076)>, Change 118, by Ann; 117 (1a2b3c4) → 118 (0000076) (<https://github.example/acme/payments/compare/1a2b3c4000000000000000000000000000000000...0000076000000000000000000000000000000000|compare>)
*In the way now:* nothing but the approvals
*Will be asked:* 1 of qa; may approve: kim\
""",
                        "verbatim": True,
                    },
                },
            ],
        }
    )


def test_the_form_as_it_opens_without_words() -> None:
    view = drawn(Sheet(Kind.RELEASE, PRIYA))
    assert view == snapshot(
        {
            "type": "modal",
            "callback_id": "form:release",
            "private_metadata": "",
            "title": {"type": "plain_text", "text": "Ask for a release", "emoji": False},
            "submit": {"type": "plain_text", "text": "Ask for it", "emoji": False},
            "close": {"type": "plain_text", "text": "Go back", "emoji": False},
            "blocks": [
                {
                    "type": "input",
                    "block_id": "service",
                    "label": {"type": "plain_text", "text": "Service", "emoji": False},
                    "dispatch_action": True,
                    "optional": False,
                    "element": {
                        "type": "static_select",
                        "action_id": "form:service",
                        "placeholder": {"type": "plain_text", "text": "Which service?", "emoji": False},
                        "options": [
                            {"text": {"type": "plain_text", "text": "payments", "emoji": False}, "value": "payments"}
                        ],
                    },
                },
                {
                    "type": "input",
                    "block_id": "when",
                    "label": {"type": "plain_text", "text": "Not before", "emoji": False},
                    "hint": {
                        "type": "plain_text",
                        "text": "In your own time zone. Left empty: as soon as nothing is in its way.",
                        "emoji": False,
                    },
                    "optional": True,
                    "element": {"type": "datetimepicker", "action_id": "form:when"},
                },
                {"type": "divider"},
                {
                    "type": "section",
                    "text": {
                        "type": "mrkdwn",
                        "text": "Choose a service: then this form says what is live, what would ship and what is in the way.",
                        "verbatim": True,
                    },
                },
            ],
        }
    )


def test_a_service_of_several_environments_asks_where_to() -> None:
    view = drawn(a_sheet(lane=None))
    assert options(view, "form:environment") == ["staging", "production"]
    assert options(view, "form:version") == snapshot(
        ["[118 (0000076) · Change 118 · passed 1 h ago]", "117 (0000075) · What is live · passed 1 h ago"]
    )
    assert explained(view) == snapshot("Choose an environment: nothing is guessed.")


def test_builds_are_marked_by_what_they_are_to_the_environment() -> None:
    marks = (Mark(1, Judgement.BAD, build(119).position, "119", "sam", "it loses refunds", NINE),)
    live = Live(build(118).sha, "118", NINE, build(118).position, 40)
    lane = replace(a_lane(live=live), around=Around(marks=marks))
    broken = build(120, state=BuildState.BROKEN)
    picks = offered(broken, build(119), build(118), build(117))
    view = drawn(a_sheet(lane=lane, offered=picks, build=picks[2].build))
    assert options(view, "form:version") == snapshot(
        [
            "120 (0000078) · not deployable · quarantined · Change 120 · passed 1 h ago",
            "119 (0000077) · quarantined · Change 119 · passed 1 h ago",
            "[118 (0000076) · live now · Change 118 · passed 1 h ago]",
            "117 (0000075) · older than live · Change 117 · passed 1 h ago",
        ]
    )


def test_older_than_live_is_said_loudly_and_what_it_holds() -> None:
    live = Live(build(118).sha, "118", NINE, build(118).position, 40)
    staging = Lane(STAGING, adopted_at=NINE, live=live)
    older = build(117)
    view = drawn(a_sheet(lane=staging, offered=offered(build(118), older), build=older))
    assert explained(view) == snapshot("""\
*Live there:* 118 (<https://github.example/acme/payments/commit/0000076..|0000076>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would ship:* <https://github.example/acme/payments/commit/0000075..|117 (0000075)>, Change 117, by Ann; 118 (0000076) → 117 (0000075) (<https://github.example/acme/payments/compare/0000076.....0000075..|compare>)
*OLDER THAN LIVE:* it takes that environment back
*Holds:* builds no longer ship there by themselves then, until somebody types `/deploy resume payments staging`
*In the way now:* nothing
*Will be asked:* nobody: none needed, builds ship there by themselves\
""")


def test_what_is_in_the_way_now_is_told_in_the_words_of_why() -> None:
    hold = Hold("we count the money", NINE, "sam")
    freeze = Freeze("weekend", Weekly(frozenset({Weekday.SAT, Weekday.SUN}), None, None, "UTC"))
    policy = a_policy(replace(IN_PRODUCTION, after=After("staging", timedelta(minutes=30))), freezes=(freeze,))
    waits = a_release(number=41, build=build(117))
    lane = replace(a_lane(waits), hold=hold)
    assert explained(drawn(a_sheet(lane=lane), policy)) == snapshot("""\
*Live there:* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would ship:* <https://github.example/acme/payments/commit/0000076..|118 (0000076)>, Change 118, by Ann; 117 (1a2b3c4) → 118 (0000076) (<https://github.example/acme/payments/compare/1a2b3c4.....0000076..|compare>)
*Takes the place of:* <https://acme.slack.example/archives/C0PAYMENTS/p41|R-41>, payments 117 (0000075) to production
*In the way now:* It has not been live in staging: it goes on by itself when it has. To ask for that: `/deploy payments 118 to staging`.
*In the way now:* payments in production is held by <@U0SAM>, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “we count the money”. It can be resumed with `/deploy resume payments production` (by kim, <@U0PRIYA>).
*In the way now:* The freeze “weekend” is in force until <!date^1795392000^{date_short_pretty} {time}|2026-11-23 00:00 UTC>: this goes on by itself then. What cannot wait: `/deploy override RELEASE REASON` (nobody yet (the policy file gives `override` to no one)).
*Will be asked:* 1 of qa; may approve: kim\
""")


def test_a_later_time_is_told() -> None:
    view = drawn(a_sheet(at=TEN + timedelta(hours=4)))
    assert explained(view) == snapshot("""\
*Live there:* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would ship:* <https://github.example/acme/payments/commit/0000076..|118 (0000076)>, Change 118, by Ann; 117 (1a2b3c4) → 118 (0000076) (<https://github.example/acme/payments/compare/1a2b3c4.....0000076..|compare>)
*Not before:* <!date^1795269600^{date_short_pretty} {time}|2026-11-21 14:00 UTC>
*In the way now:* nothing but the approvals
*Will be asked:* 1 of qa; may approve: kim\
""")
    when = next(one["element"] for one in view["blocks"] if one["block_id"] == "when")
    assert when["initial_date_time"] == int((TEN + timedelta(hours=4)).timestamp())


def test_what_cannot_be_asked_for_says_every_reason() -> None:
    observed = replace(IN_PRODUCTION, mode=Mode.OBSERVE)
    marks = (Mark(1, Judgement.BAD, build(118).position, "118", "sam", "it loses refunds", NINE),)
    lane = replace(a_lane(), around=Around(marks=marks))
    sheet = a_sheet(lane=lane, at=TEN - timedelta(hours=1))
    assert explained(drawn(sheet, a_policy(observed))) == snapshot("""\
*Live there:* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would ship:* <https://github.example/acme/payments/commit/0000076..|118 (0000076)>, Change 118, by Ann; 117 (1a2b3c4) → 118 (0000076) (<https://github.example/acme/payments/compare/1a2b3c4.....0000076..|compare>)
*Cannot be asked for:* Signoff only observes payments in production: its pipeline deploys there by itself. Where the policy file says how to deploy, `/deploy mode payments production delivery REASON` changes that (by nobody yet (the policy file gives `mode` to no one)).
*Cannot be asked for:* Build 118 is in quarantine, and every build that contains it: <@U0SAM> put it there <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “it loses refunds”. A build that is well again can be confirmed with `/deploy release-quarantine payments VERSION REASON` (by nobody yet (the policy file gives `quarantine` to no one)).
*Cannot be asked for:* <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC> has passed already: please name a later time.\
""")


def test_an_open_release_of_the_build_is_linked() -> None:
    lane = a_lane(a_release(build=build(118)))
    assert explained(drawn(a_sheet(lane=lane))) == snapshot("""\
*Live there:* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would ship:* <https://github.example/acme/payments/commit/0000076..|118 (0000076)>, Change 118, by Ann; 117 (1a2b3c4) → 118 (0000076) (<https://github.example/acme/payments/compare/1a2b3c4.....0000076..|compare>)
*Cannot be asked for:* This build has an open release there already: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>.\
""")


def test_what_ships_by_itself_asks_nobody() -> None:
    lane = Lane(STAGING, adopted_at=NINE)
    policy = a_policy(replace(IN_PRODUCTION), permissions=((Permission.REQUEST, ("qa",)),))
    assert explained(drawn(a_sheet(lane=lane), policy)) == snapshot("""\
*Live there:* nobody has told yet what is live
*Would ship:* <https://github.example/acme/payments/commit/0000076..|118 (0000076)>, Change 118, by Ann
*In the way now:* nothing
*Will be asked:* nobody: none needed, builds ship there by themselves
*May ask for it:* kim, <@U0PRIYA>\
""")


def test_a_trial_is_marked() -> None:
    policy = a_policy(replace(IN_PRODUCTION, trial=True))
    assert explained(drawn(a_sheet(), policy)) == snapshot("""\
*Live there:* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would ship:* <https://github.example/acme/payments/commit/0000076..|118 (0000076)>, Change 118, by Ann; 117 (1a2b3c4) → 118 (0000076) (<https://github.example/acme/payments/compare/1a2b3c4.....0000076..|compare>)
*TRIAL:* everything is shown and asked, and nothing is deployed
*In the way now:* nothing but the approvals
*Will be asked:* 1 of qa; may approve: kim\
""")


def test_a_rollback_shows_from_what_to_what() -> None:
    lane = replace(a_lane(), around=Around(reached=(Reached("production", 116, NINE),)))
    target = build(116)
    policy = a_policy(replace(IN_PRODUCTION, rollback=(SRE,)))
    sheet = a_sheet(kind=Kind.ROLLBACK, lane=lane, offered=offered(target), build=target)
    view = drawn(sheet, policy)
    assert view["callback_id"] == "form:rollback"
    assert options(view, "form:version") == snapshot(["[116 (0000074) · Change 116 · deployed 2026-11-21 09:00 UTC]"])
    assert explained(view) == snapshot("""\
*Live there:* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would go back to:* <https://github.example/acme/payments/commit/0000074..|116 (0000074)>, Change 116, by Ann; 117 (1a2b3c4) → 116 (0000074) (<https://github.example/acme/payments/compare/1a2b3c4.....0000074..|compare>)
*In the way now:* nothing but the approvals
*Will be asked:* 2 of sre; may approve: <@U0ALEX>, <!subteam^S0SRE>
*May ask for it:* kim, <@U0PRIYA>\
""")
    assert [one["block_id"] for one in view["blocks"] if "block_id" in one] == snapshot(
        ["service", "environment:payments", "version:payments:production", "reason"]
    )


def test_a_hotfix_is_the_fast_path() -> None:
    policy = a_policy(replace(IN_PRODUCTION, hotfix=Hotfix((QA,), frozenset({Skip.SOAK}))))
    view = drawn(a_sheet(kind=Kind.HOTFIX), policy)
    assert (view["callback_id"], view["title"]["text"]) == ("form:hotfix", "Ask for a hotfix")
    assert explained(view) == snapshot("""\
*Live there:* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would ship on the fast path:* <https://github.example/acme/payments/commit/0000076..|118 (0000076)>, Change 118, by Ann; 117 (1a2b3c4) → 118 (0000076) (<https://github.example/acme/payments/compare/1a2b3c4.....0000076..|compare>)
*In the way now:* nothing but the approvals
*Will be asked:* 1 of qa; may approve: kim
*May ask for it:* nobody yet (the policy file gives `hotfix` to no one)\
""")


@pytest.mark.parametrize("kind", Kind)
def test_a_service_without_builds_says_so(kind: Kind) -> None:
    view = drawn(a_sheet(kind=kind, lane=Lane(PRODUCTION), offered=(), build=None))
    assert "form:version" not in json.dumps(view)
    assert {kind: explained(view)} == {
        kind: {
            Kind.RELEASE: snapshot("""\
*Live there:* nobody has told yet what is live
payments has no deployable build yet: the first whose pipelines all succeed can be asked for.\
"""),
            Kind.ROLLBACK: snapshot("""\
*Live there:* nobody has told yet what is live
No build is known that was live in production before: there is none to go back to.\
"""),
            Kind.HOTFIX: snapshot("""\
*Live there:* nobody has told yet what is live
payments has no deployable build yet: the first whose pipelines all succeed can be asked for.\
"""),
        }[kind]
    }


def test_a_version_that_was_not_found_leaves_the_choice() -> None:
    view = drawn(a_sheet(build=None, notes=("No build of payments is called 999.",)))
    assert options(view, "form:version") == snapshot(
        [
            "118 (0000076) · Change 118 · passed 1 h ago",
            "117 (0000075) · older than live · What is live · passed 1 h ago",
        ]
    )
    assert explained(view) == snapshot("""\
No build of payments is called 999.
*Live there:* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
Choose a version.\
""")


def test_a_service_without_environments_cannot_be_asked_for() -> None:
    policy = a_policy()
    bare = replace(policy.services[0], lanes=())
    view = drawn(a_sheet(lane=None, offered=(), build=None), replace(policy, services=(bare,)))
    assert explained(view) == snapshot("payments has no environment in the policy, so nothing can be asked for there.")


def test_a_policy_without_services_has_nothing_to_send() -> None:
    view = drawn(Sheet(Kind.RELEASE, PRIYA), a_policy(services=()))
    assert "submit" not in view
    assert explained(view) == snapshot("The policy names no service yet, so nothing can be asked for.")


def test_a_thousand_services_are_grouped_and_all_there() -> None:
    policy = a_policy()
    many = tuple(replace(policy.services[0], name=f"service-{number:04}") for number in range(1000))
    view = drawn(a_sheet(service="service-0777", lane=None, offered=(), build=None), replace(policy, services=many))
    shown = options(view, "form:service")
    assert len(shown) == 1000
    assert "[service-0777]" in shown
    groups = view["blocks"][0]["element"]["option_groups"]
    assert [len(group["options"]) for group in groups] == [100] * 10
    assert groups[0]["label"]["text"] == "service-0000 to service-0099"


def test_the_picked_one_of_more_than_fit_is_there_and_the_rest_is_counted() -> None:
    policy = a_policy()
    names = [f"{number:05}-{'x' * 57}" for number in range(5000)]
    many = tuple(replace(policy.services[0], name=name) for name in names)
    view = drawn(a_sheet(service=names[-1], lane=None, offered=(), build=None), replace(policy, services=many))
    shown = options(view, "form:service")
    assert f"[{names[-1]}]" in shown
    assert view["blocks"][0]["hint"]["text"] == (
        f"{5000 - len(shown)} more do not fit here: /deploy SERVICE opens the form for one of them."
    )


def test_hostile_titles_do_nothing_and_fit() -> None:
    picks = offered(*(build(number, title=HOSTILE) for number in range(218, 118, -1)))
    lanes = tuple(replace(IN_STAGING, lane=LaneId("payments", f"env-{number}")) for number in range(100))
    policy = a_policy()
    wide = replace(policy, services=(replace(policy.services[0], lanes=(*lanes, IN_PRODUCTION)),))
    view = drawn(a_sheet(offered=picks, build=picks[0].build), wide)
    assert len(options(view, "form:version")) == 100
    assert options(view, "form:version")[0] == snapshot(
        "[218 (00000da) · <!channel> <@U0EVIL> <https://evil.exampl… · passed 1 h ago]"
    )
    assert explained(view) == snapshot("""\
*Live there:* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would ship:* <https://github.example/acme/payments/commit/00000da..|218 (00000da)>, &lt;!channel&gt; &lt;@U0EVIL&gt; &lt;https://evil.example|click&gt; '*_~ 💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣💣…, by Ann; 117 (1a2b3c4) → 218 (00000da) (<https://github.example/acme/payments/compare/1a2b3c4.....00000da..|compare>)
*In the way now:* nothing but the approvals
*Will be asked:* 1 of qa; may approve: kim\
""")


def test_the_largest_form_is_smaller_than_slack_lets_it_be() -> None:
    picks = offered(*(build(number, title="\U0001f4a3" * 300) for number in range(218, 118, -1)))
    lanes = tuple(replace(IN_STAGING, lane=LaneId("payments", f"env-{number:060}")) for number in range(300))
    policy = a_policy()
    payments = replace(policy.services[0], lanes=(*lanes, IN_PRODUCTION))
    many = tuple(replace(payments, name=f"{number:05}-{'x' * 57}") for number in range(1000))
    view = drawn(a_sheet(offered=picks, build=picks[0].build), replace(policy, services=(*many, payments)))
    assert "[production]" in options(view, "form:environment")
    assert len(options(view, "form:version")) == 100


def test_the_title_gives_way_before_what_nobody_must_overlook() -> None:
    marks = ["not deployable", "older than live", "quarantined"]
    assert (
        labelled("118 (9f3c2ab)", [], "Add search", "passed 2 h ago") == "118 (9f3c2ab) · Add search · passed 2 h ago"
    )
    shown = [
        labelled("118 (9f3c2ab)", marks[1:], "Add search to everything", "passed 2 h ago"),
        labelled("release-2026.11.21-rc.1+build.5 (9f3c2ab)", marks, "Add search", "passed 2 h ago"),
        labelled("118 (9f3c2ab)", [], "", ""),
        labelled("118 (9f3c2ab)", [], "Add search " * 20, "passed 2 h ago"),
    ]
    assert all(len(one) <= 75 for one in shown)
    assert shown == snapshot(
        [
            "118 (9f3c2ab) · older than live · quarantined · Add searc… · passed 2 h ago",
            "release-2026.11.21-rc.1+b… · not deployable · older than live · quarantined",
            "118 (9f3c2ab)",
            "118 (9f3c2ab) · Add search Add search Add search Add sear… · passed 2 h ago",
        ]
    )


def test_a_choice_that_is_not_among_them_is_not_picked() -> None:
    choices = [Choice("a", "A"), Choice("b", "B")]
    assert "initial_option" not in select("form:service", "Which?", choices, "c")
    assert fitting(choices, "c") == tuple(choices)


def test_how_long_ago_a_build_passed() -> None:
    ages = [timedelta(minutes=-1), timedelta(minutes=59), timedelta(hours=2), timedelta(days=3)]
    picks = tuple(Offered(build(118 + index), TEN - age) for index, age in enumerate(ages))
    unknown = Offered(build(130), None)
    view = drawn(a_sheet(lane=replace(a_lane(), live=replace(LIVE, position=None)), offered=(*picks, unknown)))
    assert options(view, "form:version") == snapshot(
        [
            "[118 (0000076) · Change 118 · passed 0 min ago]",
            "119 (0000077) · Change 119 · passed 59 min ago",
            "120 (0000078) · Change 120 · passed 2 h ago",
            "121 (0000079) · Change 121 · passed 3 d ago",
            "130 (0000082) · Change 130",
        ]
    )


def test_what_changes_is_told_where_it_is_known() -> None:
    picked = a_build()
    scene = replace(a_scene(), compared={SPAN: compared()})
    view = request_form(a_sheet(build=picked, offered=offered(picked)), scene)
    assert problems(view) == []
    assert explained(view) == snapshot("""\
*Live there:* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would ship:* <https://github.example/acme/payments/commit/9f3c2ab..|118 (9f3c2ab)>, Add the refund endpoint, by Ann; 117 (1a2b3c4) → 118 (9f3c2ab)
*Changes:* 4 commits, 3 in 2 pull requests and 1 in none, since 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Features:* 1
• Add the refund endpoint (<https://github.example/acme/payments/pull/12|#12>) by Ann, <@U0SAM>
*Fixes:* 1
• Round down (<https://github.example/acme/payments/pull/13|#13>) by <@U0SAM>
*Other:* 1
• Tidy up (<https://github.example/acme/payments/commit/0000004..|0000004>) by <@U0PRIYA>
*In the way now:* nothing but the approvals
*Will be asked:* 1 of qa; may approve: kim\
""")


def test_a_long_list_of_changes_is_folded() -> None:
    picked = a_build()
    scene = replace(a_scene(), compared={SPAN: compared(added=many(500), added_total=500)})
    view = request_form(a_sheet(build=picked, offered=offered(picked)), scene)
    assert problems(view) == []
    assert explained(view) == snapshot("""\
*Live there:* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would ship:* <https://github.example/acme/payments/commit/9f3c2ab..|118 (9f3c2ab)>, Add the refund endpoint, by Ann; 117 (1a2b3c4) → 118 (9f3c2ab)
*Changes:* 500 commits without a pull request since 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Fixes:* 500
• Number 1 (<https://github.example/acme/payments/commit/0000001..|0000001>) by Ann
• Number 2 (<https://github.example/acme/payments/commit/0000002..|0000002>) by Ann
• Number 3 (<https://github.example/acme/payments/commit/0000003..|0000003>) by Ann
• Number 4 (<https://github.example/acme/payments/commit/0000004..|0000004>) by Ann
• Number 5 (<https://github.example/acme/payments/commit/0000005..|0000005>) by Ann
• and 495 more
Not named here: 495 changes by Ann
*In the way now:* nothing but the approvals
*Will be asked:* 1 of qa; may approve: kim\
""")
