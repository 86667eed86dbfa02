"""What page and workbook of a client show of each line: counted once, so that the two cannot differ.

Belongs here: sums by day and by site, what a line's state is called. Does not belong here: layout.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from campfill_pipeline.domain import client_text
from campfill_pipeline.domain.client_words import ClientWords
from campfill_pipeline.domain.figures import LineRow
from campfill_pipeline.domain.fulfillment import NEVER_JUDGED
from campfill_pipeline.warehouse.readers.page.client import ClientData, Contract, Correction
from campfill_pipeline.warehouse.readers.page.rows import Evidence


@dataclass(frozen=True)
class OneDay:
    """A local day of a line: delivered, delivered so far, and an equal share of the goal (None outside the flight).

    Both are None for a day of which nothing is here (today; any day, where the line lacks some): it is no day without
    delivery.
    """

    day: date
    delivered: Decimal | None
    so_far: Decimal | None
    share: Decimal | None


@dataclass(frozen=True)
class OneLine:
    """A line with what is shown below it. `sites`: most first."""

    row: LineRow
    state: str
    days: tuple[OneDay, ...]
    sites: tuple[tuple[str, Decimal], ...]
    contracts: tuple[Contract, ...]
    corrections: tuple[Correction, ...]

    @property
    def begun(self) -> bool:
        """Whether there is anything to say of its delivery."""
        return self.row.lifecycle not in NEVER_JUDGED

    @property
    def known(self) -> bool:
        """Whether it has begun, and something of its delivery is here: otherwise it has no figure, not a 0."""
        return self.begun and not self.row.nothing_known

    @property
    def judged(self) -> bool:
        """Whether its percentage says how it stands."""
        return self.known and self.row.covered


def one_by_one(data: ClientData, words: ClientWords) -> list[OneLine]:
    """Every line of the client."""
    by_day: dict[object, dict[date, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    by_site: dict[object, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for cell in data.site_days:
        by_day[cell.line_id][cell.day] += cell.impressions
        by_site[cell.line_id][cell.site] += cell.impressions
    return [
        OneLine(
            row=line,
            state=state(line, words),
            days=tuple(_days(line, by_day[line.id], data.as_of)),
            sites=tuple(sorted(by_site[line.id].items(), key=lambda at: (-at[1], at[0]))),
            contracts=tuple(one for one in data.contracts if one.line_id == line.id),
            corrections=tuple(one for one in data.corrections if one.line_id == line.id),
        )
        for line in data.lines
    ]


def state(line: LineRow, words: ClientWords) -> str:
    """The line's state in words; one that lacks days says so."""
    told = words.states[line.lifecycle]
    if line.lifecycle in NEVER_JUDGED or (line.covered and not line.nothing_known):
        return told
    return f"{told}; {_lacking(line, words)}"


def _lacking(line: LineRow, words: ClientWords) -> str:
    here, of = line.days_fetched, line.elapsed_days
    if line.nothing_known:
        return words.nothing_known
    if here == of:
        return words.not_covered_start
    if of == 1:
        return words.not_covered_only_day
    return words.form(words.not_covered, here, here=words.number(here), of=words.number(of))


def _days(line: LineRow, delivered: dict[date, Decimal], as_of: date) -> list[OneDay]:
    if line.lifecycle in NEVER_JUDGED and not delivered:
        return []
    last = min(line.end_date, as_of)
    flight = {
        line.effective_start + timedelta(days=at) for at in range((last - line.effective_start).days + 1)
    }
    found, so_far = [], Decimal(0)
    for day in sorted(flight | set(delivered)):
        so_far += delivered.get(day, Decimal(0))
        inside = line.effective_start <= day <= line.end_date
        share = Decimal(line.impression_goal) / line.flight_days if inside else None
        told = day in delivered or (line.covered and day < as_of)
        found.append(
            OneDay(day, delivered.get(day, Decimal(0)) if told else None, so_far if told else None, share)
        )
    return found


def text(data: ClientData, words: ClientWords, *, prices: bool) -> str:
    """The text to copy."""
    paragraphs = []
    for line in sorted(data.lines, key=lambda one: (-one.shortfall, one.id)):
        if not client_text.falls_short(line):
            continue
        detail = data.details.get(line.id)
        days = {row.day: row.impressions for row in detail.days} if detail else {}
        shares = detail.due.shares if detail and detail.due else None
        since = client_text.behind_since(line, days, shares, data.as_of)
        facts = _facts(detail.evidence if detail else None)
        paragraphs.append(client_text.paragraph(line, facts, since, words, prices=prices))
    unjudged = sum(map(client_text.not_judged, data.lines))
    return client_text.whole(data.client.name, paragraphs, words, data.as_of, without_verdict=unjudged)


def _facts(evidence: Evidence | None) -> client_text.Facts:
    if evidence is None:
        return client_text.Facts()
    stages = evidence.stages or {}
    bids, wins = stages.get("bids"), stages.get("wins")
    return client_text.Facts(
        bids=int(bids.actual) if bids and bids.actual is not None else None,
        needed_bids=bids.baseline if bids else None,
        win_rate=wins.actual if wins else None,
        usual_win_rate=wins.baseline if wins else None,
        hours_without_bid=evidence.hours_without_bid,
        hours_comparable=evidence.hours_comparable,
        weakest_sites=tuple(at.site for at in evidence.weakest_sites if at.site),
    )
