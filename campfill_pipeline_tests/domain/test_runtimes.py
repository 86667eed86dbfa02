"""Runtimes are two full dates around a dash, or refused with the reason."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.runtimes import read_runtime

TEXT = CellKind.TEXT


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("04.09.2025-06.09.2025", "04.09.2025-06.09.2025"),
        ("4.9.2025-6.9.2025", "04.09.2025-06.09.2025"),
        ("4.9.25-6.9.25", "04.09.2025-06.09.2025"),
        ("04.09.2025 - 06.09.2025", "04.09.2025-06.09.2025"),
        ("04.09.2025\n-\n06.09.2025", "04.09.2025-06.09.2025"),
        ("04.09.2025–06.09.2025", "04.09.2025-06.09.2025"),
        ("04.09.2025\u00a0—\u202f06.09.2025", "04.09.2025-06.09.2025"),
        ("\u200b 04.09.2025-06.09.2025 ", "04.09.2025-06.09.2025"),
        ("04.09.2025-04.09.2025", "04.09.2025-04.09.2025"),
        ("29.02.2024-01.03.2024", "29.02.2024-01.03.2024"),
        ("ASAP-06.09.2025", "ASAP-06.09.2025"),
        ("asap – 6.9.25", "ASAP-06.09.2025"),
        ("AsAp\n-06.09.2025", "ASAP-06.09.2025"),
        ("01.01.99-02.01.99", "01.01.2099-02.01.2099"),
    ],
)
def test_notations_of_a_runtime(text: str, canonical: str) -> None:
    flight = read_runtime(text, TEXT).flight
    assert flight is not None
    assert flight.runtime == canonical
    assert (flight.start is None) == canonical.startswith("ASAP")


@pytest.mark.parametrize(
    "text",
    [
        "04.-06.09.2025",
        "04.09.-06.09.2025",
        "04.09.2025-06.09.",
        "04-06.09._",
        "04.09.2025",
        "4. September 2025-6. September 2025",
        "04.Sep.2025-06.Sep.2025",
        "04.09.2025-06.09.2025, 10.09.2025-12.09.2025",
        "04.09.2025-06.09.2025-08.09.2025",
        "04.09.2025 06.09.2025",
        "04.09.2025 bis 06.09.2025",
        "2025-09-04-2025-09-06",
        "04/09/2025-06/09/2025",
        "04.09.025-06.09.2025",
        "04.09.20255-06.09.2025",
        "004.09.2025-06.09.2025",
        "04. 09. 2025-06. 09. 2025",
        "ASAP 06.09.2025",
        "ASAP",
        "ASAP-ASAP",
        "04.09.2025-ASAP",
        "asap.-06.09.2025",
        "-06.09.2025",
        "٠٤.٠٩.٢٠٢٥-٠٦.٠٩.٢٠٢٥",
        "x" * 5000,
    ],
)
def test_anything_else_is_a_format_error(text: str) -> None:
    read = read_runtime(text, TEXT)
    assert read.flight is None
    assert read.finding is not None
    assert read.finding.code == "runtime_format"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("31.09.2025-05.10.2025", "31.09.2025"),
        ("01.09.2025-31.09.2025", "31.09.2025"),
        ("29.02.2025-01.03.2025", "29.02.2025"),
        ("00.09.2025-01.10.2025", "00.09.2025"),
        ("01.13.2025-02.13.2025", "01.13.2025"),
        ("ASAP-31.04.2025", "31.04.2025"),
        ("01.01.0000-01.01.2025", "01.01.0000"),
    ],
)
def test_a_day_that_does_not_exist_is_named(text: str, named: str) -> None:
    finding = read_runtime(text, TEXT).finding
    assert finding is not None
    assert finding.code == "runtime_no_such_date"
    assert named in finding.message


def test_an_end_before_the_start_is_reversed() -> None:
    finding = read_runtime("06.09.2025-05.09.2025", TEXT).finding
    assert finding is not None
    assert finding.code == "runtime_reversed"


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("2025-09-04", CellKind.DATE, "runtime_format"),
        ("45904", CellKind.NUMBER, "runtime_format"),
        ("TRUE", CellKind.BOOLEAN, "runtime_format"),
        ("#REF!", CellKind.ERROR, "error_cell"),
        ("#N/A", TEXT, "error_cell"),
        (None, CellKind.FORMULA_WITHOUT_VALUE, "formula_without_value"),
    ],
)
def test_other_kinds_of_cells_are_not_runtimes(text: str | None, kind: CellKind, code: str) -> None:
    finding = read_runtime(text, kind).finding
    assert finding is not None
    assert finding.code == code


@pytest.mark.parametrize(
    "text", ["01.01.2026-31.12.9999", "04.09.0025-06.09.2025", "31.12.1999-01.01.2000", "ASAP-01.01.2100"]
)
def test_years_beyond_all_bookings_are_out_of_range(text: str) -> None:
    read = read_runtime(text, TEXT)
    assert (read.flight, read.finding and read.finding.code) == (None, "out_of_range")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("04.09.2025-06.09.2062", "13,517"),
        ("01.01.2026-31.12.2099", "27,028"),
        ("01.01.2025-03.01.2028", None),  # 1,098 days
        ("01.01.2025-04.01.2028", "1,099"),
        ("ASAP-31.12.2099", None),
    ],
)
def test_a_flight_of_more_than_three_years_is_loaded_with_a_warning(text: str, days: str | None) -> None:
    read = read_runtime(text, TEXT)
    assert read.flight is not None
    told = None if read.finding is None else (read.finding.code, str(read.finding.severity), days or "?")
    assert told == (None if days is None else ("long_runtime", "warning", days))
    assert read.finding is None or f"{days} days" in read.finding.message


@pytest.mark.parametrize("text", [None, "", " ", "-", "n/a", "NULL"])
def test_blanks(text: str | None) -> None:
    read = read_runtime(text, TEXT)
    assert (read.flight, read.finding) == (None, None)


days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@given(
    days,
    st.integers(0, 400),
    st.sampled_from(["-", "–", "—", " - ", "\n–\n", "\u00a0-\u00a0"]),
    st.booleans(),
    st.booleans(),
)
def test_every_flight_is_read_back(
    start: date, length: int, dash: str, short_year: bool, padded: bool
) -> None:
    end = start + timedelta(days=min(length, (date(2099, 12, 31) - start).days))

    def written(day: date) -> str:
        year = f"{day.year % 100:02}" if short_year else str(day.year)
        return f"{day.day:02}.{day.month:02}.{year}" if padded else f"{day.day}.{day.month}.{year}"

    flight = read_runtime(f"{written(start)}{dash}{written(end)}", TEXT).flight
    assert flight is not None
    assert (flight.start, flight.end) == (start, end)
    assert read_runtime(flight.runtime, TEXT).flight == flight


@given(st.text(max_size=40), st.sampled_from(list(CellKind)))
def test_no_text_at_all_breaks_the_reading(text: str, kind: CellKind) -> None:
    read = read_runtime(text, kind)
    assert read.flight is None or read.finding is None
