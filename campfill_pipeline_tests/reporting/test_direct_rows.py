"""The quick way from JSON to columns reads exactly what the general way reads, or leaves the body to it."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campfill_pipeline.domain import report_rows
from campfill_pipeline.domain.report_rows import CanonicalRows, Notation
from campfill_pipeline.domain.report_values import as_text
from campfill_pipeline.reporting.answers import bodies, direct_rows
from campfill_pipeline.reporting.answers.bodies import Rows
from campfill_pipeline.reporting.description.connector import load
from campfill_pipeline.reporting.description.tables import Answer, ColumnSource
from campfill_pipeline_tests.reporting.ppv_rows import row

COLUMNS = load("ppv").detail.columns
IMPRESSIONS = "Total Impressions"


def canonical(rows: Rows) -> CanonicalRows:
    raw = bodies.columns(rows.rows, COLUMNS, bodies.present(rows.rows))
    return report_rows.canonical(raw, Notation("german"))


def both(content: bytes) -> tuple[Rows | None, Rows]:
    found = direct_rows.read(content, "rows", IMPRESSIONS)
    # A dotted path of the same meaning takes the general way.
    general = bodies.read_rows(b'{"d":%b}' % content, Answer(rows="d.rows"), bodies.Looked(IMPRESSIONS), 10)
    return None if found is None else Rows(*found), general


def agree(content: bytes) -> bool:
    quick, general = both(content)
    if quick is None:
        return False
    one, other = canonical(quick), canonical(general)
    assert one.table.equals(other.table)
    assert [(r.row, r.reasons) for r in one.refused] == [(r.row, r.reasons) for r in other.refused]
    assert one.remarks == other.remarks
    assert bodies.present(quick.rows) == bodies.present(general.rows)
    assert {"rows": None, **quick.document} == {**general.document["d"], "rows": None}
    return True


figures = (
    st.floats(0, 1e13)
    | st.integers(-3, 10**13)
    | st.sampled_from(["12.149,71", "1.234", "0,5", "x", "", None, "12.5", "1,5E6", True, "=5"])
)
texts = (
    st.none()
    | st.text(max_size=8)
    | st.sampled_from(["2025-08-04 00:00:00", "2025-08-04T00:00:00Z", 'a"b', "ü"])
)
rows_of = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "Date": st.sampled_from(["2026-02-10T23:00:00.000Z", "x", None, "2026-02-10T23:00:00Z"]),
            "Site": texts,
            IMPRESSIONS: figures,
            "Bids": st.none() | st.integers(-1, 2**40) | st.floats(0, 9) | st.just("7"),
            "Core DSP Campaign ID": texts,
            "Deal ID": texts | st.integers(0, 9),
            'A "Total Impressions': st.integers(0, 9),
            "Other": texts | st.integers(0, 9) | st.lists(st.integers(0, 1), max_size=2),
        },
    ),
    max_size=6,
)


@pytest.mark.parametrize("extract", [None, "Deal", "Part (.)"])
@pytest.mark.parametrize("otherwise", [None, "Deal", "Site"])
def test_a_part_of_a_text_and_a_second_column_are_read_the_same_way_by_both(
    extract: str | None, otherwise: str | None
) -> None:
    # Equal texts for both are no sign that neither was given.
    rows = [
        {"Site": "Part A of Deal", "Deal": "d1", "IDS": 7, IMPRESSIONS: 12.5},
        {"Deal": "d2", IMPRESSIONS: "1.234"},
        {"Site": "", "Deal": None, IMPRESSIONS: 12345678901234},
    ]
    quick, general = both(json.dumps({"rows": rows}).encode())
    assert quick is not None
    for name in ("Site", "site", "IDS", IMPRESSIONS, "Not there"):
        source = ColumnSource.model_validate({"from": name, "extract": extract, "otherwise": otherwise})
        one, other = (
            list(bodies.columns(found.rows, {"site": source}, bodies.present(found.rows))["site"])
            for found in (quick, general)
        )
        assert [_comparable(value) for value in one] == [_comparable(value) for value in other]


def _comparable(value: Any) -> str | None:
    """A raw value as the text that a person would recognise, whichever way it was read."""
    return as_text(value.as_py() if isinstance(value, pa.Scalar) else value)


@given(rows_of, st.none() | texts | st.integers(0, 9), st.booleans())
def test_both_ways_read_the_same(rows: list[dict[str, Any]], cursor: object, spaced: bool) -> None:
    document = {"rows": rows, "next_cursor": cursor}
    text = json.dumps(document) if spaced else orjson.dumps(document).decode()
    agree(text.encode())


@pytest.mark.parametrize(
    "rows",
    [
        [row(0), row(1)],
        [row(0, impressions=12.5), row(1, impressions=3)],
        [row(0, impressions=12.5), row(1), row(2, impressions=7)],
        [row(0, impressions=123456789012.3456), row(1, impressions=0.5)],
        [row(0, Extra="x"), row(1)],
        [row(0) | {"Deal ID": None}, row(1) | {"Deal Name": "A > B"}],
        [row(0, site='Total Impressions":5'), row(1, impressions=5), row(2)],
    ],
)
def test_ordinary_pages_take_the_quick_way(rows: list[dict[str, Any]]) -> None:
    assert agree(orjson.dumps({"rows": rows, "next_cursor": None}))
    assert agree(json.dumps({"next_cursor": "c1", "rows": rows}, ensure_ascii=True).encode())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"rows": []}',
        b'{"rows": [1]}',
        b'{"rows": [{"a": 1}, null]}',
        b'{"rows": [{"a": {"b": 1}}]}',
        b'{"rows": [{"a": "1"}], "next_cursor": "2025-08-04 00:00:00"}',
        b'{"rows": [{"a": "1"}]}{"rows": []}',
        b'{"rows": [{"a": "1"}]',
        b'{"rows": [{"a": "\xff"}]}',
        b'{"rows": [{"a": "\\ud800"}]}',
        b"<html>",
    ],
)
def test_everything_doubtful_is_left_to_the_general_way(content: bytes) -> None:
    assert direct_rows.read(content, "rows", IMPRESSIONS) is None


@pytest.mark.parametrize("other", [1, "1,5"])
def test_every_digit_of_a_number_is_kept(other: object) -> None:
    page = orjson.dumps({"rows": [row(0, impressions=0), row(1, impressions=other)]})
    found, general = both(page.replace(b":0,", b":99999999999999.9999,"))
    assert found is not None
    assert str(canonical(found).table["impressions"][0].as_py()) == "99999999999999.9999"
    assert canonical(found).table.equals(canonical(general).table)


def test_rows_can_be_looked_at_one_by_one() -> None:
    found, _ = both(orjson.dumps({"rows": [row(0), row(1), row(2)]}))
    assert found is not None
    assert len(found.rows) == 3
    assert found.rows[1]["Site"] == "München Hbf"
    assert [item["Bids"] for item in found.rows[1:]] == [10, 10]
    assert [item["Bids"] for item in found.rows] == [10, 10, 10]
