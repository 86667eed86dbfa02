"""Causes of shortfalls: which lines are judged anew, by which reference, and what is stored about each.

Belongs here: gathering figures and baselines (causes.sql), handing them to the rule, storing verdicts with
their evidence. Does not belong here: the rule (`domain/causes`), what healthy lines got (`references`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from campfill_pipeline.domain import causes as rule
from campfill_pipeline.domain.causes import Cause, Decomposition
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.domain.kinds import PurchaseType
from campfill_pipeline.domain.weekdays import calendar
from campfill_pipeline.warehouse.figures.incidents import refresh_incidents
from campfill_pipeline.warehouse.figures.references import ReferenceChange, refresh_references
from campfill_pipeline.warehouse.row_shapes import shaped
from campfill_pipeline.warehouse.statements import query, sections

Row = dict[str, Any]
PURCHASE_TYPES = list(PurchaseType)


@dataclass(frozen=True)
class ShortLine:
    """A line below its target, with what it had delivered towards it (impressions).

    `beyond_chance`: of a live line, whether its gap is larger than the day-to-day spread of healthy lines makes it.
    """

    line_id: UUID
    line_no: int
    kind: str
    covered: bool
    reported: bool
    elapsed_days: int
    days_fetched: int
    target: Decimal
    delivered: Decimal
    cpm_eur: Decimal
    beyond_chance: bool


@dataclass(frozen=True)
class Verdict:
    """What is stored about a line: the cause, the shares of the stages, and facts a person can check."""

    line: ShortLine
    cause: Cause
    shares: tuple[float | None, float | None, float | None, float | None] = (None, None, None, None)
    evidence: Row = field(default_factory=dict)
    stage: str | None = None
    needed_bids: Decimal | None = None


def refresh_causes(
    conn: psycopg.Connection,
    rules: FulfillmentRules,
    *,
    as_of: date,
    before: date | None,
    lines: list[int] | None,
) -> int:
    """Judge again the lines that may differ (None: all), and those whose reference changed; answers how many.

    `lines` are all lines whose figures, rows, terms or coverage may differ since the refresh as of `before`.
    """
    texts = sections("figures/causes")
    change = refresh_references(conn, timezone=rules.timezone, as_of=as_of, before=before, lines=lines)
    refresh_incidents(conn, rules, as_of=as_of, day_changed=before != as_of, change=change)
    scope = None if lines is None else sorted({*lines, *_measured_anew(conn, change)})
    if scope is not None and not scope:
        return 0
    short = _short_lines(conn, rules, scope)
    verdicts = [verdict for line in short if (verdict := _without_funnel(line)) is not None]
    told = {verdict.line.line_no for verdict in verdicts}
    conn.execute(texts["forget own rows"].encode(), {"lines": lines})
    verdicts += _judge(conn, texts, rules, as_of, [line for line in short if line.line_no not in told])
    _forget_references(conn, scope, [line.line_no for line in short if line.line_no not in told])
    _store(conn, scope, verdicts)
    return len(short)


def _measured_anew(conn: psycopg.Connection, change: ReferenceChange) -> list[int]:
    """Lines whose stored reference depends on what changed in it."""
    if change.days is None:
        return [number for (number,) in conn.execute("SELECT line_no FROM line_reference").fetchall()]
    if not change.days and not change.typed_days:
        return []
    typed = sorted(change.typed_days)
    found = conn.execute(
        sections("figures/causes")["measured anew"].encode(),
        {
            "days": sorted(change.days),
            "types": [kind for kind, _ in typed],
            "typed_days": [day for _, day in typed],
        },
    ).fetchall()
    return [number for (number,) in found]


def _short_lines(
    conn: psycopg.Connection, rules: FulfillmentRules, scope: list[int] | None
) -> list[ShortLine]:
    with conn.cursor(row_factory=shaped(ShortLine)) as cursor:
        cursor.execute(
            sections("figures/causes")["below target"].encode(),
            {
                "lines": scope,
                "healthy_from": rule.HEALTHY_FROM,
                "chance": rules.chance,
                "chance_of_cause": rules.chance_of_cause,
                "chance_of_small_cause": rules.chance_of_small_cause,
                "small_gap": rules.small_gap,
            },
        )
        return cursor.fetchall()


def _without_funnel(line: ShortLine) -> Verdict | None:
    """The verdicts that need no hourly rows."""
    facts = {
        "target": str(line.target),
        "delivered": str(line.delivered),
        "flight_days_before": line.elapsed_days,
    }
    if not line.covered:
        missing = line.elapsed_days - line.days_fetched
        return Verdict(line, Cause.NOT_FETCHED, evidence=facts | {"days_not_fetched": missing})
    if not line.reported:
        return Verdict(line, Cause.NO_REPORTING, evidence=facts | {"days_fetched": line.days_fetched})
    return None


def _judge(
    conn: psycopg.Connection,
    texts: dict[str, str],
    rules: FulfillmentRules,
    as_of: date,
    lines: list[ShortLine],
) -> list[Verdict]:
    """Judge covered, reported lines by their funnel, and remember the reference each was measured by."""
    if not lines:
        return []
    by_number = {line.line_no: line for line in lines}
    values: Row = {
        "timezone": rules.timezone,
        "holidays": calendar(rules.holidays, as_of).as_array,
        "as_of": as_of,
        "lines": list(by_number),
        "types": PURCHASE_TYPES,
        "history_days": rule.HISTORY_DAYS,
        "least_days": rule.LEAST_HISTORY_DAYS,
        "least": rule.LEAST_DENOMINATOR,
    }
    conn.execute(texts["workspace"].encode())
    conn.execute(texts["short line"].encode(), values)
    conn.execute("ANALYZE short_line")
    _read_own_rows(conn, texts, values)
    for name in ("mix", "choice", "rate"):
        conn.execute(texts[name].encode(), values)
        conn.execute(f"ANALYZE {name.replace(' ', '_')}".encode())
    with conn.cursor(row_factory=dict_row) as cursor:
        measured = cursor.execute(texts["baselines"].encode(), values).fetchall()
    _store_references(conn, measured)
    told = _told(conn, texts, values)
    judged = [_by_funnel(by_number[row["line_no"]], row, told[row["line_no"]]) for row in measured]
    return _with_evidence(conn, texts, [verdict for verdict in judged if verdict is not None])


def _read_own_rows(conn: psycopg.Connection, texts: dict[str, str], values: Row) -> None:
    """Sum up the report rows of short lines of which nothing is kept."""
    row = conn.execute(query("figures/causes", "read own rows")).fetchone()
    if row is not None and row[0]:
        remade = {"remade": row[0], "first_hour": row[1], "last_hour": row[2]}
        conn.execute(texts["own rows"].encode(), values | remade)


@dataclass(frozen=True)
class _Told:
    """What a line's sources tell: whole days instead of hours, and the stages of the funnel that they never told."""

    by_day: bool = False
    lacking: tuple[str, ...] = ()


