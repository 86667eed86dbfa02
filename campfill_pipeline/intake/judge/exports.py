"""The reporting CSV export, dropped into the inbox: the same rows as the API's, through the same rules.

Belongs here: verdicts on an export's rows, with the address of every issue. Does not belong here: reading files
(intake/), the reading of values (domain/report_rows.py), storing (warehouse/).

An export names no site (it is ''), writes its numbers in German notation, and counts hours in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain import report_rows
from campfill_pipeline.domain.errors import BrokenPromiseError
from campfill_pipeline.domain.issues import Severity
from campfill_pipeline.domain.names import TOTAL_WORDS
from campfill_pipeline.domain.progress import Progress
from campfill_pipeline.domain.report_rows import CANONICAL, Notation
from campfill_pipeline.domain.report_schema import broken_promises
from campfill_pipeline.domain.uploads import status_of
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake.judge import export_issues, export_keys, issue_files

if TYPE_CHECKING:
    from campfill_pipeline.intake.findings import Parsed, TableFound

"""Called with the rows judged so far and the rows to judge."""

NOTATION = Notation("german", formats=("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y"))
_FIELDS = {  # of the file → of report_rows
    "date": "hour",
    "campaign_name": "campaign_name",
    "campaign_id": "campaign_id",
    "deal_name": "deal_name",
    "deal_id": "deal_id",
    "campaign_purchase_type": "campaign_purchase_type",
    "deal_purchase_type": "deal_purchase_type",
    "impressions": "impressions",
}
_FILE_FIELD = {field: name for name, field in _FIELDS.items()}


@dataclass
class _Counts:
    accepted: int = 0
    rejected: int = 0
    skipped: int = 0


def validate_export(parsed: Parsed, work: Path, *, progress: Progress | None = None) -> Verdict:
    """Judge every row of an export, and write `rows.arrow` and `issues.arrow` to `work`.

    A file that could not be read (`parsed.reason`) gives an empty result with that reason.
    """
    work.mkdir(parents=True, exist_ok=True)
    tables = parsed.tables if parsed.reason is None else ()
    candidates, rows, issues = work / "candidates.arrow", work / "rows.arrow", work / "issues.arrow"
    counts, found, seen = _Counts(), list[export_issues.Found](), export_keys.KeysSeen()
    total, done = sum(table.rows for table in tables), 0
    with issue_files.writer(candidates, CANONICAL) as file:
        for number, table in enumerate(tables):
            for batch in issue_files.batches(table.file):
                judged, fresh = _judge(batch, table, number, counts)
                seen.note(judged.table, number, batch.column("row_no").take(judged.positions))
                file.write_batch(issue_files.one_batch(judged.table))
                found += fresh
                done += batch.num_rows
                if progress is not None:
                    progress(done, total)
    with issue_files.writer(rows, CANONICAL) as file:
        for batch, repeats in seen.repeats(issue_files.batches(candidates)):
            if breaches := broken_promises(pa.Table.from_batches([batch])):
                raise BrokenPromiseError("rows", breaches)
            file.write_batch(batch)
            for repeat in repeats:
                found.append(export_issues.repeated(tables[repeat.table], repeat))
                counts.accepted -= 1
                counts.rejected += repeat.differs
                counts.skipped += not repeat.differs
    candidates.unlink()
    counts.skipped += sum(table.blank_rows for table in tables)
    severities = export_issues.write(issues, found, parsed.hidden_sheets)
    accepted, rejected = counts.accepted, counts.rejected
    return Verdict(
        lines=rows,
        issues=issues,
        rows_read=accepted + rejected,
        rows_accepted=accepted,
        rows_rejected=rejected,
        rows_skipped=counts.skipped,
        status=status_of(accepted, rejected),
        reason=None if accepted else (parsed.reason or "no_rows"),
        errors=severities[Severity.ERROR],
        warnings=severities[Severity.WARNING],
        infos=severities[Severity.INFO],
    )


@dataclass(frozen=True)
class _Judged:
    table: pa.Table
    positions: pa.Array


def _judge(
    batch: pa.RecordBatch, table: TableFound, number: int, counts: _Counts
) -> tuple[_Judged, list[export_issues.Found]]:
    """Accepted rows of a batch with their positions in it, and what was found in all of them."""
    columns = export_issues.Columns(table, number, batch)
    raw = {field: columns.values(name) for name, field in _FIELDS.items()}
    read = report_rows.canonical(raw, NOTATION, labels=columns.labels(_FIELDS))
    found: list[export_issues.Found] = []
    spoiled = dict(columns.spoiled_cells())
    skipped = dict(_asides(batch, columns))
    refused = {row.row - 1: row for row in read.refused}
    for index, row in refused.items():
        if index not in skipped and index not in spoiled:
            found += [columns.refusal(index, _FILE_FIELD[reason.field], reason) for reason in row.reasons]
    found += skipped.values()
    for index, several in spoiled.items():
        if index not in skipped:
            found += several
    for remark in read.remarks:
        for position in remark.rows:
            if position - 1 not in skipped and position - 1 not in refused and position - 1 not in spoiled:
                found.append(columns.remark(position - 1, remark))
    bad = {*refused, *spoiled} - skipped.keys()
    leave = np.zeros(batch.num_rows, bool)
    leave[[*bad, *skipped]] = True
    keep = pc.invert(pa.array(leave).take(read.positions))
    accepted = read.table.filter(keep)
    counts.accepted += accepted.num_rows
    counts.rejected += len(bad)
    counts.skipped += len(skipped)
    return _Judged(accepted, read.positions.filter(keep)), found


def _asides(
    batch: pa.RecordBatch, columns: export_issues.Columns
) -> Iterator[tuple[int, export_issues.Found]]:
    """Rows that are no report rows: totals below the table, and notes beside it. They have no id."""
    texts = {name: columns.texts(name) for name in _FIELDS}
    no_id = pc.and_(pc.is_null(texts["campaign_id"]), pc.is_null(texts["deal_id"]))
    for index in pc.indices_nonzero(no_id).to_pylist():
        filled = [name for name in _FIELDS if texts[name][index].is_valid]
        opening = next((texts[name][index].as_py() for name in filled if name != "impressions"), "")
        if opening.casefold().startswith(TOTAL_WORDS):
            yield index, columns.aside(index, filled[0], "total_row")
        elif len(filled) < 2:
            yield index, columns.aside(index, filled[0] if filled else "date", "note_row")
