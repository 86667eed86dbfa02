"""Ends of flights as instants: the last minute of a written day is that day, and the header of an order's number."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.flights import DateReading
from campfill_pipeline.domain.list_descriptions import Dates
from campfill_pipeline.domain.proposals import is_other_header

NEW_YEARS_EVE = date(2026, 12, 31)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "UTC", "America/New_York", "Asia/Tokyo"])
@pytest.mark.parametrize(
    "text",
    ["2026-12-31T23:59:59Z", "2026-12-31T23:59Z", "2026-12-31 23:59:59.999+00:00", "2026-12-31T23:59:59"],
)
def test_the_last_minute_of_a_written_day_is_that_day_in_every_zone(zone: str, text: str) -> None:
    reading = DateReading(Dates.ISO, ZoneInfo(zone))
    assert reading.end(text, CellKind.TEXT).day == NEW_YEARS_EVE


def test_other_instants_are_days_of_the_homes_zone_as_before() -> None:
    reading = DateReading(Dates.ISO, ZoneInfo("Europe/Berlin"))
    assert (
        reading.end("2026-12-31T23:00:00Z", CellKind.TEXT).day == NEW_YEARS_EVE
    )  # local midnight ends the day
    assert reading.start("2026-12-30T23:59:59Z", CellKind.TEXT).day == NEW_YEARS_EVE
    assert reading.end("2026-02-30T23:59:59Z", CellKind.TEXT).finding is not None


@pytest.mark.parametrize("word", ["Auftragsnr", "Auftragsnr.", "Auftrags-Nr.", "Order ID"])
def test_an_orders_number_is_known_as_the_id(word: str) -> None:
    assert is_other_header([word, "Ziel", "TKP", "Laufzeit"])
