"""Rows of one hour, site, campaign and deal: parts are neither dropped nor added unless the description says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from campfill_pipeline.defs import delivery_steps
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline_tests.defs.test_a_refusal_is_no_absence import (
    CAMPAIGN,
    DAY,
    Row,
    Source,
    campfill,
    fetch,
    rows,
    source,
    total,
)

__all__ = ["campfill", "source"]


def creatives(*names: str) -> list[Row]:
    return [row | {"Creative": name} for row in rows() for name in names]


def described(campfill: Campfill, line: str) -> Campfill:
    """The same home with one more line in [detail] of its connector."""
    connector = Path(campfill.settings.reporting_connector)
    text = connector.read_text("utf-8").replace("[detail]\n", f"[detail]\n{line}\n")
    other = connector.with_name("described.toml")
    other.write_text(text, "utf-8")
    settings = replace(campfill.settings, reporting_connector=str(other))
    return replace(campfill, settings=settings)


def test_parts_by_a_column_that_is_not_read_leave_the_day_as_it_was(
    campfill: Campfill, source: Source
) -> None:
    assert fetch(campfill) is None
    source.rows = creatives("A", "B", "C")
    failure = fetch(campfill)
    assert failure is not None
    assert failure.startswith(f"48 rows for {DAY} have the hour, site, campaign and deal of another row")
    assert "“Creative”" in failure
    assert 'same_key = "sum"' in failure
    first = datetime(2025, 8, 4, 22, tzinfo=UTC)
    for hour in range(24):  # each is named, once
        named = f"{CAMPAIGN} at Site 0, hour {first + timedelta(hours=hour):%Y-%m-%dT%H:%MZ}"
        assert failure.count(named) == 1
    assert total(campfill) == (24, 240)


def test_parts_that_are_described_as_parts_are_added(campfill: Campfill, source: Source) -> None:
    source.rows = creatives("A", "B", "C")
    assert fetch(described(campfill, 'same_key = "sum"')) is None
    assert total(campfill) == (24, 720)


def test_repeats_that_carry_a_counter_count_once_where_that_is_described(
    campfill: Campfill, source: Source
) -> None:
    source.rows = creatives("1", "2")
    assert fetch(described(campfill, 'same_key = "once"')) is None
    assert total(campfill) == (24, 240)


def test_a_row_without_a_site_beside_its_parts_is_no_part(campfill: Campfill, source: Source) -> None:
    """Sums over sites would double the day."""
    assert fetch(campfill) is None
    sums = [row | {"Site": site} for row, site in zip(rows(), [None, "", *[None] * 22], strict=True)]
    source.rows = [*rows(), *sums]
    failure = fetch(campfill)
    assert failure is not None
    assert failure.startswith(
        f"For {DAY} 24 times a row without a site stands beside rows with sites of the same hour"
    )
    assert "without_site" in failure
    assert f"{CAMPAIGN}, hour 2025-08-04T22:00Z" in failure
    assert total(campfill) == (24, 240)
    assert fetch(described(campfill, 'without_site = "add"')) is None
    assert total(campfill) == (48, 480)


def test_a_source_without_sites_is_no_sum(campfill: Campfill, source: Source) -> None:
    source.rows = [row | {"Site": None} for row in rows()]
    assert fetch(campfill) is None
    assert total(campfill) == (24, 240)


def test_rows_equal_throughout_count_once_and_that_is_told(campfill: Campfill, source: Source) -> None:
    source.rows = creatives("A", "A")
    (done,) = delivery_steps.fetch_days(campfill, [DAY], "run")
    assert done.failure is None
    assert done.metadata["rows that came twice, counted once"] == 24
    assert total(campfill) == (24, 240)
