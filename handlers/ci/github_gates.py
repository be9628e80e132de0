"""Deploys by answering the gate at which a run waits. Implements the ports Executor and Gatekeeper.

An answer counts once: a second one is refused by GitHub, since nothing waits there any more. What it cannot tell
apart are the attempts of a run, so which one waits is looked up just before anything is sent.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.core.events import FoundLive
from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.core.target import GithubDeployment, GithubGate, Target
from bot.ports.ci import CameLater, HttpReply, HttpRequest, Placed, Progress, ProgressStatus
from bot.ports.gatekeeping import Answered, Turned
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from handlers.ci import github_gate as gate
from handlers.ci import github_live as live
from handlers.ci import github_records as records
from handlers.ci.github_gate import Attempt, Coming, Over, Standing, Waits, WentOn
from handlers.ci.github_gate_reading import GateReader
from handlers.ci.github_pages import Pages
from handlers.ci.github_replies import FORBIDDEN, after_read, after_start
from handlers.ci.github_source import github_source
from handlers.ci.sender import AGAIN, Sends

NO_RUN = "the deployment has no run that GitHub would know"
LATER = 15.0
"""Seconds until a run is looked at again that has not come to its gate."""
MOST_KNOWN = 1_000
NEXT_COMES = timedelta(seconds=20)
"""Within that time of a job's end those come to the gate that need it."""
LOOK_AGAIN = timedelta(seconds=30)
"""Until it is looked again whether what waits came later."""
CLOCKS_DIFFER = timedelta(minutes=1)
"""By how much GitHub's clock may be behind ours."""
UNPROCESSABLE = 422
_RANK: dict[type[Standing], int] = {Waits: 0, WentOn: 1, Coming: 2, Over: 3}
"""Which of a build's runs is the one with the gate: the one that is there, or was."""


