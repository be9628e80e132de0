"""Probes by a command in real processes: well is who ends with 0, and nobody is left behind."""

import asyncio
import os
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.core.verification import CommandProbe, HttpProbe
from handlers.ci import command_probe, command_runner
from handlers.ci.command_job import Host
from handlers.ci.command_probe import CommandHealth
from handlers.probe import Health, HttpHealth
from handlers.probes import Probes
from tests.integration.shell import SECRET, hide

VALUES = {"version": "2.4.1", "sha": "a" * 40, "digest": ""}


@pytest.fixture
def health(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandHealth:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return CommandHealth(Host(str(tmp_path), str(tmp_path)), hide)


def script(body: str, *arguments: str, seconds: float = 20.0) -> CommandProbe:
    return CommandProbe(("sh", "-c", body, "probe", *arguments), timedelta(seconds=seconds))


def left(health: CommandHealth) -> list[str]:
    """Return what probes have left behind."""
    return [one.name for one in (Path(health.host.directory) / "tmp").iterdir()]


async def test_who_ends_with_0_is_well_and_may_be_asked_again(health: CommandHealth) -> None:
    probe = script('echo "$1 runs"', "{version}")
    well = Health(well=True, detail='the probe ended with 0 after 0 s; at last it printed "2.4.1 runs"')
    assert [await health.look(probe, VALUES), await health.look(probe, VALUES)] == [well, well]
    assert left(health) == []


async def test_who_ends_otherwise_is_ill_and_says_no_secret(health: CommandHealth) -> None:
    assert await health.look(script(f"echo {SECRET}; exit 2"), VALUES) == Health(
        well=False, detail='the probe ended with 2 after 0 s; at last it printed "[redacted]"'
    )
    assert await health.look(CommandProbe(("./nonsuch",)), VALUES) == Health(
        well=False,
        detail="the probe could not be executed (./nonsuch: No such file or directory), so nothing was run",
    )


async def test_where_nothing_can_be_written_it_is_ill(health: CommandHealth) -> None:
    (Path(health.host.directory) / "tmp").rmdir()
    assert await health.look(script("true"), VALUES) == Health(
        well=False, detail="the probe could not be run (FileNotFoundError)"
    )


async def test_what_somebody_else_has_removed_is_gone(health: CommandHealth) -> None:
    seen = await health.look(script('rm -r "$1"/tmp/signoff-probe-*', health.host.directory), VALUES)
    assert seen.well is False
    assert left(health) == []


async def test_a_slow_one_is_stopped_at_its_limit(health: CommandHealth) -> None:
    seen = await health.look(script("sleep 60", seconds=0.1), VALUES)
    assert seen == Health(well=False, detail="the probe was stopped by its time limit after 0 s")
    assert left(health) == []


async def test_a_value_that_nobody_reported_runs_nothing(health: CommandHealth) -> None:
    seen = await health.look(script("touch ran", "{digest}"), VALUES)
    assert seen == Health(well=False, detail="the command wants {digest}, and nobody reported one; nothing was run")
    assert not (Path(health.host.directory) / "ran").exists()


async def test_a_host_that_cannot_run_it_is_no_health(health: CommandHealth, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_runner, "sys", type("sys", (), {"executable": "/nonsuch/python"}))
    seen = await health.look(script("true"), VALUES)
    assert seen == Health(well=False, detail="the probe could not be run (FileNotFoundError)")


async def test_a_supervisor_that_fails_or_is_silent_is_no_health(
    health: CommandHealth, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Path(health.host.directory) / "broken.py"
    broken.write_text("raise SystemExit(1)")
    with monkeypatch.context() as patched:
        patched.setattr(command_runner, "SUPERVISOR", str(broken))
        assert await health.look(script("true"), VALUES) == Health(well=False, detail="nobody saw how the probe ended")
    monkeypatch.setattr(command_probe, "SLACK", -30.1)
    seen = await health.look(script("true"), VALUES)
    assert seen == Health(well=False, detail="the probe could not be run (TimeoutError)")


async def test_each_kind_is_asked_by_its_own(health: CommandHealth) -> None:
    nowhere = "https://no-such-host.invalid/"
    async with ClientSession() as http:
        probes = Probes(HttpHealth(http), health)
        assert (await probes.look(HttpProbe(nowhere), VALUES)).detail.startswith("the probe was not answered")
    assert (await probes.look(script("true"), VALUES)).detail == "the probe ended with 0 after 0 s"


async def test_a_look_that_is_given_up_leaves_nothing(health: CommandHealth) -> None:
    gate = Path(health.host.directory) / "gate"
    os.mkfifo(gate)
    look = asyncio.create_task(health.look(script("echo begun > gate"), VALUES))
    assert await asyncio.to_thread(gate.read_text) == "begun\n"
    look.cancel()
    await asyncio.gather(look, return_exceptions=True)
    assert left(health) == []
