"""Asks an address whether a release is well. The address comes from the policy alone; no redirect is followed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.core.verification import HttpProbe
from handlers.placeholders import filled, unknown

WITHIN = ClientTimeout(total=5)
LARGEST_ANSWER = 64 * 1024
"""Bytes; a longer answer counts as none, where what it says counts."""
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Health:
    """What one look said: whether the release is well, and why, in words for people."""

    well: bool
    detail: str


@dataclass(frozen=True, slots=True)
class HttpHealth:
    """Asks over HTTP."""

    http: ClientSession

    async def look(self, probe: HttpProbe, values: Mapping[str, str]) -> Health:
        """Ask once. `values` are what the placeholders of `equals` stand for; nothing is equal to what nobody knows."""
        wanted = None if probe.equals is None else filled(probe.equals, values)
        if probe.equals is not None and unknown(probe.equals, values):
            return Health(well=False, detail=f"nobody reported what {probe.equals} stands for")
        try:
            async with self.http.get(probe.url, timeout=WITHIN, allow_redirects=False) as response:
                if response.status != probe.status:
                    return Health(well=False, detail=f"the probe was answered {response.status}, not {probe.status}")
                if wanted is None:
                    return Health(well=True, detail=f"the probe was answered {response.status}")
                body = await response.content.read(LARGEST_ANSWER + 1)
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            return Health(well=False, detail=f"the probe was not answered ({type(error).__name__})")
        return judge(body, probe.path, wanted)


def judge(body: bytes, path: str | None, wanted: str) -> Health:
    """Say whether an answer is what is wanted, or with a `path`, whether its JSON names that there.

    Space around an answer is no part of it. Hostile bytes are no JSON, never an error.
    """
    if len(body) > LARGEST_ANSWER:
        return Health(well=False, detail=f"the probe's answer is longer than {LARGEST_ANSWER} bytes")
    if path is None:
        return _held("the probe's answer", body.decode("utf-8", "replace").strip(), wanted)
    try:
        value: Any = json.loads(body)
    except (ValueError, RecursionError):
        return Health(well=False, detail="the probe's answer is no JSON")
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return _held(path, _as_text(value), wanted)


def _held(what: str, seen: str, wanted: str) -> Health:
    if seen == wanted:
        return Health(well=True, detail=f"{what} is {wanted}")
    shown = seen if len(seen) <= _SHOWN else f"{seen[:_SHOWN]}..."
    return Health(well=False, detail=f"{what} is {shown!r}, not {wanted!r}")


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value)
