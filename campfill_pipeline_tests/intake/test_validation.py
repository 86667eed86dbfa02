"""A campaign list is judged row by row: what loads, what does not and why, each fault at its cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from campfill_pipeline.domain.columns import LIST_FIELDS
from campfill_pipeline.domain.issue_layout import ISSUES
from campfill_pipeline.domain.lines import LINES
from campfill_pipeline.domain.unlikely_goals import Best
from campfill_pipeline.intake.findings import Parsed
from campfill_pipeline.intake.judge.campaign_lists import Verdict, read_issues, validate_list
from campfill_pipeline.intake.judge.issue_files import worst_issues
from campfill_pipeline.intake.judge.unlikely_goals import Place, Terms
from campfill_pipeline_tests.intake.tables import Cell, ErrorCell, NoValue, Number, line, parsed, write_table


class Judged:
    """One sheet after validation, with its outcome at hand."""

    def __init__(self, folder: Path, rows: Sequence[Sequence[Cell]], **how: Any) -> None:
        found = parsed(write_table(folder / "table-0.arrow", rows, **how))
        self.verdict: Verdict = validate_list(found, folder / "work")
        self.issues = read_issues(self.verdict.issues)

    @property
    def lines(self) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = pa.ipc.open_stream(str(self.verdict.lines)).read_all().to_pylist()
        return lines

    @property
    def found(self) -> list[tuple[str | None, str]]:
        return [(issue.cell, issue.code) for issue in self.issues]

    @property
    def counts(self) -> tuple[int, int, int, int]:
        verdict = self.verdict
        return verdict.rows_read, verdict.rows_accepted, verdict.rows_rejected, verdict.rows_skipped


def test_a_sound_row_becomes_a_canonical_line(tmp_path: Path) -> None:
    row = line(
        name="2025_11573_0006_3_Infoscreen_Sierra Germany GmbH_PPV Sonae Sierra PV Berlin_04-06.09._",
        runtime="4.9.25 – 6.9.25",
        goal="1.500.000",
        budget="€ 11.385,00",
        cpm=7.59,
        id="{0B5F1D7E-2A64-4C1F-9B5E-1F0C5D1A7E42}",
        buyer="DENTSU_AEGIS <  Easymedia_rtb (Seat 608194)",
    )
    judged = Judged(tmp_path, [row])
    assert judged.issues == []
    assert judged.counts == (1, 1, 0, 0)
    assert (judged.verdict.status, judged.verdict.reason) == ("loaded", None)
    (found,) = judged.lines
    assert found["start_date"].isoformat() == "2025-09-04"
    assert found["end_date"].isoformat() == "2025-09-06"
    del found["start_date"], found["end_date"]
    assert found == {
        "sheet": "Campaign list",
        "row_no": 2,
        "id": "0b5f1d7e-2a64-4c1f-9b5e-1f0c5d1a7e42",
        "name": "2025_11573_0006_3_Infoscreen_Sierra Germany GmbH_PPV Sonae Sierra PV Berlin_04-06.09._",
        "kind": "deal",
        "buyer": "DENTSU_AEGIS < Easymedia_rtb (Seat 608194)",
        "agency": "DENTSU_AEGIS",
        "platform": "Easymedia_rtb",
        "seat": "608194",
        "runtime": "04.09.2025-06.09.2025",
        "impression_goal": 1_500_000,
        "budget_eur": Decimal("11385.00"),
        "cpm_eur": Decimal("7.5900"),
        "placement": "Infoscreen",
        "advertiser": "Sierra Germany GmbH",
    }


def test_what_is_written_has_the_agreed_columns(tmp_path: Path) -> None:
    verdict = Judged(tmp_path, [line(), line(2, goal="x")]).verdict
    assert pa.ipc.open_stream(str(verdict.lines)).schema.equals(LINES)
    assert pa.ipc.open_stream(str(verdict.issues)).schema.equals(ISSUES)
    assert sorted(path.name for path in (tmp_path / "work").iterdir()) == ["issues.arrow", "lines.arrow"]


@pytest.mark.parametrize(
    ("changed", "cell", "code"),
    [
        ({"name": None}, "A2", "missing_value"),
        ({"name": "x" * 501}, "A2", "too_long"),
        ({"name": ErrorCell("#REF!")}, "A2", "error_cell"),
        ({"runtime": " "}, "B2", "missing_value"),
        ({"runtime": "04.-06.09.2025"}, "B2", "runtime_format"),
        ({"runtime": "31.09.2025-01.10.2025"}, "B2", "runtime_no_such_date"),
        ({"runtime": "06.09.2025-04.09.2025"}, "B2", "runtime_reversed"),
        ({"goal": "–"}, "C2", "missing_value"),
        ({"goal": "1000.5"}, "C2", "not_whole"),
        ({"goal": 12.345}, "C2", "not_whole"),
        ({"goal": 0}, "C2", "out_of_range"),
        ({"goal": True}, "C2", "not_a_number"),
        ({"budget": "1,5 Mio"}, "D2", "not_a_number"),
        ({"budget": "12,345"}, "D2", "ambiguous_number"),
        ({"budget": ErrorCell("#N/A")}, "D2", "error_cell"),
        ({"budget": NoValue()}, "D2", "formula_without_value"),
        ({"cpm": "n/a"}, "E2", "missing_value"),
        ({"cpm": -1}, "E2", "out_of_range"),
        ({"id": "NULL"}, "F2", "missing_value"),
        ({"id": 12345}, "F2", "not_a_uuid"),
        ({"buyer": None}, "G2", "missing_value"),
    ],
)
def test_a_fault_rejects_its_row_at_its_cell_and_the_others_load(
    tmp_path: Path, changed: dict[str, Cell], cell: str, code: str
) -> None:
    judged = Judged(tmp_path, [line(**changed), line(2)])  # type: ignore[arg-type]
    assert judged.found == [(cell, code)]
    (issue,) = judged.issues
    assert issue.severity == "error"
    assert issue.row == 2
    assert issue.sheet == "Campaign list"
    assert issue.message
    assert issue.hint
    assert judged.counts == (2, 1, 1, 0)
    assert judged.verdict.status == "partly_loaded"
    assert [found["row_no"] for found in judged.lines] == [3]


@pytest.mark.parametrize("budget", [None, "", "-", "n/a", " ", "NA", "---", "–––", " -   € ", "€ -", "- EUR"])
def test_only_the_budget_may_be_blank(tmp_path: Path, budget: Cell) -> None:
    judged = Judged(tmp_path, [line(budget=budget)])
    assert judged.issues == []
    assert judged.lines[0]["budget_eur"] is None


def test_a_list_without_a_budget_column_loads(tmp_path: Path) -> None:
    fields = [field for field in LIST_FIELDS if field != "budget_eur"]
    rows = [tuple(cell for cell, field in zip(line(), LIST_FIELDS, strict=True) if field != "budget_eur")]
    judged = Judged(tmp_path, rows, fields=fields)
    assert judged.counts == (1, 1, 0, 0)


def test_issues_carry_the_value_as_found_and_the_header_as_found(tmp_path: Path) -> None:
    judged = Judged(tmp_path, [line(budget=" 1,5 Mio"), line(2, name="=x\x00", goal=Number("1E-3"))])
    assert [(issue.value, issue.column) for issue in judged.issues] == [
        (" 1,5 Mio", "Budget €"),
        ("1E-3", "Impression goal"),
    ]


def test_columns_in_another_order_give_the_same_lines_and_their_own_addresses(tmp_path: Path) -> None:
    fields = ("buyer", "id", "cpm_eur", "budget_eur", "impression_goal", "runtime", "name")
    rows = [tuple(reversed((*row[:5], row[5], row[6]))) for row in (line(goal="x", cpm="y"), line(2))]
    judged = Judged(tmp_path, rows, fields=fields)
    assert judged.found == [("C2", "not_a_number"), ("E2", "not_a_number")]
    assert judged.lines[0]["row_no"] == 3


def test_a_column_decides_what_its_text_in_doubt_means(tmp_path: Path) -> None:
    german = Judged(tmp_path, [line(1, cpm="1,183"), line(2, cpm="7,5"), line(3, cpm=7.59)])
    assert [found["cpm_eur"] for found in german.lines] == [
        Decimal("1.1830"),
        Decimal("7.5000"),
        Decimal("7.5900"),
    ]
    english = Judged(tmp_path, [line(1, cpm="1,183"), line(2, cpm="7.59")])
    assert [found["cpm_eur"] for found in english.lines] == [Decimal(1183), Decimal("7.59")]


def test_a_column_with_both_notations_decides_nothing(tmp_path: Path) -> None:
    judged = Judged(tmp_path, [line(1, cpm="1,183"), line(2, cpm="7,5"), line(3, cpm="7.59")])
    assert judged.found == [("E2", "ambiguous_number")]


def test_number_cells_and_other_columns_decide_nothing(tmp_path: Path) -> None:
    judged = Judged(tmp_path, [line(1, cpm="1,183"), line(2, cpm=7.59, budget="7,5", goal="1.500.000")])
    assert ("E2", "ambiguous_number") in judged.found


def test_the_column_is_decided_by_the_whole_sheet_also_far_below(tmp_path: Path) -> None:
    rows = [line(1, cpm="1,183"), *(line(n) for n in range(2, 20)), line(20, cpm="0,5")]
    assert Judged(tmp_path, rows, batch_rows=4).lines[0]["cpm_eur"] == Decimal("1.183")


def test_each_sheet_decides_for_itself(tmp_path: Path) -> None:
    german = write_table(tmp_path / "table-0.arrow", [line(1, cpm="1,183"), line(2, cpm="7,5")], sheet="A")
    english = write_table(tmp_path / "table-1.arrow", [line(3, cpm="1,183"), line(4, cpm="7.5")], sheet="B")
    verdict = validate_list(parsed(german, english), tmp_path / "work")
    lines = pa.ipc.open_stream(str(verdict.lines)).read_all()
    assert lines["cpm_eur"].to_pylist() == [Decimal(n) for n in ("1.1830", "7.5000", "1183.0000", "7.5000")]
    assert lines["sheet"].to_pylist() == ["A", "A", "B", "B"]


@pytest.mark.parametrize(
    "name",
    [
        "Total",
        "TOTAL:",
        "Summe",
        "Gesamtsumme",
        "Ergebnis 2025",
        " total",
        "Yhteensä",
        "Összesen",
        "I alt:",
        "合计",
        "Ogółem",
    ],
)
def test_a_total_row_is_passed_over(tmp_path: Path, name: str) -> None:
    total = line(name=name, runtime=None, id=None, goal=10**12, budget="#REF!", buyer=None)
    judged = Judged(tmp_path, [line(), total])
    assert judged.found == [("A3", "total_row")]
    assert judged.issues[0].severity == "info"
    assert judged.counts == (1, 1, 0, 1)
    assert judged.verdict.status == "loaded"


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        *[
            ((label, None, 200_000, 2500, None, None, None), "A3")
            for label in ("Grand Total:", "Subtotal", "Sub-Total", "Insgesamt", "Zwischensumme", "Kunde A Ergebnis",
                          "Kunde A Total", "Summen", "Sum", "Overall", "Übertrag", "Ø Durchschnitt", "Σ")
        ],
        ((None, "Total", 200_000, 2500, None, None, None), "B3"),
        ((None, None, 200_000, 2500, 12.5, None, "Summe 2 Kunden"), "G3"),
        ((None, None, 200_000, 2500, 12.5, "Gesamt:", None), "F3"),
        ((None, None, 200_000, 2500, None, None, None), "C3"),
        ((None, None, None, "2.500,00", None, None, None), "D3"),
        ((None, None, 200_000, 2500, NoValue(), None, None), "C3"),
    ],
)  # fmt: skip
def test_a_total_is_known_by_any_of_its_cells(tmp_path: Path, row: Sequence[Cell], cell: str) -> None:
    judged = Judged(tmp_path, [line(), row])
    assert judged.found == [(cell, "total_row")]
    assert judged.counts == (1, 1, 0, 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"runtime": "04.09.2025-06.09.2025"},
        {"id": "abc"},
        {"name": "Sommer TotalEnergies"},
        {"name": "Insgesamter Bestand"},
        {"runtime": "04.09.2025-06.09.2025", "buyer": "Gesamt Media < X (Seat 1)"},
    ],
)
def test_a_row_that_only_resembles_a_total_is_judged(tmp_path: Path, changed: dict[str, Cell]) -> None:
    cells: dict[str, Cell] = {"name": "Total", "runtime": None, "id": None, **changed}
    judged = Judged(tmp_path, [line(), line(**cells)])  # type: ignore[arg-type]
    assert judged.counts == (2, 1, 1, 0)


@pytest.mark.parametrize(
    ("row", "cell"),
    [
        (("Prepared by Kim", *[None] * 6), "A3"),
        ((None, None, None, None, "7,59", None, None), "E3"),
        (([None] * 6 + [ErrorCell("#REF!")]), "G3"),
        ([None] * 7, "A3"),
        (["-"] * 7, "A3"),
        (["---"] * 7, "A3"),
        (["TBD"] * 7, "A3"),
        (["…"] * 7, "A3"),
        ((None, "xxx", "XXX", None, "xxx", "xxx", None), "B3"),
        (("Stand: 04.09.2025", "erstellt von Team AdOps", *[None] * 5), "A3"),
        (("Legende", None, None, None, "rot = storniert", None, None), "A3"),
        (("Ansprechpartner:", "Team", "030 123456", *[None] * 4), "A3"),
        (("Stand", None, None, "netto", None, None, "Team"), "A3"),
        ((None, None, 0, 0, None, None, None), "C3"),
        ((0, 0, 0, 0, 0, 0, 0), "A3"),
        ((NoValue(), "00.01.1900-00.01.1900", NoValue(), 0, NoValue(), None, "-"), "A3"),
    ],
)
def test_a_note_is_passed_over(tmp_path: Path, row: Sequence[Cell], cell: str) -> None:
    judged = Judged(tmp_path, [line(), row])
    assert judged.found == [(cell, "note_row")]
    assert judged.counts == (1, 1, 0, 1)


@pytest.mark.parametrize(
    "row",
    [
        ("Kunde A", None, 200_000, None, 7.59, None, None),
        [ErrorCell("#REF!")] * 7,
        ["#N/A"] * 7,
        ("A line", NoValue(), NoValue(), None, NoValue(), NoValue(), NoValue()),
        (None, "04.09.2025-06.09.2025", 5000, None, None, None, "Not set"),
        ("A line", "04.-06.09.2025", 5000, None, 7.59, None, None),
        (NoValue(), NoValue(), NoValue(), None, NoValue(), NoValue(), NoValue()),
    ],
)
def test_three_fields_of_a_line_are_more_than_a_note(tmp_path: Path, row: Sequence[Cell]) -> None:
    judged = Judged(tmp_path, [line(), row])
    assert judged.counts == (2, 1, 1, 0)
    assert {issue.severity for issue in judged.issues} == {"error"}


def test_blank_rows_are_only_counted(tmp_path: Path) -> None:
    assert Judged(tmp_path, [line()], blank_rows=5).counts == (1, 1, 0, 5)


def test_equal_rows_load_once(tmp_path: Path) -> None:
    again = line(
        goal="5.000", cpm="7,59", runtime="4.9.25-6.9.25", name=" Summer  in the city", buyer="Not set"
    )
    judged = Judged(tmp_path, [line(), line(2), again, line()])
    assert judged.found == [("F4", "duplicate_row"), ("F5", "duplicate_row")]
    assert {issue.severity for issue in judged.issues} == {"warning"}
    assert judged.counts == (2, 2, 0, 2)
    assert judged.verdict.status == "loaded"
    assert [found["row_no"] for found in judged.lines] == [2, 3]


def test_differing_rows_of_one_id_are_all_rejected(tmp_path: Path) -> None:
    judged = Judged(tmp_path, [line(), line(2), line(cpm=8), line()])
    assert judged.found == [("F2", "duplicate_id"), ("F4", "duplicate_id"), ("F5", "duplicate_id")]
    assert "rows 4 and 5" in judged.issues[0].message
    assert "CPM €" in judged.issues[0].message
    assert judged.counts == (4, 1, 3, 0)


def test_several_repeated_ids_are_kept_apart(tmp_path: Path) -> None:
    rows = [line(2), line(1), line(3), line(2), line(3, cpm=8), line(1), line(2), line(4)]
    judged = Judged(tmp_path, rows, batch_rows=3)
    assert judged.found == [
        ("F4", "duplicate_id"),
        ("F5", "duplicate_row"),
        ("F6", "duplicate_id"),
        ("F7", "duplicate_row"),
        ("F8", "duplicate_row"),
    ]
    assert [found["row_no"] for found in judged.lines] == [2, 3, 9]


def test_a_faulty_row_differs_from_a_sound_one(tmp_path: Path) -> None:
    judged = Judged(tmp_path, [line(), line(goal="x")])
    assert judged.found == [("F2", "duplicate_id"), ("C3", "not_a_number"), ("F3", "duplicate_id")]
    assert judged.counts == (2, 0, 2, 0)
    assert (judged.verdict.status, judged.verdict.reason) == ("rejected", "no_rows")


def test_equally_faulty_rows_are_each_to_mend(tmp_path: Path) -> None:
    judged = Judged(tmp_path, [line(goal="x"), line(goal="x"), line(2)])
    assert judged.found == [("C2", "not_a_number"), ("C3", "not_a_number")]
    assert judged.counts == (3, 1, 2, 0)


def test_row_numbers_out_of_order_confuse_nothing(tmp_path: Path) -> None:
    rows = [line(1, goal=1), line(2), line(3, goal="x"), line(1, goal=2), line(4), line(2), line(5)]
    judged = Judged(tmp_path, rows, row_nos=[9, 4, 5, 4, 2, 8, 8])
    assert judged.found == [
        ("F4", "duplicate_id"),
        ("C5", "not_a_number"),
        ("F8", "duplicate_row"),
        ("F9", "duplicate_id"),
    ]
    assert [found["id"][-1] for found in judged.lines] == ["2", "4", "5"]


def test_one_id_in_two_sheets_is_one_id(tmp_path: Path) -> None:
    first = write_table(tmp_path / "table-0.arrow", [line(), line(2)], sheet="A")
    second = write_table(tmp_path / "table-1.arrow", [line(2, cpm=9), line()], sheet="B")
    verdict = validate_list(parsed(first, second), tmp_path / "work")
    issues = [(issue.sheet, issue.cell, issue.code) for issue in read_issues(verdict.issues)]
    assert issues == [("A", "F3", "duplicate_id"), ("B", "F2", "duplicate_id"), ("B", "F3", "duplicate_row")]
    assert "row 3 of sheet “A”" in read_issues(verdict.issues)[1].message
    assert (verdict.rows_read, verdict.rows_accepted, verdict.rows_skipped) == (3, 1, 1)


def test_a_thousand_rows_of_one_id_name_a_few_of_the_others(tmp_path: Path) -> None:
    judged = Judged(tmp_path, [line(goal=n) for n in range(1, 1001)], batch_rows=300)
    assert judged.counts == (1000, 0, 1000, 0)
    assert "rows 2, 3, 4 and 996 more" in judged.issues[500].message


@pytest.mark.parametrize(
    ("budget", "mismatch"),
    [
        ("100", False),
        ("102", False),
        ("98", False),
        ("102.01", True),
        ("97.99", True),
        ("0", True),
        (None, False),
    ],
)
def test_a_budget_more_than_two_percent_off_is_a_warning(
    tmp_path: Path, budget: str | None, mismatch: bool
) -> None:
    # 10,000 ÷ 1,000 × 10 = 100
    judged = Judged(tmp_path, [line(goal=10_000, cpm=10, budget=Number(budget) if budget else None)])
    assert ("budget_mismatch" in [issue.code for issue in judged.issues]) == mismatch
    assert judged.counts == (1, 1, 0, 0)


def test_no_word_about_a_rejected_row_says_that_it_is_loaded(tmp_path: Path) -> None:
    row = line(runtime="06.09.2025-06.09.2062", goal=10_000, cpm="10,12345", budget="5,00", buyer=" not set ")
    loaded = Judged(tmp_path, [row])
    rejected = Judged(tmp_path, [[*row[:-2], "no uuid", row[-1]]])
    warned = {issue.code for issue in loaded.issues}
    assert warned >= {"long_runtime", "rounded", "budget_mismatch", "buyer_spelling"}
    assert warned < {issue.code for issue in rejected.issues} and rejected.counts == (1, 0, 1, 0)
    for issue in rejected.issues:
        assert not re.search(r"\b(is|are|was) (loaded|stored|kept)\b", f"{issue.message} {issue.hint}"), issue


def test_a_budget_without_a_price_is_a_mismatch_and_none_is_not(tmp_path: Path) -> None:
    assert Judged(tmp_path, [line(cpm=0, budget=5)]).found == [("D2", "budget_mismatch")]
    assert Judged(tmp_path, [line(cpm=0, budget=0)]).found == []


def test_the_largest_figures_are_compared_exactly(tmp_path: Path) -> None:
    row = line(goal=2_000_000_000, cpm=Number("999999.9999"), budget="1999999999800,00")
    assert Judged(tmp_path, [row]).found == []


def test_issues_are_numbered_by_sheet_row_and_column(tmp_path: Path) -> None:
    rows = [line(n, goal="x", buyer="not set", name=None) for n in range(1, 8)] + [line(1, cpm=1)]
    verdict = Judged(tmp_path, rows, batch_rows=2).verdict
    table = pa.ipc.open_stream(str(verdict.issues)).read_all()
    assert table["issue_no"].to_pylist() == list(range(1, table.num_rows + 1))
    assert table["cell"].to_pylist()[:5] == ["A2", "C2", "F2", "G2", "A3"]
    assert table["cell"].to_pylist()[-1] == "F9"


def test_columns_far_to_the_right_have_their_letters(tmp_path: Path) -> None:
    table = write_table(tmp_path / "table-0.arrow", [line(buyer=None)])
    columns = [*table.columns[:-1], type(table.columns[-1])("buyer", 16_383, "Buyer")]
    moved = type(table)(
        **{**{name: getattr(table, name) for name in table.__slots__}, "columns": tuple(columns)}
    )
    issues = read_issues(validate_list(parsed(moved), tmp_path / "work").issues)
    assert [issue.cell for issue in issues if issue.code == "missing_value"] == ["XFD2"]


def test_hidden_sheets_are_said(tmp_path: Path) -> None:
    table = write_table(tmp_path / "table-0.arrow", [line()])
    verdict = validate_list(parsed(table, hidden=["Old", "Older"]), tmp_path / "work")
    issues = read_issues(verdict.issues)
    assert [(issue.sheet, issue.cell, issue.code, issue.severity) for issue in issues] == [
        ("Old", None, "hidden_sheet", "info"),
        ("Older", None, "hidden_sheet", "info"),
    ]
    assert verdict.status == "loaded"


@pytest.mark.parametrize("rows", [[], [("note", *[None] * 6)]])
def test_a_list_without_lines_is_rejected(tmp_path: Path, rows: list[Sequence[Cell]]) -> None:
    verdict = Judged(tmp_path, rows).verdict
    assert (verdict.status, verdict.reason, verdict.rows_read) == ("rejected", "no_rows", 0)


def test_an_unreadable_file_keeps_its_reason(tmp_path: Path) -> None:
    found = Parsed("unknown", "encrypted", "The file is encrypted.", "Save it without a password.", "xlsx")
    verdict = validate_list(found, tmp_path / "work")
    assert (verdict.status, verdict.reason, verdict.rows_read) == ("rejected", "encrypted", 0)
    assert read_issues(verdict.issues) == []


def test_progress_is_told_in_rows(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    table = write_table(tmp_path / "table-0.arrow", [line(n) for n in range(5)], batch_rows=2)
    validate_list(parsed(table), tmp_path / "work", progress=lambda done, total: told.append((done, total)))
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_the_worst_issues_can_be_read_alone(tmp_path: Path) -> None:
    rows = [line(n, buyer="not set", goal="x" if n % 3 == 2 else "1000") for n in range(9)]
    verdict = Judged(tmp_path, rows, batch_rows=2).verdict
    worst = worst_issues(verdict.issues, limit=4)
    assert [(issue.cell, issue.code) for issue in worst] == [
        ("C4", "not_a_number"),
        ("C7", "not_a_number"),
        ("C10", "not_a_number"),
        ("G2", "buyer_spelling"),
    ]


def test_a_nul_character_in_a_value_can_be_stored(tmp_path: Path) -> None:
    judged = Judged(tmp_path, [line(goal="1\x002")])
    assert judged.issues[0].value == "1\ufffd2"


@pytest.mark.parametrize("group", range(5))
@pytest.mark.parametrize("other", [-1, 1])
def test_an_id_with_a_digit_too_few_or_too_many_is_none(tmp_path: Path, group: int, other: int) -> None:
    lengths = [8, 4, 4, 4, 12]
    lengths[group] += other
    judged = Judged(tmp_path, [line(id="-".join("a" * length for length in lengths)), line()])
    assert judged.found == [("F2", "not_a_uuid")]


class _OnlySome:
    """A past in which all sites gave 10 at most, and one of two lines is new."""

    today = date(2025, 9, 1)
    new: str

    def best(self, needs: Mapping[Place, Decimal]) -> Mapping[Place, Best]:
        return {place: Best(Decimal(10), date(2025, 8, 1), place[1]) for place in needs}

    def new_or_changed(self, lines: Mapping[str, Terms]) -> set[str]:
        assert len(lines) == 2
        return {self.new}


def test_only_new_or_changed_lines_are_warned_of_goals(tmp_path: Path) -> None:
    rows, past = [line(1), line(2)], _OnlySome()
    past.new = str(rows[1][5])
    table = write_table(tmp_path / "table.arrow", rows)
    verdict = validate_list(parsed(table), tmp_path / "work", past=past)
    found = [(issue.cell, issue.code) for issue in read_issues(verdict.issues)]
    assert [one for one in found if one[1] == "unlikely_goal"] == [("C3", "unlikely_goal")]
