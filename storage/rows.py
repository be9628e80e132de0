"""Values <-> rows: enums by value, times as text, nested values as JSON."""

from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

from bot.core.build import Author, Build, BuildState, PipelineReport
from bot.core.lane import Hold, Lane, Live, Lock, ModeSwitch
from bot.core.policy import Kind, LaneId, LanePolicy
from bot.core.release import (
    Approval,
    Deployment,
    DeployStatus,
    Health,
    Lifecycle,
    Origin,
    Override,
    Release,
    Replaced,
    StopAsked,
    Surface,
    Verdict,
)
from storage.times import from_text, maybe_text, maybe_time, to_text

Row = dict[str, Any]

AUTHORS: TypeAdapter[tuple[Author, ...]] = TypeAdapter(tuple[Author, ...])
PUSHER: TypeAdapter[Author | None] = TypeAdapter(Author | None)
REPORT: TypeAdapter[PipelineReport] = TypeAdapter(PipelineReport)
REPORTS: TypeAdapter[tuple[PipelineReport, ...]] = TypeAdapter(tuple[PipelineReport, ...])
BUILD: TypeAdapter[Build] = TypeAdapter(Build)
LANE_POLICY: TypeAdapter[LanePolicy] = TypeAdapter(LanePolicy)
NAMES: TypeAdapter[tuple[str, ...]] = TypeAdapter(tuple[str, ...])
OVERRIDE: TypeAdapter[Override | None] = TypeAdapter(Override | None)
REPLACED: TypeAdapter[Replaced | None] = TypeAdapter(Replaced | None)
HEALTH: TypeAdapter[Health | None] = TypeAdapter(Health | None)
STOP_ASKED: TypeAdapter[StopAsked | None] = TypeAdapter(StopAsked | None)
LET_ON: TypeAdapter[tuple[str, ...] | None] = TypeAdapter(tuple[str, ...] | None)
MODE: TypeAdapter[ModeSwitch | None] = TypeAdapter(ModeSwitch | None)
HOLD: TypeAdapter[Hold | None] = TypeAdapter(Hold | None)
LOCK: TypeAdapter[Lock | None] = TypeAdapter(Lock | None)

T = TypeVar("T")


def build_row(build: Build) -> Row:
    """Return a build's columns without its id."""
    at, run, attempt = build.position
    return {
        "service": build.service,
        "sha": build.sha,
        "artifact": build.artifact,
        "version": build.version,
        "state": build.state.value,
        "position_at": to_text(at),
        "position_run": run,
        "position_attempt": attempt,
        "title": build.title,
        "url": build.url,
        "branch": build.branch,
        "authors": AUTHORS.dump_json(build.authors).decode(),
        "pusher": PUSHER.dump_json(build.pusher).decode(),
        "checks": REPORTS.dump_json(build.checks).decode(),
    }


def build_of(row: Row) -> Build:
    """Return the build of a row."""
    return Build(
        id=row["id"],
        service=row["service"],
        sha=row["sha"],
        artifact=row["artifact"],
        version=row["version"],
        state=BuildState(row["state"]),
        position=(from_text(row["position_at"]), row["position_run"], row["position_attempt"]),
        title=row["title"],
        url=row["url"],
        branch=row["branch"],
        authors=AUTHORS.validate_json(row["authors"]),
        pusher=PUSHER.validate_json(row["pusher"]),
        checks=REPORTS.validate_json(row["checks"]),
    )


def release_row(release: Release) -> Row:
    """Return a release's columns; its approvals are rows of their own.

    The build is kept as the lane last decided upon it: what has changed since is news for the next decision.
    """
    deployment = release.deployment
    return {
        "number": release.number,
        "service": release.lane.service,
        "environment": release.lane.environment,
        "origin": release.origin.value,
        "build_id": release.build.id,
        "build": BUILD.dump_json(release.build).decode(),
        "artifact": release.artifact,
        "generation": release.generation,
        "key": release.key,
        "state": release.state.value,
        "opened_at": to_text(release.opened_at),
        "ended_at": maybe_text(release.ended_at),
        "policy": LANE_POLICY.dump_json(release.policy).decode(),
        "policy_hash": release.policy_hash,
        "requested_by": release.requested_by,
        "requested_slack": release.requested_slack,
        "reason": release.reason,
        "superseded_by": release.superseded_by,
        "older_than_live": int(release.older_than_live),
        "put_off": release.put_off,
        "kind": release.kind.value,
        "why": release.why,
        "retry_of": release.retry_of,
        "retried_by": release.retried_by,
        "retried_slack": release.retried_slack,
        "instead_of": _json(REPLACED, release.instead_of),
        "asked_at": maybe_text(release.asked_at),
        "approved_at": maybe_text(release.approved_at),
        "reminded": release.reminded,
        "escalated": int(release.escalated),
        "scheduled_for": maybe_text(release.scheduled_for),
        "override": _json(OVERRIDE, release.override),
        "waited_for": release.waited_for,
        "chosen": int(release.chosen),
        "health": _json(HEALTH, release.health),
        "deploy_status": deployment.status.value if deployment else None,
        "deploy_attempted_at": to_text(deployment.attempted_at) if deployment else None,
        "deploy_ref": deployment.ref if deployment else None,
        "deploy_url": deployment.url if deployment else None,
        "deploy_finished_at": maybe_text(deployment.finished_at) if deployment else None,
        "deploy_stop": _json(STOP_ASKED, deployment.stop) if deployment else None,
        "deploy_let_on": _json(LET_ON, deployment.let_on or None) if deployment else None,
    }


