"""How the policy file has a deployed release verified."""

from typing import Annotated

from pydantic import Field

from bot.config.section import Section
from bot.config.written import (
    Address,
    Argument,
    Directory,
    Duration,
    InputValue,
    JsonPath,
    OnFailureWord,
    PlainName,
    Status,
    Variable,
)


class JsonProbe(Section):
    """A value in the JSON of the answer."""

    NAME = "json"

    path: JsonPath = Field(description="keys from the outside in, joined by dots", examples=["version"])
    equals: InputValue = Field(description="what must stand there; may hold placeholders", examples=['"{version}"'])


class HttpProbeSection(Section):
    """An address that tells whether the release is well."""

    NAME = "http"
    LATER = frozenset({"headers"})

    url: Address = Field(description="the address to ask", examples=["https://payments.acme.example/version"])
    status: Status = Field(200, description="the status that means well", examples=["200"])
    equals: InputValue | None = Field(
        None, description="what the whole answer must be; may hold placeholders", examples=['"{version}"']
    )
    json_: JsonProbe | None = Field(
        None, alias="json", description="what the answer must hold", examples=['{path: version, equals: "{version}"}']
    )


class CommandProbeSection(Section):
    """A program on the bot's own host that ends with 0 when the release is well."""

    NAME = "command"

    argv: Annotated[tuple[Argument, ...], Field(min_length=1, max_length=64)] = Field(
        description="the program and its arguments, as for `deploy.command`",
        examples=['[./check.sh, --version, "{version}"]'],
    )
    timeout: Duration | None = Field(
        None, description="how long it may take before it is killed and counts as ill", examples=["30s"]
    )
    directory: Directory | None = Field(None, description="where it runs", examples=["/srv/legacy"])


class SignalSection(Section):
    """Whoever watches the environment, who says by signed webhook whether the release is well."""

    NAME = "signal"

    source: PlainName = Field(description="its name, which its webhooks claim", examples=["prometheus"])
    secret_env: Variable = Field(
        description="the environment variable that holds the secret it signs with", examples=["PROMETHEUS_SECRET"]
    )


class VerifySection(Section):
    """When a deploy that has ended counts as live."""

    NAME = "verify"

    http: HttpProbeSection | None = Field(
        None, description="ask an address", examples=["{url: https://payments.acme.example/version}"]
    )
    command: CommandProbeSection | None = Field(
        None, description="ask a program on the bot's own host", examples=["{argv: [./check.sh]}"]
    )
    signal: SignalSection | None = Field(
        None,
        description="be told by signed webhook",
        examples=["{source: prometheus, secret_env: PROMETHEUS_SECRET}"],
    )
    within: Duration | None = Field(None, description="how soon it must be well for the first time", examples=["5m"])
    hold_for: Duration | None = Field(
        None, alias="for", description="for how long it must then stay well", examples=["10m"]
    )
    on_failure: OnFailureWord | None = Field(
        None, description="what follows when it is not: `ask` people", examples=["ask"]
    )
