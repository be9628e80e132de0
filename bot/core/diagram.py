"""The life of a release as a Mermaid state diagram, made from the transition table."""

from bot.core.decide import TRANSITIONS
from bot.core.release import Lifecycle


def diagram() -> str:
    """Return the diagram's text, without the fence, ending in a newline; stored states only."""
    arrows = [f"    {before.value} --> {after.value}: {cause}" for before, cause, after in TRANSITIONS]
    endings = [f"    {state.value} --> [*]" for state in Lifecycle if state.ended]
    return "\n".join(["stateDiagram-v2", f"    [*] --> {Lifecycle.OPEN.value}", *arrows, *endings, ""])
