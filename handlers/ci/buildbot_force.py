"""The target `buildbot`: a forced build at the exact commit, found again by our key among its properties. Pure.

https://docs.buildbot.net/latest/developer/rtype-forcescheduler.html
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from bot.core.release import Release
from bot.core.target import BuildbotForce
from bot.ports.ci import HttpReply, HttpRequest, Placed, Progress, ProgressStatus
from bot.ports.trouble import Trouble, Unsure
from handlers.ci.buildbot_builds import SUCCESS, WARNINGS
from handlers.ci.buildbot_form import BRANCH, REASON, REVISION, Form
from handlers.ci.buildbot_pages import BuildbotPages, api
from handlers.ci.buildbot_payloads import (
    KEY,
    Build,
    Builders,
    BuildRequest,
    BuildRequests,
    Buildset,
    Forced,
    checked_out,
    value_of,
)
from handlers.ci.buildbot_replies import OK, after_start
from handlers.placeholders import filled, values_of

PAGE = 200
MOST_PAGES = 50
"""Of more requests than that since a release was opened nobody says that ours is not among them."""
_CLOCKS_DIFFER = timedelta(hours=1)
_COLLAPSED = 3
_ENDED = {2: "failure", 4: "exception", 5: "retry", 6: "cancelled"}


@dataclass(frozen=True, slots=True)
class ForceOrder:
    """The requests and readings for one release."""

    target: BuildbotForce
    release: Release
    pages: BuildbotPages

    def start(self, form: Form) -> HttpRequest:
        """Return the request that forces the build; a field that the form has not is left out."""
        release = self.release
        values = values_of(release)
        params: dict[str, object] = {name: filled(text, values) for name, text in self.target.properties}
        params |= dict.fromkeys(form.named(REVISION), release.build.sha)
        params |= dict.fromkeys(form.named(BRANCH), release.build.branch)
        params |= dict.fromkeys(form.named(REASON), f"{release.name}: {release.lane} at {release.build.short_sha}")
        params |= {KEY: release.key, "builderNames": [self.target.builder]}
        body = {"jsonrpc": "2.0", "id": 1, "method": "force", "params": params}
        return HttpRequest("POST", api("forceschedulers", self.target.scheduler), body=body)

    def started(self, reply: HttpReply, now: datetime) -> Placed | Trouble:
        """Return what became of `start`. Only a buildset with one request is a success.

        A method that Buildbot does not know is answered 200 too, with nothing as result.
        """
        if reply.status != OK:
            return after_start(reply, now)
        try:
            _, requests = Forced.model_validate_json(reply.body).result
        except ValidationError:
            return Unsure("Buildbot's answer does not say what became of the request")
        if len(requests) != 1:
            return Unsure(f"Buildbot's answer names {len(requests)} requests for a build")
        return self._placed(next(iter(requests.values())))

    def page(self, builder_id: int, offset: int) -> HttpRequest:
        """Return the request for the builder's requests, newest first."""
        query = (("property", KEY), ("order", "-buildrequestid"), ("limit", str(PAGE)), ("offset", str(offset)))
        return HttpRequest("GET", api("builders", builder_id, "buildrequests"), query)

    def ours(self, requests: Sequence[BuildRequest]) -> Placed | None:
        """Return the request that holds our key, or None; of several the first that Buildbot has not merged away."""
        ours = [one for one in requests if value_of(one.properties, KEY) == self.release.key]
        first = min(ours, key=lambda one: (was_merged(one), one.buildrequestid), default=None)
        return self._placed(first.buildrequestid) if first else None

    def is_last(self, requests: Sequence[BuildRequest]) -> bool:
        """Whether ours cannot stand on a later page: there is none, or all there are older than the release."""
        since = (self.release.opened_at.astimezone(UTC) - _CLOCKS_DIFFER).timestamp()
        return len(requests) < PAGE or requests[-1].submitted_at < since

    def under_way(self, build: Build | None, ref: str) -> Progress:
        """Return how far a request is that is not complete."""
        runs = build is not None and not build.complete
        return Progress(ProgressStatus.RUNNING if runs else ProgressStatus.WAITING, "", self._url(build, ref))

    def ended(self, request: BuildRequest, build: Build | None, buildsets: Mapping[int, Buildset]) -> Progress:
        """Return how a request has ended. A success counts only if what was built is what was approved."""
        url = self._url(build, str(request.buildrequestid))
        if was_merged(request):
            merged = "Buildbot merged the request with another one and built neither; set collapseRequests to False"
            return Progress(ProgressStatus.FAILED, merged, url)
        if request.results not in {SUCCESS, WARNINGS}:
            ended = _ENDED.get(request.results, "") if request.results is not None else ""
            return Progress(ProgressStatus.FAILED, f"the build ended: {ended or 'nobody knows how'}", url)
        other = self._other(build, buildsets.get(request.buildsetid))
        if other is not None:
            return Progress(ProgressStatus.FAILED, other, url)
        return Progress(ProgressStatus.SUCCEEDED, "", url)

    def _other(self, build: Build | None, buildset: Buildset | None) -> str | None:
        sha = self.release.build.sha
        stamps = buildset.sourcestamps if buildset else ()
        if not any(stamp.revision == sha and stamp.patch is None for stamp in stamps):
            return "the build succeeded, and it was not asked to build the approved commit"
        got = checked_out(build.properties) if build else ()
        return (
            f"the build checked out {got[0][:12]}, which is not the approved commit" if got and sha not in got else None
        )

    def _url(self, build: Build | None, ref: str) -> str:
        return self.pages.build(build.builderid, build.number) if build else self.pages.request(int(ref))

    def _placed(self, request_id: int) -> Placed:
        return Placed(str(request_id), self.pages.request(request_id))


