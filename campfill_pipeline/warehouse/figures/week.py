"""The measured week, kept: which healthy lines it is made from, what they delivered where, and live lines' due weights.

Belongs here: gathering and keeping sums by site and kind of day (week.sql), and handing them to the rule. Does not
belong here: the rule (`domain/measured_week`, `domain/due_curve`), the figures made with the weights (`fulfillment`).

At a refresh only touched lines are looked at. The week is fitted again where a healthy line's sums came, went or
differ, and only where it then differs are other live lines computed again (docs/decisions/0098).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
from psycopg.rows import dict_row, tuple_row

from campfill_pipeline.domain import due_curve, profile
from campfill_pipeline.domain.due_curve import Weeks, Weights
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.domain.measured_week import Cell, MeasuredWeek, Member, Place, measure
from campfill_pipeline.domain.profile import Basis, Spread, Week
from campfill_pipeline.domain.weekdays import KINDS
from campfill_pipeline.warehouse.delivery import rollups
from campfill_pipeline.warehouse.figures.sources import (
    STRAIGHT,
    DueWeights,
    Knowledge,
    facts,
    parameters,
    the_calendar,
    with_standing,
)
from campfill_pipeline.warehouse.row_shapes import shaped
from campfill_pipeline.warehouse.statements import query, sections

Query = dict[str, Any]


@dataclass(frozen=True)
class Candidate:
    """A line that the week may be made from (`member`), or whose due weights are asked for (`live`)."""

    line_no: int
    placement: str | None
    effective_start: date
    end_date: date
    elapsed_days: int
    live: bool
    member: bool


@dataclass(frozen=True)
class _Source:
    """Whence delivery comes, and as of which day it is looked at."""

    conn: psycopg.Connection
    rules: FulfillmentRules
    as_of: date
    contract: Knowledge = "now"
    known: Knowledge = "now"

    @property
    def values(self) -> Query:
        return {"as_of": self.as_of, "week_days": profile.HISTORY_DAYS, "member_from": profile.MEMBER_FROM}

    def candidates(self, lines: list[int] | None) -> list[Candidate]:
        """Of these lines (None: all), those that are live or ended within the week's history."""
        if lines == []:
            return []
        if self.contract == "now":
            found = self.conn.execute(
                query("figures/week", "lines that may matter"), self.values | {"lines": lines}
            )
            lines = [number for (number,) in found.fetchall()]
        text = with_standing(self.contract, self.known, sections("figures/week")["candidates"])
        with self.conn.cursor(row_factory=shaped(Candidate)) as cursor:
            cursor.execute(text, parameters(self.rules, self.as_of, lines) | self.values)
            return cursor.fetchall()

    def ended(self, lines: list[int] | None) -> list[Candidate]:
        """Of these lines (None: all), those the week is made from, by the stored figures of flights that are over."""
        return self._kept("ended now", lines)

    def live(self, lines: list[int] | None) -> list[Candidate]:
        """Of these lines (None: all), those in flight by today's contract."""
        return self._kept("live now", lines)

    def _kept(self, section: str, lines: list[int] | None) -> list[Candidate]:
        if lines == []:
            return []
        with self.conn.cursor(row_factory=shaped(Candidate)) as cursor:
            values = self.values | {"lines": lines, "timezone": self.rules.timezone}
            cursor.execute(query("figures/week", section), values)
            return cursor.fetchall()

    def _at_sites(self) -> list[str]:
        """Common table expressions `daily` and `at_site`, with what they are made from."""
        texts = sections("figures/week")
        if self.contract == self.known == "now":
            # of all that figures are made from, this alone: whatever stands in a statement is planned each time
            daily = sections("figures/fulfillment_sources")["daily now"]
            return [daily, texts["asked"], texts["at sites now"]]
        known = texts[f"site known {self.known}"]
        return [facts(self.contract, self.known), known, texts["asked"], texts["at sites"]]

    def cells(self, days: dict[int, tuple[date, date]]) -> list[Cell]:
        """What these lines delivered at each site on the days from first to last, by kind of day."""
        rows = self._asked(sections("figures/week")["cells"], days)
        return [Cell(line, site, tuple(sums)) for line, site, sums, _ in rows]

    def made_of(self, candidates: Sequence[Candidate]) -> tuple[dict[int, Member], list[Cell]]:
        """What the week is made from: the healthy ones among these lines, and what they delivered at each site."""
        texts = sections("figures/week")
        healthy = {c.line_no: c for c in candidates if c.member}
        rows = self._asked(
            f"{texts['cells']}\nUNION ALL\n{texts['line sums']}",
            {number: (c.effective_start, c.end_date) for number, c in healthy.items()},
        )
        none = (Decimal(0),) * KINDS
        sums = {line: (tuple(came), tuple(squares)) for line, site, came, squares in rows if site is None}
        members = {
            number: Member(
                number, c.placement, c.effective_start, c.end_date, *sums.get(number, (none, none))
            )
            for number, c in healthy.items()
        }
        return members, [Cell(line, site, tuple(came)) for line, site, came, _ in rows if site is not None]

    def _asked(self, text: str, days: dict[int, tuple[date, date]]) -> list[tuple[Any, ...]]:
        if not days:
            return []
        asked = {
            "asked": list(days),
            "first_days": [first for first, _ in days.values()],
            "last_days": [last for _, last in days.values()],
        }
        values = parameters(self.rules, self.as_of, list(days)) | asked
        with self.conn.cursor(row_factory=tuple_row) as cursor:
            return cursor.execute(f"WITH {', '.join(self._at_sites())}\n{text}".encode(), values).fetchall()

    def weights(self, candidates: Sequence[Candidate], weeks: Weeks) -> dict[int, Weights]:
        """Due weights of the live lines among these."""
        live = [c for c in candidates if c.live]
        yesterday = self.as_of - timedelta(1)
        elapsed = {c.line_no: (c.effective_start, yesterday) for c in live if c.elapsed_days}
        delivered: defaultdict[int, dict[int, Decimal]] = defaultdict(dict)
        for cell in self.cells(elapsed):
            delivered[cell.line_no][cell.site_no] = sum(cell.impressions, Decimal(0))
        if not live:
            return {}
        days = the_calendar(self.rules, self.as_of).near(
            min(c.effective_start for c in live), max(c.end_date for c in live)
        )
        return {
            c.line_no: due_curve.weights(
                delivered[c.line_no],
                days.counts(c.effective_start, yesterday),
                days.counts(c.effective_start, c.end_date),
                c.placement,
                weeks,
                self.rules.least_due,
            )
            for c in live
        }