@dataclass(frozen=True, slots=True)
class GithubGates:
    """Answers gates through the one sender. `web_url` is the address of GitHub's pages."""

    sender: Sends
    web_url: str
    _failed: set[tuple[str, int]] = field(default_factory=set)
    """Records that ended without success, such as those of rejected runs: another attempt has a record of its own."""
    _looked: dict[str, datetime] = field(default_factory=dict)
    """When it was last looked whether what waits came later, by the key of its release: it may wait for days.

    It spares requests that read, and guards nothing.
    """

    async def start(self, service: ServicePolicy, release: Release) -> Placed | Trouble:
        """Let the run go on that waits at the gate: the approved attempt of the approved commit, or nothing."""
        at = await self._standing(service, release)
        match at:
            case TryLater():
                return at
            case Waits():
                return await self._approve(service, release, at)
            case WentOn(progress=Progress(status=ProgressStatus.FAILED)):
                return GiveUp(f"{_run(at)} has gone on there already, and failed; run it again on GitHub")
            case WentOn() if _is_old(at, release):
                return GiveUp(f"{_run(at)} went on there before this was asked for; run it again on GitHub")
            case WentOn():  # somebody let it go on there meanwhile: it is just what was approved, so it is followed
                return self._placed(service, at.attempt)
            case Coming():
                return TryLater(LATER, f"{_run(at)} has not come to the gate of {_target(release).environment} yet")
            case Over(why=why):
                return GiveUp(f"{_run(at)} does not wait at its gate any more: {why}")

    async def find(self, service: ServicePolicy, release: Release) -> Placed | Trouble | None:
        """Tell of an answer that was lost whether it arrived: the run has moved on, or shows a review with the key."""
        at = await self._standing(service, release)
        if isinstance(at, TryLater):
            return at
        if isinstance(at, Coming) or _is_old(at, release):
            return None
        if isinstance(at, Waits):
            source, target = github_source(service), _target(release)
            seen = at.may_review and await self._reader.reviewed(
                source.repository, at.attempt, target.environment, release.key
            )
            if isinstance(seen, TryLater):
                return seen
            return self._placed(service, at.attempt) if seen else None
        return self._placed(service, at.attempt)  # gone on, or at its end: how it ended is for `follow` to tell

    async def follow(self, service: ServicePolicy, release: Release) -> Progress | Trouble:
        """Return how far the run is beyond its gate, and what of it has come there later."""
        at = gate.attempt_of(release.deployment.ref if release.deployment else None)
        if at is None:
            return GiveUp(NO_RUN)
        source, environment = github_source(service), _target(release).environment
        stands = await self._reader.standing(source, release.build.sha, environment, at)
        page = Pages(self.web_url).run(source.repository, at.run_id)
        match stands:
            case TryLater():
                return stands
            case WentOn():
                return self._so_far(stands)
            case Over(why=why):
                return Progress(ProgressStatus.FAILED, why, page)
            case Waits():
                later = await self._came_later(service, release, stands)
                return later if isinstance(later, TryLater) else Progress(ProgressStatus.WAITING, "", page, later)
            case Coming():
                return Progress(ProgressStatus.WAITING, "", page)

    def _so_far(self, at: WentOn) -> Progress:
        """Return how far it is; what ended well just now, in a run that goes on, may not have been its last job."""
        if at.progress.status is ProgressStatus.SUCCEEDED and at.well and self.sender.clock() < at.well + NEXT_COMES:
            return replace(at.progress, status=ProgressStatus.RUNNING)
        return at.progress

    async def _came_later(self, service: ServicePolicy, release: Release, at: Waits) -> CameLater | TryLater | None:
        """Return jobs of the approved attempt that wait though others have gone on, and were not answered for yet."""
        now, source = self.sender.clock(), github_source(service)
        looked = self._looked.get(release.key)
        if looked is not None and now < looked + LOOK_AGAIN:
            return None
        if len(self._looked) >= MOST_KNOWN:
            self._looked.clear()
        self._looked[release.key] = now
        sha, environment = release.build.sha, _target(release).environment
        waiting = await self._reader.comes_later(source, sha, environment, at.attempt)
        if isinstance(waiting, TryLater):
            return waiting
        answered = release.deployment.let_on if release.deployment else ()
        came = tuple(record for record in map(str, sorted(waiting)) if record not in answered)
        if not came:
            return None
        now_at = await self._reader.standing(source, sha, environment, at.attempt)
        if not isinstance(now_at, Waits):  # it may have been run again while its records were read, one by one
            return now_at if isinstance(now_at, TryLater) else None
        return CameLater(at.attempt.ref, sha, came)

    async def let_on(self, service: ServicePolicy, release: Release) -> Answered | Trouble:
        """Answer once more for the approved attempt, if it waits; nothing is sent where none of it does any more."""
        at = gate.attempt_of(release.deployment.ref if release.deployment else None)
        if at is None:
            return GiveUp(NO_RUN)
        stands = await self._reader.standing(
            github_source(service), release.build.sha, _target(release).environment, at
        )
        match stands:
            case TryLater():
                return stands
            case Coming():
                return TryLater(LATER, f"{_run(stands)} has not come to its gate yet")
            case WentOn():
                return Answered(f"{_run(stands)} has gone on there")
            case Over(why=why):
                return Answered(f"{_run(stands)} waits no more: {why}")
        answered = await self._approve(service, release, stands)
        return Answered(f"{_run(stands)} is approved once more") if isinstance(answered, Placed) else answered

    async def newest_live(self, service: ServicePolicy, target: Target) -> FoundLive | Trouble | None:
        """Return the newest record of the environment that succeeded, whoever let it go on."""
        if not isinstance(target, GithubGate):
            return None
        source = github_source(service)
        reply = await self._send(live.newest_request(source, GithubDeployment(target.environment)))
        if isinstance(reply, TryLater):
            return reply
        newest = live.read_newest(reply, self.sender.clock())
        if isinstance(newest, TryLater):
            return newest
        for made in newest:
            if (source.repository, made.id) in self._failed:
                continue
            reply = await self._send(records.statuses_request(source, str(made.id)))
            if isinstance(reply, TryLater):
                return reply
            statuses = records.read_statuses(reply)
            if statuses is None:
                return after_read(reply, self.sender.clock())
            if found := live.live_of(made, statuses):
                return live.of_run(found, statuses)
            if records.standing(statuses)[0] is ProgressStatus.FAILED:
                self._has_failed(source.repository, made.id)
        return None

    async def turn_away(self, service: ServicePolicy, release: Release) -> Turned | Trouble:
        """Reject the run that waits for a release which ended; nothing is sent where none waits any more."""
        at = await self._standing(service, release)
        match at:
            case TryLater():
                return at
            case Coming():
                return TryLater(LATER, f"{_run(at)} has not come to its gate yet")
            case WentOn():
                return Turned(f"{_run(at)} has gone on there")
            case Over(why=why):
                return Turned(f"{_run(at)} waits no more: {why}")
        repository = github_source(service).repository
        comment = gate.comment_of(release, "rejected")
        reply = await self.sender.send(gate.answer_request(repository, at, "rejected", comment))
        if not isinstance(reply, HttpReply):
            return reply
        if gate.is_taken(reply):
            return Turned(f"{_run(at)} is rejected")
        if reply.status == UNPROCESSABLE:  # it was answered between our look and our word
            return TryLater(LATER, f"GitHub answers {reply.status}")
        return _refused(at, reply, after_start(reply, self.sender.clock()))

    async def _approve(self, service: ServicePolicy, release: Release, at: Waits) -> Placed | Trouble:
        repository = github_source(service).repository
        comment = gate.comment_of(release, "approved")
        reply = await self.sender.send(gate.answer_request(repository, at, "approved", comment))
        if not isinstance(reply, HttpReply):
            return reply
        if gate.is_taken(reply):
            return self._placed(service, at.attempt)
        trouble = after_start(reply, self.sender.clock())
        if not isinstance(trouble, GiveUp):
            return trouble
        now = await self._standing(service, release)  # somebody may have answered between our look and our word
        gone = isinstance(now, WentOn) and now.attempt == at.attempt
        return self._placed(service, at.attempt) if gone else _refused(at, reply, trouble)

    async def _standing(self, service: ServicePolicy, release: Release) -> Standing | TryLater:
        """Return how far the run of the release's build is that has the gate."""
        source, environment = github_source(service), _target(release).environment
        found: list[Standing] = []
        for attempt in gate.attempts_of(release.build.checks):
            told = await self._reader.standing(source, release.build.sha, environment, attempt)
            if isinstance(told, TryLater):
                return told
            found.append(told)
        nothing = Over(Attempt(0, 0), "no run is known of its build")
        return min(found, key=lambda one: _RANK[type(one)], default=nothing)

    def _placed(self, service: ServicePolicy, at: Attempt) -> Placed:
        return Placed(at.ref, Pages(self.web_url).run(github_source(service).repository, at.run_id))

    def _has_failed(self, repository: str, record: int) -> None:
        if len(self._failed) >= MOST_KNOWN:
            self._failed.clear()
        self._failed.add((repository, record))

    async def _send(self, request: HttpRequest) -> HttpReply | TryLater:
        reply = await self.sender.send(request)
        return TryLater(AGAIN, reply.why) if isinstance(reply, Unsure) else reply

    @property
    def _reader(self) -> GateReader:
        return GateReader(self.sender, self.web_url)


def _refused(at: Waits, reply: HttpReply, trouble: Trouble) -> Trouble:
    """Say what is to be set up where GitHub does not let us answer."""
    if reply.status != FORBIDDEN or not isinstance(trouble, GiveUp):
        return trouble
    return GiveUp(
        f"{trouble.reason}. Signoff may not answer for {_run(at)}: make it a required reviewer of the environment, by "
        "a user's token, or install its GitHub App as a deployment protection rule there"
    )


def _is_old(at: Standing, release: Release) -> bool:
    """Whether it went on and ended well before a release was asked for: a rollback, or a retry, sends that nowhere."""
    return isinstance(at, WentOn) and at.before(release.opened_at - CLOCKS_DIFFER)


def _run(at: Standing) -> str:
    again = f", attempt {at.attempt.number}" if at.attempt.number > 1 else ""
    return f"run {at.attempt.run_id}{again}"


def _target(release: Release) -> GithubGate:
    target = release.policy.target
    if not isinstance(target, GithubGate):
        raise TypeError(f"{release.name} is not deployed by a gate but by {target}")
    return target
