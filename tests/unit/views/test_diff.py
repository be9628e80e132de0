"""What `diff` answers, whatever stands in a lane."""

from dataclasses import replace

from hypothesis import given, settings
from inline_snapshot import snapshot

from bot.core.build import Build
from bot.core.changelog import Comparison, Relation
from bot.core.lane import Around, Judgement, Lane, Mark
from bot.core.release import DeployStatus
from bot.ports.slack import Message
from bot.views.diff import diff
from bot.views.scene import Scene
from tests.unit.views.compared import ADDED, HOSTILE, REMOVED, SPAN, compared, hostile_comparisons, many
from tests.unit.views.reading import check, seen, shortened
from tests.unit.views.test_since import WITH_MIGRATIONS, surrounded
from tests.unit.views.values import LIVE, NINE, STAGING, TEN, a_build, a_lane, a_release, a_scene, deploying


def shown(lane: Lane, newest: Build | None, scene: Scene) -> str:
    message = diff((lane,), newest, scene)
    check(message)
    assert message.text.replace("• ", "").count("\n") == seen(message).replace("• ", "").count("\n")
    return seen(message)


def test_an_open_release_is_what_would_ship() -> None:
    assert shown(a_lane(a_release()), a_build(), surrounded(compared(), WITH_MIGRATIONS)) == snapshot("""\
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would ship:* <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, waits for approval
*Changes:* 4 commits, 3 in 2 pull requests and 1 in none, since 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*MIGRATIONS:* 1 (db/migrate/001.sql)
*Features:* 1
• Add the refund endpoint (<https://github.example/acme/payments/pull/12|#12>) by Ann, <@U0SAM>
*Fixes:* 1
• Round down (<https://github.example/acme/payments/pull/13|#13>) by <@U0SAM>
*Other:* 1
• Tidy up (<https://github.example/acme/payments/commit/0000004..|0000004>) by <@U0PRIYA>\
""")


def test_it_is_read_aloud_with_the_same_facts() -> None:
    message = diff((a_lane(a_release()),), a_build(), surrounded(compared(), WITH_MIGRATIONS))
    assert shortened(message.text) == snapshot("""\
payments in production (delivery): 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
Would ship: <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, waits for approval
Changes: 4 commits, 3 in 2 pull requests and 1 in none, since 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
MIGRATIONS: 1 (db/migrate/001.sql)
Features: 1
• Add the refund endpoint (<https://github.example/acme/payments/pull/12|#12>) by Ann, <@U0SAM>
Fixes: 1
• Round down (<https://github.example/acme/payments/pull/13|#13>) by <@U0SAM>
Other: 1
• Tidy up (<https://github.example/acme/payments/commit/0000004..|0000004>) by <@U0PRIYA>\
""")


def test_without_an_open_release_the_newest_build_would_ship() -> None:
    assert shown(a_lane(), a_build(), surrounded(compared(added=ADDED[3:], added_total=1))) == snapshot("""\
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would ship:* payments 118 (9f3c2ab), the newest deployable build; no release of it is open (`/deploy payments 118 to production`)
*Changes:* 1 commit without a pull request since 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Other:* 1
• Tidy up (<https://github.example/acme/payments/commit/0000004..|0000004>) by <@U0PRIYA>\
""")


def test_nothing_is_live_yet() -> None:
    assert shown(a_lane(live=None), a_build(), surrounded(None)) == snapshot("""\
*payments in production (delivery):* nobody has told yet what is live
*Would ship:* payments 118 (9f3c2ab), the newest deployable build; no release of it is open (`/deploy payments 118 to production`)
*Changes:* nobody has told yet what is live in production\
""")


def test_nothing_new() -> None:
    live = replace(LIVE, sha=a_build().sha, version="118")
    assert shown(a_lane(live=live), a_build(), surrounded(None)) == snapshot("""\
*payments in production (delivery):* 118 (<https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
Nothing new: 118 (9f3c2ab), the newest deployable build, is what is live.\
""")


def test_no_build_has_passed() -> None:
    assert shown(a_lane(), None, surrounded(None)) == snapshot("""\
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
Nothing would ship: no build has passed its pipelines yet.\
""")


def test_a_release_that_is_older_than_what_is_live() -> None:
    back = compared(Relation.BEHIND, added=(), added_total=0, removed=REMOVED)
    assert shown(a_lane(a_release(older_than_live=True)), a_build(), surrounded(back)) == snapshot("""\
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would ship:* <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production (OLDER THAN LIVE), waits for approval
*Changes:* none are new, this goes back to before 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/9f3c2ab.....1a2b3c4..|compare>)
*TAKES AWAY:* 1 commit that is live in production
• Stop charging twice (<https://github.example/acme/payments/commit/0000005..|0000005>) by <@U0SAM>\
""")


