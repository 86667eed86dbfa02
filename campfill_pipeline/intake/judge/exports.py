"""The reporting CSV export, dropped into the inbox: the same rows as the API's, through the same rules.

Belongs here: verdicts on an export's rows, with the address of every issue. Does not belong here: reading files
(intake/), the reading of values (domain/report_rows.py), storing (warehouse/).

An export counts hours in UTC. It may name sites; where it does not, its site is ''. The notation of its numbers is
decided by the column, as in campaign lists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain import numbers as numbers_rules
from campfill_pipeline.domain import report_hours, report_rows
from campfill_pipeline.domain.asides import headers_again, total_start, total_word
from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.columns import Column, export_column
from campfill_pipeline.domain.described_exports import DescribedExport
from campfill_pipeline.domain.errors import BrokenPromiseError
from campfill_pipeline.domain.issues import Severity
from campfill_pipeline.domain.line_columns import notations_shown
from campfill_pipeline.domain.progress import Progress
from campfill_pipeline.domain.report_rows import CANONICAL, Notation, Refusal, RefusedKey, RefusedRow
from campfill_pipeline.domain.report_schema import broken_promises
from campfill_pipeline.domain.site_sums import SiteSums
from campfill_pipeline.domain.uploads import status_of
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake.findings import OTHERS
from campfill_pipeline.intake.judge import (
    described_exports,
    export_days,
    export_issues,
    export_keys,
    issue_files,
    platform_exports,
    refused_rows,
)
from campfill_pipeline.intake.judge.described_exports import DescribedTable
from campfill_pipeline.intake.judge.platform_exports import Shown

if TYPE_CHECKING:
    from campfill_pipeline.intake.findings import Parsed, TableFound

"""Called with the rows judged so far and the rows to judge."""

_UTC = ZoneInfo("UTC")
_FORMATS = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y")
Span = tuple[datetime, datetime]
_ANY = RefusedKey(None, None, None, None, False)  # an error cell may stand for anything
_FIELDS = {  # of the file → of report_rows
    "date": "hour",
    "campaign_name": "campaign_name",
    "campaign_id": "campaign_id",
    "deal_name": "deal_name",
    "deal_id": "deal_id",
    "campaign_purchase_type": "campaign_purchase_type",
    "deal_purchase_type": "deal_purchase_type",
    "impressions": "impressions",
    "site": "site",
    "bids": "bids",
    "wins": "wins",
    "plays": "plays",
}
_NUMBERS = ("impressions", "bids", "wins", "plays")
_FEW = 3
_FILE_FIELD = {field: name for name, field in _FIELDS.items()}


@dataclass
class _Counts:
    accepted: int = 0
    rejected: int = 0
    skipped: int = 0
    refused: list[RefusedRow] = field(default_factory=list)


def validate_export(
    parsed: Parsed,
    work: Path,
    *,
    progress: Progress | None = None,
    possible: Span | None = None,
    zone: ZoneInfo = _UTC,
    daily: bool = False,
    sum_site: str | None = None,
    by: DescribedExport | None = None,
) -> Verdict:
    """Judge every row of an export, and write `rows.arrow`, `issues.arrow` and `refused.arrow` to `work`.

    `zone`: in which days and hours of a platform's export are taken, which does not say in which they are. `possible`:
    the hours that delivery can be of; a row of another time has a mistyped date and is rejected. `daily`: by the user's
    word its rows are whole days. `sum_site`: the site that is the sum of the others, as a first look showed. `by`: the
    house's description that the file was read by.
    A file that could not be read (`parsed.reason`) gives an empty result with that reason.
    """
    work.mkdir(parents=True, exist_ok=True)
    tables = parsed.tables if parsed.reason is None else ()
    candidates, rows, issues = work / "candidates.arrow", work / "rows.arrow", work / "issues.arrow"
    counts, found, seen = _Counts(), list[export_issues.Found](), export_keys.KeysSeen()
    total, done = sum(table.rows for table in tables), 0
    by_day, sites = False, SiteSums()
    added = by is not None and by.same_key == "sum"
    with issue_files.writer(candidates, CANONICAL) as file:
        for number, table in enumerate(tables):
            described = DescribedTable(table, by) if by is not None else None
            if described is not None:
                shown = described.shown(zone)
                midnights = shown.midnights
            elif table.platform is None:
                shown, midnights = _shown(table, zone, daily), export_days.midnights(table, _FORMATS, zone)
            else:
                shown = platform_exports.shown(table, zone)
                midnights = shown.midnights
            if shown.notation.granularity == "day":
                midnights = export_days.Midnights()
            by_day |= shown.notation.granularity == "day"
            refusal: export_days.OfAll | None = midnights.refused if midnights.are_days else None
            if shown.notation.granularity != "day" and export_days.hours_from_one(table):
                refusal = export_days.not_placed(export_days.hour_field(table))
            if table.platform is not None:
                refusal = platform_exports.refusal(shown) or refusal
                found += platform_exports.told(table, number, shown, zone, None if by is None else by.title)
            if described is not None:
                found += described.other_zone(number, shown)
            sums, first = platform_exports.Sums(table, number, shown.notation.numbers), True
            batches = issue_files.batches(table.file) if described is None else described.batches()
            for batch in batches:
                judged, fresh = _judge(
                    batch, table, number, shown, counts, possible, refusal, sum_site, described
                )
                others = batch.column(OTHERS).take(judged.positions) if OTHERS in batch.schema.names else None
                others = None if by is not None and by.same_key == "once" else others
                if not added:
                    seen.note(judged.table, number, batch.column("row_no").take(judged.positions), others)
                file.write_batch(issue_files.one_batch(judged.table))
                if judged.table.num_rows:
                    sites.note(judged.table)
                found += fresh
                if first and midnights.days == 1 and judged.table.num_rows:
                    found.append(midnights.doubtful(export_issues.Columns(table, number, batch)))
                    first = False
                sums.note(batch, judged.table, fresh)
                done += batch.num_rows
                if progress is not None:
                    progress(done, total)
            found += sums.differing()
    if sum_site is None and (summed := sites.sum_of_the_others()) is not None:
        again = {"progress": progress, "possible": possible, "zone": zone, "daily": daily, "by": by}
        return validate_export(parsed, work, sum_site=summed, **again)  # type: ignore[arg-type]
    if added:
        described_exports.summed(candidates)
    with issue_files.writer(rows, CANONICAL) as file:
        for batch, repeats in seen.repeats(issue_files.batches(candidates)):
            if breaches := broken_promises(pa.Table.from_batches([batch])):
                raise BrokenPromiseError("rows", breaches)
            file.write_batch(batch)
            for repeat in repeats:
                found.append(export_issues.repeated(tables[repeat.table], repeat))
                counts.accepted -= 1
                counts.rejected += repeat.differs
                counts.skipped += not repeat.differs
                if repeat.differs:
                    key = RefusedKey(repeat.hour_utc, repeat.site, repeat.campaign_id, repeat.deal_id, True)
                    counts.refused.append(_refused_row(repeat.row_no, found[-1], key))
    candidates.unlink()
    refused_rows.write(work / "refused.arrow", counts.refused)
    counts.skipped += sum(table.blank_rows for table in tables)
    severities = export_issues.write(issues, found, parsed.hidden_sheets, parsed.unread_sheets)
    accepted, rejected = counts.accepted, counts.rejected
    return Verdict(
        lines=rows,
        issues=issues,
        rows_read=accepted + rejected,
        rows_accepted=accepted,
        rows_rejected=rejected,
        rows_skipped=counts.skipped,
        status=status_of(accepted, rejected),
        reason=None if accepted else (parsed.reason or "no_rows"),
        errors=severities[Severity.ERROR],
        warnings=severities[Severity.WARNING],
        infos=severities[Severity.INFO],
        refused=work / "refused.arrow",
        by_day=by_day,
        whole=by is not None and by.whole,
    )


@dataclass(frozen=True)
class _Judged:
    table: pa.Table
    positions: pa.Array


def _shown(table: TableFound, zone: ZoneInfo, daily: bool) -> Shown:
    numbers: set[numbers_rules.Notation] = set()
    hours = False
    for batch in issue_files.batches(table.file):
        kinds = batch.column("impressions_kind").to_numpy(zero_copy_only=False)
        numbers |= notations_shown(batch.column("impressions"), kinds)
        dates = pc.equal(batch.column("date_kind"), int(CellKind.DATE))
        hours |= bool(pc.any(pc.and_(dates, pc.match_substring(batch.column("date"), "T"))).as_py())
    notation = str(numbers.pop()) if len(numbers) == 1 else None
    if daily and not any(column.field == "hour_of_day" for column in table.columns):
        return Shown(Notation(notation, zone, "day", _FORMATS), hours=False)  # type: ignore[arg-type]
    return Shown(Notation(notation, granularity="full hour", formats=_FORMATS), hours)  # type: ignore[arg-type]


def _judge(
    batch: pa.RecordBatch,
    table: TableFound,
    number: int,
    shown: Shown,
    counts: _Counts,
    possible: Span | None,
    of_all: export_days.OfAll | None,
    sum_site: str | None,
    described: DescribedTable | None,
) -> tuple[_Judged, list[export_issues.Found]]:
    """Accepted rows of a batch with their positions in it, and what was found in all of them.

    `of_all`: the error at each row, where none of the table can be believed. `described`: the table by the house's
    own description.
    """
    columns = export_issues.Columns(table, number, batch)
    raw = {field: columns.values(name) for name, field in _FIELDS.items()}
    if described is not None:
        raw["hour"] = pc.utf8_trim_whitespace(batch.column("date"))
    else:
        raw["hour"] = _hours(batch, shown) if table.platform is None else platform_exports.hours(batch)
    read = report_rows.canonical(raw, shown.notation, labels=columns.labels(_FIELDS))
    if possible is not None:
        read = report_rows.possible(read, *possible, columns.labels(_FIELDS)["hour"])
    found: list[export_issues.Found] = []
    if described is None:
        dated, recognise = list(map(_begins_with_digit, columns.texts("date").to_pylist())), export_column
    else:
        dated, recognise = described.dated(columns, shown.notation), described.recognise
    skipped = dict(_asides(batch, columns, dated, recognise))
    if table.platform is not None:
        skipped |= dict(platform_exports.notes(columns, dated))
    if described is not None:
        skipped |= dict(described.asides(columns))
    beyond = {index: [one] for index, one in columns.too_many_fields()}
    spoiled = dict(columns.spoiled_cells()) | beyond
    if of_all is not None:
        spoiled = {index: [of_all(columns, index)] for index in range(batch.num_rows)} | spoiled
    periods = platform_exports.periods(columns)
    sums = () if described is not None and described.by.without_site == "add" else columns.without_site()
    odd = chain(columns.spoiled_ids(), sums, columns.of_site(sum_site), periods)
    for index, one in odd:
        if index not in beyond:
            spoiled.setdefault(index, []).append(one)
    refused = {row.row - 1: row for row in read.refused}
    for index, row in refused.items():
        if index not in skipped and index not in spoiled:
            found += [
                columns.refusal(index, _FILE_FIELD[reason.field], _mended(reason)) for reason in row.reasons
            ]
    found += skipped.values()
    for index, several in spoiled.items():
        if index not in skipped:
            found += several
    for remark in read.remarks:
        for position in remark.rows:
            if position - 1 not in skipped and position - 1 not in refused and position - 1 not in spoiled:
                found.append(columns.remark(position - 1, remark))
    bad = {*refused, *spoiled} - skipped.keys()
    numbers = batch.column("row_no")
    counts.refused += [
        _refused_row(numbers[index].as_py(), spoiled[index][0], _ANY)
        if index in spoiled
        else replace(refused[index], row=numbers[index].as_py())
        for index in sorted(bad)
    ]
    leave = np.zeros(batch.num_rows, bool)
    leave[[*bad, *skipped]] = True
    keep = pc.invert(pa.array(leave).take(read.positions))
    accepted = read.table.filter(keep)
    counts.accepted += accepted.num_rows
    counts.rejected += len(bad)
    counts.skipped += len(skipped)
    return _Judged(accepted, read.positions.filter(keep)), found


def _begins_with_digit(text: str | None) -> bool:
    return bool(text) and str(text)[:1].isdigit()


def _mended(reason: Refusal) -> Refusal:
    """A date without an hour may be meant as a whole day: the hint says how to say so."""
    names_a_day = reason.code == "not_on_the_hour" and "names a day" in reason.message
    return replace(reason, hint=export_days.HINT) if names_a_day else reason


def _hours(batch: pa.RecordBatch, shown: Shown) -> pa.Array:
    """The hours as texts: those of two columns as one, and a sheet's midnights, which its cells show as bare dates."""
    days = batch.column("date")
    if shown.hours:
        cells = pc.equal(batch.column("date_kind"), int(CellKind.DATE))
        midnight = pc.and_(cells, pc.invert(pc.match_substring(days, "T"))).fill_null(False)
        days = pc.if_else(midnight, pc.binary_join_element_wise(days, "T00:00:00", ""), days)
    if "hour_of_day" not in batch.schema.names:
        return days
    hours = batch.column("hour_of_day").to_pylist()
    return pa.array(map(report_hours.with_hour, days.to_pylist(), hours), pa.string())


