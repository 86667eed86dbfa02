"""Which number formats show a number as a date, and what date a number is then.

Belongs here: format codes and serial dates of spreadsheets. Does not belong here: cells, styles, files.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import Enum

# Quoted text, escaped or padding characters, and bracketed colours, locales or conditions are no date parts.
_NOT_PARTS = re.compile(r'".*?"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]', re.I)
_DATE_PART = re.compile(r"(?<![_\\])[dmhys]", re.I)
_DURATION = re.compile(r"\[(?:hh?|mm?|ss?)\]", re.I)
_BUILT_IN_DATES = frozenset(range(14, 23)) | {45, 46, 47}
_BUILT_IN_DURATION = 46
_DAY_MILLISECONDS = 86_400_000


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


def iso_date(serial: float, style: DateStyle, *, date1904: bool) -> str | None:
    """A serial number as ISO 8601; None where no such date exists (Excel then shows `####`).

    Days count from 1899-12-30, or from 1904-01-01. In the former, days before 1900-03-01 allow for the 29
    February 1900 that spreadsheets believe in.
    """
    try:
        if style is DateStyle.DURATION:
            return iso_duration(timedelta(milliseconds=round(serial * _DAY_MILLISECONDS)))
        day, fraction = divmod(serial, 1)
        time = timedelta(milliseconds=round(fraction * _DAY_MILLISECONDS))
        if 0 <= serial < 1 and not time.days:
            return (datetime(2000, 1, 1) + time).time().isoformat()
        if not date1904 and 0 < serial < 60:
            day += 1
        epoch = datetime(1904, 1, 1) if date1904 else datetime(1899, 12, 30)
        moment = epoch + timedelta(days=day) + time
    except (OverflowError, ValueError):
        return None
    if moment.time() == datetime.min.time():
        return moment.date().isoformat()
    return moment.isoformat()


def iso_duration(span: timedelta) -> str:
    """An elapsed time as ISO 8601 in hours, minutes and seconds, to the millisecond: `PT36H5M0S`."""
    seconds = span / timedelta(seconds=1)
    sign = "-" if seconds < 0 else ""
    whole, part = divmod(abs(round(seconds * 1000)), 1000)
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    tail = f".{part:03d}" if part else ""
    return f"{sign}PT{hours}H{minute}M{second}{tail}S"
