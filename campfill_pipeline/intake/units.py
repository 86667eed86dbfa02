"""Units that stand beside a table and not in its header: `in Tsd.` below “Impression goal”, `Angaben in TEUR` above it.

Belongs here: finding them and refusing the file, whose figures would be read a thousandfold too small. Does not belong
here: what a header itself says (`layout.py`), how a cell is shown (`xlsx/number_formats.py`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.proposals import is_scaled
from campfill_pipeline.intake import refusals
from campfill_pipeline.intake.findings import CellKind, ColumnFound, TableFound

_FIGURES = {"impression_goal": "goal", "budget_eur": "budget", "cpm_eur": "cpm", "impressions": "goal"}
_OF_ALL = re.compile(
    r"\b(?:in|en|alle|all|angaben|figures|values|amounts|valeurs|cifras|beträge)\b([^0-9]*)", re.I
)
_NO_NUMBER = r"^[^0-9]*(?:[(']?000s?[)']?)?[^0-9]*$"


def check_units_above(table: TableFound) -> None:
    """Raise UnreadableError where a line above the table gives all its figures another unit."""
    for text in table.above:
        for said in _OF_ALL.finditer(text):
            if is_scaled("budget", said[1]):
                raise refusals.other_unit(text.strip())


def check_units_among(
    batch: pa.RecordBatch, at: npt.NDArray[np.int64], columns: Sequence[ColumnFound]
) -> None:
    """Raise UnreadableError where one of the rows at these places, none of them a line, gives a column another unit.

    A line says such a thing of itself at most (`k.A.`, `10 Tsd.`): it is an error of that cell alone.
    """
    for column in columns:
        if column.field not in _FIGURES:
            continue
        texts = batch.column(column.field).take(pa.array(at))
        words = pc.equal(batch.column(f"{column.field}_kind").take(pa.array(at)), CellKind.TEXT)
        units = pc.and_(words, pc.fill_null(pc.match_substring_regex(texts, _NO_NUMBER), False))
        for place in np.flatnonzero(units).tolist():
            text = str(texts[place])
            if is_scaled(_FIGURES[column.field], text):
                row = int(batch.column("row_no")[at[place]].as_py())
                raise refusals.other_unit(text.strip(), row, column.header)
