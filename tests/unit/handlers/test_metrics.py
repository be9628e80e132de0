"""What Prometheus reads: each thing by its name and labels, figures as of the scrape, and names of nobody."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import prometheus_client
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from bot.ports.effects import EffectKind
from bot.ports.figures import Figures
from bot.ports.meter import SILENT, Counted, Meter, Timed
from bot.ports.store import Store
from handlers.metrics import Metrics, metrics_routes
from tests.factories import NOON
from tests.fakes.meter import FakeMeter

ABOUT = {"version": "1.2.3", "python": "3.11.7", "sqlite": "3.53.0"}
FIGURES = Figures(
    releases={("production", "open"): 2, ("staging", "deploying"): 1},
    oldest_open={"production": NOON - timedelta(minutes=5)},
    effects={
        ("deploy", "unknown"): 1,
        ("log", "ready"): 4,
        ("log", "dead"): 2,
        ("answer", "dead"): 1,
        ("deploy", "dead"): 9,
    },
    oldest_ready={"log": NOON - timedelta(seconds=90), "deploy": NOON + timedelta(seconds=1)},
    inbox={"waiting": 3, "poison": 1},
    audit_head=17,
    database_bytes=4096,
    disk_free=123456,
)


@dataclass
class FakeStore:
    """Has the figures, or not."""

    figures_: Figures | None = FIGURES

    async def read(self, query: Callable[[Any], Any]) -> Any:
        if self.figures_ is None:
            raise OSError("the disk is gone")
        return query(self)

    @property
    def figures(self) -> Any:
        class Book:
            """The figures."""

            @staticmethod
            def read(now: Any) -> Figures:
                assert now == NOON
                return FIGURES

        return Book


@asynccontextmanager
async def scraped(metrics: Metrics, store: FakeStore) -> AsyncIterator[TestClient[Any, Any]]:
    app = web.Application()
    app.add_routes(metrics_routes(metrics, cast("Store", store), lambda: NOON))
    async with TestClient(TestServer(app)) as client:
        yield client


async def samples(metrics: Metrics, store: FakeStore | None = None) -> dict[str, float]:
    """Return each sample of ours as `NAME{LABELS}`."""
    async with scraped(metrics, store or FakeStore()) as client:
        answer = await client.get("/metrics")
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        text = await answer.text()
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{key}={value}" for key, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}"] = sample.value
    return found


def of_us(found: dict[str, float]) -> dict[str, float]:
    return {name: value for name, value in found.items() if name.startswith("signoff_") and "_bucket{" not in name}


async def test_figures_are_those_of_the_scrape() -> None:
    found = of_us(await samples(Metrics(lambda: 0.25, ABOUT)))
    assert found == {
        "signoff_build_info{python=3.11.7,sqlite=3.53.0,version=1.2.3}": 1,
        "signoff_event_loop_lag_seconds{}": 0.25,
        "signoff_tasks{}": found["signoff_tasks{}"],
        "signoff_db_up{}": 1,
        "signoff_releases{environment=production,state=open}": 2,
        "signoff_releases{environment=staging,state=deploying}": 1,
        "signoff_oldest_pending_release_seconds{environment=production}": 300,
        "signoff_effects{kind=deploy,state=unknown}": 1,
        "signoff_effects{kind=log,state=ready}": 4,
        "signoff_effects{kind=log,state=dead}": 2,
        "signoff_effects{kind=answer,state=dead}": 1,
        "signoff_effects{kind=deploy,state=dead}": 9,
        **{f"signoff_effect_oldest_ready_seconds{{kind={kind.value}}}": 0 for kind in EffectKind},
        "signoff_effect_oldest_ready_seconds{kind=log}": 90,
        "signoff_effects_unknown{}": 1,
        "signoff_effects_dead{}": 3,
        "signoff_inbox{state=waiting}": 3,
        "signoff_inbox{state=poison}": 1,
        "signoff_audit_head_seq{}": 17,
        "signoff_db_size_bytes{}": 4096,
        "signoff_disk_free_bytes{}": 123456,
        "signoff_loop_failures_total{}": 0,
    }


async def test_what_happened_is_counted_and_timed() -> None:
    metrics = Metrics(lambda: 0.0, ABOUT)
    metrics.count(Counted.DECISIONS, "production", "approve", "accepted")
    metrics.count(Counted.DECISIONS, "production", "approve", "accepted")
    metrics.count(Counted.LOOP_FAILURES)
    metrics.took(Timed.ACK, 0.2, "webhook")
    metrics.took(Timed.RETRY_AFTER, 30.0, "slack")
    found = await samples(metrics)
    assert found["signoff_decisions_total{environment=production,kind=approve,outcome=accepted}"] == 2
    assert found["signoff_loop_failures_total{}"] == 1
    assert found["signoff_ack_duration_seconds_bucket{kind=webhook,le=0.1}"] == 0
    assert found["signoff_ack_duration_seconds_bucket{kind=webhook,le=0.25}"] == 1
    assert found["signoff_ack_duration_seconds_sum{kind=webhook}"] == 0.2
    assert found["signoff_api_retry_after_seconds_sum{api=slack}"] == 30
    assert found["signoff_api_retry_after_seconds_count{api=slack}"] == 1


async def test_a_task_more_is_a_task_more() -> None:
    before = (await samples(Metrics(lambda: 0.0, ABOUT)))["signoff_tasks{}"]
    more = [asyncio.create_task(asyncio.Event().wait()) for _ in range(5)]
    assert (await samples(Metrics(lambda: 0.0, ABOUT)))["signoff_tasks{}"] == before + 5
    for one in more:
        one.cancel()


async def test_without_a_database_the_rest_is_told() -> None:
    with capture_logs() as logs:
        found = of_us(await samples(Metrics(lambda: 0.0, ABOUT), FakeStore(None)))
    assert found == {
        "signoff_build_info{python=3.11.7,sqlite=3.53.0,version=1.2.3}": 1,
        "signoff_event_loop_lag_seconds{}": 0,
        "signoff_tasks{}": found["signoff_tasks{}"],
        "signoff_db_up{}": 0,
        "signoff_loop_failures_total{}": 0,
    }
    assert logs == [{"event": "figures_not_read", "log_level": "warning", "why": "OSError"}]


async def test_the_process_is_told_of_and_two_bots_do_not_share_their_counts() -> None:
    first, second = Metrics(lambda: 0.0, ABOUT), Metrics(lambda: 0.0, ABOUT)
    first.count(Counted.LOOP_FAILURES)
    found = await samples(second)
    assert found["signoff_loop_failures_total{}"] == 0
    assert found["process_open_fds{}"] > 0
    shared = prometheus_client.generate_latest(prometheus_client.REGISTRY)
    assert b"signoff_" not in shared


@pytest.mark.parametrize("meter", [Metrics(lambda: 0.0, ABOUT), FakeMeter()])
def test_labels_must_be_those_of_the_thing(meter: Meter) -> None:
    with pytest.raises(ValueError, match="label"):
        meter.count(Counted.DECISIONS, "production")
    with pytest.raises(ValueError, match="label"):
        meter.took(Timed.EFFECT, 1.0)


@pytest.mark.parametrize("meter", [Metrics(lambda: 0.0, ABOUT), FakeMeter(), SILENT])
def test_every_meter_takes_everything_that_can_be_told(meter: Meter) -> None:
    for what in Counted:
        meter.count(what, *what.labels)
    for timed in Timed:
        meter.took(timed, 1.0, *timed.labels)


def test_labels_name_no_service_repository_or_person() -> None:
    labels = {label for what in (*Counted, *Timed) for label in what.labels}
    assert labels <= {"environment", "kind", "outcome", "reason", "api", "method", "code"}
