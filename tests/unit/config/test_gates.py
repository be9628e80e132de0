"""Gates in a policy file: what loads, what it guarantees, and what is refused."""

import pytest
from inline_snapshot import snapshot

from bot.config.promises import promises
from bot.core.target import GithubGate
from tests.unit.config.files import changed, loaded, told

TARGET = "{github_deployment: {environment: production}}"
GATE = "{github_gate: {environment: production}}"
GATED = changed(TARGET, GATE)
SECOND = f"""\
  refunds:
    channel: C0REFUNDS
    build: {{github: {{repository: Acme/Payments, branch: main, workflows: [refunds.yml]}}}}
    environments:
      production:
        mode: delivery
        approvals: []
        deploy: {GATE}
"""


def test_a_gate_names_its_environment() -> None:
    assert loaded(GATED).services[0].lanes[0].target == GithubGate("production")


def test_check_says_what_a_gate_guarantees() -> None:
    resends = changed("mode: delivery", "mode: delivery\n        when_unknown: resend", GATED)
    assert promises(loaded(GATED)) + promises(loaded(resends)) == snapshot(
        (
            "payments/production: the run that waits at production goes on once, at the approved commit and attempt; for 2 min a lost answer is looked up by whether it waits there still, then a person is asked in operations",
            "payments/production: the run that waits at production goes on once, at the approved commit and attempt; for 2 min a lost answer is looked up by whether it waits there still, then it is sent again, which GitHub refuses unless a run waits there",
        )
    )


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        (
            GATED + SECOND,
            snapshot(
                [
                    "22: `production` of Acme/Payments is the gate of `payments/production` already; give each an environment of its own on GitHub."
                ]
            ),
        ),
        (
            changed("{environment: production}", "{}", GATED),
            snapshot(["14: `environment` is missing in `github_gate`; write, for example, `environment: production`."]),
        ),
        (
            changed("{environment: production}", "{environment: ' a'}", GATED),
            snapshot(["14: `environment` must be the name of an environment on GitHub; ` a` is not."]),
        ),
        (
            changed(
                "{github: {repository: acme/payments, branch: main, workflows: [build.yml]}}",
                "{standard: {source: pay, secret_env: PAY_SECRET}}",
                GATED,
            ),
            snapshot(
                ["14: `github_gate` deploys from the repository that `build` names under `github`, and there is none."]
            ),
        ),
    ],
    ids=["one gate, two lanes", "no environment", "no name", "not built on GitHub"],
)
def test_what_is_refused(text: str, problems: list[str]) -> None:
    assert told(text) == problems


def test_each_may_have_a_gate_of_its_own() -> None:
    own = SECOND.replace("environment: production}}", "environment: refunds}}")
    assert len(loaded(GATED + own).services) == 2
