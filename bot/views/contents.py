"""What a release would ship: commit, people, changes against what is live, checks, and what is unusual about it."""

from bot.core.approvals import in_force
from bot.core.build import Build, PipelineReport, RunStatus
from bot.core.lane import Lane
from bot.core.policy import Kind, Policy
from bot.core.release import Lifecycle, Origin, Override, Release
from bot.views.blocks import Fact, Line
from bot.views.escape import date, link, mrkdwn
from bot.views.limits import few
from bot.views.links import Links
from bot.views.naming import live_label, pipeline, repository, word
from bot.views.people import author, authors, person
from bot.views.sayings import said_why
from bot.views.scene import Scene
from bot.views.since import Room, since

_TITLE = 300
_CHECKS = 8
_ROOM = Room(added=6, removed=3, chars=1500, rest=": see Changes")
_SAYS = {
    RunStatus.QUEUED: "queued",
    RunStatus.RUNNING: "running",
    RunStatus.SUCCEEDED: "succeeded",
    RunStatus.FAILED: "failed",
    RunStatus.CANCELLED: "was cancelled",
}


def contents(release: Release, lane: Lane, policy: Policy, links: Links) -> tuple[Fact, ...]:
    """Return what a release would ship, fact by fact, but what that changes."""
    build = release.build
    facts = [*_warnings(release, lane, policy), Fact("Commit", commit(build, release, policy, links))]
    facts.append(Fact("By", _people(build, policy)))
    facts.append(Fact("Checks", few([_check(check, links) for check in build.checks], _CHECKS) or "none reported"))
    facts.append(Fact("Asked for by", _asked_by(release, policy)))
    return tuple(facts)


def changes(release: Release, lane: Lane, scene: Scene) -> tuple[Line, ...]:
    """Return what a release changes against what is live, or what it has changed; of what came to nothing, nothing."""
    where, sha = release.lane, release.build.sha
    if not release.state.ended:
        return since(lane.live, sha, where, scene, _ROOM)
    before = scene.before.get(release.number) if release.state is Lifecycle.LIVE else None
    return since(before, sha, where, scene, _ROOM, ended=True) if before else ()


def commit(build: Build, release: Release, policy: Policy, links: Links) -> str:
    """Return the commit with its title, linked."""
    shown = link(links.commit(repository(release.lane, policy), build.sha), build.short_sha)
    return f"{shown} {mrkdwn(build.title, _TITLE) or '(no title)'}"


def _people(build: Build, policy: Policy) -> str:
    wrote = authors(build.authors, policy)
    if build.pusher is None:
        return wrote
    pushed = author(build.pusher, policy)
    return wrote if pushed == wrote else f"{wrote}, pushed by {pushed}"


def _check(check: PipelineReport, links: Links) -> str:
    run = link(links.own(check.url), f"run {check.run_number or check.run_id}")  # not every run has a number
    attempt = f", attempt {check.attempt}" if check.attempt > 1 else ""
    return f"{pipeline(check.pipeline)} {_SAYS[check.status]} ({run}{attempt}, {date(check.updated_at)})"


def _warnings(release: Release, lane: Lane, policy: Policy) -> list[Fact]:
    """Return what nobody must overlook."""
    where = word(lane.id.environment)
    facts = []
    if any(one.trial for one in in_force(release, lane, policy)):
        shipped = "nothing is deployed" if release.state is Lifecycle.OPEN else "nothing was deployed"
        facts.append(Fact("TRIAL", f"Signoff shows and asks, but {shipped}: the policy has this service on trial"))
    if release.kind is Kind.ROLLBACK:
        facts.append(
            Fact("ROLLBACK", f"this takes {where} back to what was live there before{said_why(_why(release))}")
        )
    if release.kind is Kind.HOTFIX:
        facts.append(Fact("HOTFIX", f"this goes the fast path, with its own approvals{said_why(_why(release))}"))
    if release.origin is Origin.EXTERNAL:
        facts.append(Fact("NOT DEPLOYED BY SIGNOFF", f"somebody else deployed this to {where}; nobody was asked here"))
    if release.older_than_live and release.kind is not Kind.ROLLBACK and not release.state.ended:
        against = f" ({live_label(lane.live)})" if lane.live else ""
        facts.append(Fact("OLDER THAN WHAT IS LIVE", f"this takes {where} back to before what runs there now{against}"))
    if release.override is not None:
        facts.append(Fact("OVERRIDDEN", overridden(release.override, policy)))
    if release.generation > 1:
        since = f"{date(release.asked_at)}: " if release.asked_at else ""
        facts.append(Fact("Asked again", f"{since}former approvals do not count; the thread says why"))
    return facts


def _why(release: Release) -> str:
    return release.why or ""


def overridden(override: Override, policy: Policy) -> str:
    """Return who broke the glass, when and why, and what it lifted."""
    skipped = few([mrkdwn(one, 200) for one in override.skipped], 10) or "nothing that stood in the way then"
    by = person(override.by, policy)
    return f"by {by}, {date(override.at)}{said_why(override.reason)}. Skipped: {skipped}"


def _asked_by(release: Release, policy: Policy) -> str:
    retry = f"; {person(release.retried_by, policy)} tries R-{release.retry_of} again" if release.retried_by else ""
    if release.requested_by:
        return f"{person(release.requested_by, policy)}{retry}"
    return "nobody here" if release.origin is Origin.EXTERNAL else f"the pipeline, by a deployable build{retry}"
