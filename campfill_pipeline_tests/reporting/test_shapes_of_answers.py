"""How answers of real interfaces lie: paths, arrays, columns, keys, text tables with lines around them, packed ones."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campfill_pipeline.domain import report_values
from campfill_pipeline.reporting.answers import bodies
from campfill_pipeline.reporting.answers.bodies import Looked
from campfill_pipeline.reporting.description.tables import Answer, ColumnSource
from campfill_pipeline.reporting.transport import BadBodyError, SaidError

LOOKED = Looked("imps", ("date", "imps"))


def read(content: object, **answer: Any) -> list[dict[str, Any]]:
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    return list(bodies.read_rows(body, Answer(**answer), LOOKED, 1).rows)


def test_paths_go_into_lists_by_number() -> None:
    body = {
        "reports": [
            {"rows": [{"dimensionValues": [{"value": "20251127"}], "metricValues": [{"value": "5"}]}]}
        ]
    }
    rows = read(body, rows="reports.0.rows")
    sources = {
        "hour": ColumnSource.model_validate({"from": "dimensionValues.0.value"}),
        "impressions": ColumnSource.model_validate({"from": "metricValues.0.value"}),
        "bids": ColumnSource.model_validate({"from": "metricValues.1.value"}),
    }
    found = bodies.columns(rows, sources, bodies.present(rows))
    assert found == {"hour": ["20251127"], "impressions": ["5"], "bids": [None]}


@pytest.mark.parametrize("header", ["cols", ["date", "imps"]])
def test_arrays_have_the_names_of_their_header(header: object) -> None:
    body = {"cols": [{"name": "date"}, {"name": "imps"}], "data": [["2025-11-27", 5], ["2025-11-28", 6]]}
    assert read(body, rows="data", shape="arrays", header=header)[1] == {"date": "2025-11-28", "imps": 6}


def test_an_array_of_another_length_than_its_header_is_refused() -> None:
    with pytest.raises(BadBodyError, match="2 values"):
        read({"c": ["date", "imps"], "d": [["2025-11-27"]]}, rows="d", shape="arrays", header="c")


def test_an_object_of_lists_is_a_table() -> None:
    body = {"d": {"date": ["a", "b"], "imps": [1, 2], "currency": "EUR"}}
    assert read(body, rows="d", shape="columns")[1] == {"date": "b", "imps": 2, "currency": "EUR"}
    with pytest.raises(BadBodyError, match="different lengths"):
        read({"d": {"date": ["a", "b"], "imps": [1]}}, rows="d", shape="columns")


@pytest.mark.parametrize(
    ("leaf", "rows"), [({"imps": 5}, 1), ([{"imps": 5}, {"imps": 6}], 2)], ids=["one", "several"]
)
def test_keys_are_values_level_by_level(leaf: object, rows: int) -> None:
    found = read({"d": {"77": {"2025-11-27": leaf}}}, rows="d", shape="by_key", keys=["campaign", "date"])
    assert len(found) == rows
    assert found[0] == {"campaign": "77", "date": "2025-11-27", "imps": 5}


def test_an_object_by_key_may_be_empty_but_not_null() -> None:
    assert read({"d": {}}, rows="d", shape="by_key", keys=["campaign"]) == []
    assert read({"d": []}, rows="d", shape="by_key", keys=["campaign"]) == []
    with pytest.raises(SaidError):
        read({"d": None}, rows="d", shape="by_key", keys=["campaign"])
    with pytest.raises(BadBodyError):
        read({"d": {"77": 5}}, rows="d", shape="by_key", keys=["campaign"])


def test_rows_within_rows_within_rows() -> None:
    body = [
        {
            "buy": 1,
            "packages": [{"package": "a", "days": [{"date": "x", "imps": 3}]}, {"package": "b", "days": []}],
        }
    ]
    assert read(body, nested=["packages", "days"]) == [{"buy": 1, "package": "a", "date": "x", "imps": 3}]


TABLE = """Report name,Daily
From,27/11/2025

date,campaign,imps
2025-11-27,77,"1,200"
2025-11-27,78,300
,,"1,500"

