"""Under which ids and names the lines of the simulated world are reported, and what is odd about that.

Belongs here: identities in the reporting, with everything that reconciliation should notice: orphans, kind
conflicts, other names, changed purchase types, two deals of one campaign, ids that are both known, delivery
outside the flight, overview totals that differ. Does not belong here: the figures (`delivery`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from campfill_pipeline.domain.kinds import LineKind, PurchaseType
from campfill_pipeline.simulator.delivery import Rows, join_rows
from campfill_pipeline.simulator.planted import Plan
from campfill_pipeline.simulator.roster import WorldLine, random_uuid

_SPELLINGS = (str.lower, str.capitalize, str.upper)


@dataclass(frozen=True, slots=True)
class Stream:
    """The six columns by which the reporting says whose a row is; None where it says nothing."""

    campaign_id: str | None
    campaign_name: str | None
    campaign_type: str | None
    deal_id: str
    deal_name: str
    deal_type: str


@dataclass(frozen=True)
class Oddities:
    """What reconciliation should find, by line id; `orphans` are ids of no line.

    `ambiguous` maps a campaign to the deal line that its rows name as well; `overview_factor` is by how much
    a line's overview total differs from its detail; `late` lines are reported before they are listed.
    """

    kind_conflicts: frozenset[str] = frozenset()
    renamed: frozenset[str] = frozenset()
    retyped: frozenset[str] = frozenset()
    two_deals: frozenset[str] = frozenset()
    outside_flight: frozenset[str] = frozenset()
    ambiguous: tuple[tuple[str, str], ...] = ()
    overview_factor: tuple[tuple[str, float], ...] = ()
    late: frozenset[str] = frozenset()
    orphans: frozenset[str] = frozenset()


def make_orphans(lines: Sequence[WorldLine], rng: np.random.Generator, number: int) -> tuple[WorldLine, ...]:
    """Campaigns and deals that the reporting knows and the list does not."""
    models = [line for line in lines if line.era == "ended"][:: max(1, len(lines) // 40)][:number]
    return tuple(
        replace(
            model,
            index=len(lines) + i,
            id=random_uuid(rng),
            name=f"Test booking {i + 1} (not in the list)",
            era="orphan",
            goal=min(model.goal, 30_000),
        )
        for i, model in enumerate(models)
    )


def make_oddities(
    lines: Sequence[WorldLine],
    plans: dict[int, Plan],
    orphans: Sequence[WorldLine],
    today: date,
    rng: np.random.Generator,
) -> Oddities:
    """A small share of the healthy covered lines, each odd in one way only."""
    free = [line for line in lines if line.era in ("ended", "live") and plans[line.index].cause is None]
    free = [free[int(i)] for i in rng.permutation(len(free))]
    few = max(2, round(len(free) / 240))

    def take(number: int, fits: Callable[[WorldLine], bool] = lambda line: True) -> list[str]:
        taken = [line for line in free if fits(line)][:number]
        for line in taken:
            free.remove(line)
        return [line.id for line in taken]

    def outside(line: WorldLine) -> bool:
        """The day after the end must be over, and no large part of the delivery."""
        return line.flight_days >= 4 and line.end < today - timedelta(2)

    return Oddities(
        kind_conflicts=frozenset(take(few)),
        renamed=frozenset(take(few + 2)),
        retyped=frozenset(take(few - 1, lambda line: line.flight_days >= 4)),
        two_deals=frozenset(take(2 * few, lambda line: line.kind == LineKind.CAMPAIGN)),
        outside_flight=frozenset(take(2 * few, outside)),
        ambiguous=tuple(
            zip(
                take(2, lambda line: line.kind == LineKind.CAMPAIGN),
                take(2, lambda line: line.kind == LineKind.DEAL),
                strict=True,
            )
        ),
        overview_factor=tuple((line_id, 1.03) for line_id in take(3, lambda line: line.era == "ended")),
        late=frozenset(take(3, lambda line: line.era == "live")),
        orphans=frozenset(orphan.id for orphan in orphans),
    )


def booked_days(line: WorldLine, odd: Oddities) -> WorldLine:
    """The line with the flight in which it really delivers: a day longer where it delivers outside its
    flight.
    """
    if line.id not in odd.outside_flight:
        return line
    return replace(line, end=line.end + timedelta(1))


def main_stream(line: WorldLine, odd: Oddities, rng: np.random.Generator) -> Stream:
    """How a line is reported. Campaigns have a deal of their own below them, which no list knows."""
    spelling = _SPELLINGS[int(rng.integers(3))](line.purchase_type)
    name = f"{line.name} (v2)" if line.id in odd.renamed else line.name
    as_campaign = (line.kind == LineKind.CAMPAIGN) != (line.id in odd.kind_conflicts)
    if not as_campaign:
        return Stream(None, None, None, line.id, name, spelling)
    path = f"Public Video > {name}" if rng.random() < 0.3 else name
    listed_id = line.id.upper() if rng.random() < 0.1 else line.id
    return Stream(listed_id, path, spelling, random_uuid(rng), f"Deal of {line.id[:8]}", spelling)


def bend(
    rows: Rows, streams: list[Stream], lines: Sequence[WorldLine], odd: Oddities, rng: np.random.Generator
) -> Rows:
    """Give the odd lines' rows a second identity; new streams are appended to `streams`."""
    partner = dict(odd.ambiguous)
    parts = []
    for line in lines:
        if not (line.id in odd.retyped or line.id in odd.two_deals or line.id in partner):
            continue
        own = rows.stream == line.index
        mine, rows = rows.take(own), rows.take(~own)
        main = streams[line.index]
        if line.id in odd.retyped:
            other = (
                PurchaseType.UNGUARANTEED
                if line.purchase_type == PurchaseType.GUARANTEED
                else PurchaseType.GUARANTEED
            )
            second = replace(main, campaign_type=main.campaign_type and other, deal_type=other)
            parts.append(_with_second(mine, np.quantile(mine.hour, 0.6) < mine.hour, len(streams)))
        elif line.id in partner:
            deal = next(streams[x.index] for x in lines if x.id == partner[line.id])
            second = replace(main, deal_id=deal.deal_id, deal_name=deal.deal_name, deal_type=deal.deal_type)
            parts.append(_with_second(mine, rng.random(len(mine)) < 0.3, len(streams)))
        else:
            second = replace(main, deal_id=random_uuid(rng), deal_name=f"{main.deal_name} b")
            parts.extend(_halves(mine, len(streams)))
        streams.append(second)
    return join_rows([rows, *parts])


def _with_second(rows: Rows, moved: np.typing.NDArray[np.bool_], stream: int) -> Rows:
    return replace(rows, stream=np.where(moved, stream, rows.stream))


def _halves(rows: Rows, stream: int) -> tuple[Rows, Rows]:
    """The same delivery as the sum of two rows per hour and site."""
    figures = ("bids", "wins", "plays", "impressions")
    half = {name: getattr(rows, name) // 3 for name in figures}
    half["impressions"] -= half["impressions"] % 100
    rest = {name: getattr(rows, name) - half[name] for name in figures}
    return replace(rows, **rest), replace(rows, stream=np.full(len(rows), stream), **half)
