"""Exports as advertising platforms write them: known by their header, read whole, nothing of them summed twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg
import pyarrow as pa
import pytest

from campfill_pipeline.domain.export_forms import with_hour
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake.judge.exports import validate_export
from campfill_pipeline.intake.process.parser import ParseLimits, Parser
from campfill_pipeline.warehouse.delivery.errors import MixedGrainsError
from campfill_pipeline.warehouse.delivery.export import store_export
from campfill_pipeline_tests.warehouse.delivery_rows import all_of

BERLIN = ZoneInfo("Europe/Berlin")
DV360 = """Date,Advertiser Currency,Insertion Order,Line Item,Line Item ID,Impressions,Clicks
2025/08/04,EUR,Summer,Line A,71001,1200,3
2025/08/05,EUR,Summer,Line A,71001,300,1
,,,,,1500,4

Report Time:,2025/08/06 03:12 GMT,,,,,
Date Range:,2025/08/04 to 2025/08/05,,,,,
Group By:,Date,,,,,
"Reporting numbers from the previous month are finalized on the first of each month.",,,,,,
Filter by Advertiser ID:,9876543,,,,,
"""
GAM = """Dimension.DATE,Dimension.HOUR,Dimension.LINE_ITEM_ID,Dimension.LINE_ITEM_NAME,Column.AD_SERVER_IMPRESSIONS
2025-08-04,0,71001,Line A,700
2025-08-04,23,71001,Line A,500
2025-08-05,7,71001,Line A,300
"""
MICROSOFT = """"Report Name: Daily"
"Report Time: 8/4/2025 - 8/13/2025"
"Time Zone: (GMT+01:00) Amsterdam, Berlin"
"Last Completed Available Day: 8/14/2025"
"Report Aggregation: Daily"
"Report Filter: "
"Potential Incomplete Data: false"
"Rows: 2"

"TimePeriod","CampaignId","CampaignName","Impressions"
"8/4/2025","71001","Line A","1200"
"8/13/2025","71001","Line A","300"

"©2025 Microsoft Corporation. All rights reserved. "
"""
META = """Campaign name,Campaign ID,Day,Impressions,Reporting starts,Reporting ends
Line A,71001,2025-08-04,1200,2025-08-04,2025-08-05
Line A,71001,2025-08-05,300,2025-08-04,2025-08-05
"""
LINKEDIN = """Campaign Performance Report (in UTC)
Report Start: August 4, 2025, 12:00 AM
Report End: August 13, 2025, 11:59 PM
Date Generated: August 14, 2025, 8:10 AM

