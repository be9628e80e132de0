"""Which files GitHub says differ between two commits: all of them, or it is no answer."""

import json
from typing import Any

import pytest

from bot.ports.ci import HttpReply, HttpRequest
from handlers.ci.github_files import MOST_FILES, compare_request, read_files
from handlers.ci.github_source import github_source
from tests.factories import a_policy, a_sha

SOURCE = github_source(a_policy().services[0])


def reply(files: Any, **more: Any) -> HttpReply:
    return HttpReply(200, {}, json.dumps({"status": "ahead", "files": files} | more).encode())


def file(name: Any, **more: Any) -> dict[str, Any]:
    return {"filename": name, "status": "modified"} | more


def test_two_commits_are_compared_by_their_whole_hashes() -> None:
    path = f"/repos/acme/payments/compare/{a_sha(1)}...{a_sha(2)}"
    assert compare_request(SOURCE, a_sha(1), a_sha(2)) == HttpRequest("GET", path, (("per_page", "1"),))


def test_a_file_counts_under_both_its_names() -> None:
    told = reply([file("pay/b.py", previous_filename="docs/a.py"), file("ünïcode ☃"), file("pay/b.py")])
    assert read_files(told) == ("pay/b.py", "docs/a.py", "ünïcode ☃")
    assert read_files(reply([])) == ()


def test_an_answer_that_may_leave_a_file_out_is_none() -> None:
    names = [file(f"pay/{number}.py") for number in range(MOST_FILES)]
    assert len(read_files(reply(names[1:])) or ()) == MOST_FILES - 1
    assert read_files(reply(names)) is None


@pytest.mark.parametrize("status", ["diverged", "behind", "identical", "elsewhere", None])
def test_commits_that_do_not_follow_one_another_are_not_compared(status: str | None) -> None:
    assert read_files(reply([file("a")], status=status)) is None


@pytest.mark.parametrize(
    "files",
    [None, {}, "a", [None], ["a"], [file(None)], [file("")], [file("a" * 4097)], [file("a", previous_filename=1)]],
)
def test_what_cannot_be_read_whole_is_no_answer(files: Any) -> None:
    assert read_files(reply(files)) is None
    assert read_files(HttpReply(200, {}, b"<html>")) is None
