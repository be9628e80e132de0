"""Any call to Slack fails in any way while people work: then every message is true, and each deploy landed once.

Each test is one way to fail, in one workspace: every method that the bot calls fails so in turn, while releases are
approved, rejected, held, deployed, fail and are rolled back, and App Home and forms are opened.
"""

import re
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientTimeout

from sandbox.github.faults import Fault
from sandbox.slack.driver import Interaction
from sandbox.slack.faults import Kind
from sandbox.slack.filled import Value
from sandbox.slack.messages import Message
from tests.acceptance.desk import POLICY, Desk, desk
from tests.acceptance.truth import becomes_true, rows

ALLOWED = POLICY.replace(
    "permissions: {request: [everyone], resolve: [sre]}",
    "permissions: {request: [everyone], resolve: [sre], hold: [qa], rollback: [qa]}",
)
ALLOWED = ALLOWED.replace("groups:", '  - {name: robin, slack: U0ROBIN, github: "1009"}\ngroups:').replace(
    "        lookup_window: 1s\n", "        lookup_window: 1s\n        announcement: {edit: true}\n"
)
METHODS: tuple[tuple[str, ...], ...] = (
    ("chat.postMessage", "chat.postEphemeral", "response_url"),
    ("chat.update", "users.info", "usergroups.users.list"),
    ("views.open", "views.update", "views.publish", "auth.test", "apps.connections.open"),
)
"""What fails at the same time."""
FAULTS: dict[str, tuple[Kind, dict[str, Any]]] = {
    "429": ("429", {"retry_after": 1}),
    "429 without Retry-After": ("429", {"retry_after": 0}),
    "500": ("500", {}),
    "HTML": ("html", {}),
    "no answer": ("timeout", {}),
    "reset before": ("reset-before", {}),
    "reset after": ("reset-after-delivery", {}),
    "dripping": ("drip", {}),
    "internal_error": ("refusal", {"error": "internal_error"}),
}
NOT_AT_ALL = {"429 without Retry-After": {"apps.connections.open"}}
"""Half a minute of the real clock is left to the tests of the sockets."""
OF_SOCKETS = {"auth.test", "apps.connections.open"}
"""What is called only where sockets are opened."""
TIMES = {"timeout": 1, "drip": 1}
"""How often in a row a method fails; those that take their time, less often."""
LOST = {"reset-after-delivery", "drip"}
"""What arrives although nobody hears so: only then something is said twice."""
TOLD = {"chat.postMessage", "chat.update", "views.publish", "chat.postEphemeral", "response_url"}
"""What only tells, so that people go on while it fails."""
ALWAYS_TOLD = {"chat.postMessage", "chat.update"}
"""What is called at the end of every story."""
TRIES = 60
WORDS = "Totals are exact now."
"""What somebody makes of an announcement."""
ACTS = Counter(
    {
        ("refused", "U0ALEX"): 4,
        ("held", "priya"): 2,
        ("resumed", "priya"): 2,
        ("approved", "priya"): 3,
        ("rejected", "sam"): 1,
        ("opened", "priya"): 1,
        ("approved", "sam"): 1,
        ("resolved", "sam"): 1,
        ("announcement edited", "priya"): 1,
        ("announcement posted", "priya"): 1,
    }
)
"""What the stories below do, and nothing of it twice."""


async def until(here: Desk, seen: Callable[[], object]) -> None:
    """Go on until something is to be seen; where nothing moves, time passes."""
    for _ in range(TRIES):
        try:
            await here.workspace.changed(seen, 0.05)
        except TimeoutError:
            here.passes(31)
        else:
            return
    raise AssertionError(here.workspace.transcript())


async def insists(here: Desk, act: Callable[[], Awaitable[Interaction]]) -> None:
    """Do something in Slack, again where Slack shows a warning sign beside it, as people do."""
    for _ in range(TRIES):
        if (await act()).acknowledged:
            return
        await here.until(lambda: here.running.sockets.connections)
        here.passes(5)
    raise AssertionError("never acknowledged")


