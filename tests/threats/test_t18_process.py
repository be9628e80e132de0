"""T18 in a real process: no secret that it was given, by whichever way, is in anything that it writes or says."""

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from handlers import control, control_client
from tests.processes.test_commands import adopted
from tests.processes.test_host import signoff
from tests.processes.test_kills import free_port
from tests.processes.world import POLICY, World, world
from tests.threats.echo import echo
from tests.threats.leaks import files, leaks, ways_of_writing

PLANTED = ("signoff.yml", "deploy.sh", "printed.txt", "proof.pem", "later.txt", "pipeline.txt")
CONNECTION = """
connections:
  echo:
    github: {api_url: "ECHO/github", token_env: ECHO_TOKEN, secret_env: ECHO_SECRET}
  app:
    github: {api_url: "ECHO/app", app: {id_env: APP_ID, private_key_env: APP_KEY}}
heartbeat: {secret_env: HEARTBEAT_URL, every: 10s}
"""
OTHERS = """
  wiki:
    channel: C0WIKI
    build: {github: {connection: echo, repository: acme/wiki, branch: main, workflows: [build.yml]}, version_from: run_number}
    environments: {production: {mode: deployment, deploy: {github_deployment: {environment: production}}}}
  blog:
    channel: C0BLOG
    build: {github: {connection: app, repository: acme/blog, branch: main, workflows: [build.yml]}, version_from: run_number}
    environments: {production: {mode: deployment, deploy: {github_deployment: {environment: production}}}}
  docs:
    channel: C0DOCS
    build: {standard: {source: docs-pipeline, secret_env: DOCS_PIPELINE}}
    environments: {production: {mode: deployment, deploy: {webhook: {url: "ECHO/hooks", secret_env: DOCS_DEPLOY}}}}
"""
LATER = """
  late:
    channel: C0LATE
    build: {standard: {source: late-pipeline, secret_env: LATE}}
    environments: {production: {mode: deployment, deploy: {webhook: {url: "ECHO/hooks", secret_env: LATE_DEPLOY}}}}
"""
SCRIPT = "#!/bin/sh\ncat printed.txt\ncat printed.txt >&2\nexit 3\n"


