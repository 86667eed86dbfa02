"""How figures are rounded for reading: half up, everywhere; the page does the same in the browser (`format.js`).

Belongs here: rounding for people. Does not belong here: rounding of what is stored (never), notations of a language.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

LIMITS = (Decimal(95), Decimal("99.5"), Decimal(100))
"""Percentages that decide something by default: the bands, and where a line is behind."""


def half_up(value: Decimal | int, places: int = 0) -> Decimal:
    """Rounded to so many decimals; a half goes away from zero: 90.25 becomes 90.3."""
    return Decimal(value).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def percentage(value: Decimal, places: int = 1, limits: tuple[Decimal, ...] = LIMITS) -> Decimal:
    """Rounded half up, but never up to a limit that was not reached: 99.97 becomes 99.9, not 100.0."""
    shown = half_up(value, places)
    return shown - Decimal(1).scaleb(-places) if any(value < limit <= shown for limit in limits) else shown
