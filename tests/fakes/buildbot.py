"""A Buildbot on a real socket, without builds: it answers as the real one does, its silences and oddities included.

What it was never asked for is not here; the contract tests hold it against the real one.
"""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from aiohttp import web

BUILD, DEPLOY, SCHEDULER, FORGETFUL = "legacy-build", "deploy legacy", "force-deploy", "forgetful"
BUILDERS = {DEPLOY: 1, BUILD: 2}
COOKIE = "TWISTED_SESSION=ours.of-deployers"
ADMIN = "Basic " + base64.b64encode(b"signoff:pw").decode()


def text_field(name: str) -> dict[str, Any]:
    """Return a field of a form as it is told."""
    return {"name": name, "fullName": name, "type": "text", "default": "", "regex": None}


def box(*fields: dict[str, Any]) -> dict[str, Any]:
    """Return a box with fields."""
    return {"name": "", "fullName": None, "type": "nested", "fields": list(fields)}


CODEBASE = box(*map(text_field, ("branch", "project", "repository", "revision")))
OWN = box(text_field("username"), text_field("reason"), {**text_field("priority"), "type": "int"})


@dataclass(slots=True)
class FakeBuildbot:
    """The master. `now` is its clock, in whole seconds, moved with every build."""

    now: int = 1_795_262_400
    builds: list[dict[str, Any]] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    buildsets: list[dict[str, Any]] = field(default_factory=list)
    changes: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    """By build."""
    forms: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {
            SCHEDULER: [OWN, CODEBASE, *map(text_field, ("signoff_key", "environment", "version"))],
            FORGETFUL: [OWN, CODEBASE],
        }
    )
    switched_off: set[str] = field(default_factory=set)
    open_to_all: bool = False
    closed_to_all: bool = False
    """Whether whoever signs in lacks the role."""
    refuses: str = ""
    """The words with which a form's field is refused."""
    port: int = 0
    _numbers: Any = field(default_factory=lambda: count(1))

    @property
    def url(self) -> str:
        """Return its address."""
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator["FakeBuildbot"]:
        """Listen on any free port."""
        app = web.Application()
        api = "/api/v2"
        app.add_routes(
            [
                web.get("/auth/login", self._login),
                web.get(f"{api}/builders/{{name}}", self._builder),
                web.get(f"{api}/builders/{{name}}/builds", self._builds),
                web.get(f"{api}/builders/{{name}}/builds/{{number}}", self._build),
                web.get(f"{api}/builders/{{number}}/buildrequests", self._requests_of),
                web.get(f"{api}/buildrequests", self._requests),
                web.get(f"{api}/buildrequests/{{id}}", self._request),
                web.get(f"{api}/buildrequests/{{id}}/builds", self._builds_of_request),
                web.get(f"{api}/buildsets", self._buildsets),
                web.get(f"{api}/builds/{{id}}/changes", self._changes),
                web.get(f"{api}/forceschedulers/{{name}}", self._form),
                web.post(f"{api}/forceschedulers/{{name}}", self._force),
                web.post(f"{api}/builds/{{id}}", self._stop),
                web.post(f"{api}/buildrequests/{{id}}", self._cancel),
            ]
        )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()

    def commit(self, sha: str, title: str, author: str = "Ann <ann@acme.example>", **stamp: Any) -> dict[str, Any]:
        """Let a commit come and its build begin; `stamp` says what is odd about it."""
        properties = {"revision": [sha, "Build"]}
        build = self._wish(BUILD, sha, properties, stamp)
        self.begins(build["buildrequestid"])
        change = {"author": author, "branch": "main", "comments": title, "revision": sha, "files": []}
        self.changes[self.builds[-1]["buildid"]] = [change]
        return self.builds[-1]

    def begins(self, request: int) -> dict[str, Any]:
        """Let a worker begin what was wished for."""
        wish = next(one for one in self.requests if one["buildrequestid"] == request)
        same = [one for one in self.builds if one["builderid"] == wish["builderid"]]
        build = {
            "buildid": len(self.builds) + 1,
            "number": len(same) + 1,
            "builderid": wish["builderid"],
            "buildrequestid": request,
            "complete": False,
            "complete_at": None,
            "results": None,
            "started_at": self.now,
            "state_string": "building",
            "properties": dict(wish["_all"]),
        }
        self.builds.append(build)
        return build

    def ends(self, build: dict[str, Any], results: int = 0) -> None:
        """Let a build end, and what wished for it, save where it is tried again."""
        self.now += 60
        build.update(complete=True, complete_at=self.now, results=results)
        wish = next(one for one in self.requests if one["buildrequestid"] == build["buildrequestid"])
        if results != 5:
            wish.update(complete=True, complete_at=self.now, results=results)

    def build_of(self, key: str) -> dict[str, Any]:
        """Return the newest build of a key, begun now if it has not begun."""
        wish = next(one for one in self.requests if one["_all"].get("signoff_key", [""])[0] == key)
        found = [one for one in self.builds if one["buildrequestid"] == wish["buildrequestid"]]
        return found[-1] if found else self.begins(wish["buildrequestid"])

    def forced(self) -> list[str]:
        """Return the key of every request that the deploy builder has got, oldest first."""
        return [one["_all"].get("signoff_key", [""])[0] for one in self.requests if one["builderid"] == 1]

    def _wish(
        self, builder: str, revision: str, properties: dict[str, Any], stamp: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        number = len(self.requests) + 1
        told = {"ssid": number, "branch": "main", "codebase": "", "created_at": self.now, "patch": None}
        self.buildsets.append(
            {"bsid": number, "complete": False, "sourcestamps": [{**told, "revision": revision, **(stamp or {})}]}
        )
        wish = {
            "buildrequestid": number,
            "buildsetid": number,
            "builderid": BUILDERS[builder],
            "complete": False,
            "complete_at": None,
            "results": -1,
            "submitted_at": self.now,
            "_all": properties,
        }
        self.requests.append(wish)
        return wish

    async def _login(self, request: web.Request) -> web.Response:
        if self.open_to_all:
            return web.Response(status=501)
        if request.headers.get("Authorization") != ADMIN:
            return web.Response(status=401)
        answer = web.Response(status=302, headers={"Location": f"{self.url}/#/"})
        answer.headers.add("Set-Cookie", "TWISTED_SESSION=nobodys; Path=/")
        answer.headers.add("Set-Cookie", f"{COOKIE}; Path=/")
        return answer

    async def _builder(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in BUILDERS:
            return _unknown("/builders/n:builderid")
        return _page("builders", [{"builderid": BUILDERS[name], "name": name, "tags": []}])

    async def _builds(self, request: web.Request) -> web.Response:
        number = BUILDERS.get(request.match_info["name"])
        found = [one for one in self.builds if one["builderid"] == number]
        if "complete" in request.query:
            found = [one for one in found if one["complete"]]
        return _page("builds", _some(request, found, "buildid"))

    async def _build(self, request: web.Request) -> web.Response:
        builder, number = BUILDERS.get(request.match_info["name"]), int(request.match_info["number"])
        found = [one for one in self.builds if (one["builderid"], one["number"]) == (builder, number)]
        return _page("builds", _some(request, found, "buildid")) if found else _unknown("/builds/n:buildid")

    async def _requests_of(self, request: web.Request) -> web.Response:
        number = int(request.match_info["number"])
        found = [one for one in self.requests if one["builderid"] == number]
        return _page("buildrequests", _some(request, found, "buildrequestid"))

    async def _requests(self, request: web.Request) -> web.Response:
        wanted = set(map(int, request.query.getall("buildrequestid")))
        found = [one for one in self.requests if one["buildrequestid"] in wanted]
        return _page("buildrequests", _some(request, found, "buildrequestid"))

    async def _request(self, request: web.Request) -> web.Response:
        found = [one for one in self.requests if str(one["buildrequestid"]) == request.match_info["id"]]
        return _page("buildrequests", _some(request, found, "")) if found else _unknown("/buildrequests/n:id")

    async def _builds_of_request(self, request: web.Request) -> web.Response:
        found = [one for one in self.builds if str(one["buildrequestid"]) == request.match_info["id"]]
        return _page("builds", _some(request, found, "buildid"))

    async def _buildsets(self, request: web.Request) -> web.Response:
        wanted = set(map(int, request.query.getall("bsid")))
        return _page("buildsets", [one for one in self.buildsets if one["bsid"] in wanted])

    async def _changes(self, request: web.Request) -> web.Response:
        return _page("changes", self.changes.get(int(request.match_info["id"]), []))

    async def _form(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in self.forms:
            return _unknown("/forceschedulers/i:schedulername")
        told = {
            "name": name,
            "builder_names": [DEPLOY],
            "enabled": name not in self.switched_off,
            "all_fields": self.forms[name],
        }
        return _page("forceschedulers", [told])

    async def _stop(self, request: web.Request) -> web.Response:
        if not self._may(request):
            return _refused(403, -32600, "you need to have role 'deployers'")
        for one in self.builds:
            if str(one["buildid"]) == request.match_info["id"] and not one["complete"]:
                self.ends(one, 6)
        return web.json_response({"id": 1, "jsonrpc": "2.0", "result": None})

    async def _cancel(self, request: web.Request) -> web.Response:
        if not self._may(request):
            return _refused(403, -32600, "you need to have role 'deployers'")
        for one in self.requests:
            if str(one["buildrequestid"]) == request.match_info["id"] and not one["complete"]:
                one.update(complete=True, complete_at=self.now, results=6)
        return web.json_response({"id": 1, "jsonrpc": "2.0", "result": None})

    def _may(self, request: web.Request) -> bool:
        return not self.closed_to_all and (self.open_to_all or COOKIE in request.headers.get("Cookie", ""))

    async def _force(self, request: web.Request) -> web.Response:
        if not self._may(request):
            return _refused(403, -32600, "you need to have role 'deployers'")
        said = await request.json()
        if said["method"] != "force":
            return web.json_response({"id": said["id"], "jsonrpc": "2.0", "result": None})
        if self.refuses:
            return _refused(400, -32602, {"environment": self.refuses})
        params = said["params"]
        declared = {one["fullName"] for one in _flat(self.forms[request.match_info["name"]])}
        if not {DEPLOY} & set(params["builderNames"]):
            return _refused(500, -32603, "KeyError('builderNames not specified or not supported')")
        kept = {name: [value, "Force Build Form"] for name, value in params.items() if name in declared}
        wish = self._wish(DEPLOY, params.get("revision", ""), kept, {"branch": params.get("branch", "")})
        answer = [wish["buildsetid"], {"1": wish["buildrequestid"]}]
        return web.json_response({"id": said["id"], "jsonrpc": "2.0", "result": answer})


def _flat(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [deep for one in fields for deep in (_flat(one["fields"]) if "fields" in one else [one])]


def _some(request: web.Request, found: list[dict[str, Any]], order: str) -> list[dict[str, Any]]:
    """Return what the query asks for: an order, a part, and of the properties only those that it names."""
    asked = request.query
    if asked.get("order", "").startswith("-"):
        found = sorted(found, key=lambda one: -one[order])
    begin = int(asked.get("offset", "0"))
    found = found[begin : begin + int(asked.get("limit", "1000000"))]
    names = asked.getall("property", [])
    return [_told(one, names) for one in found]


def _told(one: dict[str, Any], names: list[str]) -> dict[str, Any]:
    every = one.get("_all", one.get("properties", {}))
    shown = {name: value for name, value in every.items() if name in names} if names else None
    return {**{key: value for key, value in one.items() if key != "_all"}, "properties": shown}


def _page(name: str, found: list[dict[str, Any]]) -> web.Response:
    return web.json_response({name: found, "meta": {"total": len(found)}})


def _unknown(pattern: str) -> web.Response:
    said = f"not found while getting from endpoint for {pattern} with arguments ResultSpec() and {{}}"
    return web.json_response({"error": said}, status=404)


def _refused(status: int, code: int, message: Any) -> web.Response:
    return web.json_response({"jsonrpc": "2.0", "id": 1, "error": {"code": code, "message": message}}, status=status)
