"""Did a change help? Delivery before and after it against what was due, and what chance explains of it.

Belongs here: the comparison and its words. Does not belong here: notes and delivery (`warehouse/readers/notes.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, say_many, word

DAYS = 7
"""At most so many days before, and after, the day of the change are compared; that day itself is neither."""


class Verdict(StrEnum):
    """What the comparison says."""

    BETTER = "better"
    WORSE = "worse"
    NO_DIFFERENCE = "no_difference"
    TOO_EARLY = "too_early"


@dataclass(frozen=True)
class Effect:
    """`ratio`: pace after ÷ pace before; chance alone moves it by up to `uncertainty`. None while it is too early."""

    verdict: Verdict
    ratio: Decimal | None = None
    uncertainty: Decimal | None = None
    days_before: int = 0
    days_after: int = 0


Day = tuple[Decimal, Decimal]


def effect(before: Sequence[Day], after: Sequence[Day], spread: Decimal) -> Effect:
    """Compare days, each as (delivered, due weight), before and after a change; days without a weight do not count.

    With a day-to-day spread s, a pace over n days is uncertain by s ÷ √n, a ratio of two by their root of squares;
    twice that is taken for chance, as with the pace of a line.
    """
    one, other = [day for day in before if day[1] > 0], [day for day in after if day[1] > 0]
    came = sum((delivered for delivered, _ in one), Decimal(0))
    if not other or not came:
        return Effect(Verdict.TOO_EARLY, days_before=len(one), days_after=len(other))
    ratio = _pace(other) / _pace(one)
    uncertainty = 2 * spread * ratio * (Decimal(1) / len(one) + Decimal(1) / len(other)).sqrt()
    beyond_chance = abs(ratio - 1) > uncertainty
    changed = Verdict.BETTER if ratio > 1 else Verdict.WORSE
    verdict = changed if beyond_chance else Verdict.NO_DIFFERENCE
    return Effect(verdict, round(ratio, 12), round(uncertainty, 12), len(one), len(other))


def _pace(days: Sequence[Day]) -> Decimal:
    return sum((delivered for delivered, _ in days), Decimal(0)) / sum((due for _, due in days), Decimal(0))


def sentence(told: Effect) -> str:
    """What came of a change, for a person."""
    if told.ratio is None or told.uncertainty is None:
        return say("too early to tell")
    return say(
        "{after} {ratio} times the pace before, give or take {uncertainty}: {verdict}",
        after=say_many("after {count} day", "after {count} days", told.days_after, count=told.days_after),
        ratio=notation.number(told.ratio, 2),
        uncertainty=notation.number(told.uncertainty, 2),
        verdict=word(VERDICTS[told.verdict]),
    )


VERDICTS = {
    Verdict.BETTER: "it helped",
    Verdict.WORSE: "it got worse",
    Verdict.NO_DIFFERENCE: "no more than chance",
}
"""What came of a change, in words."""
