"""What is wrong with a cell is told in German with what stands there, not by the words of its code alone."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from campfill_pipeline.domain import names, numbers, runtimes
from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.issues import Finding
from campfill_pipeline.intake.receipt.words import told_of
from campfill_pipeline.language import catalogue, of_cells
from campfill_pipeline.language.speaking import Language, speaking
from campfill_pipeline_tests import found_sentences, messages, raised_sentences

NUMBER, TEXT = int(CellKind.NUMBER), int(CellKind.TEXT)


def of_number(text: str, rule: numbers.NumberRule, kind: int = TEXT) -> Finding:
    found = numbers.read_number(text, kind, rule, None).finding
    assert found is not None
    return found


def of_runtime(text: str, kind: int = TEXT) -> Finding:
    found = runtimes.read_runtime(text, kind).finding
    assert found is not None
    return found


CASES: tuple[tuple[Callable[[], Finding], str, str], ...] = (
    (
        lambda: of_number("12.345", numbers.BUDGET),
        "„12.345“ kann 12.345 oder 12,345 heißen: Die anderen Zellen dieser Spalte zeigen nicht zweifelsfrei, ob Komma"
        " oder Punkt das Dezimalzeichen ist.",
        "Geben Sie es so ein, dass es nur eines heißen kann: 12345 ohne jedes Zeichen, oder 12,345 als Zahl (nicht als"
        " Text).",
    ),
    (
        lambda: of_number("3000000000", numbers.GOAL),
        "„3000000000“ ist außerhalb des Möglichen: Ziel (Impressions) muss zwischen 1 und 2.000.000.000 liegen.",
        "Geben Sie eine Zahl zwischen 1 und 2.000.000.000 ein.",
    ),
    (
        lambda: of_number("7.591250000", numbers.CPM, NUMBER),
        "Der Wert 7,59125 bei TKP hat mehr als 4 Nachkommastellen; gelesen wird er als 7,5912.",
        "Nichts zu tun, wenn 7,5912 stimmt. Sonst geben Sie bei TKP den Wert mit 4 Nachkommastellen ein.",
    ),
    (
        lambda: of_number("1.5 is not a number. Fill this cell.", numbers.GOAL),
        "„1.5 is not a number. Fill this cell.“ ist keine Zahl.",
        "Geben Sie bei Ziel (Impressions) eine einfache Zahl ein, zum Beispiel 1.500.000.",
    ),
    (
        lambda: of_runtime("31.09.2025-01.10.2025"),
        "Den 31.09.2025 gibt es im Kalender nicht.",
        "Schreiben Sie sie als TT.MM.JJJJ-TT.MM.JJJJ, zum Beispiel 04.09.2025-06.09.2025, oder ASAP-06.09.2025.",
    ),
    (
        lambda: of_runtime("01.10.1825-31.10.1825"),
        "Das Jahr 1825 ist außerhalb des Möglichen: Eine Laufzeit liegt zwischen 2000 und 2099.",
        "Berichtigen Sie das Jahr. Wo kein Ende vereinbart ist, schreiben Sie 31.12.2099 oder den Tag, mit dem Sie"
        " planen.",
    ),
    (
        lambda: names.read_buyer("not set", TEXT).finding or pytest.fail(),
        "Der Einkäufer „not set“ gilt als „Not set“: Die Buchung ist eine Kampagne.",
        "Schreiben Sie genau Not set, ohne Leerzeichen davor und dahinter. Ist es ein Deal, schreiben Sie den Namen des"
        " Einkäufers.",
    ),
)  # fmt: skip


@pytest.mark.parametrize(("find", "message", "hint"), CASES)
def test_a_cell_is_told_in_german_with_its_own_figures(
    find: Callable[[], Finding], message: str, hint: str
) -> None:
    found = find()
    assert told_of(found.code, found.message, found.hint, "campaign_list") == (found.message, found.hint)
    with speaking(Language.GERMAN):
        assert told_of(found.code, found.message, found.hint, "campaign_list") == (message, hint)


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ("row 9", "Zeile 9"),
        ("rows 9, 1200 and 1,234 more", "den Zeilen 9, 1200 und 1.234 weiteren"),
        (
            "row 9 of sheet “rows and more” and row 2 of sheet “B”",
            "Zeile 9 von Blatt „rows and more“ und Zeile 2 von Blatt „B“",
        ),
    ],
)
def test_the_other_rows_of_an_id_are_told_in_german(others: str, told: str) -> None:
    with speaking(Language.GERMAN):
        assert of_cells.told(f"This ID stands also in {others}, with different content (Buyer): none is loaded.") == (
            f"Diese ID steht auch in {told}, mit anderem Inhalt (Buyer): Keine davon ist geladen."
        )  # fmt: skip


def test_every_sentence_about_a_cell_is_told_in_german() -> None:
    """Of each sentence of the code, with something in each of its places; parts of sentences are told within them."""
    sentences = {one for _, one in found_sentences.everywhere(messages.CODE)}
    assert len(sentences) > 150
    whole = [one for one in sentences if re.match(r"^[A-Z“{].*[.]$", one)]
    assert len(whole) > 140
    for message in whole:
        stored = message.format(**dict.fromkeys(messages.places(message), "Halle"))
        with speaking(Language.GERMAN):
            told = of_cells.told(stored)
        german = catalogue.translated("de", message)
        assert told is not None and german != message, message
        if stored != message:
            assert told == german.format(**dict.fromkeys(messages.places(message), "Halle")), message


def test_a_sentence_of_an_earlier_version_is_told_by_the_words_of_its_code(tmp_path: Path) -> None:
    with speaking(Language.GERMAN):
        message, _ = told_of("not_a_uuid", "Some words of long ago.", "Copy it.", "campaign_list")
    assert message and "words" not in message


def test_each_way_to_say_something_of_a_cell_is_in_use() -> None:
    """Renamed, a function would be looked for in vain, and its sentences stay in English."""
    called = {
        raised_sentences.name_of(node.func)
        for path, tree in raised_sentences.trees(messages.CODE).items()
        if found_sentences.ROOMS & set(path.relative_to(messages.CODE).parts)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    assert called >= found_sentences.SAYING


@pytest.mark.parametrize(
    ("stored", "told"),
    [
        (
            "The column “Status” is not read: a line that it calls cancelled counts like any other.",
            "Die Spalte „Status“ wird nicht gelesen: eine Zeile, die sie storniert nennt, zählt wie jede andere.",
        ),
        (
            "The table has no column “Budget €”: what is stored of it stays as it is.",
            "Die Tabelle hat keine Spalte „Budget €“: was davon gespeichert ist, bleibt, wie es ist.",
        ),
    ],
)
def test_a_sentence_whose_end_stands_in_a_table_of_words_is_told_wholly(stored: str, told: str) -> None:
    with speaking(Language.GERMAN):
        assert of_cells.told(stored) == told
