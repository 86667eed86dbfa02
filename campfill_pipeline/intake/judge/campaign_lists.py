"""Validation: from the tables found in a file to accepted lines, issues with their addresses, and the verdict.

Belongs here: streaming tables through the rules batch by batch. Does not belong here: the rules (domain), reading files
(parsing), storing lines (warehouse).

Two Arrow IPC streams are written to the work folder: `lines.arrow` (accepted rows, `domain.lines.LINES`) and
`issues.arrow` (`issue_layout.ISSUES`). Memory is bounded by the batch, but for some 30 bytes a row that find
repeated IDs.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa

from campfill_pipeline.domain.column_reading import Readers
from campfill_pipeline.domain.described_columns import Described, readers_of
from campfill_pipeline.domain.errors import BrokenPromiseError
from campfill_pipeline.domain.issue_layout import ISSUES, sheet_issues
from campfill_pipeline.domain.issues import Issue, Severity
from campfill_pipeline.domain.line_columns import notations_shown
from campfill_pipeline.domain.lines import (
    DESCRIBED_LINES,
    LINES,
    JudgedRows,
    broken_promises,
    canonical,
    judge,
)
from campfill_pipeline.domain.list_descriptions import KindBy
from campfill_pipeline.domain.numbers import Notation
from campfill_pipeline.domain.progress import Progress
from campfill_pipeline.domain.uploads import status_of
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake.findings import Parsed, TableFound
from campfill_pipeline.intake.judge import issue_files
from campfill_pipeline.intake.judge.absent_columns import absent_columns, without_budget
from campfill_pipeline.intake.judge.issue_files import NOTATIONS, PLACED, read_issues
from campfill_pipeline.intake.judge.outlying_prices import outlying_cpms
from campfill_pipeline.intake.judge.repeated_ids import IdsSeen, Repetitions, find_repetitions
from campfill_pipeline.intake.judge.unlikely_goals import Past, Said, unlikely_goals

__all__ = ["Progress", "Verdict", "read_issues", "validate_list"]

"""Called with the rows judged so far and the rows to judge."""

CHECKED_ROWS = 65_536
"""So many lines at most are held against their schema at once."""

Notations = dict[str, Notation | None]
Outliers = Mapping[int, Sequence[tuple[Issue, int]]]
Given = TypeVar("Given")
Made = TypeVar("Made")


def validate_list(
    parsed: Parsed,
    work: Path,
    *,
    progress: Progress | None = None,
    by: Described | None = None,
    past: Past | Said | None = None,
    unchecked: list[pa.RecordBatch] | None = None,
) -> Verdict:
    """Judge every row of a campaign list, and write `lines.arrow` and `issues.arrow` to `work`.

    `by` is the description that `parsed` was read by; None: it is a present list. `past`: what goals are held
    against; None: nothing. A file that could not be read
    (`parsed.reason`) gives an empty list with that reason. `unchecked`: takes the last of the accepted lines, which
    the caller holds against their schema together with other lists' (`check_promise`); None: it is done here. Raises
    BrokenPromiseError.
    """
    work.mkdir(parents=True, exist_ok=True)
    tables = parsed.tables if parsed.reason is None else ()
    notations = [_notations(table) for table in tables]
    candidates, found = work / "candidates.arrow", work / "findings.arrow"
    seen = IdsSeen()
    schema = (LINES if by is None else DESCRIBED_LINES).with_metadata(without_budget(tables))
    promised = _Promised(by, unchecked)
    counts = _judge_all(tables, notations, candidates, schema, found, seen, progress, by, promised)
    pool = pa.default_memory_pool()
    pool.release_unused()  # what one pass needed, the next may use
    repetitions = find_repetitions(seen, tables, notations, by)
    del seen
    pool.release_unused()
    lines, issues = work / "lines.arrow", work / "issues.arrow"
    if repetitions is None:
        candidates.replace(lines)
    else:
        _keep_lines(candidates, lines, schema, repetitions)
        candidates.unlink()
    outliers = _together(outlying_cpms(lines, tables), unlikely_goals(lines, tables, past))
    severities = _write_issues(found, issues, parsed, notations, repetitions, outliers, by)
    found.unlink()
    gone, rejected_too, repeated = (0, 0, 0) if repetitions is None else repetitions.counts
    accepted = counts.acceptable - gone
    rejected = counts.rejected + rejected_too
    return Verdict(
        lines=lines,
        issues=issues,
        rows_read=accepted + rejected,
        rows_accepted=accepted,
        rows_rejected=rejected,
        rows_skipped=counts.skipped + repeated + sum(table.blank_rows for table in tables),
        status=status_of(accepted, rejected),
        reason=None if accepted else (parsed.reason or "no_rows"),
        errors=severities[Severity.ERROR],
        warnings=severities[Severity.WARNING],
        infos=severities[Severity.INFO],
    )


@dataclass(frozen=True)
class _Counts:
    acceptable: int = 0
    rejected: int = 0
    skipped: int = 0


def _notations(table: TableFound) -> Notations:
    """What the text cells of the budget and CPM columns show: decided per column of the sheet, before any is read."""
    shown: Notations = {}
    names = pa.ipc.open_stream(str(table.file)).schema.names
    for field in ("budget_eur", "cpm_eur"):
        if field not in names:
            continue
        found: set[Notation] = set()
        for batch in issue_files.batches(table.file, [names.index(field), names.index(f"{field}_kind")]):
            found |= notations_shown(batch.column(0), batch.column(1).to_numpy(zero_copy_only=False))
            if len(found) == len(Notation):
                break
        shown[field] = found.pop() if len(found) == 1 else None
    return shown


def _judge_all(
    tables: Sequence[TableFound],
    notations: Sequence[Notations],
    candidates: Path,
    schema: pa.Schema,
    found: Path,
    seen: IdsSeen,
    progress: Progress | None,
    by: Described | None,
    promised: _Promised,
) -> _Counts:
    """The first pass: what each row's own cells say. Writes one batch of lines and of findings per batch read."""
    total, done = sum(table.rows for table in tables), 0
    acceptable = rejected = skipped = 0
    with (
        issue_files.writer(candidates, schema, rows=total) as lines,
        issue_files.writer(found, PLACED, rows=total) as findings,
    ):
        for table, shown in zip(tables, notations, strict=True):
            judge_slice = partial(_judge_slice, table, readers_of(by, shown), by)
            in_turn = map if table.rows <= issue_files.SLICE_ROWS else _side_by_side
            for judged, accepted, placed in in_turn(judge_slice, issue_files.slices(table.file)):
                promised.check(accepted)
                lines.write_batch(accepted)
                findings.write_batch(placed)
                seen.note(judged)
                acceptable += accepted.num_rows
                rejected += int(judged.rejected.sum())
                skipped += int(judged.skipped.sum())
                done += len(judged.row_no)
                if progress is not None:
                    progress(done, total)
    promised.check_rest()
    return _Counts(acceptable, rejected, skipped)


