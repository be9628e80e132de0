"""An old copy of the database: refused until somebody says that they mean it, and then nothing is triggered unseen."""

import errno
import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.events import FoundLive
from bot.core.policy import Mode
from bot.core.release import Lifecycle
from bot.ports.audit import AuditEntry
from bot.ports.ci import ProgressStatus
from bot.ports.effects import EffectKind, NewEffect
from storage import installation
from storage.database import DatabaseProblem, SqliteStore, open_store
from storage.installation import marker_path
from tests.factories import NOON, a_lane_policy, a_policy, a_report, a_sha
from tests.fakes.world import World

ENTRY = AuditEntry(NOON, "approved", "priya", "button", "payments/production", 1, "policy-1", {})
KNOWINGLY = (
    "Start with `signoff serve --restored` if it is the copy that you mean to go on with: every deploy is looked up "
    "before anything is triggered, and what is live is looked at anew."
)


async def opened(path: Path, *, restored: bool = False) -> SqliteStore:
    return await open_store(path, clock=lambda: NOON, token=lambda: "", restored=restored)


async def started(path: Path, *, audited: int = 0, restored: bool = False) -> None:
    """Start and stop once; so many things happen in between."""
    store = await opened(path, restored=restored)
    for _ in range(audited):
        await store.write(lambda tx: tx.audit.append(ENTRY))
    await store.close()


def marked(path: Path) -> dict[str, object]:
    found = json.loads(marker_path(path).read_text())
    assert isinstance(found, dict)
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "signoff.db"


async def refusal(path: Path) -> str:
    with pytest.raises(DatabaseProblem) as caught:
        await opened(path)
    return str(caught.value)


async def test_each_start_raises_the_epoch_in_the_database_and_beside_it(path: Path) -> None:
    for epoch in (1, 2, 3):
        await started(path, audited=1)
        assert (marked(path)["epoch"], marked(path)["audit"]) == (epoch, epoch)
    assert stat.S_IMODE(marker_path(path).stat().st_mode) == 0o600


def copied(path: Path) -> Path:
    return Path(shutil.copy(path, path.with_name("copy")))


async def test_t34_a_copy_from_before_the_last_start_is_refused(path: Path) -> None:
    await started(path)
    copy = copied(path)
    await started(path)
    copy.replace(path)
    told = f"{path} is an old copy: {path}.epoch has seen a later state of it. {KNOWINGLY}"
    assert await refusal(path) == told
    assert await refusal(path) == told, "asking again changes nothing"
    await started(path, restored=True)
    assert marked(path)["epoch"] == 3
    await started(path)


async def test_t34_a_copy_taken_while_it_ran_is_refused_after_it_stopped(path: Path) -> None:
    store = await opened(path)
    copy = copied(path)
    await store.write(lambda tx: tx.audit.append(ENTRY))
    await store.close()
    copy.replace(path)
    assert await refusal(path) == f"{path} is an old copy: {path}.epoch has seen a later state of it. {KNOWINGLY}"


async def test_an_empty_file_where_there_was_a_database_is_refused(path: Path) -> None:
    await started(path)
    path.unlink()
    assert await refusal(path) == (
        f"{path} is new or very old, but {path}.epoch knows of a later one. Put that one back; to begin afresh, "
        f"remove signoff.db.epoch. {KNOWINGLY}"
    )
    marker_path(path).unlink()
    await started(path)


async def test_a_database_without_its_marker_is_refused(path: Path) -> None:
    await started(path)
    marker_path(path).unlink()
    assert await refusal(path) == f"{path} has been in use, but its signoff.db.epoch is not beside it. {KNOWINGLY}"


async def test_the_database_of_another_installation_is_refused(path: Path) -> None:
    other = path.with_name("other.db")
    await started(path)
    await started(other)
    shutil.copy(other, path)
    assert await refusal(path) == (
        f"{path} is the database of another installation than {path}.epoch says. {KNOWINGLY}"
    )
    await started(path, restored=True)
    assert marked(path)["installation"] == marked(other)["installation"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"installation": "a", "epoch": -1, "audit": 0}',
        '{"installation": "../a", "epoch": 1, "audit": 0}',
    ],
)
async def test_a_marker_that_nobody_can_read_is_refused(path: Path, text: str) -> None:
    await started(path)
    marker_path(path).write_text(text)
    assert await refusal(path) == f"{path}.epoch is not what Signoff wrote beside its database. {KNOWINGLY}"
    await started(path, restored=True)
    await started(path)


