"""The messages to a second group, whole: in the channel and to each of its people."""

from dataclasses import replace

from inline_snapshot import snapshot

from bot.core.effects import Happened, Happening
from bot.core.escalating import called
from bot.core.policy import ApprovalRule
from bot.core.release import Approval, Surface, Verdict
from bot.views.reminder import escalate, remind, tell_escalated
from bot.views.thread import line
from tests.unit.views.reading import check, seen
from tests.unit.views.values import IN_PRODUCTION, SAM, TEN, a_lane, a_policy, a_release, a_scene


def in_words(to: str, *rules: ApprovalRule) -> tuple[str, str]:
    policy = a_policy(replace(IN_PRODUCTION, approvals=rules))
    release = a_release(policy=policy.lanes()[1])
    lane, scene = a_lane(release), a_scene(policy)
    who = called(to, release, lane, policy)
    shown, told = escalate(release, lane, to, who, scene), tell_escalated(release, lane, to, who, scene)
    check(shown)
    check(told)
    return seen(shown), seen(told)


def test_those_who_may_approve_are_asked_to() -> None:
    assert in_words("sre", ApprovalRule(("sre",), 1)) == snapshot(
        (
            """\
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, has been waiting for approval since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>. Escalated to sre: <@U0ALEX>, <!subteam^S0SRE>.
Still missing: 1 approval by sre: <@U0ALEX>, <!subteam^S0SRE>.
It expires <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing; that is no rejection.
Your approval would help: please decide on its card, or with `/deploy approve R-42` or `/deploy reject R-42 REASON`.\
""",
            """\
You are asked as one of sre: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, has been waiting for approval since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.
Still missing: 1 approval by sre: <@U0ALEX>, <!subteam^S0SRE>.
It expires <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing; that is no rejection.
Your approval would help: please decide on its card, or with `/deploy approve R-42` or `/deploy reject R-42 REASON`.
[Mute these messages] signoff:mute = mute
  read aloud: Mute what Signoff tells you personally\
""",
        )
    )


def test_those_who_may_not_are_told_whom_to_push() -> None:
    assert in_words("sre", ApprovalRule(("qa",), 1)) == snapshot(
        (
            """\
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, has been waiting for approval since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>. Escalated to sre: <@U0ALEX>, <@U0SAM>, <!subteam^S0SRE>.
Still missing: 1 approval by qa: kim, <@U0PRIYA>.
It expires <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing; that is no rejection.
No approval of yours is asked for: please see to it that those whose approval is missing decide on its card, or with `/deploy approve R-42` or `/deploy reject R-42 REASON`.\
""",
            """\
You are asked as one of sre: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, has been waiting for approval since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.
Still missing: 1 approval by qa: kim, <@U0PRIYA>.
It expires <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing; that is no rejection.
No approval of yours is asked for: please see to it that those whose approval is missing decide on its card, or with `/deploy approve R-42` or `/deploy reject R-42 REASON`.
[Mute these messages] signoff:mute = mute
  read aloud: Mute what Signoff tells you personally\
""",
        )
    )


def test_a_group_in_which_nobody_is_named() -> None:
    assert in_words("empty", ApprovalRule(("qa",), 1))[0] == snapshot("""\
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, has been waiting for approval since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>. Escalated to empty: nobody whom the policy names.
Still missing: 1 approval by qa: kim, <@U0PRIYA>.
It expires <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing; that is no rejection.
No approval of yours is asked for: please see to it that those whose approval is missing decide on its card, or with `/deploy approve R-42` or `/deploy reject R-42 REASON`.\
""")


def test_a_reminder_of_what_only_another_author_may_let_through() -> None:
    policy = a_policy(replace(IN_PRODUCTION, approvals=(ApprovalRule(("sre",), 1),)))
    yes = Approval("sam", "U0SAM", Verdict.APPROVE, 1, ("sre",), TEN, Surface.BUTTON)
    release = a_release(policy=policy.lanes()[1], approvals=(yes,))
    release = replace(release, build=replace(release.build, authors=(SAM,), pusher=None))
    assert seen(remind(release, a_lane(release), a_scene(policy))) == snapshot("""\
<https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, has been waiting for approval since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.
A commit of it is approved by nobody but its own authors: somebody else must approve too (<@U0ALEX>, <!subteam^S0SRE>).
It expires <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing; that is no rejection.
Please decide on its card, or with `/deploy approve R-42` or `/deploy reject R-42 REASON`.\
""")


def test_the_thread_says_whom_it_was_escalated_to() -> None:
    release = a_release()
    told = line(Happening(Happened.ESCALATED, 42, detail="sre"), release, a_lane(release), a_scene())
    assert told
    assert seen(told) == snapshot(
        "Escalated to sre: approvals have been missing since <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC> (0 of 1 of qa)."
    )
