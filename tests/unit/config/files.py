"""Policy files for tests: the smallest whole one, and a way to change a line of it."""

from bot.config.load import load_policy
from bot.core.policy import Policy

SMALL = """\
people:
  - {name: priya, slack: U0PRIYA}
  - {name: sam, slack: U0SAM, github: "1002", email: Sam@acme.example}
groups: {qa: {people: [priya]}}
permissions: {request: [everyone], resolve: [qa]}
services:
  payments:
    channel: C0PAYMENTS
    build: {github: {repository: acme/payments, branch: main, workflows: [build.yml]}}
    environments:
      production:
        mode: delivery
        approvals: [{from: qa, count: 1}]
        deploy: {github_deployment: {environment: production}}
"""


def changed(old: str, new: str, text: str = SMALL) -> str:
    """Return the small file with one piece replaced; the piece must be there once."""
    assert text.count(old) == 1, f"{old!r} is there {text.count(old)} times"
    return text.replace(old, new)


def told(text: str | bytes) -> list[str]:
    """Return the problems of a file as `LINE: SENTENCE`."""
    loaded = load_policy(text, file="signoff.yml", webhooks=True)
    assert not isinstance(loaded, Policy), "the file loads"
    return [problem.line_of_text.removeprefix("signoff.yml:") for problem in loaded]


def loaded(text: str | bytes, *, webhooks: bool = True) -> Policy:
    """Return the policy of a file that must load."""
    policy = load_policy(text, file="signoff.yml", webhooks=webhooks)
    assert isinstance(policy, Policy), policy
    return policy
