"""The secrets: those whose variables the policy names, and all that a log must not show."""

from collections.abc import Mapping

from pydantic import SecretStr

from bot.config.addresses import check_heartbeat
from bot.config.environment import Settings, Variables
from bot.core.policy import Policy


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
