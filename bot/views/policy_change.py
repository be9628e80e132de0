"""What the operations channel reads when the policy of the running bot was replaced, or was to be."""

from bot.core.effects import Happened, Happening
from bot.views.escape import mrkdwn

KINDS = (Happened.POLICY_CHANGED, Happened.POLICY_REFUSED, Happened.POLICY_NOT_FOLLOWED)
_NAME = 80
_LINE = 500


def policy_change(happening: Happening) -> tuple[str, ...]:
    """Return the lines: who did it, then one for each difference, or for each problem that stood in the way.

    Args:
        happening: `by` is the operating system's user, None for a signal; the lines of `detail` are what to tell.
    """
    name = mrkdwn(happening.by or "", _NAME)
    who = f"{name}, on the host," if name else "A signal on the host"
    if happening.kind is Happened.POLICY_CHANGED:
        head = f"POLICY CHANGED: {who} had Signoff read its policy again. Open releases also keep the rules they have."
    elif happening.kind is Happened.POLICY_NOT_FOLLOWED:
        head = f"POLICY NOT FOLLOWED YET: {who} had Signoff read its policy again. It is in force, but not followed."
    else:
        head = f"POLICY REFUSED: {who} had Signoff read its policy again, and it cannot be used. Nothing was changed."
    return (head, *(f"• {mrkdwn(line, _LINE)}" for line in happening.detail.splitlines()))
