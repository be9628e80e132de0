"""Each invariant can fail: one good world is broken in one place at a time, and the oracle says which promise that is."""

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from bot.core.approvals import Missing
from bot.core.blockers import Blocker, FindingAuthors, NeedsAnotherApprover, WaitsForApproval
from bot.core.policy import ApprovalRule
from handlers.slack.payloads import Clicked
from sandbox.slack.messages import Message, Version
from simulation import oracle, oracle_people, oracle_secrets, schedules, telling
from simulation.deployer import SECRET, Deploy
from simulation.disk import Disk
from simulation.hostile import BIDI, TYPED_SECRET
from simulation.life import CANARIES, Earth
from simulation.network import LEAKED
from simulation.people import Delivery
from simulation.policies import policy
from simulation.violation import Violation, rows

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
Harm = Callable[[Earth], object]


SUITABLE = (
    "SELECT number FROM releases WHERE state = 'live' AND service <> 'wiki' AND number IN (SELECT release FROM approvals)",
    "SELECT 1 FROM releases JOIN lanes USING (service, environment) WHERE state = 'open' AND coalesce(scheduled_for, hold) IS NULL",
    "SELECT id FROM inbox WHERE note = 'done' AND source = 'slack' AND body LIKE '%\"click\"%'",
)
"""What a story must have come to: somebody approved what is live, something waits for approvals, words were taken."""


@pytest.fixture(scope="module")
def told() -> Earth:
    """Return a world after the first story that has all that can be broken."""
    worlds: list[Earth] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(telling, "INVARIANTS", (*oracle.INVARIANTS, worlds.append))
        for seed in count(1):
            assert schedules.run(seed).violation is None
            written = worlds[-1].policies
            if {policy("strict authors").hash, policy("looser").hash}.isdisjoint(written) and all(
                rows(worlds[-1], one) for one in SUITABLE
            ):
                return worlds[-1]
    raise AssertionError


@pytest.fixture
def earth(told: Earth) -> Iterator[Earth]:
    """Return the world, which is whole again afterwards."""
    disk, written = told.disk, told.policy
    told.disk = Disk(disk.connection.serialize())
    told.disk.connection.executemany(f"INSERT INTO temp.steps VALUES ({'?, ' * 8}?)", steps(disk))  # noqa: S608 - marks
    lists: list[list[Any]] = [told.deployer.landed, told.courier.log, told.courier.failures, told.believed, told.inside]
    lists += [told.doors.told, told.doors.caught]
    for channel in told.workspace.channels.values():
        lists += [channel.posts, *(message.versions for message in channel.posts)]
    before = [list(one) for one in lists]
    yield told
    for one, whole in zip(lists, before, strict=True):
        one[:] = whole
    told.disk, told.policy = disk, written
    for life in told.lives:
        if life.crew is not None:
            life.crew.failures.clear()


def steps(disk: Disk) -> list[tuple[Any, ...]]:
    """Return what was written down beside the database."""
    return disk.connection.execute("SELECT * FROM temp.steps").fetchall()


def approved(earth: Earth) -> tuple[int, str, str, str, str]:
    """Return number, service, environment, key and commit of a release that people approved and that is live."""
    query = (
        "SELECT number, service, environment, key, json_extract(build, '$.sha') FROM releases "
        "WHERE state = 'live' AND service <> 'wiki' AND number IN (SELECT release FROM approvals)"
    )
    found: tuple[int, str, str, str, str] = rows(earth, query)[0]
    return found


def taken(earth: Earth) -> Delivery:
    """Return a click that was acknowledged and done."""
    done = {key for (key,) in rows(earth, "SELECT dedupe_key FROM inbox WHERE note = 'done'")}
    clicks = (one for one in earth.courier.log if isinstance(one.read, Clicked) and one.acknowledged)
    return next(one for one in clicks if isinstance(one.read, Clicked) and one.read.dedupe_key in done)


