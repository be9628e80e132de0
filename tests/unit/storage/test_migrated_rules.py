"""The step for the release rules: whatever an older version has stored is there afterwards, and refers to what it did."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest
from sqlite_utils import Database

from bot.core.lane import Around, Lane, Live, Reached
from bot.core.policy import Kind, LaneId
from bot.core.release import Approval, Lifecycle, Surface, Verdict
from bot.ports.cards import CardKind
from bot.ports.effects import EffectKind, EffectRow, EffectState, NewEffect
from storage.durability import connect
from storage.migrations import STEPS
from storage.rows import BUILD
from tests.factories import LANE, NOON, a_build, a_release, a_sha
from tests.unit.storage.conftest import File

STAGING = LaneId("payments", "staging")
AT = "2026-11-21T12:00:00.000000Z"
POLICY = (
    '{"lane":{"service":"payments","environment":"production"},"mode":"delivery","channel":"C0PAYMENTS",'
    '"target":{"environment":"production"},"approvals":[{"sources":["qa"],"count":1}],"self_approval":"forbid",'
    '"newer_build":"latest-wins","expires_after":"P1D","deploy_timeout":"PT30M","lookup_window":"PT2M",'
    '"when_unknown":"ask","announce":false}'
)
"""A snapshot as the first version wrote it."""
OLD_BUILD = """
    INSERT INTO builds (id, service, sha, artifact, version, state, position_at, position_run, position_attempt, title,
        url, branch, authors, pusher, checks)
    VALUES (?1, 'payments', ?2, 'run ' || (9000 + ?1) || '.1', ?1, 'deployable', ?3, ?1, 1, 'Change ' || ?1,
        'https://github.example/acme/payments/actions/runs/' || (9000 + ?1), 'main', '[]', 'null', '[]')
"""
OLD_RELEASE = """
    INSERT INTO releases (number, service, environment, origin, build_id, build, artifact, generation, key, state,
        opened_at, ended_at, policy, policy_hash, superseded_by, older_than_live)
    VALUES (?1, 'payments', 'production', 'pipeline', ?1, ?2, 'run ' || (9000 + ?1) || '.1', 1,
        'R-' || ?1 || '-abcd2345', ?3, ?4, ?5, ?6, 'policy-1', ?7, 0)
"""
OLD = """
    INSERT INTO lanes (service, environment, live_sha, live_version, live_since, live_release)
        VALUES ('payments', 'production', :one, '1', :at, 1), ('payments', 'staging', :two, '2', :at, NULL);
    INSERT INTO approvals VALUES (4, 2, 'priya', 'U0PRIYA', 'approve', 1, '["qa"]', :at, 'button', 'saw-1');
    INSERT INTO effects (id, key, kind, lane, release, body, state, attempt, created_at, due_at, give_up_at)
        VALUES (12, 'log:R-2', 'log', 'thread:R-2', 2, '{}', 'ready', 1, :at, :at, :at);
    INSERT INTO attempts VALUES (12, 1, 1, 'began', NULL, NULL, 'sent');
    INSERT INTO cards (id, kind, subject, release, channel, want, due_at)
        VALUES (3, 'notice', '2', 2, 'C0PAYMENTS', 1, :at);
    INSERT INTO handles VALUES ('h1', 3, 2, 1, 'approve');
    INSERT INTO letters (id, about, release, what, why, opened_at) VALUES (5, 'effect-12', 2, 'log', 'no', :at);
    INSERT INTO agenda VALUES (2, 'payments', 'production', :at);
    DELETE FROM releases WHERE number = 9;
