"""T18 on everything that people read: what others wrote, what came forged, and what we were given, is nowhere in it."""

import gc
import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from aiohttp import ClientSession

from bot import logs
from bot.config.accounts import Accounts
from bot.config.environment import Settings, Variables
from bot.config.load import load_policy
from bot.config.named import NamedSecrets
from bot.core.policy import Policy
from bot.redaction import Redactor
from handlers import control, control_client
from tests.acceptance.desk import POLICY, SIGNING_SECRET, TOKEN, Desk, desk
from tests.acceptance.test_standard import DOCS, Docs
from tests.fakes.receiver import Receiver
from tests.threats.echo import echo
from tests.threats.leaks import files, leaks

PIPELINE, DEPLOYER = "whsec_Y2FuYXJ5IG9mIHRoZSBwaXBlbGluZQ==", "canary of the/deployer"
STANDARD = """\
  docs:
    channel: C0DOCS
    build: {standard: {source: docs-pipeline, secret_env: DOCS_PIPELINE_SECRET}}
    environments:
      production:
        mode: deployment
        announce: false
        deploy: {webhook: {url: "URL/hooks", secret_env: DOCS_DEPLOY_SECRET}}
"""
WRITTEN = {
    name: f"{begins}CaNaRy{number}aaaaBBBBcccc{number}"
    for number, (name, begins) in enumerate(
        {
            "the title of a commit": "ghp_",
            "the author of a commit": "gho_",
            "the title of a report": "xoxb-",
            "the author of a report": "ghs_",
            "the address of a report": "github_pat_",
            "what nobody reads of a report": "xapp-",
            "a reason in a form": "xoxp-",
            "a reason in a command": "ghr_",
            "a question": "ghu_",
            "words on the host": "whsec_",
        }.items(),
        start=100,
    )
}
"""A token of its own wherever others write."""
FORGED = {
    name: f"canary-{number}-of-a-forger"
    for number, name in enumerate(("a signature", "a bearer", "a query", "a body", "a cookie"))
}


class Terminal(io.StringIO):
    """A person watches."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def log() -> Iterator[Terminal]:
    """Log as the process does before a person; then give back what a process has only one of."""
    root, hook, configured = logging.getLogger(), sys.excepthook, structlog.get_config()
    handlers, level = list(root.handlers), root.level
    stream = Terminal()
    logs.set_up(
        Redactor([PIPELINE, DEPLOYER, TOKEN, SIGNING_SECRET, "xoxb-sandbox", "a secret of the sandbox"]), stream
    )
    yield stream
    logging.captureWarnings(capture=False)
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    structlog.configure(**configured)


async def people_act(here: Desk) -> None:
    """Have people write what they should not, wherever they can write."""
    sha = await here.push(
        "acme/payments", f"Use {WRITTEN['the title of a commit']}", login=WRITTEN["the author of a commit"]
    )
    card = await here.card("payments", "Use [redacted]")
    await here.clicks("alex", card, "Approve")
    await here.hears("alex", "Nothing was changed")
    await here.rejects("priya", card, f"It holds {WRITTEN['a reason in a form']}")
    await here.says(card, "Rejected")
    await here.types("priya", f"/deploy payments {sha} to production")
    await here.hears("priya", "Opened")
    await here.types("priya", f"/deploy reject R-2 It holds {WRITTEN['a reason in a command']}")
    await here.hears("priya", "You rejected R-2")
    await here.types("alex", f"/deploy {WRITTEN['a question']}")
    await here.running.driver.mention("alex", "payments", f"why {WRITTEN['a question']}?")
    await here.running.driver.open_home("priya")
    await here.until(lambda: here.workspace.home("priya"))


async def pipelines_report(its: Docs) -> None:
    """Have a pipeline write what it should not; its deployer refuses with all that it was told."""
    await its.builds(
        secret=PIPELINE,
        title=f"Add {WRITTEN['the title of a report']}",
        authors=[{"name": f"Ann {WRITTEN['the author of a report']}"}],
        url=f"https://ann:{WRITTEN['the address of a report']}@ci.acme.example/778",
        env={"TOKEN": WRITTEN["what nobody reads of a report"]},
    )
    await its.here.card("docs", "Deploy failed")


async def strangers_forge(here: Desk) -> list[str]:
    """Send every door what nobody signed, secrets in each part of it; returns the answers."""
    assert here.signoff is not None
    headers = {
        "Authorization": f"Bearer {FORGED['a bearer']}",
        "Cookie": f"session={FORGED['a cookie']}",
        "X-Hub-Signature-256": f"sha256={FORGED['a signature']}",
        "X-Slack-Signature": f"v0={FORGED['a signature']}",
        "X-Slack-Request-Timestamp": str(int(here.clock().timestamp())),
        "X-GitHub-Delivery": "1",
        "X-GitHub-Event": "workflow_run",
        "webhook-id": "m-1",
        "webhook-timestamp": str(int(here.clock().timestamp())),
        "webhook-signature": f"v1,{FORGED['a signature']}",
    }
    answers = []
    async with ClientSession() as http:
        for path in (
            "/slack/events",
            "/webhooks/github",
            "/webhooks/standard",
            "/webhooks/buildbot",
            "/healthz",
            "/readyz",
        ):
            url = f"http://127.0.0.1:{here.signoff.bound_port}{path}?token={FORGED['a query']}"
            async with http.post(url, data=f'{{"password": "{FORGED["a body"]}"}}', headers=headers) as answer:
                answers.append(f"{answer.status} {dict(answer.headers)} {await answer.text()}")
        for port, path in (
            (here.signoff.bound_metrics_port, "/metrics"),
            *((here.signoff.bound_port, one) for one in ("/healthz", "/readyz")),
        ):
            async with http.get(f"http://127.0.0.1:{port}{path}", headers=headers) as answer:
                assert answer.status == 200
                answers.append(await answer.text())
    return answers


async def on_the_host(here: Desk, words: str, person: str | None = None) -> str:
    """Say words on the command line; returns the answer as it is."""
    said = control.Words(words=words, person=person, host_user="operator")
    reply = await control_client.ask(control.socket_path(here.folder / "signoff.db"), said)
    assert reply is not None
    return reply.text


def everything_in_slack(here: Desk) -> str:
    """Return every version of every message of the bot's, private ones too, every home and every modal."""
    workspace = here.workspace
    channels = [*workspace.channels.values(), *(workspace.direct_channel(one) for one in workspace.people.values())]
    messages = [one for channel in channels for one in channel.posts if one.bot_id]
    private = [one for person in workspace.people.values() for one in workspace.ephemerals(person) if one.bot_id]
    shown: list[Any] = [
        [version.text, version.blocks, one.metadata] for one in (*messages, *private) for version in one.versions
    ]
    for person in workspace.people.values():
        shown += [view.view for view in (workspace.home(person), *workspace.modals(person)) if view is not None]
    return json.dumps(shown)


