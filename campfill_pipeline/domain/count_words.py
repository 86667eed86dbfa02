"""How a second count's discrepancy is said: its figures, its parts, and what cannot be known.

Belongs here: these sentences, in the language spoken. Does not belong here: the figures (`discrepancies`).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from campfill_pipeline.domain.count_bills import Reason
from campfill_pipeline.domain.discrepancies import PARTS, Discrepancy
from campfill_pipeline.domain.rounding import half_up
from campfill_pipeline.domain.second_counts import OURS
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, say_many, word

PART_WORDS: Mapping[str, str] = {
    "time_zone": "time zone",
    "days_missing": "days missing",
    "late_corrections": "late corrections",
    "sites": "sites",
    "rest": "rest",
}
OUR_COUNT = "our count"
REASON_WORDS: Mapping[Reason, str] = {
    Reason.RESTATEMENT: "ours was corrected",
    Reason.DELIVERY: "ours tells other days, or rows count for another line",
    Reason.SECOND_COUNT: "a new second count",
    Reason.LIST_TERMS: "new terms in the list",
    Reason.BILLED_BY: "another count bills",
    Reason.EARLIER_MONTHS: "earlier months changed what is left of the goal",
    Reason.NEW_LINE: "the line is new",
    Reason.GONE_LINE: "the line is gone",
}
"""Why a frozen line is otherwise now."""


def exactly(value: Decimal) -> str:
    """With all its decimals, without zeros behind them."""
    return notation.number(_bare(value))


def signed(value: Decimal) -> str:
    """The same, with its sign."""
    return notation.signed(_bare(value)) if value else notation.number(0)


def _bare(value: Decimal) -> Decimal:
    return Decimal(f"{value:f}".rstrip("0").rstrip(".")) if "." in f"{value:f}" else value


def percent(found: Discrepancy) -> str:
    """-6.7 %; a dash where ours is nothing."""
    if found.percent is None:
        return "–"
    return f"{notation.signed(half_up(found.percent, 1))} %"


def counter(name: str) -> str:
    """Who counts, as it is said: our own count by its words, others by their names."""
    return word(OUR_COUNT) if name == OURS else name


def parts(found: Discrepancy) -> str:
    """What the discrepancy is made of: every part that is not nothing, and those that cannot be known."""
    told = []
    for part in PARTS:
        value = getattr(found, part)
        if value:
            days = _days(found) if part == "days_missing" else ""
            told.append(f"{word(PART_WORDS[part])} {signed(value)}{days}")
    said = ", ".join(told) if told else say("nothing differs")
    if found.unknown:
        names = ", ".join(word(PART_WORDS[part]) for part in found.unknown)
        said = say("{parts}; cannot be known: {names}", parts=said, names=names)
    return said


def _days(found: Discrepancy) -> str:
    counts = []
    if found.missing_at_them:
        counts.append(
            say_many("{days} day not told by them", "{days} days not told by them", found.missing_at_them,
                     days=notation.number(found.missing_at_them))
        )  # fmt: skip
    if found.missing_at_us:
        counts.append(
            say_many("{days} day not told by ours", "{days} days not told by ours", found.missing_at_us,
                     days=notation.number(found.missing_at_us))
        )  # fmt: skip
    return f" ({', '.join(counts)})" if counts else ""


def sentence(found: Discrepancy) -> str:
    """All of it in a few sentences."""
    verdict = say("beyond the tolerance") if found.beyond else say("within the tolerance")
    return say(
        "{first} to {last}: theirs {theirs}, ours {ours}, difference {difference} ({percent}), {verdict}. Made of:"
        " {parts}. Billed by: {billed}.",
        first=notation.day(found.first_day), last=notation.day(found.last_day), theirs=exactly(found.theirs),
        ours=exactly(found.ours), difference=signed(found.difference), percent=percent(found), verdict=verdict,
        parts=parts(found), billed=counter(found.billed_by),
    )  # fmt: skip
