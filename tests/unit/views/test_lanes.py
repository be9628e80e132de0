"""What `status` and `why` say of a lane that is held, locked, frozen, stopped, or in another mode than the file's."""

import itertools
from dataclasses import replace
from datetime import datetime, timedelta

from inline_snapshot import snapshot

from bot.core.build import BuildState, RunStatus
from bot.core.calendar import Dated, Freeze, Weekday, Weekly
from bot.core.lane import Around, Hold, Lane, Lock, ModeSwitch, Stop
from bot.core.policy import LaneId, Mode, Policy
from bot.core.release import Health, Lifecycle
from bot.core.silence import Unreported
from bot.ports.slack import Message
from bot.views import mainline
from bot.views.lanes import next_freeze, silent
from bot.views.status import open_list, status, why
from tests.unit.views.reading import check, seen
from tests.unit.views.values import (
    IN_PRODUCTION,
    LINKS,
    NINE,
    PERMALINKS,
    POLICY,
    TEN,
    a_build,
    a_check,
    a_lane,
    a_policy,
    a_release,
    a_scene,
)

ELEVEN = TEN + timedelta(hours=1)
WEEKEND = Freeze("weekend", Weekly(frozenset({Weekday.SAT}), None, None, "UTC"))
FROZEN = a_policy(freezes=(WEEKEND,))  # the tests' day is a Saturday


def shut() -> Lane:
    """Return a lane in which everything is in the way that can be."""
    return replace(
        a_lane(a_release()),
        mode=ModeSwitch(Mode.DEPLOYMENT, Mode.DELIVERY, "sam", "it is <only> text", NINE),
        hold=Hold("the database moves", NINE, "sam"),
        lock=Lock("alex", "U0ALEX", "load test", NINE, ELEVEN),
        around=Around(stop=Stop("sam", "the data centre burns", NINE)),
    )


def read(message: Message) -> str:
    check(message)
    return seen(message)


def test_status_tells_of_all_that_shuts_a_lane() -> None:
    assert read(status((shut(),), a_scene(FROZEN))) == snapshot("""\
Everything is stopped by <@U0SAM>, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “the data centre burns”. It goes on with `/deploy go-all`.
*payments in production (deployment for now, delivery in the file):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
• <@U0SAM> switched its mode to deployment <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “it is &lt;only&gt; text”.
• payments in production is held by <@U0SAM>, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “the database moves”. `/deploy resume payments production` ends that.
• <@U0ALEX> has payments in production for themselves until <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>: “load test”. `/deploy unlock payments production` ends that.
• The freeze “weekend” is in force until <!date^1795305600^{date_short_pretty} {time}|2026-11-22 00:00 UTC>.
• The next freeze is “weekend”, from <!date^1795824000^{date_short_pretty} {time}|2026-11-28 00:00 UTC> until <!date^1795910400^{date_short_pretty} {time}|2026-11-29 00:00 UTC>.
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, waits for approval; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>\
""")


def test_status_tells_which_freeze_comes_next() -> None:
    gala = Freeze("gala", Dated(datetime(2026, 11, 24, 18), datetime(2026, 11, 25, 8), "UTC"))  # noqa: DTZ001 - local
    elsewhere = replace(gala, name="elsewhere", environments=("staging",), when=WEEKEND.when)
    over = replace(gala, name="over", when=Dated(datetime(2026, 1, 1), datetime(2026, 1, 2), "UTC"))  # noqa: DTZ001 - local
    lane = a_lane()
    said = [
        next_freeze(lane, a_scene(a_policy(freezes=freezes)))
        for freezes in ((elsewhere, over), (WEEKEND,), (WEEKEND, gala), (gala, WEEKEND))
    ]
    assert said == snapshot(
        [
            [],
            [
                "The next freeze is “weekend”, from <!date^1795824000^{date_short_pretty} {time}|2026-11-28 00:00 UTC> until <!date^1795910400^{date_short_pretty} {time}|2026-11-29 00:00 UTC>."
            ],
            [
                "The next freeze is “gala”, from <!date^1795543200^{date_short_pretty} {time}|2026-11-24 18:00 UTC> until <!date^1795593600^{date_short_pretty} {time}|2026-11-25 08:00 UTC>."
            ],
            [
                "The next freeze is “gala”, from <!date^1795543200^{date_short_pretty} {time}|2026-11-24 18:00 UTC> until <!date^1795593600^{date_short_pretty} {time}|2026-11-25 08:00 UTC>."
            ],
        ]
    )
    gone = Lane(LaneId("payments", "gone"))
    assert next_freeze(gone, a_scene(a_policy(freezes=(WEEKEND,)))) == []


