"""Who we are on each GitHub: a token or an App, read from what is named; no sentence shows a secret."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.config.accounts import Account, Accounts, needs, users
from bot.config.app_key import check_app_id, private_key
from bot.config.environment import Settings
from bot.core.connections import Connection, GithubApp
from bot.core.policy import LaneId, Policy, ServicePolicy
from bot.core.source import GithubSource, StandardSource
from bot.core.target import DeployWebhook, GithubDeployment, Target
from tests.factories import WORKFLOW, a_lane_policy, a_policy
from tests.unit.config.keys import in_pkcs8, locked, of_another_kind, of_github, too_short

SLACK = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
REMEDY = "generate one in the App's settings under Private keys, and name the .pem file that is downloaded"
NOT_AN_ID = "is no App's id; copy the App ID, a number, or the Client ID from the App's settings"
MISSING = (
    "GITHUB_TOKEN is not set: create a fine-grained token for the repositories of the policy (Actions and Deployments: "
    "read and write, Contents: read) at https://github.com/settings/personal-access-tokens; or set GITHUB_APP_ID and "
    "GITHUB_APP_PRIVATE_KEY of a GitHub App."
)
GHE = Connection(
    "enterprise",
    "https://github.acme.example/api/v3",
    "https://github.acme.example",
    token_env="GHE_TOKEN",
    secret_env="GHE_SECRET",
)
APP = Connection(
    "partner", "https://api.github.com", "https://github.com", app=GithubApp("PARTNER_APP_ID", "PARTNER_APP_KEY")
)
OWN_TARGET = GithubDeployment("production")
ELSEWHERE = StandardSource("docs-pipeline", "DOCS_SECRET")


def a_service(name: str, source: GithubSource | StandardSource, target: Target = OWN_TARGET) -> ServicePolicy:
    lane = replace(a_lane_policy(LaneId(name, "production")), target=target)
    return replace(a_policy().services[0], name=name, source=source, lanes=(lane,))


def on(connection: str | None) -> GithubSource:
    return GithubSource("acme/payments", "main", (WORKFLOW,), connection=connection)


def policy(*services: ServicePolicy) -> Policy:
    return Policy(services, connections=(GHE, APP))


# -- the private key -----------------------------------------------------------------------------------------------------


def test_a_key_is_taken_as_pem_in_lines_or_with_escapes_or_by_its_path(tmp_path: Path) -> None:
    (tmp_path / "app.pem").write_text(of_github(), encoding="ascii")
    whole = SecretStr(of_github().strip())
    assert private_key(of_github()) == whole
    assert private_key(f"  {of_github()}\n\n") == whole
    assert private_key(of_github().strip().replace("\n", "\\n")) == whole
    assert private_key(str(tmp_path / "app.pem")) == whole
    assert private_key(in_pkcs8()) == SecretStr(in_pkcs8().strip())


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("/nowhere/app.pem", f"is neither a private key nor the path of one that can be read; {REMEDY}"),
        ("se\x00cret", f"is neither a private key nor the path of one that can be read; {REMEDY}"),
        ("x" * 9999, f"is neither a private key nor the path of one that can be read; {REMEDY}"),
        ("-----BEGIN RSA PRIVATE KEY-----\nc2VjcmV0\n-----END RSA PRIVATE KEY-----", f"holds no private key; {REMEDY}"),
        ("-----BEGIN RSA PRIVATE KEY-----", f"holds no private key; {REMEDY}"),
        ("-----BEGIN PUBLIC KEY-----\nc2VjcmV0\n-----END PUBLIC KEY-----", f"holds no private key; {REMEDY}"),
        (locked(), f"holds an encrypted private key; {REMEDY}"),
        (of_another_kind(), f"holds no RSA private key of 2048 bits or more; {REMEDY}"),
        (too_short(), f"holds no RSA private key of 2048 bits or more; {REMEDY}"),
    ],
)
def test_what_is_no_key_is_told_without_being_shown(value: str, problem: str) -> None:
    assert private_key(value) == problem


def test_a_file_without_a_key_is_none(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    (tmp_path / "words").write_text("secret words", encoding="ascii")
    unreadable = f"is neither a private key nor the path of one that can be read; {REMEDY}"
    assert private_key(str(tmp_path / "bytes")) == unreadable
    assert private_key(str(tmp_path / "words")) == f"holds no private key; {REMEDY}"
    assert private_key(str(tmp_path)) == unreadable


@pytest.mark.parametrize("app_id", ["1", "123456", "Iv1.0123456789abcdef", "Iv23liABCDEFGHIJKLMN"])
def test_ids_of_apps_are_numbers_or_client_ids(app_id: str) -> None:
    assert check_app_id(app_id) is None


@pytest.mark.parametrize("app_id", ["", "0", "-1", "12a", "signoff", "1\n", "\u0661", "1" * 19, "Iv", "Iv1 a"])
def test_everything_else_is_no_id(app_id: str) -> None:
    assert check_app_id(app_id) == NOT_AN_ID


# -- the environment's own -----------------------------------------------------------------------------------------------


def test_an_app_stands_in_for_the_token(tmp_path: Path) -> None:
    (tmp_path / "app.pem").write_text(of_github(), encoding="ascii")
    for more in (
        {"GITHUB_APP_PRIVATE_KEY": of_github()},
        {"GITHUB_APP_PRIVATE_KEY": str(tmp_path / "app.pem")},
        {"GITHUB_APP_PRIVATE_KEY_FILE": str(tmp_path / "app.pem")},
    ):
        read = Settings.from_environ({**SLACK, "GITHUB_APP_ID": " 7\n", **more})
        assert isinstance(read, Settings), read
        assert Account.of(read) == Account(None, "7", SecretStr(of_github().strip()))
        assert "PRIVATE" not in repr(read)


def test_the_command_line_needs_no_key() -> None:
    read = Settings.from_environ({"GITHUB_APP_ID": "7", "GITHUB_APP_PRIVATE_KEY": "/nowhere"}, needs_slack=False)
    assert isinstance(read, Settings), read
    assert Account.of(read) == Account()


@pytest.mark.parametrize(
    ("environ", "problems"),
    [
        (
            {"GITHUB_APP_ID": "7"},
            ("GITHUB_APP_PRIVATE_KEY is not set, and GITHUB_APP_ID is; a GitHub App needs both.",),
        ),
        (
            {"GITHUB_APP_PRIVATE_KEY": of_github()},
            ("GITHUB_APP_ID is not set, and GITHUB_APP_PRIVATE_KEY is; a GitHub App needs both.",),
        ),
        (
            {"GITHUB_APP_ID": "signoff", "GITHUB_APP_PRIVATE_KEY": "secret"},
            (
                f"GITHUB_APP_ID {NOT_AN_ID}.",
                "GITHUB_APP_PRIVATE_KEY is neither a private key nor the path of one that can be read; " + REMEDY + ".",
            ),
        ),
        ({"GITHUB_APP_ID": "signoff", "GITHUB_APP_PRIVATE_KEY": of_github()}, (f"GITHUB_APP_ID {NOT_AN_ID}.",)),
        (
            {"GITHUB_APP_ID": "7", "GITHUB_APP_PRIVATE_KEY": of_github(), "GITHUB_TOKEN": "ghp_1"},
            ("GITHUB_TOKEN and GITHUB_APP_ID are both set; keep one.",),
        ),
        (
            {"GITHUB_APP_ID": "7", "GITHUB_APP_ID_FILE": "x", "GITHUB_APP_PRIVATE_KEY": of_github()},
            ("GITHUB_APP_ID and GITHUB_APP_ID_FILE are both set; keep one.",),
        ),
    ],
)
def test_half_an_app_and_both_at_once_are_told(environ: dict[str, str], problems: tuple[str, ...]) -> None:
    assert Settings.from_environ({**SLACK, **environ}) == problems


def test_what_the_policy_has_on_github_needs_a_token_or_an_app() -> None:
    there, elsewhere = (
        policy(a_service("pay", on(None))),
        policy(a_service("docs", ELSEWHERE, DeployWebhook("https://x", "S"))),
    )
    assert Accounts({}).problems(there) == (MISSING,)
    assert Accounts({}).problems(elsewhere) == ()
    for name in ("GITHUB_TOKEN", "GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY"):  # what is wrong with them, settings tell
        assert Accounts({name: "x"}).problems(there) == ()
    assert Accounts({"GITHUB_TOKEN_FILE": "/nowhere"}).problems(there) == ()


# -- connections ---------------------------------------------------------------------------------------------------------


def test_a_connection_needs_exactly_what_it_names() -> None:
    there = policy(a_service("web", on("enterprise"), GithubDeployment("production", "enterprise")))
    assert Accounts({}).problems(there) == (
        "GHE_TOKEN is not set; `connections` in the policy says that it holds the token of enterprise.",
        "GHE_SECRET is not set; `connections` in the policy says that it holds the secret of enterprise's webhooks.",
    )
    assert Accounts({"GHE_TOKEN": "ghp_1", "GHE_SECRET": "s"}).problems(there) == ()
    partner = policy(a_service("web", on("partner"), GithubDeployment("production", "partner")))
    assert Accounts({"GITHUB_TOKEN": "ghp_1"}).problems(partner) == (
        "PARTNER_APP_ID is not set; `connections` in the policy says that it holds the id of partner's GitHub App.",
        (
            "PARTNER_APP_KEY is not set; `connections` in the policy says that it holds the private key of partner's "
            "GitHub App."
        ),
    )
    assert Accounts({"PARTNER_APP_ID": "7", "PARTNER_APP_KEY": of_github()}).problems(partner) == ()


def test_a_target_may_need_a_connection_of_its_own() -> None:
    both = policy(a_service("web", on(None), GithubDeployment("production", "enterprise")))
    assert users(both) == {None: ("web",), "enterprise": ("web",)}
    assert Accounts({}).problems(both)[0] == MISSING
    assert len(Accounts({}).problems(both)) == 3


def test_two_services_of_one_connection_are_told_once() -> None:
    both = policy(a_service("pay", on(None)), a_service("web", on(None)))
    assert Accounts({}).problems(both) == (MISSING,)


def test_what_is_there_and_wrong_is_told() -> None:
    there = policy(a_service("web", on("enterprise"), GithubDeployment("production", "enterprise")))
    (told,) = Accounts({"GHE_TOKEN": "a secret", "GHE_SECRET": "s"}).problems(there)
    assert told.startswith("GHE_TOKEN holds a character that no token has, such as a space: ")
    assert Accounts({"GHE_TOKEN_FILE": "/nowhere", "GHE_SECRET": "s"}).problems(there) == (
        "GHE_TOKEN_FILE cannot be read: No such file or directory.",
    )
    partner = policy(a_service("web", on("partner"), GithubDeployment("production", "partner")))
    assert Accounts({"PARTNER_APP_ID": "7", "PARTNER_APP_KEY": "secret"}).problems(partner) == (
        f"PARTNER_APP_KEY is neither a private key nor the path of one that can be read; {REMEDY}.",
    )


def test_accounts_are_read_by_the_names_of_the_connection() -> None:
    environ = {"GHE_TOKEN": "ghp_1\n", "GHE_SECRET": "s", "PARTNER_APP_ID": "7", "PARTNER_APP_KEY": of_github()}
    accounts, key = Accounts(environ), SecretStr(of_github().strip())
    assert accounts.of(GHE) == Account(SecretStr("ghp_1"))
    assert accounts.of(APP) == Account(None, "7", key)
    assert Accounts({}).of(GHE) is None
    assert Accounts({"PARTNER_APP_ID": "7"}).of(APP) is None
    assert accounts.values(policy()) == (SecretStr("ghp_1"), key, SecretStr("s"))
    assert Accounts({}).values(policy()) == ()
    assert "ghp_1" not in repr(accounts)


def test_what_is_needed_is_told() -> None:
    every = policy(
        a_service("pay", on(None)),
        a_service("web", on("enterprise"), GithubDeployment("production", "enterprise")),
        a_service("docs", ELSEWHERE, DeployWebhook("https://x", "S")),
        a_service("shop", on(None), GithubDeployment("production", "partner")),
    )
    assert list(needs(every)) == [
        "needs GITHUB_TOKEN, or GITHUB_APP_ID and GITHUB_APP_PRIVATE_KEY, for pay, shop",
        "needs GHE_TOKEN and GHE_SECRET (connection enterprise) for web",
        "needs PARTNER_APP_ID and PARTNER_APP_KEY (connection partner) for shop",
    ]
