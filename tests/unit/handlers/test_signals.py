"""Signals decide upon the release that they name while it is verified, and upon nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from bot.core.policy import Mode
from bot.core.release import Lifecycle
from bot.core.verification import HttpProbe, Signal, Verification
from tests.factories import NOON, a_sha
from tests.fakes.world import World
from tests.unit.handlers.ci.standard import a_deploy_sent, a_standard_policy
from tests.unit.handlers.ci.test_standard_signals import a_signal
from tests.unit.handlers.conftest import Opening
from tests.unit.handlers.test_report_clerk import asked, opened, outcomes, says

SIGNAL = Signal("prometheus", "PROM_SECRET")
VERIFIED = Verification(timedelta(minutes=5), timedelta(minutes=10), signal=SIGNAL)
AT = "2026-11-21T12:01:00Z"
WAITS = "R-1 is still being deployed"
NOT_OURS = "no release of ours has that key there"


async def deployed(opening: Opening, verify: Verification = VERIFIED) -> tuple[World, str]:
    """Return a world whose R-1 is being verified since noon, and its key; it is a minute later."""
    world = await opened(opening, a_standard_policy(mode=Mode.DEPLOYMENT, verify=verify))
    key = await asked(world)
    await says(world, a_deploy_sent(key=key))
    world.passes(60)
    return world, key


async def signals(world: World, *sent: dict[str, Any]) -> list[str]:
    await says(world, *sent, signer="PROM_SECRET")
    return (await outcomes(world))[-len(sent) :]


async def test_healthy_for_long_enough_is_live(opening: Opening) -> None:
    world, key = await deployed(opening)
    assert (await world.release()).state is Lifecycle.VERIFYING
    assert await signals(world, a_signal(at=AT, key=key)) == ["applied"]
    world.passes(599)
    await world.ticks()
    assert (await world.release()).state is Lifecycle.VERIFYING
    world.passes(1)
    await world.ticks()
    assert (await world.release()).state is Lifecycle.LIVE


async def test_ill_after_it_was_well_fails_it_with_its_words(opening: Opening) -> None:
    world, key = await deployed(opening)
    ill = a_signal("signal.unhealthy", AT, key=key, sha=None, detail="7 % of <!channel> fail")
    assert await signals(world, ill) == ["applied"]
    assert (await world.release()).state is Lifecycle.VERIFYING  # it was not well yet, so that proves nothing
    assert await signals(world, a_signal(at=AT), ill) == ["applied", "applied"]
    release = await world.release()
    assert release.state is Lifecycle.FAILED
    assert release.reason == "verification failed: prometheus says: 7 % of <!channel> fail"
    assert not [post for post in world.chat.messages if "<!channel>" in post.message.text]


async def test_silence_after_the_first_word_is_no_illness_and_before_it_is_no_health(opening: Opening) -> None:
    world, _ = await deployed(opening)
    world.passes(240)
    await world.ticks()
    assert (await world.release()).reason == "verification failed: not healthy within 5 min"


async def test_a_word_without_details_has_some(opening: Opening) -> None:
    world, _ = await deployed(opening)
    await signals(world, a_signal(at=AT), a_signal("signal.unhealthy", AT))
    assert (await world.release()).reason == "verification failed: prometheus says: the release is ill"


@pytest.mark.parametrize(
    "changed",
    [{"key": "R-1-zzzz2345"}, {"key": "R-2-abcd2345", "sha": None}, {"sha": a_sha(2)}, {"at": "2026-11-21T11:59:59Z"}],
    ids=["another key", "another release", "another commit", "by the commit alone, before its deploy had ended"],
)
async def test_a_word_on_another_release_changes_nothing(opening: Opening, changed: dict[str, Any]) -> None:
    world, _ = await deployed(opening)
    assert await signals(world, a_signal(**({"at": AT} | changed))) == [NOT_OURS]
    health = (await world.release()).health
    assert health is not None
    assert health.well_since is None


async def test_one_from_the_very_second_of_the_deploy_counts(opening: Opening) -> None:
    world = await opened(opening, a_standard_policy(mode=Mode.DEPLOYMENT, verify=VERIFIED))
    world.now = NOON + timedelta(seconds=0.7)
    key = await asked(world)
    await says(world, a_deploy_sent(key=key))
    assert await signals(world, a_signal(at="2026-11-21T12:00:00Z")) == ["applied"]


@pytest.mark.parametrize("sha", [None, a_sha(1)])
async def test_a_word_that_names_the_release_by_its_key_counts_though_said_before_its_deploy_was_seen_to_end(
    opening: Opening, sha: str | None
) -> None:
    world, key = await deployed(opening)
    assert await signals(world, a_signal(at="2026-11-21T11:59:59Z", key=key, sha=sha)) == ["applied"]
    health = (await world.release()).health
    assert health is not None
    assert health.well_since == world.now


async def test_a_word_that_names_the_release_by_its_key_waits_for_the_end_of_its_deploy(opening: Opening) -> None:
    world = await opened(opening, a_standard_policy(mode=Mode.DEPLOYMENT, verify=VERIFIED))
    key = await asked(world)
    assert await signals(world, a_signal(at=AT, key=key)) == [WAITS]
    world.passes(5)
    await world.settle()
    assert (await outcomes(world))[-1] == WAITS
    await says(world, a_deploy_sent(key=key))
    world.passes(5)
    await world.settle()
    assert (await outcomes(world))[-2:] == ["applied", "applied"]
    health = (await world.release()).health
    assert health is not None
    assert health.well_since == world.now


async def test_it_waits_no_longer_than_a_deploy_may_take(opening: Opening) -> None:
    world = await opened(opening, a_standard_policy(mode=Mode.DEPLOYMENT, verify=VERIFIED))
    key = await asked(world)
    timeout = (await world.release()).policy.deploy_timeout.total_seconds()
    assert await signals(world, a_signal(at=AT, key=key)) == [WAITS]
    world.passes(timeout - 1)
    await world.settle()
    assert (await outcomes(world))[-1] == WAITS
    world.passes(5)
    await world.settle()
    assert (await outcomes(world))[-1] == NOT_OURS
    assert (await world.release()).state is Lifecycle.DEPLOYING


@pytest.mark.parametrize("changed", [{"key": "R-1-zzzz2345"}, {"sha": a_sha(2)}])
async def test_a_word_on_another_release_does_not_wait(opening: Opening, changed: dict[str, Any]) -> None:
    world = await opened(opening, a_standard_policy(mode=Mode.DEPLOYMENT, verify=VERIFIED))
    key = await asked(world)
    assert await signals(world, a_signal(**({"at": AT, "key": key} | changed))) == [NOT_OURS]


async def test_nothing_is_decided_once_it_is_live_or_while_it_deploys(opening: Opening) -> None:
    world = await opened(opening, a_standard_policy(mode=Mode.DEPLOYMENT, verify=VERIFIED))
    key = await asked(world)
    assert await signals(world, a_signal(at=AT)) == [NOT_OURS]
    await says(world, a_deploy_sent(key=key))
    world.passes(60)
    await signals(world, a_signal(at=AT))
    world.passes(600)
    await world.ticks()
    assert await signals(world, a_signal("signal.unhealthy", AT)) == [NOT_OURS]
    assert (await world.release()).state is Lifecycle.LIVE


async def test_a_release_that_opened_under_another_way_is_not_judged_by_signals(opening: Opening) -> None:
    world, _ = await deployed(opening, Verification(probe=HttpProbe("https://docs.acme.example/")))
    await world.crash(a_standard_policy(mode=Mode.DEPLOYMENT, verify=VERIFIED))
    assert await signals(world, a_signal(at=AT)) == [NOT_OURS]


async def test_who_left_the_policy_is_not_heard(opening: Opening) -> None:
    world, _ = await deployed(opening)
    await world.crash(a_standard_policy(mode=Mode.DEPLOYMENT))
    assert await signals(world, a_signal(at=AT)) == ["nothing that the policy names"]
