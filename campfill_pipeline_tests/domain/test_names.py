"""Names, buyers and ids have one canonical form, and near misses are said."""

from __future__ import annotations

import unicodedata
import uuid

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.names import BuyerParts, buyer_parts, read_buyer, read_id, read_name

TEXT = CellKind.TEXT
ID = "0b5f1d7e-2a64-4c1f-9b5e-1f0c5d1a7e42"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  Summer   in\nthe\u00a0city ", "Summer in the city"),
        ("Cafe\u0301", "Café"),
        ("a\x00b", "a b"),
        ("=SUM(A1)", "=SUM(A1)"),
        ("00123", "00123"),
        ("x" * 500, "x" * 500),
        (" " + "x" * 500 + " ", "x" * 500),
    ],
)
def test_names_are_nfc_with_white_space_collapsed(text: str, name: str) -> None:
    assert read_name(text, TEXT).value == name


def test_a_name_of_more_than_500_characters_is_too_long() -> None:
    finding = read_name("x" * 501, TEXT).finding
    assert finding is not None
    assert finding.code == "too_long"


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("2025", CellKind.NUMBER, "2025"),
        ("2025.0", CellKind.NUMBER, "2025"),
        ("TRUE", CellKind.BOOLEAN, "TRUE"),
        ("2025-08-04", CellKind.DATE, "2025-08-04"),
    ],
)
def test_other_cells_can_be_names(text: str, kind: CellKind, name: str) -> None:
    assert read_name(text, kind).value == name


@pytest.mark.parametrize(
    "text",
    [
        "not set",
        " Not Set ",
        "NOT SET",
        "Not set ",
        "Not  set",
        "Not\u00a0set",
        "not_set",
        "Not-set",
        "NotSet",
        "(not set)",
    ],
)
def test_a_near_miss_of_not_set_counts_as_not_set_with_a_warning(text: str) -> None:
    read = read_buyer(text, TEXT)
    assert read.value == "Not set"
    assert read.finding is not None
    assert (read.finding.code, read.finding.severity) == ("buyer_spelling", "warning")


@pytest.mark.parametrize(
    "text",
    [
        "Not set",
        "DENTSU_AEGIS < Easymedia_rtb (Seat 608194)",
        "Not settled",
        "Not set (Seat 5)",
        "Set",
        "notsetter",
    ],
)
def test_other_buyers_stand_as_they_are(text: str) -> None:
    read = read_buyer(text, TEXT)
    assert (read.value, read.finding) == (text, None)


@pytest.mark.parametrize(
    ("buyer", "parts"),
    [
        ("DENTSU_AEGIS < Easymedia_rtb (Seat 608194)", BuyerParts("DENTSU_AEGIS", "Easymedia_rtb", "608194")),
        ("Group M<DV360(seat 12-ab)", BuyerParts("Group M", "DV360", "12-ab")),
        ("A (B) < C (D) (Seat 7)", BuyerParts("A (B)", "C (D)", "7")),
        ("A < B", BuyerParts()),
        ("A < B (Seat )", BuyerParts()),
        ("A < B < C (Seat 5)", BuyerParts()),
        ("< B (Seat 5)", BuyerParts()),
        ("Not set", BuyerParts()),
    ],
)
def test_agency_platform_and_seat_come_from_the_buyers_pattern(buyer: str, parts: BuyerParts) -> None:
    assert buyer_parts(buyer) == parts


@pytest.mark.parametrize(
    "text",
    [
        ID,
        ID.upper(),
        f"{{{ID}}}",
        f"{{{ID.upper()}}}",
        f" {ID}\u00a0",
        f"\ufeff{ID}",
        ID.replace("-", ""),
        ID.replace("-", "\u2011"),
    ],
)
def test_spellings_of_an_id(text: str) -> None:
    assert read_id(text, TEXT).value == ID


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("abc", TEXT),
        (ID[:-1], TEXT),
        (ID + "0", TEXT),
        (ID.replace("b", "g"), TEXT),
        ("{" + ID, TEXT),
        (ID + "}", TEXT),
        (f"({ID})", TEXT),
        (f"{ID} {ID}", TEXT),
        (ID.replace("-", " "), TEXT),
        (ID.replace("-", "", 1), TEXT),
        ("12345", CellKind.NUMBER),
        ("1E+31", CellKind.NUMBER),
        ("12345678123456781234567812345678", CellKind.NUMBER),
        ("TRUE", CellKind.BOOLEAN),
    ],
)
def test_what_is_not_an_id(text: str, kind: CellKind) -> None:
    read = read_id(text, kind)
    assert read.value is None
    assert read.finding is not None
    assert read.finding.code == "not_a_uuid"


@pytest.mark.parametrize("read", [read_name, read_buyer, read_id])
@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("#REF!", CellKind.ERROR, "error_cell"),
        ("#N/A", TEXT, "error_cell"),
        (None, CellKind.FORMULA_WITHOUT_VALUE, "formula_without_value"),
    ],
)
def test_errors_are_errors_in_every_column(read: object, text: str | None, kind: CellKind, code: str) -> None:
    assert callable(read)
    assert read(text, kind).finding.code == code


@pytest.mark.parametrize("read", [read_name, read_buyer, read_id])
@pytest.mark.parametrize("text", [None, "", " \u00a0\n", "\u200b", "-", "–", "n/a", "NULL"])
def test_blanks_are_blanks_in_every_column(read: object, text: str | None) -> None:
    assert callable(read)
    assert (read(text, TEXT).value, read(text, TEXT).finding) == (None, None)


@given(st.uuids(), st.booleans(), st.booleans())
def test_every_uuid_is_read_back(id: uuid.UUID, upper: bool, braces: bool) -> None:
    text = str(id).upper() if upper else str(id)
    assert read_id(f"{{{text}}}" if braces else text, TEXT).value == str(id)


@example("-\x1b")
@example("#N/A\x1b")
@example("#U\u0308BERLAUF!")
@given(st.text(max_size=60) | st.text("-–n/aNULLRef#!\x1b\u200b\u0308 :502Er", max_size=12))
def test_a_canonical_name_is_its_own_canonical_form(text: str) -> None:
    name = read_name(text, TEXT).value
    if name is not None:
        assert read_name(name, TEXT).value == name
        assert unicodedata.is_normalized("NFC", name)
        assert name == " ".join(name.split())
