"""What a person reads in the Home tab, and does there and in forms."""

from sandbox.slack.filled import Value
from sandbox.slack.finding import Target
from sandbox.slack.views import Home
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


async def puts(here: Desk, who: str, where: Target, name: str, value: Value) -> None:
    """Choose, tick, pick or enter something in a form, the Home tab or a message; the app must acknowledge.

    What a form only sends with the whole of it is not said to the app, and needs nobody to acknowledge it.
    """
    done = await here.running.driver.put(who, where, name, value)
    assert done.acknowledged or not done.sent, f"{name} was not acknowledged"
