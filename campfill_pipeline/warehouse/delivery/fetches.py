"""The ledger of fetches: which request, or which upload, brought rows, and which rows it brought in vain.

Belongs here: `report_fetch` and `report_refusal`. Does not belong here: the rows that were stored.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import psycopg

from campfill_pipeline.domain.report_rows import RefusedKey, RefusedRow
from campfill_pipeline.warehouse.statements import query

LISTED = 10_000  # refused rows kept of one fetch; all are counted


@dataclass(frozen=True)
class FetchFacts:
    """How rows were fetched. `request` is path and parameters without secrets; `bytes` as received."""

    started_at: datetime
    finished_at: datetime | None = None
    request: str = ""
    requests: int = 0
    bytes: int = 0
    run_id: str | None = None


def begin(
    conn: psycopg.Connection,
    source: str,
    now: datetime,
    *,
    day: date | None = None,
    upload_id: UUID | None = None,
) -> int:
    """Note a fetch whose rows are first seen at `now`; returns its number. Part of the caller's transaction."""
    row = conn.execute(
        query("delivery/fetches", "begin"),
        (source, day, upload_id, now, now),
    ).fetchone()
    assert row is not None
    number: int = row[0]
    return number


def _known(key: RefusedKey | None) -> dict[str, str | None]:
    if key is None or key.hour_utc is None or not key.ids_known:
        return {}
    return {"hour": key.hour_utc.isoformat(), "campaign_id": key.campaign_id, "deal_id": key.deal_id}


def settle_exported(conn: psycopg.Connection, fetch_no: int) -> None:
    """Take rows off the list that an export refused earlier, and that this one (staged) tells readably."""
    conn.execute(query("delivery/fetches", "settle exported"), (fetch_no,))


def finish(
    conn: psycopg.Connection,
    fetch_no: int,
    facts: FetchFacts,
    *,
    received: int,
    refused: Sequence[RefusedRow],
) -> None:
    """Note how the fetch went, and the first LISTED rows it could not use. Part of the caller's transaction."""
    conn.execute(
        query("delivery/fetches", "finish"),
        (
            facts.started_at, facts.finished_at, facts.request, facts.requests, facts.bytes, received,
            len(refused), facts.run_id, fetch_no,
        ),
    )  # fmt: skip
    # What an earlier fetch of the day, or of the same export, could not use is settled by this one.
    conn.execute(
        query("delivery/fetches", "forget refusals"),
        (fetch_no,),
    )
    list_refused(conn, fetch_no, refused)


def list_refused(conn: psycopg.Connection, fetch_no: int, refused: Sequence[RefusedRow]) -> None:
    """List the first LISTED rows that a fetch could not use."""
    if not refused:
        return
    statement = "COPY report_refusal (fetch_no, refusal_no, reason, detail) FROM STDIN"
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        for number, row in enumerate(refused[:LISTED], start=1):
            detail = {"row": row.row, "code": row.code, "content": row.content} | _known(row.key)
            # Neither text nor jsonb can hold the character 0.
            text = json.dumps(detail, ensure_ascii=False).replace("\\u0000", "\\ufffd")
            copy.write_row((fetch_no, number, row.message.replace("\0", "\N{REPLACEMENT CHARACTER}"), text))
