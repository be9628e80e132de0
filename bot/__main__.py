"""The command line: signoff serve, check, schema, demo, and every word of /deploy with --as PERSON."""

import argparse
import asyncio
import getpass
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from bot import logs
from bot.app import Signoff
from bot.config.environment import Settings
from bot.config.load import load_policy
from bot.config.named import heartbeat_address, secrets_of
from bot.config.promises import promises
from bot.config.schema import json_schema
from bot.core.policy import Policy
from handlers import control
from handlers.slack.app import SlackProblem
from storage.database import DatabaseProblem

WORDS = ("status", "why", "list", "approve", "reject", "withdraw", "cancel")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 refused, 2 a mistake that a person can mend."""
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.run(asked))
    except (DatabaseProblem, SlackProblem) as problem:
        return _complain(str(problem))
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="signoff", description="The release desk of a team inside Slack.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    serve = commands.add_parser("serve", help="run the bot")
    serve.add_argument("--config", default="signoff.yml", metavar="FILE")
    serve.add_argument("--host", default="127.0.0.1", help="address for webhooks (default 127.0.0.1)")
    serve.add_argument("--port", type=int, default=8080, help="port for webhooks (default 8080)")
    serve.add_argument("--metrics-port", type=int, metavar="N", help="port for Prometheus (default: no metrics)")
    serve.set_defaults(run=_serve)
    check = commands.add_parser("check", help="validate the policy file; prints what each target can guarantee")
    check.add_argument("--config", default="signoff.yml", metavar="FILE")
    check.set_defaults(run=_check)
    schema = commands.add_parser("schema", help="print the policy file's JSON Schema")
    schema.set_defaults(run=_schema)
    demo = commands.add_parser("demo", help="try everything on this machine, with no account anywhere")
    demo.add_argument("--port", type=int, default=0, metavar="N", help="port of the page (default: a free one)")
    demo.add_argument("--no-browser", action="store_true", help="do not open the page")
    demo.set_defaults(run=_demo)
    for word in WORDS:
        acting = commands.add_parser(word, help=f"the same as /deploy {word} in Slack")
        acting.add_argument("rest", nargs="*", metavar="WORD")
        acting.add_argument("--as", dest="person", metavar="PERSON", help="the person you act for, as in the policy")
        acting.add_argument("--config", default="signoff.yml", metavar="FILE")
        acting.set_defaults(run=_words, word=word)
    return parser


def _serve(asked: argparse.Namespace) -> int:
    loaded = _settings_and_policy(asked.config)
    if loaded is None:
        return 2
    settings, policy = loaded
    heartbeat = heartbeat_address(policy, os.environ)
    if isinstance(heartbeat, tuple):
        return _complain(*heartbeat)
    logs.set_up(secrets_of(settings, heartbeat))
    signoff = Signoff(
        settings, policy, asked.host, asked.port, metrics_port=asked.metrics_port, heartbeat_address=heartbeat
    )
    asyncio.run(_until_told(signoff))
    return 0


async def _until_told(signoff: Signoff) -> None:
    """Serve until SIGINT or SIGTERM."""
    told = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, told.set)
    starting = asyncio.create_task(signoff.start())
    waiting = asyncio.create_task(told.wait())
    await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if told.is_set():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
    else:
        waiting_first = starting.exception()
        if waiting_first is not None:
            waiting.cancel()
            raise waiting_first
        await waiting
    await signoff.stop()


def _check(asked: argparse.Namespace) -> int:
    secret = os.environ.get("GITHUB_WEBHOOK_SECRET") or os.environ.get("GITHUB_WEBHOOK_SECRET_FILE")
    policy = _policy(asked.config, webhooks=bool(secret))
    if policy is None:
        return 2
    for warning in policy.warnings:
        print(f"warning: {warning}")
    for promise in promises(policy):
        print(promise)
    return 0


def _schema(_asked: argparse.Namespace) -> int:
    print(json.dumps(json_schema(), indent=2))
    return 0


def _demo(asked: argparse.Namespace) -> int:
    from sandbox.demo import run  # noqa: PLC0415 - only this command needs the sandbox

    def serve(policy: Path, port: int) -> list[str]:
        return [sys.executable, "-m", "bot", "serve", "--config", str(policy), "--port", str(port)]

    return run(serve, port=asked.port, browser=not asked.no_browser)


def _words(asked: argparse.Namespace) -> int:
    settings = Settings.from_environ(os.environ, needs_slack=False)
    if not isinstance(settings, Settings):
        return _complain(*settings)
    words = control.Words(words=" ".join([asked.word, *asked.rest]), person=asked.person, host_user=getpass.getuser())
    reply = asyncio.run(control.ask(control.socket_path(settings.database_path), words))
    if reply is None:
        return _complain(f"Nobody answers beside {settings.database_path}. Start the bot with `signoff serve`.")
    print(reply.text)
    return 0


def _settings_and_policy(file: str) -> tuple[Settings, Policy] | None:
    """Load both and complain of everything that is wrong with either."""
    settings = Settings.from_environ(os.environ)
    webhooks = isinstance(settings, Settings) and settings.github_webhook_secret is not None
    policy = _policy(file, webhooks=webhooks)
    if isinstance(settings, tuple):
        _complain(*settings)
        return None
    return (settings, policy) if policy is not None else None


def _policy(file: str, *, webhooks: bool) -> Policy | None:
    try:
        text = Path(file).read_bytes()
    except FileNotFoundError:
        _complain(f"There is no {file}. Name the policy file with --config; docs/policy.md has one to start from.")
        return None
    except OSError as problem:
        _complain(f"{file} cannot be read: {problem.strerror}.")
        return None
    loaded = load_policy(text, file=file, webhooks=webhooks)
    if isinstance(loaded, Policy):
        return loaded
    _complain(*(problem.line_of_text for problem in loaded))
    return None


def _complain(*sentences: str) -> int:
    for sentence in sentences:
        print(sentence, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
