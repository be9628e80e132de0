"""What a webhook hinted at, as it is stored in the inbox: where to look, or the signed body that is all there is."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from bot.ports.ci import BuildHint, CommitHint, DeploymentHint, Hint, RunHint, SignedReport


class _News(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    repository: str
    """As the policy spells it."""


class RunNews(_News):
    """A run has news."""

    kind: Literal["run"] = "run"
    run_id: int
    connection: str | None = None


class BuildNews(BaseModel):
    """A build has news."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["build"] = "build"
    builder: str
    number: int


class DeploymentNews(_News):
    """A deployment has news."""

    kind: Literal["deployment"] = "deployment"
    ref: str


class CommitNews(_News):
    """A commit has news."""

    kind: Literal["commit"] = "commit"
    sha: str
    connection: str | None = None


class SignedNews(BaseModel):
    """A report as it was signed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["signed"] = "signed"
    signer: str
    body: str


News = RunNews | BuildNews | DeploymentNews | CommitNews
HINT: TypeAdapter[News] = TypeAdapter(Annotated[News, Field(discriminator="kind")])


def stored(hint: Hint | SignedReport) -> str:
    """Return a hint as the JSON text that the inbox keeps."""
    match hint:
        case RunHint(repository, run_id, connection):
            news = RunNews(repository=repository, run_id=run_id, connection=connection)
            return news.model_dump_json(exclude_none=True)
        case BuildHint(builder, number):
            return BuildNews(builder=builder, number=number).model_dump_json()
        case DeploymentHint(repository, ref):
            return DeploymentNews(repository=repository, ref=ref).model_dump_json()
        case CommitHint(repository, sha, connection):
            about = CommitNews(repository=repository, sha=sha, connection=connection)
            return about.model_dump_json(exclude_none=True)
        case SignedReport(signer, body):
            return SignedNews(signer=signer, body=body).model_dump_json()


def hint_of(news: News) -> Hint:
    """Return the hint that was stored."""
    if isinstance(news, RunNews):
        return RunHint(news.repository, news.run_id, news.connection)
    if isinstance(news, BuildNews):
        return BuildHint(news.builder, news.number)
    if isinstance(news, CommitNews):
        return CommitHint(news.repository, news.sha, news.connection)
    return DeploymentHint(news.repository, news.ref)
