"""Takes the first steps of reading once, so that every fork finds patterns compiled and kernels loaded.

Why: they cost 30 ms, more than reading a list of 300 rows. Does not belong here: anything a result depends on.
"""

from __future__ import annotations

import pyarrow as pa

from campfill_pipeline.domain.cells import column_letters
from campfill_pipeline.domain.columns import LIST_FIELDS
from campfill_pipeline.intake.tables import TableWriter
from campfill_pipeline.intake.xlsx.cells import CellReader
from campfill_pipeline.intake.xlsx.sheet_rows import SheetScan
from campfill_pipeline.intake.xlsx.xml_parts import NAMESPACES

_CELLS = ('t="s"><v>0</v></c>', "><v>1.5</v></c>", 't="str"><v>a</v></c>')


def warm_up() -> None:
    """Read a sheet of the usual layout from memory, with every usual kind of cell, and write it nowhere."""
    rows = ""
    for number in (1, 2):
        cells = (f'<c r="{column_letters(index)}{number}" {_CELLS[index * number % 3]}' for index in range(7))
        rows += f'<row r="{number}">{"".join(cells)}</row>'
    data = [f'<worksheet xmlns="{NAMESPACES[0]}"><sheetData>{rows}</sheetData></worksheet>'.encode()]
    scan = SheetScan(CellReader(pa.array(["a"], pa.large_string()), {}, date1904=False), range(7))
    with TableWriter(pa.BufferOutputStream(), LIST_FIELDS) as writer:
        for block in scan.blocks(lambda: lambda _count: data.pop() if data else b""):
            writer.add(block.numbers, block.columns, block.anything)
