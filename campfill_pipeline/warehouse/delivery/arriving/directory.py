"""The short numbers that stand for sites, ids and series in the hourly rows.

Belongs here: looking numbers up, and giving new ones. Does not belong here: the rows that carry them.

While a fetch runs, sites and series never seen before get numbers that are reserved for them, so that their rows can
go straight to their place. What the numbers stand for is entered in one go at the end, under the lock of the lines: a
fetch may take minutes, and nobody must wait for it that long. Where another has entered the same name meanwhile, its
number counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

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
    _new_sites: dict[str, int] = field(default_factory=dict)
    _new_series: dict[Pair, int] = field(default_factory=dict)

    def site_numbers(self, names: Sequence[str]) -> list[int]:
        """Number of each site; one that is reserved for it where it is not known yet."""
        if unseen := [name for name in names if name not in self.sites]:
            self.sites.update(self._stored_sites(unseen))
            new = [name for name in unseen if name not in self.sites]
            self._new_sites.update(zip(new, self._reserve("site", "site_no", len(new)), strict=True))
            self.sites.update(self._new_sites)
        return [self.sites[name] for name in names]

    def series_numbers(self, pairs: Sequence[Pair]) -> list[int]:
        """Number of each (campaign id, deal id); one that is reserved for it where it is not known yet."""
        if unseen := [pair for pair in pairs if pair not in self.series]:
            self.series.update(self._stored_series(unseen))
            new = [pair for pair in unseen if pair not in self.series]
            self._new_series.update(
                zip(new, self._reserve("report_series", "series_no", len(new)), strict=True)
            )
            self.series.update(self._new_series)
        return [self.series[pair] for pair in pairs]

    def mention(self, entity_id: str, role: str, name: str | None, hour_utc: datetime) -> None:
        """Remember how an id was named, if no later hour named it already."""
        known = self.mentions.get((entity_id, role))
        if known is None or known.hour_utc < hour_utc or (known.hour_utc == hour_utc and known.name != name):
            self.mentions[entity_id, role] = Mention(entity_id, role, name, hour_utc)

    @property
    def has_new(self) -> bool:
        """Whether a site or a series has a number that is only reserved."""
        return bool(self._new_sites or self._new_series)

    def settle(self) -> tuple[dict[int, int], dict[int, int]]:
        """Enter what is new under its reserved number; returns reserved to real, for series and for sites, of those
        that another has entered meanwhile.

        Needs the lock of the lines: a new id is attributed to the line it belongs to.
        """
        self._name_entities()
        sites, series = dict(sorted(self._new_sites.items())), dict(sorted(self._new_series.items(), key=str))
        self._new_sites, self._new_series = {}, {}
        if sites:
            self.conn.execute(
                query("delivery/arriving/directory", "enter sites"), (list(sites), list(sites.values()))
            )
            self.sites.update(self._stored_sites(list(sites)))
        if series:
            attribution.add_series(self.conn, self.source, series)
            self.series.update(self._stored_series(series))
        return _otherwise(series, self.series), _otherwise(sites, self.sites)

    def _reserve(self, table: str, column: str, count: int) -> list[int]:
        rows = self.conn.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            (table, column, count),
        )
        return [number for (number,) in rows]

    def _stored_sites(self, names: Sequence[str]) -> dict[str, int]:
        rows = self.conn.execute("SELECT site, site_no FROM site WHERE site = ANY(%s)", (list(names),))
        return dict(rows.fetchall())

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


_Name = TypeVar("_Name")


def _otherwise(reserved: Mapping[_Name, int], real: Mapping[_Name, int]) -> dict[int, int]:
    return {number: real[name] for name, number in reserved.items() if real[name] != number}
