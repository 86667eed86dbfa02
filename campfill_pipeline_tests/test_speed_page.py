"""docs/speed.md is made of kept results, says what missed its target, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.speed import page
from bench.speed.results import BEFORE, KEPT, NOW, Results, keep, kept
from bench.speed.targets import ROWS, judge, reasons

ROW = next(row for row in ROWS if row.name == "drop")


def _results(before: list[float], now: list[float]) -> Results:
    samples = {
        name: [{"figures": value, "processor": value / 2} for value in values]
        for name, values in ((BEFORE, before), (NOW, now))
    }
    return Results("drop", "7,057 rows", samples, at="2026-11-28 01:00", load=[1.5, 2.0], machine="2 cores")


def test_page_and_pictures_are_what_the_kept_results_give(tmp_path: Path) -> None:
    page.write(KEPT, tmp_path / "speed.md")
    assert (tmp_path / "speed.md").read_text("utf-8") == page.PAGE.read_text("utf-8")
    for picture in tmp_path.rglob("*.svg"):
        assert picture.read_bytes() == (page.PAGE.parent / page.PICTURES / picture.name).read_bytes()


def test_every_missed_target_has_its_reason() -> None:
    found = kept(KEPT)
    missed = {
        (row.name, target.measure)
        for row in ROWS
        if row.name in found
        for target in row.targets
        if (judged := judge(target, found[row.name])) is not None and judged.reached is False
    }
    given = {(row, measure) for row, measures in reasons().items() for measure in measures}
    assert missed <= given


def test_a_row_tells_median_spread_processor_ratio_and_what_it_was_measured_on() -> None:
    told = "\n".join(page.section(ROW, _results([6, 5, 7], [2, 4, 3]), {}))
    assert "7,057 rows; 3 turns, 2026-11-28 01:00 UTC. 2 cores; load 1.5 to 2." in told
    assert "| before: 6.00 s (5.00 to 7.00) | 3.00 s (2.00 to 4.00) | 0.50 | ≤ 0.45 |" in told
    assert "processor | before: 3.00 s (2.50 to 3.50) | 1.50 s (1.00 to 2.00) | 0.50 |" in told


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ([2.7], "| reached |"),
        ([2.76], "**missed**: 1.02 times"),
        ([5.4], "**missed**: 2.00 times the target"),
    ],
)
def test_a_target_is_reached_or_missed_by_so_much(now: list[float], said: str) -> None:
    told = "\n".join(page.section(ROW, _results([6.0], now), {"figures": "It waits."}))
    assert said in told
    assert ("Why it missed: It waits." in told) == ("missed" in said)


def test_what_was_not_measured_is_said() -> None:
    assert "Not measured yet." in page.section(ROW, None, {})
    assert any("not measured" in line for line in page.at_a_glance({}))


def test_sizes_are_drawn_and_told_smallest_first(tmp_path: Path) -> None:
    for lines, seconds in ((3_000, 3.0), (300, 2.5)):
        sample = {"figures": seconds, "page": seconds + 1, "disk": lines / 100}
        keep(Results(f"lines-{lines}", f"{lines:,} lines", {NOW: [sample]}, load=[1, 1]), tmp_path)
    told = "\n".join(page.growth(kept(tmp_path), tmp_path))
    assert told.index("| 300 lines | 2.50 s | 3.50 s |") < told.index("| 3,000 lines | 3.00 s | 4.00 s |")
    assert ">3</text>" in (tmp_path / "pictures" / "speed-figures-lines.svg").read_text("utf-8")
