"""Private answers to whoever did something: what it did, until when, and how to end it."""

from dataclasses import replace
from datetime import timedelta

from inline_snapshot import snapshot

from bot.core.lane import Hold, Lock, Stop
from bot.core.policy import Kind, Mode
from bot.core.release import Lifecycle
from bot.ports.slack import Message
from bot.views import answers, done
from tests.unit.views.reading import check, seen
from tests.unit.views.values import (
    IN_PRODUCTION,
    NINE,
    PERMALINKS,
    POLICY,
    PRODUCTION,
    TEN,
    a_build,
    a_lane,
    a_release,
    a_yes,
    ended,
)

ELEVEN = TEN + timedelta(hours=1)
HOSTILE = "<!channel> `x` *b*" + "<" * 3000
LOCK = Lock("sam", "U0SAM", HOSTILE, NINE, ELEVEN)


def told(*messages: Message) -> str:
    for message in messages:
        check(message)
    return "\n".join(seen(message)[:420] for message in messages)


def test_what_people_did_to_a_release() -> None:
    failed = ended(Lifecycle.FAILED)
    again = a_release(number=43, retry_of=42)
    assert told(
        done.scheduled(a_release(), ELEVEN, TEN, done.read_in("Europe/Berlin"), PERMALINKS),
        done.scheduled(a_release(), ELEVEN, TEN, done.read_in(None), PERMALINKS),
        done.scheduled(a_release(), ELEVEN, TEN, done.read_in("Europe/Berlin", skipped=True), PERMALINKS),
        done.scheduled(a_release(), ELEVEN, TEN, done.read_in("Europe/Berlin", twice=True), PERMALINKS),
        done.scheduled(a_release(), TEN, TEN, "", PERMALINKS),
        done.overridden(a_release(), PERMALINKS),
        done.undone(a_release(), PERMALINKS),
        done.marked_done(failed, PERMALINKS),
        done.retried(failed, again, PERMALINKS),
        done.retried(failed, replace(again, approvals=(a_yes(),)), PERMALINKS),
    ) == snapshot("""\
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, does not ship before <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>, and goes on by itself then. That was read in the time zone Europe/Berlin.
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, does not ship before <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>, and goes on by itself then. That was read in UTC, since your time zone is not known.
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, does not ship before <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>, and goes on by itself then. That was read in the time zone Europe/Berlin. The clocks there skip the time that you said, so it is later by as much as they skip.
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, does not ship before <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>, and goes on by itself then. That was read in the time zone Europe/Berlin. The clocks there show that time twice that night: the first is meant.
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, ships as soon as nothing is in its way.
You overrode missing approvals and freezes for <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production. That holds for this one release only, is on the record, and operations are told.
You stopped <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production. Nothing was deployed, and people are asked again.
You marked <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, as done: it counts as live now. Operations are told.
You try <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42> again: <https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>, payments 118 (9f3c2ab) to production.
You try <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42> again: <https://acme.slack.example/archives/C0PAYMENTS/p43|R-43>, payments 118 (9f3c2ab) to production. Its approvals count on.\
""")


def test_what_people_did_to_a_lane() -> None:
    lane = a_lane()
    assert told(
        done.held(lane, Hold("the database moves", NINE, "sam", ELEVEN), POLICY),
        done.resumed(PRODUCTION),
        done.locked(PRODUCTION, LOCK, POLICY, usual=True),
        done.locked(PRODUCTION, replace(LOCK, reason="load test"), POLICY, usual=False),
        done.unlocked(PRODUCTION),
        done.switched(PRODUCTION, Mode.OBSERVE, Mode.DELIVERY),
        done.switched(PRODUCTION, Mode.DELIVERY, Mode.DELIVERY),
        done.declared(PRODUCTION, "118"),
        done.never_went_before(PRODUCTION, POLICY),
        done.no_such_commit("payments", "119"),
    ) == snapshot("""\
payments in production is held by <@U0SAM> until <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>, since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>: “the database moves”. What is being deployed goes on. `/deploy resume payments production` ends the hold.
You resumed payments in production: what waits there goes on as soon as nothing else is in its way.
You have payments in production for yourself until <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>: “&lt;!channel&gt; 'x' *b*&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;
You have payments in production for yourself until <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>: “load test”. `/deploy unlock payments production` ends that.
You unlocked payments in production: what waits there goes on as soon as nothing else is in its way.
payments in production is in the mode observe now. The policy file says delivery, which holds again once that line of it changes. Operations are told.
payments in production is in the mode delivery now. It is what the policy file says. Operations are told.
Noted: 118 is what is live in payments in production. Operations are told.
Nothing was live in payments in production before, as far as Signoff knows, so nothing was started. To name the build yourself: `/deploy rollback payments to VERSION in production REASON`.
No build of payments is called 119, so nothing was changed. What is live can also be told by its whole commit, 40 hex digits.\
""")


def test_what_people_did_to_everything() -> None:
    assert told(
        done.stopped(Stop("sam", HOSTILE, NINE), POLICY),
        done.let_go(),
        done.quarantined(a_build(), POLICY),
        done.cleared(a_build()),
    ) == snapshot("""\
You stopped everything: “&lt;!channel&gt; 'x' *b*&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt;&lt
You let everything go on: what waits starts as soon as nothing else is in its way. Operations are told.
You put payments 118 (9f3c2ab) in quarantine, with every build that contains it: none of them ships. `/deploy release-quarantine payments VERSION REASON` confirms one that is well again. Operations are told.
You confirmed payments 118 (9f3c2ab), with every build that contains it: quarantine is lifted for these. Operations are told.\
""")


def test_what_people_asked_for() -> None:
    free = replace(IN_PRODUCTION, rollback=())
    assert told(
        answers.opened(a_release(kind=Kind.ROLLBACK, policy=free, older_than_live=True), POLICY, PERMALINKS),
        answers.opened(a_release(scheduled_for=ELEVEN), POLICY, PERMALINKS, done.read_in("Europe/Berlin")),
        answers.opened(a_release(kind=Kind.HOTFIX), POLICY, PERMALINKS),
    ) == snapshot("""\
Opened <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, as a ROLLBACK: it ships as soon as nothing is in its way. What it waits for: `/deploy why payments production`.
Opened <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production: its card asks the approvers. It does not ship before <!date^1795258800^{date_short_pretty} {time}|2026-11-21 11:00 UTC>. That was read in the time zone Europe/Berlin. What it waits for: `/deploy why payments production`.
Opened <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, as a HOTFIX: its card asks the approvers. What it waits for: `/deploy why payments production`.\
""")
