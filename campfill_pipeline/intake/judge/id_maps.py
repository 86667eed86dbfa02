"""The verdict on a mapping file: its rows judged, accepted ones and issues written to the work folder.

Belongs here: from tables to verdict. Does not belong here: the rules (`domain/id_maps`), which lines there are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from campfill_pipeline.domain.id_maps import Mapped, MapRow, judge_map, normal_id
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake.findings import CellKind, Parsed, TableFound
from campfill_pipeline.intake.judge import issue_files, rows_that_name_lines

MAPPED = pa.schema(
    [
        ("sheet", pa.string()),
        ("row_no", pa.int32()),
        ("source_id", pa.string()),
        ("connector", pa.string()),
        ("line_id", pa.string()),
    ]
)


def validate_map(
    parsed: Parsed, work: Path, named: rows_that_name_lines.Named, connectors: Collection[str]
) -> Verdict:
    """Judge every row, and write `lines.arrow` (MAPPED) and `issues.arrow` to `work`.

    `named` answers which lines texts (normal_id) name.
    """
    placed = [(table, row) for table in parsed.tables for row in _rows(table)]
    rows = [row for _, row in placed]
    texts = {normal_id(text) for row in rows for text in (row.source_id, row.line) if text}
    judged = judge_map(rows, named(texts), connectors)
    issues = [
        rows_that_name_lines.issue(table, row.row_no, field, getattr(row, field), finding)
        for position, field, finding in judged.found
        for table, row in [placed[position]]
    ]
    _write(work / "lines.arrow", judged.accepted)
    return rows_that_name_lines.verdict(
        parsed,
        work,
        issues,
        accepted=len(judged.accepted),
        rejected=judged.rejected(len(rows)),
        skipped=judged.repeated,
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


def _write(path: Path, accepted: Sequence[Mapped]) -> None:
    with issue_files.writer(path, MAPPED) as file:
        columns = {
            "sheet": [one.sheet for one in accepted],
            "row_no": [one.row_no for one in accepted],
            "source_id": [one.source_id for one in accepted],
            "connector": [one.connector for one in accepted],
            "line_id": [None if one.line_id is None else str(one.line_id) for one in accepted],
        }
        file.write_table(pa.table(columns, schema=MAPPED))
