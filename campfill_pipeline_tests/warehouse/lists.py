"""Campaign lists for tests, as validation hands them to the register, and uploads to apply them with."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pyarrow as pa

from campfill_pipeline.domain.lines import WITHOUT_BUDGET
from campfill_pipeline.warehouse.register import apply as register
from campfill_pipeline.warehouse.register import ledger

NOW = datetime(2026, 9, 1, 12, tzinfo=UTC)

LINES = pa.schema(
    [
        ("sheet", pa.string()), ("row_no", pa.int32()), ("id", pa.string()), ("name", pa.string()),
        ("kind", pa.string()), ("buyer", pa.string()), ("agency", pa.string()), ("platform", pa.string()),
        ("seat", pa.string()), ("runtime", pa.string()), ("start_date", pa.date32()), ("end_date", pa.date32()),
        ("impression_goal", pa.int64()), ("budget_eur", pa.decimal128(15, 2)), ("cpm_eur", pa.decimal128(10, 4)),
        ("placement", pa.string()), ("advertiser", pa.string()),
    ]
)  # fmt: skip

ISSUES = pa.schema(
    [
        ("issue_no", pa.int32()), ("sheet", pa.string()), ("cell", pa.string()), ("row_no", pa.int32()),
        ("column_name", pa.string()), ("value", pa.string()), ("code", pa.string()), ("severity", pa.string()),
        ("message", pa.string()), ("hint", pa.string()),
    ]
)  # fmt: skip


def listed(line_id: UUID, **other: Any) -> dict[str, Any]:
    """One accepted row of a list; `other` replaces any of its values."""
    row = {
        "sheet": "Campaign list", "row_no": 2, "id": str(line_id), "name": "2026_1_Station_Sierra", "kind": "campaign",
        "buyer": "Not set", "agency": None, "platform": None, "seat": None, "runtime": "01.09.2026-30.09.2026",
        "start_date": date(2026, 9, 1), "end_date": date(2026, 9, 30), "impression_goal": 100_000,
        "budget_eur": Decimal("750.00"), "cpm_eur": Decimal("7.5900"), "placement": "Station", "advertiser": None,
    }  # fmt: skip
    assert other.keys() <= row.keys()
    return row | other


def write_stream(path: Path, rows: Sequence[dict[str, Any]], schema: pa.Schema) -> Path:
    """Write an Arrow IPC stream as the intake does."""
    with pa.ipc.new_stream(str(path), schema) as writer:
        writer.write_table(pa.Table.from_pylist(list(rows), schema=schema), max_chunksize=65_536)
    return path


def arrive(connection: psycopg.Connection, content: object, *, at: datetime = NOW) -> ledger.Upload:
    """Record the arrival of a file whose bytes are those of `content`."""
    return ledger.record_arrival(
        connection, upload_id=uuid4(), sha256=hashlib.sha256(repr(content).encode()).hexdigest(),
        file_name="campaigns.xlsx", file_bytes=1000, archived_as="ab/cd.xlsx", door="inbox", received_at=at,
    )  # fmt: skip


def apply(
    connection: psycopg.Connection,
    folder: Path,
    rows: Iterable[dict[str, Any]],
    *,
    upload: ledger.Upload | None = None,
    rejected: int = 0,
    issues: Sequence[dict[str, Any]] = (),
    now: datetime = NOW,
    without_budget: Sequence[tuple[str | None, int, int]] = (),
    **other: Any,
) -> tuple[ledger.Upload, register.ApplyResult]:
    """Let a list with these accepted rows arrive and be applied; answer the upload as the ledger has it then."""
    rows = [row | {"row_no": number} for number, row in enumerate(rows, start=2)]
    upload = upload or arrive(connection, (rows, rejected), at=now)
    schema = LINES.with_metadata({WITHOUT_BUDGET: json.dumps(without_budget)}) if without_budget else LINES
    judged = register.JudgedList(
        lines=write_stream(folder / f"{upload.upload_id}.lines", rows, schema),
        issues=write_stream(folder / f"{upload.upload_id}.issues", issues, ISSUES),
        counts=ledger.Counts(len(rows) + rejected, len(rows), rejected), **other,
    )  # fmt: skip
    result = register.apply_list(connection, upload, judged, now=now)
    return ledger.get(connection, upload.upload_id), result
