"""Which builds of a Buildbot builder are a lane's, by the properties that force them: several lanes may share one."""

from collections.abc import Mapping

from bot.core.target import BuildbotForce

Known = Mapping[str, str]
"""The value of each property that is the same for every build of a lane."""


def always(target: BuildbotForce, service: str, environment: str | None) -> dict[str, str]:
    """Return the properties that every build for a lane has; what differs from release to release is left out.

    Args:
        target: how the lane's builds are forced.
        service: the lane's service.
        environment: the lane's environment; None where other lanes of the service force theirs in the same words.
    """
    names = {"{service}": service} | ({"{environment}": environment} if environment is not None else {})
    filled = {name: _filled(text, names) for name, text in target.properties}
    return {name: text for name, text in filled.items() if not _varies(text)}


def may_be_taken(known: Known, other: BuildbotForce, service: str, environment: str) -> bool:
    """Whether a build that is forced for another lane could be taken for one of a lane of which that much is known."""
    names = {"{service}": service, "{environment}": environment}
    told = {name: _filled(text, names) for name, text in other.properties}
    return all(_fits(told.get(name, ""), text) for name, text in known.items())


def _fits(told: str, known: str) -> bool:
    return _varies(told) or told == known


def _filled(text: str, names: Known) -> str:
    for placeholder, name in names.items():
        text = text.replace(placeholder, name)
    return text


def _varies(text: str) -> bool:
    return "{" in text or "}" in text
