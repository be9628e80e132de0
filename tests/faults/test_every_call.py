"""Every fault at every request of every call: what may have happened is never told as a no, and nothing is made twice."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import pytest
from aiohttp import ClientTimeout
from structlog.testing import capture_logs

from handlers import heartbeat, probe
from tests.faults.expected import wrong
from tests.faults.faults import FAULTS, Fault
from tests.faults.github_sites import app_sites, gate_sites, github_sites
from tests.faults.matrix import cell, table
from tests.faults.other_sites import address_sites, buildbot_sites, webhook_sites
from tests.faults.site import Site, builders
from tests.faults.slack_sites import slack_sites

HOSTS = (github_sites, gate_sites, app_sites, buildbot_sites, webhook_sites, address_sites, slack_sites)


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    """Let those wait two seconds that have a limit of their own; nobody reads the log."""
    with pytest.MonkeyPatch.context() as patch, capture_logs():
        for module in (heartbeat, probe):
            patch.setattr(module, "WITHIN", ClientTimeout(total=2))
        yield


@cache
def recorded(host: int) -> tuple[list[Site], frozenset[str]]:
    """Return a host's calls, recorded once, and the functions that made their requests."""

    async def record() -> list[Site]:
        return await HOSTS[host]()

    with builders() as made:
        found = asyncio.run(record())
    return found, frozenset(made)


def faults_of(site: Site) -> dict[str, Fault]:
    """Return the faults that a host can have."""
    return {name: fault for name, fault in FAULTS.items() if site.host == "slack" or not fault.slack}


def worth_a_row(site: Site, number: int) -> bool:
    """Whether a request is not one that another call has made just like that, or is looked at as it is."""
    signs_in = site.host == "buildbot" and number == 0 and site.name != "Buildbot: the newest builds"
    return not signs_in and not (site.host == "app" and number == 2)


@pytest.mark.parametrize("host", range(len(HOSTS)), ids=[one.__name__ for one in HOSTS])
def test_a_fault_is_taken_for_what_it_is_and_no_call_is_made_twice(host: int) -> None:
    sites = recorded(host)[0]

    async def whole() -> dict[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for site in sites:
            assert (await cell(site, 0, None)).how == "done", f"{site.name}: the record is whole"
            numbers = [number for number in range(len(site.script)) if worth_a_row(site, number)]
            for (number, name), ended in (await table(site, numbers, faults_of(site))).items():
                if (why := wrong(site, number, name, ended)) is not None:
                    found[f"{site.name}, {' '.join(site.script[number][0].what)}: {why}"].append(name)
        return found

    assert asyncio.run(whole()) == {}