def release_of(row: Row, approvals: tuple[Approval, ...]) -> Release:
    """Return the release of a row with the words that people said about it."""
    return Release(
        number=row["number"],
        lane=LaneId(row["service"], row["environment"]),
        origin=Origin(row["origin"]),
        build=_build_of(row["build"]),
        artifact=row["artifact"],
        generation=row["generation"],
        key=row["key"],
        state=Lifecycle(row["state"]),
        opened_at=from_text(row["opened_at"]),
        policy=_policy_of(row["policy"]),
        policy_hash=row["policy_hash"],
        requested_by=row["requested_by"],
        requested_slack=row["requested_slack"],
        approvals=approvals,
        deployment=_deployment_of(row),
        ended_at=maybe_time(row["ended_at"]),
        reason=row["reason"],
        superseded_by=row["superseded_by"],
        older_than_live=bool(row["older_than_live"]),
        put_off=row["put_off"],
        kind=Kind(row["kind"]),
        why=row["why"],
        retry_of=row["retry_of"],
        retried_by=row["retried_by"],
        retried_slack=row["retried_slack"],
        instead_of=_of_json(REPLACED, row["instead_of"]),
        asked_at=maybe_time(row["asked_at"]),
        approved_at=maybe_time(row["approved_at"]),
        reminded=row["reminded"],
        escalated=bool(row["escalated"]),
        scheduled_for=maybe_time(row["scheduled_for"]),
        override=_of_json(OVERRIDE, row["override"]),
        waited_for=row["waited_for"],
        chosen=bool(row["chosen"]),
        health=_of_json(HEALTH, row["health"]),
    )


@lru_cache(maxsize=256)
def _build_of(text: str) -> Build:
    return BUILD.validate_json(text)


@lru_cache(maxsize=256)
def _policy_of(text: str) -> LanePolicy:
    """Return the policy of a release: few differ, and each is read again with every look at a lane."""
    return LANE_POLICY.validate_json(text)


def _deployment_of(row: Row) -> Deployment | None:
    if row["deploy_status"] is None:
        return None
    return Deployment(
        status=DeployStatus(row["deploy_status"]),
        attempted_at=from_text(row["deploy_attempted_at"]),
        ref=row["deploy_ref"],
        url=row["deploy_url"],
        finished_at=maybe_time(row["deploy_finished_at"]),
        stop=_of_json(STOP_ASKED, row["deploy_stop"]),
        let_on=_of_json(LET_ON, row["deploy_let_on"]) or (),
    )


def approval_row(release: int, approval: Approval) -> Row:
    """Return an approval's columns."""
    return {
        "release": release,
        "person": approval.person,
        "slack": approval.slack,
        "verdict": approval.verdict.value,
        "generation": approval.generation,
        "groups": NAMES.dump_json(approval.groups).decode(),
        "at": to_text(approval.at),
        "surface": approval.surface.value,
        "saw": approval.saw,
        "inherited": int(approval.inherited),
    }


def approval_of(row: Row) -> Approval:
    """Return the approval of a row."""
    return Approval(
        person=row["person"],
        slack=row["slack"],
        verdict=Verdict(row["verdict"]),
        generation=row["generation"],
        groups=NAMES.validate_json(row["groups"]),
        at=from_text(row["at"]),
        surface=Surface(row["surface"]),
        saw=row["saw"],
        inherited=bool(row["inherited"]),
    )


def lane_row(lane: Lane) -> Row:
    """Return a lane's columns."""
    live = lane.live
    at, run, attempt = live.position if live and live.position else (None, None, None)
    return {
        "service": lane.id.service,
        "environment": lane.id.environment,
        "adopted_at": maybe_text(lane.adopted_at),
        "live_sha": live.sha if live else None,
        "live_version": live.version if live else None,
        "live_since": to_text(live.since) if live else None,
        "live_position_at": maybe_text(at),
        "live_position_run": run,
        "live_position_attempt": attempt,
        "live_release": live.release if live else None,
        "mode": _json(MODE, lane.mode),
        "hold": _json(HOLD, lane.hold),
        "lock": _json(LOCK, lane.lock),
    }


def lane_of(row: Row, releases: tuple[Release, ...]) -> Lane:
    """Return the lane of a row with its releases; what is around it is loaded apart."""
    return Lane(
        LaneId(row["service"], row["environment"]),
        maybe_time(row["adopted_at"]),
        _live_of(row),
        releases,
        _of_json(MODE, row["mode"]),
        _of_json(HOLD, row["hold"]),
        _of_json(LOCK, row["lock"]),
    )


def _live_of(row: Row) -> Live | None:
    if row["live_sha"] is None:
        return None
    position = None
    if row["live_position_at"] is not None:
        position = (from_text(row["live_position_at"]), row["live_position_run"], row["live_position_attempt"])
    return Live(row["live_sha"], row["live_version"], from_text(row["live_since"]), position, row["live_release"])


def _json(adapter: TypeAdapter[T | None], value: T | None) -> str | None:
    return None if value is None else adapter.dump_json(value).decode()


def _of_json(adapter: TypeAdapter[T | None], text: str | None) -> T | None:
    return None if text is None else adapter.validate_json(text)
