"""App Homes: who is next, what counts as a change, and what is asked for while a home is being shown."""

from datetime import timedelta

import pytest

from bot.core.lane import Stop
from bot.ports.cards import CardKind
from bot.ports.homes import Home, Look
from storage.homes import SqliteHomes
from storage.schema_homes import WATCHED
from storage.transactions import SqliteTransaction
from tests.factories import LANE, NOON, a_build, a_release
from tests.unit.storage.conftest import File

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
POLICY = "p1"


def look(tx: SqliteTransaction, *, content: str | None = "c1", refresh: timedelta | None = None) -> Look:
    return Look(tx.homes.changes(), POLICY, content, "v1", None if refresh is None else NOON + refresh)


def shows(file: File, after: timedelta = timedelta(0), *, refresh: timedelta | None = None) -> Home:
    """Claim the next home and show it."""
    with file.transaction() as tx:
        home = tx.homes.claim(POLICY, NOON + after)
        assert home is not None
        tx.homes.shown(home, look(tx, refresh=refresh), NOON + after)
        return home


def opens(file: File, *people: str, after: timedelta = timedelta(0), empty: bool = False) -> None:
    for person in people:
        with file.transaction() as tx:
            tx.homes.opened(person, "T0ACME", NOON + after, empty=empty)


def claims(file: File, after: timedelta, policy: str = POLICY) -> str | None:
    """Return whose home would be next, and leave it alone."""
    with file.database() as database:
        database.execute("SAVEPOINT look")
        home = SqliteHomes(database).claim(policy, NOON + after)
        database.execute("ROLLBACK TO look")
        return home.slack if home else None


def due(file: File, after: timedelta, policy: str = POLICY) -> timedelta | None:
    with file.transaction() as tx:
        found = tx.homes.next_due(policy, NOON + after)
        return None if found is None else found - NOON


def stops(file: File) -> None:
    with file.transaction() as tx:
        tx.gates.set_stop(Stop("sam", "no", NOON))


def test_a_home_that_was_opened_is_claimed_once(file: File) -> None:
    opens(file, "U0PRIYA")
    assert due(file, timedelta(0)) == timedelta(0)
    with file.transaction() as tx:
        home = tx.homes.claim(POLICY, NOON)
        assert home == Home("U0PRIYA", "T0ACME", NOON, want=1, have_hash=None, view_hash=None, looks=1, tries=1)
        assert tx.homes.claim(POLICY, NOON + SECOND) is None
    assert due(file, SECOND) == timedelta(seconds=60)  # whoever claimed it may have died


def test_nobody_has_opened_anything(file: File) -> None:
    assert (claims(file, timedelta(0)), due(file, timedelta(0))) == (None, None)


def test_what_is_shown_rests_until_something_changes_and_15_s_at_least(file: File) -> None:
    opens(file, "U0PRIYA")
    shows(file)
    assert (claims(file, DAY), due(file, SECOND)) == (None, None)
    stops(file)
    assert due(file, SECOND) == timedelta(seconds=15)
    assert claims(file, timedelta(seconds=14)) is None
    assert claims(file, timedelta(seconds=15)) == "U0PRIYA"


def test_another_policy_is_a_change(file: File) -> None:
    opens(file, "U0PRIYA")
    shows(file)
    assert claims(file, timedelta(seconds=15), "p2") == "U0PRIYA"
    assert due(file, SECOND, "p2") == timedelta(seconds=15)


def test_time_alone_is_a_reason_when_it_was_said_to_be(file: File) -> None:
    opens(file, "U0PRIYA")
    shows(file, refresh=timedelta(seconds=40))
    assert (claims(file, timedelta(seconds=39)), claims(file, timedelta(seconds=40))) == (None, "U0PRIYA")
    assert due(file, SECOND) == timedelta(seconds=40)
    opens(file, "U0PRIYA", after=SECOND)
    shows(file, SECOND, refresh=timedelta(seconds=2))
    assert due(file, 2 * SECOND) == timedelta(seconds=16)


def test_opening_it_again_does_not_wait_and_keeps_what_slack_has(file: File) -> None:
    opens(file, "U0PRIYA")
    shows(file)
    opens(file, "U0PRIYA", after=2 * SECOND)
    home = shows(file, 2 * SECOND)
    assert (home.want, home.have_hash, home.view_hash, home.looks) == (2, "c1", "v1", 2)


def test_where_slack_shows_nothing_it_is_sent_whatever_it_is(file: File) -> None:
    opens(file, "U0PRIYA")
    shows(file)
    opens(file, "U0PRIYA", after=2 * SECOND, empty=True)
    home = shows(file, 2 * SECOND)
    assert (home.have_hash, home.view_hash) == (None, None)


def test_a_setting_has_the_home_sent_again_and_makes_none(file: File) -> None:
    opens(file, "U0PRIYA")
    shows(file)
    with file.transaction() as tx:
        tx.homes.touch("U0PRIYA", NOON + 2 * SECOND)
        tx.homes.touch("U0NOBODY", NOON + 2 * SECOND)
    home = shows(file, 2 * SECOND)
    assert (home.slack, home.want, home.have_hash, home.view_hash) == ("U0PRIYA", 2, None, "v1")
    assert claims(file, DAY) is None


