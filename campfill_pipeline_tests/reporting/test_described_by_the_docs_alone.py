"""Interfaces that do not come along, described with docs/connect-your-api.md alone; servers like their documents.

Snapchat's measurement (rows of hours within rows of campaigns) and Uber's advertising reports (a job, then a CSV file).
Sources: developers.snap.com, "Measurement"; developer.uber.com, "Get Started with Async Reporting" (both October 2026).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.description import connector
from campfill_pipeline.reporting.errors import ReportingError
from campfill_pipeline.reporting.fetched import Fetched
from campfill_pipeline_tests.reporting.loopback import Asked, QuickClock, Reply, Script, serving

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 2, 10)
TOKEN = "token-of-the-docs-test"
SNAPCHAT = """
name = "snapchat"
title = "Snapchat Ads"
base_url = "https://adsapi.snapchat.com"
error = { at = "request_status", ok = ["success", "SUCCESS"], message = "debug_message" }

[auth]
kind = "bearer"

[variables.campaigns]
env = "SNAPCHAT_CAMPAIGNS"
meaning = "the ids of the campaigns, parted by commas"

[accounts]
ids = "{campaigns}"

[detail]
path = "/v1/campaigns/{account}/stats"
params = { granularity = "HOUR", fields = "impressions", start_time = "{start}", end_time = "{end}" }

[detail.answer]
rows = "timeseries_stats"
nested = "timeseries_stat.timeseries"
not_whole_rows = [{ column = "sub_request_status", values = ["error", "ERROR"] }]

[detail.columns]
hour = "start_time"
campaign_id = "timeseries_stat.id"
impressions = "stats.impressions"
"""
UBER = """
name = "uber"
title = "Uber Advertising"
base_url = "https://api.uber.com"

[auth]
kind = "bearer"

[variables.accounts]
env = "UBER_ACCOUNTS"
meaning = "the ids of the ad accounts, parted by commas"

[accounts]
ids = "{accounts}"

[values]
granularity = "day"

[detail]
method = "POST"
path = "/v1/ads/{account}/reporting/report"
answer = { format = "csv" }

[detail.body]
report_type = "AD_PERFORMANCE"
time_range = { start_time = "{start:%Y-%m-%dT00:00:00Z}", end_time = "{last:%Y-%m-%dT23:59:59Z}" }
columns = ["campaign_id", "impressions"]
time_unit = "DAILY"
file_format = "CSV"

[detail.columns]
hour = "day_of"
campaign_id = "campaign_id"
impressions = "impressions"

[detail.job]
id = "report_id"
poll = { path = "/v1/ads/{account}/reporting/{job_id}", status = "status", ready = ["COMPLETED"], failed = ["FAILED"] }
download = { address = "download_url" }
"""


class Snapchat:
    """Hours of one campaign per request, as its page shows them."""

    def __init__(self, **fault: Any) -> None:
        self.fault = fault

    def __call__(self, asked: Asked) -> Reply:
        campaign = asked.path.split("/")[3]
        start, end = (datetime.fromisoformat(asked.query[name]) for name in ("start_time", "end_time"))
        assert asked.headers["authorization"] == f"Bearer {TOKEN}" and asked.query["granularity"] == "HOUR"
        hours = [start + timedelta(hours=n) for n in range(int((end - start) / timedelta(hours=1)))]
        series = [
            {"start_time": hour.isoformat(), "end_time": (hour + timedelta(hours=1)).isoformat(),
             "stats": {"impressions": int(campaign[-1]) * 10}}
            for hour in hours
        ]  # fmt: skip
        stat = {"id": campaign, "type": "CAMPAIGN", "granularity": "HOUR", "start_time": start.isoformat(),
                "end_time": end.isoformat(), "timeseries": series}  # fmt: skip
        part = {"sub_request_status": "success", "timeseries_stat": stat} | self.fault.get("part", {})
        return Reply(
            {
                "request_status": "success",
                "request_id": "57ad",
                "timeseries_stats": [part],
                **self.fault.get("all", {}),
            }
        )


ROWS = "2026-02-10T00:00:00Z,a,8428\n2026-02-10T00:00:00Z,b,6677\n"


class Uber:
    """A report that is asked for, is not ready at once, and is downloaded from an address of its own."""

    def __init__(
        self,
        state: str = "COMPLETED",
        rows: str = "2026-02-10T00:00:00Z,a,8428\n2026-02-10T00:00:00Z,b,6677\n",
    ) -> None:
        self.state, self.rows, self.polls, self.url = state, rows, 0, ""

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/storage/report.csv":
            assert "authorization" not in asked.headers
            return Reply(
                f"day_of,campaign_id,impressions\n{self.rows}".encode(), headers={"Content-Type": "text/csv"}
            )
        if asked.method == "POST":
            span = orjson.loads(asked.body)["time_range"]
            assert span == {"start_time": "2026-02-10T00:00:00Z", "end_time": "2026-02-10T23:59:59Z"}
            return Reply({"report_id": "8a2e38b2"})
        self.polls += 1
        if self.polls == 1:
            return Reply({"report_id": "8a2e38b2", "status": "PENDING"})
        return Reply({"status": self.state, "download_url": f"{self.url}/storage/report.csv?sig=1"})


def fetched(text: str, script: Script) -> Fetched:
    described = connector.parse(text, "described.toml")
    with serving(script) as served:
        if isinstance(script, Uber):
            script.url = served.url
        environ = {"SNAPCHAT_CAMPAIGNS": "c-1,c-2", "UBER_ACCOUNTS": "acc"}
        with ReportingClient(
            described, served.url, TOKEN, environ=environ, timezone=BERLIN, clock=QuickClock()
        ) as asked:
            return asked.fetch(*day_window(DAY, BERLIN))


def by_line(found: Fetched) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in found.table.to_pylist():
        sums[row["campaign_id"]] = sums.get(row["campaign_id"], Decimal(0)) + row["impressions"]
    return sums


def test_the_page_shows_the_description_that_is_tried_here() -> None:
    page = Path(__file__).parents[2] / "docs" / "connect-your-api.md"
    assert SNAPCHAT.strip() in page.read_text(encoding="utf-8")


def test_hours_within_campaigns_are_the_servers() -> None:
    found = fetched(SNAPCHAT, Snapchat())
    assert by_line(found) == {"c-1": 240, "c-2": 480}
    assert (found.rows, found.refused, found.contradicting) == (48, (), 0)


@pytest.mark.parametrize(
    "fault",
    [
        {"all": {"request_status": "ERROR", "debug_message": "no access"}},
        {"part": {"sub_request_status": "ERROR"}},
        {"part": {"timeseries_stat": None}},
        {"all": {"timeseries_stats": None}},
        {"all": {"paging": {"next_link": "https://adsapi.snapchat.com/v1/next"}}},
    ],
)
def test_what_snapchat_says_of_an_error_or_of_more_is_heard(fault: dict[str, Any]) -> None:
    with pytest.raises(ReportingError):
        fetched(SNAPCHAT, Snapchat(**fault))


def test_days_of_a_downloaded_report_are_the_servers() -> None:
    found = fetched(UBER, Uber())
    assert by_line(found) == {"a": 8428, "b": 6677}
    assert found.refused == ()
    assert {row["hour_utc"].astimezone(BERLIN).hour for row in found.table.to_pylist()} == {0}
    assert fetched(UBER, Uber(rows="")).rows == 0


def test_a_report_that_failed_is_said() -> None:
    with pytest.raises(ReportingError, match="FAILED"):
        fetched(UBER, Uber(state="FAILED"))
