"""The best weeks of places, and goals of lines that have not begun which need more than those gave.

Belongs here: what was delivered by place and day, read only where it is asked for. Does not belong here: the rule
(`domain/unlikely_goals`), a list that is not in the register yet (`intake/judge/unlikely_goals`).

Nothing is kept: the sums by line and day are few, and all sites of a placement are looked at only where these do not
suffice already.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from campfill_pipeline.domain.unlikely_goals import Best, Gave, Unlikely, best_run, judge, needed, run_of
from campfill_pipeline.warehouse.statements import query

Needs = Mapping[tuple[str | None, int], Decimal]
"""By placement (None: any) and days in a row: the most impressions that a line needs."""


@dataclass(frozen=True)
class Known:
    """A listed id as the register has it (None: not at all); `begun`: something was delivered for it."""

    terms: tuple[int, date | None, date, str | None] | None
    begun: bool


@dataclass(frozen=True)
class UnlikelyLine:
    """A line that has not begun, and how its goal is unlikely."""

    line_id: UUID
    name: str
    kind: str
    purchase_type: str
    starts: date
    found: Unlikely


def best_runs(conn: psycopg.Connection, needs: Needs, *, as_of: date) -> dict[tuple[str | None, int], Best]:
    """The best run of days before a local day of each place and length; nothing where history is thin."""
    asked = sorted({placement or "" for placement, _ in needs})
    if not asked:
        return {}
    values = {"as_of": as_of, "placements": asked}
    gave = {
        placement: Gave(dict(zip(days, impressions, strict=True)), lines)
        for placement, days, impressions, lines in conn.execute(
            query("figures/best_weeks", "to lines"), values
        )
    }
    found: dict[tuple[str | None, int], Best] = {}
    for placement in asked:
        place = gave.get(placement)
        if place is None or place.thin:
            continue
        mine = {run: need for (of, run), need in needs.items() if (of or "") == placement}
        runs = {run: best_run(place, run) for run in mine}
        if any(best is not None and mine[run] > best.impressions for run, best in runs.items()):
            at_sites = conn.execute(
                query("figures/best_weeks", "at sites"), {"as_of": as_of, "placement": placement}
            )
            place = replace(place, at_sites=dict(at_sites.fetchall()))
            runs = {run: best_run(place, run) for run in mine}
        found |= {(placement or None, run): best for run, best in runs.items() if best is not None}
    return found


def as_known(conn: psycopg.Connection, ids: Sequence[str]) -> dict[str, Known]:
    """What is known of these listed ids."""
    rows = conn.execute(query("figures/best_weeks", "as known"), {"ids": list(ids)}).fetchall()
    return {
        line_id: Known(None if goal is None else (goal, start, end, placement), begun)
        for line_id, goal, start, end, placement, begun in rows
    }


def unlikely_lines(
    conn: psycopg.Connection, *, as_of: date, line_id: UUID | None = None
) -> list[UnlikelyLine]:
    """Lines that have not begun by the stored figures and need more than their sites ever gave, worst first."""
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("figures/best_weeks", "not begun"), {"line_id": line_id}).fetchall()
    needs: dict[tuple[str | None, int], Decimal] = {}
    for row in rows:
        place = (row["placement"] or None, run_of(row["flight_days"]))
        needs[place] = max(needs.get(place, Decimal(0)), needed(row["impression_goal"], row["flight_days"]))
    best = best_runs(conn, needs, as_of=as_of)
    found = []
    for row in rows:
        days, placement = row["flight_days"], row["placement"] or None
        verdict = judge(row["impression_goal"], days, placement, best.get((placement, run_of(days))))
        if verdict is not None:
            found.append(
                UnlikelyLine(
                    row["line_id"],
                    row["name"],
                    row["kind"],
                    row["purchase_type"],
                    row["effective_start"],
                    verdict,
                )
            )
    return sorted(found, key=lambda one: (-one.found.times, one.line_id))
