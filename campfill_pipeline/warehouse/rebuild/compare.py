"""The tables made from the ledger, in a form that can be compared byte for byte.

Belongs here: which columns count and in which order rows come. Left out are numbers that only the database knows
(line_no) and what reporting says of a line (that is made from the report rows). Does not belong here: making tables.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg import sql

_CONTRACT = """name, kind_listed, buyer, agency, platform, seat, runtime, start_date, end_date, impression_goal,
    budget_eur, cpm_eur, placement, advertiser, external_id, cancelled"""

CANONICAL = {
    "upload": """
        SELECT upload_id, seq, order_no, partition_key, sha256, file_name, file_bytes, archived_as, door, kind, status,
               reason, message, hint, received_at, decided_at, reverted_at, attempts, run_id, content_date,
               applied_no, rows_read, rows_accepted, rows_rejected, rows_skipped, rows_new, rows_updated,
               rows_unchanged, notes, receipt, description_name, description_version
        FROM {schema}.upload""",
    "upload_issue": """
        SELECT upload_id, issue_no, sheet, cell, row_no, column_name, value, code, severity, message, hint
        FROM {schema}.upload_issue""",
    "line": f"""
        SELECT id, withdrawn_at, first_seen_at, absent_since, revision, valid_from, upload_id, event_no, action,
               brought, sheet, row_no, changes, notable, {_CONTRACT}
        FROM {{schema}}.line_register""",
    "line_revision": """
        SELECT l.id, r.revision, r.valid_from, r.upload_id, r.event_no, r.action, r.brought, r.sheet, r.row_no,
               r.changes, r.notable, r.name, r.kind_listed, r.buyer, r.agency, r.platform, r.seat, r.runtime,
               r.start_date, r.end_date, r.impression_goal, r.budget_eur, r.cpm_eur, r.placement, r.advertiser,
               r.external_id, r.cancelled
        FROM {schema}.revision r JOIN {schema}.line_register l USING (line_no)""",
    "id_map": "SELECT upload_id, source_id, connector, line_id, sheet, row_no FROM {schema}.id_map",
    "second_count": """
        SELECT upload_id, sheet, row_no, line_id, counted_by, first_day, last_day, site, impressions, zone
        FROM {schema}.second_count""",
    "line_overtaken": """
        SELECT l.id, o.upload_id, o.sheet, o.row_no, o.name, o.kind_listed, o.buyer, o.agency, o.platform, o.seat,
               o.runtime, o.start_date, o.end_date, o.impression_goal, o.budget_eur, o.cpm_eur, o.placement,
               o.advertiser, o.external_id, o.cancelled
        FROM {schema}.line_overtaken o JOIN {schema}.line_register l USING (line_no)""",
}


@dataclass(frozen=True)
class Difference:
    """How a table made again differs: rows that only one of the two has, and some of them as text."""

    table: str
    only_before: int
    only_after: int
    examples: tuple[str, ...]

    def __str__(self) -> str:
        shown = "".join(f"\n  {example}" for example in self.examples)
        return f"{self.table}: {self.only_before} rows are gone, {self.only_after} are new{shown}"


def _query(table: str, schema: str) -> sql.Composed:
    return sql.SQL(CANONICAL[table]).format(schema=sql.Identifier(schema))


def compare(conn: psycopg.Connection, before: str, after: str, *, examples: int = 5) -> list[Difference]:
    """The differences of two schemas, table by table; equal tables are not in the list."""
    found = []
    for table in CANONICAL:
        counts: list[int] = []
        shown: list[str] = []
        for mark, one, other in (("-", before, after), ("+", after, before)):
            only = sql.SQL("FROM (({}) EXCEPT ALL ({})) t").format(_query(table, one), _query(table, other))
            row = conn.execute(sql.SQL("SELECT count(*) {}").format(only)).fetchone()
            counts.append(row[0] if row else 0)
            rows = conn.execute(
                sql.SQL("SELECT t::text {} ORDER BY 1 LIMIT %s").format(only), [examples]
            ).fetchall()
            shown += [f"{mark} {text}" for (text,) in rows]
        if any(counts):
            found.append(Difference(table, counts[0], counts[1], tuple(shown)))
    return found
