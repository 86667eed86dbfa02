"""Units that stand beside a table and not in its header: `in Tsd.` below “Impression goal”, `Angaben in TEUR` above it.

Belongs here: finding them and refusing the file, whose figures would be read a thousandfold too small. Does not belong
here: what a header itself says (`layout.py`), how a cell is shown (`xlsx/number_formats.py`).
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.proposals import is_scaled
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.intake import refusals
from campfill_pipeline.intake.findings import CellKind, TableFound

_FIGURES = {"impression_goal": "goal", "budget_eur": "budget", "cpm_eur": "cpm", "impressions": "goal"}
_OF_ALL = re.compile(
    r"\b(?:in|en|alle|all|angaben|figures|values|amounts|valeurs|cifras|beträge)\b([^0-9]*)", re.I
)
_NO_NUMBER = r"^[^0-9]*(?:[(']?000s?[)']?)?[^0-9]*$"


def check_units(table: TableFound, kind: str) -> None:
    """Raise UnreadableError where a row without figures, or a line above the table, gives them another unit."""
    if kind not in (UploadKind.CAMPAIGN_LIST, UploadKind.REPORT_CSV):
        return
    for text in table.above:
        for said in _OF_ALL.finditer(text):
            if is_scaled("budget", said[1]):
                raise refusals.other_unit(text.strip())
    figures = [column for column in table.columns if column.field in _FIGURES]
    with pa.memory_map(str(table.file)) as source, pa.ipc.open_stream(source) as reader:
        for batch in reader:
            for column in figures:
                texts = batch.column(column.field)
                words = pc.equal(batch.column(f"{column.field}_kind"), CellKind.TEXT)
                at = np.flatnonzero(
                    pc.and_(words, pc.fill_null(pc.match_substring_regex(texts, _NO_NUMBER), False))
                )
                for place in at.tolist():
                    if is_scaled(_FIGURES[column.field], str(texts[place])):
                        row = int(batch.column("row_no")[place].as_py())
                        raise refusals.other_unit(str(texts[place]).strip(), row, column.header)
