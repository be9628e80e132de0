"""The fields of GitHub's JSON with their types, as its documentation of the REST API and of webhooks lists them.

https://docs.github.com/rest (version 2022-11-28) and https://docs.github.com/webhooks/webhook-events-and-payloads. Of
each object: what the sandbox sends, and what GitHub sends beside it and the sandbox leaves out. A field that is in
neither does not exist at GitHub.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, get_args

TEXT, NUMBER, FLAG, OBJECT, LIST = str, int, bool, dict, list
MAYBE_TEXT, MAYBE_NUMBER, MAYBE_OBJECT = str | None, int | None, dict | None
TIMES = {"created_at": TEXT, "updated_at": TEXT}


@dataclass(frozen=True, slots=True)
class Shape:
    """An object: the fields that are sent, those that only GitHub sends, and the shapes of what is inside."""

    sent: Mapping[str, Any]
    left_out: frozenset[str] = frozenset()
    inside: Mapping[str, "Shape"] = field(default_factory=dict)

    @property
    def documented(self) -> frozenset[str]:
        """Every field that GitHub documents."""
        return self.left_out | self.sent.keys()


def disagreements(shape: Shape, told: Mapping[str, Any], where: str = "") -> list[str]:
    """Return what is missing, of the wrong type or not known to GitHub, at any depth that has a shape."""
    found = [f"{where}{name}: not documented" for name in sorted(told.keys() - shape.documented)]
    found += [f"{where}{name}: missing" for name in sorted(shape.sent.keys() - told.keys())]
    for name in sorted(shape.sent.keys() & told.keys()):
        if not _is(told[name], shape.sent[name]):
            found.append(f"{where}{name}: {told[name]!r} is not {shape.sent[name]}")
    for name, inner in shape.inside.items():
        value = told.get(name)
        for one in value if isinstance(value, list) else [value] if isinstance(value, dict) else []:
            found += disagreements(inner, one, f"{where}{name}.")
    return found


def _is(value: Any, kind: Any) -> bool:
    if kind is Any:
        return True
    if isinstance(kind, UnionType):
        return any(_is(value, one) for one in get_args(kind))
    return isinstance(value, kind) and (kind is bool or not isinstance(value, bool))


def names(words: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(words.split())


ACCOUNT = Shape(
    {
        "login": TEXT,
        "id": NUMBER,
        "node_id": TEXT,
        "avatar_url": TEXT,
        "url": TEXT,
        "html_url": TEXT,
        "type": TEXT,
        "site_admin": FLAG,
    },
    names(
        "gravatar_id followers_url following_url gists_url starred_url subscriptions_url organizations_url repos_url "
        "events_url received_events_url user_view_type name email starred_at"
    ),
)
ORGANIZATION = Shape(
    {"login": TEXT, "id": NUMBER, "node_id": TEXT, "url": TEXT},
    names("repos_url events_url hooks_url issues_url members_url public_members_url avatar_url description"),
)
REPOSITORY = Shape(
    {
        "id": NUMBER,
        "node_id": TEXT,
        "name": TEXT,
        "full_name": TEXT,
        "private": FLAG,
        "owner": OBJECT,
        "html_url": TEXT,
        "url": TEXT,
        "description": MAYBE_TEXT,
        "default_branch": TEXT,
        "fork": FLAG,
        "archived": FLAG,
        "disabled": FLAG,
        "visibility": TEXT,
    },
    names(
        "archive_url assignees_url blobs_url branches_url collaborators_url comments_url commits_url compare_url "
        "contents_url contributors_url deployments_url downloads_url events_url forks_url git_commits_url git_refs_url "
        "git_tags_url git_url hooks_url issue_comment_url issue_events_url issues_url keys_url labels_url "
        "languages_url merges_url milestones_url notifications_url pulls_url releases_url ssh_url stargazers_url "
        "statuses_url subscribers_url subscription_url tags_url teams_url trees_url clone_url mirror_url svn_url "
        "homepage language forks_count stargazers_count watchers_count size open_issues_count is_template topics "
        "has_issues has_projects has_wiki has_pages has_downloads has_discussions pushed_at created_at updated_at "
        "permissions allow_rebase_merge template_repository temp_clone_token allow_squash_merge allow_auto_merge "
        "delete_branch_on_merge allow_merge_commit allow_forking subscribers_count network_count license organization "
        "parent source forks watchers open_issues web_commit_signoff_required custom_properties"
    ),
    {"owner": ACCOUNT},
)
HEAD_COMMIT = Shape(
    {"id": TEXT, "tree_id": TEXT, "message": TEXT, "timestamp": TEXT, "author": OBJECT, "committer": OBJECT},
    names("added removed modified distinct url"),
    {"author": Shape({"name": TEXT, "email": TEXT}, names("username date"))},
)
RUN = Shape(
    {
        "id": NUMBER,
        "node_id": TEXT,
        "name": MAYBE_TEXT,
        "path": TEXT,
        "head_branch": MAYBE_TEXT,
        "head_sha": TEXT,
        "display_title": TEXT,
        "run_number": NUMBER,
        "run_attempt": NUMBER,
        "event": TEXT,
        "status": MAYBE_TEXT,
        "conclusion": MAYBE_TEXT,
        "workflow_id": NUMBER,
        "workflow_url": TEXT,
        "check_suite_id": NUMBER,
        "check_suite_node_id": TEXT,
        "check_suite_url": TEXT,
        "url": TEXT,
        "html_url": TEXT,
        "jobs_url": TEXT,
        "logs_url": TEXT,
        "artifacts_url": TEXT,
        "cancel_url": TEXT,
        "rerun_url": TEXT,
        "previous_attempt_url": MAYBE_TEXT,
        "referenced_workflows": LIST,
        "pull_requests": LIST,
        **TIMES,
        "run_started_at": TEXT,
        "actor": OBJECT,
        "triggering_actor": OBJECT,
        "head_commit": OBJECT,
        "repository": OBJECT,
        "head_repository": OBJECT,
    },
    names("head_repository_id"),
    {
        "actor": ACCOUNT,
        "triggering_actor": ACCOUNT,
        "head_commit": HEAD_COMMIT,
        "repository": REPOSITORY,
        "head_repository": Shape({"id": NUMBER, "full_name": TEXT, "fork": FLAG}, REPOSITORY.documented),
    },
)
RUNS = Shape({"total_count": NUMBER, "workflow_runs": LIST}, inside={"workflow_runs": RUN})
WORKFLOW = Shape(
    {"id": NUMBER, "node_id": TEXT, "name": TEXT, "path": TEXT, "state": TEXT, "url": TEXT},
    names("created_at updated_at html_url badge_url deleted_at"),
)
WORKFLOWS = Shape({"total_count": NUMBER, "workflows": LIST}, inside={"workflows": WORKFLOW})
DISPATCHED = Shape({"workflow_run_id": NUMBER, "run_url": TEXT, "html_url": TEXT})
JOB = Shape(
    {
        "id": NUMBER,
        "run_id": NUMBER,
        "run_url": TEXT,
        "run_attempt": NUMBER,
        "node_id": TEXT,
        "head_sha": TEXT,
        "head_branch": MAYBE_TEXT,
        "workflow_name": MAYBE_TEXT,
        "url": TEXT,
        "html_url": MAYBE_TEXT,
        "status": TEXT,
        "conclusion": MAYBE_TEXT,
        "created_at": TEXT,
        "started_at": TEXT,
        "completed_at": MAYBE_TEXT,
        "name": TEXT,
        "steps": LIST,
        "check_run_url": TEXT,
        "labels": LIST,
        "runner_id": MAYBE_NUMBER,
        "runner_name": MAYBE_TEXT,
        "runner_group_id": MAYBE_NUMBER,
        "runner_group_name": MAYBE_TEXT,
    }
)
JOBS = Shape({"total_count": NUMBER, "jobs": LIST}, inside={"jobs": JOB})
DEPLOYMENT = Shape(
    {
        "url": TEXT,
        "id": NUMBER,
        "node_id": TEXT,
        "sha": TEXT,
        "ref": TEXT,
        "task": TEXT,
        "payload": dict | str,
        "original_environment": TEXT,
        "environment": TEXT,
        "description": MAYBE_TEXT,
        "creator": OBJECT,
        **TIMES,
        "statuses_url": TEXT,
        "repository_url": TEXT,
        "transient_environment": FLAG,
        "production_environment": FLAG,
    },
    names("performed_via_github_app"),
    {"creator": ACCOUNT},
)
DEPLOYMENT_STATUS = Shape(
    {
        "url": TEXT,
        "id": NUMBER,
        "node_id": TEXT,
        "state": TEXT,
        "creator": OBJECT,
        "description": TEXT,
        "environment": TEXT,
        "target_url": TEXT,
        "log_url": TEXT,
        "environment_url": TEXT,
        **TIMES,
        "deployment_url": TEXT,
        "repository_url": TEXT,
    },
    names("performed_via_github_app"),
    {"creator": ACCOUNT},
)
NAMED_ENVIRONMENT = Shape(
    {"id": NUMBER, "node_id": TEXT, "name": TEXT, "url": TEXT, "html_url": TEXT}, names("created_at updated_at")
)
REVIEWER = Shape({"type": TEXT, "reviewer": OBJECT})
PROTECTION = Shape(
    {"id": NUMBER, "node_id": TEXT, "type": TEXT},
    names("wait_timer prevent_self_review reviewers"),
    {"reviewers": REVIEWER},
)
ENVIRONMENT = Shape(
    {
        **NAMED_ENVIRONMENT.sent,
        **TIMES,
        "protection_rules": LIST,
        "deployment_branch_policy": MAYBE_OBJECT,
    },
    inside={"protection_rules": PROTECTION},
)
ENVIRONMENTS = Shape({"total_count": NUMBER, "environments": LIST}, inside={"environments": ENVIRONMENT})
CUSTOM_RULE = Shape(
    {"id": NUMBER, "node_id": TEXT, "enabled": FLAG, "app": OBJECT},
    inside={"app": Shape({"id": NUMBER, "slug": TEXT, "integration_url": TEXT, "node_id": TEXT})},
)
CUSTOM_RULES = Shape(
    {"total_count": NUMBER, "custom_deployment_protection_rules": LIST},
    names("available_custom_deployment_protection_rule_integrations"),
    {"custom_deployment_protection_rules": CUSTOM_RULE},
)
PENDING = Shape(
    {
        "environment": OBJECT,
        "wait_timer": NUMBER,
        "wait_timer_started_at": MAYBE_TEXT,
        "current_user_can_approve": FLAG,
        "reviewers": LIST,
    },
    inside={"environment": NAMED_ENVIRONMENT, "reviewers": REVIEWER},
)
APPROVAL = Shape(
    {"state": TEXT, "comment": TEXT, "environments": LIST, "user": OBJECT},
    inside={"environments": NAMED_ENVIRONMENT, "user": ACCOUNT},
)
BRIEF_STATUS = Shape(
    {
        "url": TEXT,
        "avatar_url": MAYBE_TEXT,
        "id": NUMBER,
        "node_id": TEXT,
        "state": TEXT,
        "description": MAYBE_TEXT,
        "target_url": MAYBE_TEXT,
        "context": TEXT,
        **TIMES,
    },
    names("required"),
)
COMMIT_STATUS = Shape({**BRIEF_STATUS.sent, "creator": OBJECT}, inside={"creator": ACCOUNT})
COMBINED = Shape(
    {
        "state": TEXT,
        "statuses": LIST,
        "sha": TEXT,
        "total_count": NUMBER,
        "repository": OBJECT,
        "commit_url": TEXT,
        "url": TEXT,
    },
    inside={"statuses": BRIEF_STATUS, "repository": REPOSITORY},
)
CHECK_RUN = Shape(
    {
        "id": NUMBER,
        "node_id": TEXT,
        "head_sha": TEXT,
        "external_id": MAYBE_TEXT,
        "url": TEXT,
        "html_url": MAYBE_TEXT,
        "details_url": MAYBE_TEXT,
        "status": TEXT,
        "conclusion": MAYBE_TEXT,
        "started_at": MAYBE_TEXT,
        "completed_at": MAYBE_TEXT,
        "output": OBJECT,
        "name": TEXT,
        "check_suite": MAYBE_OBJECT,
        "app": MAYBE_OBJECT,
        "pull_requests": LIST,
    },
    names("deployment"),
    {
        "output": Shape(
            {
                "title": MAYBE_TEXT,
                "summary": MAYBE_TEXT,
                "text": MAYBE_TEXT,
                "annotations_count": NUMBER,
                "annotations_url": TEXT,
            }
        ),
        "app": Shape(
            {"id": NUMBER, "slug": TEXT, "node_id": TEXT, "name": TEXT},
            names("owner description external_url html_url created_at updated_at permissions events client_id"),
        ),
    },
)
CHECK_RUNS = Shape({"total_count": NUMBER, "check_runs": LIST}, inside={"check_runs": CHECK_RUN})
_SIGNATURE = Shape({"name": TEXT, "email": TEXT, "date": TEXT})
COMMIT = Shape(
    {
        "sha": TEXT,
        "node_id": TEXT,
        "url": TEXT,
        "html_url": TEXT,
        "commit": OBJECT,
        "author": MAYBE_OBJECT,
        "committer": MAYBE_OBJECT,
        "parents": LIST,
    },
    names("comments_url stats files"),
    {
        "author": ACCOUNT,
        "commit": Shape(
            {"message": TEXT, "author": OBJECT, "committer": OBJECT},
            names("tree url comment_count verification"),
            {"author": _SIGNATURE, "committer": _SIGNATURE},
        ),
        "parents": Shape({"sha": TEXT}, names("url html_url")),
    },
)
CHANGED_FILE = Shape(
    {"sha": TEXT, "filename": TEXT, "status": TEXT, "additions": NUMBER, "deletions": NUMBER, "changes": NUMBER},
    names("blob_url raw_url contents_url patch previous_filename"),
)
COMPARISON = Shape(
    {
        "url": TEXT,
        "html_url": TEXT,
        "base_commit": OBJECT,
        "merge_base_commit": OBJECT,
        "status": TEXT,
        "ahead_by": NUMBER,
        "behind_by": NUMBER,
        "total_commits": NUMBER,
        "commits": LIST,
        "files": LIST,
    },
    names("permalink_url diff_url patch_url"),
    {"base_commit": COMMIT, "merge_base_commit": COMMIT, "commits": COMMIT, "files": CHANGED_FILE},
)
PULL = Shape(
    {
        "url": TEXT,
        "id": NUMBER,
        "node_id": TEXT,
        "html_url": TEXT,
        "number": NUMBER,
        "state": TEXT,
        "locked": FLAG,
        "title": TEXT,
        "user": OBJECT,
        "body": MAYBE_TEXT,
        "labels": LIST,
        **TIMES,
        "closed_at": MAYBE_TEXT,
        "merged_at": MAYBE_TEXT,
        "draft": FLAG,
        "base": OBJECT,
    },
    names(
        "_links active_lock_reason assignee assignees author_association auto_merge comments_url commits_url diff_url "
        "head issue_url merge_commit_sha milestone patch_url requested_reviewers requested_teams review_comment_url "
        "review_comments_url statuses_url"
    ),
    {
        "user": ACCOUNT,
        "labels": Shape(
            {"id": NUMBER, "name": TEXT, "description": MAYBE_TEXT, "color": TEXT, "default": FLAG},
            names("node_id url"),
        ),
        "base": Shape({"label": TEXT, "ref": TEXT}, names("sha user repo")),
    },
)
BRANCH = Shape({"name": TEXT, "commit": OBJECT, "protected": FLAG}, names("protection protection_url _links"))
REF = Shape({"ref": TEXT, "node_id": TEXT, "url": TEXT, "object": OBJECT})
TAG = Shape({"name": TEXT, "node_id": TEXT, "commit": OBJECT, "zipball_url": TEXT, "tarball_url": TEXT})
APP = Shape(
    {
        "id": NUMBER,
        "slug": TEXT,
        "client_id": TEXT,
        "node_id": TEXT,
        "owner": OBJECT,
        "name": TEXT,
        "description": MAYBE_TEXT,
        "external_url": TEXT,
        "html_url": TEXT,
        "permissions": OBJECT,
        "events": LIST,
        "installations_count": NUMBER,
    },
    names("created_at updated_at"),
    {"owner": ACCOUNT},
)
INSTALLATION = Shape(
    {
        "id": NUMBER,
        "account": OBJECT,
        "repository_selection": TEXT,
        "access_tokens_url": TEXT,
        "repositories_url": TEXT,
        "html_url": TEXT,
        "app_id": NUMBER,
        "app_slug": TEXT,
        "target_id": NUMBER,
        "target_type": TEXT,
        "permissions": OBJECT,
        "events": LIST,
        **TIMES,
        "single_file_name": MAYBE_TEXT,
        "suspended_at": MAYBE_TEXT,
        "suspended_by": MAYBE_OBJECT,
    },
    names("client_id has_multiple_single_files single_file_paths contact_email"),
    {"account": ACCOUNT},
)
INSTALLATION_TOKEN = Shape(
    {"token": TEXT, "expires_at": TEXT, "permissions": OBJECT, "repository_selection": TEXT},
    names("repositories has_multiple_single_files single_file single_file_paths"),
    {"repositories": REPOSITORY},
)
HOOK = Shape(
    {"type": TEXT, "id": NUMBER, "name": TEXT, "active": FLAG, "events": LIST, "config": OBJECT},
    names("created_at updated_at url test_url ping_url deliveries_url last_response app_id"),
)
DELIVERY = Shape(
    {
        "id": NUMBER,
        "guid": TEXT,
        "delivered_at": TEXT,
        "redelivery": FLAG,
        "duration": float,
        "status": TEXT,
        "status_code": NUMBER,
        "event": TEXT,
        "action": MAYBE_TEXT,
        "installation_id": MAYBE_NUMBER,
        "repository_id": MAYBE_NUMBER,
        "throttled_at": MAYBE_TEXT,
    },
    names("url request response"),
)
ERROR = Shape({"message": TEXT, "documentation_url": TEXT, "status": TEXT}, names("errors url"))