def _told(conn: psycopg.Connection, texts: dict[str, str], values: Row) -> dict[int, _Told]:
    found = dict.fromkeys(values["lines"], _Told())
    for line_no, by_day, *nothing in conn.execute(texts["what sources tell"].encode(), values):
        lacking = tuple(stage for stage, none in zip(rule.FUNNEL, nothing, strict=True) if none)
        found[line_no] = _Told(by_day, lacking)
    return found


def _by_funnel(line: ShortLine, measured: Row, told_by: _Told) -> Verdict | None:
    facts: Row = {"target": str(line.target), "delivered": str(line.delivered)}
    if told_by.lacking:
        facts["not_told"] = list(told_by.lacking)
    if told_by.by_day:
        return Verdict(line, Cause.NO_FUNNEL if told_by.lacking else Cause.NO_HOURS, evidence=facts)
    if not measured["funnel"] or measured["impressions"] < rule.FUNNEL_COMPLETE_FROM * line.delivered:
        facts["impressions_with_funnel"] = str(measured["impressions"])
        return Verdict(line, Cause.NO_FUNNEL, evidence=facts)
    funnel = rule.Funnel(int(measured["bids"]), int(measured["wins"]), int(measured["plays"]), line.delivered)
    facts["figures"] = {
        "bids": funnel.bids,
        "wins": funnel.wins,
        "plays": funnel.plays,
        "impressions": str(funnel.impressions),
    }
    rates = measured["win_rate"], measured["play_rate"], measured["audience"]
    if measured["basis"] == "none" or not all(rates):
        return Verdict(line, Cause.NO_REFERENCE, evidence=facts)
    baseline = rule.Baseline(*rates)
    found = rule.decompose(funnel, baseline, line.target)
    told = line.beyond_chance and rule.beyond_chance(line.delivered, line.target, found.needed_plays)
    if found.stage is None or not told:
        return None
    facts |= _measure(funnel, baseline, found)
    facts["reference"] = {
        "basis": measured["basis"], "purchase_type": measured["purchase_type"], "days": measured["days"],
        "first_day": measured["first_day"].isoformat(), "last_day": measured["last_day"].isoformat(),
    }  # fmt: skip
    cause = rule.cause_of_stage(found.stage, line.kind)
    return Verdict(line, cause, found.shares, facts, found.stage, found.needed_bids)


