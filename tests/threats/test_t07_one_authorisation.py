"""Whichever way somebody comes, the same rules say whether they may: every act, by everybody, on every surface."""

import ast
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import get_args

import pytest
from inline_snapshot import snapshot
from structlog.testing import capture_logs

from bot.core.authorize import Act
from bot.core.policy import Kind
from bot.core.release import Surface
from bot.ports.cards import CardKind
from bot.record import ByPeople
from bot.views.buttons import FAILURE_ACTS, LIVE_ACTS, NOTICE_ACTS
from handlers.acts import Command, Mention
from handlers.draft_clerk import DRAFT_ACTS
from handlers.faces import LETTER_ACTS, QUESTION_ACTS
from handlers.grammar import parse
from handlers.home_door import HomeDoor
from handlers.vocabulary import Acting
from tests.fakes.world import World
from tests.threats.people import ACCOUNTS, FULL, LISTED, Who, a_desk_policy
from tests.threats.sources import trees
from tests.threats.ways import FARTHER, LOST, WAYS, Done, Far, Handles, Place, Way, begun

DONE = ("done", "opened")
OUTSIDE = {"no full member", "AccountMayNotAct"}
"""What the accounts of outsiders come to: before anything is looked up, or by the rules."""
KEPT = (
    *("builds", "reports", "lanes", "releases", "approvals", "cards", "handles", "drafts", "letters", "stops", "marks"),
    *("lived", "lines", "silences", "agenda", "homes", "remembered"),
)
"""The tables that a refusal leaves as they are: all but the inbox, the audit, and the answer among the effects."""


async def state(world: World, kept: tuple[str, ...] = KEPT) -> list[object]:
    """Return everything that is stored but what was said and what is recorded of it."""
    tables = [await world.sql(f"SELECT * FROM {table} ORDER BY 1, 2") for table in kept]  # noqa: S608 - names above
    return [*tables, await world.sql("SELECT * FROM effects WHERE kind <> 'answer' ORDER BY id")]


async def came(world: World, act: Done) -> tuple[str, str]:
    """Hand an act in and have it decided; returns what came of it, the reasons if the rules refused it, and of what."""
    row = await world.stores(act)
    ((last,),) = await world.sql("SELECT max(seq) FROM audit")
    assert await world.acts.once()
    outcome = await world.store.read(lambda tx: tx.inbox.outcome(row))
    if outcome != "refused":
        return str(outcome), ""
    ((data,),) = await world.sql(f"SELECT data FROM audit WHERE action = 'refused' AND seq > {last}")  # noqa: S608 - a number
    said = json.loads(str(data))
    return said["reasons"], said["act"]


async def everybody(here: Place, way: Way, handles: Handles) -> dict[Who, tuple[str, str]]:
    """Return what comes of a way to act for each who can take it; where it is refused, nothing was changed."""
    found = {}
    before = await state(here.world)
    for who in LISTED if way.surface is Surface.CLI else Who:
        found[who] = await came(here.world, way.by(who, handles))
        if found[who][0] in DONE:
            await here.go_back()
        else:
            assert await state(here.world) == before, (way, who)
    return found


def lines(table: Mapping[Act, Mapping[Who, set[str]]]) -> list[str]:
    """Return an act a line: who may, and what the other members hear, the same on every surface."""
    found = []
    for act in Act:
        by_outcome: dict[str, list[str]] = {}
        for who in FULL:
            (outcome,) = {"may" if one in DONE else one for one in table[act][who]}
            by_outcome.setdefault(outcome, []).append(who.name.lower())
        found.append(f"{act.value}: " + "; ".join(f"{one}: {' '.join(who)}" for one, who in sorted(by_outcome.items())))
    return found


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """A desk at which R-3 waits for approval."""
    world = World(tmp_path, a_desk_policy())
    world.directory.accounts = {who.slack: account for who, account in ACCOUNTS.items()}
    with capture_logs():
        here = await begun(world)
        yield here
        await here.world.store.close()


