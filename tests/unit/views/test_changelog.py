"""Commits by kind of change, for people outside the team."""

from inline_snapshot import snapshot

from bot.core.changelog import Comparison, PullRequest, Relation
from bot.core.policy import Policy
from bot.ports.slack import Message
from bot.views.blocks import said
from bot.views.changelog import grouped
from tests.unit.views.compared import REMOVED, a_change, compared, many
from tests.unit.views.reading import check, seen
from tests.unit.views.values import LINKS, POLICY


def told(comparison: Comparison, limit: int = 20, policy: Policy = POLICY) -> Message:
    message = said(*grouped(comparison, policy, limit, LINKS))
    check(message)
    return message


def test_what_ships_is_told_by_kind() -> None:
    assert seen(told(compared())) == snapshot("""\
*Features:* 1
• Add the refund endpoint (<https://github.example/acme/payments/pull/12|#12>)
*Fixes:* 1
• Round down (<https://github.example/acme/payments/pull/13|#13>)
*Other:* 1
• Tidy up\
""")


def test_it_is_read_aloud_with_the_same_facts() -> None:
    assert told(compared()).text == snapshot("""\
Features: 1
• Add the refund endpoint (<https://github.example/acme/payments/pull/12|#12>)
Fixes: 1
• Round down (<https://github.example/acme/payments/pull/13|#13>)
Other: 1
• Tidy up\
""")


def test_without_links_nothing_is_linked() -> None:
    assert seen(said(*grouped(compared(), POLICY, 20))) == snapshot("""\
*Features:* 1
• Add the refund endpoint
*Fixes:* 1
• Round down
*Other:* 1
• Tidy up\
""")


def test_what_breaks_comes_first() -> None:
    added = (a_change(1, "feat: add refunds"), a_change(2, "fix(api)!: drop version 1"))
    assert seen(told(compared(added=added, added_total=2))) == snapshot("""\
*Breaking changes:* 1
• Drop version 1
*Features:* 1
• Add refunds\
""")


def test_a_long_list_is_folded_and_counted() -> None:
    added = (a_change(99, "feat: add refunds"), *many(7), a_change(98, "docs: say how"))
    assert seen(told(compared(added=added, added_total=9), limit=3)) == snapshot("""\
*Features:* 1
• Add refunds
*Fixes:* 7
• Number 1
• Number 2
• and 5 more
*Other:* 1\
""")


def test_what_was_counted_but_not_told_is_said() -> None:
    assert seen(told(compared(added_total=1404, complete=False))) == snapshot("""\
*Features:* 1
• Add the refund endpoint (<https://github.example/acme/payments/pull/12|#12>)
*Fixes:* 1
• Round down (<https://github.example/acme/payments/pull/13|#13>)
*Other:* 1
• Tidy up
And 1,400 more commits that the comparison did not tell one by one\
""")


def test_what_is_taken_back_is_told() -> None:
    assert seen(told(compared(Relation.DIVERGED, removed=REMOVED))) == snapshot("""\
*Features:* 1
• Add the refund endpoint (<https://github.example/acme/payments/pull/12|#12>)
*Fixes:* 1
• Round down (<https://github.example/acme/payments/pull/13|#13>)
*Other:* 1
• Tidy up
*Also taken back:* 1
• Stop charging twice\
""")


def test_going_back_tells_only_what_is_taken_back() -> None:
    back = compared(Relation.BEHIND, added=(), added_total=0, removed=many(4))
    assert seen(told(back, limit=2)) == snapshot("""\
*Taken back:* 4
• Number 1
• Number 2
• and 2 more\
""")


def test_nothing_is_told_where_nothing_changes() -> None:
    assert grouped(compared(Relation.IDENTICAL, added=(), added_total=0), POLICY, 20) == ()


def test_a_service_that_the_policy_no_longer_names_has_no_links() -> None:
    assert seen(told(compared(), policy=Policy(()))) == snapshot("""\
*Features:* 1
• Add the refund endpoint (#12)
*Fixes:* 1
• Round down (#13)
*Other:* 1
• Tidy up\
""")


def test_a_number_that_no_pull_request_has_is_not_linked() -> None:
    added = tuple(
        a_change(index, "docs: say how", pull=PullRequest(number, "", "https://evil.example"))
        for index, number in enumerate((0, -7, 10**9 + 1), 1)
    )
    assert seen(told(compared(added=added, added_total=3))).splitlines()[1:] == snapshot(
        ["• Say how (#0)", "• Say how (#-7)", "• Say how (#1000000001)"]
    )