def test_what_is_wanted_while_it_is_shown_is_due_at_once(file: File) -> None:
    opens(file, "U0PRIYA")
    with file.transaction() as tx:
        home = tx.homes.claim(POLICY, NOON)
        assert home is not None
        tx.homes.opened("U0PRIYA", "T0ACME", NOON, empty=False)
        assert tx.homes.next_due(POLICY, NOON) == NOON + timedelta(seconds=60)
        tx.homes.shown(home, look(tx, refresh=DAY), NOON)
    again = shows(file, SECOND)
    assert (again.have_hash, again.tries) == (None, 1)


def test_one_look_a_second_whosesoever(file: File) -> None:
    opens(file, "U0PRIYA", "U0SAM")
    assert shows(file).slack == "U0PRIYA"
    assert due(file, SECOND / 2) == SECOND
    assert (claims(file, SECOND / 2), claims(file, SECOND)) == (None, "U0SAM")


def test_a_clock_that_is_set_back_stops_nothing(file: File) -> None:
    opens(file, "U0PRIYA")
    shows(file, timedelta(hours=1))
    opens(file, "U0SAM")
    assert claims(file, timedelta(0)) == "U0SAM"


def test_who_has_just_opened_it_comes_first_then_who_waits_the_longest(file: File) -> None:
    opens(file, "U0ALEX", "U0PRIYA", "U0SAM")
    for nth in range(3):
        shows(file, nth * SECOND)
    stops(file)
    opens(file, "U0SAM", after=timedelta(minutes=1))
    order = [shows(file, timedelta(seconds=60 + nth)).slack for nth in range(3)]
    assert order == ["U0SAM", "U0ALEX", "U0PRIYA"]


def test_when_slack_is_not_well_all_homes_wait(file: File) -> None:
    opens(file, "U0PRIYA", "U0SAM")
    with file.transaction() as tx:
        home = tx.homes.claim(POLICY, NOON)
        assert home is not None
        tx.homes.later(home, NOON + 30 * SECOND, lost=False)
    assert due(file, SECOND) == 30 * SECOND
    opens(file, "U0SAM", after=SECOND)  # nor does it help to open it
    assert claims(file, 29 * SECOND) is None
    assert shows(file, 30 * SECOND).tries == 2
    assert shows(file, 31 * SECOND).tries == 2


def test_a_forgotten_home_comes_back_when_it_is_opened(file: File) -> None:
    opens(file, "U0PRIYA")
    with file.transaction() as tx:
        home = tx.homes.claim(POLICY, NOON)
        assert home is not None
        tx.homes.opened("U0PRIYA", "T0ACME", NOON, empty=False)
        tx.homes.forget(home)  # it was opened since: somebody is there
    home = shows(file, timedelta(seconds=60))
    with file.transaction() as tx:
        tx.homes.forget(home)
    assert file.sql("SELECT count(*) FROM homes") == [(0,)]


def test_after_a_week_nobody_looks_any_more(file: File) -> None:
    opens(file, "U0PRIYA")
    shows(file, refresh=DAY)
    assert claims(file, 7 * DAY - SECOND) == "U0PRIYA"
    assert claims(file, 7 * DAY) is None
    with file.transaction() as tx:
        assert tx.homes.claim(POLICY, NOON + 7 * DAY) is None
    assert file.sql("SELECT count(*) FROM homes") == [(0,)]


def test_the_database_counts_what_homes_show_and_nothing_else(file: File) -> None:
    def counted() -> int:
        with file.transaction() as tx:
            return tx.homes.changes()

    assert counted() == 0
    with file.transaction() as tx:
        build = tx.builds.save(a_build(1))
        before = tx.lanes.load(LANE)
        tx.lanes.save(before, before.opened(a_release(1, build=build)))
    opened = counted()
    assert opened > 0
    with file.transaction() as tx:
        tx.cards.want(CardKind.NOTICE, 1, "C0PAYMENTS", NOON)
        tx.remembered.set("workspace", "https://acme.slack.example/")
        card = tx.cards.claim(NOON)
        assert card is not None
    assert counted() == opened
    with file.transaction() as tx:
        tx.cards.shown(card, "1.1", "h1", NOON)
        tx.remembered.set("mute:priya", "yes")
    assert counted() == opened + 2
    with file.transaction() as tx:
        tx.cards.shown(card, "1.1", "h2", NOON)
        tx.remembered.set("mute:priya", "no")
        tx.gates.set_stop(None)
    assert counted() == opened + 3


@pytest.mark.parametrize("table", WATCHED)
def test_every_table_that_homes_show_is_still_watched_after_the_last_step(file: File, table: str) -> None:
    with file.transaction():
        pass
    names = file.sql("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", table)
    made = {f"home_{table}_{verb}" for verb in ("insert", "update", "delete")}
    assert made <= {name for (name,) in names}
