"""Heads of the audit chain on their way into the log: kept with the decision, so that a crash loses none of them. Pure.

Slack is told by an effect of its own, and may be away; the log has each head at once, whatever Slack does.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import TypeAdapter

from bot.core.chain import Head
from bot.ports.store import Transaction

NAME = "heads for the log"


@dataclass(frozen=True, slots=True)
class Heads:
    """The place of the newest head that was noted, and those that the log does not have yet."""

    newest: int = 0
    waiting: tuple[Head, ...] = ()


_HEADS: TypeAdapter[Heads] = TypeAdapter(Heads)


def note_head(tx: Transaction, head: Head) -> None:
    """Have a head written to the log; one that was noted before is not noted again."""
    heads = _known(tx)
    if head.seq > heads.newest:
        _keep(tx, Heads(head.seq, (*heads.waiting, head)))


def unlogged(tx: Transaction) -> Sequence[Head]:
    """Return the heads that the log does not have yet, in the order in which they were noted."""
    return _known(tx).waiting


def were_logged(tx: Transaction, seq: int) -> None:
    """Remember that the log has every head up to a place in the chain."""
    heads = _known(tx)
    _keep(tx, replace(heads, waiting=tuple(head for head in heads.waiting if head.seq > seq)))


def _known(tx: Transaction) -> Heads:
    kept = tx.remembered.get(NAME)
    return _HEADS.validate_json(kept) if kept is not None else Heads()


def _keep(tx: Transaction, heads: Heads) -> None:
    tx.remembered.set(NAME, _HEADS.dump_json(heads).decode())
