"""The hosts that the policy file names beside the environment's own: one class per section."""

from pydantic import Field

from bot.config.section import Section
from bot.config.written import ApiUrl, Variable


class AppSection(Section):
    """A GitHub App, by the variables that hold its parts."""

    NAME = "app"

    id_env: Variable = Field(
        description="the environment variable that holds the App's id", examples=["PARTNER_APP_ID"]
    )
    private_key_env: Variable = Field(
        description="the environment variable that holds the App's private key (a PEM, or its path)",
        examples=["PARTNER_APP_PRIVATE_KEY"],
    )


class GithubConnection(Section):
    """A GitHub: one host, one account there."""

    NAME = "github"

    api_url: ApiUrl = Field(
        "https://api.github.com",
        description="the address of its REST API",
        examples=["https://github.acme.example/api/v3"],
    )
    token_env: Variable | None = Field(
        None, description="the environment variable that holds a token", examples=["GHE_TOKEN"]
    )
    app: AppSection | None = Field(
        None,
        description="the GitHub App that acts, in place of a token",
        examples=["{id_env: PARTNER_APP_ID, private_key_env: PARTNER_APP_PRIVATE_KEY}"],
    )
    secret_env: Variable | None = Field(
        None,
        description="the environment variable that holds the secret of its webhooks; absent: it is asked instead",
        examples=["GHE_WEBHOOK_SECRET"],
    )


class ConnectionSection(Section):
    """A connection: what is spoken there."""

    NAME = "a connection"

    github: GithubConnection = Field(
        description="a GitHub, by its address and by who we are there",
        examples=["{api_url: https://github.acme.example/api/v3, token_env: GHE_TOKEN}"],
    )
