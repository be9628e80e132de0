"""A part of the policy file, whichever it is: unknown keys are errors, values never change."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A part of the file: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)

    NAME: ClassVar[str] = "the file"
    LATER: ClassVar[frozenset[str]] = frozenset()
    INSTEAD: ClassVar[str] = "remove it"
