"""App Home as people read it: whole views, from an empty one to that of a team with sixty services."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from inline_snapshot import snapshot

from bot.core.calendar import Dated, Freeze
from bot.core.inputs import Account, Actor
from bot.core.lane import Around, Hold, Lane, Lock, ModeSwitch, Stop
from bot.core.line import Running, Stopped
from bot.core.policy import LaneId, Mode, Person, Policy
from bot.core.release import DeployStatus, Lifecycle, Origin, Surface
from bot.views.home import home, home_hash
from bot.views.home_state import Asked, Board, Viewer
from bot.views.outsiders import outsider
from tests.unit.views.home_reading import read
from tests.unit.views.values import (
    CARDS,
    IN_PRODUCTION,
    IN_STAGING,
    LIVE,
    NINE,
    POLICY,
    STAGING,
    TEN,
    a_build,
    a_lane,
    a_policy,
    a_release,
    a_scene,
    a_yes,
    deploying,
    ended,
)

HOUR = timedelta(hours=1)
YEAR_END = Freeze(
    "year end",
    Dated(datetime(2026, 12, 23, 18, 0), datetime(2027, 1, 2, 8, 0), "Europe/Berlin"),  # noqa: DTZ001 - local by design
)


def actor(who: str, *groups: str, account: Account = Account.MEMBER, policy: Policy = POLICY, **more: Any) -> Actor:
    person = next((one for one in policy.people if one.id == who), Person(who, slack=who))
    held = frozenset(permission for permission, names in policy.permissions if {"everyone", who, *groups} & set(names))
    return Actor(person, account, frozenset(groups), Surface.BUTTON, held, **more)


PRIYA = Viewer(actor("priya", "qa"), "Europe/Berlin")
SAM = Viewer(actor("sam", "sre"))
ALEX = Viewer(actor("alex", "sre"))
QUIET_STAGING = Lane(STAGING, adopted_at=NINE, live=replace(LIVE, release=39))


def shown(viewer: Viewer, *lanes: Lane, policy: Policy = POLICY, now: datetime = TEN, **board: Any) -> str:
    return read(home(viewer, Board(lanes, **board), a_scene(policy, now), 7))


def waits(viewer: Viewer, *lanes: Lane, policy: Policy = POLICY, **board: Any) -> list[str]:
    """Return what waits for somebody, the first line of each."""
    lines = shown(viewer, *lanes, policy=policy, **board).splitlines()
    begun = next(index for index, line in enumerate(lines) if line.startswith("# What waits"))
    until = next(index for index, line in enumerate(lines) if line.startswith("# What is live"))
    return [line for line in lines[begun + 1 : until] if not line.startswith(("•", "Opened", "<", "Its card"))]


def test_an_installation_without_services() -> None:
    view = home(PRIYA, Board(), a_scene(replace(POLICY, services=())), 1)
    assert read(view) == snapshot("""\
# What waits for you
Nothing waits for you: no approval of yours is missing, and nothing of yours is open or shut.
# What is live, and what is next
The policy names no service yet: `signoff check` says what its file lacks.
# Your settings
[x] Tell me directly what becomes of my changes (Live, rejected, rolled back; also approvals that are long missing.) home:mute
You are priya in the policy, in the groups: qa.
Beside approving what asks for you, you may: `request`.
Times that you type are read in the time zone Europe/Berlin, as your Slack profile says.
~ Last changed <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>. This page follows by itself while you use it, and when you open it.\
""")


def test_nothing_waits() -> None:
    stranger = Viewer(actor("U0NEW"), muted=True)
    assert shown(stranger, QUIET_STAGING, a_lane()) == snapshot("""\
# What waits for you
Nothing waits for you: no approval of yours is missing, and nothing of yours is open or shut.
# What is live, and what is next
*payments in staging (deployment):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-39.
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40.
# Your settings
[ ] Tell me directly what becomes of my changes (Live, rejected, rolled back; also approvals that are long missing.) home:mute
The policy does not list you, so you are your Slack account here, <@U0NEW>, in no group. Whoever keeps the policy file can add you to `people`: then commits and approvals of yours count as one person's.
Beside approving what asks for you, you may: `request`.
Times that you type are read in UTC, since the time zone of your Slack profile is not known.
~ Last changed <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>. This page follows by itself while you use it, and when you open it.\
""")


def busy() -> tuple[Policy, Board]:
    production = replace(IN_PRODUCTION, expires_after=24 * HOUR, trial=True)
    policy = a_policy(production, freezes=(YEAR_END,))
    asked = a_release(
        number=43,
        lane=STAGING,
        policy=IN_STAGING,
        origin=Origin.REQUEST,
        requested_by="priya",
        requested_slack="U0PRIYA",
        scheduled_for=TEN + HOUR,
    )
    failed = ended(Lifecycle.FAILED, number=41, build=a_build(version="117", title="Old"), reason="the job failed <!x>")
    held = Hold("the database is being moved", NINE, "priya", TEN + HOUR)
    lock = Lock("priya", "U0PRIYA", "a load test", NINE, TEN + 2 * HOUR)
    switch = ModeSwitch(Mode.OBSERVE, Mode.DEPLOYMENT, "sam", "we try it out", NINE)
    lanes = (
        Lane(STAGING, adopted_at=NINE, live=LIVE, releases=(asked,), lock=lock, mode=switch),
        replace(a_lane(failed, a_release(policy=production)), hold=held),
    )
    broken = a_build(sha="b" * 40)
    return policy, Board(lanes, lines={"payments": Stopped(broken, broken)})


def test_a_busy_day() -> None:
    policy, board = busy()
    view = home(PRIYA, board, a_scene(policy), 7)
    assert read(view) == snapshot("""\
