"""Random lists, judged by validation and by a slow, plain model that looks at one row after the other."""

from __future__ import annotations

import re
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campfill_pipeline.domain.names import read_buyer, read_id, read_name
from campfill_pipeline.domain.numbers import NUMBER_RULES, read_number
from campfill_pipeline.domain.runtimes import read_runtime
from campfill_pipeline.intake.judge.campaign_lists import read_issues, validate_list
from campfill_pipeline_tests.domain.notation_oracle import column_notation
from campfill_pipeline_tests.intake.tables import (
    Cell,
    ErrorCell,
    NoValue,
    Number,
    cell,
    line,
    parsed,
    write_table,
)

FIELDS = ("name", "runtime", "impression_goal", "budget_eur", "cpm_eur", "id", "buyer")
Sheets = Sequence[Sequence[Sequence[Cell]]]


def choice(*values: Cell) -> st.SearchStrategy[Cell]:
    return st.sampled_from(values)


odd = choice(None, "", "-", ErrorCell("#REF!"), NoValue(), True, "#N/A")
rows = st.builds(
    line,
    name=choice("Summer", "Summer ", "Winter", "Total", "2025_1_2_3_City_Shop_x_1") | odd,
    runtime=choice("04.09.2025-06.09.2025", "4.9.25–6.9.25", "asap-6.9.25", "31.09.2025-01.10.2025", None)
    | odd,
    goal=choice(5000, "5.000", "5000", "0", 1000.5, "x") | odd,
    budget=choice(None, None, 37.95, "37,95", "37.95", "12.345", Number("37.950000000000003"), 1) | odd,
    cpm=choice(7.59, "7,59", "1,183", "7.590", 0) | odd,
    id=st.integers(1, 6).map(lambda n: f"0b5f1d7e-2a64-4c1f-9b5e-{n:012x}") | choice(None, "no id") | odd,
    buyer=choice("Not set", "not set", "A < B (Seat 5)", "C") | odd,
)
notes = st.tuples(*[st.none() | choice("", "note", "Summe")] * 7)
sheets = st.lists(st.lists(rows | notes, max_size=7), min_size=1, max_size=3)


class Model:
    """What must come out, worked out with dictionaries and loops."""

    def __init__(self, lists: Sheets) -> None:
        self.issues: list[tuple[int, int, int, str]] = []
        self.loaded: list[tuple[int, int, tuple[Any, ...]]] = []
        self.rejected = self.skipped = 0
        judged = []
        for sheet, table in enumerate(lists):
            notations = {
                field: column_notation(
                    text
                    for row in table
                    for text, kind in [cell(row[place])]
                    if kind == 1 and text is not None
                )
                for place, field in enumerate(FIELDS)
                if field in ("budget_eur", "cpm_eur")
            }
            for row_no, row in enumerate(table, 2):
                found = self._row(sheet, row_no, row, notations)
                if found is not None:
                    judged.append(found)
        self._decide(judged)
        self.issues.sort()

    def _row(self, sheet: int, row_no: int, row: Sequence[Cell], notations: dict[str, Any]) -> Any:
        cells = [cell(value) for value in row]
        read: list[tuple[Any, Any]] = []
        for field, (text, kind) in zip(FIELDS, cells, strict=True):
            if field in NUMBER_RULES:
                number = read_number(text, kind, NUMBER_RULES[field], notations.get(field))
                read.append((number.value, number.finding))
            elif field == "runtime":
                runtime = read_runtime(text, kind)
                read.append((runtime.flight and runtime.flight.runtime, runtime.finding))
            else:
                named = {"name": read_name, "id": read_id, "buyer": read_buyer}[field](text, kind)
                read.append((named.value, named.finding))
        faulty = [finding is not None and finding.severity == "error" for _, finding in read]
        blank = [value is None and not fault for (value, _), fault in zip(read, faulty, strict=True)]
        aside = self._aside(cells, [value for value, _ in read], blank)
        if aside is not None:
            return self._skip(sheet, row_no, *aside)
        for place, (_, finding) in enumerate(read):
            if finding is not None:
                self.issues.append((sheet, row_no, place, finding.code))
            if blank[place] and place != 3:
                self.issues.append((sheet, row_no, place, "missing_value"))
        goal, budget, cpm = (read[place][0] for place in (2, 3, 4))
        if None not in (goal, budget, cpm):
            expected = goal / Decimal(1000) * cpm
            if abs(budget - expected) > Decimal("0.02") * expected:
                self.issues.append((sheet, row_no, 3, "budget_mismatch"))
        fault = any(faulty) or any(empty and place != 3 for place, empty in enumerate(blank))
        content = tuple(
            (text, kind) if broken else value
            for (value, _), broken, (text, kind) in zip(read, faulty, cells, strict=True)
        )
        return sheet, row_no, read[5][0], content, fault

    def _aside(
        self, cells: Sequence[tuple[str | None, int]], read: Sequence[Any], blank: Sequence[bool]
    ) -> tuple[int, str] | None:
        if read[5] is not None:
            return None
        words = [place for place in (0, 1, 5, 6) if (cells[place][0] or "").lower() in ("total", "summe")]
        line = None not in (read[1], read[2], read[6])
        if words and not line and (blank[5] or 5 in words):
            return words[0], "total_row"
        if (
            blank[5]
            and blank[1]
            and isinstance(read[0], str)
            and read[0].lower().startswith(("total", "summe"))
        ):
            return 0, "total_row"
        filled = [place for place in range(7) if not blank[place]]
        nothing = all(
            empty or (cells[place] == ("0", 2)) or (cells[place][1] == 6 and place != 5)
            for place, empty in enumerate(blank)
        )
        sums = read[2] is not None or read[3] is not None
        if blank[0] and blank[1] and blank[5] and blank[6] and sums and not nothing:
            return filled[0], "total_row"
        readable = sum(value is not None for value in read)
        zeros = sum(re.fullmatch(r"0+(\.0*)?", cells[place][0] or "") is not None for place in (2, 3, 4))
        said = len(filled) - zeros  # forms are filled with zeros beforehand
        few = said < 3 or (said == 3 and readable < 3)
        texts = {(cells[place][0] or "").lower() for place in filled}
        one = texts.pop() if len(texts) == 1 else ""
        same = said >= 3 and read[2] is None and one.strip() and not one.lstrip().startswith("#")
        if nothing or same or (blank[5] and few):
            return filled[0] if filled else 0, "note_row"
        return None

    def _skip(self, sheet: int, row_no: int, place: int, code: str) -> None:
        self.skipped += 1
        self.issues.append((sheet, row_no, place, code))

    def _decide(self, judged: list[Any]) -> None:
        same_id = defaultdict(list)
        for row in judged:
            same_id[row[2]].append(row)
        for sheet, row_no, id, content, fault in judged:
            group = same_id[id] if id is not None else []
            if len({row[3] for row in group}) > 1:
                self.issues.append((sheet, row_no, 5, "duplicate_id"))
                self.rejected += 1
            elif fault:
                self.rejected += 1
            elif group[0][:2] != (sheet, row_no):
                self.issues.append((sheet, row_no, 5, "duplicate_row"))
                self.skipped += 1
            else:
                self.loaded.append((sheet, row_no, content))


