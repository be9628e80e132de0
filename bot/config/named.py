"""The secrets: those whose variables the policy names, and all that a log must not show."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from bot.config.addresses import check_heartbeat
from bot.config.environment import Settings, Variables
from bot.core.policy import Policy
from bot.core.source import StandardSource
from bot.core.target import DeployWebhook

_PREFIX = "whsec_"


def heartbeat_address(policy: Policy, environ: Mapping[str, str]) -> SecretStr | tuple[str, ...] | None:
    """Return where the heartbeat goes, None where the policy wants none, or one sentence for each problem."""
    beat = policy.heartbeat
    if beat is None:
        return None
    if beat.secret_env is None:
        return SecretStr(beat.url or "")
    variables = Variables(environ)
    address = variables.text(beat.secret_env)
    if variables.problems:
        return tuple(variables.problems)
    if address is None:
        return (f"{beat.secret_env} is not set; `heartbeat` in the policy says that it holds an address.",)
    address = address.strip()
    problem = check_heartbeat(address)
    return (f"{beat.secret_env} {problem}.",) if problem else SecretStr(address)


def secrets_of(settings: Settings, *others: SecretStr | None) -> tuple[str, ...]:
    """Return the value of every secret that the bot was given, for whoever must hide them."""
    found = [value for _, value in settings if isinstance(value, SecretStr)]
    return tuple(one.get_secret_value() for one in [*found, *others] if one is not None)


@dataclass(slots=True)
class NamedSecrets:
    """The secrets by which webhooks are signed, each by the name of its variable, read once."""

    environ: Mapping[str, str] = field(repr=False)
    _known: dict[str, str | None] = field(default_factory=dict, repr=False)

    def __call__(self, name: str) -> str | None:
        """Return the secret that a variable holds, or that the file holds which NAME_FILE names; None when unset."""
        if name not in self._known:
            self._known[name] = Variables(self.environ).text(name)
        return self._known[name]

    def problems(self, policy: Policy) -> tuple[str, ...]:
        """Return one sentence for each secret that the policy needs and that is not there, or is none."""
        found: dict[str, str] = {}
        for name, holder in _signing(policy):
            variables = Variables(self.environ)
            value = variables.text(name)
            if variables.problems:
                found[name] = variables.problems[0]
            elif value is None:
                found[name] = f"{name} is not set; {holder} in the policy says that it holds a secret."
            elif not _is_secret(value):
                found[name] = f"{name} begins with {_PREFIX} and goes on with something else than base64."
        return tuple(found.values())

    def values(self, policy: Policy) -> tuple[SecretStr, ...]:
        """Return the secrets of a policy, for whoever must hide them."""
        return tuple(SecretStr(value) for name, _ in _signing(policy) if (value := self(name)))


def _signing(policy: Policy) -> Iterator[tuple[str, str]]:
    """Yield each variable that holds a secret to sign with, and the part of the policy that names it."""
    for service in policy.services:
        if isinstance(service.source, StandardSource):
            yield service.source.secret_env, f"`build` of {service.name}"
        for lane in service.lanes:
            if isinstance(lane.target, DeployWebhook):
                yield lane.target.secret_env, f"`deploy` of {lane.lane}"
            if lane.verify is not None and lane.verify.signal is not None:
                yield lane.verify.signal.secret_env, f"`verify` of {lane.lane}"


def _is_secret(value: str) -> bool:
    if not value.startswith(_PREFIX):
        return True
    try:
        return bool(base64.b64decode(value.removeprefix(_PREFIX), validate=True))
    except (binascii.Error, ValueError):
        return False
