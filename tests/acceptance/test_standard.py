"""The main job of a service that any pipeline builds and any deployer deploys, by signed webhooks alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from tests.acceptance.desk import POLICY, Desk, desk
from tests.factories import a_sha
from tests.fakes.receiver import Lapse, Receiver, Says, post

PIPELINE, DEPLOYER = "whsec_c2VjcmV0IG9mIHRoZSBwaXBlbGluZQ==", "a raw secret of the deployer"
SECRETS = {"DOCS_PIPELINE_SECRET": PIPELINE, "DOCS_DEPLOY_SECRET": DEPLOYER}
DOCS = POLICY[POLICY.index("  docs:\n") :]
STANDARD = """\
  docs:
    channel: C0DOCS
    build:
      standard: {source: docs-pipeline, secret_env: DOCS_PIPELINE_SECRET}
    environments:
      production:
        mode: MODE
        APPROVALS
        announce: false
        deploy: {webhook: {url: "URL", secret_env: DOCS_DEPLOY_SECRET}}
"""


@dataclass
class Docs:
    """The desk with the deployer, and what pipelines say."""

    here: Desk
    receiver: Receiver
    sent: int = 0
    answers: list[int] = field(default_factory=list)

    async def says(self, kind: str, *, secret: str = PIPELINE, message: str | None = None, **data: Any) -> int:
        """Report, signed, from a minute ago; what is None is left out."""
        assert self.here.signoff is not None
        self.sent += 1
        at = self.here.clock()
        url = f"http://127.0.0.1:{self.here.signoff.bound_port}/webhooks/standard"
        whole = {"source": "docs-pipeline", "service": "docs"} | data
        known = {key: value for key, value in whole.items() if value is not None}
        said = {"type": kind, "timestamp": at.isoformat(), "data": known}
        return await post(url, said, secret, message or f"msg_{self.sent}", int(at.timestamp()))

    async def builds(self, kind: str = "build.succeeded", **data: Any) -> int:
        """Report on a build."""
        told: dict[str, Any] = {
            "sha": a_sha(1),
            "version": "2.4.1",
            "branch": "main",
            "digest": "sha256:" + "ab" * 32,
            "url": "https://ci.acme.example/778",
            "run_id": "778",
            "attempt": 1,
            "authors": [{"name": "Ann", "email": "ann@acme.example"}],
            "title": "Add search",
        }
        return await self.says(kind, **(told | data))

    async def deploys(self, kind: str, **data: Any) -> int:
        """Report on a deploy, as the deployer: it has no other secret than its own."""
        return await self.says(kind, **({"source": None, "secret": DEPLOYER, "environment": "production"} | data))

    async def asked_for(self, times: int = 1) -> dict[str, Any]:
        """Wait until the deployer was asked so often, and return what it was asked for at last."""
        await self.here.comes(lambda: len(self.receiver.asked) >= times)
        said: dict[str, Any] = self.receiver.asked[-1][1]
        return said

    async def key_of(self, number: int) -> str:
        """Return the key of a release."""
        assert self.here.signoff is not None
        release = await self.here.signoff.desk.store.read(lambda tx: tx.lanes.release(number))
        assert release is not None
        return release.key

    async def nothing_is_left(self) -> bool:
        """Whether nothing is undelivered, nor a question open."""
        assert self.here.signoff is not None
        return await self.here.signoff.desk.store.read(lambda tx: tx.letters.undelivered()) == ()

    async def is_lost(self, lapses: int) -> None:
        """Wait until a request has gone wrong, so many being left to, and the bot knows that its answer is lost."""
        signoff = self.here.signoff
        assert signoff is not None

        async def lost() -> bool:
            known = await signoff.desk.store.read(lambda tx: tx.letters.undelivered())
            return len(self.receiver.lapses) == lapses and any(one.state == "verify" for one in known)

        await self.here.comes(lost)


@asynccontextmanager
async def docs(folder: Path, *, mode: str = "deployment") -> AsyncIterator[Docs]:
    async with Receiver(DEPLOYER).open() as receiver:
        approvals = "approvals: [{from: qa, count: 1}]" if mode == "delivery" else "trial: false"
        text = STANDARD.replace("MODE", mode).replace("APPROVALS", approvals).replace("URL", receiver.url)
        policy = POLICY.replace(DOCS, text).replace("resolve: [sre]", "resolve: [sre], stop_all: [sre]")
        async with desk(folder, policy, secrets=SECRETS) as here:
            yield Docs(here, receiver)


async def test_a_reported_build_is_approved_shipped_and_live_by_its_deployers_word(tmp_path: Path) -> None:
    async with docs(tmp_path, mode="delivery") as its:
        assert await its.builds("build.started") == 200
        assert await its.builds() == 200
        card = await its.here.card("docs", "Waiting for approval")
        assert its.here.reads(card) == snapshot("""\
