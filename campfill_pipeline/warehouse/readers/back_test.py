"""The back test: the figures of past days, computed with what lay before them, beside how their lines ended.

Belongs here: which days and lines, and computing them once by the measured week and once by the straight line. Does not
belong here: the counting (`domain/back_test`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import psycopg

from campfill_pipeline.domain.back_test import (
    LOOK_BACK_DAYS,
    STEP_DAYS,
    Said,
    Score,
    held_back_together,
    score,
)
from campfill_pipeline.domain.fulfillment import FulfillmentRules, Lifecycle, Pace, Pacing
from campfill_pipeline.warehouse.figures.fulfillment import compute

ENDED = (Lifecycle.ENDED_PROVISIONAL, Lifecycle.ENDED_FINAL)


@dataclass(frozen=True)
class BackTest:
    """The days looked at, first to last, of how many ended lines, and what each rule had said.

    `days_together`: how many of these days held back many lines at once.
    """

    first_day: date
    last_day: date
    days: int
    days_together: int
    lines: int
    scores: tuple[Score, ...]


def back_test(conn: psycopg.Connection, rules: FulfillmentRules, *, as_of: date) -> BackTest:
    """Look back from a local day; reads only. Takes some 30 times as long as one `compute`."""
    first = as_of - timedelta(LOOK_BACK_DAYS)
    ends: dict[UUID, tuple[Decimal, Decimal]] = {
        row["line_id"]: (row["delivered"], Decimal(row["impression_goal"]))
        for row in compute(conn, rules, as_of=as_of)
        if row["lifecycle"] in ENDED and row["covered"] and row["end_date"] >= first
    }
    days = [first + timedelta(offset) for offset in range(0, LOOK_BACK_DAYS, STEP_DAYS)]
    said = {
        pacing: [one for day in days for one in _said(conn, rules, pacing, day, ends)] for pacing in Pacing
    }
    together = held_back_together(said[Pacing.MEASURED])
    scores = tuple(score(pacing.value, told, together) for pacing, told in said.items())
    return BackTest(days[0], days[-1], len(days), len(together), len(ends), scores)


def _said(
    conn: psycopg.Connection,
    rules: FulfillmentRules,
    pacing: Pacing,
    day: date,
    ends: dict[UUID, tuple[Decimal, Decimal]],
) -> list[Said]:
    rows = compute(conn, replace(rules, pacing=pacing), as_of=day, line_ids=ends) if ends else []
    return [
        Said(
            row["line_no"],
            day,
            row["elapsed_days"],
            row["pace"] == Pace.BEHIND,
            row["projected"],
            *ends[row["line_id"]],
        )
        for row in rows
        if row["lifecycle"] == Lifecycle.LIVE and row["covered"] and row["elapsed_days"] > 0
    ]
