"""What kind of change a commit is, what it is called, and what belongs together."""

from datetime import UTC, datetime

import pytest

from bot.core.build import Author
from bot.core.changelog import Change, PullRequest
from bot.core.kinds_of_change import (
    Entry,
    Group,
    KindOfChange,
    contributors,
    entries,
    groups,
    kind_of,
    migrations,
    pulls,
    readable_title,
)
from bot.core.policy import Person, Policy

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
BREAKING, FEATURE, FIX, OTHER = KindOfChange


def a_change(title: str, *labels: str, pull: int | None = None, body: str = "", sha: str = "a" * 40) -> Change:
    number = pull or (12 if labels else None)
    request = PullRequest(number, title, "https://github.example/x", labels) if number else None
    return Change(sha, title, (Author("Ann"),), NOON, "https://github.example/c", request, body)


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("feat: add refunds", FEATURE),
        ("feat(api): add refunds", FEATURE),
        ("Feature: add refunds", FEATURE),
        ("fix: round down", FIX),
        ("fix(money, tax): round down", FIX),
        ("hotfix: round down", FIX),
        ("perf: cache the rates", OTHER),
        ("docs: say how", OTHER),
        ("chore(deps): bump yarl", OTHER),
        ("feat!: drop version 1", BREAKING),
        ("refactor(api)!: drop version 1", BREAKING),
        ("removal!: drop version 1", BREAKING),
        ("Add refunds", OTHER),
        ("feature flags: add one", OTHER),
        ("feat:no space", OTHER),
        ("feat:   ", OTHER),
        ("feat(): nothing in it", OTHER),
        ("Watch out!: it is loud", OTHER),
        ("", OTHER),
    ],
)
def test_a_title_tells_the_kind(title: str, kind: KindOfChange) -> None:
    assert kind_of(a_change(title)) is kind


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("\nBREAKING CHANGE: version 1 is gone", BREAKING),
        ("Why.\n\nBREAKING-CHANGE: version 1 is gone\nSigned-off-by: Ann", BREAKING),
        ("breaking change: it says so in passing", FEATURE),
        ("This is no BREAKING CHANGE: nothing goes", FEATURE),
        ("BREAKING CHANGE:", FEATURE),
    ],
)
def test_a_footer_tells_that_something_breaks(body: str, kind: KindOfChange) -> None:
    assert kind_of(a_change("feat: add refunds", body=body)) is kind


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (("bug",), FIX),
        (("Bug",), FIX),
        (("type: bug",), FIX),
        (("kind/bug",), FIX),
        (("Type:Bug_Fix",), FIX),
        (("enhancement",), FEATURE),
        (("new-feature",), FEATURE),
        (("documentation",), OTHER),
        (("breaking-change",), BREAKING),
        (("semver-major",), BREAKING),
        (("bug", "breaking"), BREAKING),
        (("documentation", "bug"), FIX),
        (("size/XL", "team: payments"), FEATURE),
    ],
)
def test_labels_win_over_the_title(labels: tuple[str, ...], kind: KindOfChange) -> None:
    assert kind_of(a_change("feat: add refunds", *labels)) is kind


def test_no_label_makes_a_breaking_change_harmless() -> None:
    assert kind_of(a_change("fix!: round down", "bug")) is BREAKING


def test_the_title_of_the_pull_request_tells_where_that_of_the_commit_does_not() -> None:
    asked = PullRequest(12, "fix: round down", "")
    assert kind_of(Change("a" * 40, "Round down", (), NOON, "", asked)) is FIX
    asked = PullRequest(12, "feat!: drop version 1", "")
    assert kind_of(Change("a" * 40, "fix: round down", (), NOON, "", asked)) is BREAKING


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("feat: add refunds", "Add refunds"),
        ("fix(api)!: parse() takes a limit", "parse() takes a limit"),
        ("fix: iOS sees its balance", "iOS sees its balance"),
        ("docs: readme", "Readme"),
        ("Payments: add refunds", "Payments: add refunds"),
        ("  feat: add refunds (#12) ", "Add refunds"),
        ("feat: add refunds (#13)", "Add refunds (#13)"),
        ("(#12)", "(#12)"),
        ("feat:", "feat:"),
        ("", ""),
    ],
)
def test_a_title_is_read_without_its_type_and_its_own_number(title: str, shown: str) -> None:
    assert readable_title(title, PullRequest(12, "", "")) == shown


def test_a_number_stays_where_no_pull_request_is_known() -> None:
    assert readable_title("fix: round down (#12)") == "Round down (#12)"


def test_a_pull_request_is_one_change_with_all_its_commits() -> None:
    request = PullRequest(12, "Add refunds", "", ("enhancement",))
    first = Change("1" * 40, "wip", (), NOON, "", request)
    alone = a_change("fix: round down", sha="2" * 40)
    last = Change("3" * 40, "Merge pull request #12", (), NOON, "", request)
    assert entries([first, alone, last]) == (
        Entry("Add refunds", FEATURE, (first, last), request),
        Entry("Round down", FIX, (alone,)),
    )


def test_a_pull_request_of_one_commit_is_called_as_the_commit() -> None:
    squashed = Change("1" * 40, "feat: add refunds (#12)", (), NOON, "", PullRequest(12, "Refunds, part 1", ""))
    unnamed = Change("2" * 40, "", (), NOON, "", PullRequest(13, "fix: round down", ""))
    assert [one.title for one in entries([squashed, unnamed])] == ["Add refunds", "Round down"]


def test_a_pull_request_is_of_the_most_telling_kind_of_its_commits() -> None:
    several = [
        a_change(title, pull=12, sha=digit * 40) for digit, title in zip("123", ("a", "fix: b", "c"), strict=True)
    ]
    assert [one.kind for one in entries(several)] == [FIX]


def test_kinds_come_in_order_and_empty_ones_are_left_out() -> None:
    one, two, three = (
        a_change(title, sha=digit * 40)
        for digit, title in zip("123", ("chore: tidy", "feat: add", "docs: say"), strict=True)
    )
    told = entries([one, two, three])
    assert groups(told) == (Group(FEATURE, (told[1],)), Group(OTHER, (told[0], told[2])))


def test_migrations_are_the_files_that_the_globs_name() -> None:
    files = ("db/migrate/001.sql", "db/migrate/README.md", "app.py")
    assert migrations(files, ("db/migrate", "!**/*.md")) == ("db/migrate/001.sql",)
    assert migrations(files, ()) == ()


def test_pull_requests_are_counted_once() -> None:
    assert pulls([a_change("a", pull=12), a_change("b", pull=12), a_change("c", pull=13), a_change("d")]) == 2


def test_each_person_is_named_once_whichever_account_a_commit_names() -> None:
    policy = Policy((), people=(Person("priya", github="1001", email="priya@acme.example"),))
    by_id, by_mail = Author("P.", github="1001"), Author("Priya", "Priya@acme.example")
    ann, also_ann = Author("Ann", "ann@acme.example"), Author("ann", "ANN@acme.example")
    stranger, named_alike = Author("1001"), Author("x", github="7")
    several = [
        Change("1" * 40, "a", authors, NOON, "")
        for authors in ((by_id, ann), (by_mail, also_ann), (stranger, named_alike), (named_alike,))
    ]
    assert contributors(several, policy) == (by_id, ann, stranger, named_alike)
