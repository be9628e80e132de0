"""Whose words counted: held against the people of the world, the policies that were written, and what was forged."""

from bot.core.policy import Kind, LaneId
from simulation.judge import Judge, Shipped, Word
from simulation.life import Earth
from simulation.violation import Violation, rows

REFUSED = {
    "refused",
    "no such button",
    "not the card's message",
    "not what the button stands for",
    "no such release",
    "unknown person",
    "misunderstood",
    "no such build",
    "too late",
    "not scheduled",
    "nothing to go back to",
    "no full member",
    "shut since",
    "live has changed",
    "mode has changed",
    "failed since",
}


def i5_nobody_approves_alone(earth: Earth) -> None:
    """What was shipped had the words that the policy of its opening and that of its shipping ask for, each by itself.

    A person is one person under every account, and what they wrote, pushed or asked for is not theirs to approve.
    """
    judge = Judge(earth)
    said = approvals_that_stand(earth)
    under = dict(rows(earth, "SELECT release, policy_hash FROM audit WHERE action = 'deploy attempted' ORDER BY seq"))
    live = dict(rows(earth, "SELECT release, live_sha FROM temp.steps WHERE after = 'deploying' ORDER BY seq"))
    overridden = {number for (number,) in rows(earth, "SELECT number FROM releases WHERE override IS NOT NULL")}
    query = (
        "SELECT number, service, environment, json_extract(build, '$.sha'), kind, generation, requested_slack, "
        "retried_slack, policy_hash FROM releases WHERE deploy_attempted_at IS NOT NULL AND origin <> 'external'"
    )
    for number, service, environment, sha, kind, generation, requested, retried, opened_under in rows(earth, query):
        lane, words = LaneId(service, environment), tuple(said.get((number, generation), ()))
        one = Shipped(number, lane, sha, Kind(kind), words, requested, retried, live.get(number))
        for policy in {opened_under, under[number]} if number not in overridden else ():
            if complaints := judge.complaints(one, earth.policies[policy]):
                raise Violation(f"R-{number} was shipped: {complaints}")


def approvals_that_stand(earth: Earth) -> dict[tuple[int, int], list[Word]]:
    """Return the approvals that stand, by release and generation: the last word of each human being counts."""
    known = {p.id: p.slack for policy in earth.policies.values() for p in policy.people}
    last: dict[tuple[int, int, str], tuple[str, bool]] = {}
    query = "SELECT release, generation, person, slack, verdict, inherited FROM approvals ORDER BY id"
    for release, generation, person, slack, verdict, inherited in rows(earth, query):
        last[release, generation, slack or known.get(person) or person] = (verdict, bool(inherited))
    found: dict[tuple[int, int], list[Word]] = {}
    for (release, generation, human), (verdict, inherited) in last.items():
        if verdict == "approve":
            found.setdefault((release, generation), []).append(Word(human, inherited))
    return found


def i5_no_stranger_has_a_word(earth: Earth) -> None:
    """No guest, bot or stranger approved anything."""
    people = earth.workspace.people
    for (slack,) in rows(earth, "SELECT DISTINCT slack FROM approvals WHERE slack IS NOT NULL"):
        if slack not in people or people[slack].is_restricted or people[slack].is_bot or people[slack].deleted:
            raise Violation(f"{slack} has a word")


def i5_nothing_forged_counts(earth: Earth) -> None:
    """What nobody did was refused wherever it was stored, and what nobody signed was admitted nowhere."""
    notes = dict(rows(earth, "SELECT dedupe_key, note FROM inbox WHERE state = 'done'"))
    for delivery in earth.courier.log:
        note = notes.get(getattr(delivery.read, "dedupe_key", ""))
        if delivery.forged and note is not None and note not in REFUSED | {"overtaken"}:
            raise Violation(f"forged ({delivery.forged}), and yet {note}: {delivery.read}")
    if earth.believed:
        raise Violation(f"believed: {earth.believed}")
