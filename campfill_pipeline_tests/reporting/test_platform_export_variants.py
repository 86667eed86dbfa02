"""Exports of platforms in other languages, orders and spans: read right or told, never a figure of another size."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import openpyxl
import pyarrow as pa
import pytest

from campfill_pipeline.domain import export_lines
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake.judge.exports import validate_export
from campfill_pipeline_tests.intake.described import parsed
from campfill_pipeline_tests.reporting.test_platform_exports import (
    DV360,
    GA4,
    GAM,
    GOOGLE_ADS,
    LINKEDIN,
    META,
    MICROSOFT,
    XANDR,
)

BERLIN = ZoneInfo("Europe/Berlin")


class Read(NamedTuple):
    verdict: Verdict
    rows: pa.Table
    issues: list[dict[str, Any]]

    @property
    def sum(self) -> Any:
        return sum(self.rows["impressions"].to_pylist(), Decimal(0))

    @property
    def codes(self) -> set[str]:
        """What is told beside the zone that nobody knows."""
        return {issue["code"] for issue in self.issues} - {"zone_unknown"}

    @property
    def hours(self) -> list[str]:
        return [f"{hour.astimezone(BERLIN):%d. %H}" for hour in self.rows["hour_utc"].to_pylist()]


def judged(file: Path, work: Path) -> Read:
    found = parsed(file, work)
    assert (found.kind, found.reason) == ("report_csv", None), found.message
    verdict = validate_export(found, work / "judged", zone=BERLIN)
    with pa.ipc.open_stream(verdict.lines) as rows, pa.ipc.open_stream(verdict.issues) as issues:
        return Read(verdict, rows.read_all(), issues.read_all().to_pylist())


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> Read:
    file = tmp_path / "export.csv"
    file.write_bytes(text.encode(encoding))
    return judged(file, tmp_path / "work")


IN_OTHER_LANGUAGES = {
    "google_ads in German, thousands and a total": (
        'Kampagnenbericht\n"4. August 2025 - 5. August 2025"\nTag,Kampagne,Kampagnen-ID,Währungscode,Impr.\n'
        '2025-08-04,A,71001,EUR,"1.200"\n2025-08-05,A,71001,EUR,300\nGesamt: Konto, --, --,EUR,"1.500"\n',
        "utf-8",
    ),
    "google_ads saved again by a German Excel": (
        "Tag;Kampagne;Kampagnen-ID;Impr.;Kosten\n04.08.2025;Ä;71001;1.200;3,50\n05.08.2025;Ä;71001;300;0,75\n"
        "Insgesamt: Kampagnen; --; --;1.500;4,25\nGesamt: Konto; --; --;1.500;4,25\n",
        "cp1252",
    ),
    "google_ads in French": (
        'Rapport\n"4 août"\nJour,Campagne,ID de la campagne,Impr.\n2025-08-04,A,71001,"1\u202f200"\n'
        '2025-08-05,A,71001,300\nTotal : compte, --, --,"1\u202f500"\n',
        "utf-8",
    ),
    "meta in German": (
        "Kampagnenname;Kampagnen-ID;Tag;Impressionen;Ausgegebener Betrag (EUR)\n;;;1.500;4,00\n"
        "A;71001;2025-08-04;1.200;3,50\nA;71001;2025-08-05;300;0,50\n",
        "utf-8",
    ),
    "meta in Spanish": (
        "Nombre de la campaña,Identificador de la campaña,Día,Impresiones\nA,71001,2025-08-04,1.200\n"
        "A,71001,2025-08-05,300\n",
        "utf-8",
    ),
    "linkedin in German": (
        "Bericht (in UTC)\n\nStartdatum (in UTC)\tKampagnen-ID\tKampagnenname\tImpressions\n"
        "04.08.2025\t71001\tA\t1.200\n13.08.2025\t71001\tA\t300\n",
        "utf-16",
    ),
    "dv360 in German": (
        'Datum,Werbebuchung,Werbebuchungs-ID,Impressionen\n04.08.2025,A,71001,"1.200"\n05.08.2025,A,71001,300\n'
        ',,,"1.500"\n',
        "utf-8",
    ),
    "dv360 whose neighbours are German": (
        'Date,Line Item,Line Item ID,Impressions,Revenue\n2025/08/04,A,71001,1.200,"3,50"\n'
        '2025/08/05,A,71001,300,"0,75"\n',
        "utf-8",
    ),
}


@pytest.mark.parametrize("name", IN_OTHER_LANGUAGES)
def test_thousands_of_another_language_are_thousands(tmp_path: Path, name: str) -> None:
    found = read(tmp_path, *IN_OTHER_LANGUAGES[name])
    assert (str(found.verdict.status), found.sum, found.verdict.by_day) == ("loaded", 1500, True)
    assert "total_differs" not in found.codes


@pytest.mark.parametrize(
    "text",
    [
        XANDR.replace(",1200", ",1.200"),
        'Tag,Kampagne,Kampagnen-ID,Impr.\n2025-08-04,A,71001,"1,200"\n',
        'Date,Line Item,Line Item ID,Impressions,Revenue\n2025/08/04,A,71001,"1,200","3,50"\n',
    ],
    ids=["an English header", "a German header", "German neighbours"],
)
def test_a_number_of_two_readings_is_refused_where_only_its_surroundings_would_make_it_a_fraction(
    tmp_path: Path, text: str
) -> None:
    assert "ambiguous_number" in read(tmp_path, text).codes


def test_a_fraction_that_the_column_shows_is_a_fraction(tmp_path: Path) -> None:
    assert read(tmp_path, XANDR.replace(",1200", ",1.200").replace(",300", ",0.5")).sum == Decimal("1.7")


@pytest.mark.parametrize(
    "text",
    [
        DV360.replace(",,,,,1500,4\n", ""),
        "Impressions,Clicks,Line Item ID,Line Item,Date\n1200,3,71001,A,2025/08/04\n300,1,71001,A,2025/08/05\n"
        "1500,4,,,\n\nReport Time:,2025/08/06 03:12 GMT,,,\nFilter by Advertiser ID:,9876543,,,\n",
        "Date,Line Item,Line Item ID,Billable Impressions,Impressions\n2025/08/04,A,71001,1100.00,1200\n"
        "2025/08/05,A,71001,250.00,300\n,,,1350.00,1500\n",
        "Dimension.DATE,Dimension.LINE_ITEM_ID,Column.TOTAL_IMPRESSIONS,Column.AD_SERVER_IMPRESSIONS\n"
        "2025-08-04,71001,1300,1200\n2025-08-05,71001,310,300\n",
        GA4.replace(",,,1500,Grand total\n", "").replace("Line A,20250804", ",,,1500,Grand total\nLine A,20250804"),
        META.replace("Line A,71001,2025-08-04", ",,,1500,2025-08-04,2025-08-05\nLine A,71001,2025-08-04"),
        XANDR + "Total,,,1500\n",
        "day,line_item_id,imps\n2025-08-04 00:00:00,71001,1200\n2025-08-05 00:00:00,71001,300\n",
    ],
    ids=["no total", "figures first", "another figure beside", "two kinds of impressions", "total on top",
         "summary on top", "total below", "days with a midnight"],
)  # fmt: skip
def test_other_columns_orders_and_totals_are_read_once(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert (str(found.verdict.status), found.sum) == ("loaded", 1500)
    assert "total_differs" not in found.codes
    assert found.verdict.by_day == (not text.startswith("hour"))


def test_of_several_totals_a_larger_one_is_told(tmp_path: Path) -> None:
    more = 'Total: Search, --, --,EUR,"900"\nTotal: Account, --, --,EUR,"1,700"\n'
    text = GOOGLE_ADS.replace('Total: Account, --, --,EUR,"1,500"\n', more)
    assert "total_differs" in read(tmp_path, text).codes
    assert "total_differs" not in read(tmp_path, text.replace("1,700", "600")).codes


@pytest.mark.parametrize(
    "text",
    [
        GOOGLE_ADS.split("2025-08-04,")[0],
        GOOGLE_ADS.split("2025-08-04,")[0] + 'Total: Account, --, --,EUR,"1,500"\n',
        "Date,Line Item,Line Item ID,Impressions\nNo data returned by the reporting service.\n\nReport Time:,x,,\n",
        "Date,Line Item,Line Item ID,Impressions\n,,,1500\n",
        GAM.splitlines()[0] + "\n",
    ],
)
def test_an_empty_report_or_nothing_but_a_total_loads_nothing(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert (str(found.verdict.status), found.verdict.reason, found.rows.num_rows) == (
        "rejected",
        "no_rows",
        0,
    )


HOURLY = """"Time Zone: {zone}"

