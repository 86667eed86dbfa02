"""Partition ranges as run tags: Dagster has no tag for several single keys, so each contiguous block is one run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from campfill_pipeline.defs import run_names

RANGE_START = "dagster/asset_partition_range_start"
RANGE_END = "dagster/asset_partition_range_end"


def key_range(first: str, last: str) -> dict[str, str]:
    """Tags of a run over the partitions from `first` to `last`, both inclusive."""
    return {RANGE_START: first, RANGE_END: last}


def day_range(first: date, last: date) -> dict[str, str]:
    """Tags of a run over these local days, both inclusive, with the name that people know it by."""
    return key_range(first.isoformat(), last.isoformat()) | run_names.days(first, last)


def day_blocks(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """First and last day of every contiguous block, in order."""
    block: list[date] = []
    for day in sorted(set(days)):
        if block and day != block[-1] + timedelta(days=1):
            yield block[0], block[-1]
            block = []
        block.append(day)
    if block:
        yield block[0], block[-1]


def key_blocks(wanted: Iterable[str], order: Sequence[str]) -> Iterator[list[str]]:
    """The wanted keys in blocks that are contiguous in `order`, the order of all partitions."""
    chosen = set(wanted)
    block: list[str] = []
    for key in order:
        if key in chosen:
            block.append(key)
        elif block:
            yield block
            block = []
    if block:
        yield block
