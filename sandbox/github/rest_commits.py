"""The API's routes about the repository itself: commits, comparisons, tags, the pull requests of a commit."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sandbox.exchange import Asked, Reply
from sandbox.github import payloads
from sandbox.github.answers import answer, page_of, refuse
from sandbox.github.records import Commit, Repository

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

MOST_FILES = 300
MOST_COMMITS = 250
"""Told by an answer that is not asked for in pages: the newest."""

Handler = Callable[[Asked, Repository], Reply]


class CommitRoutes:
    """Reads what was pushed."""

    def __init__(self, forge: "Forge") -> None:
        self._forge = forge

    def table(self) -> list[tuple[str, str, Handler]]:
        """Return method, path below the repository, handler."""
        return [
            ("GET", "", self._repository),
            ("GET", "/commits/{ref}", self._commit),
            ("GET", "/commits/{ref}/pulls", self._pulls),
            ("GET", "/compare/{range}", self._compare),
            ("GET", "/tags", self._tags),
        ]

    def _repository(self, _request: Asked, repo: Repository) -> Reply:
        return answer(payloads.repository(repo, self._forge.site))

    def _commit(self, request: Asked, repo: Repository) -> Reply:
        found = repo.commit(request.match["ref"])
        if found is None:
            return refuse(422, f"No commit found for SHA: {request.match['ref']}")
        files = [payloads.changed_file(name) for name in _files([found])]
        return answer(payloads.commit(repo, found, self._forge.site) | {"files": files})

    def _pulls(self, request: Asked, repo: Repository) -> Reply:
        """Merged and open ones that have the commit, the newest first."""
        found = repo.commit(request.match["ref"])
        if found is None:
            return refuse(422, f"No commit found for SHA: {request.match['ref']}")
        having = [one for one in reversed(repo.pulls) if found.sha in one.commits]
        page, link = page_of(request, having)
        return answer([payloads.pull(repo, one, self._forge.site) for one in page], headers=link)

    def _tags(self, request: Asked, repo: Repository) -> Reply:
        page, link = page_of(request, sorted(repo.tags.items(), reverse=True))
        return answer([payloads.tag(repo, name, sha) for name, sha in page], headers=link)

    def _compare(self, request: Asked, repo: Repository) -> Reply:
        base, dots, head = request.match["range"].partition("...")
        first, last = repo.commit(base), repo.commit(head)
        if not dots or first is None or last is None:
            return refuse(404, "Not Found")
        before, after = repo.history(first), repo.history(last)
        old, new = {one.sha for one in before}, {one.sha for one in after}
        ahead = [one for one in reversed(after) if one.sha not in old]
        behind = [one for one in before if one.sha not in new]
        common = next((one for one in after if one.sha in old), None)
        if common is None:
            return refuse(404, f"No common ancestor between {base} and {head}.")
        standing = {(True, True): "diverged", (True, False): "ahead", (False, True): "behind"}
        paged = "page" in request.query or "per_page" in request.query
        page, link = page_of(request, ahead) if paged else (ahead[-MOST_COMMITS:], {})
        first_page = request.query.get("page", "1") == "1"
        return answer(
            {
                "url": str(request.url),
                "html_url": f"{self._forge.site}/{repo.full_name}/compare/{base}...{head}",
                "base_commit": payloads.commit(repo, first, self._forge.site),
                "merge_base_commit": payloads.commit(repo, common, self._forge.site),
                "status": standing.get((bool(ahead), bool(behind)), "identical"),
                "ahead_by": len(ahead),
                "behind_by": len(behind),
                "total_commits": len(ahead),
                "commits": [payloads.commit(repo, one, self._forge.site) for one in page],
                "files": [payloads.changed_file(name) for name in _files(ahead)] if first_page else [],
            },
            headers=link,
        )


def _files(commits: list[Commit]) -> list[str]:
    """Return what commits changed; an answer holds so many at most."""
    return sorted({name for one in commits for name in one.files})[:MOST_FILES]
