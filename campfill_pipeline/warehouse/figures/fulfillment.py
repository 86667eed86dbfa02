"""Fulfillment of every line: computed for any day, and kept up to date where something changed.

Belongs here: which lines must be computed again, and running the one statement that computes them
(fulfillment.sql). Does not belong here: windows, trends, causes, reconciliation, made from its table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from campfill_pipeline.domain import figures
from campfill_pipeline.domain.collecting import without_collecting
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.warehouse.delivery import zone
from campfill_pipeline.warehouse.figures.causes import refresh_causes
from campfill_pipeline.warehouse.figures.reconciliation import refresh_reconciliation
from campfill_pipeline.warehouse.figures.sources import STRAIGHT, DueWeights, parameters, with_figures
from campfill_pipeline.warehouse.figures.sources import Knowledge as Knowledge
from campfill_pipeline.warehouse.figures.week import due_weights, refresh_week
from campfill_pipeline.warehouse.figures.windows import refresh_windows
from campfill_pipeline.warehouse.locks import REFRESH_LOCK
from campfill_pipeline.warehouse.notices import of_figures as notices_of_figures
from campfill_pipeline.warehouse.postgres import statistics
from campfill_pipeline.warehouse.statements import query

FIGURES = figures.stored()

FETCH = "source, day, status, fetched_at, fetch_no, rows"
_READ = (
    "delivery_fetch", "delivery_source", "export_span", "fulfillment", "line_day", "line_register", "report_day",
    "report_series", "site_day",
)  # fmt: skip
"""The tables that the figures are made from."""
UNKNOWN_FETCHES = f"SELECT {FETCH} FROM delivery_fetch EXCEPT SELECT {FETCH} FROM fulfillment_fetch"


@dataclass(frozen=True)
class RefreshResult:
    """What a refresh did: lines computed again, rows that differ now, lines gone from the register.

    `left`: touched lines that wait for the next portion.
    """

    as_of: date
    full: bool
    day_changed: bool
    computed: int
    changed: int
    removed: int
    left: int = 0


def together(parts: Sequence[RefreshResult]) -> RefreshResult:
    """What these refreshes, one after the other, did."""
    return replace(
        parts[-1],
        full=any(part.full for part in parts),
        day_changed=any(part.day_changed for part in parts),
        computed=sum(part.computed for part in parts),
        changed=sum(part.changed for part in parts),
        removed=sum(part.removed for part in parts),
    )


def compute(
    conn: psycopg.Connection,
    rules: FulfillmentRules,
    *,
    as_of: date,
    contract: Knowledge = "now",
    known: Knowledge = "now",
    kind: str | None = None,
    band: str | None = None,
    line_ids: Iterable[UUID] | None = None,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """Compute the fulfillment of all lines as of a local day, past or future, worst first; writes nothing.

    `contract='then'` takes the terms that were valid at the end of `as_of`, `known='then'` the delivery that
    was known then. Each row has every column of table `fulfillment` plus `name` and `external_id`; figures are exact
    Decimals.
    `limit` rows at most, those behind the line `after`.
    """
    zone.check(conn, rules.timezone)
    ids = None if line_ids is None else list(line_ids)
    numbers = None
    if ids is not None:
        found = conn.execute("SELECT line_no FROM line_register WHERE id = ANY (%s)", [ids]).fetchall()
        numbers = [number for (number,) in found]
    columns = ", ".join(f"f.{column}" for column in FIGURES)
    query = with_figures(
        contract,
        known,
        f"""SELECT {columns}, now() AS refreshed_at, t.name, t.external_id,
                   (SELECT currency FROM home_currency) AS currency
            FROM figures f JOIN terms t USING (line_no)
            WHERE (%(kind)s::text IS NULL OR f.kind = %(kind)s)
              AND (%(band)s::text IS NULL OR f.band = %(band)s)
              AND (%(after)s::uuid IS NULL OR (-f.shortfall, f.line_id)
                   > ((SELECT -a.shortfall FROM figures a WHERE a.line_id = %(after)s), %(after)s::uuid))
            ORDER BY f.shortfall DESC, f.line_id LIMIT %(limit)s""",
    )
    due = due_weights(conn, rules, as_of=as_of, lines=numbers, contract=contract, known=known)
    with conn.cursor(row_factory=dict_row) as cursor:
        asked = {"kind": kind, "band": band, "after": after, "limit": limit}
        cursor.execute(query, parameters(rules, as_of, numbers, due) | asked)
        return cursor.fetchall()


def as_stored(
    conn: psycopg.Connection,
    rules: FulfillmentRules,
    *,
    as_of: date,
    kind: str | None = None,
    band: str | None = None,
) -> list[dict[str, Any]] | None:
    """What `compute` answers, from the stored figures; None where these are of another day or rules, or changes wait.

    `refreshed_at` is when they were stored.
    """
    zone.check(conn, rules.timezone)
    if due(conn, rules, as_of=as_of) or conn.execute("SELECT FROM fulfillment_state").fetchone() is None:
        return None
    columns = ", ".join(f"f.{column}" for column in FIGURES)
    with conn.cursor(row_factory=dict_row) as cursor:
        cursor.execute(
            f"""SELECT {columns}, f.refreshed_at, l.name, l.external_id, f.currency
                FROM fulfillment f JOIN line l USING (line_no)
                WHERE (%(kind)s::text IS NULL OR f.kind = %(kind)s)
                  AND (%(band)s::text IS NULL OR f.band = %(band)s)
                ORDER BY f.shortfall DESC, f.line_id""".encode(),
            {"kind": kind, "band": band},
        )
        return cursor.fetchall()


def _lines_to_compute(
    conn: psycopg.Connection, rules: FulfillmentRules, before: date, as_of: date, most: int | None
) -> list[int]:
    """Numbers of lines that may differ from what is stored: `most` of the touched, (un)covered, moved by the clock."""
    moved = conn.execute(query("figures/fulfillment_parts", "days whose coverage changed")).fetchall()
    # The newest marks first: a small list shall not wait for all portions of a large one before it.
    found = conn.execute(
        "SELECT line_no FROM line_dirty ORDER BY since DESC, line_no LIMIT %s", [most]
    ).fetchall()
    if moved:
        found += conn.execute(
            query("figures/fulfillment_parts", "lines in flight on days"),
            [[day for (day,) in moved]],
        ).fetchall()
    if before != as_of:
        found += conn.execute(
            query("figures/fulfillment_parts", "lines not final"),
            {"earlier": min(before, as_of), "final_after": rules.final_after_days},
        ).fetchall()
    return sorted({number for (number,) in found})


def due(conn: psycopg.Connection, rules: FulfillmentRules, *, as_of: date) -> bool:
    """Whether a refresh as of this local day would find anything to do: a mark, a fetch, another day, other rules."""
    row = conn.execute(
        f"""
        SELECT EXISTS (SELECT FROM line_dirty)
            OR EXISTS ({UNKNOWN_FETCHES})
            OR EXISTS (SELECT FROM fulfillment_state s
                       WHERE s.as_of <> %(as_of)s OR s.rules <> %(rules)s
                          OR EXISTS (SELECT FROM report_overview o WHERE o.fetched_at > s.refreshed_at))
        """.encode(),
        {"as_of": as_of, "rules": rules.key},
    ).fetchone()
    return row is not None and row[0] is True


def _all_are_marked(conn: psycopg.Connection) -> bool:
    found = conn.execute(
        "SELECT count(*) FROM line_register l WHERE NOT EXISTS (SELECT FROM line_dirty d WHERE d.line_no = l.line_no)"
    ).fetchone()
    return found == (0,)


@without_collecting()
def refresh(
    conn: psycopg.Connection,
    rules: FulfillmentRules,
    *,
    as_of: date,
    now: datetime,
    full: bool = False,
    most: int | None = None,
) -> RefreshResult:
    """Bring the stored figures up to date as of a local day; the caller's transaction commits them.

    Computes the lines in `line_dirty` (and empties it), those whose coverage changed, and at the day's change
    those that are not final. `full=True`, changed rules or an empty table compute everything; the figures are
    the same. `most`: touched lines to compute now; the others keep their marks for the next call, and those who
    wait to leave marks come between (docs/decisions/0052).
    """
    zone.check(conn, rules.timezone)
    conn.execute("SELECT pg_advisory_xact_lock(%s)", [REFRESH_LOCK])
    conn.execute("SET LOCAL work_mem = '128MB'; SET LOCAL maintenance_work_mem = '256MB'")
    # From the sixth portion on the server would keep to one plan for any number of lines, made as for ten.
    conn.execute("SET LOCAL plan_cache_mode = force_custom_plan")
    statistics.renew(conn, _READ)
    state = conn.execute("SELECT as_of, rules, refreshed_at FROM fulfillment_state").fetchone()
    rules_text = rules.key
    everything = full or (state is not None and state[1] != rules_text)
    day_changed = state is not None and state[0] != as_of
    # Whoever changes lines or delivery marks them here before committing, so until this refresh is committed nothing
    # it has not seen can appear, and no mark is taken away unseen. Readers are not held up.
    conn.execute("LOCK TABLE line_dirty IN SHARE ROW EXCLUSIVE MODE")
    touched = conn.execute("SELECT count(*) FROM line_dirty").fetchone()
    left = max(touched[0] - most, 0) if touched and most is not None else 0
    # Without a state nothing is known of lines that are not marked; in a new home all are.
    everything = everything or (state is None and not (left and _all_are_marked(conn)))
    before = as_of if state is None else state[0]
    lines = None if everything else _lines_to_compute(conn, rules, before, as_of, most)
    conn.execute(
        "DELETE FROM line_dirty WHERE %(lines)s::integer[] IS NULL OR line_no = ANY (%(lines)s)",
        {"lines": lines},
    )
    gone = conn.execute(
        query("figures/fulfillment_parts", "lines gone"),
        {"lines": lines},
    ).fetchall()
    # Flights that are over are measured by no week; the week is made from them, and live lines are measured by it.
    computed, changed, ends = _store(conn, rules, as_of, now, lines, STRAIGHT, over=True)
    lines, due = refresh_week(conn, rules, as_of=as_of, before=before, lines=lines)
    others = _store(conn, rules, as_of, now, lines, due, over=False)
    computed, changed, ends = computed + others[0], changed + others[1], ends | others[2]
    ends |= {end for _, end in gone}
    if everything:
        conn.execute("ANALYZE fulfillment")
    if everything or day_changed:
        conn.execute(
            "UPDATE fulfillment SET as_of = %(as_of)s, refreshed_at = %(now)s WHERE as_of <> %(as_of)s",
            {"as_of": as_of, "now": now},
        )
    days = refresh_windows(conn, rules, as_of=as_of, ends=None if everything else ends)
    known = None if everything or state is None else before
    judged = refresh_causes(conn, rules, as_of=as_of, before=known, lines=lines)
    disagreements = refresh_reconciliation(
        conn,
        as_of=as_of,
        lines=lines,
        removed=[line_id for line_id, _ in gone],
        since=None if state is None else state[2],
    )
    fetches = conn.execute(query("figures/fulfillment_parts", "fetches gone")).rowcount
    fetches += conn.execute(
        f"""INSERT INTO fulfillment_fetch ({FETCH}) {UNKNOWN_FETCHES}
            ON CONFLICT (source, day) DO UPDATE
            SET status = excluded.status, fetched_at = excluded.fetched_at, fetch_no = excluded.fetch_no,
                rows = excluded.rows""".encode()
    ).rowcount
    notices_of_figures.tell(conn, rules, as_of=as_of, now=now)
    # Whoever changes what is shown marks its lines, fetches a day, or is seen by reconciliation.
    same = lines == [] and not (day_changed or gone or days or judged or disagreements or fetches)
    conn.execute(
        query("figures/fulfillment_parts", "state"),
        {"as_of": as_of, "rules": rules_text, "now": now, "same": same},
    )
    return RefreshResult(
        as_of, everything, day_changed, computed, len(changed), len(gone), left=0 if everything else left
    )


def _store(
    conn: psycopg.Connection, rules: FulfillmentRules, as_of: date, now: datetime, lines: list[int] | None,
    due: DueWeights, *, over: bool,
) -> tuple[int, list[int], set[date]]:  # fmt: skip
    """Compute and store those of the lines whose flight is over, or the others.

    Answers how many lines, which of them differ, and their end dates then and now.
    """
    if lines is not None:
        asked = {"lines": lines, "as_of": as_of, "over": over}
        lines = [n for (n,) in conn.execute(query("figures/fulfillment_parts", "over or not"), asked)]
        if not lines:
            return 0, [], set()
    columns = ", ".join(FIGURES)
    others = [column for column in FIGURES if column != "line_id"]
    new = ", ".join(f"excluded.{column}" for column in others)
    old = ", ".join(f"fulfillment.{column}" for column in others)
    text = with_figures(
        "now",
        "now",
        f""", stored AS (
                INSERT INTO fulfillment ({columns}, refreshed_at)
                SELECT {columns}, %(now)s FROM figures
                ON CONFLICT (line_id) DO UPDATE
                SET ({", ".join(others)}, refreshed_at) = ROW({new}, excluded.refreshed_at)
                WHERE ({old}) IS DISTINCT FROM ({new})
                RETURNING line_no, end_date)
            SELECT (SELECT count(*) FROM terms),
                   COALESCE(array_agg(s.line_no), '{{}}'),
                   COALESCE(array_agg(DISTINCT s.end_date), '{{}}'),
                   -- the table itself is still seen as it was before this statement
                   COALESCE(array_agg(DISTINCT b.end_date) FILTER (WHERE b.end_date IS NOT NULL), '{{}}'),
                   -- hours after the flight may have moved from day to day
                   ARRAY(SELECT DISTINCT end_date FROM figures WHERE delivered_outside_flight > 0)
            FROM stored s LEFT JOIN fulfillment b ON b.line_no = s.line_no""",
    )
    row = conn.execute(text, parameters(rules, as_of, lines, due) | {"now": now, "over": over}).fetchone()
    assert row is not None
    return row[0], row[1], {*row[2], *row[3], *row[4]}
