"""The modal of all changes: whole, within Slack's limits, and the rest counted and linked."""

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from inline_snapshot import snapshot

from bot.core.build import Author
from bot.core.changelog import Comparison, Relation
from bot.core.lane import Live
from bot.core.release import Lifecycle, Release
from bot.views.changes import changes_modal
from bot.views.scene import Scene
from tests.unit.views.compared import ADDED, REFUNDS, REMOVED, SPAN, a_change, compared, hostile_comparisons, many
from tests.unit.views.reading import check_block, shortened
from tests.unit.views.test_since import WITH_MIGRATIONS, surrounded
from tests.unit.views.values import LIVE, a_lane, a_release, ended


def modal(scene: Scene, release: Release | None = None, live: Live | None = LIVE) -> dict[str, Any]:
    release = release or a_release()
    view = changes_modal(release, a_lane(release, live=live), scene)
    assert view["type"] == "modal"
    assert 0 < len(view["blocks"]) <= 100
    assert len(view["title"]["text"]) <= 24
    assert len(json.dumps(view)) <= 250_000
    for block in view["blocks"]:
        check_block(block)
    return view


def text(view: dict[str, Any]) -> str:
    return shortened("\n".join(block["text"]["text"] for block in view["blocks"]))


def test_every_commit_of_a_release() -> None:
    view = modal(surrounded(compared(Relation.DIVERGED, removed=REMOVED), WITH_MIGRATIONS))
    assert text(view) == snapshot("""\
payments 118 (9f3c2ab) to production
*Changes:* 4 commits, 3 in 2 pull requests and 1 in none, since 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*MIGRATIONS:* 1 (db/migrate/001.sql)
*Features:* 1
• Add the refund endpoint (<https://github.example/acme/payments/pull/12|#12>) by Ann, <@U0SAM>
    ◦ <https://github.example/acme/payments/commit/0000001..|0000001> Add the refund endpoint
    ◦ <https://github.example/acme/payments/commit/0000002..|0000002> Test it
*Fixes:* 1
• Round down (<https://github.example/acme/payments/pull/13|#13>) by <@U0SAM>
    ◦ <https://github.example/acme/payments/commit/0000003..|0000003> fix: round down (#13)
*Other:* 1
• Tidy up (<https://github.example/acme/payments/commit/0000004..|0000004>) by <@U0PRIYA>
*ALSO TAKES AWAY:* 1 commit that is live in production
• Stop charging twice (<https://github.example/acme/payments/commit/0000005..|0000005>) by <@U0SAM>\
""")


def test_it_is_a_modal_that_only_shows() -> None:
    view = modal(surrounded(None))
    assert {key: value for key, value in view.items() if key != "blocks"} == snapshot(
        {
            "type": "modal",
            "callback_id": "signoff:changes",
            "title": {"type": "plain_text", "text": "Changes of R-42", "emoji": False},
            "close": {"type": "plain_text", "text": "Close", "emoji": False},
        }
    )
    assert text(view) == snapshot("""\
payments 118 (9f3c2ab) to production
*Changes:* being compared with 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>); close this and click again in a moment\
""")


def test_what_is_live_shows_what_it_changed() -> None:
    scene = replace(surrounded(compared(added=ADDED[3:], added_total=1)), before={42: LIVE})
    view = modal(scene, ended(Lifecycle.LIVE), replace(LIVE, sha=SPAN.head, version="118"))
    assert text(view) == snapshot("""\
payments 118 (9f3c2ab) to production
*Changes:* 1 commit without a pull request since 117 (1a2b3c4), live in production before (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)
*Other:* 1
• Tidy up (<https://github.example/acme/payments/commit/0000004..|0000004>) by <@U0PRIYA>\
""")


def test_of_what_has_ended_and_nobody_told_what_was_live_it_says_so() -> None:
    assert text(modal(surrounded(compared()), ended(Lifecycle.LIVE))) == snapshot("""\
payments 118 (9f3c2ab) to production
*Changes:* nobody has told what was live in production before\
""")


def test_what_was_rejected_would_have_changed_it() -> None:
    scene = replace(surrounded(compared(added=ADDED[3:], added_total=1)), before={42: LIVE})
    assert (
        text(modal(scene, ended(Lifecycle.REJECTED, reason="no")))
        .splitlines()[1]
        .startswith("*Changes:* 1 commit without a pull request since 117 (1a2b3c4), live in production before (")
    )


def test_a_thousand_commits_fit_and_the_rest_is_counted() -> None:
    view = modal(surrounded(compared(added=many(1000), added_total=1404, complete=False)))
    lines = text(view).splitlines()
    assert [*lines[:4], *lines[-4:]] == snapshot(
        [
            "payments 118 (9f3c2ab) to production",
            "*Changes:* 1,404 commits without a pull request, as far as was told, since 117 (1a2b3c4), live in production (<https://github.example/acme/payments/compare/1a2b3c4.....9f3c2ab..|compare>)",
            "*Fixes:* 1,000",
            "• Number 1 (<https://github.example/acme/payments/commit/0000001..|0000001>) by Ann",
            "• Number 488 (<https://github.example/acme/payments/commit/00001e8..|00001e8>) by Ann",
            "• and 512 more",
            "And 404 more commits that the comparison did not tell one by one",
            "Not named here: 512 changes by Ann: the link “compare” leads to all of them",
        ]
    )
    assert len(view["blocks"]) == snapshot(20)


def test_a_pull_request_of_many_commits_is_cut_to_fifty() -> None:
    added = tuple(a_change(index, f"step {index}", Author("Ann"), pull=REFUNDS) for index in range(1, 62))
    lines = text(modal(surrounded(compared(added=added, added_total=61)))).splitlines()
    assert [*lines[3:6], *lines[-2:]] == snapshot(
        [
            "• Add the refund endpoint (<https://github.example/acme/payments/pull/12|#12>) by Ann",
            "    ◦ <https://github.example/acme/payments/commit/0000001..|0000001> step 1",
            "    ◦ <https://github.example/acme/payments/commit/0000002..|0000002> step 2",
            "    ◦ <https://github.example/acme/payments/commit/0000032..|0000032> step 50",
            "    ◦ and 11 more commits",
        ]
    )


@given(comparison=hostile_comparisons())
@settings(max_examples=60, deadline=None)
def test_commits_hold_no_markup_of_others(comparison: Comparison) -> None:
    modal(surrounded(comparison, WITH_MIGRATIONS))


def test_the_largest_view_stays_below_the_limit() -> None:
    wild = tuple(a_change(index, "\U0001f600" * 500, Author("\U0001f600" * 200)) for index in range(1, 900))
    modal(surrounded(compared(Relation.DIVERGED, added=wild, removed=wild, added_total=899)))
