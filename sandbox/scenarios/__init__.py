"""The scenarios of the demo: a company each, with a past that the real bot goes through, and things to try."""

from sandbox.scenarios.continuous import CONTINUOUS
from sandbox.scenarios.everyday import EVERYDAY
from sandbox.scenarios.first_day import FIRST_DAY
from sandbox.scenarios.hotfix import HOTFIX
from sandbox.scenarios.incident import INCIDENT
from sandbox.scenarios.queue import QUEUE
from sandbox.scenarios.scenario import Scenario

ALL = (EVERYDAY, FIRST_DAY, CONTINUOUS, HOTFIX, INCIDENT, QUEUE)
SCENARIOS: dict[str, Scenario] = {one.name: one for one in ALL}
DEFAULT = EVERYDAY.name


def listed() -> str:
    """Return a line for each scenario."""
    widest = max(map(len, SCENARIOS))
    return "\n".join(f"  {one.name:{widest}}  {one.promise}" for one in ALL)
