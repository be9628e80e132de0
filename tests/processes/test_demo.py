"""`signoff demo` as people start it: a real process, killed with SIGKILL and started again on the same directory."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

PATIENCE = 60.0
"""Seconds after which a wait fails; nothing takes a tenth of it on a machine that is not busy."""
Message = dict[str, Any]


@dataclass(slots=True)
class Page:
    """A running demo, as its page sees it."""

    process: asyncio.subprocess.Process
    url: str
    http: ClientSession

    async def state(self, person: str = "U0PRIYA") -> dict[str, Any]:
        """Return what somebody sees."""
        async with self.http.get(f"{self.url}/sandbox/state", params={"person": person}) as answer:
            return dict(await answer.json())

    async def messages(self, channel: str) -> list[Message]:
        """Return the messages of a channel."""
        found = next(one for one in (await self.state())["channels"] if one["id"] == channel)
        return list(found["messages"])

    async def reads(self, channel: str, words: str) -> Message:
        """Return the newest message with the words in it, as soon as there is one."""

        async def seen() -> Message | None:
            return next(
                (m for m in reversed(await self.messages(channel)) if words in json.dumps(m, ensure_ascii=False)), None
            )

        async with asyncio.timeout(PATIENCE), self.http.get(f"{self.url}/sandbox/changes") as changes:
            async for _ in changes.content:
                if found := await seen():
                    return found
        raise AssertionError(f"waited in vain for {words}: {[one['text'] for one in await self.messages(channel)]}")

    async def does(self, path: str, **body: Any) -> dict[str, Any]:
        """Do something that the page can do."""
        async with self.http.post(f"{self.url}/sandbox/{path}", json=body) as answer:
            said = dict(await answer.json())
            assert answer.status == 200, said
            return said

    async def clicks(self, person: str, message: Message, words: str) -> None:
        """Press a button of a message."""
        row = next(block for block in message["blocks"] if block["type"] == "actions")
        button = next(one for one in row["elements"] if one["text"]["text"] == words)
        place = {"channel": message["channel"], "ts": message["ts"]}
        await self.does("act/click", person=person, action_id=button["action_id"], block_id=row["block_id"], **place)

    async def kill(self) -> None:
        """Kill -9, at once."""
        self.process.kill()
        await self.process.wait()


@asynccontextmanager
async def demo(*arguments: str) -> AsyncIterator[Page]:
    """Start the demo and wait until it says that everything is ready; it ends as on Ctrl-C where it still runs."""
    process = await started(*arguments)
    assert process.stdout is not None
    url = ""
    async with asyncio.timeout(PATIENCE):
        async for line in process.stdout:
            url = line.decode().split()[-1] if b" is at " in line else url
            if b"Everything is ready" in line:
                break
    try:
        async with ClientSession() as http:
            yield Page(process, url, http)
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        said, complaints = await process.communicate()
        assert (process.returncode, said.strip(), complaints) in {(0, b"", b""), (-signal.SIGKILL, b"", b"")}
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def started(*arguments: str) -> asyncio.subprocess.Process:
    """Start the command."""
    command = (sys.executable, "-m", "bot", "demo", "--no-browser", *arguments)
    pipe = asyncio.subprocess.PIPE
    environment = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"}
    return await asyncio.create_subprocess_exec(*command, env=environment, stdout=pipe, stderr=pipe)


async def told(*arguments: str) -> tuple[int | None, str, str]:
    """Run the command to its end; returns its code and what it said."""
    process = await started(*arguments)
    async with asyncio.timeout(PATIENCE):
        said, complaints = await process.communicate()
    return process.returncode, said.decode(), complaints.decode()


async def test_killed_and_started_again_it_goes_on_where_it_was(tmp_path: Path) -> None:
    data = ("--data", str(tmp_path / "kept"))
    async with demo(*data, "--scenario", "first-day") as page:
        await page.does("github/push", repository="acme/payments", title="Add refunds")
        before = await page.reads("C0PAYMENTS", "Waiting for approval: payments 1 to production")
        await page.does("act/say", person="U0SAM", channel="C0PAYMENTS", line="who looks at this one?")
        await page.does("clock", forward_seconds=3600)
        welcome, *_, question = await page.messages("C0PAYMENTS")
        await page.kill()
    async with demo(*data) as again:
        assert again.url == page.url
        assert (await again.state())["clock"]["offset_seconds"] == 3600
        first, notice, *_, last = await again.messages("C0PAYMENTS")
        assert (first["ts"], notice["ts"], last["ts"]) == (welcome["ts"], before["ts"], question["ts"])
        assert last["text"] == "who looks at this one?"
        await again.clicks("U0PRIYA", notice, "Approve")
        live = await again.reads("C0PAYMENTS", "Live: payments 1 in production")
        assert live["ts"] == before["ts"]
        await again.reads("C0RELEASES", "payments 1 is live in production")


async def test_killed_in_its_first_moments_it_begins_anew(tmp_path: Path) -> None:
    process = await started("--data", str(tmp_path))
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        while b" is at " not in await process.stdout.readline():
            pass
    process.kill()
    await process.communicate()
    async with demo("--data", str(tmp_path), "--scenario", "first-day") as page:
        assert [one["text"][:19] for one in await page.messages("C0PAYMENTS")] == ["*Welcome. Signoff w"]


async def test_the_clock_is_moved_for_the_bot_as_well() -> None:
    async with demo("--scenario", "first-day") as page:
        await page.does("github/push", repository="acme/payments", title="Add refunds")
        await page.reads("C0PAYMENTS", "Waiting for approval: payments 1 to production")
        await page.does("clock", forward_seconds=25 * 3600)
        await page.reads("C0PAYMENTS", "Expired: payments 1 to production")


async def test_another_scenario_or_another_version_is_refused_in_a_sentence(tmp_path: Path) -> None:
    async with demo("--data", str(tmp_path), "--scenario", "first-day"):
        code, said, complaint = await told("--data", str(tmp_path))
        assert (code, said) == (2, "")
        assert complaint == (
            f"{tmp_path} is used by another demo (database is locked). End that, or name another with --data.\n"
        )
    code, said, complaint = await told("--data", str(tmp_path), "--scenario", "queue")
    assert (code, said) == (2, "")
    assert complaint == (
        f"{tmp_path} holds the scenario first-day, not queue. Go on with --scenario first-day, or name another "
        "directory with --data.\n"
    )


async def test_a_directory_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("ten years of work")
    code, said, complaint = await told("--data", str(tmp_path))
    assert (code, said) == (2, "")
    assert complaint == f"{tmp_path} holds something else than a demo. Name an empty directory with --data.\n"
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize(
    ("name", "code", "before"),
    [("list", 0, ""), ("holiday", 2, "There is no scenario holiday. These are there:\n")],
)
async def test_the_scenarios_are_named(name: str, code: int, before: str) -> None:
    ended, said, complaint = await told("--scenario", name)
    assert ended == code
    lines = (said + complaint).removeprefix(before).splitlines()
    assert [line.split()[0] for line in lines] == [
        "everyday",
        "first-day",
        "continuous",
        "hotfix",
        "incident",
        "queue",
    ]


@pytest.mark.parametrize("connected", [False, True])
async def test_it_stops_at_any_moment_of_its_story(tmp_path: Path, connected: bool) -> None:
    process = await started("--data", str(tmp_path))
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        while b" is at " not in (line := await process.stdout.readline()):
            pass
        url = line.decode().split()[-1]
        async with ClientSession() as http:
            while connected:
                async with http.get(f"{url}/sandbox/state") as answer:
                    if (await answer.json())["app"]["connections"]:
                        break
        process.send_signal(signal.SIGINT)
        said, complaints = await process.communicate()
    assert (process.returncode, said.strip(), complaints) == (0, b"Ctrl-C stops it.", b"")
