"""The invariants, checked from outside: what the CI system counted, what stands in Slack, what is in the database."""

from collections import Counter
from collections.abc import Callable

from bot.core.blockers import Blocker, FindingAuthors, NeedsAnotherApprover, WaitsForApproval, blockers
from bot.core.lane import Lane
from bot.core.release import Lifecycle, Release
from bot.ports.slack import Message
from bot.ports.store import Transaction
from bot.views.card import content_hash
from bot.views.links import Links
from bot.views.naming import word
from handlers.cards import CardKeeper
from handlers.slack.listeners import FORM_ACTIONS
from simulation.judge import Judge, Shipped
from simulation.life import Earth
from simulation.oracle_people import (
    REFUSED,
    approvals_that_stand,
    i5_no_stranger_has_a_word,
    i5_nobody_approves_alone,
    i5_nothing_forged_counts,
)
from simulation.oracle_secrets import i10_no_secret_is_told, i10_nobody_elses_words_are_markup
from simulation.violation import Violation, rows
from storage.audit import SqliteAudit
from storage.transactions import Transactions


def i1_every_approved_release_is_deployed_once(earth: Earth) -> None:
    """Each key landed at most once; what is live by the CI system's word landed exactly once, the rest never."""
    landed = Counter(one.key for one in earth.landed())
    by_word = {number for (number,) in rows(earth, "SELECT release FROM audit WHERE action = 'marked as done'")}
    query = "SELECT number, key, state, deploy_attempted_at, origin FROM releases"
    for number, key, state, attempted, origin in rows(earth, query):
        times = landed.pop(key, 0)
        if origin == "external" and times == 0:
            continue  # it was seen to run there: begun by others, or by a release that was given up before
        shipped = state in {Lifecycle.LIVE.value, Lifecycle.ROLLED_BACK.value}
        allowed = {0, 1} if state == Lifecycle.FAILED.value or number in by_word else {1} if shipped else {0}
        if times not in allowed:
            raise Violation(f"R-{number} ({state}, attempted {attempted}) was deployed {times} times")
    if landed:
        raise Violation(f"deployed without a release: {landed}")


def i2_what_was_approved_is_what_ships(earth: Earth) -> None:
    """The commit and the environment that landed are the release's, and its artifact is the one that was built last."""
    query = "SELECT key, environment, json_extract(build, '$.sha') FROM releases"
    known = {key: (environment, sha) for key, environment, sha in rows(earth, query)}
    for one in earth.landed():
        if known.get(one.key) != (one.environment, one.sha):
            raise Violation(f"{one.key} shipped {one.sha[:7]} to {one.environment}, approved was {known.get(one.key)}")
    begun = rows(earth, "SELECT release, artifact, built FROM temp.steps WHERE after = 'deploying'")
    if other := [row for row in begun if row[1] != row[2]]:
        raise Violation(f"approved and built were different artifacts: {other}")


def i3_every_acknowledged_act_is_kept(earth: Earth) -> None:
    """What was acknowledged stands in the inbox, decided; what was refused stands in the audit."""
    kept = {key: (state, note) for key, state, note in rows(earth, "SELECT dedupe_key, state, note FROM inbox")}
    for delivery in earth.courier.log:
        key = getattr(delivery.read, "dedupe_key", None)
        if not delivery.acknowledged or key is None or not _acts(delivery.read):
            continue
        if kept.get(key, ("", ""))[0] != "done":
            raise Violation(f"acknowledged and not kept: {delivery.read} is {kept.get(key)}")
    refused = sum(1 for state, note in kept.values() if state == "done" and note in REFUSED)
    (audited,) = rows(earth, "SELECT count(*) FROM audit WHERE action = 'refused'")[0]
    if audited != refused:
        raise Violation(f"{refused} acts were refused, {audited} are in the audit")


def _acts(read: object) -> bool:
    action = getattr(read, "action", None)
    if action is not None:
        return action not in FORM_ACTIONS
    command = getattr(read, "command", None)
    return command is None or command.words.split(" ")[0] not in {"status", "list", "why", "help"}


