"""What is set to go wrong with the pipeline, as JSON and back, and the last webhook, which may be sent again."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from sandbox.github.faults import Rule as FaultRule
from sandbox.github.hooks import Delivered, Hook, Listener
from sandbox.github.weather import Rule as WeatherRule

if TYPE_CHECKING:
    from sandbox.github.state import ForgeState


@dataclass(frozen=True, slots=True)
class Troubles:
    """All of it; what a file of before does not name is as it was at the beginning."""

    break_next_deploy: bool = False
    webhooks_on: bool = True
    index_lag: float = 0.0
    run_details: bool = True
    faults: list[FaultRule] = field(default_factory=list)
    weather: list[WeatherRule] = field(default_factory=list)
    held: list[tuple[Hook, Listener]] = field(default_factory=list)
    last: list[Delivered] = field(default_factory=list)


_TROUBLES = TypeAdapter(Troubles)


def dump(forge: "ForgeState") -> dict[str, Any]:
    """Return everything, as JSON takes it."""
    hooks = forge.hooks
    found: dict[str, Any] = _TROUBLES.dump_python(
        Troubles(
            break_next_deploy=forge.break_next_deploy,
            webhooks_on=forge.webhooks_on,
            index_lag=forge.index_lag,
            run_details=forge.run_details,
            faults=[rule for rule in forge.faults.rules if rule.count > 0],
            weather=[rule for rule in hooks.weather.rules if rule.count > 0],
            held=hooks.held,
            last=hooks.deliveries[-1:],
        ),
        mode="json",
    )
    return found


def load(forge: "ForgeState", state: dict[str, Any]) -> None:
    """Put it into a forge.

    Raises:
        ValueError: it is damaged.
    """
    known, hooks = _TROUBLES.validate_python(state), forge.hooks
    forge.break_next_deploy, forge.webhooks_on = known.break_next_deploy, known.webhooks_on
    forge.index_lag, forge.run_details = known.index_lag, known.run_details
    forge.faults.rules, hooks.weather.rules = known.faults, known.weather
    hooks.held, hooks.deliveries = known.held, known.last
