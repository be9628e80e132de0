"""Tags of a repository, by the commit that they point at. Pure.

https://docs.github.com/rest/repos/repos#list-repository-tags: an annotated tag is told with its commit, too.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from pydantic import TypeAdapter, ValidationError

from bot.core.source import GithubSource
from bot.ports.ci import HttpReply, HttpRequest
from handlers.ci.github_pages import api
from handlers.ci.github_payloads import Maybe, Sent, Sha

PER_PAGE = 100
MOST_PAGES = 10
NOT_FOUND = 404

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+/@-]{0,99}", re.ASCII)
"""Whoever may push may name a tag: what git allows besides could act in a workflow that gets it as its version."""


class _Tag(Sent):
    class Target(Sent):
        """What it points at."""

        sha: Sha

    name: str
    commit: Target


_TAGS = TypeAdapter(list[Annotated[_Tag | None, Maybe]])


@dataclass(frozen=True, slots=True)
class TagPage:
    """What a page tells of the commits that were asked for, and whether there may be another one."""

    found: tuple[tuple[str, str], ...]  # commit and tag
    more: bool


def tags_request(source: GithubSource, page: int) -> HttpRequest:
    """Return the request for a page of tags, counted from 1."""
    query = (("per_page", str(PER_PAGE)), ("page", str(page)))
    return HttpRequest("GET", api(source.repository, "tags"), query)


def read_tags(reply: HttpReply, commits: Collection[str], page: int) -> TagPage | None:
    """Return the tags of these commits among a page, or None when it cannot be read; a missing repository has none.

    Args:
        reply: the answer to `tags_request`.
        commits: whole hashes.
        page: which page it is; after `MOST_PAGES` no further one is asked for.
    """
    if reply.status == NOT_FOUND:
        return TagPage((), more=False)
    try:
        tags = _TAGS.validate_json(reply.body)
    except ValidationError:
        return None
    named = (tag for tag in tags if tag is not None and tag.commit.sha in commits and _NAME.fullmatch(tag.name))
    return TagPage(tuple((tag.commit.sha, tag.name) for tag in named), more=len(tags) >= PER_PAGE and page < MOST_PAGES)
