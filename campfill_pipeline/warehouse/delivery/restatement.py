"""Replacing what is stored by what came now, by key, and recording what that changed.

A purchase type that is not told, or was never heard of, says nothing: it neither contradicts one that was told nor
takes it back. So figures are compared, and `terms` (see the function `campaign_type`) are merged.

Belongs here: the comparison of staged rows with stored ones, and its outcomes. Does not belong here: how rows are
staged (`arriving`), or sums over them (rollups.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import psycopg

from campfill_pipeline.domain.report_rows import RefusedRow
from campfill_pipeline.warehouse.delivery import doubts, sources
from campfill_pipeline.warehouse.delivery.doubts import Guard
from campfill_pipeline.warehouse.delivery.errors import ContradictingRowsError, Contradiction

EXAMPLES = 5
Values = dict[str, object]
_KEY = "series_no, hour_utc, site_no"
_FIGURES = ("impressions", "bids", "wins", "plays")
_COLUMNS = (*_FIGURES, "terms")
_OLD_FIGURES = ", ".join(f"old_{name}" for name in _FIGURES)
_NEW_FIGURES = ", ".join(f"new_{name}" for name in _FIGURES)
_NEW = ", ".join(f"new_{name}" for name in _COLUMNS)
_SAME_KEY = """h.series_no = c.series_no AND h.hour_utc = c.hour_utc AND h.site_no = c.site_no
               AND h.hour_utc >= %(start)s AND h.hour_utc < %(end)s"""


@dataclass(frozen=True)
class Scope:
    """What a fetch speaks for: all rows of `source` ('a' or 'c') from `start` to before `end`.

    Where `whole` is false it speaks only for the pairs of series and day in the temporary table `spoken_for`, as far
    as their sites are in `spoken_site`, and for the hours of `spoken_hour` that are told by site where they were told
    as one sum, or the other way round; rows beside them are not gone, only not mentioned. `zone` is an IANA name.
    """

    source: str
    start: datetime
    end: datetime
    zone: str
    whole: bool = True


@dataclass(frozen=True)
class Changes:
    """What replacing did, in rows, and the pairs of series and local day whose sums are to be made again."""

    new: int = 0
    changed: int = 0
    gone: int = 0
    late: int = 0
    touched: tuple[tuple[int, date], ...] = ()


def merge_repeats(conn: psycopg.Connection, source: str) -> int:
    """Keep staged rows that repeat each other once; return how many repeats there were.

    Raises ContradictingRowsError where one key has different figures: the pages of one answer must agree.
    """
    doubled = f"SELECT count(*) - 1 AS repeats FROM stage_hour GROUP BY {_KEY} HAVING count(*) > 1"
    repeats = _number(conn, f"SELECT COALESCE(sum(repeats), 0)::bigint FROM ({doubled}) d")
    if repeats:
        columns = f"{_KEY}, {', '.join(_COLUMNS)}"
        conn.execute(
            f"""
            CREATE TEMP TABLE stage_once ON COMMIT DROP AS
            SELECT {_KEY}, {", ".join(_FIGURES)},
                   (3 * max(terms::text::integer / 3) + max(terms::text::integer % 3))::text::"char" AS terms
            FROM stage_hour GROUP BY {_KEY}, {", ".join(_FIGURES)}
            """
        )
        _refuse_contradictions(conn, "stage_once", source)
        conn.execute("TRUNCATE stage_hour")
        conn.execute(f"INSERT INTO stage_hour ({columns}) SELECT {columns} FROM stage_once")
        conn.execute("DROP TABLE stage_once")
    return repeats


def replace(
    conn: psycopg.Connection,
    scope: Scope,
    fetch_no: int,
    now: datetime,
    *,
    refused: Sequence[RefusedRow] = (),
    guard: Guard | None = None,
    exact: bool = False,
) -> Changes:
    """Make the stored rows of `scope` equal to the staged ones, writing only what differs; record restatements.

    Rows that one of `refused` may be stay as they are. `guard`: what must not be lost (None: anything may). `exact`: a
    purchase type that is not told is taken back, too.

    Recorded are: changed figures, purchase types told otherwise than before, rows gone, rows that came after their day
    was first complete, and rows that came back. Rows that this very fetch (`fetch_no`) stored already only have to
    agree with the staged ones.
    """
    values: Values = {
        "source": scope.source, "name": sources.name(conn, scope.source), "start": scope.start,
        "end": scope.end, "zone": scope.zone, "fetch": fetch_no, "now": now,
    }  # fmt: skip
    conn.execute("ANALYZE stage_hour")
    # The server knows little of rows that came today, and a nested loop over a wrong guess takes minutes.
    conn.execute("SELECT set_config('enable_nestloop', 'off', true)")
    _compare(conn, scope, values, exact)
    doubts.keep_refused(conn, refused)
    if guard is not None:
        doubts.refuse_collapse(conn, guard, scope.source, scope.start, scope.end)
    _record(conn, values)
    gone = conn.execute(
        f"DELETE FROM report_hour h USING hour_change c WHERE c.new_impressions IS NULL AND {_SAME_KEY}",
        values,
    ).rowcount
    conn.execute(
        f"""
        UPDATE report_hour h SET ({", ".join(_COLUMNS)}) = ROW({", ".join(f"c.new_{name}" for name in _COLUMNS)})
        FROM hour_change c
        WHERE c.old_impressions IS NOT NULL AND c.new_impressions IS NOT NULL AND {_SAME_KEY}
        """,
        values,
    )
    new = conn.execute(
        f"""
        INSERT INTO report_hour ({_KEY}, fetch_no, {", ".join(_COLUMNS)})
        SELECT {_KEY}, COALESCE(b.first_fetch_no, %(fetch)s), {_NEW}
        FROM hour_change LEFT JOIN came_back b USING ({_KEY})
        WHERE old_impressions IS NULL ORDER BY {_KEY}
        """,
        values,
    ).rowcount
    conn.execute("SELECT set_config('enable_nestloop', 'on', true)")
    recorded = "SELECT count(*) FROM restatement WHERE fetch_no = %(fetch)s AND"
    late = _number(conn, f"{recorded} before IS NULL", values)
    changed = _number(conn, f"{recorded} before IS NOT NULL AND after IS NOT NULL", values)
    touched = conn.execute("SELECT DISTINCT series_no, day FROM hour_change").fetchall()
    return Changes(new, changed, gone, late, tuple((series, day) for series, day in touched))


def _compare(conn: psycopg.Connection, scope: Scope, values: Values, exact: bool) -> None:
    told = "%s" if exact else "NULLIF(%s, 0)"
    spoken = """(EXISTS (SELECT FROM spoken_for p
                         WHERE p.series_no = h.series_no AND p.day = (h.hour_utc AT TIME ZONE %(zone)s)::date)
                 AND EXISTS (SELECT FROM spoken_site p
                             WHERE p.series_no = h.series_no AND p.site_no = h.site_no)
                 OR EXISTS (SELECT FROM spoken_hour p
                            WHERE p.series_no = h.series_no AND p.hour_utc = h.hour_utc
                              AND p.summed = (h.site_no <> (SELECT site_no FROM site WHERE site = ''))))"""
    conn.execute(
        f"""
        CREATE TEMP TABLE hour_change ON COMMIT DROP AS
        SELECT {_KEY}, day, brought_by, {", ".join(f"old_{name}, new_{name}" for name in _FIGURES)}, old_terms,
               (3 * campaign_type + deal_type)::text::"char" AS new_terms, differs,
               differs OR told_otherwise AS restated
        FROM (
            SELECT {_KEY}, (hour_utc AT TIME ZONE %(zone)s)::date AS day, o.fetch_no AS brought_by, o.spoken_for,
                   {", ".join(f"o.{name} AS old_{name}, n.{name} AS new_{name}" for name in _FIGURES)},
                   o.terms AS old_terms, o.terms::text::integer AS was, n.terms::text::integer AS told,
                   ({", ".join(f"o.{name}" for name in _FIGURES)})
                   IS DISTINCT FROM ({", ".join(f"n.{name}" for name in _FIGURES)}) AS differs
            FROM (SELECT h.*, {"true" if scope.whole else spoken} AS spoken_for
                  FROM report_hour h JOIN report_series s USING (series_no)
                  WHERE s.source = %(source)s AND h.hour_utc >= %(start)s AND h.hour_utc < %(end)s) o
            FULL JOIN stage_hour n USING ({_KEY})) pair
        CROSS JOIN LATERAL (
            SELECT COALESCE({told % "told / 3"}, was / 3, 0) AS campaign_type,
                   COALESCE({told % "told %% 3"}, was %% 3, 0) AS deal_type) merged
        CROSS JOIN LATERAL (
            SELECT (was / 3 <> 0 AND campaign_type <> was / 3) OR (was %% 3 <> 0 AND deal_type <> was %% 3)
                   AS told_otherwise) t
        WHERE CASE WHEN new_impressions IS NULL THEN spoken_for AND brought_by <> %(fetch)s
                   ELSE differs OR 3 * campaign_type + deal_type <> was END
        """,
        values,
    )
    conn.execute("ANALYZE hour_change")
    own = "FROM hour_change WHERE differs AND brought_by = %(fetch)s"
    if _number(conn, f"SELECT count(*) {own}", values):
        conn.execute(
            f"""
            CREATE TEMP TABLE own_change ({_KEY}, {", ".join(_FIGURES)}) ON COMMIT DROP AS
            SELECT {_KEY}, {_OLD_FIGURES} {own} UNION ALL SELECT {_KEY}, {_NEW_FIGURES} {own}
            """,
            values,
        )
        _refuse_contradictions(conn, "own_change", str(values["name"]))


def _record(conn: psycopg.Connection, values: Values) -> None:
    # A row that was gone and is there again keeps the fetch that brought it first.
    conn.execute(
        f"""
        CREATE TEMP TABLE came_back ON COMMIT DROP AS
        SELECT DISTINCT {_KEY}, r.first_fetch_no FROM hour_change JOIN restatement r USING ({_KEY})
        WHERE old_impressions IS NULL AND r.after IS NULL
        """
    )
    others = _COLUMNS[1:]
    conn.execute(
        f"""
        INSERT INTO restatement ({_KEY}, seen_at, fetch_no, first_fetch_no, before, after,
                                 {", ".join(f"before_{name}, after_{name}" for name in others)})
        SELECT {_KEY}, %(now)s, %(fetch)s, COALESCE(c.brought_by, b.first_fetch_no, %(fetch)s),
               old_impressions, new_impressions, {", ".join(f"old_{name}, new_{name}" for name in others)}
        FROM hour_change c
        LEFT JOIN came_back b USING ({_KEY})
        LEFT JOIN delivery_fetch f ON f.source = %(name)s AND f.day = c.day
        WHERE CASE WHEN old_impressions IS NULL THEN b.first_fetch_no IS NOT NULL OR f.first_complete_at IS NOT NULL
                   ELSE new_impressions IS NULL OR c.restated AND c.brought_by <> %(fetch)s END
        ORDER BY hour_utc, series_no, site_no
        """,
        values,
    )


def _refuse_contradictions(conn: psycopg.Connection, table: str, source: str) -> None:
    doubled = f"SELECT {_KEY} FROM {table} GROUP BY {_KEY} HAVING count(*) > 1"
    total = _number(conn, f"SELECT count(*) FROM ({doubled}) d")
    if not total:
        return
    examples = conn.execute(
        f"""
        SELECT d.hour_utc, x.site, c.entity_id, e.entity_id, array_agg(t.impressions ORDER BY t.impressions, t.bids)
        FROM ({doubled} ORDER BY hour_utc, series_no, site_no LIMIT %s) d
        JOIN {table} t USING ({_KEY}) JOIN report_series s USING (series_no) JOIN site x USING (site_no)
        LEFT JOIN report_entity c ON c.entity_no = s.campaign_no LEFT JOIN report_entity e ON e.entity_no = s.deal_no
        GROUP BY d.hour_utc, x.site, c.entity_id, e.entity_id ORDER BY d.hour_utc
        """,
        (EXAMPLES,),
    )
    found = [
        Contradiction(hour, site, campaign, deal, tuple(rest))
        for hour, site, campaign, deal, rest in examples
    ]
    raise ContradictingRowsError(source, total, found)


def _number(conn: psycopg.Connection, query: str, values: Values | None = None) -> int:
    row = conn.execute(query, values).fetchone()
    assert row is not None
    number: int = row[0]
    return number
