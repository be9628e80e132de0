"""What a well-formed file must also satisfy as a whole: names that exist, rules that people can meet, full lanes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bot.config.builders import builders
from bot.config.commands import commands
from bot.config.connections import connections, unused
from bot.config.escalation import escalation, too_late
from bot.config.file_builds import BuildSection
from bot.config.file_rules import ApprovalSection
from bot.config.file_targets import DeploySection
from bot.config.freezes import freezes, quiet_hours
from bot.config.gates import gates
from bot.config.policy_file import EnvironmentSection, Inherited, PolicyFile, ServiceSection
from bot.config.problem import quoted
from bot.config.shape import Found, Shaped, keys_of, missing
from bot.config.sources import several, sources_of, systems
from bot.config.variables import variables
from bot.config.verifications import verifications
from bot.config.yaml_text import Document, Path
from bot.core.policy import EVERYONE, EXPIRES_AFTER, Mode, NewerBuild

_HAVE_HOLDERS = frozenset({"request", "resolve", "hold", "rollback"})
"""Permissions with a warning of their own, and those that belong to a lane's approvers where the file is silent."""


@dataclass(frozen=True)
class Whole:
    """The file's model beside its document, whose refused parts are no omissions."""

    file: PolicyFile
    document: Document
    shaped: Shaped

    def problems(self) -> Iterator[Found]:
        """Yield every mistake between the parts, at its path in the document."""
        found = [
            *self._heartbeat(),
            *self._people(),
            *self._groups(),
            *self._permissions(),
            *self._rules(),
            *self._services(),
            *(one for one in systems(self.file) if not self._spoiled(one.path)),
            *(one for one in connections(self.file, self._connections) if not self._spoiled(one.path)),
            *(one for one in commands(self.file) if not self._spoiled(one.path)),
            *(one for one in builders(self.file) if not self._spoiled(one.path)),
            *(one for one in verifications(self._holders()) if not self._spoiled(one.path)),
            *variables(self.file, self._holders(), self._spoiled),
            *(one for one in gates(self.file) if not self._spoiled(one.path)),
            *(one for one in freezes(self.file) if not self._spoiled(one.path[:2])),
            *(one for place, holder in self._holders() for one in quiet_hours(place, holder.quiet_hours)),
            *(one for place, holder in self._holders() for one in self._escalation(place, holder)),
        ]
        for one in found:
            path = self.shaped.original(one.path)
            if path not in self._refused:  # what stands there may be a stand-in
                yield Found(path, one.sentence)

    def warnings(self) -> Iterator[str]:
        """Yield what is allowed and probably not meant."""
        for key, lacking in (
            ("request", "nobody can ask for a release by hand"),
            ("resolve", "nobody can answer the question about a lost deploy"),
        ):
            if not getattr(self.file.permissions, key):
                yield f"`{key}` in `permissions` names nobody: {lacking}."
        silent = [key for key in keys_of(type(self.file.permissions)) if not getattr(self.file.permissions, key)]
        nobodys = [f"`{key}`" for key in silent if key not in _HAVE_HOLDERS]
        if nobodys:
            yield f"`permissions` gives {', '.join(nobodys)} to nobody: these acts will be refused to everybody."
        yield from unused(self.file)
        for name, service in self.file.services.items():
            for environment, lane in service.environments.items():
                if lane.announce and self.file.slack.announcements is None:
                    yield f"{name}/{environment} announces, but `slack` names no channel for `announcements`."
                newer, lifted = (
                    nearest_of(key, lane, service, self.file.defaults) for key in ("newer_build", "when_lifted")
                )
                if lifted is not None and newer is not NewerBuild.EACH_MUST_SHIP:
                    yield f"{name}/{environment} has `when_lifted`, which says nothing without `each-must-ship`."
                escalate, expires = (
                    nearest_of(key, lane, service, self.file.defaults) for key in ("escalate", "expires_after")
                )
                yield from too_late(f"{name}/{environment}", escalate, expires or EXPIRES_AFTER)
                if lane.approvals and self.nearest_mode(service, lane) is Mode.DEPLOYMENT:
                    yield f"{name}/{environment} has `approvals` that nobody is asked for: its mode is deployment."

    def nearest_mode(self, service: ServiceSection, lane: EnvironmentSection) -> Mode | None:
        """Return the mode that holds for a lane."""
        return lane.mode or service.mode or self.file.defaults.mode

    @cached_property
    def _refused(self) -> set[Path]:
        found = self.shaped.found
        return {*(one.path for one in found), *(one.meant for one in found if one.meant), *self.document.broken}

    @cached_property
    def _around_refused(self) -> set[Path]:
        return {one[:length] for one in self._refused for length in range(len(one) + 1)}

    def _spoiled(self, path: Path) -> bool:
        """Whether something at or beneath a path was refused already, so that its absence means nothing."""
        return self.shaped.original(path) in self._around_refused

    @cached_property
    def _names_are_clear(self) -> bool:
        return not any(
            path == ("groups",) or (path[:1] == ("people",) and path[2:] in {(), ("name",)}) for path in self._refused
        )

    @property
    def _connections(self) -> set[str]:
        """The names of connections that are written, also where what they hold was refused."""
        written = self.document.at(("connections",))
        return set(map(str, written)) if isinstance(written, dict) else set()

    @cached_property
    def _known(self) -> set[str]:
        listed, groups = self.document.at(("people",)), self.document.at(("groups",))
        people = listed if isinstance(listed, list) else []
        known = {str(one["name"]) for one in people if isinstance(one, dict) and "name" in one}
        return known | (set(groups) if isinstance(groups, dict) else set())

    def _nobody(self, names: Iterable[str]) -> list[str]:
        """Return the names that are neither a person's nor a group's; none while a name could not be read."""
        return [name for name in names if name not in self._known] if self._names_are_clear else []

    def _heartbeat(self) -> Iterator[Found]:
        beat, path = self.file.heartbeat, ("heartbeat",)
        if beat is None or self._spoiled(path):
            return
        if beat.url and beat.secret_env:
            yield Found((*path, "url"), "`url` and `secret_env` are both written; keep one.")
        if not beat.url and not beat.secret_env:
            yield Found(path, "`heartbeat` names no address; write url or secret_env.")

    def _people(self) -> Iterator[Found]:
        owners: dict[tuple[str, str], str] = {}
        names: set[str] = set()
        for index, person in enumerate(self.file.people):
            accounts = {"slack": person.slack, "github": person.github, "email": person.email}
            path: Path = ("people", index)
            if not any(accounts.values()) and not self._spoiled(path):
                yield Found(path, f"{quoted(person.name)} has no account; write slack, github or email.")
            if person.name in names:
                sentence = f"{quoted(person.name)} is listed twice; write one entry with all accounts."
                yield Found((*path, "name"), sentence)
            names.add(person.name)
            for kind, account in accounts.items():
                owner = owners.setdefault((kind, account.lower()), person.name) if account else person.name
                if owner != person.name:
                    yield Found(
                        (*path, kind),
                        f"{quoted(str(account))} is {quoted(owner)}'s already; an account belongs to one person.",
                    )

    def _groups(self) -> Iterator[Found]:
        people = {person.name for person in self.file.people}
        for name, group in self.file.groups.items():
            if name in people:
                yield Found(("groups", name), f"{quoted(name)} is a person's name already; call the group differently.")
            for index, person in enumerate(group.people):
                if person not in people and (person in self.file.groups or self._nobody([person])):
                    sentence = f"{quoted(person)} is not listed in `people`; add an entry with that name."
                    yield Found(("groups", name, "people", index), sentence)

    def _permissions(self) -> Iterator[Found]:
        for key in keys_of(type(self.file.permissions)):
            for name in self._nobody(getattr(self.file.permissions, key) or ()):
                if name != EVERYONE:
                    yield Found(("permissions", key), _unknown(name, ", nor `everyone`"))

    def _rules(self) -> Iterator[Found]:
        for place, holder in self._holders():
            for path, rule in self._rules_of(place, holder):
                unknown = self._nobody(rule.sources)
                yield from (Found((*path, "from"), _unknown(name)) for name in unknown)
                most = None if unknown else self._most(rule.sources)
                if most is not None and most < rule.count:
                    asked = " or ".join(rule.sources)
                    yield Found(
                        (*path, "count"),
                        f"{rule.count} of {asked} can never approve: the file lists {most}; "
                        "list more people, name a usergroup, or ask for fewer.",
                    )

    def _rules_of(self, place: Path, holder: Inherited) -> Iterator[tuple[Path, ApprovalSection]]:
        for keys, rules in (
            (("approvals",), holder.approvals),
            (("rollback", "approvals"), holder.rollback.approvals if holder.rollback else None),
            (("hotfix", "approvals"), holder.hotfix.approvals if holder.hotfix else None),
        ):
            for index, rule in enumerate(rules or ()):
                yield (*place, *keys, index), rule

    def _escalation(self, place: Path, holder: Inherited) -> Iterator[Found]:
        clear = holder.escalate is None or not self._spoiled(("groups", holder.escalate.to))
        return escalation(place, holder.escalate, self.file.groups) if clear and self._names_are_clear else iter(())

    def _holders(self) -> Iterator[tuple[Path, Inherited]]:
        yield ("defaults",), self.file.defaults
        for name, service in self.file.services.items():
            yield ("services", name), service
            for environment, lane in service.environments.items():
                yield ("services", name, "environments", environment), lane

    def _most(self, sources: Iterable[str]) -> int | None:
        """Return how many people some sources have at most; None when Slack decides or the file is not clear."""
        people: set[str] = set()
        for name in sources:
            group = self.file.groups.get(name)
            if self._spoiled(("groups", name)) or ("groups",) in self._refused or (group and group.usergroup):
                return None
            people |= set(group.people) if group else {name}
        return len(people)

    def _services(self) -> Iterator[Found]:
        for name, service in self.file.services.items():
            path: Path = ("services", name)
            later = self._has(("services", name, "build"), BuildSection.LATER)
            sources = sources_of(service.build)
            if not sources and not later and not self._spoiled((*path, "build")):
                yield Found((*path, "build"), missing((*path, "build", "github"), "build"))
            for environment, lane in service.environments.items():
                yield from self._lane((*path, "environments", environment), service, lane)

    def _lane(self, path: Path, service: ServiceSection, lane: EnvironmentSection) -> Iterator[Found]:
        who = quoted(f"{path[1]}/{path[3]}")
        mode = self.nearest_mode(service, lane)
        if mode is None and not self._any_spoiled(path, "mode"):
            yield Found(
                path,
                f"`mode` is missing for {who}; write delivery (people decide), deployment (it ships by itself) "
                "or observe (the pipeline deploys).",
            )
        ruled = any(one.approvals is not None for one in (lane, service, self.file.defaults))
        if mode is Mode.DELIVERY and not ruled and not self._any_spoiled(path, "approvals"):
            yield Found(
                path,
                f"`approvals` is missing for {who}; write, for example, `approvals: [{{from: qa, count: 1}}]`, "
                "or `[]` if nobody need approve.",
            )
        yield from self._after(path, service, lane)
        yield from self._target(path, lane, mode)

    def _after(self, path: Path, service: ServiceSection, lane: EnvironmentSection) -> Iterator[Found]:
        """Only an environment that is written above can come before; so nothing waits for itself in a circle."""
        places = ((path, lane), (path[:2], service), (("defaults",), self.file.defaults))
        place, after = next(((where, one.after) for where, one in places if one.after is not None), (path, None))
        if after is None or self._spoiled((*place, "after")):
            return
        names = list(service.environments)
        before = names[: names.index(str(path[3]))]
        if after.environment not in before:
            known = f"; write {' or '.join(before)}" if before else "; the first environment has none before it"
            where = quoted(f"{path[1]}/{path[3]}")
            yield Found(
                (*place, "after", "environment"),
                f"{quoted(after.environment)} is no environment that is written before {where}{known}.",
            )

    def _target(self, path: Path, lane: EnvironmentSection, mode: Mode | None) -> Iterator[Found]:
        who = quoted(f"{path[1]}/{path[3]}")
        if lane.deploy is None:
            if mode not in {None, Mode.OBSERVE} and not self._any_spoiled(path, "deploy"):
                yield Found(path, missing((*path, "deploy"), str(path[3])))
            return
        targets = [key for key in keys_of(DeploySection) if getattr(lane.deploy, key) is not None]
        if len(targets) > 1:
            yield Found((*path, "deploy"), several(targets))
        later = self._has((*path, "deploy"), DeploySection.LATER)
        if not targets and not later and not self._spoiled((*path, "deploy")):
            yield Found(
                (*path, "deploy"), f"`deploy` names no target for {who}; write {' or '.join(keys_of(DeploySection))}."
            )

    def _any_spoiled(self, lane: Path, key: str) -> bool:
        return any(self._spoiled((*place, key)) for place in (lane, lane[:2], ("defaults",)))

    def _has(self, path: Path, keys: Iterable[str]) -> bool:
        written = self.document.at(self.shaped.original(path))
        return isinstance(written, dict) and not written.keys().isdisjoint(keys)


def nearest_of(key: str, *places: Inherited) -> Any:
    """Return what the nearest place says of a key, or None."""
    return next((value for place in places if (value := getattr(place, key)) is not None), None)


def _unknown(name: str, also: str = "") -> str:
    return f"{quoted(name)} is nobody: it is neither in `groups` nor in `people`{also}."
