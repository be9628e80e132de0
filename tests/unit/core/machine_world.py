"""The shell around the rules, in the small: loads lanes, carries effects out, counts deploys, lets the clock come by.

Whatever the rules decide goes to the judge (model.py) before it is believed.
"""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import Any

from bot.core import service
from bot.core.blockers import (
    AllStopped,
    BehindInQueue,
    BuildNotDeployable,
    FindingAuthors,
    Held,
    InFreeze,
    InQuarantine,
    LaneBusy,
    LaneNotInPolicy,
    Locked,
    NeedsAnotherApprover,
    NotThereYet,
    PeopleUnknown,
    Scheduled,
    Soaking,
    Undoable,
    WaitsForApproval,
    WaitsForChoice,
    blockers,
)
from bot.core.build import Author, Build, BuildState
from bot.core.decide import Decision, Fresh, decide
from bot.core.due import due_at, lane_due_at
from bot.core.effects import Announce, Escalate, Happened, ResendDeployment, StartDeployment, Taint, TellLanesAfter
from bot.core.events import Adopt, BuildChanged, DeployedElsewhere, DeploymentPutOff, ReachedBefore, TimePassed
from bot.core.inputs import (
    Approve,
    BeginDeployment,
    DeclareLive,
    HoldLane,
    Input,
    LockLane,
    MarkDone,
    Override,
    Request,
    ResumeLane,
    Retry,
    Schedule,
    SwitchMode,
    Undo,
    UnlockLane,
    Withdraw,
)
from bot.core.lane import Around, Change, Judgement, Lane, Mark, Reached, Stop
from bot.core.progress import settle
from bot.core.refusals import Refusal
from bot.core.release import Release
from tests.factories import NOON, a_build
from tests.unit.core.machine_policy import ACCOUNTS, actor, core_policy, lane_id
from tests.unit.core.model import ENDED, MOVES, Fact, Judge, place

GATES: dict[type, str] = {
    WaitsForApproval: "approval",
    NeedsAnotherApprover: "approval",
    PeopleUnknown: "approval",
    FindingAuthors: "authors",
    Undoable: "undo",
    Scheduled: "schedule",
    NotThereYet: "soak",
    Soaking: "soak",
    InFreeze: "freeze",
    WaitsForChoice: "choice",
    Held: "hold",
    Locked: "lock",
    AllStopped: "stop",
    InQuarantine: "quarantine",
    LaneBusy: "busy",
    BehindInQueue: "queue",
    BuildNotDeployable: "build",
    LaneNotInPolicy: "policy",
}
OPENING = BuildChanged | ReachedBefore | Request | Retry
MOST_LOOKS = 1_000


