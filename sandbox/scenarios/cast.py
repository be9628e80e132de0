"""Who works in the demo's company, and where they write: the same in every scenario."""

from collections.abc import Sequence
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
NEWS = {"C0RELEASES": "releases", "C0OPS": "release-ops"}
"""The channels that every company has."""
ON_CALL = ("S0SRE", "sre")


def move_in(workspace: Workspace, services: Sequence[str]) -> None:
    """Put everybody into an empty workspace, with a channel for each service; the first is what newcomers see."""
    for one in PEOPLE:
        workspace.add_person(one.slack, one.name, real_name=one.real_name, is_restricted=one.is_guest)
    workspace.add_usergroup(*ON_CALL, [SAM.slack])
    for known, name in {**{f"C0{name.upper()}": name for name in services}, **NEWS}.items():
        workspace.add_channel(known, name)
