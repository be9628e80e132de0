"""What a file must satisfy where sources and targets meet: one source each, secrets of their own, systems that fit."""

from collections.abc import Iterator, Sequence

from bot.config.file_builds import BuildSection
from bot.config.policy_file import PolicyFile, ServiceSection
from bot.config.problem import quoted
from bot.config.shape import Found
from bot.config.yaml_text import Path

_SOURCES = ("github", "buildbot", "standard")


def sources_of(build: BuildSection) -> tuple[str, ...]:
    """Return the keys of the sources that are written."""
    return tuple(key for key in _SOURCES if getattr(build, key) is not None)


def several(keys: Sequence[str]) -> str:
    """Return the sentence about keys of which one may be written."""
    return f"{' and '.join(f'`{key}`' for key in keys)} are both written; keep one."


def systems(file: PolicyFile) -> Iterator[Found]:
    """Yield every mistake about where builds come from and what that allows."""
    secrets: dict[str, str] = {}
    for name, service in file.services.items():
        path: Path = ("services", name)
        sources = sources_of(service.build)
        if len(sources) > 1:
            yield Found((*path, "build"), several(sources))
        elif sources == ("standard",):
            yield from _standard((*path, "build"), service, secrets)
        elif sources == ("buildbot",) and service.build.version_from.startswith("tag:"):
            yield Found((*path, "build", "version_from"), "Buildbot names no tags; write run_number or sha.")
        if sources and "github" not in sources:
            yield from _without_github(path, service)


def _standard(path: Path, service: ServiceSection, secrets: dict[str, str]) -> Iterator[Found]:
    written, version = service.build.standard, service.build.version_from
    if written is None:
        return
    known = secrets.setdefault(written.source, written.secret_env)
    if known != written.secret_env:
        yield Found(
            (*path, "standard", "secret_env"),
            f"{quoted(written.source)} signs with {known} already; a source has one secret.",
        )
    if version.startswith("tag:"):
        yield Found(
            (*path, "version_from"),
            "a signed report names no tags; remove `version_from`, then the reported version is shown.",
        )


def _without_github(path: Path, service: ServiceSection) -> Iterator[Found]:
    for environment, lane in service.environments.items():
        for key in ("github_deployment", "github_workflow", "github_gate"):
            if lane.deploy is not None and getattr(lane.deploy, key) is not None:
                yield Found(
                    (*path, "environments", environment, "deploy", key),
                    f"`{key}` deploys from the repository that `build` names under `github`, and there is none.",
                )
