"""The environment's variables to validated settings, or every problem with them at once.

Nothing else reads the environment; libraries get everything passed in. Sentences never show a secret's value.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, SecretStr

from bot.config.addresses import GITHUB_API, SLACK_API, check_api, web_of
from bot.config.app_key import check_app_id, private_key
from bot.config.buildbot import buildbot_access

LARGEST_SECRET = 64 * 1024
"""Bytes of a file that holds one value."""
SQLITE = "sqlite:///"
_SLACK_APPS = "https://api.slack.com/apps"
_BOT_REMEDY = f"copy the Bot User OAuth Token (xoxb-...) from OAuth & Permissions at {_SLACK_APPS}"
_APP_REMEDY = (
    f"create one (xapp-...) under Basic Information > App-Level Tokens with connections:write at {_SLACK_APPS}"
)
_SECRET_REMEDY = f"copy the Signing Secret from Basic Information > App Credentials at {_SLACK_APPS}"
GITHUB_REMEDY = (
    "create a fine-grained token for the repositories of the policy (Actions and Deployments: read and write, "
    "Contents: read) at https://github.com/settings/personal-access-tokens"
)


class Settings(BaseModel):
    """What this version reads from the environment."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slack_bot_token: SecretStr | None
    slack_app_token: SecretStr | None
    """Set: Socket Mode."""
    slack_signing_secret: SecretStr | None
    """Set, and no app token: Slack over HTTP."""
    slack_api_url: str
    """Ends with a slash."""
    database_path: Path
    github_token: SecretStr | None
    github_app_id: str | None = None
    github_app_private_key: SecretStr | None = None
    """PEM. Both are set, or neither; then there is no token."""
    github_webhook_secret: SecretStr | None
    """None: webhooks are off and GitHub is asked instead."""
    github_api_url: str
    """Does not end with a slash."""
    buildbot_url: str | None = None
    """Does not end with a slash. None: there is no Buildbot."""
    buildbot_user: str | None = None
    buildbot_password: SecretStr | None = None
    """Both are set, or neither; then Buildbot is asked as nobody."""
    buildbot_webhook_secret: SecretStr | None = None
    """None: pushes are not taken and Buildbot is asked instead."""

    @property
    def slack_over_http(self) -> bool:
        """Return whether Slack sends clicks and commands to us by HTTP; without, we connect out to Slack."""
        return self.slack_app_token is None and self.slack_signing_secret is not None

    @property
    def remark(self) -> str | None:
        """Return what is no mistake and should still be said at the start."""
        if self.slack_app_token is None or self.slack_signing_secret is None:
            return None
        return (
            "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both set: the app token wins, so this is Socket Mode and "
            "nothing is received over HTTP. Unset SLACK_APP_TOKEN for HTTP."
        )

    @property
    def github_web_url(self) -> str:
        """Return the address under which people see GitHub; it does not end with a slash."""
        return web_of(self.github_api_url)

    @property
    def other_web_urls(self) -> tuple[str, ...]:
        """Return the addresses under which people see the CI systems beside GitHub."""
        return (self.buildbot_url,) if self.buildbot_url is not None else ()

    @classmethod
    def from_environ(cls, environ: Mapping[str, str], *, needs_slack: bool = True) -> Self | tuple[str, ...]:
        """Return the settings, or one sentence for each problem.

        Args:
            environ: The variables, such as os.environ. Each may also be given as NAME_FILE; empty means unset.
            needs_slack: Whether the bot is to serve. The command line beside a running bot needs no token.
        """
        reader = Variables(environ)
        bot = reader.token("SLACK_BOT_TOKEN", _BOT_REMEDY, begins="xoxb-", needed=needs_slack)
        app, signing_secret = reader.slack_way_in(needed=needs_slack)
        slack_api = reader.checked("SLACK_API_URL", SLACK_API, check_api)
        database = reader.checked("SIGNOFF_DATABASE", f"{SQLITE}signoff.db", _check_database)
        github = reader.token("GITHUB_TOKEN", GITHUB_REMEDY, needed=False)  # the policy says whether there must be one
        # Whoever types a command beside a running bot may not be let at its key.
        app_id, app_key = reader.app("GITHUB_APP_ID", "GITHUB_APP_PRIVATE_KEY") if needs_slack else (None, None)
        if github is not None and app_id is not None:
            reader.problems.append("GITHUB_TOKEN and GITHUB_APP_ID are both set; keep one.")
        webhook_secret = reader.text("GITHUB_WEBHOOK_SECRET")
        github_api = reader.checked("GITHUB_API_URL", GITHUB_API, check_api)
        buildbot = buildbot_access(reader)
        if reader.problems:
            return tuple(reader.problems)
        return cls(
            slack_bot_token=bot,
            slack_app_token=app,
            slack_signing_secret=signing_secret,
            slack_api_url=f"{slack_api.rstrip('/')}/",  # slack_sdk joins the method's name to it as it is
            database_path=Path(database.removeprefix(SQLITE)),
            github_token=github,
            github_app_id=app_id,
            github_app_private_key=app_key,
            github_webhook_secret=SecretStr(webhook_secret) if webhook_secret else None,
            github_api_url=github_api.rstrip("/"),
            buildbot_url=buildbot.url,
            buildbot_user=buildbot.user,
            buildbot_password=buildbot.password,
            buildbot_webhook_secret=buildbot.webhook_secret,
        )


