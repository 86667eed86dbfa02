"""A dropped CSV export: exact rows, every fault at its cell, the same rules as for the API's rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.columns import EXPORT_COLUMNS
from campfill_pipeline.domain.report_rows import RefusedKey
from campfill_pipeline.domain.report_schema import broken_promises
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake.findings import ColumnFound, Parsed, TableFound
from campfill_pipeline.intake.judge import refused_rows
from campfill_pipeline.intake.judge.exports import validate_export
from campfill_pipeline.intake.process.parser import ParseLimits, Parser

COLUMNS = EXPORT_COLUMNS[:8]
FIELDS = [column.field for column in COLUMNS]
CAMPAIGN = "0F2B4FCF-63CE-4178-ADD5-17E4F602A115"
DEAL = "39862ef2-1276-45c3-b809-14c30bf6b389"
HOUR = "2025-08-04T13:00:00.000Z"


def record(**changes: Any) -> dict[str, Any]:
    base: dict[str, Any] = dict.fromkeys(FIELDS)
    base |= {
        "date": HOUR,
        "campaign_name": "Parent > Sommer",
        "campaign_id": CAMPAIGN,
        "deal_name": "A deal",
        "deal_id": DEAL,
        "campaign_purchase_type": "Guaranteed",
        "deal_purchase_type": "unguaranteed",
        "impressions": "12.149,71",
    }
    return base | changes


def parsed(tmp_path: Path, records: Sequence[dict[str, Any]], per_batch: int = 3, **more: Any) -> Parsed:
    """What the reader hands over: values may be (text, kind) for cells that are no text."""
    file = tmp_path / "table-1.arrow"
    schema = pa.schema(
        [("row_no", pa.int32())]
        + [item for f in FIELDS for item in ((f, pa.string()), (f"{f}_kind", pa.int8()))]
    )
    with pa.ipc.new_stream(str(file), schema) as stream:
        for start in range(0, len(records), per_batch):
            rows = []
            for number, values in enumerate(records[start : start + per_batch], start=start + 2):
                row: dict[str, Any] = {"row_no": number}
                for name, value in values.items():
                    text, kind = value if isinstance(value, tuple) else (value, CellKind.TEXT if value else 0)
                    row |= {name: text, f"{name}_kind": int(kind)}
                rows.append(row)
            stream.write_batch(pa.RecordBatch.from_pylist(rows, schema=schema))
    columns = tuple(ColumnFound(column.field, index, column.header) for index, column in enumerate(COLUMNS))
    headers = tuple(column.header for column in COLUMNS)
    table = TableFound(None, 1, columns, headers, len(records) + 1, len(records), 0, file)
    return Parsed("report_csv", None, "", "", "csv", (table,), **more)


def judged(tmp_path: Path, *records: dict[str, Any]) -> tuple[Verdict, pa.Table, list[dict[str, Any]]]:
    verdict = validate_export(parsed(tmp_path, records), tmp_path / "work")
    with pa.ipc.open_stream(str(verdict.lines)) as rows, pa.ipc.open_stream(str(verdict.issues)) as issues:
        return verdict, rows.read_all(), issues.read_all().to_pylist()


def test_rows_become_canonical_and_exact(tmp_path: Path) -> None:
    verdict, rows, issues = judged(tmp_path, record(), record(campaign_id=None, impressions="231.810.865"))
    assert (verdict.status, verdict.reason, verdict.rows_read, verdict.rows_accepted) == (
        "loaded",
        None,
        2,
        2,
    )
    assert issues == []
    assert broken_promises(rows) == ()
    first, second = rows.to_pylist()
    assert first == {
        "hour_utc": datetime(2025, 8, 4, 13, tzinfo=UTC),
        "site": "",
        "campaign_id": CAMPAIGN.lower(),
        "campaign_name": "Sommer",
        "campaign_purchase_type": "guaranteed",
        "deal_id": DEAL,
        "deal_name": "A deal",
        "deal_purchase_type": "unguaranteed",
        "impressions": Decimal("12149.7100"),
        "bids": None,
        "wins": None,
        "plays": None,
    }
    assert (second["campaign_id"], second["impressions"]) == (None, Decimal(231810865))


@pytest.mark.parametrize(
    ("changes", "cell", "code"),
    [
        ({"date": None}, "A3", "missing_value"),
        ({"date": "yesterday"}, "A3", "not_a_date"),
        ({"date": "2025-08-04T13:30:00Z"}, "A3", "not_on_the_hour"),
        ({"impressions": None}, "H3", "missing_value"),
        ({"impressions": "abc"}, "H3", "not_a_number"),
        ({"impressions": "-5"}, "H3", "out_of_range"),
        ({"impressions": ("#REF!", CellKind.ERROR)}, "H3", "error_cell"),
        ({"impressions": (None, CellKind.FORMULA_WITHOUT_VALUE)}, "H3", "formula_without_value"),
        ({"campaign_id": "#N/A"}, "C3", "error_cell"),
        ({"campaign_id": None, "deal_id": None}, "E3", "missing_value"),
    ],
)
def test_a_fault_rejects_its_row_at_its_cell(
    tmp_path: Path, changes: dict[str, Any], cell: str, code: str
) -> None:
    verdict, rows, issues = judged(tmp_path, record(), record(**changes), record(deal_id="other"))
    assert (verdict.status, verdict.rows_accepted, verdict.rows_rejected) == ("partly_loaded", 2, 1)
    assert rows.num_rows == 2
    (issue,) = issues
    assert (issue["cell"], issue["row_no"], issue["code"], issue["severity"]) == (cell, 3, code, "error")
    assert issue["column_name"] == EXPORT_COLUMNS[ord(cell[0]) - ord("A")].header
    assert issue["message"] and issue["hint"]


def test_every_code_is_explained_to_users() -> None:
    page = (Path(__file__).parents[2] / "docs" / "connect-your-api.md").read_text("utf-8")
    table = page.split("Drop its CSV export")[1].split("## ")[0]
    explained = set(re.findall(r"`([a-z_]+)`", table))
    faults = {"not_a_date", "not_on_the_hour", "out_of_range", "not_a_number", "error_cell", "missing_value"}
    told = {
        "rounded",
        "unknown_purchase_type",
        "duplicate_row",
        "duplicate_id",
        "total_row",
        "note_row",
        "too_long",
        "too_many_fields",
        "repeated_header",
        "ambiguous_number",
        "merged_cell",
    }
    of_platforms = {
        "zone_unknown", "zone_differs", "total_differs", "mixed_grains", "only_midnight", "not_one_day", "spoiled_id",
        "may_be_incomplete",
    }  # fmt: skip
    assert explained == faults | told | of_platforms | {
        "hidden_sheet",
        "sheet_not_read",
        "formula_without_value",
    }


def test_every_fault_of_a_row_is_listed(tmp_path: Path) -> None:
    verdict, _, issues = judged(tmp_path, record(date="x", impressions="y"), record())
    assert [issue["cell"] for issue in issues] == ["A2", "H2"]
    assert verdict.errors == 2
    assert verdict.rows_rejected == 1


def test_a_number_cell_loses_its_binary_noise(tmp_path: Path) -> None:
    _, rows, issues = judged(tmp_path, record(impressions=("7.5900000000000007", CellKind.NUMBER)))
    assert rows["impressions"].to_pylist() == [Decimal("7.5900")]
    assert issues == []


def test_a_date_cell_is_read(tmp_path: Path) -> None:
    _, rows, _ = judged(
        tmp_path, record(date=("2025-08-04T13:00:00", CellKind.DATE)), record(date="04.08.2025 14:00")
    )
    assert [hour.hour for hour in rows["hour_utc"].to_pylist()] == [13, 14]


def test_equal_rows_load_once(tmp_path: Path) -> None:
    verdict, rows, issues = judged(
        tmp_path, record(), record(deal_id="b"), record(), record(deal_id="c"), record(impressions="12149,71")
    )
    assert rows.num_rows == 3
    assert (verdict.status, verdict.rows_read, verdict.rows_skipped) == ("loaded", 3, 2)
    assert [(i["cell"], i["code"], i["severity"]) for i in issues] == [
        ("E4", "duplicate_row", "warning"),
        ("E6", "duplicate_row", "warning"),
    ]


def test_rows_that_contradict_each_other_are_all_rejected(tmp_path: Path) -> None:
    verdict, rows, issues = judged(tmp_path, record(), record(deal_id="b"), record(impressions="1"))
    assert rows["deal_id"].to_pylist() == ["b"]
    assert (verdict.rows_read, verdict.rows_accepted, verdict.rows_rejected) == (3, 1, 2)
    assert [(issue["cell"], issue["code"]) for issue in issues] == [
        ("E2", "duplicate_id"),
        ("E4", "duplicate_id"),
    ]


def test_totals_and_notes_are_passed_over(tmp_path: Path) -> None:
    nothing = dict.fromkeys(FIELDS)
    verdict, rows, issues = judged(
        tmp_path,
        record(),
        nothing | {"date": "Summe", "impressions": "99.999"},
        nothing | {"campaign_name": "exported by M."},
    )
    assert (verdict.status, rows.num_rows, verdict.rows_skipped) == ("loaded", 1, 2)
    assert [(issue["code"], issue["severity"]) for issue in issues] == [
        ("total_row", "info"),
        ("note_row", "info"),
    ]


def test_what_is_passed_over_is_no_report_row(tmp_path: Path) -> None:
    nothing = dict.fromkeys(FIELDS)
    verdict, rows, issues = judged(
        tmp_path,
        record(),
        record(campaign_id="Total", deal_id=None, impressions="99.999"),  # no campaign of that name
        nothing | {"date": HOUR},
        nothing | {"campaign_name": "Sommer", "deal_name": "A deal", "impressions": "5"},
    )
    assert sorted((issue["row_no"], issue["code"]) for issue in issues if issue["row_no"] != 5) == [
        (3, "total_row"),
        (4, "note_row"),
    ]
    assert {issue["severity"] for issue in issues if issue["row_no"] == 5} == {"error"}
    assert (rows.num_rows, verdict.rows_rejected, verdict.rows_skipped) == (1, 1, 2)


def test_a_purchase_type_never_seen_is_loaded_and_told(tmp_path: Path) -> None:
    verdict, rows, issues = judged(tmp_path, record(campaign_purchase_type="Preferred"))
    assert rows["campaign_purchase_type"].to_pylist() == ["preferred"]
    assert (verdict.status, issues[0]["cell"], issues[0]["code"]) == ("loaded", "F2", "unknown_purchase_type")


def test_nothing_acceptable_rejects_the_file(tmp_path: Path) -> None:
    verdict, rows, _ = judged(tmp_path, record(impressions="x"))
    assert (verdict.status, verdict.reason, rows.num_rows) == ("rejected", "no_rows", 0)


POSSIBLE = (datetime(2023, 1, 1, tzinfo=UTC), datetime(2025, 9, 1, tzinfo=UTC))


def test_rejected_rows_tell_which_stored_rows_they_may_be(tmp_path: Path) -> None:
    again = record(date="2025-08-04T15:00:00.000Z")
    found = parsed(
        tmp_path,
        [
            record(),
            record(date="2025-08-04T14:00:00.000Z", impressions="abc"),
            again,
            again | {"impressions": "7"},
            record(date="2062-08-04T16:00:00.000Z"),
            record(date="2022-08-04T16:00:00.000Z"),
            record(date="2025-08-04T17:00:00.000Z", campaign_id=("#REF!", CellKind.ERROR)),
        ],
    )
    verdict = validate_export(found, tmp_path / "work", possible=POSSIBLE)
    assert (verdict.rows_accepted, verdict.rows_rejected) == (1, 6)
    refused = {row.row: row for row in refused_rows.read(verdict.refused)}
    keys = {number: row.key for number, row in refused.items()}

    def whole(hour: datetime | None) -> RefusedKey:
        return RefusedKey(hour, "", CAMPAIGN.lower(), DEAL, True)

    assert keys[3] == whole(datetime(2025, 8, 4, 14, tzinfo=UTC))
    assert keys[4] == keys[5] == whole(datetime(2025, 8, 4, 15, tzinfo=UTC))
    assert keys[6] == keys[7] == whole(None)  # the year is wrong: it may be any hour
    assert keys[8] == RefusedKey(None, None, None, None, False)
    assert [refused[number].code for number in (3, 4, 6, 7)] == [
        "not_a_number", "duplicate_id", "out_of_range", "out_of_range",
    ]  # fmt: skip


def test_a_year_that_has_not_come_is_an_error_at_its_cell(tmp_path: Path) -> None:
    found = parsed(tmp_path, [record(), record(date="2062-08-04T16:00:00.000Z")])
    verdict = validate_export(found, tmp_path / "work", possible=POSSIBLE)
    with pa.ipc.open_stream(str(verdict.issues)) as stream:
        (issue,) = stream.read_all().to_pylist()
    assert (issue["cell"], issue["code"]) == ("A3", "out_of_range")
    assert "has not come yet" in issue["message"]


def test_an_unreadable_file_keeps_its_reason(tmp_path: Path) -> None:
    unreadable = Parsed("unknown", "corrupt", "It is damaged.", "Export it again.", "csv")
    verdict = validate_export(unreadable, tmp_path)
    assert (verdict.status, verdict.reason, verdict.rows_read) == ("rejected", "corrupt", 0)


def test_a_file_as_exported_is_read_from_its_bytes_to_its_rows(tmp_path: Path) -> None:
    header = ";".join(column.header for column in COLUMNS)
    lines = [
        f"2025-08-04T13:00:00.000Z;Parent > Sommer;{CAMPAIGN};A deal;{DEAL};Guaranteed;unguaranteed;12.149,71",
        f"2025-08-04T13:00:00.000Z;;;Köln > B;{DEAL[:-1]}0;;guaranteed;231.810.865",
        f"2025-08-04T13:00:00.000Z;;;C;{DEAL[:-1]}1;;guaranteed;keine",
    ]
    file = tmp_path / "export.csv"
    file.write_text("\r\n".join([header, *lines, ""]), "utf-8-sig")
    with Parser(ParseLimits(10**6, 2048, 60)) as parser:
        found = parser.parse(file, file.name, tmp_path / "work")
    verdict = validate_export(found, tmp_path / "work")
    with pa.ipc.open_stream(str(verdict.lines)) as stream:
        rows = stream.read_all()
    assert rows["impressions"].to_pylist() == [Decimal("12149.71"), Decimal(231810865)]
    assert rows["campaign_id"].to_pylist() == [CAMPAIGN.lower(), None]
    assert rows["deal_name"].to_pylist() == ["A deal", "B"]
    with pa.ipc.open_stream(str(verdict.issues)) as stream:
        (issue,) = stream.read_all().to_pylist()
    assert (issue["cell"], issue["code"], issue["value"]) == ("H4", "not_a_number", "keine")


EXPORT_HEADER = [column.header for column in COLUMNS]


def exported(**changes: Any) -> list[str]:
    """One row of an export as text, in the order of the real export."""
    values = record(**changes)
    return [values[field] or "" for field in FIELDS]


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser(ParseLimits(max_bytes=1_000_000, memory_mb=500, seconds=60)) as shared:
        yield shared


def dropped(parser: Parser, tmp_path: Path, rows: Sequence[Sequence[str]], delimiter: str = ";") -> Any:
    """Read and judge a CSV with these rows: the verdict, the rows loaded, and code by cell."""
    file = tmp_path / "export.csv"
    file.write_text("".join(delimiter.join(row) + "\n" for row in rows), encoding="utf-8")
    found = parser.parse(file, file.name, tmp_path / "work")
    assert found.reason is None, found
    verdict = validate_export(found, tmp_path / "judged")
    with pa.ipc.open_stream(str(verdict.lines)) as loaded, pa.ipc.open_stream(str(verdict.issues)) as issues:
        told = [(issue["cell"], issue["code"]) for issue in issues.read_all().to_pylist()]
        return verdict, loaded.read_all().to_pylist(), told


def test_sites_and_the_funnel_are_read_where_the_export_has_them(parser: Parser, tmp_path: Path) -> None:
    header = [*EXPORT_HEADER, "Site", "Bids", "Auction Wins", "Sync Group Plays"]
    rows = [[*exported(impressions="15,00"), site, "10", "4", "5"] for site in ("Hbf A", "Hbf B", "City C")]
    verdict, loaded, told = dropped(parser, tmp_path, [header, *rows, rows[0]])
    assert told == [("E5", "duplicate_row")]
    assert [(row["site"], row["impressions"], row["bids"]) for row in loaded] == [
        ("Hbf A", 15, 10), ("Hbf B", 15, 10), ("City C", 15, 10)
    ]  # fmt: skip
    assert verdict.status == "loaded"


def test_a_sum_over_the_sites_is_no_site(parser: Parser, tmp_path: Path) -> None:
    header = [*EXPORT_HEADER, "Site"]
    rows = [[*exported(), "Hbf A"], [*exported(), ""]]
    _, loaded, told = dropped(parser, tmp_path, [header, *rows])
    assert told == [("I3", "missing_value")]
    assert [row["site"] for row in loaded] == ["Hbf A"]


@pytest.mark.parametrize(
    ("name", "sites", "refused"),
    [
        ("Summe Hbf", 2, True), ("Gesamt  Nord", 3, True), ("Netzwerk", 12, True),
        ("Netzwerk", 2, False),  # of so few rows it may be chance
        ("Gesamtschule", 2, False),  # it does not have what the others have
    ],
)  # fmt: skip
def test_a_site_with_what_all_others_have_together_is_their_sum(
    parser: Parser, tmp_path: Path, name: str, sites: int, refused: bool
) -> None:
    def row(hour: int, site: str, impressions: float) -> list[str]:
        return [*exported(date=f"2025-08-04T0{hour}:00:00Z", impressions=f"{impressions}"), site]

    rows = [row(hour, f"Site {site}", 10.5 + site) for hour in (7, 8) for site in range(sites)]
    much = sum(10.5 + site for site in range(sites)) + (name == "Gesamtschule")
    _, loaded, told = dropped(
        parser, tmp_path, [[*EXPORT_HEADER, "Site"], *rows, row(7, name, much), row(8, name, much)]
    )
    last = len(rows) + 2
    assert told == ([(f"I{last}", "missing_value"), (f"I{last + 1}", "missing_value")] if refused else [])
    assert len(loaded) == len(rows) + (0 if refused else 2)


@pytest.mark.parametrize("header", ["Hour", "Stunde", "Uhrzeit"])
@pytest.mark.parametrize("day", ["2025-08-04", "04.08.2025", "2025-08-04T00:00:00.000Z"])
def test_date_and_hour_may_stand_in_two_columns(
    parser: Parser, tmp_path: Path, header: str, day: str
) -> None:
    rows = [[*exported(date=day), hour] for hour in ("0", "7", "08:00", "23")]
    _, loaded, told = dropped(parser, tmp_path, [[*EXPORT_HEADER, header], *rows])
    assert told == []
    assert [row["hour_utc"] for row in loaded] == [datetime(2025, 8, 4, h, tzinfo=UTC) for h in (0, 7, 8, 23)]


def test_an_hour_that_does_not_fit_its_date_is_refused(parser: Parser, tmp_path: Path) -> None:
    rows = [[*exported(date="2025-08-04"), hour] for hour in ("24", "x", "", "13", "0")]
    rows.append([*exported(date="2025-08-04T13:00:00Z"), "14"])
    _, loaded, told = dropped(parser, tmp_path, [[*EXPORT_HEADER, "Hour"], *rows])
    assert told == [
        ("A2", "not_a_date"),
        ("A3", "not_a_date"),
        ("A4", "not_on_the_hour"),
        ("A7", "not_a_date"),
    ]
    assert [row["hour_utc"].hour for row in loaded] == [13, 0]


@pytest.mark.parametrize("apart", [True, False])
def test_hours_from_1_to_24_are_placed_nowhere(parser: Parser, tmp_path: Path, apart: bool) -> None:
    """Read as starts, 23 of them would lie an hour late, and nobody would see it."""
    hours = ["01:00", "2:00", "24:00"] if apart else ["01:00", "02:00", "24:00"]
    rows = [
        [*exported(date="2025-08-04"), hour] if apart else exported(date=f"2025-08-04 {hour}")
        for hour in hours
    ]
    header = [*EXPORT_HEADER, "Hour"] if apart else list(EXPORT_HEADER)
    _, loaded, told = dropped(parser, tmp_path, [header, *rows])
    column = "I" if apart else "A"
    assert (loaded, told) == ([], [(f"{column}{row}", "not_on_the_hour") for row in (2, 3, 4)])


@pytest.mark.parametrize("day", ["2025-08-04", "04.08.2025", "20250804"])
def test_a_bare_date_is_no_hour(parser: Parser, tmp_path: Path, day: str) -> None:
    _, loaded, told = dropped(parser, tmp_path, [EXPORT_HEADER, exported(date=day), exported()])
    assert told == [("A2", "not_on_the_hour")]
    assert len(loaded) == 1


DAYS = ["2025-08-04", "2025-08-05"]
MIDNIGHTS = {
    "UTC": [f"{day}T00:00:00.000Z" for day in DAYS],
    "Berlin": ["2025-08-03T22:00:00Z", "2025-08-04T22:00:00Z"],
    "offset": [f"{day}T00:00:00+02:00" for day in DAYS],
    "German": ["04.08.2025 00:00", "05.08.2025 00:00:00"],
    "bare": DAYS,
}


def judged_as(tmp_path: Path, dates: Sequence[str], *, daily: bool) -> tuple[list[Any], list[Any]]:
    verdict = validate_export(
        parsed(tmp_path, [record(date=date) for date in dates]),
        tmp_path / "work",
        zone=ZoneInfo("Europe/Berlin"),
        daily=daily,
    )
    assert verdict.by_day is daily
    with pa.ipc.open_stream(str(verdict.lines)) as rows, pa.ipc.open_stream(str(verdict.issues)) as issues:
        codes = [(issue["cell"], issue["code"]) for issue in issues.read_all().to_pylist()]
        return rows.read_all()["hour_utc"].to_pylist(), codes


@pytest.mark.parametrize("dates", MIDNIGHTS.values(), ids=MIDNIGHTS)
def test_nothing_but_midnights_of_several_days_are_days(tmp_path: Path, dates: list[str]) -> None:
    """As hours each day would lose 23 of 24 without a word."""
    assert judged_as(tmp_path, dates, daily=False) == (
        [],
        [("A2", "not_on_the_hour"), ("A3", "not_on_the_hour")],
    )


@pytest.mark.parametrize("dates", MIDNIGHTS.values(), ids=MIDNIGHTS)
def test_by_the_users_word_they_are_days_of_the_house(tmp_path: Path, dates: list[str]) -> None:
    hours, codes = judged_as(tmp_path, dates, daily=True)
    assert hours == [datetime(2025, 8, 3, 22, tzinfo=UTC), datetime(2025, 8, 4, 22, tzinfo=UTC)]
    assert codes == []


def test_hours_are_no_days_by_the_users_word_either(tmp_path: Path) -> None:
    """Equal figures of several hours would look like one row told again, and count once."""
    hours = [f"2025-08-04T0{hour}:00:00.000Z" for hour in (7, 8, 9)]
    told = [("A2", "not_on_the_hour"), ("A3", "not_on_the_hour"), ("A4", "not_on_the_hour")]
    assert judged_as(tmp_path, hours, daily=True) == ([], told)


@pytest.mark.parametrize("daily", [False, True])
def test_the_midnight_of_one_day_is_that_hour_and_said(tmp_path: Path, daily: bool) -> None:
    hours, codes = judged_as(tmp_path, [MIDNIGHTS["UTC"][0]], daily=daily)
    assert hours == [datetime(2025, 8, 3, 22, tzinfo=UTC) if daily else datetime(2025, 8, 4, tzinfo=UTC)]
    assert codes == ([] if daily else [("A2", "only_midnight")])


@pytest.mark.parametrize("other", ["2025-08-04T01:00:00Z", "2025-08-05T23:00:00Z"])
def test_one_other_hour_shows_that_they_are_hours(tmp_path: Path, other: str) -> None:
    hours, codes = judged_as(tmp_path, [*MIDNIGHTS["UTC"], other], daily=False)
    assert (len(hours), codes) == (3, [])


def test_a_sheets_midnight_is_an_hour_where_its_column_shows_hours(tmp_path: Path) -> None:
    midnight = record(date=("2025-08-04", CellKind.DATE))
    _, rows, issues = judged(tmp_path, midnight, record(date=("2025-08-04T01:00:00", CellKind.DATE)))
    assert issues == []
    assert [hour.hour for hour in rows["hour_utc"].to_pylist()] == [0, 1]
    _, _, alone = judged(tmp_path, midnight)
    assert [issue["code"] for issue in alone] == ["not_on_the_hour"]


@pytest.mark.parametrize(
    ("texts", "wanted"),
    [
        (["149.712", "12149.71"], ["149.712", "12149.71"]),
        (["149.712", "12149,71"], ["149712", "12149.71"]),
        (["149,712", "12149.71"], ["149712", "12149.71"]),
        (["149.712", "1.231.810.865"], ["149712", "1231810865"]),
        (["149.712", "100"], None),
        (["149.712", "1,5", "1.5"], None),
    ],
)
def test_the_column_decides_the_notation(
    parser: Parser, tmp_path: Path, texts: list[str], wanted: list[str] | None
) -> None:
    rows = [exported(impressions=text, deal_id=str(n)) for n, text in enumerate(texts)]
    _, loaded, told = dropped(parser, tmp_path, [EXPORT_HEADER, *rows])
    if wanted is None:
        assert told == [("H2", "ambiguous_number")]
    else:
        assert told == []
        assert [row["impressions"] for row in loaded] == [Decimal(text) for text in wanted]


def test_equal_keys_with_other_content_beside_them_are_refused(parser: Parser, tmp_path: Path) -> None:
    rows = [[*exported(), creative] for creative in ("A", "B", "C")]
    once = [[*exported(deal_id="x"), "A"]] * 2
    verdict, loaded, told = dropped(parser, tmp_path, [[*EXPORT_HEADER, "Creative"], *rows, *once])
    assert told == [*((f"E{row}", "duplicate_id") for row in (2, 3, 4)), ("E6", "duplicate_row")]
    assert [row["deal_id"] for row in loaded] == ["x"]
    assert verdict.rows_rejected == 3


def test_a_decimal_comma_that_cuts_a_row_in_two_is_an_error(parser: Parser, tmp_path: Path) -> None:
    rows = [exported(impressions="12149,71"), exported(impressions="619"), exported(impressions="12.149,71")]
    _, loaded, told = dropped(parser, tmp_path, [EXPORT_HEADER, *rows], ",")
    assert told == [("I2", "too_many_fields"), ("I4", "too_many_fields")]
    assert [row["impressions"] for row in loaded] == [619]


def test_totals_of_any_kind_and_the_header_again_are_passed_over(parser: Parser, tmp_path: Path) -> None:
    blank = [""] * 7
    rows = [
        exported(), ["Grand Total:", *blank[1:], "10,00"], [*blank, "10,00"], ["", "Kunde A Ergebnis", *blank[2:], "1"],
        ["", "", "Insgesamt", *blank[3:], "1"], EXPORT_HEADER, exported(deal_id="b"), ["Stand", "x", *blank[1:]],
        ["2025-08-04T13:00:00Z", "Total", *blank[2:], "5"],
    ]  # fmt: skip
    _, loaded, told = dropped(parser, tmp_path, [EXPORT_HEADER, *rows])
    assert told == [
        ("A3", "total_row"), ("H4", "total_row"), ("B5", "total_row"), ("C6", "total_row"),
        ("A7", "repeated_header"), ("A9", "note_row"), ("E10", "missing_value"),
    ]  # fmt: skip
    assert len(loaded) == 2


def test_a_header_in_other_words_further_down_refuses_the_export(parser: Parser, tmp_path: Path) -> None:
    """Its columns may be others: nothing below it may be read by the first header."""
    words = ["Datum", "Kampagne", "Kampagnen-ID", "Deal", "Deal-ID", "", "", "Gebote"]
    file = tmp_path / "export.csv"
    rows = [EXPORT_HEADER, exported(), words, exported(date="2025-08-04T08:00:00.000Z")]
    file.write_text("".join(";".join(row) + "\n" for row in rows), encoding="utf-8")
    found = parser.parse(file, file.name, tmp_path / "work")
    assert found.reason == "missing_column" and "row 3" in found.message


def test_a_figure_that_was_cut_into_the_next_is_an_error_though_the_row_fits(
    parser: Parser, tmp_path: Path
) -> None:
    header = ["Date", "Core DSP Campaign ID", "Deal ID", "Total Impressions", "Bids"]
    rows = [
        [f"2025-08-04T0{hour}:00:00.000Z", "", DEAL, "12", bids] for hour, bids in enumerate(["049", "500"])
    ]
    _, loaded, told = dropped(parser, tmp_path, [header, *rows], ",")
    assert told == [("F2", "too_many_fields")]
    assert [row["bids"] for row in loaded] == [500]


def test_another_header_in_an_export_begins_a_block_of_its_own(parser: Parser, tmp_path: Path) -> None:
    swapped = list(reversed(EXPORT_HEADER))
    rows = [EXPORT_HEADER, exported(), swapped, list(reversed(exported(deal_id="b")))]
    _, loaded, told = dropped(parser, tmp_path, rows)
    assert told == []
    assert [(row["deal_id"], row["impressions"]) for row in loaded] == [
        (DEAL, Decimal("12149.71")),
        ("b", Decimal("12149.71")),
    ]


def test_numbers_of_number_cells_and_of_texts_in_one_column_are_each_what_they_say(tmp_path: Path) -> None:
    cells = [("149.712", CellKind.NUMBER), ("149.712", CellKind.TEXT), ("12149,71", CellKind.TEXT)]
    records = [record(impressions=cell, deal_id=f"{n}") for n, cell in enumerate(cells)]
    _, rows, issues = judged(tmp_path, *records)
    assert issues == []
    assert rows["impressions"].to_pylist() == [Decimal("149.712"), Decimal("149712"), Decimal("12149.71")]


def test_a_repeated_row_of_a_campaign_is_told_at_its_campaign(tmp_path: Path) -> None:
    _, _, issues = judged(tmp_path, *[record(deal_id=None, deal_name=None)] * 2)
    assert [(issue["cell"], issue["value"]) for issue in issues] == [("C3", CAMPAIGN.lower())]


def test_an_error_cell_is_told_by_what_it_says(tmp_path: Path) -> None:
    _, _, issues = judged(tmp_path, record(impressions=("#REF!", CellKind.ERROR)), record())
    assert [(issue["code"], "#REF!" in issue["message"]) for issue in issues] == [("error_cell", True)]
