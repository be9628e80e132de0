"""What a Buildbot 4.3 says, cut down from what one said: each with what a test changes."""

import json
from dataclasses import replace
from typing import Any

from bot.core.build import PipelineReport
from bot.core.policy import ServicePolicy
from bot.core.source import BuildbotSource
from bot.core.target import BuildbotForce
from bot.ports.ci import HttpReply
from handlers.ci.buildbot_builds import Origin, report_of
from handlers.ci.buildbot_pages import BuildbotPages
from handlers.ci.buildbot_payloads import Build, Change, SourceStamp
from tests.factories import a_lane_policy, a_policy

SHA, OTHER = "0123456789abcdef0123456789abcdef01234567", "f" * 40
BEGUN, ENDED = 1_795_229_914, 1_795_229_974
PAGES = BuildbotPages("https://buildbot.acme.example/")
SOURCE = BuildbotSource("legacy-build", "main")
TARGET = BuildbotForce("force-deploy", "deploy", (("environment", "production"), ("version", "{version}")))


def a_service(*targets: BuildbotForce) -> ServicePolicy:
    """Return a service that is built on Buildbot, with a lane for each target."""
    lanes = tuple(a_lane_policy(target=target) for target in targets)
    return replace(a_policy(*lanes).services[0], source=SOURCE)


def told_build(**changed: Any) -> dict[str, Any]:
    """Return a build that has ended well."""
    return {
        "builderid": 1,
        "buildid": 7,
        "buildrequestid": 9,
        "complete": True,
        "complete_at": ENDED,
        "locks_duration_s": 0,
        "masterid": 1,
        "number": 4,
        "properties": {},
        "results": 0,
        "started_at": BEGUN,
        "state_string": "build successful",
        "workerid": 1,
        **changed,
    }


def told_stamp(**changed: Any) -> dict[str, Any]:
    """Return a source stamp."""
    return {
        "branch": "main",
        "codebase": "",
        "created_at": BEGUN - 60,
        "patch": None,
        "project": "shop",
        "repository": "",
        "revision": SHA,
        "ssid": 1,
        **changed,
    }


def told_push(**changed: Any) -> dict[str, Any]:
    """Return a status push: a build with its builder, its request and its buildset."""
    return {
        **told_build(),
        "builder": {"builderid": 1, "name": "legacy-build", "tags": []},
        "buildrequest": {"buildrequestid": 9, "complete": False, "results": -1},
        "buildset": {"bsid": 1, "sourcestamps": [told_stamp()], "results": -1},
        "url": "https://buildbot.acme.example/#/builders/1/builds/4",
        **changed,
    }


def a_build(**changed: Any) -> Build:
    """Return a build as it was read."""
    return Build.model_validate(told_build(**changed))


def an_origin(*stamps: dict[str, Any], changes: tuple[Change, ...] = ()) -> Origin:
    """Return where a build came from; by default a commit of the main branch."""
    return Origin(tuple(map(SourceStamp.model_validate, stamps or (told_stamp(),))), changes)


def said_of(build: Build, origin: Origin) -> PipelineReport | None:
    """Return what a build says of the service."""
    return report_of(build, origin, a_service(), PAGES)


def reply(body: Any, status: int = 200, **headers: str) -> HttpReply:
    """Return an answer."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return HttpReply(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)
