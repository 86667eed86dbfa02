"""Lines of a campaign list: what makes a row acceptable, and the canonical table that accepted rows become.

Belongs here: the verdict on a row, given its cells; the schema (Arrow for the file, Pandera for the promise). Does not
belong here: how one cell is read, and verdicts that need the whole upload (`duplicates.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.asides import asides
from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.column_reading import Mask, Positions, ReadColumn, Readers, cells_of
from campfill_pipeline.domain.columns import LIST_COLUMNS, LIST_FIELDS
from campfill_pipeline.domain.described_columns import Described, DescribedRows, missing
from campfill_pipeline.domain.issues import Finding, Severity
from campfill_pipeline.domain.kinds import LineKind
from campfill_pipeline.domain.names import LONGEST, NAME_PATTERN
from campfill_pipeline.domain.numbers import BUDGET, CPM, GOAL
from campfill_pipeline.language.currencies import sign

LINES = pa.schema(
    [
        ("sheet", pa.string()),
        ("row_no", pa.int32()),
        ("id", pa.string()),
        ("name", pa.string()),
        ("kind", pa.string()),
        ("buyer", pa.string()),
        ("agency", pa.string()),
        ("platform", pa.string()),
        ("seat", pa.string()),
        ("runtime", pa.string()),
        ("start_date", pa.date32()),  # null: ASAP
        ("end_date", pa.date32()),
        ("impression_goal", pa.int64()),
        ("budget_eur", pa.decimal128(15, 2)),
        ("cpm_eur", pa.decimal128(10, 4)),
        ("placement", pa.string()),
        ("advertiser", pa.string()),
    ]
)
"""The canonical table of accepted rows."""

DESCRIBED_LINES = pa.schema([*LINES, pa.field("external_id", pa.string()), pa.field("cancelled", pa.bool_())])
"""The same of a list that has a description; `external_id` is null where it names its lines by UUIDs."""

WITHOUT_BUDGET = b"without_budget"
"""Key of the metadata of a stream of LINES: the rows without a budget column, as JSON: [sheet, first row, last row]."""


@dataclass(frozen=True)
class Findings:
    """Findings of a batch: at row position `at[i]`, in field number `field[i]` of LIST_FIELDS, `kinds[which[i]]`.

    The number after the last field is what stands beyond the header; those after it are `described_columns.FIELDS`.
    """

    at: Positions
    field: Positions
    which: Positions
    kinds: tuple[Finding, ...]


@dataclass(frozen=True)
class JudgedRows:
    """A batch with its verdicts. A row is skipped (total, note), or else rejected (it has an error) or acceptable."""

    row_no: pa.Array
    columns: Mapping[str, ReadColumn]
    skipped: Mask
    rejected: Mask
    findings: Findings
    described: DescribedRows | None = None

    @property
    def acceptable(self) -> Mask:
        """True for rows that may be loaded, as far as the row alone can tell."""
        return ~(self.skipped | self.rejected)


def judge(batch: pa.RecordBatch, readers: Readers, by: Described | None = None) -> JudgedRows:
    """Read the cells of a batch (`row_no`, and `<field>`, `<field>_kind` per column) and judge its rows.

    `by` is the description of the list and `readers` are of it; None: it is the present one.
    """
    cells = {field: cells_of(batch, field) if by is None else by.cells(batch, field) for field in LIST_FIELDS}
    columns: Mapping[str, ReadColumn] = {field: readers[field].read(cells[field]) for field in LIST_FIELDS}
    described = None if by is None else by.rows(batch, columns)
    columns = columns if described is None else described.columns
    blank = {field: column.blank for field, column in columns.items()}
    if by is None:
        beside = asides(cells, columns)
    else:
        if "start_date" in by.description.columns:
            cells["runtime"] = cells_of(batch, "start_date")
        beside = asides(cells, columns, by.description)
    skipped: Mask = np.zeros(batch.num_rows, bool)
    skipped[beside.totals] = skipped[beside.notes] = skipped[beside.headers] = True
    beyond = cells_of(batch, "beyond")
    too_long = (beyond.kind != CellKind.BLANK) & ~skipped
    rejected = np.zeros(batch.num_rows, bool)
    for field, read in columns.items():
        rejected |= read.faulty
        if field != "budget_eur":
            rejected |= blank[field]
    for _, read in () if described is None else described.more:
        rejected |= read.faulty
    rejected = (rejected | too_long) & ~skipped
    collected = _Collected(
        but_not=skipped | too_long
    )  # where a row's cells begin to stand in others, none is judged
    for number, listed in enumerate(LIST_COLUMNS):
        read = columns[listed.field]
        place = number if described is None else described.places.get(listed.field, number)
        collected.add(read.at, place, read.findings, read.which)
        if listed.required:
            absent = _missing(listed.header) if by is None else missing(by.description.header(listed.field))
            collected.add(np.flatnonzero(blank[listed.field]), number, (absent,))
    for number, read in () if described is None else described.more:
        collected.add(read.at, number, read.findings, read.which)
    mismatched, reasons = _budget_mismatches(columns)
    collected.add(mismatched, _BUDGET, reasons, np.arange(len(mismatched)))
    collected.but_not = ~skipped
    collected.add(beside.headers, _NAME, (_REPEATED_HEADER,))
    collected.add(beside.totals, beside.totals_at, (_TOTAL_ROW,))
    collected.add(beside.notes, beside.notes_at, (_NOTE_ROW,))
    collected.but_not = skipped
    collected.add(np.flatnonzero(too_long), BEYOND_NUMBER, (TOO_MANY_FIELDS,))
    return JudgedRows(batch.column("row_no"), columns, skipped, rejected, collected.findings(), described)


class _Collected:
    """Findings column by column, turned into row order at the end."""

    def __init__(self, but_not: Mask) -> None:
        self.but_not = but_not
        self._parts: list[tuple[Positions, Positions, Positions]] = []
        self._kinds: list[Finding] = []

    def add(
        self, at: Positions, number: int | Positions, kinds: Sequence[Finding], which: Positions | None = None
    ) -> None:
        """Note `kinds[which]` (default: the first) at these rows of field `number`, but for rows of `but_not`."""
        if not len(at):
            return
        if not kinds:
            return
        wanted = ~self.but_not[at]
        numbers = np.broadcast_to(np.asarray(number, np.int64), len(at))
        whiches = np.zeros(len(at), np.int64) if which is None else which
        self._parts.append((at[wanted], numbers[wanted], whiches[wanted] + len(self._kinds)))
        self._kinds.extend(kinds)

    def findings(self) -> Findings:
        if not self._parts:
            empty = np.empty(0, np.int64)
            return Findings(empty, empty, empty, ())
        at, number, which = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        return Findings(at, number, which, tuple(self._kinds))


_NAME = LIST_FIELDS.index("name")
_BUDGET = LIST_FIELDS.index("budget_eur")
BEYOND_NUMBER = len(LIST_FIELDS)
"""The number of the field that holds what stands in a row beyond its header."""

TOO_MANY_FIELDS = Finding(
    "too_many_fields",
    Severity.ERROR,
    "The row has more fields than the header: one of its values was cut in two, and the rest moved to the right.",
    "Put values that hold the separator (like 12,50) between quotation marks, or export with another separator."
    " If the last field is a remark, give its column a header.",
)

_TOTAL_ROW = Finding(
    "total_row",
    Severity.INFO,
    "This row has no ID and looks like a total: it is passed over.",
    "Nothing to do. If it is a line, give it its ID and its runtime.",
)
_REPEATED_HEADER = Finding(
    "repeated_header",
    Severity.INFO,
    "The header of the table stands here again: it is passed over.",
    "Nothing to do.",
)
_NOTE_ROW = Finding(
    "note_row",
    Severity.INFO,
    "This row has no ID and hardly anything that a line has: it is taken for a note and passed over.",
    "Nothing to do. If it is a line, give it its ID and its other fields.",
)


@cache
def _missing(header: str) -> Finding:
    hint = "Fill in the cell."
    if header == "Buyer":
        hint = "Fill in the buyer; write Not set if the line is a campaign without one."
    return Finding("missing_value", Severity.ERROR, f"The cell is blank, and {header} is required.", hint)


def _budget_mismatches(columns: Mapping[str, ReadColumn]) -> tuple[Positions, list[Finding]]:
    """Rows whose budget B is off the expected E = goal ÷ 1000 × CPM: |B − E| > 0.02 × E, in exact decimals."""
    budget, cpm = columns["budget_eur"].values, columns["cpm_eur"].values
    expected = pc.multiply(
        columns["impression_goal"].values.cast(pa.decimal128(19, 0)), cpm
    )  # a thousandfold
    promised = pc.multiply(budget, pa.scalar(1000, pa.decimal128(4, 0)))
    off = pc.abs(pc.subtract(promised, expected))
    mismatch = pc.greater(pc.multiply(off, pa.scalar(50, pa.decimal128(2, 0))), expected)
    rows = np.flatnonzero(mismatch.fill_null(False).to_numpy(zero_copy_only=False))
    given, wanted = budget.take(pa.array(rows)).to_pylist(), expected.take(pa.array(rows)).to_pylist()
    return rows, [
        Finding(
            "budget_mismatch",
            Severity.WARNING,
            f"The budget {asked:,.2f} {sign()} is more than 2 % off goal ÷ 1,000 × CPM, which is "
            f"{fitting:,.2f} {sign()}.",
            "Check goal, CPM and budget. It is no reason to reject the line.",
        )
        for asked, fitting in zip(given, (goal_value / 1000 for goal_value in wanted), strict=True)
    ]


def canonical(judged: JudgedRows, sheet: str | None, rows: Mask) -> pa.Table:
    """The canonical table of these acceptable rows of a judged batch."""

    def column(field: str) -> pa.Array:
        values = judged.columns[field].values
        return values if rows.all() else values.filter(pa.array(rows))

    name = column("name")
    parts = pc.extract_regex(name, NAME_PATTERN)
    placement = pc.utf8_trim_whitespace(parts.field("placement"))
    advertiser = pc.utf8_trim_whitespace(parts.field("advertiser"))
    told = pc.and_(parts.is_valid(), pc.and_(pc.not_equal(placement, ""), pc.not_equal(advertiser, "")))
    nothing = pa.scalar(None, pa.string())
    flight, buyer = column("runtime").flatten(), column("buyer").flatten()
    kind, more = buyer[1], []
    if judged.described is not None:
        mask = pa.array(rows)
        more = [judged.described.external_id.filter(mask), judged.described.cancelled.filter(mask)]
        kind = kind if judged.described.kind is None else judged.described.kind.filter(mask)
    row_no = judged.row_no if rows.all() else judged.row_no.filter(pa.array(rows))
    return pa.table(
        [
            pa.repeat(pa.scalar(sheet, pa.string()), len(name)),
            row_no,
            column("id"),
            name,
            *(kind, buyer[0], *buyer[2:]),
            *flight,
            column("impression_goal"),
            column("budget_eur"),
            column("cpm_eur"),
            pc.if_else(told, placement, nothing),
            pc.if_else(told, advertiser, nothing),
            *more,
        ],
        schema=LINES if judged.described is None else DESCRIBED_LINES,
    )


def _column(field: str, *checks: pandera.Check, nullable: bool = False) -> pandera.Column:
    return pandera.Column(pd.ArrowDtype(DESCRIBED_LINES.field(field).type), list(checks), nullable=nullable)


_PROMISED = {
    "sheet": _column("sheet", nullable=True),
    "row_no": _column("row_no", pandera.Check.ge(1)),
    "id": _column("id", pandera.Check.str_matches("^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$")),
    "name": _column("name", pandera.Check.str_length(1, LONGEST)),
    "kind": _column("kind", pandera.Check.isin(list(LineKind))),
    "buyer": _column("buyer", pandera.Check.str_length(1, LONGEST)),
    **{field: _column(field, nullable=True) for field in ("agency", "platform", "seat")},
    "runtime": _column("runtime", pandera.Check.str_length(15, 21)),
    "start_date": _column("start_date", nullable=True),
    "end_date": _column("end_date"),
    "impression_goal": _column("impression_goal", pandera.Check.in_range(int(GOAL.least), int(GOAL.most))),
    "budget_eur": _column("budget_eur", pandera.Check.in_range(BUDGET.least, BUDGET.most), nullable=True),
    "cpm_eur": _column("cpm_eur", pandera.Check.in_range(CPM.least, CPM.most)),
    "placement": _column("placement", nullable=True),
    "advertiser": _column("advertiser", nullable=True),
}
_PROMISED_MORE = {
    "external_id": _column("external_id", pandera.Check.str_length(1, LONGEST), nullable=True),
    "cancelled": _column("cancelled"),
}

_CHECKS = [
    pandera.Check(
        lambda lines: (lines["start_date"] <= lines["end_date"]).fillna(True), name="starts_before_it_ends"
    ),
]
_BY_BUYER = pandera.Check(
    lambda lines: (lines["buyer"] == "Not set") == (lines["kind"] == LineKind.CAMPAIGN), name="kind_of_buyer"
)
PROMISE, PROMISE_DESCRIBED, PROMISE_OTHER_KINDS = (
    pandera.DataFrameSchema(columns, checks=checks, strict=True, ordered=True, name="canonical lines")
    for columns, checks in (
        (_PROMISED, [*_CHECKS, _BY_BUYER]),
        (_PROMISED | _PROMISED_MORE, [*_CHECKS, _BY_BUYER]),
        (_PROMISED | _PROMISED_MORE, _CHECKS),
    )
)
"""What every canonical line keeps, whatever the sheet held. A breach is a fault of campfill, never of a file."""


def broken_promises(lines: pa.Table, *, by_buyer: bool = True) -> list[str]:
    """What in a canonical table breaks `PROMISE`, one sentence per column and check; [] where all is well.

    `by_buyer`: whether the buyer tells the kind, as it does but for lists whose description says otherwise.
    """
    promise = PROMISE_DESCRIBED if lines.num_columns > len(LINES) else PROMISE
    promise = promise if by_buyer else PROMISE_OTHER_KINDS
    frame = lines.to_pandas(types_mapper=pd.ArrowDtype)
    try:
        promise.validate(frame, lazy=True)
    except pandera.errors.SchemaErrors as breach:
        cases = breach.failure_cases
        counted = cases.groupby(["column", "check"], dropna=False).size()
        return [f"{column}: {check} ({count} rows)" for (column, check), count in counted.items()]
    return []
