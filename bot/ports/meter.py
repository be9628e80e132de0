"""What is counted and timed where it happens. Labels are closed vocabularies or environments, never other names."""

from enum import Enum
from typing import Protocol


class Counted(Enum):
    """What is counted: its name, what it means, its labels."""

    WEBHOOKS = ("webhooks", "Deliveries to /webhooks, by how they were answered", ("outcome",))
    SLACK_REQUESTS = ("slack_requests", "Requests to /slack/events, by what became of them", ("outcome",))
    HTTP_REFUSED = ("http_refused", "HTTP requests that no route answered, by the status they got", ("code",))
    DECISIONS = (
        "decisions",
        "Inputs decided, by what they were and how they ended",
        ("environment", "kind", "outcome"),
    )
    DENIED = ("authorization_denied", "Acts refused because of who acted", ("reason",))
    ATTEMPTS = ("effect_attempts", "Attempts at effects, by how they ended", ("kind", "outcome"))
    API_REQUESTS = ("api_requests", "Calls that left the bot, by the status of their answer", ("api", "method", "code"))
    LOOP_FAILURES = ("loop_failures", "Loops of the bot whose own code failed", ())
    HEARTBEATS = ("heartbeats", "Heartbeats sent, by how they ended", ("outcome",))

    def __init__(self, title: str, meaning: str, labels: tuple[str, ...]) -> None:
        self.title = title
        self.meaning = meaning
        self.labels = labels


class Timed(Enum):
    """What is timed, in seconds: its name, what it means, its labels."""

    ACK = ("ack_duration", "From the arrival of what came in until it was stored and answered", ("kind",))
    EFFECT = ("effect_duration", "One attempt at an effect, from claim to outcome", ("kind",))
    TRANSACTION = ("db_tx", "One transaction, its wait for the database included", ("kind",))
    RETRY_AFTER = ("api_retry_after", "How long an API asked to wait", ("api",))

    def __init__(self, title: str, meaning: str, labels: tuple[str, ...]) -> None:
        self.title = title
        self.meaning = meaning
        self.labels = labels


class Meter(Protocol):
    """Where counts and times go. It never fails and never waits."""

    def count(self, what: Counted, *labels: str) -> None:
        """Count one; `labels` in the order in which the thing names them."""

    def took(self, what: Timed, seconds: float, *labels: str) -> None:
        """Note how long something took."""


class Silent:
    """Where nobody watches."""

    def count(self, what: Counted, *labels: str) -> None:
        """Forget it."""

    def took(self, what: Timed, seconds: float, *labels: str) -> None:
        """Forget it."""


SILENT: Meter = Silent()
