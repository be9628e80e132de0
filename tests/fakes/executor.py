"""A CI system that deploys, in memory: it counts every start, and its answers can be lost, before or after."""

from collections import deque
from dataclasses import dataclass, field

from bot.core.events import FoundLive
from bot.core.policy import ServicePolicy
from bot.core.release import Release
from bot.core.target import DeployWebhook, GithubDeployment, Target
from bot.ports.ci import Placed, Progress, ProgressStatus
from bot.ports.trouble import GiveUp, Trouble
from tests.fakes.chat import Arrived, Killed, Scripted, lost, next_of

WEB = "https://github.example/acme/payments/actions/runs"


@dataclass(slots=True)
class FakeExecutor:
    """Keeps the promises of the port Executor. `script` holds, per method, what the next calls come to."""

    started: list[str] = field(default_factory=list)
    """The key of every start that arrived: the oracle of «exactly once»."""
    calls: list[tuple[str, str]] = field(default_factory=list)
    progress: dict[str, Progress] = field(default_factory=dict)
    live: dict[str, FoundLive | Trouble] = field(default_factory=dict)
    hidden: bool = False
    """Whether what was started is not listed yet, as right after a start."""
    script: dict[str, deque[Scripted]] = field(default_factory=dict)

    def will(self, method: str, *answers: Scripted) -> None:
        """Have the next calls of a method come to this."""
        self.script.setdefault(method, deque()).extend(answers)

    def asked(self, method: str) -> int:
        """Return how often a method was called."""
        return sum(1 for called, _ in self.calls if called == method)

    def says(self, status: ProgressStatus, detail: str = "", *, nth: int = 1) -> None:
        """Let the nth deployment be so far."""
        self.progress[str(nth)] = Progress(status, detail, f"{WEB}/{nth}")

    async def start(self, service: ServicePolicy, release: Release) -> Placed | Trouble:
        """Start, unless told otherwise."""
        del service
        told = self._next("start", release.key)
        if told is not None and not isinstance(told, Arrived | Killed):
            return told
        by_id = isinstance(release.policy.target, DeployWebhook)
        if not (by_id and release.key in self.started):  # such a receiver begins nothing twice
            self.started.append(release.key)
        placed = Placed(release.key, None) if by_id else _placed(len(self.started))
        return lost(told) if told else placed

    async def find(self, service: ServicePolicy, release: Release) -> Placed | Trouble | None:
        """Look the key up."""
        del service
        told = self._next("find", release.key)
        if told is not None and not isinstance(told, Arrived | Killed):
            return told
        if self.hidden or release.key not in self.started or isinstance(release.policy.target, DeployWebhook):
            return None
        return _placed(self.started.index(release.key) + 1)

    async def follow(self, service: ServicePolicy, release: Release) -> Progress | Trouble:
        """Tell how far it is."""
        del service
        ref = release.deployment.ref if release.deployment else None
        told = self._next("follow", release.key)
        if told is not None and not isinstance(told, Arrived | Killed):
            return told
        if isinstance(release.policy.target, DeployWebhook):
            return Progress(ProgressStatus.WAITING, "", None)
        if ref is None:
            return GiveUp("the deployment has no id that GitHub would know")
        return self.progress.get(ref, Progress(ProgressStatus.WAITING, "", f"{WEB}/{ref}"))

    async def newest_live(self, service: ServicePolicy, target: Target) -> FoundLive | Trouble | None:
        """Tell what was deployed last."""
        del service
        self.calls.append(("newest_live", ""))
        return self.live.get(target.environment) if isinstance(target, GithubDeployment) else None

    def _next(self, method: str, key: str) -> Trouble | Arrived | Killed | None:
        self.calls.append((method, key))
        return next_of(self.script.get(method))


def _placed(nth: int) -> Placed:
    return Placed(str(nth), f"{WEB}/{nth}")
