"""What a person does and reads beside the channels: forms, the Home tab, messages to them alone, mentions."""

from collections.abc import Mapping

from sandbox.slack.filled import Value
from sandbox.slack.finding import Target
from sandbox.slack.messages import Message
from sandbox.slack.views import Home, Modal
from tests.acceptance.desk import Desk


async def home_of(here: Desk, who: str, words: str = "") -> Home:
    """Open somebody's Home tab, wait until it holds the words, and return it; the app must acknowledge."""
    assert await here.running.driver.open_home(who), "the opening of the Home tab was not acknowledged"
    return await home_says(here, who, words)


async def home_says(here: Desk, who: str, words: str) -> Home:
    """Wait until somebody's Home tab holds the words, as it is kept up to date, and return it."""

    def shown() -> Home | None:
        home = here.workspace.home(who)
        return home if home is not None and words in here.workspace.reads(home) else None

    found = await here.until(shown)
    assert found is not None
    return found


async def form_of(here: Desk, who: str, words: str = "") -> Modal:
    """Wait until a form whose title or text holds the words is in front of somebody, and return it."""

    def shown() -> Modal | None:
        modal = here.workspace.modal(who)
        return modal if modal is not None and words in f"{modal.title}\n{here.workspace.reads(modal)}" else None

    found = await here.until(shown)
    assert found is not None
    return found


async def puts(here: Desk, who: str, where: Target, name: str, value: Value) -> None:
    """Choose, tick, pick or enter something in a form, the Home tab or a message; the app must acknowledge.

    What a form only sends with the whole of it is not said to the app, and needs nobody to acknowledge it.
    """
    done = await here.running.driver.put(who, where, name, value)
    assert done.acknowledged or not done.sent, f"{name} was not acknowledged"


async def sends(here: Desk, who: str, values: Mapping[str, Value] | None = None) -> None:
    """Fill in the form in front of somebody and send it; Slack must take it and the app acknowledge."""
    modal = here.workspace.modal(who)
    done = await here.running.driver.submit(who, values)
    assert done.acknowledged, (
        f"the form was not taken: {modal.errors if modal else ''} {modal.trouble if modal else ''}"
    )


async def is_told(here: Desk, who: str, words: str) -> Message:
    """Wait until somebody has a direct message that holds the words, and return it."""
    found = await here.until(lambda: [m for m in here.workspace.direct_messages(who) if words in here.reads(m)])
    return found[-1]


def direct_messages(here: Desk, who: str) -> list[str]:
    """Return all that was said to somebody directly and is still there, oldest first."""
    return [here.reads(message) for message in here.workspace.direct_messages(who)]


async def mentions(here: Desk, who: str, line: str, where: str = "payments") -> Message:
    """Write `@signoff` and a line into a channel, and return the message; the app may answer below it."""
    return await here.running.driver.mention(who, where, line)
