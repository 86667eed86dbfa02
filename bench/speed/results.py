"""What was measured, on disk: one JSON file for each row of the table, with machine, load and every single sample.

Belongs here: keeping and reading results. Does not belong here: what they mean (`targets`), how they look (`page`).
"""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psutil

KEPT = Path(__file__).parents[1] / "results" / "speed"
QUICK = Path(__file__).parents[1] / "results" / "quick"
BEFORE, NOW = "before", "now"
Sample = dict[str, float]


@dataclass(frozen=True)
class Results:
    """One row, one run: the samples of each contender, by what was measured; `size` says of what."""

    row: str
    size: str
    samples: Mapping[str, list[Sample]]
    before: str = ""
    at: str = field(default_factory=lambda: f"{datetime.now(UTC):%Y-%m-%d %H:%M}")
    load: list[float] = field(default_factory=list)
    machine: str = field(default_factory=lambda: this_machine())

    def values(self, contender: str, measure: str) -> list[float]:
        """All samples of one measure, in the order of the turns."""
        return [sample[measure] for sample in self.samples.get(contender, []) if measure in sample]


@dataclass(frozen=True)
class Middle:
    """The median of some samples, and between which they lie."""

    median: float
    least: float
    most: float
    count: int


def middle(values: list[float]) -> Middle | None:
    """Median and spread; None of nothing."""
    if not values:
        return None
    return Middle(statistics.median(values), min(values), max(values), len(values))


def this_machine() -> str:
    """Cores, memory, systems, in a few words."""
    memory = round(psutil.virtual_memory().total / 2**30)
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory} GB, Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}"
    )


def keep(results: Results, folder: Path) -> None:
    """Write one row's results; those of an earlier run are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(asdict(results), indent=1) + "\n"
    (folder / f"{results.row}.json").write_text(text, encoding="utf-8")


def kept(folder: Path) -> dict[str, Results]:
    """All rows that were measured, by name."""
    files: Iterable[Path] = sorted(folder.glob("*.json"))
    found = (Results(**json.loads(file.read_text(encoding="utf-8"))) for file in files)
    return {results.row: results for results in found}


def load() -> float:
    """Processes that wait for a core, mean of the last minute."""
    return round(os.getloadavg()[0], 1)
