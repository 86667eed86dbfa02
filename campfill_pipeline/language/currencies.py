"""Currencies: how they are written, and the one that this home counts in.

Belongs here: codes, signs and the words for them, which of them a text names. Does not belong here: amounts
(`numbers.py`), how an amount is shown to people (`language/notation.py`).

A process serves one home and a home counts in one currency, so it is said once in a process, where the settings are
read (`count_in`), and known wherever money is read or shown, in threads too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

EURO = "EUR"
_IN_USE = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF"
    " CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG"
    " HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA"
    " MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD"
    " RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX"
    " USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG"
)
CODES = frozenset(_IN_USE.split())
"""The currencies of ISO 4217 that are in use."""

# What is left of € and £ where they were read in another encoding stands among their words.
_WORDS = {
    "EUR": ("€", "¬", "â‚¬", "euros", "euro"),
    "USD": ("us$", "$"),
    "GBP": ("£", "â£"),
    "CHF": ("sfr.", "sfr", "fr."),
    "JPY": ("¥",),
    "CNY": ("¥",),
    "CAD": ("ca$", "c$", "$"),
    "AUD": ("au$", "a$", "$"),
    "NZD": ("nz$", "$"),
    "SGD": ("s$", "$"),
    "HKD": ("hk$", "$"),
    "MXN": ("mx$", "$"),
    "BRL": ("r$",),
    "PLN": ("zł",),
    "CZK": ("kč",),
    "SEK": ("kr.", "kr"),
    "NOK": ("kr.", "kr"),
    "DKK": ("kr.", "kr"),
    "HUF": ("ft",),
    "TRY": ("₺",),
    "INR": ("₹",),
    "RUB": ("₽",),
    "KRW": ("₩",),
    "ILS": ("₪",),
    "UAH": ("₴",),
}
_SIGNS = {
    "EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "CNY": "¥", "PLN": "zł", "CZK": "Kč", "TRY": "₺", "INR": "₹",
    "RUB": "₽", "KRW": "₩", "ILS": "₪", "UAH": "₴",
}  # fmt: skip

_WRITTEN_SMALL = frozenset(("EUR", "USD", "GBP", "CHF"))
"""Those whose letters are no word, so that they are known in small letters, too: `Budget_eur`."""

_home = EURO


def count_in(code: str) -> None:
    """Say which currency the home of this process counts in."""
    global _home
    _home = code


def counted_in() -> str:
    """The currency of this process's home, in three letters."""
    return _home


def sign(code: str | None = None) -> str:
    """How the home's currency, or this one, is written beside an amount: its sign, or its letters."""
    code = _home if code is None else code
    return _SIGNS.get(code, code)


def words(code: str) -> tuple[str, ...]:
    """What a currency may be called, in lower case: its letters, its signs; longest first."""
    return tuple(sorted((code.lower(), *_WORDS.get(code, ())), key=len, reverse=True))


def pattern(found: Iterable[str]) -> str:
    """Words of currencies as a pattern, each on its own, for text in lower case."""
    return "|".join(
        f"{re.escape(word)}(?![^\\W\\d_])" if word[-1].isalpha() else re.escape(word)
        for word in sorted(set(found), key=len, reverse=True)
    )


@cache
def every_word() -> tuple[str, ...]:
    """The words of the home's and all other currencies."""
    return tuple({word for code in CODES for word in words(code)})


ACCOUNTANTS = tuple(
    word
    for code in sorted(_WORDS)
    for word in (code.lower(), *_WORDS[code])
    if code in _WRITTEN_SMALL or not word.isalpha()
)
"""The words that stand beside an accountant's zero, ` -   € `."""


@cache
def foreign(code: str) -> re.Pattern[str]:
    """What names another currency than this one, or parts of one; letters that may spell a word only in capitals."""
    signed = {word for one in _WORDS for word in words(one)} - {*words(code)} | {"cents", "cent", "ct"}
    return re.compile(f"(?<![^\\W\\d_])(?:(?i:{pattern(signed)})|{pattern(CODES - {*_WORDS, code})})")


def meant(text: str) -> str | None:
    """The currency that a text is the word for; a word of several is the home's, else nobody's: None."""
    plain = text.strip().casefold()
    if plain in words(_home):
        return _home
    codes = [code for code in CODES if plain in words(code)]
    return codes[0] if len(codes) == 1 else None


@cache
def _anywhere(home: str) -> re.Pattern[str]:
    """Signs and letters of the currencies that have a sign, and the home's; letters that spell a word in capitals."""
    letters = {code for code in {*_WORDS, home} if code not in _WRITTEN_SMALL}
    rest = {word for code in {*_WORDS, home} for word in words(code) if word.upper() != code} | _WRITTEN_SMALL
    return re.compile(f"(?<![^\\W\\d_])(?:{pattern(letters)}|(?i:{pattern(rest)}))")


def named_in(text: str) -> set[str | None]:
    """The currencies named anywhere in a text; None among them where a word may mean several."""
    return {meant(found[0]) for found in _anywhere(_home).finditer(text)}


def without(text: str) -> str:
    """The text without the currencies that it names: `CPM (USD)` is `CPM ()`."""
    return _anywhere(_home).sub(" ", text)


def in_home(text: str) -> str:
    """A heading that says € as this home's heading: `Budget €` is `Budget CHF` where francs are counted."""
    return text if _home == EURO else text.replace("€", sign())
