"""docs/speed.md and its pictures, made of kept results: every figure in it was measured.

python -m bench.speed.page        write the page and its pictures again

Belongs here: sentences, tables, charts. Does not belong here: what was aimed at (`targets`), measuring.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.log_chart import log_log_chart
from bench.speed.builds import COMMIT_BEFORE, HERE
from bench.speed.results import BEFORE, KEPT, NOW, Results, kept, middle
from bench.speed.targets import ROWS, Judgement, Row, Target, Unit, judge, reasons

PAGE = HERE / "docs" / "speed.md"
PICTURES = "pictures"
WORDS = {BEFORE: "before", NOW: "now", "pandas": "pandas", "calamine": "calamine"}
HEAD = """# How fast it is

What people wait for, beside the build before this was worked on (commit `{commit}`) and beside usual ways. This page
is made by `make bench` from what was measured (`bench/results/speed/`), nothing in it is written by hand but the
reasons. Both builds do the same work in turns, each with its own packages, as a user has them work; told is the
median of all turns and, in brackets, the least and the most. On a machine that does other things too the clock is
stretched, so processor seconds of all processes and of the database stand beside it; the load before and after
(processes that wait for a core) is told with each row.

What a refresh costs, and why: [refresh cost](refresh-cost.md).

## At a glance

"""
OVER_ROWS = """\
What is dropped is a list of 300 new lines; the recompute is of all lines. The page shows hours
and sites of the most wanted lines, until four million rows were looked at.
"""
GROWTH = """## Growth

This build alone, each size once, each in a home of its own. The dashed line is exactly linear growth to the last
point: where the measured points lie above it, small sizes cost more than their share, and the cost of a line falls.

