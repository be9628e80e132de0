"""The generic report, as far as it is read: unknown fields are ignored, and what is used must be what it says. Pure."""

import re
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from bot.redaction import without_secrets
from handlers.ci.github_payloads import Moment

_KEY = re.compile(r"R-[1-9][0-9]{0,17}-[a-z0-9]{8}", re.ASCII)
_URL = re.compile(r"https?://[!-;=?-~]{1,2000}", re.ASCII)
_FIRST, _LAST = 2000, 9000
"""Years between which a moment can be meant."""


def _plausible(moment: datetime) -> datetime:
    if not _FIRST <= moment.year <= _LAST:
        raise ValueError("not a moment of our time")
    return moment


def _without_secrets(most: int) -> AfterValidator:
    """Leave out secrets and keep the bound: what stands in their place may be longer, and is read again as stored."""
    return AfterValidator(lambda text: without_secrets(text)[:most])


def _matches(pattern: re.Pattern[str]) -> AfterValidator:
    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise ValueError("not of its form")
        return text

    return AfterValidator(check)


Name = Annotated[str, Field(min_length=1, max_length=200)]
Sha = Annotated[str, _matches(re.compile(r"[0-9a-f]{40}", re.ASCII))]
Version = Annotated[str, _matches(re.compile(r"[A-Za-z0-9][A-Za-z0-9._+~-]{0,99}", re.ASCII))]
Digest = Annotated[str, _matches(re.compile(r"sha256:[0-9a-f]{64}", re.ASCII))]
RunId = Annotated[str, _matches(re.compile(r"[!-~]{1,100}", re.ASCII))]
Told = Annotated[str, Field(max_length=4000), _without_secrets(4000)]
"""What people read, and others wrote."""
When = Annotated[Moment, AfterValidator(_plausible)]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Writer(_Sent):
    """Somebody who wrote a commit, by what the pipeline says of them."""

    name: Annotated[str, Field(max_length=200), _without_secrets(200)]
    email: Annotated[str | None, Field(max_length=320)] = None


class BuildData(_Sent):
    """What a pipeline says of a run for a commit."""

    source: Name
    service: Name
    sha: Sha
    run_id: RunId
    attempt: Annotated[int, Field(ge=1, le=10**9)] = 1
    version: Version | None = None
    branch: Annotated[str | None, Field(max_length=255)] = None
    digest: Digest | None = None
    url: Told | None = None
    authors: Annotated[tuple[Writer, ...], Field(max_length=100, strict=False)] = ()
    title: Told | None = None


class DeployData(_Sent):
    """What a deployer says. Without `key` it was nobody's release of ours, and then the commit is needed."""

    source: Name | None = None
    service: Name
    environment: Name
    key: Annotated[str, _matches(_KEY)] | None = None
    sha: Sha | None = None
    version: Version | None = None
    url: Told | None = None
    detail: Told | None = None


class SignalData(_Sent):
    """What whoever watches an environment says of the release there: which, by its key or its commit."""

    source: Name
    service: Name
    environment: Name
    key: Annotated[str, _matches(_KEY)] | None = None
    sha: Sha | None = None
    detail: Told | None = None


class BuildSaid(_Sent):
    """A report on a build."""

    type: Literal["build.started", "build.succeeded", "build.failed"]
    timestamp: When
    data: BuildData


class DeploySaid(_Sent):
    """A report on a deploy."""

    type: Literal["deploy.started", "deploy.succeeded", "deploy.failed"]
    timestamp: When
    data: DeployData


class SignalSaid(_Sent):
    """A word on a release that is being verified."""

    type: Literal["signal.healthy", "signal.unhealthy"]
    timestamp: When
    data: SignalData


class _ClaimedData(_Sent):
    source: str | None = None
    service: str | None = None
    environment: str | None = None


class Claim(_Sent):
    """Whose word a body claims to be: read before it is verified, and used for nothing but to find the secret."""

    type: str
    data: _ClaimedData


Said = BuildSaid | DeploySaid | SignalSaid
SAID: TypeAdapter[Said] = TypeAdapter(Annotated[Said, Field(discriminator="type")])
SIGNALS = frozenset({"signal.healthy", "signal.unhealthy"})
TYPES = SIGNALS | {f"{what}.{how}" for what in ("build", "deploy") for how in ("started", "succeeded", "failed")}
"""What is followed; any other type is well formed, and nothing follows from it."""


def address(url: str | None) -> str | None:
    """Return an address of the usual form; whether people are led there is for the views to say."""
    return url if url is not None and _URL.fullmatch(url) else None
