"""What GitHub's compare, a commit's pull requests and a commit's files come to; what cannot be read is left out."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.core.build import Author
from bot.core.changelog import Change, PullRequest, Relation, Span
from bot.ports.ci import HttpReply, HttpRequest
from handlers.ci.github_compare import (
    Side,
    compare_request,
    comparison,
    files_request,
    pull_named,
    pulls_request,
    read_files,
    read_pull,
    read_side,
)
from handlers.ci.github_files import MOST_FILES
from handlers.ci.github_pages import Pages
from handlers.ci.github_source import github_source
from tests.factories import NOON, a_policy, a_sha
from tests.unit.handlers.ci.payloads import WEB

SOURCE = github_source(a_policy().services[0])
OF_PAY = replace(SOURCE, paths=("pay",))
PAGES = Pages(WEB)
SPAN = Span("payments", a_sha(1), a_sha(3))
ROBIN = Author("Robin", "robin@acme.example", "1009")
DATED = {"name": "Robin", "email": "robin@acme.example", "date": "2026-11-21T12:00:00Z"}


def reply(body: Any, status: int = 200) -> HttpReply:
    return HttpReply(status, {}, json.dumps(body).encode())


def a_listed(number: int = 2, message: str = "Round amounts", **changed: Any) -> dict[str, Any]:
    """Return a commit of a comparison; changed[...] replaces a part of it."""
    return {
        "sha": a_sha(number),
        "html_url": "https://evil.example/steals/clicks",
        "commit": {"message": message, "author": DATED, "committer": DATED},
        "author": {"login": "robin", "id": 1009},
        "committer": {"login": "web-flow", "id": 19864447},
        "parents": [{"sha": a_sha(number - 1)}],
    } | changed


def compared(*commits: Any, **changed: Any) -> HttpReply:
    told = {"status": "ahead", "total_commits": len(commits), "commits": list(commits), "files": []}
    return reply(told | changed)


def side(*commits: Any, **changed: Any) -> Side:
    read = read_side(compared(*commits, **changed), SOURCE, PAGES)
    assert read is not None
    return read


def a_change(number: int = 2, title: str = "Round amounts", **changed: Any) -> Change:
    url = f"{WEB}/acme/payments/commit/{a_sha(number)}"
    return replace(Change(a_sha(number), title, (ROBIN,), NOON, url), **changed)


def a_pull(number: int = 7, **changed: Any) -> dict[str, Any]:
    return {
        "number": number,
        "title": f"Title {number}",
        "html_url": "https://evil.example/",
        "merged_at": "2026-11-21T11:00:00Z",
        "labels": [{"id": 1, "name": "bug"}, {"id": 2, "name": "payments"}],
        "base": {"ref": "main"},
    } | changed


def test_the_requests_name_whole_hashes_and_pages() -> None:
    root = "/repos/acme/payments"
    assert compare_request(SOURCE, a_sha(1), a_sha(2), 3) == HttpRequest(
        "GET", f"{root}/compare/{a_sha(1)}...{a_sha(2)}", (("per_page", "100"), ("page", "3"))
    )
    assert pulls_request(SOURCE, a_sha(2)) == HttpRequest(
        "GET", f"{root}/commits/{a_sha(2)}/pulls", (("per_page", "10"),)
    )
    assert files_request(SOURCE, a_sha(2)) == HttpRequest("GET", f"{root}/commits/{a_sha(2)}")


def test_commits_are_told_with_our_own_links_and_the_accounts_that_github_knows() -> None:
    assert side(a_listed()) == Side(Relation.AHEAD, (a_change(),), 1)


def test_co_authors_are_authors_and_a_message_keeps_its_lines() -> None:
    message = "feat!: drop v1\n\nLong  ago.\n\nBREAKING CHANGE: v1 is gone\nCo-authored-by: Ann <ann@acme.example>\n"
    (change,) = side(a_listed(message=message)).commits
    assert change.title == "feat!: drop v1"
    assert change.authors == (ROBIN, Author("Ann", "ann@acme.example"))
    assert change.body == "Long ago.\n\nBREAKING CHANGE: v1 is gone\nCo-authored-by: Ann <ann@acme.example>"


def test_of_a_long_message_the_end_is_kept_for_its_footers() -> None:
    message = (
        "feat: all\n\n" + "\n".join(f"line {number} " + "x" * 280 for number in range(50)) + "\nBREAKING CHANGE: yes"
    )
    (change,) = side(a_listed(message=message)).commits
    assert len(change.body) <= 2_000
    assert change.body.endswith("\nBREAKING CHANGE: yes")
    assert change.body.startswith("line 44 ")


@pytest.mark.parametrize(
    ("changed", "authors"),
    [
        ({"author": None}, (Author("Robin", "robin@acme.example"),)),
        ({"author": {"login": 1}}, (Author("Robin", "robin@acme.example"),)),
        (
            {"commit": {"message": "Round amounts", "author": None, "committer": DATED}},
            (Author("robin", github="1009"),),
        ),
        (
            {
                "commit": {
                    "message": "Round amounts\nCo-authored-by: Ann <ann@acme.example>",
                    "author": {"name": "", "email": ""},
                    "committer": DATED,
                }
            },
            (Author("robin", github="1009"), Author("Ann", "ann@acme.example")),
        ),
        (
            {"commit": {"author": DATED | {"email": "77+robin@users.noreply.github.com"}}},
            (Author("Robin", "77+robin@users.noreply.github.com", "1009"),),
        ),
    ],
)
def test_authors_are_those_of_the_commit_and_the_account_that_github_knows(
    changed: dict[str, Any], authors: tuple[Author, ...]
) -> None:
    (change,) = side(a_listed(**changed)).commits
    assert change.authors == authors


@pytest.mark.parametrize(
    "listed",
    [None, "a", {}, a_listed(sha="main"), a_listed(commit=None), a_listed(commit={"message": "No dates"})],
)
def test_a_commit_that_cannot_be_read_counts_and_is_not_told(listed: Any) -> None:
    assert side(listed, a_listed()) == Side(Relation.AHEAD, (a_change(),), 2)


@pytest.mark.parametrize(
    "body",
    [
        {"status": "elsewhere", "total_commits": 0, "commits": []},
        {"status": "ahead", "commits": []},
        {"status": "ahead", "total_commits": -1, "commits": []},
        {"status": "ahead", "total_commits": 1},
        [],
    ],
)
def test_a_comparison_that_cannot_be_read_is_no_answer(body: Any) -> None:
    assert read_side(reply(body), SOURCE, PAGES) is None


def test_files_count_under_both_names_and_it_is_known_whether_they_are_all() -> None:
    told = side(files=[{"filename": "pay/b", "previous_filename": "docs/a"}, {"filename": "pay/b"}])
    assert (told.files, told.every_file) == (("pay/b", "docs/a"), True)
    assert not side(files=[{"filename": f"{n}"} for n in range(MOST_FILES)]).every_file
    assert side(files=[{"filename": f"{n}"} for n in range(MOST_FILES - 1)]).every_file
    assert not side(files=[{"filename": 1}]).every_file


def test_the_files_of_a_commit_are_all_or_none() -> None:
    assert read_files(reply({"files": [{"filename": "a", "previous_filename": "b"}]})) == ("a", "b")
    assert read_files(reply({"files": [{"filename": f"{n}"} for n in range(MOST_FILES)]})) is None
    assert read_files(reply({})) is None


def test_the_merged_pull_request_into_the_branch_brought_a_commit_in() -> None:
    found = PullRequest(7, "Title 7", f"{WEB}/acme/payments/pull/7", ("bug", "payments"))
    assert read_pull(reply([a_pull()]), SOURCE, PAGES) == found
    assert read_pull(reply([a_pull(6, base={"ref": "next"}), None, a_pull()]), SOURCE, PAGES) == found
    assert read_pull(reply([a_pull(6, merged_at=None), a_pull(base={"ref": "next"})]), SOURCE, PAGES) == found
    assert read_pull(reply([a_pull(base=None)]), SOURCE, PAGES) == found
    assert read_pull(reply([a_pull(labels=[{"name": "bug"}, {}, None, {"name": "payments"}])]), SOURCE, PAGES) == found


@pytest.mark.parametrize("body", [[], [a_pull(merged_at=None)], [a_pull(merged_at="soon")], {}, [a_pull(number=0)]])
def test_a_pull_request_that_is_not_merged_brought_nothing_in(body: Any) -> None:
    assert read_pull(reply(body), SOURCE, PAGES) is None


@pytest.mark.parametrize(
    ("change", "number", "title"),
    [
        (a_change(title="feat: add refunds (#12)"), 12, "feat: add refunds"),
        (a_change(title='Revert "Add refunds (#12)" (#13)'), 13, 'Revert "Add refunds (#12)"'),
        (a_change(title="Merge pull request #9 from acme/refunds", body="\nAdd refunds\nmore"), 9, "Add refunds"),
        (a_change(title="Merge pull request #9 from acme/refunds"), 9, "Merge pull request #9 from acme/refunds"),
    ],
)
def test_titles_name_pull_requests_as_github_words_them(change: Change, number: int, title: str) -> None:
    assert pull_named(change, SOURCE, PAGES) == PullRequest(number, title, f"{WEB}/acme/payments/pull/{number}")


@pytest.mark.parametrize("title", ["fixes #12", "Add (#0)", "Add (#12) more", "Add (#١٢)", "Merge branch main"])
def test_other_titles_name_none(title: str) -> None:
    assert pull_named(a_change(title=title), SOURCE, PAGES) is None


def test_a_comparison_has_both_sides_and_only_the_files_of_the_service() -> None:
    forth = Side(Relation.DIVERGED, (a_change(3),), 1, ("pay/a", "docs/b"))
    back = Side(Relation.DIVERGED, (a_change(2),), 1, ("pay/a", "pay/c"))
    told = comparison(SPAN, OF_PAY, forth, back)
    assert (told.relation, told.added, told.removed) == (Relation.DIVERGED, (a_change(3),), (a_change(2),))
    assert (told.added_total, told.files, told.complete) == (1, ("pay/a", "pay/c"), True)


@pytest.mark.parametrize(
    "partly", [{"total": 2}, {"every_file": False}, {"every_one_ours": False}, {"commits": (), "total": 1}]
)
def test_a_comparison_of_which_a_part_was_not_told_says_so(partly: dict[str, Any]) -> None:
    whole = Side(Relation.BEHIND, (a_change(3),), 1)
    assert comparison(SPAN, SOURCE, whole, whole).complete
    part = replace(whole, **partly)
    assert not comparison(SPAN, SOURCE, part).complete
    assert not comparison(SPAN, SOURCE, whole, part).complete
    assert comparison(SPAN, SOURCE, part).added_total == part.total
