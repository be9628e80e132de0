"""How a command ended, in words for people. Pure."""

from handlers.ci.command_record import Ending

LAST_LINE = 300
"""Characters."""


def ended(ending: Ending, printed: str) -> str:
    """Say how a command ended, and the last that it printed."""
    last = last_line(printed)
    return f'{outcome(ending)}; at last it printed "{last}"' if last else outcome(ending)


def outcome(ending: Ending) -> str:
    """Say how a command ended."""
    if ending.error is not None:
        return f"the command could not be executed ({ending.error}), so nothing was run"
    took = f"{ending.seconds:.0f} s"
    if ending.stopped:
        return f"the command was cancelled after {took}"
    if ending.timed_out:
        return f"the command was stopped by its time limit after {took}"
    if ending.code < 0:
        return f"the command was ended by signal {-ending.code} after {took}"
    return f"the command ended with {ending.code} after {took}"


def unseen(*, begun: bool) -> str:
    """Say what is known of a command whose end nobody saw."""
    if not begun:
        return "the command was never begun"
    return "nobody saw how the command ended: its host or its supervisor was stopped. Look before it is tried again"


def last_line(printed: str) -> str:
    """Return the last line that says something, cut."""
    lines = [line.strip() for line in printed.splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    return last if len(last) <= LAST_LINE else f"{last[: LAST_LINE - 3]}..."
