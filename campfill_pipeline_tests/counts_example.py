"""The worked example of docs/second-count.md: made by the product's own rules, written there by `make docs`.

Belongs here: its figures. Does not belong here: how they are split.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from campfill_pipeline.domain.discrepancies import PARTS, Own, Told, percent, split

_FIRST, _SECOND, _THIRD = (date(2026, 10, day) for day in (1, 2, 3))
THEIRS = (
    Told(_FIRST, "Hbf", Decimal(970)),
    Told(_FIRST, "Kiosk", Decimal(25)),
    Told(_SECOND, "Hbf", Decimal(1000)),
)
OURS_BY_THEIR_DAYS = (
    Own(_FIRST, "Hbf", Decimal(990)),
    Own(_SECOND, "Hbf", Decimal("1048.5"), corrected=Decimal("40.5")),
    Own(_THIRD, "Hbf", Decimal(500)),
)
OURS = Decimal("2600.5")
_WHY = {
    "time_zone": "their days begin at midnight UTC: two hours of 1 October in Berlin are 30 September there",
    "days_missing": "they told nothing of 3 October",
    "late_corrections": "2 October was corrected by +40.5 after their file came",
    "sites": "the kiosk is no site of ours",
    "rest": "what is left, on 1 and 2 October at the Hbf",
}


def lines() -> list[str]:
    """The example as it stands on the page."""
    found = split(THEIRS, OURS_BY_THEIR_DAYS, OURS)
    rows = [
        f"| {day:%-d October} | {_told(THEIRS, day)} | {_told(OURS_BY_THEIR_DAYS, day)} |"
        for day in (_FIRST, _SECOND, _THIRD)
    ]
    parts = [f"| {part.replace('_', ' ')} | {getattr(found, part):+f} | {_WHY[part]} |" for part in PARTS]
    share = percent(found.ours, found.theirs)
    assert share is not None
    return [
        "A measurement firm told three days of October, in UTC and by site; we count in Berlin.",
        "",
        "| day, in UTC | theirs | ours |",
        "|---|---|---|",
        *rows,
        "",
        f"By our own days ours is {found.ours:f}, theirs {found.theirs:f}: {found.difference:+f}, or {share:.1f} %,"
        " beyond a tolerance of 10 %. It is made of:",
        "",
        "| part | impressions | why |",
        "|---|---|---|",
        *parts,
        f"| **sum** | **{sum(getattr(found, part) for part in PARTS):+f}** | |",
    ]


def _told(count: tuple[Told, ...] | tuple[Own, ...], day: date) -> str:
    told = [f"{one.site} {one.impressions:f}" for one in count if one.day == day]
    return ", ".join(told) or "–"
