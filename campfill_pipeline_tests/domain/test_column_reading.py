"""Reading whole columns at once gives, cell by cell, the very same as the rule for one cell."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.column_reading import Cells
from campfill_pipeline.domain.columns import LIST_FIELDS
from campfill_pipeline.domain.line_columns import notations_shown, readers
from campfill_pipeline.domain.numbers import Notation, notation_without_doubt

ID = "0b5f1d7e-2a64-4c1f-9b5e-1f0c5d1a7e42"
ORDINARY = {
    "name": [
        "2025_1_2_3_City_Müller_x_1",
        "abcdefghij",
        "Err:502",
        "NULL",
        "a  b c d e f g",
        "Cafe\u0301 Sonnenschein",
        "#N/A",
    ],
    "runtime": ["04.09.2025-06.09.2025", "asap-6.9.25", "31.09.2025-01.10.2025"],
    "impression_goal": ["1500000", "12.345", "1,234,567", "0", "2000000000", "0123", "1500000.0", "2E+09"],
    "budget_eur": [
        "1234.5",
        "1234,50",
        "1.234,50",
        "1,234.50",
        "12.345",
        "1.234.567",
        "5464.8000000000002",
        "0.07",
    ],
    "cpm_eur": ["7.59", "7,59", "1,183", "7.5899999999999999", "7.5900000000000007", "0.12345", "1234567"],
    "id": [ID, ID.upper(), f"{{{ID}}}", f"{{{ID}", ID + "}", ID[1:]],
    "buyer": ["Not set", " not set", "A < B (Seat 5)"],
}
NUMBER_LIKE = st.text(alphabet="0123456789.,' -E€%", max_size=18)
DIGITS = st.from_regex(r"\A[0-9]{1,7}([.,][0-9]{1,17})?\Z")


@st.composite
def noisy_numbers(draw: st.DrawFn) -> str:
    """Number cells whose digits end in a run of zeros or nines, right at the fifteenth digit or beside it."""
    whole = draw(st.integers(1, 10**9 - 1))
    decimals = draw(st.sampled_from([2, 2, 4]))
    run = 15 - len(str(whole)) - decimals + draw(st.sampled_from([0, 0, -1, 1]))
    part = draw(st.integers(0, 10**decimals - 1))
    tail = draw(st.sampled_from("0456789")) + draw(st.sampled_from(["", "0", "5", "99"]))
    return f"{whole}.{part:0{decimals}}{draw(st.sampled_from('09')) * max(run, 0)}{tail}"


@pytest.mark.parametrize("field", ["budget_eur", "cpm_eur", "impression_goal"])
@given(texts=st.lists(noisy_numbers(), min_size=1, max_size=8))
def test_binary_noise_is_read_at_once_as_it_is_cell_by_cell(field: str, texts: list[str]) -> None:
    reader = readers({})[field]
    column = reader.read(Cells(pa.array(texts, pa.string()), np.full(len(texts), CellKind.NUMBER, np.int8)))
    one_by_one = [reader.read_one(text, CellKind.NUMBER) for text in texts]
    assert column.values.to_pylist() == [value for value, _ in one_by_one]
    assert set(column.at.tolist()) == {
        at for at, (_, finding) in enumerate(one_by_one) if finding is not None
    }


DAYS = st.builds(
    "{:02}.{:02}.{}".format, st.integers(0, 39), st.integers(0, 19), st.integers(1998, 2102) | st.just(2028)
)
FLIGHTS = st.builds("{}-{}".format, DAYS, DAYS)
NAMES = st.text(alphabet="aZ0 äß_-€(", max_size=12).map(lambda text: text * 50) | st.integers(480, 510).map(
    lambda length: "a" * length
)


@pytest.mark.parametrize(("field", "texts"), [("runtime", FLIGHTS), ("name", NAMES)])
@given(data=st.data())
def test_flights_and_names_are_read_at_once_as_they_are_cell_by_cell(
    field: str, texts: st.SearchStrategy[str], data: st.DataObject
) -> None:
    found = data.draw(st.lists(st.none() | texts, min_size=1, max_size=8))
    kinds = [CellKind.BLANK if text is None else CellKind.TEXT for text in found]
    reader = readers({})[field]
    before, after = data.draw(st.integers(0, 2)), data.draw(st.integers(0, 2))
    whole = pa.array([*["x"] * before, *found, *["y"] * after], pa.string())  # a slice, as batches are
    column = reader.read(Cells(whole.slice(before, len(found)), np.array(kinds, np.int8)))
    one_by_one = [reader.read_one(text, kind) for text, kind in zip(found, kinds, strict=True)]
    assert column.values.equals(pa.array([value for value, _ in one_by_one], reader.type))
    told = {int(at): column.findings[which] for at, which in zip(column.at, column.which, strict=True)}
    assert told == {at: finding for at, (_, finding) in enumerate(one_by_one) if finding is not None}


@pytest.mark.parametrize("field", LIST_FIELDS)
@given(data=st.data())
def test_columns_are_read_as_their_cells_are(field: str, data: st.DataObject) -> None:
    texts = st.sampled_from(ORDINARY[field]) | st.text(max_size=24) | NUMBER_LIKE | DIGITS
    cells = data.draw(
        st.lists(st.tuples(texts, st.sampled_from([1, 1, 1, 2, 2, 3, 4, 5]) | st.just(0)), max_size=12)
    )
    notation = data.draw(st.sampled_from([None, *Notation]))
    reader = readers({field: notation})[field]
    texts_found = [text if kind else None for text, kind in cells]
    column = reader.read(
        Cells(pa.array(texts_found, pa.string()), np.array([kind for _, kind in cells], np.int8))
    )
    one_by_one = [reader.read_one(text, kind) for text, (_, kind) in zip(texts_found, cells, strict=True)]
    assert column.values.type == reader.type
    assert column.values.equals(pa.array([value for value, _ in one_by_one], reader.type))
    found = {int(at): column.findings[which] for at, which in zip(column.at, column.which, strict=True)}
    assert found == {at: finding for at, (_, finding) in enumerate(one_by_one) if finding is not None}
    assert (column.faulty & column.blank).sum() == 0


@given(st.lists(NUMBER_LIKE | DIGITS | st.sampled_from(ORDINARY["budget_eur"]), max_size=12))
def test_the_notations_of_a_column_are_those_of_its_cells(texts: list[str]) -> None:
    shown = notations_shown(pa.array(texts, pa.string()), np.ones(len(texts), np.int8))
    assert shown == {notation for text in texts if (notation := notation_without_doubt(text))}


def test_only_text_cells_show_a_notation() -> None:
    kinds = np.array([CellKind.NUMBER, CellKind.ERROR], np.int8)
    assert notations_shown(pa.array(["7.59", "7,5"], pa.string()), kinds) == set()


def test_an_empty_column_is_read() -> None:
    for reader in readers({}).values():
        column = reader.read(Cells(pa.array([], pa.string()), np.empty(0, np.int8)))
        assert len(column.values) == 0
        assert column.values.type == reader.type
