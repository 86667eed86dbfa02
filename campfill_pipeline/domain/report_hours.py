"""Reading columns of hours: ISO 8601 or a source's own patterns, in UTC or a local zone, hours or whole days.

Belongs here: what moment a text means. Does not belong here: numbers and texts (report_values.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Literal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.cells import CellKind, is_blank, shown, spoiled
from campfill_pipeline.domain.report_values import Column, Fault, as_array, as_text

Granularity = Literal["hour", "full hour", "day", "finer"]


@dataclass(frozen=True)
class Hours:
    """A column of UTC hours: null where blank or faulty. `second` are rows in the doubled hour of autumn, whose value
    is the first of the two, with the other.
    """

    values: pa.Array
    faults: dict[int, Fault]
    second: Mapping[int, datetime] = field(default_factory=dict)

    @property
    def ambiguous(self) -> tuple[int, ...]:
        """Rows in the doubled hour."""
        return tuple(self.second)


def hours(
    column: Column,
    zone: ZoneInfo,
    granularity: Granularity = "hour",
    formats: Iterable[str] = (),
    *,
    only_formats: bool = False,
) -> Hours:
    """UTC hours from ISO 8601 texts (or `formats` of strptime) or seconds since 1970, or thousandths, millionths or
    billionths of them; times without an offset are in `zone`.

    `only_formats`: nothing but these is tried.

    With `granularity` day, a value stands for its whole local day in `zone` and becomes that day's first
    hour; with `finer`, times within an hour belong to that hour; with `hour`, they are a fault
    (`not_on_the_hour`), and with `full hour` so is a date that names no hour at all.
    """
    encoded = pc.dictionary_encode(as_array(column))
    formats = tuple(formats)
    moments: list[int | None] = []
    word_faults: dict[int, Fault] = {}
    doubled: dict[int, datetime] = {}
    for position, value in enumerate(encoded.dictionary.to_pylist()):
        found = read_hour(as_text(value), zone, granularity, formats, only_formats)
        if isinstance(found, Fault):
            word_faults[position] = found
            moments.append(None)
        else:
            moments.append(None if found is None else found[0])
            if found is not None and found[1] is not None:
                doubled[position] = found[1]
    if granularity == "day":
        for position in _told_by_hours(encoded.dictionary.to_pylist(), moments, zone, formats, only_formats):
            word_faults[position], moments[position] = Fault("not_on_the_hour", BY_HOURS, BY_HOURS_HINT), None
    elif word_faults and counts_from_one(encoded.dictionary.to_pylist()):
        word_faults = dict.fromkeys(range(len(moments)), Fault("not_on_the_hour", FROM_ONE, FROM_ONE_HINT))
        moments, doubled = [None] * len(moments), {}
    values = pc.take(pa.array(moments, pa.int64()).cast(pa.timestamp("us", tz="UTC")), encoded.indices)
    if not (word_faults or doubled):
        return Hours(values, {})
    faults, second = {}, {}
    for index, position in enumerate(encoded.indices.to_pylist()):
        if position in word_faults:
            faults[index] = word_faults[position]
        elif position in doubled:
            second[index] = doubled[position]
    return Hours(values, faults, second)


BY_HOURS = "Whole days are expected here, but this day is told at several times of day: these are hours."
BY_HOURS_HINT = (
    "Of an API: take values.granularity out of the connector. "
    "Of an export: take its name out of CAMPFILL_DAILY_EXPORTS."
)


def _told_by_hours(
    texts: list[object],
    days: list[int | None],
    zone: ZoneInfo,
    formats: tuple[str, ...],
    only_formats: bool,
) -> list[int]:
    """Positions of texts that mean one day at several times of it: as days each would be taken for the whole."""
    times: dict[int, dict[int, int]] = {}
    for position, (text, day) in enumerate(zip(texts, days, strict=True)):
        if day is None:
            continue
        read = read_hour(as_text(text), zone, "finer", formats, only_formats)
        times.setdefault(day, {})[position] = day if read is None or isinstance(read, Fault) else read[0]
    return [position for told in times.values() if len(set(told.values())) > 1 for position in told]


FROM_ONE = "The hours are counted from 1 to 24: nobody can know whether 1 is the hour that begins at 00:00 or at 01:00."
FROM_ONE_HINT = "Name each hour by its start, from 0 to 23."


def counts_from_one(times: Iterable[object]) -> bool:
    """Whether the hours of a column, alone or after a date, go up to 24 and never are 0."""
    texts = (as_text(time) for time in times)
    found = {int(hour[1]) for text in texts if text and (hour := _HOUR_NAMED.fullmatch(text.strip()))}
    return 24 in found and 0 not in found


_NAMES_AN_HOUR = re.compile(r"[Tt: ]")
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{4})(?:[T ]00:00(?::00(?:\.0+)?)?(Z?))?")
_HOUR_OF_DAY = re.compile(r"([01]?[0-9]|2[0-3])(?:\.0+|(?::00){1,2})?(?:\s*(?:h|Uhr))?")
_HOUR_NAMED = re.compile(
    r"(?:\S+[T ])?([0-9]{1,2})(?:\.0+|(?::00){1,2}(?:\.0+)?)?\s*(?:h|Uhr|Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_MIDNIGHT = datetime.min.time()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COUNT = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE]\+?[0-9]{1,2})?")
_EXAMPLE = datetime(2025, 8, 24, 13, tzinfo=UTC)
_SLASHES = re.compile(r"\d{1,2}/\d{1,2}/\d{4}\b")
_FEW = 6
_FIRST_SECOND, _END_SECOND = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (2000, 2200))
_DATE_HINT = "Write date and hour like 2025-08-04T13:00:00Z."


def read_hour(
    text: str | None,
    zone: ZoneInfo,
    granularity: Granularity,
    formats: tuple[str, ...],
    only_formats: bool = False,
) -> tuple[int, datetime | None] | Fault | None:
    """(microseconds since 1970, the second of two hours of this local name), a fault, or None for a blank."""
    bare = shown(text or "")
    if is_blank(bare):
        return None
    if (finding := spoiled(bare, CellKind.TEXT)) is not None:
        return Fault(finding.code, finding.message, finding.hint)
    moment = _by_pattern(bare, formats)
    if moment is None and only_formats:
        return _unlike(bare, formats)
    patterned = moment is not None
    if moment is None and granularity != "full hour" and (counted := _counted(bare)) is not None:
        moment = counted if granularity != "day" else _day_begun(counted, zone)
        if moment is None:
            text = f"“{bare}” is not the moment at which a day begins, in {zone.key} or in UTC."
            return Fault("not_a_date", text, _DATE_HINT)
    moment = moment or _iso(bare)
    if moment is None:
        return Fault("not_a_date", f"“{bare[:60]}” is not a date and hour that can be read.", _DATE_HINT)
    if (granularity == "full hour" or _bare_date(bare, granularity, patterned)) and not _NAMES_AN_HOUR.search(
        bare
    ):
        return Fault("not_on_the_hour", f"“{bare}” names a day, not an hour.", _DATE_HINT)
    if not 2000 <= moment.year < 2200:
        return Fault("out_of_range", f"The year {moment.year} is outside 2000 … 2199.", _DATE_HINT)
    second = None
    if granularity == "day":
        # The date as written names the day, whatever offset it is decorated with; but a time of day at which one begins
        # in the zone (22:00Z in Berlin) names that one.
        begun = _day_begun(moment, zone) if moment.tzinfo is not None and moment.time() != _MIDNIGHT else None
        moment = datetime.combine((begun or moment).date(), _MIDNIGHT, zone)
    elif moment.tzinfo is None:
        local = moment
        moment = local.replace(tzinfo=zone)
        if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != local:
            return Fault("not_a_date", f"“{bare}” does not exist: the clocks went forward.", _DATE_HINT)
        if moment.utcoffset() != moment.replace(fold=1).utcoffset():
            second = _hour(moment.replace(fold=1))
    moment = moment.astimezone(UTC)
    on_the_hour = _hour(moment)
    if on_the_hour != moment and granularity in ("hour", "full hour"):
        return Fault("not_on_the_hour", f"“{bare}” is not the start of an hour.", _DATE_HINT)
    return (on_the_hour - _EPOCH) // timedelta(microseconds=1), second


def _unlike(bare: str, formats: tuple[str, ...]) -> Fault:
    """The fault of a text that none of these patterns reads, with an example of each."""
    every = list(dict.fromkeys(_EXAMPLE.strftime(pattern) for pattern in formats))
    few = [example for example in every if ":" not in example] if len(every) > _FEW else every
    examples = " or ".join(few[:_FEW])
    message = f"“{bare[:60]}” is not written like {examples}."
    if _SLASHES.match(bare):
        message += " Which number is the month cannot be known."
    return Fault(
        "not_a_date",
        message,
        "Write it so; of an API, check the pattern of the hour in its connector.",
    )


def _bare_date(text: str, granularity: Granularity, patterned: bool) -> bool:
    """Whether a source of hours gives a date instead, as a source of days does."""
    return granularity in ("hour", "finer") and not patterned and _DATE.fullmatch(text) is not None


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _by_pattern(text: str, formats: tuple[str, ...]) -> datetime | None:
    for pattern in formats:
        try:
            return datetime.strptime(text, pattern)
        except ValueError:
            continue
    return None


def _counted(text: str) -> datetime | None:
    """The moment that a count since 1970 means. Its unit is told by its size, as the years 2000 … 2199 are apart."""
    if not _COUNT.fullmatch(text):
        return None
    count = Decimal(text)
    for per_second in (1, 10**3, 10**6, 10**9):
        if _FIRST_SECOND <= count / per_second < _END_SECOND:
            return _EPOCH + timedelta(microseconds=int(count * 10**6 / per_second))
    return None


def _day_begun(moment: datetime, zone: ZoneInfo) -> datetime | None:
    """The day that begins at this moment, in the zone or in UTC, without a zone; None where none does."""
    for place in (zone, UTC):
        local = moment.astimezone(place).replace(tzinfo=None)
        if local == datetime.combine(local.date(), datetime.min.time()):
            return local
    return None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    shortened = re.sub(r"(\.\d{6})\d+", r"\1", text)  # more than microseconds
    try:
        return datetime.fromisoformat(shortened)
    except ValueError:
        return None


def with_hour(day: str | None, hour: str | None) -> str | None:
    """A date and an hour of two columns as one text; one that cannot be read where they do not fit together.

    Where the hour is blank, a midnight beside it is none that anybody meant: only the date is left.
    """
    if day is None or is_blank(day):
        return day
    if hour is None or is_blank(hour):
        alone = _DATE.fullmatch(shown(day))
        return day if alone is None else alone[1]
    date, of_day = _DATE.fullmatch(shown(day)), _HOUR_OF_DAY.fullmatch(shown(hour))
    if date is None or of_day is None:
        return f"{day} and {hour}"
    time = f"{int(of_day[1]):02}:00"
    return f"{date[1]}T{time}:00{date[2] or ''}" if "-" in date[1] else f"{date[1]} {time}"
