"""What the reading commands answer, and what the private answers to acts say."""

from dataclasses import replace
from datetime import timedelta

import pytest
from inline_snapshot import snapshot

from bot.core.build import Build
from bot.core.inputs import Answer
from bot.core.lane import Around, Judgement, Lane, Mark
from bot.core.policy import After, LaneId
from bot.core.release import DeployStatus, Lifecycle
from bot.ports.slack import Message
from bot.views import answers
from bot.views.status import open_list, status, why
from tests.unit.views.reading import check, seen, shortened
from tests.unit.views.values import (
    IN_PRODUCTION,
    IN_STAGING,
    LIVE,
    PERMALINKS,
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

NO_BUILDS: dict[str, Build] = {}


def read(message: Message) -> str:
    check(message)
    return seen(message)


def test_status() -> None:
    lanes = (
        Lane(STAGING, live=replace(LIVE, sha="7" * 40, version="7" * 12, release=None)),
        a_lane(deploying(DeployStatus.RUNNING, number=41), a_release(older_than_live=True), ended(Lifecycle.LIVE)),
        Lane(LaneId("payments", "gone")),
    )
    message = status(lanes, a_scene())
    assert read(message) == snapshot("""\
*payments in staging (deployment):* <https://github.example/acme/payments/commit/7777777..|7777777> is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41>, payments 118 (9f3c2ab) to production, is being deployed; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production (OLDER THAN LIVE), waits for approval; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
*payments in gone (no longer in the policy):* nobody has told yet what is live\
""")
    assert shortened(message.text) == snapshot("""\
payments in staging (deployment): <https://github.example/acme/payments/commit/7777777..|7777777> is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>
payments in production (delivery): 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41>, payments 118 (9f3c2ab) to production, is being deployed; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production (OLDER THAN LIVE), waits for approval; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
payments in gone (no longer in the policy): nobody has told yet what is live\
""")


def test_status_of_nothing() -> None:
    assert read(status((), a_scene())) == snapshot(
        "The policy names no such service and environment. `/deploy help` shows the words."
    )


def test_why() -> None:
    ready = a_release(number=43, approvals=(a_yes(),), policy=replace(a_release().policy, expires_after=None))
    lanes = (a_lane(deploying(DeployStatus.UNKNOWN, number=41), a_release(), ready), a_lane(ready))
    assert read(why(lanes, a_scene())) == snapshot("""\
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41>, payments 118 (9f3c2ab) to production, may or may not be deploying: the answer to the request was lost; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
• Deploy: asked for <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.
• In doubt: the answer to the request was lost, and the CI system does not know it. Nothing is sent again by itself: somebody is asked in <#C0OPS>.
• Whether it ran can be answered in <#C0OPS> by <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>.
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, waits for approval; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
• Waits for 1 of qa: 0 of 1 given; may approve: kim, <@U0PRIYA>.
• <https://acme.slack.example/archives/C0PAYMENTS/p41|R-41> may or may not be deploying to production: the answer to the request was lost. This one follows once that is known. Whether it ran can be answered in <#C0OPS> by <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>.
• Expires <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing.
<https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>, payments 118 (9f3c2ab) to production, waits for its turn; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
• <https://acme.slack.example/archives/C0PAYMENTS/p41|R-41> may or may not be deploying to production: the answer to the request was lost. This one follows once that is known. Whether it ran can be answered in <#C0OPS> by <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>.
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
<https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>, payments 118 (9f3c2ab) to production, is about to be deployed; opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
• Nothing is in its way: its deploy is next.\
""")


def test_why_a_deploy_that_was_put_off_waits() -> None:
    endless = replace(a_release().policy, expires_after=None)
    release = a_release(approvals=(a_yes(),), policy=endless, put_off="no route")
    lines = read(why((a_lane(release),), a_scene())).splitlines()
    assert lines[-1] == "• Put off: no route. Nothing was sent; it is tried again by itself."


def test_why_the_newest_deployable_build_has_no_release() -> None:
    build = a_build()
    bad = Mark(
        1, Judgement.BAD, (build.position[0] - timedelta(hours=1), 1, 1), "116 (7777777)", "sam", "it loses orders", TEN
    )
    soaks = replace(IN_PRODUCTION, after=After("staging", timedelta(minutes=30)))
    newer = replace(LIVE, position=(build.position[0] + timedelta(hours=1), 1, 1))
    asked = [
        (replace(a_lane(), around=Around(marks=(bad,))), a_scene()),
        (a_lane(live=newer), a_scene()),
        (a_lane(), a_scene(a_policy(soaks))),
    ]
    said = [read(why((lane,), scene, newest={"payments": build})).splitlines()[-1] for lane, scene in asked]
    assert said == snapshot(
        [
            "• No release is open: the newest deployable build, 118 (9f3c2ab), is in quarantine. It is, or contains, build 116 (7777777), which <@U0SAM> put in quarantine <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>: “it loses orders”. A build that is well again can be confirmed with `/deploy release-quarantine payments VERSION REASON` (by nobody yet (the policy file gives `quarantine` to no one)). To ask for another: `/deploy payments VERSION to production`",
            "• No release is open: the newest deployable build, 118 (9f3c2ab), is older than what is live, so it does not open by itself. To ask for it: `/deploy payments VERSION to production`",
            "• No release is open: that of the newest deployable build, 118 (9f3c2ab), has ended, or the build is older than the first look at this environment, or it has not been live in staging for long enough. To ask for one: `/deploy payments VERSION to production`",
        ]
    )


def test_why_a_lane_has_no_open_release() -> None:
    lanes = (
        Lane(LaneId("payments", "gone"), adopted_at=TEN),
        Lane(STAGING),
        a_lane(),
        a_lane(live=replace(LIVE, sha=a_build().sha, version="118")),
        a_lane(live=None),
    )
    said = [read(why((lane,), a_scene(), newest={"payments": a_build()})) for lane in lanes]
    said += [read(why((a_lane(),), a_scene(), newest=newest)) for newest in (NO_BUILDS, None)]
    assert "\n---\n".join(said) == snapshot("""\
*payments in gone (no longer in the policy):* nobody has told yet what is live
• No release is open: the policy no longer names this environment, so none opens.
---
*payments in staging (deployment):* nobody has told yet what is live
• No release is open: what is live there is still being found out, and none opens before that.
---
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
• No release is open: that of the newest deployable build, 118 (9f3c2ab), has ended, or the build is older than the first look at this environment. To ask for one: `/deploy payments VERSION to production`
---
*payments in production (delivery):* 118 (<https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
• No release is open: 118 (9f3c2ab), the newest deployable build, is what is live.
---
*payments in production (delivery):* nobody has told yet what is live
• No release is open: that of the newest deployable build, 118 (9f3c2ab), has ended, or the build is older than the first look at this environment. To ask for one: `/deploy payments VERSION to production`
---
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
• No release is open: no build has passed its pipelines yet. The next one that does opens a release.
---
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
• No release is open: the next build that passes its pipelines opens one by itself. To ask for one now: `/deploy payments VERSION to production`\
""")


def test_why_of_nothing() -> None:
    assert read(why((), a_scene())) == read(status((), a_scene()))


def test_open_list() -> None:
    later = a_release(number=43, opened_at=TEN + timedelta(hours=2))
    assert read(
        open_list((later, deploying(DeployStatus.RUNNING, number=41), a_release()), POLICY, PERMALINKS)
    ) == snapshot("""\
<https://acme.slack.example/archives/C0PAYMENTS/p41|R-41>, payments 118 (9f3c2ab) to production, is being deployed since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, is open since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
<https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>, payments 118 (9f3c2ab) to production, is open since <!date^1795262400^{date_short_pretty} {time}|2026-11-21 12:00 UTC>\
""")


def test_open_list_of_nothing() -> None:
    assert read(open_list((), POLICY, PERMALINKS)) == snapshot(
        "No release is open. `/deploy status` shows what is live."
    )


def test_answers_to_acts() -> None:
    release, cards = a_release(), PERMALINKS
    said = [
        answers.opened(release, POLICY, cards),
        answers.opened(a_release(lane=STAGING, policy=IN_STAGING, older_than_live=True), POLICY, {}),
        answers.approved(release, POLICY, cards),
        answers.rejected(release, cards),
        answers.withdrawn(release, cards),
        answers.cancelled(release, cards),
        answers.asked_to_stop(release, cards),
        *(answers.resolved(release, answer, cards) for answer in Answer),
        answers.already_handled(release, cards),
        answers.copy_of_card(),
        answers.overtaken(),
        answers.not_my_button(),
        answers.nothing_to_do(release, "reject", POLICY, cards),
        answers.nothing_to_do(ended(Lifecycle.EXPIRED), "reject", POLICY, cards),
        answers.no_such_release(7, POLICY),
        answers.no_such_build("payments", None, (), POLICY),
        answers.no_such_build("payments", "119", (), POLICY),
        answers.no_such_build("payments", "9f3c2ab", (a_build(), a_build(version="119")), POLICY),
        answers.nobody_by_that_name("<!here>"),
        answers.reads_only(),
        answers.misunderstood("Did you mean `list`?"),
        answers.set_aside("inbox-7"),
        answers.settled("effect-12", Answer.ABANDON),
        answers.not_settled("effect-12", "it is being tried at this moment"),
    ]
    assert "\n".join(read(message) for message in said) == snapshot("""\
Opened <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production: its card asks the approvers. What it waits for: `/deploy why payments production`.
Opened R-42, payments 118 (9f3c2ab) to staging: it ships as soon as nothing is in its way. It is OLDER than what is live there. What it waits for: `/deploy why payments staging`.
You approved <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production. Its card shows what is still missing. Until the deploy starts, `/deploy withdraw R-42` takes your approval back.
You rejected <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production. Its authors read your reason in the thread.
You took back your approval of <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production. The release stays open.
You cancelled <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production. Nothing was deployed.
The CI system is asked to cancel the deploy of <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production. The release ends when the CI system says so: failed, or live if it was too late.
You said of <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production: it did run; it counts as live now; nothing was sent again.
You said of <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production: it did not run; it counts as failed; nothing was sent again.
You said of <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production: try again; it is looked for once more, then sent again.
You said of <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production: abandon; it counts as failed, and the lane is free.
This notice was posted twice; follow it here: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production.
This notice was posted twice. Your click counted; the other copy is the one that is kept up to date.
This could not be decided when you did it, and you have acted on the command line since: that counted, this did not. Please do it again if you still want it.
This button no longer does anything, so nothing was changed. `list` shows what is open.
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, has changed since: please look at its card again, then decide.
There is nothing to reject here any more: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, has expired. `/deploy status payments production` shows what is live and what waits there.
There is no release R-7. `/deploy list` shows what is open.
payments has no deployable build yet: the first whose pipelines all succeed can be asked for.
No build of payments is called 119. A build is named by its version or by at least seven digits of its commit; `/deploy status payments` shows what is live.
9f3c2ab fits several builds: payments 118 (9f3c2ab), payments 119 (9f3c2ab). Please name one by its commit.
The policy lists nobody called “&lt;!here&gt;”, so nothing was changed.
That command only reads, and nothing was changed. `help` shows the words.
Did you mean `list`?
Something went wrong on our side, so this did not count, and nothing was changed. It is kept as inbox-7: operations may yet have it decided, and then you hear of it.
You said of effect-12: abandon.
Nothing was changed (effect-12): it is being tried at this moment.\
""")


@pytest.mark.parametrize("count", [1, 400])
def test_a_long_list_folds(count: int) -> None:
    many = [a_release(number=number, opened_at=TEN) for number in range(100, 100 + count)]
    message = open_list(many, POLICY, {})
    check(message)
    shown = message.text.count("payments 118")
    assert message.text.endswith(f"and {count - shown} more") == (count > 1)
    assert 0 < shown <= count