class World:
    """Two lanes of a service, and everything that the rules need from outside."""

    def __init__(self, rules: dict[str, Fact], *, adopted: bool) -> None:
        self.judge = Judge()
        self.rows = {env: Lane(lane_id(env), adopted_at=NOON if adopted else None) for env in rules}
        self.known: dict[int, Release] = {}
        self.built: dict[int, Build] = {}
        self.marks: list[Mark] = []
        self.stop: Stop | None = None
        self.pending: dict[str, int | None] = dict.fromkeys(rules)
        self.resend: set[int] = set()
        self.deploys: Counter[str] = Counter()  # what the CI system started, by key
        self.announced: Counter[int] = Counter()
        self.escalated: Counter[tuple[int, int]] = Counter()  # by release and generation
        self.due: dict[Any, int] = {}
        self.undecided = False  # whether a decision has not stood before the judge
        self.take_policy(rules)

    def take_policy(self, rules: dict[str, Fact]) -> None:
        """Put other rules into force, and let the lanes look."""
        self.judge.file, self.policy = rules, core_policy(rules)
        for env, (_, over) in list(self.judge.switched.items()):
            if env not in rules or rules[env]["mode"] != over:
                del self.judge.switched[env]  # a switch ends with the line that it was over, for good
        self.wake()

    def wake(self) -> None:
        """Let every lane look at what has changed around it."""
        for env in self.rows:
            self.submit(env, TimePassed())

    # -- one decision --

    def submit(self, env: str, given: Input) -> bool:
        """Decide, have the judge look, carry out what follows; tell whether it was allowed."""
        self.undecided = True
        before = self.load(env, given)
        now, fresh = NOON + timedelta(minutes=self.judge.now), Fresh(len(self.known) + 1, "abcd2345")
        decided = decide(before, given, self.policy, fresh, now)
        assert decided == decide(before, given, self.policy, fresh, now)
        if isinstance(decided, Refusal):
            assert decided.reasons, given
            self.undecided = False
            return False
        again = settle(Decision(decided.lane), self.policy, now)
        assert (again.lane, again.happenings) == (decided.lane, ())
        self._hear(env, given, decided)
        starts = [effect.release for effect in again.effects if isinstance(effect, StartDeployment)]
        assert starts == [effect.release for effect in decided.effects if isinstance(effect, StartDeployment)]
        was = self.pending[env]
        for release in decided.lane.releases:
            self._moved(env, given, release, was)
        self.rows[env] = replace(decided.lane, releases=(), around=Around())
        self._lane_facts(env, given, before, decided)
        self._complete(env)
        self.pending[env] = next(iter(starts), None)
        self._plan(env, given, decided.lane)
        if _forgets(before, decided.lane):
            self.pending[env] = None
            self.submit(env, TimePassed())
        else:
            self._check(env, starts)
        self.undecided = False
        self._carry_out(env, decided)
        return True

    def load(self, env: str, given: Input | None = None) -> Lane:
        """Return the lane as the storage loads it: what is unfinished or live, and what the input names."""
        row = self.rows[env]
        named = {getattr(given, "release", None), row.live.release if row.live else None}
        kept = [one for number, one in sorted(self.known.items()) if one.lane == row.id]
        last_failed = [one.number for one in kept if one.state.value == "failed"][-1:]
        kept = [one for one in kept if not one.state.ended or one.number in {*named, *last_failed}]
        wanted = {one.build.id: one.artifact for one in kept}
        about = getattr(given, "build", None)
        if about is not None:
            wanted[about.id] = about.artifact
        return replace(row, releases=tuple(kept), around=self._around(row, wanted))

    def _around(self, row: Lane, wanted: dict[int, str]) -> Around:
        here, lived = row.id.environment, self.judge.lived
        reached = [
            Reached(one["env"], one["build"], NOON + timedelta(minutes=one["since"]))
            for one in lived
            if one["env"] == here or one["artifact"] in {None, wanted.get(one["build"])}
        ]
        live = row.live.position if row.live else None
        builds = sorted((self.build(number) for number in self.judge.builds), key=lambda one: one.position)
        changes = [Change(one.sha, one.position, one.authors) for one in builds if live and live < one.position]
        return Around(self.stop, tuple(self.marks), tuple(reached), tuple(changes))

    def build(self, number: int) -> Build:
        """Return a build as it is now."""
        fact = self.judge.builds[number]
        known = self.built.get(number)
        if known and (known.artifact, known.state.value, known.position[1:]) == (
            fact["artifact"],
            fact["state"],
            fact["place"],
        ):
            return known
        self.built[number] = a_build(
            number,
            artifact=fact["artifact"],
            state=BuildState(fact["state"]),
            position=(NOON, *fact["place"]),
            authors=tuple(ACCOUNTS.get(name, Author(name, f"{name}@elsewhere.example")) for name in fact["authors"]),
            pusher=ACCOUNTS[fact["pusher"]],
        )
        return self.built[number]

    # -- what the judge hears --

    def _hear(self, env: str, given: Input, decided: Decision) -> None:  # noqa: C901 - one case for each act
        """Put on the judge's record what people said, once the rules have taken it."""
        judge = self.judge
        one = judge.releases.get(getattr(given, "release", 0), {})
        match given:
            case Approve():
                groups = set(given.by.groups)
                one["yes"][given.by.person.id] = {
                    "generation": one["generation"], "artifact": one["artifact"], "groups": groups,
                    "new": True,
                }  # fmt: skip
            case Withdraw() | Undo():
                one["yes"].pop(given.by.person.id, None)
            case Override():
                one |= {"override": True, "overridden": judge.now}
            case Schedule():
                at = round((given.at - NOON) / timedelta(minutes=1))
                one["schedule"] = at if at > judge.now else None
            case HoldLane():
                until = given.until and round((given.until - NOON) / timedelta(minutes=1))
                judge.holds[env] = {"person": given.by.person.id, "until": until}
            case LockLane():
                judge.locks[env] = {
                    "by": given.by.person.id,
                    "until": round((given.until - NOON) / timedelta(minutes=1)),
                }
            case ResumeLane():
                del judge.holds[env]
            case UnlockLane():
                del judge.locks[env]
            case SwitchMode():
                judge.switched[env] = (given.mode.value, judge.file[env]["mode"])
            case BeginDeployment():
                self._hear_lapses(one, decided)
            case _:
                pass

    def _hear_lapses(self, one: Fact, decided: Decision) -> None:
        for happening in decided.happenings:
            if happening.kind is Happened.LAPSED:
                person = str(happening.by)
                left = one["yes"].pop(person)["groups"] - self.judge.groups[person]
                asked = {source for sources, _ in self.judge.asked(one) for source in sources}
                unasked = not asked & self.judge.groups[person]  # nobody asks them any more
                assert left or unasked or not self.judge.members[person], "an approval lapses without a reason"

    # -- what the judge looks at --

    def _moved(self, env: str, given: Input, after: Release, was: int | None) -> None:
        before = self.known.get(after.number)
        if before == after:
            return
        fact = self._born(env, given, after) if before is None else self.judge.releases[after.number]
        if before is not None:
            self._lawful(given, before, after)
        assert after.policy_hash == (before or after).policy_hash
        generation, state = fact["generation"], fact["state"]
        if state == "open" and after.state.value == "deploying":
            self._starts(fact, after)
        if after.state.value == "superseded" and state != "superseded":
            self._superseded(given, fact, after, was)
        if after.state.value == "expired":
            assert self.judge.overdue(fact), "expired before its time"
        if after.generation != generation:
            self._asked_again(given, fact, after)
        self.known[after.number] = after
        fact |= {
            "generation": after.generation,
            "artifact": after.artifact,
            "place": after.build.position[1:],
            "state": after.state.value,
            "chosen": after.chosen,
        }

    def _born(self, env: str, given: Input, after: Release) -> Fact:
        judge = self.judge
        today = judge.today(env)
        assert today is not None
        fact: Fact = {
            "number": after.number, "env": env, "kind": after.kind.value, "rules": today, "build": after.build.id,
            "artifact": after.artifact, "generation": after.generation, "place": after.build.position[1:],
            "requester": after.requested_by, "retry_of": after.retry_of, "retrier": None, "state": "open", "chosen": False,
            "yes": {}, "override": False, "since": None, "waited": 0, "choice": False, "schedule": None,
        }  # fmt: skip
        assert after.key not in {one.key for one in self.known.values()}
        if isinstance(given, Request) and given.at is not None:
            fact["schedule"] = round((given.at - NOON) / timedelta(minutes=1))
        if isinstance(given, Retry):
            fact["retrier"] = given.by.person.id
            first, live = self.known[given.release].deployment, self.rows[env].live
            if live is None or (first is not None and live.since <= first.attempted_at):
                self._carry_over(judge.releases[given.release], fact)
        if isinstance(given, DeployedElsewhere):
            assert (after.state.value, after.origin.value) == ("live", "external")
            fact["state"] = "external"
        judge.releases[after.number] = fact
        return fact

    def _carry_over(self, failed: Fact, fact: Fact) -> None:
        allowed = min(rules["retry"] for rules in self.judge.in_force(failed))
        if self.judge.now <= failed["ended"] + allowed and failed["artifact"] == fact["artifact"]:
            stands = self.judge.standing(failed)
            fact["yes"] = {
                name: {**yes, "generation": fact["generation"], "new": False} for name, yes in stands.items()
            }
            fact["since"] = failed["since"] if self.judge.approved(fact) and self.judge.asked(fact) else None

    def _lawful(self, given: Input, before: Release, after: Release) -> None:
        old, new = before.state.value, after.state.value
        if old != new:
            assert new in MOVES[old], (old, new)
        if (old, new) == ("deploying", "cancelled"):
            assert isinstance(given, DeploymentPutOff)
            assert before.deployment is not None
            assert before.deployment.stop is not None
        if old == "failed":
            assert (new, type(given), getattr(given, "release", 0)) == ("live", MarkDone, before.number)
        elif old == "live":
            assert after == replace(before, state=after.state)
        else:
            assert old not in ENDED
        assert after.approvals[: len(before.approvals)] == before.approvals
        asked = ("requested_by", "requested_slack", "retry_of", "retried_by", "lane", "origin")
        constant = ("key", "policy", "opened_at", "kind", *asked)
        assert all(getattr(before, name) == getattr(after, name) for name in constant)

    def _starts(self, fact: Fact, after: Release) -> None:
        """What starts stands approved at this moment, every gate is open, and it was never started before."""
        judge = self.judge
        assert judge.free(fact), (fact, judge.own_gates(fact), judge.lane_gates(fact))
        assert fact["override"] or judge.approved(fact, as_of_today=True)
        assert not judge.too_old(fact)
        assert not any(rules["trial"] for rules in judge.in_force(fact))
        build = judge.builds[fact["build"]]
        assert after.artifact == fact["artifact"] == build["artifact"] == after.build.artifact
        assert self.deploys[after.key] == 0

    def _superseded(self, given: Input, fact: Fact, after: Release, was: int | None) -> None:
        newer = self.known.get(after.superseded_by or 0)
        opened = newer is None or newer.state.value == "open"
        if isinstance(given, OPENING) and fact["number"] == was and opened:
            same = isinstance(given, Request | Retry) and given.build and given.build.id == fact["build"]
            # While the clock did not come by, the end of an undo window may have put another one before it.
            ahead = (
                one for one in self.judge.releases.values() if one["env"] == fact["env"] and place(one) < place(fact)
            )
            passed = any(one["state"] == "open" and not self.judge.own_gates(one) for one in ahead)
            assert same or passed, "its deploy was next"

    def _asked_again(self, given: Input, fact: Fact, after: Release) -> None:
        rebuilt = isinstance(given, BuildChanged) and given.build.id == fact["build"]
        undone = isinstance(given, Undo) and given.release == fact["number"]
        old = isinstance(given, TimePassed | ReachedBefore | BeginDeployment) and self.judge.too_old(fact)
        moved = isinstance(given, DeployedElsewhere | DeclareLive)
        assert after.generation == fact["generation"] + 1
        assert rebuilt or undone or old or moved, given
        fact |= {"since": None, "waited": 0, "override": False}

    def _lane_facts(self, env: str, given: Input, before: Lane, decided: Decision) -> None:
        judge, after = self.judge, decided.lane
        landed = []
        for release in after.releases:
            was = before.release(release.number)
            fact = judge.releases[release.number]
            if release.state.ended and (was is None or was.state is not release.state):
                fact["ended"] = judge.now
            if release.state.value == "live" and (was is None or was.state is not release.state):
                landed.append(release)
                since = round(((release.ended_at or NOON) - NOON) / timedelta(minutes=1))
                judge.lived.append({"env": env, "build": release.build.id, "artifact": release.artifact,
                                    "since": since, "release": release.number})  # fmt: skip
            if release.state.value == "rolled_back":
                assert landed or was == release or any(one.kind.value == "rollback" for one in after.releases)
                judge.lived = [one for one in judge.lived if one.get("release") != release.number]
        if after.live != before.live:
            assert landed or isinstance(given, DeclareLive | DeployedElsewhere | Adopt)
            assert after.live is not None
            judge.live[env] = after.live.position and after.live.position[1:]
            known = next((number for number in judge.builds if self.build(number).sha == after.live.sha), None)
            if not landed and known is not None:
                judge.lived.append({"env": env, "build": known, "artifact": None, "since": judge.now})
        self._held(env, given, before, decided, landed)

    def _held(self, env: str, given: Input, before: Lane, decided: Decision, landed: list[Release]) -> None:
        """A rollback, and a request of something older, hold a lane where builds ship by themselves."""
        judge, today = self.judge, self.judge.today(env)
        older = (
            isinstance(given, Request)
            and given.kind.value != "rollback"
            and any(one.older_than_live and before.release(one.number) is None for one in decided.lane.releases)
        )
        for one in decided.lane.open if landed and not isinstance(given, DeployedElsewhere) else ():
            was, live = before.release(one.number), judge.live[env]
            behind = live is not None and judge.releases[one.number]["place"] < live
            assert one.older_than_live is behind
            older |= was is not None and not was.older_than_live and behind and one.kind.value != "rollback"
        back = any(one.kind.value == "rollback" for one in landed)
        if (older or back) and today is not None and today["mode"] == "deployment":
            known = judge.holds.get(env)
            judge.holds[env] = {"person": known["person"] if known and judge.runs(known) else None, "until": None}
        known, hold = judge.holds.get(env), decided.lane.hold
        runs = known is not None and judge.runs(known)
        at = None if hold is None or hold.until is None else round((hold.until - NOON) / timedelta(minutes=1))
        assert runs is (hold is not None and (at is None or at > judge.now))
        assert not runs or (known is not None and hold is not None and known["person"] == hold.by)

    def _complete(self, env: str) -> None:
        for fact in self.judge.releases.values():
            if fact["env"] == env and fact["state"] == "open":
                complete = self.judge.complete(fact)
                fact["since"] = (self.judge.now if fact["since"] is None else fact["since"]) if complete else None

    def _check(self, env: str, starts: list[int]) -> None:
        judge = self.judge
        facts = [one for one in judge.releases.values() if one["env"] == env]
        assert sum(one["state"] in {"deploying", "verifying"} for one in facts) <= 1
        waiting = self.gates_agree(env)
        free = sorted((fact for fact in waiting if judge.free(fact)), key=place)
        assert starts == [fact["number"] for fact in free[:1]], waiting
        assert not any(rules["trial"] for fact in free[:1] for rules in judge.in_force(fact))

    def gates_agree(self, env: str) -> list[Fact]:
        """The rules name every shut gate of every release that waits, and no other; return these releases."""
        judge, lane = self.judge, self.load(env)
        now = NOON + timedelta(minutes=judge.now)
        waiting = [judge.releases[one.number] for one in lane.open]
        found = {one.number: {GATES[type(it)] for it in blockers(one, lane, self.policy, now)} for one in lane.open}
        for fact in waiting:
            fact["choice"] = "choice" in found[fact["number"]]
            if fact["choice"]:
                assert any(rules["lifted"] == "ask" for rules in judge.in_force(fact))
                assert len(waiting) > 1
                assert not judge.frozen(env, judge.now)
        for fact in waiting:
            shut = judge.own_gates(fact) | judge.lane_gates(fact) | ({"busy"} if judge.busy(fact) else set())
            assert found[fact["number"]] - {"queue"} == shut, (found, shut, fact)
            assert judge.free(fact) is (not found[fact["number"]]), fact
            assert fact["state"] == "open"
        return waiting

    # -- what follows --

    def _plan(self, env: str, given: Input, lane: Lane) -> None:
        now = NOON + timedelta(minutes=self.judge.now)
        moments: dict[Any, Any] = {one.number: due_at(one, lane, self.policy, now) for one in lane.releases}
        moments[env] = lane_due_at(lane)
        for what, moment in moments.items():
            self.due.pop(what, None)
            if moment is not None:
                at = ceil((moment - NOON) / timedelta(minutes=1))
                late = isinstance(given, TimePassed) and at <= self.judge.now
                self.due[what] = self.judge.now + 1 if late else at

    def _carry_out(self, env: str, decided: Decision) -> None:
        for effect in decided.effects:
            match effect:
                case ResendDeployment():
                    self.resend.add(effect.release)
                case Announce():
                    self.announced[effect.release] += 1
                    assert self.announced[effect.release] == 1
                case Escalate():
                    asking = effect.release, self.known[effect.release].generation
                    self.escalated[asking] += 1
                    assert self.escalated[asking] == 1
                case Taint():
                    if not self.judge.condemned(effect.position[1:]):
                        self.add_mark(
                            Mark(len(self.marks) + 1, Judgement.BAD, effect.position, effect.label, effect.by,
                                 effect.reason, NOON)
                        )  # fmt: skip
                case TellLanesAfter() if env == "staging":
                    self.reached(effect.build.id)
                case _:
                    pass

    def add_mark(self, mark: Mark) -> None:
        """Put a mark on the record, and let the lanes look."""
        self.marks.append(mark)
        self.judge.marks.append((mark.judgement.value, mark.position[1:]))
        self.wake()

    def reached(self, number: int) -> None:
        """Let production decide upon a build that is, or was, live in staging; now, and when it has soaked."""
        build, judge = self.build(number), self.judge
        today = judge.today("production")
        mine = [one for one in judge.lived if one["env"] == "staging" and one["build"] == number]
        times = [one["since"] for one in mine if one["artifact"] in {None, build.artifact}]
        self.due.pop(("soak", number), None)
        if today is None or today["after"] is None or not times:
            return self._look()
        met = min(times) + today["after"]
        if met > judge.now:
            self.due["soak", number] = met
        newest = not any(
            one["env"] == "staging" and judge.builds[one["build"]]["place"] > build.position[1:] for one in judge.lived
        )
        again = any(
            one.build.id == number and one.artifact == build.artifact and one.lane == lane_id("production")
            for one in self.known.values()
        )
        self.submit("production", TimePassed() if again else ReachedBefore(build, newest))
        return None

    def _look(self) -> None:
        self.submit("production", TimePassed())

    def time_passes(self, minutes: int) -> None:
        """Let the clock come by whenever something is due; afterwards nothing may be left to do."""
        until = self.judge.now + minutes
        for _ in range(MOST_LOOKS):
            what = min(self.due, key=lambda one: self.due[one], default=None)
            if what is None or self.due[what] > until:
                break
            self.judge.advance(max(self.judge.now, self.due[what]))
            if isinstance(what, tuple):
                self.reached(what[1])
            else:
                self.submit(what if isinstance(what, str) else self.known[what].lane.environment, TimePassed())
        else:
            raise AssertionError("the clock goes round and round")
        self.judge.advance(until)
        for env in self.rows:
            free = sorted((fact for fact in self.gates_agree(env) if self.judge.free(fact)), key=place)
            assert [fact["number"] for fact in free[:1]] in ([], [self.pending[env]]), "nobody looks at what is free"

    # -- the installation --

    def judged(self, person: str, number: int, word: str) -> bool:
        """Let somebody quarantine or clear a build."""
        act = service.quarantine if word == "bad" else service.clear
        now = NOON + timedelta(minutes=self.judge.now)
        mark = act(
            tuple(self.marks), self.build(number), by=actor(person, self.judge), reason="x", policy=self.policy, now=now
        )
        if isinstance(mark, Refusal):
            return False
        self.add_mark(mark)
        return True

    def stopped(self, person: str, *, stop: bool) -> bool:
        """Let somebody stop everything, or let it go again."""
        by, now = actor(person, self.judge), NOON + timedelta(minutes=self.judge.now)
        if stop:
            said = service.stop_all(self.stop, by=by, reason="x", policy=self.policy, now=now)
            if isinstance(said, Refusal):
                return False
            self.stop = said
        else:
            if service.go_all(self.stop, by=by, policy=self.policy) is not None:
                return False
            self.stop = None
        self.judge.stopped = stop
        self.wake()
        return True

    def directory(self, number: int) -> tuple[Any, ...]:
        """Return everybody whose approval stands, as the directory knows them now."""
        return tuple(actor(word.person, self.judge) for word in self.known[number].standing())


def _forgets(before: Lane, after: Lane) -> bool:
    """Whether there may be changes since what is live now that the lane was loaded without: a fresh look tells.

    So it is where the lane went back, or where nobody knew what was live. What starts there is looked at once more.
    """
    was, now = (lane.live.position if lane.live else None for lane in (before, after))
    return was != now and (was is None or now is None or now < was)
