"""Housekeeping, so that a home can run for years untouched: what is old goes, what is needed next is made.

Belongs here: the order of the steps, and the account of what was done. Does not belong here: how old is old
(`domain/housekeeping.py`), what Dagster deletes (`dagster_pruning`), SQL.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from campfill_pipeline.defs import dagster_pruning
from campfill_pipeline.defs.instance import database_of
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.domain.housekeeping import HousekeepingRules
from campfill_pipeline.storage import published
from campfill_pipeline.warehouse import claims, database
from campfill_pipeline.warehouse.delivery import packing, partitions
from campfill_pipeline.warehouse.notices import outbox as notices
from campfill_pipeline.warehouse.postgres import housekeeping, server
from campfill_pipeline.warehouse.readers.looked_back import look_back
from campfill_pipeline.warehouse.register import decided


class MaintenanceRunsError(CampfillError):
    """Housekeeping is being done by another process."""

    def __init__(self) -> None:
        super().__init__(
            "Housekeeping is being done already, by another process.", "Let it end; it takes minutes."
        )


@dataclass(frozen=True)
class Sizes:
    """Bytes on disk; `dagster` is None where Dagster keeps its things elsewhere than in PostgreSQL."""

    dagster: int | None
    campfill: int


@dataclass(frozen=True)
class Done:
    """What housekeeping did, or with `dry_run` would do; then sizes after it and what was freed are not known."""

    dry_run: bool
    runs: int
    upload_partitions: int
    steps: int
    """Events of runs that stay: step by step what went well; of a week ago, all but what is the latest of its kind."""
    ticks: int
    check_results: int
    notices: int
    """Facts that people were told of and that are long over."""
    receipts: int
    receipt_bytes: int
    months_made: tuple[str, ...]
    months_packed: tuple[str, ...]
    """Closed months of report rows, like 2026-03, that had rows to pack."""
    rows_packed: int
    vacuumed: tuple[str, ...]
    rewritten: tuple[str, ...]
    reindexed: tuple[str, ...]
    """Whose databases got new indexes, because their server sorts otherwise than when the indexes were built."""
    before: Sizes
    after: Sizes | None
    freed_bytes: int | None
    looked_back: bool = False
    """Whether what the figures had said was set beside what came; once a day."""


def maintain(
    instance: dg.DagsterInstance, campfill: Campfill, rules: HousekeepingRules | None = None, *, dry_run: bool
) -> Done:
    """Do all of it, or with `dry_run` only look. May be cut off at any point: the next time does the rest.

    Raises MaintenanceRunsError while another process is at it.
    """
    with (
        database.connect(campfill.url, autocommit=True) as connection,
        claims.turn(connection, claims.Turn.HOUSEKEEPING, wait=False) as mine,
    ):
        if not mine:
            raise MaintenanceRunsError
        return _maintain(instance, campfill, rules or HousekeepingRules(), dry_run)


def _maintain(
    instance: dg.DagsterInstance, campfill: Campfill, rules: HousekeepingRules, dry_run: bool
) -> Done:
    now = campfill.clock()
    dagster_url = database_of(instance)
    before = _sizes(campfill, dagster_url)
    counted = housekeeping.row_counts(dagster_url) if dagster_url else {}

    months = _months_ahead(campfill, rules, dry_run)
    known = dagster_pruning.upload_partitions(instance)
    with campfill.connect() as connection:
        old = decided.decided_partitions(connection, known, rules.uploads_before(now))
    staying = frozenset(known) - frozenset(old)
    runs = dagster_pruning.old_runs(instance, rules, uploads=staying, now=now, today=campfill.today)
    if not dry_run:
        dagster_pruning.delete_partitions(instance, old)
        dagster_pruning.delete_runs(instance, runs)
    ticks = dagster_pruning.old_ticks(instance, rules, now, delete=not dry_run)
    checks = (
        housekeeping.old_checks(dagster_url, rules.steps_before(now), delete=not dry_run)
        if dagster_url
        else 0
    )
    steps = (
        housekeeping.old_events(
            dagster_url, rules.steps_before(now), rules.runs_before(now), runs, delete=not dry_run
        )
        if dagster_url
        else 0
    )
    told = _old_notices(campfill, rules, dry_run)
    receipts, receipt_bytes = _old_receipts(campfill, rules, dry_run)
    reindexed = _reindex(campfill, dagster_url, dry_run)
    packed, rows_packed = _pack(campfill, rules, dry_run)
    vacuumed, rewritten = ((), ()) if dry_run else _give_back(campfill, dagster_url, counted, rules)
    looked = not dry_run and _look_back(campfill)
    said = 0 if dry_run else server.bound_log(campfill.settings)
    after = None if dry_run else _sizes(campfill, dagster_url)
    return Done(
        dry_run=dry_run,
        runs=len(runs),
        upload_partitions=len(old),
        steps=steps,
        ticks=ticks,
        check_results=checks,
        notices=told,
        receipts=receipts,
        receipt_bytes=receipt_bytes,
        months_made=months,
        months_packed=packed,
        rows_packed=rows_packed,
        vacuumed=vacuumed,
        rewritten=rewritten,
        reindexed=reindexed,
        before=before,
        after=after,
        freed_bytes=None if after is None else _freed(before, after) + receipt_bytes + said,
        looked_back=looked,
    )


def _look_back(campfill: Campfill) -> bool:
    with campfill.connect() as connection:
        return look_back(connection, campfill.settings.rules, as_of=campfill.today, now=campfill.clock())


def _sizes(campfill: Campfill, dagster_url: str | None) -> Sizes:
    return Sizes(
        dagster=housekeeping.size(dagster_url) if dagster_url else None,
        campfill=housekeeping.size(campfill.url),
    )


def _freed(before: Sizes, after: Sizes) -> int:
    """Bytes that both databases lost together; never less than none: the work itself may have taken some."""
    return max((before.dagster or 0) + before.campfill - (after.dagster or 0) - after.campfill, 0)


def _months_ahead(campfill: Campfill, rules: HousekeepingRules, dry_run: bool) -> tuple[str, ...]:
    with database.connect(campfill.url) as connection:
        made = partitions.ahead(connection, campfill.today, months=rules.months_ahead)
        if dry_run:
            connection.rollback()
    return tuple(made)


def _pack(campfill: Campfill, rules: HousekeepingRules, dry_run: bool) -> tuple[tuple[str, ...], int]:
    """Pack the report rows of closed months; which months, and how many rows. Some at a time: uploads go between."""
    before = rules.closed_before(campfill.today, campfill.settings.restate_days)
    done, kept, rows = [], [], 0
    with database.connect(campfill.url, autocommit=True) as connection:
        for month in packing.closed(connection, before):
            if dry_run:
                found = packing.loose_rows(connection, month.first)
            else:
                found = 0
                for rows_now in packing.pack_month(connection, month.first):
                    found += rows_now
                    if (
                        campfill.no_room()
                    ):  # the rest some other night: each step needs room before it gives some back
                        break
                if not packing.give_back(connection, month.first):
                    kept.append(month.first)
            if found:
                done.append(f"{month.first:%Y-%m}")
                rows += found
        if rows and not dry_run:
            housekeeping.vacuum(campfill.url, database.SCHEMA, ["packed_hour", "packed_clock"])
        for first in kept:  # somebody looked at it then; may be no more
            packing.give_back(connection, first)
    return tuple(done), rows


def _old_notices(campfill: Campfill, rules: HousekeepingRules, dry_run: bool) -> int:
    with database.connect(campfill.url) as connection:
        gone = notices.forget_old(connection, before=rules.notices_before(campfill.clock()))
        if dry_run:
            connection.rollback()
    return gone


def _old_receipts(campfill: Campfill, rules: HousekeepingRules, dry_run: bool) -> tuple[int, int]:
    """How many receipts went, and their bytes. Only files that the ledger names as receipts, and only in outbox/."""
    home, outbox = campfill.settings.home, campfill.settings.outbox
    with campfill.connect() as connection:
        paths = [
            home / path
            for path in decided.decided_before(connection, rules.receipts_before(campfill.clock()))
        ]
    paths = [path for path in paths if path.parent == outbox]
    sizes = published.standing(campfill.settings, paths)
    in_store = list(sizes)
    sizes |= {path: path.stat().st_size for path in paths if path.is_file()}
    found, total = list(sizes), sum(sizes.values())
    if not dry_run:
        published.withdraw(campfill.settings, in_store)
        for path in found:
            Path(path).unlink(missing_ok=True)
    return len(found), total


def _reindex(campfill: Campfill, dagster_url: str | None, dry_run: bool) -> tuple[str, ...]:
    """Mend indexes that no longer fit how their server sorts; whose databases these are."""
    places = [("campfill's", campfill.url, database.SCHEMA)]
    if dagster_url is not None:
        places.append(("Dagster's", dagster_url, "public"))
    changed = [place for place in places if housekeeping.collation_changed(place[1])]
    if not dry_run:
        for _, url, schema in changed:
            housekeeping.reindex(url, schema)
    return tuple(whose for whose, _, _ in changed)


def _give_back(
    campfill: Campfill, dagster_url: str | None, counted: dict[str, int], rules: HousekeepingRules
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Vacuum what needs it: the tables of Dagster that shrank, campfill's that hold many dead rows; their names."""
    own = housekeeping.dead_tables(campfill.url, database.SCHEMA, rules.vacuum_share)
    housekeeping.vacuum(campfill.url, database.SCHEMA, own)
    if dagster_url is None:
        return tuple(own), ()
    now = housekeeping.row_counts(dagster_url)
    shrunk = housekeeping.shrunk(counted, now)
    rewritten = housekeeping.rewrite(dagster_url, housekeeping.shrunk(counted, now, rules.rewrite_share))
    left = [table for table in shrunk if table not in rewritten]
    housekeeping.vacuum(dagster_url, "public", left)
    housekeeping.renew_indexes(dagster_url, left)
    return (*own, *(f"dagster: {table}" for table in shrunk if table not in rewritten)), tuple(
        f"dagster: {table}" for table in rewritten
    )
