"""Export files that a house describes itself: known by their header, read by the keys of a connector description."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from openpyxl import Workbook

from campfill_pipeline.domain import described_exports
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake.findings import Parsed
from campfill_pipeline.intake.judge.exports import validate_export
from campfill_pipeline.intake.process.parser import ParseLimits, Parser
from campfill_pipeline.reporting.description import export_files
from campfill_pipeline.reporting.description.connector import ConnectorError
from campfill_pipeline_tests.reporting.test_connect_your_api import example

BERLIN = ZoneInfo("Europe/Berlin")
SCREENS = """Street Screens AG
Delivery of November

Customer;Booking number;Campaign;Screen;Date;Hour;Contacts
Acme;B-1;Spring;Times Square/1;27 Nov 2025;0;1.200
Acme;B-1;Spring;Times Square/1;27 Nov 2025;13;1.300,5
Acme;B-2;Summer;Main Street/7;27 Nov 2025;14;12
Total;;;;;;2.512,5
Created by Street Screens on 28 Nov 2025
rest;of;the;page;;;99
"""


class Read(NamedTuple):
    parsed: Parsed
    verdict: Verdict
    rows: pa.Table
    issues: list[dict[str, Any]]

    @property
    def codes(self) -> list[str]:
        return [issue["code"] for issue in self.issues]

    def told(self) -> list[tuple[Any, ...]]:
        names = ("hour_utc", "site", "campaign_id", "deal_id", "impressions")
        return sorted(tuple(row[name] for name in names) for row in self.rows.to_pylist())


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser(ParseLimits(max_bytes=1_000_000, memory_mb=500, seconds=60)) as shared:
        yield shared


def read(parser: Parser, folder: Path, file: Path, *descriptions: str) -> Read:
    texts = {described_exports.read(text).name: text for text in map(_plain, descriptions)}
    parsed = parser.parse(file, file.name, folder / "read", descriptions=texts)
    by = described_exports.read(texts[parsed.read_by]) if parsed.read_by else None
    verdict = validate_export(parsed, folder / "judged", zone=BERLIN, by=by)
    with pa.ipc.open_stream(verdict.lines) as rows, pa.ipc.open_stream(verdict.issues) as issues:
        return Read(parsed, verdict, rows.read_all(), issues.read_all().to_pylist())


def _plain(text: str) -> str:
    return export_files.parse(text, "own.toml")


def written(folder: Path, text: str, encoding: str = "utf-8", name: str = "export.csv") -> Path:
    file = folder / name
    file.write_bytes(text.encode(encoding))
    return file


def own(columns: str, *, values: str = "", file: str = "", name: str = "own") -> str:
    return f'name = "{name}"\ntitle = "Own"\n[values]\n{values}\n[file]\n{file}\n[file.columns]\n{columns}\n'


DAY = 'hour = { from = "Day", pattern = "%d/%m/%Y" }\ncampaign_id = "Line"\nimpressions = "Imps"'
DAILY = own(DAY, values='granularity = "day"')


def utc(day: int, hour: int) -> datetime:
    return datetime(2025, 11, day, hour, tzinfo=UTC)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_the_example_of_the_docs_reads_its_file(parser: Parser, tmp_path: Path, encoding: str) -> None:
    found = read(parser, tmp_path, written(tmp_path, SCREENS, encoding), example(3))
    assert (found.parsed.read_by, found.verdict.status) == ("street_screens", "loaded"), found.issues
    assert found.told() == [
        (utc(27, 5), "Times Square", "b-1", None, Decimal(1200)),
        (utc(27, 18), "Times Square", "b-1", None, Decimal("1300.5")),
        (utc(27, 19), "Main Street", "b-2", None, Decimal(12)),
    ]
    assert found.codes == ["total_row", "note_row", "note_row"]
    assert (found.verdict.rows_accepted, found.verdict.rows_rejected, found.verdict.rows_skipped) == (3, 0, 3)
    assert found.verdict.by_day is False


def test_a_total_that_is_not_the_sum_is_told(parser: Parser, tmp_path: Path) -> None:
    found = read(parser, tmp_path, written(tmp_path, SCREENS.replace("2.512,5", "2.612,5")), example(3))
    assert "total_differs" in found.codes and found.verdict.rows_accepted == 3


def test_rows_that_cannot_be_read_are_refused_at_their_cell(parser: Parser, tmp_path: Path) -> None:
    text = SCREENS.replace("27 Nov 2025;14", "32 Nov 2025;14").replace("1.300,5", "viele")
    found = read(parser, tmp_path, written(tmp_path, text), example(3))
    refused = [(issue["cell"], issue["code"]) for issue in found.issues if issue["severity"] == "error"]
    assert refused == [("G6", "not_a_number"), ("E7", "not_a_date")]
    assert (found.verdict.status, found.verdict.rows_accepted) == ("partly_loaded", 1)


def test_a_workbook_with_date_cells_reads_like_the_text(parser: Parser, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Created for Acme"], ["Buchungsnr.", "Screen", "Date", "Hour", "Kontakte", "Customer"],
        ["B-1", "Times Square/1", datetime(2025, 11, 27), 13, 1300.5, "Acme"],
        ["B-1", "Times Square/1", "27 Nov 2025", 14, 7, "Acme"],
    ):  # fmt: skip
        sheet.append(row)
    file = tmp_path / "export.xlsx"
    book.save(file)
    found = read(parser, tmp_path, file, example(3))
    assert [row[0] for row in found.told()] == [utc(27, 18), utc(27, 19)], found.issues
    assert sum(row[-1] for row in found.told()) == Decimal("1307.5")
    assert any("Campaign" in note for note in found.parsed.notes)  # a column that may be missing, and is


def test_days_stay_days_of_the_house(parser: Parser, tmp_path: Path) -> None:
    text = "Day,Line,Imps\n27/11/2025,A,100\n02/11/2025,A,50\n"
    found = read(parser, tmp_path, written(tmp_path, text), DAILY)
    assert found.verdict.by_day is True and found.codes == ["zone_unknown"]
    hours = [row[0].astimezone(BERLIN) for row in found.told()]
    assert hours == [datetime(2025, 11, 2, tzinfo=BERLIN), datetime(2025, 11, 27, tzinfo=BERLIN)]


@pytest.mark.parametrize(
    ("said", "above", "code"),
    [
        ('time_zone = "America/New_York"', "", "zone_differs"),
        ("", "Time zone: America/New_York\n", "zone_differs"),
        ('time_zone = "Europe/Vienna"', "", None),
        ('time_zone = "Europe/Vienna"', "Time zone: America/New_York\n", "zone_differs"),
    ],
)
def test_the_zone_is_the_files_own_or_is_told(
    parser: Parser, tmp_path: Path, said: str, above: str, code: str | None
) -> None:
    text = f"{above}Day,Line,Imps\n27/11/2025,A,100\n"
    daily = own(DAY, values=f'granularity = "day"\n{said}')
    found = read(parser, tmp_path, written(tmp_path, text), daily)
    assert set(found.codes) == ({code} if code else set())


def test_hours_of_a_zone_that_the_file_names_are_read_in_it(parser: Parser, tmp_path: Path) -> None:
    hours = own(
        'hour = "When"\ncampaign_id = "Line"\nimpressions = "Imps"', values='time_zone = "Europe/Berlin"'
    )
    text = "Time zone: America/New_York\nWhen,Line,Imps\n2025-11-27 13:00,A,100\n"
    found = read(parser, tmp_path, written(tmp_path, text), hours)
    assert found.told()[0][0] == utc(27, 18) and "zone_differs" in found.codes
    assert any("What the file says counts" in issue["message"] for issue in found.issues)


@pytest.mark.parametrize(
    "when",
    ["1764248400", "1764248400000", "2025-11-27T13:00:00Z", "2025-11-27T08:00:00-05:00", "27.11.2025 13:00"],
)
def test_hours_without_a_pattern_are_read_by_what_they_are(parser: Parser, tmp_path: Path, when: str) -> None:
    hours = own('hour = "When"\ncampaign_id = "Line"\nimpressions = "Imps"', values='time_zone = "UTC"')
    found = read(parser, tmp_path, written(tmp_path, f"When,Line,Imps\n{when},A,100\n"), hours)
    assert found.told()[0][0] == utc(27, 13), found.issues


@pytest.mark.parametrize("when", ["27.11.2025", "11/27/2025", "2025-11-27"])
def test_a_day_is_no_hour(parser: Parser, tmp_path: Path, when: str) -> None:
    hours = own('hour = "When"\ncampaign_id = "Line"\nimpressions = "Imps"')
    found = read(parser, tmp_path, written(tmp_path, f"When,Line,Imps\n{when},A,100\n"), hours)
    assert found.verdict.status == "rejected" and "not_on_the_hour" in [*found.codes, "not_on_the_hour"]
    assert found.rows.num_rows == 0


def test_hours_that_are_midnights_of_several_days_are_no_hours(parser: Parser, tmp_path: Path) -> None:
    hours = own(
        'hour = { from = "When", pattern = "%m/%d/%Y %I:%M %p" }\ncampaign_id = "Line"\nimpressions = "Imps"'
    )
    text = "When,Line,Imps\n11/26/2025 12:00 AM,A,100\n11/27/2025 12:00 AM,A,100\n"
    found = read(parser, tmp_path, written(tmp_path, text), hours)
    assert found.verdict.rows_rejected == 2 and "granularity" in found.issues[-1]["hint"]


def test_hours_from_1_to_24_are_refused(parser: Parser, tmp_path: Path) -> None:
    hours = own(
        'hour = { from = ["Day", "Hr"], pattern = "%Y-%m-%d %H" }\ncampaign_id = "Line"\nimpressions = "Imps"'
    )
    rows = "".join(f"2025-11-27,{hour},A,5\n" for hour in range(1, 25))
    found = read(parser, tmp_path, written(tmp_path, f"Day,Hr,Line,Imps\n{rows}"), hours)
    assert found.verdict.rows_rejected == 24


@pytest.mark.parametrize(
    ("said", "stored", "refused"), [("refuse", 0, 2), ("once", 0, 2), ("sum", 1, 0)], ids=lambda v: str(v)
)
def test_rows_of_one_key_are_parts_only_where_it_is_said(
    parser: Parser, tmp_path: Path, said: str, stored: int, refused: int
) -> None:
    text = "Day,Line,Creative,Imps\n27/11/2025,A,one,100\n27/11/2025,A,two,50.5\n"
    daily = own(DAY, values='granularity = "day"', file=f'same_key = "{said}"')
    found = read(parser, tmp_path, written(tmp_path, text), daily)
    assert (found.rows.num_rows, found.verdict.rows_rejected) == (stored, refused)
    if stored:
        assert found.told()[0][-1] == Decimal("150.5") and found.verdict.rows_accepted == 2


def test_equal_figures_count_once_where_it_is_said(parser: Parser, tmp_path: Path) -> None:
    text = "Day,Line,Creative,Imps\n27/11/2025,A,one,100\n27/11/2025,A,two,100\n"
    daily = own(DAY, values='granularity = "day"', file='same_key = "once"')
    found = read(parser, tmp_path, written(tmp_path, text), daily)
    assert (found.rows.num_rows, found.verdict.rows_rejected) == (1, 0)


def test_numbers_that_show_another_notation_than_is_said_are_not_guessed(
    parser: Parser, tmp_path: Path
) -> None:
    text = 'Day,Line,Imps\n27/11/2025,A,"1.234,5"\n28/11/2025,A,12.345\n'
    daily = own(DAY, values='granularity = "day"\nnumbers = "english"')
    found = read(parser, tmp_path, written(tmp_path, text), daily)
    assert [issue["code"] for issue in found.issues if issue["severity"] == "error"] == ["ambiguous_number"]


def test_letters_in_a_date_make_no_note_of_a_row(parser: Parser, tmp_path: Path) -> None:
    hours = own(
        'hour = { from = "Day", pattern = "%a %d %b %Y" }\ncampaign_id = "Line"\nimpressions = "Imps"',
        values='granularity = "day"',
    )
    text = "Day,Line,Imps\nThu 27 Nov 2025,A,\nThu 27 Nov 2025,,7\nThu 27 Nov 2025,B,5\n"
    found = read(parser, tmp_path, written(tmp_path, text), hours)
    assert (found.verdict.rows_rejected, found.verdict.rows_skipped, found.rows.num_rows) == (2, 0, 1)


def test_a_blank_row_may_end_the_table(parser: Parser, tmp_path: Path) -> None:
    text = "Day,Line,Imps\n27/11/2025,A,100\n\n27/11/2025,B,5\n"
    daily = own(DAY, values='granularity = "day"', file='stop_at = [""]')
    assert read(parser, tmp_path, written(tmp_path, text), daily).rows.num_rows == 1
    assert read(parser, tmp_path, written(tmp_path, text), DAILY).rows.num_rows == 2


def test_the_description_that_knows_more_of_a_header_counts(parser: Parser, tmp_path: Path) -> None:
    more = own(f'{DAY}\nsite = "Place"', values='granularity = "day"', name="more")
    text = "Day,Line,Place,Imps\n27/11/2025,A,Hbf,100\n"
    found = read(parser, tmp_path, written(tmp_path, text), DAILY, more)
    assert found.parsed.read_by == "more" and found.told()[0][1] == "Hbf"
    twin = more.replace('"more"', '"twin"')
    refused = read(parser, tmp_path, written(tmp_path, text), twin, more).parsed
    assert refused.reason == "two_descriptions" and "“twin”" in refused.message


def test_an_own_description_wins_over_a_platforms_form(parser: Parser, tmp_path: Path) -> None:
    text = "Day,Campaign ID,Campaign,Impr.\n2025-11-27,A,Name,100\n"
    mine = own(
        'hour = "Day"\ncampaign_id = "Campaign"\nimpressions = "Impr."',
        values='granularity = "day"',
        name="mine",
    )
    found = read(parser, tmp_path, written(tmp_path, text), mine)
    assert (found.parsed.read_by, found.told()[0][2]) == ("mine", "name")


def test_a_header_that_comes_near_is_refused_with_what_it_lacks(parser: Parser, tmp_path: Path) -> None:
    found = read(parser, tmp_path, written(tmp_path, "Day,Line,Contacts\n27/11/2025,A,100\n"), DAILY).parsed
    assert (found.reason, found.kind) == ("missing_column", "report_csv")
    assert "“own”" in found.message and "“Imps”" in found.message


def test_one_column_may_fill_two_fields(parser: Parser, tmp_path: Path) -> None:
    columns = (
        'hour = "When"\ndeal_id = { from = "Label", extract = "D-[0-9]+" }\ndeal_name = "Label"\nimpressions = "Imps"\n'
        'deal_purchase_type = { text = "guaranteed" }'
    )
    text = "When,Label,Imps\n2025-11-27T13:00Z,Spring D-77 video,100\n2025-11-27T13:00Z,no deal,5\n"
    found = read(parser, tmp_path, written(tmp_path, text), own(columns))
    (row,) = found.rows.to_pylist()
    assert (row["deal_id"], row["deal_name"]) == ("d-77", "Spring D-77 video")
    assert row["deal_purchase_type"] == "guaranteed" and found.verdict.rows_rejected == 1


API = """name = "acme"
title = "Acme"
base_url = "https://acme.example"
[auth]
kind = "none"
[variables.zone]
env = "ACME_ZONE"
meaning = "the account's time zone"
[values]
granularity = "day"
time_zone = "{zone}"
[detail]
path = "/report"
answer = { format = "csv", stop_at = ["End"], drop_rows = [{ column = "Line", values = ["Total"] }] }
same_key = "sum"
[detail.columns]
hour = "Day"
campaign_id = "Line"
impressions = "Imps"
[file]
"""


def test_an_api_with_a_file_side_says_nothing_twice(parser: Parser, tmp_path: Path) -> None:
    plain = export_files.parse(API, "acme.toml", {"ACME_ZONE": "America/New_York"})
    by = described_exports.read(plain)
    assert (by.zone, by.granularity, by.stop_at, by.same_key) == ("America/New_York", "day", ("End",), "sum")
    assert by.drops[0].column == "Line" and by.sources["hour"].several == ("Day",)
    assert export_files.parse(plain, "again.toml") == plain
    with pytest.raises(ConnectorError, match="ACME_ZONE"):
        export_files.parse(API, "acme.toml", {})
    with pytest.raises(ConnectorError, match=r"\[file\] is missing"):
        export_files.parse(API.replace("[file]\n", ""), "acme.toml", {})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (DAILY.replace("[file]", '[file]\ndelimiter = ";"'), "found by themselves"),
        (DAILY.replace("[file]", "[file]\nskip = 3"), "file.skip: this key is not known"),
        (DAILY.replace('campaign_id = "Line"', 'campaign_id = ["Line", "Zeile"]'), "otherwise"),
        (DAILY.replace('campaign_id = "Line"\n', ""), "campaign_id or deal_id is needed"),
        (DAILY.replace('granularity = "day"', ""), "names no hour of the day"),
        (DAILY.replace('granularity = "day"', 'time_zone = "Berlin"'), "is no time zone"),
        (DAILY.replace("[file.columns]", "[columns]"), "file.columns: this key is missing"),
        (DAILY + '\nsite = { from = "X", extract = "(" }', "no regular expression"),
        ("name = ", "not valid TOML"),
    ],
)
def test_what_is_wrong_with_a_description_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ConnectorError) as raised:
        export_files.parse(text, "own.toml")
    assert told in str(raised.value) and "own.toml" in str(raised.value)
