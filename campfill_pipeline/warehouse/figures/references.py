"""What healthy lines got, by purchase type, site and hour, kept up to date as lines and days change.

Belongs here: which report rows are part of the reference, and summing them up (references.sql). Does not
belong here: comparing a line with it (`causes`).

The sums are exact at every refresh: days that were fetched again are summed up anew, and a line that becomes
healthy, or ceases to be, is added or taken away by its own rows. So a refresh reads the rows of what changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import psycopg

from campfill_pipeline.domain.causes import HEALTHY_FROM
from campfill_pipeline.domain.kinds import PurchaseType
from campfill_pipeline.warehouse.statements import query, sections

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ReferenceChange:
    """Where the reference differs from before: days (None: all), and days of single purchase types."""

    days: frozenset[date] | None
    typed_days: frozenset[tuple[str, date]]


def refresh_references(
    conn: psycopg.Connection, *, timezone: str, as_of: date, before: date | None, lines: list[int] | None
) -> ReferenceChange:
    """Bring the reference up to date for lines whose figures, rows or purchase type may differ (None: all).

    `before` is the day as of which it was made last. Reads `fulfillment` as of `as_of`, and what was fetched
    since the last refresh by comparing `delivery_fetch` with `fulfillment_fetch`.
    """
    texts = sections("figures/references")
    if lines is None or before is None:
        return _make_all(conn, texts, timezone, as_of)
    rows = conn.execute(texts["stale days"].encode(), {"as_of": as_of, "before": before}).fetchall()
    stale = sorted(day for (day,) in rows)
    added, removed = _update_members(conn, texts, lines)
    if as_of < before:
        _forget(conn, texts, timezone, as_of, before, None)
    for first, last in _runs(stale):
        _forget(conn, texts, timezone, first, last, stale)
        for part in _chunks(first, last):
            _sum(conn, texts, timezone, *part, stale)
    typed: list[tuple[str, date]] = []
    moved = [(*series, 1) for series in added] + [(*series, -1) for series in removed]
    if moved:
        numbers, types, signs = zip(*moved, strict=True)
        typed = conn.execute(
            texts["add series"].encode(),
            {
                "series": list(numbers), "types": list(types), "signs": list(signs),
                "days": stale, "as_of": as_of, "timezone": timezone,
            },
        ).fetchall()  # fmt: skip
    return ReferenceChange(frozenset(stale), frozenset(typed))


def _make_all(conn: psycopg.Connection, texts: dict[str, str], timezone: str, as_of: date) -> ReferenceChange:
    conn.execute("TRUNCATE reference_series, reference_site_day, reference_day")
    conn.execute(
        f"INSERT INTO reference_series {texts['wanted']}".encode(),
        {"lines": None, "healthy_from": HEALTHY_FROM},
    )
    conn.execute("ANALYZE reference_series")
    bounds = conn.execute("SELECT min(day), max(day) FROM line_day WHERE day < %s", [as_of]).fetchone()
    if bounds is not None and bounds[0] is not None:
        for first, last in _chunks(bounds[0], bounds[1]):
            _sum(conn, texts, timezone, first, last, None)
        # Of arrays nobody asks; looking at them takes longest.
        conn.execute("ANALYZE reference_site_day (purchase_type, site_no, day), reference_day")
    return ReferenceChange(None, frozenset())


def _chunks(first: date, last: date) -> Iterator[tuple[date, date]]:
    """The days from first to last by months: so much is summed up in memory, and a month's rows are one table.

    Read through its index, as parts of two tables would be, a month takes nearly twice as long.
    """
    while first <= last:
        following = (first.replace(day=1) + timedelta(days=31)).replace(day=1)
        yield first, min(following - ONE_DAY, last)
        first = following


def _update_members(
    conn: psycopg.Connection, texts: dict[str, str], lines: list[int]
) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Compare the members among these lines with what they should be; answers series added and removed."""
    wanted = set(
        conn.execute(texts["wanted"].encode(), {"lines": lines, "healthy_from": HEALTHY_FROM}).fetchall()
    )
    stored = set(
        conn.execute(
            query("figures/references", "members changed"),
            {"lines": lines, "series": [series for series, _, _ in wanted]},
        ).fetchall()
    )
    added, removed = sorted(wanted - stored), sorted(stored - wanted)
    conn.execute(
        "DELETE FROM reference_series WHERE series_no = ANY (%s)", [[series for series, _, _ in removed]]
    )
    if added:
        conn.execute(
            query("figures/references", "add members"),
            [list(column) for column in zip(*added, strict=True)],
        )
    return [(series, kind) for series, _, kind in added], [(series, kind) for series, _, kind in removed]


def _runs(days: list[date]) -> list[tuple[date, date]]:
    """First and last days of the runs in sorted days; a gap of a few days is not worth another pass."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] <= 3 * ONE_DAY:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _forget(
    conn: psycopg.Connection, texts: dict[str, str], timezone: str, first: date, last: date,
    days: list[date] | None,
) -> None:  # fmt: skip
    scope = {"first": first, "last": last, "days": days, "timezone": timezone}
    conn.execute(texts["forget days"].encode(), scope)
    conn.execute(
        query("figures/references", "forget"),
        scope,
    )


def _sum(
    conn: psycopg.Connection, texts: dict[str, str], timezone: str, first: date, last: date,
    days: list[date] | None,
) -> None:  # fmt: skip
    scope = {"first": first, "last": last, "days": days, "timezone": timezone, "types": list(PurchaseType)}
    conn.execute(texts["sum days"].encode(), scope)
