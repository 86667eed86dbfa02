"""A short text for the buyer of a deal that falls short: what, since when, the evidence, what is asked of them.

Belongs here: which lines fall short for a client, since when, and which sentences say so. Does not belong here: the
sentences themselves (`client_words`), queries.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from campfill_pipeline.domain.causes import Cause
from campfill_pipeline.domain.client_words import ClientWords
from campfill_pipeline.domain.figures import LineRow
from campfill_pipeline.domain.fulfillment import NEVER_JUDGED, Band, Lifecycle, Pace
from campfill_pipeline.domain.kinds import LineKind
from campfill_pipeline.domain.names import buyer_parts

OWN_SIDE = {Cause.NOT_SELECTED, Cause.WON_BUT_NOT_PLAYED, Cause.LOW_AUDIENCE}
_FALLS_SHORT = Decimal("0.95")
_SMALL = {Band.MODERATE_SHORTFALL, Band.CRITICAL_SHORTFALL}


@dataclass(frozen=True)
class Facts:
    """What the evidence of a line's cause tells for a client; None where it was not looked at. Rates are 0 to 1."""

    bids: int | None = None
    needed_bids: Decimal | None = None
    win_rate: Decimal | None = None
    usual_win_rate: Decimal | None = None
    hours_without_bid: int | None = None
    hours_comparable: int | None = None
    weakest_sites: tuple[str, ...] = ()


def falls_short(line: LineRow) -> bool:
    """Whether a deal is to be told of: fully fetched, and behind beyond chance while it runs, or ended short."""
    if line.kind != LineKind.DEAL or not line.covered:
        return False
    if line.lifecycle == Lifecycle.LIVE:
        return line.pace == Pace.BEHIND
    return line.lifecycle in (Lifecycle.ENDED_PROVISIONAL, Lifecycle.ENDED_FINAL) and line.band in _SMALL


def behind_since(
    line: LineRow, days: Mapping[date, Decimal], shares: Sequence[Decimal] | None, as_of: date
) -> date:
    """The first day after the last one by whose end the line had at least 95 % of what was due by then.

    `shares`: what of the goal is due by the end of each flight day, 0 to 1; None for an equal share each day.
    """
    last = min(as_of - timedelta(days=1), line.end_date)
    since, done = line.effective_start, Decimal(0)
    for at in range(max((last - line.effective_start).days + 1, 0)):
        day = line.effective_start + timedelta(days=at)
        done += days.get(day, Decimal(0))
        share = shares[at] if shares and at < len(shares) else Decimal(at + 1) / line.flight_days
        if done >= _FALLS_SHORT * share * line.impression_goal:
            since = day + timedelta(days=1)
    return min(since, last)


def paragraph(line: LineRow, facts: Facts, since: date, words: ClientWords, *, prices: bool) -> str:
    """One deal: what, since when, evidence, what is asked."""
    number = words.number
    values = {
        "line": line.name, "runtime": line.runtime, "id": line.id, "delivered": number(line.delivered),
        "goal": number(line.impression_goal), "pct": words.percent(line.fulfillment_pct),
        "missing": number(line.shortfall), "expected": number(line.expected),
        "projected": number(line.projected or line.delivered),
    }  # fmt: skip
    live = line.lifecycle == Lifecycle.LIVE
    said = [(words.text_what_live if live else words.text_what_ended).format(**values)]
    at_start = since <= line.effective_start
    said.append((words.text_since_start if at_start else words.text_since).format(day=words.date(since)))
    said += _evidence(line, facts, words)
    if live and line.required_daily is not None:
        said.append(words.text_required.format(daily=number(line.required_daily)))
    if prices:
        missing = (
            max(line.impression_goal - (line.projected or line.delivered), Decimal(0))
            if live
            else line.shortfall
        )
        eur = missing / 1000 * line.cpm_eur
        said.append(words.text_price.format(eur=words.money(eur), cpm=words.money(line.cpm_eur, 4)))
    said.append(_asked(line, words))
    return " ".join(said)


def _evidence(line: LineRow, facts: Facts, words: ClientWords) -> list[str]:
    said = []
    if line.cause == Cause.TOO_FEW_BIDS and facts.bids is not None and facts.needed_bids is not None:
        told = words.text_evidence[Cause.TOO_FEW_BIDS]
        said.append(told.format(bids=words.number(facts.bids), needed=words.number(facts.needed_bids)))
    if line.cause == Cause.LOST_AUCTIONS and facts.win_rate is not None and facts.usual_win_rate is not None:
        rates = {
            "actual": words.percent(facts.win_rate * 100),
            "baseline": words.percent(facts.usual_win_rate * 100),
        }
        said.append(words.text_evidence[Cause.LOST_AUCTIONS].format(**rates))
    if line.cause == Cause.TOO_FEW_BIDS and facts.hours_without_bid and facts.hours_comparable:
        said.append(
            words.text_hours.format(
                without=words.number(facts.hours_without_bid), of=words.number(facts.hours_comparable)
            )
        )
    if facts.weakest_sites:
        said.append(words.text_weakest.format(sites=", ".join(facts.weakest_sites)))
    return said


def _asked(line: LineRow, words: ClientWords) -> str:
    cause = Cause(line.cause) if line.cause else None
    if cause in OWN_SIDE:
        return words.text_our_side
    if cause not in words.text_ask:
        return words.text_unknown
    if line.lifecycle != Lifecycle.LIVE:
        return words.text_ask_ended
    parts = buyer_parts(line.buyer)
    seat = f" ({parts.platform}, Seat {parts.seat})" if parts.seat else ""
    return words.text_ask[cause].format(seat=seat)


def not_judged(line: LineRow) -> bool:
    """Whether a deal has begun, and nobody can say how it stands: days of its delivery are missing."""
    return line.kind == LineKind.DEAL and line.lifecycle not in NEVER_JUDGED and not line.covered


def whole(
    name: str, paragraphs: Sequence[str], words: ClientWords, as_of: date, *, without_verdict: int
) -> str:
    """The text to copy: one sentence, a paragraph for each deal that falls short, and how many nobody can judge."""
    well = words.text_judged_well if without_verdict else words.text_all_well
    head = words.text_head if paragraphs else well
    first = head.format(name=name, count=words.number(len(paragraphs)), day=words.date(as_of))
    last = (words.text_not_judged.format(count=words.number(without_verdict)),) if without_verdict else ()
    return "\n\n".join((first, *paragraphs, *last)) + "\n"
