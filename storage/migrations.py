"""The tables, step by step. Steps are append-only: a released one is never changed, a new one is added below."""

from contextlib import closing
from pathlib import Path

from sqlite_utils import Database, Migrations

from storage import (
    schema,
    schema_agenda,
    schema_changes,
    schema_drafts,
    schema_escalated,
    schema_homes,
    schema_installation,
    schema_kinds,
    schema_let_on,
    schema_letters,
    schema_paths,
    schema_replaced,
    schema_requester,
    schema_retried,
    schema_rules,
    schema_silences,
    schema_stops,
    schema_unanswered,
)
from storage.problems import DatabaseProblem

STEPS = Migrations("signoff")


def migrate(database: Database, path: Path) -> None:
    """Bring the tables up to date inside the caller's transaction.

    Raises DatabaseProblem for a file of another program and for one that a newer version has written.
    """
    recognise(database, path)
    STEPS.apply(database)
    _run(database, schema_homes.COUNTING)


def recognise(database: Database, path: Path) -> None:
    """Raise DatabaseProblem for a file of another program and for one that a newer version has written."""
    mark = database.execute("PRAGMA application_id").fetchone()[0]
    if mark != schema.APPLICATION and database.execute("SELECT 1 FROM sqlite_master").fetchone() is not None:
        raise DatabaseProblem(f"{path} is a database of another program. Name another file.")
    newer = {step.name for step in STEPS.applied(database)} - set(known())
    if newer:
        raise DatabaseProblem(
            f"{path} was written by a newer Signoff (its step {min(newer)} is not known here). "
            "Run that version, or restore the backup taken before it."
        )


def missing(database: Database) -> int:
    """Return how many steps of this version the file does not have."""
    return len(STEPS.pending(database))


def known() -> tuple[str, ...]:
    """Return the names of all steps in their order: to an empty database, all are pending."""
    with closing(Database(memory=True)) as empty:
        return tuple(step.name for step in STEPS.pending(empty))


def _run(database: Database, statements: tuple[str, ...]) -> None:
    """Run statements one by one; executescript would commit the transaction around the step."""
    for statement in statements:
        database.execute(statement)


@STEPS(name="0001_builds")
def _builds(database: Database) -> None:
    _run(database, schema.BUILDS)


@STEPS(name="0002_lanes")
def _lanes(database: Database) -> None:
    _run(database, schema.LANES)


@STEPS(name="0003_releases")
def _releases(database: Database) -> None:
    _run(database, schema.RELEASES)


@STEPS(name="0004_inbox")
def _inbox(database: Database) -> None:
    _run(database, schema.INBOX)


@STEPS(name="0005_effects")
def _effects(database: Database) -> None:
    _run(database, schema.EFFECTS)


@STEPS(name="0006_cards")
def _cards(database: Database) -> None:
    _run(database, schema.CARDS)


@STEPS(name="0007_audit")
def _audit(database: Database) -> None:
    _run(database, schema.AUDIT)


@STEPS(name="0008_remembered")
def _remembered(database: Database) -> None:
    _run(database, schema.REMEMBERED)


@STEPS(name="0010_replays")
def _replays(database: Database) -> None:
    _run(database, schema.REPLAYS)


@STEPS(name="0011_figures")
def _figures(database: Database) -> None:
    _run(database, schema.FIGURES)


@STEPS(name="0013_in_order")
def _in_order(database: Database) -> None:
    _run(database, schema.IN_ORDER)


@STEPS(name="0009_letters")
def _letters(database: Database) -> None:
    _run(database, schema_letters.EFFECTS)
    _run(database, schema_letters.CARDS)
    _run(database, schema_letters.LETTERS)


@STEPS(name="0012_due")
def _due(database: Database) -> None:
    _run(database, schema_agenda.AGENDA)


@STEPS(name="0014_unsettled")
def _unsettled(database: Database) -> None:
    _run(database, schema_letters.UNSETTLED)


@STEPS(name="0015_installation")
def _installation(database: Database) -> None:
    _run(database, schema_installation.INSTALLATION)


@STEPS(name="0016_bodies")
def _bodies(database: Database) -> None:
    _run(database, schema_installation.BODIES)


@STEPS(name="0017_rules")
def _rules(database: Database) -> None:
    _run(database, schema_rules.RELEASES)
    _run(database, schema_rules.APPROVALS)
    _run(database, schema_rules.EFFECTS)
    _run(database, schema_rules.AGENDA)
    _run(database, schema_rules.GATES)


@STEPS(name="0018_paths")
def _paths(database: Database) -> None:
    _run(database, schema_paths.CONCERNS)


@STEPS(name="0019_requester")
def _requester(database: Database) -> None:
    _run(database, schema_requester.REQUESTER)


@STEPS(name="0020_replaced")
def _replaced(database: Database) -> None:
    _run(database, schema_replaced.REPLACED)


@STEPS(name="0021_kinds")
def _kinds(database: Database) -> None:
    _run(database, schema_kinds.EFFECTS)
    _run(database, schema_kinds.CARDS)


@STEPS(name="0022_changes")
def _changes(database: Database) -> None:
    _run(database, schema_changes.CHANGES)


@STEPS(name="0023_homes")
def _homes(database: Database) -> None:
    _run(database, schema_homes.HOMES)


@STEPS(name="0024_drafts")
def _drafts(database: Database) -> None:
    _run(database, schema_drafts.DRAFTS)


@STEPS(name="0025_comparing")
def _comparing(database: Database) -> None:
    _run(database, schema_changes.COMPARING)


@STEPS(name="0026_escalated")
def _escalated(database: Database) -> None:
    _run(database, schema_escalated.ESCALATED)


@STEPS(name="0027_retried")
def _retried(database: Database) -> None:
    _run(database, schema_retried.RETRIED)


@STEPS(name="0028_unanswered")
def _unanswered(database: Database) -> None:
    _run(database, schema_unanswered.UNANSWERED)


@STEPS(name="0029_stops")
def _stops(database: Database) -> None:
    _run(database, schema_stops.STOPS)


@STEPS(name="0030_silences")
def _silences(database: Database) -> None:
    _run(database, schema_silences.SILENCES)


@STEPS(name="0031_let_on")
def _let_on(database: Database) -> None:
    _run(database, schema_let_on.LET_ON)
