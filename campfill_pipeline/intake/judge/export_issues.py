"""Issues of an export: cells and their addresses, and the file `issues.arrow`.

Belongs here: where an issue stands and how it is said. Does not belong here: what is wrong (exports.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain import issue_codes, report_values
from campfill_pipeline.domain.cells import CellKind, column_letters, shown, spoiled
from campfill_pipeline.domain.issue_layout import ISSUES, LONGEST_VALUE, sheet_issues
from campfill_pipeline.domain.issues import Severity
from campfill_pipeline.domain.lines import TOO_MANY_FIELDS
from campfill_pipeline.domain.report_rows import Refusal, Remark
from campfill_pipeline.intake.findings import BEYOND
from campfill_pipeline.intake.judge import issue_files

if TYPE_CHECKING:
    from campfill_pipeline.intake.findings import TableFound
    from campfill_pipeline.intake.judge.export_keys import Repeat

SPOILED_ID = r"^\s*(?:[0-9]+(?:[.,][0-9]+[eE]\+?|[eE]\+)[0-9]+|[0-9]+\.0+)\s*$"
_MAYBE_SPOILED = r"^\s*(#|(?i:err:))"
_ROWS = 65_536


@dataclass(frozen=True, slots=True, order=True)
class Found:
    """One issue with its place: table, row and column count from 0, 1 and 0; `column` -1 is the whole row."""

    table: int
    row_no: int
    column: int
    sheet: str | None
    cell: str | None
    header: str | None
    value: str | None
    code: str
    severity: str
    message: str
    hint: str

    def __post_init__(self) -> None:
        issue_codes.check(self.code, self.severity)


class Columns:
    """One batch of a table: its columns by field, and addresses of its cells."""

    def __init__(self, table: TableFound, number: int, batch: pa.RecordBatch) -> None:
        self._table, self._number, self._batch = table, number, batch
        self._columns = {column.field: column for column in table.columns}

    def values(self, field: str) -> Any:
        """Raw values for report_rows.canonical: texts, and numbers where a cell holds a number."""
        if field not in self._batch.schema.names:
            return pa.nulls(self._batch.num_rows, pa.string())
        texts = self._batch.column(field)
        numbers = pc.equal(self._batch.column(f"{field}_kind"), int(CellKind.NUMBER))
        if field != "impressions" or not pc.any(numbers).as_py():
            return texts
        return [
            report_values.spreadsheet_number(text) if number and text else text
            for text, number in zip(texts.to_pylist(), numbers.to_pylist(), strict=True)
        ]

    def texts(self, field: str) -> pa.Array:
        """Texts as a person sees them, null where blank."""
        if field not in self._batch.schema.names:
            return pa.nulls(self._batch.num_rows, pa.string())
        return report_values.texts(self._batch.column(field))

    def labels(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Headers as found, by the fields of report_rows."""
        return {field: self._header(name) or name for name, field in fields.items()}

    def _header(self, field: str) -> str | None:
        column = self._columns.get(field)
        return column.header if column is not None else None

    def _found(self, index: int, field: str, code: str, severity: Severity, message: str, hint: str) -> Found:
        column = self._columns.get(field)
        row_no = self._batch.column("row_no")[index].as_py()
        value = self._batch.column(field)[index].as_py() if column is not None else None
        return Found(
            self._number,
            row_no,
            column.index if column is not None else -1,
            self._table.sheet,
            f"{column_letters(column.index)}{row_no}" if column is not None else None,
            column.header if column is not None else None,
            None if value is None else value[:LONGEST_VALUE].replace("\x00", "\ufffd"),
            code,
            str(severity),
            message,
            hint,
        )

    def at(self, index: int, field: str, code: str, severity: Severity, message: str, hint: str) -> Found:
        """An issue at the cell of a field."""
        return self._found(index, field, code, severity, message, hint)

    def spoiled_cells(self) -> Iterator[tuple[int, list[Found]]]:
        """Rows with error cells or formulas without a value: never the same as blank, in whichever column."""
        rows: dict[int, list[Found]] = {}
        for field in self._columns:
            kinds = self._batch.column(f"{field}_kind")
            texts = self._batch.column(field)
            suspects = pc.or_(
                pc.greater_equal(kinds, int(CellKind.ERROR)),
                pc.match_substring_regex(texts, _MAYBE_SPOILED).fill_null(False),
            )
            for index in pc.indices_nonzero(suspects).to_pylist():
                finding = spoiled(texts[index].as_py(), kinds[index].as_py())
                if finding is not None:
                    found = self._found(
                        index, field, finding.code, finding.severity, finding.message, finding.hint
                    )
                    rows.setdefault(index, []).append(found)
        yield from rows.items()

    def refusal(self, index: int, field: str, reason: Refusal) -> Found:
        """An error of a value that makes its row unusable."""
        hint = reason.hint or f"Type the {self._header(field) or field} and drop the file again."
        return self._found(index, field, reason.code, Severity.ERROR, reason.message, hint)

    def remark(self, index: int, remark: Remark) -> Found:
        """A warning: the row is loaded."""
        field = next((name for name in self._columns if self._header(name) == remark.column), "date")
        hint = "Nothing to do if this is meant."
        return self._found(index, field, remark.code, Severity.WARNING, remark.message, hint)

    def too_many_fields(self) -> Iterator[tuple[int, Found]]:
        """Rows with something beyond the last column with a header, and rows that end before it."""
        if BEYOND not in self._batch.schema.names:
            return
        texts = self._batch.column(BEYOND)
        for index in pc.indices_nonzero(pc.not_equal(self._batch.column(f"{BEYOND}_kind"), 0)).to_pylist():
            place, row_no = len(self._table.headers), self._batch.column("row_no")[index].as_py()
            finding, text = TOO_MANY_FIELDS, texts[index].as_py()
            if self._batch.column(f"{BEYOND}_kind")[index].as_py() == CellKind.ERROR:
                yield index, self._too_short(int(text), row_no)
                continue
            yield (
                index,
                Found(
                    self._number, row_no, place, self._table.sheet, f"{column_letters(place)}{row_no}", None,
                    text and text[:LONGEST_VALUE], finding.code, str(finding.severity), finding.message, finding.hint,
                ),
            )  # fmt: skip

    def spoiled_ids(self) -> Iterator[tuple[int, Found]]:
        """Rows whose id a spreadsheet turned into another number, so that it may be of any campaign."""
        for field in ("campaign_id", "deal_id"):
            if field not in self._columns:
                continue
            texts = self._batch.column(field)
            hit = pc.match_substring_regex(texts, SPOILED_ID).fill_null(False)
            for index in pc.indices_nonzero(hit).to_pylist():
                message = f"“{texts[index].as_py()[:60]}” is not the ID itself: a spreadsheet made another value of it."
                hint = "Drop the file as the platform wrote it; or format the column as text before IDs are pasted."
                yield index, self._found(index, field, "spoiled_id", Severity.ERROR, message, hint)

    def _too_short(self, place: int, row_no: int) -> Found:
        header = self._table.headers[place] or None
        message = (
            "The row ends here, before the last column: one of its fields is missing, so that those after it may "
            "stand under wrong headers."
        )
        hint = "Put the missing field or its separator back, or export again."
        return Found(
            self._number, row_no, place, self._table.sheet, f"{column_letters(place)}{row_no}", header, None,
            "missing_value", str(Severity.ERROR), message, hint,
        )  # fmt: skip

    def without_site(self) -> Iterator[tuple[int, Found]]:
        """Rows of a table by site that name none: most likely a sum over the others."""
        if "site" in self._columns:
            for index in pc.indices_nonzero(pc.is_null(self.texts("site"))).to_pylist():
                message = "The row names no site, and the others do: as a sum over them it would count twice."
                hint = "Fill in the site, or delete the row."
                yield index, self._found(index, "site", "missing_value", Severity.ERROR, message, hint)

    def of_site(self, name: str | None) -> Iterator[tuple[int, Found]]:
        """Rows of the site that is the sum of the others."""
        if name is None or "site" not in self._columns:
            return
        for index, text in enumerate(self.texts("site").to_pylist()):
            if text is not None and " ".join(shown(text).split()) == name:
                message = f"“{name}” has exactly what all other sites of the file have together: it would count twice."
                hint = "Export single sites only, or delete the rows of the sum."
                yield index, self._found(index, "site", "missing_value", Severity.ERROR, message, hint)

    def header_again(self, index: int, field: str) -> Found:
        """An info: the header stands here again."""
        message = "The header of the table stands here again: it is passed over."
        return self._found(index, field, "repeated_header", Severity.INFO, message, "Nothing to do.")

    def aside(self, index: int, field: str, code: str) -> Found:
        """An info: this is no report row."""
        what = "a total" if code == "total_row" else "a note"
        message = f"This row has no id and looks like {what}: it was passed over."
        hint = "Nothing to do. If it is a report row, give it its ids."
        return self._found(index, field, code, Severity.INFO, message, hint)


