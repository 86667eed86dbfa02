"""Replacing what is stored by what came now, by key, and recording what that changed.

Belongs here: the comparison of staged rows with stored ones, and its three outcomes. Does not belong here: how rows are
staged (staging.py), or sums over them (rollups.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from campfill_pipeline.warehouse.delivery_errors import ContradictingRowsError, Contradiction

EXAMPLES = 5
_KEY = "series_no, hour_utc, site_no"
_FIGURES = ("impressions", "bids", "wins", "plays", "terms")


@dataclass(frozen=True)
class Scope:
    """What a fetch speaks for: all rows of `source` ('a' or 'c') from `start` to before `end`.

    Where `whole` is false it speaks only for the pairs of series and day in the temporary table `spoken_for`, and rows
    beside them are not gone, only not mentioned. `zone` is an IANA name.
    """

    source: str
    start: datetime
    end: datetime
    zone: str
    whole: bool = True


@dataclass(frozen=True)
class Changes:
    """What replacing did: counts of rows, and the pairs of series and local day whose sums are to be made again."""

    new: int
    changed: int
    gone: int
    late: int
    touched: list[tuple[int, date]]


def refuse_contradictions(conn: psycopg.Connection, source: str) -> int:
    """Keep staged rows that repeat each other once; return how many repeats there were.

    Raises ContradictingRowsError where one key has different figures: pages of one answer must agree.
    """
    repeats = _one(
        conn,
        f"SELECT COALESCE(sum(n - 1), 0)::bigint FROM (SELECT count(*) AS n FROM stage_hour GROUP BY {_KEY} HAVING count(*) > 1) r",
    )
    if repeats:
        columns = f"{_KEY}, {', '.join(_FIGURES)}"
        conn.execute(
            f"CREATE TEMP TABLE stage_once ON COMMIT DROP AS SELECT DISTINCT {columns} FROM stage_hour"
        )
        _raise_contradictions(conn, "stage_once", source)
        conn.execute("TRUNCATE stage_hour")
        conn.execute(f"INSERT INTO stage_hour ({columns}) SELECT {columns} FROM stage_once")
        conn.execute("DROP TABLE stage_once")
    return repeats


def replace(conn: psycopg.Connection, scope: Scope, fetch_no: int, now: datetime) -> Changes:
    """Make the stored rows of `scope` equal to the staged ones, writing only what differs, and record restatements.

    Recorded are: changed figures or purchase types, rows gone, rows that came after their day was first complete, and rows
    that came back. Rows brought by this very fetch already (`fetch_no`) only have to agree with the staged ones.
    """
    bounds = {
        "source": scope.source, "start": scope.start, "end": scope.end, "fetch": fetch_no, "zone": scope.zone, "now": now,
        "name": "api" if scope.source == "a" else "csv",
    }  # fmt: skip
    spoken = (
        "true"
        if scope.whole
        else (
            "EXISTS (SELECT FROM spoken_for p WHERE p.series_no = h.series_no"
            " AND p.day = (h.hour_utc AT TIME ZONE %(zone)s)::date)"
        )
    )
    conn.execute("ANALYZE stage_hour")
    # The server knows little of rows that came today, and a nested loop over a wrong guess takes minutes.
    conn.execute("SELECT set_config('enable_nestloop', 'off', true)")
    conn.execute(
        "CREATE TEMP TABLE hour_change ON COMMIT DROP AS"
        f" SELECT {_KEY}, (hour_utc AT TIME ZONE %(zone)s)::date AS day, o.fetch_no AS brought_by, o.spoken_for,"
        + ", ".join(f" o.{name} AS old_{name}, n.{name} AS new_{name}" for name in _FIGURES)
        + f" FROM (SELECT h.*, {spoken} AS spoken_for FROM report_hour h JOIN report_series s USING (series_no)"
        "        WHERE s.source = %(source)s AND h.hour_utc >= %(start)s AND h.hour_utc < %(end)s) o"
        f" FULL JOIN stage_hour n USING ({_KEY})"
        " WHERE CASE WHEN n.impressions IS NULL THEN o.spoken_for AND o.fetch_no <> %(fetch)s"
        "  ELSE (o.impressions, o.bids, o.wins, o.plays, o.terms) IS DISTINCT FROM (n.impressions, n.bids, n.wins, n.plays, n.terms)"
        "  END",
        bounds,
    )
    conn.execute("ANALYZE hour_change")
    if _one(conn, "SELECT count(*) FROM hour_change WHERE brought_by = %(fetch)s", bounds):
        conn.execute(
            f"CREATE TEMP TABLE own_change ON COMMIT DROP AS SELECT {_KEY}, "
            + ", ".join(f"old_{name} AS {name}" for name in _FIGURES)
            + " FROM hour_change WHERE brought_by = %(fetch)s UNION ALL"
            f" SELECT {_KEY}, "
            + ", ".join(f"new_{name}" for name in _FIGURES)
            + " FROM hour_change WHERE brought_by = %(fetch)s",
            bounds,
        )
        _raise_contradictions(conn, "own_change", bounds["name"])
    _record(conn, bounds)
    within = " AND h.hour_utc >= %(start)s AND h.hour_utc < %(end)s"
    match = " h.series_no = c.series_no AND h.hour_utc = c.hour_utc AND h.site_no = c.site_no" + within
    gone = conn.execute(
        "DELETE FROM report_hour h USING hour_change c WHERE c.new_impressions IS NULL AND" + match, bounds
    ).rowcount
    changed = conn.execute(
        "UPDATE report_hour h SET " + ", ".join(f"{name} = c.new_{name}" for name in _FIGURES)
        + " FROM hour_change c WHERE c.old_impressions IS NOT NULL AND c.new_impressions IS NOT NULL AND" + match,
        bounds,
    ).rowcount  # fmt: skip
    new = conn.execute(
        f"INSERT INTO report_hour ({_KEY}, fetch_no, {', '.join(_FIGURES)})"
        " SELECT c.series_no, c.hour_utc, c.site_no, COALESCE(b.first_fetch_no, %(fetch)s), "
        + ", ".join(f"c.new_{name}" for name in _FIGURES)
        + f" FROM hour_change c LEFT JOIN came_back b USING ({_KEY}) WHERE c.old_impressions IS NULL"
        " ORDER BY c.series_no, c.hour_utc, c.site_no",
        bounds,
    ).rowcount
    late = _one(
        conn, "SELECT count(*) FROM restatement WHERE fetch_no = %(fetch)s AND before IS NULL", bounds
    )
    conn.execute("SELECT set_config('enable_nestloop', 'on', true)")
    touched = conn.execute("SELECT DISTINCT series_no, day FROM hour_change").fetchall()
    return Changes(new, changed, gone, late, touched)


def _record(conn: psycopg.Connection, bounds: dict[str, object]) -> None:
    # A row that was gone and is there again keeps the fetch that brought it first.
    conn.execute(
        f"CREATE TEMP TABLE came_back ON COMMIT DROP AS SELECT DISTINCT {_KEY}, r.first_fetch_no"
        f" FROM hour_change c JOIN restatement r USING ({_KEY})"
        " WHERE c.old_impressions IS NULL AND r.after IS NULL"
    )
    figures = ", ".join(f"before_{name}, after_{name}" for name in _FIGURES[1:])
    conn.execute(
        f"INSERT INTO restatement ({_KEY}, seen_at, fetch_no, first_fetch_no, before, after, {figures})"
        " SELECT c.series_no, c.hour_utc, c.site_no, %(now)s, %(fetch)s,"
        "  COALESCE(c.brought_by, b.first_fetch_no, %(fetch)s), c.old_impressions, c.new_impressions, "
        + ", ".join(f"c.old_{name}, c.new_{name}" for name in _FIGURES[1:])
        + f" FROM hour_change c LEFT JOIN came_back b USING ({_KEY})"
        " LEFT JOIN delivery_fetch f ON f.source = %(name)s AND f.day = c.day"
        " WHERE c.old_impressions IS NOT NULL OR b.first_fetch_no IS NOT NULL OR f.first_complete_at IS NOT NULL"
        " ORDER BY c.hour_utc, c.series_no, c.site_no",
        bounds,
    )


def _raise_contradictions(conn: psycopg.Connection, table: str, source: object) -> None:
    doubled = f"SELECT {_KEY} FROM {table} GROUP BY {_KEY} HAVING count(*) > 1"
    total = _one(conn, f"SELECT count(*) FROM ({doubled}) d")
    if not total:
        return
    # Sites and ids never seen before have no stored name yet; they were settled before this is asked.
    examples = conn.execute(
        "SELECT d.hour_utc, COALESCE(x.site, ''), c.entity_id, e.entity_id,"
        "  (SELECT array_agg(ARRAY[t.impressions, t.bids, t.wins, t.plays] ORDER BY t.impressions, t.bids, t.wins, t.plays)"
        f"  FROM {table} t WHERE (t.series_no, t.hour_utc, t.site_no) = (d.series_no, d.hour_utc, d.site_no))"
        f" FROM ({doubled} ORDER BY hour_utc, series_no, site_no LIMIT %s) d"
        " JOIN report_series s USING (series_no) LEFT JOIN site x USING (site_no)"
        " LEFT JOIN report_entity c ON c.entity_no = s.campaign_no LEFT JOIN report_entity e ON e.entity_no = s.deal_no",
        (EXAMPLES,),
    )
    found = []
    for hour, site, campaign, deal, rows in examples:
        figures = tuple(
            (row[0], *(None if count is None else int(count) for count in row[1:])) for row in rows
        )
        found.append(Contradiction(hour, site, campaign, deal, figures))
    raise ContradictingRowsError(str(source), total, found)


def _one(conn: psycopg.Connection, query: str, parameters: dict[str, object] | None = None) -> int:
    row = conn.execute(query, parameters).fetchone()  # type: ignore[arg-type]
    assert row is not None
    number: int = row[0]
    return number
