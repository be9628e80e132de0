"""Addresses that a payload brings along lead the bot nowhere: not one connection is made to them."""

import ast
import asyncio
import json
import re
from pathlib import Path
from urllib.parse import urlencode

from aiohttp import ClientSession

from sandbox.slack.http_delivery import HttpDelivery
from tests.acceptance.desk import SIGNING_SECRET, Desk, desk
from tests.threats.sources import trees
from tests.threats.trap import trap
from tests.unit.handlers.slack.bodies import a_click, a_command
from tests.unit.handlers.slack.signing import signed


async def sends(here: Desk, fields: dict[str, str]) -> int:
    """Send a request as Slack signs it; returns the answer's status."""
    delivery = here.running.driver.transport
    assert isinstance(delivery, HttpDelivery)
    body = urlencode(fields).encode()
    headers = signed(body, here.clock().timestamp(), secret=SIGNING_SECRET)
    async with ClientSession() as session, session.post(delivery.url, data=body, headers=headers) as answer:
        return answer.status


async def test_t16_whoever_acts_is_answered_in_slack_whatever_response_url_is_named(tmp_path: Path) -> None:
    async with trap() as there, desk(tmp_path, over_http=True) as here:
        await here.push("acme/payments", "Add refunds")
        card = await here.card("payments", "Waiting for approval")
        about = {"user_id": "U0ALEX", "team_id": here.workspace.team_id, "channel_id": card.channel}
        odd = [
            "file:///etc/passwd",
            "gopher://127.0.0.1/x",
            "http://169.254.169.254/latest/meta-data",
            "//x/y",
            "\\\\x\\y",
        ]
        for number, url in enumerate((*there.addresses(), *odd)):
            asked = a_command("cancel R-1", **about, response_url=url, trigger_id=f"1.{number}")
            assert await sends(here, asked) == 200
            clicked = a_click(
                user={"id": "U0ALEX", "team_id": here.workspace.team_id},
                channel={"id": card.channel},
                message={"ts": card.ts},
                response_url=url,
                trigger_id=f"2.{number}",
            )
            clicked["actions"][0] |= {"value": "guessed", "action_ts": f"{number}.5"}
            assert await sends(here, {"payload": json.dumps(clicked)}) == 200
        expected = 2 * (number + 1)
        await here.until(lambda: len(here.workspace.ephemerals("alex")) == expected)
        await here.everything_is_told()
        assert len(here.workspace.ephemerals("alex")) == expected


ASKING = {"get", "post", "put", "patch", "delete", "head", "options", "request", "ws_connect", "urlopen"}
CLIENTS = re.compile(r"(?:self\.)?_?(?:http|session|client)", re.ASCII)
OUTWARD = {
    "handlers/ci/sender.py": "POST and GET of CI systems and receivers, at the policy's addresses",
    "handlers/control_client.py": "the bot's own socket on this host",
    "handlers/heartbeat.py": "the operator's address",
    "handlers/probe.py": "the policy's address",
    "handlers/slack/chat.py": "response_url, on Slack's own host",
    "handlers/slack/link.py": "the WebSocket that Slack's API has just named",
}
"""Every file that calls somewhere by itself, and where; Slack's SDK does the rest, at one address."""
UNREDIRECTED = {"handlers/control_client.py", "handlers/slack/link.py"}
"""A socket on this host, and a WebSocket: neither is an address that could send elsewhere."""


def test_t16_calls_leave_from_a_few_files_and_follow_no_redirect() -> None:
    found: dict[str, set[bool]] = {}
    for path, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                continue
            if node.func.attr in ASKING and CLIENTS.fullmatch(ast.unparse(node.func.value)):
                stays = any(ast.unparse(one) == "allow_redirects=False" for one in node.keywords)
                found.setdefault(path, set()).add(stays)
    assert set(found) == set(OUTWARD)
    assert {path for path, stay in found.items() if stay != {True}} == UNREDIRECTED


async def test_t16_the_trap_itself_catches() -> None:
    try:
        async with trap() as there:
            for url in there.addresses()[:1]:
                async with ClientSession() as session:
                    await asyncio.gather(session.get(url), return_exceptions=True)
    except AssertionError:
        return
    raise AssertionError("whoever came was not counted")
