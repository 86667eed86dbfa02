"""The client's page: one HTML file without scripts, that prints as it looks.

Belongs here: what stands where. Does not belong here: sums (`sheet`), sentences (`domain/client_words`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from campfill_pipeline.domain.client_words import ClientWords
from campfill_pipeline.domain.fulfillment import Lifecycle
from campfill_pipeline.reports.client.sheet import OneLine
from campfill_pipeline.warehouse.readers.page.client import ClientData

TEMPLATES = Path(__file__).parents[1] / "templates" / "client"
MOST_SITES = 15
_WIDE, _HIGH = 720, 90


@dataclass(frozen=True)
class Bar:
    """A day in the drawing."""

    x: float
    y: float
    width: float
    height: float
    tip: str


@dataclass(frozen=True)
class Sums:
    """How many lines have begun, and those together that ended and lack no day: others would look like a shortfall."""

    begun: int
    ended: int
    goal: int
    delivered: Decimal

    @property
    def pct(self) -> Decimal:
        """Sum of delivered in percent of the sum of goals."""
        return self.delivered / self.goal * 100 if self.goal else Decimal(0)


def sums(lines: Sequence[OneLine]) -> Sums:
    """Of all lines."""
    begun = [line for line in lines if line.begun]
    ended = [line.row for line in begun if line.row.lifecycle != Lifecycle.LIVE and line.judged]
    goal, delivered = (
        sum(row.impression_goal for row in ended),
        sum((row.delivered for row in ended), Decimal(0)),
    )
    return Sums(len(begun), len(ended), goal, delivered)


def _summary(total: Sums, lines: int, words: ClientWords) -> str:
    number = words.number
    begun = words.form(words.summary_begun, total.begun, begun=number(total.begun), lines=number(lines))
    if not total.ended:
        return f"{begun} {words.summary_none}" if total.begun else begun
    told = {
        "ended": number(total.ended), "delivered": number(total.delivered), "goal": number(total.goal),
        "pct": words.percent(total.pct),
    }  # fmt: skip
    return f"{begun} {words.form(words.summary_ended, total.ended, **told)}"


def bars(line: OneLine, words: ClientWords) -> tuple[list[Bar], float | None]:
    """The days as bars, and the height of the equal share."""
    if not line.days:
        return [], None
    share = next((day.share for day in line.days if day.share is not None), Decimal(0))
    most = max(*(day.delivered or Decimal(0) for day in line.days), share) or Decimal(1)
    step = _WIDE / len(line.days)
    drawn = []
    for at, day in enumerate(line.days):
        if day.delivered is None:
            continue
        high = float(day.delivered / most) * _HIGH
        tip = f"{words.date(day.day)}: {words.number(day.delivered)}"
        drawn.append(
            Bar(
                round(at * step, 2), round(_HIGH - high, 2), round(max(step - 1, 0.5), 2), round(high, 2), tip
            )
        )
    return drawn, round(_HIGH - float(share / most) * _HIGH, 2)


def render(
    data: ClientData, lines: Sequence[OneLine], words: ClientWords, made_at: datetime, *, checks: Sequence[str],
    prices: bool,
) -> str:  # fmt: skip
    """The page's text."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    zone = ZoneInfo(data.timezone)
    total = sums(lines)
    return environment.get_template("page.html").render(
        data=data, lines=lines, words=words, prices=prices, checks=checks, total=total, most_sites=MOST_SITES,
        made=words.made.format(
            day=words.date(data.as_of), at=words.moment(made_at.astimezone(zone)), zone=data.timezone
        ),
        summary=_summary(total, len(lines), words),
        bars=lambda line: bars(line, words),
        moment=lambda at: words.moment(at.astimezone(zone)) if at else "–",
    )  # fmt: skip
