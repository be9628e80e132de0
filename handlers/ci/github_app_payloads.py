"""What GitHub answers to an App about itself: its installation, and a token. Lenient like all that GitHub sends."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from handlers.ci.github_payloads import Id, Maybe, Moment, Sent


class InstallationPayload(Sent):
    """Where the App is installed; every other field is of no concern."""

    id: Id
    permissions: dict[str, Annotated[str | None, Maybe]] = Field(default_factory=dict)
    suspended_at: Annotated[datetime | None, Field(strict=False)] = None


class TokenPayload(Sent):
    """A token; it may be long, and it goes into a header as it is."""

    token: Annotated[str, Field(pattern=r"^[!-~]{1,8192}$", repr=False)]
    expires_at: Moment
