"""Report rows: what is refused, what is only remarked, and what every stored row keeps."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campfill_pipeline.domain import report_keys, report_rows
from campfill_pipeline.domain.report_rows import CANONICAL, FIELDS, Notation
from campfill_pipeline.domain.report_schema import broken_promises

HOUR = "2025-08-04T13:00:00.000Z"
ID = "0f2b4fcf-63ce-4178-add5-17e4f602a115"


def raw(*rows: dict[str, Any]) -> dict[str, list[Any]]:
    whole: list[dict[str, Any]] = [
        {"hour": HOUR, "campaign_id": ID, "impressions": "12.149,71", **row} for row in rows
    ]
    return {name: [row.get(name) for row in whole] for name in FIELDS}


def table(*rows: dict[str, Any]) -> pa.Table:
    return report_rows.canonical(raw(*rows)).table


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"hour": None}, "hour", "missing_value"),
        ({"hour": "x"}, "hour", "not_a_date"),
        ({"impressions": None}, "impressions", "missing_value"),
        ({"impressions": "x"}, "impressions", "not_a_number"),
        ({"campaign_id": None}, "deal_id", "missing_value"),
        ({"campaign_id": " "}, "deal_id", "missing_value"),
        ({"campaign_id": "x" * 201}, "campaign_id", "too_long"),
        ({"site": "x" * 501}, "site", "too_long"),
    ],
)
def test_a_row_without_hour_impressions_or_id_is_refused_with_its_content(
    changes: dict[str, Any], field: str, code: str
) -> None:
    found = report_rows.canonical(raw({}, changes, {}), labels={"hour": "Date"})
    assert found.table.num_rows == 2
    assert found.positions.to_pylist() == [0, 2]
    (refused,) = found.refused
    assert (refused.row, refused.code, refused.reasons[0].field) == (2, code, field)
    assert refused.message
    assert '"Date"' in refused.content


def test_all_reasons_against_a_row_are_told() -> None:
    (refused,) = report_rows.canonical(raw({"hour": "x", "impressions": "y", "campaign_id": None})).refused
    assert [reason.field for reason in refused.reasons] == ["hour", "impressions", "deal_id"]


def test_either_id_is_enough() -> None:
    assert table({"campaign_id": None, "deal_id": "D"})["deal_id"].to_pylist() == ["d"]


def test_an_unreadable_count_costs_no_impressions() -> None:
    found = report_rows.canonical(raw({"bids": "many", "wins": 3}))
    assert (found.table["bids"].to_pylist(), found.table["wins"].to_pylist()) == ([None], [3])
    (remark,) = found.remarks
    assert (remark.code, remark.column, remark.value, remark.rows) == (
        "funnel_unreadable",
        "bids",
        "many",
        (1,),
    )


def test_a_purchase_type_never_seen_is_kept_and_told() -> None:
    found = report_rows.canonical(
        raw({"campaign_purchase_type": "GUARANTEED"}, {"deal_purchase_type": "Preferred"})
    )
    assert found.table["campaign_purchase_type"].to_pylist() == ["guaranteed", None]
    assert found.table["deal_purchase_type"].to_pylist() == [None, "preferred"]
    assert [(remark.code, remark.value) for remark in found.remarks] == [
        ("unknown_purchase_type", "Preferred")
    ]


def test_an_absent_column_is_null_throughout() -> None:
    found = report_rows.canonical({"hour": [HOUR], "deal_id": ["d"], "impressions": [1]})
    assert found.table.to_pylist()[0] == {
        **dict.fromkeys(CANONICAL.names),
        "hour_utc": datetime(2025, 8, 4, 13, tzinfo=UTC),
        "site": "",
        "deal_id": "d",
        "impressions": Decimal(1),
    }


def test_no_rows_give_an_empty_table_of_the_same_columns() -> None:
    assert report_rows.canonical({}).table.schema == CANONICAL
    assert report_rows.canonical({name: [] for name in FIELDS}).table.schema == CANONICAL


values = st.none() | st.text(max_size=6) | st.integers(-5, 10**12) | st.floats(-1, 1e6) | st.booleans()
hours = st.sampled_from([HOUR, "2025-08-04T14:00:00Z", "2025-08-04", "x", None, 5])


@settings(max_examples=40)
@given(
    st.lists(
        st.fixed_dictionaries({name: hours if name == "hour" else values for name in FIELDS}), max_size=6
    )
)
def test_whatever_comes_each_row_is_stored_by_the_promise_or_refused(rows: list[dict[str, Any]]) -> None:
    found = report_rows.canonical({name: [row[name] for row in rows] for name in FIELDS})
    assert found.table.schema == CANONICAL
    assert broken_promises(found.table) == ()
    stored = {position + 1 for position in found.positions.to_pylist()}
    refused = {row.row for row in found.refused}
    assert stored | refused == set(range(1, len(rows) + 1))
    assert not stored & refused


@settings(max_examples=40)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(FIELDS, values)), max_size=5))
def test_a_row_reads_the_same_alone_and_among_others(rows: list[dict[str, Any]]) -> None:
    rows = [row | {"hour": HOUR, "deal_id": "d"} for row in rows]
    together = report_rows.canonical({name: [row[name] for row in rows] for name in FIELDS}).table.to_pylist()
    apart = [
        found
        for row in rows
        for found in report_rows.canonical({name: [row[name]] for name in FIELDS}).table.to_pylist()
    ]
    assert together == apart


def test_rows_outside_the_window_are_refused() -> None:
    found = report_rows.canonical(raw({}, {"hour": "2025-08-04T14:00:00Z"}, {"hour": "2019-01-01T00:00:00Z"}))
    start, end = datetime(2025, 8, 4, 13, tzinfo=UTC), datetime(2025, 8, 4, 14, tzinfo=UTC)
    kept, refused = report_rows.inside(found, start, end, "Date")
    assert kept.num_rows == 1
    assert [(row.row, row.code, row.reasons[0].column) for row in refused] == [
        (2, "out_of_window", "Date"),
        (3, "out_of_window", "Date"),
    ]


def test_the_promise_notices_what_breaks_it() -> None:
    good = table({})
    assert broken_promises(good) == ()
    upper = good.set_column(2, "campaign_id", pa.array([ID.upper()]))
    assert "lower_case" in broken_promises(upper)[0]
    nobody = good.set_column(2, "campaign_id", pa.array([None], pa.string()))
    assert "campaign_or_deal" in broken_promises(nobody)[0]
    late = good.set_column(0, "hour_utc", pa.array([datetime(2025, 8, 4, 13, 5)], CANONICAL[0].type))
    assert "on_the_hour" in broken_promises(late)[0]


keyed = st.lists(
    st.fixed_dictionaries(
        {
            "site": st.sampled_from(["a", "b"]),
            "campaign_id": st.sampled_from([None, "c1", "c2"]),
            "deal_id": st.sampled_from([None, "d"]),
            "impressions": st.integers(0, 3),
            "bids": st.none() | st.integers(0, 2),
        }
    ).filter(lambda row: row["campaign_id"] or row["deal_id"]),
    max_size=12,
)


@settings(max_examples=40)
@given(keyed)
def test_repeats_go_and_contradictions_stay(rows: list[dict[str, Any]]) -> None:
    single, repeated, contradicting = report_keys.one_per_key(
        table(*rows) if rows else CANONICAL.empty_table()
    )
    keys = [(row["site"], row["campaign_id"], row["deal_id"]) for row in rows]
    whole = list(
        dict.fromkeys((*key, row["impressions"], row["bids"]) for key, row in zip(keys, rows, strict=True))
    )
    found = [
        (r["site"], r["campaign_id"], r["deal_id"], r["impressions"], r["bids"]) for r in single.to_pylist()
    ]
    assert found == whole
    assert repeated == len(rows) - len(whole)
    assert contradicting == len(whole) - len(set(keys))


@settings(max_examples=40)
@given(keyed)
def test_parts_of_one_identity_are_summed_where_the_connector_says_so(rows: list[dict[str, Any]]) -> None:
    single, _, _ = report_keys.one_per_key(table(*rows) if rows else CANONICAL.empty_table(), add=True)
    expected: dict[Any, list[Any]] = {}
    for row in rows:
        total = expected.setdefault((row["site"], row["campaign_id"], row["deal_id"]), [0, None])
        total[0] += row["impressions"]
        if row["bids"] is not None:
            total[1] = (total[1] or 0) + row["bids"]
    found = {
        (r["site"], r["campaign_id"], r["deal_id"]): [r["impressions"], r["bids"]] for r in single.to_pylist()
    }
    assert found == expected
    assert single.schema == CANONICAL


def test_overview_totals_are_exact_and_say_nothing_where_they_cannot() -> None:
    read = report_keys.totals(
        {"id": [ID.upper(), None, "x"], "name": ["A > B", "n", None], "impressions": ["1.234,5", "1", "?"]},
        Notation("german"),
        "campaigns",
    )
    assert read.to_pylist() == [
        {
            "entity": "campaigns",
            "id": ID,
            "name": "B",
            "purchase_type": None,
            "impressions": Decimal("1234.5"),
        }
    ]


@pytest.mark.parametrize("site", ["Total", "Grand Total:", " Gesamt", "Alle Standorte", "all sites"])
def test_a_sum_over_sites_is_no_site_and_keeps_what_is_stored(site: str) -> None:
    rows = raw({"site": site}, {"site": "Total Tankstelle"})
    found = report_rows.canonical(rows)
    assert found.table["site"].to_pylist() == ["Total Tankstelle"]
    (refused,) = found.refused
    assert refused.code == "missing_value"
    assert refused.key is not None
    assert refused.key.site is None