def due_weights(
    conn: psycopg.Connection,
    rules: FulfillmentRules,
    *,
    as_of: date,
    lines: list[int] | None,
    contract: Knowledge = "now",
    known: Knowledge = "now",
) -> DueWeights:
    """Due weights of live lines as of any day, made from what lay before it; reads only."""
    if not rules.measured_week:
        return STRAIGHT
    source = _Source(conn, rules, as_of, contract, known)
    candidates = source.candidates(None)
    week = _measured(source, candidates)
    return DueWeights(source.weights(_among(candidates, lines), week.weeks), week.spread.relative)


def week_as_of(conn: psycopg.Connection, rules: FulfillmentRules, as_of: date) -> MeasuredWeek:
    """The measured week as of any day, made from what lay before it; reads only."""
    source = _Source(conn, rules, as_of)
    return _measured(source, source.candidates(None))


def _measured(source: _Source, candidates: Sequence[Candidate]) -> MeasuredWeek:
    members, cells = source.made_of(candidates)
    return measure(list(members.values()), cells, the_calendar(source.rules, source.as_of))


def refresh_week(
    conn: psycopg.Connection,
    rules: FulfillmentRules,
    *,
    as_of: date,
    before: date,
    lines: list[int] | None,
) -> tuple[list[int] | None, DueWeights]:
    """Bring the measured week up to date for lines that may differ (None: all), after it was made as of `before`.

    Reads the figures of flights that are over, which must be stored already. Answers the lines to compute (these, and
    all live ones where the week differs now) and the due weights of the live ones.
    """
    if lines is None:
        conn.execute("TRUNCATE week_member, week_cell, site_week, week_state, line_week")
    if not rules.measured_week:
        return lines, STRAIGHT
    if lines is None and rollups.sites_are_missing(conn):
        rollups.roll_up_sites(conn, ZoneInfo(rules.timezone))
    source = _Source(conn, rules, as_of)
    back = as_of < before  # then lines may come back that ended long before
    scope = None if back else lines
    if _keep_members(source, scope, source.ended(scope)) and _refit(source) and lines is not None:
        live = source.live(None)
        lines = sorted({*lines, *(c.line_no for c in live)})
    else:
        live = source.live(lines)
    if not live:
        _keep_weights(conn, lines, {})
        return lines, STRAIGHT
    stored = _stored_week(conn)
    due = DueWeights(source.weights(live, stored.weeks), stored.spread.relative)
    _keep_weights(conn, lines, due.lines)
    return lines, due


def _among(candidates: list[Candidate], lines: list[int] | None) -> list[Candidate]:
    if lines is None:
        return candidates
    wanted = set(lines)  # once: a list of a million lines comes in portions of many thousands
    return [candidate for candidate in candidates if candidate.line_no in wanted]


