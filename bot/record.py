"""What the audit has of a decision, of a refusal, and of what reached no lane: in the same transaction."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.core.effects import Happened, Happening
from bot.core.inputs import (
    Actor,
    Approve,
    Cancel,
    DeclareLive,
    HoldLane,
    Input,
    LockLane,
    MarkDone,
    Override,
    Reject,
    Request,
    Resolve,
    ResumeLane,
    Retry,
    Schedule,
    SwitchMode,
    Undo,
    UnlockLane,
    Withdraw,
)
from bot.core.lane import Lane
from bot.core.policy import Kind, LaneId, Policy
from bot.core.refusals import Refusal
from bot.ports.audit import AuditEntry
from bot.ports.store import Transaction

ByPeople = (
    Approve
    | Reject
    | Withdraw
    | Cancel
    | Undo
    | Schedule
    | Override
    | Retry
    | MarkDone
    | Resolve
    | Request
    | HoldLane
    | ResumeLane
    | LockLane
    | UnlockLane
    | SwitchMode
    | DeclareLive
)
Data = dict[str, str | int | None]
SKIPPING = (Happened.OVERRIDDEN, Happened.DEPLOY_ATTEMPTED)
"""What happens by an override: its record says what that skips, when it was given and when it was used."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What deciding needs from outside besides the input: today's policy, the present, a source of key suffixes."""

    policy: Policy
    now: datetime
    suffix: Callable[[], str]


def happened(tx: Transaction, lane: Lane, happening: Happening, given: Input, setting: Setting) -> None:
    """Record one thing that happened in a lane, as it is after the decision, because of an input."""
    actor = given.by if isinstance(given, ByPeople) and happening.by == given.by.person.id else None
    data: Data = {"detail": happening.detail}
    if happening.other is not None:
        data["other"] = happening.other
    if actor is not None:
        data |= said(given, happening.detail)
    release = lane.release(happening.release) if happening.release is not None else None
    if happening.kind in SKIPPING and release is not None and release.override is not None:
        data["skipped"] = ", ".join(release.override.skipped)
    _append(tx, happening, actor, str(lane.id), data, setting)


def beyond(tx: Transaction, happening: Happening, by: Actor | None, service: str | None, setting: Setting) -> None:
    """Record what concerns a whole service, or where it is None everything."""
    data: Data = {"detail": happening.detail}
    if service is not None:
        data["service"] = service
    _append(tx, happening, by, None, data, setting)


def _append(  # noqa: PLR0917 - the row's own parts
    tx: Transaction, happening: Happening, actor: Actor | None, lane: str | None, data: Data, setting: Setting
) -> None:
    tx.audit.append(
        AuditEntry(
            at=setting.now,
            action=happening.kind.value,
            actor=happening.by,
            surface=actor.surface.value if actor else None,
            lane=lane,
            release=happening.release,
            policy_hash=setting.policy.hash,
            data=data | _identity(actor),
        )
    )


def said(given: Any, detail: str = "") -> Data:
    """Return what somebody's act says beside its kind: reason, times, mode. What the detail says is not said twice."""
    data: Data = {}
    reason = getattr(given, "reason", "").strip()
    if reason and reason not in detail:
        data["reason"] = reason
    for name in ("until", "at"):
        moment = getattr(given, name, None)
        if moment is not None:
            data[name] = moment.isoformat()
    if isinstance(given, SwitchMode):
        data["mode"] = given.mode.value
    if isinstance(given, Request) and given.kind is not Kind.RELEASE:
        data["kind"] = given.kind.value
    if isinstance(given, DeclareLive):
        data["sha"] = given.sha
    return data


def refused(tx: Transaction, lane: LaneId, given: ByPeople, refusal: Refusal, setting: Setting) -> None:
    """Record that an act was refused, with every reason."""
    reasons = ", ".join(type(reason).__name__ for reason in refusal.reasons)
    tx.audit.append(
        AuditEntry(
            at=setting.now,
            action="refused",
            actor=given.by.person.id,
            surface=given.by.surface.value,
            lane=str(lane),
            release=getattr(given, "release", None),
            policy_hash=setting.policy.hash,
            data={"act": type(given).__name__, "reasons": reasons} | said(given) | _identity(given.by),
        )
    )


def turn_away(tx: Transaction, act: str, by: Actor | None, why: str, setting: Setting) -> None:
    """Record an act that reached no lane: a button that is not ours, words that name nothing, a person nobody knows."""
    tx.audit.append(
        AuditEntry(
            at=setting.now,
            action="refused",
            actor=by.person.id if by else None,
            surface=by.surface.value if by else None,
            lane=None,
            release=None,
            policy_hash=setting.policy.hash,
            data={"act": act, "reasons": why} | _identity(by),
        )
    )


def _identity(actor: Actor | None) -> Data:
    if actor is None:
        return {}
    return {"slack": actor.person.slack, "host_user": actor.host_user, "saw": actor.saw}
