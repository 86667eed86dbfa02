"""The verdict on a mapping file: its rows judged, accepted ones and issues written to the work folder.

Belongs here: from tables to verdict. Does not belong here: the rules (`domain/id_maps`), which lines there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from uuid import UUID

import pyarrow as pa

from campfill_pipeline.domain.cells import column_letters
from campfill_pipeline.domain.id_maps import Mapped, MapRow, judge_map, normal_id
from campfill_pipeline.domain.issue_layout import LONGEST_VALUE, sheet_issues
from campfill_pipeline.domain.issues import Finding, Issue, Severity
from campfill_pipeline.domain.uploads import status_of
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake.findings import CellKind, Parsed, TableFound
from campfill_pipeline.intake.judge import issue_files

MAPPED = pa.schema(
    [
        ("sheet", pa.string()),
        ("row_no", pa.int32()),
        ("source_id", pa.string()),
        ("connector", pa.string()),
        ("line_id", pa.string()),
    ]
)
Named = Callable[[Collection[str]], Mapping[str, Collection[UUID]]]


def validate_map(parsed: Parsed, work: Path, named: Named, connectors: Collection[str]) -> Verdict:
    """Judge every row, and write `lines.arrow` (MAPPED) and `issues.arrow` to `work`.

    `named` answers which lines texts (normal_id) name.
    """
    placed = [(table, row) for table in parsed.tables for row in _rows(table)]
    rows = [row for _, row in placed]
    texts = {normal_id(text) for row in rows for text in (row.source_id, row.line) if text}
    judged = judge_map(rows, named(texts), connectors)
    issues = [_issue(*placed[position], field, finding) for position, field, finding in judged.found]
    issues += sheet_issues(parsed.hidden_sheets, parsed.unread_sheets)
    _write(work, judged.accepted, issues)
    counts = Counter(issue.severity for issue in issues)
    accepted, rejected = len(judged.accepted), judged.rejected(len(rows))
    return Verdict(
        lines=work / "lines.arrow",
        issues=work / "issues.arrow",
        rows_read=accepted + rejected,
        rows_accepted=accepted,
        rows_rejected=rejected,
        rows_skipped=judged.repeated + sum(table.blank_rows for table in parsed.tables),
        status=status_of(accepted, rejected),
        reason=None if accepted else (parsed.reason or "no_rows"),
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        infos=counts[Severity.INFO],
    )


def _rows(table: TableFound) -> Iterator[MapRow]:
    for batch in issue_files.batches(table.file):
        columns = {field: _texts(batch, field) for field in ("source_id", "line", "connector")}
        for position, number in enumerate(batch.column("row_no").to_pylist()):
            cells = {field: texts[position] for field, texts in columns.items()}
            yield MapRow(table.sheet, number, **cells)


def _texts(batch: pa.RecordBatch, field: str) -> Sequence[str | None]:
    if field not in batch.schema.names:
        return [None] * int(batch.num_rows)
    texts: list[str | None] = batch.column(field).to_pylist()
    kinds = batch.column(f"{field}_kind").to_pylist()
    # An id that a spreadsheet turned into a number is still the same digits.
    return [
        None
        if kind == CellKind.BLANK or text is None
        else text.removesuffix(".0")
        if kind == CellKind.NUMBER
        else text
        for text, kind in zip(texts, kinds, strict=True)
    ]


def _issue(table: TableFound, row: MapRow, field: str, finding: Finding) -> Issue:
    column = next((one for one in table.columns if one.field == field), None)
    value = getattr(row, field)
    return Issue(
        sheet=row.sheet,
        cell=f"{column_letters(column.index)}{row.row_no}" if column else None,
        row=row.row_no,
        column=column.header if column else None,
        value=None if value is None else value[:LONGEST_VALUE],
        code=finding.code,
        severity=finding.severity,
        message=finding.message,
        hint=finding.hint,
    )


def _write(work: Path, accepted: Sequence[Mapped], issues: Sequence[Issue]) -> None:
    with issue_files.writer(work / "lines.arrow", MAPPED) as file:
        columns = {
            "sheet": [one.sheet for one in accepted],
            "row_no": [one.row_no for one in accepted],
            "source_id": [one.source_id for one in accepted],
            "connector": [one.connector for one in accepted],
            "line_id": [None if one.line_id is None else str(one.line_id) for one in accepted],
        }
        file.write_table(pa.table(columns, schema=MAPPED))
    issue_files.write_issues(work / "issues.arrow", issues)
