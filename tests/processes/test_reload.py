"""A real process reads its policy again: told on the command line, and by SIGHUP."""

import asyncio
import json
import signal
from pathlib import Path

from inline_snapshot import snapshot

from tests.processes.test_host import signoff
from tests.processes.test_kills import free_port
from tests.processes.world import POLICY, World, world


def events(here: World) -> list[dict[str, object]]:
    """Return what the log has of policies."""
    lines = (here.folder / "bot.log").read_text().splitlines()
    rows = [json.loads(line) for line in lines if line.startswith("{")]
    return [row for row in rows if str(row.get("event")).startswith("policy_")]


async def test_the_process_lives_through_a_signal_and_says_what_came_of_a_reload(tmp_path: Path) -> None:
    file = tmp_path / "signoff.yml"
    async with world(tmp_path, free_port()) as here:
        assert await signoff(tmp_path, "reload") == snapshot(
            (
                2,
                "",
                "The bot does not run (nobody answers beside signoff.db), so there is nothing to reload: it reads the policy when it starts.\n",
            )
        )
        await here.start()
        await here.until("the bot listens", lambda: here.slack.lines)
        await here.until("it answers on the host", (tmp_path / "signoff.db.sock").exists)
        assert await signoff(tmp_path, "reload") == snapshot((0, "Nothing has changed.\n", ""))
        file.write_text(POLICY.replace("lookup_window: 1s", "lookup_window: 2s"))
        assert await signoff(tmp_path, "reload") == snapshot(
            (
                0,
                """\
warning: `permissions` gives `lock`, `hotfix`, `override`, `mode`, `stop_all`, `quarantine`, `live` to nobody: these acts will be refused to everybody.
The policy was read again. What has changed:
payments/production: lookup_window: 1s -> 2s
""",
                "",
            )
        )
        file.write_text(POLICY.replace("mode: delivery", "mode: sometimes"))
        assert await signoff(tmp_path, "reload") == snapshot(
            (
                2,
                "",
                """\
FOLDER/signoff.yml:16: `mode` must be delivery, deployment or observe; `sometimes` is not.
Nothing was changed.
""",
            )
        )
        assert here.process is not None
        here.process.send_signal(signal.SIGHUP)
        await here.until(
            "the signal is answered", lambda: any("POLICY REFUSED" in one.text for one in here.slack.posts)
        )
        file.write_text(POLICY)
        here.process.send_signal(signal.SIGHUP)
        await here.until("it is back", lambda: sum("POLICY CHANGED" in one.text for one in here.slack.posts) == 2)
        assert [row["event"] for row in events(here)] == [
            "policy_unchanged",
            "policy_changed",
            "policy_refused",
            "policy_refused",
            "policy_changed",
        ]
        here.process.terminate()
        async with asyncio.timeout(30):
            assert await here.process.wait() == 0
