"""The simulated world: one publisher's lines, their delivery and the truth about both, made from a seed and a
date.

Belongs here: putting the parts together, and asking for rows and truth. Does not belong here: the parts
themselves (`roster`, `planted`, `delivery`, `streams`), files (`campaign_list`), HTTP (`api`).

The same seed, date and shape give the same world, to the last digit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa

from campfill_pipeline.simulator import vocabulary
from campfill_pipeline.simulator.delivery import (
    UNIT,
    Ground,
    Rows,
    Sites,
    deliver,
    deliver_in_full,
    join_rows,
    make_sites,
)
from campfill_pipeline.simulator.hours import Calendar, make_calendar
from campfill_pipeline.simulator.planted import Outage, Plan, make_plans
from campfill_pipeline.simulator.roster import Shape, WorldLine, make_lines
from campfill_pipeline.simulator.streams import (
    Oddities,
    Stream,
    bend,
    booked_days,
    main_stream,
    make_oddities,
    make_orphans,
)

TIMEZONE = ZoneInfo("Europe/Berlin")


@dataclass(frozen=True)
class World:
    """One simulated publisher. `lines` are in list order; `plans` go by line index; days are local days."""

    seed: int
    today: date
    timezone: ZoneInfo
    shape: Shape
    lines: tuple[WorldLine, ...]
    orphans: tuple[WorldLine, ...]
    plans: dict[int, Plan]
    odd: Oddities
    outage: Outage
    calendar: Calendar
    sites: Sites

    @property
    def first_day(self) -> date:
        """The first local day that the reporting still knows."""
        return self.calendar.first_day

    @property
    def last_day(self) -> date:
        """The last local day that is planned; what lies after now is not told by the API."""
        return self.calendar.last_day

    @cached_property
    def line_by_id(self) -> dict[str, WorldLine]:
        """Every listed line by its id."""
        return {line.id: line for line in self.lines}

    @property
    def site_names(self) -> tuple[str, ...]:
        """Names of the sites, by position."""
        return vocabulary.SITES[: self.sites.number]

    @cached_property
    def planted(self) -> dict[str, str]:
        """The truth about shortfalls: line id → the one cause that was planted on it."""
        return {self.lines[i].id: plan.cause for i, plan in self.plans.items() if plan.cause is not None}

    @cached_property
    def outage_victims(self) -> frozenset[str]:
        """The planted lines that the system-wide outage struck."""
        return frozenset(self.lines[i].id for i, plan in self.plans.items() if not plan.catches_up)

    @cached_property
    def healthy(self) -> frozenset[str]:
        """Ended and live lines, all of whose days the API knows, with nothing in their way."""
        return frozenset(
            line.id
            for line in self.lines
            if line.era in ("ended", "live") and line.id not in self.planted and line.start < self.today
        )

    @cached_property
    def _delivery(self) -> tuple[Rows, tuple[Stream, ...]]:
        return _make_delivery(self)

    @property
    def rows(self) -> Rows:
        """Every detail row of the world, also those of hours to come, by hour, stream and site."""
        return self._delivery[0]

    @property
    def streams(self) -> tuple[Stream, ...]:
        """Whose the rows are: `rows.stream` points in here."""
        return self._delivery[1]

    def between(self, start_hour: int, end_hour: int) -> Rows:
        """The rows of the UTC hours since 1970 from `start_hour` to before `end_hour`."""
        first, last = np.searchsorted(self.rows.hour, [start_hour, end_hour])
        return self.rows.take(slice(int(first), int(last)))

    def detail_table(self, first: date, last: date) -> pa.Table:
        """The detail rows of the local days `first` to `last`, both inclusive, in the form in which they are
        stored.

        Columns: hour_utc timestamp[us, UTC], site, campaign_id, campaign_name, campaign_purchase_type,
        deal_id, deal_name, deal_purchase_type (strings; null where there is no campaign), impressions
        decimal128(18, 4), bids, wins, plays int64.
        """
        rows = self.between(self.calendar.utc_hour(first), self.calendar.utc_hour(last + timedelta(1)))

        return detail_table(self, rows)

    def detail_rows(self, first: date, last: date) -> pd.DataFrame:
        """The same as a pandas frame (impressions as Decimal objects), for tests and experiments."""
        frame: pd.DataFrame = self.detail_table(first, last).to_pandas()
        return frame


def detail_table(world: World, rows: Rows) -> pa.Table:
    """Any of the world's rows in the form of `World.detail_table`."""

    def of_stream(pick: Callable[[Stream], str | None]) -> pa.Array:
        return pa.array([pick(stream) for stream in world.streams], pa.string()).take(pa.array(rows.stream))

    return pa.table(
        {
            "hour_utc": pa.array(rows.hour * 3_600_000_000, pa.timestamp("us", "UTC")),
            "site": pa.array(world.site_names).take(pa.array(rows.site)),
            "campaign_id": of_stream(lambda s: s.campaign_id and s.campaign_id.lower()),
            "campaign_name": of_stream(lambda s: s.campaign_name and s.campaign_name.split(">")[-1].strip()),
            "campaign_purchase_type": of_stream(lambda s: s.campaign_type and s.campaign_type.lower()),
            "deal_id": of_stream(lambda s: s.deal_id.lower()),
            "deal_name": of_stream(lambda s: s.deal_name),
            "deal_purchase_type": of_stream(lambda s: s.deal_type.lower()),
            "impressions": exact_decimals(rows),
            "bids": pa.array(rows.bids),
            "wins": pa.array(rows.wins),
            "plays": pa.array(rows.plays),
        }
    )