async def clicks(here: Desk, who: str, card: Message, button: str) -> None:
    """Click a button as soon as it is there."""
    await until(here, lambda: any(one.text == button for one in here.workspace.buttons(card)))
    await insists(here, lambda: here.running.driver.click(who, card, button))


async def fills(here: Desk, who: str, card: Message, button: str, values: dict[str, Value]) -> None:
    """Click a button until its form opens, fill that in and send it."""
    for _ in range(TRIES):
        await clicks(here, who, card, button)
        try:
            await here.workspace.changed(lambda: here.workspace.modal(who), 0.3)
        except TimeoutError:
            continue
        await insists(here, lambda: here.running.driver.submit(who, values))
        return
    raise AssertionError(f"{button} opens no form")


async def card_of(here: Desk, title: str, heading: str, channel: str = "payments") -> Message:
    """Wait for the newest message of a release that has a heading."""

    def found() -> list[Message]:
        known = here.workspace.channel(channel).messages[-4:]
        return [one for one in known if title in here.reads(one) and heading in here.reads(one)]

    await until(here, found)
    return found()[-1]


async def ends(here: Desk, state: str) -> None:
    """Wait until the newest release has come to its end, whatever Slack shows of it."""
    newest = "SELECT state FROM releases ORDER BY number DESC LIMIT 1"
    await until(here, lambda: rows(here, newest)[0]["state"] == state)


async def is_approved(here: Desk, title: str) -> None:
    """A release is looked at, refused to a stranger, held and resumed, and approved."""
    card = await card_of(here, title, "Waiting for approval")
    await clicks(here, "alex", card, "Approve")
    await fills(here, "priya", card, "Hold", {"reason": "reading the logs"})
    await clicks(here, "priya", card, "Resume")
    await until(here, lambda: "Approve" in [one.text for one in here.workspace.buttons(card)])
    await clicks(here, "priya", card, "Approve")


async def is_rejected(here: Desk, title: str, last: Callable[[], None] = lambda: None) -> None:
    """A release is rejected, with a reason."""
    card = await card_of(here, title, "Waiting for approval")
    await clicks(here, "alex", card, "Approve")
    last()
    await fills(here, "sam", card, "Reject", {"reason": "Totals are off"})
    await ends(here, "rejected")


async def goes_back(here: Desk, title: str, last: Callable[[], None] = lambda: None) -> None:
    """A deploy fails, and what was live before is deployed again."""
    card = await card_of(here, title, "Waiting for approval")
    await clicks(here, "alex", card, "Approve")
    here.forge.break_next_deploy = True
    await clicks(here, "priya", card, "Approve")
    failed = await card_of(here, title, "failed.")
    await fills(here, "priya", failed, "Roll back", {"reason": "It pays twice"})
    back = await card_of(here, "ROLLBACK", "Waiting for approval")
    last()
    await clicks(here, "sam", back, "Approve")
    await ends(here, "live")


async def is_asked_about(here: Desk, title: str, last: Callable[[], None] = lambda: None) -> None:
    """The answer to a deploy is lost, so somebody is asked; it goes live, and its announcement is edited and posted."""
    here.forge.faults.add(Fault.RESET_BEFORE, "POST", "*/deployments")
    await is_approved(here, title)
    await clicks(here, "sam", await card_of(here, title, "Did this deploy start?", "ops"), "Try again")
    await ends(here, "live")
    draft = await card_of(here, title, "Draft announcement")
    await fills(here, "priya", draft, "Edit", {"reason": WORDS})
    await until(here, lambda: WORDS in here.reads(draft))
    last()
    await clicks(here, "priya", draft, "Post")
    posted = "SELECT state FROM drafts WHERE text IS NOT NULL"
    await until(here, lambda: rows(here, posted)[0]["state"] == "posted")


