"""What level 4 of the page shows of a line: delivery by day, by hour and by site, and the evidence of its
cause.

Belongs here: which lines get such a detail, in which order, and its queries. Does not belong here: how much
of it fits into the page (`reports.payload`).

A line may have a million hourly rows, and there may be thousands of lines. So hours and sites are read for
the most wanted lines until they have ROWS_READ rows: the page stays a matter of seconds, however much was
delivered (docs/decisions/0192).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
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
_DAY_ZERO = date(1970, 1, 1).toordinal()


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
    connection: Connection,
    data: PageData,
    *,
    limit: int,
    rows_read: int = ROWS_READ,
) -> Iterator[LineDetail]:
    """Details of at most `limit` lines, most wanted first; hours and sites until `rows_read` rows were looked
    at.

    Lazy: what is not asked for is not queried.
    """
    wanted = [line.id for line in wanted_lines(data)[:limit]]
    left = rows_read
    # Otherwise, from the eleventh batch on, the server would keep to one plan for any list of lines.
    connection.execute(
        "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('work_mem', '128MB', true)"
    )
    volumes: dict[UUID, int] = dict(
        connection.execute(
            query("readers/page/line_detail", "volumes"), {"lines": wanted, "as_of": data.as_of}
        ).fetchall()
    )
    deep = []
    for line_id in wanted:
        if 0 < (volume := int(volumes.get(line_id, 0))) <= left:
            left -= volume
            deep.append(line_id)
    found, having = _hours(connection, data, deep), set(deep)
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        told = {line_id: next(found) for line_id in batch if line_id in having}
        yield from _batch(connection, data, batch, told)


@dataclass(frozen=True)
class _Deep:
    """What a line delivered by local hour, and at the sites with most of it."""

    hours: dict[tuple[date, int], Decimal] = field(default_factory=dict)
    sites: tuple[SiteRow, ...] = ()
    site_count: int = 0


def _hours(connection: Connection, data: PageData, wanted: Sequence[UUID]) -> Iterator[_Deep]:
    """Hours and sites of these lines, in their order.

    Single rows lie by time: whoever wants those of some lines goes through all. So they are gone through twice at most:
    for the first lines, as the page may have no room for more, and for all others.
    """
    for lines in filter(None, (wanted[:BATCH], wanted[BATCH:])):
        values = {"lines": lines, "as_of": data.as_of, "timezone": data.timezone, "most": MOST_SITES}
        rows = connection.execute(query("readers/page/line_detail", "hours and sites"), values)
        found = rows.fetchone()
        for place in range(1, len(lines) + 1):
            if found is None or found[0] != place:  # its months were put aside
                yield _Deep()
                continue
            _, hours, impressions, count, *sites = found
            yield _Deep(_by_local_hour(hours, impressions), tuple(map(SiteRow, *sites)), count)
            found = rows.fetchone()


def _by_local_hour(hours: Sequence[int], impressions: Sequence[Decimal]) -> dict[tuple[date, int], Decimal]:
    """Impressions by local day and hour, of hours since 1970."""
    found = dict(zip(map(_local_hour, hours), impressions, strict=True))
    if len(found) < len(hours):  # in autumn, an hour is there twice
        found = dict.fromkeys(found, Decimal(0))
        for hour, came in zip(hours, impressions, strict=True):
            found[_local_hour(hour)] += came
    return found


@cache
def _local_hour(hour: int) -> tuple[date, int]:
    return date.fromordinal(_DAY_ZERO + hour // 24), hour % 24


def _batch(
    connection: Connection, data: PageData, lines: Sequence[UUID], told: Mapping[UUID, _Deep]
) -> Iterator[LineDetail]:
    values: dict[str, object] = {"lines": list(lines), "as_of": data.as_of}
    days: dict[UUID, list[DayRow]] = defaultdict(list)
    for line_id, *row in connection.execute(query("readers/page/line_detail", "days"), values).fetchall():
        days[line_id].append(DayRow(*row))
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
        deep = told.get(line_id, _Deep())
        yield LineDetail(
            id=line_id,
            days=tuple(days[line_id]),
            hours=deep.hours,
            sites=deep.sites,
            site_count=deep.site_count,
            evidence=read_evidence(*causes[line_id]) if line_id in causes else None,
            due=due.get(line_id),
            notes=notes.get(line_id, ()),
            sources=tuple(told_by[line_id]),
        )
