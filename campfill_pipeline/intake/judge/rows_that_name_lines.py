"""What judging mapping files and second counts shares: a finding at its cell, and the verdict on the file.

Belongs here: what holds for files whose rows name lines that lists brought. Does not belong here: the rules of each
kind (`id_maps`, `second_counts`), which lines there are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from campfill_pipeline.domain.cells import column_letters
from campfill_pipeline.domain.issue_layout import LONGEST_VALUE, sheet_issues
from campfill_pipeline.domain.issues import Finding, Issue, Severity
from campfill_pipeline.domain.uploads import status_of
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake.findings import Parsed, TableFound
from campfill_pipeline.intake.judge import issue_files

Named = Callable[[Collection[str]], Mapping[str, Collection[UUID]]]
"""Answers which lines texts (normal_id) name."""


def issue(table: TableFound, row_no: int, field: str, value: str | None, finding: Finding) -> Issue:
    """A finding at its cell; at the row's first one where the table has no such column."""
    column = next((one for one in table.columns if one.field == field), None)
    return Issue(
        sheet=table.sheet,
        cell=f"{column_letters(column.index) if column else 'A'}{row_no}",
        row=row_no,
        column=column.header if column else None,
        value=None if value is None else value[:LONGEST_VALUE],
        code=finding.code,
        severity=finding.severity,
        message=finding.message,
        hint=finding.hint,
    )


def verdict(
    parsed: Parsed, work: Path, found: Sequence[Issue], *, accepted: int, rejected: int, skipped: int
) -> Verdict:
    """Write `issues.arrow` to `work`, those of the file's sheets behind these; `lines.arrow` stands there already."""
    issues = [*found, *sheet_issues(parsed.hidden_sheets, parsed.unread_sheets)]
    issue_files.write_issues(work / "issues.arrow", issues)
    counts = Counter(one.severity for one in issues)
    return Verdict(
        lines=work / "lines.arrow",
        issues=work / "issues.arrow",
        rows_read=accepted + rejected,
        rows_accepted=accepted,
        rows_rejected=rejected,
        rows_skipped=skipped + sum(table.blank_rows for table in parsed.tables),
        status=status_of(accepted, rejected),
        reason=None if accepted else (parsed.reason or "no_rows"),
        errors=counts[Severity.ERROR],
        warnings=counts[Severity.WARNING],
        infos=counts[Severity.INFO],
    )
