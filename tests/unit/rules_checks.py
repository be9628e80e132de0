"""What the `then` lines of an example hold the world against."""

import json
import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from bot.core.calendar import Freeze
from bot.core.gates import hold_of, lock_of
from bot.core.line import Stopped
from bot.core.policy import LaneId, Policy
from bot.core.release import Lifecycle
from bot.views.announcement import announce
from bot.views.links import Links
from bot.views.obstacles import obstacle
from bot.views.scene import Scene
from tests.unit.rules_acts import moment
from tests.unit.rules_world import LANE, World

Check = Callable[["Told", dict[str, str]], None]
CHECKS: list[tuple[re.Pattern[str], Check]] = []
_TOLD = {
    "operations": "operations",
    "announcements": "announce",
    "authors": "failure",
    "authors of what was taken out": "tell_rolled_back",
    "approvers": "remind",
    "second group": "escalate",
    "channel": "tell_line",
    "owner": "owner",
}
"""Whom a message goes to, by the kind of the effect that sends it, or of a card that is new; the owner of a lock is
told as operations are."""


class Told:
    """The world with what has happened since the last `then`."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.checked: set[str] = set()
        self._row, self._effect, self._card = 0, 0, 0

    def onwards(self) -> None:
        """Forget what has happened until now."""
        self._row = self.world.rows("SELECT coalesce(max(seq), 0) FROM audit")[0][0]
        self._effect = self.world.rows("SELECT coalesce(max(id), 0) FROM effects")[0][0]
        self._card = self.world.rows("SELECT coalesce(max(id), 0) FROM cards")[0][0]

    def recorded(self) -> list[str]:
        return [str(one) for (one,) in self.world.rows("SELECT action FROM audit WHERE seq > ?", self._row)]

    def told(self) -> list[str]:
        """Return everybody who is sent a message."""
        rows = self.world.rows("SELECT kind, body FROM effects WHERE id > ?", self._effect)
        kinds = {"owner" if json.loads(body).get("to") else kind for kind, body in rows}
        kinds |= {kind for (kind,) in self.world.rows("SELECT kind FROM cards WHERE id > ?", self._card)}
        return [name for name, kind in _TOLD.items() if kind in kinds]


def _same(found: object, wanted: object) -> None:
    assert found == wanted, f"{found} and not {wanted}"


def check(pattern: str) -> Callable[[Check], Check]:
    """Enter a form of `then` line."""

    def entered(done: Check) -> Check:
        CHECKS.append((re.compile(pattern, re.ASCII), done))
        return done

    return entered


@check(r"R-(?P<release>\d+) deploys")
def _deploys(told: Told, said: dict[str, str]) -> None:
    release = told.world.release(int(said["release"]))
    _same(told.world.blockers(release.number), ())
    key = f"deploy:{release.name}:{release.generation}"
    _same(told.world.rows("SELECT state FROM effects WHERE key = ?", key), [("ready",)])


@check(r"R-(?P<release>\d+) waits for (?P<what>[A-Za-z, ]+?)(?: until (?P<when>.+))?")
def _waits(told: Told, said: dict[str, str]) -> None:
    _same(told.world.release(int(said["release"])).state, Lifecycle.OPEN)
    found = told.world.blockers(int(said["release"]))
    names = sorted(type(one).__name__ for one in found)
    _same(names, sorted(said["what"].split(", ")))
    told.checked |= set(names)
    if said["when"]:
        ends = {at for one in found if (at := getattr(one, "until", None)) is not None}
        _same(ends, {moment(said["when"], told.world.now)})


@check(r'why R-(?P<release>\d+) says "(?P<sentence>.+)"')
def _says(told: Told, said: dict[str, str]) -> None:
    world, number = told.world, int(said["release"])
    release = world.release(number)
    scene = Scene(world.begin(), Links("https://github.com"), {}, world.now)
    lane = world.lane(release.lane, number)
    sentences = [obstacle(one, release, lane, scene) for one in world.blockers(number)]
    assert said["sentence"] in sentences, sentences


@check(r"R-(?P<release>\d+) is (?P<state>[a-z_]+)(?: by R-(?P<by>\d+))?")
def _is(told: Told, said: dict[str, str]) -> None:
    release = told.world.release(int(said["release"]))
    _same(release.state, Lifecycle(said["state"]))
    told.checked.add(said["state"])
    if said["by"]:
        _same(release.superseded_by, int(said["by"]))


@check(r"there is no (?:release|R-(?P<release>\d+))")
def _none(told: Told, said: dict[str, str]) -> None:
    _same(told.world.releases(), tuple(range(1, int(said["release"] or 1))))


@check(r"refused: (?P<what>[A-Za-z, ]+)")
def _refused(told: Told, said: dict[str, str]) -> None:
    refusal, told.world.refusal = told.world.refusal, None
    assert refusal is not None, "it was not refused"
    names = {type(one).__name__ for one in refusal.reasons}
    _same(sorted(names), sorted(said["what"].split(", ")))
    told.checked |= names


@check(r"build (?P<build>\d+) is live(?: in (?P<lane>[a-z]+/[a-z]+))?")
def _live(told: Told, said: dict[str, str]) -> None:
    lane = LaneId(*said["lane"].split("/")) if said["lane"] else LANE
    live = told.world.lane(lane).live
    assert live is not None and live.version == said["build"], live  # noqa: PT018 - one thing


@check(r"build (?P<build>\d+) is (?P<state>pending|deployable|broken)")
def _build(told: Told, said: dict[str, str]) -> None:
    _same(told.world.build(int(said["build"])).state.value, said["state"])


@check(r'build (?P<build>\d+) is called "(?P<version>[^"]+)"')
def _called(told: Told, said: dict[str, str]) -> None:
    _same(told.world.build(int(said["build"])).version, said["version"])


@check(r"the line is stopped by (?P<build>\d+)")
def _stopped(told: Told, said: dict[str, str]) -> None:
    line = told.world.run(lambda tx, _: tx.gates.line("payments"))
    assert isinstance(line, Stopped)
    _same(line.first, told.world.build(int(said["build"])))


@check(r"the line runs")
def _line_runs(told: Told, said: dict[str, str]) -> None:
    del said
    line = told.world.run(lambda tx, _: tx.gates.line("payments"))
    assert not isinstance(line, Stopped)


@check(r"(?P<lane>[a-z]+/[a-z]+) is (?P<not>not )?(?P<what>held|locked|stopped)")
def _gate(told: Told, said: dict[str, str]) -> None:
    lane = told.world.lane(LaneId(*said["lane"].split("/")))
    now = told.world.now
    found = {"held": hold_of(lane, now), "locked": lock_of(lane, now), "stopped": lane.around.stop}[said["what"]]
    assert (found is None) is bool(said["not"])


@check(r"(?P<lane>[a-z]+/[a-z]+) is in (?P<mode>delivery|deployment|observe)")
def _mode(told: Told, said: dict[str, str]) -> None:
    here = told.world.lane(LaneId(*said["lane"].split("/"))).policy(told.world.begin())
    assert here is not None
    _same(here.mode.value, said["mode"])


@check(r"R-(?P<release>\d+) has (?P<count>\d+) approvals?")
def _approvals(told: Told, said: dict[str, str]) -> None:
    _same(len(told.world.release(int(said["release"])).standing()), int(said["count"]))


@check(r"R-(?P<release>\d+) has (?P<no>a|no) (?P<kind>notice|draft)")
def _shown(told: Told, said: dict[str, str]) -> None:
    rows = told.world.rows("SELECT 1 FROM cards WHERE kind = ? AND subject = ?", said["kind"], said["release"])
    _same(bool(rows), said["no"] == "a")


@check(r'the announcement of R-(?P<release>\d+) begins "(?P<line>.+)"')
def _announced(told: Told, said: dict[str, str]) -> None:
    world = told.world
    scene = Scene(world.begin(), Links("https://github.com"), {}, world.now)
    _same(announce(world.release(int(said["release"])), scene).text.splitlines()[0], said["line"])


@check(r"the people of R-(?P<release>\d+) are (?P<no>not )?told")
def _personally(told: Told, said: dict[str, str]) -> None:
    rows = told.world.rows("SELECT 1 FROM effects WHERE kind = 'tell_author' AND release = ?", int(said["release"]))
    _same(bool(rows), not said["no"])


@check(r"told: (?P<who>[a-z, ]+)")
def _told(told: Told, said: dict[str, str]) -> None:
    wanted = [] if said["who"] == "nobody" else said["who"].split(", ")
    _same(sorted(told.told()), sorted(wanted))


@check(r'recorded: (?P<what>"[a-z ]+"(?:, "[a-z ]+")*)')
def _recorded(told: Told, said: dict[str, str]) -> None:
    missing = set(re.findall(r'"([a-z ]+)"', said["what"])) - set(told.recorded())
    assert not missing, told.recorded()


@check(r"the policy has (?P<path>[a-z_.]+) = (?P<value>.+)")
def _has(told: Told, said: dict[str, str]) -> None:
    _same(plain(value_at(told.world.begin(), said["path"])), said["value"])


@check(r'the file is refused: "(?P<sentence>.+)"')
def _file(told: Told, said: dict[str, str]) -> None:
    read = told.world.text.read()
    assert not isinstance(read, Policy), "the file is accepted"
    _same([problem.sentence for problem in read], [said["sentence"]])


def value_at(policy: Policy, path: str) -> Any:
    """Return what stands in the policy at a path; it begins with `lane`, `service`, `connection`, or a field."""
    head, *rest = path.split(".")
    named: dict[str, Any] = {"lane": policy.lane(LANE), "service": policy.services[0]}
    if head == "connection":
        named["connection"] = policy.connections[0]
    found: Any = named.get(head)
    if found is None:
        found = getattr(policy, head)
    for name in rest:
        found = getattr(found, name)
    return found


def plain(value: Any) -> str:
    """Return a value of the policy as rules.md writes it."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        units = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
        return next(f"{seconds // size}{unit}" for size, unit in units if seconds % size == 0)
    if isinstance(value, tuple | frozenset):
        each = [plain(one) for one in value]
        return ", ".join(each if isinstance(value, tuple) else sorted(each))
    if isinstance(value, Freeze):
        return value.name
    if isinstance(value, datetime) or not is_dataclass(value):
        return str(value)
    return " ".join(plain(getattr(value, one.name)) for one in fields(value))
