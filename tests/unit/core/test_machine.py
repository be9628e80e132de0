"""Whatever happens in whatever order: the rules do what a small model of the product does, and keep their promises.

`SIGNOFF_EXAMPLES` asks for more examples than the 400 of a normal run.
"""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bot.core.build import Author, Build, BuildState
from bot.core.decide import TRANSITIONS, Decision, Fresh, decide
from bot.core.effects import StartDeployment
from bot.core.inputs import (
    Answer,
    Approve,
    BeginDeployment,
    BuildChanged,
    Cancel,
    DeploymentAccepted,
    DeploymentEnded,
    DeploymentLost,
    DeploymentPutOff,
    DeploymentRefused,
    DeploymentRunning,
    Input,
    OfRelease,
    Reject,
    Request,
    Resolve,
    TimePassed,
    Withdraw,
)
from bot.core.lane import Lane
from bot.core.release import Lifecycle, Release
from tests.factories import LANE, NOON, a_build
from tests.unit.core.model import Model, ModelBuild, ModelRelease
from tests.unit.core.values import GROUPS, QA, SRE, actor, policy

POLICY = policy(QA, SRE)
NAMES = sorted(GROUPS)
PEOPLE = st.sampled_from(NAMES)
STATES = st.sampled_from(["deployable", "deployable", "pending", "broken"])
INDEX = st.integers(0, 2)  # counted back from the newest
REPORTS: dict[str, Callable[[int], OfRelease]] = {
    "accepted": lambda number: DeploymentAccepted(number, "77", None),
    "put off": lambda number: DeploymentPutOff(number, "no way there"),
    "refused": lambda number: DeploymentRefused(number, "no"),
    "lost": DeploymentLost,
    "running": lambda number: DeploymentRunning(number, None),
    "succeeded": lambda number: DeploymentEnded(number, succeeded=True, detail="", url=None),
    "failed": lambda number: DeploymentEnded(number, succeeded=False, detail="", url=None),
}
MOVES = {(before, after) for before, _, after in TRANSITIONS}


