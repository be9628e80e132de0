"""The API's routes about the repository itself: commits, comparisons, tags, the pull requests of a commit."""

from typing import TYPE_CHECKING

from sandbox.exchange import Reply
from sandbox.github import payloads, payloads_checks
from sandbox.github.answers import answer, page_of, refuse
from sandbox.github.calls import Call, Route
from sandbox.github.records import Commit, Repository

if TYPE_CHECKING:
    from sandbox.github.forge import Forge

MOST_FILES = 300
MOST_COMMITS = 250
"""Told by an answer that is not asked for in pages: the newest."""


class CommitRoutes:
    """Reads what was pushed."""

    def __init__(self, forge: "Forge") -> None:
        self._forge = forge

    def table(self) -> list[Route]:
        """Return what is answered here."""
        return [
            Route("GET", "", self._repository, "metadata"),
            Route("GET", "/commits/{ref}", self._commit, "contents"),
            Route("GET", "/commits/{ref}/pulls", self._pulls, "pull_requests"),
            Route("GET", "/compare/{range}", self._compare, "contents"),
            Route("GET", "/commits", self._commits, "contents"),
            Route("GET", "/branches", self._branches, "contents"),
            Route("GET", "/branches/{branch:path}", self._branch, "contents"),
            Route("GET", "/git/ref/{ref:path}", self._ref, "contents"),
            Route("GET", "/git/matching-refs/{ref:path}", self._refs, "contents"),
            Route("GET", "/tags", self._tags, "contents"),
        ]

    def _repository(self, _request: Call, repo: Repository) -> Reply:
        return answer(payloads.repository(repo, self._forge.site))

    def _commit(self, request: Call, repo: Repository) -> Reply:
        found = repo.commit(request.match["ref"])
        if found is None:
            return refuse(422, f"No commit found for SHA: {request.match['ref']}")
        files = [payloads.changed_file(name) for name in _files([found])]
        return answer(payloads.commit(repo, found, self._forge.site) | {"files": files})

    def _commits(self, request: Call, repo: Repository) -> Reply:
        """The history of a branch, a tag or a commit, the newest first."""
        found = repo.commit(request.query.get("sha", repo.branch))
        if found is None:
            return refuse(404, "Not Found") if repo.commits else refuse(409, "Git Repository is empty.")
        page, link = page_of(request, repo.history(found))
        return answer([payloads.commit(repo, one, self._forge.site) for one in page], headers=link)

    def _branches(self, request: Call, repo: Repository) -> Reply:
        page, link = page_of(request, payloads_checks.branches(repo))
        return answer([payloads_checks.branch(repo, one) for one in page], headers=link)

    def _branch(self, request: Call, repo: Repository) -> Reply:
        name = request.match["branch"]
        if name not in payloads_checks.branches(repo):
            return refuse(404, "Branch not found")
        return answer(payloads_checks.branch(repo, name))

    def _ref(self, request: Call, repo: Repository) -> Reply:
        name = request.match["ref"]
        sha = _all_refs(repo).get(name)
        return answer(payloads_checks.ref(repo, name, sha)) if sha else refuse(404, "Not Found")

    def _refs(self, request: Call, repo: Repository) -> Reply:
        asked = request.match["ref"]
        found = [(name, sha) for name, sha in _all_refs(repo).items() if name.startswith(asked)]
        return answer([payloads_checks.ref(repo, name, sha) for name, sha in found])

    def _pulls(self, request: Call, repo: Repository) -> Reply:
        """Merged and open ones that have the commit, the newest first."""
        found = repo.commit(request.match["ref"])
        if found is None:
            return refuse(422, f"No commit found for SHA: {request.match['ref']}")
        having = [one for one in reversed(repo.pulls) if found.sha in one.commits]
        page, link = page_of(request, having)
        return answer([payloads.pull(repo, one, self._forge.site) for one in page], headers=link)

    def _tags(self, request: Call, repo: Repository) -> Reply:
        page, link = page_of(request, sorted(repo.tags.items(), reverse=True))
        return answer([payloads.tag(repo, name, sha) for name, sha in page], headers=link)

    def _compare(self, request: Call, repo: Repository) -> Reply:
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


def _all_refs(repo: Repository) -> dict[str, str]:
    """Return the commit of every branch and tag, by `heads/…` and `tags/…`."""
    heads = {f"heads/{name}": tip.sha for name in payloads_checks.branches(repo) if (tip := repo.tip(name))}
    return heads | {f"tags/{name}": sha for name, sha in sorted(repo.tags.items())}


def _files(commits: list[Commit]) -> list[str]:
    """Return what commits changed; an answer holds so many at most."""
    return sorted({name for one in commits for name in one.files})[:MOST_FILES]
