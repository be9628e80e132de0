"""Figures of what is stored: what is unfinished, what needs a person, and how much room is left."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.core.release import Lifecycle
from bot.ports.audit import AuditEntry
from bot.ports.effects import EffectKind, EffectState, NewEffect
from bot.ports.figures import Condition, Figures
from bot.ports.inbox import Received
from bot.ports.store import Transaction
from storage.figures import SqliteFigures
from storage.migrations import STEPS
from tests.factories import LANE, NOON, a_build, a_release
from tests.unit.storage.conftest import File

UNFINISHED = (
    "effects_dead",
    "effects_ready",
    "effects_unfinished",
    "inbox_poison",
    "inbox_waiting",
    "one_in_flight",
    "releases_unfinished",
)
"""Indexes that hold only rows that are not at rest."""
LATER = NOON + timedelta(minutes=5)


def effect(key: str, kind: EffectKind, lane: str) -> NewEffect:
    return NewEffect(key, kind, lane, None, "{}")


def busy(tx: Transaction) -> None:
    """Leave something in every state that is counted."""
    build = tx.builds.save(a_build(id=0))
    lane = tx.lanes.load(LANE)
    tx.lanes.save(lane, lane.opened(a_release(1, build)).opened(a_release(2, build, state=Lifecycle.VERIFYING)))
    tx.audit.append(AuditEntry(NOON, "opened", None, None, str(LANE), 1, "policy-1", {}))
    for state in (EffectState.UNKNOWN, EffectState.DEAD, EffectState.DONE, EffectState.VERIFY):
        tx.effects.enqueue(effect(state.value, EffectKind.DEPLOY, state.value), NOON)
        row = tx.effects.claim((EffectKind.DEPLOY,), NOON)
        assert row is not None
        assert tx.effects.outcome(row, state, NOON, due=LATER)
    tx.effects.enqueue(effect("log", EffectKind.LOG, "log"), NOON + timedelta(minutes=1))
    tx.effects.enqueue(effect("behind", EffectKind.DEPLOY, "unknown"), NOON)
    tx.effects.enqueue(effect("later", EffectKind.ANNOUNCE, "later"), LATER + timedelta(seconds=1))
    for key in ("done", "poison", "waiting"):
        row_id = tx.inbox.put(Received("slack", key, "{}", NOON))
        assert row_id is not None
        if key == "done":
            tx.inbox.done(row_id, "approved")
        elif key == "poison":
            tx.inbox.poison(row_id, "too many tries")


def test_an_empty_database_has_nothing_to_tell(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(3, 2, len(path.parts)))
    with file.transaction() as tx:
        figures = tx.figures.read(NOON)
        condition = tx.figures.condition()
    depth = len(file.path.parent.parts)
    size = file.path.stat().st_size
    assert figures == Figures({}, {}, {}, {}, {"waiting": 0, "poison": 0}, 0, size, depth)
    assert condition == Condition(0, 0, 0, 0, depth)


def test_what_is_unfinished_and_what_needs_a_person_is_counted(file: File) -> None:
    with file.transaction() as tx:
        busy(tx)
        figures = tx.figures.read(LATER)
        condition = tx.figures.condition()
    assert figures.releases == {("production", "open"): 1, ("production", "verifying"): 1}
    assert figures.oldest_open == {"production": a_release().opened_at}
    assert figures.effects == {
        ("deploy", "unknown"): 1,
        ("deploy", "dead"): 1,
        ("deploy", "verify"): 1,
        ("deploy", "ready"): 1,
        ("log", "ready"): 1,
        ("announce", "ready"): 1,
    }
    assert figures.inbox == {"waiting": 1, "poison": 1}
    assert figures.audit_head == 1
    assert (condition.steps_missing, condition.unknown, condition.dead, condition.poison) == (0, 1, 0, 1)


def test_a_message_that_was_given_up_needs_a_person_and_a_refused_deploy_has_failed_its_release(file: File) -> None:
    with file.transaction() as tx:
        for kind in (EffectKind.DEPLOY, EffectKind.ANSWER):
            tx.effects.enqueue(effect(kind.value, kind, kind.value), NOON)
            row = tx.effects.claim((kind,), NOON)
            assert row is not None
            tx.effects.outcome(row, EffectState.DEAD, NOON)
        assert tx.figures.condition().dead == 1
        assert tx.figures.read(NOON).effects == {("deploy", "dead"): 1, ("answer", "dead"): 1}


def test_an_effect_that_is_not_due_or_waits_for_another_is_not_late(file: File) -> None:
    with file.transaction() as tx:
        busy(tx)
        assert tx.figures.read(LATER).oldest_ready == {"log": NOON + timedelta(minutes=1)}


def test_a_figure_is_read_from_an_index_of_unfinished_rows(file: File) -> None:
    statements: list[str] = []
    with file.database() as database:
        database.conn.set_trace_callback(statements.append)
        SqliteFigures(database).read(NOON)
        SqliteFigures(database).condition()
        database.conn.set_trace_callback(None)
        asked = [one for one in statements if one.lstrip().startswith("SELECT") and "FROM _sqlite" not in one]
        plans = [row[3] for one in asked for row in database.execute(f"EXPLAIN QUERY PLAN {one}").fetchall()]
    tables = [plan for plan in plans if plan.startswith(("SCAN", "SEARCH")) and "json_each" not in plan]
    assert len(asked) == 10
    assert [plan for plan in tables if not any(f"INDEX {name}" in plan for name in UNFINISHED)] == ["SEARCH audit"]


def test_a_step_that_the_file_does_not_have_is_told(file: File) -> None:
    with file.database() as database:
        database.execute("DELETE FROM _sqlite_migrations WHERE name = '0011_figures'")
        assert SqliteFigures(database).condition().steps_missing == 1


def test_a_database_in_memory_has_no_disk() -> None:
    database = Database(memory=True)
    STEPS.apply(database)
    assert SqliteFigures(database).read(NOON).disk_free is None
    database.close()


def test_the_disk_is_that_of_the_database(file: File, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path] = []

    def usage(path: Path) -> object:
        asked.append(path)
        return shutil._ntuple_diskusage(1, 1, 1)

    monkeypatch.setattr(shutil, "disk_usage", usage)
    with file.transaction() as tx:
        tx.figures.condition()
    assert asked == [file.path.parent]
