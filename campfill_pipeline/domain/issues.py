"""Issues: what campfill found in an uploaded file, said so that a person can find and mend it."""

from __future__ import annotations

from dataclasses import dataclass

from campfill_pipeline.domain import issue_codes
from campfill_pipeline.domain.issue_codes import Severity as Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """A verdict on a value, wherever that value stands: an issue that has no address yet."""

    code: str
    severity: Severity
    message: str
    hint: str

    def __post_init__(self) -> None:
        issue_codes.check(self.code, self.severity)


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

    def __post_init__(self) -> None:
        issue_codes.check(self.code, self.severity)