def _judge_slice(
    table: TableFound, table_readers: Readers, by: Described | None, batch: pa.RecordBatch
) -> tuple[JudgedRows, pa.RecordBatch, pa.RecordBatch]:
    """The verdicts on some rows, those that may be loaded, and what was found in them."""
    judged = judge(batch, table_readers, by)
    accepted = issue_files.one_batch(canonical(judged, table.sheet, judged.acceptable))
    return judged, accepted, issue_files.placed(judged.findings, batch, table)


def _side_by_side(work: Callable[[Given], Made], given: Iterable[Given]) -> Iterator[Made]:
    """Do `work` on each, two at a time (Arrow works without the interpreter's lock); the results in order.

    No more than three are in memory, however many there are.
    """
    with ThreadPoolExecutor(2, thread_name_prefix="judging") as threads:
        begun: deque[Future[Made]] = deque()
        for one in given:
            begun.append(threads.submit(work, one))
            if len(begun) == 3:
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()


class _Promised:
    """Holds accepted lines against their schema, many at once: each look costs some milliseconds."""

    def __init__(self, by: Described | None, unchecked: list[pa.RecordBatch] | None) -> None:
        self._by_buyer, self._unchecked = kind_by_buyer(by), unchecked
        self._waiting: list[pa.RecordBatch] = []

    def check(self, lines: pa.RecordBatch) -> None:
        """Check these lines, now or together with the next. Raises BrokenPromiseError."""
        self._waiting.append(lines)
        if sum(waiting.num_rows for waiting in self._waiting) >= CHECKED_ROWS:
            check_promise(self._waiting, by_buyer=self._by_buyer)
            self._waiting = []

    def check_rest(self) -> None:
        """Check what still waits, or hand it to whom checks it with more. Raises BrokenPromiseError."""
        if self._unchecked is not None:
            self._unchecked += self._waiting
        else:
            check_promise(self._waiting, by_buyer=self._by_buyer)


