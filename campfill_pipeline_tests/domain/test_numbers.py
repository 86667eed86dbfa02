"""Numbers are read exactly or refused: every row of the rules, and an oracle that tries all readings of a text."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.numbers import (
    BUDGET,
    CPM,
    GOAL,
    Notation,
    NumberRule,
    notation_without_doubt,
    read_number,
)
from campfill_pipeline_tests.domain.notation_oracle import column_notation

TEXT, NUMBER = CellKind.TEXT, CellKind.NUMBER
GERMAN, ENGLISH = Notation.GERMAN, Notation.ENGLISH


def value(
    text: str, rule: NumberRule = BUDGET, kind: CellKind = TEXT, notation: Notation | None = None
) -> Decimal | None:
    read = read_number(text, kind, rule, notation)
    assert read.finding is None, read.finding
    return read.value


def code(
    text: str | None, rule: NumberRule = BUDGET, kind: CellKind = TEXT, notation: Notation | None = None
) -> str | None:
    read = read_number(text, kind, rule, notation)
    return read.finding.code if read.finding else None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2396690,38", "2396690.38"),
        ("1.234.567,89", "1234567.89"),
        ("1,234,567.89", "1234567.89"),
        ("1.500.000", "1500000"),
        ("1 500 000", "1500000"),
        ("1\u2009500\u2009000", "1500000"),
        ("1\u202f500\u00a0000", "1500000"),
        ("1'500'000", "1500000"),
        ("1’500’000.50", "1500000.50"),
        ("2E+09", "2000000000"),
        ("1,5E6", "1500000"),
        ("1.5e6", "1500000"),
        ("€ 1.234,50", "1234.50"),
        ("1.234,50 EUR", "1234.50"),
        ("1.234,50\u00a0€", "1234.50"),
        ("EUR 5", "5"),
        ("5 Euro", "5"),
        ("7.59", "7.59"),
        ("7,5", "7.5"),
        ("0,5", "0.5"),
        (",5", "0.5"),
        ("+5", "5"),
        ("007", "7"),
        ("\u200b5464,8\ufeff", "5464.8"),
        ("  12  ", "12"),
        ("-0", "0"),
        ("5.000,-", "5000"),
        ("12.345,- €", "12345"),
        ("€ 5.000,--", "5000"),
        ("500,–", "500"),
        ("5'000.-", "5000"),
        ("5,000.-", "5000"),
        ("1 500,-", "1500"),
        (" 1.234,50 € ", "1234.50"),
        (" -00 € ", "0"),
    ],
)
def test_text_in_either_notation_is_read_exactly(text: str, wanted: str) -> None:
    assert value(text) == Decimal(wanted)


@pytest.mark.parametrize(
    ("text", "rule", "wanted"),
    [
        ("5464.8", BUDGET, "5464.8"),
        ("7.590000000000001", CPM, "7.59"),
        ("7.5899999999999999", CPM, "7.59"),
        ("5464.8000000000002", BUDGET, "5464.8"),
        ("0.30000000000000004", CPM, "0.3"),
        ("2E+09", GOAL, "2000000000"),
        ("12.345", CPM, "12.345"),
        ("1000.0", GOAL, "1000"),
    ],
)
def test_a_number_cell_is_its_first_fifteen_digits(text: str, rule: NumberRule, wanted: str) -> None:
    assert value(text, rule, NUMBER) == Decimal(wanted)


@pytest.mark.parametrize("text", ["5.000.-", "5,000,-", "-,-", "5-", "5.000,-5", "5.00,-", "12-,"])
def test_a_dash_for_the_cents_stands_behind_a_decimal_mark(text: str) -> None:
    assert code(text) == "not_a_number"


def test_a_dash_for_the_cents_shows_the_notation() -> None:
    assert notation_without_doubt("5.000,-") is GERMAN
    assert notation_without_doubt("5,000.-") is ENGLISH
    assert value("12.345", BUDGET, notation=column_notation(["5.000,-"])) == 12345


@pytest.mark.parametrize("text", [" -   € ", "- €", "€ –", "---", "NA", "na", "N/A", "NULL", "- EUR"])
def test_an_accountants_zero_and_its_like_are_blank(text: str) -> None:
    assert value(text) is None


@pytest.mark.parametrize("text", ["12.345", "12,345"])
def test_a_goals_group_of_three_is_a_thousands_mark(text: str) -> None:
    assert value(text, GOAL) == 12345


def test_a_number_cell_is_never_a_group_of_three() -> None:
    assert code("12.345", GOAL, NUMBER) == "not_whole"


@pytest.mark.parametrize("rule", [BUDGET, CPM])
@pytest.mark.parametrize(
    "text", ["12.345", "12,345", "1,183", "€ 12.345", "12,345 EUR", "123.456", "012.345"]
)
def test_money_with_a_group_of_three_needs_its_column(text: str, rule: NumberRule) -> None:
    read = read_number(text, TEXT, rule, None)
    assert read.value is None
    assert read.finding is not None
    assert read.finding.code == "ambiguous_number"


def test_an_ambiguous_number_names_both_readings() -> None:
    finding = read_number("12,345", TEXT, CPM, None).finding
    assert finding is not None
    assert "12345" in finding.message
    assert "12.345" in finding.message


@pytest.mark.parametrize(
    ("text", "notation", "wanted"),
    [
        ("1,183", GERMAN, "1.183"),
        ("1,183", ENGLISH, "1183"),
        ("12.345", GERMAN, "12345"),
        ("12.345", ENGLISH, "12.345"),
        ("7.59", GERMAN, "7.59"),
        ("7,59", ENGLISH, "7.59"),
    ],
)
def test_the_column_decides_only_what_is_in_doubt(text: str, notation: Notation, wanted: str) -> None:
    assert value(text, CPM, notation=notation) == Decimal(wanted)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1.234,5", GERMAN),
        ("1,234.5", ENGLISH),
        ("1.500.000", GERMAN),
        ("1,500,000", ENGLISH),
        ("7,5", GERMAN),
        ("7.59", ENGLISH),
        ("7,5000", GERMAN),
        ("1234,567", GERMAN),
        ("1234.567", ENGLISH),
        ("0,183", GERMAN),
        ("0.183", ENGLISH),
        ("-0,183", GERMAN),
        ("1 234,567", GERMAN),
        ("1,5E6", GERMAN),
        ("€ 1.234,50", GERMAN),
        ("12.345", None),
        ("12,345", None),
        ("00,183", None),
        (".125", ENGLISH),  # a group of thousands has something before it
        (",125", GERMAN),
        ("1500", None),
        ("1 500 000", None),
        ("1.234E6", None),
        ("1.23.456", None),
        ("abc", None),
        ("1.234.567,8.9", None),
    ],
)
def test_what_shows_a_notation_without_doubt(text: str, shown: Notation | None) -> None:
    assert notation_without_doubt(text) is shown


@pytest.mark.parametrize(
    ("texts", "shown"),
    [
        (["12.345", "7,5"], GERMAN),
        (["12.345", "7.5"], ENGLISH),
        (["12.345", "7.5", "7,5"], None),
        (["12.345", "1500"], None),
        ([], None),
    ],
)
def test_a_column_shows_one_notation_or_none(texts: list[str], shown: Notation | None) -> None:
    assert column_notation(texts) is shown


@pytest.mark.parametrize(
    "text", ["", " ", "\u00a0", "\u200b", "-", "–", " - ", "—", "\u2212", "n/a", "N/A", "NULL", "null", None]
)
@pytest.mark.parametrize("rule", [GOAL, BUDGET, CPM])
def test_blanks(text: str | None, rule: NumberRule) -> None:
    read = read_number(text, TEXT, rule, None)
    assert (read.value, read.finding) == (None, None)


@pytest.mark.parametrize(
    "text", ["#REF!", "#N/A", "#DIV/0!", "#ref!", " #VALUE! ", "#NAME?", "#NUM!", "#NULL!", "#WERT!", "#NV"]
)
@pytest.mark.parametrize("kind", [TEXT, CellKind.ERROR])
def test_errors_are_never_blanks(text: str, kind: CellKind) -> None:
    assert code(text, kind=kind) == "error_cell"


def test_a_formula_without_a_value_is_an_error() -> None:
    assert code(None, kind=CellKind.FORMULA_WITHOUT_VALUE) == "formula_without_value"


@pytest.mark.parametrize(
    "text",
    [
        "1,5 Mio",
        "12%",
        "abc",
        "1.23.456",
        "1.2345.678",
        "1,234.567,8",
        "1.234,567.8",
        "12.34,5",
        "1 50 000",
        "1  500 000",
        "1500 000",
        "100\n200",
        "100\t200",
        "1'500 000",
        "5.",
        ".",
        ",",
        "1..5",
        "--5",
        "+-5",
        "€",
        "€ 5 EUR",
        "$ 5",
        "1E",
        "E5",
        "1E5E5",
        "1.5.E6",
        "0x10",
        "1_000",
        "NaN",
        "Infinity",
        "١٢٣",
        "５",
        "12:30",
        "0.500.000",
        "#",
        "1" * 500,
    ],
)
@pytest.mark.parametrize("rule", [GOAL, BUDGET, CPM])
def test_what_is_not_a_number(text: str, rule: NumberRule) -> None:
    assert code(text, rule) == "not_a_number"


@pytest.mark.parametrize(
    ("text", "kind"),
    [("TRUE", CellKind.BOOLEAN), ("2025-08-04", CellKind.DATE), ("NaN", NUMBER), ("1,5", NUMBER)],
)
def test_other_kinds_of_cells_are_not_numbers(text: str, kind: CellKind) -> None:
    assert code(text, kind=kind) == "not_a_number"


@pytest.mark.parametrize(
    ("text", "rule", "kept"),
    [
        ("12.345", BUDGET, "12.34"),
        ("12.355", BUDGET, "12.36"),
        ("1.00005", CPM, "1.0000"),
        ("1.00015", CPM, "1.0002"),
        ("1E-40", CPM, "0"),
    ],
)
def test_more_decimals_are_rounded_half_even_with_a_warning_that_shows_both(
    text: str, rule: NumberRule, kept: str
) -> None:
    read = read_number(text, NUMBER, rule, None)
    assert read.value == Decimal(kept)
    assert read.finding is not None
    assert read.finding.code == "rounded"
    assert read.finding.severity == "warning"
    if not text.startswith("1E"):
        assert text in read.finding.message
    assert kept in read.finding.message


def test_decimals_that_are_zero_are_not_rounded() -> None:
    assert code("2396690,380") is None


@pytest.mark.parametrize("text", ["1000.5", "1000,5", "0,500", "0.5", "1234.567", "1,5E0"])
def test_a_goal_is_whole(text: str) -> None:
    assert code(text, GOAL) == "not_whole"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("0", GOAL),
        ("-1", GOAL),
        ("2000000001", GOAL),
        ("2.000.000.001", GOAL),
        ("1E99999", GOAL),
        ("-5", BUDGET),
        ("\u22125,00", BUDGET),
        ("–5", BUDGET),
        ("€ -5", BUDGET),
        ("-0,001", BUDGET),
        ("10000000000000", BUDGET),
        ("-0,01", CPM),
        ("1000000", CPM),
    ],
)
def test_out_of_range_names_the_range(text: str, rule: NumberRule) -> None:
    finding = read_number(text, TEXT, rule, None).finding
    assert finding is not None
    assert finding.code == "out_of_range"
    assert f"{rule.least:,} to {rule.most:,}" in finding.message


@pytest.mark.parametrize(
    ("text", "rule"),
    [("1", GOAL), ("2000000000", GOAL), ("0", BUDGET), ("9999999999999,99", BUDGET), ("999999.9999", CPM)],
)
def test_both_ends_of_a_range_belong_to_it(text: str, rule: NumberRule) -> None:
    assert code(text, rule) is None


def readings(text: str) -> set[Decimal]:
    """The oracle: all values that a person could read, by trying every pair of thousands and decimal mark."""
    found = set()
    for thousands in ("", ".", ",", " ", "'"):
        for mark in ("", ".", ","):
            if thousands == mark and mark:
                continue
            whole, cut, part = text.partition(mark) if mark else (text, "", "")
            if mark and (not cut or not re.fullmatch("[0-9]+", part)):
                continue
            groups = whole.split(thousands) if thousands else [whole]
            if thousands and len(groups) < 2:
                continue
            if not all(re.fullmatch("[0-9]+", group) for group in groups):
                if not (mark and whole == "" and not thousands):
                    continue
                groups = ["0"]
            if thousands and (not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])):
                continue
            if thousands and groups[0].startswith("0"):
                continue
            found.add(Decimal("".join(groups) + "." + (part or "0")))
    return found


plain_texts = st.text(alphabet="0123456789.,' ", min_size=1, max_size=14).filter(
    lambda text: text == text.strip() and not re.match("0[0-9]", text)
)
shaped_texts = st.from_regex(r"\A[1-9][0-9]{0,3}([.,' ][0-9]{3}){0,3}([.,][0-9]{1,4})?\Z")


@given(plain_texts | shaped_texts)
def test_a_text_has_as_many_readings_as_the_oracle_finds(text: str) -> None:
    wide = NumberRule("cpm_eur", "number", 12, Decimal(0), Decimal(10) ** 30, "1")
    possible = readings(text)
    read = read_number(text, TEXT, wide, None)
    if not possible:
        assert read.finding is not None
        assert read.finding.code == "not_a_number"
    elif len(possible) == 1:
        assert read.finding is None
        assert {read.value} == possible
    else:
        assert read.finding is not None
        assert read.finding.code == "ambiguous_number"
        both = {read_number(text, TEXT, wide, notation).value for notation in Notation}
        assert both == possible


@given(
    st.decimals(min_value=0, max_value=9_999_999, places=2),
    st.sampled_from([(".", ","), (",", "."), (" ", ","), ("\u202f", ","), ("'", "."), ("", ","), ("", ".")]),
    st.sampled_from(["{}", "€ {}", "{} €", "{} EUR", " {} ", "+{}", "\u00a0{}"]),
)
def test_money_written_in_any_notation_is_read_back(
    amount: Decimal, marks: tuple[str, str], dress: str
) -> None:
    thousands, mark = marks
    text = f"{amount:,.2f}".replace(",", "_").replace(".", mark).replace("_", thousands)
    assert value(dress.format(text)) == amount


@given(st.integers(1, 2_000_000_000), st.sampled_from(["", ".", ",", " ", "'", "\u2009"]))
def test_goals_written_with_any_thousands_mark_are_read_back(goal: int, thousands: str) -> None:
    assert value(f"{goal:,}".replace(",", thousands), GOAL) == goal


@given(st.decimals(min_value="0.01", max_value="999999.99", places=2), st.integers(15, 17))
def test_binary_noise_never_changes_a_number_cell(amount: Decimal, digits: int) -> None:
    assert value(f"{float(amount):.{digits}g}", BUDGET, NUMBER) == amount


@given(st.text(max_size=30), st.sampled_from(list(CellKind)), st.sampled_from([GOAL, BUDGET, CPM]))
def test_no_text_at_all_breaks_the_reading(text: str, kind: CellKind, rule: NumberRule) -> None:
    read = read_number(text, kind, rule, None)
    assert read.value is None or rule.least <= read.value <= rule.most
