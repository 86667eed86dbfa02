"""The rows of the table: what was aimed at, beside what it stands, and why a figure that missed its target did.

Belongs here: targets as they were set, and the judgement of a measured figure. Does not belong here: measuring, and how
the page looks. Reasons are words in `reasons.toml`; figures come from results only.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from bench.speed.results import BEFORE, NOW, Results, middle

REASONS = Path(__file__).with_name("reasons.toml")
FLOOR = "floor"


class Unit(Enum):
    """How a figure is written."""

    SECONDS = "s"
    BYTES = "bytes"
    MB = "MB"
    SHARE = "% of a core"


@dataclass(frozen=True)
class Target:
    """One figure of a row: `at_most` times `beside` (a build or a way), or `at_most` as such where it stands alone.

    None: told only. `processor` is the measure of the processor seconds that are told with it.
    """

    measure: str
    words: str
    at_most: float | None = None
    beside: str | None = BEFORE
    unit: Unit = Unit.SECONDS
    processor: str | None = None


@dataclass(frozen=True)
class Row:
    """A row of the table: results of this name, in these words, with the figures that belong to it."""

    name: str
    work: str
    targets: tuple[Target, ...]


@dataclass(frozen=True)
class Judgement:
    """A target beside what was measured: `share` of what it stands beside, None where it stands alone."""

    target: Target
    figure: float
    share: float | None

    @property
    def reached(self) -> bool | None:
        """Whether the target was reached; None where there is none."""
        if self.target.at_most is None:
            return None
        return (self.figure if self.share is None else self.share) <= self.target.at_most


def judge(target: Target, results: Results) -> Judgement | None:
    """The medians of all turns, compared; None where one of the two is not measured."""
    mine = middle(results.values(NOW, target.measure))
    if mine is None:
        return None
    if target.beside is None:
        return Judgement(target, mine.median, None)
    other = middle(results.values(target.beside, target.measure))
    if other is None:
        return None
    return Judgement(target, mine.median, mine.median / other.median)


def reasons() -> Mapping[str, Mapping[str, str]]:
    """Why targets were missed: row → measure → words."""
    found: Mapping[str, Mapping[str, str]] = tomllib.loads(REASONS.read_text(encoding="utf-8"))
    return found


def _small(name: str, words: str, most: float) -> Row:
    return Row(
        name,
        f"The whole intake of {words}",
        (
            Target("seconds", "beside pandas + openpyxl + `to_sql`", most, "pandas", processor="processor"),
            Target("seconds", "beside the build before", None, BEFORE, processor="processor"),
            Target("seconds", "beside bare calamine, which checks nothing", None, "calamine", processor="processor"),
        ),
    )  # fmt: skip


ROWS = (
    Row(
        "drop",
        "A list dropped into a running `campfill up`",
        (
            Target("figures", "its figures are stored, settling included", 0.45, processor="processor"),
            Target("figures", "the same, on the clock alone", 3.0, None),
            Target("page", "page and workbook are there", None),
        ),
    ),
    Row(
        "ingest",
        "`campfill ingest` of a first list",
        (
            Target("all", "to page and workbook", 0.3, processor="processor"),
            Target("figures", "figures are stored", 0.25),
            Target("page", "the page is there", 0.25),
        ),
    ),
    Row(
        "burst",
        "Many files dropped at once",
        (
            Target("figures", "figures of all are stored", 0.5, processor="processor"),
            Target("page", "the page has them", 0.5),
        ),
    ),
    Row(
        "intake-100000x20",
        "The whole intake of a long list",
        (
            Target("seconds", "beside bare calamine → COPY → `ON CONFLICT`, which checks nothing", 1.0, "calamine"),
            Target("processor", "the same, in processor time", 1.3, "calamine"),
            Target("seconds", "beside pandas + openpyxl + `to_sql`", None, "pandas", processor="processor"),
        ),
    ),
    _small("intake-7057x7", "a list of the demo's size", 0.8),
    _small("intake-300x7", "a short list", 1.5),
    Row(
        "recompute",
        "A full recompute",
        (
            Target("full", "all figures", 1 / 3, processor="full processor"),
            Target("three", "three changed lines", None, processor="three processor"),
            Target("floor", "the floor: one bare sum by line and day", None, processor="floor processor"),
        ),
    ),
    Row(
        "packed",
        "An hourly row with its key, in months that are closed",
        (
            Target("packed bytes", "packed", 40, None, Unit.BYTES),
            Target("single bytes", "single, as before", None, None, Unit.BYTES),
        ),
    ),
    Row(
        "worst-day",
        "The worst day, HTTP body to figures",
        (
            Target("new", "a new day", 0.5, processor="new processor"),
            Target("memory", "the most memory it took", None, BEFORE, Unit.MB),
        ),
    ),
    Row(
        "idle",
        "`campfill up` that waits",
        (
            Target("of one core", "processor", 0.5, BEFORE, Unit.SHARE),
            Target("memory", "memory, without what is shared", 450, None, Unit.MB),
            Target("memory", "beside the build before", None, BEFORE, Unit.MB),
        ),
    ),
    Row(
        "commands",
        "Commands beside a running `campfill up`",
        tuple(
            target
            for name in ("status", "line", "fulfillment")
            for target in (
                Target(name, f"`campfill {name}`", 0.35, None, processor=f"{name} processor"),
                Target(name, "beside the build before", None, BEFORE, processor=f"{name} processor"),
            )
        ),
    ),
)  # fmt: skip
