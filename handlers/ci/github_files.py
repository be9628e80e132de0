"""Which files differ between two commits, as far as GitHub tells all of them. Pure.

https://docs.github.com/rest/commits/commits#compare-two-commits: the first page has the files, 300 at most.
"""

from typing import Annotated

from pydantic import Field, ValidationError

from bot.core.source import GithubSource
from bot.ports.ci import HttpReply, HttpRequest
from handlers.ci.github_pages import api
from handlers.ci.github_payloads import Sent

MOST_FILES = 300

Path = Annotated[str, Field(min_length=1, max_length=4096)]


class _Compared(Sent):
    class File(Sent):
        """A file that differs, with its former name where it was moved."""

        filename: Path
        previous_filename: Path | None = None

    status: str
    files: list[File]


def compare_request(source: GithubSource, base: str, head: str) -> HttpRequest:
    """Return the request that compares two commits; of the commits between them only one is wanted."""
    return HttpRequest("GET", api(source.repository, "compare", f"{base}...{head}"), (("per_page", "1"),))


def read_files(reply: HttpReply) -> tuple[str, ...] | None:
    """Return every file that differs, under both its names; None where the answer may leave one out.

    That is where the commits do not follow one another, where there are as many files as an answer holds, and where
    a part of it cannot be read.
    """
    try:
        compared = _Compared.model_validate_json(reply.body)
    except ValidationError:
        return None
    if compared.status != "ahead" or len(compared.files) >= MOST_FILES:
        return None
    names = [name for one in compared.files for name in (one.filename, one.previous_filename) if name is not None]
    return tuple(dict.fromkeys(names))
