"""Small lists of one run, whose lines are held against their schema together: each look costs 15 ms, for however few.

A list has no verdict in its work folder until its lines are checked, so that no step goes on with it before. Belongs
here: keeping them, and finding the one that breaks its promise. Does not belong here: the promise (domain), judging.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyarrow as pa

from campfill_pipeline.domain.errors import BrokenPromiseError
from campfill_pipeline.intake.judge.campaign_lists import CHECKED_ROWS, check_promise
from campfill_pipeline.warehouse.register.uploads import Upload


@dataclass(frozen=True)
class UncheckedList:
    """A judged list: its lines, and the verdict that is written to `file` once they are checked.

    `by_buyer`: whether the buyer tells the kind of its lines.
    """

    upload: Upload
    file: Path
    verdict: bytes
    lines: Sequence[pa.RecordBatch]
    by_buyer: bool

    @property
    def promise(self) -> tuple[bool, int]:
        """What tells apart lists that are held against different schemas."""
        return self.by_buyer, self.lines[0].num_columns


class UncheckedLists:
    """Lists of a run that wait for their check."""

    def __init__(self) -> None:
        self._waiting: list[UncheckedList] = []

    def add(self, one: UncheckedList) -> None:
        """Let one more wait; it has at least one line."""
        self._waiting.append(one)

    @property
    def many(self) -> bool:
        """Whether so many lines wait that they are to be checked now."""
        lines: int = sum(batch.num_rows for one in self._waiting for batch in one.lines)
        return lines >= CHECKED_ROWS

    def check(self) -> Iterator[tuple[Upload, BrokenPromiseError]]:
        """Write the verdicts of all that wait, but of those whose lines break their schema: these are told."""
        waiting, self._waiting = sorted(self._waiting, key=lambda one: one.promise), []
        for _, alike in groupby(waiting, key=lambda one: one.promise):
            yield from _check(list(alike))


def _check(lists: Sequence[UncheckedList]) -> Iterator[tuple[Upload, BrokenPromiseError]]:
    try:
        check_promise([batch for one in lists for batch in one.lines], by_buyer=lists[0].by_buyer)
    except BrokenPromiseError as broken:
        if len(lists) == 1:
            yield lists[0].upload, broken
        else:
            for one in lists:
                yield from _check([one])
        return
    for one in lists:
        one.file.write_bytes(one.verdict)
