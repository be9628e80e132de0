"""The real process as a GitHub App: it ships, and neither its key nor a token is in what it writes."""

from pathlib import Path

from tests.processes.test_host import signoff
from tests.processes.test_kills import approve, free_port
from tests.processes.test_stops import live, said
from tests.processes.world import world

RIGHTS = {"actions": "read", "contents": "read", "pull_requests": "read", "deployments": "write"}
ADOPTED = "SELECT 1 FROM lanes WHERE adopted_at IS NOT NULL"


async def test_the_main_job_by_an_app_leaves_no_secret_behind(tmp_path: Path) -> None:
    async with world(tmp_path, free_port()) as here:
        app = here.forge.apps.register("signoff", RIGHTS, owner="acme")
        installed = here.forge.apps.install("signoff", "acme")
        here.forge.token = "nobody has it"
        here.environ = {
            "GITHUB_TOKEN": "",
            "GITHUB_APP_ID": app.client_id,
            "GITHUB_APP_PRIVATE_KEY": app.private_key.pem(),
        }
        await here.start()
        await here.until("the bot listens", lambda: here.slack.lines)
        await here.until("the lane is adopted", lambda: said(here, ADOPTED))
        sha = await here.forge.push("acme/payments", "Round amounts")
        await here.until("the notice is there", lambda: here.notice("Round amounts"))
        tokens = [token for token, one in here.forge.access.grants.items() if one.app == app.slug]
        here.forge.access.revoke(tokens[0])
        await approve(here, "Round amounts", sha)
        await here.until("its card says that it is live", lambda: live(here, "Round amounts"))
        tokens += [token for token, one in here.forge.access.grants.items() if one.app == app.slug]
        here.forge.apps.uninstall(installed.id)
        log = tmp_path / "bot.log"
        await here.forge.push("acme/payments", "Another change")
        await here.until("the trouble is told", lambda: "github_app_refused" in log.read_text())
        status = await signoff(tmp_path, "status")
        await here.kill()
        assert list(here.forge.deploys().values()) == [1]
        written = b"".join(one.read_bytes() for one in tmp_path.glob("signoff.db*") if one.is_file())
        assert b"Round amounts" in written
        assert len(tokens) == 2
        key = [line for line in app.private_key.pem().splitlines() if len(line) > 30]
        for secret in (*tokens, *key, "eyJhbGciOi"):
            assert secret.encode() not in written
            assert secret not in log.read_text()
            assert secret not in str(status)
            assert all(secret not in post.text for post in here.slack.posts)
        assert "Traceback" not in log.read_text()
