"""The rule for causes of shortfalls in numpy and floats, to see that planted causes can be found at all."""

from __future__ import annotations

from dataclasses import dataclass
from math import log, sqrt

import numpy as np
import numpy.typing as npt

from campfill_pipeline.simulator.delivery import UNIT
from campfill_pipeline.simulator.roster import WorldLine
from campfill_pipeline.simulator.world import World

Floats = npt.NDArray[np.float64]
_BIDS, _WINS, _PLAYS, _IMPRESSIONS = range(4)


@dataclass(frozen=True)
class Finding:
    """What the rule says about one covered line: its delivery against its target, and a cause or None."""

    line: WorldLine
    target: float
    delivered: float
    cause: str | None

    @property
    def ratio(self) -> float:
        return self.delivered / self.target


class FunnelRule:
    """Judges the covered lines of a world as on the morning of its present day."""

    def __init__(self, world: World) -> None:
        self.world = world
        now = world.calendar.utc_hour(world.today)
        self.rows = world.rows.take(world.rows.hour < now)
        position = self.rows.hour - world.calendar.hour[0]
        self.day = world.calendar.day[position]
        self.cell = self.rows.site * 24 + world.calendar.local_hour[position]
        counts = (self.rows.bids, self.rows.wins, self.rows.plays, self.rows.impressions / UNIT)
        self.figures = [figure.astype(float) for figure in counts]
        self.owner = self._owner_of_stream()[self.rows.stream]
        self.covered = [
            line for line in world.lines if line.era in ("ended", "live") and line.start < world.today
        ]
        self.delivered = np.bincount(
            self.owner + 1, self.rows.impressions / UNIT, minlength=len(world.lines) + 1
        )[1:]
        good = {x.index for x in self.covered if self.delivered[x.index] >= 0.95 * self.target(x)}
        self.good = np.isin(self.owner, list(good))
        guaranteed = [line.index for line in world.lines if line.purchase_type == "guaranteed"]
        self.guaranteed = np.isin(self.owner, guaranteed)

    def _owner_of_stream(self) -> npt.NDArray[np.int64]:
        by_id = self.world.line_by_id
        owners = []
        for stream in self.world.streams:
            line = by_id.get((stream.campaign_id or "").lower()) or by_id.get(stream.deal_id)
            owners.append(-1 if line is None else line.index)
        return np.array(owners)

    def target(self, line: WorldLine) -> float:
        elapsed = min((self.world.today - line.start).days, line.flight_days)
        return line.goal * elapsed / line.flight_days

    def _cells(self, mask: npt.NDArray[np.bool_]) -> Floats:
        """Sums by site and hour of day of the four figures: (sites, 24, 4)."""
        rows = np.flatnonzero(mask)
        number = self.world.sites.number * 24
        sums = [
            np.bincount(self.cell[rows], figure[rows], minlength=number).astype(float)
            for figure in self.figures
        ]
        cells: Floats = np.stack(sums, axis=1).reshape(self.world.sites.number, 24, 4)
        return cells

    def _reference(self, line: WorldLine) -> Floats | None:
        start, end = self.world.calendar.index(line.start), self.world.calendar.index(line.end)
        alike = self.guaranteed == (line.purchase_type == "guaranteed")
        before = (self.day < start) & (self.day >= start - 28) & self.good
        beside = (self.day >= start) & (self.day <= end) & self.good & (self.owner != line.index)
        for mask, least_days in ((before & alike, 7), (beside & alike, 1), (before, 7), (beside, 1)):
            if len(np.unique(self.day[mask])) >= least_days:
                return self._cells(mask)
        return None

    def judge(self, line: WorldLine) -> Finding:
        target, delivered = self.target(line), float(self.delivered[line.index])
        return Finding(line, target, delivered, self._cause(line, target, delivered))

    def _cause(self, line: WorldLine, target: float, delivered: float) -> str | None:
        if delivered >= 0.95 * target:
            return None
        own = self._cells(self.owner == line.index)
        if not own[:, :, _BIDS].any():
            return "no_reporting"
        reference = self._reference(line)
        if reference is None:
            return "no_reference"
        baselines = [_baseline(own, reference, stage) for stage in (_WINS, _PLAYS, _IMPRESSIONS)]
        bids, wins, plays, _ = own.sum(axis=(0, 1))
        if (target - delivered) / target <= 3 / sqrt(target / baselines[2]):
            return None
        losses = [bids / (target / np.prod(baselines))]
        for before, after, baseline in ((bids, wins, baselines[0]), (wins, plays, baselines[1])):
            if after == 0:
                losses.append(0.0)
                break
            losses.append(after / before / baseline)
        else:
            losses.append(delivered / plays / baselines[2])
        if losses[-1] == 0:
            return ("lost_auctions", "won_but_not_played")[len(losses) - 2]
        shares = [max(-log(ratio), 0) for ratio in losses]
        bids_cause = "not_selected" if line.kind == "campaign" else "too_few_bids"
        return (bids_cause, "lost_auctions", "won_but_not_played", "low_audience")[int(np.argmax(shares))]


def _baseline(own: Floats, reference: Floats, stage: int) -> float:
    """The reference's rate of a stage, by the line's own mix; thin cells fall back to site, then all."""
    below, above = reference[:, :, stage - 1], reference[:, :, stage]
    overall = above.sum() / below.sum()
    site_below = np.maximum(below.sum(axis=1, keepdims=True), 1e-9)
    of_site = np.where(site_below >= 100, above.sum(axis=1, keepdims=True) / site_below, overall)
    rate = np.where(below >= 100, above / np.maximum(below, 1e-9), of_site)
    weights = own[:, :, stage - 1]
    return float((weights * rate).sum() / weights.sum()) if weights.sum() else float(overall)
