"""Webhooks in every order, doubled and late: what it comes to is what happened, whatever came first."""

import itertools
import os
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from structlog.testing import capture_logs

from bot.core.policy import Mode, Policy
from bot.core.release import Lifecycle
from handlers.ci import github_webhook, standard_webhook
from tests.factories import LANE, NOON, a_policy, a_sha
from tests.fakes.chat import Arrived
from tests.seed import SEED
from tests.simulation.building import SIGNING, Building
from tests.simulation.orders import Quick, Sent, a_quick_world
from tests.unit.handlers.ci.standard import DOCS, a_deploy_sent, a_report_sent, a_standard_policy, as_bytes, signed
from tests.unit.handlers.ci.standard import SECRETS as STANDARD

SECRETS = STANDARD | {"GITHUB_WEBHOOK_SECRET": SIGNING}
ORDERS = int(os.environ.get("SIGNOFF_ORDERS", "2000"))
LONG = os.environ.get("SIGNOFF_POINTS") == "all"
STEPS = 5
"""A run is requested, begins and ends; tried again, it begins and ends well."""


async def adopted(policy: Policy) -> bytes:
    """Return the database of a world in which nothing was built yet."""
    world = await a_quick_world(policy)
    world.now = NOON - timedelta(minutes=30)
    await world.looks()
    file = world.file
    await world.store.close()
    return file


# -- a run on GitHub, whose API is asked ---------------------------------------------------------------------------------


