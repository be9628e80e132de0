"""What a card tells of the changes since what is live, in every relation that two commits can have."""

from dataclasses import replace

from hypothesis import given, settings
from inline_snapshot import snapshot

from bot.core.changelog import Comparison, Relation
from bot.core.lane import Live
from bot.core.policy import Kind, Policy
from bot.core.release import Lifecycle, Release
from bot.ports.slack import Message
from bot.views.card import notice
from bot.views.scene import Scene
from tests.unit.views.compared import ADDED, HOSTILE, REMOVED, SPAN, a_change, compared, hostile_comparisons, many
from tests.unit.views.reading import check, seen, shortened
from tests.unit.views.values import BUTTONS, LIVE, POLICY, a_lane, a_policy, a_release, a_scene, ended

WITH_MIGRATIONS = a_policy(services=(replace(POLICY.services[0], migrations=("db/**",)),))


def surrounded(comparison: Comparison | None, policy: Policy = POLICY, why: str | None = None) -> Scene:
    told = {SPAN: comparison} if comparison else {}
    return replace(a_scene(policy), compared=told, why_not={SPAN: why} if why else {})


def card(scene: Scene, release: Release | None = None, live: Live | None = LIVE) -> Message:
    release = release or a_release()
    message = notice(release, a_lane(release, live=live), scene, BUTTONS | {"changes": "h-changes"}, 1)
    check(message)
    return message


def part(message: Message) -> str:
    """Return the block of the changes."""
    block = next(one for one in message.blocks if one["block_id"].startswith("R-42:changes"))
    return shortened(block["text"]["text"])


def test_the_whole_card() -> None:
    assert seen(card(surrounded(compared(), WITH_MIGRATIONS))) == snapshot("""\
# Waiting for approval: payments 118 to production
*Commit:* <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint
*By:* Ann, pushed by <@U0SAM>
*Checks:* build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>)
*Asked for by:* the pipeline, by a deployable build
*Changes:* 4 commits, 3 in 2 pull requests and 1 in none, since 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*MIGRATIONS:* 1 (db/migrate/001.sql)
*Features:* 1
• Add the refund endpoint (<https://github.example/acme/payments/pull/12|#12>) by Ann, <@U0SAM>
*Fixes:* 1
• Round down (<https://github.example/acme/payments/pull/13|#13>) by <@U0SAM>
*Other:* 1
• Tidy up (<https://github.example/acme/payments/commit/0000004..|0000004>) by <@U0PRIYA>
*Approved by:* nobody yet
*Needs 1 of qa:* 0 of 1 given; may approve: kim, <@U0PRIYA>
~ *R-42:* opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>
~ *Expires:* <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing
[Approve] (primary) signoff:approve = h-approve
  read aloud: Approve payments 118 to production
  asks: Approve R-42? payments 118 to production, commit 9f3c2ab, may ship. [Approve] [Not yet]
[Reject] (danger) signoff:reject = h-reject
  read aloud: Reject payments 118 to production
[Changes] signoff:changes = h-changes
  read aloud: Changes of R-42: payments 118 to production\
""")


def test_the_whole_card_read_aloud() -> None:
    assert shortened(card(surrounded(compared(), WITH_MIGRATIONS)).text) == snapshot("""\
R-42, payments 118 (9f3c2ab) to production, waits for approval.
Commit: <https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab> Add the refund endpoint.
By: Ann, pushed by <@U0SAM>.
Checks: build.yml succeeded (<https://github.example/acme/payments/actions/runs/7001|run 118>, <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>).
Asked for by: the pipeline, by a deployable build.
Changes: 4 commits, 3 in 2 pull requests and 1 in none, since 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>).
MIGRATIONS: 1 (db/migrate/001.sql).
Features: 1.
• Add the refund endpoint (<https://github.example/acme/payments/pull/12|#12>) by Ann, <@U0SAM>.
Fixes: 1.
• Round down (<https://github.example/acme/payments/pull/13|#13>) by <@U0SAM>.
Other: 1.
• Tidy up (<https://github.example/acme/payments/commit/0000004..|0000004>) by <@U0PRIYA>.
Approved by: nobody yet.
Needs 1 of qa: 0 of 1 given; may approve: kim, <@U0PRIYA>.
R-42: opened <!date^1795255200^{date_short_pretty} {time}|2026-11-21 10:00 UTC>.
Expires: <!date^1795341600^{date_short_pretty} {time}|2026-11-22 10:00 UTC> if approvals are still missing.
Actions: Approve, Reject, Changes.\
""")