@settings(max_examples=30)
@given(sheets, st.sampled_from([1, 2, 3, 100]))
def test_a_random_list_is_judged_as_the_plain_model_does(lists: Sheets, batch_rows: int) -> None:
    judge_both_ways(lists, batch_rows)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=1500)
@given(sheets, st.sampled_from([1, 2, 3, 100]))
def test_many_random_lists_are_judged_as_the_plain_model_does(lists: Sheets, batch_rows: int) -> None:
    judge_both_ways(lists, batch_rows)


def judge_both_ways(lists: Sheets, batch_rows: int) -> None:
    model = Model(lists)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = [
            write_table(folder / f"table-{n}.arrow", table, sheet=f"S{n}", batch_rows=batch_rows)
            for n, table in enumerate(lists)
        ]
        verdict = validate_list(parsed(*tables), folder / "work")
        issues = read_issues(verdict.issues)
        lines = pa.ipc.open_stream(str(verdict.lines)).read_all().to_pylist()
    found = [
        (int((issue.sheet or "S9")[1:]), issue.row, ord((issue.cell or "Z")[0]) - ord("A"), issue.code)
        for issue in issues
        if issue.code
        != "cpm_outlier"  # it looks at the whole file, not at a row: test_columns_that_do_not_fit.py
    ]
    assert sorted(found) == model.issues
    assert [address[:3] for address in found] == sorted(address[:3] for address in found)
    assert [
        (int(row["sheet"][1:]), row["row_no"], tuple(row[field] for field in FIELDS)) for row in lines
    ] == model.loaded
    assert verdict.rows_accepted == len(model.loaded)
    assert verdict.rows_rejected == model.rejected
    assert verdict.rows_skipped == model.skipped
    assert verdict.rows_read == verdict.rows_accepted + verdict.rows_rejected
    assert verdict.errors + verdict.warnings + verdict.infos == len(issues)
    assert verdict.status == (
        "rejected" if not model.loaded else "partly_loaded" if model.rejected else "loaded"
    )


def test_the_size_of_the_portions_changes_nothing(tmp_path: Path) -> None:
    table = [line(n % 50, goal="x" if n % 7 == 0 else n) for n in range(200)]
    outcomes = []
    for size in (200, 64, 3):
        written = write_table(tmp_path / f"{size}.arrow", table, batch_rows=size)
        verdict = validate_list(parsed(written), tmp_path / str(size))
        outcomes.append((read_issues(verdict.issues), pa.ipc.open_stream(str(verdict.lines)).read_all()))
    assert outcomes[0][0] == outcomes[1][0] == outcomes[2][0]
    assert outcomes[0][1].equals(outcomes[1][1])
    assert outcomes[0][1].equals(outcomes[2][1])