# What waits for you (4)
*<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production (TRIAL) waits for your approval.*
Opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>. Expires <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing.
• Also in the way: payments in production is held by <@U0PRIYA> until <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “the database is being moved”. It can be resumed with `/deploy resume payments production` (by kim, <@U0PRIYA>).
<https://acme.slack.example/archives/C0PAYMENTS/p42|Read the card of R-42>, then decide there.
*<https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>, payments 118 (9f3c2ab) to staging, which you asked for, waits because somebody has the environment for themselves.*
Opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.
• In the way: payments in staging is only observed now, so Signoff deploys nothing there: nobody yet (the policy file gives `mode` to no one) can change that with `/deploy mode payments staging delivery REASON`, or somebody drops the release with `/deploy cancel R-43`.
• In the way: It is scheduled for <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC> and goes on by itself then. Its approvers and its requester can move that with `/deploy schedule R-43 at TIME`; `now` is a time, too.
• In the way: <@U0PRIYA> has payments in staging for themselves until <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>: “a load test”. It can be unlocked with `/deploy unlock payments staging` (by <@U0PRIYA>).
*Your lock:* <@U0PRIYA> has payments in staging for themselves until <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>: “a load test”. `/deploy unlock payments staging` ends it.
*Your hold:* payments in production is held by <@U0PRIYA> until <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “the database is being moved”. `/deploy resume payments production` ends it.
# Freezes
• *year end (every service in every environment):* next from <!date^1798045200^{date_short_pretty} {time}|2026-12-23 17:00 UTC> until <!date^1798873200^{date_short_pretty} {time}|2027-01-02 07:00 UTC>.
# What is live, and what is next
*payments is not deployable now:* the first bad commit is <https://github.example/acme/payments/commit/bbbbbbb..|bbbbbbb> by Ann, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>.
*payments in staging (observe for now, deployment in the file):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40.
• Next: <https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>, 118 (9f3c2ab), waits because somebody has the environment for themselves; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.
• <@U0SAM> switched its mode to observe <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “we try it out”.
• <@U0PRIYA> has payments in staging for themselves until <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>: “a load test”. `/deploy unlock payments staging` ends that.
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40.
• Next: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, 118 (9f3c2ab) (TRIAL), waits for approval; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.
• On trial: everything is shown and asked, nothing is deployed.
• payments in production is held by <@U0PRIYA> until <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “the database is being moved”. `/deploy resume payments production` ends that.
• Last failure: <https://acme.slack.example/archives/C0PAYMENTS/p41|R-41>, 117 (9f3c2ab), <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>: the job failed &lt;!x&gt;
# Your settings
[x] Tell me directly what becomes of my changes (Live, rejected, rolled back; also approvals that are long missing.) home:mute
You are priya in the policy, in the groups: qa.
Beside approving what asks for you, you may: `request`.
Times that you type are read in the time zone Europe/Berlin, as your Slack profile says.
~ Last changed <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>. This page follows by itself while you use it, and when you open it.\
""")


def test_everything_is_stopped() -> None:
    stop = Stop("sam", "the payment provider is down", NINE)
    around = Around(stop=stop)
    lanes = (replace(QUIET_STAGING, around=around), replace(a_lane(a_release()), around=around))
    assert shown(SAM, *lanes) == snapshot("""\
