"""The generic signed webhook in a policy file: what loads, what is refused, and the secrets that it names."""

from pathlib import Path

import pytest
from inline_snapshot import snapshot
from pydantic import SecretStr

from bot.config.named import NamedSecrets
from bot.config.promises import promises
from bot.core.source import StandardSource, VersionFrom
from bot.core.target import DeployWebhook
from tests.unit.config.files import SMALL, changed, loaded, told

GITHUB = "github: {repository: acme/payments, branch: main, workflows: [build.yml]}"
TARGET = "{github_deployment: {environment: production}}"
STANDARD = "standard: {source: pay-pipeline, secret_env: PAY_PIPELINE_SECRET}"
WEBHOOK = "{webhook: {url: 'https://deployer.acme.example/hooks/pay?x=1', secret_env: PAY_DEPLOY_SECRET}}"
BOTH = changed(GITHUB, STANDARD, changed(TARGET, WEBHOOK))
SECOND = f"""
  other:
    channel: C0OTHER
    build: {{{STANDARD}}}
    environments:
      production:
        mode: deployment
        deploy: {WEBHOOK}
"""


def test_a_service_is_built_and_deployed_by_signed_webhooks() -> None:
    service = loaded(BOTH).services[0]
    assert service.source == StandardSource("pay-pipeline", "PAY_PIPELINE_SECRET")
    assert service.version_from is VersionFrom.REPORTED
    assert service.lanes[0].target == DeployWebhook("https://deployer.acme.example/hooks/pay?x=1", "PAY_DEPLOY_SECRET")


def test_the_branch_and_where_the_version_comes_from_may_be_said() -> None:
    text = changed("PAY_PIPELINE_SECRET}", "PAY_PIPELINE_SECRET, branch: main}, version_from: sha", BOTH)
    service = loaded(text).services[0]
    assert service.source == StandardSource("pay-pipeline", "PAY_PIPELINE_SECRET", branch="main")
    assert service.version_from is VersionFrom.SHA


def test_a_build_of_github_may_be_deployed_by_a_webhook() -> None:
    assert isinstance(loaded(changed(TARGET, WEBHOOK)).services[0].lanes[0].target, DeployWebhook)


def test_services_may_share_a_pipeline_with_its_secret() -> None:
    assert len(loaded(BOTH + SECOND).services) == 2


def test_check_says_what_the_target_guarantees() -> None:
    assert promises(loaded(BOTH)) == snapshot(
        (
            (
                "payments/production: one request at exactly the approved commit; where an answer is lost it is sent "
                "again under the same id, after 5 s, 5 min, 30 min and so on, so its receiver must deploy once for an id"
            ),
        )
    )


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (changed(GITHUB, f"{GITHUB}, {STANDARD}"), ["9: `github` and `standard` are both written; keep one."]),
        (
            changed(GITHUB, STANDARD),
            [
                "14: `github_deployment` deploys from the repository that `build` names under `github`, and there is none."
            ],
        ),
        (
            changed("PAY_PIPELINE_SECRET}", "PAY_PIPELINE_SECRET}, version_from: 'tag:v*'", BOTH),
            ["9: a signed report names no tags; remove `version_from`, then the reported version is shown."],
        ),
        (
            BOTH + SECOND.replace("PAY_PIPELINE_SECRET", "OTHER_SECRET"),
            ["18: `pay-pipeline` signs with PAY_PIPELINE_SECRET already; a source has one secret."],
        ),
        (
            changed("https://deployer.acme.example/hooks/pay?x=1", "http://deployer.acme.example/", BOTH),
            [
                (
                    "14: `url` would be sent in the clear; write https "
                    "(http is for this machine and for private addresses only)."
                )
            ],
        ),
        (
            changed("https://deployer.acme.example/hooks/pay?x=1", "http://169.254.169.254/latest", BOTH),
            [
                (
                    "14: `url` would be sent in the clear; write https "
                    "(http is for this machine and for private addresses only)."
                )
            ],
        ),
        (
            changed("deployer.acme.example", "user@deployer.acme.example", BOTH),
            [
                (
                    "14: `url` may hold neither a user nor a fragment; "
                    "write one such as https://deployer.acme.example/hooks/docs."
                )
            ],
        ),
        (
            changed("https://deployer.acme.example/hooks/pay?x=1", "https://[/", BOTH),
            ["14: `url` is not an address; write one such as https://deployer.acme.example/hooks/docs."],
        ),
        (
            changed("https://deployer.acme.example/hooks/pay?x=1", "ftp://deployer.acme.example/", BOTH),
            ["14: `url` is not an address; write one such as https://deployer.acme.example/hooks/docs."],
        ),
    ],
)
def test_what_does_not_fit_is_refused(text: str, problems: list[str]) -> None:
    assert told(text) == problems


@pytest.mark.parametrize("host", ["127.0.0.1:8090", "localhost", "[::1]:8090", "10.1.2.3", "192.168.1.9:80"])
def test_http_is_for_this_machine_and_private_addresses(host: str) -> None:
    text = changed("https://deployer.acme.example/hooks/pay?x=1", f"http://{host}/hooks", BOTH)
    assert loaded(text).services[0].lanes[0].target == DeployWebhook(f"http://{host}/hooks", "PAY_DEPLOY_SECRET")


def test_each_secret_that_is_missing_or_none_is_told_in_a_sentence() -> None:
    named = NamedSecrets({"PAY_DEPLOY_SECRET": "whsec_***"})
    assert named.problems(loaded(BOTH)) == snapshot(
        (
            "PAY_PIPELINE_SECRET is not set; `build` of payments in the policy says that it holds a secret.",
            "PAY_DEPLOY_SECRET begins with whsec_ and goes on with something else than base64.",
        )
    )
    assert NamedSecrets({}).problems(loaded(SMALL)) == ()


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("whsec_c2VjcmV0\n")
    named = NamedSecrets({"PAY_PIPELINE_SECRET_FILE": str(file), "PAY_DEPLOY_SECRET": "a raw one"})
    assert named.problems(loaded(BOTH)) == ()
    assert (named("PAY_PIPELINE_SECRET"), named("PAY_DEPLOY_SECRET"), named("OTHER")) == (
        "whsec_c2VjcmV0",
        "a raw one",
        None,
    )
    assert named.values(loaded(BOTH)) == (SecretStr("whsec_c2VjcmV0"), SecretStr("a raw one"))
    file.unlink()
    assert NamedSecrets({"PAY_PIPELINE_SECRET_FILE": str(file)}).problems(loaded(BOTH))[0] == (
        "PAY_PIPELINE_SECRET_FILE cannot be read: No such file or directory."
    )
