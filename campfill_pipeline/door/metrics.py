"""What Prometheus is told, counted from the ledger at each look, so that no restart loses a count.

Belongs here: names and kinds of metrics. Does not belong here: counting (`warehouse/readers/watch`).
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from campfill_pipeline.door.questions import Questions
from campfill_pipeline.warehouse.readers.watch import Counts


def exposition(questions: Questions, now: datetime) -> tuple[bytes, str]:
    """The text of all metrics, and its content type."""
    registry = CollectorRegistry()
    registry.register(_Ledger(questions, now))
    ProcessCollector(registry=registry)
    return generate_latest(registry), CONTENT_TYPE_LATEST


class _Ledger(Collector):
    def __init__(self, questions: Questions, now: datetime) -> None:
        self._counts: Counts = questions.counts()
        self._waiting_files = questions.files_waiting()
        self._free = shutil.disk_usage(questions.settings.home).free
        self._now = now

    def collect(self) -> Iterator[Metric]:
        """Every metric of campfill's own."""
        counts = self._counts
        uploads = GaugeMetricFamily("campfill_uploads", "Uploads by what became of them.", labels=["status"])
        for status, number in counts.uploads.items():
            uploads.add_metric([status], number)
        yield uploads
        steps = SummaryMetricFamily(
            "campfill_step_seconds", "Seconds that uploads spent waiting, being processed, until the receipt.",
            labels=["step"],
        )  # fmt: skip
        for step, (count, seconds) in counts.steps.items():
            steps.add_metric([step], count_value=count, sum_value=seconds)
        yield steps
        rows = GaugeMetricFamily(
            "campfill_rows", "Rows of all uploads by what became of them.", labels=["outcome"]
        )
        for outcome, number in counts.rows.items():
            rows.add_metric([outcome], number)
        yield rows
        yield GaugeMetricFamily(
            "campfill_queue_length", "Uploads and files of the inbox that wait.",
            value=counts.uploads.get("received", 0) + self._waiting_files,
        )  # fmt: skip
        age = GaugeMetricFamily(
            "campfill_delivery_age_seconds", "Since delivery was last fetched.", labels=["source"]
        )
        for source, at in counts.fetched.items():
            age.add_metric([source], max(0.0, (self._now - at).total_seconds()))
        yield age
        yield GaugeMetricFamily(
            "campfill_disk_free_bytes", "Free where CAMPFILL_HOME lies.", value=self._free
        )
