"""The policies of the simulation: the one that it begins under, and those that people change it to meanwhile."""

from collections.abc import Mapping
from functools import cache

from bot.config.load import load_policy
from bot.core.policy import Policy

HEAD = """
slack: {announcements: C0RELEASES, operations: C0OPS}
people:
  - {name: priya, slack: U0PRIYA, github: "1001", email: priya@acme.example}
  - {name: sam, slack: U0SAM, github: "1002", email: sam@acme.example}
  - {name: alex, slack: U0ALEX, github: "1003"}
  - {name: robin, slack: U0ROBIN, github: "1009"}
groups:
  qa: {people: [priya, robin]}
  sre: {people: [sam], usergroup: S0SRE}
permissions: {request: [everyone], resolve: [sre], override: [sre]}
defaults: {expires_after: 2h, deploy_timeout: 20m}
"""
"""Who is there in every story, and what they may."""
POLICY = (
    HEAD
    + """services:
  payments:
    channel: C0PAYMENTS
    build:
      github: {repository: acme/payments, branch: main, workflows: [build.yml], poll: 60s}
      version_from: run_number
    environments:
      staging:
        mode: deployment
        when_unknown: resend
        deploy: {github_workflow: {workflow: deploy.yml, inputs: {environment: staging}}}
      production:
        mode: delivery
        approvals: [{from: qa, count: 1}, {from: sre, count: 1}]
        deploy: {github_deployment: {environment: production}}
  docs:
    channel: C0DOCS
    build:
      github: {repository: acme/docs, branch: main, workflows: [build.yml], poll: 60s}
      version_from: run_number
    environments:
      production:
        mode: delivery
        approvals: [{from: [qa, sre], count: 1}]
        when_unknown: resend
        deploy: {github_deployment: {environment: production}}
  wiki:
    channel: C0DOCS
    build:
      github: {repository: acme/wiki, branch: main, workflows: [build.yml], poll: 60s}
      version_from: "tag:v*"
    environments:
      production:
        mode: delivery
        approvals: [{from: [qa, sre], count: 1}]
        deploy: {webhook: {url: "https://deployer.example/deploy", secret_env: DEPLOYER_SECRET}}
"""
)
_ONE = "approvals: [{from: [qa, sre], count: 1}]"
_BOTH = "approvals: [{from: qa, count: 1}, {from: sre, count: 1}]"
_ALEX = '  - {name: alex, slack: U0ALEX, github: "1003"}\n'
CHANGES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "first": (),
    "stricter": ((_ONE, "approvals: [{from: [qa, sre], count: 2}]"),),
    "looser": ((_BOTH, "approvals: [{from: [qa, sre], count: 1}]"), (_ONE, _ONE + "\n        self_approval: allow")),
    "strict authors": ((_BOTH, _BOTH + "\n        self_approval: strict"),),
    "alex is not listed": ((_ALEX, ""),),
}
"""What each policy replaces in the first one."""


@cache
def policy(name: str = "first") -> Policy:
    """Return one of the policies; the same object for the same name."""
    text = POLICY
    for old, new in CHANGES[name]:
        if old not in text:
            raise LookupError(f"{name}: the policy no longer has {old!r}")
        text = text.replace(old, new)
    return loaded(text)


def loaded(text: str) -> Policy:
    """Return the policy that is written so."""
    found = load_policy(text, file="signoff.yml", webhooks=True)
    if not isinstance(found, Policy):
        raise TypeError(str(found))
    return found
