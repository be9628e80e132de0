"""GitHub's JSON of Apps, installations, their tokens, and deliveries of webhooks.

Fields from https://docs.github.com/rest/apps and https://docs.github.com/rest/repos/webhooks.
"""

import json
from collections.abc import Sequence
from typing import Any

from sandbox.github.access import Grant
from sandbox.github.apps import App, Installation
from sandbox.github.hooks import Delivered
from sandbox.github.payloads import API, account, node_id, owner_id, repository, time
from sandbox.github.records import Repository


def app(one: App, installations: int) -> dict[str, Any]:
    """Return an App as it sees itself."""
    return {
        "id": one.id,
        "slug": one.slug,
        "client_id": one.client_id,
        "node_id": node_id("App", one.id),
        "owner": account(one.owner, owner_id(one.owner)),
        "name": one.slug,
        "description": "",
        "external_url": "https://signoff.example",
        "html_url": f"https://github.com/apps/{one.slug}",
        "permissions": dict(one.permissions),
        "events": sorted(one.events),
        "installations_count": installations,
    }


def installation(one: Installation, web: str) -> dict[str, Any]:
    """Return an installation."""
    url = f"{API}/app/installations/{one.id}"
    return {
        "id": one.id,
        "account": account(one.account, owner_id(one.account)) | {"type": "Organization"},
        "repository_selection": _selection(one),
        "access_tokens_url": f"{url}/access_tokens",
        "repositories_url": f"{API}/installation/repositories",
        "html_url": f"{web}/organizations/{one.account}/settings/installations/{one.id}",
        "app_id": one.app.id,
        "app_slug": one.app.slug,
        "target_id": owner_id(one.account),
        "target_type": "Organization",
        "permissions": one.permissions,
        "events": sorted(one.app.events),
        "created_at": time(one.at),
        "updated_at": time(one.at),
        "single_file_name": None,
        "suspended_at": time(one.at) if one.suspended else None,
        "suspended_by": None,
    }


def token(grant: Grant, narrowed: Sequence[Repository] | None, web: str) -> dict[str, Any]:
    """Return a new installation token; `narrowed`: the repositories that it was asked for."""
    told: dict[str, Any] = {
        "token": grant.token,
        "expires_at": time(grant.expires_at) if grant.expires_at else None,
        "permissions": grant.permissions,
        "repository_selection": "all" if grant.repositories is None else "selected",
    }
    if narrowed is not None:
        told["repositories"] = [repository(one, web) for one in narrowed]
    return told


def delivery(one: Delivered) -> dict[str, Any]:
    """Return a webhook's delivery."""
    body = json.loads(one.hook.body)
    return {
        "id": one.id,
        "guid": one.hook.guid,
        "delivered_at": time(one.at),
        "redelivery": one.redelivery,
        "duration": 0.1,
        "status": "OK" if fits(one, "success") else "Invalid HTTP Response" if one.status else "failed to connect",
        "status_code": one.status,
        "event": one.hook.event,
        "action": body.get("action"),
        "installation_id": body.get("installation", {}).get("id"),
        "repository_id": one.hook.repository_id,
        "throttled_at": None,
    }


def hook(number: int, url: str, events: Sequence[str]) -> dict[str, Any]:
    """Return a repository's webhook."""
    return {
        "type": "Repository",
        "id": number,
        "name": "web",
        "active": True,
        "events": list(events),
        "config": {"content_type": "json", "url": url, "insecure_ssl": "0"},
    }


def fits(one: Delivered, status: str | None) -> bool:
    """Whether a delivery is of the kind that is asked for: `success` is an answer in the 200s, `failure` all else."""
    taken = 200 <= one.status < 300
    return status is None or (status == "success") == taken


def _selection(one: Installation) -> str:
    return "all" if one.repositories is None else "selected"
