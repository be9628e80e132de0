"""A judge of what the rules decide: plain dicts and brute force, written from the product's words.

It calls nothing of the core. It is told what happened and what came of it, keeps a record of its own, and says of every
release that waits which gates are shut for it, and whether it may ship. Moments are minutes.
"""

from itertools import pairwise, permutations
from typing import Any

PEOPLE: dict[str, set[str]] = {
    "priya": {"qa"},
    "sam": {"sre"},
    "alex": {"qa", "sre"},
    "dan": {"sre"},
    "olga": set(),
}
MAY = {
    "sam": {"request", "lock", "hold", "rollback", "hotfix", "override", "mode", "stop_all", "quarantine", "live"}
    | {"resolve"},
    "olga": {"request", "lock"},
    "priya": {"request"},
}
FREEZES = [
    ("lunch", 90, 150, {"production"}),
    ("party", 120, 240, {"production"}),
    ("night", 1200, 1500, {"production"}),
    ("holidays", 6000, 6500, {"production", "staging"}),
]
AFTER_OPEN = {"deploying", "rejected", "cancelled", "expired", "superseded"}
MOVES = {
    "open": AFTER_OPEN,
    "deploying": {"open", "verifying", "live", "failed", "cancelled"},
    "verifying": {"live", "failed"},
    "failed": {"live"},
    "live": {"rolled_back"},
}
ENDED = {"live", "rejected", "cancelled", "expired", "superseded", "failed", "rolled_back"}
Fact = dict[str, Any]


