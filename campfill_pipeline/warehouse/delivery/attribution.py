"""Attribution: which line a report row counts for, and what reporting says about a line.

A row belongs to the line that its campaign id names, else to the line that its deal id names, else to none. That
holds for all rows of a series alike, so a line's arrival changes one number per series, whatever the history behind it.

Belongs here: ids to lines, kind and purchase type as reported. Does not belong here: figures (rollups.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import psycopg

from campfill_pipeline.warehouse.delivery import rollups
from campfill_pipeline.warehouse.locks import REGISTER_LOCK
from campfill_pipeline.warehouse.statements import query

# A mapping file may say which line is meant by an id, of any source ('') or of one; a line's own id it never overrules.
# Ids are text, as a source may name things by anything: a line's is its uuid, or what its list names it by. A text that
# two lines are named by is neither's: nothing is guessed.
_LINE_OF = """
    LEFT JOIN LATERAL (
        SELECT COALESCE((SELECT m.line_no FROM id_map_in_force m WHERE m.source_id = n.id AND m.connector = ''
                         AND NOT EXISTS (SELECT FROM line_register o WHERE o.withdrawn_at IS NULL AND o.id = CASE
                             WHEN n.id ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' THEN n.id::uuid END)),
                        (SELECT min(r.line_no)
        FROM (SELECT line_no FROM line_register WHERE withdrawn_at IS NULL AND id =
                  CASE WHEN n.id ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' THEN n.id::uuid END
              UNION
              SELECT line_no FROM line_register
              WHERE withdrawn_at IS NULL AND external_id IS NOT NULL AND lower(external_id) = n.id) r
        HAVING count(*) = 1)) AS line_no) l ON true
"""
_NAMED = """
    SELECT entity_id AS id FROM report_entity WHERE line_no = ANY(%(lines)s)
    UNION SELECT id::text FROM line_register WHERE line_no = ANY(%(lines)s)
    UNION SELECT lower(external_id) FROM line_register WHERE line_no = ANY(%(lines)s) AND external_id IS NOT NULL
    UNION SELECT m.source_id FROM id_map m JOIN line_register r ON r.id = m.line_id WHERE r.line_no = ANY(%(lines)s)
"""

_OF_SERIES = """
    LEFT JOIN report_entity c ON c.entity_no = o.campaign_no
    LEFT JOIN report_entity d ON d.entity_no = o.deal_no
    LEFT JOIN delivery_source q ON q.code::text = o.source::text
    LEFT JOIN id_map_in_force cm ON cm.connector = q.connector AND cm.source_id = c.entity_id
         AND NOT EXISTS (SELECT FROM line_register r WHERE r.line_no = c.line_no AND r.id::text = c.entity_id)
    LEFT JOIN id_map_in_force dm ON dm.connector = q.connector AND dm.source_id = d.entity_id
         AND NOT EXISTS (SELECT FROM line_register r WHERE r.line_no = d.line_no AND r.id::text = d.entity_id)
"""
_LINE_AND_ROLE = """
    COALESCE(cm.line_no, c.line_no, dm.line_no, d.line_no) AS line_no,
    CASE WHEN COALESCE(cm.line_no, c.line_no) IS NOT NULL THEN 'c'::"char"
         WHEN COALESCE(dm.line_no, d.line_no) IS NOT NULL THEN 'd' END AS attributed_as
"""


def lock_lines(conn: psycopg.Connection) -> None:
    """Wait for the right to change lines or what counts for them, and keep it until the transaction ends.

    It is the register's own lock, taken before the first row is touched: so no line is missed by rows that
    arrive at the same moment, and no two transactions wait for each other. Taking it twice does no harm.
    """
    conn.execute("SELECT pg_advisory_xact_lock(%s)", (REGISTER_LOCK,))


def attribute(conn: psycopg.Connection, line_nos: Iterable[int]) -> None:
    """Attribute report rows anew after these lines arrived, were withdrawn or restored.

    Part of the caller's transaction, after its changes to `line_register`. Brings up to date: the attribution of every
    row that carries one of the ids, `line_day` of every line that wins or loses rows by it, kind_reported and
    purchase_type, and `line_dirty`.
    """
    lock_lines(conn)
    lines = sorted(set(line_nos))
    if not lines:
        return
    entities = {number for (number,) in conn.execute(_attribute(_NAMED), {"lines": lines})}
    # Ids that are mapped for one source alone: which line the id itself has, does not change.
    entities |= {
        number for (number,) in conn.execute(query("delivery/attribution", "mapped"), {"lines": lines})
    }
    touched = _attribute_series(conn, sorted(entities)) if entities else []
    rollups.roll_up_lines(conn, touched)
    changed = refresh_register(conn, lines)
    rollups.mark_dirty(conn, {*lines, *touched, *changed})


def attribute_ids(conn: psycopg.Connection, ids: Sequence[str], before: Sequence[int]) -> None:
    """Attribute report rows with these ids anew after a mapping changed; `before`: lines they counted for until now.

    Part of the caller's transaction.
    """
    lock_lines(conn)
    conn.execute(_attribute("SELECT unnest(%(ids)s::text[]) AS id"), {"ids": list(ids)})
    entities = [
        number for (number,) in conn.execute(query("delivery/attribution", "entities"), {"ids": list(ids)})
    ]
    touched = _attribute_series(conn, entities)
    lines = sorted({*before, *touched})
    rollups.roll_up_lines(conn, lines)
    refresh_register(conn, lines)
    rollups.mark_dirty(conn, lines)


def attribute_all(conn: psycopg.Connection) -> None:
    """Make every attribution and every roll-up by line again, for a rebuild; `report_day` must be there.

    Part of the caller's transaction.
    """
    lock_lines(conn)
    conn.execute(_attribute("SELECT entity_id AS id FROM report_entity"))
    _attribute_series(conn, None)
    lines = [number for (number,) in conn.execute("SELECT line_no FROM line_register ORDER BY line_no")]
    conn.execute("DELETE FROM line_day")
    rollups.roll_up_lines(conn, lines)
    refresh_register(conn, lines)
    rollups.mark_dirty(conn, lines)


def add_entities(conn: psycopg.Connection, ids: Sequence[str]) -> None:
    """Make ids known, each with the line it belongs to, if there is one. Needs the lock of the lines."""
    conn.execute(
        f"""
        INSERT INTO report_entity (entity_id, line_no)
        SELECT n.id, l.line_no FROM unnest(%s::text[]) AS n (id) {_LINE_OF}
        WHERE NOT EXISTS (SELECT FROM report_entity e WHERE e.entity_id = n.id)
        """,
        (list(ids),),
    )


def add_series(
    conn: psycopg.Connection, source: str, numbers: Mapping[tuple[str | None, str | None], int]
) -> None:
    """Make (campaign id, deal id) pairs of known ids into series of a source ('a' or 'c'), attributed, with the numbers
    that are reserved for them. A pair that is there already keeps its own.

    Needs the lock of the lines.
    """
    conn.execute(
        f"""
        INSERT INTO report_series (series_no, source, campaign_no, deal_no, line_no, attributed_as)
        OVERRIDING SYSTEM VALUE
        SELECT o.series_no, o.source, o.campaign_no, o.deal_no, {_LINE_AND_ROLE}
        FROM (SELECT p.series_no, %s::"char" AS source,
                     COALESCE(pc.entity_no, 0) AS campaign_no, COALESCE(pd.entity_no, 0) AS deal_no
              FROM unnest(%s::text[], %s::text[], %s::integer[]) AS p (campaign, deal, series_no)
              LEFT JOIN report_entity pc ON pc.entity_id = p.campaign
              LEFT JOIN report_entity pd ON pd.entity_id = p.deal) o {_OF_SERIES}
        ON CONFLICT (source, campaign_no, deal_no) DO NOTHING
        """,
        (
            source,
            [campaign for campaign, _ in numbers],
            [deal for _, deal in numbers],
            list(numbers.values()),
        ),
    )


def lines_mentioned(conn: psycopg.Connection, series_nos: Sequence[int]) -> list[int]:
    """Lines whose ids occur in these series, whichever line the rows count for."""
    rows = conn.execute(
        query("delivery/attribution", "lines mentioned"),
        (list(series_nos),),
    )
    return [number for (number,) in rows]


def _attribute_series(conn: psycopg.Connection, entities: Sequence[int] | None) -> list[int]:
    # Returns the lines that gain or lose rows; None for the entities means all of them.
    rows = conn.execute(
        f"""
        UPDATE report_series s SET line_no = a.line_no, attributed_as = a.attributed_as
        FROM (SELECT o.series_no, o.line_no AS before, {_LINE_AND_ROLE} FROM report_series o {_OF_SERIES}
              WHERE %(all)s OR o.campaign_no = ANY(%(entities)s) OR o.deal_no = ANY(%(entities)s)) a
        WHERE a.series_no = s.series_no
          AND (s.line_no, s.attributed_as) IS DISTINCT FROM (a.line_no, a.attributed_as)
        RETURNING a.before, a.line_no
        """,
        {"all": entities is None, "entities": list(entities or ())},
    )
    return sorted({line for pair in rows for line in pair if line is not None})


def refresh_register(conn: psycopg.Connection, line_nos: Sequence[int]) -> list[int]:
    """Set kind_reported and purchase_type of these lines to what their latest hour says; return the lines changed.

    An id also occurs in rows that count for another line. Within a day the API speaks before the CSV. Where the
    latest hour tells no purchase type, the latest one that does is taken. Needs the lock of the lines.
    """
    rows = conn.execute(
        query("delivery/attribution", "refresh register"),
        {"lines": list(line_nos)},
    )
    return [number for (number,) in rows]


def _attribute(named: str) -> bytes:
    return f"""
        UPDATE report_entity e SET line_no = a.line_no
        FROM (SELECT n.id, l.line_no FROM ({named}) n {_LINE_OF}) a
        WHERE a.id = e.entity_id AND e.line_no IS DISTINCT FROM a.line_no
        RETURNING e.entity_no
    """.encode()