def _refused_row(row_no: int, found: export_issues.Found, key: RefusedKey) -> RefusedRow:
    reason = Refusal("", found.header or "", found.value, found.code, found.message, found.hint)
    return RefusedRow(row_no, (reason,), "", key)


def _asides(
    batch: pa.RecordBatch,
    columns: export_issues.Columns,
    dated: Sequence[bool],
    recognise: Callable[[str], Column | None],
) -> Iterator[tuple[int, export_issues.Found]]:
    """Rows that are no report rows: totals below the table, notes beside it, the header again. They have no id.

    `dated`: whether a row's date looks like one; `recognise`: which column a header names.
    """
    texts = {name: columns.texts(name) for name in _FIELDS}
    again = headers_again(
        {name: batch.column(name) for name in _FIELDS if name in batch.schema.names}, recognise
    )
    for index in np.flatnonzero(again).tolist():
        yield index, columns.header_again(index, "date")
    word = {name: total_word(column) | total_start(column) for name, column in texts.items()}
    no_id = pc.and_(pc.is_null(texts["campaign_id"]), pc.is_null(texts["deal_id"]))
    odd = word["campaign_id"] | word["deal_id"]
    for index in np.flatnonzero((no_id.to_numpy(zero_copy_only=False) | odd) & ~again).tolist():
        filled = [name for name in _FIELDS if texts[name][index].is_valid]
        named = [name for name in filled if word[name][index]]
        if dated[index] and not odd[index] and filled != ["date"]:
            continue  # a report row without ids, which must not be lost
        if named or (filled and set(filled) <= {*_NUMBERS}):
            yield index, columns.aside(index, (named or filled)[0], "total_row")
        elif len(filled) < _FEW:
            yield index, columns.aside(index, filled[0] if filled else "date", "note_row")
