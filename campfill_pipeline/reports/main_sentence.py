"""What the page says first where no script runs: what is at risk now, then what ended.

Belongs here: that sentence, in plain words. Does not belong here: the page's own headline, with its links and in the
reader's notation (`templates/page/headline.js`), which says the same.
"""

from __future__ import annotations

from decimal import Decimal

from campfill_pipeline.domain.fulfillment import NEVER_JUDGED, Lifecycle, Pace
from campfill_pipeline.domain.rounding import half_up
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, say_many
from campfill_pipeline.warehouse.readers.page.rows import PageData


def main_sentence(data: PageData) -> str:
    """One or two sentences about the state as of the page's day, in the language spoken."""
    if not data.lines:
        return say("No campaign list has arrived yet.")
    begun = [line for line in data.lines if line.lifecycle not in NEVER_JUDGED]
    if begun and not any(line.covered for line in begun):
        return say("No line can be judged: delivery of its flight days was never fetched completely.")
    return f"{_now(data)} {_ended(data)}"


def _now(data: PageData) -> str:
    live = [line for line in data.lines if line.lifecycle == Lifecycle.LIVE and line.covered]
    if not live:
        return say("No judged line is running.")
    behind = [line for line in live if line.pace == Pace.BEHIND]
    at_risk = sum((line.value_at_risk_eur or Decimal(0) for line in live), Decimal(0))
    lines = notation.number(len(live))
    if not behind:
        return say_many(
            "The one running line is not behind.",
            "None of the {lines} running lines is behind.",
            len(live),
            lines=lines,
        )
    return say_many(
        "{behind} of {lines} running lines is behind; {euros} are at risk.",
        "{behind} of {lines} running lines are behind; {euros} are at risk.",
        len(behind),
        behind=notation.number(len(behind)),
        lines=lines,
        euros=notation.money(half_up(at_risk)),
    )


def _ended(data: PageData) -> str:
    total = next(
        (w for w in data.windows if (w.period, w.kind, w.purchase_type) == ("7d", "all", "all")), None
    )
    if total is None or not total.lines:
        return say("No judged line ended in the last 7 days.")
    short, lines = total.lines - total.fulfilled, notation.number(total.lines)
    if not short:
        return say("Every line that ended in the last 7 days reached its goal ({lines}).", lines=lines)
    return say_many(
        "{short} of {lines} line that ended in the last 7 days fell short.",
        "{short} of {lines} lines that ended in the last 7 days fell short.",
        total.lines,
        short=notation.number(short),
        lines=lines,
    )
