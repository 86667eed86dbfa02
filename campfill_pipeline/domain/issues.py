"""Issues: what campfill found in an uploaded file, said so that a person can find and mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How much an issue matters: an error rejects its row, a warning and an info do not."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict on a value, wherever that value stands: an issue that has no address yet."""

    code: str
    severity: Severity
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Issue:
    """One verdict with its address. `cell` is in A1 notation, `row` counts from 1, `value` is as found (or None)."""

    sheet: str | None
    cell: str | None
    row: int | None
    column: str | None
    value: str | None
    code: str
    severity: Severity
    message: str
    hint: str
