"""Bringing fetched rows into the database while they arrive, in bounded memory.

Belongs here: batches, COPY, and the choice of the table they go to. Does not belong here: comparing rows
(restatement.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
import pyarrow as pa
from psycopg import sql

from campfill_pipeline.warehouse.delivery.arriving import encoding
from campfill_pipeline.warehouse.delivery.arriving.directory import Directory, Pair
from campfill_pipeline.warehouse.delivery.arriving.encoding import Coded, HourRows, Ints
from campfill_pipeline.warehouse.statements import query

BATCH = 50_000  # large enough for cheap COPYs, small enough to store one batch while the next one is read
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def batches(tables: pa.Table | Iterable[pa.Table], rows: int = BATCH) -> Iterator[pa.Table]:
    """The same rows in tables of about `rows` rows: small pages together, large ones cut."""
    waiting: list[pa.Table] = []
    count = 0
    for table in [tables] if isinstance(tables, pa.Table) else tables:
        for offset in range(0, table.num_rows, rows):
            part = table.slice(offset, rows)
            if count + part.num_rows > rows:
                yield pa.concat_tables(waiting)
                waiting, count = [], 0
            waiting.append(part)
            count += part.num_rows
    if waiting:
        yield pa.concat_tables(waiting)


@dataclass
class Staging:
    """Rows of one fetch on their way.

    `direct`: nothing is stored for the day yet, so that rows may go straight to their place. `allow` is told the first
    and the last hour so far, and raises where they must not be stored.
    """

    conn: psycopg.Connection
    directory: Directory
    fetch_no: int
    direct: bool
    allow: Callable[[datetime, datetime], None] = lambda first, last: None
    received: int = 0
    placed: int = 0
    placed_series: set[int] = field(default_factory=set)
    first_hour: datetime | None = None
    last_hour: datetime | None = None

    def __post_init__(self) -> None:
        self.conn.execute(query("delivery/arriving/staging", "stage tables"))

    def add(self, table: pa.Table) -> None:
        """Take one batch of canonical rows."""
        if table.num_rows == 0:
            return
        rows = numbered(self.directory, table)
        self.received += len(rows)
        self._span(rows.hour_utc)
        if not self.direct:
            self._copy("stage_hour", rows)
            return
        try:
            with self.conn.transaction():
                self._copy("report_hour", rows.by_series())
        except psycopg.errors.UniqueViolation:
            # A page came twice. Staged rows are compared with those in place, which must agree.
            self._copy("stage_hour", rows)
        else:
            self.placed += len(rows)
            self.placed_series.update(np.unique(rows.series_no).tolist())

    def settle(self) -> None:
        """Enter sites and series that are new; rows take the numbers of those that another has entered meanwhile.

        Needs the lock of the lines.
        """
        series, sites = self.directory.settle()
        for column, numbers in (("series_no", series), ("site_no", sites)):
            if numbers:
                self._renumber("stage_hour", column, numbers)
                if self.placed:
                    self._renumber("report_hour", column, numbers)
        self.placed_series = {series.get(number, number) for number in self.placed_series}

    def _renumber(self, table: str, column: str, numbers: dict[int, int]) -> None:
        self.conn.execute(
            sql.SQL(
                "UPDATE {table} h SET {column} = m.real FROM unnest(%s::integer[], %s::integer[]) AS m (reserved, real)"
                " WHERE h.{column} = m.reserved AND h.hour_utc BETWEEN %s AND %s"
            ).format(table=sql.Identifier(table), column=sql.Identifier(column)),
            (list(numbers), list(numbers.values()), self.first_hour, self.last_hour),
        )

    def _span(self, hours: Ints) -> None:
        first, last = (_EPOCH + timedelta(microseconds=int(edge)) for edge in (hours.min(), hours.max()))
        self.first_hour = first if self.first_hour is None else min(first, self.first_hour)
        self.last_hour = last if self.last_hour is None else max(last, self.last_hour)
        self.allow(self.first_hour, self.last_hour)

    def _copy(self, table: str, rows: HourRows) -> None:
        statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, encoding.COLUMNS))
        )
        with self.conn.cursor() as cursor, cursor.copy(statement) as copy:
            for data in encoding.binary(rows, self.fetch_no):
                copy.write(data)


def numbered(directory: Directory, table: pa.Table) -> HourRows:
    """Canonical rows with the directory's numbers for their sites and ids."""
    campaigns, deals, sites = (encoding.coded(table[name]) for name in ("campaign_id", "deal_id", "site"))
    hours = encoding.hours(table["hour_utc"])
    for role, ids in (("campaign", campaigns), ("deal", deals)):
        _mention(directory, role, ids, encoding.coded(table[f"{role}_name"]), hours)
    site_numbers = np.array(directory.site_numbers(sites.values), dtype=np.int64)
    return HourRows(
        hour_utc=hours,
        series_no=_series(directory, campaigns, deals),
        site_no=site_numbers[sites.codes],
        counts=encoding.counts(table),
        impressions=encoding.ten_thousandths(table["impressions"]),
        terms=encoding.terms(
            encoding.coded(table["campaign_purchase_type"]),
            encoding.coded(table["deal_purchase_type"]),
        ),
    )


def _series(directory: Directory, campaigns: Coded, deals: Coded) -> Ints:
    width = len(deals.values) + 1
    combined = (campaigns.codes + 1) * width + deals.codes + 1
    distinct, places = np.unique(combined, return_inverse=True)
    pairs: list[Pair] = [
        (
            campaigns.values[number // width - 1] if number >= width else None,
            deals.values[number % width - 1] if number % width else None,
        )
        for number in distinct.tolist()
    ]
    numbers = np.array(directory.series_numbers(pairs), dtype=np.int64)
    found: Ints = numbers[places]
    return found


def _mention(directory: Directory, role: str, ids: Coded, names: Coded, hours: Ints) -> None:
    told = pa.table({"id": ids.codes, "name": names.codes, "hour": hours})
    latest = told.group_by(["id", "name"], use_threads=False).aggregate([("hour", "max")])
    latest = latest.sort_by(
        [("id", "ascending"), ("name", "ascending")]
    )  # where two are told at once, the same counts
    moments: dict[int, datetime] = {}
    for which_id, which_name, micros in zip(
        latest["id"].to_pylist(), latest["name"].to_pylist(), latest["hour_max"].to_pylist(), strict=True
    ):
        if which_id >= 0:
            at = moments.get(micros)
            if at is None:
                at = moments[micros] = _EPOCH + timedelta(microseconds=micros)
            name = names.values[which_name] if which_name >= 0 else None
            directory.mention(ids.values[which_id], role, name, at)
