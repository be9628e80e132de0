"""What GitHub tells of tags, hostile or not."""

import json
from typing import Any

import pytest

from bot.ports.ci import HttpReply, HttpRequest
from handlers.ci.github_source import github_source
from handlers.ci.github_tags import MOST_PAGES, PER_PAGE, TagPage, read_tags, tags_request
from tests.factories import a_policy, a_sha

SOURCE = github_source(a_policy().services[0])


FIRST = a_sha()


def tag(name: Any = "v1", sha: Any = FIRST) -> dict[str, Any]:
    return {"name": name, "commit": {"sha": sha, "url": "https://elsewhere.example"}, "node_id": "x"}


def reply(body: Any, status: int = 200) -> HttpReply:
    return HttpReply(status, {}, json.dumps(body).encode())


def test_tags_are_asked_for_page_by_page() -> None:
    query = (("per_page", "100"), ("page", "3"))
    assert tags_request(SOURCE, 3) == HttpRequest("GET", "/repos/acme/payments/tags", query)


def test_tags_of_the_commits_that_were_asked_for_are_found() -> None:
    told = reply([tag("v2", a_sha(2)), tag("v1"), tag("pay/v1.0.0+linux-x@9_1"), tag("v3", a_sha(3))])
    assert read_tags(told, {a_sha(), a_sha(3)}, 1) == TagPage(
        ((a_sha(), "v1"), (a_sha(), "pay/v1.0.0+linux-x@9_1"), (a_sha(3), "v3")), more=False
    )


@pytest.mark.parametrize(
    "hostile",
    [
        tag("v1$(reboot)"),
        tag("v1`id`"),
        tag('v1";id;"'),
        tag("v1\n"),
        tag("v1 x"),
        tag(""),
        tag("-v1"),
        tag("v\u0661"),
        tag("v" * 101),
        tag(1),
        tag(None),
        tag("v1", a_sha()[:39]),
        tag("v1", a_sha().upper() + "\n"),
        {"name": "v1"},
        {"name": "v1", "commit": None},
        "v1",
        None,
    ],
)
def test_a_tag_that_is_not_what_it_should_be_is_as_good_as_absent(hostile: Any) -> None:
    assert read_tags(reply([hostile, tag("v2")]), {a_sha()}, 1) == TagPage(((a_sha(), "v2"),), more=False)


def test_a_missing_repository_has_no_tags_and_what_is_no_list_cannot_be_read() -> None:
    assert read_tags(reply({"message": "Not Found"}, 404), {a_sha()}, 1) == TagPage((), more=False)
    assert read_tags(reply({"message": "Not Found"}), {a_sha()}, 1) is None
    assert read_tags(HttpReply(200, {}, b"<html>"), {a_sha()}, 1) is None


def test_a_full_page_has_another_after_it_up_to_a_limit() -> None:
    full = reply([tag(f"v{number}", a_sha(2)) for number in range(PER_PAGE)])
    pages = [read_tags(full, {a_sha()}, page) for page in (1, MOST_PAGES - 1, MOST_PAGES)]
    assert [page.more for page in pages if page] == [True, True, False]