def _keep_members(source: _Source, lines: list[int] | None, candidates: Sequence[Candidate]) -> bool:
    """Keep the sums of healthy lines among these; whether anything came, went or differs."""
    conn = source.conn
    old = [n for (n,) in conn.execute(query("figures/week", "members too old"), source.values).fetchall()]
    new, new_cells = source.made_of(candidates)
    scope = None if lines is None else sorted({*lines, *old})
    stored = {member.line_no: member for member in _stored_members(conn, scope)}
    before, after = _by_line(_stored_cells(conn, scope)), _by_line(new_cells)
    differing = {
        number for number in stored.keys() | new.keys()
        if stored.get(number) != new.get(number) or before[number] != after[number]
    }  # fmt: skip
    if not differing:
        return lines is None
    conn.execute(query("figures/week", "forget members"), {"lines": sorted(differing)})
    kept = [new[number] for number in sorted(differing & new.keys())]
    with conn.cursor() as cursor:
        with cursor.copy(
            "COPY week_member (line_no, placement, first_day, last_day, impressions, squares) FROM STDIN"
        ) as copy:
            for m in kept:
                copy.write_row(
                    (m.line_no, m.placement, m.first_day, m.last_day, list(m.impressions), list(m.squares))
                )
        with cursor.copy("COPY week_cell (line_no, site_no, impressions) FROM STDIN") as copy:
            for member in kept:
                for site_no, sums in sorted(after[member.line_no].items()):
                    copy.write_row((member.line_no, site_no, list(sums)))
    return True


def _by_line(cells: Sequence[Cell]) -> defaultdict[int, dict[int, tuple[Decimal, ...]]]:
    found: defaultdict[int, dict[int, tuple[Decimal, ...]]] = defaultdict(dict)
    for cell in cells:
        found[cell.line_no][cell.site_no] = cell.impressions
    return found


def _stored_members(conn: psycopg.Connection, lines: list[int] | None) -> list[Member]:
    rows = conn.execute(query("figures/week", "stored members"), {"lines": lines}).fetchall()
    return [
        Member(line, placement, first, last, tuple(sums), tuple(squares))
        for line, placement, first, last, sums, squares in rows
    ]


def _stored_cells(conn: psycopg.Connection, lines: list[int] | None) -> list[Cell]:
    rows = conn.execute(query("figures/week", "stored cells"), {"lines": lines}).fetchall()
    return [Cell(line, site, tuple(sums)) for line, site, sums in rows]


def _refit(source: _Source) -> bool:
    """Measure the week again from what is kept; whether it differs from the one stored."""
    conn = source.conn
    week = measure(
        _stored_members(conn, None), _stored_cells(conn, None), the_calendar(source.rules, source.as_of)
    )
    if week == _stored_week(conn):
        return False
    conn.execute("DELETE FROM site_week")
    rows = [(place, kind) for place in week.places for kind in range(KINDS)]
    conn.execute(
        query("figures/week", "store places"),
        {
            "scope": [p.scope for p, _ in rows],
            "site_no": [p.site_no for p, _ in rows],
            "placement": [p.placement for p, _ in rows],
            "weekday": [kind + 1 for _, kind in rows],
            "weight": [p.week.weights[kind] for p, kind in rows],
            "basis": [p.week.basis[kind] for p, kind in rows],
            "measured": [p.measured[kind] if p.measured else None for p, kind in rows],
            "lines": [p.lines for p, _ in rows],
            "line_days": [p.line_days[kind] for p, kind in rows],
            "dates": [p.dates[kind] for p, kind in rows],
        },
    )
    conn.execute(
        query("figures/week", "store state"),
        {"spread": week.spread.relative, "line_days": week.spread.line_days, "lines": week.lines},
    )
    return True


def _stored_week(conn: psycopg.Connection) -> MeasuredWeek:
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query("figures/week", "stored places")).fetchall()
    places = tuple(
        Place(
            row["scope"], row["site_no"], row["placement"],
            Week(tuple(row["weights"]), tuple(map(Basis, row["basis"]))),
            tuple(row["measured"]) if row["measured"] else None,
            row["lines"], tuple(row["line_days"]), tuple(row["dates"]),
        )
        for row in rows
    )  # fmt: skip
    state = conn.execute("SELECT spread, line_days, lines FROM week_state").fetchone()
    return MeasuredWeek(places, Spread(state[0], state[1]), state[2]) if state else MeasuredWeek(places)


def _keep_weights(conn: psycopg.Connection, lines: list[int] | None, due: dict[int, Weights]) -> None:
    conn.execute(query("figures/week", "forget line weeks"), {"lines": lines})
    if due:
        with conn.cursor().copy("COPY line_week (line_no, weights) FROM STDIN") as copy:
            for number, weights in sorted(due.items()):
                copy.write_row((number, list(weights.of_kind)))
