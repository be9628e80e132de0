"""Commands in real processes: begun once, found after a crash, killed whole at the limit, and nothing guessed."""

import asyncio
import fcntl
import json
import os
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.release import Deployment, DeployStatus
from bot.core.target import GithubDeployment
from bot.ports.ci import CertainlyNot, Placed, Progress, ProgressStatus
from bot.ports.stopping import Stopped
from bot.ports.trouble import GiveUp, TryLater, Unsure
from handlers.ci import command_record, command_runner, command_supervisor
from handlers.ci.command_record import KEPT_SECONDS, Known, Stage
from tests.factories import a_lane_policy, a_release
from tests.integration.shell import SECRET, SERVICE, Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path)


async def test_a_command_runs_once_with_whole_arguments_and_a_small_environment(shell: Shell) -> None:
    release = shell.script('printf "%s\\n" "$@"; env | sort; umask', "--version", "{version}", "$(touch oops)")
    assert await shell.executor.start(SERVICE, release) == Placed(release.key, None)
    await shell.is_over(release)
    known = shell.executor.records.look(release.key)
    assert known is not None
    lines = [line for line in known.printed.splitlines() if not line.startswith(("_=", "SHLVL=", "PWD=", "OLDPWD="))]
    umask = os.umask(0)
    os.umask(umask)
    assert lines == [
        "--version",
        release.build.version,
        "$(touch oops)",
        f"HOME={shell.folder}",
        "LANG=C.UTF-8",
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "SIGNOFF_ENVIRONMENT=production",
        f"SIGNOFF_KEY={release.key}",
        "SIGNOFF_RELEASE=R-1",
        "SIGNOFF_SERVICE=payments",
        f"SIGNOFF_SHA={release.build.sha}",
        f"SIGNOFF_VERSION={release.build.version}",
        f"{umask:04o}",
    ]
    assert not (shell.folder / "oops").exists()
    assert shell.marks == 1


async def test_it_is_followed_to_its_end_and_found_all_the_time(shell: Shell) -> None:
    release = shell.script("read line < gate; echo done")
    await shell.executor.start(SERVICE, release)
    assert await shell.executor.follow(SERVICE, release) == Progress(ProgressStatus.RUNNING, "", None)
    assert await shell.executor.find(SERVICE, release) == Placed(release.key, None)
    await shell.opens_the_gate()
    await shell.is_over(release)
    assert await shell.executor.find(SERVICE, release) == Placed(release.key, None)
    progress = await shell.executor.follow(SERVICE, release)
    assert progress == Progress(
        ProgressStatus.SUCCEEDED,
        'the command ended with 0 after 0 s; at last it printed "done"',
        None,
    )
    assert shell.marks == 1


async def test_a_second_start_runs_nothing(shell: Shell) -> None:
    release = shell.script("read line < gate")
    await shell.executor.start(SERVICE, release)
    assert await shell.executor.start(SERVICE, release) == Placed(release.key, None)
    await shell.opens_the_gate()
    await shell.is_over(release)
    assert await shell.executor.start(SERVICE, release) == Placed(release.key, None)
    assert shell.marks == 1


async def test_the_exit_code_is_the_outcome_and_secrets_are_kept_nowhere(shell: Shell) -> None:
    release = shell.script(f"echo key {SECRET} >&2; exit 3")
    await shell.executor.start(SERVICE, release)
    await shell.is_over(release)
    progress = await shell.executor.follow(SERVICE, release)
    ended = 'the command ended with 3 after 0 s; at last it printed "key [redacted]"'
    assert progress == Progress(ProgressStatus.FAILED, ended, None)
    kept = [one.read_text() for one in shell.attempt(release).iterdir()]
    assert not [one for one in kept if SECRET in one]


async def test_a_program_that_cannot_be_executed_fails_with_its_reason(shell: Shell) -> None:
    release = shell.release("./nonsuch.sh")
    assert await shell.executor.start(SERVICE, release) == Placed(release.key, None)
    await shell.is_over(release)
    assert await shell.executor.follow(SERVICE, release) == Progress(
        ProgressStatus.FAILED,
        "the command could not be executed (./nonsuch.sh: No such file or directory), so nothing was run",
        None,
    )


async def test_a_value_that_is_no_argument_leaves_no_record(shell: Shell) -> None:
    release = shell.script("true", "{digest}")
    assert await shell.executor.start(SERVICE, release) == GiveUp(
        "the command wants {digest}, and nobody reported one; nothing was run"
    )
    assert await shell.executor.find(SERVICE, release) == CertainlyNot()


