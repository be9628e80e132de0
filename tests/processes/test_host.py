"""The command line of a real bot: what it says, where, and with which exit code; with the bot, and without it."""

import asyncio
import json
import os
import pwd
import re
import signal
import sqlite3
import sys
from pathlib import Path

from aiohttp import ClientSession, UnixConnector
from inline_snapshot import snapshot

from tests.processes.test_kills import free_port
from tests.processes.world import World, world

ME = pwd.getpwuid(os.getuid()).pw_name


async def signoff(
    folder: Path, *arguments: str, database: str = "signoff.db", output: int = asyncio.subprocess.PIPE
) -> tuple[int, str, str]:
    """Run one command in a folder; returns its exit code, what it printed, and what it complained of."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(Path.cwd()),
            "SIGNOFF_DATABASE": f"sqlite:///{database}",
            "SLACK_BOT_TOKEN": "xoxb-small",
            "SLACK_APP_TOKEN": "xapp-small",
            "GITHUB_TOKEN": "github-small",
        },
        stdout=output,
        stderr=asyncio.subprocess.PIPE,
    )
    printed, complained = await process.communicate()
    assert process.returncode is not None
    return process.returncode, known(folder, (printed or b"").decode()), known(folder, complained.decode())


def known(folder: Path, text: str) -> str:
    """Return a text without what differs from run to run."""
    text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("{"))  # the log
    text = text.replace(str(folder), "FOLDER")
    text = re.sub(r"[0-9]+ bytes", "MANY bytes", text)
    text = re.sub(r"process [0-9]+", "process PID", text)
    text = re.sub(r" since [0-9-]+ [0-9:]+ UTC", " since THEN", text)
    text = re.sub(r"\(http://127[^)]*\)", "(LINK)", text)
    text = re.sub(r"\b[0-9a-f]{64}\b", "HASH", text)
    return re.sub(r"\([0-9a-f]{7}\)", "(SHA)", text)


async def asked(here: World) -> None:
    """Start the bot and wait until a release waits for people."""
    await here.start()
    await here.until("the bot listens", lambda: here.slack.lines)
    await here.until("the lane is adopted", lambda: _adopted(here))
    await here.forge.push("acme/payments", "Change number 0001")
    await here.until("the notice is there", lambda: here.notice("Change number 0001"))


def _adopted(here: World) -> bool:
    with sqlite3.connect(here.folder / "signoff.db") as database:
        return bool(database.execute("SELECT 1 FROM lanes WHERE adopted_at IS NOT NULL").fetchone())


async def stop(here: World) -> None:
    """Ask the bot to end, and wait for it."""
    assert here.process is not None
    here.process.send_signal(signal.SIGTERM)
    await here.process.wait()


async def test_people_on_the_host_decide_with_the_running_bot(tmp_path: Path) -> None:
    async with world(tmp_path, free_port()) as here:
        policy = (tmp_path / "signoff.yml").read_text()
        (tmp_path / "signoff.yml").write_text(policy.replace("groups:", "  - {name: sam, slack: U0SAM}\ngroups:", 1))
        await asked(here)
        assert await signoff(tmp_path, "list") == snapshot(
            (0, "R-1 (LINK), payments 1 (SHA) to production, is open since THEN\n", "")
        )
        assert await signoff(tmp_path, "stauts") == snapshot(
            (
                2,
                "",
                """\
