"""What refused and missing rows do to stored ones: nothing, until a person says so.

A refused row keeps every stored row that it may be, by as much of its key as could be read. A window that would lose
too much of what it held is not stored at all.

Belongs here: both guards, between the comparison of staged with stored rows and its outcome (restatement.py). Does not
belong here: the shares themselves (domain/doubtful_answers.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from campfill_pipeline.domain import doubtful_answers
from campfill_pipeline.domain.doubtful_answers import Doubts
from campfill_pipeline.domain.report_rows import RefusedKey, RefusedRow
from campfill_pipeline.warehouse.delivery.errors import (
    CollapsedError,
    GrownError,
    LostImpressionsError,
    LostLinesError,
    LostSitesError,
    UnlikeDaysError,
)
from campfill_pipeline.warehouse.statements import query

Window = tuple[datetime, datetime]


@dataclass(frozen=True)
class Guard:
    """What an answer for `day` must not fall short of: by the day as a whole, and by each window that was asked for."""

    day: date
    doubts: Doubts
    windows: Sequence[Window]


def keep_refused(conn: psycopg.Connection, refused: Sequence[RefusedRow]) -> int:
    """Take rows that a refused one may be out of `hour_change`, so that they stay; returns how many there were."""
    keys = {row.key for row in refused if row.key is not None}
    if not keys:
        return 0
    conn.execute(query("delivery/doubts", "refused keys"))
    statement = "COPY refused_key (hour_utc, site, campaign_id, deal_id, ids_known) FROM STDIN"
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        for key in keys:
            copy.write_row(_copied(key))
    conn.execute("ANALYZE refused_key")
    kept = conn.execute(query("delivery/doubts", "keep whole keys")).rowcount
    # A key that is known in part is compared with every row that would go: no join but this one can do that.
    conn.execute("SELECT set_config('enable_nestloop', 'on', true)")
    kept += conn.execute(query("delivery/doubts", "keep partial keys")).rowcount
    conn.execute("SELECT set_config('enable_nestloop', 'off', true)")
    return kept


def _copied(key: RefusedKey) -> tuple[object, ...]:
    return key.hour_utc, key.site, key.campaign_id, key.deal_id, key.ids_known


def refuse_collapse(
    conn: psycopg.Connection, guard: Guard, source: str, start: datetime, end: datetime
) -> None:
    """Raise CollapsedError where the day, or a window of it, would lose too many of its rows, LostImpressionsError
    where the day would of its impressions, GrownError where they would be many times more, and LostLinesError where
    single lines would lose too much. Of a finished day LostSitesError where one of its sites would lose too many rows.
    """
    values = {"source": source, "start": start, "end": end}
    _refuse_lost_impressions(conn, guard, values)
    _refuse_grown(conn, guard, source)
    _refuse_lost_lines(conn, guard, values)
    _refuse_lost_sites(conn, guard, values)
    changes = {
        hour: (gone, new) for hour, gone, new in conn.execute(query("delivery/doubts", "gone and new"))
    }
    if not any(gone for gone, _ in changes.values()):
        return
    held: dict[datetime, int] = dict(conn.execute(query("delivery/doubts", "held"), values).fetchall())
    for first, last in [(start, end), *guard.windows]:
        had = sum(rows for hour, rows in held.items() if first <= hour < last)
        inside = [change for hour, change in changes.items() if first <= hour < last]
        left = had - sum(gone for gone, _ in inside) + sum(new for _, new in inside)
        part = (first, last) != (start, end)
        if part and had < doubtful_answers.FEW:
            continue
        if guard.doubts.collapsed(had, left):
            raise CollapsedError(guard.day, had, left, (first, last) if part else None)


def refuse_unlike_days(conn: psycopg.Connection, guard: Guard, source: str) -> None:
    """Raise UnlikeDaysError where the stored rows of a day that never was complete hold many times what those of the
    same campaigns and deals held on the seven days before: its neighbours show that they come in another unit.
    """
    values = {"day": guard.day, "source": source}
    [(rows, came, usual)] = conn.execute(query("delivery/doubts", "unlike days before"), values).fetchall()
    if rows >= doubtful_answers.SMALL and guard.doubts.grown(usual, came):
        raise UnlikeDaysError(guard.day, usual, came)


def lines_without_rows(
    conn: psycopg.Connection, source: str, ids: Sequence[str], start: datetime, end: datetime
) -> list[str]:
    """Of these ids (lower case), those that name a line of which nothing of this source is stored in these hours."""
    values = {"name": source, "ids": list(ids), "start": start, "end": end}
    return [found for (found,) in conn.execute(query("delivery/doubts", "lines without rows"), values)]


def _refuse_lost_lines(conn: psycopg.Connection, guard: Guard, values: dict[str, object]) -> None:
    # The day may hold as much as before, but under other ids than its lines have; or one line of many is gone.
    few = {"few": doubtful_answers.SMALL}
    lost = [
        (f"{name} ({line})", impressions, impressions - less)
        for line, name, rows, impressions, fewer, less in conn.execute(
            query("delivery/doubts", "lines lost"), values | few
        )
        if guard.doubts.collapsed(rows, rows - fewer)
        or guard.doubts.collapsed(impressions, impressions - less)
    ]
    if lost:
        raise LostLinesError(guard.day, lost)


def _refuse_lost_sites(conn: psycopg.Connection, guard: Guard, values: dict[str, object]) -> None:
    # A site whose rows are kept back (a right that was taken away) is no site that played nothing. One that makes up so
    # much of the day that the day's share tells is left to that.
    few = {"few": doubtful_answers.SMALL, "kept": guard.doubts.kept_percent, "day": guard.day}
    lost = [
        (site, impressions, impressions - less)
        for site, rows, fewer, impressions, less in conn.execute(
            query("delivery/doubts", "sites lost"), values | few
        )
        if guard.doubts.collapsed(rows, rows - fewer)
    ]
    if lost:
        raise LostSitesError(guard.day, lost)


def _refuse_grown(conn: psycopg.Connection, guard: Guard, source: str) -> None:
    values = {"source": source, "day": guard.day}
    [(rows, held, came)] = conn.execute(query("delivery/doubts", "grown"), values).fetchall()
    if rows >= doubtful_answers.SMALL and guard.doubts.grown(held, came):
        raise GrownError(guard.day, held, came)


def _refuse_lost_impressions(conn: psycopg.Connection, guard: Guard, values: dict[str, object]) -> None:
    # The rows may all be there, but hold noughts, or be read in another notation than they are written in.
    [(lost,)] = conn.execute(query("delivery/doubts", "impressions lost")).fetchall()
    if lost <= 0:
        return
    [(rows, held)] = conn.execute(query("delivery/doubts", "impressions held"), values).fetchall()
    if rows >= doubtful_answers.SMALL and guard.doubts.collapsed(held, held - lost):
        raise LostImpressionsError(guard.day, held, held - lost)
