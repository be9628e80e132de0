"""What each call must come to under each fault: one rule for all, and by name what is otherwise and why."""

from collections.abc import Mapping

from bot.core.build import RunStatus
from bot.ports.missed import Missed
from tests.faults.faults import ANSWERS, FAULTS, HOSTS, Fault, Says
from tests.faults.github_sites import REACH
from tests.faults.matrix import Ended
from tests.faults.site import Site

AGAIN = frozenset({"reset before it was read"}) | {
    name for name in FAULTS if name.startswith(("reset after", "reset on", "closed "))
}
"""What aiohttp asks once more by itself, if it only reads: a GET that ended without a word."""
BODIES = frozenset(name for name, fault in ANSWERS.items() if fault.says is Says.NOTHING) - {
    "a huge body",
    "a gzip bomb",
    "gzip that is none",
    "no HTTP",
    "no status",
    "an endless header",
    "two lengths",
}
"""An answer of the right status and the wrong body."""

NO_BODY = frozenset({"a byte at a time", "the answer breaks off", "half a JSON"})
"""What is nothing where the answer has no body."""
A_LIST = frozenset({"a list of nothing in it"})
STATUS_IS_ALL: Mapping[str, frozenset[str]] = {
    "a deploy's webhook": BODIES | {"status 299"},
    "a dispatched workflow: stop": frozenset({"half a JSON"}),
    "a gate, rule: start": NO_BODY | A_LIST,
    "a gate, rule: let on what came later": NO_BODY | A_LIST,
    "a gate, rule: turn away": NO_BODY | A_LIST,
    "a gate, review: start": A_LIST,
    "a gate, review: let on what came later": A_LIST,
    "a gate, review: turn away": A_LIST,
    "Buildbot: stop what waits": BODIES,
    "Buildbot: stop what runs": BODIES,
    "Slack: a response URL": BODIES
    | {"status 299", "a byte at a time", "the answer breaks off", "a chunk breaks off", "a huge body", "a gzip bomb"}
    | {"no ok", "ok, a word"},
}
"""Calls that answer by their status: what the body says is nobody's promise. Stops are asked for until they are seen."""


def _says(*wanted: Says) -> frozenset[str]:
    return frozenset(name for name, fault in FAULTS.items() if fault.says in wanted)


WRONG = _says(*Says) - _says(Says.YES)
"""Every fault but a good answer in an odd form."""
AWAY = (_says(Says.ELSEWHERE) | _says(Says.REFUSED)) & set(HOSTS)
QUIET = _says(Says.WAIT) & set(HOSTS)
STATUSES = _says(Says.NOTHING) & set(HOSTS)
NO_MATTER = BODIES | {"a huge body", "a gzip bomb", "a byte at a time", "the answer breaks off", "a chunk breaks off"}
"""Faults after a head that is well."""
GREEN, RUNNING = repr(RunStatus.SUCCEEDED), repr(RunStatus.RUNNING)
NOT_GREEN = "as where nothing fails, but it still runs"


def _each(*rules: tuple[frozenset[str], str]) -> Mapping[str, str]:
    """Return what each fault comes to; a later rule goes before an earlier one."""
    return {name: how for names, how in rules for name in names}


