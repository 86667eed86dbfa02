"""Which spellings of a header mean which column."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campfill_pipeline.domain.columns import (
    EXPORT_COLUMNS,
    LIST_COLUMNS,
    export_column,
    list_column,
    normal_header,
)

CHANGES = st.lists(
    st.sampled_from(
        [
            str.upper,
            str.lower,
            lambda text: f"  {text}\u00a0",
            lambda text: text.replace(" ", "\n"),
            lambda text: text.replace(" ", "  "),
            lambda text: text.replace(" ", "\u00a0\t"),
            lambda text: text.replace("€", "EUR"),
            lambda text: text.replace("€", "¬"),
            lambda text: text.replace(" €", ""),
            lambda text: text.replace("€", "(€)"),
            lambda text: text.replace("/", " / "),
            lambda text: "\ufeff" + text,
        ]
    ),
    max_size=4,
    unique_by=id,
)


@given(st.sampled_from(LIST_COLUMNS), CHANGES)
def test_spellings_of_a_header_mean_the_same_column(column: object, changes: list[object]) -> None:
    header = column.header  # type: ignore[attr-defined]
    for change in changes:
        header = change(header)  # type: ignore[operator]
    assert list_column(header) == column


@pytest.mark.parametrize("column", EXPORT_COLUMNS, ids=lambda column: column.field)
def test_the_columns_of_the_export_are_known(column: object) -> None:
    assert export_column(column.header.upper()) == column  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "header",
    ["", " ", "€", "Budget spent", "Budget USD", "CPM 2", "ID", "Name", "Runtimes", "eurobudget", "Buyers"],
)
def test_other_headers_mean_nothing(header: str) -> None:
    assert list_column(header) is None


def test_only_the_budget_may_be_missing() -> None:
    assert [column.field for column in LIST_COLUMNS if not column.required] == ["budget_eur"]


@given(st.text(max_size=30))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normal_header(normal_header(text)) == normal_header(text)