@dataclass(slots=True)
class Variables:
    """Reads variables, each by its name or from the file that NAME_FILE names; collects what is wrong with them."""

    environ: Mapping[str, str] = field(repr=False)
    problems: list[str] = field(default_factory=list)

    def text(self, name: str) -> str | None:
        """Return a variable's value, or that of the file which NAME_FILE names; None when unset or unreadable."""
        value, file = self.environ.get(name, ""), self.environ.get(f"{name}_FILE", "")
        if value and file:
            self.problems.append(f"{name} and {name}_FILE are both set; keep one.")
            return None
        try:
            found = _content(file) if file else value
        except OSError as error:
            self.problems.append(f"{name}_FILE cannot be read: {error.strerror or type(error).__name__}.")
            return None
        except ValueError as error:  # UnicodeDecodeError is one, and it would show the secret's bytes
            why = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else str(error)
            self.problems.append(f"{name}_FILE cannot be read: {why}.")
            return None
        return found if found.strip() else None

    def token(self, name: str, remedy: str, *, begins: str = "", needed: bool) -> SecretStr | None:
        """Return a token whose shape is right; it travels in a header, so it is one word of ASCII."""
        before = len(self.problems)
        value = self.text(name)
        if value is None:
            if needed and len(self.problems) == before:
                self.problems.append(f"{name} is not set: {remedy}.")
            return None
        value = value.strip()
        if not value.startswith(begins) or value == begins:
            self.problems.append(f"{name} does not begin with {begins}: {remedy}.")
        elif not all("!" <= letter <= "~" for letter in value):
            self.problems.append(f"{name} holds a character that no token has, such as a space: {remedy}.")
        return SecretStr(value)

    def app(self, id_name: str, key_name: str) -> tuple[str | None, SecretStr | None]:
        """Return a GitHub App's id and its private key; both, or neither beside a problem where one is set."""
        before = len(self.problems)
        app_id, key = self.text(id_name), self.text(key_name)
        if len(self.problems) > before or (app_id is None and key is None):
            return None, None
        for name, value, other in ((id_name, app_id, key_name), (key_name, key, id_name)):
            if value is None:
                self.problems.append(f"{name} is not set, and {other} is; a GitHub App needs both.")
        problem = check_app_id(app_id.strip()) if app_id is not None else None
        if problem is not None:
            self.problems.append(f"{id_name} {problem}.")
        read = private_key(key) if key is not None else None
        if isinstance(read, str):
            self.problems.append(f"{key_name} {read}.")
        if app_id is None or not isinstance(read, SecretStr) or problem is not None:
            return None, None
        return app_id.strip(), read

    def slack_way_in(self, *, needed: bool) -> tuple[SecretStr | None, SecretStr | None]:
        """Return the app token and the signing secret; one of them is enough."""
        before = len(self.problems)
        app = self.token("SLACK_APP_TOKEN", _APP_REMEDY, begins="xapp-", needed=False)
        secret = self.token("SLACK_SIGNING_SECRET", _SECRET_REMEDY, needed=False)
        if needed and app is None and secret is None and len(self.problems) == before:
            self.problems.append(
                "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set. For Socket Mode, the app token: "
                f"{_APP_REMEDY}. For HTTP, the secret: {_SECRET_REMEDY}."
            )
        return app, secret

    def checked(self, name: str, default: str, check: Callable[[str], str | None]) -> str:
        """Return a value that its check has nothing against, else the default beside a problem."""
        value = self.text(name)
        if value is None:
            return default
        problem = check(value)
        if problem:
            self.problems.append(f"{name} {problem}.")
            return default
        return value


def _content(file: str) -> str:
    with Path(file).open("rb") as opened:
        content = opened.read(LARGEST_SECRET + 1)
    if len(content) > LARGEST_SECRET:
        raise ValueError("it is larger than 64 KiB")
    # An editor ends a file with a line break; it is no part of a secret.
    return content.decode().removesuffix("\n").removesuffix("\r")


def _check_database(address: str) -> str | None:
    example = f"write, for example, {SQLITE}signoff.db or {SQLITE}/var/lib/signoff/signoff.db"
    if not address.startswith(SQLITE):
        return f"is not an SQLite file, and no other database is in this version of Signoff; {example}"
    path = address.removeprefix(SQLITE)
    if path in {"", ":memory:"} or path.endswith("/") or not path.isprintable():
        return f"names no file; {example}"
    return None
