"""Who may have approved what: the rules of product and policy once more, counted from the world and not by the bot."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from bot.core.policy import ApprovalRule, Kind, LaneId, LanePolicy, Policy, SelfApproval
from bot.core.source import GithubSource
from sandbox.github.records import Commit
from simulation.life import Earth

_WITH = re.compile(r"^Co-authored-by: .*<([^<>]+)>$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Word:
    """An approval that stood when a release shipped; `human` is a Slack account."""

    human: str
    inherited: bool


@dataclass(frozen=True, slots=True)
class Shipped:
    """A release that was sent to its target. Whoever asked for it, or tried again, is a Slack account."""

    number: int
    lane: LaneId
    sha: str
    kind: Kind
    words: tuple[Word, ...]
    requested: str | None = None
    retried: str | None = None
    live_sha: str | None = None


@dataclass(slots=True)
class Judge:
    """Says why a release should not have been shipped under a policy, if so."""

    earth: Earth
    _commits: dict[str, dict[str, Commit]] = field(default_factory=dict)

    def complaints(self, one: Shipped, policy: Policy) -> list[str]:
        """Return everything that one policy has against a release, in words."""
        here = policy.lane(one.lane)
        rules = here.required(one.kind) if here is not None else ()
        if here is None or not rules:
            return []
        own = self._own(one, here, policy)
        counted = {word.human for word in one.words} - own
        names = {human: self._names(human, policy) for human in counted}
        found = [] if _seated(rules, names) else [f"{sorted(counted)} do not meet {[str(rule) for rule in rules]}"]
        if here.self_approval is not SelfApproval.ALLOW:
            useful = {human for human in counted if any(_fits(names[human], rule) for rule in rules)}
            alone = [c.sha[:7] for c in self._shipped(one, policy) if useful and useful <= self._authors(c, policy)]
            found += [f"{alone} are approved by their own authors alone"] if alone else []
        return found

    def _own(self, one: Shipped, here: LanePolicy, policy: Policy) -> set[str]:
        """Return whose own release it is: their words do not count."""
        if here.self_approval is SelfApproval.ALLOW:
            return set()
        own = {one.requested} - {None}
        if one.retried is not None and not any(word.human == one.retried and word.inherited for word in one.words):
            own.add(one.retried)
        head = self._known(one, policy).get(one.sha)
        if head is not None:
            own |= {person.slack for person in policy.people if person.github == str(head.login_id)}
        if here.self_approval is SelfApproval.STRICT:
            own |= {human for commit in self._shipped(one, policy) for human in self._authors(commit, policy)}
        return {human for human in own if human is not None}

    def _names(self, human: str, policy: Policy) -> frozenset[str]:
        """Return under which names a policy knows somebody: their account, their name, their groups."""
        person = policy.person_of(slack=human)
        names = {human} | ({person.id} if person else set())
        groups = {
            group.name
            for group in policy.groups
            if not names.isdisjoint(group.people) or human in self._members(group.usergroup)
        }
        return frozenset(names | groups)

    def _members(self, usergroup: str | None) -> Collection[str]:
        found = self.earth.workspace.usergroups.get(usergroup or "")
        return found.people if found is not None else ()

    def _authors(self, commit: Commit, policy: Policy) -> set[str]:
        emails = {commit.email, *_WITH.findall(commit.body)}
        people = [p for p in policy.people if p.github == str(commit.login_id) or (p.email and p.email in emails)]
        return {person.slack for person in people if person.slack is not None}

    def _shipped(self, one: Shipped, policy: Policy) -> Iterable[Commit]:
        """Return the commit itself and, but for a rollback, those before it that what was live there did not have."""
        known = self._known(one, policy)
        if one.sha not in known:
            return ()
        if one.live_sha is None or one.kind is Kind.ROLLBACK:
            return (known[one.sha],)
        before = {commit.sha for commit in _line(known, one.live_sha)}
        return {commit.sha: commit for commit in (known[one.sha], *_line(known, one.sha, before))}.values()

    def _known(self, one: Shipped, policy: Policy) -> Mapping[str, Commit]:
        service = policy.service(one.lane.service)
        if service is None or not isinstance(service.source, GithubSource):
            return {}
        name = service.source.repository
        if name not in self._commits:
            self._commits[name] = {commit.sha: commit for commit in self.earth.forge.repositories[name].commits}
        return self._commits[name]


def _line(known: Mapping[str, Commit], sha: str | None, until: Collection[str] = ()) -> Iterable[Commit]:
    """Yield a commit and those before it."""
    while sha is not None and sha in known and sha not in until:
        yield known[sha]
        sha = known[sha].parent


def _fits(names: frozenset[str], rule: ApprovalRule) -> bool:
    return not names.isdisjoint(rule.sources)


def _seated(rules: tuple[ApprovalRule, ...], names: Mapping[str, frozenset[str]]) -> bool:
    """Whether each rule gets as many people as it asks for, each person for one rule: every way is tried."""
    seats = [rule for rule in rules for _ in range(rule.count)]

    def fill(left: list[ApprovalRule], free: frozenset[str]) -> bool:
        if not left:
            return True
        return any(fill(left[1:], free - {one}) for one in free if _fits(names[one], left[0]))

    return fill(seats, frozenset(names))
