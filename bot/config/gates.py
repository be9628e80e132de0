"""What a file must satisfy where runs wait at gates: one gate, one lane."""

from collections.abc import Iterator

from bot.config.policy_file import PolicyFile
from bot.config.problem import quoted
from bot.config.shape import Found
from bot.config.yaml_text import Path


def gates(file: PolicyFile) -> Iterator[Found]:
    """Yield every gate that two lanes would answer: what one of them rejects, the other could not ship any more."""
    known: dict[tuple[str, str], str] = {}
    for name, service in file.services.items():
        for environment, lane in service.environments.items():
            if lane.deploy is None or lane.deploy.github_gate is None or service.build.github is None:
                continue
            repository, gate = service.build.github.repository, lane.deploy.github_gate.environment
            who = f"{name}/{environment}"
            owner = known.setdefault((repository.lower(), gate.lower()), who)
            if owner != who:
                path: Path = ("services", name, "environments", environment, "deploy", "github_gate", "environment")
                yield Found(
                    path,
                    f"{quoted(gate)} of {repository} is the gate of {quoted(owner)} already; "
                    "give each an environment of its own on GitHub.",
                )
