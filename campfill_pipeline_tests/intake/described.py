"""Lists that have a description, read and judged in this process."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa

from campfill_pipeline.domain.described_columns import Described
from campfill_pipeline.intake.findings import Parsed, ParseLimits
from campfill_pipeline.intake.judge.campaign_lists import read_issues, validate_list
from campfill_pipeline.intake.lists import shelf
from campfill_pipeline.intake.lists.notation import read_description
from campfill_pipeline.intake.process.reading import read_file
from campfill_pipeline.language.currencies import count_in

BUILT_IN = shelf.load(Path("nowhere")).texts
LIMITS = ParseLimits(max_bytes=10**9, memory_mb=4_000, seconds=60)

OWN = """
name = "own"
[columns]
id = ["Nummer"]
name = ["Kampagne"]
start = ["Start"]
end = ["Ende"]
goal = ["Ziel"]
cpm = ["TKP €"]
buyer = ["Kunde"]
[id]
type = "text"
[flight]
dates = "german"
[money]
currency = "EUR"
"""
"""A description to be changed by tests."""


def parsed(file: Path, work: Path, texts: Mapping[str, str] = BUILT_IN) -> Parsed:
    """The file, read by these descriptions."""
    work.mkdir(exist_ok=True)
    return read_file(file, file.name, work, LIMITS, lambda _done, _total: None, texts)


class Judged:
    """A file read by descriptions, and judged: its lines, and its issues as (cell, code)."""

    def __init__(
        self, file: Path, work: Path, texts: Mapping[str, str] = BUILT_IN, currency: str = "EUR"
    ) -> None:
        count_in(currency)
        self.parsed = parsed(file, work, texts)
        by = None
        if self.parsed.read_by is not None:
            description = read_description(texts[self.parsed.read_by], self.parsed.read_by)
            by = Described(description, ZoneInfo("Europe/Berlin"))
        self.verdict = validate_list(self.parsed, work, by=by)
        self.lines: list[dict[str, Any]] = pa.ipc.open_stream(str(self.verdict.lines)).read_all().to_pylist()
        self.issues = read_issues(self.verdict.issues)

    @property
    def found(self) -> list[tuple[str | None, str]]:
        """Errors and warnings, each with its cell."""
        return [(issue.cell, issue.code) for issue in self.issues if issue.severity != "info"]


def own_list(folder: Path, text: str, **changes: str) -> Judged:
    """A CSV list, read by `OWN` with some of its lines replaced: `dates='dates = "us"'`."""
    description = OWN
    for key, line in changes.items():
        start = description.index(f"\n{key} = ") + 1
        description = description[:start] + line + description[description.index("\n", start) :]
    file = folder / "list.csv"
    file.write_text(text, encoding="utf-8")
    return Judged(file, folder / "work", {"own": description})