def i3_different_acts_are_kept_apart(earth: Earth) -> None:
    """Two clicks are two rows: only the same delivery, repeated, is the same."""
    acts: dict[str, set[str]] = {}
    for delivery in earth.courier.log:
        trigger = getattr(delivery.read, "trigger", None)
        if delivery.acknowledged and trigger:
            acts.setdefault(getattr(delivery.read, "dedupe_key", ""), set()).add(trigger)
    if shared := {key: triggers for key, triggers in acts.items() if len(triggers) > 1}:
        raise Violation(f"different clicks have one key: {shared}")


def i4_what_is_live_was_asked_for(earth: Earth) -> None:
    """The effect of what is live by the CI system's word is done: nobody overwrote its outcome afterwards.

    Not so where that word is a report, which may come while the request waits to be sent again: it never is.
    """
    query = (
        "SELECT e.key, e.state FROM effects AS e JOIN releases AS r ON r.number = e.release "
        "WHERE e.kind = 'deploy' AND r.state = 'live' AND r.deploy_ref IS NOT NULL AND e.state <> 'done' "
        "AND NOT (r.service = 'wiki' AND e.state = 'cancelled') "
        "AND e.key = 'deploy:R-' || r.number || ':' || r.generation"
    )
    if found := rows(earth, query):
        raise Violation(f"live, yet its effect says otherwise: {found}")


def i4_one_deploy_at_a_time(earth: Earth) -> None:
    """Within a lane nothing begins before what began earlier has ended, in the order of the database's own changes."""
    under_way: dict[tuple[str, str], int] = {}
    query = "SELECT release, service, environment, after FROM temp.steps ORDER BY seq"
    for number, service, environment, after in rows(earth, query):
        lane = (service, environment)
        if after == "deploying" and under_way.setdefault(lane, number) != number:
            raise Violation(f"R-{number} began before R-{under_way[lane]} ended")
        if after not in {"deploying", "verifying"} and under_way.get(lane) == number:
            del under_way[lane]


def i6_what_was_turned_down_never_ships(earth: Earth) -> None:
    """Nothing landed of what was rejected, expired, superseded or cancelled, and nothing of it began after that."""
    landed = {one.key for one in earth.landed()}
    query = "SELECT number, key, state FROM releases WHERE state IN ('rejected', 'expired', 'superseded', 'cancelled')"
    if shipped := [(f"R-{number}", state) for number, key, state in rows(earth, query) if key in landed]:
        raise Violation(f"turned down, and deployed: {shipped}")
    risen = rows(
        earth, "SELECT release, before, after FROM temp.steps WHERE before NOT IN ('open', 'deploying', 'verifying')"
    )
    if wrong := [row for row in risen if (row[1], row[2]) not in RISES]:
        raise Violation(f"went on after its end: {wrong}")


RISES = {("failed", "live"), ("live", "rolled_back"), ("failed", "rolled_back")}
"""What may follow upon an end: somebody says that it runs after all, or goes back from it."""


def i7_the_audit_covers_what_happened(earth: Earth) -> None:
    """The chain verifies; each release's beginning and each step of it are in it, as often as they were taken."""
    SqliteAudit(earth.disk.database).verify()
    told = Counter(rows(earth, "SELECT release, action FROM audit"))
    for number, origin in rows(earth, "SELECT number, origin FROM releases"):
        if not told[number, "deployed elsewhere" if origin == "external" else "opened"]:
            raise Violation(f"R-{number} began, and the audit does not say so")
    steps = Counter(rows(earth, "SELECT release, before, after FROM temp.steps"))
    for (number, before, after), times in steps.items():
        action = STEPS.get((before, after)) or STEPS.get(after) or after
        if told[number, action] < times:
            raise Violation(f"R-{number} went from {before} to {after} {times} times, the audit lacks {action!r}")