def a_key() -> str:
    """Return a new private key."""
    key = generate_private_key(65537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def given(folder: Path, address: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return a secret for every variable that holds one, and the environment, where some come from files."""
    secrets = {
        "SLACK_BOT_TOKEN": "xoxb-canary/bot",
        "SLACK_APP_TOKEN": "xapp-canary/app",
        "SLACK_SIGNING_SECRET": "canary-of-the-signing-secret",
        "GITHUB_TOKEN": "github-small",
        "BUILDBOT_PASSWORD": 'canary "buildbot" pass/word',
        "BUILDBOT_WEBHOOK_SECRET": "canary\\of&buildbot+pushes",
        "ECHO_TOKEN": "canary+of/the~echo=token",
        "ECHO_SECRET": "canary-of-echo's-webhooks",
        "APP_KEY": a_key(),
        "HEARTBEAT_URL": f"{address}/ping/canary-of-the-heartbeat",
        "DOCS_PIPELINE": "whsec_Y2FuYXJ5IG9mIHRoZSBwaXBlbGluZQ==",
        "DOCS_DEPLOY": "canary käse/deployer",
        "a query": "canary-in-an-address",
        "LATE": "canary-that-a-reload-names",
        "LATE_DEPLOY": "canary/that+a reload?names",
    }
    environ = secrets | {"APP_ID": "7", "BUILDBOT_URL": f"{address}/buildbot", "BUILDBOT_USER": "robot"}
    for name, file in (("APP_KEY", "proof.pem"), ("DOCS_PIPELINE", "pipeline.txt"), ("LATE", "later.txt")):
        (folder / file).write_text(environ.pop(name))
        environ[f"{name}_FILE"] = str(folder / file)
    return secrets, environ


async def says(here: World, words: str, person: str | None = None) -> str:
    """Say words on the host."""
    reply = await control_client.ask(
        control.socket_path(here.folder / "signoff.db"), control.Words(words=words, person=person, host_user="operator")
    )
    assert reply is not None
    return reply.text


async def ships(here: World, number: int) -> None:
    """Have a build approved whose deploy prints everything and fails."""
    await here.forge.push("acme/payments", f"Change {number}")
    await here.until("the notice is there", lambda: here.notice(f"Change {number}"))
    await says(here, f"approve R-{number}", "priya")
    await here.until("it has failed", lambda: "could not be deployed" in str(here.notice(f"Change {number}")))


def everything_in_slack(here: World) -> dict[str, Any]:
    """Return every version of every message, and every private answer."""
    return {"posts": [post.versions for post in here.slack.posts], "whispers": here.slack.whispers}


async def test_t18_no_secret_of_a_process_is_in_its_files_its_log_its_answers_or_slack(tmp_path: Path) -> None:
    async with echo() as (address, heard), world(tmp_path, free_port()) as here:
        secrets, here.environ = given(tmp_path, address)
        here.environ["GITHUB_WEBHOOK_SECRET"] = secrets["GITHUB_WEBHOOK_SECRET"] = here.forge.webhook_secret
        command = f'{{command: {{argv: [./deploy.sh, "{{sha}}"], directory: {tmp_path}}}}}'
        policy = POLICY.replace("{github_deployment: {environment: production}}", command).replace(
            "services:", f"{CONNECTION}services:"
        )
        policy = (policy + OTHERS).replace("ECHO/", f"{address}/")
        (tmp_path / "signoff.yml").write_text(policy)
        (tmp_path / "deploy.sh").write_text(SCRIPT)
        (tmp_path / "deploy.sh").chmod(0o755)
        printed = [way for secret in secrets.values() for way in ways_of_writing(secret)]
        printed = [
            one for one in printed if not leaks(one, {"it": secrets["a query"]})
        ]  # nobody is told that it is one
        named_later = {name: secrets[name] for name in ("LATE", "LATE_DEPLOY")}
        known = [one for one in printed if not leaks(one, named_later)]
        (tmp_path / "printed.txt").write_text("\n".join(known))
        await here.start()
        await here.until("the lane is adopted", lambda: adopted(here))
        await here.until("it answers on the host", (tmp_path / "signoff.db.sock").exists)
        await ships(here, 1)
        moved = policy.replace(f'"{address}/hooks"', f'"{address}/hooks?token={secrets["a query"]}"')
        (tmp_path / "signoff.yml").write_text(moved + LATER.replace("ECHO/", f"{address}/"))
        reloaded = await control_client.reload(control.socket_path(tmp_path / "signoff.db"))
        assert reloaded is not None
        assert "service late: added (production)" in reloaded.text
        assert "hooks?token=[redacted]" in reloaded.text
        (tmp_path / "printed.txt").write_text("\n".join(printed))
        await ships(here, 2)
        (tmp_path / "signoff.yml").write_text(policy.replace("C0WIKI", f'"{secrets["ECHO_TOKEN"]}"'))
        refused = await control_client.reload(control.socket_path(tmp_path / "signoff.db"))
        assert refused is not None
        assert "[redacted]" in refused.text
        await here.until("the echo has answered", lambda: any("canary" in one for one in heard))
        answers = [
            await says(here, words) for words in ("status", "list", "why wiki", "history payments", "effects list")
        ]
        for form in ("jsonl", "csv"):
            exported = ("audit", "export", "--format", form, "--output", f"audit.{form}")
            assert await signoff(tmp_path, *exported) == (0, "", "")
            assert "deploy attempted" in (tmp_path / f"audit.{form}").read_text()
        answers += [reloaded.text, refused.text, *await signoff(tmp_path, "output", "R-2")]  # type: ignore[list-item]
        meanwhile = dict(files(tmp_path, PLANTED))
        assert here.process is not None
        here.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            await here.process.wait()
        for left in (meanwhile, dict(files(tmp_path, PLANTED))):
            assert {"signoff.db", "bot.log", "audit.jsonl", "audit.csv"} <= left.keys()
            assert {name: found for name, content in left.items() if (found := leaks(content, secrets))} == {}
        assert leaks(json.dumps(everything_in_slack(here)), secrets) == set()
        assert leaks("\n".join(map(str, answers)), secrets) == set()
        assert "[redacted]" in str(answers[-2])
