"""What reading a file found: the data that passes from the parser process to validation and receipts.

Belongs here: frozen dataclasses and the meaning of their fields. Does not belong here: how anything is found.

A table's cells are not in these objects but in `TableFound.file`, an Arrow IPC *stream* with record batches
of at most 65,536 rows and the columns `row_no` int32, and for every recognised field `<field>` string (the
text of the cell, null where blank) and `<field>_kind` int8 (a `CellKind`). What stands in a row beyond the last
column with a header is its field `beyond`; an export's file also has `others`, the texts of all other columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from campfill_pipeline.domain import issue_codes
from campfill_pipeline.domain.cells import CellKind as CellKind
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.domain.proposals import Proposal
from campfill_pipeline.domain.uploads import UploadKind

Kinds = npt.NDArray[np.int8]
"""One `CellKind` for every row of a column."""


@dataclass(frozen=True)
class ParseLimits:
    """What one file may cost: bytes on disk and unpacked, memory, wall-clock time, cells."""

    max_bytes: int
    memory_mb: int
    seconds: float
    max_cells: int = 60_000_000
    max_inflated_bytes: int = 4_000_000_000


@dataclass(frozen=True, slots=True)
class ColumnFound:
    """A recognised column: its field, its position counted from 0, its header as found."""

    field: str
    index: int
    header: str


@dataclass(frozen=True, slots=True)
class TableFound:
    """One table. `header_row` and `last_row` count from 1; `headers`: of all columns, '' where blank.

    `rows` is the number of rows in `file`; `blank_rows` those left out between the header and `last_row`. Several
    tables of one sheet are blocks below each other. `near` maps columns that the header lacks to headers that may
    have been meant for them. `platform`: whose export it is, where it is an advertising platform's (export_forms).
    """

    sheet: str | None
    header_row: int
    columns: tuple[ColumnFound, ...]
    headers: tuple[str, ...]
    last_row: int
    rows: int
    blank_rows: int
    file: Path
    near: tuple[tuple[str, str], ...] = ()
    platform: str | None = None
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Corrected:
    """A corrected proposal: the description that it makes, as TOML, its name, and the upload whose list it is of."""

    name: str
    text: str
    upload: str


@dataclass(frozen=True, slots=True)
class CareRow:
    """A row of the sheet Care: by field, its text and the place of its cell."""

    texts: dict[str, str]
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class Parsed:
    """The outcome of reading one file. `reason` is None, or the contract's code for an unusable file.

    `kind` is `campaign_list`, `report_csv` or `unknown`; `format` is `xlsx`, `xlsm`, `csv`, … or `unknown`.
    `unread_sheets` are visible ones that hold IDs, but no table that could be read beside the others.
    `read_by` is the name of the list description it was read by; None for the present list and for exports.
    `proposal` says how a list that no description reads may be read; `corrected` is what a person made of one.
    `care`: the rows of a sheet Care; None for anything else.
    """

    kind: str
    reason: str | None
    message: str
    hint: str
    format: str
    tables: tuple[TableFound, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    unread_sheets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    content_date: datetime | None = None
    read_by: str | None = None
    proposal: Proposal | None = None
    corrected: Corrected | None = None
    care: tuple[CareRow, ...] | None = None


@dataclass(frozen=True, slots=True)
class RawCell:
    """One cell of an original row, for the receipt: its text ('' where blank) and its kind."""

    text: str
    kind: CellKind


BEYOND = "beyond"
OTHERS = "others"


class UnreadableError(CampfillError):
    """A file cannot be used. `reason` is a contract code."""

    def __init__(self, reason: str, problem: str, mend: str, *, kind: str = UploadKind.UNKNOWN) -> None:
        issue_codes.check_reason(reason)
        self.reason, self.kind = reason, kind
        super().__init__(problem, mend)
