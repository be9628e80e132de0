"""Stop the line: a branch is no longer deployable, told once with the first bad commit, and once when it is mended."""

from bot.core.build import Build, RunStatus
from bot.core.policy import Policy
from bot.ports.slack import Message
from bot.views.blocks import Fact, said
from bot.views.escape import link, mrkdwn
from bot.views.limits import few
from bot.views.links import Links, place_of
from bot.views.naming import WORKFLOWS, build_label, word
from bot.views.people import authors

_TITLE = 300
_BAD = {RunStatus.FAILED, RunStatus.CANCELLED}


def broken(first: Build, policy: Policy, links: Links) -> Message:
    """Return that a service's branch stopped being deployable: the first bad commit, its authors, what failed."""
    bad = [_check(check.pipeline, check.url, links) for check in first.checks if check.status in _BAD]
    return said(
        f"{authors(first.authors, policy)}: {word(first.service)} can no longer be deployed from {word(first.branch)}. "
        f"The first bad commit is {_commit(first, policy, links)}.",
        Fact("What failed", few(bad, 5) or "a pipeline"),
        Fact("Next", "please fix it, revert it or run it again; you hear of it once more, when it is fixed"),
    )


def mended(build: Build, first: Build | None, policy: Policy, links: Links) -> Message:
    """Return that it can be deployed again: by which commit, and which one had broken it, where that is known."""
    broke = f" {_commit(first, policy, links)} had broken it." if first else ""
    wrote = authors(build.authors, policy)
    return said(
        f"{word(build.service)} can be deployed from {word(build.branch)} again: {build_label(build)}, "
        f"commit {_commit(build, policy, links)} by {wrote}, is well.{broke}"
    )


def _commit(build: Build, policy: Policy, links: Links) -> str:
    service = policy.service(build.service)
    url = links.commit(place_of(service), build.sha)
    title = mrkdwn(build.title, _TITLE)
    return f"{link(url, build.short_sha)} “{title}”" if title else link(url, build.short_sha)


def _check(name: str, url: str, links: Links) -> str:
    return link(links.own(url), name.removeprefix(WORKFLOWS))