WITHOUT: Mapping[tuple[str, int], Mapping[str, str]] = {
    # The next look asks.
    ("runs that were missed", 0): _each((WRONG, repr(Missed((), REACH)))),
    # Nobody can tell, so every service is concerned.
    ("the files of two commits", 0): _each((WRONG, "None")),
    # The probe was not answered, or not with what is wanted.
    ("a probe of a status", 0): _each((WRONG, "False"), (NO_MATTER | {"gzip that is none"}, "done")),
    ("a probe of an answer", 0): _each((WRONG, "False")),
    # Nobody was told; the next one tells.
    ("a heartbeat", 0): _each((WRONG, "False"), (NO_MATTER | {"status 299"}, "done")),
    # A tag that cannot be read is none.
    ("tags", 0): _each((A_LIST, "{}")),
    # Details that cannot be read are left out.
    **{("what a release changes", number): _each((AWAY | BODIES, "done")) for number in range(1, 5)},
    # It is not green yet.
    **{
        (f"a gate, {kind}: a build that waits", 2): _each((AWAY | QUIET | STATUSES | BODIES, NOT_GREEN))
        for kind in ("rule", "review")
    },
    # Who said it is left out.
    **{(f"a gate, {kind}: find what was rejected", 3): _each((WRONG, "done")) for kind in ("rule", "review")},
    # It is not told to end; asked again, or told to people.
    ("a dispatched workflow: stop", 0): _each((AWAY, "refused"), (STATUSES | BODIES, "unsure")),
    # Whoever cannot sign in asks as nobody.
    ("Buildbot: the newest builds", 0): _each(
        (_says(Says.ELSEWHERE) | BODIES | {"status 299", "403 of a proxy"}, "done")
    ),
    # Asked five times before the start gives up.
    ("Slack: a channel", 0): _each((_says(Says.NOTHING, Says.WAIT) | AWAY, "done")),
    # Tried again by the socket's own pauses, also after a good answer that opens none.
    ("Slack: a socket", 1): _each((_says(Says.WAIT, Says.YES), "later")),
}
"""Reads that go on without the answer: under which fault, and with what; elsewhere the rule for all reads holds."""
FOLLOWED = ("Slack: a socket", 1)
"""aiohttp cannot open a WebSocket without following redirects. The ticket is in the address alone, and stays here."""


def wrong(site: Site, number: int, name: str, ended: Ended) -> str | None:
    """Return what is wrong with how a call ended; None: nothing."""
    fault = FAULTS[name]
    if ended.elsewhere and (site.name, number) != FOLLOWED:
        return "it asked where a redirect led"
    if ended.again and name != "403 of a proxy":
        return f"it was made again by itself: {ended.again}"
    never = fault.says is Says.NEVER_SENT
    if never and ended.asked:
        return "it arrived after all"
    without = WITHOUT.get((site.name, number), {}).get(name)
    if without is not None:
        return _other(site, name, without, ended)
    allowed = _changes(site, name, fault) if site.changes(number) else _reads(site, name, fault, ended)
    if ended.how not in allowed:
        return f"{ended.how[:80]} is none of {sorted(allowed)}"
    if fault.says is Says.WAIT and ended.how == "later" and ended.after is not None:
        return _too_soon(fault, ended.after)
    return None


def _other(site: Site, name: str, without: str, ended: Ended) -> str | None:
    """What goes on without the answer comes to just that; or to all, where it asked again and was answered."""
    how = site.healthy_words.replace(GREEN, RUNNING) if without == NOT_GREEN else without
    if ended.how == how or (ended.how == "done" and name in AGAIN):
        return None
    return f"{ended.how[:80]} is not {how[:80]}"


def _changes(site: Site, name: str, fault: Fault) -> set[str]:
    """A call that may have happened is unsure, whatever else may be nice; one that never left is not."""
    match fault.says:
        case Says.NEVER_SENT | Says.WAIT:
            return {"later"}
        case Says.YES:
            return {"done"}
        case Says.ELSEWHERE:
            return {"refused", "unsure"}
        case Says.REFUSED:
            return {"refused", "unsure", "later"} | ({"done"} if name == "403 of a proxy" else set())
        case Says.NOTHING:
            return {"done"} if name in STATUS_IS_ALL.get(site.name, ()) else {"unsure"}


def _reads(site: Site, name: str, fault: Fault, ended: Ended) -> set[str]:
    """What was not read is no answer: it is asked later; the like of it is never taken for a no."""
    if fault.says is Says.YES:
        return {"done"}
    asked_again = name in AGAIN or (name == "403 of a proxy" and site.host == "buildbot")
    if asked_again and ended.how == "done":
        return {"done"}
    return {"later", "refused"} if fault.slack and fault.says is Says.REFUSED else {"later"}


def _too_soon(fault: Fault, after: float) -> str | None:
    """A host that says for how long is left alone that long, an hour at most; else for half a minute at least."""
    least = 30.0 if fault.seconds is None else min(fault.seconds, 3600.0)
    return None if least <= after <= 3600.0 else f"{after} s are not the {least} that were asked for"
