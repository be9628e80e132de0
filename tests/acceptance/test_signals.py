"""Whoever watches production says whether what was deployed is well: forged, replayed and mistaken words count nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from structlog.testing import capture_logs

from bot.core.release import Lifecycle
from tests.acceptance.desk import POLICY, desk
from tests.acceptance.test_standard import DEPLOYER, DOCS, PIPELINE, SECRETS, STANDARD, Docs
from tests.factories import a_sha
from tests.fakes.receiver import Receiver

WATCH = "the secret of the watch"
VERIFY = "announce: false\n        verify: {{signal: {{source: watch, secret_env: WATCH_SECRET}}, within: 5m{}}}"


@asynccontextmanager
async def watched(folder: Path, lasting: str = "") -> AsyncIterator[Docs]:
    """Run the desk with a deployer, and with a lane whose releases wait for the word of a watch."""
    async with Receiver(DEPLOYER).open() as receiver:
        text = STANDARD.replace("MODE", "deployment").replace("APPROVALS", "trial: false").replace("URL", receiver.url)
        policy = POLICY.replace(DOCS, text.replace("announce: false", VERIFY.format(lasting)))
        async with desk(folder, policy, secrets=SECRETS | {"WATCH_SECRET": WATCH}) as here:
            yield Docs(here, receiver)


async def tells(its: Docs, kind: str = "signal.healthy", **data: Any) -> int:
    """Tell how the release is."""
    return await its.says(kind, **({"secret": WATCH, "source": "watch", "environment": "production"} | data))


async def state(its: Docs) -> Lifecycle:
    assert its.here.signoff is not None
    release = await its.here.signoff.desk.store.read(lambda tx: tx.lanes.release(1))
    assert release is not None
    return release.state


async def everything_is_decided(its: Docs) -> None:
    """Wait until nothing that came in waits to be decided."""
    assert its.here.signoff is not None
    store = its.here.signoff.desk.store

    async def decided() -> bool:
        return await store.read(lambda tx: tx.inbox.next_due(("standard",))) is None

    await its.here.comes(decided)


async def test_only_the_watchs_own_word_on_this_release_makes_it_live(tmp_path: Path) -> None:
    async with watched(tmp_path) as its:
        await its.builds()
        key = (await its.asked_for())["data"]["key"]
        assert await tells(its, sha=a_sha(1)) == 200  # may be on the deploy before: this one has not ended yet
        await everything_is_decided(its)
        await its.deploys("deploy.succeeded", key=key)
        card = await its.here.card("docs", "Verifying")
        for secret in ("forged", PIPELINE, DEPLOYER):
            assert await tells(its, key=key, secret=secret) == 401
        assert await tells(its, key=key, environment="staging") == 202
        assert await tells(its) == 202  # on no release
        assert await tells(its, key="R-2-abcd2345") == 200
        assert await tells(its, sha=a_sha(2)) == 200
        assert await tells(its, "signal.unhealthy", key=key, message="first") == 200
        assert await tells(its, key=key, message="first") == 200  # seen before: another word under its id is none
        await everything_is_decided(its)
        assert await state(its) is Lifecycle.VERIFYING
        assert await tells(its, key=key, sha=a_sha(1), message="second") == 200
        await its.here.says(card, "Live")
        assert len(its.receiver.deploys) == 1


async def test_a_word_on_the_release_itself_that_overtakes_the_end_of_its_deploy_counts_after_it(
    tmp_path: Path,
) -> None:
    async with watched(tmp_path) as its:
        await its.builds()
        key = (await its.asked_for())["data"]["key"]
        with capture_logs() as logs:
            assert await tells(its, key=key) == 200
            await its.here.comes(lambda: any(line["event"] == "inbox_row_waits" for line in logs))
        await its.deploys("deploy.succeeded", key=key)
        card = await its.here.card("docs", "Verifying")
        its.here.passes(5)
        await its.here.says(card, "Live")


async def test_a_bad_word_after_a_good_one_fails_it_and_people_read_why(tmp_path: Path) -> None:
    async with watched(tmp_path, lasting=", for: 10m") as its:
        await its.builds()
        key = (await its.asked_for())["data"]["key"]
        await its.deploys("deploy.succeeded", key=key)
        card = await its.here.card("docs", "Verifying")
        await tells(its, key=key)
        await its.here.thread(card, "Healthy for the first time since its deploy: watch says: the release is well.")
        await tells(its, "signal.unhealthy", key=key, detail="7 % of <!channel> fail")
        await its.here.says(card, "Verification failed")
        assert "verification failed: watch says: 7 % of <!channel> fail" in its.here.reads(card)
