"""Which stored rows the rejected rows of an export may be: they must not be taken for gone.

Belongs here: the file `refused.arrow` between judging and storing. Does not belong here: what is wrong with the rows
(export_issues.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from campfill_pipeline.domain.report_rows import Refusal, RefusedKey, RefusedRow

_LAYOUT = pa.schema(
    [
        ("row", pa.int64()),
        ("code", pa.string()),
        ("message", pa.string()),
        ("content", pa.string()),
        ("hour_utc", pa.timestamp("us", tz="UTC")),
        ("site", pa.string()),
        ("campaign_id", pa.string()),
        ("deal_id", pa.string()),
        ("ids_known", pa.bool_()),
    ]
)
_ROWS = 65_536


def write(file: Path, rows: Sequence[RefusedRow]) -> None:
    """Write these rows; each has its key."""
    with pa.OSFile(str(file), "wb") as sink, pa.ipc.new_stream(sink, _LAYOUT) as stream:
        for start in range(0, len(rows), _ROWS):
            stream.write_batch(pa.RecordBatch.from_pylist(list(_told(rows[start : start + _ROWS])), _LAYOUT))


def _told(rows: Sequence[RefusedRow]) -> Iterator[dict[str, object]]:
    for row in rows:
        key = row.key or RefusedKey(None, None, None, None, False)
        yield {"row": row.row, "code": row.code, "message": row.message, "content": row.content, **vars(key)}


def read(file: Path | None) -> list[RefusedRow]:
    """The rows of such a file; none without one."""
    if file is None or not file.exists():
        return []
    with pa.ipc.open_stream(str(file)) as stream:
        found = stream.read_all().to_pylist()
    return [
        RefusedRow(
            row["row"],
            (Refusal("", "", None, row["code"], row["message"]),),
            row["content"],
            RefusedKey(row["hour_utc"], row["site"], row["campaign_id"], row["deal_id"], row["ids_known"]),
        )
        for row in found
    ]
