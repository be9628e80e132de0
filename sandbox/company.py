"""A company of the demo: workspace, pipeline, sites and clock, made for a scenario or gone on with from a directory."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from sandbox.clock import MovableClock
from sandbox.github.forge import Forge
from sandbox.keeping import Kept, KeptError
from sandbox.scenarios import DEFAULT, SCENARIOS
from sandbox.scenarios.cast import move_in
from sandbox.scenarios.scenario import Scenario
from sandbox.site import Sites
from sandbox.slack.app import from_manifest
from sandbox.slack.faults import Fault, Faults
from sandbox.slack.workspace import Workspace

MANIFEST = Path(__file__).parent.parent / "manifest.yml"
GITHUB_TOKEN = "github-sandbox"  # noqa: S105 - opens nothing but this sandbox
OF_THE_BOT = ("signoff.db", "signoff.db-wal", "signoff.db-shm", "signoff.yml")
"""What the bot keeps in the same directory; begun anew with the company."""


@dataclass(slots=True)
class Company:
    """Everything around the bot. `told` is whether the scenario's past was gone through before."""

    scenario: Scenario
    workspace: Workspace
    forge: Forge
    sites: Sites
    clock: MovableClock
    kept: Kept | None
    faults: Faults
    told: bool = False
    url: str = ""
    """The page's address, once there is one; before, the address of last time."""
    held_back: tuple[list[Fault], dict[str, Any]] | None = None
    """What was set to go wrong with Slack last time: faults and weather, until `go_wrong`."""

    def moved_to(self, url: str) -> None:
        """Take the page's address."""
        self.url = self.forge.site = url

    def go_wrong(self) -> None:
        """Bring back what was set to go wrong with Slack; no bot could come up without a token or a network."""
        if self.held_back is not None:
            rules, weather = self.held_back
            self.held_back = None
            self.faults.weather.change(weather)
            self.faults.replace(rules)

    def save(self) -> None:
        """Write what changed, where the company is kept."""
        if self.kept is not None:
            rules, weather = self.held_back or (self.faults.rules, asdict(self.faults.weather))
            self.kept.about |= {
                "scenario": self.scenario.name,
                "told": self.told,
                "offset": self.clock.offset.total_seconds(),
                "ill": sorted(self.sites.ill),
                "all_ill": self.sites.all_ill,
                "url": self.url,
                "faults": [asdict(one) for one in rules],
                "weather": weather,
            }
            self.kept.save()

    async def keep(self) -> None:
        """Write whatever goes on by itself, for ever."""
        revision = -1
        while True:
            revision = await self.workspace.changes.after(revision)
            self.save()

    def close(self) -> None:
        """Write the last and let go of the directory."""
        if self.kept is not None:
            self.save()
            self.kept.close()


def company_in(folder: Path, asked: str | None, *, keep: bool) -> Company:
    """Return the company that a folder keeps, or a new one for the scenario that is asked for.

    Raises:
        KeptError: the folder cannot be gone on with; the text says why and what to do.
    """
    if not keep:
        return _new(SCENARIOS[asked or DEFAULT], None)
    kept = Kept.open(folder)
    found = kept.about.get("scenario")
    try:
        if found is None or not kept.about["told"]:  # killed in its first seconds: nobody has done anything in it
            kept.forget()
            for name in OF_THE_BOT:
                (folder / name).unlink(missing_ok=True)
            return _new(SCENARIOS[asked or found or DEFAULT], kept)
        _same(folder, found, asked)
        return _gone_on_with(SCENARIOS[found], kept)
    except BaseException:
        kept.close()
        raise


def _same(folder: Path, found: str, asked: str | None) -> None:
    if asked not in {None, found}:
        raise KeptError(
            f"{folder} holds the scenario {found}, not {asked}. Go on with --scenario {found}, or name another "
            "directory with --data."
        )
    if found not in SCENARIOS:
        raise KeptError(f"{folder} holds the scenario {found}, which is no longer there. Name another with --data.")


def _new(scenario: Scenario, kept: Kept | None) -> Company:
    clock = MovableClock(_now, -scenario.begins)
    company = _empty(scenario, clock, kept)
    move_in(company.workspace, scenario.services)
    if kept is not None:
        kept.follow(company.workspace, company.forge)
    return company


def _gone_on_with(scenario: Scenario, kept: Kept) -> Company:
    clock = MovableClock(_now, timedelta(seconds=kept.about["offset"]))
    company = _empty(scenario, clock, kept)
    kept.load(company.workspace, company.forge)
    kept.follow(company.workspace, company.forge)
    company.sites.ill.update(kept.about["ill"])
    company.sites.all_ill = kept.about["all_ill"]
    from sandbox.slack import asked  # noqa: PLC0415 - only who goes on needs pydantic, which takes its time

    try:
        rules, weather = asked.faults(kept.about.get("faults", [])), asked.weather(kept.about.get("weather", {}))
    except ValueError as problem:
        raise kept.damaged(problem) from None
    company.held_back = rules, weather
    company.told, company.url = True, kept.about["url"]
    return company


def _empty(scenario: Scenario, clock: MovableClock, kept: Kept | None) -> Company:
    workspace = Workspace(clock, app=from_manifest(yaml.safe_load(MANIFEST.read_text())), domain="acme")
    forge = Forge(clock, token=GITHUB_TOKEN, auto=True)
    return Company(scenario, workspace, forge, Sites(forge), clock, kept, Faults(workspace.changes.announce))


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - the demo is real time
