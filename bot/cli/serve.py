"""signoff serve: the bot itself, until it is told to stop."""

import argparse
import asyncio
import os
import signal
from functools import partial

import structlog

from bot import logs
from bot.app import NotListening, Signoff
from bot.cli.files import read_policy, settings_and_policy
from bot.cli.room import Commands, command, port, takes_policy
from bot.cli.speech import DONE, MISTAKEN, REFUSED, complain
from bot.config.accounts import Accounts
from bot.config.buildbot import lacking_buildbot
from bot.config.environment import Settings
from bot.config.named import NamedSecrets, heartbeat_address, secrets_of
from bot.core.policy import Policy
from bot.ports.outage import StoreUnavailable
from bot.redaction import Redactor
from handlers.control import socket_path
from handlers.control_socket import unusable
from storage.database import DatabaseLost

log = structlog.get_logger()


def add(commands: Commands) -> None:
    """Add the command."""
    serve = command(commands, "serve", "run the bot", _serve)
    takes_policy(serve)
    serve.add_argument("--host", default="127.0.0.1", help="address for webhooks (default 127.0.0.1)")
    serve.add_argument("--port", type=port, default=8080, help="port for webhooks (default 8080)")
    serve.add_argument("--restored", action="store_true", help="go on with an old copy of the database: look up first")
    serve.add_argument("--metrics-port", type=port, metavar="N", help="port for Prometheus (default: no metrics)")


def _serve(asked: argparse.Namespace) -> int:
    loaded = settings_and_policy(asked.config)
    if loaded is None:
        return MISTAKEN
    settings, policy = loaded
    no_socket = unusable(socket_path(settings.database_path))
    if no_socket:
        return complain(no_socket)
    heartbeat = heartbeat_address(policy, os.environ)
    if isinstance(heartbeat, tuple):
        return complain(*heartbeat)
    named, accounts = NamedSecrets(os.environ), Accounts(os.environ)
    lacking = named.problems(policy)
    if lacking:
        return complain(*lacking)
    redactor = Redactor(secrets_of(settings, heartbeat, *named.values(policy), *accounts.values(policy)))
    logs.set_up(redactor)
    signoff = Signoff(
        settings,
        policy,
        asked.host,
        asked.port,
        metrics_port=asked.metrics_port,
        heartbeat_address=heartbeat,
        restored=asked.restored,
        named_secret=named,
        hide=partial(redactor.text, lines=True),
        account=accounts.of,
        read_policy=partial(_read_again, asked.config, named, settings, redactor),
    )
    try:
        lost = asyncio.run(_until_told(signoff))
    except StoreUnavailable as unavailable:  # while it started
        return complain(f"{settings.database_path} cannot be used: {unavailable}. Mend that and start again.")
    except NotListening as problem:
        return complain(str(problem))
    return DONE if lost is None else complain(str(lost), code=REFUSED)


def _read_again(file: str, named: NamedSecrets, settings: Settings, redactor: Redactor) -> Policy | tuple[str, ...]:
    """Read the policy once more; one whose secrets are not there is refused.

    From then on its secrets are hidden as well. What is said about a file is read by people, and kept.
    """
    loaded = read_policy(file, webhooks=settings.github_webhook_secret is not None)
    if isinstance(loaded, tuple):
        return tuple(redactor.text(line) for line in loaded)
    accounts = Accounts(os.environ)
    redactor.learn(one.get_secret_value() for one in (*named.values(loaded), *accounts.values(loaded)))
    lacking = (*named.problems(loaded), *accounts.problems(loaded))
    return (*lacking, *lacking_buildbot(loaded, settings.buildbot_url)) or loaded


async def _until_told(signoff: Signoff) -> DatabaseLost | None:
    """Serve until SIGINT or SIGTERM, or until the database is lost, and return that."""
    lost: DatabaseLost | None = None
    told = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, told.set)
    hung_up = asyncio.Event()  # until the start is over it only waits: the start reads the policy by itself
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hung_up.set)
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
        losing = asyncio.create_task(signoff.lost())
        reloading = asyncio.create_task(_reload(signoff, hung_up))
        await asyncio.wait({waiting, losing}, return_when=asyncio.FIRST_COMPLETED)
        losing.cancel()
        reloading.cancel()
        lost = losing.result() if losing.done() else None
    await signoff.stop()
    return lost


async def _reload(signoff: Signoff, hung_up: asyncio.Event) -> None:
    """Have the policy read again whenever SIGHUP came; several that come meanwhile are one."""
    while True:
        await hung_up.wait()
        hung_up.clear()
        try:
            await signoff.hang_up()
        except Exception:
            log.exception("policy_not_read")
