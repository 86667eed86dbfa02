"""What the page says first where no script runs: what is at risk now, then what ended.

Belongs here: that sentence, in plain words. Does not belong here: the page's own headline, with its links and in the
reader's notation (`templates/page/headline.js`), which says the same.
"""

from __future__ import annotations

from decimal import Decimal

from campfill_pipeline.domain.fulfillment import NEVER_JUDGED, Lifecycle, Pace
from campfill_pipeline.domain.rounding import half_up
from campfill_pipeline.warehouse.readers.page.rows import PageData


def main_sentence(data: PageData) -> str:
    """One or two sentences about the state as of the page's day."""
    if not data.lines:
        return "No campaign list has arrived yet."
    begun = [line for line in data.lines if line.lifecycle not in NEVER_JUDGED]
    if begun and not any(line.covered for line in begun):
        return "No line can be judged: delivery of its flight days was never fetched completely."
    return f"{_now(data)} {_ended(data)}"


def _now(data: PageData) -> str:
    live = [line for line in data.lines if line.lifecycle == Lifecycle.LIVE and line.covered]
    if not live:
        return "No judged line is running."
    behind = [line for line in live if line.pace == Pace.BEHIND]
    at_risk = sum((line.value_at_risk_eur or Decimal(0) for line in live), Decimal(0))
    if not behind:
        return f"None of the {len(live):,} running lines is behind."
    return f"{len(behind):,} of {len(live):,} running lines are behind; €{half_up(at_risk):,} are at risk."


def _ended(data: PageData) -> str:
    total = next(
        (w for w in data.windows if (w.period, w.kind, w.purchase_type) == ("7d", "all", "all")), None
    )
    if total is None or not total.lines:
        return "No line ended in the last 7 days."
    short = total.lines - total.fulfilled
    if not short:
        return f"Every line that ended in the last 7 days reached its goal ({total.lines:,})."
    return f"{short:,} of {total.lines:,} lines that ended in the last 7 days fell short."
