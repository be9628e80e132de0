"""How the bot logs: events with stable names, one line each, JSON unless a person watches; secrets and payloads never.

Everything goes through one chain, what libraries log as well (as the event `library`), and the last step before the
line is written hides secrets. docs/operations.md lists the events.
"""

import io
import logging
import sys
from contextlib import suppress
from types import TracebackType
from typing import Any, Protocol, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.redaction import Redactor

INDENT = "    "
"""Before each line of an exception on a terminal, so that none of them looks like a line of the log."""


class Stream(Protocol):
    """Where lines go."""

    def write(self, text: str, /) -> object:
        """Write text."""

    def flush(self) -> object:
        """Bring it out."""

    def isatty(self) -> bool:
        """Whether a person watches."""


def set_up(redactor: Redactor, stream: Stream | None = None) -> None:
    """Send everything that is logged to `stream` (standard error), in UTF-8 whatever the locale, without secrets.

    What `redactor` learns later is hidden from then on.
    """
    lines = _Lines(_utf8(stream or sys.stderr))
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    last: list[Processor] = [_hide(redactor), *_rendered(watched=lines.isatty())]
    structlog.configure(
        processors=[*before, *last],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(cast("TextIO", lines)),
        cache_logger_on_first_use=False,
    )
    _take_over(lines, before, last)
    sys.excepthook = _last_words


def _take_over(lines: "_Lines", before: list[Processor], last: list[Processor]) -> None:
    """Lead what libraries log through the same chain."""
    handler = _Handler(lines)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            foreign_pre_chain=[_of_library, *before],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)


def _of_library(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    record: logging.LogRecord = event["_record"]
    event.update(event="library", logger=record.name, message=event["event"])
    return event


def _hide(redactor: Redactor) -> Processor:
    def hide(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        exception = event.pop("exception", None)
        hidden: dict[str, Any] = redactor.value(event)
        if exception is not None:
            hidden["exception"] = redactor.text(str(exception), lines=True)
        return hidden

    return hide


def _rendered(*, watched: bool) -> list[Processor]:
    if not watched:
        return [structlog.processors.JSONRenderer(ensure_ascii=False)]
    plain = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    return [_indent, plain]


def _indent(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if "exception" in event:
        event["exception"] = "\n".join(INDENT + line for line in str(event["exception"]).split("\n"))
    return event


def _last_words(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log what ends the process like everything else, without the secrets that its text may hold."""
    if issubclass(kind, KeyboardInterrupt):
        return
    structlog.get_logger().critical("process_failed", exc_info=(kind, error, trace))


def _utf8(stream: Stream) -> Stream:
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    return stream


class _Lines(io.TextIOBase):
    """The stream, each line in one piece; where it can no longer be written, the bot goes on."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    def write(self, text: str, /) -> int:
        with suppress(OSError, ValueError):  # a full disk, a reader that is gone, a closed file
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            self._stream.flush()

    def isatty(self) -> bool:
        return self._stream.isatty()


class _Handler(logging.StreamHandler["_Lines"]):
    """A line that cannot be made is told without its content; the stock handler would print all of it."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        structlog.get_logger().error("log_line_lost", logger=record.name)
