"""What is live by Buildbot's own record: the newest successful build of the builder that deploys to a lane. Pure.

One builder may deploy many services to many environments. Which of its builds were for a lane only the properties of
the lane's policy tell; where those do not tell lanes apart, nothing is said.
"""

import re
from datetime import UTC, datetime

from bot.core.events import FoundLive
from bot.core.forced import Known, always, may_be_taken
from bot.core.policy import LanePolicy, ServicePolicy
from bot.core.target import BuildbotForce
from bot.ports.ci import HttpRequest
from handlers.ci.buildbot_builds import SUCCESS, WARNINGS
from handlers.ci.buildbot_pages import BuildbotPages, api
from handlers.ci.buildbot_payloads import KEY, Build, checked_out, full_sha, value_of

_VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}", re.ASCII)
_KEY = re.compile(r"R-[1-9][0-9]{0,17}-[a-z0-9]{8}", re.ASCII)


def newest_request(target: BuildbotForce) -> HttpRequest:
    """Return the request for the newest builds of the target's builder that have ended, whoever forced them."""
    names = dict.fromkeys((KEY, "revision", "got_revision", *dict(target.properties)))
    query = (("complete", "true"), ("order", "-buildid"), ("limit", "30"), *(("property", name) for name in names))
    return HttpRequest("GET", api("builders", target.builder, "builds"), query)


def told_apart(service: ServicePolicy, target: BuildbotForce) -> dict[str, str] | None:
    """Return the properties by which a lane's builds are known; None where two lanes are not told apart by them."""
    lanes = [lane for lane in service.lanes if lane.target == target]
    known = always(target, service.name, lanes[0].lane.environment if len(lanes) == 1 else None)
    others = [lane for lane in service.lanes if lane.target != target]
    twins = len(lanes) != 1 or any(_may_be(other, target, known) for other in others)
    return None if twins else known


def _may_be(other: LanePolicy, target: BuildbotForce, known: Known) -> bool:
    """Whether a build for another lane of the service could be taken for one of this lane."""
    if not isinstance(other.target, BuildbotForce) or other.target.builder != target.builder:
        return False
    return may_be_taken(known, other.target, other.lane.service, other.lane.environment)


def live_of(build: Build, target: BuildbotForce, known: dict[str, str], pages: BuildbotPages) -> FoundLive | None:
    """Return what a build made live, or None when it did not succeed, was for another lane, or names no one commit."""
    told = build.properties
    if not build.complete or build.results not in {SUCCESS, WARNINGS} or build.complete_at is None:
        return None
    if any(value_of(told, name) != text for name, text in known.items()):
        return None
    said = {sha for sha in (full_sha(value_of(told, "revision")), *checked_out(told)) if sha}
    if len(said) != 1:
        return None
    sha = said.pop()
    since = datetime.fromtimestamp(build.complete_at, UTC)
    page = pages.build(build.builderid, build.number)
    return FoundLive(sha, _version(build, target) or sha[:12], since, position=None, key=_key(build), url=page)


def _version(build: Build, target: BuildbotForce) -> str | None:
    name = next((name for name, text in target.properties if text == "{version}"), None)
    value = value_of(build.properties, name) if name is not None else None
    return value if isinstance(value, str) and _VERSION.fullmatch(value) else None


def _key(build: Build) -> str | None:
    value = value_of(build.properties, KEY)
    return value if isinstance(value, str) and _KEY.fullmatch(value) else None