*Nothing starts anywhere.* Everything is stopped by <@U0SAM>, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “the payment provider is down”. What was under way goes on. `/deploy go-all` ends that.
# What waits for you (1)
*You stopped everything.* Everything is stopped by <@U0SAM>, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “the payment provider is down”. `/deploy go-all` lets it go on.
# What is live, and what is next
*payments in staging (deployment):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-39.
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40.
• Next: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, 118 (9f3c2ab), waits for approval; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.
# Your settings
[x] Tell me directly what becomes of my changes (Live, rejected, rolled back; also approvals that are long missing.) home:mute
You are sam in the policy, in the groups: sre.
Beside approving what asks for you, you may: `request`, `resolve`.
Times that you type are read in UTC, since the time zone of your Slack profile is not known.
~ Last changed <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>. This page follows by itself while you use it, and when you open it.\
""")
    assert "You stopped everything" not in shown(ALEX, *lanes)


def test_questions_are_for_those_who_may_answer() -> None:
    lanes = (QUIET_STAGING, a_lane(deploying(DeployStatus.UNKNOWN)))
    told: dict[str, Any] = {
        "asked": (
            Asked("card-3", "notice", 42, NINE, f"{CARDS}/p77"),
            Asked("inbox-7", "slack", None, NINE),
        ),
        "questions": {42: f"{CARDS}/p78"},
    }
    assert waits(ALEX, *lanes, **told) == snapshot(
        [
            "*Did the deploy of <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production start?* The answer to the request was lost: <https://acme.slack.example/archives/C0PAYMENTS/p78|answer in the operations channel>.",
            "*Not delivered for <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>:* its notice (card-3, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>): <https://acme.slack.example/archives/C0PAYMENTS/p77|answer in the operations channel>.",
            "*Not delivered:* something that somebody did in Slack (inbox-7, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>): answer in <#C0OPS>.",
        ]
    )
    assert waits(ALEX, *lanes, policy=a_policy(operations=None), asked=told["asked"][1:]) == snapshot(
        [
            "*Did the deploy of <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production start?* The answer to the request was lost: answer in the operations channel.",
            "*Not delivered:* something that somebody did in Slack (inbox-7, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>): answer in the operations channel.",
        ]
    )
    assert waits(PRIYA, *lanes, **told) == snapshot(
        ["Nothing waits for you: no approval of yours is missing, and nothing of yours is open or shut."]
    )


def strangers() -> list[Account]:
    return [account for account in Account if account is not Account.MEMBER]


@pytest.mark.parametrize("account", strangers())
def test_whoever_is_no_member_sees_nothing_of_the_board(account: Account) -> None:
    policy, board = busy()
    view = home(Viewer(actor("priya", "qa", account=account)), board, a_scene(policy), 7)
    assert read(view) == outsider(account)


def test_what_waits_for_an_approver_is_gone_once_they_approved() -> None:
    assert waits(PRIYA, a_lane(a_release())) == snapshot(
        [
            "*<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production waits for your approval.*"
        ]
    )
    assert waits(PRIYA, a_lane(a_release(approvals=(a_yes(),)))) == snapshot(
        ["Nothing waits for you: no approval of yours is missing, and nothing of yours is open or shut."]
    )
    assert waits(SAM, a_lane(a_release())) == snapshot(
        ["Nothing waits for you: no approval of yours is missing, and nothing of yours is open or shut."]
    )


def test_a_card_that_is_not_posted_yet_is_named_by_its_channel() -> None:
    lane = a_lane(a_release(number=99))
    assert "Its card comes to <#C0PAYMENTS>: read it, then decide there." in shown(PRIYA, lane)
    unknown = replace(IN_PRODUCTION, channel="#payments")
    told = shown(PRIYA, a_lane(a_release(number=99, policy=unknown)), policy=a_policy(unknown))
    assert "Its card comes to its channel: read it, then decide there." in told


def test_own_releases_say_what_they_wait_for_and_why_they_were_put_off() -> None:
    own: dict[str, Any] = {"origin": Origin.REQUEST, "requested_by": "priya", "requested_slack": "U0PRIYA"}
    put_off = a_release(approvals=(a_yes("kim"),), put_off="GitHub is down", **own)
    lanes = (a_lane(put_off),)
    assert shown(PRIYA, *lanes).split("# What is live")[0] == snapshot("""\
# What waits for you (1)
*<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, which you asked for, could not be handed to the CI system yet, which is tried again.*
Opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.
• Put off: GitHub is down. Nothing was sent; it is tried again by itself.
""")
    assert shown(PRIYA, a_lane(a_release(**own))).split("# What is live")[0] == snapshot("""\
