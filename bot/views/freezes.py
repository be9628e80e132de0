"""The freezes: which are in force until when, which come next, and the word when one begins or ends."""

from datetime import datetime

from bot.core.calendar import Change, Freeze, windows
from bot.core.policy import Permission, Policy
from bot.ports.slack import Message
from bot.views.blocks import Fact, Line, listing, said
from bot.views.escape import date
from bot.views.holders import holders
from bot.views.limits import few
from bot.views.naming import typed, word

_NEXT = 2


def freezes(policy: Policy, now: datetime) -> Message:
    """Return every freeze of the policy: now and next."""
    if not policy.freezes:
        return listing(["The policy names no freezes: nothing waits for a date."])
    lines: list[Line] = [*freeze_lines(policy, now)]
    override = typed(policy, "override RELEASE REASON")
    lines.append(
        f"What cannot wait for the end of a freeze: {override} ({holders(Permission.OVERRIDE, policy)}), "
        "or the fast path where the policy has one."
    )
    return listing(lines)


def freeze_lines(policy: Policy, now: datetime) -> tuple[Fact, ...]:
    """Return every freeze with where it holds: until when it is in force, and when it comes next."""
    return tuple(Fact(f"{word(one.name)} ({concerns(one)})", _when(one, now)) for one in policy.freezes)


def changed(change: Change, policy: Policy) -> Message:
    """Return the word to a channel that a freeze has begun or ended, with what follows."""
    name, where = word(change.freeze.name), concerns(change.freeze)
    if not change.begins:
        return said(f"The freeze “{name}” has ended for {where}: what waited for that goes on by itself.")
    override = typed(policy, "override RELEASE REASON")
    return said(
        f"The freeze “{name}” has begun for {where}: nothing ships there before {date(change.window.ends)}. "
        f"What cannot wait: {override} ({holders(Permission.OVERRIDE, policy)})."
    )


def concerns(freeze: Freeze) -> str:
    """Return where a freeze holds."""
    services = few([word(one) for one in freeze.services], 5) or "every service"
    environments = few([word(one) for one in freeze.environments], 5) or "every environment"
    return f"{services} in {environments}"


def _when(freeze: Freeze, now: datetime) -> str:
    found = windows(freeze, now, _NEXT)
    if not found:
        return "is over and does not come again within a year."
    parts = []
    if found[0].begins <= now:
        parts.append(f"in force until {date(found[0].ends)}")
        found = found[1:]
    parts += [f"next from {date(one.begins)} until {date(one.ends)}" for one in found[:1]]
    return f"{'; '.join(parts)}."
