"""The catalogue of messages: complete in every language, nothing in it that nobody says, every form as its message."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest
from babel import Locale
from babel.dates import format_date
from babel.messages.catalog import Catalog
from babel.numbers import format_currency, format_decimal
from hypothesis import given
from hypothesis import strategies as st

from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import Language, say, say_many, speaking, spoken, word
from campfill_pipeline_tests import messages

MEND = "run `make messages`, then enter the German in campfill_pipeline/language/messages/de.po (CONTRIBUTING.md)"


@pytest.fixture(scope="module", params=messages.LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_message_is_translated_and_said(language: str) -> None:
    found = messages.faults(messages.stored(language))
    assert not found, "\n".join([f"{MEND}:", *found])


def test_the_file_is_as_make_messages_writes_it(language: str) -> None:
    assert messages.text(messages.merged(language)) == messages.file(language).read_bytes(), MEND


@pytest.mark.parametrize(
    ("message", "string", "fault"),
    [
        ("Goal met", "", "not translated: 'Goal met'"),
        ("of {lines}", "von {zeilen}", "other placeholders or marks than its message: 'von {zeilen}'"),
        (
            "<b>{amount}</b> impressions",
            "{amount} Impressions",
            "other placeholders or marks than its message",
        ),
        ("Nobody says this.", "Das sagt niemand.", "no longer said: 'Nobody says this.'"),
        (("{count} day", "{count} days"), ("{count} Tag", ""), "not translated: '{count} day'"),
    ],
)
def test_each_kind_of_fault_is_named(message: object, string: object, fault: str) -> None:
    catalog = Catalog(locale="de")
    catalog.add(message, string)  # type: ignore[arg-type]
    assert any(told.startswith(fault) for told in messages.faults(catalog))


def test_a_message_is_said_in_the_language_spoken_and_in_english_else() -> None:
    assert say("of {lines}", lines=3) == "of 3"
    with speaking(Language.GERMAN):
        assert say("of {lines}", lines=3) == "von 3"
        assert say_many("{count} day", "{count} days", 1, count=1) == "1 Tag"
        assert say_many("{count} day", "{count} days", 0, count=0) == "0 Tage"
        assert word("a text that no catalogue has") == "a text that no catalogue has"
    assert spoken() is Language.ENGLISH


@given(st.decimals(-(10**12), 10**12, places=2), st.dates(date(1950, 1, 1), date(2100, 1, 1)))
def test_numbers_and_days_are_written_as_babel_writes_them(value: Decimal, day: date) -> None:
    for language in Language:
        with speaking(language):
            assert notation.number(value) == format_decimal(value, "#,##0.00", locale=language)
    with speaking(Language.GERMAN):
        assert notation.money(value) == format_currency(value, "EUR", locale="de")
        assert notation.day(day) == format_date(day, "dd.MM.yyyy", locale="de")
    assert notation.day(day) == format_date(day, "d MMM yyyy", locale="en")


@pytest.mark.parametrize("language", list(Language))
def test_signs_and_names_are_those_of_the_cldr(language: Language) -> None:
    told = Locale.parse(language)
    symbols, months, days = told.number_symbols["latn"], told.months["format"], told.days["format"]
    assert notation.SIGNS[language] == (
        symbols["decimal"],
        symbols["group"],
        *(
            tuple(names[form][at] for at in range(start, start + count))
            for form in ("abbreviated", "wide")
            for names, start, count in ((months, 1, 12), (days, 0, 7))
        ),
    )


def test_who_speaks_english_reads_no_catalogue() -> None:
    """Every command and run starts with this: Babel and the file of messages are for who needs them."""
    code = (
        "import sys; from campfill_pipeline.language import notation;"
        "from campfill_pipeline.language.speaking import say;"
        "say('of {lines}', lines=notation.number(1000));"
        "print(sorted(m for m in sys.modules if m.startswith('babel')))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