async def test_at_its_limit_the_whole_group_gets_time_to_end_and_is_killed(shell: Shell) -> None:
    shell.seconds = 0.3
    release = shell.script('exec 9> begun; (trap "echo cleaned; exit" TERM; sleep 60 & wait) & sleep 60')
    all_gone = asyncio.create_task(shell.has_begun())  # whoever lives holds its end open
    await shell.executor.start(SERVICE, release)
    await shell.is_over(release)
    known = shell.executor.records.look(release.key)
    assert known is not None
    assert known.ending is not None
    assert (known.ending.code, known.ending.timed_out, known.printed) == (-signal.SIGTERM, True, "cleaned\n")
    await all_gone


@pytest.fixture
def impatient(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """A supervisor that gives a fifth of a second to end, and a command with as much time."""
    own = shell.folder / "impatient.py"
    own.write_text(Path(command_supervisor.__file__).read_text().replace("GRACE = 10.0", "GRACE = 0.2"))
    monkeypatch.setattr(command_runner, "SUPERVISOR", str(own))
    shell.seconds = 0.2


@pytest.mark.usefixtures("impatient")
async def test_whom_a_command_leaves_behind_at_its_limit_is_killed(shell: Shell) -> None:
    release = shell.script('exec 9> begun; (trap "" TERM; sleep 60) & sleep 60')
    all_gone = asyncio.create_task(shell.has_begun())  # whoever lives holds its end open
    await shell.executor.start(SERVICE, release)
    await shell.is_over(release)
    known = shell.executor.records.look(release.key)
    assert known is not None
    assert known.ending is not None
    assert (known.ending.code, known.ending.timed_out) == (-signal.SIGTERM, True)
    await all_gone


@pytest.mark.usefixtures("impatient")
async def test_who_does_not_listen_is_killed_with_all_its_group(shell: Shell) -> None:
    release = shell.script('exec 9> begun; trap "" TERM; sleep 60 & sleep 60; sleep 60')
    all_gone = asyncio.create_task(shell.has_begun())  # whoever lives holds its end open
    await shell.executor.start(SERVICE, release)
    await shell.is_over(release)
    known = shell.executor.records.look(release.key)
    assert known is not None
    assert known.ending is not None
    assert (known.ending.code, known.ending.timed_out) == (-signal.SIGKILL, True)
    await all_gone


async def test_one_that_is_cancelled_ends_with_its_whole_group_and_says_so(shell: Shell) -> None:
    release = shell.script('exec 9> begun; (trap "echo cleaned; exit" TERM; sleep 60 & wait) & sleep 60')
    all_gone = asyncio.create_task(shell.has_begun())  # whoever lives holds its end open
    await shell.executor.start(SERVICE, release)
    assert await shell.executor.stop(SERVICE, release) == Stopped("its supervisor ends it")
    assert await shell.executor.stop(SERVICE, release) in {
        Stopped("its supervisor ends it"),
        Stopped("no command runs"),
    }
    await shell.is_over(release)
    known = shell.executor.records.look(release.key)
    assert known is not None
    assert known.ending is not None
    ending = known.ending
    assert (ending.code, ending.timed_out, ending.stopped) == (-signal.SIGTERM, False, True)
    assert known.printed == "cleaned\n"
    told = await shell.executor.follow(SERVICE, release)
    assert isinstance(told, Progress)
    assert told.status is ProgressStatus.FAILED
    assert told.detail.startswith("the command was cancelled after ")
    assert await shell.executor.stop(SERVICE, release) == Stopped("no command runs")
    await all_gone


async def test_one_that_has_ended_stays_as_it_is_whoever_cancels_it(shell: Shell) -> None:
    release = shell.script("true")
    assert await shell.executor.stop(SERVICE, release) == Stopped("no command runs")
    await shell.executor.start(SERVICE, release)
    await shell.is_over(release)
    assert await shell.executor.stop(SERVICE, release) == Stopped("no command runs")
    told = await shell.executor.follow(SERVICE, release)
    assert isinstance(told, Progress)
    assert told.status is ProgressStatus.SUCCEEDED


async def test_a_record_that_cannot_be_read_is_asked_again_to_end(shell: Shell) -> None:
    release = replace(shell.script("true"), key="../../etc")
    why = TryLater(60.0, "this host's record of it cannot be changed (ValueError)")
    assert await shell.executor.stop(SERVICE, release) == why


async def test_of_much_output_the_beginning_and_the_end_are_kept(shell: Shell) -> None:
    release = shell.script("echo first; seq 1 60000; echo last")
    await shell.executor.start(SERVICE, release)
    await shell.is_over(release)
    known = shell.executor.records.look(release.key)
    assert known is not None
    assert known.printed.startswith("first\n1\n2\n")
    before, _, after = (shell.attempt(release) / "printed").read_text().partition("\n... ")
    assert before.endswith("\n")
    assert after.partition(" ...\n")[2].startswith("\n"), "no number is cut in two"
    assert known.printed.endswith("59999\n60000\nlast\n")
    cut = known.printed.partition("\n... ")[2].partition(" ...\n")[0]
    whole = len("first\nlast\n") + sum(len(str(one)) + 1 for one in range(1, 60001))
    assert cut == f"{whole - 65536} bytes left out"
    assert 65536 - 12 <= len(known.printed) - len(f"\n... {cut} ...\n") < 65536


async def test_what_it_leaves_running_is_not_waited_for(shell: Shell) -> None:
    release = shell.script("(read line < gate; echo late >> marks) & echo on")
    await shell.executor.start(SERVICE, release)
    await shell.is_over(release)
    progress = await shell.executor.follow(SERVICE, release)
    assert isinstance(progress, Progress)
    assert progress.status is ProgressStatus.SUCCEEDED
    await shell.opens_the_gate()


async def test_an_attempt_without_a_record_never_ran_and_cannot_any_more(shell: Shell) -> None:
    release = shell.script("true")
    assert await shell.executor.find(SERVICE, release) == CertainlyNot()
    job = {"argv": ["./deploy.sh"], "directory": str(shell.folder), "environment": {}, "seconds": 5}
    attempt = shell.attempt(release)
    attempt.mkdir(parents=True)
    (attempt / "job.json").write_text(json.dumps(job))
    assert await shell.executor.find(SERVICE, release) == CertainlyNot()
    assert not await command_runner.launch(attempt, 10)  # a supervisor that was slow finds its place taken
    assert shell.marks == 0
    assert await shell.executor.start(SERVICE, release) == Placed(release.key, None)
    await shell.is_over(release, 2)
    assert shell.marks == 1


async def test_a_supervisor_that_died_before_the_start_ran_nothing(shell: Shell) -> None:
    release = shell.script("true")
    attempt = shell.attempt(release)
    attempt.mkdir(parents=True)
    (attempt / "claimed").write_text("run")
    assert await shell.executor.find(SERVICE, release) == CertainlyNot()
    flying = replace(release, deployment=Deployment(DeployStatus.ACCEPTED, shell.now, ref=release.key))
    assert await shell.executor.follow(SERVICE, flying) == Progress(
        ProgressStatus.FAILED, "the command was never begun", None
    )


async def test_a_command_whose_supervisor_was_killed_is_waited_for_and_then_nobody_knows(shell: Shell) -> None:
    release = shell.script("read line < gate")
    await shell.executor.start(SERVICE, release)
    command = json.loads((shell.attempt(release) / "started").read_bytes())["process"]
    supervisor = int(Path(f"/proc/{command}/stat").read_text().rpartition(")")[2].split()[1])
    watched = os.pidfd_open(command)
    os.kill(supervisor, signal.SIGKILL)
    await shell.is_over(release)
    assert await shell.executor.follow(SERVICE, release) == Progress(ProgressStatus.RUNNING, "", None)
    assert await shell.executor.find(SERVICE, release) == Placed(release.key, None)
    unheard = GiveUp("nobody watches over the command any more, who could end it; end it on its host")
    assert await shell.executor.stop(SERVICE, release) == unheard
    await shell.opens_the_gate()
    gone = asyncio.Event()
    asyncio.get_running_loop().add_reader(watched, gone.set)
    await asyncio.wait_for(gone.wait(), 30)
    asyncio.get_running_loop().remove_reader(watched)
    os.close(watched)
    assert await shell.executor.find(SERVICE, release) is None  # a person is asked
    assert await shell.executor.follow(SERVICE, release) == Progress(
        ProgressStatus.FAILED,
        "nobody saw how the command ended: its host or its supervisor was stopped. Look before it is tried again",
        None,
    )
    assert shell.marks == 1


async def test_a_command_that_ends_just_when_it_is_to_be_ended_needs_no_end(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = shell.script("read line < gate")
    await shell.executor.start(SERVICE, release)
    looks: list[Path] = []

    def ends_after_the_look(attempt: Path) -> int | None:
        looks.append(attempt)
        if len(looks) == 2:  # it was seen running, and nobody has said yet that it is to end
            (shell.folder / "gate").write_text("go\n")
            with (attempt / "lock").open("rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
        return command_supervisor.locked(attempt)

    monkeypatch.setattr(command_record, "locked", ends_after_the_look)
    assert await shell.executor.stop(SERVICE, release) == Stopped("no command runs")
    assert not (shell.attempt(release) / "stop").exists()
    assert len(looks) >= 2


async def test_somebody_elses_process_of_the_same_number_is_not_taken_for_it(shell: Shell) -> None:
    release = shell.script("true")
    attempt = shell.attempt(release)
    attempt.mkdir(parents=True)
    (attempt / "started").write_text(json.dumps({"process": os.getpid(), "born": "1"}))
    assert shell.executor.records.look(release.key) == Known(Stage.LOST)


async def test_records_that_are_younger_than_the_attempt_prove_nothing(shell: Shell) -> None:
    release = shell.script("true")
    older = replace(release, deployment=Deployment(DeployStatus.ATTEMPTED, shell.now.replace(year=2020)))
    assert await shell.executor.find(SERVICE, older) is None


async def test_a_supervisor_that_says_nothing_in_time_is_looked_up(shell: Shell) -> None:
    release = shell.script("true")
    impatient = replace(shell.executor, within=0.0)
    assert await impatient.start(SERVICE, release) == Unsure(
        "its supervisor did not say within 0 s that it has started"
    )
    found = await shell.executor.find(SERVICE, release)
    while found == Placed(release.key, None) and not shell.marks:
        found = await shell.executor.find(SERVICE, release)
    assert (found, shell.marks) in {(CertainlyNot(), 0), (Placed(release.key, None), 1)}
    await shell.is_over(release)


async def test_a_host_without_room_for_a_record_runs_nothing(shell: Shell) -> None:
    release = shell.script("true")
    (shell.folder / "commands" / release.key).write_text("in the way")
    assert await shell.executor.start(SERVICE, release) == TryLater(
        60.0, "this host cannot keep a record of it: File exists"
    )
    assert shell.marks == 0


async def test_a_host_without_room_for_a_process_runs_nothing(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_runner, "sys", type("sys", (), {"executable": "/nonsuch/python"}))
    release = shell.script("true")
    assert await shell.executor.start(SERVICE, release) == TryLater(
        60.0, "no process could be started: No such file or directory"
    )
    assert await shell.executor.find(SERVICE, release) == CertainlyNot()


async def test_a_supervisor_that_fails_ran_nothing(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = shell.folder / "broken.py"
    broken.write_text("raise SystemExit(1)")
    monkeypatch.setattr(command_runner, "SUPERVISOR", str(broken))
    release = shell.script("true")
    assert await shell.executor.start(SERVICE, release) == TryLater(60.0, "its supervisor said nothing")


async def test_a_record_that_cannot_be_read_is_looked_at_again(shell: Shell) -> None:
    release = shell.script("true")
    attempt = shell.attempt(release)
    attempt.mkdir(parents=True)
    (attempt / "exit").write_text("{")
    unread = TryLater(60.0, "this host's record of it cannot be read (JSONDecodeError)")
    assert await shell.executor.find(SERVICE, release) == unread
    assert await shell.executor.follow(SERVICE, release) == unread


async def test_without_a_record_there_is_nothing_to_follow_and_nothing_is_live(shell: Shell) -> None:
    release = shell.script("true")
    assert await shell.executor.follow(SERVICE, release) == Unsure("this host has no record of it")
    target = release.policy.target
    assert target is not None
    assert await shell.executor.newest_live(SERVICE, target) is None


async def test_only_its_own_kind_of_target_and_key_is_run(shell: Shell) -> None:
    with pytest.raises(TypeError, match="R-1 is not deployed by a command but by GithubDeployment"):
        await shell.executor.start(SERVICE, a_release(policy=a_lane_policy(target=GithubDeployment("production"))))
    with pytest.raises(ValueError, match="not a key of ours"):
        shell.executor.records.look("../R-1-abcd2345")


async def test_what_ended_long_ago_is_forgotten(shell: Shell) -> None:
    release = shell.script("true")
    await shell.executor.start(SERVICE, release)
    await shell.is_over(release)
    ended = (shell.attempt(release) / "exit").stat().st_mtime
    shell.now = shell.now.fromtimestamp(ended + KEPT_SECONDS - 1, shell.now.tzinfo)
    shell.executor.records.prune()
    assert shell.attempt(release).exists()
    shell.now = shell.now.fromtimestamp(ended + KEPT_SECONDS + 1, shell.now.tzinfo)
    shell.executor.records.prune()
    assert not shell.attempt(release).parent.exists()
    assert (shell.folder / "commands" / "since").exists()
