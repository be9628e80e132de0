"""What the environment may say, and the sentence for everything else; no sentence shows a secret."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.config.environment import Settings

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1-secret", "SLACK_APP_TOKEN": "xapp-1-secret", "GITHUB_TOKEN": "ghp_secret"}
APPS = "https://api.slack.com/apps"
BOT = f"copy the Bot User OAuth Token (xoxb-...) from OAuth & Permissions at {APPS}."
APP = f"create one (xapp-...) under Basic Information > App-Level Tokens with connections:write at {APPS}."
SECRET = f"copy the Signing Secret from Basic Information > App Credentials at {APPS}."
NEITHER = (
    f"Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set. For Socket Mode, the app token: {APP} "
    f"For HTTP, the secret: {SECRET}"
)
GITHUB = (
    "create a fine-grained token for the repositories of the policy (Actions and Deployments: read and write, "
    "Contents: read) at https://github.com/settings/personal-access-tokens."
)
DATABASE = "write, for example, sqlite:///signoff.db or sqlite:////var/lib/signoff/signoff.db."
ADDRESS = "is not an address; write one such as https://api.acme.example."


def settings(**more: str) -> Settings:
    read = Settings.from_environ({**TOKENS, **more})
    assert isinstance(read, Settings), read
    return read


def test_the_tokens_are_enough() -> None:
    assert settings(PATH="/bin", JENKINS_URL="x") == Settings(
        slack_bot_token=SecretStr("xoxb-1-secret"),
        slack_app_token=SecretStr("xapp-1-secret"),
        slack_signing_secret=None,
        slack_api_url="https://slack.com/api/",
        database_path=Path("signoff.db"),
        github_token=SecretStr("ghp_secret"),
        github_webhook_secret=None,
        github_api_url="https://api.github.com",
    )
    assert settings().github_web_url == "https://github.com"


def test_everything_can_be_set() -> None:
    read = settings(
        SLACK_API_URL="http://127.0.0.1:4000/api",
        SLACK_SIGNING_SECRET="abc123\n",
        SIGNOFF_DATABASE="sqlite:////var/lib/signoff/desk.db",
        GITHUB_WEBHOOK_SECRET=" with spaces ",
        GITHUB_API_URL="https://github.acme.example/api/v3/",
    )
    assert read == Settings(
        slack_bot_token=SecretStr("xoxb-1-secret"),
        slack_app_token=SecretStr("xapp-1-secret"),
        slack_signing_secret=SecretStr("abc123"),
        slack_api_url="http://127.0.0.1:4000/api/",
        database_path=Path("/var/lib/signoff/desk.db"),
        github_token=SecretStr("ghp_secret"),
        github_webhook_secret=SecretStr(" with spaces "),
        github_api_url="https://github.acme.example/api/v3",
    )


@pytest.mark.parametrize(
    ("api", "web"),
    [
        ("https://api.github.com", "https://github.com"),
        ("https://api.github.com/", "https://github.com"),
        ("https://github.acme.example/api/v3", "https://github.acme.example"),
        ("https://github.acme.example:8443/api/v3/", "https://github.acme.example:8443"),
        ("http://localhost:4001/github", "http://localhost:4001"),
        ("http://[::1]:4001", "http://[::1]:4001"),
    ],
)
def test_people_see_github_where_its_api_is(api: str, web: str) -> None:
    assert settings(GITHUB_API_URL=api).github_web_url == web


def test_what_is_missing_is_told_at_once_with_where_to_get_it() -> None:
    assert Settings.from_environ({"SLACK_BOT_TOKEN": ""}) == (f"SLACK_BOT_TOKEN is not set: {BOT}", NEITHER)


def test_what_is_on_no_github_needs_no_account_there() -> None:
    read = settings(GITHUB_TOKEN="  ")
    assert (read.github_token, read.github_app_id, read.github_app_private_key) == (None, None, None)


def test_the_signing_secret_instead_of_the_app_token_means_http() -> None:
    read = settings(SLACK_APP_TOKEN="", SLACK_SIGNING_SECRET="abc123")
    assert (read.slack_app_token, read.slack_signing_secret) == (None, SecretStr("abc123"))
    assert read.slack_over_http
    assert not settings().slack_over_http
    assert (read.remark, settings().remark) == (None, None)


def test_of_both_the_app_token_wins_and_that_is_said() -> None:
    read = settings(SLACK_SIGNING_SECRET="abc123")
    assert not read.slack_over_http
    assert read.remark == (
        "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set: the app token wins, so this is Socket Mode and nothing "
        "is received over HTTP. Unset SLACK_APP_TOKEN for HTTP."
    )


@pytest.mark.parametrize("empty", ["", " ", "\n\t"])
def test_an_empty_signing_secret_is_none(empty: str, tmp_path: Path) -> None:
    assert Settings.from_environ({**TOKENS, "SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": empty}) == (NEITHER,)
    (tmp_path / "secret").write_text(empty, encoding="utf-8")
    environ = {**TOKENS, "SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET_FILE": str(tmp_path / "secret")}
    assert Settings.from_environ(environ) == (NEITHER,)


def test_the_command_line_needs_no_token() -> None:
    read = Settings.from_environ({"SIGNOFF_DATABASE": "sqlite:///data/x.db"}, needs_slack=False)
    assert isinstance(read, Settings)
    assert (read.slack_bot_token, read.slack_app_token, read.github_token) == (None, None, None)
    assert read.database_path == Path("data/x.db")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-1", f"SLACK_BOT_TOKEN does not begin with xoxb-: {BOT}"),
        ("SLACK_BOT_TOKEN", "xoxb-", f"SLACK_BOT_TOKEN does not begin with xoxb-: {BOT}"),
        ("SLACK_APP_TOKEN", "xoxb-1", f"SLACK_APP_TOKEN does not begin with xapp-: {APP}"),
        (
            "SLACK_SIGNING_SECRET",
            "a\u00e9",
            f"SLACK_SIGNING_SECRET holds a character that no token has, such as a space: {SECRET}",
        ),
        ("GITHUB_TOKEN", "a b", f"GITHUB_TOKEN holds a character that no token has, such as a space: {GITHUB}"),
        ("GITHUB_TOKEN", "a\r\nb", f"GITHUB_TOKEN holds a character that no token has, such as a space: {GITHUB}"),
        (
            "SIGNOFF_DATABASE",
            "postgresql://localhost/signoff",
            f"SIGNOFF_DATABASE is not an SQLite file, and no other database is in this version of Signoff; {DATABASE}",
        ),
        ("SIGNOFF_DATABASE", "sqlite:///", f"SIGNOFF_DATABASE names no file; {DATABASE}"),
        ("SIGNOFF_DATABASE", "sqlite:///:memory:", f"SIGNOFF_DATABASE names no file; {DATABASE}"),
        ("SIGNOFF_DATABASE", "sqlite:///data/", f"SIGNOFF_DATABASE names no file; {DATABASE}"),
        ("SIGNOFF_DATABASE", "sqlite:///a\x00b", f"SIGNOFF_DATABASE names no file; {DATABASE}"),
        ("GITHUB_API_URL", "api.github.com", f"GITHUB_API_URL {ADDRESS}"),
        ("GITHUB_API_URL", "file:///etc/passwd", f"GITHUB_API_URL {ADDRESS}"),
        ("GITHUB_API_URL", "https://", f"GITHUB_API_URL {ADDRESS}"),
        ("GITHUB_API_URL", "https://a:port", f"GITHUB_API_URL {ADDRESS}"),
        ("GITHUB_API_URL", "https://[", f"GITHUB_API_URL {ADDRESS}"),
        ("GITHUB_API_URL", "https://a/\nb", f"GITHUB_API_URL {ADDRESS}"),
        (
            "GITHUB_API_URL",
            "http://github.acme.example",
            "GITHUB_API_URL would send the token in the clear; write https (http is for this machine only).",
        ),
        (
            "SLACK_API_URL",
            "http://127.0.0.1.evil.example/api/",
            "SLACK_API_URL would send the token in the clear; write https (http is for this machine only).",
        ),
        (
            "SLACK_API_URL",
            "https://slack.com@evil.example/api/",
            "SLACK_API_URL may hold neither a user, nor a query, nor a fragment; write scheme, host and path only.",
        ),
        (
            "SLACK_API_URL",
            "https://slack.com/api/?x",
            "SLACK_API_URL may hold neither a user, nor a query, nor a fragment; write scheme, host and path only.",
        ),
    ],
)
def test_a_wrong_value_is_told_in_one_sentence(name: str, value: str, sentence: str) -> None:
    assert Settings.from_environ({**TOKENS, name: value}) == (sentence,)


def test_a_value_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("xoxb-from-file\n", encoding="utf-8")
    environ = {**TOKENS, "SLACK_BOT_TOKEN": "", "SLACK_BOT_TOKEN_FILE": str(file)}
    read = Settings.from_environ(environ)
    assert isinstance(read, Settings)
    assert read.slack_bot_token == SecretStr("xoxb-from-file")


def test_both_a_value_and_a_file_are_one_too_many(tmp_path: Path) -> None:
    environ = {**TOKENS, "GITHUB_TOKEN_FILE": str(tmp_path / "token")}
    assert Settings.from_environ(environ) == ("GITHUB_TOKEN and GITHUB_TOKEN_FILE are both set; keep one.",)


def test_a_file_that_cannot_be_read_is_told_without_its_content(tmp_path: Path) -> None:
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    (tmp_path / "large").write_bytes(b"x" * (64 * 1024 + 1))
    environ = {
        "SLACK_BOT_TOKEN_FILE": str(tmp_path / "absent"),
        "SLACK_APP_TOKEN_FILE": str(tmp_path),
        "GITHUB_TOKEN_FILE": str(tmp_path / "binary"),
        "GITHUB_WEBHOOK_SECRET_FILE": str(tmp_path / "large"),
    }
    assert Settings.from_environ(environ) == (
        "SLACK_BOT_TOKEN_FILE cannot be read: No such file or directory.",
        "SLACK_APP_TOKEN_FILE cannot be read: Is a directory.",
        "GITHUB_TOKEN_FILE cannot be read: it is not UTF-8 text.",
        "GITHUB_WEBHOOK_SECRET_FILE cannot be read: it is larger than 64 KiB.",
    )


def test_settings_do_not_show_their_secrets() -> None:
    shown = repr(settings(GITHUB_WEBHOOK_SECRET="hush-secret", SLACK_SIGNING_SECRET="hush-secret"))
    assert "secret" not in shown.replace("github_webhook_secret=", "").replace("slack_signing_secret=", "").replace(
        "buildbot_webhook_secret=", ""
    )


@given(st.sampled_from([*TOKENS, "SLACK_API_URL", "GITHUB_API_URL", "SIGNOFF_DATABASE"]), st.text(min_size=1))
def test_no_value_makes_it_raise_or_is_shown(name: str, value: str) -> None:
    read = Settings.from_environ({**TOKENS, name: f"\x01{value}\x02"})
    assert isinstance(read, tuple)
    assert "\x01" not in "".join(read)
