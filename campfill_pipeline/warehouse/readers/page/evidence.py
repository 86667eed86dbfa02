"""The evidence of a cause as the page shows it: four stages against their baselines, and what a person can check.

Belongs here: reading the document that `causes` stores with a verdict. Does not belong here: finding causes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from campfill_pipeline.domain.causes import STAGES, Cause, cause_of_stage
from campfill_pipeline.warehouse.readers.page.rows import Evidence, StageRow, WeakSite

RATES = {"wins": "win_rate", "plays": "play_rate", "audience": "audience"}


def read_evidence(cause: str, kind: str, document: str) -> Evidence:
    """The evidence stored as JSON text with a verdict on a line of this kind; numbers become exact decimals."""
    found: dict[str, Any] = json.loads(document, parse_float=Decimal)
    reference: Mapping[str, Any] = found.get("reference", {})
    return Evidence(
        stages=_stages(cause, kind, found) if "ratios" in found else None,
        target=_decimal(found.get("target")),
        days_not_fetched=found.get("days_not_fetched"),
        flight_hours=found.get("flight_hours"),
        hours_comparable=found.get("hours_comparable"),
        hours_without_bid=found.get("hours_without_bid"),
        first_hour=found.get("first_hour"),
        last_hour=found.get("last_hour"),
        reference_basis=reference.get("basis"),
        reference_purchase_type=reference.get("purchase_type"),
        reference_days=reference.get("days"),
        reference_first_day=reference.get("first_day"),
        reference_last_day=reference.get("last_day"),
        weakest_sites=tuple(
            WeakSite(site["site"], Decimal(site["figure"]), Decimal(site["due"]))
            for site in found.get("weakest_sites", ())
        ),
    )


def _stages(cause: str, kind: str, found: Mapping[str, Any]) -> dict[str, StageRow]:
    stages = {}
    for stage in STAGES:
        if stage == "bids":
            actual, baseline = found["figures"]["bids"], found["needed"]["bids"]
        else:
            actual, baseline = found["rates"][RATES[stage]], found["baselines"][RATES[stage]]
        stages[stage] = StageRow(
            actual=_decimal(actual),
            baseline=_decimal(baseline),
            ratio=_decimal(found["ratios"][stage]),
            share=_decimal(found["shares"][stage]),
            named=cause_of_stage(stage, kind) == Cause(cause),
        )
    return stages


def _decimal(value: str | int | Decimal | None) -> Decimal | None:
    return None if value is None else Decimal(value)
