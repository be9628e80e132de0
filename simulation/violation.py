"""What an oracle raises, and how it reads the database."""

from typing import Any

from simulation.life import Earth


class Violation(AssertionError):  # noqa: N818 - a finding, not an error
    """An invariant does not hold."""


def rows(earth: Earth, statement: str) -> list[tuple[Any, ...]]:
    """Return what is in the database, read past the bot."""
    return earth.disk.connection.execute(statement).fetchall()
