"""What goes from Dagster's own lists: runs, upload partitions, ticks.

Deleting a run deletes its materializations too. So a run stays while it made the latest state of an asset, or of a
partition that people still look at. Belongs here: asking Dagster what is old, and deleting it. Does not belong here:
how old is old (`domain/housekeeping.py`), campfill's own tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import dagster as dg
from dagster import DagsterEventType, DagsterRunStatus
from dagster._core.scheduler.instigation import TickStatus

from campfill_pipeline.defs.instance import database_of
from campfill_pipeline.defs.partitions import UPLOADS
from campfill_pipeline.domain.housekeeping import HousekeepingRules
from campfill_pipeline.warehouse.postgres import housekeeping

FINISHED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
_PORTION = 500


def upload_partitions(instance: dg.DagsterInstance) -> list[str]:
    """All upload partitions that Dagster knows, in order of arrival."""
    return list(instance.get_dynamic_partitions(UPLOADS.name or ""))


def delete_partitions(instance: dg.DagsterInstance, keys: Sequence[str]) -> None:
    """Take uploads off the list of partitions."""
    for key in keys:
        instance.delete_dynamic_partition(UPLOADS.name or "", key)


def old_runs(
    instance: dg.DagsterInstance,
    rules: HousekeepingRules,
    *,
    uploads: frozenset[str],
    now: datetime,
    today: date,
) -> list[str]:
    """Finished runs that are old and own nothing that people look at; `uploads` are the partitions that stay."""
    filters = dg.RunsFilter(statuses=FINISHED, created_before=rules.runs_before(now))
    old = instance.get_run_ids(filters)
    if not old:
        return []
    owners = set(_owners(instance, rules, uploads, today))
    return [run_id for run_id in old if run_id not in owners]


def delete_runs(instance: dg.DagsterInstance, run_ids: Sequence[str]) -> None:
    """Delete runs with all their events."""
    for run_id in run_ids:
        instance.delete_run(run_id)


def _owners(
    instance: dg.DagsterInstance, rules: HousekeepingRules, uploads: frozenset[str], today: date
) -> Iterator[str]:
    """The runs that made the latest state of an asset, or of a partition that is looked at."""
    for key in instance.get_asset_keys():
        latest = instance.get_latest_materialization_event(key)
        if latest is not None:
            yield latest.run_id
        by_partition = instance.get_latest_storage_id_by_partition(
            key, DagsterEventType.ASSET_MATERIALIZATION
        )
        numbers = [
            number
            for partition, number in by_partition.items()
            if rules.partition_is_looked_at(partition, uploads, today)
        ]
        yield from _runs_of(instance, key, numbers)


def _runs_of(instance: dg.DagsterInstance, key: dg.AssetKey, numbers: Sequence[int]) -> Iterator[str]:
    """The runs that wrote these events of an asset."""
    url = database_of(instance)
    if url is not None:  # Dagster reads each event with all that it says: seconds, for thousands
        yield from housekeeping.runs_of_events(url, numbers)
        return
    for start in range(0, len(numbers), _PORTION):
        portion = list(numbers[start : start + _PORTION])
        found = instance.fetch_materializations(
            dg.AssetRecordsFilter(asset_key=key, storage_ids=portion), limit=len(portion)
        )
        yield from (record.run_id for record in found.records)


def old_ticks(instance: dg.DagsterInstance, rules: HousekeepingRules, now: datetime, *, delete: bool) -> int:
    """Ticks of schedules and sensors that are old, also of those that exist no more; how many."""
    skipped = (now - timedelta(days=rules.skipped_tick_days), [TickStatus.SKIPPED])
    others = (
        now - timedelta(days=rules.tick_days),
        [status for status in TickStatus if status != TickStatus.SKIPPED],
    )
    count = 0
    for state in instance.all_instigator_state():
        whose = (state.instigator_origin_id, state.selector_id)
        for before, statuses in (skipped, others):
            count += len(instance.get_ticks(*whose, before=before.timestamp(), statuses=statuses))
            if delete:
                instance.purge_ticks(*whose, before=before.timestamp(), tick_statuses=statuses)
    return count
