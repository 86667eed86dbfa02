"""What the web UI shows of the fulfillment tables: figures that plot over time, and tables a person can read.

Exact decimals become floats here, and only here, because the web UI plots floats; the tables stay exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import dagster as dg

from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain.causes import Side
from campfill_pipeline.domain.rounding import half_up
from campfill_pipeline.language.currencies import sign
from campfill_pipeline.reports.both import Written
from campfill_pipeline.warehouse.figures import reconciliation
from campfill_pipeline.warehouse.figures.fulfillment import RefreshResult
from campfill_pipeline.warehouse.readers.cause_summary import CauseSummary, cause_summary
from campfill_pipeline.warehouse.readers.headline import Headline, headline

Metadata = Mapping[str, dg.MetadataValue]


def _number(value: Decimal | int | None) -> dg.MetadataValue:
    return dg.MetadataValue.float(round(float(value), 4)) if value is not None else dg.MetadataValue.null()


def _table(rows: Sequence[Mapping[str, Any]]) -> dg.MetadataValue:
    if not rows:
        return dg.MetadataValue.text("nothing")
    schema = dg.TableSchema.from_name_type_dict(dict.fromkeys(rows[0], "string"))
    records = [dg.TableRecord({name: _shown(value) for name, value in row.items()}) for row in rows]
    return dg.MetadataValue.table(records, schema=schema)


def _shown(value: object) -> str:
    if value is None:
        return "–"
    return f"{half_up(value, 2):,}" if isinstance(value, Decimal) else str(value)


def tables(campfill: Campfill, result: RefreshResult, seconds: float) -> dict[str, Metadata]:
    """Metadata per table, in the order in which the tables follow from each other."""
    with campfill.connect() as connection:
        found = headline(connection)
        causes = cause_summary(connection)
        piles = reconciliation.counts(connection)
    return {
        "fulfillment": _fulfillment(found, result, seconds),
        "fulfillment_window": _windows(found),
        "fulfillment_trend": _trend(found),
        "shortfall_cause": _causes(causes),
        "reconciliation": {kind: dg.MetadataValue.int(number) for kind, number in piles.items()},
    }


def _fulfillment(found: Headline, result: RefreshResult, seconds: float) -> Metadata:
    lines = found.lines
    return {
        "as of": dg.MetadataValue.text(result.as_of.isoformat()),
        "lines": dg.MetadataValue.int(lines["lines"]),
        "lines covered": dg.MetadataValue.int(lines["covered"]),
        "lines live": dg.MetadataValue.int(lines["live"]),
        "lines behind pace": dg.MetadataValue.int(lines["behind"]),
        f"shortfall of ended lines {sign()}": _number(lines["shortfall_eur"]),
        "shortfall of ended lines, impressions": _number(lines["shortfall"]),
        f"value at risk, live and ended {sign()}": _number(lines["value_at_risk_eur"]),
        "lines computed again": dg.MetadataValue.int(result.computed),
        "lines changed": dg.MetadataValue.int(result.changed),
        "seconds": dg.MetadataValue.float(round(seconds, 3)),
    }


def _windows(found: Headline) -> Metadata:
    shares = {
        f"fulfilled % {period}": _number(found.fulfilled_pct(period)) for period in ("7d", "30d", "this_year")
    }
    return shares | {"windows": _table(found.windows)}


def _trend(found: Headline) -> Metadata:
    if not found.trend:
        return {}
    return {
        "7d fulfilled %": _number(found.trend["fulfilled_pct"]),
        "change in points": _number(found.trend["change"]),
        "trend": dg.MetadataValue.text(found.trend["trend"] or "unknown: one of the two weeks has no lines"),
    }


def _causes(found: CauseSummary) -> Metadata:
    sides = {f"missing {sign()} {side}": _number(found.side(side).eur) for side in Side}
    return sides | {
        "causes": _table([asdict(cause) for cause in found.causes]),
        "what is summed": dg.MetadataValue.text(found.basis),
    }


def report(campfill: Campfill, written: Written, seconds: float) -> Metadata:
    """Where the page and the workbook are, with links first while `campfill up` serves them."""
    reports = f"{campfill.pages_url}/reports"
    links = {
        "open the page": dg.MetadataValue.url(f"{reports}/{written.page.name}"),
        "open the workbook": dg.MetadataValue.url(f"{reports}/{written.workbook.name}"),
    }
    return {
        **(links if campfill.pages_url else {}),
        "made": dg.MetadataValue.text(
            "anew" if written.anew else "not anew: no figure has changed, only how fresh the data are"
        ),
        "page": dg.MetadataValue.path(str(written.page)),
        "workbook": dg.MetadataValue.path(str(written.workbook)),
        "page bytes": dg.MetadataValue.int(written.facts.bytes),
        "lines shown": dg.MetadataValue.int(written.facts.lines),
        "lines with all their details": dg.MetadataValue.int(written.facts.lines_with_detail),
        "seconds": dg.MetadataValue.float(round(seconds, 3)),
    }
