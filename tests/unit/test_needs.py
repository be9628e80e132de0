"""What the command line says of the variables that a policy needs, before anything is started."""

import os
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.cli.files import settings_and_policy

SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
SERVICE = """
  {name}:
    channel: C0{channel}
    build: {{{build}}}
    environments: {{production: {{mode: deployment, deploy: {{{deploy}}}}}}}
"""
WEBHOOK = "webhook: {url: 'https://deployer.acme.example/x', secret_env: DOCS_DEPLOY_SECRET}"
STANDARD = "standard: {source: docs-pipeline, secret_env: DOCS_SECRET}"
GITHUB = "github: {repository: acme/pay, branch: main, workflows: [build.yml]}"
DEPLOYMENT = "github_deployment: {environment: production}"
CONNECTIONS = "connections: {enterprise: {github: {token_env: GHE_TOKEN, secret_env: GHE_SECRET}}}\n"


def written(folder: Path, *services: str, head: str = "") -> str:
    file = folder / "signoff.yml"
    text = f"{head}permissions: {{request: [everyone], resolve: [everyone]}}\nservices:{''.join(services)}"
    file.write_text(text, encoding="utf-8")
    return str(file)


def a_service(name: str, build: str, deploy: str) -> str:
    return SERVICE.format(name=name, channel=name.upper(), build=build, deploy=deploy)


PAY = a_service("pay", GITHUB, DEPLOYMENT)
DOCS = a_service("docs", STANDARD, WEBHOOK)
WEB = a_service("web", GITHUB.replace("{", "{connection: enterprise, "), DEPLOYMENT)


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("GITHUB_", "SLACK_", "SIGNOFF_", "GHE_"))]:
        monkeypatch.delenv(name)
    for name, value in SLACK.items():
        monkeypatch.setenv(name, value)


def needs(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("needs ")]


def test_check_says_which_variables_are_needed_and_by_whom(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--config", written(tmp_path, PAY, DOCS, WEB, head=CONNECTIONS)]) == 0
    assert needs(capsys) == [
        "needs GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY, for pay",
        "needs GHE_TOKEN and GHE_SECRET (connection enterprise) for web",
    ]
    assert main(["check", "--config", written(tmp_path, DOCS)]) == 0
    assert needs(capsys) == []


def test_what_serves_nothing_on_github_starts_without_a_token(tmp_path: Path) -> None:
    assert settings_and_policy(written(tmp_path, DOCS)) is not None


@pytest.mark.parametrize(
    ("service", "missing"),
    [(PAY, ["GITHUB_TOKEN is not set: "]), (WEB, ["GHE_TOKEN is not set; ", "GHE_SECRET is not set; "])],
)
def test_what_is_on_github_starts_with_exactly_what_it_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], service: str, missing: list[str]
) -> None:
    assert settings_and_policy(written(tmp_path, service, head=CONNECTIONS)) is None
    told = capsys.readouterr().err.splitlines()
    assert len(told) == len(missing)
    assert all(line.startswith(begin) for line, begin in zip(told, missing, strict=True))


def test_all_that_is_missing_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SLACK_BOT_TOKEN")
    assert settings_and_policy(written(tmp_path, PAY)) is None
    assert [line.split(" ")[0] for line in capsys.readouterr().err.splitlines()] == ["SLACK_BOT_TOKEN", "GITHUB_TOKEN"]


def test_with_its_own_variables_a_connection_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GHE_TOKEN", "ghp_1")
    monkeypatch.setenv("GHE_SECRET", "s")
    assert settings_and_policy(written(tmp_path, WEB, head=CONNECTIONS)) is not None
