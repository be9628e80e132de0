"""T26: nothing that the bot writes goes to where a link or a name leads it, and nobody else reads it."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli import ledger_sink
from handlers.ci.command_record import KEY, Records, printed_of
from storage import ballast, installation
from storage.database import DatabaseProblem, open_store
from storage.lock import Lock
from tests.factories import NOON


@pytest.fixture
def treasure(tmp_path: Path) -> Path:
    """Return a file that somebody would like to see destroyed."""
    file = tmp_path / "treasure"
    file.write_text("precious")
    return file


@pytest.mark.parametrize("name", ["export.jsonl", "link", "dangling"])
def test_t26_an_export_overwrites_nothing_and_follows_no_link(tmp_path: Path, treasure: Path, name: str) -> None:
    (tmp_path / "export.jsonl").write_text("precious too")
    (tmp_path / "link").symlink_to(treasure)
    (tmp_path / "dangling").symlink_to(tmp_path / "not yet")
    with pytest.raises(FileExistsError), ledger_sink.opened(tmp_path / name):
        raise AssertionError("it was opened")
    assert {file.name: file.read_text() for file in tmp_path.iterdir() if file.name != "dangling"} == {
        "treasure": "precious",
        "export.jsonl": "precious too",
        "link": "precious",
    }


def test_t26_an_export_is_for_its_owner_only_whatever_the_umask(tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        with ledger_sink.opened(tmp_path / "export.jsonl") as file:
            file.write(b"{}\n")
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "export.jsonl").stat().st_mode) == 0o600


@pytest.mark.parametrize("beside", ["signoff.db.lock", "signoff.db.epoch.part"])
async def test_t26_a_link_beside_the_database_leads_nowhere(tmp_path: Path, treasure: Path, beside: str) -> None:
    (tmp_path / beside).symlink_to(treasure)
    with pytest.raises(DatabaseProblem, match=r"too many levels of symbolic links"):
        await open_store(tmp_path / "signoff.db", clock=lambda: NOON, token=lambda: "")
    assert treasure.read_text() == "precious"


@pytest.mark.parametrize(
    ("write", "beside"),
    [
        (lambda database: Lock(database).acquire(), "signoff.db.lock"),
        (lambda database: installation.write_marker(database, installation.Marker("a", 1, 1)), "signoff.db.epoch.part"),
    ],
)
def test_t26_whoever_writes_beside_the_database_follows_no_link(
    tmp_path: Path, treasure: Path, write: Callable[[Path], None], beside: str
) -> None:
    (tmp_path / beside).symlink_to(treasure)
    with pytest.raises(OSError, match="symbolic"):
        write(tmp_path / "signoff.db")
    assert treasure.read_text() == "precious"


def test_t26_the_ballast_follows_no_link(tmp_path: Path, treasure: Path) -> None:
    (tmp_path / "signoff.db.ballast.part").symlink_to(treasure)
    assert ballast.lay(tmp_path / "signoff.db") is False
    assert treasure.read_text() == "precious"


@given(st.text(st.sampled_from("R-1abcdefgh./\\\0 \n\u0661"), max_size=24))
def test_t26_a_key_is_no_path(key: str) -> None:
    records = Records(Path("/nowhere"), lambda: NOON, str)
    if KEY.fullmatch(key):
        assert records._home(key).parent == Path("/nowhere")
    else:
        with pytest.raises(ValueError, match="not a key of ours"):
            records._home(key)


@pytest.mark.parametrize("asked", ["../R-1", "R-1/../../etc", "R-1\n", "R-\u0661", "R-0", "/etc/passwd", "R-1*"])
def test_t26_the_output_of_a_release_is_asked_for_by_its_name_alone(
    capfd: pytest.CaptureFixture[str], asked: str
) -> None:
    from bot.__main__ import main  # noqa: PLC0415 - the parser is built for this test alone

    assert main(["output", asked]) == 2
    assert capfd.readouterr() == ("", "A release is named like R-42.\n")


def test_t26_what_a_command_printed_is_looked_for_below_its_directory_alone(tmp_path: Path, treasure: Path) -> None:
    home = tmp_path / "commands" / "R-1-abcd2345"
    home.mkdir(parents=True)
    (home / "1").symlink_to(treasure.parent)
    (home / "x").mkdir()
    assert printed_of(tmp_path / "commands", "R-1", str) == ""
