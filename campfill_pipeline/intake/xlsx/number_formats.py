"""Which number formats show a number as a date, or as another amount than is stored, and what it is then.

Belongs here: format codes and serial dates of spreadsheets. Does not belong here: cells, styles, files.
"""

from __future__ import annotations

import contextlib
import re
from datetime import datetime, time, timedelta
from enum import Enum
from functools import cache

from campfill_pipeline.language.currencies import counted_in, foreign, pattern, words

# Quoted text, escaped or padding characters, and bracketed colours, locales or conditions are no date parts.
_NOT_PARTS = re.compile(r'".*?"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]', re.I)
_DATE_PART = re.compile(r"(?<![_\\])[dmhys]", re.I)
_DURATION = re.compile(r"\[(?:hh?|mm?|ss?)\]", re.I)
_BEYOND_MILLISECONDS = re.compile(r"(?<=\.\d{3})\d+")
_ISO_DURATION = re.compile(
    r"(-)?P(?:(\d{1,6})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?"
)
_BUILT_IN_DATES = frozenset(range(14, 23)) | {45, 46, 47}
_BUILT_IN_DURATION = 46
_DAY_MILLISECONDS = 86_400_000
_BUILT_IN_PERCENTS = frozenset({9, 10})
PERCENT = "%"
_LITERAL = re.compile(r'"([^"]*)"|\[\$([^\]-]*)[^\]]*\]|\\(.)|([$£¥%])|_.|\*.|\[[^\]]*\]')
_SCALED = re.compile(r"[0#?],+(?![0#?,])")
_THOUSANDS = re.compile(
    r"(?<![^\W\d_])(?:k|tsd|tausend|thousand|mille|mio|mln|millionen|millions?|mrd)(?![^\W\d_])"
    r"|(?<![^\W\d_])[kt](?=€|eur)|(?<=€)k\b",
    re.I,
)


_OF_SOMETHING_ELSE = re.compile(
    r"(?<![^\W\d_])(?:klicks?|clicks?|spots?|plays?|views?|leads?|cents?|ct|tage?n?|days?|sek(?:unden|\.)?|sec(?:onds?)?"
    r"|stunden?|hours?|wochen?|weeks?|(?:pro|per|je)\b.*)(?![^\W\d_])|/\s*(?:tag|day|woche|week|monat|month)",
    re.I,
)


class DateStyle(Enum):
    """How a date-formatted number is shown: as a point in time, or as an elapsed time."""

    MOMENT = "moment"
    DURATION = "duration"


def date_style(number: int, code: str | None) -> DateStyle | None:
    """The date style of a number format, or None where it shows a plain number.

    `code` is the workbook's own definition of format `number`; without one the built-in meaning counts.
    """
    if code is None:
        if number not in _BUILT_IN_DATES:
            return None
        return DateStyle.DURATION if number == _BUILT_IN_DURATION else DateStyle.MOMENT
    first = code.split(";")[0]
    if not _DATE_PART.search(_NOT_PARTS.sub("", first)):
        return None
    return DateStyle.DURATION if _DURATION.search(first) else DateStyle.MOMENT


def told_beside(number: int, code: str | None) -> str | None:
    """What a number format shows beside a number that makes it another amount than is stored; None where nothing does.

    The percent sign (0.12 is shown as 12 %), another currency than the home's, a word for what is no amount and no
    impressions (`12 clicks`, `12 per day`), or one for thousands or millions
    where the format does not divide by them (12 is shown as `12 Tsd.`). The built-in currency formats mean the currency
    of whoever looks, so they say nothing.
    """
    if code is None:
        return PERCENT if number in _BUILT_IN_PERCENTS else None
    first = code.split(";")[0]
    literal = "".join(next(filter(None, found.groups()), "") for found in _LITERAL.finditer(first))
    if PERCENT in _LITERAL.sub(lambda found: found[4] or "", first):
        return PERCENT
    home = counted_in()
    if foreign(home).search(literal) and not _shown(home).search(literal.casefold()):
        return literal.strip()
    if _OF_SOMETHING_ELSE.search(literal):
        return literal.strip()
    return literal.strip() if _THOUSANDS.search(literal) and not _SCALED.search(first) else None


@cache
def _shown(currency: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![^\W\d_])(?:{pattern(words(currency))})")


def beside(number: str, sign: str) -> str:
    """A stored number with what its format shows beside it: as a person reads it."""
    value = float(number) * 100 if sign == PERCENT else float(number)
    return f"{value:.15g} {sign}"


def iso_date(serial: float, style: DateStyle, *, date1904: bool) -> str | None:
    """A serial number as ISO 8601; None where no such date exists (Excel then shows `####`).

    Days count from 1899-12-30, or from 1904-01-01. In the former, days before 1900-03-01 allow for the 29
    February 1900 that spreadsheets believe in.
    """
    try:
        if style is DateStyle.DURATION:
            return iso_duration(timedelta(milliseconds=round(serial * _DAY_MILLISECONDS)))
        day, fraction = divmod(serial, 1)
        clock = timedelta(milliseconds=round(fraction * _DAY_MILLISECONDS))
        if 0 <= serial < 1 and not clock.days:
            return (datetime(2000, 1, 1) + clock).time().isoformat()
        if not date1904 and 0 < serial < 60:
            day += 1
        epoch = datetime(1904, 1, 1) if date1904 else datetime(1899, 12, 30)
        moment = epoch + timedelta(days=day) + clock
    except (OverflowError, ValueError):
        return None
    return _shortest(moment)


def _shortest(moment: datetime) -> str:
    return (moment.date() if moment.time() == time.min else moment).isoformat()


def normal_iso(text: str) -> str:
    """A date cell that holds ISO 8601 itself (strict workbooks do), in the form of `iso_date`; else as it is."""
    to_the_millisecond = _BEYOND_MILLISECONDS.sub("", text)
    with contextlib.suppress(ValueError):
        return _shortest(datetime.fromisoformat(to_the_millisecond))
    with contextlib.suppress(ValueError):
        return time.fromisoformat(to_the_millisecond).isoformat()
    if match := _ISO_DURATION.fullmatch(text):
        sign, days, hours, minutes, seconds = match.groups(default="0")
        span = timedelta(days=int(days), hours=int(hours), minutes=int(minutes), seconds=float(seconds))
        return iso_duration(-span if sign == "-" else span)
    return text


def iso_duration(span: timedelta) -> str:
    """An elapsed time as ISO 8601 in hours, minutes and seconds, to the millisecond: `PT36H5M0S`."""
    seconds = span / timedelta(seconds=1)
    sign = "-" if seconds < 0 else ""
    whole, part = divmod(abs(round(seconds * 1000)), 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    tail = f".{part:03d}" if part else ""
    return f"{sign}PT{hours}H{minute}M{second}{tail}S"