STORIES = (is_asked_about, is_rejected, goes_back)
"""In this order: after the last one, what was taken back keeps everything that contains it from shipping."""


async def looks_around(here: Desk) -> None:
    """Somebody opens App Home, and the form that asks for a release."""
    driver = here.running.driver
    for _ in range(TRIES):
        if await driver.open_home("priya"):
            break
        await here.until(lambda: here.running.sockets.connections)
    for _ in range(TRIES):
        await insists(here, lambda: driver.command("priya", "payments", "/deploy"))
        if (modal := here.workspace.modal("priya")) is not None:
            await driver.choose("priya", modal, "Service", "payments")
            await driver.close_modal("priya")
            return
    raise AssertionError("no form opens")


def breaks(here: Desk, methods: set[str], fault: str) -> None:
    """Let the next calls of some methods fail."""
    kind, more = FAULTS[fault]
    here.passes(61)  # what is known of people is a minute old by then
    if "chat.postEphemeral" in methods:  # which is called only where that is over
        here.running.faults.add("response_url", "refusal", error="used_url")
    for method in methods:
        here.running.faults.add(method, kind, count=TIMES.get(kind, 2), **more)
    if "apps.connections.open" in methods:
        here.running.sockets.drop()


def breaks_for_good(here: Desk, methods: set[str], kind: Kind, more: dict[str, Any]) -> None:
    """Let every call of some methods fail, until everything is to go right again."""
    for method in methods:
        here.running.faults.add(method, kind, count=10_000, **more)


async def fails_at_the_end(here: Desk, methods: set[str], kind: Kind) -> None:
    """Wait until each of some methods has failed once more, now that all that is to be told is decided."""
    before = Counter(here.running.faults.met)
    await until(here, lambda: all(Counter(here.running.faults.met)[one, kind] > before[one, kind] for one in methods))


def have_failed(here: Desk, methods: set[str], kind: Kind) -> bool:
    """Whether each of some methods has failed in this way."""
    return {(one, kind) for one in methods} <= set(here.running.faults.met)


def approved(who: str, title: str, *last: str, doubt: Sequence[str] = ()) -> list[str]:
    """Return the lines of a release that was deployed; the last one tells how it ended."""
    return [
        f"Approved by @{who} (# of # of qa or sre).",
        f"Asking the CI system to deploy payments # ([{title}]) to production.",
        *doubt,
        "The CI system accepted the deploy. Open the deploy job.",
        *(last or (f"Live: payments # ([{title}]) in production. Open the deploy job.",)),
    ]


REJECTED = ["Rejected by @sam. For the authors, Robin:", "Totals are off"]
FAILED = "The deploy failed: the demo was told to break it. Open the deploy job."
DOUBT = (
    "Nobody can tell whether the deploy started: the answer was lost and the CI system does not know the request. "
    "Nothing is sent again by itself; somebody is asked in #ops."
)
THREADS = [
    approved("priya", "Baseline"),
    approved("priya", "Change #", doubt=[DOUBT, "@sam looked and answers: try again."]),
    REJECTED,
    approved("priya", "Change #", FAILED),
    approved("sam", "Change #"),
]
"""What stands below the notices in the end, without numbers."""
ONCE = [
    WORDS,
    "Your change is live: R-#, payments # ([Change #]) in production.",
    f"Your change was rejected: R-#, payments # ([Change #]) to production, by @sam: “{REJECTED[1]}”. Nothing was deployed.",
]
"""What is announced, and what the author of the changes is told: at most once, and given up where nobody can tell."""


def firsts(here: Desk, messages: Sequence[Message]) -> list[str]:
    """Return the first lines of messages, without numbers, and each once."""
    return list(dict.fromkeys(re.sub(r"[0-9]+", "#", here.reads(one).splitlines()[0]) for one in messages))


