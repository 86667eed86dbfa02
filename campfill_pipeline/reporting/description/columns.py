"""How a description says which column is which, and how values are written.

Belongs here: keys of `columns` and `[values]`. Does not belong here: reading values (domain/report_values.py).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from campfill_pipeline.domain.report_rows import Notation
from campfill_pipeline.reporting.description.part import Part

_MOMENT = datetime(2025, 11, 27, 13, 0)


class ColumnSource(Part):
    """One of our fields: columns of the source (dotted for nested values), a fixed text, or part of a text.

    Several columns are joined by `join`; where one of them is empty, so is the whole. `pattern` says how a time is
    written (strptime).
    """

    several: list[str] = Field(default=[], alias="from")
    text: str | None = None
    extract: str | None = None
    otherwise: str | list[str] | None = None
    join: str = " "
    pattern: str | None = None

    @field_validator("several", mode="before")
    @classmethod
    def _one(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("extract")
    @classmethod
    def _expression(cls, value: str | None) -> str | None:
        try:
            re.compile(value or "")
        except re.error as error:
            raise ValueError(f"{value!r} is no regular expression: {error}") from None
        return value

    @field_validator("pattern")
    @classmethod
    def _time_pattern(cls, value: str | None) -> str | None:
        return value if value is None else time_pattern(value)

    @property
    def column(self) -> str | None:
        """What it is called to people: its column, or its columns."""
        return " + ".join(self.several) if self.several else None

    @property
    def others(self) -> tuple[str, ...]:
        """The columns that count, in this order, where the first ones give nothing."""
        if isinstance(self.otherwise, list):
            return tuple(self.otherwise)
        return () if self.otherwise is None else (self.otherwise,)

    @property
    def columns(self) -> tuple[str, ...]:
        """The source's columns that are read."""
        return (*self.several, *self.others)

    @property
    def plain(self) -> bool:
        """Whether one column is taken as it is."""
        return len(self.several) == 1 and self.extract is None and not self.others

    @model_validator(mode="after")
    def _one_of(self) -> ColumnSource:
        if bool(self.several) == (self.text is not None):
            raise ValueError(
                "give either `from` (a column of the source, or a list) or `text` (a fixed text)"
            )
        return self


def names_an_hour(pattern: str) -> bool:
    """Whether a pattern reads an hour of the day, without doubt: %I alone may be of the morning or the evening."""
    plain = pattern.replace("%%", "")
    return any(part in plain for part in ("%H", "%X", "%c")) or ("%I" in plain and "%p" in plain)


def check_hours(columns: Mapping[str, ColumnSource], values: Values) -> None:
    """Raise ValueError where the patterns of times name no hour, though rows are said to be of hours."""
    patterns = [*values.time_formats, *(source.pattern for source in columns.values() if source.pattern)]
    bare = next((pattern for pattern in patterns if not names_an_hour(pattern)), None)
    if bare is not None and values.granularity != "day":
        raise ValueError(
            f"the pattern {bare!r} names no hour of the day: where a row stands for a whole day, say granularity = "
            '"day" in [values]; else put the hour into the pattern (%H, or %I with %p)'
        )


def column_sources(value: Any) -> Any:
    """A field's column by its bare name, as a table."""
    if not isinstance(value, dict):
        return value
    return {key: {"from": item} if isinstance(item, str | list) else item for key, item in value.items()}


def time_pattern(value: str) -> str:
    """The pattern, where times can be read by it. Raises ValueError."""
    if "%Z" in value.replace("%%", ""):
        raise ValueError(
            f"{value!r}: names of zones (%Z) are not unique and would be passed over; write the name as it "
            "stands in the text and set time_zone, or use %z for offsets"
        )
    try:
        datetime.strptime(_MOMENT.astimezone().strftime(value), value)
    except ValueError as error:
        raise ValueError(f"{value!r} is no pattern of a time: {error}") from None
    return value


class Values(Part):
    """How the source writes numbers and times. `time_zone` may be a variable of the installation, in braces."""

    numbers: Literal["german", "english"] = "english"
    time_zone: str = "UTC"
    granularity: Literal["hour", "day", "finer"] = "hour"
    time_formats: list[str] = Field(default=[])

    @field_validator("time_zone")
    @classmethod
    def _zone(cls, value: str) -> str:
        if not (value.startswith("{") and value.endswith("}")):
            zone_named(value)
        return value

    @field_validator("time_formats")
    @classmethod
    def _patterns(cls, value: list[str]) -> list[str]:
        return [time_pattern(pattern) for pattern in value]

    def notation(self, zone: ZoneInfo, pattern: str | None = None) -> Notation:
        """The same for domain/report_rows.py. `pattern` is that of the column of hours, which then is the only one."""
        formats = tuple(self.time_formats) if pattern is None else (pattern,)
        return Notation(self.numbers, zone, self.granularity, formats, pattern is not None)


def zone_named(value: str) -> ZoneInfo:
    """The zone of this name. Raises ValueError."""
    try:
        return ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{value} is no time zone; give an IANA name like Europe/Berlin") from None
