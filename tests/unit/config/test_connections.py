"""Connections of the policy file: hosts and accounts by name, and what is wrong with them."""

from datetime import timedelta

import pytest

from bot.config.addresses import web_of
from bot.core.connections import Connection, GithubApp
from bot.core.target import GithubDeployment, GithubGate, GithubWorkflow
from handlers.ci.github_source import github_source
from tests.unit.config.files import SMALL, changed, loaded, told

GHE = "{api_url: 'https://github.acme.example/api/v3/', token_env: GHE_TOKEN, secret_env: GHE_SECRET}"
PARTNER = "{app: {id_env: PARTNER_APP_ID, private_key_env: PARTNER_APP_KEY}}"
WITH = f"connections:\n  enterprise: {{github: {GHE}}}\n  partner: {{github: {PARTNER}}}\n{SMALL}"
BUILD = "repository: acme/payments, branch: main,"
DEPLOY = "{github_deployment: {environment: production}}"


def on(connection: str, text: str = WITH) -> str:
    return changed(BUILD, f"{BUILD} connection: {connection},", text)


def test_connections_are_read_with_where_people_see_them() -> None:
    assert loaded(WITH).connections == (
        Connection(
            "enterprise",
            "https://github.acme.example/api/v3",
            "https://github.acme.example",
            token_env="GHE_TOKEN",
            secret_env="GHE_SECRET",
        ),
        Connection(
            "partner",
            "https://api.github.com",
            "https://github.com",
            app=GithubApp("PARTNER_APP_ID", "PARTNER_APP_KEY"),
        ),
    )
    assert loaded(SMALL).connections == ()


def test_what_is_seen_of_a_cloud_with_an_address_of_its_own() -> None:
    assert web_of("https://api.acme.ghe.com") == "https://acme.ghe.com"
    assert web_of("https://api.acme.example") == "https://api.acme.example"


def test_a_target_goes_where_its_service_is_built_unless_it_says_otherwise() -> None:
    (service,) = loaded(on("enterprise")).services
    assert github_source(service).connection == "enterprise"
    assert service.lanes[0].target == GithubDeployment("production", "enterprise")
    for written, target in (
        (
            "{github_deployment: {environment: production, connection: partner}}",
            GithubDeployment("production", "partner"),
        ),
        ("{github_workflow: {workflow: d.yml, connection: partner}}", GithubWorkflow("d.yml", "main", (), "partner")),
        ("{github_workflow: {workflow: d.yml}}", GithubWorkflow("d.yml", "main", (), "enterprise")),
        (
            "{github_gate: {environment: production, connection: partner}}",
            GithubGate("production", connection="partner"),
        ),
        ("{github_gate: {environment: production}}", GithubGate("production", connection="enterprise")),
    ):
        assert loaded(changed(DEPLOY, written, on("enterprise"))).services[0].lanes[0].target == target
    here = loaded(changed(DEPLOY, "{github_deployment: {environment: production, connection: partner}}", WITH))
    assert github_source(here.services[0]).connection is None


def test_a_connection_without_webhooks_is_asked_more_often() -> None:
    def poll(text: str, *, webhooks: bool) -> timedelta:
        return github_source(loaded(text, webhooks=webhooks).services[0]).poll

    for webhooks in (True, False):
        assert poll(on("enterprise"), webhooks=webhooks) == timedelta(minutes=5)
        assert poll(on("partner"), webhooks=webhooks) == timedelta(seconds=30)
    assert poll(WITH, webhooks=False) == timedelta(seconds=30)


def test_what_nothing_uses_is_a_warning() -> None:
    unused = [f"No service uses the connection `{name}`." for name in ("enterprise", "partner")]
    assert [one for one in loaded(WITH).warnings if "connection" in one] == unused
    assert [one for one in loaded(on("enterprise")).warnings if "connection" in one] == unused[1:]


@pytest.mark.parametrize(
    ("old", "new", "sentences"),
    [
        ("token_env: GHE_TOKEN, ", "", ["2: `enterprise` does not say who we are there; write token_env or app."]),
        (
            "{app: ",
            "{token_env: PARTNER_TOKEN, app: ",
            ["3: `token_env` and `app` are both written; keep one."],
        ),
        (
            "https://github.acme.example/api/v3/",
            "http://github.acme.example/api/v3/",
            ["2: `api_url` would send the token in the clear; write https (http is for this machine only)."],
        ),
        (
            "https://github.acme.example/api/v3/",
            "https://user@github.acme.example",
            [
                "2: `api_url` may hold neither a user, nor a query, nor a fragment; write scheme, host and path only.",
            ],
        ),
        (
            "token_env: GHE_TOKEN",
            "token: ghp_secret",
            ["2: `token` is not a key of github. Did you mean `token_env`?"],
        ),
        ("GHE_TOKEN", "SLACK_BOT_TOKEN", ["2: SLACK_BOT_TOKEN is not this connection's; name a variable of its own."]),
        (
            "GHE_SECRET",
            "BUILDBOT_PASSWORD",
            ["2: BUILDBOT_PASSWORD is not this connection's; name a variable of its own."],
        ),
        ("PARTNER_APP_ID", "GITHUB_APP_ID", ["3: GITHUB_APP_ID is not this connection's; name a variable of its own."]),
        ("PARTNER_APP_KEY", "GITHUB_TOKEN", ["3: GITHUB_TOKEN is not this connection's; name a variable of its own."]),
        (
            "GHE_TOKEN",
            "ghp_1secret",
            ["2: `token_env` must be the name of an environment variable (A-Z, 0-9 and '_'), never what it holds."],
        ),
        (
            ", private_key_env: PARTNER_APP_KEY",
            "",
            [
                "3: `private_key_env` is missing in `app`; write, for example, `private_key_env: PARTNER_APP_PRIVATE_KEY`."
            ],
        ),
        (
            "enterprise: {github: ",
            "enterprise: {gitlab: ",
            [
                "2: `github` is missing in `enterprise`; write, for example, `github: {api_url: https://github.acme.example/api/v3, token_env: GHE_TOKEN}`.",
                "2: `gitlab` is not a key of a connection. Known here: github.",
            ],
        ),
    ],
)
def test_each_mistake_is_told(old: str, new: str, sentences: list[str]) -> None:
    assert told(changed(old, new, on("partner") if "enterprise: {gitlab" not in new else WITH)) == sentences


def test_a_connection_that_is_not_there_is_told_with_the_nearest() -> None:
    assert told(on("enterprize")) == ["12: `enterprize` is not in `connections`. Did you mean `enterprise`?"]
    assert told(on("x", SMALL)) == ["9: `x` is not in `connections`."]
    text = changed(DEPLOY, "{github_workflow: {workflow: d.yml, connection: nowhere}}", WITH)
    assert told(text) == ["17: `nowhere` is not in `connections`."]


def test_a_connection_whose_own_part_is_refused_is_still_there() -> None:
    assert told(changed("id_env: PARTNER_APP_ID, ", "", on("partner"))) == [
        "3: `id_env` is missing in `app`; write, for example, `id_env: PARTNER_APP_ID`."
    ]
    assert told(changed("{app: {id_env: PARTNER_APP_ID, private_key_env: PARTNER_APP_KEY}}", "yes", on("partner"))) == [
        "3: `github` must hold keys with values, indented beneath it."
    ]


def test_the_hash_follows_connections() -> None:
    assert loaded(WITH).hash != loaded(SMALL).hash
    assert loaded(on("enterprise")).hash != loaded(WITH).hash
    assert loaded(on("partner"), webhooks=True).hash == loaded(on("partner"), webhooks=False).hash