async def test_t07_whichever_way_somebody_comes_the_same_rules_say_whether_they_may(place: Place) -> None:
    table: dict[Act, dict[Who, set[str]]] = {}
    refused: set[str] = set()
    waits = place.files, place.then
    for far in Far:
        place.files, place.then = waits
        await place.go_back()
        if far is not Far.OPEN:
            await FARTHER[far](place.world)
            await place.keep()
        handles = await place.handles()
        for way in (way for way in WAYS if way.far is far):
            for who, (outcome, of) in (await everybody(place, way, handles)).items():
                table.setdefault(way.act, {}).setdefault(who, set()).add(outcome)
                refused.add(of)
    assert {who for row in table.values() for who in row if row[who] & OUTSIDE} == set(ACCOUNTS)
    assert all(row[who] <= OUTSIDE for row in table.values() for who in ACCOUNTS)
    assert lines(table) == snapshot(
        [
            "approve: NotAnApprover: holder member unlisted second; NotAnApprover, OwnRelease: requester; OwnRelease: author; may: approver",
            "reject: NotAnApprover: holder requester member unlisted second; may: approver author",
            "withdraw: NothingToWithdraw: holder requester author member unlisted second; may: approver",
            "cancel: MayNotCancel: holder member unlisted second; may: approver requester author",
            "undo: MayNotCancel: holder member unlisted second; may: approver requester author",
            "announce: MayNotCancel: holder member unlisted second; may: approver requester author",
            "schedule: MayNotCancel: holder member unlisted second; may: approver requester author",
            "retry: MayNotCancel: holder member unlisted second; may: approver requester author",
            "override: NotPermitted: approver requester author member unlisted second; may: holder",
            "mark as done: NotPermitted: approver requester author member unlisted second; may: holder",
            "resolve: NotPermitted: approver requester author member unlisted second; may: holder",
            "request: NotPermitted: approver author member unlisted second; may: holder requester",
            "rollback: NotPermitted: approver requester author member unlisted second; may: holder",
            "hotfix: NotPermitted: approver requester author member unlisted second; may: holder",
            "hold: NotPermitted: approver requester author member unlisted second; may: holder",
            "resume: NotPermitted: approver requester author member unlisted second; may: holder",
            "lock: NotPermitted: approver requester author member unlisted second; may: holder",
            "unlock: NotPermitted: approver requester author member unlisted second; may: holder",
            "mode: NotPermitted: approver requester author member unlisted second; may: holder",
            "live: NotPermitted: approver requester author member unlisted second; may: holder",
            "stop-all: NotPermitted: approver requester author member unlisted second; may: holder",
            "go-all: NotPermitted: approver requester author member unlisted second; may: holder",
            "quarantine: NotPermitted: approver requester author member unlisted second; may: holder",
            "release-quarantine: NotPermitted: approver requester author member unlisted second; may: holder",
        ]
    )
    assert refused >= {one.__name__ for one in get_args(ByPeople)}, "an input of people that no way leads to"


def test_t07_every_act_surface_word_and_button_is_among_the_ways() -> None:
    assert {way.act for way in WAYS} == set(Act)
    assert {way.surface for way in WAYS} == set(Surface)
    policy = a_desk_policy()
    typed = {way.words for way in WAYS if way.words and LOST not in way.words}
    assert {type(parse(words, policy)) for words in typed} == set(get_args(Acting))
    shown = {
        CardKind.NOTICE: {*NOTICE_ACTS, *LIVE_ACTS},
        CardKind.FAILURE: set(FAILURE_ACTS),
        CardKind.QUESTION: set(QUESTION_ACTS),
        CardKind.LETTER: set(LETTER_ACTS),
        CardKind.DRAFT: set(DRAFT_ACTS),
    }
    pressed: dict[CardKind, set[str]] = {}
    for kind, button in (way.button for way in WAYS if way.button is not None):
        pressed.setdefault(kind, set()).add(button)
    assert pressed == shown
    assert {way.fields["way"] for way in WAYS if "way" in way.fields} == {kind.value for kind in Kind}


