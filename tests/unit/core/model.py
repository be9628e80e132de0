"""A small model of one delivery lane, written from the product's words; it calls nothing of the core.

The lane wants one of qa and one of sre, forbids approving one's own, and lets the latest build win.
"""

from dataclasses import dataclass, field

QA, SRE, RESOLVERS = {"priya", "alex"}, {"sam", "alex"}, {"sam", "alex"}
DAY, LIMIT = 24 * 60, 30  # minutes


@dataclass
class ModelBuild:
    """A commit: `place` is its number and how often it was built; `artifact` what it produced last."""

    place: tuple[int, int]
    author: str
    pusher: str
    artifact: str
    state: str

    @property
    def number(self) -> int:
        return self.place[0]


@dataclass
class ModelRelease:
    """A release and everything that was said about it. `place` and `good` are those of its build as it last saw it."""

    number: int
    build: ModelBuild
    requester: str | None
    opened: int
    place: tuple[int, int]
    artifact: str
    good: bool = True
    state: str = "open"
    generation: int = 1
    yes: set[str] = field(default_factory=set)
    status: str = ""
    since: int = 0

    def own(self, person: str) -> bool:
        return person in {self.requester, self.build.pusher}

    def approved(self) -> bool:
        """Whether two different people of the two groups said yes, and not only the author."""
        counted = {person for person in self.yes if not self.own(person)}
        pairs = any(qa != sre for qa in counted & QA for sre in counted & SRE)
        return pairs and bool((counted & (QA | SRE)) - {self.build.author})

    def ready(self) -> bool:
        return self.good and self.approved()


@dataclass
class Model:
    """The lane. Each method does what the product says and tells whether it was allowed."""

    now: int = 0
    releases: list[ModelRelease] = field(default_factory=list)
    builds: list[ModelBuild] = field(default_factory=list)
    live: tuple[int, int] = (0, 0)

    def waiting(self) -> list[ModelRelease]:
        return [one for one in self.releases if one.state == "open"]

    def flying(self) -> list[ModelRelease]:
        return [one for one in self.releases if one.state == "deploying"]

    def next_to_start(self) -> int | None:
        """Return the number of the release that should be sent on its way now."""
        return None if self.flying() else next((one.number for one in self.waiting() if one.ready()), None)

    def build_changed(self, build: ModelBuild) -> bool:
        for one in self.waiting():
            if one.build is build:
                one.good, one.place = build.state == "deployable", build.place
                if one.good and one.artifact != build.artifact:
                    one.artifact, one.generation, one.yes = build.artifact, one.generation + 1, set()
        busy = [*self.waiting(), *self.flying()]
        overtaken = any(one.build is build or one.place > build.place for one in busy)
        if self.is_newest(build) and build.place > self.live and not overtaken:
            self._open(build, None)
        return True

    def is_newest(self, build: ModelBuild) -> bool:
        rivals = [one for one in self.builds if one.state == "deployable"]
        return build.state == "deployable" and all(build.place >= one.place for one in rivals)

    def request(self, build: ModelBuild, person: str, *, named: bool) -> bool:
        unfinished = any(one.build is build for one in [*self.waiting(), *self.flying()])
        alive = not named and self.live[0] == build.number
        if build.state != "deployable" or unfinished or alive:
            return False
        self._open(build, person)
        return True

    def _open(self, build: ModelBuild, requester: str | None) -> None:
        spared = next((one for one in self.waiting() if one.ready()), None)
        for one in self.waiting():
            if one is not spared and one.place <= build.place:
                one.state = "superseded"
        number = len(self.releases) + 1
        self.releases.append(ModelRelease(number, build, requester, self.now, build.place, build.artifact))

    def approve(self, one: ModelRelease, person: str, generation: int | None) -> bool:
        late = one.state != "open" or (not one.approved() and one.opened + DAY <= self.now)
        wrong = person not in QA | SRE or one.own(person) or person in one.yes
        if late or wrong or generation not in {None, one.generation}:
            return False
        one.yes.add(person)
        return True

    def withdraw(self, one: ModelRelease, person: str) -> bool:
        if one.state != "open" or person not in one.yes:
            return False
        one.yes.remove(person)
        return True

    def reject(self, one: ModelRelease, person: str, reason: str) -> bool:
        return self._end(one, "rejected", person in QA | SRE and bool(reason.strip()))

    def cancel(self, one: ModelRelease, person: str) -> bool:
        return self._end(one, "cancelled", person in QA | SRE or person == one.requester)

    def _end(self, one: ModelRelease, state: str, may: bool) -> bool:
        if one.state != "open" or not may:
            return False
        one.state = state
        return True

    def begin(self, one: ModelRelease) -> bool:
        again = one.state == "deploying" and one.status == "attempted"
        if not again and self.next_to_start() != one.number:
            return False
        one.state, one.status, one.since = "deploying", "attempted", self.now
        return True

    def report(self, one: ModelRelease, word: str) -> bool:
        """Take what the CI system says: accepted, put off, refused, lost, running, succeeded or failed."""
        unanswered = {"attempted", "unknown"}
        fits = {"running": {"accepted"}, "lost": {"attempted"}, "accepted": unanswered, "refused": unanswered}
        fits["put off"] = {"attempted"}
        if one.state != "deploying" or (word in fits and one.status not in fits[word]):
            return False
        if word == "put off":
            one.state = "open"
        elif word in {"succeeded", "failed", "refused"}:
            self._finish(one, went=word == "succeeded")
        else:
            one.since = self.now if one.status == "unknown" else one.since
            one.status = {"lost": "unknown"}.get(word, word)
        return True

    def resolve(self, one: ModelRelease, person: str, answer: str) -> bool:
        if one.state != "deploying" or one.status != "unknown" or person not in RESOLVERS:
            return False
        if answer == "try again":
            one.status, one.since = "attempted", self.now
        else:
            self._finish(one, went=answer == "it did run")
        return True

    def _finish(self, one: ModelRelease, *, went: bool) -> None:
        one.state = "live" if went else "failed"
        if went:
            self.live = one.place
            for other in self.waiting():
                if other.number < one.number and other.place <= one.place:
                    other.state = "superseded"

    def time_passes(self, minutes: int) -> None:
        self.now += minutes
        for one in self.waiting():
            if not one.approved() and one.opened + DAY <= self.now:
                one.state = "expired"
        for one in self.flying():
            if one.status != "unknown" and one.since + LIMIT <= self.now:
                self._finish(one, went=False)
