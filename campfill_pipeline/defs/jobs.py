"""The jobs: what sensor, schedules and commands run. All in one process each: a chain of small steps needs no more.

(Measured: four chained assets take 2 s in process and 20 s with one process per step.)
"""

from __future__ import annotations

import dagster as dg

FULFILLMENT = (
    "fulfillment",
    "fulfillment_window",
    "fulfillment_trend",
    "shortfall_cause",
    "reconciliation",
    "fulfillment_report",
)
UPLOADS = ("upload_sheets", "validated_lines", "lines", "uploaded_report_rows", "upload_receipts")
DELIVERY = ("delivery_hourly", "delivery_daily", "delivery_overview")

UPLOAD_JOB = "upload"
REFRESH_JOB = "refresh"
TODAY_JOB = "refresh_today"
FULFILLMENT_JOB = "compute_fulfillment"

# The config of a run inside a command or another run, whose terminal or log is not to be filled.
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def _job(name: str, description: str, *assets: str) -> dg.UnresolvedAssetJobDefinition:
    return dg.define_asset_job(
        name,
        selection=dg.AssetSelection.assets(*assets),
        executor_def=dg.in_process_executor,
        description=description,
    )


UPLOAD = _job(
    UPLOAD_JOB, "Reads what was dropped, registers its lines, writes receipts, brings fulfillment up to date.",
    *UPLOADS, *FULFILLMENT,
)  # fmt: skip
REFRESH = _job(
    REFRESH_JOB,
    "Fetches delivery for finished local days and brings fulfillment up to date.",
    *DELIVERY,
    *FULFILLMENT,
)
TODAY = _job(
    TODAY_JOB, "Fetches the hours of today and brings fulfillment up to date.", "delivery_today", *FULFILLMENT
)
FULFILLMENT_ONLY = _job(
    FULFILLMENT_JOB, "Computes fulfillment, causes and reports from what is already here.", *FULFILLMENT
)
ALL = (UPLOAD, REFRESH, TODAY, FULFILLMENT_ONLY)