def repeated(table: TableFound, repeat: Repeat) -> Found:
    """The verdict on a row whose hour, campaign and deal came before in the same upload."""
    column = next((c for c in table.columns if c.field == "deal_id" and repeat.deal_id), None)
    column = column or next((c for c in table.columns if c.field == "campaign_id"), table.columns[0])
    if repeat.differs:
        message = (
            f"The same hour, site, campaign and deal stand in the file {repeat.times} times with different figures, "
            "or with something else in other columns; none of these rows was loaded."
        )
        hint = (
            "Keep the row that is right and delete the others; if the rows are parts (of creatives, say), export "
            "without what parts them. Then drop the file again."
        )
        code, severity = "duplicate_id", Severity.ERROR
    else:
        message = "The same row came before, equal in every column; it counts once."
        code, severity, hint = "duplicate_row", Severity.WARNING, "Nothing to do."
    value = repeat.deal_id if column.field == "deal_id" else repeat.campaign_id
    return Found(
        repeat.table,
        repeat.row_no,
        column.index,
        table.sheet,
        f"{column_letters(column.index)}{repeat.row_no}",
        column.header,
        value,
        code,
        str(severity),
        message,
        hint,
    )


def write(
    path: Path, found: list[Found], hidden: Sequence[str], unread: Sequence[str]
) -> dict[Severity, int]:
    """Write all issues in order of table, row and column, numbered from 1; returns how many of each severity."""
    found.sort(key=lambda issue: (issue.table, issue.row_no, issue.column))
    rows: list[tuple[Any, ...]] = [
        (f.sheet, f.cell, f.row_no, f.header, f.value, f.code, f.severity, f.message, f.hint) for f in found
    ]
    rows += [
        (i.sheet, i.cell, i.row, i.column, i.value, i.code, str(i.severity), i.message, i.hint)
        for i in sheet_issues(hidden, unread)
    ]
    counts = dict.fromkeys(Severity, 0)
    with issue_files.writer(path, ISSUES) as file:
        for start in range(0, len(rows), _ROWS):
            part = rows[start : start + _ROWS]
            columns = [list(range(start + 1, start + len(part) + 1)), *map(list, zip(*part, strict=True))]
            arrays = [pa.array(column, field.type) for column, field in zip(columns, ISSUES, strict=True)]
            file.write_batch(pa.record_batch(arrays, schema=ISSUES))
    for row in rows:
        counts[Severity(row[6])] += 1
    return counts
