"""Several lines of a thread in one message, where they had to wait: a channel gets a message a second at most."""

from collections.abc import Callable
from dataclasses import replace

from bot.ports.effects import EffectRow
from bot.ports.slack import Message
from bot.ports.store import Transaction
from bot.views import limits
from handlers.post import Post, Waits

MOST = 10
"""Lines in one message, beside the first."""


def folded(tx: Transaction, row: EffectRow, post: Post, compose: Callable[[EffectRow], Post | Waits | None]) -> Post:
    """Return a line with those that wait behind it in the same thread, as many as fit into one message.

    Args:
        tx: the transaction that claimed the line.
        row: the line's effect.
        post: what it says.
        compose: says what another effect of its kind says.
    """
    shown, also = post.message, []
    for other in tx.effects.following(row, MOST):
        line = compose(other)
        if isinstance(line, Post):
            together = _together(shown, line.message)
            if (line.channel, line.thread) != (post.channel, post.thread) or together is None:
                break
            shown = together
        elif line is not None:
            break
        also.append(other.id)
    return replace(post, message=shown, also=tuple(also))


def _together(first: Message, then: Message) -> Message | None:
    """Return two messages as one; None where they do not fit."""
    text = f"{first.text}\n{then.text}"
    blocks = (*first.blocks, *then.blocks)
    return Message(text, blocks) if len(text) <= limits.TEXT and len(blocks) <= limits.BLOCKS else None
