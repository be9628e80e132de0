"""What the control API is asked to let go wrong, parsed. Imported by the first who asks: pydantic takes its time."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from sandbox.slack.faults import Fault, Kind

LATEST = 60.0


class _Fault(BaseModel):
    model_config = ConfigDict(extra="forbid")  # a slip of the pen is told, not taken for a default

    method: Annotated[str, StringConstraints(pattern=r"\A[A-Za-z_.*?]{1,80}\z")]
    kind: Kind
    count: Annotated[int, Field(ge=1, le=1000)] = 1
    retry_after: Annotated[int, Field(ge=0, le=3600)] = 1
    seconds: Annotated[float, Field(ge=0, le=600, allow_inf_nan=False)] = 0.0
    error: Annotated[str, StringConstraints(pattern=r"\A[a-z_]{1,80}\z")] = "fatal_error"


class _Weather(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    cut: bool | None = None
    revoked: bool | None = None
    doubled: bool | None = None
    late: Annotated[float, Field(ge=0, le=LATEST, allow_inf_nan=False)] | None = None


_FAULTS = TypeAdapter(list[_Fault])


def faults(given: object) -> list[Fault]:
    """Return the rules that a list in JSON names.

    Raises:
        ValueError: these are no rules.
    """
    return [Fault(**one.model_dump()) for one in _FAULTS.validate_python(given)]


def weather(given: object) -> dict[str, Any]:
    """Return the fields of the weather that an object in JSON names.

    Raises:
        ValueError: it names something else, or is of the wrong type.
    """
    return _Weather.model_validate(given).model_dump(exclude_none=True)
