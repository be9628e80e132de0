"""What is wrong between Slack and the app until somebody mends it: no network, a revoked token, twice, late."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class Weather:
    """All is well as it begins.

    `cut`: no call arrives, no answer, nothing that people do, and every connection is gone. `revoked`: every call with
    the bot's token is refused as `token_revoked`. `doubled`: the app hears of everything twice. `late`: it hears of
    everything so many seconds after it was done; triggers run out meanwhile, as they would.
    """

    cut: bool = False
    revoked: bool = False
    doubled: bool = False
    late: float = 0.0

    def change(self, fields: Mapping[str, bool | float]) -> None:
        """Take over the fields that are named, and leave the rest."""
        for name, value in fields.items():
            setattr(self, name, value)
