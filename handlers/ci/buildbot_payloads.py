"""What Buildbot's API and its status pushes say, as far as it is read; a part that is odd is as good as absent.

https://docs.buildbot.net/latest/developer/rest.html
"""

import re
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from handlers.ci.github_payloads import Count, Id, Maybe

KEY = "signoff_key"
"""The property that makes a build ours."""
_SHA = re.compile(r"[0-9a-f]{40}", re.ASCII)

Seconds = Annotated[int, Field(ge=0, le=32_503_680_000)]
"""Since 1970, up to the year 3000."""


class Told(BaseModel):
    """Anything that Buildbot tells."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Build(Told):
    """One run of a builder. `results` is None until it has ended."""

    buildid: Id
    number: Count
    builderid: Id
    buildrequestid: Id
    complete: bool
    results: Annotated[int | None, Maybe] = None
    started_at: Seconds
    complete_at: Annotated[Seconds | None, Maybe] = None
    properties: Annotated[dict[str, Any] | None, Maybe] = None


class BuildRequest(Told):
    """The wish for a build. `results` is -1 until it is complete."""

    buildrequestid: Id
    buildsetid: Id
    complete: bool
    results: Annotated[int | None, Maybe] = None
    submitted_at: Seconds
    properties: Annotated[dict[str, Any] | None, Maybe] = None


class SourceStamp(Told):
    """What is built. One with a patch is not the commit that it names, whoever sent it."""

    branch: str | None
    revision: str | None
    patch: Any
    created_at: Seconds


class Buildset(Told):
    """Why something is built, and what."""

    bsid: Id
    sourcestamps: list[SourceStamp]


class Change(Told):
    """A commit that Buildbot was told of."""

    author: str = ""
    comments: str = ""
    revision: str | None = None


class Builder(Told):
    """A builder by its number, which lasts as long as Buildbot's database."""

    builderid: Id
    name: str


class ForceField(Told):
    """A field of a force scheduler's form, or a box with further ones."""

    name: str = ""
    full_name: Annotated[str | None, Field(alias="fullName")] = None
    type: str = ""
    fields: "list[ForceField]" = Field(default_factory=list)


class ForceScheduler(Told):
    """What a force scheduler takes, and which builders it forces."""

    builder_names: list[str]
    enabled: bool = True
    all_fields: list[ForceField]


class Builds(Told):
    """A page of builds; None stands for one that cannot be read."""

    builds: list[Annotated[Build | None, Maybe]]


class BuildRequests(Told):
    """A page of requests, all of them or none: the one that is looked for must not go unseen."""

    buildrequests: list[BuildRequest]


class Buildsets(Told):
    """A page of buildsets."""

    buildsets: list[Annotated[Buildset | None, Maybe]]


class Changes(Told):
    """A page of changes."""

    changes: list[Annotated[Change | None, Maybe]]


class Builders(Told):
    """The answer about one builder."""

    builders: Annotated[list[Builder], Field(min_length=1)]


class ForceSchedulers(Told):
    """The answer about one force scheduler."""

    forceschedulers: Annotated[list[ForceScheduler], Field(min_length=1)]


class Forced(Told):
    """The answer to a force: the buildset, and the request of each builder. Nothing else is a success."""

    result: Annotated[tuple[Id, dict[str, Id]], Field(strict=False)]


class RpcError(Told):
    """What JSON-RPC says of a refusal: words, or words by field."""

    class Said(Told):
        """The error itself."""

        message: str | dict[str, Any] = ""

    error: Said


class Failure(Told):
    """What REST says of a refusal."""

    error: str


class Push(Told):
    """A status push: which build has news; everything else is fetched."""

    class Named(Told):
        """The builder."""

        name: str

    number: Count
    builder: Named
    buildrequestid: Id
    complete: bool
    started_at: Seconds
    complete_at: Annotated[Seconds | None, Maybe] = None


def full_sha(value: object) -> str | None:
    """Return a value that is a whole hash of a commit, else None: Buildbot takes any text for a revision."""
    return value if isinstance(value, str) and _SHA.fullmatch(value) else None


def value_of(properties: dict[str, Any] | None, name: str) -> object:
    """Return the value of a property, which is told with its source beside it; None where there is none."""
    told = (properties or {}).get(name)
    return told[0] if isinstance(told, list) and told else None


def checked_out(properties: dict[str, Any] | None) -> tuple[str, ...]:
    """Return the commits that a build says to have checked out, one for each codebase."""
    value = value_of(properties, "got_revision")
    told = value.values() if isinstance(value, dict) else (value,)
    return tuple(sha for one in told if (sha := full_sha(one)))
