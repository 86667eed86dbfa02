"""Rows that are sums over sites beside their parts, and would count twice: they name no site, or one of their own.

Belongs here: whether an answer has such rows. Does not belong here: rows that name a sum by a word of it in the place
of a site (report_rows.py).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.asides import total_start
from campfill_pipeline.domain.row_hashes import Hashes, row_hashes
from campfill_pipeline.domain.row_identities import named

_IDS = ("campaign_id", "deal_id")
_KEY = ("hour_utc", *_IDS)
_FEW_SITES = 4
_FEW_ROWS = 20
_ROUNDING = Decimal("0.0000001")


@dataclass
class SiteSums:
    """The rows of one answer, page by page, as far as this question needs them: a few bytes per hour and line."""

    _sited: list[Hashes] = field(default_factory=list)
    _bare: list[tuple[Hashes, list[dict[str, Any]]]] = field(default_factory=list)
    _by_site: dict[str, Decimal] = field(default_factory=dict)
    _rows: int = 0

    def note(self, table: pa.Table) -> None:
        """Take in one page of canonical rows."""
        self._rows += table.num_rows
        sums = table.select(("site", "impressions")).group_by("site").aggregate([("impressions", "sum")])
        for site, impressions in zip(
            *(sums[name].to_pylist() for name in ("site", "impressions_sum")), strict=True
        ):
            self._by_site[site] = self._by_site.get(site, Decimal(0)) + impressions
        bare = pc.equal(table["site"], "")
        without, beside = _distinct(table.filter(bare)), _distinct(table.filter(pc.invert(bare)))
        if without.num_rows:
            self._bare.append((row_hashes(without, _KEY), without.to_pylist()))
        # A row without a site may name both ids of its parts, or only one of them.
        for names in ((), ("deal_id",), ("campaign_id",)):
            if beside.num_rows:
                self._sited.append(np.unique(row_hashes(_blanked(beside, names), _KEY)))

    def sum_of_the_others(self) -> str | None:
        """The site that has exactly what all the others have together; None where none has.

        However it is called where there are many rows; where there are few, only one that begins with a word for a sum.
        """
        if len(self._by_site) <= 2:
            return None
        site, most = max(self._by_site.items(), key=lambda pair: pair[1])
        few = len(self._by_site) < _FEW_SITES or self._rows < _FEW_ROWS
        if few and not total_start(pa.array([site]))[0]:
            return None
        others = sum(self._by_site.values(), Decimal(0)) - most
        return site if most > 0 and abs(most - others) <= most * _ROUNDING else None

    def doubled(self) -> list[str]:
        """Every hour and line that has rows of both kinds, as a person reads it."""
        if not self._bare or not self._sited:
            return []
        sited = np.unique(np.concatenate(self._sited))
        found = [
            named(row)
            for hashes, rows in self._bare
            for row, both in zip(rows, np.isin(hashes, sited).tolist(), strict=True)
            if both
        ]
        return sorted(found, key=lambda named: (named[-17:], named))  # by hour


def _distinct(table: pa.Table) -> pa.Table:
    return table.select(_KEY).group_by(list(_KEY), use_threads=False).aggregate([]).select(_KEY)


def _blanked(table: pa.Table, names: tuple[str, ...]) -> pa.Table:
    nothing = pa.nulls(table.num_rows, pa.string())
    for name in names:
        table = table.set_column(_KEY.index(name), name, nothing)
    return table