Waiting for approval: docs 2.4.1 to production
Commit: 0000001 Add search
By: Ann
Checks: docs-pipeline succeeded (run 778, Nov 21, 2026 10:00)
Asked for by: the pipeline, by a deployable build
Changes: nobody has told yet what is live in production
Approved by: nobody yet
Needs 1 of qa: 0 of 1 given; may approve: @priya
R-1: opened Nov 21, 2026 10:00
Expires: Nov 22, 2026 10:00 if approvals are still missing
[Approve] [Reject] [Schedule] [Hold]\
""")
        await its.here.clicks("priya", card, "Approve")
        said = await its.asked_for()
        key = said["data"]["key"]
        assert said["data"] == {
            "key": key,
            "release": "R-1",
            "service": "docs",
            "environment": "production",
            "sha": a_sha(1),
            "version": "2.4.1",
            "digest": "sha256:" + "ab" * 32,
            "kind": "release",
            "approved_by": ["priya"],
            "url": "https://ci.acme.example/778",
        }
        assert its.receiver.asked[0][0] == key
        assert await its.deploys("deploy.started", key=key, url="https://deployer.acme.example/1") == 200
        await its.here.says(card, "Deploying")
        assert await its.deploys("deploy.succeeded", key=key) == 200
        await its.here.says(card, "Live")
        assert its.here.reads(card) == snapshot("""\
Live: docs 2.4.1 in production
Live since: Nov 21, 2026 10:00
Commit: 0000001 Add search
By: Ann
Checks: docs-pipeline succeeded (run 778, Nov 21, 2026 10:00)
Asked for by: the pipeline, by a deployable build
Approved by: @priya
R-1: opened Nov 21, 2026 10:00\
""")
        assert await its.here.thread(card, "Live") == snapshot(
            [
                "Approved by @priya (1 of 1 of qa).",
                "Asking the CI system to deploy docs 2.4.1 (0000001) to production.",
                "The CI system accepted the deploy.",
                "The deploy job runs.",
                "Live: docs 2.4.1 (0000001) in production.",
            ]
        )
        assert len(its.receiver.deploys) == 1


async def test_an_automatic_service_ships_by_itself_and_a_failure_is_told(tmp_path: Path) -> None:
    async with docs(tmp_path) as its:
        await its.builds()
        key = (await its.asked_for())["data"]["key"]
        assert await its.deploys("deploy.failed", key=key, detail="the disk\nis <!channel> full") == 200
        failure = await its.here.card("docs", "Deploy failed")
        assert its.here.reads(failure) == snapshot("""\