usage: signoff [-h] COMMAND ...
signoff: error: argument COMMAND: invalid choice: 'stauts' (choose from 'serve', 'reload', 'check', 'schema', 'demo', 'request', 'approve', 'reject', 'withdraw', 'cancel', 'retry', 'schedule', 'rollback', 'hotfix', 'override', 'hold', 'resume', 'lock', 'unlock', 'stop-all', 'go-all', 'mode', 'live', 'quarantine', 'release-quarantine', 'status', 'why', 'list', 'history', 'diff', 'freeze', 'effects', 'output', 'audit', 'simulate')
""",
            )
        )
        assert await signoff(tmp_path, "effects", "list") == snapshot(
            (0, "Everything has been delivered, or waits for its first try.\n", "")
        )
        assert await signoff(tmp_path, "effects", "drop", "effect-1") == snapshot(
            (
                2,
                "",
                "The forms are: `effects list`; `effects retry NAME`; `effects resolve NAME ANSWER`, where NAME is one that the list shows, such as effect-12, and ANSWER is did-run, did-not-run, try-again or abandon.\n",
            )
        )
        assert await signoff(tmp_path, "effects", "retry", "effect-9") == snapshot(
            (2, "", "Say on whose behalf: add --as PERSON, a name from `people` in the policy.\n")
        )
        assert await signoff(tmp_path, "why", "nothing") == snapshot(
            (2, "", "There is no service “nothing”. `signoff --help` shows the words.\n")
        )
        assert await signoff(tmp_path, "approve", "R-1") == snapshot(
            (2, "", "Say on whose behalf: add --as PERSON, a name from `people` in the policy.\n")
        )
        assert await signoff(tmp_path, "approve", "R-1", "--as", "mallory") == snapshot(
            (1, "", "The policy lists nobody called “mallory”, so nothing was changed.\n")
        )
        assert await signoff(tmp_path, "approve", "R-9", "--as", "priya") == snapshot(
            (1, "", "There is no release R-9. `signoff list` shows what is open.\n")
        )
        assert await signoff(tmp_path, "reject", "R-1", "--as", "priya") == snapshot(
            (2, "", "A rejection needs a reason: `signoff reject RELEASE REASON`.\n")
        )
        assert await signoff(tmp_path, "request", "approve", "R-1", "--as", "priya") == snapshot(
            (
                2,
                "",
                "That asks for no release, so nothing was started. The form is: signoff request SERVICE [VERSION] [to ENV] [at TIME] --as PERSON.\n",
            )
        )
        assert await signoff(tmp_path, "request", "payments", "--as", "priya") == snapshot(
            (
                1,
                "",
                """\
Nothing was changed (payments in production).
This build has an open release there already: R-1 (LINK).
""",
            )
        )
        assert await signoff(tmp_path, "reject", "R-1", "--as", "priya", "not", "today") == snapshot(
            (
                0,
                "You rejected R-1 (LINK), payments 1 (SHA) to production. Its authors read your reason in the thread.\n",
                "",
            )
        )
        assert await signoff(tmp_path, "reject", "R-1", "not today", "--as", "priya") == snapshot(
            (
                1,
                "",
                """\
Nothing was changed (R-1 (LINK), payments 1 (SHA) to production).
Too late: it was rejected before. To ask for a new release: `signoff request payments to production`.
""",
            )
        )
        assert await signoff(tmp_path, "request", "payments", "1", "to", "production", "--as", "sam") == snapshot(
            (
                0,
                "Opened R-2, payments 1 (SHA) to production: its card asks the approvers. What it waits for: `signoff why payments production`.\n",
                "",
            )
        )
        assert await signoff(tmp_path, "approve", "R-2", "--as", "priya") == snapshot(
            (
                0,
                "You approved R-2 (LINK), payments 1 (SHA) to production. Its card shows what is still missing. Until the deploy starts, `signoff withdraw R-2` takes your approval back.\n",
                "",
            )
        )
        await here.until("it ships", lambda: list(here.forge.deploys().values()) == [1])
        with sqlite3.connect(tmp_path / "signoff.db") as database:
            rows = database.execute(
                "SELECT action, actor, json_extract(data, '$.host_user') FROM audit WHERE surface = 'cli' ORDER BY seq"
            ).fetchall()
        assert rows == [
            ("refused", "priya", ME),
            ("refused", "priya", ME),
            ("rejected", "priya", ME),
            ("refused", "priya", ME),
            ("opened", "sam", ME),
            ("approved", "priya", ME),
        ]


async def test_the_chain_is_checked_and_exported_with_the_bot_and_without(tmp_path: Path) -> None:
    async with world(tmp_path, free_port()) as here:
        await asked(here)
        code, held, _ = await signoff(tmp_path, "audit", "verify")
        assert (code, held) == snapshot(
            (
                0,
                """\
