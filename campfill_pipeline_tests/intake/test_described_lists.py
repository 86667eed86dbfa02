"""Lists of other houses are read by their description, and what they say is never guessed."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid5

import pytest
import xlsxwriter

from campfill_pipeline.domain.list_descriptions import own_namespace
from campfill_pipeline.intake.lists import shelf
from campfill_pipeline.intake.lists.notation import DescriptionError, read_description
from campfill_pipeline.language.currencies import count_in
from campfill_pipeline_tests.intake.described import BUILT_IN, OWN, Judged, own_list, parsed

AD_SERVER = """Line item ID,Line item,Start date,End date,Goal,Rate,Cost type,Advertiser,Line item status
6123456781,Alpha,2026-03-01,2026-03-31,100000,2.50,CPM,ACME,Delivering
6123456782,Beta,2026-03-01,2026-02-31,100000,2.50,CPM,ACME,Delivering
6123456783,Gamma,2026-03-04,2026-03-31,100000,2.50,CPC,ACME,Delivering
6123456784,Delta,2026-03-04,2026-03-31,100000,2.50,CPM,ACME,Canceled
6.1E+09,Eps,03/04/2026,2026-03-31,100000,2.50,CPM,ACME,Ready
,Total,,,400000,,,,
"""
HEAD = "Nummer;Kampagne;Start;Ende;Ziel;TKP €;Kunde\n"
ROW = "A-1;Eins;01.03.2026;31.03.2026;1000;2,50;ACME\n"


def test_an_ad_servers_export_is_read_by_the_built_in_description(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_text(AD_SERVER, encoding="utf-8")
    judged = Judged(file, tmp_path / "work")
    assert judged.parsed.read_by == "google_ad_manager"
    assert judged.found == [
        ("D3", "runtime_no_such_date"), ("G4", "other_price_type"), ("A6", "spoiled_id"), ("C6", "date_format"),
    ]  # fmt: skip
    namespace = read_description(BUILT_IN["google_ad_manager"], "").namespace
    assert [(line["external_id"], line["id"], line["cancelled"], line["kind"]) for line in judged.lines] == [
        ("6123456781", str(uuid5(namespace, "6123456781")), False, "campaign"),
        ("6123456784", str(uuid5(namespace, "6123456784")), True, "campaign"),
    ]
    assert judged.lines[0]["runtime"] == "01.03.2026-31.03.2026"
    assert judged.verdict.rows_skipped == 1  # the total


def test_a_workbooks_number_and_date_cells_mean_the_same(tmp_path: Path) -> None:
    file = tmp_path / "export.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, AD_SERVER.splitlines()[0].split(","))
        sheet.write_row(1, 0, [6123456781, "Alpha", 46082, 46112, 100000, 2.5, "CPM", "ACME", "Ready"])
        sheet.write_number(1, 2, 46082, day)
        sheet.write_number(1, 3, 46112, day)
    (line,) = Judged(file, tmp_path / "work").lines
    assert (line["external_id"], line["runtime"]) == ("6123456781", "01.03.2026-31.03.2026")


@pytest.mark.parametrize(
    ("dates", "start", "end", "runtime"),
    [
        ("us", "03/04/2026", "3/31/26", "04.03.2026-31.03.2026"),
        ("british", "03/04/2026", "30/04/2026", "03.04.2026-30.04.2026"),
        ("german", "3.4.26", "30.04.2026", "03.04.2026-30.04.2026"),
        ("german", "ASAP", "2026-04-30", "ASAP-30.04.2026"),
        ("iso", "2026-03-01T00:00:00+01:00", "2026-03-31T23:59:59+02:00", "01.03.2026-31.03.2026"),
        ("iso", "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z", "01.03.2026-31.03.2026"),
        ("iso", "2026-03-01 00:00:00", "2026-03-31 00:00:00", "01.03.2026-31.03.2026"),
    ],
)
def test_dates_are_read_in_the_order_that_the_description_names(
    tmp_path: Path, dates: str, start: str, end: str, runtime: str
) -> None:
    judged = own_list(tmp_path, f"{HEAD}A-1;Eins;{start};{end};1000;2,50;ACME\n", dates=f'dates = "{dates}"')
    assert [line["runtime"] for line in judged.lines] == [runtime]


@pytest.mark.parametrize(
    ("dates", "start", "cell", "code"),
    [
        ("german", "03/04/2026", "C2", "date_format"),
        ("iso", "03/04/2026", "C2", "date_format"),
        ("us", "31/03/2026", "C2", "runtime_no_such_date"),
        ("british", "03/31/2026", "C2", "runtime_no_such_date"),
        ("german", "", "C2", "missing_value"),
        ("german", "01.04.2026", "D2", "runtime_reversed"),
        ("german", "#REF!", "C2", "error_cell"),
    ],
)
def test_a_date_in_another_order_is_an_error_at_its_cell(
    tmp_path: Path, dates: str, start: str, cell: str, code: str
) -> None:
    judged = own_list(
        tmp_path, f"{HEAD}A-1;Eins;{start};2026-03-31;1000;2,50;ACME\n", dates=f'dates = "{dates}"'
    )
    assert (judged.found, judged.lines) == ([(cell, code)], [])


@pytest.mark.parametrize(
    ("dates", "text", "runtime"),
    [
        ("iso", "2026-03-01 - 2026-03-31", "01.03.2026-31.03.2026"),
        ("us", "3/1/2026 – 3/31/2026", "01.03.2026-31.03.2026"),
        ("german", "01.03.2026 bis 31.03.2026", "01.03.2026-31.03.2026"),
        ("british", "ASAP-31/03/2026", "ASAP-31.03.2026"),
        ("german", "03/01/2026-03/31/2026", None),
    ],
)
def test_a_flight_may_stand_in_one_column(tmp_path: Path, dates: str, text: str, runtime: str | None) -> None:
    judged = own_list(
        tmp_path,
        f"Nummer;Kampagne;Laufzeit;Ziel;TKP €;Kunde\nA-1;Eins;{text};1000;2,50;ACME\n",
        dates=f'dates = "{dates}"', start='runtime = ["Laufzeit"]', end="",
    )  # fmt: skip
    assert [line["runtime"] for line in judged.lines] == ([runtime] if runtime else [])
    assert judged.found == ([] if runtime else [("C2", "runtime_format")])


def test_text_ids_keep_their_letters_and_two_of_one_are_a_repetition(tmp_path: Path) -> None:
    rows = ROW + ROW.replace("A-1", "a-1") + ROW.replace("A-1", " A-1 ").replace("1000", "2000")
    judged = own_list(tmp_path, HEAD + rows)
    assert [(line["external_id"], line["id"]) for line in judged.lines] == [
        ("a-1", str(uuid5(own_namespace("own"), "a-1")))
    ]
    assert judged.found == [("A2", "duplicate_id"), ("A4", "duplicate_id")]


@pytest.mark.parametrize("spoiled", ["4711.0", "4,5E+09", "4.5e9"])
def test_an_id_that_a_spreadsheet_spoiled_is_no_other_line(tmp_path: Path, spoiled: str) -> None:
    assert own_list(tmp_path, HEAD + ROW.replace("A-1", spoiled)).found == [("A2", "spoiled_id")]


def test_the_kind_may_stand_in_a_column_of_its_own(tmp_path: Path) -> None:
    rows = "".join(ROW.replace("A-1", f"A-{n};{word}") for n, word in enumerate(["PMP", "direkt", "?", ""]))
    judged = own_list(
        tmp_path, HEAD.replace("Nummer", "Nummer;Art") + rows,
        buyer='buyer = ["Kunde"]\nkind = ["Art"]',
        type='type = "text"\n[kind]\nby = "column"\n[kind.words]\nPMP = "deal"\nDirekt = "campaign"',
    )  # fmt: skip
    assert [(line["external_id"], line["kind"]) for line in judged.lines] == [
        ("A-0", "deal"),
        ("A-1", "campaign"),
    ]
    assert judged.found == [("B4", "unknown_kind"), ("B5", "missing_value")]


def test_money_in_another_currency_is_refused_at_its_cell(tmp_path: Path) -> None:
    rows = "".join(ROW.replace("A-1", f"A-{n};{word}") for n, word in enumerate(["EUR", "€", "usd", ""]))
    judged = own_list(
        tmp_path,
        HEAD.replace("Nummer", "Nummer;Währung") + rows,
        buyer='buyer = ["Kunde"]\ncurrency = ["Währung"]',
    )
    assert [line["external_id"] for line in judged.lines] == ["A-0", "A-1", "A-3"]
    assert judged.found == [("B4", "other_currency")]


def test_a_fixed_value_stands_for_every_row_and_a_total_is_still_a_total(tmp_path: Path) -> None:
    text = (
        "Nummer;Kampagne;Start;Ende;Ziel;TKP €\n" + ROW.replace(";ACME", "") + ";Summe;;;1000;\n;Notiz;;;;\n"
    )
    judged = own_list(tmp_path, text, buyer="", currency='currency = "EUR"\n[fixed]\nbuyer = "Not set"')
    assert [(line["buyer"], line["kind"]) for line in judged.lines] == [("Not set", "campaign")]
    assert [issue.code for issue in judged.issues if issue.row in (3, 4)] == ["total_row", "note_row"]


def test_of_two_descriptions_the_one_that_knows_more_columns_reads_the_list(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text(HEAD + ROW, encoding="utf-8")
    other = OWN.replace('name = "own"', 'name = "other"')
    both = parsed(file, tmp_path / "one", {"own": OWN, "other": other})
    assert (both.reason, both.kind) == ("two_descriptions", "campaign_list")
    assert "“own”" in both.message and "“other”" in both.message
    fewer = other.replace('buyer = ["Kunde"]\n', "").replace("[id]", '[fixed]\nbuyer = "Not set"\n[id]')
    assert parsed(file, tmp_path / "two", {"other": fewer, "own": OWN}).read_by == "own"


def test_a_described_list_without_a_needed_column_is_refused_by_name(tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_text((HEAD + ROW).replace(";Ende", ";Bis"), encoding="utf-8")
    read = parsed(file, tmp_path / "work", {"own": OWN})
    assert read.reason == "missing_column"
    assert "“own”" in read.message and "“Ende”" in read.message


@pytest.mark.parametrize(
    ("found", "instead", "place"),
    [
        ('name = "own"', 'name = "My list"', "name"),
        ('name = "own"', 'name = "campfill"', "name"),
        ('id = ["Nummer"]\n', "", "[columns] id"),
        ('end = ["Ende"]\n', "", "[columns]"),
        ('goal = ["Ziel"]', 'goal = ["Kunde"]', "[columns] buyer"),
        ('type = "text"', 'type = "number"', "[id] type"),
        ('dates = "german"', "", "[flight] dates"),
        ('dates = "german"', 'dates = "mdy"', "[flight] dates"),
        ('currency = "EUR"', "", "[money] currency"),
        ('currency = "EUR"', 'currency = "Euro"', "[money] currency"),
        ('currency = "EUR"', 'currency = "ABC"', "[money] currency"),
        ('currency = "EUR"', 'currency = "CHF"', "[columns] cpm"),
        ('cpm = ["TKP €"]', 'cpm = ["CPM (USD)"]', "[columns] cpm"),
        ("[money]", '[status]\ncancelled = ["storniert"]\n[money]', "[status] cancelled"),
        ("[money]", '[kind]\nby = "column"\n[money]', "[kind] by"),
        ("[columns]", "[column]", "column"),
        ("[columns]", "[columns", "its notation"),
        ("[money]", "[id2]\n[money]", "id2"),
    ],
)
def test_a_description_that_cannot_be_used_is_told_with_place_reason_and_mend(
    found: str, instead: str, place: str
) -> None:
    assert found in OWN
    with pytest.raises(DescriptionError) as fault:
        read_description(OWN.replace(found, instead), "own.toml")
    assert fault.value.place == place
    assert "own.toml" in fault.value.problem and fault.value.mend


def test_a_broken_description_of_the_house_leaves_the_others_at_hand(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_text(OWN, encoding="utf-8")
    (tmp_path / "bad.toml").write_text("name = ", encoding="utf-8")
    (tmp_path / "opendirect.toml").write_text(OWN.replace('"own"', '"opendirect"'), encoding="utf-8")
    found = shelf.load(tmp_path)
    assert sorted(found.texts) == ["google_ad_manager", "iab_deals", "opendirect", "own"]
    assert "Kampagne" in found.texts["opendirect"]
    assert [fault.file for fault in found.faults] == ["bad.toml"]


def test_every_built_in_description_names_its_source() -> None:
    for name, text in BUILT_IN.items():
        assert text.startswith("#"), name
        assert read_description(text, name).source, name
        assert UUID(str(read_description(text, name).namespace))


DEALS = """{"deals": [
 {"id": "D-1", "name": "Eins", "origin": "ssp.example", "seller": "house.example", "wseat": ["4", "5"],
  "terms": {"startdate": "2026-03-01T00:00:00+01:00", "enddate": "2026-03-31T21:59:59Z", "dealfloor": 2.50,
            "cur": "EUR", "guar": 1, "units": 1000, "totalcost": 2.5}},
 {"id": 12345678901234567890, "name": "Zwei", "origin": "ssp.example",
  "terms": {"startdate": "2026-03-01T00:00:00Z", "dealfloor": 2.5, "units": 1000}}
]}"""
LINES = """{"lines": [
 {"id": "345233", "bookingstatus": "Booked", "name": "My Line 1", "startdate": "2026-12-05T06:00:00.000Z",
  "enddate": "2026-12-10T18:00:00.000Z", "ratetype": "CPM", "rate": 10, "qty": 500000, "cost": 5000,
  "producttargeting": [{"name": "inventory"}]},
 {"id": "345234", "bookingstatus": "Canceled", "name": "My Line 2", "startdate": "2026-12-05",
  "enddate": "2026-12-10", "ratetype": "CPM", "rate": 10.25, "qty": 1000, "cost": null},
 {"id": "345235", "bookingstatus": "Booked", "name": "My Line 3", "startdate": "2026-12-05",
  "enddate": "2026-12-10", "ratetype": "FlatRate", "rate": 100, "qty": 1, "cost": 100}
]}"""


def test_a_document_of_deals_is_read_and_what_a_deal_lacks_is_told(tmp_path: Path) -> None:
    file = tmp_path / "deals.json"
    file.write_text(DEALS, encoding="utf-8")
    judged = Judged(file, tmp_path / "work")
    assert (judged.parsed.read_by, judged.parsed.format) == ("iab_deals", "json")
    (line,) = judged.lines
    assert (line["external_id"], line["kind"], line["buyer"]) == ("D-1", "deal", "4, 5")
    assert (line["runtime"], str(line["cpm_eur"])) == ("01.03.2026-31.03.2026", "2.5000")
    second = [(issue.column, issue.code) for issue in judged.issues if issue.row == 3]
    # Without a currency the standard means US dollars; the 20 digits of the id are all there.
    assert second == [
        ("terms.enddate", "missing_value"), ("terms.cur", "other_currency"),
    ]  # fmt: skip
    assert len(Judged(file, tmp_path / "usd", currency="USD").lines) == 0


def test_the_lines_of_an_order_are_read_from_opendirect(tmp_path: Path) -> None:
    file = tmp_path / "lines.json"
    file.write_text(LINES, encoding="utf-8")
    judged = Judged(file, tmp_path / "work")
    assert judged.parsed.read_by == "opendirect"
    assert [(line["external_id"], line["runtime"], line["cancelled"]) for line in judged.lines] == [
        ("345233", "05.12.2026-10.12.2026", False), ("345234", "05.12.2026-10.12.2026", True),
    ]  # fmt: skip
    assert [issue.code for issue in judged.issues if issue.severity == "error"] == ["other_price_type"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"lines": [{"id": "1"', "corrupt"),
        ("[" * 100_000 + "]" * 100_000, "no_header"),
        ('[{"a":' + "[" * 100_000, "corrupt"),
        ('{"lines": [1, 2]}', "no_header"),
        ('{"rows": [{"a": 1}]}', "no_header"),
        ("[]", "no_header"),
        (
            '{"lines": [{"id": "1", "name": "x", "startdate": "2026-01-01", "rate": 1, "ratetype": "CPM", "qty": 1}]}',
            "missing_column",
        ),
    ],
)
def test_a_document_that_is_no_list_is_refused_with_its_reason(
    tmp_path: Path, text: str, reason: str
) -> None:
    file = tmp_path / "document.json"
    file.write_text(text, encoding="utf-8")
    read = parsed(file, tmp_path / "work")
    assert (read.reason, bool(read.message), bool(read.hint)) == (reason, True, True)


def test_a_home_in_another_currency_reads_a_description_in_it(tmp_path: Path) -> None:
    description = OWN.replace("TKP €", "TKP CHF").replace('"EUR"', '"CHF"')
    rows = f"{ROW.replace('2,50', 'CHF 2,50')}{ROW.replace('A-1', 'A-2').replace('2,50', '2,50 €')}"
    file = tmp_path / "list.csv"
    file.write_text(HEAD.replace("€", "in CHF") + rows, encoding="utf-8")
    judged = Judged(file, tmp_path / "chf", {"own": description}, currency="CHF")
    assert ([str(line["cpm_eur"]) for line in judged.lines], judged.found) == (
        ["2.5000"],
        [("F3", "not_a_number")],
    )
    file.write_text(HEAD + ROW, encoding="utf-8")
    assert (
        Judged(file, tmp_path / "euros", {"own": description}, currency="CHF").parsed.reason
        == "missing_column"
    )


def test_money_in_a_currency_that_only_the_description_says_is_refused_too(tmp_path: Path) -> None:
    judged = own_list(tmp_path, HEAD + ROW, cpm='cpm = ["TKP"]', currency='currency = "USD"')
    assert (judged.found, judged.lines) == ([("F2", "other_currency")], [])


@pytest.mark.parametrize(
    ("end", "found"), [("06.09.2062", [("D2", "long_runtime")]), ("31.12.9999", [("D2", "out_of_range")])]
)
def test_a_year_that_is_mistyped_is_told_at_its_cell(
    tmp_path: Path, end: str, found: list[tuple[str, str]]
) -> None:
    judged = own_list(tmp_path, f"{HEAD}A-1;Eins;04.09.2025;{end};1000;2,50;ACME\n")
    assert judged.found == found
    assert len(judged.lines) == (found[0][1] == "long_runtime")


NO_CURRENCY = (
    "Line item ID,Line item,Start date,End date,Goal,{},Advertiser\n1,A,2026-03-01,2026-03-31,1000,{},ACME\n"
)


@pytest.mark.parametrize("currency", ["EUR", "CHF", "SEK"])
def test_an_ad_servers_list_that_names_no_currency_counts_in_that_of_the_home(
    tmp_path: Path, currency: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(NO_CURRENCY.format("Rate", "2.50"), encoding="utf-8")
    judged = Judged(file, tmp_path / "work", currency=currency)
    assert ([str(line["cpm_eur"]) for line in judged.lines], judged.found) == (["2.5000"], [])


@pytest.mark.parametrize(("header", "price"), [("TKP €", "2.50"), ("Rate", "2.50 €")])
def test_euros_in_a_list_of_a_home_in_francs_are_refused_where_they_are_named(
    tmp_path: Path, header: str, price: str
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(NO_CURRENCY.format(header, price), encoding="utf-8")
    if header != "Rate":
        count_in("CHF")
        assert parsed(file, tmp_path / "work").reason in ("missing_column", "no_header")
        return
    judged = Judged(file, tmp_path / "work", currency="CHF")
    assert (judged.lines, [code for _, code in judged.found]) == ([], ["not_a_number"])


def test_money_of_the_home_names_no_currency_in_its_headers() -> None:
    with pytest.raises(DescriptionError, match="names a currency"):
        read_description(OWN.replace('currency = "EUR"', 'currency = "home"'), "own.toml")
