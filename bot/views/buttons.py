"""The buttons of a release's card: what people can do about it now, each with what it asks once more.

Everybody sees the same card, so everybody sees the same buttons; whoever may not do it is told so privately. There are
five at most, of which one leads on: what can be typed as well gives way.
"""

from collections.abc import Mapping, Sequence

from bot.core import blockers
from bot.core.aftermath import is_late
from bot.core.approvals import rules_of
from bot.core.blockers import Blocker
from bot.core.lane import Lane
from bot.core.policy import Kind, Policy
from bot.core.release import Lifecycle, Release
from bot.views.blocks import Button, Confirm
from bot.views.naming import bare_subject

NOTICE_ACTS = ("approve", "undo", "reject", "schedule", "now", "hold", "resume")
"""Everything that has a button on the card of an open release, at one time or another."""
FAILURE_ACTS = ("retry", "rollback", "mark_done")
"""What people can do about a release that failed; those that apply."""
LIVE_ACTS = ("rollback",)
FORMS = frozenset({"reject", "schedule", "hold", "rollback", "mark_done", "edit_draft"})
"""The acts whose button opens a form; every other one counts as it is clicked."""
MOST = 5
GIVES_WAY = ("hold", "schedule")
"""What is left out of a row that has become too long, the first one first."""
CHANGES = "changes"
"""The button that only shows, for everybody; it counts as none of those that act."""


def buttons_of(
    release: Release, lane: Lane, policy: Policy, found: Sequence[Blocker], handles: Mapping[str, str]
) -> tuple[Button, ...]:
    """Return the buttons of a release: those of the acts that apply and have a handle, and what only shows."""
    if release.state is Lifecycle.FAILED:
        return after_failure(release, handles, late=is_late(release, lane))
    if release.state is not Lifecycle.OPEN:
        back = _roll_back(release, handles, leads=False) if release.state is Lifecycle.LIVE else None
        return tuple(_each(_changes(release, handles), back))
    row = _each(
        _undo(release, found, handles),
        _approve(release, lane, policy, found, handles),
        _reject(release, lane, policy, handles),
        _changes(release, handles),
        _schedule(release, handles),
        _now(release, found, handles),
        _hold(release, found, handles),
        _resume(release, found, handles),
    )
    for act in GIVES_WAY:
        if len(row) > MOST:
            row = [button for button in row if button.act != act]
    return tuple(row)


def after_failure(release: Release, handles: Mapping[str, str], *, late: bool) -> tuple[Button, ...]:
    """Return what can be done about a deploy that failed; after a late failure, going back comes last."""
    retry, done = _retry(release, handles), _mark_done(release, handles)
    back = _roll_back(release, handles, leads=not late)
    return tuple(_each(retry, done, back) if late else _each(retry, back, done))


def _each(*buttons: Button | None) -> list[Button]:
    return [button for button in buttons if button is not None]


def _changes(release: Release, handles: Mapping[str, str]) -> Button | None:
    """Offer to read all that it changes, for as long as that may still be asked of it."""
    if CHANGES not in handles:
        return None
    return Button(CHANGES, "Changes", f"Changes of {release.name}: {bare_subject(release)}", handles[CHANGES])


def _approve(
    release: Release, lane: Lane, policy: Policy, found: Sequence[Blocker], handles: Mapping[str, str]
) -> Button | None:
    asks = any(isinstance(one, blockers.WaitsForApproval | blockers.NeedsAnotherApprover) for one in found)
    if not asks or "approve" not in handles or not rules_of(release, lane, policy):
        return None
    what = bare_subject(release)
    older = " It is OLDER than what is live there." if release.older_than_live else ""
    kind = {Kind.ROLLBACK: " This is a ROLLBACK.", Kind.HOTFIX: " This is a HOTFIX."}.get(release.kind, "")
    ships = f"{what}, commit {release.build.short_sha}, may ship.{kind}{older}"
    sure = Confirm(f"Approve {release.name}?", ships, "Approve", "Not yet")
    return Button("approve", "Approve", f"Approve {what}", handles["approve"], "primary", sure)


def _reject(release: Release, lane: Lane, policy: Policy, handles: Mapping[str, str]) -> Button | None:
    if "reject" not in handles or not rules_of(release, lane, policy):
        return None
    return Button("reject", "Reject", f"Reject {bare_subject(release)}", handles["reject"], "danger")


def _undo(release: Release, found: Sequence[Blocker], handles: Mapping[str, str]) -> Button | None:
    if "undo" not in handles or not any(isinstance(one, blockers.Undoable) for one in found):
        return None
    return Button("undo", "Undo", f"Undo: do not deploy {bare_subject(release)} yet", handles["undo"], "danger")


def _schedule(release: Release, handles: Mapping[str, str]) -> Button | None:
    if "schedule" not in handles:
        return None
    words = "Schedule" if release.scheduled_for is None else "Another time"
    return Button("schedule", words, f"{words}: {bare_subject(release)}", handles["schedule"])


def _now(release: Release, found: Sequence[Blocker], handles: Mapping[str, str]) -> Button | None:
    """Offer to take a time back, or to choose a release after a freeze: both say that it goes as soon as it can."""
    if "now" not in handles or not any(isinstance(one, blockers.Scheduled | blockers.WaitsForChoice) for one in found):
        return None
    what = bare_subject(release)
    text = f"{what}, commit {release.build.short_sha}, goes on as soon as nothing else is in its way."
    sure = Confirm(f"Ship {release.name} as soon as possible?", text, "As soon as possible", "Go back")
    return Button("now", "As soon as possible", f"As soon as possible: {what}", handles["now"], confirm=sure)


def _hold(release: Release, found: Sequence[Blocker], handles: Mapping[str, str]) -> Button | None:
    if "hold" not in handles or any(isinstance(one, blockers.Held) for one in found):
        return None
    return Button("hold", "Hold", f"Hold {_where(release)}", handles["hold"])


def _resume(release: Release, found: Sequence[Blocker], handles: Mapping[str, str]) -> Button | None:
    if "resume" not in handles or not any(isinstance(one, blockers.Held) for one in found):
        return None
    text = "What waits there goes on as soon as nothing else is in its way."
    sure = Confirm(f"Resume {_where(release)}?", text, "Resume", "Go back")
    return Button("resume", "Resume", f"Resume {_where(release)}", handles["resume"], confirm=sure)


def _retry(release: Release, handles: Mapping[str, str]) -> Button | None:
    if "retry" not in handles:
        return None
    what = bare_subject(release)
    text = f"{what}, commit {release.build.short_sha}, gets a new release, which ships once nothing is in its way."
    sure = Confirm(f"Try {release.name} again?", text, "Retry", "Go back")
    return Button("retry", "Retry", f"Retry {what}", handles["retry"], confirm=sure)


def _roll_back(release: Release, handles: Mapping[str, str], *, leads: bool) -> Button | None:
    """Offer to go back; its form says to what, and is what is asked once more."""
    if "rollback" not in handles:
        return None
    what = bare_subject(release, "in")
    return Button("rollback", "Roll back", f"Roll back from {what}", handles["rollback"], "danger" if leads else None)


def _mark_done(release: Release, handles: Mapping[str, str]) -> Button | None:
    if "mark_done" not in handles:
        return None
    what = bare_subject(release, "in")
    return Button("mark_done", "Mark as done", f"Mark as done: {what} is live after all", handles["mark_done"])


def _where(release: Release) -> str:
    return f"{release.lane.service} in {release.lane.environment}"