def test_status_and_why_tell_that_the_pipelines_are_silent() -> None:
    runs = a_build(state=BuildState.PENDING, checks=(a_check(status=RunStatus.RUNNING),))
    scene = replace(a_scene(), silent={"payments": Unreported(runs, NINE)})
    line = "• " + mainline.waits(Unreported(runs, NINE), POLICY.services[0], LINKS)
    for lane, view in itertools.product((a_lane(), a_lane(a_release())), (status, why)):
        told, before = (read(view((lane,), one)).splitlines() for one in (scene, a_scene()))
        assert told == [before[0], line, *before[1:]]
    for untold in (
        replace(scene, silent={"ledger": Unreported(runs, NINE)}),
        replace(scene, policy=Policy(services=())),
    ):
        assert silent(a_lane(), untold) == []


def test_why_tells_every_blocker_and_who_can_lift_it() -> None:
    assert read(why((shut(),), a_scene(FROZEN))) == snapshot("""\
*payments in production (deployment for now, delivery in the file):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
• <@U0SAM> switched its mode to deployment <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “it is &lt;only&gt; text”.
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, waits for approval; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
• Waits for 1 of qa: 0 of 1 given; may approve: kim, <@U0PRIYA>.
• Everything is stopped by <@U0SAM>, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “the data centre burns”. It goes on with `/deploy go-all` (by nobody yet (the policy file gives `stop_all` to no one)).
• payments in production is held by <@U0SAM>, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “the database moves”. It can be resumed with `/deploy resume payments production` (by kim, <@U0PRIYA>).
• <@U0ALEX> has payments in production for themselves until <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>: “load test”. It can be unlocked with `/deploy unlock payments production` (by <@U0ALEX>).
• The freeze “weekend” is in force until <!date^1795305600^{date_short_pretty} {time}|2026-11-22 00:00 UTC>: this goes on by itself then. What cannot wait: `/deploy override R-42 REASON` (nobody yet (the policy file gives `override` to no one)).
• Expires <!date^1795392000^{date_short_pretty} {time}|2026-11-23 00:00 UTC> if approvals are still missing.\
""")


def test_what_has_ended_is_told_no_more() -> None:
    lane = replace(shut(), around=Around(), mode=None, hold=Hold("x", NINE, "sam", ELEVEN))
    later = replace(a_scene(), now=ELEVEN)
    assert read(status((lane,), later)) == read(status((replace(lane, hold=None, lock=None),), later))


def test_a_mode_over_another_one_than_the_files_no_longer_counts() -> None:
    lane = replace(a_lane(), mode=ModeSwitch(Mode.DEPLOYMENT, Mode.OBSERVE, "sam", "x", NINE))
    assert read(status((lane,), a_scene())) == read(status((a_lane(),), a_scene()))


def test_a_lane_that_is_only_observed() -> None:
    observed = a_policy(replace(IN_PRODUCTION, mode=Mode.OBSERVE))
    assert read(why((a_lane(),), a_scene(observed))).splitlines() == snapshot(
        [
            "*payments in production (observe):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40",
            "• No release is open: Signoff only observes this environment, its pipeline deploys there by itself.",
        ]
    )


def test_a_release_that_is_verified_is_listed_as_such() -> None:
    release = a_release(state=Lifecycle.VERIFYING, health=Health(TEN))
    assert read(open_list((release,), POLICY, PERMALINKS)) == snapshot(
        "<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, is being verified since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>"
    )
