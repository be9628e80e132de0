"""The head that every scenario's policy has: where news goes, who people are, who may do what."""

from datetime import datetime, timedelta
from textwrap import dedent, indent

SATURDAY = 5
HEAD = """\
# The policy of the demo's scenario {scenario}. docs/policy.md explains every key.
slack: {{announcements: C0RELEASES, operations: C0OPS}}

people:                                    # one person, all their accounts
  - {{name: priya, slack: U0PRIYA, github: "1001", email: priya@acme.example}}
  - {{name: sam,   slack: U0SAM,   github: "1002", email: sam@acme.example}}
  - {{name: alex,  slack: U0ALEX,  github: "1003", email: alex@acme.example}}
  - {{name: robin, slack: U0ROBIN, github: "1009", email: robin@acme.example}}

groups:
  qa:  {{people: [priya, sam]}}
  sre: {{people: [sam], usergroup: S0SRE}}   # people and Slack user groups add up

permissions:
  request: [everyone]
  lock: [everyone]
  hold: [qa, sre]
  rollback: [qa, sre]
  hotfix: [qa, sre]
  override: [sre]
  mode: [sre]
  stop_all: [sre]
  quarantine: [sre]
  live: [sre]
  resolve: [sre]
"""


def head(scenario: str) -> str:
    """Return the head of a scenario's policy."""
    return HEAD.format(scenario=scenario)


def coming_weekend(now: datetime) -> tuple[str, str]:
    """Return the start of the next Saturday that is still to come, and of its Monday, as the policy writes moments."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    saturday = midnight + timedelta(days=(SATURDAY - now.weekday()) % 7 or 7)
    return f"{saturday:%Y-%m-%dT%H:%M}", f"{saturday + timedelta(days=2):%Y-%m-%dT%H:%M}"


def service(name: str, environments: str, more: str = "") -> str:
    """Return a service whose repository, channel and build go by its name; `more` are further keys of it."""
    return (
        f"\n  {name}:\n    channel: C0{name.upper()}\n    build:\n"
        f"      github: {{repository: acme/{name}, branch: main, workflows: [build.yml]}}\n"
        f"      version_from: run_number\n{indent(dedent(more).strip(), '    ')}\n    environments:\n"
        f"{indent(dedent(environments).strip(), '      ')}\n"
    )
