"""A GitHub that does not know `return_run_details`: asked once more in the old way, and the run found by our key."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, web

from bot.core.target import GithubWorkflow
from bot.ports.ci import Placed
from bot.ports.trouble import GiveUp, Trouble, Unsure
from handlers.ci.github_connection import Github
from handlers.ci.sender import Sender
from tests.factories import NOON, a_lane_policy, a_policy, a_release
from tests.unit.handlers.ci.payloads import a_deploy_run

SERVICE = a_policy().services[0]
RELEASE = a_release(policy=a_lane_policy(target=GithubWorkflow("deploy.yml", "main")))
PATH = "/repos/acme/payments/actions/workflows/deploy.yml"
REFUSED = {"message": 'Invalid request.\n\n"return_run_details" is not a permitted key.'}


class Enterprise:
    """Answers as GitHub Enterprise Server up to 3.20 does; `old` are the answers to a request in the old way."""

    def __init__(self, old: list[int], runs: list[dict[str, Any]]) -> None:
        self.asked: list[list[str]] = []
        self._old = old
        self._runs = runs

    async def dispatch(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append(sorted(body))
        if "return_run_details" in body:
            return web.json_response(REFUSED, status=400)
        status = self._old.pop(0)
        return web.Response(status=status) if status == 204 else web.json_response({"message": "no"}, status=status)

    async def runs(self, _request: web.Request) -> web.Response:
        return web.json_response({"workflow_runs": self._runs})

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Github]:
        app = web.Application()
        app.add_routes([web.post(f"{PATH}/dispatches", self.dispatch), web.get(f"{PATH}/runs", self.runs)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with ClientSession() as session:
            url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield Github(Sender(session, url, "", lambda: NOON), "https://ghe.example")
        await runner.cleanup()


async def started(old: list[int], runs: list[dict[str, Any]]) -> tuple[Placed | Trouble, list[list[str]]]:
    enterprise = Enterprise(old, runs)
    async with enterprise.open() as github:
        return await github.start(SERVICE, RELEASE), enterprise.asked


BOTH = [["inputs", "ref", "return_run_details"], ["inputs", "ref"]]


async def test_the_run_is_found_at_once_when_it_is_listed() -> None:
    placed = Placed("501", "https://ghe.example/acme/payments/actions/runs/501")
    assert await started([204], [a_deploy_run()]) == (placed, BOTH)


async def test_a_run_that_is_not_listed_yet_is_looked_up_later() -> None:
    unsure = Unsure("GitHub took the request without telling which run it became")
    assert await started([204], []) == (unsure, BOTH)


async def test_a_second_refusal_is_final_and_nothing_is_sent_a_third_time() -> None:
    assert await started([400], [a_deploy_run()]) == (GiveUp("GitHub answers 400: no"), BOTH)