def falls(steps: int) -> Iterator[tuple[int, ...]]:
    """Yield every way in which so many deliveries can fall among what they tell of: n happens, and -n is heard."""

    def further(happened: int, heard: frozenset[int], so_far: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        if len(heard) == steps:
            yield so_far
        if happened < steps:
            yield from further(happened + 1, heard, (*so_far, happened + 1))
        for one in range(1, happened + 1):
            if one not in heard:
                yield from further(happened, heard | {one}, (*so_far, -one))

    return further(0, frozenset(), ())


async def told(order: Sequence[int], begun: bytes, first: str) -> tuple[Any, ...]:
    """Return what it comes to when a build is told of in this order, two of its webhooks twice.

    Args:
        order: as `falls` yields it.
        begun: the database before.
        first: how the first try ends.
    """
    world, building = await a_quick_world(a_policy(), begun), Building()
    building.connect(world)
    for step in order:
        if step > 0:
            await building.on(("push", "begin", first, "begin", "success")[step - 1])
            if step == 3:
                await building.on("again")
                del building.sent[-1]
            continue
        for _ in range(1 + step % 2):
            await world.meets(building.sent[-step - 1], "github", github_webhook.admit, SECRETS)
        await world.settle()
    came = (await world.come_to([LANE]), world.reads("C0PAYMENTS"))
    await world.store.close()
    return came


async def test_a_run_that_is_told_of_in_any_order_is_what_its_api_says() -> None:
    begun = await adopted(a_policy())
    ways = list(falls(STEPS))
    assert len(ways) == 9 * 7 * 5 * 3
    with capture_logs():
        came, *others = [await told(way, begun, "success") for way in (ways if LONG else ways[SEED % 5 :: 5])]
    assert others == [came] * len(others)
    [builds, shown], _ = came
    assert (builds[0][3:5], [one and one[1:] for one in shown]) == (
        ("1", "deployable"),
        [None, ("run 1003.2", "open", "pipeline")],
    )


async def test_a_first_try_that_failed_is_forgotten_in_any_order_and_any_selection() -> None:
    begun = await adopted(a_policy())
    happened = tuple(range(1, STEPS + 1))
    heard = [one for many in happened for one in itertools.permutations((-1, -2, -3, -4, -5), many)]
    assert len(heard) == 325
    with capture_logs():
        came, *others = [await told((*happened, *some), begun, "failure") for some in heard]
    assert others == [came] * len(others)
    assert came[0][1] == [None, (came[0][0][0][1], "run 1003.2", "open", "pipeline")]


# -- signed reports, which nobody can be asked about ----------------------------------------------------------------------

BUILDS = (
    a_report_sent("build.started", "2026-11-21T11:50:00Z"),
    a_report_sent("build.failed", "2026-11-21T11:58:00Z"),
    a_report_sent("build.started", "2026-11-21T11:55:00Z", attempt=2),
    a_report_sent("build.succeeded", "2026-11-21T11:57:00Z", attempt=2),
    a_report_sent("build.succeeded", "2026-11-21T11:40:00Z", sha=a_sha(2), run_id="777"),
)
"""A build fails, by a clock that is ahead, and is tried again with success; an older commit's has succeeded, too."""


async def hears(world: Quick) -> None:
    """Let what came in be decided, and deploys be asked for; who tells people is asleep."""
    while await world.hints.once() or await world.reports.once() or await world.deployer.once():
        pass


async def says(world: Quick, said: dict[str, Any], name: str) -> str:
    """Let a signed report come in."""
    body = as_bytes(said)
    return await world.meets(Sent(signed(body, message=name), body), "standard", standard_webhook.admit, SECRETS)


async def test_signed_reports_of_builds_come_to_the_same_in_any_order() -> None:
    policy = a_standard_policy()
    begun = await adopted(policy)

    async def told(order: Sequence[int]) -> list[list[Any]]:
        world = await a_quick_world(policy, begun)
        for number in (*order, *reversed(order)):
            await says(world, BUILDS[number], f"msg_{number}")
            await world.settle()
        came = await world.come_to([DOCS])
        await world.store.close()
        return came

    with capture_logs():
        came, *others = [await told(order) for order in itertools.permutations(range(len(BUILDS)))]
    assert others == [came] * 119
    assert came[1] == [None, (a_sha(1), "sha256:" + "ab" * 32, "open", "pipeline")]


AUTOMATIC = a_standard_policy(mode=Mode.DEPLOYMENT)


def deploys(key: str) -> tuple[dict[str, Any], ...]:
    """Return what is told of a deploy: twice each by two who tell, by one without the key; and what ran before."""
    return (
        a_deploy_sent("deploy.started", "2026-11-21T11:57:00Z", key=key),
        a_deploy_sent("deploy.started", "2026-11-21T11:58:00Z", key=key, url="https://deployer.acme.example/7"),
        a_deploy_sent("deploy.succeeded", "2026-11-21T11:59:00Z", key=key),
        a_deploy_sent("deploy.succeeded", "2026-11-21T11:59:30Z", key=key),
        a_deploy_sent("deploy.succeeded", "2026-11-21T11:59:00Z"),
    )


async def asked(begun: bytes) -> tuple[Quick, str]:
    """Return a world whose one deploy was asked for, and its key; the answer was lost."""
    world = await a_quick_world(AUTOMATIC, begun)
    world.executor.will("start", Arrived())
    await says(world, a_report_sent("build.succeeded", "2026-11-21T11:56:00Z"), "msg_build")
    await world.settle()
    return world, (await world.release()).key


async def came_of_the_deploy(world: Quick) -> tuple[object, ...]:
    """Return what came of the one deploy, after the time at which it would be sent again."""
    world.passes(6)
    await hears(world)
    release = await world.release()
    live = (await world.come_to([DOCS]))[1][0]
    return (release.state, world.executor.started == [release.key], world.executor.asked("start"), live)


ONCE = (Lifecycle.LIVE, True, 1, (a_sha(1), "2.4.1"))


async def test_signed_reports_of_a_deploy_come_to_the_same_in_any_order() -> None:
    begun = await adopted(AUTOMATIC)

    async def told(order: Sequence[int]) -> tuple[object, ...]:
        world, key = await asked(begun)
        for number in (*order, *reversed(order)):
            await says(world, deploys(key)[number], f"msg_{number}")
            await world.settle()
        came = await came_of_the_deploy(world)
        await world.store.close()
        return came

    with capture_logs():
        found = [await told(order) for order in itertools.permutations(range(5))]
    assert found == [ONCE] * 120


# -- longer ones, at random ------------------------------------------------------------------------------------------------


def forged(rng: random.Random, real: Sent) -> Sent:
    """Return what somebody without the secret makes of a webhook that they have seen."""
    other = real.body.replace(b"fail", b"succ").replace(a_sha(1).encode(), a_sha(9).encode()) + b" "
    headers = dict(real.headers)
    return rng.choice(
        (
            Sent(headers, other),
            Sent({}, real.body),
            Sent(signed(other, "another secret", "msg_forged"), other),
            Sent({name: value[::-1] for name, value in headers.items()}, real.body),
        )
    )


def a_course(rng: random.Random) -> list[str]:
    """Return the steps of a run: it may fail, more than once, before it ends well, if it does."""
    steps = ["push", "begin"]
    for _ in range(rng.randint(0, 2)):
        steps += [rng.choice(("failure", "cancelled")), "again", "begin"]
    return [*steps, "success"] if rng.random() < 0.8 else steps


def mixed(rng: random.Random, *courses: Sequence[Any]) -> list[Any]:
    """Return several courses at once, each in its own order."""
    places = [place for place, course in enumerate(courses) for _ in course]
    rng.shuffle(places)
    left = [iter(course) for course in courses]
    return [next(left[place]) for place in places]


def late(rng: random.Random, count: int, most: int) -> list[tuple[int, int]]:
    """Return when each of some webhooks arrives, by which steps have happened: doubled, late, the last ones never lost.

    Returns:
        Pairs of a step and a webhook that arrives after it, in the order of arrival.
    """
    arrivals = [(rng.randint(step, count), step) for step in range(count) if rng.random() < 0.8]
    again = [(rng.randint(step, count), step) for _, step in rng.choices(arrivals or [(0, 0)], k=most)]
    return sorted((arrivals + again)[:most], key=lambda one: (one[0], rng.random()))


async def of_github(rng: random.Random, begun: bytes) -> None:
    """Tell of two or three runs in any order; at last one webhook of each arrives that says: look."""
    world, building = await a_quick_world(a_policy(), begun), Building()
    building.connect(world)
    runs = rng.randint(1, 3)
    steps = mixed(rng, *[[(step, number) for step in a_course(rng)] for number in range(runs)])
    arrivals = late(rng, len(steps), 12)
    sent: list[Sent] = []
    pushed: dict[int, int] = {}

    async def comes(one: Sent) -> None:
        if rng.random() < 0.2:
            assert await world.meets(forged(rng, one), "github", github_webhook.admit, SECRETS) == "NOT_AUTHENTIC"
        assert await world.meets(one, "github", github_webhook.admit, SECRETS) in {"stored", "known"}
        if rng.random() < 0.3:
            await hears(world)

    for happened, (step, number) in enumerate(steps):
        pushed.setdefault(number, len(pushed))
        await building.on(step, pushed[number])
        sent.append(building.sent[-1])
        for _, which in [one for one in arrivals if one[0] == happened and one[1] < len(sent)]:
            await comes(sent[which])
    ends = {number: one for (_, number), one in zip(steps, sent, strict=True)}
    for one in rng.sample(list(ends.values()), len(ends)):
        await comes(one)
    await hears(world)
    assert await world.come_to([LANE]) == truth(building)
    await world.store.close()


def truth(building: Building) -> list[list[Any]]:
    """Return what it has to come to, by what the runs are: the newest that ended well is what may ship."""
    runs = building.forge.repositories["acme/payments"].runs
    states = {"success": "deployable", None: "pending"}
    builds = [
        (
            "payments",
            run.commit.sha,
            f"run {run.id}.{run.attempt}",
            str(run.number),
            states.get(run.conclusion, "broken"),
            f"{run.created_at:%Y-%m-%dT%H:%M:%S.%fZ}",
            run.number,
            run.attempt,
        )
        for run in runs
    ]
    ready = [run for run in runs if run.conclusion == "success"]
    open_ = [(ready[-1].commit.sha, f"run {ready[-1].id}.{ready[-1].attempt}", "open", "pipeline")] if ready else []
    return [sorted(builds), [None, *open_]]


async def of_a_deploy(rng: random.Random, begun: bytes, key: str) -> None:
    """Tell of one deploy up to twelve times, with forged words between, and time passing."""
    world = await a_quick_world(AUTOMATIC, begun)
    world.executor.started.append(key)
    told = [rng.randrange(5) for _ in range(rng.randint(1, 10))] + [rng.choice((2, 3))]
    rng.shuffle(told)
    for number in told:
        body = as_bytes(deploys(key)[number])
        real = Sent(signed(body, message=f"msg_{rng.choice((number, rng.random()))}", now=world.now), body)
        if rng.random() < 0.3:
            lie = forged(rng, real)
            assert await world.meets(lie, "standard", standard_webhook.admit, SECRETS) == "NOT_AUTHENTIC"
        await world.meets(real, "standard", standard_webhook.admit, SECRETS)
        if rng.random() < 0.3:
            await hears(world)
            world.passes(rng.choice((0, 0, 1)))
    await hears(world)
    assert await came_of_the_deploy(world) == (*ONCE[:2], 0, ONCE[3])  # it was asked for before all this
    await world.store.close()


async def test_longer_ones_at_random_come_to_what_happened() -> None:
    print(f"{ORDERS} from seed {SEED}")
    built = await adopted(a_policy())
    world, key = await asked(await adopted(AUTOMATIC))
    begun = world.file
    with capture_logs():
        for seed in range(SEED, SEED + ORDERS):
            rng = random.Random(seed)
            try:
                await (of_github(rng, built) if seed % 2 else of_a_deploy(rng, begun, key))
            except AssertionError as found:
                raise AssertionError(f"seed {seed}: {found}") from found
