"""What is wrong between Slack and the app until somebody mends it: no network, a revoked token, twice, late."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

LATEST = 60.0


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

    def change(self, given: object) -> None:
        """Take over what a JSON object names, and leave the rest.

        Raises:
            ValueError: it names something else, or is of the wrong type.
        """
        for name, value in _Asked.model_validate(given).model_dump(exclude_none=True).items():
            setattr(self, name, value)


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    cut: bool | None = None
    revoked: bool | None = None
    doubled: bool | None = None
    late: Annotated[float, Field(ge=0, le=LATEST, allow_inf_nan=False)] | None = None