def sql(statement: str) -> Harm:
    """Change the database past its own checks; {live} is the number of the approved release."""

    def harm(earth: Earth) -> None:
        connection = unguarded(earth)
        changed = connection.execute(statement.format(live=approved(earth)[0])).rowcount
        assert changed >= 1 or statement.startswith("DELETE")

    return harm


def unguarded(earth: Earth) -> sqlite3.Connection:
    """Return the database, which no longer refuses what nobody may do."""
    connection = earth.disk.connection
    for (name,) in rows(earth, "SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        connection.execute(f"DROP TRIGGER main.{name}")
    connection.execute("PRAGMA foreign_keys=OFF")
    return connection


def written(text: str) -> Harm:
    """Let the bot have written something into its database."""
    return lambda earth: earth.disk.connection.execute("UPDATE inbox SET note = ?", (text,))


def begun(number: str, state: str, before: str = "open") -> Harm:
    """Write down a step that nobody took."""
    what = "INSERT INTO temp.steps (release, service, environment, before, after) VALUES"
    return sql(f"{what} ({number}, 'docs', 'production', '{before}', '{state}')")


def both(*harms: Harm) -> Harm:
    return lambda earth: [harm(earth) for harm in harms]


def deployed_again(earth: Earth) -> None:
    _, service, environment, key, sha = approved(earth)
    earth.deployer.landed.append(Deploy(service, environment, key, sha, "success"))


def deployed_by_nobody(earth: Earth) -> None:
    earth.deployer.landed.append(Deploy("docs", "production", "R-99-abcdefgh", "0" * 40, "success"))


def forgotten(earth: Earth) -> None:
    read = taken(earth).read
    assert isinstance(read, Clicked)
    earth.disk.connection.execute("DELETE FROM inbox WHERE dedupe_key = ?", (read.dedupe_key,))


def confused(earth: Earth) -> None:
    one = taken(earth)
    assert isinstance(one.read, Clicked)
    earth.courier.log.append(replace(one, read=replace(one.read, trigger="another")))


def forged(earth: Earth) -> None:
    earth.courier.log.append(replace(taken(earth), forged="in a test"))


def approvable(earth: Earth) -> None:
    """Let everybody have approved what waits."""
    for name, group in (("priya", "qa"), ("robin", "qa"), ("sam", "sre"), ("alex", "sre")):
        earth.disk.connection.execute(
            "INSERT INTO approvals (release, person, slack, verdict, generation, groups, at, surface) "
            "SELECT number, ?, ?, 'approve', generation, ?, opened_at, 'button' FROM releases WHERE state = 'open'",
            (name, f"U0{name.upper()}", f'["{group}"]'),
        )


def said(text: str, blocks: str = "") -> Harm:
    """Let the bot have said something once."""

    def harm(earth: Earth) -> None:
        shown = [{"type": "section", "text": {"type": "mrkdwn", "text": blocks}}] if blocks else []
        versions = [Version(AT, text, shown)]
        earth.workspace.channel("C0OPS").posts.append(Message("C0OPS", "9.9", "U0BOT", versions, bot_id="B0"))

    return harm


def edited(earth: Earth) -> None:
    (channel, ts) = rows(earth, "SELECT channel, ts FROM cards WHERE kind = 'notice'")[0]
    message = earth.workspace.message(channel, ts)
    assert message is not None
    message.versions.append(Version(AT, "It is well.", []))


def announced_again(earth: Earth) -> None:
    messages = earth.workspace.channel("C0RELEASES").posts
    messages += 5 * [next(message for message in messages if not message.is_reply)]


BROKEN: tuple[tuple[Callable[[Earth], None], Harm, str], ...] = (
    (oracle.i1_every_approved_release_is_deployed_once, deployed_again, "was deployed 2 times"),
    (oracle.i1_every_approved_release_is_deployed_once, deployed_by_nobody, "deployed without a release"),
    (
        oracle.i2_what_was_approved_is_what_ships,
        sql("UPDATE releases SET build = json_set(build, '$.sha', 'another') WHERE number = {live}"),
        "approved was ('production', 'another')",
    ),
    (
        oracle.i2_what_was_approved_is_what_ships,
        sql("UPDATE temp.steps SET built = 'run 9.9' WHERE release = {live} AND after = 'deploying'"),
        "approved and built were different artifacts",
    ),
    (oracle.i3_every_acknowledged_act_is_kept, forgotten, "acknowledged and not kept"),
    (oracle.i3_every_acknowledged_act_is_kept, sql("UPDATE inbox SET note = 'refused'"), "acts were refused,"),
    (oracle.i3_different_acts_are_kept_apart, confused, "different clicks have one key"),
    (
        oracle.i4_what_is_live_was_asked_for,
        sql("UPDATE effects SET state = 'dead' WHERE kind = 'deploy' AND release = {live}"),
        "live, yet its effect says otherwise",
    ),
    (
        oracle.i4_one_deploy_at_a_time,
        both(begun("98", "deploying"), begun("98", "verifying"), begun("99", "deploying")),
        "R-99 began before R-98 ended",
    ),
    (
        oracle_people.i5_nobody_approves_alone,
        sql("DELETE FROM approvals WHERE release = {live}"),
        "do not meet [",
    ),
    (
        oracle_people.i5_nobody_approves_alone,
        both(
            sql("DELETE FROM approvals WHERE id NOT IN (SELECT min(id) FROM approvals WHERE release = {live})"),
            sql("UPDATE releases SET requested_slack = (SELECT slack FROM approvals) WHERE number = {live}"),
        ),
        "do not meet [",
    ),
    (oracle_people.i5_no_stranger_has_a_word, sql("UPDATE approvals SET slack = 'U0GUEST'"), "U0GUEST has a word"),
    (oracle_people.i5_nothing_forged_counts, forged, "forged (in a test), and yet done"),
    (oracle_people.i5_nothing_forged_counts, lambda earth: earth.believed.append("it"), "believed: ['it']"),
    (
        oracle.i6_what_was_turned_down_never_ships,
        sql("UPDATE releases SET state = 'rejected' WHERE number = {live}"),
        "turned down, and deployed",
    ),
    (oracle.i6_what_was_turned_down_never_ships, begun("1", "deploying", "expired"), "went on after its end"),
    (oracle.i7_the_audit_covers_what_happened, begun("{live}", "expired"), "the audit lacks 'expired'"),
    (oracle.i7_the_audit_covers_what_happened, sql("DELETE FROM audit WHERE seq = 2"), "audit row 2 is missing"),
    (oracle.i7_every_word_has_its_row, sql("DELETE FROM approvals"), "rows without their word"),
    (
        oracle.i7_every_word_has_its_row,
        sql(
            "INSERT INTO approvals (release, person, verdict, generation, groups, at, surface) "
            "VALUES ({live}, 'sam', 'withdraw', 99, '[]', '', 'button')"
        ),
        "'sam', 'withdraw'): 1}); rows without their word: Counter()",
    ),
    (oracle.i8_nothing_ready_is_left_waiting, approvable, "is open at rest, and nothing is in its way"),
    (oracle.i9_every_card_is_true, edited, "says: It is well."),
    (oracle_secrets.i10_no_secret_is_told, written(CANARIES[2]), "secrets in the database"),
    (oracle_secrets.i10_no_secret_is_told, written(CANARIES[3]), "secrets in the database"),
    (oracle_secrets.i10_no_secret_is_told, said(f"Use {CANARIES[0]}."), "secrets in the messages"),
    (oracle_secrets.i10_no_secret_is_told, said("Well", f"So {TYPED_SECRET}"), "secrets in the messages"),
    (oracle_secrets.i10_no_secret_is_told, lambda earth: earth.doors.told.append(LEAKED), "secrets in the log"),
    (oracle_secrets.i10_no_secret_is_told, lambda earth: earth.doors.told.append(SECRET), "secrets in the log"),
    (oracle_secrets.i10_nobody_elses_words_are_markup, said("By <!channel>"), "markup of others: ['<!channel>']"),
    (oracle_secrets.i10_nobody_elses_words_are_markup, said("By", "<@U0VICTIM>"), "markup of others: ['<@U0VICTIM>']"),
    (oracle_secrets.i10_nobody_elses_words_are_markup, said(f"By {BIDI[0]}"), "what nobody sees"),
    (oracle.i11_nothing_died, lambda earth: earth.lives[0].crew.failures.append("acts"), "loops failed in life 1"),  # type: ignore[union-attr]
    (oracle.i11_nothing_died, lambda earth: earth.courier.failures.append(KeyError()), "listeners raised"),
    (oracle.i11_nothing_died, lambda earth: earth.doors.caught.append("it"), "doors caught"),
    (oracle.i12_the_file_is_whole, sql("DELETE FROM builds"), "the database is damaged"),
    (oracle.i13_nothing_is_sent_inside_a_transaction, lambda earth: earth.inside.append("it"), "sent inside a trans"),
    (
        oracle.i14_everybody_was_answered,
        sql("UPDATE inbox SET body = json_set(body, '$.kind', 'command') WHERE note = 'done' AND source = 'slack'"),
        "'done', 'command', None",
    ),
    (
        oracle.i14_everybody_was_answered,
        sql("UPDATE effects SET key = 'none:' || id WHERE key LIKE 'answer:%'"),
        "not answered: [",
    ),
    (oracle.announcements_at_most_once, announced_again, "announced more often than it was live, 6 times"),
    (
        oracle.announcements_at_most_once,
        sql("UPDATE releases SET build = json_set(build, '$.version', 'another') WHERE number = {live}"),
        "announced more often than it was live, 1 times",
    ),
    (
        oracle.the_policy_in_force_is_the_written_one,
        lambda earth: setattr(earth, "policy", policy("strict authors")),
        "decides under another policy",
    ),
)


@pytest.mark.parametrize(("invariant", "harm", "words"), BROKEN)
def test_a_broken_world_is_found(earth: Earth, invariant: Callable[[Earth], None], harm: Harm, words: str) -> None:
    harm(earth)
    with pytest.raises((Violation, ValueError)) as found:
        invariant(earth)
    assert words in str(found.value)


def test_words_that_count_on_from_a_failed_try_need_no_row(earth: Earth) -> None:
    sql(
        "INSERT INTO approvals (release, person, verdict, generation, groups, at, surface, inherited) "
        "VALUES ({live}, 'sam', 'approve', 99, '[]', '', 'button', 1)"
    )(earth)
    oracle.i7_every_word_has_its_row(earth)


@pytest.mark.parametrize(
    "waits",
    [WaitsForApproval(Missing(ApprovalRule(("qa",), 1), 0)), NeedsAnotherApprover(), FindingAuthors()],
    ids=repr,
)
def test_what_is_approved_is_not_left_waiting_for_approvals(
    earth: Earth, monkeypatch: pytest.MonkeyPatch, waits: Blocker
) -> None:
    monkeypatch.setattr(oracle, "blockers", lambda *_: (waits,))
    oracle.i8_nothing_ready_is_left_waiting(earth)
    approvable(earth)
    with pytest.raises(Violation, match="is approved and open at rest, as if this were in its way"):
        oracle.i8_nothing_ready_is_left_waiting(earth)


def test_every_invariant_has_a_world_in_which_it_fails() -> None:
    assert {invariant.__name__ for invariant in oracle.INVARIANTS} == {invariant.__name__ for invariant, _, _ in BROKEN}
    numbers = {name.split("_")[0] for name in (invariant.__name__ for invariant in oracle.INVARIANTS)}
    assert {f"i{number}" for number in range(1, 15)} <= numbers
