"""Every kind of probe, asked by what the policy wants."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.verification import CommandProbe, HttpProbe
from handlers.ci.command_probe import CommandHealth
from handlers.probe import Health, HttpHealth


@dataclass(frozen=True, slots=True)
class Probes:
    """Implements Prober by those that there are."""

    http: HttpHealth
    command: CommandHealth

    async def look(self, probe: HttpProbe | CommandProbe, values: Mapping[str, str]) -> Health:
        """Ask once; never raises for what is answered."""
        match probe:
            case HttpProbe():
                return await self.http.look(probe, values)
            case CommandProbe():
                return await self.command.look(probe, values)
