"""Every pattern of the bot against 100 kB that are made to hurt it; prints those that take long, as JSON.

Run as a program of its own, since nothing can stop a pattern that has begun to run for ever.
"""

import ast
import importlib
import json
import pkgutil
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from time import process_time
from typing import Any

ROOT = Path(__file__).parent.parent.parent
LONG = 100_000
LIMIT = 0.2
"""Seconds of the processor: some milliseconds here where it grows with the text, minutes with its square."""
METHODS = {"fullmatch", "match", "search", "sub", "split", "finditer", "findall"}
PIECES = (
    "a",
    "A",
    "0",
    "9a",
    " ",
    "\t",
    "\n",
    "/",
    "a/",
    ".",
    "a.",
    "-",
    "_",
    "@",
    ":",
    "://",
    "<",
    "<@",
    "`",
    '"',
    "\\",
    "\0",
    "é",
    "#",
    "=",
    "?a=",
    "%20",
    ",a",
    "-\n",
    "a ",
)


def modules() -> Iterator[str]:
    """Yield the name of each module of the bot."""
    for package in ("bot", "handlers", "storage"):
        for found in pkgutil.walk_packages([str(ROOT / package)], f"{package}."):
            if not found.name.endswith("__main__"):
                yield found.name


def named(module: str) -> Iterator[tuple[str, re.Pattern[Any], set[str]]]:
    """Yield each pattern that a module keeps, with the ways in which it is used there, or all where that is not told."""
    loaded = importlib.import_module(module)
    tree = ast.parse(Path(loaded.__file__ or "").read_text())
    used: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in METHODS and isinstance(node.value, ast.Name):
            used.setdefault(node.value.id, set()).add(node.attr)
    for name, value in vars(loaded).items():
        if isinstance(value, re.Pattern):
            yield f"{module}.{name}", value, used.get(name) or {"search"}
    for number, node in enumerate(ast.walk(tree)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        of_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
        if of_re and node.func.attr in METHODS and node.args and isinstance(node.args[0], ast.Constant):
            yield f"{module}, line {node.lineno} ({number})", re.compile(str(node.args[0].value)), {node.func.attr}


def made_at_run_time() -> set[str]:
    """Return where a pattern is made of what is known at run time only: file and function, each to be looked at."""
    found = set()
    for package in ("bot", "handlers", "storage"):
        for path in sorted((ROOT / package).rglob("*.py")):
            for function in ast.walk(ast.parse(path.read_text())):
                if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and any(
                    map(_makes, ast.walk(function))
                ):
                    found.add(f"{path.relative_to(ROOT)}: {function.name}")
    return found


def _makes(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in METHODS | {"compile"}
        and not isinstance(node.args[0], ast.Constant)
    )


def hostile(pattern: re.Pattern[Any]) -> Iterator[str]:
    """Yield texts: one piece over and over, after what the pattern begins with and before what it cannot end with."""
    letters = dict.fromkeys(_literals(pattern.pattern))
    begins = "".join(letters)[:20]
    for piece in (*PIECES, *letters, begins):
        if piece:
            body = piece * (LONG // len(piece))
            yield body + "\x01"
            yield begins + body[: LONG - len(begins)] + "\x01"


def _literals(source: str | bytes) -> Iterator[str]:
    text = source if isinstance(source, str) else source.decode("latin-1")
    yield from re.findall(r"[A-Za-z0-9:/<@!#.=_-]{1,20}", text)


def slow(pattern: re.Pattern[Any], methods: set[str]) -> float:
    """Return the longest that the pattern takes for a text."""
    longest = 0.0
    for text in hostile(pattern):
        subject = text if isinstance(pattern.pattern, str) else text.encode()
        for method in methods:
            begun = process_time()
            found = getattr(pattern, method)(*(("x", subject) if method == "sub" else (subject,)))
            if method == "finditer":
                sum(1 for _ in found)
            longest = max(longest, process_time() - begun)
            if longest > LIMIT:
                return longest
    return longest


def main() -> None:
    """Print how many patterns there are and which take long."""
    sys.setrecursionlimit(10_000)
    patterns = [one for module in modules() for one in named(module)]
    unique = {
        (pattern.pattern, pattern.flags, *sorted(methods)): (name, pattern, methods)
        for name, pattern, methods in patterns
    }
    took = {name: round(slow(pattern, methods), 3) for name, pattern, methods in unique.values()}
    print(json.dumps({"patterns": len(unique), "slow": {name: one for name, one in took.items() if one > LIMIT}}))


if __name__ == "__main__":
    main()