def exact_decimals(rows: Rows) -> pa.Array:
    """The impressions as decimal128(18, 4), without a detour over floats."""
    words = np.zeros((len(rows), 2), dtype=np.int64)
    words[:, 0] = rows.impressions
    assert UNIT == 10_000
    return pa.Array.from_buffers(pa.decimal128(18, 4), len(rows), [None, pa.py_buffer(words.tobytes())])


def _make_delivery(world: World) -> tuple[Rows, tuple[Stream, ...]]:
    """Deliver every known line with a random source of its own, so that no line depends on another."""
    naming = np.random.default_rng([world.seed, 5])
    everyone = world.lines + world.orphans
    streams = [main_stream(line, world.odd, naming) for line in everyone]
    ground = Ground(world.calendar, world.sites, world.outage, world.shape.history_days)
    parts = []
    for line in everyone:
        plan = world.plans.get(line.index, Plan(1.0))
        if line.era == "past" or plan.cause == "no_reporting":
            continue
        chance = np.random.default_rng([world.seed, 6, line.index])
        flight = booked_days(line, world.odd)
        send = deliver_in_full if plan.cause is None else deliver
        parts.append(send(flight, plan, ground, chance))
    rows = bend(join_rows(parts), streams, world.lines, world.odd, naming)
    order = np.lexsort((rows.site, rows.stream, rows.hour))
    return rows.take(order), tuple(streams)


def make_world(
    today: date, seed: int = 1, *, shape: Shape | None = None, timezone: ZoneInfo = TIMEZONE
) -> World:
    """A world as seen on the local day `today`. Lines are made at once, delivery when first asked for (a
    second).
    """
    shape = Shape() if shape is None else shape
    lines = make_lines(today, shape, np.random.default_rng([seed, 1]))
    first, last = today - timedelta(shape.history_days), today + timedelta(shape.ahead_days)
    outage = Outage.before(today)
    plans = make_plans(lines, outage, today, np.random.default_rng([seed, 2]))
    rng = np.random.default_rng([seed, 3])
    orphans = make_orphans(lines, rng, number=6)
    return World(
        seed=seed,
        today=today,
        timezone=timezone,
        shape=shape,
        lines=lines,
        orphans=orphans,
        plans=plans,
        odd=make_oddities(lines, plans, orphans, today, rng),
        outage=outage,
        calendar=make_calendar(first, last, timezone),
        sites=make_sites(
            min(shape.sites, len(vocabulary.SITES)), (last - first).days + 1, np.random.default_rng([seed, 4])
        ),
    )
