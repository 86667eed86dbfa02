"""Of two exports of the same hours the one that arrived last counts, whichever is stored first."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from campfill_pipeline.defs import arrivals, upload_steps
from campfill_pipeline.defs.resources import Campfill

HEAD = "Date,Core DSP Campaign Name,Core DSP Campaign ID,Deal Name,Deal ID,Total Impressions\n"
ROW = "2026-09-01T{hour}:00:00.000Z,Line 1,00000000-0000-0000-0000-000000000001,,,{impressions}\n"


def export(path: Path, hours: dict[int, int]) -> Path:
    rows = [ROW.format(hour=hour, impressions=count) for hour, count in hours.items()]
    path.write_text(HEAD + "".join(rows), encoding="utf-8")
    return path


def test_an_older_export_stored_late_brings_only_what_the_newer_one_does_not_tell(
    tmp_path: Path, campfill: Campfill
) -> None:
    older = arrivals.take_copy(campfill, export(tmp_path / "a.csv", {10: 1, 11: 1, 12: 1}))
    newer = arrivals.take_copy(campfill, export(tmp_path / "b.csv", {11: 5, 12: 7}))
    assert upload_steps.store_export(campfill, newer).status == "loaded"
    assert upload_steps.store_export(campfill, older).status == "loaded"
    with campfill.connect() as connection:
        stored = connection.execute(
            "SELECT extract(hour FROM hour_utc)::integer, impressions FROM report_row ORDER BY 1"
        ).fetchall()
    assert stored == [(10, Decimal(1)), (11, Decimal(5)), (12, Decimal(7))]
