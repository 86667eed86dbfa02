"""Every format of an answer, whole or broken: rows as the connector describes them, or the wish to ask again."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campfill_pipeline.reporting.answers import bodies
from campfill_pipeline.reporting.description.tables import Answer, ColumnSource, ErrorMark
from campfill_pipeline.reporting.transport import BadBodyError, SaidError

ROWS = [{"a": "1", "b": "x"}, {"a": "2", "b": "ü,;"}]
FORMATS = {
    "json": (orjson.dumps(ROWS), Answer()),
    "json below a path": (orjson.dumps({"d": {"rows": ROWS}}), Answer(rows="d.rows")),
    "json with a byte order mark": (b"\xef\xbb\xbf" + orjson.dumps(ROWS), Answer()),
    "jsonl": (b"\n".join(map(orjson.dumps, ROWS)) + b"\n\n", Answer(format="jsonl")),
    "csv": ('a,b\r\n1,x\r\n2,"ü,;"\r\n'.encode(), Answer(format="csv")),
    "csv with a byte order mark": ('\ufeffa,b\n1,x\n\n2,"ü,;"'.encode(), Answer(format="csv")),
    "csv of another sort": (
        'a;b\n1;x\n2;"ü,;"\n'.encode("cp1252"),
        Answer(format="csv", delimiter=";", encoding="cp1252"),
    ),
}


def read(content: bytes, answer: Answer) -> list[dict[str, Any]]:
    return list(bodies.read_rows(content, answer, bodies.Looked("n"), 1).rows)


@pytest.mark.parametrize(("content", "answer"), FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("wraps", [0, 1, 2])
def test_rows_are_read_however_they_are_written(content: bytes, answer: Answer, wraps: int) -> None:
    for _ in range(wraps):
        content = gzip.compress(content, mtime=0)
    assert read(content, answer) == ROWS


@pytest.mark.parametrize(
    ("content", "answer", "words"),
    [
        (b"", Answer(), "empty"),
        (b" \n", Answer(format="csv"), "empty"),
        (b'[{"a": 1}, {"a"', Answer(), "broke off"),
        (b"<!DOCTYPE html><p>login", Answer(), "web page"),
        (b"<html>", Answer(format="csv"), "web page"),
        (b'{"error": "x", "code": 5}', Answer(rows="rows"), "it has: code, error"),
        (b'{"rows": {"a": 1}}', Answer(rows="rows"), "no list of rows"),
        (b"5", Answer(), "no list of rows"),
        (b"[1]", Answer(), "not a JSON object"),
        (b'{"a": 1}\n{"a"', Answer(format="jsonl"), "broke off"),
        (b"[1]\n", Answer(format="jsonl"), "not a JSON object"),
        (b"a,b\n1\n", Answer(format="csv"), "number of columns"),
        (b'a,b\n1,"x', Answer(format="csv"), "broke off"),
        (b"a\n\xff\n", Answer(format="csv"), "not text in utf-8"),
        (gzip.compress(b"[]" * 99, mtime=0)[:-9], Answer(), "compressed"),
        (b"\x1f\x8bnonsense", Answer(), "compressed"),
        (gzip.compress(b" " * 2_000_000, mtime=0), Answer(), "larger than 1 MB"),
    ],
)
def test_anything_else_is_asked_for_again(content: bytes, answer: Answer, words: str) -> None:
    with pytest.raises(BadBodyError, match=words):
        read(content, answer)


def test_a_null_list_is_no_empty_one() -> None:
    with pytest.raises(SaidError, match="null"):
        read(b'{"rows": null}', Answer(rows="rows"))
    assert read(b'{"rows": []}', Answer(rows="rows")) == []


@pytest.mark.parametrize("content", [b'[{"parts": [{"n": 4}]}, {"parts": null}]', b'[{"part": [{"n": 4}]}]'])
def test_null_or_renamed_parts_are_not_none(content: bytes) -> None:
    with pytest.raises(SaidError, match="list at “parts”"):
        read(content, Answer(nested="parts"))


CODE = ErrorMark(at="code", ok=[0], message="text.long")


@pytest.mark.parametrize(
    ("content", "mark", "words"),
    [
        (b'{"error": "no such report", "rows": []}', None, "no such report"),
        (b'{"errors": [{"code": 7}], "rows": []}', None, "7"),
        (b'{"error": {"message": "busy"}, "rows": null}', None, "busy"),
        (b'{"error": "timeout, partial result", "rows": [{"a": "1"}]}', None, "timeout"),
        (b'{"errors": [{"message": "shard 3"}], "rows": [{"a": "1"}]}', None, "shard 3"),
        (b'{"status": "ERROR", "rows": []}', None, "status: ERROR"),
        (b'{"state": "in_progress", "rows": []}', None, "in_progress"),
        (b'{"success": false, "rows": [{"a": "1"}]}', None, "success: false"),
        (b'{"code": 50000, "rows": []}', None, "code: 50000"),
        (b'{"isTruncated": true, "rows": [{"a": "1"}]}', None, "isTruncated"),
        (b'{"complete": false, "rows": [{"a": "1"}]}', None, "complete: false"),
        (b'{"code": 50000, "text": {"long": "quota used up"}, "rows": []}', CODE, "50000.*quota used up"),
        (b'{"code": 50000, "rows": [{"a": "1"}]}', CODE, "50000"),
        (b'{"code": true, "rows": [{"a": "1"}]}', ErrorMark(at="code", ok=[1]), "true"),
        (b'{"meta": {"failed": true}, "rows": [{"a": "1"}]}', ErrorMark(at="meta.failed"), "failed"),
        (b'{"code": 500, "complete": true, "rows": [{"a": "1"}]}', None, "code: 500"),
    ],
)
def test_an_error_inside_a_200_is_an_error(content: bytes, mark: ErrorMark | None, words: str) -> None:
    with pytest.raises(SaidError, match=words):
        bodies.read_rows(content, Answer(rows="rows"), bodies.Looked("a"), 1, mark)


@pytest.mark.parametrize(
    ("content", "mark"),
    [
        (b'{"error": null, "rows": [{"a": "1"}]}', None),
        (b'{"error": "2 rows are estimates", "rows": [{"a": "1"}]}', ErrorMark(at="failed")),
        (b'{"error": "", "errors": [], "success": true, "status": "ok", "rows": [{"a": "1"}]}', None),
        (b'{"code": 200, "truncated": false, "complete": true, "rows": [{"a": "1"}]}', None),
        (b'{"code": 0, "rows": [{"a": "1"}]}', CODE),
        (b'{"code": "0", "rows": [{"a": "1"}]}', CODE),
        (b'{"rows": [{"a": "1"}]}', CODE),
        (b'{"meta": {"failed": false}, "rows": [{"a": "1"}]}', ErrorMark(at="meta.failed")),
    ],
)
def test_what_is_described_as_right_is_no_error(content: bytes, mark: ErrorMark | None) -> None:
    assert len(bodies.read_rows(content, Answer(rows="rows"), bodies.Looked("a"), 1, mark).rows) == 1


@pytest.mark.parametrize("content", [b"error: backend timed out", b'{"error": "x"}', b"day;figure\n"])
def test_a_csv_of_another_header_and_no_row_is_not_an_empty_report(content: bytes) -> None:
    answer = Answer(format="csv", delimiter=";")
    with pytest.raises(BadBodyError, match="no column “Impressions”, “day”"):
        bodies.read_rows(content, answer, bodies.Looked("Impressions", ("day", "Impressions")), 1)
    assert not read(b"day;n\n", answer)


def test_nested_rows_take_from_their_outer_row_what_they_lack() -> None:
    content = orjson.dumps(
        [{"day": 1, "n": 9, "parts": [{"n": 4}, {"n": 5}]}, {"day": 2, "parts": []}, {"day": 3}]
    )
    assert read(content, Answer(nested="parts")) == [{"day": 1, "n": 4}, {"day": 1, "n": 5}]


@pytest.mark.parametrize("layout", ["json", "jsonl"])
def test_numbers_too_large_for_a_double_stay_exact(layout: str) -> None:
    text = '{"n": 123456789012.3456, "m": 0.1}'
    content = f"[{text}]" if layout == "json" else text
    (row,) = read(content.encode(), Answer.model_validate({"format": layout}))
    assert row["n"] == Decimal("123456789012.3456")


def column(rows: list[dict[str, Any]], **source: str) -> list[Any]:
    found = bodies.columns(rows, {"f": ColumnSource.model_validate(source)}, bodies.present(rows))
    return list(found["f"])


def test_a_column_is_found_exactly_then_without_case_then_by_its_parts() -> None:
    rows: list[dict[str, Any]] = [{"Name": 1, "a.b": 2, "G": {"SiteId": 3, "x": {"y": 4}}}, {"G": None}, {}]
    assert column(rows, **{"from": "Name"}) == [1, None, None]
    assert column(rows, **{"from": "name"}) == [1, None, None]
    assert column(rows, **{"from": "a.b"}) == [2, None, None]
    assert column(rows, **{"from": "g.siteid"}) == [3, None, None]
    assert column(rows, **{"from": "G.x.y"}) == [4, None, None]
    assert column(rows, **{"from": "G.x.y.z"}) == [None, None, None]
    assert column(rows, **{"from": "nothing"}) == [None, None, None]


def test_a_column_may_be_part_of_a_text_and_another_one_otherwise() -> None:
    rows: list[dict[str, Any]] = [{"t": "id=77;", "n": 5}, {"t": "none", "n": 6}, {"t": 7, "n": 8}]
    assert column(rows, **{"from": "t"}, extract=r"id=(\d+)") == ["77", None, None]
    assert column(rows, **{"from": "t"}, extract=r"\d+", otherwise="n") == ["77", 6, 8]
    assert column(rows, text="fixed") == ["fixed"] * 3


def test_columns_nobody_asked_for_are_named() -> None:
    sources = [ColumnSource.model_validate({"from": name}) for name in ("a", "G.x")]
    assert bodies.unknown(frozenset({"A", "G", "b"}), sources) == {"b"}


def test_what_is_not_read_is_the_same_whichever_way_a_page_was_read() -> None:
    sources = {"impressions": ColumnSource.model_validate({"from": "N"})}
    named = frozenset({"n", "extra", "count"})
    direct = bodies.read_rows(
        b'{"rows": [{"n": 1, "extra": null, "count": 5}]}', Answer(rows="rows"), bodies.Looked("n"), 1
    )
    other = [{"n": 1, "count": Decimal("5.0")}]
    assert bodies.unread(direct.rows, sources, named) == bodies.unread(other, sources, named)
    assert bodies.unread(other, sources, named)[0] == {"count", "extra"}
    assert bodies.unread([{"n": 1}], sources, frozenset({"n"})) == (frozenset(), [])


@pytest.mark.parametrize(
    "body",
    [
        b'{"rows": [{"Date": "2025-08-04T00:00:00Z", "n": 1, "n": 2}]}',
        b'{"rows": [{"Date": "a", "n": 1}, {"n" : 1, "Date": "a \\" : b", "n": 2}], "other": {"x": [1.5]}}',
        b'{"rows": [{"n": 1}], "total": {"n": 1, "n": 1}}',
        b'{"n": 1, "rows": [{"n": 1}], "n": 2}',
        b'{"rows": [{"n": 1, "\\u006e": 2}]}',
    ],
)
@pytest.mark.parametrize("plain", [True, False])
def test_a_key_that_stands_twice_in_an_object_is_refused_by_its_name(body: bytes, plain: bool) -> None:
    """Readers take the first, the last or neither: the quick way and the general way refuse alike."""
    answer = Answer(rows="rows") if plain else Answer(rows="rows", drop_rows=[])
    with pytest.raises(BadBodyError, match="“n” stands twice"):
        bodies.read_rows(body, answer, bodies.Looked("n"), 1)
    with pytest.raises(BadBodyError, match="“n” stands twice"):
        bodies.document(body)


VALUES = st.recursive(
    st.none() | st.integers(-9, 9) | st.text('ab":\\{}\u00e9', max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('ab":\\', max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=60)
@given(VALUES, st.booleans())
def test_no_sound_document_is_taken_for_one_with_a_key_twice(value: object, spaced: bool) -> None:
    text = json.dumps(value, indent=1 if spaced else None, ensure_ascii=spaced).encode()
    assert bodies.document(text) == value
