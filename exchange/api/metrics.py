"""The node's figures for Prometheus: of its calls, and of what waits in the database."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

from exchange.service import health

BUCKETS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Figures:
    """The figures of one application; each has its own registry, so that tests do not share them."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry(auto_describe=True)
        labels = ("method", "route")
        self.calls = Counter(
            "exchange_http_requests_total", "Calls answered.", (*labels, "status"), registry=self.registry
        )
        self.seconds = Histogram(
            "exchange_http_request_seconds", "Time to answer.", labels, buckets=BUCKETS, registry=self.registry
        )
        self._kept: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a call; routes are patterns, so their number stays small."""
        key = (method, route, status)
        if key not in self._kept:
            self._kept[key] = self.calls.labels(*key), self.seconds.labels(method, route)
        calls, times = self._kept[key]
        calls.inc()
        times.observe(seconds)

    def written(self, waiting: health.Waiting, jobs: Iterable[tuple[str, datetime | None]]) -> bytes:
        """Write the figures of this process together with those of the database."""
        own = CollectorRegistry(auto_describe=True)
        Gauge("exchange_outbox_waiting", "Notices not sent yet.", registry=own).set(waiting.notices)
        undeliverable = Gauge("exchange_outbox_undeliverable", "Notices of a day that reached nobody.", registry=own)
        undeliverable.set(waiting.undeliverable)
        Gauge("exchange_obligations_overdue", "Running duties past their due moment.", registry=own).set(
            waiting.overdue
        )
        last = Gauge("exchange_job_last_success_timestamp_seconds", "Last success.", ("job",), registry=own)
        for name, at in jobs:
            if at is not None:
                last.labels(name).set(at.timestamp())
        return generate_latest(self.registry) + generate_latest(own)
