"""The table of faults has a row for every call that the code can make, and a column for every fault."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

import handlers
from tests.faults import expected
from tests.faults.faults import FAULTS, Says
from tests.faults.test_every_call import HOSTS, recorded, worth_a_row

ROOT = Path(handlers.__file__).parent.parent
SESSION = {"get", "post", "put", "patch", "delete", "request", "ws_connect"}
DOORS = {
    "handlers/ci/sender.py request": "every request to a CI system or a receiver",
    "handlers/slack/link.py ws_connect": "Slack: a socket",
    "handlers/slack/chat.py post": "Slack: a response URL",
    "handlers/heartbeat.py get": "a heartbeat",
    "handlers/probe.py get": "a probe of a status",
    "handlers/control_client.py post": "this host's own socket, and no network",
    "handlers/control_client.py get": "this host's own socket, and no network",
}
"""Where the code speaks HTTP, and which call of the table that is. Slack's methods go through slack_sdk."""


def called(node: ast.AST, inside: str = "") -> Iterator[tuple[str, ast.Call]]:
    """Return every call below a node, with the function that it stands in."""
    for child in ast.iter_child_nodes(node):
        within = inside
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            within = f"{inside}.{child.name}" if inside else child.name
        if isinstance(child, ast.Call):
            yield inside, child
        yield from called(child, within)


def sources(folder: str) -> Iterator[tuple[Path, ast.Module]]:
    """Return each file below a folder, read."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        yield path, ast.parse(path.read_text())


def methods_in_the_table() -> set[str]:
    """Return the methods of Slack's Web API that are asked, of all calls that are in the table."""
    paths = {
        site.script[number][0].what[1]
        for host in range(len(HOSTS))
        for site in recorded(host)[0]
        for number in range(len(site.script))
        if site.host == "slack" and worth_a_row(site, number)
    }
    return {path.removeprefix("/api/").replace(".", "_") for path in paths if path.startswith("/api/")}


def test_every_function_that_makes_a_request_is_in_the_table() -> None:
    makers = {
        f"{path.stem}:{inside}"
        for path, tree in sources("handlers/ci")
        for inside, call in called(tree)
        if isinstance(call.func, ast.Name) and call.func.id == "HttpRequest"
    }
    assert makers - {made for host in range(len(HOSTS)) for made in recorded(host)[1]} == set()


def test_every_method_of_slack_that_is_called_is_in_the_table() -> None:
    methods = {
        call.func.attr
        for _, tree in sources("handlers/slack")
        for _, call in called(tree)
        if isinstance(call.func, ast.Attribute)
        and ast.unparse(call.func.value).rpartition(".")[2] == "web"
        and hasattr(AsyncWebClient, call.func.attr)
    }
    assert len(methods) > 10
    assert methods == methods_in_the_table()


def test_every_place_that_speaks_http_is_known() -> None:
    places = {
        f"{path.relative_to(ROOT)} {call.func.attr}"
        for folder in ("bot", "handlers", "storage")
        for path, tree in sources(folder)
        for _, call in called(tree)
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in SESSION
        and ast.unparse(call.func.value).rpartition(".")[2] in {"http", "session", "_session", "_http"}
    }
    assert places == set(DOORS)
    named = {site.name for host in range(len(HOSTS)) for site in recorded(host)[0]}
    assert {name for name in DOORS.values() if name.startswith(("Slack", "a "))} <= named


def test_what_is_otherwise_is_otherwise_for_calls_and_faults_that_there_are() -> None:
    sites = {site.name: len(site.script) for host in range(len(HOSTS)) for site in recorded(host)[0]}
    assert set(expected.STATUS_IS_ALL) <= set(sites)
    assert [one for one in expected.WITHOUT if one[1] >= sites.get(one[0], 0)] == []
    assert set().union(*expected.STATUS_IS_ALL.values()) <= set(FAULTS)


@pytest.mark.parametrize("says", list(Says))
def test_there_are_faults_of_each_kind_and_forty_in_all(says: Says) -> None:
    assert any(fault.says is says for fault in FAULTS.values())
    assert len(FAULTS) >= 40
