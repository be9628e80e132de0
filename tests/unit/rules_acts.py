"""What the lines of an example do: people act, pipelines report, CI systems answer, time passes."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from bot import silence, submit_service
from bot.core.build import RunStatus
from bot.core.changelog import Change, Comparison, Relation
from bot.core.events import (
    DeployedElsewhere,
    DeploymentAccepted,
    DeploymentEnded,
    DeploymentLost,
    DeploymentPutOff,
    DeploymentRefused,
    DeploymentRunning,
    HealthSeen,
    JobsCameLater,
    TimePassed,
)
from bot.core.inputs import (
    Account,
    Answer,
    Approve,
    Cancel,
    DeclareLive,
    HoldLane,
    Input,
    LockLane,
    MarkDone,
    Override,
    Reject,
    Request,
    Resolve,
    ResumeLane,
    Retry,
    Schedule,
    SwitchMode,
    Undo,
    UnlockLane,
    Withdraw,
)
from bot.core.policy import Kind, LaneId, Mode
from bot.core.release import Lifecycle
from tests.factories import a_sha
from tests.unit.rules_world import LANE, World

Act = Callable[[World, dict[str, str]], None]
ACTS: list[tuple[re.Pattern[str], Act]] = []

_WHERE = r"(?: (?:in|to) (?P<lane>[a-z]+/[a-z]+))?"
_OF = r"(?: R-(?P<release>\d+))?"
_WHY = r'(?:: "(?P<why>[^"]*)")?'
_WHEN = r"(?P<when>(?:[a-z]{3} |\d{4}-\d\d-\d\d )?\d\d:\d\d)"
_WHO = r"(?P<who>[a-z]+)"
_BUILD = r"(?P<build>\d+)"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def line(pattern: str) -> Callable[[Act], Act]:
    """Enter a form of line, in which {who}, {of}, {where}, {why}, {when} and {build} are the words above."""
    parts = {"who": _WHO, "of": _OF, "where": _WHERE, "why": _WHY, "when": _WHEN, "build": _BUILD}
    for name, part in parts.items():
        pattern = pattern.replace(f"{{{name}}}", part)

    def entered(act: Act) -> Act:
        ACTS.append((re.compile(pattern, re.ASCII), act))
        return act

    return entered


def moment(words: str, now: datetime) -> datetime:
    """Return the next such hour, hour of a weekday, or the moment itself; all in UTC."""
    day, _, hour = words.rpartition(" ")
    at = datetime.combine(now.date(), datetime.strptime(hour, "%H:%M").time(), now.tzinfo)  # noqa: DTZ007 - only its hour
    if "-" in day:
        return datetime.combine(datetime.fromisoformat(day).date(), at.time(), now.tzinfo)
    while at <= now or (day and _DAYS[at.weekday()] != day):
        at += timedelta(days=1)
    return at


def span(words: str) -> timedelta:
    """Return 30s, 5m, 2h or 3d as a length of time."""
    return timedelta(**{_UNITS[words[-1]]: int(words[:-1])})


def _lane(said: dict[str, str]) -> LaneId:
    return LaneId(*said["lane"].split("/")) if said.get("lane") else LANE


def number_of(world: World, said: dict[str, str]) -> int:
    """Return which release a line speaks of: the one that it names, else the newest."""
    return int(said["release"]) if said.get("release") else world.releases()[-1]


def _where(world: World, number: int) -> LaneId:
    return world.release(number).lane


# --- the policy and who people are ------------------------------------------------------------------------------


@line(r"(?P<place>[a-z_]+(?:/[a-z]+)?): (?P<fragment>.+)")
def _write(world: World, said: dict[str, str]) -> None:
    world.text.write(said["place"], said["fragment"])
    if world.policy is not None:
        world.reload()


@line(r"(?P<place>[a-z_]+(?:/[a-z]+)?(?:\.[a-z_]+)?) is taken out of the file")
def _leave_out(world: World, said: dict[str, str]) -> None:
    world.text.leave_out(said["place"])
    if world.policy is not None:
        world.reload()


@line(r"{who} is in (?P<groups>[a-z]+(?:, [a-z]+)*)")
def _is_in(world: World, said: dict[str, str]) -> None:
    for group in said["groups"].split(", "):
        world.text.joins(said["who"], group)


@line(r"{who} (?P<what>joins|leaves) (?P<group>[a-z]+) in Slack")
def _moves(world: World, said: dict[str, str]) -> None:
    gone, come = (world.joined, world.left) if said["what"] == "leaves" else (world.left, world.joined)
    come.add((said["who"], said["group"]))
    gone.discard((said["who"], said["group"]))


@line(r"{who} is (?:a |an )?(?P<account>guest|bot|deactivated|stranger|unknown)")
def _account(world: World, said: dict[str, str]) -> None:
    world.accounts[said["who"]] = Account(said["account"])


@line(r"build {build} is live at the first start")
def _was_live(world: World, said: dict[str, str]) -> None:
    assert world.policy is None, "the first start was before"
    world.live = int(said["build"])


@line(r"commits are compared")
def _compares(world: World, _: dict[str, str]) -> None:
    world.run(lambda tx, setting: tx.changes.begin(setting.now))


@line(r"the commits up to build {build} are by (?P<authors>[a-z]+(?:, [a-z]+)*)(?: and (?P<more>[0-9]+) more)?")
def _told(world: World, said: dict[str, str]) -> None:
    span = world.span(int(said["build"]))
    at, names = world.now, said["authors"].split(", ")
    added = tuple(Change(a_sha(n), "Change", (world.author(name),), at, "") for n, name in enumerate(names))
    told = Comparison(span, Relation.AHEAD, added, added_total=len(added) + int(said.get("more") or 0))
    world.run(lambda tx, setting: tx.changes.put(told, "", setting.now))
    world.submit(TimePassed())


@line(r"nobody can tell the commits up to build {build}")
def _untold(world: World, said: dict[str, str]) -> None:
    span = world.span(int(said["build"]))
    world.run(lambda tx, setting: tx.changes.cannot(span, "a commit is gone", "", setting.now))
    world.submit(TimePassed())


# --- pipelines --------------------------------------------------------------------------------------------------

_STATUS = {
    "is deployable": RunStatus.SUCCEEDED,
    "fails": RunStatus.FAILED,
    "is cancelled": RunStatus.CANCELLED,
    "runs": RunStatus.RUNNING,
}


@line(
    r"build {build}(?: by (?P<by>[a-z]+(?:, [a-z]+)*))?(?:,? pushed by (?P<pusher>[a-z]+))?,? (?P<what>is deployable|fails|is cancelled|runs)(?: with tags (?P<tags>[a-z0-9., ]+))?"
)
def _reports(world: World, said: dict[str, str]) -> None:
    authors = tuple(world.author(name) for name in (said["by"] or "ann").split(", "))
    pusher = world.author(said["pusher"]) if said["pusher"] else authors[0]
    number = int(said["build"])
    tags = tuple((said["tags"] or "").split(", "))
    world.hears(world.report(number, _STATUS[said["what"]], authors=authors, pusher=pusher, tags=tags))


@line(r"build {build} (?P<what>runs again|is rebuilt|fails again)")
def _again(world: World, said: dict[str, str]) -> None:
    status = {"runs again": RunStatus.RUNNING, "is rebuilt": RunStatus.SUCCEEDED, "fails again": RunStatus.FAILED}
    number, before = int(said["build"]), world.build(int(said["build"]))
    world.attempts[number, "build.yml"] += 1
    told = world.report(number, status[said["what"]], authors=before.authors, pusher=before.pusher)
    world.hears(told)


@line(r"(?P<workflow>[a-z]+\.yml) (?P<what>succeeds|fails|runs) for build {build}")
def _workflow(world: World, said: dict[str, str]) -> None:
    status = {"succeeds": RunStatus.SUCCEEDED, "fails": RunStatus.FAILED, "runs": RunStatus.RUNNING}[said["what"]]
    world.hears(world.report(int(said["build"]), status, workflow=said["workflow"]))


@line(r"the source is asked")
def _asked(world: World, _: dict[str, str]) -> None:
    policy = world.begin()
    world.run(lambda tx, setting: silence.look(tx, policy.services[0], setting))


# --- people and one release -------------------------------------------------------------------------------------


@line(r"{who} approves{of}")
def _approve(world: World, said: dict[str, str]) -> None:
    number = number_of(world, said)
    world.submit(Approve(number, world.actor(said["who"])), _where(world, number))


@line(r"{who} approves generation (?P<generation>\d+) of R-(?P<release>\d+)")
def _approve_card(world: World, said: dict[str, str]) -> None:
    number = number_of(world, said)
    world.submit(Approve(number, world.actor(said["who"]), int(said["generation"])), _where(world, number))


@line(r"{who} rejects{of}{why}")
def _reject(world: World, said: dict[str, str]) -> None:
    number = number_of(world, said)
    world.submit(Reject(number, world.actor(said["who"]), said["why"] or ""), _where(world, number))


@line(r"{who} (?P<what>withdraws|cancels|undoes){of}")
def _takes_back(world: World, said: dict[str, str]) -> None:
    number, by = number_of(world, said), world.actor(said["who"])
    given: dict[str, Input] = {
        "withdraws": Withdraw(number, by),
        "cancels": Cancel(number, by),
        "undoes": Undo(number, by),
    }
    world.submit(given[said["what"]], _where(world, number))


@line(r"{who} schedules{of} for (?:{when}|now)")
def _schedule(world: World, said: dict[str, str]) -> None:
    number = number_of(world, said)
    at = moment(said["when"], world.now) if said["when"] else world.now
    world.submit(Schedule(number, world.actor(said["who"]), at), _where(world, number))


@line(r"{who} overrides{of}{why}")
def _override(world: World, said: dict[str, str]) -> None:
    number = number_of(world, said)
    world.submit(Override(number, world.actor(said["who"]), said["why"] or ""), _where(world, number))


@line(r"{who} retries{of}")
def _retry(world: World, said: dict[str, str]) -> None:
    number = number_of(world, said)
    world.submit(Retry(number, world.actor(said["who"])), _where(world, number))


@line(r"{who} marks{of} as done{why}")
def _mark_done(world: World, said: dict[str, str]) -> None:
    number = number_of(world, said)
    world.submit(MarkDone(number, world.actor(said["who"]), said["why"] or ""), _where(world, number))


@line(r"{who} answers{of}: (?P<answer>it did run|it did not run|try again|abandon)")
def _resolve(world: World, said: dict[str, str]) -> None:
    number = number_of(world, said)
    world.submit(Resolve(number, world.actor(said["who"]), Answer(said["answer"])), _where(world, number))


# --- people and a lane ------------------------------------------------------------------------------------------


@line(r"{who} asks for {build}{where}(?: at {when})?")
def _request(world: World, said: dict[str, str]) -> None:
    at = moment(said["when"], world.now) if said["when"] else None
    given = Request(world.build(int(said["build"])), world.actor(said["who"]), named=True, at=at)
    world.submit(given, _lane(said))


@line(r"{who} asks for the newest{where}")
def _newest(world: World, said: dict[str, str]) -> None:
    build = world.run(lambda tx, _: tx.builds.newest_deployable("payments"))
    assert build is not None
    world.submit(Request(build, world.actor(said["who"]), named=False), _lane(said))


@line(r"{who} asks for a (?P<kind>rollback|hotfix) to {build}{where}{why}")
def _other_way(world: World, said: dict[str, str]) -> None:
    kind, why = Kind(said["kind"]), said["why"] or ""
    given = Request(world.build(int(said["build"])), world.actor(said["who"]), named=True, kind=kind, reason=why)
    world.submit(given, _lane(said))


@line(r"{who} holds{where}(?: until {when})?{why}")
def _hold(world: World, said: dict[str, str]) -> None:
    until = moment(said["when"], world.now) if said["when"] else None
    world.submit(HoldLane(world.actor(said["who"]), said["why"] or "", until), _lane(said))


@line(r"{who} (?P<what>resumes|unlocks){where}")
def _resume(world: World, said: dict[str, str]) -> None:
    by = world.actor(said["who"])
    world.submit(ResumeLane(by) if said["what"] == "resumes" else UnlockLane(by), _lane(said))


@line(r"{who} locks{where} until {when}{why}")
def _lock(world: World, said: dict[str, str]) -> None:
    until = moment(said["when"], world.now)
    world.submit(LockLane(world.actor(said["who"]), said["why"] or "", until), _lane(said))


@line(r"{who} switches{where} into (?P<mode>delivery|deployment|observe){why}")
def _switch(world: World, said: dict[str, str]) -> None:
    world.submit(SwitchMode(world.actor(said["who"]), Mode(said["mode"]), said["why"] or ""), _lane(said))


@line(r"{who} says that {build} is live{where}{why}")
def _declare(world: World, said: dict[str, str]) -> None:
    number = int(said["build"])
    build = world.run(lambda tx, _: tx.builds.of_commit("payments", a_sha(number)))
    by, why = world.actor(said["who"]), said["why"] or ""
    world.submit(DeclareLive(by, a_sha(number), str(number), why, build), _lane(said))


# --- people and everything --------------------------------------------------------------------------------------


@line(r"{who} stops everything{why}")
def _stop(world: World, said: dict[str, str]) -> None:
    by, why = world.actor(said["who"]), said["why"] or ""
    world.all_over(lambda tx, setting: submit_service.stop_all(tx, by, why, setting))


@line(r"{who} lets everything go on")
def _go(world: World, said: dict[str, str]) -> None:
    by = world.actor(said["who"])
    world.all_over(lambda tx, setting: submit_service.go_all(tx, by, setting))


@line(r"{who} quarantines {build}{why}")
def _quarantine(world: World, said: dict[str, str]) -> None:
    by, why, build = world.actor(said["who"]), said["why"] or "", world.build(int(said["build"]))
    world.all_over(lambda tx, setting: submit_service.quarantine(tx, build, by, why, setting))


@line(r"{who} clears {build}{why}")
def _clear(world: World, said: dict[str, str]) -> None:
    by, why, build = world.actor(said["who"]), said["why"] or "", world.build(int(said["build"]))
    world.all_over(lambda tx, setting: submit_service.clear(tx, build, by, why, setting))


# --- the CI system ----------------------------------------------------------------------------------------------


@line(r"R-(?P<release>\d+) is sent")
def _sent(world: World, said: dict[str, str]) -> None:
    number = number_of(world, said)
    world.submit(world.last_look(number), _where(world, number))


def _begun(world: World, number: int) -> LaneId:
    """Bring an open release to the CI system; one that has something in the way does not get there."""
    lane = _where(world, number)
    if world.release(number).state is Lifecycle.OPEN:
        world.submit(world.last_look(number), lane)
        assert world.release(number).state is Lifecycle.DEPLOYING, world.blockers(number)
        world.submit(DeploymentAccepted(number, "77", None), lane)
    return lane


@line(r"R-(?P<release>\d+) (?P<what>succeeds|fails){why}")
def _ends(world: World, said: dict[str, str]) -> None:
    number, succeeded = number_of(world, said), said["what"] == "succeeds"
    lane = _begun(world, number)
    world.submit(DeploymentEnded(number, succeeded=succeeded, detail=said["why"] or "", url=None), lane)


@line(r"R-(?P<release>\d+) is (?P<what>running|lost|put off|accepted|turned down)")
def _answers(world: World, said: dict[str, str]) -> None:
    number = number_of(world, said)
    given: dict[str, Input] = {
        "running": DeploymentRunning(number, None),
        "lost": DeploymentLost(number),
        "put off": DeploymentPutOff(number, "GitHub is away"),
        "accepted": DeploymentAccepted(number, "77", None),
        "turned down": DeploymentRefused(number, "there is no such environment"),
    }
    world.submit(given[said["what"]], _where(world, number))


@line(r"jobs? (?P<records>\d+(?:, \d+)*) of (?:R-(?P<release>\d+)|another run) comes? to the gate")
def _comes_later(world: World, said: dict[str, str]) -> None:
    number = number_of(world, said)
    lane = _begun(world, number)
    ref = "77" if said["release"] else "78"
    came = JobsCameLater(number, ref, world.release(number).build.sha, tuple(said["records"].split(", ")))
    world.submit(came, lane)


@line(r"R-(?P<release>\d+) is seen (?P<what>healthy|ill)")
def _health(world: World, said: dict[str, str]) -> None:
    number = number_of(world, said)
    world.submit(HealthSeen(number, healthy=said["what"] == "healthy", detail=said["what"]), _where(world, number))


@line(r"somebody else deploys {build}{where}")
def _elsewhere(world: World, said: dict[str, str]) -> None:
    number = int(said["build"])
    build = world.run(lambda tx, _: tx.builds.of_commit("payments", a_sha(number)))
    world.submit(DeployedElsewhere(a_sha(number), str(number), world.now, None, build), _lane(said))


# --- time -------------------------------------------------------------------------------------------------------


@line(r"at {when}")
def _at(world: World, said: dict[str, str]) -> None:
    world.passes(moment(said["when"], world.now))


@line(r"after (?P<span>\d+[smhd])")
def _after(world: World, said: dict[str, str]) -> None:
    world.passes(world.now + span(said["span"]))
