"""The buttons of a release's card: what people can do about it now, each with what it asks once more."""

from collections.abc import Mapping, Sequence

from bot.core import blockers
from bot.core.approvals import rules_of
from bot.core.blockers import Blocker
from bot.core.lane import Lane
from bot.core.policy import Kind, Policy
from bot.core.release import Lifecycle, Release
from bot.views.blocks import Button, Confirm
from bot.views.naming import bare_subject

NOTICE_ACTS = ("approve", "reject", "undo", "hold")
"""Everything that has a button on the card of an open release, at one time or another."""


def buttons_of(
    release: Release, lane: Lane, policy: Policy, found: Sequence[Blocker], handles: Mapping[str, str]
) -> tuple[Button, ...]:
    """Return the buttons of a release: those of the acts that apply and have a handle."""
    if release.state is not Lifecycle.OPEN:
        return ()
    row = [
        _undo(release, found, handles),
        _approve(release, lane, policy, found, handles),
        _reject(release, lane, policy, handles),
        _hold(release, found, handles),
    ]
    return tuple(button for button in row if button is not None)


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


def _hold(release: Release, found: Sequence[Blocker], handles: Mapping[str, str]) -> Button | None:
    if "hold" not in handles or any(isinstance(one, blockers.Held) for one in found):
        return None
    where = f"{release.lane.service} in {release.lane.environment}"
    text = f"Nothing starts in {where} until somebody resumes it. What is being deployed goes on."
    sure = Confirm(f"Hold {where}?", text, "Hold", "Go back")
    return Button("hold", "Hold", f"Hold {where}", handles["hold"], confirm=sure)
