"""What level 4 of the page shows of a line: delivery by day, by hour and by site, and the evidence of its
cause.

Belongs here: which lines get such a detail, in which order, and its queries. Does not belong here: how much
of it fits into the page (`reports.payload`).

A line may have a million hourly rows, and there may be thousands of lines. So hours and sites are read for
the most wanted lines until ROWS_READ rows have been looked at: the page stays a matter of seconds, however
much was delivered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from campfill_pipeline.domain.due_words import due_curve
from campfill_pipeline.domain.fulfillment import Lifecycle
from campfill_pipeline.domain.profile import Basis
from campfill_pipeline.domain.weekdays import calendar
from campfill_pipeline.warehouse.readers.notes import notes_of_lines
from campfill_pipeline.warehouse.readers.page.evidence import read_evidence
from campfill_pipeline.warehouse.readers.page.reading import Connection
from campfill_pipeline.warehouse.readers.page.rows import DayRow, LineDetail, LineRow, PageData, SiteRow
from campfill_pipeline.warehouse.statements import query

ROWS_READ = 4_000_000
BATCH = 250
MOST_SITES = 15


def wanted_lines(data: PageData) -> list[LineRow]:
    """Begun lines in the order in which somebody will open them.

    First those that need attention, then judged ones that fell or will fall short, worst first, then the
    healthy, running ones before ended ones, then the unjudged.
    """
    urgent = {item.line_id: place for place, item in enumerate(data.attention)}

    def order(line: LineRow) -> tuple[int, Decimal, UUID]:
        if line.id in urgent:
            return 0, Decimal(urgent[line.id]), line.id
        gap = line.shortfall
        if line.lifecycle == Lifecycle.LIVE:
            gap = max(line.impression_goal - (line.projected or line.delivered), Decimal(0))
        group = 4 if not line.covered else 1 if gap > 0 else 2 if line.lifecycle == Lifecycle.LIVE else 3
        return group, -gap, line.id

    return sorted((line for line in data.lines if line.lifecycle != Lifecycle.SCHEDULED), key=order)


def details(
    connection: Connection, data: PageData, *, limit: int, rows_read: int = ROWS_READ
) -> Iterator[LineDetail]:
    """Details of at most `limit` lines, most wanted first; hours and sites until `rows_read` rows were looked
    at.

    Lazy: what is not asked for is not queried.
    """
    wanted = [line.id for line in wanted_lines(data)[:limit]]
    left = rows_read
    # From the eleventh batch on the server would keep to one plan for any list of lines, and takes that for short: the
    # hours of 250 lines are sought one by one then, for three times as long.
    connection.execute("SELECT set_config('plan_cache_mode', 'force_custom_plan', true)")
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        volumes: dict[UUID, int] = dict(
            connection.execute(
                query("readers/page/line_detail", "volumes"), {"lines": batch, "as_of": data.as_of}
            ).fetchall()
        )
        deep = []
        for line_id in batch:
            if (volume := int(volumes.get(line_id, 0))) <= left:
                left -= volume
                deep.append(line_id)
        yield from _batch(connection, data, batch, deep)


def _batch(
    connection: Connection, data: PageData, lines: Sequence[UUID], deep: Sequence[UUID]
) -> Iterator[LineDetail]:
    values: dict[str, object] = {
        "lines": list(lines),
        "as_of": data.as_of,
        "timezone": data.timezone,
        "most": MOST_SITES,
    }
    days: dict[UUID, list[DayRow]] = defaultdict(list)
    for line_id, *row in connection.execute(query("readers/page/line_detail", "days"), values).fetchall():
        days[line_id].append(DayRow(*row))
    hours: dict[UUID, dict[tuple[date, int], Decimal]] = defaultdict(dict)
    sites: dict[UUID, list[SiteRow]] = defaultdict(list)
    site_counts: dict[UUID, int] = {}
    if deep:
        found = connection.execute(
            query("readers/page/line_detail", "hours and sites"), values | {"lines": list(deep)}
        ).fetchall()
        for line_id, by_hour, day, hour, site, impressions, bids, wins, plays, count in found:
            if by_hour:
                hours[line_id][day, hour] = impressions
            else:
                sites[line_id].append(SiteRow(site, impressions, bids, wins, plays))
                site_counts[line_id] = count
    causes = {
        row[0]: row[1:] for row in connection.execute(query("readers/page/line_detail", "causes"), values)
    }
    days_of = calendar(data.holidays, data.as_of)
    due = {
        line_id: due_curve(first, last, weights, Basis(basis), behind, days_of)
        for line_id, first, last, weights, basis, behind in connection.execute(
            query("readers/page/line_detail", "due weights"), values
        )
    }
    told_by: dict[UUID, list[tuple[str, int]]] = defaultdict(list)
    for line_id, source, counted in connection.execute(query("readers/page/line_detail", "sources"), values):
        told_by[line_id].append((source, counted))
    notes = notes_of_lines(connection, lines, data.holidays, as_of=data.as_of)
    for line_id in lines:
        yield LineDetail(
            id=line_id,
            days=tuple(days[line_id]),
            hours=hours.get(line_id, {}),
            sites=tuple(sites[line_id]),
            site_count=site_counts.get(line_id, 0),
            evidence=read_evidence(*causes[line_id]) if line_id in causes else None,
            due=due.get(line_id),
            notes=notes.get(line_id, ()),
            sources=tuple(told_by[line_id]),
        )
