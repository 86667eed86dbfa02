"""Goals of a list's new or changed lines that need more than their sites ever gave: a warning at the goal's cell.

Belongs here: which rows are asked about, and the warnings. Does not belong here: the rule (`domain/unlikely_goals`),
what was delivered where (`Past`, from the warehouse).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.cells import column_letters
from campfill_pipeline.domain.column_reading import Positions
from campfill_pipeline.domain.issues import Issue, Severity
from campfill_pipeline.domain.unlikely_goals import WEEK, Best, judge, run_of, sentence
from campfill_pipeline.intake.findings import TableFound
from campfill_pipeline.intake.judge import issue_files

CODE = "unlikely_goal"
HINT = "Check the goal and the flight, or book more sites. It is no reason to reject the line."

Place = tuple[str | None, int]
"""A placement (None: any), and days in a row."""
Warnings = dict[int, list[tuple[Issue, int]]]
"""With their column's position, by the number of the batch of accepted lines they belong to."""
Terms = tuple[int, date | None, date, str | None]
"""Goal, start (None: ASAP), end, placement."""


class Past(Protocol):
    """What was delivered until today, and what is known of listed lines."""

    @property
    def today(self) -> date:
        """The local day on which the list is read."""

    def best(self, needs: Mapping[Place, Decimal]) -> Mapping[Place, Best]:
        """The best run of each place; nothing where history is thin. `needs`: the most that is needed there."""

    def new_or_changed(self, lines: Mapping[str, Terms]) -> set[str]:
        """Of these lines, by id, those that are new or have other terms, and for which nothing was delivered yet."""


@dataclass(frozen=True)
class Said:
    """Where this was said of an upload that is decided already: what is read again tells the same again."""

    issues: Sequence[Issue]


def unlikely_goals(lines: Path, tables: Sequence[TableFound], past: Past | Said | None) -> Warnings:
    """Warnings about the accepted lines of a list; none where nothing is known of the past (None)."""
    if past is None:
        return {}
    if isinstance(past, Said):
        return _said_again(lines, tables, past.issues)
    best = past.best(_needs(lines, past.today))
    found: Warnings = {}
    for number, batch in enumerate(issue_files.batches(lines)) if best else ():
        doubtful = dict(_doubtful(batch, past.today, best))
        wanted = (
            past.new_or_changed({_id(batch, at): _terms(batch, at) for at in doubtful}) if doubtful else ()
        )
        for at, message in doubtful.items():
            if _id(batch, at) in wanted:
                found.setdefault(number, []).extend(_warnings(batch, at, tables, message))
    return found


def _said_again(lines: Path, tables: Sequence[TableFound], issues: Sequence[Issue]) -> Warnings:
    messages = {(issue.sheet, issue.row): issue.message for issue in issues}
    found: Warnings = {}
    for number, batch in enumerate(issue_files.batches(lines)) if messages else ():
        places = zip(batch.column("sheet").to_pylist(), batch.column("row_no").to_pylist(), strict=True)
        for at, place in enumerate(places):
            if place in messages:
                found.setdefault(number, []).extend(_warnings(batch, at, tables, messages[place]))
    return found


def _needs(lines: Path, today: date) -> dict[Place, Decimal]:
    """The most that is needed at each place by lines that have not begun."""
    most: dict[Place, float] = {}
    for batch in issue_files.batches(lines):
        for place, need in _most(batch, today):
            most[place] = max(most.get(place, 0.0), need)
    return {place: Decimal(need) for place, need in most.items()}


def _most(batch: pa.RecordBatch, today: date) -> Iterator[tuple[Place, float]]:
    upcoming, days = _upcoming(batch, today)
    if not len(upcoming):
        return
    run = np.minimum(days, WEEK)
    goal = batch.column("impression_goal").to_numpy(zero_copy_only=False)[upcoming].astype(float)
    table = pa.table(
        {
            "placement": batch.column("placement").take(pa.array(upcoming)),
            "run": run,
            "need": goal * run / days,
        }
    )
    for row in table.group_by(["placement", "run"]).aggregate([("need", "max")]).to_pylist():
        yield (row["placement"], row["run"]), row["need_max"]


def _upcoming(batch: pa.RecordBatch, today: date) -> tuple[Positions, Positions]:
    """Positions of lines that start today or later, and their flight days; ASAP starts today."""
    start = pc.fill_null(batch.column("start_date"), pa.scalar(today, pa.date32()))
    days = pc.add(pc.subtract(batch.column("end_date").cast("int32"), start.cast("int32")), 1)
    asked = pc.and_(pc.greater_equal(start, pa.scalar(today, pa.date32())), pc.greater(days, 0))
    if batch.schema.get_field_index("cancelled") >= 0:
        asked = pc.and_(asked, pc.invert(pc.fill_null(batch.column("cancelled"), False)))
    at = np.flatnonzero(pc.fill_null(asked, False).to_numpy(zero_copy_only=False))
    return at, days.to_numpy(zero_copy_only=False)[at].astype(np.int64)


def _doubtful(batch: pa.RecordBatch, today: date, best: Mapping[Place, Best]) -> Iterable[tuple[int, str]]:
    """Positions of lines that need more than the best run, with the sentence. Floats first: there may be a million."""
    upcoming, days = _upcoming(batch, today)
    if not len(upcoming):
        return
    run = np.minimum(days, WEEK)
    goal = batch.column("impression_goal").to_numpy(zero_copy_only=False)[upcoming].astype(float)
    gave = {place: float(found.impressions) for place, found in best.items()}
    placements = batch.column("placement").take(pa.array(upcoming)).to_pylist()
    most = np.array([gave.get(place, np.inf) for place in zip(placements, run.tolist(), strict=True)])
    for position in np.flatnonzero(goal * run / days > most * 0.999_999).tolist():
        at, flight_days = int(upcoming[position]), int(days[position])
        whole_goal, _, _, placement = _terms(batch, at)
        found = judge(whole_goal, flight_days, placement, best.get((placement, run_of(flight_days))))
        if found is not None:
            yield at, sentence(found)


def _id(batch: pa.RecordBatch, at: int) -> str:
    text: str = batch.column("id")[at].as_py()
    return text


def _terms(batch: pa.RecordBatch, at: int) -> Terms:
    goal, start, end, placement = (
        batch.column(name)[at].as_py() for name in ("impression_goal", "start_date", "end_date", "placement")
    )
    return goal, start, end, placement


def _warnings(
    batch: pa.RecordBatch, at: int, tables: Sequence[TableFound], message: str
) -> Iterator[tuple[Issue, int]]:
    sheet, row = batch.column("sheet")[at].as_py(), batch.column("row_no")[at].as_py()
    for table in tables:
        if table.sheet != sheet or not table.header_row < row <= table.last_row:
            continue
        column = next((column for column in table.columns if column.field == "impression_goal"), None)
        if column is not None:
            yield Issue(
                sheet, f"{column_letters(column.index)}{row}", row, column.header,
                str(batch.column("impression_goal")[at].as_py()), CODE, Severity.WARNING, message, HINT,
            ), column.index  # fmt: skip