The audit chain holds, from row 1 to row 2. Its head, to be compared later with --against:
2:HASH
""",
            )
        )
        assert await signoff(tmp_path, "audit", "export", "--output", "a.jsonl") == (0, "", "")
        assert await signoff(tmp_path, "audit", "export", "--output", "a.jsonl") == snapshot(
            (2, "", "a.jsonl is there already, and an export overwrites nothing. Name a new file.\n")
        )
        await stop(here)
        assert await signoff(tmp_path, "audit", "export", "--output", "b.jsonl") == (0, "", "")
    online, offline = (tmp_path / "a.jsonl").read_bytes(), (tmp_path / "b.jsonl").read_bytes()
    assert offline.startswith(online.rsplit(b"\n", 2)[0])
    assert (tmp_path / "a.jsonl").stat().st_mode & 0o777 == 0o600
    head = json.loads(offline.splitlines()[-1])["head"]
    noted = f"{head['seq']}:{head['hash']}"
    assert (await signoff(tmp_path, "audit", "verify", "--against", noted))[0] == 0
    assert (await signoff(tmp_path, "audit", "verify", "--file", "b.jsonl", "--against", noted))[0] == 0
    (tmp_path / "b.jsonl").write_bytes(offline.replace(b"opened", b"closed", 1))
    assert await signoff(tmp_path, "audit", "verify", "--file", "b.jsonl") == snapshot(
        (
            1,
            "",
            """\
The audit chain is broken: audit row 2 does not fit the chain: it was altered.
Rows read: 2; they fit up to row 1. Restore a backup, and find out who it was.
""",
        )
    )
    code, csv, _ = await signoff(tmp_path, "audit", "export", "--format", "csv", "--since", "2026-01-01")
    assert (code, csv.splitlines()[0], csv.splitlines()[-1]) == snapshot(
        (0, "seq,at,action,actor,surface,lane,release,policy_hash,data,prev_hash,hash", "# head 2,,,,,,,,,,HASH")
    )
    with sqlite3.connect(tmp_path / "signoff.db") as database:
        database.execute("DROP TRIGGER audit_no_delete")
        database.execute("DELETE FROM audit WHERE seq = (SELECT max(seq) FROM audit)")
        database.execute("UPDATE sqlite_sequence SET seq = seq - 1 WHERE name = 'audit'")
    assert (await signoff(tmp_path, "audit", "verify"))[0] == 0, "nothing in the database itself tells of it"
    assert await signoff(tmp_path, "audit", "verify", "--against", noted) == snapshot(
        (
            1,
            "",
            """\
The audit chain is broken: audit row 2 is missing: row 2 was noted, so the end was cut off.
Rows read: 1; they fit up to row 1. Restore a backup, and find out who it was.
""",
        )
    )


async def test_without_the_bot_what_reads_is_answered_and_what_acts_is_not_stored(tmp_path: Path) -> None:
    assert await signoff(tmp_path, "list", database="nowhere/signoff.db") == snapshot(
        (2, "", "There is no signoff.yml. Name the policy file with --config; docs/policy.md has one to start from.\n")
    )
    async with world(tmp_path, free_port()) as here:
        await asked(here)
        await here.kill()
        assert (tmp_path / "signoff.db.sock").exists(), "a stale socket"
        code, _, complained = await signoff(tmp_path, "effects", "list")
        assert (code, complained) == (0, "The bot does not run; this is what stands in signoff.db.\n")
        assert await signoff(tmp_path, "list") == snapshot(
            (
                0,
                "R-1, payments 1 (SHA) to production, is open since THEN\n",
                "The bot does not run; this is what stands in signoff.db.\n",
            )
        )
        assert await signoff(tmp_path, "why", "payments", "nowhere") == snapshot(
            (2, "", "There is no environment “nowhere”. `signoff --help` shows the words.\n")
        )
        assert await signoff(tmp_path, "list", "--config", "missing.yml") == snapshot(
            (
                2,
                "",
                "There is no missing.yml. Name the policy file with --config; docs/policy.md has one to start from.\n",
            )
        )
        assert await signoff(tmp_path, "approve", "R-1", "--as", "priya") == snapshot(
            (
                2,
                "",
                "The bot does not run (nobody answers beside signoff.db), so nothing was changed. Start it with `signoff serve` and say it again; it needs no Slack for this.\n",
            )
        )
        with sqlite3.connect(tmp_path / "signoff.db") as database:
            assert database.execute("SELECT count(*) FROM inbox WHERE source = 'cli'").fetchall() == [(0,)]


async def test_what_a_person_did_wrong_is_told_in_a_sentence(tmp_path: Path) -> None:
    async with world(tmp_path, free_port()) as here:
        await asked(here)
        assert await signoff(tmp_path, "serve", "--port", "0") == snapshot(
            (
                2,
                "",
                """\