def _measure(funnel: rule.Funnel, baseline: rule.Baseline, found: Decomposition) -> Row:
    """Rates, baselines, ratios and shares, as plain numbers for people and charts."""

    def rate(part: Decimal | int, whole: int) -> float | None:
        return float(Decimal(part) / whole) if whole else None

    return {
        "needed": {"bids": float(found.needed_bids), "plays": float(found.needed_plays)},
        "rates": {
            "win_rate": rate(funnel.wins, funnel.bids),
            "play_rate": rate(funnel.plays, funnel.wins),
            "audience": rate(funnel.impressions, funnel.plays),
        },
        "baselines": {
            "win_rate": float(baseline.win_rate),
            "play_rate": float(baseline.play_rate),
            "audience": float(baseline.audience),
        },
        "ratios": dict(zip(rule.STAGES, found.ratios, strict=True)),
        "shares": dict(zip(rule.STAGES, found.shares, strict=True)),
    }


def _with_evidence(conn: psycopg.Connection, texts: dict[str, str], verdicts: list[Verdict]) -> list[Verdict]:
    """Add what a person can check: flight hours without a bid, first and last hour, the weakest sites."""
    if not verdicts:
        return []
    numbers = [verdict.line.line_no for verdict in verdicts]
    hours = {
        number: rest
        for number, *rest in conn.execute(
            query("figures/causes", "evidence"),
            {"lines": numbers},
        ).fetchall()
    }
    staged = [verdict for verdict in verdicts if verdict.stage is not None]
    sites: dict[int, list[Row]] = {}
    for number, site, figure, due in conn.execute(
        texts["weakest sites"].encode(),
        {
            "lines": [verdict.line.line_no for verdict in staged],
            "stages": [verdict.stage for verdict in staged],
            "needed": [verdict.needed_bids for verdict in staged],
        },
    ):
        sites.setdefault(number, []).append({"site": site, "figure": float(figure), "due": float(due)})
    told = []
    for verdict in verdicts:
        flight_hours, comparable, with_bids, first, last = hours[verdict.line.line_no]
        facts = {
            "flight_hours": flight_hours,
            "hours_comparable": comparable,
            "hours_without_bid": comparable - with_bids,
            "first_hour": first.isoformat() if first else None,
            "last_hour": last.isoformat() if last else None,
        }
        if verdict.stage is not None:
            facts["weakest_sites"] = sites.get(verdict.line.line_no, [])
        told.append(replace(verdict, evidence=verdict.evidence | facts))
    return told


def _store_references(conn: psycopg.Connection, measured: Iterable[Row]) -> None:
    columns = (
        "line_no", "basis", "purchase_type", "first_day", "last_day", "days", "win_rate", "play_rate",
        "audience",
    )  # fmt: skip
    arrays: Row = {column: [row[column] for row in measured] for column in columns}
    conn.execute(
        sections("figures/causes")["store references"].encode(), arrays | {"history_days": rule.HISTORY_DAYS}
    )


def _forget_references(conn: psycopg.Connection, scope: list[int] | None, keep: list[int]) -> None:
    conn.execute(
        query("figures/causes", "forget references"),
        {"lines": scope, "keep": keep},
    )


def _store(conn: psycopg.Connection, scope: list[int] | None, verdicts: list[Verdict]) -> None:
    conn.execute(
        query("figures/causes", "store causes"),
        {"lines": scope, "keep": [verdict.line.line_no for verdict in verdicts]},
    )
    if not verdicts:
        return
    lines = [verdict.line for verdict in verdicts]
    conn.execute(
        sections("figures/causes")["store verdicts"].encode(),
        {
            "line_id": [line.line_id for line in lines],
            "line_no": [line.line_no for line in lines],
            "cause": [verdict.cause.value for verdict in verdicts],
            "side": [verdict.cause.side.value for verdict in verdicts],
            **{
                stage: [verdict.shares[place] for verdict in verdicts]
                for place, stage in enumerate(rule.STAGES)
            },
            "target": [line.target for line in lines],
            "delivered": [line.delivered for line in lines],
            "cpm": [line.cpm_eur for line in lines],
            "evidence": [json.dumps(verdict.evidence) for verdict in verdicts],
        },
    )