Deploy failed: docs 2.4.1 to production
Failed: Nov 21, 2026 10:00: the disk is <!channel> full
Next: look at the job; try again with /deploy retry R-1; or, if it is live after all, mark it as done with /deploy override R-1 REASON
Commit: 0000001 Add search
By: Ann
Checks: docs-pipeline succeeded (run 778, Nov 21, 2026 10:00)
Asked for by: the pipeline, by a deployable build
Approvals: none needed, builds ship there by themselves
R-1: opened Nov 21, 2026 10:00
[Retry] [Mark as done]\
""")


async def test_a_lost_answer_is_asked_for_again_under_the_same_id_and_deploys_once(tmp_path: Path) -> None:
    async with docs(tmp_path) as its:
        its.receiver.lapses.extend([Lapse.LOST_BEFORE, Lapse.LOST_AFTER])
        await its.builds()
        for lapses, seconds in ((1, 10), (0, 400)):
            await its.is_lost(lapses)
            its.here.passes(seconds)
        card = await its.here.card("docs", "docs 2.4.1")
        await its.here.thread(card, "accepted")
        assert [message for message, _ in its.receiver.asked] == [its.receiver.deploys[0]["key"]] * 2
        assert len(its.receiver.deploys) == 1
        await its.deploys("deploy.succeeded", key=its.receiver.deploys[0]["key"])
        await its.here.says(card, "Live")


async def test_a_deployer_that_reports_before_its_answer_arrived_is_believed_and_asked_no_more(tmp_path: Path) -> None:
    async with docs(tmp_path) as its:
        its.receiver.lapses.append(Lapse.LOST_AFTER)
        await its.builds()
        key = (await its.asked_for())["data"]["key"]
        await its.deploys("deploy.started", key=key)
        card = await its.here.card("docs", "docs 2.4.1")
        await its.here.thread(card, "accepted")
        its.here.passes(10)
        await its.deploys("deploy.succeeded", key=key)
        await its.here.says(card, "Live")
        assert len(its.receiver.asked) == 1


async def test_a_bot_that_dies_with_its_request_sends_it_again_and_deploys_once(tmp_path: Path) -> None:
    async with docs(tmp_path) as its:
        its.receiver.lapses.append(Lapse.LOST_AFTER)
        await its.builds()
        await its.is_lost(0)
        await its.here.stop()
        await its.here.start()
        its.here.passes(10)
        await its.asked_for(2)
        key = its.receiver.deploys[0]["key"]
        assert await its.deploys("deploy.succeeded", key=key) == 200
        await its.here.says(await its.here.card("docs", "docs 2.4.1"), "Live")
        assert [message for message, _ in its.receiver.asked] == [key, key]
        assert len(its.receiver.deploys) == 1


async def test_what_is_in_the_way_by_then_is_not_sent_again_and_a_person_is_asked(tmp_path: Path) -> None:
    async with docs(tmp_path) as its:
        its.receiver.lapses.append(Lapse.LOST_BEFORE)
        await its.builds()
        await its.is_lost(0)
        assert "stopped" in await its.here.on_the_host("stop-all the network is ill", "sam")
        its.here.passes(10)
        question = await its.here.card("ops", "docs")
        assert its.here.reads(question) == snapshot("""\
