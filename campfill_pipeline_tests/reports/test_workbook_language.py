"""The workbook speaks CAMPFILL_LANGUAGE: sheets, headings, codes and sentences; in English codes stand as they are."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from campfill_pipeline import warehouse
from campfill_pipeline.domain.attention import Situation, sentence
from campfill_pipeline.language import catalogue, currencies
from campfill_pipeline.language.speaking import Language, Sentence, speaking
from campfill_pipeline.reports import wording, workbook
from campfill_pipeline.warehouse.readers.page.rows import AttentionRow
from campfill_pipeline_tests.reports.invented import NOW, invent

pytestmark = pytest.mark.filterwarnings("ignore:.*extension is not supported")


def cells(folder: Path, language: Language) -> dict[str, list[tuple[object, ...]]]:
    data = invent(300)
    now = Situation(
        lifecycle="live", purchase_type="guaranteed", end_date=date(2026, 12, 1), reported=True, elapsed_days=9,
        days_left=3, fulfillment_pct=Decimal("12.5"), pacing_index=Decimal("0.5"), required_daily=Decimal(2000),
        best_week_daily=Decimal(1500), reachable=False, missing=Decimal("1234567"),
        value_at_risk_eur=Decimal("1504.71"), cause=None,
    )  # fmt: skip
    rows = tuple(
        AttentionRow(item.line_id, Sentence(sentence, (now,)), Decimal(1)) for item in data.attention
    )
    with speaking(language):
        workbook.render(replace(data, attention=rows), folder / f"{language}.xlsx", NOW)
    book = load_workbook(folder / f"{language}.xlsx", read_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


def test_a_german_workbook_is_german_throughout(tmp_path: Path) -> None:
    told = cells(tmp_path, Language.GERMAN)
    assert list(told) == [
        "Übersicht",
        "Buchungen",
        "Aufmerksamkeit",
        "Care",
        "Ursachen",
        "Störungen",
        "Abgleich",
        "Zweitzählung",
        "Nicht bewertet",
    ]
    lines = told["Buchungen"]
    assert lines[0][:5] == ("Buchung", "Art", "Einkaufsart", "Einkäufer", "Platzierung")
    said = {str(cell) for row in lines[1:] for cell in row}
    assert {"Kampagne", "Deal", "garantiert", "Ziel erreicht", "beendet", "Im Rückstand"} <= said
    english = {
        " ".join(message.split())
        for message in (
            str(one.id) for one in catalogue.read("de") if isinstance(one.id, str) and one.id != one.string
        )
        if "{" not in message and len(message) > 3
    }
    german = {one.string for one in catalogue.read("de") if isinstance(one.string, str)}
    codes = re.compile(
        r"^(campaign|deal|(un)?guaranteed|unknown|live|scheduled|ended_\w+|goal_met|no_data|\w+_shortfall)$"
    )
    assert told["Care"][0][:3] == ("Buchung", "Warum", "Fehlmenge bisher")
    for sheet, rows in told.items():
        if (
            sheet == "Care"
        ):  # read by its headings when it is dropped back: they are the same in every language
            continue
        texts = {cell for row in rows for cell in row if isinstance(cell, str)}
        mixed = {text for text in texts if (text in english and text not in german) or codes.match(text)}
        assert not mixed, (sheet, mixed)


def test_sentences_of_a_german_workbook_have_german_figures(tmp_path: Path) -> None:
    why = {row[3] for row in cells(tmp_path, Language.GERMAN)["Aufmerksamkeit"][1:]}
    assert why == {
        "Läuft mit 50,0 % des Solls, noch 3 Tage: nötig sind 2.000 pro Tag, die beste Woche brachte 1.500 pro Tag "
        "(nicht erreichbar); gefährdet sind 1.234.567 Impressions (1.504,71\u00a0€)."
    }


def test_in_english_the_columns_of_codes_stand_as_others_rely_on_them(tmp_path: Path) -> None:
    lines = cells(tmp_path, Language.ENGLISH)["Lines"]
    said = {str(cell) for row in lines[1:] for cell in row}
    assert {"campaign", "deal", "guaranteed", "goal_met", "behind"} <= said


@pytest.mark.parametrize("language", list(Language))
def test_facts_of_a_disagreement_are_words_whatever_they_hold(language: Language) -> None:
    detail = {
        "deal_ids": ["d-1", "d-2"], "looks_like": ["l-1"], "covered": False, "days": 3, "counted": ["ppv"],
        "impressions": {"ppv": "1234", "kevel": "1200"},
    }  # fmt: skip
    with speaking(language):
        told = wording.detail_text(detail)
    assert not re.search(r"[\[\]{}']|True|False|None", told), told
    assert "d-1, d-2" in told and "l-1" in told


def test_every_fact_of_a_disagreement_has_a_name() -> None:
    statements = (Path(warehouse.__file__).parent / "figures" / "reconciliation.sql").read_text(
        encoding="utf-8"
    )
    built = "".join(
        re.findall(r"jsonb_build_object\((.*?)\)\s*(?:FROM|AS|END|,\s*NULL)", statements, re.DOTALL)
    )
    named = set(re.findall(r"'([a-z_]+)',", built))
    assert named and not named - set(wording.DETAILS) - {"campaign", "deal"}, named - set(wording.DETAILS)


@pytest.mark.parametrize("language", list(Language))
def test_no_heading_is_cut_below_its_cell(tmp_path: Path, language: Language) -> None:
    with speaking(language):
        workbook.render(invent(40), tmp_path / "book.xlsx", NOW)
    book = load_workbook(tmp_path / "book.xlsx")
    wrapped = 0
    for sheet in book.worksheets:
        columns = sheet.column_dimensions.values()
        widths = {at: one.width for one in columns for at in range(one.min or 1, (one.max or 0) + 1)}
        for cells in sheet.iter_rows():
            for head in cells:
                if head.value and head.font.b and head.fill.fgColor.rgb == "FF151A21":
                    lines = -(-len(str(head.value)) // widths.get(head.column, 8))
                    wrapped += lines > 1
                    assert (sheet.row_dimensions[head.row].height or 15) >= 15 * lines, head.value
    assert wrapped


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "Budget CHF: 12.5; Goal × CPM CHF: 25"), ("de", "Budget CHF: 12,5; Ziel × TKP CHF: 25")],
)
def test_what_disagrees_is_told_in_the_currency_of_the_home(language: str, told: str) -> None:
    currencies.count_in("CHF")
    with speaking(Language(language)):
        assert wording.detail_text({"budget_eur": "12.5", "goal_times_cpm_eur": "25"}) == told