Report Time:,2025/11/28 03:00 GMT
Note,counts may change,,,
"""


def test_lines_around_a_text_table_are_no_rows() -> None:
    answer: dict[str, Any] = {
        "format": "csv",
        "skip_until_header": True,
        "stop_at": ["Report Time:", ""],
        "drop_rows": [{"column": "date", "values": [""], "total": True}],
    }
    assert [row["imps"] for row in read(TABLE.encode(), **answer)] == ["1,200", "300"]
    with pytest.raises(SaidError, match=r"total is 1,501.*1,500 together"):
        read(TABLE.replace("1,500", "1,501").encode(), **answer)
    with pytest.raises(BadBodyError, match="none holds all of date, imps"):
        read(TABLE.replace("imps", "views").encode(), **answer)
    with pytest.raises(BadBodyError, match="another number of columns"):
        read(TABLE.encode(), **answer | {"stop_at": []})


def test_rows_of_a_document_are_dropped_by_what_a_column_holds() -> None:
    body = [{"date": "2025-11-27", "imps": 5}, {"date": "Grand total", "imps": 5}]
    drop = [{"column": "date", "starts": ["Grand"], "total": True}]
    assert read(body, drop_rows=drop) == body[:1]
    with pytest.raises(SaidError, match="its rows are 5 together"):
        read([body[0], {"date": "Grand total", "imps": 9}], drop_rows=drop)


def test_a_text_table_may_have_no_header_or_be_utf_16() -> None:
    headerless = read(b"2025-11-27;5\n", format="csv", delimiter=";", header=["date", "imps"])
    tabbed = read(
        "date\timps\n2025-11-27\t5\n".encode("utf-16"), format="csv", delimiter="\t", encoding="utf-16"
    )
    assert headerless == tabbed == [{"date": "2025-11-27", "imps": "5"}]
    with pytest.raises(BadBodyError, match="Two columns"):
        read(b"date,imps,imps\n2025-11-27,5,6\n", format="csv")


def zipped(*names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name in names:
            file.writestr(name, "date,imps\n2025-11-27,5\n")
    return packed.getvalue()


def test_packed_answers_are_unpacked() -> None:
    assert read(zipped("r.csv"), format="csv") == read(gzip.compress(zipped("r.csv")), format="csv")
    with pytest.raises(BadBodyError, match=r"one file; it holds a\.csv, b\.csv"):
        read(zipped("a.csv", "b.csv"), format="csv")
    with pytest.raises(BadBodyError, match="damaged"):
        read(zipped("r.csv")[:60], format="csv")


@given(
    st.lists(
        st.fixed_dictionaries(
            {"date": st.text(max_size=5), "imps": st.integers(0, 10**15) | st.floats(0, 1e15)}
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_shape_says_what_a_list_of_objects_says(rows: list[dict[str, Any]]) -> None:
    plain = bodies.read_rows(orjson.dumps({"d": rows}), Answer(rows="d"), LOOKED, 1).rows
    lists = [[row["date"], row["imps"]] for row in rows]
    arrays = read({"h": ["date", "imps"], "d": lists}, rows="d", shape="arrays", header="h")
    columns = read({"d": {name: [row[name] for row in rows] for name in rows[0]}}, rows="d", shape="columns")
    keyed = read({"d": {str(n): row for n, row in enumerate(rows)}}, rows="d", shape="by_key", keys=["n"])
    without = [{name: row[name] for name in ("date", "imps")} for row in keyed]
    sources = {"impressions": ColumnSource.model_validate({"from": "imps"})}

    def told(found: Any) -> list[Any]:
        column = bodies.columns(found, sources, bodies.present(found))["impressions"]
        values: list[Any] = report_values.decimals(column, "english").values.to_pylist()
        return values

    assert told(arrays) == told(columns) == told(without) == told(plain)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"format": "sse"}, "event stream"),
        ({"shape": "arrays"}, "answer.header"),
        ({"header": "h"}, "answer.header"),
        ({"shape": "by_key"}, "answer.keys"),
        ({"format": "csv", "shape": "columns"}, "for JSON"),
        ({"stop_at": ["x"]}, "for lines of CSV"),
        ({"format": "csv", "header": ["a"], "skip_until_header": True}, "without a header"),
        ({"drop_rows": [{"column": "a"}]}, "give `values`"),
    ],
)
def test_what_cannot_be_obeyed_is_refused(answer: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Answer(**answer)


def test_dropping_by_a_column_that_no_row_has_drops_nothing_in_silence() -> None:
    body = [{"date": "2025-11-27T13:00Z", "imps": 5}, {"date": "2025-11-27T14:00Z", "imps": 6}]
    with pytest.raises(SaidError, match="has the column “day”"):
        read(body, drop_rows=[{"column": "day", "values": [""]}])
    text = "Date,Imps\n2025-11-27T13:00Z,5\n,5\n"
    assert len(read(text.encode(), format="csv", drop_rows=[{"column": "DATE", "values": [""]}])) == 1