# What waits for you (1)
*<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, which you asked for, waits for approval.*
Opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>. Expires <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing.
• Waits for 1 of qa: 0 of 1 given; may approve: kim.
""")
    under_way = deploying(DeployStatus.RUNNING, **own)
    assert waits(PRIYA, a_lane(under_way)) == snapshot(
        [
            "*<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, which you asked for, is being deployed.*"
        ]
    )


def test_what_is_not_well_known_of_a_failure_is_said_so() -> None:
    failed = ended(Lifecycle.FAILED, reason=None)
    assert "• Last failure: <" in shown(PRIYA, a_lane(failed))
    assert "no reason was told" in shown(PRIYA, a_lane(failed))
    assert "R-42>, 118 (9f3c2ab): the job" in shown(PRIYA, a_lane(replace(failed, ended_at=None, reason="the job")))


def test_a_line_that_runs_is_no_news() -> None:
    assert shown(PRIYA, a_lane(), lines={"payments": Running(a_build())}) == shown(PRIYA, a_lane())


def many(services: int, releases: int = 0) -> tuple[Policy, Board]:
    policies, lanes = [], []
    for number in range(services):
        name = f"service-{number}"
        both = [replace(one, lane=LaneId(name, one.lane.environment)) for one in (IN_STAGING, IN_PRODUCTION)]
        policies.append(replace(POLICY.services[0], name=name, lanes=tuple(both)))
        opened = tuple(
            a_release(number=100 * number + index, lane=both[1].lane, build=a_build(service=name), policy=both[1])
            for index in range(1, releases + 1)
        )
        lanes += [
            Lane(both[0].lane, adopted_at=NINE, live=LIVE),
            Lane(both[1].lane, adopted_at=NINE, live=LIVE, releases=opened),
        ]
    return replace(POLICY, services=tuple(policies)), Board(tuple(lanes))


def test_sixty_services() -> None:
    policy, board = many(60, 1)
    view = home(PRIYA, board, a_scene(policy), 1)
    told = read(view).splitlines()
    assert len(view["blocks"]) == snapshot(73)
    assert told[: told.index("# What is live, and what is next")][-8:] == snapshot(
        [
            "Opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>. Expires <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing.",
            "Its card comes to <#C0PAYMENTS>: read it, then decide there.",
            "*R-5801, service-58 118 (9f3c2ab) to production waits for your approval.*",
            "Opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>. Expires <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing.",
            "Its card comes to <#C0PAYMENTS>: read it, then decide there.",
            "*R-5901, service-59 118 (9f3c2ab) to production waits for your approval.*",
            "Opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>. Expires <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing.",
            "Its card comes to <#C0PAYMENTS>: read it, then decide there.",
        ]
    )
    assert told[-16:] == snapshot(
        [
            "• Next: R-5601, 118 (9f3c2ab), waits for approval; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.",
            "*service-57 in staging (deployment):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40.",
            "*service-57 in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40.",
            "• Next: R-5701, 118 (9f3c2ab), waits for approval; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.",
            "*service-58 in staging (deployment):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40.",
            "*service-58 in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40.",
            "• Next: R-5801, 118 (9f3c2ab), waits for approval; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.",
            "*service-59 in staging (deployment):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40.",
            "*service-59 in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40.",
            "• Next: R-5901, 118 (9f3c2ab), waits for approval; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.",
            "# Your settings",
            "[x] Tell me directly what becomes of my changes (Live, rejected, rolled back; also approvals that are long missing.) home:mute",
            "You are priya in the policy, in the groups: qa.",
            "Beside approving what asks for you, you may: `request`.",
            "Times that you type are read in the time zone Europe/Berlin, as your Slack profile says.",
            "~ Last changed <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>. This page follows by itself while you use it, and when you open it.",
        ]
    )


@pytest.mark.parametrize(("services", "releases"), [(61, 0), (150, 4), (600, 0)])
def test_of_more_services_as_many_are_shown_as_fit(services: int, releases: int) -> None:
    policy, board = many(services, releases)
    told = read(home(PRIYA, board, a_scene(policy), 1))
    on_the_board = told.split("# What is live, and what is next")[1]
    seen = on_the_board.count("in staging (deployment):*")
    left = [line for line in on_the_board.splitlines() if line.startswith("And ") and "more." in line]
    assert left == ([] if seen == services else [f"And {services - seen} more. {REST}"])
    assert seen > 50


REST = "`/deploy status SERVICE` shows one of them, `/deploy status` all."


def test_the_same_state_is_the_same_content_whenever_it_is_shown() -> None:
    policy, board = busy()
    first = home(PRIYA, board, a_scene(policy), 1)
    later = home(PRIYA, board, a_scene(policy, TEN + timedelta(minutes=5)), 2)
    assert home_hash(first) == home_hash(later)
    assert {block["block_id"] for block in first["blocks"]}.isdisjoint(block["block_id"] for block in later["blocks"])
    muted = home(replace(PRIYA, muted=True), board, a_scene(policy), 1)
    assert home_hash(muted) != home_hash(first)


def test_whoever_may_do_nothing_else_is_told_so() -> None:
    nobody = Viewer(actor("U0NEW", policy=replace(POLICY, permissions=())))
    assert "Beside approving what asks for you, the policy gives you no permission." in shown(nobody, a_lane())
