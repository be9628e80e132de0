"""Secrets that the policy names, and the list of all that a log must not show."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.config.environment import Settings
from bot.config.named import heartbeat_address, secrets_of
from bot.core.policy import Heartbeat, Policy

SECRET = "https://monitor.example/ping/hunter2"
NAMED = Policy((), heartbeat=Heartbeat(secret_env="HEARTBEAT_URL"))


def test_a_policy_without_a_heartbeat_reads_no_variable() -> None:
    assert heartbeat_address(Policy(()), {"HEARTBEAT_URL": SECRET}) is None


def test_an_address_that_the_policy_shows_is_taken_as_it_is() -> None:
    assert heartbeat_address(Policy((), heartbeat=Heartbeat(SECRET)), {}) == SecretStr(SECRET)


def test_the_variable_or_its_file_holds_the_address(tmp_path: Path) -> None:
    file = tmp_path / "address"
    file.write_text(f"{SECRET}\n")
    assert heartbeat_address(NAMED, {"HEARTBEAT_URL": SECRET}) == SecretStr(SECRET)
    assert heartbeat_address(NAMED, {"HEARTBEAT_URL_FILE": str(file)}) == SecretStr(SECRET)


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({}, "HEARTBEAT_URL is not set; `heartbeat` in the policy says that it holds an address."),
        ({"HEARTBEAT_URL": " "}, "HEARTBEAT_URL is not set; `heartbeat` in the policy says that it holds an address."),
        (
            {"HEARTBEAT_URL": "a", "HEARTBEAT_URL_FILE": "b"},
            "HEARTBEAT_URL and HEARTBEAT_URL_FILE are both set; keep one.",
        ),
        (
            {"HEARTBEAT_URL": "http://monitor.example/hunter2"},
            "HEARTBEAT_URL would be sent in the clear; write https (http is for this machine only).",
        ),
    ],
)
def test_what_is_wrong_is_told_without_the_secret(environ: dict[str, str], sentence: str) -> None:
    assert heartbeat_address(NAMED, environ) == (sentence,)


def test_every_secret_of_the_bot_is_listed() -> None:
    environ = {
        "SLACK_BOT_TOKEN": "xoxb-1",
        "SLACK_APP_TOKEN": "xapp-1",
        "GITHUB_TOKEN": "a-github-token",
        "GITHUB_WEBHOOK_SECRET": "a-webhook-secret",
    }
    settings = Settings.from_environ(environ)
    assert isinstance(settings, Settings), settings
    assert set(secrets_of(settings, SecretStr(SECRET), None)) == {*environ.values(), SECRET}
