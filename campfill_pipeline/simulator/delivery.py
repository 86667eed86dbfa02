"""The delivery of the simulated world: bids, wins, plays and impressions of each line, hour and site.

Belongs here: how sites, hours and chance make figures out of plans. Does not belong here: which line suffers
from what (`planted`), and how figures are sent (`wire`).

The planner of this world is a fair ad server: it knows the ordinary rates of every site, hour and line and
buys as many bids as the day's share of the goal needs. Whatever a plan puts in the way comes on top, unseen
by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from campfill_pipeline.simulator.hours import Calendar
from campfill_pipeline.simulator.planted import Outage, Plan
from campfill_pipeline.simulator.roster import WorldLine

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

UNIT = 10_000
"""Impressions are kept as whole ten-thousandths: exact, and as fine as the warehouse stores them."""

_SPREAD_IN_ROW = 0.15
_MOST_CORRECTIONS = 20


@dataclass(frozen=True)
class Sites:
    """The ordinary rates of the sites. First axis: site; second axis: local hour of day (24)."""

    win: Floats
    audience: Floats
    reliability: Floats
    group: Ints
    outage: Floats
    daily: Floats
    cents: npt.NDArray[np.bool_]

    @property
    def number(self) -> int:
        """How many sites there are."""
        return len(self.group)


@dataclass(frozen=True)
class Ground:
    """What all lines share. `known_days` is how many days of the calendar lie before today."""

    calendar: Calendar
    sites: Sites
    outage: Outage
    known_days: int


@dataclass(frozen=True)
class Rows:
    """Detail rows, one array each: `stream` is whose they are (`streams`), `hour` counts UTC hours since
    1970, `site` is a position, `impressions` are ten-thousandths.
    """

    stream: Ints
    hour: Ints
    site: Ints
    bids: Ints
    wins: Ints
    plays: Ints
    impressions: Ints

    def __len__(self) -> int:
        return len(self.hour)

    def take(self, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_] | slice) -> Rows:
        """The chosen rows: by position, mask or slice."""
        return Rows(**{name: array[rows] for name, array in vars(self).items()})


def join_rows(parts: Iterable[Rows]) -> Rows:
    """All rows of the parts, one after the other."""
    arrays = [vars(part) for part in parts]
    return Rows(**{name: np.concatenate([part[name] for part in arrays]) for name in arrays[0]})


def make_sites(number: int, days: int, rng: np.random.Generator) -> Sites:
    """Sites whose audience differs tenfold, each with its own day, win rate, group of screens and
    reliability.
    """
    hours = np.arange(24)
    level = rng.permutation(2.5 * 10 ** (np.arange(number) / max(1, number - 1)))
    commuters = 0.55 + np.exp(-((hours - 8) ** 2) / 6) + np.exp(-((hours - 17.5) ** 2) / 8)
    shoppers = 0.5 + 1.1 * np.exp(-((hours - 15) ** 2) / 18)
    mix = rng.random((number, 1))
    daypart = mix * commuters + (1 - mix) * shoppers
    win = np.clip(
        rng.uniform(0.25, 0.65, (number, 1)) * (1 + 0.12 * np.cos((hours - 4) / 24 * 2 * np.pi)), 0, 0.8
    )
    return Sites(
        win=win,
        audience=level[:, None] * daypart / daypart.mean(axis=1, keepdims=True),
        reliability=rng.uniform(0.94, 0.99, number),
        group=rng.choice([1, 1, 1, 2, 3], number),
        outage=rng.uniform(0.9, 1.1, number),
        daily=np.exp(rng.normal(0, 0.07, (number, days))),
        cents=rng.random(number) < 0.4,
    )


def _day_targets(
    line: WorldLine, plan: Plan, days: Ints, known_days: int, hit: Floats, rng: np.random.Generator
) -> Floats:
    """Impressions to buy on each of the days: even over the flight, plus what has to be caught up."""
    even = line.goal * plan.level / line.flight_days
    mood = np.clip(rng.normal(1, 0.025, len(days)), 0.9, 1.1)
    past = days < known_days
    targets = even * mood / (mood[past].mean() if past.any() else 1.0)
    lost = hit < 1
    if plan.catches_up and lost.any():
        after = (days > days[lost][-1]) & (days < known_days)
        owed = float((targets * (1 - hit)).sum())
        later = min(owed, 0.35 * float(targets[after].sum()))
        if after.any():
            targets[after] *= 1 + later / float(targets[after].sum())
        # What cannot be caught up later was bought on top during the outage itself.
        targets[lost] *= 1 + (owed - later) / float((targets[lost] * hit[lost]).sum())
    return targets


def deliver(line: WorldLine, plan: Plan, ground: Ground, rng: np.random.Generator) -> Rows:
    """The detail rows of one line on all its flight days in the calendar; `stream` is the line's index."""
    calendar, sites, outage, known_days = ground.calendar, ground.sites, ground.outage, ground.known_days
    own_win, own_audience = np.exp(rng.normal(0, 0.06)), np.exp(rng.normal(0, 0.04))
    number = int(rng.choice([1, 2, 3, 4, 5], p=[0.1, 0.25, 0.35, 0.2, 0.1]))
    chosen = rng.choice(sites.number, min(number, sites.number), replace=False)
    rush_only = rng.random() < 0.25
    first = max(calendar.index(line.start), 0)
    last = min(calendar.index(line.end), len(calendar.starts) - 2)
    span = slice(int(calendar.starts[first]), int(calendar.starts[last + 1]))
    local = calendar.local_hour[span]
    open_hours = np.isin(local, [7, 8, 9, 12, 16, 17, 18, 19]) if rush_only else (local >= 6) & (local <= 22)
    hour, local, day = calendar.hour[span][open_hours], local[open_hours], calendar.day[span][open_hours]

    days = np.arange(first, last + 1)
    in_outage = (days >= calendar.index(outage.first_day)) & (days <= calendar.index(outage.last_day))
    hit = np.where(in_outage, outage.factor, 1.0)
    targets = _day_targets(line, plan, days, known_days, hit, rng)

    win = sites.win[chosen][:, local].T * own_win
    audience = sites.audience[chosen][:, local].T * sites.daily[chosen][:, day].T * own_audience
    reliable = sites.reliability[chosen]
    weight = rng.dirichlet(np.full(len(chosen), 4.0)) * rng.uniform(0.8, 1.2, (len(hour), len(chosen)))
    per_bid = weight * win * reliable * sites.group[chosen] * audience
    of_day = np.bincount(day - first, per_bid.sum(axis=1), minlength=len(days))
    wanted = weight * (targets / of_day)[day - first][:, None]

    selected = rng.random(len(hour)) >= plan.gaps
    bids = np.floor(wanted * plan.bids * selected[:, None] + rng.random(wanted.shape)).astype(np.int64)
    bids *= selected[:, None]
    wins = rng.binomial(bids, np.clip(win * plan.wins, 0, 0.95))
    standing = np.where(in_outage[day - first][:, None], outage.factor * sites.outage[chosen], 1.0)
    plays = rng.binomial(wins, reliable * standing * plan.plays) * sites.group[chosen]
    noise = np.exp(rng.normal(-(_SPREAD_IN_ROW**2) / 2, _SPREAD_IN_ROW, plays.shape))
    unit = np.where(sites.cents[chosen], 100, 1)
    impressions = np.rint(plays * audience * plan.audience * noise * UNIT / unit).astype(np.int64) * unit

    at, which = np.nonzero(bids)
    return Rows(
        stream=np.full(len(at), line.index, dtype=np.int64),
        hour=hour[at],
        site=chosen[which].astype(np.int64),
        bids=bids[at, which],
        wins=wins[at, which],
        plays=plays[at, which],
        impressions=impressions[at, which],
    )


def deliver_in_full(line: WorldLine, plan: Plan, ground: Ground, rng: np.random.Generator) -> Rows:
    """The same for a line with nothing in its way: where chance left it behind, more was bought in time."""
    calendar, known_days = ground.calendar, ground.known_days
    elapsed = min(max(known_days - calendar.index(line.start), 0), line.flight_days)
    least = line.goal * elapsed / line.flight_days * min(1.002, plan.level - 0.01) * UNIT
    today = calendar.hour[calendar.starts[known_days]]
    rows = deliver(line, plan, ground, rng)
    for _ in range(_MOST_CORRECTIONS):
        if calendar.index(line.start) < 0 or int(rows.impressions[rows.hour < today].sum()) >= least:
            break
        plan = replace(plan, level=plan.level * 1.02)
        rows = deliver(line, plan, ground, rng)
    return rows
