"""A restored copy does not know what was done since it was taken: nothing of it is triggered before it is looked up."""

from datetime import datetime

from sqlite_utils import Database

from storage.times import to_text

LOOK_UP_FIRST = """
    INSERT INTO effects (key, kind, lane, release, body, state, attempt, created_at, due_at, give_up_at, note)
    SELECT 'deploy:R-' || number || ':' || generation, 'deploy', 'deploy:' || service || '/' || environment, number,
        '{}', 'cancelled', 1, :now, :now, :now, 'the database was restored'
    FROM releases WHERE state = 'open'
    ON CONFLICT (key) DO UPDATE SET attempt = attempt + 1 WHERE state IN ('ready', 'cancelled')
"""
"""A deploy that is not the first attempt at it is looked up by its key before it is sent. For an open release that has
no deploy yet, the row stands ready to be taken up again with the attempt that nobody remembers."""
ADOPT_ANEW = """
    UPDATE lanes SET
        adopted_at = NULL, live_sha = NULL, live_version = NULL, live_since = NULL, live_position_at = NULL,
        live_position_run = NULL, live_position_attempt = NULL, live_release = NULL
"""
"""What is live is asked of the CI system, and no build that came since the copy opens a release by itself."""
AT_MOST_ONCE = "UPDATE effects SET state = 'cancelled' WHERE kind = 'announce' AND state = 'ready'"

SHOW_ANEW = """
    UPDATE cards SET want = want + 1, have_hash = NULL, due_at = :now
    WHERE release IN (SELECT number FROM releases WHERE state IN ('open', 'deploying', 'verifying'))
"""
"""What stands in Slack may tell of what the copy does not know."""


def distrust(database: Database, now: datetime) -> None:
    """Have everything looked up that the copy says is still to be done, within the caller's transaction."""
    for statement in (LOOK_UP_FIRST, ADOPT_ANEW, AT_MOST_ONCE, SHOW_ANEW):
        database.execute(statement, {"now": to_text(now)} if ":now" in statement else None)