@pytest.mark.parametrize("lost", [marker_path, lambda path: path])
async def test_a_crash_at_the_very_first_start_is_no_old_copy(path: Path, lost: Callable[[Path], Path]) -> None:
    await started(path)
    lost(path).unlink()
    if lost(path) != path:
        path.unlink()
    else:
        marker_path(path).write_text(json.dumps(marked(path) | {"epoch": 0, "audit": 0}))
    await started(path)


async def test_a_first_start_that_cannot_write_its_marker_can_be_repeated(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = installation.write_marker

    def full(database: Path, marker: installation.Marker) -> None:
        if marker.epoch:
            raise OSError(errno.ENOSPC, "No space left on device")
        write(database, marker)

    with monkeypatch.context() as patch:
        patch.setattr(installation, "write_marker", full)
        assert await refusal(path) == f"The disk of {path} is full. Make room and start again."
    await started(path)


async def test_a_crash_between_the_database_and_its_marker_is_no_old_copy(path: Path) -> None:
    await started(path)
    before = marker_path(path).read_text()
    await started(path)
    marker_path(path).write_text(before)
    await started(path)
    assert marked(path)["epoch"] == 3


# -- with --restored ---------------------------------------------------------------------------------------------------


async def restore(world: World, copy: Path) -> None:
    """End the process, put the copy in place of its database, and start it knowingly."""
    await world.store.close()
    copy.replace(world.folder / "signoff.db")
    await started(world.folder / "signoff.db", restored=True)
    await world.open()


async def test_t34_what_was_deployed_since_the_copy_is_found_and_not_deployed_again(tmp_path: Path) -> None:
    world = World(tmp_path, a_policy())
    await world.open()
    await world.looks()
    await world.looks(a_report(1))
    await world.stores(world.click("U0PRIYA", posted := await world.notice(), posted.button("approve")))
    await world.acts.once()
    copy = copied(tmp_path / "signoff.db")
    await world.settle()
    assert len(world.executor.started) == 1, "it is deployed after the copy was taken"
    await restore(world, copy)
    await world.looks()
    release = await world.release()
    assert release.state is Lifecycle.DEPLOYING
    assert release.deployment
    assert release.deployment.ref == "1", "it was found by its key"
    assert len(world.executor.started) == 1
    await world.store.close()


async def test_t34_what_was_approved_since_the_copy_is_found_when_it_is_approved_again(tmp_path: Path) -> None:
    world = World(tmp_path, a_policy())
    await world.open()
    await world.looks()
    await world.looks(a_report(1))
    copy = copied(tmp_path / "signoff.db")
    await world.clicks("U0PRIYA", await world.notice(), "approve")
    assert len(world.executor.started) == 1
    await restore(world, copy)
    await world.looks()
    await world.clicks("U0PRIYA", await world.notice(), "approve")
    assert len(world.executor.started) == 1
    await world.store.close()


async def test_t34_what_shipped_by_itself_since_the_copy_is_not_shipped_again(tmp_path: Path) -> None:
    world = World(tmp_path, a_policy(a_lane_policy(mode=Mode.DEPLOYMENT)))
    await world.open()
    await world.looks()
    copy = copied(tmp_path / "signoff.db")
    await world.looks(a_report(1))
    world.executor.says(ProgressStatus.SUCCEEDED)
    await world.follows()
    assert len(world.executor.started) == 1
    world.executor.live["production"] = FoundLive(a_sha(1), "1", NOON, None)
    await restore(world, copy)
    await world.looks(a_report(1))
    lane = await world.store.read(lambda tx: tx.lanes.load(a_lane_policy().lane))
    assert lane.live
    assert (lane.live.sha, lane.releases) == (a_sha(1), ())
    assert len(world.executor.started) == 1
    await world.store.close()


async def test_a_deploy_that_never_happened_is_started_once(tmp_path: Path) -> None:
    world = World(tmp_path, a_policy())
    await world.open()
    await world.looks()
    await world.looks(a_report(1))
    copy = copied(tmp_path / "signoff.db")
    await restore(world, copy)
    await world.looks()
    await world.clicks("U0PRIYA", await world.notice(), "approve")
    assert world.executor.started == [(await world.release()).key]
    assert world.executor.asked("find") == 1, "it was looked up first"
    await world.store.close()


async def test_t34_an_announcement_that_may_have_been_sent_since_is_not_sent_again(path: Path) -> None:
    store = await opened(path)
    effect = NewEffect("announce:R-1", EffectKind.ANNOUNCE, "announce:R-1", None, "{}")
    await store.write(lambda tx: tx.effects.enqueue(effect, NOON))
    await store.close()
    await started(path, restored=True)
    store = await opened(path)
    assert await store.read(lambda tx: tx.effects.next_due((EffectKind.ANNOUNCE,))) is None
    await store.close()
