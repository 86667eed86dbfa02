"""Values of report rows: exact whatever the notation, refused where there is more than one reading or none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campfill_pipeline.domain import report_hours, report_values
from campfill_pipeline.domain.report_hours import Granularity
from campfill_pipeline.domain.report_values import NumberNotation

BERLIN, NEW_YORK, UTC_ZONE = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("UTC")
PLACES = Decimal("0.0001")
figures = st.decimals(0, Decimal("99999999999999.9999"), places=4, allow_nan=False, allow_infinity=False)


def german(value: Decimal, decimals: int = 4) -> str:
    return f"{value:,.{decimals}f}".translate(str.maketrans(",.", ".,"))


@given(st.lists(st.none() | figures, max_size=8), st.booleans())
def test_german_texts_are_exact(values: list[Decimal | None], grouped: bool) -> None:
    texts = [None if v is None else german(v) if grouped else f"{v:f}".replace(".", ",") for v in values]
    read = report_values.decimals(texts, "german")
    assert read.values.to_pylist() == values
    assert (read.faults, read.rounded) == ({}, ())


@given(st.lists(st.none() | figures, max_size=8))
def test_english_texts_are_exact(values: list[Decimal | None]) -> None:
    read = report_values.decimals([None if v is None else f"{v:,.4f}" for v in values], "english")
    assert read.values.to_pylist() == values


@given(st.lists(st.floats(0, 1e13) | st.integers(0, 10**14 - 1) | st.none(), max_size=8))
def test_numbers_are_their_shortest_decimal_rounded_half_even(values: list[float | int | None]) -> None:
    expected = [None if v is None else Decimal(repr(v)).quantize(PLACES, ROUND_HALF_EVEN) for v in values]
    read = report_values.decimals(values, "german")
    assert read.values.to_pylist() == expected
    changed = [i for i, v in enumerate(values) if v is not None and Decimal(repr(v)) != expected[i]]
    assert list(read.rounded) == changed


@given(st.lists(figures | st.floats(0, 1e10) | st.integers(0, 10**9), min_size=1, max_size=6))
def test_a_mixed_column_reads_as_each_value_by_itself(values: list[Decimal | float | int]) -> None:
    mixed = [german(v) if isinstance(v, Decimal) else v for v in values]
    together = report_values.decimals(mixed, "german")
    apart = [report_values.decimals([value], "german").values[0].as_py() for value in mixed]
    assert together.values.to_pylist() == apart


@pytest.mark.parametrize(
    ("text", "notation", "value"),
    [
        ("12.149,71", "german", "12149.71"),
        ("12.149", "german", "12149"),
        ("12,149", "german", "12.149"),
        ("12.149", "english", "12.149"),
        ("12,149", "english", "12149"),
        ("1234.56", "german", "1234.56"),
        ("0.123", "german", "0.123"),
        ("1,5E6", "german", "1500000"),
        (" 7 ", "german", "7"),
        ("1 500 000", "german", "1500000"),
        ("231.810.865", "german", "231810865"),
        ("0,00005", "german", "0"),
        ("0,00015", "german", "0.0002"),
    ],
)
def test_a_text_with_one_reading_is_read(text: str, notation: NumberNotation, value: str) -> None:
    assert report_values.decimals([text], notation).values.to_pylist() == [Decimal(value)]


@pytest.mark.parametrize("blank", ["", "  ", "-", "–", "n/a", "NULL", "\u00a0"])
def test_a_blank_is_null_and_no_fault(blank: str) -> None:
    read = report_values.decimals([blank], "german")
    assert read.values.to_pylist() == [None]
    assert read.faults == {}


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("abc", "not_a_number"),
        ("12%", "not_a_number"),
        ("1.23.456", "not_a_number"),
        ("1,5 Mio", "not_a_number"),
        (True, "not_a_number"),
        ({"a": 1}, "not_a_number"),
        ("#REF!", "error_cell"),
        ("-1", "out_of_range"),
        (-1, "out_of_range"),
        (-0.5, "out_of_range"),
        (1e14, "out_of_range"),
        (10**30, "out_of_range"),
    ],
)
def test_a_value_without_a_reading_is_a_fault_and_leaves_its_neighbours_alone(
    value: object, code: str
) -> None:
    read = report_values.decimals(["1", value, "2,5"], "german")
    assert read.values.to_pylist() == [Decimal(1), None, Decimal("2.5")]
    assert {index: fault.code for index, fault in read.faults.items()} == {1: code}


@pytest.mark.parametrize("value", [1.5, "1,5", 3.000001, -1, "x", 2**63, 2**31, "2.147.483.648"])
def test_a_count_must_be_whole(value: object) -> None:
    read = report_values.counts([3, value, None, "1.234"], "german")
    assert read.values.to_pylist() == [3, None, None, 1234]
    assert list(read.faults) == [1]


def test_a_count_written_as_a_decimal_is_a_count() -> None:
    assert report_values.counts([3.0, "4,0"], "german").values.to_pylist() == [3, 4]


def test_texts_are_clean() -> None:
    raw = ["  Mu\u0308nchen \u00a0 Hbf ", "", "n/a", None, 12345, "A > B > C", "\ud800"]
    assert report_values.texts(raw).to_pylist() == [
        "München Hbf",
        None,
        None,
        None,
        "12345",
        "A > B > C",
        "?",
    ]
    assert report_values.texts(raw[5:6], path=True).to_pylist() == ["C"]


def test_ids_are_lower_case_without_braces() -> None:
    uuid = "0F2B4FCF-63CE-4178-ADD5-17E4F602A115"
    read = report_values.texts([f"{{{uuid}}}", uuid, "{odd}", 17.0], lower=True, braces=True)
    assert read.to_pylist() == [uuid.lower(), uuid.lower(), "{odd}", "17"]


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2025-08-04T00:00:00.000Z", "2025-08-04T00"),
        ("2025-08-04T02:00:00+02:00", "2025-08-04T00"),
        ("2025-08-04 00:00", "2025-08-04T00"),
        ("2025-08-04T00:00:00.0000000Z", "2025-08-04T00"),
    ],
)
def test_hours_are_read_in_utc(text: str, hour: str) -> None:
    (read,) = report_hours.hours([text], UTC_ZONE).values.to_pylist()
    assert read.strftime("%Y-%m-%dT%H") == hour


@pytest.mark.parametrize(
    ("text", "granularity", "code"),
    [
        ("yesterday", "hour", "not_a_date"),
        ("2025-13-01T00:00:00Z", "hour", "not_a_date"),
        ("2025-08-04T00:30:00Z", "hour", "not_on_the_hour"),
        ("1970-01-01T00:00:00Z", "hour", "out_of_range"),
        ("#N/A", "day", "error_cell"),
        ("2026-03-29T02:00:00", "hour", "not_a_date"),  # the clocks go forward in Berlin
    ],
)
def test_what_is_no_hour_is_a_fault(text: str, granularity: Granularity, code: str) -> None:
    read = report_hours.hours([text], BERLIN, granularity)
    assert read.values.to_pylist() == [None]
    assert read.faults[0].code == code


def test_the_doubled_hour_of_autumn_is_read_once_and_told() -> None:
    read = report_hours.hours(["2026-10-25T01:00:00", "2026-10-25T02:00:00"], BERLIN)
    assert read.values.to_pylist()[1] == datetime(2026, 10, 25, 0, tzinfo=UTC)
    assert read.ambiguous == (1,)


@given(st.datetimes(datetime(2000, 1, 2), datetime(2199, 12, 30)), st.sampled_from([BERLIN, NEW_YORK]))
def test_an_hour_with_its_offset_comes_back(moment: datetime, zone: ZoneInfo) -> None:
    hour = moment.replace(minute=0, second=0, microsecond=0, tzinfo=UTC)
    text = hour.astimezone(zone).isoformat()
    assert report_hours.hours([text, None], zone).values.to_pylist() == [hour, None]


@given(
    st.dates(datetime(2001, 1, 1).date(), datetime(2199, 1, 1).date()), st.sampled_from([BERLIN, NEW_YORK])
)
def test_a_day_is_stored_in_the_first_hour_of_the_local_day_of_its_name(day: object, zone: ZoneInfo) -> None:
    for text in (f"{day}", f"{day}T00:00:00Z"):
        (hour,) = report_hours.hours([text], zone, "day").values.to_pylist()
        local = hour.astimezone(zone)
        assert (str(local.date()), local.hour) == (str(day), 0)
        assert (hour - timedelta(hours=1)).astimezone(zone).date() < local.date()


def test_times_within_an_hour_belong_to_it_where_the_source_is_finer() -> None:
    read = report_hours.hours(["2025-08-04T13:45:00Z"], UTC_ZONE, "finer")
    assert read.values.to_pylist() == [datetime(2025, 8, 4, 13, tzinfo=UTC)]


def test_arrow_columns_read_like_lists() -> None:
    assert report_values.decimals(pa.array(["1,5", None]), "german").values.to_pylist() == [
        Decimal("1.5"),
        None,
    ]
    assert report_values.decimals(pa.array([1.5, None]), "german").values.to_pylist() == [
        Decimal("1.5"),
        None,
    ]
    chunked = pa.chunked_array([["1"], ["2"]])
    assert report_values.decimals(chunked, "german").values.to_pylist() == [Decimal(1), Decimal(2)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-08-03T22:00:00Z", "2025-08-03T22"),
        ("2025-01-04T23:00:00.000Z", "2025-01-04T23"),
        ("2025-08-04T00:00:00Z", "2025-08-03T22"),
        ("2025-08-04T02:00:00+02:00", "2025-08-03T22"),
        ("2025-08-04T21:00:00Z", "2025-08-03T22"),
    ],
)
def test_a_moment_at_which_a_day_begins_in_the_zone_names_that_day(text: str, day: str) -> None:
    """Else the date as written does."""
    (read,) = report_hours.hours([text], BERLIN, "day").values.to_pylist()
    assert read.strftime("%Y-%m-%dT%H") == day


@pytest.mark.parametrize(
    ("values", "notation", "refused"),
    [
        (["12149.71", "149.712", "5"], "german", ["149.712"]),
        (["12149.71", "149.712", "5,75"], "german", []),  # both are shown: what is described decides
        (["12.149,71", "149.712"], "german", []),
        (["12149,71", "149,712"], "english", ["149,712"]),
        ([f"{number},{100 + number}" for number in range(1, 21)], "german", None),
        ([f"{number},{100 + number}" for number in range(1, 20)], "german", []),
        ([f"{number}.{100 + number}" for number in range(1, 21)], "german", []),
        ([f"{number}.{100 + number}" for number in range(1, 21)] + ["0.5"], "english", []),
    ],
)
def test_texts_that_contradict_the_described_notation_are_not_guessed(
    values: list[str], notation: report_values.NumberNotation, refused: list[str] | None
) -> None:
    read = report_values.decimals(values, notation)
    assert [values[at] for at in read.faults] == (values if refused is None else refused)
    assert {fault.code for fault in read.faults.values()} <= {"ambiguous_number"}


@pytest.mark.parametrize("dress", ["{%s}", "(%s)", '"%s"', "'%s'", "urn:uuid:%s", "URN:UUID:{%s}"])
def test_a_uuid_is_known_however_it_is_dressed(dress: str) -> None:
    bare = "0b5f1d7e-2a64-4c1f-9b5e-1f0c5d1a7e42"
    assert report_values.texts([dress % bare], lower=True, braces=True).to_pylist() == [bare]


@pytest.mark.parametrize(("year", "fits"), [(1999, False), (2000, True), (2199, True), (2200, False)])
def test_seconds_are_counted_from_2000_to_2199(year: int, fits: bool) -> None:
    moment = datetime(year, 6, 1, tzinfo=UTC)
    found = report_hours.hours([str(int(moment.timestamp()))], BERLIN)
    assert (not found.faults) is fits


@pytest.mark.parametrize(("year", "fits"), [(1999, False), (2000, True), (2199, True), (2200, False)])
def test_years_that_no_delivery_is_of_are_a_fault(year: int, fits: bool) -> None:
    found = report_hours.hours([f"{year}-06-01T12:00:00Z"], BERLIN)
    assert [fault.code for fault in found.faults.values()] == ([] if fits else ["out_of_range"])


@pytest.mark.parametrize("count", [-1, 2_147_483_648])
def test_a_count_that_cannot_be_is_a_fault_as_a_number_too(count: int) -> None:
    assert list(report_values.counts([0, count, 2_147_483_647], "english").faults) == [1]
