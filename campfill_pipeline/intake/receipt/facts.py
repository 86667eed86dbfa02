"""What a receipt is made of: the facts of one upload, and a look through its issues.

Belongs here: gathering. Does not belong here: how a receipt looks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.issues import Issue, Severity
from campfill_pipeline.domain.numbers import Notation
from campfill_pipeline.intake.findings import Parsed, RawCell
from campfill_pipeline.intake.judge import issue_files

MOST_ROWS = 10_000
"""Rows to mend and issues that a receipt shows at most; it says so where there are more."""
MOST_CHANGES = 2_000
"""Changes that it shows at most, those that people must see first; it says so where there are more."""


class RowCounts(Protocol):
    """Counts of an upload; None where not known."""

    @property
    def rows_read(self) -> int | None:
        """Rows with a verdict: accepted and rejected."""

    @property
    def rows_accepted(self) -> int | None:
        """Rows that were loaded."""

    @property
    def rows_rejected(self) -> int | None:
        """Rows that have an error."""

    @property
    def rows_skipped(self) -> int | None:
        """Rows that were passed over."""

    @property
    def rows_new(self) -> int | None:
        """Accepted rows whose line was not known."""

    @property
    def rows_updated(self) -> int | None:
        """Accepted rows that changed their line."""

    @property
    def rows_unchanged(self) -> int | None:
        """Accepted rows that changed nothing."""


RawRows = Callable[[str | None, Sequence[int]], list[list[RawCell]]]
"""The complete original rows of a sheet, by row number; [] for a row that is not there."""


@dataclass(frozen=True)
class ReceiptFacts:
    """All that a receipt tells. `issues` is the file of validation (or None); `changes` are as the register tells them.

    Each change is a mapping with line_id, name, action, field, before, after, change_pct, notable,
    fulfillment_before, fulfillment_after, sheet and row_no.
    """

    upload_id: UUID
    file_name: str
    received_at: datetime
    status: str
    reason: str | None
    message: str
    hint: str
    counts: RowCounts
    parsed: Parsed
    issues: Path | None
    changes: Sequence[dict[str, Any]]
    raw_rows: RawRows
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodeCount:
    """How often a code was found, and where first."""

    code: str
    severity: Severity
    count: int
    sheet: str | None
    cell: str | None


@dataclass
class IssueDigest:
    """What the issues of an upload come to.

    Rows to mend are in the order of the file; the `first` issues are errors, then warnings, then infos, each in the
    order of the file. Of both there are at most `MOST_ROWS`.
    """

    codes: dict[str, CodeCount] = field(default_factory=dict)
    first: list[Issue] = field(default_factory=list)
    total: int = 0
    to_mend: dict[str | None, list[int]] = field(default_factory=dict)
    notations: dict[str, dict[str, Notation]] = field(default_factory=dict)


def digest(path: Path | None) -> IssueDigest:
    """Go once through the issues, however many, and keep what a receipt shows."""
    found = IssueDigest()
    if path is None or not path.exists():
        return found
    with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as stream:
        told = json.loads((stream.schema.metadata or {}).get(issue_files.NOTATIONS, b"{}"))
    found.notations = {
        sheet: {name: Notation(notation) for name, notation in fields.items()}
        for sheet, fields in told.items()
    }
    listed: dict[Severity, list[Issue]] = {severity: [] for severity in Severity}
    for batch in issue_files.batches(path):
        found.total += batch.num_rows
        _count(found, batch)
        _note_rows_to_mend(found.to_mend, batch)
        for severity, issues in listed.items():
            if len(issues) < MOST_ROWS:
                same = batch.filter(pc.equal(batch.column("severity"), str(severity)))
                issues.extend(issue_files.as_issues(same.slice(0, MOST_ROWS - len(issues))))
    found.first = [issue for issues in listed.values() for issue in issues][:MOST_ROWS]
    return found


def _count(found: IssueDigest, batch: pa.RecordBatch) -> None:
    for counted in batch.column("code").value_counts().to_pylist():
        code = counted["values"]
        if (known := found.codes.get(code)) is None:
            first = pc.index(batch.column("code"), code).as_py()
            known = CodeCount(
                code,
                Severity(batch.column("severity")[first].as_py()),
                0,
                batch.column("sheet")[first].as_py(),
                batch.column("cell")[first].as_py(),
            )
        found.codes[code] = CodeCount(
            code, known.severity, known.count + counted["counts"], known.sheet, known.cell
        )


def rows_to_mend(path: Path) -> dict[str | None, list[int]]:
    """The rejected rows that a receipt shows, by sheet, as `digest` finds them."""
    to_mend: dict[str | None, list[int]] = {}
    for batch in issue_files.batches(path):
        _note_rows_to_mend(to_mend, batch)
    return to_mend


def _note_rows_to_mend(to_mend: dict[str | None, list[int]], batch: pa.RecordBatch) -> None:
    listed = sum(len(rows) for rows in to_mend.values())
    if listed >= MOST_ROWS:
        return
    errors = batch.filter(pc.equal(batch.column("severity"), str(Severity.ERROR)))
    for sheet in errors.column("sheet").unique().to_pylist():
        same = (
            pc.is_null(errors.column("sheet")) if sheet is None else pc.equal(errors.column("sheet"), sheet)
        )
        rows = to_mend.setdefault(sheet, [])
        for row in np.unique(errors.filter(same).column("row_no").drop_null().to_numpy()).tolist():
            if listed >= MOST_ROWS:
                break
            if not rows or rows[-1] != row:
                rows.append(row)
                listed += 1


def issues_of_rows(path: Path, sheet: str | None, rows: Sequence[int]) -> dict[int, list[Issue]]:
    """All issues of these rows of a sheet, by row number."""
    found: dict[int, list[Issue]] = {}
    wanted = pa.array(rows, pa.int32())
    for batch in issue_files.batches(path):
        same = pc.is_null(batch.column("sheet")) if sheet is None else pc.equal(batch.column("sheet"), sheet)
        for issue in issue_files.as_issues(
            batch.filter(pc.and_(same, pc.is_in(batch.column("row_no"), wanted)))
        ):
            if issue.row is not None:
                found.setdefault(issue.row, []).append(issue)
    return found
