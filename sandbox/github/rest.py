"""GitHub's REST API as far as a release bot uses it: who calls, may they, ETags, limits, faults on request."""

import functools
import re
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime
from typing import TYPE_CHECKING
from urllib.parse import unquote

from sandbox.exchange import Asked, Reply
from sandbox.github.access import EVERYTHING, Grant, Kind, token_in
from sandbox.github.answers import UnreadableBodyError, UnusableBodyError, conditional, refuse
from sandbox.github.calls import Call
from sandbox.github.faults import Fault, Rule
from sandbox.github.records import Repository
from sandbox.github.rest_app import AppRoutes
from sandbox.github.rest_checks import CheckRoutes
from sandbox.github.rest_commits import CommitRoutes
from sandbox.github.rest_deployments import DeploymentRoutes
from sandbox.github.rest_environments import EnvironmentRoutes
from sandbox.github.rest_gates import GateRoutes
from sandbox.github.rest_hooks import HookRoutes
from sandbox.github.rest_jobs import JobRoutes
from sandbox.github.rest_runs import RunRoutes

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

VERSIONS = ("2022-11-28", "2026-03-10")
"""The API's versions; the first is meant where none is named."""
ROOTS = ("repos", "repositories", "app", "installation", "orgs", "users", "rate_limit")
_PATH = re.compile(rf"(?P<base>.*?)(?P<path>/(?:{'|'.join(ROOTS)})(?:/.*)?)", re.DOTALL)
"""A quoted path, wherever the API was mounted."""
_BY_NAME = re.compile(r"/repos/(?P<owner>[^/]+)/(?P<name>[^/]+)(?P<rest>(?:/.*)?)", re.DOTALL)
_BY_ID = re.compile(r"/repositories/(?P<id>[0-9]{1,18})(?P<rest>(?:/.*)?)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Silence:
    """No answer: the connection breaks at once, or nobody ever says anything."""

    broken: bool


@dataclass(frozen=True, slots=True)
class Slowly:
    """An answer that takes so many seconds: before it begins, or in its body, which may break off in the middle."""

    reply: Reply
    seconds: float
    how: Fault

    @property
    def cut(self) -> bool:
        """Whether it breaks off."""
        return self.how is Fault.TRUNCATED


class Rest:
    """The API over a forge. It does no I/O: whoever serves it hands requests in."""

    def __init__(self, forge: "Forge") -> None:
        self._forge = forge
        self._app = AppRoutes(forge)
        parts = (
            CommitRoutes(forge),
            RunRoutes(forge),
            JobRoutes(forge),
            GateRoutes(forge),
            EnvironmentRoutes(forge),
            DeploymentRoutes(forge),
            CheckRoutes(forge),
            HookRoutes(forge),
        )
        self._table = [(row, _pattern(row.path)) for part in parts for row in part.table()]

    def answer(self, request: Asked) -> Reply:
        """Answer as GitHub does when all is well."""
        forge, now = self._forge, self._forge.clock()
        caller = self._caller(request)
        name = caller.limited_as if caller else "nobody"
        if forge.rates.exhausted(name, now):
            answered = refuse(403, f"API rate limit exceeded for {name}.")
        elif (wait := forge.rates.hurried(name, request.method, now)) is not None:
            answered = refuse(403, SECONDARY, {"retry-after": str(wait)})
        else:
            answered = conditional(request, self._handled(request))
            if not request.path.endswith("/rate_limit"):
                forge.rates.note(name, now, free=answered.status == 304 and caller is not None)
        answered.headers.update(forge.rates.headers(name, now) | self._always(request))
        return answered

    def meet(self, request: Asked) -> Reply | Silence | Slowly:
        """Answer, unless a fault is in force for it."""
        rule = self._forge.faults.next(request.method, request.path)
        if rule is None:
            return self.answer(request)
        self._forge.changed()
        if rule.fault is Fault.LATE:
            self._forge.go(self._late(request, rule.seconds))
        if rule.fault in {Fault.RESET_AFTER, Fault.ERROR_AFTER, Fault.EMPTY}:
            self._handled(request)
        if rule.fault in {Fault.SLOW, Fault.DRIP, Fault.TRUNCATED}:
            return Slowly(self.answer(request), rule.seconds, rule.fault)
        return self._broken(rule)

    def _caller(self, request: Asked) -> Grant | None:
        token, forge = token_in(request.headers.get("Authorization")), self._forge
        if token is not None and token in forge.access.grants:
            return forge.access.find(token, forge.clock())
        return EVERYTHING if forge.token is None or token == forge.token else None

    def _handled(self, request: Asked) -> Reply:
        if not request.headers.get("User-Agent"):
            return refuse(
                403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent."
            )
        if request.headers.get("X-GitHub-Api-Version", VERSIONS[0]) not in VERSIONS:
            return refuse(400, f"The API version is not supported. Supported are: {', '.join(VERSIONS)}.")
        found = _PATH.fullmatch(request.url.raw_path)
        if found is None:
            return refuse(404, "Not Found")
        try:
            said = self._app.answer(request, found["path"], self._caller(request))
            return said or self._about_a_repository(request, found["base"], found["path"])
        except UnreadableBodyError:
            return refuse(400, "Problems parsing JSON")
        except UnusableBodyError as problem:
            return refuse(422, f"Invalid request.\n\n{problem}")

    def _about_a_repository(self, request: Asked, base: str, path: str) -> Reply:
        caller = self._caller(request)
        if caller is None:
            known = token_in(request.headers.get("Authorization")) is not None
            return refuse(401, "Bad credentials" if known else "Requires authentication")
        installed = self._forge.registered.installations.get(caller.installation or 0)
        if installed is not None and installed.suspended:
            return refuse(403, "This installation has been suspended")
        if (named := _BY_NAME.fullmatch(path)) is not None:
            full_name = f"{unquote(named['owner'])}/{unquote(named['name'])}"
            repo, rest = self._forge.repository(full_name), named["rest"]
            moved = self._forge.moved(full_name) if repo is None else None
            if moved is not None and caller.sees(moved):
                return _moved(request, f"{request.url.origin()}{base}/repositories/{moved.id}{rest}")
        elif (numbered := _BY_ID.fullmatch(path)) is not None:
            repo, rest = self._forge.repository_of(int(numbered["id"])), numbered["rest"]
        else:
            return refuse(404, "Not Found")
        if repo is None or not caller.sees(repo):
            return refuse(404, "Not Found")
        return self._routed(request, base, caller, repo, rest)

    def _routed(self, request: Asked, base: str, caller: Grant, repo: Repository, rest: str) -> Reply:
        for route, pattern in self._table:
            if route.method == request.method and (part := pattern.fullmatch(rest)):
                needed = {"X-Accepted-GitHub-Permissions": f"{route.permission}={route.level}"}
                if not caller.allows(route.permission, route.level):
                    return refuse(403, f"Resource not accessible by {caller.kind.value}", needed)
                match = {name: unquote(value) for name, value in part.groupdict().items()}
                root = f"{request.url.origin()}{base}"
                return route.handler(_call(request, match, caller, root), repo)
        return refuse(404, "Not Found")

    async def _late(self, request: Asked, seconds: float) -> None:
        await self._forge.pause(seconds)
        self._handled(request)

    def _always(self, request: Asked) -> dict[str, str]:
        self._forge.requests += 1
        asked = request.headers.get("X-GitHub-Api-Version", VERSIONS[0])
        return {
            "date": format_datetime(self._forge.clock().astimezone(UTC), usegmt=True),
            "x-github-request-id": f"{self._forge.requests:04X}:5A4D:B0C5",
            "x-github-media-type": "github.v3; format=json",
            "x-github-api-version-selected": asked if asked in VERSIONS else VERSIONS[0],
        }

    def _broken(self, rule: Rule) -> Reply | Silence:
        now = self._forge.clock()
        match rule.fault:
            case Fault.RATE_LIMIT:
                return refuse(429, "You have exceeded a secondary rate limit.", {"retry-after": str(int(rule.seconds))})
            case Fault.FORBIDDEN:
                none_left = {"x-ratelimit-remaining": "0", "x-ratelimit-used": str(self._forge.rates.limit)}
                reset = {"x-ratelimit-reset": str(int(now.timestamp() + rule.seconds))}
                said = self._forge.rates.headers(EVERYTHING.limited_as, now) | none_left | reset
                return refuse(403, "API rate limit exceeded for installation ID 1.", said)
            case Fault.NOT_ALLOWED:
                return refuse(403, f"Resource not accessible by {Kind.PERSONAL.value}")
            case Fault.INTERNAL_ERROR | Fault.SERVER_ERROR | Fault.UNAVAILABLE:
                return refuse(int(rule.fault.value), "Server Error")
            case Fault.ERROR_AFTER:
                return refuse(502, "Server Error")
            case Fault.EMPTY:
                return Reply(200)
            case Fault.HTML:
                return Reply(200, b"<html>Unicorn!</html>", {"Content-Type": "text/html; charset=utf-8"})
            case _:
                return Silence(broken=rule.fault is not Fault.TIMEOUT)


SECONDARY = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


@functools.cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", re.sub(r"\{(\w+):path\}", r"(?P<\1>.+)", path)))


def _call(request: Asked, match: dict[str, str], caller: Grant, base: str) -> Call:
    return Call(request.method, request.url, request.headers, request.body, match, caller, base)


def _moved(request: Asked, where: str) -> Reply:
    """Say where a repository is now; GET may follow with any method, everything else keeps its own.

    https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
    """
    url = f"{where}?{request.url.raw_query_string}" if request.url.raw_query_string else where
    return refuse(301 if request.method == "GET" else 307, "Moved Permanently", {"Location": url}, url=url)
