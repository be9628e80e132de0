"""The policy that the operators' interface shows loads as it stands."""

from bot.config.load import load_policy
from bot.core.policy import Policy

SHOWN = """\
slack:
  announcements: C0RELEASES          # channel ids; '"#name"' is accepted and resolved at start
  operations: C0OPS
command: /deploy

people:                              # one person, all their accounts, by ids that cannot be recycled
  - {name: priya, slack: U0PRIYA, github: "1001", email: priya@acme.example}
  - {name: sam,   slack: U0SAM,   github: "1002", email: sam@acme.example}
  - {name: alex,  slack: U0ALEX,  github: "1003"}

groups:
  qa:  {people: [priya]}
  sre: {people: [sam, alex], usergroup: S0SRE}     # people and Slack user groups add up

permissions:                          # closed list, printed by `signoff schema`
  request:  [everyone]
  lock:     [everyone]
  override: [sre]
  mode:     [sre]
  stop_all: [sre]

defaults:
  expires_after: 24h
  approval_valid_for: 72h
  newer_build: latest-wins
  self_approval: forbid
  remind_after: [2h, 8h]
  quiet_hours: {from: "20:00", until: "07:00", timezone: Europe/Berlin}

freezes:
  - {name: weekend, days: [sat, sun], timezone: Europe/Berlin, environments: [production]}
  - {name: year end, from: "2026-12-23T18:00", until: "2027-01-02T08:00", timezone: Europe/Berlin}

services:
  payments:
    channel: C0PAYMENTS
    build:
      github: {repository: acme/payments, branch: main, workflows: [build.yml]}
      version_from: run_number
    environments:
      staging:
        mode: deployment
        deploy: {github_workflow: {workflow: deploy.yml, inputs: {environment: staging, version: "{version}"}}}
      production:
        mode: delivery
        after: {environment: staging, soak: 30m}
        approvals:
          - {from: qa, count: 1}
          - {from: sre, count: 1}
        undo_window: 30s
        deploy: {github_deployment: {environment: production}}
        deploy_timeout: 30m
        verify: {http: {url: "https://payments.acme.example/version", json: {path: version, equals: "{version}"}}, within: 5m, for: 10m, on_failure: ask}
        rollback: {approvals: []}
        hotfix: {approvals: [{from: sre, count: 1}], skip: [soak, freeze]}
        announce: true

  docs:
    channel: C0DOCS
    build:
      standard: {source: docs-pipeline, secret_env: DOCS_PIPELINE_SECRET}      # any pipeline, by signed webhook
    environments:
      production:
        mode: deployment
        deploy: {webhook: {url: "https://deployer.acme.example/hooks/docs", secret_env: DOCS_DEPLOY_SECRET}}

  gateway:
    channel: C0GATEWAY
    build:
      github: {repository: acme/gateway, branch: main, workflows: [ci.yml]}
    environments:
      production:
        mode: delivery
        newer_build: each-must-ship
        approvals: [{from: sre, count: 2}]
        deploy: {github_gate: {environment: production}}    # the pipeline waits at its own gate; approve or reject it there

  legacy:
    channel: C0LEGACY
    build:
      buildbot: {builder: legacy-build, branch: main}
    environments:
      production:
        mode: delivery
        approvals: [{from: sre, count: 1}]
        deploy: {command: {argv: [./deploy.sh, "--version", "{version}", "--sha", "{sha}"], timeout: 20m}}
"""


def test_it_loads_as_it_stands() -> None:
    policy = load_policy(SHOWN, file="signoff.yml", webhooks=True)
    assert isinstance(policy, Policy)
    assert [service.name for service in policy.services] == ["payments", "docs", "gateway", "legacy"]
