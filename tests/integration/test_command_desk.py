"""A command between the desk and the host: a crash before or after its start leaves one run, or a question."""

import json
import os
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
from structlog.testing import capture_logs

from bot.core.policy import Mode
from bot.core.release import DeployStatus, Lifecycle, Release
from bot.core.target import Command
from bot.ports.cards import CardKind
from handlers.ci import command_executor
from handlers.ci.command_runner import launch
from tests.factories import a_lane_policy, a_policy, a_report
from tests.fakes.chat import Killed
from tests.fakes.world import World
from tests.integration.shell import Shell

TARGET = Command(("./deploy.sh",), timedelta(minutes=5))


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    shell = Shell(tmp_path)
    shell.script("test ! -e gated || { echo on > begun; read line < gate; }; test ! -e broken")
    return shell


@pytest.fixture
async def world(shell: Shell) -> AsyncIterator[World]:
    """A lane that deploys by the script, already adopted."""
    world = World(shell.folder, a_policy(a_lane_policy(mode=Mode.DEPLOYMENT, target=TARGET)))
    world.executor = shell.executor  # type: ignore[assignment]
    with capture_logs():
        await world.open()
        await world.looks()
        yield world
        await world.store.close()


async def status(world: World) -> DeployStatus:
    deployment = (await world.release()).deployment
    assert deployment
    return deployment.status


async def over(shell: Shell, world: World, nth: int = 1) -> Release:
    """Wait until the command has ended, and return what its release is then."""
    await shell.is_over(await world.release(), nth)
    await world.follows()
    return await world.release()


async def test_a_command_that_ends_with_0_is_live(shell: Shell, world: World) -> None:
    await world.looks(a_report(1))
    assert await status(world) is DeployStatus.ACCEPTED
    assert (await over(shell, world)).state is Lifecycle.LIVE
    assert shell.marks == 1


async def test_a_command_that_ends_otherwise_fails_with_its_reason(shell: Shell, world: World) -> None:
    (shell.folder / "broken").touch()
    await world.looks(a_report(1))
    failed = await over(shell, world)
    assert (failed.state, failed.reason) == (Lifecycle.FAILED, "the command ended with 1 after 0 s")
    assert "Output: `signoff output R-1` on Signoff's host" in (await world.notice(1, CardKind.FAILURE)).message.text


async def test_killed_before_the_start_it_runs_once_after_the_restart(
    shell: Shell, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: object) -> bool:
        raise Killed(arrived=False)

    with monkeypatch.context() as patched:
        patched.setattr(command_executor, "launch", killed)
        with pytest.raises(Killed):
            await world.looks(a_report(1))
    assert (await status(world), shell.marks) == (DeployStatus.ATTEMPTED, 0)
    await world.crash()
    await world.settle()
    assert await status(world) is DeployStatus.ACCEPTED
    assert (await over(shell, world, 2)).state is Lifecycle.LIVE
    assert not await launch(shell.attempt(await world.release()), 10), "the first attempt can begin no more"
    assert shell.marks == 1


async def test_killed_before_the_record_it_runs_once_after_the_restart(
    shell: Shell, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise Killed(arrived=False)

    with monkeypatch.context() as patched:
        patched.setattr(command_executor, "values_of", killed)
        with pytest.raises(Killed):
            await world.looks(a_report(1))
    await world.crash()
    await world.settle()
    assert (await over(shell, world)).state is Lifecycle.LIVE
    assert shell.marks == 1


@pytest.mark.parametrize("ended", [False, True], ids=["it runs on", "it has ended"])
async def test_killed_after_the_start_it_is_found(
    shell: Shell, world: World, monkeypatch: pytest.MonkeyPatch, *, ended: bool
) -> None:
    async def killed(attempt: Path, within: float) -> bool:
        assert await launch(attempt, within)
        raise Killed(arrived=True)

    if not ended:
        (shell.folder / "gated").touch()
    with monkeypatch.context() as patched:
        patched.setattr(command_executor, "launch", killed)
        with pytest.raises(Killed):
            await world.looks(a_report(1))
    if ended:
        await shell.is_over(await world.release())
    await world.crash()
    await world.settle()
    assert await status(world) is DeployStatus.ACCEPTED
    if not ended:
        await shell.has_begun()
        await world.follows()
        assert await status(world) is DeployStatus.RUNNING
        await shell.opens_the_gate()
    assert (await over(shell, world)).state is Lifecycle.LIVE
    assert shell.marks == 1


async def test_where_nobody_saw_its_end_a_person_is_asked_and_may_have_it_run_again(
    shell: Shell, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(attempt: Path, within: float) -> bool:
        assert await launch(attempt, within)
        raise Killed(arrived=True)

    (shell.folder / "gated").touch()
    with monkeypatch.context() as patched:
        patched.setattr(command_executor, "launch", killed)
        with pytest.raises(Killed):
            await world.looks(a_report(1))
    release = await world.release()
    await shell.has_begun()
    _power_cut(shell, release)
    await shell.is_over(release)
    await world.crash()
    await world.settle()
    assert (await status(world), shell.marks) == (DeployStatus.UNKNOWN, 1)
    posted = await world.notice(1, CardKind.QUESTION)
    why = "Why you are asked: the host's own record does not tell whether the command ran to its end."
    assert why in posted.message.text.splitlines()
    said = [one.message.text for one in world.chat.messages if one.thread is not None]
    assert said[-1] == (
        "Nobody can tell whether the command ran to its end: this host's own record does not say. "
        "Nothing is sent again by itself; somebody is asked in <#C0OPS>."
    )
    (shell.folder / "gated").unlink()
    await world.clicks("U0SAM", posted, "try_again")
    assert (await over(shell, world, 2)).state is Lifecycle.LIVE
    assert shell.marks == 2


async def test_where_nobody_saw_its_end_after_it_was_accepted_it_fails_and_says_so(shell: Shell, world: World) -> None:
    (shell.folder / "gated").touch()
    await world.looks(a_report(1))
    await shell.has_begun()
    _power_cut(shell, await world.release())
    failed = await over(shell, world)
    assert failed.state is Lifecycle.FAILED
    assert failed.reason == (
        "nobody saw how the command ended: its host or its supervisor was stopped. Look before it is tried again"
    )


def _power_cut(shell: Shell, release: Release) -> None:
    """End supervisor and command without a word, as when the host goes down."""
    command = json.loads((shell.attempt(release) / "started").read_bytes())["process"]
    runs = psutil.Process(command)
    os.kill(runs.ppid(), signal.SIGKILL)
    os.killpg(command, signal.SIGKILL)
    runs.wait(10)  # until then it would be found at work