"""


@pytest.fixture
def old(file: File) -> Iterator[File]:
    """A file as the version before this step left it: R-1 is live, R-2 is open, R-3 was superseded by it, R-9 is gone."""
    with closing(connect(file.path)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        database = Database(connection, execute_plugins=False)
        STEPS.apply(database, stop_before="0017_rules")
        connection.execute("PRAGMA defer_foreign_keys=ON")
        for number in (1, 2, 3, 9):
            build = a_build(number, authors=(), pusher=None, checks=())
            connection.execute(OLD_BUILD, [number, build.sha, AT])
            written = BUILD.dump_json(build).decode()
            ends = {1: ("live", AT, None), 3: ("superseded", AT, 2)}.get(number, ("open", None, None))
            connection.execute(OLD_RELEASE, [number, written, ends[0], AT, ends[1], POLICY, ends[2]])
        for statement in OLD.split(";")[:-1]:
            given = {"one": a_sha(1), "two": a_sha(2), "at": AT}
            connection.execute(statement, {name: text for name, text in given.items() if f":{name}" in statement})
        connection.execute("COMMIT")
    yield file
    assert file.sql("PRAGMA foreign_key_check") == []
    assert file.sql("PRAGMA integrity_check") == [("ok",)]


def test_what_is_stored_survives(old: File) -> None:
    said = Approval("priya", "U0PRIYA", Verdict.APPROVE, 1, ("qa",), NOON, Surface.BUTTON, "saw-1")
    builds = [a_build(number, authors=(), pusher=None, checks=()) for number in (1, 2, 3)]
    first = a_release(1, builds[0], state=Lifecycle.LIVE, ended_at=NOON)
    second = a_release(2, builds[1], approvals=(said,))
    third = a_release(3, builds[2], state=Lifecycle.SUPERSEDED, ended_at=NOON, superseded_by=2)
    with old.transaction() as tx:
        lane = tx.lanes.load(LANE)
        assert lane.releases == (first, second)
        assert lane.live == Live(a_sha(1), "1", NOON, None, 1)
        assert lane.around.reached == (Reached("production", 1, NOON), Reached("staging", 2, NOON))
        assert tx.lanes.release(3) == third
        assert tx.lanes.release(3) is not None
        assert tx.lanes.load(STAGING) == Lane(STAGING, live=Live(a_sha(2), "2", NOON), around=Around())
        assert tx.lanes.next_number() == 10
        assert tx.agenda.due(NOON) == (LANE,)
        assert tx.cards.by_handle("h1") is not None
        card = tx.cards.of(CardKind.NOTICE, 2)
        assert card is not None
        assert card.id == 3
        letter = tx.letters.by_id(5)
        assert letter is not None
        assert letter.release == 2
        row = tx.effects.claim((EffectKind.LOG,), NOON)
        log = NewEffect("log:R-2", EffectKind.LOG, "thread:R-2", 2, "{}")
        assert row == EffectRow(12, log, EffectState.READY, 2, 1, NOON, NOON, None)


def test_an_older_snapshot_has_what_a_new_key_says_by_default(old: File) -> None:
    with old.transaction() as tx:
        release = tx.lanes.release(2)
        assert release is not None
        assert release.policy == a_release().policy
        assert (release.kind, release.policy.after, release.policy.undo_window) == (Kind.RELEASE, None, timedelta(0))


def test_numbers_go_on_where_they_were(old: File) -> None:
    with old.transaction() as tx:
        before = tx.lanes.load(LANE)
        tx.lanes.save(before, before.opened(a_release(10, a_build(3))))
    assert old.sql("SELECT max(number) FROM releases") == [(10,)]
    old.sql("DELETE FROM releases WHERE number = 10")
    with old.transaction() as tx:
        assert tx.lanes.next_number() == 11


@pytest.mark.parametrize(
    "statement",
    ["UPDATE approvals SET person = 'sam'", "DELETE FROM approvals", "REPLACE INTO approvals SELECT * FROM approvals"],
)
def test_what_people_said_is_still_only_added_to(old: File, statement: str) -> None:
    with old.transaction():
        pass
    with pytest.raises(sqlite3.IntegrityError, match=r"^approvals is append-only$"):
        old.sql(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO approvals SELECT 5, 99, 'p', NULL, 'lapse', 1, '[]', '', 'cli', NULL, 0",
        "INSERT INTO handles VALUES ('h2', 3, 99, 1, 'approve')",
        "UPDATE lanes SET live_release = 99",
        "UPDATE releases SET superseded_by = 99 WHERE number = 3",
        "UPDATE effects SET release = 99",
        "INSERT INTO attempts VALUES (99, 1, 1, '', NULL, NULL, '')",
    ],
)
def test_what_refers_to_no_release_is_still_refused(old: File, statement: str) -> None:
    with old.transaction():
        pass
    with pytest.raises(sqlite3.IntegrityError, match=r"^FOREIGN KEY constraint failed$"):
        old.sql(statement)


def test_nothing_of_the_way_there_is_left(old: File) -> None:
    with old.transaction():
        pass
    names = {name for (name,) in old.sql("SELECT name FROM sqlite_master")}
    assert not {name for name in names if name.startswith("passing") or name.endswith(("_aside", "_new"))}
