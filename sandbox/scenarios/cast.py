"""Who works in the demo's company, and where they write: the same in every scenario."""

from dataclasses import dataclass

from sandbox.slack.workspace import SLACKBOT, Workspace

GUIDE = SLACKBOT
"""Who welcomes newcomers: the sandbox, not the bot."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody with an account here and one on GitHub."""

    name: str
    slack: str
    github: int
    is_guest: bool = False

    @property
    def real_name(self) -> str:
        """The name that people read."""
        return self.name.capitalize()


PRIYA = Colleague("priya", "U0PRIYA", 1001)
SAM = Colleague("sam", "U0SAM", 1002)
ALEX = Colleague("alex", "U0ALEX", 1003)
ROBIN = Colleague("robin", "U0ROBIN", 1009)
KIM = Colleague("kim", "U0KIM", 1010, is_guest=True)

PEOPLE = (PRIYA, SAM, ALEX, ROBIN, KIM)
"""Priya is QA, Sam is on call, Alex and Robin write code, Kim is a guest, who may look and nothing else."""
CHANNELS = {
    "C0PAYMENTS": "payments",
    "C0DOCS": "docs",
    "C0SEARCH": "search",
    "C0GATEWAY": "gateway",
    "C0RELEASES": "releases",
    "C0OPS": "release-ops",
}
ON_CALL = ("S0SRE", "sre")


def move_in(workspace: Workspace) -> None:
    """Put everybody and every channel into an empty workspace."""
    for one in PEOPLE:
        workspace.add_person(one.slack, one.name, real_name=one.real_name, is_restricted=one.is_guest)
    workspace.add_usergroup(*ON_CALL, [SAM.slack])
    for known, name in CHANNELS.items():
        workspace.add_channel(known, name)