Did this deploy start? docs 2.4.1 to production
Release: R-1, docs 2.4.1 (0000001) to production
What was sent: a signed request to deploy commit 0000001 to production
When: Nov 21, 2026 10:00
Key: R-1-KEY
Where to look: what its receiver has done, for this key
Why you are asked: the answer was lost and it may not be sent again by itself
Until then: nothing is sent again by itself, and the lane stays busy
May answer: @sam, @sre
[It did run] [It did not run] [Try again] [Abandon]\
""")
        assert its.receiver.asked == []
        key = await its.key_of(1)
        assert await its.deploys("deploy.started", key=key) == 200  # it did arrive, and its receiver says so
        await its.here.thread(await its.here.card("docs", "docs 2.4.1"), "runs")
        await its.here.comes(its.nothing_is_left)
        assert await its.deploys("deploy.succeeded", key=key) == 200
        await its.here.says(await its.here.card("docs", "docs 2.4.1"), "Live")
        assert "Try again" not in its.here.reads(question)


async def test_what_is_forged_replayed_doubled_or_about_something_else_changes_nothing(tmp_path: Path) -> None:
    async with docs(tmp_path) as its:
        assert await its.builds(secret="forged") == 401
        assert await its.builds(secret=DEPLOYER) == 401
        assert await its.builds(source="another") == 202
        assert await its.builds(service="payments") == 202
        assert [await its.builds(message="msg_a"), await its.builds(message="msg_a")] == [200, 200]
        key = (await its.asked_for())["data"]["key"]
        assert await its.builds(attempt=0) == 400
        assert await its.builds() == 200  # the same again, under another id
        assert await its.deploys("deploy.succeeded", key=key, secret="forged") == 401
        assert await its.deploys("deploy.succeeded", key="R-1-aaaaaaaa") == 200
        assert await its.deploys("deploy.succeeded", key=key, sha=a_sha(2)) == 200
        assert await its.deploys("deploy.succeeded", key=key, service="payments") == 202
        assert await its.deploys("deploy.started", key=key) == 200
        card = await its.here.card("docs", "docs 2.4.1")
        await its.here.says(card, "Deploying")
        assert await its.deploys("deploy.succeeded", key=key, message="msg_b") == 200
        assert await its.deploys("deploy.succeeded", key=key, message="msg_b") == 200
        await its.here.says(card, "Live")
        assert await its.deploys("deploy.failed", key=key) == 200
        assert await its.deploys("deploy.started", key=key) == 200
        await its.here.everything_is_told()
        assert "Live" in its.here.reads(card)
        assert (len(its.receiver.deploys), len(its.receiver.asked)) == (1, 1)


async def test_a_deploy_by_somebody_else_moves_what_is_live(tmp_path: Path) -> None:
    async with docs(tmp_path, mode="delivery") as its:
        await its.builds()
        card = await its.here.card("docs", "Waiting for approval")
        assert await its.deploys("deploy.started", sha=a_sha(1)) == 200
        assert await its.deploys("deploy.succeeded", sha=a_sha(1)) == 200
        await its.here.says(card, "Superseded")
        assert its.receiver.asked == []


@pytest.mark.parametrize(("status", "words"), [(422, "the receiver answers 422"), (404, "the receiver answers 404")])
async def test_a_request_that_is_refused_fails_its_release(tmp_path: Path, status: int, words: str) -> None:
    async with docs(tmp_path) as its:
        its.receiver.lapses.append(Says(status))
        await its.builds()
        failure = await its.here.card("docs", "failed")
        assert words in its.here.reads(failure)
        assert its.receiver.deploys == []


async def test_a_policy_that_is_read_again_may_name_the_first_signed_webhook(tmp_path: Path) -> None:
    async with Receiver(DEPLOYER).open() as receiver, desk(tmp_path, secrets=SECRETS) as here:
        its = Docs(here, receiver)
        assert await its.builds() == 404
        text = STANDARD.replace("MODE", "deployment").replace("APPROVALS", "trial: false")
        assert await here.reloads(POLICY.replace(DOCS, text.replace("URL", "http://127.0.0.1:9/"))) == snapshot("""\
warning: `permissions` gives `lock`, `hotfix`, `override`, `mode`, `stop_all`, `quarantine`, `live` to nobody: these acts will be refused to everybody.
The policy was read again. What has changed:
docs: build: github repository acme/docs, branch main, workflows .github/workflows/build.yml, events push, poll 5m -> standard source docs-pipeline, secret_env DOCS_PIPELINE_SECRET, poll 5m
docs: build.version_from: run_number -> reported
docs/production: deploy: github_workflow workflow deploy.yml, ref main, inputs environment=production, version={version} -> webhook url http://sandbox/, secret_env DOCS_DEPLOY_SECRET\
""")
        assert await its.builds() == 200
        await here.card("docs", "docs 2.4.1")
