"""signoff output: what commands printed, on the host."""

from pathlib import Path

import pytest

from bot.__main__ import main


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SIGNOFF_DATABASE", f"sqlite:///{tmp_path / 'signoff.db'}")
    monkeypatch.setenv("GITHUB_TOKEN", "github-token-of-ours")
    return tmp_path / "signoff.db.commands"


def attempt(records: Path, key: str, nth: int, name: str, printed: bytes) -> None:
    folder = records / key / str(nth)
    folder.mkdir(parents=True)
    (folder / name).write_bytes(printed)


def test_it_shows_what_is_kept_attempt_by_attempt(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    attempt(records, "R-42-abcd2345", 1, "printed", b"first\n")
    attempt(records, "R-42-abcd2345", 2, "printed", b"second\n")
    attempt(records, "R-4-abcd2345", 1, "printed", b"another\n")
    assert main(["output", "R-42"]) == 0
    assert capsys.readouterr().out == "first\nsecond\n"


def test_it_hides_what_is_secret_and_what_moves_a_terminal(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    attempt(records, "R-42-abcd2345", 1, "printed", b"github-token-of-ours \x1b[2J xoxb-1-2 \xef\xbf\xbd\n")
    assert main(["output", "R-42"]) == 0
    assert capsys.readouterr().out == "[redacted] \\x1b[2J [redacted] \ufffd\n"


def test_of_what_still_runs_it_shows_nothing_since_only_the_bot_knows_all_secrets(
    records: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    attempt(records, "R-42-abcd2345", 1, "output", b"a secret that only the policy names\n")
    assert main(["output", "R-42"]) == 0
    assert capsys.readouterr().out == (
        "What it prints is shown once it has ended and Signoff has taken the secrets out.\n"
    )


def test_what_printed_nothing_shows_nothing(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (records / "R-42-abcd2345" / "1").mkdir(parents=True)
    assert main(["output", "R-42"]) == 0
    assert capsys.readouterr().out == "\n"


def test_what_is_not_on_record_is_said_so(records: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["output", "R-42"]) == 2
    assert capsys.readouterr().err == f"{records} cannot be read: No such file or directory.\n"
    records.mkdir()
    (records / "R-42-other").mkdir()
    assert main(["output", "R-42"]) == 1
    assert capsys.readouterr().err == f"No command of R-42 is on record in {records}.\n"


@pytest.mark.parametrize("said", ["42", "../R-42", "R-0", "R-42 "])
def test_what_is_no_release_is_told_in_a_sentence(said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["output", said]) == 2
    assert capsys.readouterr().err == "A release is named like R-42.\n"


@pytest.mark.usefixtures("records")
def test_settings_that_are_wrong_are_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SIGNOFF_DATABASE", "mysql://x")
    assert main(["output", "R-42"]) == 2
    assert capsys.readouterr().err.startswith("SIGNOFF_DATABASE is not an SQLite file")
