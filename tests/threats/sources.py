"""The product's own source files as trees, parsed once for all tests that look for something in them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def trees() -> Iterator[tuple[str, ast.Module]]:
    """Return every file of the bot and the handlers by its path, with what stands in it."""
    for folder in ("bot", "handlers"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), _tree(path)
