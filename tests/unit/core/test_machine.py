"""Whatever happens in whatever order: the rules keep their promises, as a judge of its own sees it.

`SIGNOFF_WALKS` and `SIGNOFF_STEPS` ask for more than the 300 walks of 40 steps of a normal run.
"""

import os
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from bot.core.decide import TRANSITIONS
from bot.core.events import (
    Adopt,
    BuildChanged,
    DeployedElsewhere,
    DeploymentAccepted,
    DeploymentEnded,
    DeploymentLost,
    DeploymentPutOff,
    DeploymentRefused,
    DeploymentRunning,
    FoundLive,
    HealthSeen,
    ReachedBefore,
    TimePassed,
)
from bot.core.inputs import (
    Answer,
    Approve,
    BeginDeployment,
    Cancel,
    DeclareLive,
    HoldLane,
    LockLane,
    MarkDone,
    OfRelease,
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
from bot.core.policy import Kind, Mode
from bot.core.release import Release
from tests.factories import NOON, a_sha
from tests.unit.core.machine_policy import PRODUCTION, STAGING, STOPPABLE, actor
from tests.unit.core.machine_world import World
from tests.unit.core.model import MAY, MOVES, PEOPLE, Fact

NAMES = st.sampled_from([*sorted(PEOPLE), "sam", "sam"])
AUTHORS = st.lists(st.sampled_from([*sorted(PEOPLE), "olga", "olga", "ghost"]), min_size=1, max_size=2)
ENVS = st.sampled_from(["production", "production", "staging"])
STATES = st.sampled_from(["deployable", "deployable", "deployable", "pending", "broken"])
BACK = st.integers(0, 3)  # counted back from the newest
MINUTES = st.sampled_from([1, 2, 5, 10, 29, 30, 60, 240, 24 * 60, 4 * 24 * 60])
SPANS = st.sampled_from([10, 60, 600])
REASONS = st.sampled_from(["because", "because", "because", " "])
SENT = st.sampled_from(
    ["accepted", "accepted", "put off", "refused", "lost, arrived", "lost, never arrived", "silence"]
)
REPORTS = ["accepted", "put off", "refused", "lost", "running", "succeeded", "failed", "healthy", "ill", "begin"]
STAGINGS, PRODUCTIONS = st.integers(0, len(STAGING) - 1), st.integers(0, len(PRODUCTION) - 1)
WALKS, STEPS = int(os.environ.get("SIGNOFF_WALKS", "300")), int(os.environ.get("SIGNOFF_STEPS", "40"))
ROUNDS = 60


def report(number: int, word: str) -> OfRelease:
    """Return what a CI system or a probe says of a release."""
    match word:
        case "accepted":
            return DeploymentAccepted(number, "77", None)
        case "put off":
            return DeploymentPutOff(number, "no way there")
        case "refused":
            return DeploymentRefused(number, "no")
        case "lost":
            return DeploymentLost(number)
        case "running":
            return DeploymentRunning(number, None)
        case "succeeded" | "failed":
            return DeploymentEnded(number, succeeded=word == "succeeded", detail="", url=None)
        case _:
            return HealthSeen(number, healthy=word == "healthy", detail="")


def unasked(one: Release) -> Release:
    """Return a release as it would be if nobody had asked for the end of its deploy."""
    return replace(one, deployment=replace(one.deployment, stop=None)) if one.deployment else one


class Desk(RuleBasedStateMachine):
    """The rules among people, pipelines and a CI system that do what they like."""

    @initialize(staging=STAGINGS, production=PRODUCTIONS, adopted=st.sampled_from([True, True, False]))
    def begin(self, staging: int, production: int, adopted: bool) -> None:
        self.start(STAGING[staging], PRODUCTION[production], adopted=adopted)

    def start(self, staging: Fact, production: Fact, *, adopted: bool = True) -> None:
        """Begin with two lanes and one build."""
        self.world = World({"staging": staging, "production": production}, adopted=adopted)
        self.judge = self.world.judge
        self.a_build_appears(["olga"], "olga", "deployable")
        if not adopted:
            self.a_lane_is_adopted("staging", None)

    def at(self, minutes: int) -> datetime:
        return NOON + timedelta(minutes=self.judge.now + minutes)

    def one(self, back: int) -> Fact:
        """Return one of the newest releases."""
        numbers = sorted(self.judge.releases)
        return self.judge.releases[numbers[-1 - min(back, len(numbers) - 1)]]

    def waiting(self) -> list[Fact]:
        return [one for one in self.judge.releases.values() if one["state"] == "open"]

    def number(self, back: int) -> int:
        """Return the number of one of the newest builds."""
        return max(1, len(self.judge.builds) - back)

    def tell(self, one: Fact, given: OfRelease, may: bool | None = None) -> bool:
        """Say something of a release; `may` is what the judge expects of it."""
        allowed = self.world.submit(one["env"], given)
        assert may is None or allowed is may, given
        return allowed

    # -- builds --

    @rule(authors=AUTHORS, pusher=NAMES, state=STATES)
    def a_build_appears(self, authors: list[str], pusher: str, state: str) -> None:
        number = len(self.judge.builds) + 1
        self.judge.builds[number] = {
            "place": (number, 1), "artifact": f"{number}.1", "state": state, "authors": authors, "pusher": pusher,
        }  # fmt: skip
        self.changed(number, became=state == "deployable")

    @rule(back=BACK, state=STATES, again=st.booleans(), same=st.booleans())
    def a_build_changes(self, back: int, state: str, again: bool, same: bool) -> None:
        build = self.judge.builds[self.number(back)]
        was = build["state"], build["artifact"]
        build["state"] = state
        if again:
            build["place"] = (build["place"][0], build["place"][1] + 1)
            build["artifact"] = build["artifact"] if same else f"{build['place'][0]}.{build['place'][1]}"
        self.changed(self.number(back), became=state == "deployable" and was != (state, build["artifact"]))

    def changed(self, number: int, *, became: bool) -> None:
        build = self.world.build(number)
        rivals = [one["place"] for one in self.judge.builds.values() if one["state"] == "deployable"]
        newest = became and build.position[1:] >= max(rivals)
        for env in self.world.rows:
            self.world.submit(env, BuildChanged(build, newest=newest, became=became))

    # -- people and releases --

    @rule(env=ENVS, back=BACK, person=NAMES, named=st.booleans(), kind=st.sampled_from(Kind), later=st.booleans())
    def somebody_requests(  # noqa: PLR0917 - what a request says
        self, env: str, back: int, person: str, named: bool, kind: Kind, later: bool
    ) -> None:
        at = self.at(30) if later else None
        by, build = actor(person, self.judge), self.world.build(self.number(back))
        allowed = self.world.submit(env, Request(build, by, named, kind, "because", at))
        permission = "request" if kind is Kind.RELEASE else kind.value
        assert not allowed or (self.judge.may(person, permission, env) and not self.judge.bad(build.position[1:]))

    @precondition(lambda self: self.judge.releases)
    @rule(back=BACK, person=NAMES, card=st.sampled_from([None, 0, 0, -1]))
    def somebody_approves(self, back: int, person: str, card: int | None) -> None:
        one = self.one(back)
        generation = None if card is None else one["generation"] + card
        given = Approve(one["number"], actor(person, self.judge), generation)
        self.tell(one, given, self.judge.may_approve(one, person, generation))

    @precondition(lambda self: self.waiting())
    @rule(last=st.booleans())
    def everybody_approves(self, last: bool) -> None:
        self.all_say_yes(self.waiting()[-1 if last else 0])

    def all_say_yes(self, one: Fact) -> None:
        for person in sorted(PEOPLE):
            given = Approve(one["number"], actor(person, self.judge))
            self.tell(one, given, self.judge.may_approve(one, person, None))

    def somebody_withdraws(self, back: int, person: str) -> None:
        one = self.one(back)
        may = one["state"] == "open" and self.judge.members[person] and self.judge.own_word(one, person)
        self.tell(one, Withdraw(one["number"], actor(person, self.judge)), may)

    def somebody_rejects(self, back: int, person: str, reason: str) -> None:
        one = self.one(back)
        may = self.judge.may_drop(one, person, cancel=False) and bool(reason.strip())
        self.tell(one, Reject(one["number"], actor(person, self.judge), reason), may)

    def somebody_cancels(self, back: int, person: str) -> None:
        one = self.one(back)
        before = self.world.known[one["number"]]
        known = before.deployment is not None and before.deployment.status.value in {"attempted", "accepted", "running"}
        runs = one["state"] == "deploying" and known and one["env"] in STOPPABLE
        may = self.judge.may_drop({**one, "state": "open"} if runs else one, person, cancel=True)
        self.tell(one, Cancel(one["number"], actor(person, self.judge)), may)
        after = self.world.known[one["number"]]
        assert not runs or unasked(after) == unasked(before), "only the CI system's word ends what is under way"

    def somebody_undoes(self, back: int, person: str) -> None:
        one = self.one(back)
        may = self.judge.may_drop(one, person, cancel=True) and "undo" in self.judge.own_gates(one)
        self.tell(one, Undo(one["number"], actor(person, self.judge), one["generation"]), may)

    @precondition(lambda self: self.judge.releases)
    @rule(back=BACK, person=NAMES, minutes=st.sampled_from([0, 1, 30, 300]))
    def somebody_schedules(self, back: int, person: str, minutes: int) -> None:
        one = self.one(back)
        may = self.judge.may_drop(one, person, cancel=True)
        allowed = self.tell(one, Schedule(one["number"], actor(person, self.judge), self.at(minutes)))
        assert may or not allowed

    @precondition(lambda self: self.judge.releases)
    @rule(back=BACK, person=st.sampled_from(["sam", "sam", "priya"]), reason=REASONS)
    def somebody_breaks_the_glass(self, back: int, person: str, reason: str) -> None:
        one, judge = self.one(back), self.judge
        shut = {"approval"} & judge.own_gates(one) or {"freeze"} & judge.lane_gates(one) or one["choice"]
        may = one["state"] == "open" and judge.may(person, "override", one["env"]) and bool(reason.strip())
        may = may and bool(shut) and not judge.overdue(one)
        self.tell(one, Override(one["number"], actor(person, judge), reason), may)

    @precondition(lambda self: self.judge.releases)
    @rule(back=BACK, person=NAMES)
    def somebody_tries_again(self, back: int, person: str) -> None:
        one = self.one(back)
        given = Retry(one["number"], actor(person, self.judge), self.world.build(one["build"]))
        allowed = self.world.submit(one["env"], given)
        assert not allowed or (one["state"] == "failed" and self.judge.members[person])

    def somebody_marks_it_as_done(self, back: int, person: str, reason: str) -> None:
        one = self.one(back)
        may = one["state"] == "failed" and self.judge.may(person, "override", one["env"]) and bool(reason.strip())
        assert not self.tell(one, MarkDone(one["number"], actor(person, self.judge), reason)) or may

    def somebody_answers(self, back: int, person: str, answer: Answer) -> None:
        one = self.one(back)
        deployment = self.world.known[one["number"]].deployment
        asked = one["state"] == "deploying" and deployment is not None and deployment.status.value == "unknown"
        may = asked and self.judge.may(person, "resolve", one["env"])
        if answer is Answer.TRY_AGAIN:
            may = may and self.judge.may_be_sent(one)
        by = actor(person, self.judge)
        self.tell(one, Resolve(one["number"], by, answer, self.world.build(one["build"])), may)

    @precondition(lambda self: self.judge.releases)
    @rule(back=BACK, person=NAMES, reason=REASONS, act=st.sampled_from(["no", "drop", "back", "undo"]))
    def somebody_stops_a_release(self, back: int, person: str, reason: str, act: str) -> None:
        match act:
            case "no":
                self.somebody_rejects(back, person, reason)
            case "drop":
                self.somebody_cancels(back, person)
            case "back":
                self.somebody_withdraws(back, person)
            case _:
                self.somebody_undoes(back, person)

    @precondition(lambda self: self.judge.releases)
    @rule(back=BACK, person=NAMES, reason=REASONS, answer=st.none() | st.sampled_from(Answer))
    def somebody_knows_better(self, back: int, person: str, reason: str, answer: Answer | None) -> None:
        if answer is None:
            self.somebody_marks_it_as_done(back, person, reason)
        else:
            self.somebody_answers(back, person, answer)

    # -- people and lanes --

    @rule(
        env=ENVS, person=NAMES, reason=REASONS, span=SPANS, act=st.sampled_from(["hold", "for", "go", "lock", "free"])
    )
    def somebody_keeps_a_lane(self, env: str, person: str, reason: str, span: int, act: str) -> None:
        match act:
            case "hold" | "for":
                self.somebody_holds(env, person, reason, span if act == "for" else None)
            case "go":
                self.somebody_resumes(env, person)
            case "lock":
                self.somebody_locks(env, person, reason, span)
            case _:
                self.somebody_unlocks(env, person)

    @rule(env=ENVS, person=NAMES, back=BACK, yes=st.booleans(), mode=st.sampled_from(Mode), act=st.integers(0, 3))
    def somebody_turns_a_knob(  # noqa: PLR0917 - one of several acts
        self, env: str, person: str, back: int, yes: bool, mode: Mode, act: int
    ) -> None:
        match act:
            case 0:
                self.somebody_switches_the_mode(env, person, mode)
            case 1:
                self.somebody_says_what_is_live(env, person, back, yes)
            case 2:
                self.somebody_judges_a_build(person, back, "bad" if yes else "cleared")
            case _:
                self.somebody_stops_everything_or_lets_it_go(person, yes)

    @rule(env=ENVS, back=BACK, yes=st.booleans())
    def a_lane_hears_something(self, env: str, back: int, yes: bool) -> None:
        if self.world.rows[env].adopted_at is None or self.judge.now % 7 == 0:
            self.a_lane_is_adopted(env, back if yes else None)
        else:
            self.a_lane_is_told_of_the_one_before(env, back, yes)

    def somebody_holds(self, env: str, person: str, reason: str, span: int | None) -> None:
        may = self.judge.may(person, "hold", env) and bool(reason.strip()) and env in self.judge.file
        hold = self.judge.holds.get(env)
        if hold is not None and self.judge.runs(hold):
            ends = None if span is None else round((self.at(span) - NOON) / timedelta(minutes=1))
            longer = hold["until"] is not None and (ends is None or ends > hold["until"])
            may = may and (hold["person"] == person or (span is None if hold["person"] is None else longer))
        until = None if span is None else self.at(span)
        assert self.world.submit(env, HoldLane(actor(person, self.judge), reason, until)) is may

    def somebody_resumes(self, env: str, person: str) -> None:
        hold = self.judge.holds.get(env)
        asks = hold is not None and not hold["person"] and self.judge.may(person, "request", env)
        may = (asks or self.judge.may(person, "hold", env)) and hold is not None and self.judge.runs(hold)
        assert self.world.submit(env, ResumeLane(actor(person, self.judge))) is may

    def somebody_locks(self, env: str, person: str, reason: str, span: int) -> None:
        lock = self.judge.locks.get(env)
        mine = lock is None or not self.judge.runs(lock) or lock["by"] == person
        may = self.judge.may(person, "lock", env) and bool(reason.strip()) and mine and env in self.judge.file
        assert self.world.submit(env, LockLane(actor(person, self.judge), reason, self.at(span))) is may

    def somebody_unlocks(self, env: str, person: str) -> None:
        lock = self.judge.locks.get(env)
        may = self.judge.may(person, "lock", env) and lock is not None and self.judge.runs(lock)
        assert self.world.submit(env, UnlockLane(actor(person, self.judge))) is may

    def somebody_switches_the_mode(self, env: str, person: str, mode: Mode) -> None:
        allowed = self.world.submit(env, SwitchMode(actor(person, self.judge), mode, "because"))
        assert not allowed or self.judge.may(person, "mode", env)

    def somebody_says_what_is_live(self, env: str, person: str, back: int, seen: bool) -> None:
        build = self.world.build(self.number(back)) if seen else None
        sha = build.sha if build else a_sha(900)
        allowed = self.world.submit(env, DeclareLive(actor(person, self.judge), sha, "9", "because", build))
        assert not allowed or self.judge.may(person, "live", env)

    @rule(env=ENVS, back=BACK, seen=st.booleans(), ago=st.sampled_from([0, 3, -3]))
    def somebody_else_deploys(self, env: str, back: int, seen: bool, ago: int) -> None:
        build = self.world.build(self.number(back)) if seen else None
        sha = build.sha if build else a_sha(901)
        self.world.submit(env, DeployedElsewhere(sha, "9", self.at(-ago), None, build))

    def a_lane_is_adopted(self, env: str, back: int | None) -> None:
        build = None if back is None else self.world.build(self.number(back))
        found = FoundLive(build.sha, build.version, self.at(-5), build.position) if build else None
        new = self.world.rows[env].adopted_at is None
        assert self.world.submit(env, Adopt(found)) is new

    def a_lane_is_told_of_the_one_before(self, env: str, back: int, newest: bool) -> None:
        assert self.world.submit(env, ReachedBefore(self.world.build(self.number(back)), newest))

    # -- the service and everything --

    def somebody_judges_a_build(self, person: str, back: int, word: str) -> None:
        number = self.number(back)
        at = self.judge.builds[number]["place"]
        news = self.judge.bad(at) if word == "cleared" else not self.judge.condemned(at)
        may = self.judge.may(person, "quarantine", "staging") and news
        assert self.world.judged(person, number, word) is may

    def somebody_stops_everything_or_lets_it_go(self, person: str, stop: bool) -> None:
        may = self.judge.may(person, "stop_all", "staging") and self.judge.stopped is not stop
        assert self.world.stopped(person, stop=stop) is may

    @rule(person=NAMES, what=st.sampled_from(["leaves", "returns", "groups"]))
    def somebody_comes_or_goes(self, person: str, what: str) -> None:
        self.judge.members[person] = what != "leaves"
        self.judge.groups[person] = set() if what == "groups" else set(PEOPLE[person])

    @rule(staging=STAGINGS, production=st.none() | PRODUCTIONS)
    def the_policy_changes(self, staging: int, production: int | None) -> None:
        lanes = {"staging": STAGING[staging]}
        self.world.take_policy(lanes if production is None else {**lanes, "production": PRODUCTION[production]})

    # -- the worker and the CI system --

    @precondition(lambda self: any(self.world.pending.values()))
    @rule(env=ENVS, outcome=SENT)
    def the_worker_sends(self, env: str, outcome: str) -> None:
        number = self.world.pending[env]
        if number is not None:
            self.send(self.judge.releases[number], outcome)

    def send(self, one: Fact, outcome: str) -> None:
        number, again = one["number"], one["state"] == "deploying"
        taken = self.tell(one, BeginDeployment(number, self.world.directory(number)))
        if not taken or one["state"] != "deploying" or again:
            return
        if outcome in {"accepted", "lost, arrived", "silence"}:
            self.world.deploys[self.world.known[number].key] += 1
        if outcome != "silence":
            self.tell(one, report(number, "lost" if outcome.startswith("lost") else outcome), may=True)

    @precondition(lambda self: self.world.resend)
    @rule()
    def the_worker_sends_again(self) -> None:
        number = self.world.resend.pop()
        one, key = self.judge.releases[number], self.world.known[number].key
        if one["state"] == "deploying" and self.tell(one, BeginDeployment(number)):
            self.world.deploys[key] = max(1, self.world.deploys[key])  # it looks first whether the key is known
            self.tell(one, report(number, "accepted"), may=True)

    @precondition(lambda self: any(one["state"] in {"deploying", "verifying"} for one in self.judge.releases.values()))
    @rule(env=ENVS, word=st.sampled_from(["running", "succeeded", "succeeded", "failed", "healthy", "healthy", "ill"]))
    def what_is_under_way_goes_on(self, env: str, word: str) -> None:
        for one in list(self.judge.releases.values()):
            if one["state"] in {"deploying", "verifying"} and one["env"] == env:
                self.tell(one, report(one["number"], word))

    @precondition(lambda self: self.judge.releases)
    @rule(back=BACK, word=st.sampled_from(REPORTS))
    def something_is_said_of_any_release(self, back: int, word: str) -> None:
        one = self.one(back)
        key = self.world.known[one["number"]].key
        if word == "begin":
            self.send(one, "silence")
        elif word != "put off" or not self.world.deploys[key]:  # it says that nothing was sent, and nothing was
            self.tell(one, report(one["number"], word))

    @precondition(lambda self: any(self.world.pending.values()))
    @rule(env=ENVS)
    def the_next_goes_live(self, env: str) -> None:
        self.the_worker_sends(env, "accepted")
        for word in ("succeeded", "healthy"):
            self.what_is_under_way_goes_on(env, word)

    # -- ways that a walk seldom finds by itself --

    @rule(authors=AUTHORS, pusher=NAMES, minutes=st.sampled_from([0, 10, 60]))
    def a_build_goes_through_staging(self, authors: list[str], pusher: str, minutes: int) -> None:
        self.a_build_appears(authors, pusher, "deployable")
        self.the_next_goes_live("staging")
        self.world.time_passes(minutes)

    @precondition(lambda self: self.in_production("open"))
    @rule(last=st.booleans(), outcome=SENT)
    def one_that_waits_is_approved_and_sent(self, last: bool, outcome: str) -> None:
        self.all_say_yes(self.in_production("open")[-1 if last else 0])
        self.world.time_passes(2)
        self.the_worker_sends("production", outcome)

    @precondition(lambda self: self.in_production("open"))
    @rule(what=st.sampled_from(["rebuilt", "gone", "put off"]))
    def the_ground_moves_under_what_is_approved(self, what: str) -> None:
        one = self.in_production("open")[-1]
        self.all_say_yes(one)
        self.world.time_passes(2)
        if what == "rebuilt":
            self.a_build_changes(len(self.judge.builds) - one["build"], "deployable", again=True, same=False)
        elif what == "gone":
            for person in list(one["yes"]):
                self.somebody_comes_or_goes(person, "leaves")
        else:
            self.the_worker_sends("production", "put off")
            self.all_take_it_back(one)
        self.the_worker_sends("production", "accepted")

    def all_take_it_back(self, one: Fact) -> None:
        for person in list(one["yes"]):
            self.tell(one, Withdraw(one["number"], actor(person, self.judge)))

    @precondition(lambda self: self.in_production("open"))
    @rule(end=st.sampled_from(["succeeded", "succeeded", "failed"]))
    def one_that_waits_is_shipped(self, end: str) -> None:
        self.one_that_waits_is_approved_and_sent(last=True, outcome="accepted")
        for word in (end, "healthy"):
            self.what_is_under_way_goes_on("production", word)

    @precondition(lambda self: any(one["env"] == "production" for one in self.judge.lived))
    @rule(back=BACK)
    def somebody_rolls_back(self, back: int) -> None:
        lived = [one["build"] for one in self.judge.lived if one["env"] == "production"]
        build = self.world.build(lived[-1 - min(back, len(lived) - 1)])
        sam = actor("sam", self.judge)
        self.world.submit("production", Request(build, sam, named=True, kind=Kind.ROLLBACK, reason="bad"))

    @rule(back=st.integers(0, 1))
    def somebody_takes_the_fast_path(self, back: int) -> None:
        build, sam = self.world.build(self.number(back)), actor("sam", self.judge)
        self.world.submit("production", Request(build, sam, named=True, kind=Kind.HOTFIX, reason="fire"))

    @precondition(lambda self: self.in_production("failed"))
    @rule(done=st.booleans())
    def what_failed_is_tried_again_or_done(self, done: bool) -> None:
        one, sam = self.in_production("failed")[-1], actor("sam", self.judge)
        if done:
            self.tell(one, MarkDone(one["number"], sam, "it runs"))
        else:
            self.world.submit("production", Retry(one["number"], sam, self.world.build(one["build"])))

    def in_production(self, state: str) -> list[Fact]:
        return [one for one in self.judge.releases.values() if (one["env"], one["state"]) == ("production", state)]

    # -- time --

    @rule(minutes=MINUTES)
    def time_passes(self, minutes: int) -> None:
        self.world.time_passes(minutes)

    @rule(minutes=MINUTES, env=ENVS)
    def the_clock_is_late(self, minutes: int, env: str) -> None:
        self.judge.advance(self.judge.now + minutes)
        self.world.submit(env, TimePassed())

    # -- in the end --

    def teardown(self) -> None:
        """Open every gate, approve everything, let time pass: then whatever waits comes to an end that has a name."""
        if not hasattr(self, "world") or self.world.undecided:
            return
        judge, world = self.judge, self.world
        judge.members, judge.groups = dict.fromkeys(PEOPLE, True), {name: set(of) for name, of in PEOPLE.items()}
        judge.switched = {}
        for env, row in world.rows.items():
            world.rows[env] = type(row)(row.id, adopted_at=row.adopted_at or NOON, live=row.live)
        judge.holds, judge.locks = {}, {}
        if judge.stopped:
            world.stopped("sam", stop=False)
        world.take_policy({"staging": STAGING[0], "production": judge.file.get("production", PRODUCTION[0])})
        world.time_passes(max(0, 10_000 - judge.now))
        for _ in range(ROUNDS):
            if not self.unfinished():
                return
            self.help_all_on()
            world.time_passes(60)
        assert not self.unfinished()

    def unfinished(self) -> list[Fact]:
        return [one for one in self.judge.releases.values() if one["state"] in {"open", "deploying", "verifying"}]

    def help_all_on(self) -> None:
        for one in self.unfinished():
            if one["state"] == "open":
                self.open_the_gates(one)
        for env in self.world.rows:
            if self.world.pending[env] is not None:
                self.the_worker_sends(env, "accepted")
        for one in self.unfinished():
            if one["state"] == "deploying":
                self.tell(one, Resolve(one["number"], actor("sam", self.judge), Answer.DID_RUN))
            for word in ("succeeded", "healthy"):
                self.tell(one, report(one["number"], word))

    def open_the_gates(self, one: Fact) -> None:
        judge, sam = self.judge, actor("sam", self.judge)
        build = judge.builds[one["build"]]
        if build["state"] != "deployable":
            build["state"] = "deployable"
            self.changed(one["build"], became=True)
        if "hold" in judge.lane_gates(one):
            self.world.submit(one["env"], ResumeLane(sam))
        if one["state"] == "open" and judge.bad(one["place"]):
            self.world.judged("sam", one["build"], "cleared")
        if one["state"] == "open" and "soak" in judge.own_gates(one) and not judge.seen_in_staging(one):
            self.world.submit("staging", Request(self.world.build(one["build"]), sam, named=True))
        if one["state"] == "open" and one["choice"]:
            self.tell(one, Schedule(one["number"], sam, self.at(1)))
        if one["state"] == "open":
            self.all_say_yes(one)
        if one["state"] == "open" and "approval" in judge.own_gates(one) and "sam" in MAY:
            self.tell(one, Override(one["number"], sam, "nobody else may"))


Walk: Any = Desk.TestCase
Walk.settings = settings(
    max_examples=WALKS,
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def test_the_list_of_transitions_is_the_judges_own() -> None:
    """That no other is made is asserted at every step of the walk; that each can be made, by the table's tests."""
    assert {(before.value, after.value) for before, _, after in TRANSITIONS} == {
        (before, after) for before, afters in MOVES.items() for after in afters
    }