def ours() -> Iterator[object]:
    """Yield every object whose class is the bot's own."""
    for one in gc.get_objects():
        if str(type(one).__module__).partition(".")[0] in {"bot", "handlers", "storage"}:
            yield one


async def test_t18_nothing_that_people_read_holds_a_secret_whoever_wrote_it(
    tmp_path: Path, log: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with echo() as (address, heard):
        policy = POLICY.replace(DOCS, STANDARD.replace("URL", address))
        secrets = {"DOCS_PIPELINE_SECRET": PIPELINE, "DOCS_DEPLOY_SECRET": DEPLOYER}
        async with desk(tmp_path, policy, secrets=secrets, over_http=True) as here:
            ours_alone = secrets | {
                "SLACK_BOT_TOKEN": here.workspace.app.bot_token,
                "SLACK_SIGNING_SECRET": SIGNING_SECRET,
                "GITHUB_TOKEN": TOKEN,
                "GITHUB_WEBHOOK_SECRET": here.forge.webhook_secret,
            }
            everything = ours_alone | WRITTEN | FORGED
            await people_act(here)
            await pipelines_report(Docs(here, Receiver(DEPLOYER)))
            answers = await strangers_forge(here)
            answers.append(await on_the_host(here, f"reject R-3 It holds {WRITTEN['words on the host']}", "priya"))
            for words in ("status", "why payments", "list", "history payments", "effects list"):
                answers.append(await on_the_host(here, words))
            await here.everything_is_told()
            assert any("webhook-signature" in one for one in heard)
            assert leaks(everything_in_slack(here), everything) == set()
            assert leaks("\n".join(answers), everything) == set()
            monkeypatch.setattr(Desk, "__repr__", lambda _desk: "the test's own")  # the bot calls some methods of it
            shown = {repr(one) for one in ours()}
            assert {type_name(one): leaks(one, ours_alone) for one in shown if leaks(one, ours_alone)} == {}
        for name, content in files(tmp_path, ()):
            assert (name, leaks(content, everything)) == (name, set())
        assert leaks(log.getvalue(), everything) == set()
        assert {"webhook", "slack_request"} <= set(
            log.getvalue().replace("\x1b[0m", " ").replace("\x1b[1m", " ").split()
        )


def type_name(shown: str) -> str:
    """Return what a shown object is."""
    return shown.partition("(")[0]


def test_t18_what_holds_the_environment_does_not_show_it() -> None:
    environ = {"SLACK_BOT_TOKEN": "xoxb-canary", "SLACK_APP_TOKEN": "xapp-canary", "GITHUB_TOKEN": "canary-github"}
    settings = Settings.from_environ(environ)
    named = NamedSecrets(environ)
    named("GITHUB_TOKEN")
    shown = f"{settings!r} {settings} {named!r} {Accounts(environ)!r} {Variables(environ)!r}"
    assert isinstance(settings, Settings)
    assert leaks(shown + settings.model_dump_json(), environ) == set()


SHAPELESS = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        ("DOCS_PIPELINE_SECRET", SHAPELESS),
        ("DOCS_DEPLOY_SECRET", PIPELINE),
        ("https://deployer.acme.example", f"https://bot:{SHAPELESS}@deployer.acme.example"),
        ("services:", f"heartbeat: {{url: {SHAPELESS}}}\nservices:"),
        ("services:", f"heartbeat: {{url: 'http://monitor.acme.example/{SHAPELESS}'}}\nservices:"),
        ("services:", f"connections: {{ghe: {{github: {{token_env: {SHAPELESS}}}}}}}\nservices:"),
        ("services:", f"token: {SHAPELESS}\nservices:"),
        ("channel: C0DOCS", f"channel: {WRITTEN['words on the host']}"),
    ],
)
def test_t18_a_policy_that_holds_a_secret_is_refused_and_does_not_show_it(written: str, instead: str) -> None:
    text = POLICY.replace(DOCS, STANDARD.replace("URL", "https://deployer.acme.example"))
    assert isinstance(load_policy(text, file="signoff.yml", webhooks=True), Policy)
    told = load_policy(text.replace(written, instead, 1), file="signoff.yml", webhooks=True)
    assert isinstance(told, tuple)
    secrets = {"shapeless": SHAPELESS, "of the pipeline": PIPELINE, "of the host": WRITTEN["words on the host"]}
    assert leaks("\n".join(map(str, told)), secrets) == set()
