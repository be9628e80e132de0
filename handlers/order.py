"""The order of what one person did: while an act of theirs waits for a fact, a later one does not overtake it.

Only the command line may: it is there for the time when Slack cannot say who anybody is. What it has overtaken does
not count any more, or a click from before would undo what its person said last.
"""

from pydantic import ValidationError

from bot.core.inputs import Actor
from bot.ports.inbox import InboxRow
from bot.ports.store import Transaction
from bot.ports.trouble import TryLater
from handlers.acts import ACT, Click, Command, Form, Mention, Wish

Act = Click | Form | Wish | Command | Mention

WAITS_FOR_THE_EARLIER = TryLater(1.0, "an earlier act of the same person waits")


def has_earlier(tx: Transaction, row: InboxRow, act: Act) -> bool:
    """Whether something that the same person did earlier in Slack is not decided yet."""
    if act.slack is None:
        return False
    earlier = (_act(body) for body in tx.inbox.waiting_before(row.id, "slack"))
    return any(one is not None and one.slack == act.slack for one in earlier)


def overtaken(tx: Transaction, row: InboxRow, act: Act, actor: Actor) -> bool:
    """Whether a person who did something in Slack has acted on the command line since, before this was decided."""
    if act.slack is None:
        return False
    since = (_act(body) for body in tx.inbox.done_since(row.id, "cli"))
    return any(isinstance(one, Command) and one.person == actor.person.id for one in since)


def _act(body: str) -> Act | None:
    """Return what a row holds; None for one that our own code cannot read, which is set aside in the end."""
    try:
        return ACT.validate_json(body)
    except ValidationError:
        return None