class Desk(RuleBasedStateMachine):
    """The core beside the model, one step at a time."""

    @initialize()
    def adopt(self) -> None:
        self.model = Model()
        self.row = Lane(LANE, adopted_at=NOON)
        self.known: dict[int, Release] = {}
        self.made: set[tuple[Lifecycle, Lifecycle]] = set()
        self.a_build_appears("olga", "olga", "deployable")

    # -- the two, side by side --

    def loaded(self, given: Input) -> Lane:
        """Return the lane as the storage loads it: what is unfinished, and what the input names."""
        named = given.release if isinstance(given, OfRelease) else None
        kept = [one for number, one in sorted(self.known.items()) if not one.state.ended or number == named]
        return replace(self.row, releases=tuple(kept))

    def both(self, given: Input, allowed: bool) -> None:
        before = self.loaded(given)
        copy = replace(before, releases=tuple(replace(one) for one in before.releases))
        fresh = Fresh(len(self.known) + 1, "abcd2345")
        decided = decide(before, given, POLICY, fresh, NOON + timedelta(minutes=self.model.now))
        assert before == copy
        assert isinstance(decided, Decision) is allowed, (given, decided)
        if not isinstance(decided, Decision):
            assert decided.reasons
            return
        for one in decided.lane.releases:
            self.moved(self.known.get(one.number), one)
        self.row = decided.lane
        starts = [effect.release for effect in decided.effects if isinstance(effect, StartDeployment)]
        wanted = self.model.next_to_start()
        assert starts == ([] if wanted is None else [wanted])

    def moved(self, before: Release | None, after: Release) -> None:
        self.known[after.number] = after
        if before is None:
            assert after.state is Lifecycle.OPEN
            return
        assert after.approvals[: len(before.approvals)] == before.approvals
        assert after.key == before.key
        assert after.policy == before.policy
        if before.state is not after.state:
            assert (before.state, after.state) in MOVES
            self.made.add((before.state, after.state))
        if before.state.ended:
            assert after == before
        if before.state is Lifecycle.OPEN and after.state is Lifecycle.DEPLOYING:
            one = self.model.releases[after.number - 1]
            assert one.approved()
            assert (after.artifact, after.build.artifact) == (one.artifact, one.artifact)

    def core_build(self, build: ModelBuild) -> Build:
        return a_build(
            build.number,
            artifact=build.artifact,
            state=BuildState(build.state),
            position=(NOON, *build.place),
            authors=(account(build.author),),
            pusher=account(build.pusher),
        )

    def release(self, back: int) -> ModelRelease:
        return self.model.releases[-1 - min(back, len(self.model.releases) - 1)]

    # -- what can happen --

    @rule(author=PEOPLE, pusher=PEOPLE, state=STATES)
    def a_build_appears(self, author: str, pusher: str, state: str) -> None:
        number = len(self.model.builds) + 1
        build = ModelBuild((number, 1), author, pusher, f"{number}.1", state)
        self.model.builds.append(build)
        self.change(build)

    @precondition(lambda self: self.model.builds)
    @rule(back=INDEX, state=STATES, again=st.booleans(), same=st.booleans())
    def a_build_changes(self, back: int, state: str, again: bool, same: bool) -> None:
        build = self.model.builds[-1 - min(back, len(self.model.builds) - 1)]
        build.state = state
        if again:
            build.place = (build.number, build.place[1] + 1)
            build.artifact = build.artifact if same else f"{build.number}.{build.place[1]}"
        self.change(build)

    def change(self, build: ModelBuild) -> None:
        newest = self.model.is_newest(build)
        self.both(BuildChanged(self.core_build(build), newest=newest), self.model.build_changed(build))

    @precondition(lambda self: self.model.builds)
    @rule(back=INDEX, person=PEOPLE, named=st.booleans())
    def somebody_requests(self, back: int, person: str, named: bool) -> None:
        build = self.model.builds[-1 - min(back, len(self.model.builds) - 1)]
        allowed = self.model.request(build, person, named=named)
        self.both(Request(self.core_build(build), actor(person), named=named), allowed)

    @precondition(lambda self: self.model.releases)
    @rule(back=INDEX, person=PEOPLE, card=st.sampled_from([None, "now", "now", "former"]))
    def somebody_approves(self, back: int, person: str, card: str | None) -> None:
        one = self.release(back)
        generation = None if card is None else one.generation - (card == "former")
        allowed = self.model.approve(one, person, generation)
        self.both(Approve(one.number, actor(person), generation), allowed)

    @precondition(lambda self: self.model.waiting())
    @rule(which=st.sampled_from([0, -1]))
    def everybody_approves(self, which: int = 0) -> None:
        one = self.model.waiting()[which]
        for person in NAMES:
            self.both(Approve(one.number, actor(person)), self.model.approve(one, person, None))

    @precondition(lambda self: self.model.waiting())
    @rule()
    def everybody_withdraws(self) -> None:
        one = self.model.waiting()[0]
        for person in NAMES:
            self.both(Withdraw(one.number, actor(person)), self.model.withdraw(one, person))

    @precondition(lambda self: self.model.releases)
    @rule(back=INDEX, person=PEOPLE)
    def somebody_withdraws(self, back: int, person: str) -> None:
        one = self.release(back)
        self.both(Withdraw(one.number, actor(person)), self.model.withdraw(one, person))

    @precondition(lambda self: self.model.releases)
    @rule(back=INDEX, person=PEOPLE, reason=st.sampled_from(["not now", " "]))
    def somebody_rejects(self, back: int, person: str, reason: str) -> None:
        one = self.release(back)
        self.both(Reject(one.number, actor(person), reason), self.model.reject(one, person, reason))

    @precondition(lambda self: self.model.releases)
    @rule(back=INDEX, person=PEOPLE)
    def somebody_cancels(self, back: int, person: str) -> None:
        one = self.release(back)
        self.both(Cancel(one.number, actor(person)), self.model.cancel(one, person))

    @precondition(lambda self: self.model.releases)
    @rule(back=INDEX)
    def the_worker_looks_a_last_time(self, back: int) -> None:
        self.begin(self.release(back))

    @precondition(lambda self: self.model.next_to_start())
    @rule()
    def the_worker_begins_what_is_next(self) -> None:
        self.begin(self.model.releases[(self.model.next_to_start() or 0) - 1])

    def begin(self, one: ModelRelease) -> None:
        self.both(BeginDeployment(one.number), self.model.begin(one))

    @precondition(lambda self: self.model.flying())
    @rule(end=st.sampled_from(["succeeded", "succeeded", "failed"]))
    def the_deploy_goes_on(self, end: str) -> None:
        one = self.model.flying()[0]
        self.say(one, {"attempted": "accepted", "accepted": "running"}.get(one.status, end))

    @precondition(lambda self: self.model.waiting())
    @rule(which=st.sampled_from([0, -1]))
    def one_that_waits_is_approved_and_begun(self, which: int) -> None:
        self.everybody_approves(which)
        if self.model.next_to_start():
            self.the_worker_begins_what_is_next()

    @precondition(lambda self: self.model.next_to_start() or self.model.flying())
    @rule()
    def the_next_goes_live(self) -> None:
        if not self.model.flying():
            self.the_worker_begins_what_is_next()
        self.say(self.model.flying()[0], "succeeded")

    @precondition(lambda self: self.model.flying())
    @rule()
    def the_request_is_lost(self) -> None:
        self.say(self.model.flying()[0], "lost")

    @precondition(lambda self: self.model.releases)
    @rule(back=INDEX, word=st.sampled_from(sorted(REPORTS)))
    def the_ci_system_says(self, back: int, word: str) -> None:
        self.say(self.release(back), word)

    @precondition(lambda self: self.model.flying())
    @rule(word=st.sampled_from(sorted(REPORTS)))
    def the_ci_system_says_of_what_is_in_flight(self, word: str) -> None:
        self.say(self.model.flying()[0], word)

    def say(self, one: ModelRelease, word: str) -> None:
        self.both(REPORTS[word](one.number), self.model.report(one, word))

    @precondition(lambda self: self.model.flying())
    @rule(person=PEOPLE, answer=st.sampled_from(Answer))
    def somebody_answers(self, person: str, answer: Answer) -> None:
        one = self.model.flying()[0]
        allowed = self.model.resolve(one, person, answer.value)
        self.both(Resolve(one.number, actor(person), answer), allowed)

    @rule(minutes=st.sampled_from([1, 5, 29, 30, 1, 5, 24 * 60]))
    def time_passes(self, minutes: int) -> None:
        self.model.time_passes(minutes)
        self.both(TimePassed(), allowed=True)

    @precondition(lambda self: self.model.waiting())
    @rule(minutes=st.sampled_from([1, 24 * 60]), person=PEOPLE)
    def somebody_approves_before_the_clock_comes(self, minutes: int, person: str) -> None:
        one = self.model.waiting()[-1]
        self.model.now += minutes
        self.both(Approve(one.number, actor(person)), self.model.approve(one, person, None))
        self.time_passes(0)

    # -- corners that a walk seldom finds by itself --

    @rule()
    def an_older_one_is_spared_and_then_overtaken(self) -> None:
        if not self.model.waiting():
            self.a_build_appears("olga", "olga", "deployable")
        if self.model.waiting():
            self.everybody_approves()
            self.a_build_appears("olga", "olga", "deployable")
            self.everybody_withdraws()
            self.one_that_waits_is_approved_and_begun(-1)

    @precondition(lambda self: self.model.flying())
    @rule()
    def the_ci_system_repeats_itself(self) -> None:
        one = self.model.flying()[0]
        for word in ("accepted", "lost", "put off", "refused", "running", "accepted", "refused", "running"):
            self.say(one, word)

    # -- what always holds --

    @invariant()
    def the_core_is_where_the_model_is(self) -> None:
        core = [(one.number, one.state.value, one.artifact, one.generation) for one in self.known.values()]
        assert core == [(one.number, one.state, one.artifact, one.generation) for one in self.model.releases]
        for one in self.model.flying():
            deployment = self.known[one.number].deployment
            assert deployment
            assert (deployment.status.value, deployment.attempted_at) == (
                one.status,
                NOON + timedelta(minutes=one.since),
            )
        assert (self.row.live.position[1:] if self.row.live and self.row.live.position else (0, 0)) == self.model.live

    @invariant()
    def one_at_a_time(self) -> None:
        assert [one.state for one in self.known.values()].count(Lifecycle.DEPLOYING) <= 1

    @invariant()
    def only_what_was_begun_has_a_deployment(self) -> None:
        begun = {Lifecycle.DEPLOYING, Lifecycle.LIVE, Lifecycle.FAILED}
        for one in self.known.values():
            assert bool(one.deployment) is (one.state in begun)

    @invariant()
    def nobody_approves_their_own(self) -> None:
        for one in self.known.values():
            people = {said.person for said in one.approvals}
            assert one.requested_by not in people
            assert self.model.releases[one.number - 1].build.pusher not in people


def account(person: str) -> Author:
    """Return the account with which somebody writes and pushes."""
    listed = next(one for one in POLICY.people if one.id == person)
    return Author(person, listed.email, listed.github)


Walk = Desk.TestCase
Walk.settings = settings(
    max_examples=int(os.environ.get("SIGNOFF_EXAMPLES", "400")),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)


def test_every_transition_of_the_list_can_be_made() -> None:
    """That no other can be made is asserted at every step of the walk."""
    desk = Desk()
    desk.adopt()
    desk.a_build_appears("olga", "olga", "deployable")  # supersedes the first
    desk.somebody_rejects(0, "priya", "no")
    desk.a_build_appears("olga", "olga", "deployable")
    desk.somebody_cancels(0, "priya")
    desk.a_build_appears("olga", "olga", "deployable")
    desk.time_passes(24 * 60)
    for word in ("put off", "failed", "succeeded"):
        desk.a_build_appears("olga", "olga", "deployable")
        desk.everybody_approves()
        desk.the_worker_begins_what_is_next()
        desk.the_ci_system_says_of_what_is_in_flight(word)
    assert desk.made == MOVES