async def test_t07_neither_a_mention_nor_a_home_does_anything_for_anybody(place: Place) -> None:
    before = await state(place.world)
    for words in {way.words for way in WAYS if way.words and LOST not in way.words}:
        for who in (Who.APPROVER, Who.HOLDER, Who.STRANGER, Who.BOT):
            said = Mention(slack=who.slack, team="T1", words=words, channel="C0PAYMENTS", ts="1700000000.000100")
            outcome, _ = await came(place.world, said)
            assert outcome == {
                Who.STRANGER: "no full member",
                Who.BOT: "not heard",
            }.get(who, "a mention never acts"), words
    assert await state(place.world) == before
    door = HomeDoor(place.world.desk)
    assert {name for name in vars(HomeDoor) if not name.startswith("_")} == {"desk", "opened", "mute"}
    for who in Who:
        await door.opened(who.slack, "T1", empty=True)
        await door.mute(who.slack, muted=True)
    after = await state(place.world)
    changed = [table for table, one, other in zip((*KEPT, "effects"), before, after, strict=True) if one != other]
    assert changed == ["homes", "remembered"]


async def test_t07_on_the_host_nobody_acts_whom_the_policy_does_not_name(place: Place) -> None:
    before = await state(place.world)
    for name in ("nell", "U0PRIYA", "qa", "everyone", "Priya", ""):
        said = Command(words="approve R-3", person=name, host_user="operator")
        assert await came(place.world, said) == ("unknown person", "")
    assert await state(place.world) == before


# -- nothing else changes a release -----------------------------------------------------------------------------------

CHANGING = {
    *(("lanes", "save"), ("drafts", "save"), ("gates", "set_stop"), ("gates", "add_mark")),
    *(("letters", "retry"), ("letters", "abandon")),
}
"""What writes down what people decide: a part of a transaction, and its method."""


def calls(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Return what is called on the parts of a transaction in a file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            on = node.func.value
            if isinstance(on, ast.Attribute):
                yield on.attr, node.func.attr


def test_t07_only_what_asks_the_rules_writes_down_what_people_decide() -> None:
    writing: dict[str, list[str]] = {}
    for path, tree in trees():
        for part, method in sorted(set(calls(tree)) & CHANGING):
            writing.setdefault(path, []).append(f"{part}.{method}")
    assert writing == snapshot(
        {
            "bot/drafts.py": ["drafts.save"],
            "bot/settle.py": ["letters.abandon", "letters.retry"],
            "bot/submit.py": ["gates.add_mark", "lanes.save"],
            "bot/submit_service.py": ["gates.add_mark", "gates.set_stop"],
        }
    )


def test_t07_what_people_do_becomes_an_input_only_where_it_is_known_who_they_are() -> None:
    inputs = {one.__name__ for one in get_args(ByPeople)}
    made: dict[str, list[str]] = {}
    for path, tree in trees():
        nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        names = {node.func.id for node in nodes if isinstance(node.func, ast.Name)} & inputs
        if names:
            made[path] = sorted(names)
    assert made == snapshot(
        {
            "bot/core/preview.py": ["Request"],
            "bot/settle.py": ["Resolve"],
            "handlers/lane_clerk.py": ["DeclareLive", "HoldLane", "LockLane", "ResumeLane", "SwitchMode", "UnlockLane"],
            "handlers/press.py": [
                "Approve",
                "HoldLane",
                "MarkDone",
                "Reject",
                "Request",
                "Resolve",
                "ResumeLane",
                "Retry",
                "Schedule",
                "Undo",
            ],
            "handlers/release_clerk.py": [
                "Approve",
                "Cancel",
                "MarkDone",
                "Override",
                "Reject",
                "Retry",
                "Schedule",
                "Withdraw",
            ],
            "handlers/request_clerk.py": ["Request"],
        }
    )
