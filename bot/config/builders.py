"""What a file must satisfy where services share a builder of Buildbot: its builds must be known apart."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.config.policy_file import PolicyFile
from bot.config.problem import quoted
from bot.config.shape import Found
from bot.config.yaml_text import Path
from bot.core.forced import always, may_be_taken
from bot.core.target import BuildbotForce


@dataclass(frozen=True, slots=True)
class _Forced:
    """A lane that a builder deploys."""

    service: str
    environment: str
    target: BuildbotForce

    @property
    def path(self) -> Path:
        return ("services", self.service, "environments", self.environment, "deploy", "buildbot")

    def takes(self, other: "_Forced") -> bool:
        """Whether what is forced for another lane could be taken for a deploy of this one."""
        known = always(self.target, self.service, self.environment)
        return may_be_taken(known, other.target, other.service, other.environment)


def builders(file: PolicyFile) -> Iterator[Found]:
    """Yield every lane whose builds cannot be told from those of another service: one would be live by the other's."""
    seen: list[_Forced] = []
    for lane in _forced(file):
        twins = (one for one in seen if one.service != lane.service and one.target.builder == lane.target.builder)
        twin = next((one for one in twins if lane.takes(one) or one.takes(lane)), None)
        if twin is not None:
            yield Found(
                lane.path,
                f"{quoted(lane.target.builder)} deploys {quoted(f'{twin.service}/{twin.environment}')} as well, and "
                "nothing tells their builds apart; give both a property that differs, such as "
                '`properties: {service: "{service}"}`.',
            )
        seen.append(lane)


def _forced(file: PolicyFile) -> Iterator[_Forced]:
    for name, service in file.services.items():
        for environment, lane in service.environments.items():
            if lane.deploy is not None and lane.deploy.buildbot is not None:
                yield _Forced(name, environment, lane.deploy.buildbot.target())