"TimePeriod","HourOfDay","CampaignId","CampaignName","Impressions"
"8/14/2025","0","71001","Line A","1200"
"8/14/2025","13","71001","Line A","300"
"""


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("America/New_York", ["14. 06", "14. 19"]),
        ("(GMT-08:00) Pacific Time (US & Canada); Tijuana", ["14. 09", "14. 22"]),
        ("UTC", ["14. 02", "14. 15"]),
        ("(GMT+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna", ["14. 00", "14. 13"]),
    ],
)
def test_hours_are_read_in_the_zone_that_the_file_names(tmp_path: Path, zone: str, hours: list[str]) -> None:
    found = read(tmp_path, HOURLY.format(zone=zone))
    assert found.hours == hours
    assert found.issues == []


def test_a_zone_below_the_rows_counts_too(tmp_path: Path) -> None:
    text = "Date,Time of Day,Line Item,Line Item ID,Impressions\n2025/08/04,7,A,71001,5\n\nTime Zone:,Asia/Tokyo\n"
    assert read(tmp_path, text).hours == ["04. 00"]


@pytest.mark.parametrize(
    ("words", "zone"),
    [
        ("Atlantis Standard Time", None), ("(GMT+05:30) Somewhere", None), ("UTC+2", None), ("UTC", "UTC"),
        ("(GMT) Greenwich Mean Time: Dublin, Edinburgh", "Europe/London"), ("(GMT+09:00) Osaka, Tokyo", "Asia/Tokyo"),
    ],
)  # fmt: skip
def test_a_zone_is_known_by_its_name_never_by_an_offset(words: str, zone: str | None) -> None:
    found = export_lines.zone_named(words)
    assert (found and found.key) == zone


def test_a_zone_that_nobody_knows_is_told_with_its_words(tmp_path: Path) -> None:
    [issue] = read(tmp_path, HOURLY.format(zone="Atlantis Time")).issues
    assert issue["code"] == "zone_unknown"
    assert "Atlantis Time" in issue["message"]


@pytest.mark.parametrize(
    "text",
    [
        MICROSOFT.replace("Aggregation: Daily", "Aggregation: Weekly"),
        MICROSOFT.replace("Aggregation: Daily", "Aggregation: Summary"),
        "Report\n\nStart Date (in UTC)\tEnd Date (in UTC)\tCampaign ID\tCampaign Name\tImpressions\n"
        "8/14/2025\t8/31/2025\t71001\tA\t1200\n",
    ],
)
def test_figures_of_several_days_are_none_of_a_day(tmp_path: Path, text: str) -> None:
    found = read(tmp_path, text)
    assert (str(found.verdict.status), found.rows.num_rows) == ("rejected", 0)
    assert "not_one_day" in found.codes


def test_midnights_of_several_days_in_a_column_of_hours_are_refused(tmp_path: Path) -> None:
    found = read(
        tmp_path, "hour,line_item_id,imps\n2025-08-04 00:00,71001,1200\n2025-08-05 00:00,71001,300\n"
    )
    assert found.codes == {"not_on_the_hour"}


@pytest.mark.parametrize(
    ("old", "new"),
    [("Data: false", "Data: true"), ("Rows: 2", "Rows: 3")],
    ids=["said so", "rows are missing"],
)
def test_an_export_that_says_it_may_not_be_all_is_told(tmp_path: Path, old: str, new: str) -> None:
    assert "may_be_incomplete" in read(tmp_path, MICROSOFT.replace(old, new)).codes
    assert "may_be_incomplete" not in read(tmp_path, MICROSOFT).codes


@pytest.mark.parametrize("spoiled", ["2.38512E+16", "2,38512E+16", "71001.0"])
def test_an_id_that_a_spreadsheet_spoiled_is_no_id(tmp_path: Path, spoiled: str) -> None:
    found = read(tmp_path, META.replace("71001", f'"{spoiled}"'))
    assert (found.rows.num_rows, found.codes) == (0, {"spoiled_id"})


def test_a_list_with_flights_is_no_export(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(
        "Campaign ID,Campaign Name,Start Date,End Date,Impressions,CPM\n1,A,2025-08-04,2025-08-31,9,2.5\n"
    )
    assert parsed(file, tmp_path / "work").kind != "report_csv"


def test_a_workbook_of_a_platform_is_read_as_its_csv(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    rows: list[list[Any]] = [
        ["Campaign report"], ["August 4, 2025 - August 5, 2025"], ["Day", "Campaign", "Campaign ID", "Impr."],
        [datetime(2025, 8, 4), "A", 71001, 1200], [datetime(2025, 8, 5), "A", 71001, 300],
        ["Total: Account", " --", " --", 1500],
    ]  # fmt: skip
    for row in rows:
        book.worksheets[0].append(row)
    book.save(tmp_path / "export.xlsx")
    found = judged(tmp_path / "export.xlsx", tmp_path / "work")
    assert (found.sum, found.hours, found.codes) == (1500, ["04. 00", "05. 00"], {"total_row"})


def test_what_a_linkedin_file_says_of_its_zone_is_told(tmp_path: Path) -> None:
    [issue] = read(tmp_path, LINKEDIN.replace("(in UTC)", "(in PST)"), "utf-16").issues
    assert issue["code"] == "zone_differs"
    assert "PST" in issue["message"]