Start Date (in UTC)\tAccount Name\tCurrency\tCampaign ID\tCampaign Name\tImpressions\tClicks
8/4/2025\tAcme\tEUR\t71001\tLine A\t"1,200"\t3
8/13/2025\tAcme\tEUR\t71001\tLine A\t300\t1
"""
GOOGLE_ADS = """Campaign report
"August 4, 2025 - August 5, 2025"
Day,Campaign,Campaign ID,Currency code,Impr.
2025-08-04,Line A,71001,EUR,"1,200"
2025-08-05,Line A,71001,EUR,300
Total: Account, --, --,EUR,"1,500"
"""
XANDR = """hour,line_item_id,line_item_name,imps
2025-08-04 07:00,71001,Line A,1200
2025-08-05 08:00,71001,Line A,300
"""
GA4 = """# ----------------------------------------
# Campaigns
# Account: Acme
# Start date: 20250804
# End date: 20250805
# ----------------------------------------
Session campaign,Date,Session campaign ID,Ad impressions
Line A,20250804,71001,1200
Line A,20250805,71001,300
,,,1500,Grand total
"""
FILES = {
    "dv360": (DV360, "utf-8", True),
    "gam": (GAM, "utf-8", False),
    "microsoft_advertising": (MICROSOFT, "utf-8-sig", True),
    "meta": (META, "utf-8", True),
    "linkedin": (LINKEDIN, "utf-16", True),
    "google_ads": (GOOGLE_ADS, "utf-8", True),
    "xandr": (XANDR, "utf-8", False),
    "ga4": (GA4, "utf-8", True),
}


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser(ParseLimits(max_bytes=1_000_000, memory_mb=500, seconds=60)) as shared:
        yield shared


def read(
    parser: Parser, tmp_path: Path, text: str, encoding: str = "utf-8"
) -> tuple[Verdict, pa.Table, list[dict[str, Any]]]:
    file = tmp_path / "export.csv"
    file.write_bytes(text.encode(encoding))
    parsed = parser.parse(file, file.name, tmp_path / "read")
    assert (parsed.kind, parsed.reason) == ("report_csv", None), parsed.message
    verdict = validate_export(parsed, tmp_path / "judged", zone=BERLIN)
    with pa.ipc.open_stream(verdict.lines) as rows, pa.ipc.open_stream(verdict.issues) as issues:
        return verdict, rows.read_all(), issues.read_all().to_pylist()


@pytest.mark.parametrize("name", FILES)
def test_an_export_is_read_as_its_platform_writes_it(parser: Parser, tmp_path: Path, name: str) -> None:
    text, encoding, by_day = FILES[name]
    verdict, rows, issues = read(parser, tmp_path, text, encoding)
    told = [(issue["code"], issue["row_no"], issue["message"]) for issue in issues]
    assert (verdict.status, verdict.rows_rejected, verdict.by_day) == ("loaded", 0, by_day), told
    assert sum(rows["impressions"].to_pylist()) == Decimal(1500)
    assert set(rows["campaign_id"].to_pylist()) == {"71001"}
    assert set(rows["campaign_name"].to_pylist()) == {"Line A"}
    first = min(rows["hour_utc"].to_pylist()).astimezone(BERLIN)
    assert first == datetime(2025, 8, 4, 7 if name == "xandr" else 0, tzinfo=BERLIN)
    codes = [issue["code"] for issue in issues]
    # What a file says of its zone counts: Microsoft's is that of the house, LinkedIn's is another one.
    about = {"microsoft_advertising": [], "linkedin": ["zone_differs"]}.get(name, ["zone_unknown"])
    of_zone = [issue for issue in issues if issue["code"].startswith("zone")]
    assert [issue["code"] for issue in of_zone] == about
    assert all("Europe/Berlin" in issue["message"] for issue in of_zone)
    assert "may_be_incomplete" not in codes
    assert codes.count("total_row") == (name in ("dv360", "google_ads", "ga4"))
    assert "total_differs" not in codes


@pytest.mark.parametrize(
    ("name", "old", "new"), [("dv360", ",1500,", ",1501,"), ("google_ads", '"1,500"', '"1,499"')]
)
def test_a_total_that_is_not_the_sum_is_told(
    parser: Parser, tmp_path: Path, name: str, old: str, new: str
) -> None:
    _, _, issues = read(parser, tmp_path, FILES[name][0].replace(old, new))
    [issue] = [issue for issue in issues if issue["code"] == "total_differs"]
    assert "1,500 together" in issue["message"]


def test_a_date_that_may_be_april_or_august_is_refused(parser: Parser, tmp_path: Path) -> None:
    verdict, rows, issues = read(parser, tmp_path, MICROSOFT.replace('"8/13/2025"', '"8/5/2025"'))
    assert (verdict.status, rows.num_rows) == ("rejected", 0)
    assert [issue["code"] for issue in issues if issue["severity"] == "error"] == ["not_a_date"] * 2


def test_a_date_in_words_is_no_note(parser: Parser, tmp_path: Path) -> None:
    verdict, _, _ = read(parser, tmp_path, META.replace("2025-08-05,300", "Aug 5th,300"))
    assert (verdict.rows_accepted, verdict.rows_rejected) == (1, 1)


def stored(connection: psycopg.Connection[Any], found: tuple[Verdict, pa.Table, Any]) -> Any:
    now = datetime(2025, 8, 20, 6, tzinfo=UTC)
    result = store_export(
        connection, upload_id=uuid4(), rows=found[1], timezone=BERLIN, now=now, by_day=found[0].by_day
    )
    connection.commit()
    return result


def test_days_of_an_export_are_whole_and_never_stand_beside_hours(
    connection: psycopg.Connection[Any], parser: Parser, tmp_path: Path
) -> None:
    daily = read(parser, tmp_path, META)
    (tmp_path / "hours").mkdir()
    hourly = read(parser, tmp_path / "hours", XANDR)
    assert stored(connection, daily).status == "complete"
    complete = "SELECT day FROM delivery_fetch WHERE status = 'complete' ORDER BY day"
    assert all_of(connection, complete) == [(date(2025, 8, 4),), (date(2025, 8, 5),)]
    with pytest.raises(MixedGrainsError, match="2025-08-04, 2025-08-05"):
        stored(connection, hourly)
    connection.rollback()
    assert all_of(connection, "SELECT sum(impressions) FROM report_row") == [(Decimal(1500),)]
    table = daily[1].slice(0, 1)
    assert stored(connection, (daily[0], table, None)).unchanged == 1


@pytest.mark.parametrize(
    ("hour", "read_as"),
    [
        ("1 PM", "13"),
        ("12 AM", "00"),
        ("12:00 p.m.", "12"),
        ("11am", "11"),
        ("07:00:00 - 07:59:59", "07"),
        ("7", "07"),
    ],
)
def test_hours_of_half_a_day_know_which_half(hour: str, read_as: str) -> None:
    assert with_hour("2025-08-04", hour) == f"2025-08-04 {read_as}"