STEPS: dict[str | tuple[str, str], str] = {
    ("failed", "live"): "marked as done",
    ("deploying", "open"): "deploy put off",
    "deploying": "deploy attempted",
    "rolled_back": "rolled back",
}
"""What the audit calls a step, where that is not the state that it leads to."""


def i7_every_word_has_its_row(earth: Earth) -> None:
    """Each person's word on each release stands in the audit as often as it was said, and no other."""
    kept = Counter(rows(earth, "SELECT release, person, verdict FROM approvals WHERE inherited = 0"))
    told = rows(earth, "SELECT release, actor, action FROM audit")
    audited = Counter((release, actor, VERDICTS[action]) for release, actor, action in told if action in VERDICTS)
    if kept != audited:
        raise Violation(f"words without their row: {kept - audited}; rows without their word: {audited - kept}")


VERDICTS = {"approved": "approve", "withdrawn": "withdraw", "undone": "withdraw", "approval lapsed": "lapse"}


def i8_nothing_ready_is_left_waiting(earth: Earth) -> None:
    """An open release that nothing is in the way of would have been deployed.

    Where approvals alone are said to be in its way, the words that stand do not meet what the policies ask for.
    """
    crew = earth.lives[-1].crew
    if crew is None:
        raise Violation("nobody is alive")
    policy, judge, said = crew.desk.policy, Judge(earth), approvals_that_stand(earth)

    def approved(release: Release, lane: Lane) -> bool:
        live = lane.live.sha if lane.live is not None else None
        words = tuple(said.get((release.number, release.generation), ()))
        query = f"SELECT requested_slack, retried_slack, policy_hash FROM releases WHERE number = {release.number:d}"  # noqa: S608 - a number
        [(requested, retried, opened_under)] = rows(earth, query)
        one = Shipped(release.number, release.lane, release.build.sha, release.kind, words, requested, retried, live)
        return not any(judge.complaints(one, earth.policies[under]) for under in (opened_under, policy.hash))

    def look(tx: Transaction) -> None:
        for release in tx.lanes.unfinished():
            if release.state is not Lifecycle.OPEN:
                continue
            lane = tx.lanes.load(release.lane)
            found = blockers(release, lane, policy, earth.clock())
            if not found:
                raise Violation(f"{release.name} is open at rest, and nothing is in its way")
            if all(isinstance(one, _OF_APPROVAL) for one in found) and approved(release, lane):
                raise Violation(f"{release.name} is approved and open at rest, as if this were in its way: {found}")

    Transactions(earth.disk.database, earth.clock, lambda: "x" * 32).read(look)


_OF_APPROVAL: tuple[type[Blocker], ...] = (WaitsForApproval, NeedsAnotherApprover, FindingAuthors)


def i9_every_card_is_true(earth: Earth) -> None:
    """Each card in Slack says what would be rendered now, but for the one that anchors the audit now and then.

    That of a release which has ended may call people as an earlier policy did: nobody edits it for that.
    """
    crew = earth.lives[-1].crew
    if crew is None:
        raise Violation("nobody is alive")
    keeper = CardKeeper(crew.desk, None, Links(earth.forge.site))  # type: ignore[arg-type]
    connection = earth.disk.connection

    def compare(tx: Transaction) -> None:
        for number, channel, ts in rows(earth, "SELECT id, channel, ts FROM cards WHERE kind <> 'audit'"):
            card = tx.cards.by_id(number)
            shown = earth.workspace.message(channel, ts) if ts else None
            if card is None or shown is None or shown.deleted:
                raise Violation(f"{card} is not in Slack")
            release = tx.lanes.release(card.release) if card.release is not None else None
            over = release is not None and release.state.ended
            possible = (crew.desk.policy, *(earth.policies.values() if over else ()))
            said = content_hash(Message(shown.text, tuple(shown.blocks)))
            if all(content_hash(keeper._rendered(tx, card, one)) != said for one in possible):
                raise Violation(f"the {card.kind.value} of {card.subject} says: {shown.text}")

    transactions = Transactions(earth.disk.database, earth.clock, lambda: "x" * 32)
    transactions.read(compare)
    if connection.in_transaction:
        raise Violation("a transaction is open")