def said_once(here: Desk) -> list[Message]:
    """Return what Slack shows of what is never sent again by itself."""
    return [*here.workspace.channel("releases").messages, *here.workspace.direct_messages("robin")]


def letters(here: Desk) -> list[Message]:
    """Return what operations are told of things that may not have arrived, and have not answered."""
    return [one for one in here.workspace.channel("ops").messages if "Not delivered" in here.reads(one)]


def acts(here: Desk) -> Counter[tuple[str, str]]:
    """Count what people did, as it was audited."""
    acted = rows(here, "SELECT action, actor FROM audit WHERE surface IN ('button', 'modal', 'command')")
    return Counter((row["action"], row["actor"]) for row in acted)


def threads(here: Desk) -> list[list[str]]:
    """Return the lines below each notice, without numbers; several in one message are several lines."""
    found = []
    for row in rows(here, "SELECT channel, ts FROM cards WHERE kind = 'notice' ORDER BY id"):
        notice = here.workspace.message(row["channel"], row["ts"])
        assert notice is not None
        lines = "\n".join(here.reads(line) for line in here.workspace.thread(notice)).splitlines()
        found.append([re.sub(r"[0-9]+", "#", line) for line in lines])
    return found


def copies(here: Desk) -> int:
    """Count what was said twice: what is nobody's card, but that of the rollback, and lines that stand twice."""
    cards = {row["ts"] for row in rows(here, "SELECT ts FROM cards")}
    stray = sum(
        one.ts not in cards and "has not been posted yet" not in here.reads(one)
        for one in here.workspace.channel("payments").messages
    )
    stray += len(said_once(here)) - len(firsts(here, said_once(here)))
    return stray - 1 + sum(len(lines) - len(set(lines)) for lines in threads(here))


@pytest.mark.parametrize(
    ("fault", "over_http"), [*((fault, False) for fault in FAULTS), pytest.param("reset before", True, id="over HTTP")]
)
async def test_whatever_slack_answers_all_is_true_in_the_end(
    fault: str, over_http: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, more = FAULTS[fault]
    if kind in TIMES:
        monkeypatch.setattr("handlers.slack.app.DEADLINE", ClientTimeout(total=0.5))
    not_at_all = OF_SOCKETS if over_http else NOT_AT_ALL.get(fault, set())
    async with desk(tmp_path, ALLOWED, over_http=over_http) as here:
        here.workspace.add_person("U0ROBIN", "robin")
        await here.push("acme/payments", "Baseline")
        await is_approved(here, "Baseline")
        await ends(here, "live")
        for number, story in enumerate(STORIES):
            methods = set(METHODS[(number + list(FAULTS).index(fault)) % len(METHODS)]) - not_at_all
            breaks(here, methods, fault)
            await looks_around(here)
            await here.push("acme/payments", f"Change {number}")
            await story(here, f"Change {number}", partial(breaks_for_good, here, methods & TOLD, kind, more))
            await until(here, partial(have_failed, here, methods, kind))
            await fails_at_the_end(here, methods & ALWAYS_TOLD, kind)
            here.running.faults.clear()
            await becomes_true(here)
        assert max(Counter(one.key for one in here.forge.landed()).values()) == 1
        assert acts(here) == ACTS
        assert [list(dict.fromkeys(lines)) for lines in threads(here)] == THREADS
        unsaid = [words for words in ONCE if words not in firsts(here, said_once(here))]
        given_up = [row["kind"] for row in rows(here, "SELECT kind FROM effects WHERE state = 'dead'")]
        assert len(unsaid) == len(given_up) or (kind in LOST and len(unsaid) < len(given_up))
        assert len(letters(here)) == given_up.count("announce"), "what is private is nobody else's to settle"
        lost = Counter(here.running.faults.met)["chat.postMessage", kind] if kind in LOST else 0
        assert copies(here) == 0 or lost > 0, here.workspace.transcript()
