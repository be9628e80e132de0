"""The API's routes that are about no repository: Apps, their installations and tokens, and the rate limit."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from sandbox.exchange import Asked, Reply
from sandbox.github import payloads, payloads_app
from sandbox.github.access import READ, WRITE, Grant, token_in
from sandbox.github.answers import answer, json_in, optional, page_of, refuse
from sandbox.github.apps import UNREADABLE, App, Installation
from sandbox.github.records import Repository

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

OWN = Callable[[Asked, App, dict[str, str]], Reply]
NOT_GRANTED = "The permissions requested are not granted to this installation."
NOT_ACCESSIBLE = "There is at least one repository that does not exist or is not accessible to the parent installation."


class AppRoutes:
    """Reads Apps and gives out installation tokens."""

    def __init__(self, forge: "Forge") -> None:
        self._forge = forge
        rows: list[tuple[str, str, OWN]] = [
            ("GET", r"/app", self._app),
            ("GET", r"/app/installations", self._installations),
            ("GET", r"/app/installations/(?P<installation>\d{1,18})", self._installation),
            ("POST", r"/app/installations/(?P<installation>\d{1,18})/access_tokens", self._token),
            ("GET", r"/repos/(?P<owner>[^/]+)/(?P<name>[^/]+)/installation", self._of_repository),
            ("GET", r"/(?:orgs|users)/(?P<account>[^/]+)/installation", self._of_account),
            ("GET", r"/app/hook/deliveries", self._deliveries),
            ("POST", r"/app/hook/deliveries/(?P<delivery>\d{1,18})/attempts", self._again),
        ]
        self._table = [(method, re.compile(path, re.ASCII), handler) for method, path, handler in rows]

    def answer(self, request: Asked, path: str, caller: Grant | None) -> Reply | None:
        """Answer what is about no repository; None: it is about one, or there is nothing."""
        if (request.method, path) == ("GET", "/rate_limit"):
            return self._rates(caller)
        if path in {"/installation/repositories", "/installation/token"}:
            return self._of_token(request, path, caller)
        for method, pattern, handler in self._table:
            if method == request.method and (found := pattern.fullmatch(path)):
                app = self._forge.apps.asserted(token_in(request.headers.get("Authorization")) or "")
                if isinstance(app, str):
                    return refuse(404 if app == "Integration not found" else 401, app)
                return handler(request, app, {name: unquote(value) for name, value in found.groupdict().items()})
        return None

    def _app(self, _request: Asked, app: App, _match: dict[str, str]) -> Reply:
        count = len(self._of(app))
        return answer(payloads_app.app(app, count))

    def _installations(self, request: Asked, app: App, _match: dict[str, str]) -> Reply:
        page, link = page_of(request, self._of(app))
        return answer([payloads_app.installation(one, self._forge.site) for one in page], headers=link)

    def _installation(self, _request: Asked, app: App, match: dict[str, str]) -> Reply:
        return self._told(self._one(app, match))

    def _of_repository(self, _request: Asked, app: App, match: dict[str, str]) -> Reply:
        return self._told(self._forge.apps.at(f"{match['owner']}/{match['name']}", app.slug))

    def _of_account(self, _request: Asked, app: App, match: dict[str, str]) -> Reply:
        account = match["account"].lower()
        return self._told(next((one for one in self._of(app) if one.account.lower() == account), None))

    def _told(self, found: Installation | None) -> Reply:
        return answer(payloads_app.installation(found, self._forge.site)) if found else refuse(404, "Not Found")

    def _token(self, request: Asked, app: App, match: dict[str, str]) -> Reply:
        """Give out a token. Names that are not the installation's, or rights that it has not, are refused."""
        found = self._one(app, match)
        if found is None:
            return refuse(404, "Not Found")
        if found.suspended:
            return refuse(403, "This installation has been suspended")
        body = json_in(request) if request.body.strip() else {}
        numbers: list[Any] = optional(body, "repository_ids", list) or []
        names: list[Any] = optional(body, "repositories", list) or []
        asked: dict[str, Any] = optional(body, "permissions", dict) or dict(found.permissions)
        chosen = [*(self._covered(found, number=one) for one in numbers), *(self._covered(found, one) for one in names)]
        if None in chosen:
            return refuse(422, NOT_ACCESSIBLE)
        if any(not _within(found.permissions.get(name), level) for name, level in asked.items()):
            return refuse(422, NOT_GRANTED)
        repositories = [one for one in chosen if one is not None]
        narrowed = frozenset(one.id for one in repositories) if "repositories" in body or numbers else None
        grant = self._forge.apps.token(found, narrowed, asked)
        return answer(payloads_app.token(grant, repositories if narrowed is not None else None, self._forge.site), 201)

    def _covered(self, of: Installation, name: Any = None, number: Any = None) -> Repository | None:
        """Return the repository of a name or number, if the installation covers it."""
        for one in self._forge.repositories.values():
            owner, _, own = one.full_name.partition("/")
            asked = own.lower() == str(name).lower() if number is None else one.id == number
            if asked and owner.lower() == of.account.lower() and of.covers(one.id):
                return one
        return None

    def _of_token(self, request: Asked, path: str, caller: Grant | None) -> Reply:
        if caller is None or caller.installation is None:
            return refuse(401 if caller is None else 403, "Bad credentials" if caller is None else UNREADABLE)
        if (request.method, path) == ("DELETE", "/installation/token"):
            self._forge.access.revoke(caller.token)
            return Reply(204)
        if (request.method, path) != ("GET", "/installation/repositories"):
            return refuse(404, "Not Found")
        found = [one for one in self._forge.repositories.values() if caller.sees(one)]
        page, link = page_of(request, found)
        told = [payloads.repository(one, self._forge.site) for one in page]
        return answer({"total_count": len(found), "repositories": told}, headers=link)

    def _rates(self, caller: Grant | None) -> Reply:
        if caller is None:
            return refuse(401, "Bad credentials")
        told = self._forge.rates.headers(caller.limited_as, self._forge.clock())
        core = {name: int(told[f"x-ratelimit-{name}"]) for name in ("limit", "remaining", "reset", "used")}
        return answer({"resources": {"core": core}, "rate": core})

    def _deliveries(self, request: Asked, app: App, _match: dict[str, str]) -> Reply:
        found = [one for one in reversed(self._forge.hooks.deliveries) if one.hook.app_id == app.id]
        page, link = page_of(request, [one for one in found if payloads_app.fits(one, request.query.get("status"))])
        return answer([payloads_app.delivery(one) for one in page], headers=link)

    def _again(self, _request: Asked, app: App, match: dict[str, str]) -> Reply:
        number = int(match["delivery"])
        kept = self._forge.hooks.deliveries
        found = next((one for one in kept if (one.id, one.hook.app_id) == (number, app.id)), None)
        if found is None:
            return refuse(404, "Not Found")
        self._forge.hooks.again(found)
        return answer({}, 202)

    def _of(self, app: App) -> list[Installation]:
        return [one for one in self._forge.registered.installations.values() if one.app == app]

    def _one(self, app: App, match: dict[str, str]) -> Installation | None:
        found = self._forge.registered.installations.get(int(match["installation"]))
        return found if found is not None and found.app == app else None


def _within(granted: str | None, asked: Any) -> bool:
    return asked in {READ, WRITE} and granted is not None and (granted != READ or asked == READ)
