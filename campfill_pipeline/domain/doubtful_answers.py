"""When an answer is too doubtful to take the place of what is stored: a refusal is not an absence.

Belongs here: how many refused or missing rows are too many. Does not belong here: counting them (reporting/,
warehouse/), and what is said about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if (
    TYPE_CHECKING
):  # the settings hold `Doubts`, and every command and the door read them: tables of columns are heavy
    from campfill_pipeline.domain.report_rows import RefusedRow

SMALL = 20
"""So few rows say little by their share: of them, more than half must be refused."""
FEW = 5
"""A part of a day that held fewer rows than this is not judged by itself, only with its day."""

GROWN = 10
"""So many times more of the same rows of a finished day is no correction, but another unit or notation."""


@dataclass(frozen=True)
class Doubts:
    """The shares, in percent, from which on a window is not believed (see `CAMPFILL_REFUSED_PERCENT` and
    `CAMPFILL_KEPT_PERCENT`).
    """

    refused_percent: int = 20
    kept_percent: int = 50

    def too_many_refused(self, came: int, refused: int) -> bool:
        """Whether `refused` of `came` rows (these included) are too many to believe the others."""
        if not refused:
            return False
        most = max(self.refused_percent, 50) if came < SMALL else self.refused_percent
        return refused >= came or refused * 100 > most * came

    def grown(self, held: int | Decimal, came: int | Decimal) -> bool:
        """Whether rows that held so much would hold so many times more that they are hardly of the same unit."""
        return came > GROWN * held

    def collapsed(self, held: int | Decimal, came: int | Decimal) -> bool:
        """Whether a window that held `held` rows (or impressions), and would hold `came` now, lost too many of them."""
        return came * 100 < self.kept_percent * held


def silenced(refused: Sequence[RefusedRow], accepted: Set[str]) -> dict[str, str]:
    """Ids of which several rows were refused and none accepted, each with what was said of the first of them."""
    count: Counter[str] = Counter()
    said: dict[str, str] = {}
    for row in refused:
        if row.key is None or not row.key.ids_known:
            continue
        for name in (row.key.campaign_id, row.key.deal_id):
            if name is not None and name not in accepted:
                count[name] += 1
                said.setdefault(name, row.message)
    return {name: said[name] for name, rows in count.items() if rows >= FEW}
