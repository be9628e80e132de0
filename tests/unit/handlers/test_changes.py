"""What an unfinished release would change is fetched once, stored, shown; trouble is met later and later."""

from dataclasses import replace
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from bot.core.build import Author
from bot.core.changelog import Change, Comparison, Relation, Span
from bot.core.events import FoundLive
from bot.core.policy import Policy, ServicePolicy
from bot.core.release import Lifecycle
from bot.ports.changes import CannotTell, Wanted
from bot.ports.ci import ProgressStatus
from bot.ports.trouble import GiveUp, Trouble, TryLater, Unsure
from handlers.changes import MOST_TRIES, ONCE_MORE, OWN_FAULT, Comparing, source_of
from handlers.pruning import KEPT, Pruner
from tests.factories import ANN, LANE, NOON, a_policy, a_report, a_sha
from tests.fakes.world import World

SPAN = Span("payments", a_sha(1), a_sha(3))
OURS = source_of(a_policy().services[0])
TOLD = Comparison(SPAN, Relation.AHEAD, (Change(a_sha(3), "Round amounts", (ANN,), NOON, ""),), added_total=1)


class EnoughError(Exception):
    """A test has seen enough of a loop."""


class Broken:
    """A comparer whose own code fails."""

    async def compare(self, service: ServicePolicy, span: Span) -> Comparison | Trouble | CannotTell:
        """Fail."""
        raise RuntimeError(f"{service.name} {span.head}")


@pytest.fixture
async def waiting(world: World) -> World:
    """A world in which commit 1 is live and R-1 waits with commit 3."""
    world.executor.live["production"] = FoundLive(a_sha(1), "1", NOON - timedelta(days=1), None)
    await world.looks()
    await world.looks(a_report(3))
    return world


async def told(world: World, span: Span = SPAN) -> Comparison | str | None:
    return await world.store.read(lambda tx: tx.changes.get(span) or tx.changes.why_not(span))


async def compares(world: World) -> bool:
    return await world.store.read(lambda tx: tx.lanes.load(LANE).around.compares)


async def wants(world: World) -> int:
    return (await world.card()).want


def under(policy: Policy, **changed: object) -> Policy:
    (service,) = policy.services
    return replace(policy, services=(replace(service, source=replace(service.source, **changed)),), hash="other")  # type: ignore[arg-type]


async def test_what_a_release_changes_is_fetched_once_and_its_card_is_shown_anew(waiting: World) -> None:
    waiting.comparer.told[SPAN] = TOLD
    before = await wants(waiting)
    with capture_logs() as logs:
        assert [await waiting.comparing.once() for _ in range(2)] == [True, False]
    assert await told(waiting) == TOLD
    assert (waiting.comparer.asked, await wants(waiting)) == ([SPAN], before + 1)
    said = {"service": "payments", "base": a_sha(1)[:12], "head": a_sha(3)[:12], "added": 1, "complete": True}
    assert logs == [{"event": "commits_told", "log_level": "info"} | said]


async def test_what_has_become_live_meanwhile_is_shown_too(waiting: World) -> None:
    await waiting.clicks("U0PRIYA", await waiting.notice(), "approve")
    waiting.executor.says(ProgressStatus.SUCCEEDED)
    await waiting.follows()
    assert (await waiting.release()).state is Lifecycle.LIVE
    before = await wants(waiting)
    waiting.comparer.told[SPAN] = TOLD
    await waiting.comparing.once()
    assert (await told(waiting), await wants(waiting)) == (TOLD, before + 1)


async def test_who_wrote_its_commits_is_waited_for_and_counts(waiting: World) -> None:
    await waiting.store.write(lambda tx: tx.changes.begin(NOON))
    await waiting.clicks("U0PRIYA", await waiting.notice(), "approve")
    assert (await waiting.release()).state is Lifecycle.OPEN
    assert "finding out who wrote its commits" in (await waiting.notice()).message.text
    priyas = replace(TOLD.added[0], authors=(Author("Priya", github="1001"),))
    waiting.comparer.told[SPAN] = replace(TOLD, added=(priyas, *TOLD.added))
    await waiting.settle()
    assert (await waiting.release()).state is Lifecycle.OPEN
    assert "approved by nobody but its own authors" in (await waiting.notice()).message.text


