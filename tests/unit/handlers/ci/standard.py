"""Reports as any pipeline would sign them, and a policy that listens to them."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.core.policy import LaneId, Policy, ServicePolicy
from bot.core.source import StandardSource, VersionFrom
from bot.core.target import DeployWebhook
from handlers.ci.standard_payloads import SAID
from handlers.ci.standard_signature import sealed
from tests.factories import NOON, a_lane_policy, a_policy, a_sha

SECRET, TARGET_SECRET, OTHER_SECRET = "whsec_c2VjcmV0IG9mIHRoZSBwaXBlbGluZQ==", "a raw secret", "whsec_b3RoZXI="
SECRETS = {"DOCS_PIPELINE_SECRET": SECRET, "DOCS_DEPLOY_SECRET": TARGET_SECRET, "WIKI_SECRET": OTHER_SECRET}
DOCS = LaneId("docs", "production")
TARGET = DeployWebhook("https://deployer.acme.example/hooks/docs", "DOCS_DEPLOY_SECRET")
SOURCE = StandardSource("docs-pipeline", "DOCS_PIPELINE_SECRET", branch="main")
WIKI = StandardSource("wiki-pipeline", "WIKI_SECRET")


def a_standard_policy(**changed: Any) -> Policy:
    """Return the policy: `payments` from GitHub, `docs` and `wiki` by signed webhooks."""
    docs = ServicePolicy(
        "docs", "C0DOCS", SOURCE, VersionFrom.REPORTED, (a_lane_policy(DOCS, target=TARGET, **changed),)
    )
    wiki = a_lane_policy(LaneId("wiki", "production"))
    policy = a_policy()
    return replace(
        policy,
        services=(*policy.services, docs, ServicePolicy("wiki", "C0WIKI", WIKI, VersionFrom.REPORTED, (wiki,))),
    )


def a_report_sent(kind: str = "build.succeeded", at: str = "2026-11-21T11:59:00Z", **data: Any) -> dict[str, Any]:
    """Return the example of the interface, changed; what is None is left out."""
    whole: dict[str, Any] = {
        "source": "docs-pipeline",
        "service": "docs",
        "sha": a_sha(1),
        "version": "2.4.1",
        "branch": "main",
        "digest": "sha256:" + "ab" * 32,
        "url": "https://ci.acme.example/runs/778",
        "run_id": "778",
        "attempt": 1,
        "authors": [{"name": "Ann", "email": "ann@acme.example"}],
        "title": "Add search",
    } | data
    return {"type": kind, "timestamp": at, "data": {key: value for key, value in whole.items() if value is not None}}


def a_deploy_sent(kind: str = "deploy.succeeded", at: str = "2026-11-21T11:59:00Z", **data: Any) -> dict[str, Any]:
    """Return a report on a deploy, changed; what is None is left out."""
    whole = {"source": "docs-pipeline", "service": "docs", "environment": "production", "sha": a_sha(1)} | data
    return {"type": kind, "timestamp": at, "data": {key: value for key, value in whole.items() if value is not None}}


def as_bytes(said: Any) -> bytes:
    """Return it as it travels."""
    return json.dumps(said).encode()


def kept(body: bytes) -> str:
    """Return what is kept of a report: all that is read of it, and nothing else."""
    return SAID.validate_json(body).model_dump_json(exclude_unset=True)


def signed(body: bytes, secret: str = SECRET, message: str = "msg_1", now: datetime = NOON) -> dict[str, str]:
    """Return the headers."""
    return sealed(secret, message, now, body)
