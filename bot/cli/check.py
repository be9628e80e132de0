"""signoff check: is the policy file right, and what can each of its targets guarantee?"""

import argparse
import os

from bot.cli.files import policy_of
from bot.cli.room import Commands, command, takes_policy
from bot.cli.speech import DONE, MISTAKEN, say
from bot.config.accounts import needs
from bot.config.buildbot import needs_buildbot
from bot.config.promises import promises


def add(commands: Commands) -> None:
    """Add the command."""
    takes_policy(
        command(commands, "check", "validate the policy file; prints what each target can guarantee, and needs", _check)
    )


def _check(asked: argparse.Namespace) -> int:
    secret = os.environ.get("GITHUB_WEBHOOK_SECRET") or os.environ.get("GITHUB_WEBHOOK_SECRET_FILE")
    policy = policy_of(asked.config, webhooks=bool(secret))
    if policy is None:
        return MISTAKEN
    for warning in policy.warnings:
        say(f"warning: {warning}")
    for promise in promises(policy):
        say(promise)
    for need in (*needs(policy), *needs_buildbot(policy)):
        say(need)
    return DONE
