"""Rules of mapping files: each source id one line, each row accepted, rejected or repeated."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campfill_pipeline.domain.id_maps import MapRow, id_map_column, judge_map, normal_id

ONE, TWO = UUID(int=1), UUID(int=2)
NAMED = {str(ONE): [ONE], str(TWO): [TWO], "a-1": [ONE], "both": [ONE, TWO]}


def judged(
    *rows: tuple[str | None, str | None, str | None],
) -> tuple[dict[tuple[str, str], UUID | None], list[str]]:
    found = judge_map([MapRow(None, 2 + n, *row) for n, row in enumerate(rows)], NAMED, {"api", "kevel"})
    return {(one.source_id, one.connector): one.line_id for one in found.accepted}, [
        f.code for _, _, f in found.found
    ]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ((None, "a-1", None), "missing_value"),
        (("7", " ", None), "missing_value"),
        (("7", "nobody", None), "unknown_line"),
        (("7", "both", None), "unknown_line"),
        (("7", "a-1", "xandr"), "unknown_connector"),
        (("7" * 201, "a-1", None), "too_long"),
        ((str(TWO), "a-1", None), "id_of_a_line"),
    ],
)
def test_a_row_that_cannot_be_meant_is_rejected(
    row: tuple[str | None, str | None, str | None], code: str
) -> None:
    assert judged(row) == ({}, [code])


def test_one_id_of_two_sources_may_be_two_lines_and_one_of_one_source_may_not() -> None:
    accepted, codes = judged(("7", "A-1", "API"), (" 7", str(TWO).upper(), "kevel"))
    assert (accepted, codes) == ({("7", "api"): ONE, ("7", "kevel"): TWO}, [])
    assert judged(("7", "A-1", None), ("7", str(TWO), None)) == ({}, ["duplicate_id", "duplicate_id"])
    assert judged(("7", "A-1", None), ("7", str(ONE), None)) == ({("7", ""): ONE}, ["duplicate_row"])


def test_headers_of_both_languages_are_known() -> None:
    known = [
        id_map_column(text)
        for text in ("SOURCE_ID", "Quell-ID", "Line ID", "External ID", "Connector", "Budget")
    ]
    assert [column and column.field for column in known] == [
        "source_id",
        "source_id",
        "line",
        "line",
        "connector",
        None,
    ]


TEXTS = st.sampled_from([None, "", "7", "8", "a-1", str(TWO), "nobody"])


@given(st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from([None, "api", "no"])), max_size=12))
def test_every_row_is_accepted_rejected_or_repeated(
    rows: list[tuple[str | None, str | None, str | None]],
) -> None:
    listed = [MapRow(None, 2 + n, *row) for n, row in enumerate(rows)]
    found = judge_map(listed, NAMED, {"api"})
    wrong = {position for position, _, finding in found.found if finding.severity == "error"}
    assert found.rejected(len(rows)) == len(wrong)
    keys = [(one.source_id, one.connector) for one in found.accepted]
    assert len(set(keys)) == len(keys)
    for one in found.accepted:
        row = listed[one.row_no - 2]
        assert (normal_id(row.source_id or ""), NAMED[normal_id(row.line or "")]) == (
            one.source_id,
            [one.line_id],
        )