def i11_nothing_died(earth: Earth) -> None:
    """No loop failed by itself, in any life; no listener raised; no door caught what nobody expected."""
    for life in earth.lives:
        if life.crew is not None and life.crew.failures:
            raise Violation(f"loops failed in life {life.process.number}: {life.crew.failures}")
    if earth.courier.failures:
        raise Violation(f"listeners raised: {earth.courier.failures}")
    if earth.doors.caught:
        raise Violation(f"doors caught: {earth.doors.caught}")


def i12_the_file_is_whole(earth: Earth) -> None:
    """SQLite's own checks find nothing."""
    if rows(earth, "PRAGMA integrity_check") != [("ok",)] or rows(earth, "PRAGMA foreign_key_check"):
        raise Violation("the database is damaged")


def i14_everybody_was_answered(earth: Earth) -> None:
    """Each refused act and each command, whatever came of it, has an answer that was sent.

    A click or a form that was taken needs none: its card shows what came of it.
    """
    query = (
        "SELECT i.id, i.note, json_extract(i.body, '$.kind'), e.state, e.note "
        "FROM inbox AS i LEFT JOIN effects AS e ON e.key = 'answer:' || i.id "
        "WHERE i.source = 'slack' AND i.state = 'done' AND (e.state IS NULL OR e.state <> 'done')"
    )
    if found := [row for row in rows(earth, query) if row[1] in REFUSED or row[2] == "command"]:
        raise Violation(f"not answered: {found}")


def announcements_at_most_once(earth: Earth) -> None:
    """No version is announced more often than it became live there: again when somebody goes back to it."""
    said = Counter(message.text.replace("*", "") for message in earth.workspace.channel("C0RELEASES").messages)
    query = (
        "SELECT service, json_extract(build, '$.version'), environment FROM releases "
        "WHERE state IN ('live', 'rolled_back')"
    )
    live: Counter[str] = Counter()
    for service, version, where in rows(earth, query):
        for became in ("is", "became"):
            live[f"{word(service)} {word(version)} {became} live in {word(where)}".replace("*", "")] += 1
    for text, times in said.items():
        if times > max((often for words, often in live.items() if words in text), default=0):
            raise Violation(f"announced more often than it was live, {times} times: {text}")


def i13_nothing_is_sent_inside_a_transaction(earth: Earth) -> None:
    """The network is never waited for while the database is."""
    if earth.inside:
        raise Violation(f"sent inside a transaction: {earth.inside}")


def the_policy_in_force_is_the_written_one(earth: Earth) -> None:
    """Whoever wrote another policy has it in force at rest."""
    crew = earth.lives[-1].crew
    if crew is None or crew.desk.policy.hash != earth.policy.hash:
        raise Violation("the bot decides under another policy than the written one")


INVARIANTS: tuple[Callable[[Earth], None], ...] = (
    i1_every_approved_release_is_deployed_once,
    i2_what_was_approved_is_what_ships,
    i3_every_acknowledged_act_is_kept,
    i3_different_acts_are_kept_apart,
    i4_what_is_live_was_asked_for,
    i4_one_deploy_at_a_time,
    i5_nobody_approves_alone,
    i5_no_stranger_has_a_word,
    i5_nothing_forged_counts,
    i6_what_was_turned_down_never_ships,
    i7_the_audit_covers_what_happened,
    i7_every_word_has_its_row,
    i8_nothing_ready_is_left_waiting,
    i9_every_card_is_true,
    i10_no_secret_is_told,
    i10_nobody_elses_words_are_markup,
    i11_nothing_died,
    i12_the_file_is_whole,
    i13_nothing_is_sent_inside_a_transaction,
    i14_everybody_was_answered,
    announcements_at_most_once,
    the_policy_in_force_is_the_written_one,
)
