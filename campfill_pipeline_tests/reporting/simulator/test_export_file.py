"""The simulated CSV export says the same as the simulated API, and the product reads it so."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pyarrow as pa

from campfill_pipeline.intake.judge.exports import validate_export
from campfill_pipeline.intake.process.parser import ParseLimits, Parser
from campfill_pipeline.simulator.export_file import write_report_csv
from campfill_pipeline.simulator.world import World

_LIMITS = ParseLimits(max_bytes=50_000_000, memory_mb=1_024, seconds=60)
_KEY = ["hour_utc", "campaign_id", "deal_id", "campaign_purchase_type", "deal_purchase_type"]


def _sums(table: pa.Table) -> dict[tuple[object, ...], object]:
    rows = table.group_by(_KEY).aggregate([("impressions", "sum")]).to_pylist()
    return {tuple(row[name] for name in _KEY): row["impressions_sum"] for row in rows}


def test_an_export_that_is_dropped_holds_the_delivery_of_its_days(small_world: World, tmp_path: Path) -> None:
    first, last = small_world.today - timedelta(4), small_world.today - timedelta(2)
    path, work = tmp_path / "report.csv", tmp_path / "work"
    work.mkdir()
    written = write_report_csv(small_world, path, first, last)
    with Parser(_LIMITS) as parser:
        verdict = validate_export(parser.parse(path, path.name, work), work)
    assert (verdict.status, verdict.rows_accepted) == ("loaded", written)
    read = pa.ipc.open_stream(verdict.lines).read_all()
    assert _sums(read) == _sums(small_world.detail_table(first, last))


def test_an_export_of_no_days_is_a_header_only(small_world: World, tmp_path: Path) -> None:
    day = small_world.first_day - timedelta(3)
    assert write_report_csv(small_world, tmp_path / "report.csv", day, day) == 0
    assert len((tmp_path / "report.csv").read_text(encoding="utf-8-sig").splitlines()) == 1
