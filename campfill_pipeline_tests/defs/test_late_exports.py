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


def test_what_the_newer_one_refuses_is_kept_and_listed_once_though_the_older_one_is_stored_last(
    tmp_path: Path, campfill: Campfill
) -> None:
    def day(impressions: int, noon: int | str) -> str:  # more than a whole local day
        hours = [*(f"09T{hour}" for hour in (20, 21, 22, 23)), *(f"10T{hour:02}" for hour in range(24))]
        row = "2026-08-{hour}:00:00.000Z,Line 1,00000000-0000-0000-0000-000000000001,,,{impressions}\n"
        told = {"10T12": noon}
        return HEAD + "".join(
            row.format(hour=hour, impressions=told.get(hour, impressions)) for hour in hours
        )

    taken = []
    for name, text in (("first", day(1, 3)), ("older", day(1, 4)), ("newer", day(2, "?"))):
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        taken.append(arrivals.take_copy(campfill, tmp_path / f"{name}.csv"))
    first, older, newer = taken
    for upload in (first, newer, older):
        upload_steps.store_export(campfill, upload)
    with campfill.connect() as connection:
        stored = connection.execute(
            "SELECT impressions, count(*) FROM report_row GROUP BY 1 ORDER BY 1"
        ).fetchall()
        listed = connection.execute("SELECT count(*) FROM report_refusal").fetchall()
    assert stored == [(Decimal(2), 27), (Decimal(4), 1)]
    assert listed == [(1,)]