def kind_by_buyer(by: Described | None) -> bool:
    """Whether in a list of this description the buyer tells the kind of a line."""
    return by is None or by.description.kind is KindBy.BUYER


def check_promise(lines: Sequence[pa.RecordBatch], *, by_buyer: bool) -> None:
    """Hold accepted lines, of one schema, against what every line keeps. Raises BrokenPromiseError."""
    if lines and (breaches := broken_promises(pa.Table.from_batches(lines), by_buyer=by_buyer)):
        raise BrokenPromiseError("lines", breaches)


def _keep_lines(candidates: Path, lines: Path, schema: pa.Schema, repetitions: Repetitions) -> None:
    with issue_files.writer(lines, schema) as kept:
        for number, batch in enumerate(issue_files.batches(candidates)):
            keep = np.ones(batch.num_rows, bool)
            keep[repetitions.left_out(number)] = False
            kept.write_batch(batch if keep.all() else batch.filter(pa.array(keep)))


def _together(first: Outliers, second: Outliers) -> Outliers:
    """Warnings of both kinds, those of a batch in the order of row and column."""
    return {
        number: sorted(
            [*first.get(number, ()), *second.get(number, ())], key=lambda one: (one[0].row or 0, one[1])
        )
        for number in first.keys() | second.keys()
    }


def _write_issues(
    found: Path,
    issues: Path,
    parsed: Parsed,
    notations: Sequence[Notations],
    repetitions: Repetitions | None,
    outliers: Outliers,
    by: Described | None,
) -> dict[Severity, int]:
    """The last pass: findings and repetitions merged, hidden sheets at the end, all numbered."""
    shown = {
        table.sheet or "": {field: str(notation) for field, notation in fields.items() if notation}
        for table, fields in zip(parsed.tables, notations, strict=False)
    }
    count = dict.fromkeys(Severity, 0)
    number = 1
    schema = ISSUES.with_metadata({NOTATIONS: json.dumps(shown)})
    with issue_files.writer(issues, schema, rows=sum(table.rows for table in parsed.tables)) as file:
        for batch in _all_findings(found, parsed, repetitions, outliers, by):
            if batch.num_rows:
                numbers = pa.array(np.arange(number, number + batch.num_rows), pa.int32())
                file.write_batch(pa.record_batch([numbers, *batch.columns[:-1]], schema=ISSUES))
                number += batch.num_rows
                for counted in batch.column("severity").value_counts().to_pylist():
                    count[Severity(counted["values"])] += counted["counts"]
    return count


def _all_findings(
    found: Path,
    parsed: Parsed,
    repetitions: Repetitions | None,
    outliers: Outliers,
    by: Described | None,
) -> Iterator[pa.RecordBatch]:
    for number, findings in enumerate(_with_repetitions(found, parsed, repetitions)):
        more = outliers.get(number)
        yield _merged(findings, issue_files.as_batch(more)) if more else findings
    of_the_file = [
        *absent_columns(parsed.tables, None if by is None else by.description),
        *sheet_issues(parsed.hidden_sheets, parsed.unread_sheets),
    ]
    yield issue_files.as_batch([(issue, 0) for issue in of_the_file])


def _with_repetitions(
    found: Path, parsed: Parsed, repetitions: Repetitions | None
) -> Iterator[pa.RecordBatch]:
    if repetitions is None:
        yield from issue_files.batches(found)
        return
    read = (batch for table in parsed.tables for batch in issue_files.slices(table.file, [_id_place(table)]))
    for number, (findings, batch) in enumerate(zip(issue_files.batches(found), read, strict=True)):
        more = repetitions.issues(number, batch)
        yield _merged(findings, issue_files.as_batch(more)) if more else findings


def _id_place(table: TableFound) -> int:
    place: int = pa.ipc.open_stream(str(table.file)).schema.get_field_index("id")
    return place


def _merged(first: pa.RecordBatch, second: pa.RecordBatch) -> pa.RecordBatch:
    both = pa.Table.from_batches([first, second]).combine_chunks()
    order = np.lexsort((both.column("column_no").to_numpy(), both.column("row_no").to_numpy()))
    return issue_files.one_batch(both.take(pa.array(order)))