def test_a_long_list_is_folded_and_the_rest_has_its_authors() -> None:
    added = (*many(9), a_change(10, "feat: add refunds"), a_change(11, "docs: say how"))
    assert part(card(surrounded(compared(added=added, added_total=11)))) == snapshot("""\
*Changes:* 11 commits without a pull request since 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Features:* 1
• Add refunds (<https://github.example/acme/payments/commit/000000a..|000000a>) by Ann
*Fixes:* 9
• Number 1 (<https://github.example/acme/payments/commit/0000001..|0000001>) by Ann
• Number 2 (<https://github.example/acme/payments/commit/0000002..|0000002>) by Ann
• Number 3 (<https://github.example/acme/payments/commit/0000003..|0000003>) by Ann
• Number 4 (<https://github.example/acme/payments/commit/0000004..|0000004>) by Ann
• Number 5 (<https://github.example/acme/payments/commit/0000005..|0000005>) by Ann
• and 4 more
*Other:* 1
Not named here: 5 changes by Ann: see Changes\
""")


def test_a_comparison_that_was_cut_says_so() -> None:
    long = compared(added_total=1404, complete=False, files=("db/1.sql", "db/2.sql", "db/3.sql", "db/4.sql"))
    assert part(card(surrounded(long, WITH_MIGRATIONS))) == snapshot("""\
*Changes:* 1,404 commits, at least 3 in at least 2 pull requests and at least 1 in none, since 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*MIGRATIONS:* at least 4 (db/1.sql, db/2.sql, db/3.sql and 1 more)
*Features:* 1
• Add the refund endpoint (<https://github.example/acme/payments/pull/12|#12>) by Ann, <@U0SAM>
*Fixes:* 1
• Round down (<https://github.example/acme/payments/pull/13|#13>) by <@U0SAM>
*Other:* 1
• Tidy up (<https://github.example/acme/payments/commit/0000004..|0000004>) by <@U0PRIYA>
And 1,400 more commits that the comparison did not tell one by one\
""")
    assert "*Migrations:* none among the files that were told" in part(
        card(surrounded(replace(long, files=("app.py",)), WITH_MIGRATIONS))
    )


def test_no_migrations() -> None:
    assert "*Migrations:* none\n" in part(card(surrounded(compared(files=("app.py",)), WITH_MIGRATIONS)))


def test_a_hotfix_that_is_live_and_not_in_what_ships() -> None:
    diverged = compared(Relation.DIVERGED, removed=REMOVED)
    assert part(card(surrounded(diverged, WITH_MIGRATIONS))) == snapshot("""\
*Changes:* 4 commits, 3 in 2 pull requests and 1 in none, since 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*MIGRATIONS:* 1 (db/migrate/001.sql)
*Features:* 1
• Add the refund endpoint (<https://github.example/acme/payments/pull/12|#12>) by Ann, <@U0SAM>
*Fixes:* 1
• Round down (<https://github.example/acme/payments/pull/13|#13>) by <@U0SAM>
*Other:* 1
• Tidy up (<https://github.example/acme/payments/commit/0000004..|0000004>) by <@U0PRIYA>
*ALSO TAKES AWAY:* 1 commit that is live in production
• Stop charging twice (<https://github.example/acme/payments/commit/0000005..|0000005>) by <@U0SAM>\
""")


def test_going_back() -> None:
    back = compared(Relation.BEHIND, added=(), added_total=0, removed=many(5))
    assert part(card(surrounded(back, WITH_MIGRATIONS), a_release(kind=Kind.ROLLBACK))) == snapshot("""\
*Changes:* none are new, this goes back to before 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/9f3c2ab.....1a2b3c4..|compare>)
*MIGRATIONS:* 1 (db/migrate/001.sql); going back does not undo them
*TAKES AWAY:* 5 commits that are live in production
• Number 1 (<https://github.example/acme/payments/commit/0000001..|0000001>) by Ann
• Number 2 (<https://github.example/acme/payments/commit/0000002..|0000002>) by Ann
• Number 3 (<https://github.example/acme/payments/commit/0000003..|0000003>) by Ann
• and 2 more\
""")


def test_what_is_taken_away_was_not_told_whole() -> None:
    back = compared(Relation.BEHIND, added=(), added_total=0, removed=REMOVED, complete=False)
    assert "*TAKES AWAY:* at least 1 commit that is live in production\n" in part(card(surrounded(back)))


