"""The verdict on a second count: its rows judged, accepted ones and issues written to the work folder.

Belongs here: from tables to verdict. Does not belong here: the rules (`domain/second_counts`), which lines there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from uuid import UUID

import pyarrow as pa

from campfill_pipeline.domain.cells import column_letters
from campfill_pipeline.domain.id_maps import normal_id
from campfill_pipeline.domain.issue_layout import LONGEST_VALUE, sheet_issues
from campfill_pipeline.domain.issues import Finding, Issue, Severity
from campfill_pipeline.domain.second_counts import Counted, CountRow, judge_counts
from campfill_pipeline.domain.uploads import UploadKind, status_of
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake.findings import Parsed, TableFound
from campfill_pipeline.intake.judge import issue_files

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

Named = Callable[[Collection[str]], Mapping[str, Collection[UUID]]]


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


def validate_counts(parsed: Parsed, work: Path, named: Named) -> Verdict:
    """Judge every row, and write `lines.arrow` (COUNTED) and `issues.arrow` to `work`.

    `named` answers which lines texts (normal_id) name.
    """
    placed = [(table, row) for number, table in enumerate(parsed.tables) for row in _rows(number, table)]
    rows = [row for _, row in placed]
    judged = judge_counts(rows, named({normal_id(text) for row in rows if (text := row.text("line"))}))
    issues = [_issue(*placed[position], field, finding) for position, field, finding in judged.found]
    issues += sheet_issues(parsed.hidden_sheets, parsed.unread_sheets)
    _write(work / "lines.arrow", judged.accepted)
    issue_files.write_issues(work / "issues.arrow", issues)
    counts = Counter(issue.severity for issue in issues)
    accepted = len(judged.accepted)
    rejected = len(rows) - accepted - judged.skipped
    return Verdict(
        lines=work / "lines.arrow",
        issues=work / "issues.arrow",
        rows_read=accepted + rejected,
        rows_accepted=accepted,
        rows_rejected=rejected,
        rows_skipped=judged.skipped + sum(table.blank_rows for table in parsed.tables),
        status=status_of(accepted, rejected),
        reason=None if accepted else (parsed.reason or "no_rows"),
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        infos=counts[Severity.INFO],
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


def _issue(table: TableFound, row: CountRow, field: str, finding: Finding) -> Issue:
    column = next((one for one in table.columns if one.field == field), None)
    value = row.cells.get(field, (None, 0))[0]
    return Issue(
        sheet=row.sheet,
        cell=f"{column_letters(column.index)}{row.row_no}" if column else f"A{row.row_no}",
        row=row.row_no,
        column=column.header if column else None,
        value=None if value is None else value[:LONGEST_VALUE],
        code=finding.code,
        severity=finding.severity,
        message=finding.message,
        hint=finding.hint,
    )


def _write(path: Path, accepted: Sequence[Counted]) -> None:
    with issue_files.writer(path, COUNTED) as file:
        rows = [{**asdict(one), "line_id": str(one.line_id)} for one in accepted]
        file.write_table(pa.Table.from_pylist(rows, schema=COUNTED))
