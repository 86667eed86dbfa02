"""The due curve: how much of a line's goal each day of its flight should give.

Belongs here: a line's weights by kind of day, from the sites it delivers at and their measured weeks. Does not belong
here: measuring the weeks (`profile`), and the figures made from the weights (`warehouse/figures/fulfillment.sql`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from campfill_pipeline.domain.profile import EVEN_WEEK, Basis, Week
from campfill_pipeline.domain.weekdays import KINDS

PRECISE = Decimal("1e-24")
CERTAINTY = (Basis.MEASURED, Basis.PLACEMENT, Basis.ALL, Basis.EVEN)


@dataclass(frozen=True)
class Weeks:
    """All measured weeks: by site number, by placement, and of all lines."""

    sites: Mapping[int, Week] = field(default_factory=dict)
    placements: Mapping[str, Week] = field(default_factory=dict)
    everywhere: Week = EVEN_WEEK

    def of_placement(self, placement: str | None) -> Week:
        """The week of the lines with this placement, else of all."""
        return self.placements.get(placement, self.everywhere) if placement else self.everywhere

    def of_site(self, site_no: int, placement: str | None) -> Week:
        """The week of a site; of a line's own placement where no healthy line has been there."""
        return self.sites.get(site_no) or self.of_placement(placement)


@dataclass(frozen=True)
class Weights:
    """What a day of each kind weighs for one line (mean 1, Monday first), and what most of it rests on.

    `told`: by the week of the line's placement, too, enough was due to judge it. The one site that is open on a Sunday
    tells nothing of the others, where most will come from (docs/decisions/0116).
    """

    of_kind: tuple[Decimal, ...]
    basis: Basis
    told: bool = True


def weights(
    delivered: Mapping[int, Decimal],
    elapsed: Sequence[int],
    flight: Sequence[int],
    placement: str | None,
    weeks: Weeks,
    least_due: Decimal,
) -> Weights:
    """w(k) = Σ over sites of c × f(site, k), c = own delivery there ÷ Σf over the elapsed days.

    `delivered` are impressions by site number on elapsed flight days, `elapsed` and `flight` days by kind. Where a site
    delivered on days that its week calls closed, the next wider week is taken for it. Before any delivery the week of
    the line's placement stands, then that of all lines. `least_due`: so many average days let a line be judged.
    """
    with localcontext() as context:
        context.prec = 50
        totals = [Decimal(0)] * KINDS
        rests: defaultdict[Basis, Decimal] = defaultdict(Decimal)
        general = weeks.of_placement(placement)
        told = _due(general, elapsed) >= least_due
        for site_no in sorted(delivered):
            amount = delivered[site_no]
            if amount <= 0:
                continue
            week, due = _that_was_open(weeks, site_no, placement, elapsed)
            level = amount / due
            for k in range(KINDS):
                part = level * week.weights[k]
                totals[k] += part
                rests[week.basis[k]] += part * flight[k]
        if not any(totals):
            wider = (general, weeks.everywhere, EVEN_WEEK)
            week = next((week for week in wider if _due(week, flight) > 0), EVEN_WEEK)
            return Weights(week.weights, _mostly({b: Decimal(week.basis.count(b)) for b in week.basis}), told)
        mean = sum(totals, Decimal(0)) / KINDS
        return Weights(tuple((total / mean).quantize(PRECISE) for total in totals), _mostly(rests), told)


def _that_was_open(
    weeks: Weeks, site_no: int, placement: str | None, elapsed: Sequence[int]
) -> tuple[Week, Decimal]:
    for week in (
        weeks.of_site(site_no, placement),
        weeks.of_placement(placement),
        weeks.everywhere,
        EVEN_WEEK,
    ):
        due = _due(week, elapsed)
        if due > 0:
            return week, due
    raise AssertionError(
        "an even week is never closed on all days"
    )  # there is delivery, so days have elapsed


def _due(week: Week, days: Sequence[int]) -> Decimal:
    """What these days, counted by kind, weigh together; an average day weighs 1."""
    return sum((week.weights[k] * days[k] for k in range(KINDS)), Decimal(0))


def _mostly(rests: Mapping[Basis, Decimal]) -> Basis:
    """The basis that carries most; of equals, the less certain one."""
    return max(rests, key=lambda basis: (rests[basis], CERTAINTY.index(basis)))
