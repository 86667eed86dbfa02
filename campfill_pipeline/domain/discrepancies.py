"""What a second count differs from ours by, split exactly into what explains it; the parts sum to the whole.

Belongs here: the split of one span (a month of days, or a period told in one figure), the sum of several, the
tolerance. Does not belong here: reading either count, sentences, who bills.

The whole is theirs − ours over the same days of the calendar. Its parts, in this order, each over what the ones
before it left:

* time zone: what ours would be, were its hours counted by their days, less ours. 0 where their days are ours.
* days missing: days that one of both did not tell: theirs where ours has none, less ours (by their days) where they
  have none.
* late corrections: less what became of ours after their file arrived, on days that both told.
* sites: theirs at sites that ours does not have, less ours at sites that they do not have, on days that both told.
* rest: what nothing of this explains.

A part is None where it cannot be known: days where only sums of days were told, sites where one of both tells none,
the time zone where ours was only told by whole days. What it may hold is then in the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from decimal import Context, Decimal, localcontext
from uuid import UUID

PARTS = ("time_zone", "days_missing", "late_corrections", "sites", "rest")
TOLERANCE = Decimal(10)
"""Percent of ours that a second count may usually differ by."""
_EXACT = Context(prec=60)
_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Told:
    """What they told: `day` None where the figure is of the whole span; `site` '' where they tell none."""

    day: date | None
    site: str
    impressions: Decimal


@dataclass(frozen=True, slots=True)
class Own:
    """What ours is by their days: now, and by how much it was `corrected` after their file arrived."""

    day: date
    site: str
    impressions: Decimal
    corrected: Decimal = _ZERO


@dataclass(frozen=True, slots=True)
class Split:
    """A discrepancy and its parts. None among the parts: cannot be known (see the module)."""

    ours: Decimal
    theirs: Decimal
    time_zone: Decimal | None
    days_missing: Decimal | None
    late_corrections: Decimal
    sites: Decimal | None
    rest: Decimal
    missing_at_them: int = 0
    missing_at_us: int = 0

    @property
    def difference(self) -> Decimal:
        """Theirs less ours."""
        return self.theirs - self.ours


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """What one counter counted for a line, beside ours. Parts that cannot be known are None, and in `rest`.

    `first_day` and `last_day`: the days compared. `missing_at_them`, `missing_at_us`: numbers of days that one of both
    did not tell. `zone`: of their days; None: ours. `uploads`: the numbers of their files, newest first.
    """

    line_id: UUID
    name: str
    buyer: str
    counted_by: str
    first_day: date
    last_day: date
    ours: Decimal
    theirs: Decimal
    difference: Decimal
    percent: Decimal | None
    beyond: bool
    time_zone: Decimal | None
    days_missing: Decimal | None
    late_corrections: Decimal
    sites: Decimal | None
    rest: Decimal
    missing_at_them: int
    missing_at_us: int
    unknown: tuple[str, ...]
    zone: str | None
    billed_by: str
    uploads: tuple[int, ...]
    files: tuple[str, ...]
    received_at: datetime


def split(
    theirs: Sequence[Told], by_their_days: Sequence[Own], ours: Decimal, *, zone_known: bool = True
) -> Split:
    """Split the discrepancy of one span.

    `ours`: the sum of our count over the span, by our days. `by_their_days`: the same by theirs. `zone_known` False:
    the hours of ours are not known, so that its days cannot be counted by theirs.
    """
    with localcontext(_EXACT):
        whole = sum((one.impressions for one in theirs), _ZERO)
        recut = sum((one.impressions for one in by_their_days), _ZERO)
        summed = any(one.day is None for one in theirs)
        told, own = {one.day for one in theirs}, {one.day for one in by_their_days}
        zone = recut - ours
        missing_us = sorted(day for day in told - own if day is not None) if not summed else []
        missing_them = sorted(own - told) if not summed else []
        missing = sum((one.impressions for one in theirs if one.day in missing_us), _ZERO) - sum(
            (one.impressions for one in by_their_days if one.day in missing_them), _ZERO
        )
        both_theirs = [one for one in theirs if one.day not in missing_us]
        both_own = [one for one in by_their_days if summed or one.day in told]
        only_theirs, only_own, sites_known = _one_sided_sites(both_theirs, both_own)
        sites = sum((one.impressions for one in only_theirs), _ZERO) - sum(
            (one.impressions for one in only_own), _ZERO
        )
        alone = {id(one) for one in only_own}
        late = -sum((one.corrected for one in both_own if id(one) not in alone), _ZERO)
        rest = whole - ours - (zone + missing + late + sites)
        return Split(
            ours=ours,
            theirs=whole,
            time_zone=zone if zone_known else None,
            days_missing=None if summed else missing,
            late_corrections=late,
            sites=sites if sites_known else None,
            rest=rest if zone_known else rest + zone,
            missing_at_them=len(missing_them),
            missing_at_us=len(missing_us),
        )


def _one_sided_sites(theirs: Sequence[Told], own: Sequence[Own]) -> tuple[list[Told], list[Own], bool]:
    """What was told at sites that only one of both has, of the days on which both tell sites; whether any do."""
    named = {one.day for one in theirs if one.site} - {one.day for one in theirs if not one.site}
    at_theirs = [one for one in theirs if one.day in named]
    at_own = [one for one in own if None in named or one.day in named]
    unnamed = {one.day for one in at_own if not one.site}
    if None in named:
        if unnamed:
            return [], [], False
    else:
        at_theirs = [one for one in at_theirs if one.day not in unnamed]
        at_own = [one for one in at_own if one.day not in unnamed]
    if not at_theirs or not at_own:
        return [], [], False
    here, there = {_place(one.site) for one in at_own}, {_place(one.site) for one in at_theirs}
    return (
        [one for one in at_theirs if _place(one.site) not in here],
        [one for one in at_own if _place(one.site) not in there],
        True,
    )


def _place(site: str) -> str:
    return " ".join(site.split()).casefold()


def total(splits: Iterable[Split]) -> Split:
    """The discrepancy over several spans. A part is known where it is known of any of them."""
    found = list(splits)
    with localcontext(_EXACT):
        sums: dict[str, Decimal | int | None] = {}
        for field in fields(Split):
            values = [value for one in found if (value := getattr(one, field.name)) is not None]
            sums[field.name] = sum(values) if values else None
        return replace(found[0], **sums)  # type: ignore[arg-type]


def percent(ours: Decimal, theirs: Decimal) -> Decimal | None:
    """The discrepancy in percent of ours; None where ours is 0."""
    return None if ours == 0 else (theirs - ours) * 100 / ours


def beyond(ours: Decimal, theirs: Decimal, tolerance: Decimal) -> bool:
    """Whether the discrepancy is more than `tolerance` percent of ours, judged on the exact figures."""
    with localcontext(_EXACT):
        return abs(theirs - ours) * 100 > tolerance * abs(ours)
