"""A year of malls, stations, streets and night spots, whose weeks differ: what it would take to accuse nobody wrongly.

Belongs here: the invented world, put into the warehouse, with the truth about it. Does not belong here: judging it
(`bench.causes`). Each line has a level at each of its sites; what it delivers on a day is level × the site's week ×
noise of the line and the day, of the site and the day. Healthy lines end at 100 to 103 % of their goal.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from holidays import country_holidays

from campfill_pipeline.warehouse.delivery import partitions, rollups

WEEKS = {
    "Mall": (1.0, 1.0, 1.0, 1.0, 1.3, 1.6, 0.0),
    "Station": (1.1, 1.1, 1.1, 1.1, 1.25, 0.75, 0.5),
    "Street": (1.0, 1.0, 1.0, 1.05, 1.15, 1.2, 0.8),
    "Night": (0.4, 0.4, 0.5, 0.8, 1.8, 2.3, 0.9),
}
OPEN_WEEK = (1.0, 1.0, 1.0, 1.0, 1.3, 1.6, 1.1)
SITES_OF_A_KIND = 15
HOURS = (7, 11, 15, 19)
CAUSES = ("bids", "wins", "plays", "audience")
LINE_NOISE, SITE_NOISE = 0.03, 0.06
HOLIDAYS = frozenset(country_holidays("DE", years=range(2024, 2028)))


@dataclass(frozen=True)
class WeeklyLine:
    """A line: `weak` names the stage at which it loses, None for a healthy one."""

    number: int
    placement: str
    start: date
    end: date
    weak: str | None


@dataclass(frozen=True)
class WeeklyWorld:
    """What was put into the warehouse."""

    lines: tuple[WeeklyLine, ...]
    first: date
    last: date


def weight(kind: str, day: date, opens: date | None) -> float:
    """What a day gives at a site of this kind; from `opens` on malls are open on Sundays."""
    week = OPEN_WEEK if kind == "Mall" and opens is not None and day >= opens else WEEKS[kind]
    return week[6 if day in HOLIDAYS else day.weekday()]


def fill(
    conn: psycopg.Connection, seed: int, *, lines: int, last: date, days: int = 180, opens: date | None = None,
    stray: float = 1.0,
) -> WeeklyWorld:  # fmt: skip
    """Invent the world and write it: lines, series, sites, hourly rows, daily roll-ups, fetched days.

    `stray` times the usual noise each day: 1, 2 and 3 make days of healthy lines stray by 4 %, 8 % and 13 %.
    """
    chance = random.Random(seed)
    first = last - timedelta(days - 1)
    sites = [(1 + place, kind) for place, kind in enumerate(k for k in WEEKS for _ in range(SITES_OF_A_KIND))]
    with conn.cursor().copy("COPY site (site_no, site) FROM STDIN") as copy:
        for number, kind in sites:
            copy.write_row((number, f"{kind} {number}"))
    start_of_all = datetime(first.year, first.month, first.day, tzinfo=UTC)
    partitions.ensure(conn, start_of_all - timedelta(1), start_of_all + timedelta(days + 40))
    noise: dict[tuple[int, date], float] = {}
    made, registered, rows = [], [], []
    for number in range(1, lines + 1):
        start = first + timedelta(chance.randrange(days - 3))
        end = start + timedelta(chance.choice([6, 9, 13, 13, 20, 29]))
        placement = chance.choice(list(WEEKS))
        own = [site for site in sites if site[1] == placement or chance.random() < 0.02]
        at = chance.sample(own, min(len(own), chance.randint(3, 7)))
        weak = chance.choice(CAUSES) if chance.random() < 0.12 else None
        kept = chance.uniform(0.5, 0.8) if weak else 1.0
        levels = {site: chance.lognormvariate(7.5, 0.6) for site, _ in at}
        flight = [start + timedelta(n) for n in range((end - start).days + 1)]
        amounts: dict[tuple[int, date], float] = {}
        for day in flight:
            of_line = chance.lognormvariate(0, stray * LINE_NOISE)
            for site, kind in at:
                if (site, day) not in noise:
                    noise[site, day] = chance.lognormvariate(0, stray * SITE_NOISE)
                amounts[site, day] = levels[site] * weight(kind, day, opens) * of_line * noise[site, day]
        goal = max(int(sum(amounts.values()) / chance.uniform(1.0, 1.03)), 1)
        made.append(WeeklyLine(number, placement, start, end, weak))
        registered.append(
            (number, placement, start, end, goal, chance.choice(["guaranteed", "unguaranteed"]))
        )
        rows += [
            (number, site, day, amount, weak, kept) for (site, day), amount in amounts.items() if day <= last
        ]
    _register(conn, registered)
    _write_hours(conn, rows, chance)
    conn.execute(
        """INSERT INTO line_day (line_no, day, source, counted, impressions, bids, wins, plays, rows, first_hour,
                                 last_hour)
           SELECT series_no, (hour_utc AT TIME ZONE 'Europe/Berlin')::date, 'a', true, sum(impressions), sum(bids),
                  sum(wins), sum(plays), count(*), min(hour_utc), max(hour_utc)
           FROM report_hour GROUP BY 1, 2"""
    )
    conn.execute(
        """INSERT INTO delivery_fetch (source, day, status, fetched_at, rows)
           SELECT 'api', day, 'complete', now(), 1 FROM generate_series(%s::date, %s::date, interval '1 day') AS day""",
        [first - timedelta(1), last],
    )
    conn.execute("INSERT INTO line_dirty (line_no) SELECT line_no FROM line_register ON CONFLICT DO NOTHING")
    rollups.roll_up_sites(conn, ZoneInfo("Europe/Berlin"))
    conn.execute("ANALYZE")
    return WeeklyWorld(tuple(made), first, last)


def _register(conn: psycopg.Connection, lines: list[tuple[int, str, date, date, int, str]]) -> None:
    seen = datetime(2020, 1, 1, tzinfo=UTC)
    with conn.cursor().copy(
        """COPY line_register (line_no, id, revision, first_seen_at, valid_from, upload_id, event_no, action, brought,
           name, kind_listed, buyer, runtime, start_date, end_date, impression_goal, cpm_eur, purchase_type, placement)
           FROM STDIN"""
    ) as copy:
        for number, placement, start, end, goal, purchase_type in lines:
            copy.write_row(
                (number, UUID(int=number), 1, seen, seen, UUID(int=1), 1, "created", True, f"Line {number}", "campaign",
                 "Not set", "", start, end, goal, Decimal(10), purchase_type, placement)
            )  # fmt: skip
    with conn.cursor().copy(
        "COPY report_series (series_no, source, campaign_no, deal_no, line_no, attributed_as) FROM STDIN"
    ) as copy:
        for number, *_ in lines:
            copy.write_row((number, "a", number, 0, number, "c"))


def _write_hours(
    conn: psycopg.Connection,
    rows: list[tuple[int, int, date, float, str | None, float]],
    chance: random.Random,
) -> None:
    """Four hours a day: bids, half of them won, each win played once, 13 people a play; less where the line is weak."""
    with conn.cursor().copy(
        "COPY report_hour (hour_utc, series_no, site_no, fetch_no, bids, wins, plays, impressions, terms) FROM STDIN"
    ) as copy:
        for number, site, day, amount, weak, kept in rows:
            if amount <= 0:
                continue
            for hour in HOURS:
                part = amount / len(HOURS) * chance.uniform(0.9, 1.1)
                bids = part / 13 * 2 * (kept if weak == "bids" else 1)
                wins = bids / 2 * (kept if weak == "wins" else 1)
                plays = wins * (kept if weak == "plays" else 1)
                people = plays * 13 * (kept if weak == "audience" else 1)
                at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
                copy.write_row(
                    (
                        at,
                        number,
                        site,
                        1,
                        round(bids),
                        round(wins),
                        round(plays),
                        round(Decimal(people), 4),
                        "3",
                    )
                )