@pytest.mark.parametrize("told_then", [TOLD, CannotTell("a commit is gone")])
async def test_once_it_is_told_a_release_that_has_its_approvals_goes_on(
    waiting: World, told_then: Comparison | CannotTell
) -> None:
    await waiting.store.write(lambda tx: tx.changes.begin(NOON))
    await waiting.clicks("U0PRIYA", await waiting.notice(), "approve")
    waiting.comparer.told[SPAN] = told_then
    await waiting.settle()
    waiting.passes(ONCE_MORE.total_seconds())
    await waiting.settle()
    assert waiting.executor.started == [(await waiting.release()).key]


async def test_a_deploy_that_is_put_off_is_tried_again(waiting: World) -> None:
    await waiting.store.write(lambda tx: tx.changes.begin(NOON))
    waiting.comparer.told[SPAN] = TOLD
    await waiting.settle()
    waiting.executor.will("start", TryLater(5.0, "429"))
    await waiting.clicks("U0PRIYA", await waiting.notice(), "approve")
    assert waiting.executor.started == []
    waiting.passes(60)
    await waiting.settle()
    assert waiting.executor.started == [(await waiting.release()).key]


async def test_when_something_else_is_live_it_is_fetched_anew(waiting: World) -> None:
    waiting.comparer.told[SPAN] = TOLD
    await waiting.comparing.once()
    waiting.executor.live["production"] = FoundLive(a_sha(2), "2", NOON, None)
    await waiting.looks()
    await waiting.comparing.once()
    assert waiting.comparer.asked == [SPAN, replace(SPAN, base=a_sha(2))]


@pytest.mark.parametrize("changed", [{"repository": "acme/money"}, {"paths": ("pay",)}])
async def test_under_a_policy_that_names_another_source_it_is_fetched_anew(
    waiting: World, changed: dict[str, object]
) -> None:
    waiting.comparer.told[SPAN] = TOLD
    await waiting.comparing.once()
    waiting.desk.policy = under(waiting.policy, branch="next")
    assert not await waiting.comparing.once(), "what is compared is the same"
    waiting.desk.policy = under(waiting.policy, **changed)
    assert await waiting.comparing.once()
    assert waiting.comparer.asked == [SPAN, SPAN]


async def test_a_service_that_the_policy_names_no_more_is_not_asked_about(waiting: World) -> None:
    waiting.desk.policy = replace(waiting.policy, services=())
    assert not await waiting.comparing.once()


@pytest.mark.parametrize(
    ("trouble", "waits"), [(TryLater(90.0, "503"), 90), (TryLater(0.5, "lost"), 1), (Unsure("lost"), 1)]
)
async def test_trouble_is_asked_again_later_and_later(waiting: World, trouble: Trouble, waits: int) -> None:
    waiting.comparer.trouble = trouble
    assert await waiting.comparing.once()
    assert not await waiting.comparing.once()
    due = await waiting.store.read(lambda tx: tx.changes.next_due(waiting.now))
    assert due == NOON + timedelta(seconds=waits)
    waiting.passes(waits)
    await waiting.comparing.once()
    again = await waiting.store.read(lambda tx: tx.changes.next_due(waiting.now))
    assert again == waiting.now + timedelta(seconds=max(2, waits if waits > 1 else 0))
    waiting.comparer.trouble = None
    waiting.comparer.told[SPAN] = TOLD
    waiting.passes(90)
    await waiting.comparing.once()
    assert await told(waiting) == TOLD


@pytest.mark.parametrize("never", [CannotTell("a commit is gone"), GiveUp("a commit is gone")])
async def test_what_nobody_can_tell_is_asked_once_more_and_then_shown(
    waiting: World, never: Trouble | CannotTell
) -> None:
    if isinstance(never, CannotTell):
        waiting.comparer.told[SPAN] = never
    else:
        waiting.comparer.trouble = never
    before = await wants(waiting)
    await waiting.comparing.once()
    assert (await told(waiting), await wants(waiting)) == (None, before)
    waiting.passes(ONCE_MORE.total_seconds())
    with capture_logs() as logs:
        await waiting.comparing.once()
    assert (await told(waiting), await wants(waiting)) == ("a commit is gone", before + 1)
    assert [(line["event"], line["why"]) for line in logs] == [("commits_not_told", "a commit is gone")]
    waiting.passes(3599)
    assert not await waiting.comparing.once()


async def test_a_source_that_never_compares_is_asked_once_and_nobody_waits(waiting: World) -> None:
    waiting.comparer.told[SPAN] = CannotTell("this source compares nothing", never=True)
    before = await wants(waiting)
    await waiting.comparing.once()
    assert (await told(waiting), await wants(waiting)) == ("this source compares nothing", before + 1)


