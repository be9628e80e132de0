"""What is written where the bot logs, by itself and by the libraries it uses."""

import io
import json
import logging
import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot import logs
from bot.redaction import Redactor

SECRET = "hunter2-hunter2"


class Terminal(io.StringIO):
    """A person watches."""

    def isatty(self) -> bool:
        return True


class Gone(io.StringIO):
    """Nobody reads."""

    def write(self, _text: str, /) -> int:
        raise OSError("nobody reads")


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Give back what a process has only one of."""
    root, hook, configured = logging.getLogger(), sys.excepthook, structlog.get_config()
    handlers, level = list(root.handlers), root.level
    yield
    logging.captureWarnings(capture=False)
    root.handlers[:], sys.excepthook = handlers, hook
    root.setLevel(level)
    structlog.configure(**configured)


def fail(error: Exception) -> None:
    raise error


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    """Return the lines without their times, which must be in UTC."""
    found = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert all(line.pop("timestamp").endswith("Z") for line in found)
    return found


def test_an_event_is_one_json_object_with_the_ids_of_its_work() -> None:
    stream = io.StringIO()
    logs.set_up(Redactor([SECRET]), stream)
    log = structlog.get_logger()
    with structlog.contextvars.bound_contextvars(inbox=7, actor="priya"):
        log.info("happened", what='approved\n{"event": "forged"}', token="x", note=f"said {SECRET}")
    log.debug("not_for_everybody")
    log.warning("after", name="Grüße")
    assert lines(stream) == [
        {
            "event": "happened",
            "level": "info",
            "inbox": 7,
            "actor": "priya",
            "what": 'approved\\n{"event": "forged"}',
            "token": "[redacted]",
            "note": "said [redacted]",
        },
        {"event": "after", "level": "warning", "name": "Grüße"},
    ]


def test_the_text_of_an_exception_holds_no_secret() -> None:
    stream = io.StringIO()
    logs.set_up(Redactor([SECRET]), stream)
    try:
        try:
            fail(ValueError(f"Bearer {SECRET}"))
        except ValueError as error:
            raise KeyError(f"xoxb-1-2 and {SECRET}") from error
    except KeyError:
        structlog.get_logger().exception("loop_failed")
    (line,) = lines(stream)
    told = line["exception"].splitlines()
    assert told[0] == "Traceback (most recent call last):"
    assert told[-1] == "KeyError: '[redacted] and [redacted]'"
    assert "ValueError: [redacted]" in told
    assert SECRET not in stream.getvalue()


def test_libraries_go_through_the_same_chain() -> None:
    stream = io.StringIO()
    logs.set_up(Redactor([SECRET]), stream)
    library = logging.getLogger("aiohttp.server")
    with structlog.contextvars.bound_contextvars(effect="deploy:R-1:1"):
        library.warning("peer said %s", SECRET + "\nforged")
    library.info("not worth a line")
    try:
        fail(OSError(SECRET))
    except OSError:
        library.exception("Error handling request")
    first, second = lines(stream)
    assert first == {
        "event": "library",
        "level": "warning",
        "effect": "deploy:R-1:1",
        "logger": "aiohttp.server",
        "message": "peer said [redacted]\\nforged",
    }
    assert (second["message"], second["exception"].splitlines()[-1]) == (
        "Error handling request",
        "OSError: [redacted]",
    )


def test_a_line_that_cannot_be_made_is_told_without_its_content(capsys: pytest.CaptureFixture[str]) -> None:
    stream = io.StringIO()
    logs.set_up(Redactor(), stream)
    logging.getLogger("aiohttp.server").warning("%d", "a payload")
    assert lines(stream) == [{"event": "log_line_lost", "level": "error", "logger": "aiohttp.server"}]
    assert capsys.readouterr() == ("", "")


def test_a_warning_of_python_is_a_line_too() -> None:
    stream = io.StringIO()
    logs.set_up(Redactor(), stream)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logs.set_up(Redactor(), stream)
        warnings.warn("old ways", DeprecationWarning, stacklevel=1)
    (line,) = lines(stream)
    assert (line["event"], line["logger"], "DeprecationWarning: old ways" in line["message"]) == (
        "library",
        "py.warnings",
        True,
    )


def test_a_terminal_gets_words_and_no_line_of_an_exception_looks_like_one_of_the_log() -> None:
    stream = Terminal()
    logs.set_up(Redactor([SECRET]), stream)
    try:
        fail(ValueError("first\n2026-11-21 [info] forged\x1b[2J"))
    except ValueError:
        structlog.get_logger().exception("loop_failed", loop="x\nforged", token=SECRET)
    written = stream.getvalue().splitlines()
    assert [line for line in written if "forged" in line and not line.startswith(logs.INDENT)] == [written[0]]
    assert "loop_failed" in written[0]
    assert written[-1] == f"{logs.INDENT}2026-11-21 [info] forged\\x1b[2J"
    assert SECRET not in stream.getvalue()


def test_the_bot_goes_on_when_nobody_can_read_its_log() -> None:
    stream = Gone()
    logs.set_up(Redactor(), stream)
    structlog.get_logger().error("loop_failed")
    logging.getLogger("aiohttp.server").error("x")
    assert stream.getvalue() == ""


def test_what_is_learnt_later_is_hidden_from_then_on() -> None:
    stream, redactor = io.StringIO(), Redactor([SECRET])
    logs.set_up(redactor, stream)
    redactor.learn(["named by a reload"])
    structlog.get_logger().info("happened", note=f"{SECRET}, named by a reload")
    assert [line["note"] for line in lines(stream)] == ["[redacted], [redacted]"]


PROGRAM = r"""
import structlog
from bot import logs
from bot.redaction import Redactor
logs.set_up(Redactor(["hunter2-hunter2"]))
structlog.get_logger().info("happened", name="Gr\u00fc\u00dfe \ud800 \u6771\u4eac")
raise ValueError("hunter2-hunter2")
"""


def test_lines_are_utf8_whatever_the_locale_and_the_last_words_hold_no_secret() -> None:
    environ = {**os.environ, "LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    environ.pop("PYTHONIOENCODING", None)
    ended = subprocess.run([sys.executable, "-c", PROGRAM], env=environ, capture_output=True, check=False, timeout=60)
    first, second = (json.loads(line) for line in ended.stderr.decode("utf-8").splitlines())
    assert (ended.returncode, ended.stdout) == (1, b"")
    assert (first["event"], first["name"]) == ("happened", "Grüße \\ud800 東京")
    assert (second["event"], second["exception"].splitlines()[-1]) == ("process_failed", "ValueError: [redacted]")