def test_another_commit_of_the_same_contents() -> None:
    same = compared(Relation.IDENTICAL, added=(), added_total=0, files=())
    assert part(card(surrounded(same, WITH_MIGRATIONS))) == snapshot(
        "*Changes:* none, this is the same as 117 (1a2b3c4), live in production"
    )


def test_nothing_that_concerns_the_service() -> None:
    assert part(card(surrounded(compared(added=(), added_total=0)))) == snapshot(
        "*Changes:* none that concern payments since 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)"
    )


def test_commits_without_a_pull_request_are_told_to_have_none() -> None:
    assert part(card(surrounded(compared(added=ADDED[3:], added_total=1)))) == snapshot("""\
*Changes:* 1 commit without a pull request since 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Other:* 1
• Tidy up (<https://github.example/acme/payments/commit/0000004..|0000004>) by <@U0PRIYA>\
""")


def test_what_a_cut_comparison_does_not_tell_may_have_come_by_a_pull_request() -> None:
    cut = compared(added=ADDED[3:], added_total=9, complete=False)
    assert part(card(surrounded(cut))).splitlines()[0] == snapshot(
        "*Changes:* 9 commits without a pull request, as far as was told, since 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)"
    )


def test_commits_that_all_came_by_pull_requests() -> None:
    assert "*Changes:* 3 commits in 2 pull requests since 117 (" in part(
        card(surrounded(compared(added=ADDED[:3], added_total=3)))
    )


def test_not_known_yet() -> None:
    assert part(card(surrounded(None))) == snapshot(
        "*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)"
    )


def test_it_cannot_be_told() -> None:
    assert part(card(surrounded(None, why="GitHub no longer has <1a2b3c4>."))) == snapshot(
        "*Changes:* cannot be told against 117 (1a2b3c4), live in production: GitHub no longer has &lt;1a2b3c4&gt; (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>); approvals are counted by the authors whom builds name"
    )
    assert "production: nobody told why (" in part(card(surrounded(None, why="\n")))


def test_nobody_has_told_what_is_live() -> None:
    assert part(card(surrounded(None), live=None)) == snapshot(
        "*Changes:* nobody has told yet what is live in production"
    )


def test_the_same_commit_is_live() -> None:
    assert part(card(surrounded(None), live=replace(LIVE, sha=SPAN.head))) == snapshot(
        "*Changes:* none, the same commit is live in production"
    )


def test_what_is_live_tells_what_it_changed() -> None:
    release = ended(Lifecycle.LIVE)
    now_live = replace(LIVE, sha=SPAN.head, version="118")
    scene = replace(surrounded(compared(Relation.DIVERGED, removed=REMOVED)), before={42: LIVE})
    assert part(card(scene, release, now_live)) == snapshot("""\
*Changes:* 4 commits, 3 in 2 pull requests and 1 in none, since 117 (1a2b3c4), live in production before (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Features:* 1
• Add the refund endpoint (<https://github.example/acme/payments/pull/12|#12>) by Ann, <@U0SAM>
*Fixes:* 1
• Round down (<https://github.example/acme/payments/pull/13|#13>) by <@U0SAM>
*Other:* 1
• Tidy up (<https://github.example/acme/payments/commit/0000004..|0000004>) by <@U0PRIYA>
*ALSO TOOK AWAY:* 1 commit that was live in production
• Stop charging twice (<https://github.example/acme/payments/commit/0000005..|0000005>) by <@U0SAM>\
""")
    scene = replace(scene, compared={SPAN: compared(Relation.BEHIND, added=(), added_total=0, removed=many(2))})
    assert "*TOOK AWAY:* 2 commits that were live in production" in part(card(scene, release, now_live))
    scene = replace(scene, before={42: now_live})
    assert part(card(scene, release, now_live)) == snapshot("*Changes:* none, the same commit was live in production")


def test_what_came_to_nothing_tells_no_changes() -> None:
    scene = replace(surrounded(compared()), before={42: LIVE})
    assert "*Changes:*" not in seen(card(scene, ended(Lifecycle.REJECTED, reason="no")))


@given(comparison=hostile_comparisons(), why=HOSTILE)
@settings(max_examples=100, deadline=None)
def test_commits_hold_no_markup_of_others(comparison: Comparison, why: str) -> None:
    message = card(surrounded(comparison, WITH_MIGRATIONS))
    assert "\nApproved by: " in message.text  # however long the titles are, they do not push out who approves
    card(surrounded(None, why=why))
