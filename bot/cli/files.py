"""What commands read before they begin: the environment's settings and the policy file, complained about at once."""

import os
from pathlib import Path

from bot.cli.speech import complain
from bot.config.accounts import Accounts
from bot.config.buildbot import lacking_buildbot
from bot.config.environment import Settings
from bot.config.load import load_policy
from bot.core.policy import Policy


def settings_alone() -> Settings | None:
    """Return the settings of a command that needs no token; None when something is wrong, which has been said."""
    settings = Settings.from_environ(os.environ, needs_slack=False)
    if isinstance(settings, tuple):
        complain(*settings)
        return None
    return settings


def settings_and_policy(file: str) -> tuple[Settings, Policy] | None:
    """Load both, having complained of everything that is wrong with either."""
    settings = Settings.from_environ(os.environ)
    webhooks = isinstance(settings, Settings) and settings.github_webhook_secret is not None
    policy = policy_of(file, webhooks=webhooks)
    lacking = Accounts(os.environ).problems(policy) if policy is not None else ()
    if policy is not None and isinstance(settings, Settings):
        lacking += lacking_buildbot(policy, settings.buildbot_url)
    if isinstance(settings, tuple):
        complain(*settings, *lacking)
        return None
    if lacking:
        complain(*lacking)
        return None
    return (settings, policy) if policy is not None else None


def policy_of(file: str, *, webhooks: bool) -> Policy | None:
    """Load a policy file; None when something is wrong, which has been said."""
    loaded = read_policy(file, webhooks=webhooks)
    if isinstance(loaded, Policy):
        return loaded
    complain(*loaded)
    return None


def read_policy(file: str, *, webhooks: bool) -> Policy | tuple[str, ...]:
    """Load a policy file, or return a line for each thing that is wrong."""
    try:
        text = Path(file).read_bytes()
    except FileNotFoundError:
        return (f"There is no {file}. Name the policy file with --config; docs/policy.md has one to start from.",)
    except OSError as problem:
        return (f"{file} cannot be read: {problem.strerror}.",)
    loaded = load_policy(text, file=file, webhooks=webhooks)
    return loaded if isinstance(loaded, Policy) else tuple(problem.line_of_text for problem in loaded)
