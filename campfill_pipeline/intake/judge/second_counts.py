"""The verdict on a second count: its rows judged, accepted ones and issues written to the work folder.

Belongs here: from tables to verdict. Does not belong here: the rules (`domain/second_counts`), which lines there are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import pyarrow as pa

from campfill_pipeline.domain.id_maps import normal_id
from campfill_pipeline.domain.second_counts import Counted, CountRow, judge_counts
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake.findings import Parsed, TableFound
from campfill_pipeline.intake.judge import issue_files, rows_that_name_lines

COUNTED = pa.schema(
    [
        ("sheet", pa.string()),
        ("row_no", pa.int32()),
        ("line_id", pa.string()),
        ("counted_by", pa.string()),
        ("first_day", pa.date32()),
        ("last_day", pa.date32()),
        ("site", pa.string()),
        ("impressions", pa.decimal128(18, 4)),
        ("zone", pa.string()),
    ]
)
MOST_ROWS = 1_000_000
"""More are not judged: each takes a kilobyte of memory."""


def bounded(parsed: Parsed) -> Parsed:
    """The file as it was read; without its tables where a second count of so many rows is refused."""
    rows = sum(table.rows for table in parsed.tables)
    if parsed.kind != UploadKind.SECOND_COUNT or rows <= MOST_ROWS:
        return parsed
    return replace(
        parsed, reason="too_many_cells", tables=(),
        message=f"The table has {rows:,} rows; a second count may have {MOST_ROWS:,}.",
        hint="Split it, by month for instance, and drop the parts.",
    )  # fmt: skip


def validate_counts(parsed: Parsed, work: Path, named: rows_that_name_lines.Named) -> Verdict:
    """Judge every row, and write `lines.arrow` (COUNTED) and `issues.arrow` to `work`.

    `named` answers which lines texts (normal_id) name.
    """
    placed = [(table, row) for number, table in enumerate(parsed.tables) for row in _rows(number, table)]
    rows = [row for _, row in placed]
    judged = judge_counts(rows, named({normal_id(text) for row in rows if (text := row.text("line"))}))
    issues = [
        rows_that_name_lines.issue(table, row.row_no, field, row.cells.get(field, (None, 0))[0], finding)
        for position, field, finding in judged.found
        for table, row in [placed[position]]
    ]
    _write(work / "lines.arrow", judged.accepted)
    accepted, skipped = len(judged.accepted), judged.skipped
    return rows_that_name_lines.verdict(
        parsed, work, issues, accepted=accepted, rejected=len(rows) - accepted - skipped, skipped=skipped
    )


def _rows(number: int, table: TableFound) -> Iterator[CountRow]:
    fields = [column.field for column in table.columns]
    for batch in issue_files.batches(table.file):
        cells = [
            list(zip(batch.column(field).to_pylist(), batch.column(f"{field}_kind").to_pylist(), strict=True))
            for field in fields
        ]
        for row_no, *found in zip(batch.column("row_no").to_pylist(), *cells, strict=True):
            yield CountRow(number, table.sheet, row_no, dict(zip(fields, found, strict=True)))


def _write(path: Path, accepted: Sequence[Counted]) -> None:
    with issue_files.writer(path, COUNTED) as file:
        rows = [{**asdict(one), "line_id": str(one.line_id)} for one in accepted]
        file.write_table(pa.Table.from_pylist(rows, schema=COUNTED))