def was_merged(request: BuildRequest) -> bool:
    """Whether Buildbot has merged a request with a later one, and builds that alone."""
    return request.complete and request.results == _COLLAPSED


def builder_request(name: str) -> HttpRequest:
    """Return the request for a builder, by whose number its requests are listed."""
    return HttpRequest("GET", api("builders", name))


def follow_request(ref: str) -> HttpRequest:
    """Return the request for one request for a build, with its key."""
    return HttpRequest("GET", api("buildrequests", ref), (("property", KEY),))


def builds_request(ref: str) -> HttpRequest:
    """Return the request for its builds, newest first: there are several where a worker was lost."""
    query = (("order", "-buildid"), ("limit", "1"), ("property", "got_revision"))
    return HttpRequest("GET", api("buildrequests", ref, "builds"), query)


def stop_request(release: Release, build_id: int) -> HttpRequest:
    """Return the request that ends a build. What has ended stays as it is, so it may be sent again."""
    return _control("stop", release, api("builds", build_id))


def cancel_request(release: Release, ref: str) -> HttpRequest:
    """Return the request that takes a wish for a build back, or ends what it has become by then."""
    return _control("cancel", release, api("buildrequests", ref))


def _control(method: str, release: Release, path: str) -> HttpRequest:
    reason = f"{release.name} was cancelled in Signoff"
    return HttpRequest("POST", path, body={"jsonrpc": "2.0", "id": 1, "method": method, "params": {"reason": reason}})


def read_builder(reply: HttpReply) -> int | None:
    """Return the number of a builder, or None when the reply cannot be read."""
    try:
        return Builders.model_validate_json(reply.body).builders[0].builderid
    except ValidationError:
        return None


def read_requests(reply: HttpReply) -> list[BuildRequest] | None:
    """Return the requests of a reply in its order, or None when it cannot be read."""
    try:
        return BuildRequests.model_validate_json(reply.body).buildrequests
    except ValidationError:
        return None


def read_request(reply: HttpReply) -> BuildRequest | None:
    """Return the one request of a reply, or None when it cannot be read."""
    return next(iter(read_requests(reply) or ()), None)
