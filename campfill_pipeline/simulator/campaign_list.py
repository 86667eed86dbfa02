"""The simulated campaign list: a workbook as a person drops it, with all notations and a known set of faults.

Belongs here: the file and the truth about each of its rows. Does not belong here: what the lines are
(`roster`).

Version 1 is the list of the day. Version 2 comes later: some lines have changed, some are new, some are gone,
and half of the faulty rows have been mended. Version 3 is a copy of version 2 that somebody worked on by
hand: title rows, another order of columns, a column of remarks.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import xlsxwriter

from campfill_pipeline.domain.issues import Severity
from campfill_pipeline.domain.kinds import LineKind
from campfill_pipeline.simulator import notations
from campfill_pipeline.simulator.list_faults import ListFault, ListTruth, budget_mismatched, make_marks
from campfill_pipeline.simulator.notations import Cell
from campfill_pipeline.simulator.roster import WorldLine
from campfill_pipeline.simulator.world import World

SHEET = "Campaign list"
HEADERS: dict[str, str] = {
    "name": "Deal/Campaign name",
    "runtime": "Runtime",
    "impression_goal": "Impression goal",
    "budget_eur": "Budget €",
    "cpm_eur": "CPM €",
    "id": "Deal/Campaign ID",
    "buyer": "Buyer",
}
"""The seven fields in the order of the export, with its header texts."""

Cells = dict[str, Cell]


def edited_lines(world: World, version: int) -> tuple[WorldLine, ...]:
    """The lines that this version of the list holds, as they are to be read from it, in list order."""
    if version == 1:
        return tuple(line for line in world.lines if line.id not in world.odd.late)
    rng = np.random.default_rng([world.seed, 9])
    lines = list(world.lines)
    for line in _some(lines, "scheduled", 25, rng):
        lines[line.index] = replace(line, goal=line.goal + 1_000, budget=None)
    for line in _some(lines, "scheduled", 10, rng):
        lines[line.index] = replace(lines[line.index], end=line.end + timedelta(7))
    for line in _some(lines, "live", 15, rng):
        lines[line.index] = replace(line, cpm=line.cpm + Decimal("0.25"), budget=None)
    marks = make_marks(world)
    marked = {*marks.damages, *marks.rounded, *marks.repeated, *marks.near_misses, marks.contradicted}
    past = [line for line in _some(lines, "past", 60, rng) if line.id not in marked]
    for line in past[:5]:
        lines[line.index] = replace(line, name=f"{line.name} final")
    gone = {line.id for line in past[5:13]}
    return tuple(line for line in lines if line.id not in gone)


def _some(lines: list[WorldLine], era: str, number: int, rng: np.random.Generator) -> list[WorldLine]:
    members = [line for line in lines if line.era == era]
    return [members[int(i)] for i in rng.permutation(len(members))[:number]]


def _cells(line: WorldLine, rng: np.random.Generator) -> Cells:
    return {
        "name": notations.text_cell(line.name, rng),
        "runtime": notations.runtime_cell(line.runtime, rng),
        "impression_goal": notations.goal_cell(line.goal, rng),
        "budget_eur": notations.budget_cell(line.budget, rng),
        "cpm_eur": notations.price_cell(line.cpm, rng),
        "id": notations.id_cell(line.id, rng),
        "buyer": notations.text_cell(line.buyer, rng) if line.kind == LineKind.DEAL else line.buyer,
    }


@dataclass
class _Sheet:
    """A list in the making: its rows, and what is known about them."""

    first_row: int
    rows: list[Cells]
    faults: list[ListFault]
    accepted: dict[str, WorldLine]
    skipped: int = 0

    def add(self, cells: Cells) -> int:
        self.rows.append(cells)
        return self.first_row + len(self.rows) - 1

    def blame(self, row: int, field: str, code: str, severity: str = "error") -> None:
        self.faults.append(ListFault(row, field, code, severity))


def _compose(world: World, version: int, first_row: int) -> _Sheet:
    """All rows of a version, with its faults; later versions have half of the damages mended."""
    lines = edited_lines(world, version)
    marks = make_marks(world)
    damages = dict(list(marks.damages.items())[:: 1 if version == 1 else 2])
    contradicted = marks.contradicted if version == 1 else None

    sheet = _Sheet(first_row, [], [], {})
    for line in lines:
        cells = _cells(line, np.random.default_rng([world.seed, version, line.index]))
        row = sheet.first_row + len(sheet.rows)
        if line.id in damages:
            damage = damages[line.id]
            cells[damage.field] = damage.value
            sheet.blame(row, damage.field, damage.code)
        elif line.id == contradicted:
            sheet.blame(sheet.add(dict(cells)), "id", "duplicate_id")
            cells["name"] = f"{line.name} (2)"
            sheet.blame(sheet.first_row + len(sheet.rows), "id", "duplicate_id")
        else:
            if line.id in marks.rounded:
                cells["cpm_eur"] = float(line.cpm + Decimal("0.000045"))
                sheet.blame(row, "cpm_eur", "rounded", "warning")
            if line.id in marks.near_misses:
                cells["buyer"] = marks.near_misses[line.id]
                sheet.blame(row, "buyer", "buyer_spelling", "warning")
            if budget_mismatched(line):
                sheet.blame(row, "budget_eur", "budget_mismatch", "warning")
            sheet.accepted[line.id] = line
        sheet.add(cells)
        if line.id in marks.repeated:
            sheet.blame(sheet.add(dict(cells)), "id", "duplicate_row", "warning")
            sheet.skipped += 1
    total: Cells = {"name": "Summe", "impression_goal": sum(line.goal for line in lines)}
    sheet.blame(sheet.add(total), "name", "total_row", "info")
    sheet.skipped += 1
    return sheet


def list_truth(world: World, version: int = 1) -> ListTruth:
    """The truth about the workbook that `write_campaign_list` writes for the same version."""
    return _truth(_compose(world, version, _first_row(version)))


def _first_row(version: int) -> int:
    return 5 if version == 3 else 2


def _truth(sheet: _Sheet) -> ListTruth:
    rejected = Counter(fault.row for fault in sheet.faults if fault.severity == Severity.ERROR)
    return ListTruth(
        accepted=sheet.accepted,
        faults=tuple(sheet.faults),
        rows_read=len(sheet.rows) - sheet.skipped,
        rows_rejected=len(rejected),
        rows_skipped=sheet.skipped,
    )


def write_campaign_list(world: World, path: Path, *, version: int = 1) -> ListTruth:
    """Write the list as a workbook, 7,057 rows in version 1, and give the truth about it. The same bytes
    every time.
    """
    sheet = _compose(world, min(version, 2), _first_row(version))
    columns = list(HEADERS)
    if version == 3:
        columns = ["id", "name", "remark", "buyer", "runtime", "impression_goal", "cpm_eur", "budget_eur"]
    created = datetime.combine(world.today, time(6), UTC).replace(tzinfo=None)
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        book.set_properties({"title": SHEET, "created": created})
        page = book.add_worksheet(SHEET)
        if version == 3:
            page.write_string(0, 0, f"Campaign list, as of {world.today:%d.%m.%Y}")
            page.write_string(1, 0, "checked by hand, remarks in column C")
        page.set_column(0, len(columns) - 1, 22)
        header = book.add_format({"bold": True})
        page.write_row(sheet.first_row - 2, 0, [HEADERS.get(name, "Remark") for name in columns], header)
        for number, cells in enumerate(sheet.rows, start=sheet.first_row - 1):
            for column, field in enumerate(columns):
                _write(page, number, column, cells.get(field))
    return _truth(sheet)


def _write(page: xlsxwriter.worksheet.Worksheet, row: int, column: int, cell: Cell) -> None:
    if cell == "=1/0":
        page.write_formula(row, column, cell, value="#DIV/0!")
    elif isinstance(cell, str):
        page.write_string(row, column, cell)
    elif cell is not None:
        page.write_number(row, column, cell)
