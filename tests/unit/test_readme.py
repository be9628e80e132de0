"""The README tells the truth: its diagram is the transition table's, its settings are those that are read."""

import re
from pathlib import Path

from bot.config.environment import Settings
from bot.core.diagram import diagram

OPERATIONS = (Path(__file__).parents[2] / "docs" / "operations.md").read_text()
ENVIRONMENT = OPERATIONS.partition("\n## The environment\n")[2].partition("\n## ")[0]
README = (Path(__file__).parents[2] / "README.md").read_text()


def test_the_diagram_is_made_from_the_transition_table() -> None:
    assert f"```mermaid\n{diagram()}```" in README


def test_every_setting_has_a_row() -> None:
    """In the page for operators; the README names those that a first start needs."""
    rows = [line.split(" | ")[0] for line in ENVIRONMENT.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`([A-Z_]+)`", row)}
    read = {"SIGNOFF_DATABASE" if name == "database_path" else name.upper() for name in Settings.model_fields}
    assert named == read
    assert set(re.findall(r"^\| `([A-Z_]+)` ", README, re.MULTILINE)) <= read


def test_no_file_names_a_registry() -> None:
    root = Path(__file__).parents[2]
    for file in ("requirements.lock", "requirements-test.lock", "Makefile", ".ci/run"):
        text = (root / file).read_text()
        assert "://" not in text
        assert "--index" not in text
