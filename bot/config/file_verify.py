"""How the policy file has a deployed release verified."""

from pydantic import Field

from bot.config.section import Section
from bot.config.written import (
    Address,
    Duration,
    InputValue,
    JsonPath,
    OnFailureWord,
    Status,
)


class JsonProbe(Section):
    """A value in the JSON of the answer."""

    NAME = "json"

    path: JsonPath = Field(description="keys from the outside in, joined by dots", examples=["version"])
    equals: InputValue = Field(description="what must stand there; may hold placeholders", examples=['"{version}"'])


class HttpProbeSection(Section):
    """An address that tells whether the release is well."""

    NAME = "http"
    LATER = frozenset({"body", "headers"})

    url: Address = Field(description="the address to ask", examples=["https://payments.acme.example/version"])
    status: Status = Field(200, description="the status that means well", examples=["200"])
    json_: JsonProbe | None = Field(
        None, alias="json", description="what the answer must hold", examples=['{path: version, equals: "{version}"}']
    )


class VerifySection(Section):
    """When a deploy that has ended counts as live."""

    NAME = "verify"
    INSTEAD = "write `http`"
    LATER = frozenset({"command", "signal"})

    http: HttpProbeSection = Field(
        description="ask an address", examples=["{url: https://payments.acme.example/version}"]
    )
    within: Duration | None = Field(None, description="how soon it must be well for the first time", examples=["5m"])
    hold_for: Duration | None = Field(
        None, alias="for", description="for how long it must then stay well", examples=["10m"]
    )
    on_failure: OnFailureWord | None = Field(
        None, description="what follows when it is not: `ask` people", examples=["ask"]
    )
