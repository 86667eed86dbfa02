"""An unknown list gets a proposal of how it may be read, which a person corrects: nothing of it is applied unasked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.proposals import DOUBTFUL, IGNORED, LIKELY, SURE, Sampled, propose
from campfill_pipeline.intake.findings import UnreadableError
from campfill_pipeline.intake.lists.corrected import (
    COLUMN,
    PHRASES,
    SETTING,
    TITLE,
    is_corrected,
    read_corrected,
)
from campfill_pipeline.intake.lists.notation import read_description
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import Language, speaking, word
from campfill_pipeline_tests.intake.described import parsed

GERMAN = """Kampagnenliste Mai;;;;;;;
Auftragsnummer;Kampagne;Laufzeit von;Laufzeit bis;Kontaktziel;TKP (€);Kunde;Status
K-1001;Frühling;03/04/2026;30/04/2026;100.000;2,50;ACME;läuft
K-1002;Sommer;01/06/2026;30/06/2026;200.000;2,75;Globex;storniert
"""


def _columns(**texts: str) -> list[Sampled]:
    return [
        Sampled(header.replace("_", " "), tuple((text, int(CellKind.TEXT)) for text in cells.split("|")))
        for header, cells in texts.items()
    ]


def test_a_proposal_says_which_column_is_what_with_values_and_how_sure(tmp_path: Path) -> None:
    file = tmp_path / "Liste Mai.csv"
    file.write_text(GERMAN, encoding="utf-8")
    read = parsed(file, tmp_path / "work")
    assert (read.reason, read.tables) == ("no_header", ())
    assert read.proposal is not None
    assert read.proposal.place == "row 2"
    with speaking(Language.GERMAN):
        assert retold(read.proposal.place) == "Zeile 2"
    assert [(column.means, column.sure) for column in read.proposal.columns] == [
        ("id", SURE), ("name", SURE), ("start", LIKELY), ("end", LIKELY), ("goal", SURE), ("cpm", SURE),
        ("buyer", SURE), ("status", SURE),
    ]  # fmt: skip
    assert read.proposal.columns[0].samples == ("K-1001", "K-1002")
    assert {key: value for key, value in read.proposal.settings if value} == {
        "name": "liste_mai", "dates": "british", "ids": "text", "currency": "EUR", "kind": "campaign",
        "words for cancelled": "storniert",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("start", "dates"),
    [
        ("03/04/2026|05/06/2026", ""),
        ("03/04/2026|05/16/2026", "us"),
        ("03/04/2026|16/05/2026", "british"),
        ("03/14/2026|16/05/2026", ""),
        ("3.4.26", "german"),
        ("2026-04-03", "iso"),
        ("next week", ""),
    ],
)
def test_the_order_of_dates_is_proposed_only_where_the_values_leave_no_doubt(start: str, dates: str) -> None:
    found = propose("row 1", "x", _columns(ID="1|2", Name="a|b", Start=start, End=start, Goal="1|2"))
    assert dict(found.settings)["dates"] == dates


def test_a_header_whose_values_are_something_else_is_doubtful() -> None:
    found = propose("row 1", "x", _columns(ID="1|1", Name="a|b", Impressions="many|few", Rate="2.5|3"))
    assert [(column.means, column.sure) for column in found.columns] == [
        ("id", DOUBTFUL), ("name", SURE), ("goal", DOUBTFUL), ("cpm", SURE),
    ]  # fmt: skip


def test_of_two_columns_for_one_field_the_surer_is_proposed_and_the_other_left_out() -> None:
    found = propose("row 1", "x", _columns(Kampagne="a|b", Name_intern="c|d", Notiz="x|y"))
    assert [column.means for column in found.columns] == ["name", IGNORED, IGNORED]


def test_text_without_known_words_gets_no_proposal(tmp_path: Path) -> None:
    file = tmp_path / "letter.csv"
    file.write_text("Dear colleague,\nplease find the list below\n1;2;3\n", encoding="utf-8")
    assert parsed(file, tmp_path / "work").proposal is None


SHEET = [
    ("How this list is to be read",), ("Setting", "Value"), ("name", "may"), ("dates", "german"), ("ids", "text"),
    ("currency", "EUR"), ("kind", "column"), ("words for deal", "PMP; PG"), ("words for cancelled", "storniert"),
    ("buyer of all lines", "Not set"), ("list", "here"), ("Column in the list", "Means"), ("Nr. \"A\"", "id"),
    ("Titel", "name"), ("Von", "start"), ("Bis", "end"), ("Ziel", "goal"), ("TKP", "cpm"), ("Art", "kind"),
    ("Status", "status"), ("Notiz", ""), ("Farbe", "ignore"),
]  # fmt: skip


def _corrected(**changes: str) -> list[tuple[int, dict[int, str]]]:
    rows = [(row[0], changes.get(row[0], row[1]) if len(row) > 1 else "") for row in SHEET]
    return [(number, {0: first, 1: second}) for number, (first, second) in enumerate(rows, start=1)]


def test_a_corrected_sheet_makes_a_description() -> None:
    made = read_corrected(_corrected())
    assert (made.name, made.upload) == ("may", "here")
    description = read_description(made.text, "may.toml")
    assert description.columns["id"] == ('Nr. "A"',)
    assert description.kinds == {"pmp": "deal", "pg": "deal"}
    assert (description.cancelled, description.fixed) == (("storniert",), {"buyer": "Not set"})
    assert description.ignore == ("Notiz", "Farbe")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"dates": ""}, "dates (cell B4): it is blank"),
        ({"dates": "soon"}, "dates (cell B4)"),
        ({"name": "Mai 2026"}, "name (cell B3)"),
        ({"currency": "Taler"}, "currency (cell B6)"),
        ({"words for cancelled": ""}, "words for cancelled (cell B9)"),
        ({"TKP": "ignore"}, "“cpm”"),
        ({"Farbe": "colour"}, "cell B22"),
        ({"Farbe": "id"}, "cell B22"),
    ],
)
def test_a_sheet_that_is_not_ready_is_told_by_its_cell(change: dict[str, str], said: str) -> None:
    with pytest.raises(UnreadableError) as fault:
        read_corrected(_corrected(**change))
    assert fault.value.reason == "bad_description"
    assert said in fault.value.problem
    with speaking(Language.GERMAN):
        told = retold(fault.value.problem)
    assert told.startswith("Das Blatt „List description“ ist noch nicht fertig: ")
    assert re.search(r"\bcell\b|\bcolumn\b", told) is None


def test_a_german_sheet_is_read_back_in_a_house_of_any_language() -> None:
    with speaking(Language.GERMAN):
        named = {text: word(text) for text in (TITLE, SETTING, COLUMN, *PHRASES)}
    german = [(number, {0: named.get(texts[0], texts[0]), 1: texts[1]}) for number, texts in _corrected()]
    assert {texts[0] for _, texts in german} >= {"Einstellung", "Spalte in der Liste", "Wörter für storniert"}
    assert is_corrected(german)
    assert read_corrected(german) == read_corrected(_corrected())
