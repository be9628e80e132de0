"""Where Buildbot is and who asks it: the variables, and whether a policy needs them."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr

from bot.config.addresses import check_api
from bot.core.policy import Policy
from bot.core.source import BuildbotSource
from bot.core.target import BuildbotForce


class Reads(Protocol):
    """Reads variables and collects what is wrong with them."""

    problems: list[str]

    def text(self, name: str) -> str | None:
        """Return a variable's value, None when unset."""


@dataclass(frozen=True, slots=True)
class BuildbotAccess:
    """The four variables, each None where it is unset. `url` does not end with a slash."""

    url: str | None = None
    user: str | None = None
    password: SecretStr | None = None
    webhook_secret: SecretStr | None = None


def buildbot_access(reader: Reads) -> BuildbotAccess:
    """Return what the environment says of Buildbot, having told the reader what is wrong with it."""
    url, user = reader.text("BUILDBOT_URL"), reader.text("BUILDBOT_USER")
    password, secret = reader.text("BUILDBOT_PASSWORD"), reader.text("BUILDBOT_WEBHOOK_SECRET")
    if url is not None and (problem := check_api(url)):
        reader.problems.append(f"BUILDBOT_URL {problem}.")
        url = None
    for one, other, name, lacks in (
        (user, password, "BUILDBOT_USER", "BUILDBOT_PASSWORD"),
        (password, user, "BUILDBOT_PASSWORD", "BUILDBOT_USER"),
    ):
        if one is not None and other is None:
            reader.problems.append(f"{name} is set and {lacks} is not; Buildbot takes both or neither.")
    if user is not None and not (user.isprintable() and ":" not in user):
        reader.problems.append("BUILDBOT_USER holds a character that no user's name has, such as a colon.")
    if secret is not None and not all("!" <= letter <= "~" for letter in secret):
        reader.problems.append(
            "BUILDBOT_WEBHOOK_SECRET holds a character that cannot stand in a header, such as a space; "
            "write letters and digits."
        )
    return BuildbotAccess(url.rstrip("/") if url else None, user, _hidden(password), _hidden(secret))


def lacking_buildbot(policy: Policy, url: str | None) -> tuple[str, ...]:
    """Return what is wrong when a policy names Buildbot and nobody says where it is."""
    named = _named(policy)
    if url is not None or not named:
        return ()
    return (f"BUILDBOT_URL is not set; {named[0]} in the policy needs it, such as https://buildbot.acme.example.",)


def needs_buildbot(policy: Policy) -> tuple[str, ...]:
    """Return which variables a policy needs for Buildbot, in the words that `signoff check` prints."""
    named = _named(policy)
    return (f"needs BUILDBOT_URL, BUILDBOT_USER and BUILDBOT_PASSWORD for {', '.join(named)}",) if named else ()


def _named(policy: Policy) -> tuple[str, ...]:
    builds = [f"`build` of {one.name}" for one in policy.services if isinstance(one.source, BuildbotSource)]
    deploys = [f"`deploy` of {one.lane}" for one in policy.lanes() if isinstance(one.target, BuildbotForce)]
    return (*builds, *deploys)


def _hidden(value: str | None) -> SecretStr | None:
    return SecretStr(value) if value is not None else None
