"""What GitHub answers when all is not well, to whoever looks at the builds: never a build, never an end, always why."""

import pytest

from bot.core.build import PipelineReport
from bot.ports.ci import RunHint
from bot.ports.trouble import TryLater
from sandbox.github.faults import Fault
from tests.contract.github_stages import REPO, SERVICE, Sandbox, Stage, in_process, play


def sandbox(stage: Stage) -> Sandbox:
    assert isinstance(stage, Sandbox)
    return stage


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.EMPTY, Fault.SERVER_ERROR, Fault.NOT_ALLOWED, Fault.RATE_LIMIT])
def test_an_answer_that_is_none_is_asked_for_again(fault: Fault) -> None:
    async def story(stage: Stage) -> tuple[type, type, int]:
        await stage.push()
        forge, hint = sandbox(stage).forge, stage.newest_run()
        forge.faults.add(fault, "GET", seconds=1)
        listed = await stage.source.recent(SERVICE)
        sandbox(stage).clock.now = forge.clock().replace(hour=23)
        forge.faults.add(fault, "GET", seconds=1)
        fetched = await stage.source.run(SERVICE, hint)
        sandbox(stage).clock.now = forge.clock().replace(minute=59)
        after = await stage.source.recent(SERVICE)
        assert isinstance(after, tuple)
        return type(listed), type(fetched), len(after)

    assert play(in_process, story) == (TryLater, TryLater, 1)


def test_a_repository_that_was_renamed_is_not_followed_to_its_new_name() -> None:
    async def story(stage: Stage) -> object:
        await stage.push()
        sandbox(stage).forge.rename(REPO, "acme/pay")
        return await stage.source.recent(SERVICE)

    told = play(in_process, story)
    assert isinstance(told, TryLater)
    assert told.why.startswith("GitHub answers 301")


def test_a_run_that_was_deleted_is_none() -> None:
    async def story(stage: Stage) -> tuple[PipelineReport | object, object]:
        await stage.push()
        hint = stage.newest_run()
        sandbox(stage).forge.repositories[REPO].runs.clear()
        return await stage.source.run(SERVICE, hint), await stage.source.recent(SERVICE)

    assert play(in_process, story) == (None, ())


def test_a_run_of_a_repository_that_the_policy_does_not_name_is_none() -> None:
    async def story(stage: Stage) -> object:
        forge = sandbox(stage).forge
        forge.create("mallory/payments")
        await forge.push("mallory/payments", "Mine")
        return await stage.source.run(
            SERVICE, RunHint("mallory/payments", forge.repositories["mallory/payments"].runs[-1].id)
        )

    assert play(in_process, story) is None