FOLDER/signoff.db is in use by process PID. One process owns the database: stop that one first.
""",
            )
        )
        deep = tmp_path / ("d" * 60) / ("e" * 60)
        deep.mkdir(parents=True)
        assert await signoff(tmp_path, "list", database=f"{deep}/signoff.db") == snapshot(
            (
                2,
                "",
                "The command line's socket would be FOLDER/dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee/signoff.db.sock: MANY bytes, and the kernel takes 107. Put the database under a shorter path, or name it relative to its directory and start Signoff there.\n",
            )
        )
        assert await signoff(tmp_path, "serve", "--port", "0", database=f"{deep}/signoff.db") == snapshot(
            (
                2,
                "",
                "The command line's socket would be FOLDER/dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd/eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee/signoff.db.sock: MANY bytes, and the kernel takes 107. Put the database under a shorter path, or name it relative to its directory and start Signoff there.\n",
            )
        )
        assert (await signoff(deep, "list"))[2] == snapshot(
            "There is no signoff.yml. Name the policy file with --config; docs/policy.md has one to start from.\n"
        )
        (tmp_path / "link.jsonl").symlink_to(tmp_path / "elsewhere")
        assert await signoff(tmp_path, "audit", "export", "--output", "link.jsonl") == snapshot(
            (2, "", "link.jsonl is there already, and an export overwrites nothing. Name a new file.\n")
        )
        assert not (tmp_path / "elsewhere").exists()
        assert await signoff(tmp_path, "audit", "export", "--output", "none/a.jsonl") == snapshot(
            (2, "", "none/a.jsonl cannot be written: No such file or directory.\n")
        )
        assert await signoff(tmp_path, "audit", "verify", "--file", "none.jsonl") == snapshot(
            (2, "", "none.jsonl cannot be read: No such file or directory.\n")
        )
        assert (await signoff(tmp_path, "audit", "verify", "--against", "12"))[0] == 2
        assert (await signoff(tmp_path, "audit", "export", "--since", "yesterday"))[0] == 2
        async with ClientSession(connector=UnixConnector(str(tmp_path / "signoff.db.sock"))) as session:
            answers = [
                await session.post("http://signoff/words", data=body)
                for body in (b"{", b'{"words": 1}', b"x" * 100_000)
            ]
            answers += [await session.get("http://signoff/nothing"), await session.get("http://signoff/audit?since=x")]
            assert [(one.status, (await one.json())["text"]) for one in answers] == snapshot(
                [
                    (
                        400,
                        "That was not understood: it is not what `signoff` sends. Use the same version on both ends.",
                    ),
                    (
                        400,
                        "That was not understood: it is not what `signoff` sends. Use the same version on both ends.",
                    ),
                    (400, "That was not understood: too large."),
                    (404, "That was not understood: use the same version of `signoff` on both ends."),
                    (400, "`since` is the number of a row or a moment with its zone."),
                ]
            )
