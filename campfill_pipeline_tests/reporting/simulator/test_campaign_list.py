"""The simulated list is a file like the real one, and its truth says what is in it, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest

from campfill_pipeline.simulator.campaign_list import (
    HEADERS,
    SHEET,
    edited_lines,
    list_truth,
    write_campaign_list,
)
from campfill_pipeline.simulator.world import World


def _rows(path: Path) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(path, data_only=True)
    assert book.sheetnames == [SHEET]
    return list(book[SHEET].iter_rows(values_only=True))


@dataclass(frozen=True)
class Written:
    path: Path
    rows: list[tuple[object, ...]]


@pytest.fixture(scope="module")
def full_list(full_world: World, tmp_path_factory: pytest.TempPathFactory) -> Written:
    path = tmp_path_factory.mktemp("list") / "list.xlsx"
    write_campaign_list(full_world, path)
    return Written(path, _rows(path))


def test_it_has_7057_rows_below_the_header_of_the_export(full_list: Written) -> None:
    rows = full_list.rows
    assert rows[0] == tuple(HEADERS.values())
    assert len(rows) == 1 + 7_057
    assert 400_000 < full_list.path.stat().st_size < 800_000


def test_goals_prices_and_budgets_are_numbers_and_text(full_list: Written) -> None:
    rows = full_list.rows[1:]
    for column in (2, 3, 4):
        kinds = {type(row[column]) for row in rows}
        assert str in kinds and kinds & {int, float}


def test_every_fault_is_where_the_truth_says(full_world: World, full_list: Written) -> None:
    rows, fields = full_list.rows, list(HEADERS)
    faults = {(fault.code, fault.row): fault for fault in list_truth(full_world).faults}
    found = {code: rows[row - 1][fields.index(fault.field)] for (code, row), fault in faults.items()}
    assert found["runtime_no_such_date"] == "01.09.2025-31.09.2025"
    assert found["not_whole"] == 1000.5
    assert found["ambiguous_number"] == "12.345"
    assert found["total_row"] == "Summe"
    assert {rows[row - 1][2] for code, row in faults if code == "error_cell"} == {"#REF!", "#DIV/0!"}


def test_the_counts_of_the_truth_add_up(full_world: World) -> None:
    truth = list_truth(full_world)
    assert truth.rows_read + truth.rows_skipped == 7_057
    assert truth.rows_read == len(truth.accepted) + truth.rows_rejected
    assert truth.rows_rejected == 18


def test_the_same_world_writes_the_same_bytes(small_world: World, tmp_path: Path) -> None:
    write_campaign_list(small_world, tmp_path / "a.xlsx")
    write_campaign_list(small_world, tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_later_version_has_new_changed_absent_and_mended_lines(full_world: World) -> None:
    first, second = list_truth(full_world), list_truth(full_world, 2)
    assert full_world.odd.late <= set(second.accepted) - set(first.accepted)
    assert second.rows_rejected < first.rows_rejected
    gone = set(first.accepted) - {line.id for line in edited_lines(full_world, 2)}
    assert len(gone) == 8
    shared = set(first.accepted) & set(second.accepted)
    assert 30 < sum(first.accepted[line_id] != second.accepted[line_id] for line_id in shared) < 70


def test_what_was_accepted_before_is_never_rejected_later(full_world: World) -> None:
    listed = {line.id for line in edited_lines(full_world, 2)}
    assert set(list_truth(full_world).accepted) & listed <= set(list_truth(full_world, 2).accepted)


def test_a_list_edited_by_hand_has_titles_and_another_order_of_columns(
    small_world: World, tmp_path: Path
) -> None:
    truth = write_campaign_list(small_world, tmp_path / "list.xlsx", version=3)
    rows = _rows(tmp_path / "list.xlsx")
    assert rows[3][:4] == ("Deal/Campaign ID", "Deal/Campaign name", "Remark", "Buyer")
    assert truth.accepted == list_truth(small_world, 2).accepted