def test_a_newest_build_that_is_older_than_what_is_live() -> None:
    lane = a_lane(live=replace(LIVE, position=(TEN, 200, 1)))
    diverged = compared(Relation.DIVERGED, added=ADDED[3:], added_total=1, removed=REMOVED)
    assert shown(lane, a_build(), surrounded(diverged)) == snapshot("""\
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would ship:* payments 118 (9f3c2ab), the newest deployable build; no release of it is open (`/deploy payments 118 to production`)
*OLDER THAN WHAT IS LIVE:* this takes production back to before what runs there now
*Changes:* 1 commit without a pull request since 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Other:* 1
• Tidy up (<https://github.example/acme/payments/commit/0000004..|0000004>) by <@U0PRIYA>
*ALSO TAKES AWAY:* 1 commit that is live in production
• Stop charging twice (<https://github.example/acme/payments/commit/0000005..|0000005>) by <@U0SAM>\
""")


def test_a_newest_build_in_quarantine() -> None:
    bad = Mark(1, Judgement.BAD, (NINE, 118, 1), "118 (9f3c2ab)", "sam", "it loses money", TEN)
    lane = replace(a_lane(), around=Around(marks=(bad,)))
    assert shown(lane, a_build(), surrounded(None)) == snapshot("""\
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would ship:* payments 118 (9f3c2ab), the newest deployable build; no release of it is open (`/deploy payments 118 to production`)
*IN QUARANTINE:* it is, or contains, 118 (9f3c2ab), and does not ship before `/deploy release-quarantine payments 118 REASON`
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>); ask again in a moment\
""")


def test_what_is_being_deployed_ships() -> None:
    release = deploying(DeployStatus.RUNNING)
    assert shown(a_lane(release), a_build(), surrounded(None)).splitlines()[1] == snapshot(
        "*Ships:* <https://acme.slack.example/archives/C0PAYMENTS/p42|R-42>, payments 118 (9f3c2ab) to production, is being deployed"
    )


def test_a_queue_of_releases_is_cut_to_three() -> None:
    queue = [a_release(number=number, build=a_build(sha=f"{number:07x}" + "0" * 33)) for number in range(41, 46)]
    assert shown(a_lane(*queue), a_build(), surrounded(None)).splitlines()[-1] == snapshot(
        "And 2 more: `/deploy list` shows them."
    )


def test_every_environment_of_a_service() -> None:
    staging = replace(a_lane(live=replace(LIVE, sha=a_build().sha, version="118")), id=STAGING)
    message = diff((staging, a_lane()), a_build(), surrounded(compared(added=ADDED[3:], added_total=1)))
    check(message)
    assert seen(message) == snapshot("""\
*payments in staging (deployment):* 118 (<https://github.example/acme/payments/commit/9f3c2ab..|9f3c2ab>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
Nothing new: 118 (9f3c2ab), the newest deployable build, is what is live.
*payments in production (delivery):* 117 (<https://github.example/acme/payments/commit/1a2b3c4..|1a2b3c4>) is live since <!date^1795251600^{date_short_pretty} {time}|2026-11-21 09:00 UTC>, R-40
*Would ship:* payments 118 (9f3c2ab), the newest deployable build; no release of it is open (`/deploy payments 118 to production`)
*Changes:* 1 commit without a pull request since 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Other:* 1
• Tidy up (<https://github.example/acme/payments/commit/0000004..|0000004>) by <@U0PRIYA>\
""")


def test_a_long_list_fits_whatever_it_holds() -> None:
    long = compared(Relation.DIVERGED, added=many(300), removed=many(300), added_total=300)
    message: Message = diff([a_lane(a_release())] * 9, a_build(), surrounded(long))
    check(message)
    assert len(message.text) <= 12_000
    assert len(message.blocks) == snapshot(5)


@given(comparison=hostile_comparisons(), text=HOSTILE)
@settings(max_examples=60, deadline=None)
def test_builds_and_commits_hold_no_markup_of_others(comparison: Comparison, text: str) -> None:
    build = a_build(version=text, service=text)
    bad = Mark(1, Judgement.BAD, (NINE, 118, 1), text, text, text, TEN)
    lane = replace(a_lane(live=replace(LIVE, version=text)), around=Around(marks=(bad,)))
    scene = replace(a_scene(), compared={SPAN: comparison})
    check(diff((lane, a_lane(a_release(build=build))), build, scene))
