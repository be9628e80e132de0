"""The API's routes about a repository's webhooks: what was delivered, and delivering it again."""

from typing import TYPE_CHECKING

from sandbox.exchange import Reply
from sandbox.github import payloads_app
from sandbox.github.answers import answer, number_in, page_of, refuse
from sandbox.github.calls import Call, Route
from sandbox.github.hooks import Delivered
from sandbox.github.records import Repository

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

RIGHT = "repository_hooks"


class HookRoutes:
    """Reads deliveries and repeats them."""

    def __init__(self, forge: "Forge") -> None:
        self._forge = forge

    def table(self) -> list[Route]:
        """Return what is answered here."""
        deliveries = "/hooks/{hook}/deliveries"
        return [
            Route("GET", "/hooks", self._hooks, RIGHT),
            Route("GET", deliveries, self._list, RIGHT),
            Route("GET", f"{deliveries}/{{delivery}}", self._one, RIGHT),
            Route("POST", f"{deliveries}/{{delivery}}/attempts", self._again, RIGHT),
            Route("POST", "/hooks/{hook}/pings", self._ping, RIGHT),
        ]

    def _hooks(self, request: Call, _repo: Repository) -> Reply:
        own = [one for one in self._forge.hooks.listeners() if one.app is None and one.url is not None]
        page, link = page_of(request, own)
        return answer(
            [payloads_app.hook(one.id, one.url or "", sorted(one.events or {"*"})) for one in page], headers=link
        )

    def _list(self, request: Call, repo: Repository) -> Reply:
        asked = request.query.get("status")
        found = [one for one in self._of(request, repo) if payloads_app.fits(one, asked)]
        page, link = page_of(request, found)
        return answer([payloads_app.delivery(one) for one in page], headers=link)

    def _one(self, request: Call, repo: Repository) -> Reply:
        found = self._delivered(request, repo)
        return answer(payloads_app.delivery(found)) if found else refuse(404, "Not Found")

    def _again(self, request: Call, repo: Repository) -> Reply:
        found = self._delivered(request, repo)
        if found is None:
            return refuse(404, "Not Found")
        self._forge.hooks.again(found)
        return answer({}, 202)

    def _ping(self, request: Call, repo: Repository) -> Reply:
        if number_in(request, "hook") != 1 or self._forge.ping(repo.full_name) is None:
            return refuse(404, "Not Found")
        return Reply(204)

    def _of(self, request: Call, repo: Repository) -> list[Delivered]:
        number = number_in(request, "hook")
        kept = reversed(self._forge.hooks.deliveries)
        return [one for one in kept if (one.to.id, one.hook.repository_id) == (number, repo.id)]

    def _delivered(self, request: Call, repo: Repository) -> Delivered | None:
        number = number_in(request, "delivery")
        return next((one for one in self._of(request, repo) if one.id == number), None)
