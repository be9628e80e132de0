"""docs/rules.md says what the code does: every rule and every policy key has its entry, and every example is run."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import get_args

import pytest
from pydantic import BaseModel

from bot import config
from bot.config.policy_file import Inherited, PolicyFile
from bot.config.section import Section
from bot.core import blockers, refusals
from bot.core.release import Lifecycle
from bot.record import ByPeople
from tests.unit.rules_acts import ACTS
from tests.unit.rules_checks import CHECKS, Told
from tests.unit.rules_file import RULES, Example, read_rules
from tests.unit.rules_policy import PolicyText
from tests.unit.rules_world import World

RULES_FILE = read_rules(RULES.read_text(encoding="utf-8"))
_LINE = re.compile(r"(?P<word>given|when|then|and) +(?P<rest>.+)")


@dataclass
class Ran:
    """What an example has shown: which inputs were submitted, which names and states its `then` lines have held."""

    inputs: set[str] = field(default_factory=set)
    checked: set[str] = field(default_factory=set)


@cache
def run(example: Example) -> Ran:
    """Run an example.

    Raises:
        AssertionError: a `then` line does not hold, an act was refused of which no line says so, or nothing is said.
    """
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        world = World(PolicyText(RULES_FILE.policy), connection)
        told, word = Told(world), ""
        for number, text in enumerate(example.lines, start=1):
            found = _LINE.fullmatch(text)
            assert found, f"line {number} begins with none of given, when, then, and: {text}"
            before, word = word, word if found["word"] == "and" else found["word"]
            if word not in {before, "then"}:
                told.onwards()
            try:
                _one(told, word, found["rest"])
            except AssertionError as untrue:
                untrue.add_note(f"in line {number}: {text}")
                raise
        assert word == "then", "it ends with nothing to hold against it"
        assert world.refusal is None, f"{world.refusal} was not told of"
        return Ran({one.__name__ for one in world.done}, told.checked)


def _one(told: Told, word: str, text: str) -> None:
    if word == "then":
        _say(told, text)
        return
    assert told.world.refusal is None, f"{told.world.refusal} was not told of"
    _do(told.world, text)


def _do(world: World, text: str) -> None:
    for pattern, act in ACTS:
        if said := pattern.fullmatch(text):
            act(world, said.groupdict())
            return
    raise AssertionError(f"nobody knows how to do this: {text}")


def _say(told: Told, text: str) -> None:
    for pattern, done in CHECKS:
        if said := pattern.fullmatch(text):
            done(told, said.groupdict())
            return
    raise AssertionError(f"nobody knows how to look at this: {text}")


@pytest.mark.parametrize("example", RULES_FILE.examples, ids=[one.name for one in RULES_FILE.examples])
def test_every_example_is_what_happens(example: Example) -> None:
    run(example)


UNTRUE = {
    "another blocker": (
        ["when build 41 is deployable", "then R-1 waits for Held"],
        "['WaitsForApproval'] and not ['Held']",
    ),
    "a deploy that waits": (["when build 41 is deployable", "then R-1 deploys"], "(WaitsForApproval("),
    "a release too many": (["when build 41 is deployable", "then there is no release"], "(1,) and not ()"),
    "a message too many": (
        ["given build 41 is deployable", "when build 42 fails", "then told: nobody"],
        "['channel'] and not []",
    ),
    "a refusal untold": (["given build 41 is deployable", "when sam approves", "then R-1 is open"], "NotAnApprover("),
    "no refusal": (["when build 41 is deployable", "then refused: TooLate"], "it was not refused"),
    "words nobody knows": (["when pigs fly", "then R-1 deploys"], "nobody knows how to do this: pigs fly"),
    "a look nobody knows": (["then pigs fly"], "nobody knows how to look at this: pigs fly"),
    "nothing held against it": (["when build 41 is deployable"], "it ends with nothing to hold against it"),
    "no such word": (["if build 41 is deployable"], "line 1 begins with none of given, when, then, and"),
}


@pytest.mark.parametrize("name", UNTRUE)
def test_an_example_that_is_not_so_fails(name: str) -> None:
    lines, why = UNTRUE[name]
    with pytest.raises(AssertionError, match=re.escape(why)):
        run(Example(name, 1, tuple(lines)))


def _sections(section: type[Section]) -> Iterator[type[Section]]:
    """Yield the sections that stand in one, at any depth."""
    for info in section.model_fields.values():
        for found in _models(info.annotation):
            yield found
            yield from _sections(found)


def _models(annotation: object) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        assert issubclass(annotation, Section)
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


PREFIXES = {
    "PolicyFile": "",
    "DefaultsSection": "",
    "ServiceSection": "",
    "EnvironmentSection": "",
    "ApprovalSection": "approvals",
    "PersonSection": "people",
    "GroupSection": "groups",
    "FreezeSection": "freezes",
    "JsonProbe": "verify.http.json",
    "HttpProbeSection": "verify.http",
    "CommandProbeSection": "verify.command",
    "SignalSection": "verify.signal",
    "GithubBuild": "build.github",
    "StandardBuild": "build.standard",
    "DeploymentTarget": "deploy.github_deployment",
    "WorkflowTarget": "deploy.github_workflow",
    "WebhookTarget": "deploy.webhook",
    "GateTarget": "deploy.github_gate",
    "ConnectionSection": "connections",
    "GithubConnection": "connections.github",
    "AppSection": "connections.github.app",
    "CommandTarget": "deploy.command",
    "BuildbotBuild": "build.buildbot",
    "BuildbotTarget": "deploy.buildbot",
}
"""How the keys of a section are called where that is not the section's own name."""


def policy_keys() -> set[str]:
    """Return every key that the policy file accepts, with the section in which it stands."""
    found: set[str] = set()
    sections: list[type[Section]] = [PolicyFile, *_sections(PolicyFile)]
    for section in sections:
        prefix = PREFIXES.get(section.__name__, section.NAME)
        for name, info in section.model_fields.items():
            found.add(".".join(filter(None, (prefix, info.alias or name))))
    return found


def test_every_policy_key_has_its_heading() -> None:
    assert sorted(RULES_FILE.keys) == sorted(policy_keys())


def test_the_keys_come_from_every_section_of_the_file() -> None:
    modules = [import_module(one.name) for one in iter_modules(config.__path__, "bot.config.")]
    written = {
        one
        for module in modules
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Section) and one is not Section
    }
    assert written == {PolicyFile, *_sections(PolicyFile), Inherited}


def test_every_heading_of_a_rule_or_a_key_has_an_example() -> None:
    with_example = {one.heading for one in RULES_FILE.examples}
    assert [one for one in RULES_FILE.headings if one not in with_example] == []


def _names(union: object) -> list[str]:
    return sorted(one.__name__ for one in get_args(union))


def _shown() -> set[str]:
    return {name for example in RULES_FILE.examples for name in run(example).checked}


def test_every_blocker_is_shown_by_an_example() -> None:
    assert [name for name in _names(blockers.Blocker) if name not in _shown()] == []


def test_every_refusal_is_shown_by_an_example() -> None:
    assert [name for name in _names(refusals.Reason) if name not in _shown()] == []


def test_every_state_is_shown_by_an_example() -> None:
    assert [state.value for state in Lifecycle if state.value not in _shown()] == []


def test_everything_that_people_do_is_done_in_an_example() -> None:
    done = {name for example in RULES_FILE.examples for name in run(example).inputs}
    assert [name for name in _names(ByPeople) if name not in done] == []