"""


@dataclass(frozen=True)
class Curve:
    """One chart: a measure over lines or rows."""

    measure: str
    over: str
    title: str
    unit: str


CURVES = tuple(
    Curve(measure, over, title, unit)
    for over in ("lines", "rows")
    for measure, title, unit in (
        ("figures", "Drop to stored figures", "seconds"),
        ("page", "Drop to page", "seconds"),
        ("recompute", "Full recompute", "seconds"),
        ("disk", "Disk", "MB"),
    )
)


def shown(value: float, unit: Unit) -> str:
    """A figure with as many digits as say something."""
    digits = 2 if value < 10 and unit is Unit.SECONDS else 1 if value < 100 else 0
    return f"{value:,.{digits}f} {unit.value}"


def spread(values: list[float], unit: Unit) -> str:
    """Median, least and most."""
    found = middle(values)
    if found is None:
        return "not measured"
    if found.count == 1:
        return shown(found.median, unit)
    least, most = (shown(value, unit).split()[0] for value in (found.least, found.most))
    return f"{shown(found.median, unit)} ({least} to {most})"


def aim(target: Target) -> str:
    """What was aimed at."""
    if target.at_most is None:
        return ""
    if target.beside is None:
        return f"≤ {target.at_most:g} {target.unit.value}"
    return f"≤ {target.at_most:.2g}"


def verdict(judged: Judgement | None) -> str:
    """Reached, or missed and how near."""
    if judged is None:
        return "not measured"
    if judged.reached is None:
        return ""
    if judged.reached:
        return "reached"
    assert judged.target.at_most is not None
    what = judged.figure if judged.share is None else judged.share
    return f"**missed**: {what / judged.target.at_most:.2f} times the target"


def _figure(judged: Judgement | None) -> str:
    if judged is None:
        return ""
    return shown(judged.figure, judged.target.unit) if judged.share is None else f"{judged.share:.2f}"


def at_a_glance(found: Mapping[str, Results]) -> list[str]:
    """The short table: every figure that has a target."""
    lines = ["| work | | target | measured | |", "|---|---|---|---|---|"]
    for row in ROWS:
        for target in row.targets:
            if target.at_most is not None:
                judged = judge(target, found[row.name]) if row.name in found else None
                lines.append(
                    f"| [{row.work}](#{_anchor(row.work)}) | {target.words} | {aim(target)} | {_figure(judged)} |"
                    f" {verdict(judged)} |"
                )
    return [*lines, ""]


def _anchor(title: str) -> str:
    return "".join(c for c in title.lower() if c.isalnum() or c in "-_ ").replace(" ", "-")


def section(row: Row, results: Results | None, why: Mapping[str, str]) -> list[str]:
    """One row of the table, with machine, load, spread, and the reason of what was missed."""
    lines = [f"## {row.work}", ""]
    if results is None:
        return [*lines, "Not measured yet.", ""]
    turns = max(len(samples) for samples in results.samples.values())
    load = " to ".join(f"{value:g}" for value in results.load)
    lines += [f"{results.size}; {_times(turns)}, {results.at} UTC. {results.machine}; load {load}.", ""]
    lines += ["| | beside | now | ratio | target | |", "|---|---|---|---|---|---|"]
    missed = []
    for target in row.targets:
        judged = judge(target, results)
        lines.append(_line(target, target.measure, target.words, results, aim(target), verdict(judged)))
        if target.processor:
            lines.append(_line(target, target.processor, f"{target.words}: processor", results, "", ""))
        if judged is not None and judged.reached is False and target.measure not in missed:
            missed.append(target.measure)
    lines.append("")
    for measure in missed:
        if measure in why:
            lines += [f"Why it missed: {why[measure]}", ""]
    return lines


def _times(turns: int) -> str:
    return "measured once" if turns == 1 else f"{turns} turns"


def _line(
    target: Target, measure: str, words: str, results: Results, aimed: str, said: str
) -> str:  # fmt: skip
    unit = target.unit
    mine = spread(results.values(NOW, measure), unit)
    if target.beside is None:
        return f"| {words} | | {mine} | | {aimed} | {said} |"
    other = results.values(target.beside, measure)
    ours, theirs = middle(results.values(NOW, measure)), middle(other)
    ratio = f"{ours.median / theirs.median:.2f}" if ours and theirs and theirs.median else ""
    return (
        f"| {words} | {WORDS[target.beside]}: {spread(other, unit)} | {mine} | {ratio} | {aimed} | {said} |"
    )


def curve_points(found: Mapping[str, Results], curve: Curve) -> list[tuple[float, float]]:
    """(size, figure) of one chart, smallest first."""
    factor = 1_000_000 if curve.over == "rows" else 1
    points = []
    for name, results in found.items():
        over, _, size = name.partition("-")
        if over == curve.over and size.isdigit():
            value = middle(results.values(NOW, curve.measure))
            if value is not None and value.median > 0:
                points.append((float(size) * factor, value.median))
    return sorted(points)


def growth(found: Mapping[str, Results], folder: Path) -> list[str]:
    """Tables and charts of what was measured at several sizes; the charts are written."""
    lines = GROWTH.splitlines()
    lines.append("")
    for over, words in (("lines", "With lines"), ("rows", "With hourly rows behind 7,057 lines")):
        sizes = sorted(
            (results for name, results in found.items() if name.startswith(f"{over}-")),
            key=lambda results: int(results.row.partition("-")[2]),
        )
        lines += [f"### {words}", ""]
        if not sizes:
            lines += ["Not measured yet.", ""]
            continue
        if over == "rows":
            lines += [*OVER_ROWS.splitlines(), ""]
        lines += _growth_table(sizes)
        for curve in CURVES:
            points = curve_points(found, curve)
            if curve.over == over and len(points) > 1:
                name = f"speed-{curve.measure}-{curve.over}.svg"
                axis = "lines" if over == "lines" else "hourly rows"
                picture = log_log_chart(curve.title, axis, curve.unit, points)
                (folder / PICTURES).mkdir(exist_ok=True)
                (folder / PICTURES / name).write_text(picture, encoding="utf-8")
                lines += [f"![{curve.title}, by {axis}]({PICTURES}/{name})", ""]
    return lines


def _growth_table(sizes: Sequence[Results]) -> list[str]:
    lines = [
        "| | figures stored | page | recompute | its processor | disk | load |",
        "|---|---|---|---|---|---|---|",
    ]
    for results in sizes:
        cells = [
            spread(results.values(NOW, measure), Unit.MB if measure == "disk" else Unit.SECONDS)
            for measure in ("figures", "page", "recompute", "recompute processor", "disk")
        ]
        load = " to ".join(f"{value:g}" for value in results.load)
        lines.append(f"| {results.size} | {' | '.join(cells)} | {load} |")
    return [*lines, ""]


def text(found: Mapping[str, Results], folder: Path) -> str:
    """The whole page; its pictures go below `folder`."""
    why = reasons()
    lines = HEAD.format(commit=COMMIT_BEFORE).splitlines()
    lines += ["", *at_a_glance(found)]
    for row in ROWS:
        lines += section(row, found.get(row.name), why.get(row.name, {}))
    lines += growth(found, folder)
    squeezed = [line for index, line in enumerate(lines) if line or (index and lines[index - 1])]
    return "\n".join(squeezed).rstrip() + "\n"


def write(results: Path, target: Path) -> None:
    """Make the page of these results."""
    target.write_text(text(kept(results), target.parent), encoding="utf-8")


if __name__ == "__main__":
    write(KEPT, PAGE)
