"""Buildbot as a target of deploys: one forced build for each release, looked up by its key, followed to its end."""

from dataclasses import dataclass

from bot.core.events import FoundLive
from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.core.target import BuildbotForce, Target
from bot.ports.ci import HttpReply, Placed, Progress
from bot.ports.stopping import Stopped
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from handlers.ci import buildbot_builds as builds
from handlers.ci import buildbot_force as forced
from handlers.ci import buildbot_live as live
from handlers.ci.buildbot_calls import BuildbotCalls
from handlers.ci.buildbot_force import ForceOrder
from handlers.ci.buildbot_form import Form, form_request, read_form
from handlers.ci.buildbot_pages import BuildbotPages
from handlers.ci.buildbot_payloads import KEY, BuildRequest, value_of
from handlers.ci.buildbot_replies import FORBIDDEN, LATER, NOT_FOUND, OK, SOON, after_read, after_start, told_by

UNKNOWN = GiveUp("the deployment has no id that Buildbot would know")


@dataclass(frozen=True, slots=True)
class BuildbotDeploys:
    """Implements the ports Executor and Stopper."""

    calls: BuildbotCalls
    pages: BuildbotPages

    async def start(self, service: ServicePolicy, release: Release) -> Placed | Trouble:
        """Force a build of exactly the release's commit, with its key, if the scheduler's form takes both."""
        del service
        order = self._order(release)
        form = await self._form(order.target)
        if not isinstance(form, Form):
            return form
        reply = await self.calls.send(order.start(form))
        return order.started(reply, self.calls.now) if isinstance(reply, HttpReply) else reply

    async def find(self, service: ServicePolicy, release: Release) -> Placed | Trouble | None:
        """Look our key up among all requests of the builder since the release was opened; None when none has it."""
        del service
        order = self._order(release)
        number = await self.calls.ask(forced.builder_request(order.target.builder), forced.read_builder)
        if isinstance(number, TryLater):
            return number
        for page in range(forced.MOST_PAGES):
            requests = await self.calls.ask(order.page(number, page * forced.PAGE), forced.read_requests)
            if isinstance(requests, TryLater):
                return requests
            found = order.ours(requests)
            if found is not None or order.is_last(requests):
                return found
        return TryLater(LATER, f"{order.target.builder} has too many requests to look our key up among them")

    async def follow(self, service: ServicePolicy, release: Release) -> Progress | Trouble:
        """Return how far the request is, by its builds; of one that has ended also whether it was the right commit.

        One that was merged with a second sending of ours goes on as that: it ships the same, under the same key.
        """
        request = await self._request(service, release)
        return await self._beyond(self._order(release), request) if isinstance(request, BuildRequest) else request

    async def _request(self, service: ServicePolicy, release: Release) -> BuildRequest | Trouble:
        """Return the request that is the release's today: where it was merged away, its twin, if it has one."""
        ref = _ref(release)
        if ref is None:
            return UNKNOWN
        request = await self._ours(release, ref)
        if not isinstance(request, BuildRequest) or not forced.was_merged(request):
            return request
        twin = await self.find(service, release)
        if isinstance(twin, TryLater | Unsure | GiveUp):
            return twin
        return request if twin is None or twin.ref == ref else await self._ours(release, twin.ref)

    async def _ours(self, release: Release, ref: str) -> BuildRequest | Trouble:
        """Return a request; after a start that leads to another Buildbot its number may name somebody else's."""
        request = await self.calls.ask(forced.follow_request(ref), forced.read_request)
        if isinstance(request, TryLater) or value_of(request.properties, KEY) == release.key:
            return request
        return GiveUp(
            f"request {ref} is not the one that was forced for {release.name}; did BUILDBOT_URL lead elsewhere then?"
        )

    async def _beyond(self, order: ForceOrder, request: BuildRequest) -> Progress | TryLater:
        """Return how far the build of a request is."""
        ref = str(request.buildrequestid)
        page = await self.calls.ask(forced.builds_request(ref), builds.read_builds)
        if isinstance(page, TryLater):
            return page
        build = page[0] if page else None
        if not request.complete:
            return order.under_way(build, ref)
        buildsets = await self.calls.ask(builds.buildsets_request([request.buildsetid]), builds.read_buildsets)
        return buildsets if isinstance(buildsets, TryLater) else order.ended(request, build, buildsets)

    async def stop(self, service: ServicePolicy, release: Release) -> Stopped | Trouble:
        """End the release's build, or take the wish for it back while none has begun; of what was merged, its twin's.

        Asked again after a lost answer: what has ended, or was taken back, stays so. Of a method that it does not know
        Buildbot says nothing; how the build stands is told by following it.
        """
        request = await self._request(service, release)
        if not isinstance(request, BuildRequest):
            return request
        ref = str(request.buildrequestid)
        if request.complete:
            return Stopped(f"request {ref} has ended")
        page = await self.calls.ask(forced.builds_request(ref), builds.read_builds)
        if isinstance(page, TryLater):
            return page
        newest = page[0] if page else None
        if newest is None or newest.results == builds.RETRY:
            return await self._take_back(release, ref)
        if newest.complete:  # its request ends a moment later
            return Stopped(f"build {newest.buildid} has ended")
        reply = await self.calls.send(forced.stop_request(release, newest.buildid))
        if not isinstance(reply, HttpReply):
            return reply
        told = Stopped(f"build {newest.buildid} is told to end")
        return told if reply.status == OK else after_start(reply, self.calls.now)

    async def _take_back(self, release: Release, ref: str) -> Stopped | Trouble:
        """Take a wish for a build back; where only builds may be ended, its build is once it has begun."""
        reply = await self.calls.send(forced.cancel_request(release, ref))
        if not isinstance(reply, HttpReply):
            return reply
        if reply.status == FORBIDDEN:
            return TryLater(SOON, f"{told_by(reply)}; its build is ended once it has begun", turn=True)
        told = Stopped(f"request {ref} is taken back")
        return told if reply.status == OK else after_start(reply, self.calls.now)

    async def newest_live(self, service: ServicePolicy, target: Target) -> FoundLive | Trouble | None:
        """Return what the newest successful build for the lane made live, where its properties tell lanes apart."""
        known = live.told_apart(service, target) if isinstance(target, BuildbotForce) else None
        if known is None or not isinstance(target, BuildbotForce):
            return None
        page = await self.calls.ask(live.newest_request(target), builds.read_builds)
        if isinstance(page, TryLater):
            return page
        found = [one for build in page if (one := live.live_of(build, target, known, self.pages))]
        return max(found, key=lambda one: one.since, default=None)

    async def _form(self, target: BuildbotForce) -> Form | Trouble:
        """Return the form of the target's scheduler, or why nothing may be sent by it."""
        reply = await self.calls.read(form_request(target))
        if isinstance(reply, TryLater):
            return reply
        if reply.status == NOT_FOUND:
            return GiveUp(f"Buildbot knows no force scheduler {target.scheduler}")
        form = read_form(reply) if reply.status == OK else None
        if form is None:
            return after_read(reply, self.calls.now)
        if not form.enabled:
            return TryLater(LATER, f"the force scheduler {target.scheduler} is switched off in Buildbot")
        lacking = form.lacks(target)
        return GiveUp(lacking) if lacking else form

    def _order(self, release: Release) -> ForceOrder:
        target = release.policy.target
        if not isinstance(target, BuildbotForce):
            raise TypeError(f"{release.name} is not deployed by Buildbot but by {target}")
        return ForceOrder(target, release, self.pages)


def _ref(release: Release) -> str | None:
    """Return the number of the request for the build, if it is one."""
    ref = release.deployment.ref if release.deployment else None
    return ref if ref is not None and ref.isascii() and ref.isdigit() else None
