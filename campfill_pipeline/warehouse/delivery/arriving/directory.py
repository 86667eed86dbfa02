"""The short numbers that stand for sites, ids and series in the hourly rows.

Belongs here: looking numbers up, and giving new ones. Does not belong here: the rows that carry them.

While a fetch runs, sites and ids never seen before get provisional, negative numbers. The real ones are given in one
go at the end, under the lock of the lines: a fetch may take minutes, and nobody must wait for it that long.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from campfill_pipeline.warehouse.delivery import attribution
from campfill_pipeline.warehouse.statements import query

Pair = tuple[str | None, str | None]


@dataclass(frozen=True)
class Mention:
    """How an id was named in its latest hour, and as what: 'campaign' or 'deal'."""

    entity_id: str
    role: str
    name: str | None
    hour_utc: datetime


@dataclass
class Directory:
    """Numbers known to one fetch. `source` is 'a' or 'c'."""

    conn: psycopg.Connection
    source: str
    sites: dict[str, int] = field(default_factory=dict)
    series: dict[Pair, int] = field(default_factory=dict)
    mentions: dict[tuple[str, str], Mention] = field(default_factory=dict)

    def site_numbers(self, names: Sequence[str]) -> list[int]:
        """Number of each site; below 0 where it is not known yet."""
        unseen = [name for name in names if name not in self.sites]
        if unseen:
            found = self.conn.execute("SELECT site, site_no FROM site WHERE site = ANY(%s)", (unseen,))
            self.sites.update(found.fetchall())
            for name in unseen:
                self.sites.setdefault(name, -1 - len(self.sites))
        return [self.sites[name] for name in names]

    def series_numbers(self, pairs: Sequence[Pair]) -> list[int]:
        """Number of each (campaign id, deal id); below 0 where it is not known yet."""
        unseen = [pair for pair in pairs if pair not in self.series]
        if unseen:
            self.series.update(self._stored_series(unseen))
            for pair in unseen:
                self.series.setdefault(pair, -1 - len(self.series))
        return [self.series[pair] for pair in pairs]

    def mention(self, mention: Mention) -> None:
        """Remember how an id was named, if no later hour named it already."""
        key = (mention.entity_id, mention.role)
        known = self.mentions.get(key)
        if known is None or known.hour_utc <= mention.hour_utc:
            self.mentions[key] = mention

    @property
    def has_new(self) -> bool:
        """Whether a site or a series has a provisional number."""
        return any(number < 0 for numbers in (self.sites, self.series) for number in numbers.values())

    def settle(self) -> tuple[dict[int, int], dict[int, int]]:
        """Give real numbers to what is new; returns provisional to real, for series and for sites.

        Needs the lock of the lines: a new id is attributed to the line it belongs to.
        """
        self._name_entities()
        new_sites = {name: number for name, number in self.sites.items() if number < 0}
        new_pairs = {pair: number for pair, number in self.series.items() if number < 0}
        site_map, series_map = {}, {}
        if new_sites:
            names = sorted(new_sites)
            self.conn.execute(
                "INSERT INTO site (site) SELECT unnest(%s::text[]) ON CONFLICT (site) DO NOTHING", (names,)
            )
            found = self.conn.execute(
                "SELECT site, site_no FROM site WHERE site = ANY(%s)", (names,)
            ).fetchall()
            site_map = {new_sites[name]: number for name, number in found}
            self.sites.update(found)
        if new_pairs:
            attribution.add_series(self.conn, self.source, sorted(new_pairs, key=str))
            stored = self._stored_series(new_pairs)
            series_map = {new_pairs[pair]: number for pair, number in stored.items()}
            self.series.update(stored)
        return series_map, site_map

    def _stored_series(self, pairs: Iterable[Pair]) -> dict[Pair, int]:
        asked = list(pairs)
        rows = self.conn.execute(
            query("delivery/arriving/directory", "stored series"),
            ([campaign for campaign, _ in asked], [deal for _, deal in asked], self.source),
        )
        return {(campaign, deal): number for campaign, deal, number in rows}

    def _name_entities(self) -> None:
        told = list(self.mentions.values())
        if not told:
            return
        attribution.add_entities(self.conn, sorted({mention.entity_id for mention in told}))
        self.conn.execute(
            query("delivery/arriving/directory", "name entities"),
            (
                [mention.entity_id for mention in told],
                [mention.role for mention in told],
                [mention.name for mention in told],
                [mention.hour_utc for mention in told],
            ),
        )
