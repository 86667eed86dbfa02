"""Why a line fell short: delivery as a funnel, compared with what lines like it got.

Belongs here: the rule that turns four figures and their baselines into a verdict, or into none. Does not
belong here: where figures and baselines come from (`warehouse/figures/causes.py`), and how a verdict is shown.

Delivery is bids → wins → plays → impressions, so with needed bids = target ÷ (win rate × play rate × audience)
of the reference, delivered ÷ target is exactly the product of four ratios, one for each stage. Their logarithms
add up: the share of a stage is its part of the losses. Gains are evidence, not shares. Rule and measurements:
docs/causes.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from campfill_pipeline.domain.kinds import LineKind

HEALTHY_FROM = Decimal("0.95")
"""Share of its target from which a line counts as healthy: it is never accused, and may be a reference."""

HISTORY_DAYS = 28
"""Local days before a flight in which its reference is looked for."""

LEAST_HISTORY_DAYS = 7
"""With fewer days of history than this, the hours of the flight itself are the reference."""

LEAST_DENOMINATOR = 100
"""A rate of a site and hour with fewer bids (wins, plays) behind it falls back to its site, then to all."""

LEAST_EXPECTED = 5
"""A stage at zero is to blame only where at least this much should have come out of it."""

NOISE = 3
"""The relative gap must exceed this, divided by the root of the plays needed."""

FUNNEL = ("bids", "wins", "plays")
"""The stages before impressions, in their order. Here, as whoever reads figures need not load what reads reports."""

FUNNEL_COMPLETE_FROM = Decimal("0.95")
"""Share of the impressions that must come with funnel figures, for the funnel to be read."""

STAGES = ("bids", "wins", "plays", "audience")


class Side(StrEnum):
    """Whose problem it is: our system's, the resources' (screens, people, prices), or not to be told."""

    SYSTEM = "system"
    RESOURCE = "resource"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """The verdicts. The first five come from the funnel, the others say why it cannot be read."""

    NOT_SELECTED = "not_selected"
    TOO_FEW_BIDS = "too_few_bids"
    LOST_AUCTIONS = "lost_auctions"
    WON_BUT_NOT_PLAYED = "won_but_not_played"
    LOW_AUDIENCE = "low_audience"
    NOT_FETCHED = "not_fetched"
    NO_REPORTING = "no_reporting"
    NO_FUNNEL = "no_funnel"
    NO_HOURS = "no_hours"
    NO_REFERENCE = "no_reference"

    @property
    def side(self) -> Side:
        """Whose problem this cause is."""
        return _SIDES.get(self, Side.UNKNOWN)


_SIDES = {
    Cause.NOT_SELECTED: Side.SYSTEM,
    Cause.LOST_AUCTIONS: Side.RESOURCE,
    Cause.WON_BUT_NOT_PLAYED: Side.SYSTEM,
    Cause.LOW_AUDIENCE: Side.RESOURCE,
}

_OF_STAGE = {
    "wins": Cause.LOST_AUCTIONS,
    "plays": Cause.WON_BUT_NOT_PLAYED,
    "audience": Cause.LOW_AUDIENCE,
}


def cause_of_stage(stage: str, kind: str) -> Cause:
    """The cause that a lost stage stands for; for bids it depends on the kind, 'campaign' or 'deal'."""
    if stage == "bids":
        return Cause.NOT_SELECTED if kind == LineKind.CAMPAIGN else Cause.TOO_FEW_BIDS
    return _OF_STAGE[stage]


@dataclass(frozen=True)
class Funnel:
    """What a line got: counts, and impressions (all that were delivered towards the target)."""

    bids: int
    wins: int
    plays: int
    impressions: Decimal


@dataclass(frozen=True)
class Baseline:
    """What its reference would have made of the line's own mix of sites and hours: rates, all above 0.

    `win_rate` is wins per bid, `play_rate` plays per win (above 1 where a win plays a group of screens),
    `audience` impressions per play.
    """

    win_rate: Decimal
    play_rate: Decimal
    audience: Decimal


@dataclass(frozen=True)
class Decomposition:
    """delivered ÷ target, taken apart. By stage, in order bids, wins, plays, audience.

    `ratios` multiply to delivered ÷ target; behind a stage at zero they are None. `shares` are each stage's
    part of the losses, 0 … 1, together 1; None behind a stage at zero, all None where nothing was lost.
    """

    needed_bids: Decimal
    needed_plays: Decimal
    ratios: tuple[float | None, float | None, float | None, float | None]
    shares: tuple[float | None, float | None, float | None, float | None]

    @property
    def stage(self) -> str | None:
        """The stage with the largest share, the earliest of equals; None where nothing was lost."""
        told = [(share, -place) for place, share in enumerate(self.shares) if share is not None]
        return STAGES[-max(told)[1]] if told else None


def decompose(funnel: Funnel, baseline: Baseline, target: Decimal) -> Decomposition:
    """Take delivered ÷ target apart. `target` is in impressions and above 0."""
    needed_plays = target / baseline.audience
    needed_wins = needed_plays / baseline.play_rate
    needed_bids = needed_wins / baseline.win_rate
    figures: tuple[Decimal | int, ...] = (funnel.bids, funnel.wins, funnel.plays, funnel.impressions)
    # What each stage should have given, from what the one before it really gave.
    due: tuple[Decimal, ...] = (
        needed_bids,
        funnel.bids * baseline.win_rate,
        funnel.wins * baseline.play_rate,
        funnel.plays * baseline.audience,
    )
    ratios: list[float | None] = [None] * 4
    zero: int | None = None
    for place, (figure, expected) in enumerate(zip(figures, due, strict=True)):
        ratios[place] = float(figure / expected)
        if figure == 0:
            zero = place
            break
    return Decomposition(needed_bids, needed_plays, _four(ratios), _four(_shares(ratios, zero, due)))


def _shares(ratios: list[float | None], zero: int | None, due: tuple[Decimal, ...]) -> list[float | None]:
    shares: list[float | None] = [None] * 4
    if zero is not None and (zero == 0 or due[zero] >= LEAST_EXPECTED):
        shares[: zero + 1] = [0.0] * zero + [1.0]
        return shares
    # Too little reached the stage at zero to blame it: the loss lies before it.
    judged = ratios[: 4 if zero is None else zero]
    losses = [max(-math.log(ratio), 0.0) + 0.0 for ratio in judged if ratio is not None]
    total = math.fsum(losses)
    if total > 0:
        shares[: len(losses)] = [loss / total for loss in losses]
    return shares


def _four(values: list[float | None]) -> tuple[float | None, float | None, float | None, float | None]:
    first, second, third, fourth = values
    return first, second, third, fourth


def beyond_chance(delivered: Decimal, target: Decimal, needed_plays: Decimal) -> bool:
    """Whether the gap is larger than chance makes it; `needed_plays` is above 0."""
    gap = 1 - delivered / target
    return gap * gap * needed_plays > NOISE * NOISE