class Judge:
    """Everything that was said and done, and what follows from it."""

    def __init__(self) -> None:
        self.now = 0
        self.file: dict[str, Fact] = {}  # today's rules by environment; one that is missing is not in the policy
        self.switched: dict[str, tuple[str, str]] = {}  # a mode set at run time, and that of the file then
        self.releases: dict[int, Fact] = {}
        self.builds: dict[int, Fact] = {}
        self.live: dict[str, tuple[int, int] | None] = {"staging": None, "production": None}
        self.lived: list[Fact] = []
        self.marks: list[tuple[str, tuple[int, int]]] = []
        self.stopped = False
        self.holds: dict[str, Fact] = {}
        self.locks: dict[str, Fact] = {}
        self.members: dict[str, bool] = dict.fromkeys(PEOPLE, True)
        self.groups = {name: set(groups) for name, groups in PEOPLE.items()}

    # -- people --

    def may(self, person: str, permission: str, env: str) -> bool:
        """Whether somebody holds a permission; a lane's approvers may hold and roll back."""
        today = self.today(env)
        asked = {source for sources, _ in today["approvals"] for source in sources} if today else set()
        own = permission in {"hold", "rollback"} and bool(asked & self.groups[person])
        return self.members[person] and (own or permission in MAY.get(person, set()))

    def own_word(self, one: Fact, person: str) -> bool:
        """Whether a yes of theirs stands."""
        return person in self.standing(one)

    def may_approve(self, one: Fact, person: str, generation: int | None) -> bool:
        """Whether a yes is taken."""
        asked = self.asked(one)
        entitled = bool({source for sources, _ in asked for source in sources} & self.groups[person])
        barred = [self.barred(one, rules) | self.retrier(one, rules) for rules in self._asking(one)]
        own = any(person in people for people in barred)
        fits = generation in {None, one["generation"]} and not self.own_word(one, person) and not self.overdue(one)
        return one["state"] == "open" and self.members[person] and entitled and not own and fits

    def may_drop(self, one: Fact, person: str, *, cancel: bool) -> bool:
        """Whether somebody may reject a release, or cancel it."""
        asked = self.asked(one)
        entitled = bool({source for sources, _ in asked for source in sources} & self.groups[person])
        wanted = (
            "request" if one["kind"] == "release" else str(one["kind"])
        )  # as for asking for another one of its kind
        theirs = one["requester"] == person or (not asked and self.may(person, wanted, one["env"]))
        return one["state"] == "open" and self.members[person] and (entitled or (cancel and theirs))

    # -- approvals --

    def today(self, env: str) -> Fact | None:
        """Return the rules of today with the mode that was set at run time, unless the file's has changed since."""
        rules = self.file.get(env)
        if rules is None or env not in self.switched:
            return rules
        mode, over = self.switched[env]
        return {**rules, "mode": mode} if rules["mode"] == over else rules

    def in_force(self, one: Fact) -> list[Fact]:
        """Return the rules then and now."""
        today = self.today(one["env"])
        return [one["rules"], today] if today else [one["rules"]]

    def needed(self, rules: Fact, one: Fact) -> list[Any]:
        """Return which approvals rules ask for, for this kind of release."""
        if one["kind"] == "rollback" and rules["rollback"] is not None:
            return list(rules["rollback"])
        if one["kind"] == "hotfix" and rules["hotfix"] is not None:
            return list(rules["hotfix"]["approvals"])
        return list(rules["approvals"]) if rules["mode"] == "delivery" else []

    def asked(self, one: Fact) -> list[Any]:
        """Return all rules then and now."""
        return [rule for rules in self.in_force(one) for rule in self.needed(rules, one)]

    def standing(self, one: Fact) -> dict[str, Fact]:
        """Return whose yes is to exactly what ships now."""
        exactly = (one["generation"], one["artifact"])
        return {name: yes for name, yes in one["yes"].items() if (yes["generation"], yes["artifact"]) == exactly}

    def commits(self, one: Fact) -> list[set[str]]:
        """Return the authors of each commit that would become live."""
        live = self.live[one["env"]]
        place = one["place"]
        later = [build for build in self.builds.values() if live is not None and live < build["place"] <= place]
        return [set(build["authors"]) for build in later] + [set(self.builds[one["build"]]["authors"])]

    def _asking(self, one: Fact) -> list[Fact]:
        """Return the rules then and now that ask anybody."""
        return [rules for rules in self.in_force(one) if self.needed(rules, one)]

    def retrier(self, one: Fact, rules: Fact) -> set[str]:
        """Return whose new approval counts nothing because they had it tried again."""
        return set() if rules["self"] == "allow" or one["retrier"] is None else {one["retrier"]}

    def barred(self, one: Fact, rules: Fact) -> set[str]:
        """Return whose approval counts nothing under these rules."""
        if rules["self"] == "allow":
            return set()
        people = {one["requester"], self.builds[one["build"]]["pusher"]}
        return people | set().union(*self.commits(one)) if rules["self"] == "strict" else people

    def approved(self, one: Fact, *, as_of_today: bool = False) -> bool:
        """Whether enough different people have said yes, by trying every way to seat them."""
        return all(self._satisfied(one, rules, as_of_today) for rules in self.in_force(one))

    def _satisfied(self, one: Fact, rules: Fact, as_of_today: bool) -> bool:
        asked = self.needed(rules, one)
        if not asked:
            return True
        barred = self.barred(one, rules)
        stands, again = self.standing(one), self.retrier(one, rules)
        counting = {name: yes for name, yes in stands.items() if name not in barred}
        counting = {name: yes for name, yes in counting.items() if name not in again or not yes["new"]}
        groups = {name: set(yes["groups"]) for name, yes in counting.items()}
        if as_of_today:
            groups = {name: mine & self.groups[name] for name, mine in groups.items() if self.members[name]}
        seats = [set(sources) for sources, count in asked for _ in range(count)]
        if not any(
            all(groups[name] & seat for name, seat in zip(order, seats, strict=True))
            for order in permutations(groups, len(seats))
        ):
            return False
        counted = {name for name, mine in groups.items() if any(mine & seat for seat in seats)}
        commits = self.commits(one)
        if rules["self"] == "strict" and not set().union(*commits) <= set(PEOPLE):
            return False
        return rules["self"] == "allow" or all(counted - authors for authors in commits)

    def complete(self, one: Fact) -> bool:
        """Whether nobody needs to say anything any more; where nobody is asked there is nothing to complete."""
        return bool(one["override"]) or (bool(self.asked(one)) and self.approved(one))

    def overdue(self, one: Fact) -> bool:
        """Whether it has waited for approvals for too long."""
        limit = one["rules"]["expires"]
        waits = not one["override"] and not self.approved(one)
        return waits and one["rules"]["mode"] != "deployment" and limit is not None and one["waited"] >= limit

    # -- time --

    def advance(self, now: int) -> None:
        """Let time pass, and count for how long approvals have been missing outside freezes."""
        for one in self.releases.values():
            if one["state"] == "open" and one["since"] is None:
                edges = sorted({self.now, now, *(at for _, a, b, _ in FREEZES for at in (a, b) if self.now < at < now)})
                for begin, end in pairwise(edges):
                    counts = not self.frozen(one["env"], begin)
                    one["waited"] += end - begin if counts else 0
        self.now = now

    def frozen(self, env: str, at: int) -> list[str]:
        """Return the freezes in force."""
        return [name for name, begin, end, envs in FREEZES if env in envs and begin <= at < end]

    def binds(self, one: Fact) -> bool:
        """Whether freezes hold for a release."""
        return not one["override"] and not all(self._skips(rules, one, "freeze") for rules in self.in_force(one))

    def _skips(self, rules: Fact, one: Fact, gate: str) -> bool:
        return one["kind"] == "hotfix" and rules["hotfix"] is not None and gate in rules["hotfix"]["skip"]

    def too_old(self, one: Fact) -> bool:
        """Whether its approvals, or its override, are too old to ship by."""
        lasts = [rules["valid"] for rules in self.in_force(one) if rules["valid"] is not None]
        since = one["overridden"] if one["override"] else one["since"]
        return bool(lasts) and since is not None and since + min(lasts) <= self.now

    # -- gates --

    def own_gates(self, one: Fact) -> set[str]:
        """Return which gates of its own are shut for a release."""
        today = self.today(one["env"])
        window = max(rules["undo"] for rules in self.in_force(one))
        shut = {
            "policy": today is None or today["mode"] == "observe",
            "build": self.builds[one["build"]]["state"] != "deployable",
            "quarantine": self.bad(one["place"]),
            "approval": not one["override"] and not self.approved(one),
            "soak": not self._soaked(one),
            "undo": one["since"] is not None and one["since"] + window > self.now,
            "schedule": one["schedule"] is not None and one["schedule"] > self.now,
        }
        return {name for name, is_shut in shut.items() if is_shut}

    def lane_gates(self, one: Fact) -> set[str]:
        """Return which gates of the lane are shut for a release."""
        hold, lock = self.holds.get(one["env"]), self.locks.get(one["env"])
        asked_for = one["requester"] is not None or one["retry_of"] is not None
        shut = {
            "stop": self.stopped,
            "choice": one["choice"],
            "hold": hold is not None and self.runs(hold) and (hold["person"] or not asked_for),
            "lock": lock is not None and self.runs(lock),
            "freeze": bool(self.frozen(one["env"], self.now)) and self.binds(one),
        }
        return {name for name, is_shut in shut.items() if is_shut}

    def may_be_sent(self, one: Fact) -> bool:
        """Whether nothing but its turn is in the way of sending a release, once more at least."""
        shut = self.own_gates(one) | self.lane_gates(one)
        same = self.builds[one["build"]]["artifact"] == one["artifact"]
        return same and not shut and not any(rules["trial"] for rules in self.in_force(one))

    def busy(self, one: Fact) -> bool:
        """Whether another release has the lane for itself."""
        return any(other is not one and other["state"] in {"deploying", "verifying"} for other in self.in_lane(one))

    def runs(self, fact: Fact) -> bool:
        """Whether a hold or a lock has not come to its end by itself."""
        return fact["until"] is None or fact["until"] > self.now

    def bad(self, place: tuple[int, int]) -> bool:
        """Whether a build is quarantined: some bad one is in it, and none that was cleared later stands between."""
        return any(
            word == "bad"
            and at <= place
            and not any(later == "cleared" and at <= there <= place for later, there in self.marks[index + 1 :])
            for index, (word, at) in enumerate(self.marks)
        )

    def condemned(self, place: tuple[int, int]) -> bool:
        """Whether the last word on this very build is that it is bad."""
        return [word for word, at in self.marks if at == place][-1:] == ["bad"]

    def _soaked(self, one: Fact) -> bool:
        soaks = [rules["after"] for rules in self.in_force(one) if not self._skips(rules, one, "soak")]
        return one["kind"] == "rollback" or all(
            soak is None or any(since + soak <= self.now for since in self.seen_in_staging(one)) for soak in soaks
        )

    def seen_in_staging(self, one: Fact) -> list[int]:
        """Return since when exactly this has been live in the environment before."""
        return [
            lived["since"]
            for lived in self.lived
            if lived["env"] == "staging"
            and lived["build"] == one["build"]
            and lived["artifact"] in {None, one["artifact"]}
        ]

    def in_lane(self, one: Fact) -> list[Fact]:
        """Return all releases of its lane."""
        return [other for other in self.releases.values() if other["env"] == one["env"]]

    def ready(self, one: Fact) -> bool:
        """Whether only its turn is left to wait for."""
        return not self.own_gates(one) and not self.lane_gates(one) and not self.busy(one)

    def free(self, one: Fact) -> bool:
        """Whether a release may start now, its turn included."""
        before = [other for other in self.in_lane(one) if other["state"] == "open" and place(other) < place(one)]
        each = any(rules["each"] for rules in self.in_force(one))
        return self.ready(one) and not any(each or self.ready(other) for other in before)


def place(one: Fact) -> tuple[bool, bool, int]:
    """Return its place in the queue: trouble first, then what people chose, then the oldest."""
    return one["kind"] == "release", not one["chosen"], one["number"]
