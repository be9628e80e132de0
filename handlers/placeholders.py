"""What the placeholders of a policy stand for in a release, each a whole checked value. Pure."""

import re
from collections.abc import Mapping

from bot.core.release import Release

_PLACEHOLDER = re.compile(r"\{(version|sha|digest|environment|service|release|key)\}", re.ASCII)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}", re.ASCII)


def values_of(release: Release) -> dict[str, str]:
    """Return the value of each placeholder; `digest` is empty where no pipeline reported one."""
    return {
        "version": release.build.version,
        "sha": release.build.sha,
        "digest": release.artifact if _DIGEST.fullmatch(release.artifact) else "",
        "environment": release.lane.environment,
        "service": release.lane.service,
        "release": release.name,
        "key": release.key,
    }


def filled(text: str, values: Mapping[str, str]) -> str:
    """Replace each placeholder, in one pass: a value that looks like a placeholder stays what it is."""
    return _PLACEHOLDER.sub(lambda found: values[found[1]], text)


def unknown(text: str, values: Mapping[str, str]) -> bool:
    """Whether a placeholder stands for what nobody has reported: nothing may be held against that."""
    return any(not values[found[1]] for found in _PLACEHOLDER.finditer(text))