async def test_what_nobody_could_tell_is_asked_again_every_hour_while_a_release_needs_it(waiting: World) -> None:
    gone = CannotTell("a commit is gone")
    waiting.comparer.told[SPAN] = gone
    await waiting.store.write(lambda tx: tx.changes.cannot(SPAN, gone.reason, OURS, NOON))
    due = await waiting.store.read(lambda tx: tx.changes.next_due(NOON))
    assert due == NOON + timedelta(hours=1)
    waiting.passes(3600)
    assert [await waiting.comparing.once() for _ in range(2)] == [True, False]
    assert await told(waiting) == gone.reason, "all the while nobody waits for it"
    waiting.comparer.told[SPAN] = TOLD
    waiting.passes(3600)
    assert [await waiting.comparing.once() for _ in range(2)] == [True, False]
    assert await told(waiting) == TOLD
    waiting.passes(86_400)
    assert not await waiting.comparing.once()


async def test_where_it_is_not_certain_any_more_that_nobody_can_tell_releases_wait(waiting: World) -> None:
    await waiting.store.write(lambda tx: tx.changes.begin(NOON))
    await waiting.store.write(lambda tx: tx.changes.cannot(SPAN, "a commit is gone", OURS, NOON))
    waiting.comparer.trouble = TryLater(60.0, "GitHub answers 404")
    waiting.passes(3600)
    before = await wants(waiting)
    await waiting.comparing.once()
    assert (await told(waiting), await wants(waiting)) == (None, before + 1)
    await waiting.clicks("U0PRIYA", await waiting.notice(), "approve")
    await waiting.settle()
    assert (await waiting.release()).state is Lifecycle.OPEN
    assert waiting.executor.started == []
    waiting.comparer.trouble = None
    waiting.comparer.told[SPAN] = TOLD
    waiting.passes(60)
    await waiting.settle()
    assert waiting.executor.started == [(await waiting.release()).key]


async def test_our_own_fault_is_logged_and_ends_in_time(waiting: World) -> None:
    comparing = Comparing(waiting.desk, Broken())
    with capture_logs() as logs:
        for _ in range(MOST_TRIES):
            assert await comparing.once()
            assert not await comparing.once()
            waiting.passes(600)
    assert [line["event"] for line in logs].count("comparison_failed") == MOST_TRIES
    assert await told(waiting) == OWN_FAULT
    assert not await comparing.once()


async def test_a_release_without_a_card_is_no_trouble(waiting: World) -> None:
    await waiting.store.write(lambda tx: tx.changes.want(Span("payments", a_sha(7), a_sha(8)), NOON))
    asked = await waiting.store.read(lambda tx: tx.changes.due({"payments": "x"}, NOON))
    assert asked == Wanted(SPAN, 0)
    waiting.comparer.told[Span("payments", a_sha(7), a_sha(8))] = replace(
        TOLD, span=Span("payments", a_sha(7), a_sha(8))
    )
    waiting.comparer.told[SPAN] = TOLD
    assert [await waiting.comparing.once() for _ in range(3)] == [True, True, False]


async def test_the_loop_fetches_what_it_is_rung_for_and_looks_again_when_due(
    waiting: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    rests: list[object] = []

    async def rest(_seen: int, due: object) -> None:
        rests.append(due)
        if len(rests) == 2:
            raise EnoughError
        waiting.passes(5)
        waiting.comparer.trouble = None
        waiting.comparer.told[SPAN] = TOLD

    assert not await compares(waiting)
    monkeypatch.setattr(type(waiting.desk), "rest", lambda _self, seen, due: rest(seen, due))
    waiting.comparer.trouble = TryLater(5.0, "503")
    with pytest.raises(EnoughError):
        await waiting.comparing.run()
    assert rests == [NOON + timedelta(seconds=5), None]
    assert await compares(waiting), "releases wait for it from now on"
    assert await told(waiting) == TOLD


async def test_what_is_not_needed_any_more_is_forgotten_after_a_while(waiting: World) -> None:
    gone = Span("payments", a_sha(5), a_sha(6))
    for span in (SPAN, gone):
        await waiting.store.write(lambda tx, span=span: tx.changes.put(replace(TOLD, span=span), "", NOON))  # type: ignore[misc]
    waiting.passes(KEPT.total_seconds() + 1)
    assert await Pruner(waiting.desk).once() == 1
    assert await told(waiting, gone) is None
    assert await told(waiting) == TOLD
