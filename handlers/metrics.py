"""GET /metrics for Prometheus: what was counted and timed where it happened, and figures read when they are asked for.

Labels hold closed vocabularies and environments only: services, repositories and people are nobody's business here.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import structlog
from aiohttp import web
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    Summary,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.ports.effects import EffectKind
from bot.ports.figures import Figures
from bot.ports.meter import Counted, Timed
from bot.ports.store import Store

log = structlog.get_logger()

PREFIX = "signoff"
READ_WITHIN = 5.0
"""Seconds that a scrape waits for the database before it is answered without its figures."""
BUCKETS: Mapping[Timed, tuple[float, ...]] = {
    Timed.ACK: (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0),  # Slack waits three seconds
    Timed.EFFECT: (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0),
    Timed.TRANSACTION: (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 10.0),
}
"""What has none is only summed up."""


class Metrics:
    """The Meter that keeps what it is told, in a registry of its own.

    Args:
        lag: the lag of the event loop now, in seconds.
        about: versions, for `signoff_build_info`.
    """

    def __init__(self, lag: Callable[[], float], about: Mapping[str, str]) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]  # when each series began doubles their number
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._now = _Now(lag, about)
        self._registry.register(self._now)
        self._counters = {
            what: Counter(what.title, what.meaning, what.labels, namespace=PREFIX, registry=self._registry)
            for what in Counted
        }
        self._timers = {what: self._timer(what) for what in Timed}

    def count(self, what: Counted, *labels: str) -> None:
        """Count one."""
        counter = self._counters[what]
        (counter.labels(*labels) if labels else counter).inc()

    def took(self, what: Timed, seconds: float, *labels: str) -> None:
        """Note how long something took."""
        self._timers[what].labels(*labels).observe(seconds)

    def text(self, figures: Figures | None, now: datetime) -> bytes:
        """Return everything in Prometheus' text format; without figures, the database is told to be down."""
        self._now.figures, self._now.at = figures, now
        return generate_latest(self._registry)

    def _timer(self, what: Timed) -> Histogram | Summary:
        given: dict[str, Any] = {"namespace": PREFIX, "unit": "seconds", "registry": self._registry}
        if what in BUCKETS:
            return Histogram(what.title, what.meaning, what.labels, buckets=BUCKETS[what], **given)
        return Summary(what.title, what.meaning, what.labels, **given)


class _Now(Collector):
    """What is read at the moment of a scrape."""

    def __init__(self, lag: Callable[[], float], about: Mapping[str, str]) -> None:
        self._lag = lag
        self._about = dict(about)
        self.figures: Figures | None = None
        self.at: datetime | None = None

    def describe(self) -> Iterator[Metric]:
        """Name nothing in advance: the registry would read everything once to learn the names."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        """Return the families as of now."""
        yield InfoMetricFamily(f"{PREFIX}_build", "Which Signoff this is and what it runs on", self._about)
        yield _gauge("event_loop_lag_seconds", "By how much the event loop is late", {(): self._lag()})
        yield _gauge("tasks", "Tasks of the event loop", {(): _tasks()})
        yield _gauge("db_up", "Whether the database answered this scrape", {(): int(self.figures is not None)})
        if self.figures is not None and self.at is not None:
            yield from _of_database(self.figures, self.at)


def _of_database(figures: Figures, now: datetime) -> Iterator[Metric]:
    yield _gauge("releases", "Unfinished releases", figures.releases, "environment", "state")
    yield _gauge(
        "oldest_pending_release_seconds",
        "Age of the oldest release that is not deploying yet",
        {(name,): _age(since, now) for name, since in figures.oldest_open.items()},
        "environment",
    )
    yield _gauge("effects", "Effects that have not ended well", figures.effects, "kind", "state")
    yield _gauge(
        "effect_oldest_ready_seconds",
        "For how long the oldest effect that could be carried out now has been due",
        {(kind.value,): _age(figures.oldest_ready.get(kind.value, now), now) for kind in EffectKind},
        "kind",
    )
    unknown = sum(number for (_, state), number in figures.effects.items() if state == "unknown")
    yield _gauge("effects_unknown", "Effects of which nobody knows whether they happened", {(): unknown})
    dead = {kind: number for (kind, state), number in figures.effects.items() if state == "dead"}
    dead.pop(EffectKind.DEPLOY.value, None)  # its release has failed, and people were told
    yield _gauge("effects_dead", "Messages that were given up", {(): sum(dead.values())})
    yield _gauge("inbox", "Received things", {(state,): number for state, number in figures.inbox.items()}, "state")
    yield _gauge("audit_head_seq", "Number of the last audit row", {(): figures.audit_head})
    yield _gauge("db_size_bytes", "Size of the database file", {(): figures.database_bytes})
    if figures.disk_free is not None:
        yield _gauge("disk_free_bytes", "Free space where the database is", {(): figures.disk_free})


def _tasks() -> int:
    try:
        return len(asyncio.all_tasks())
    except RuntimeError:  # no loop runs: whoever asks has no tasks
        return 0


def _gauge(name: str, meaning: str, values: Mapping[Any, float], *labels: str) -> Metric:
    family = GaugeMetricFamily(f"{PREFIX}_{name}", meaning, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def _age(since: datetime, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds())


def metrics_routes(metrics: Metrics, store: Store, clock: Callable[[], datetime]) -> list[web.RouteDef]:
    """Return the route GET /metrics."""

    async def scrape(_request: web.Request) -> web.Response:
        now = clock()
        figures: Figures | None = None
        try:
            async with asyncio.timeout(READ_WITHIN):
                figures = await store.read(lambda tx: tx.figures.read(now))
        except Exception as error:  # noqa: BLE001 - whatever it is, the rest is told, and that the database is down
            log.warning("figures_not_read", why=type(error).__name__)
        return web.Response(body=metrics.text(figures, now), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/metrics", scrape)]
