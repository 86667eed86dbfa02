"""The root of all errors of ours: what happened, and how to mend it.

Belongs here: the one class that every other error descends from, and those that several rooms share. Does not
belong here: any other; each stands in the room that raises it, and carries its facts as attributes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from uuid import UUID


class CampfillError(Exception):
    """Something did not work. `problem` is a whole sentence that says what and where; `mend` says what to do."""

    def __init__(self, problem: str, mend: str) -> None:
        self.problem, self.mend = problem, mend
        super().__init__(problem, mend)

    def __str__(self) -> str:
        return f"{self.problem} {self.mend}".strip()


class BrokenPromiseError(CampfillError):
    """Accepted rows break their canonical schema: a fault in campfill's rules, never in the file or the API."""

    def __init__(self, rows: str, breaches: Sequence[str]) -> None:
        self.breaches = tuple(breaches)
        super().__init__(
            f"Accepted {rows} break their schema: {'; '.join(breaches)}.",
            "Please report it, with the file or the day that it came from.",
        )


class UnknownLineError(CampfillError):
    """A line is asked for that no list ever had. `near`: the ids most like it, each with its line's name."""

    def __init__(self, line_id: UUID, near: Sequence[str] = ()) -> None:
        self.line_id, self.near = line_id, tuple(near)
        nearest = f" Nearest: {'; '.join(near)}." if near else ""
        super().__init__(
            f"No list ever had the line {line_id}.{nearest}", "Copy its ID from the list or the page."
        )


class CareError(CampfillError):
    """What was said of a line cannot be; nothing was kept."""


class DiskFullError(CampfillError):
    """The disk of the home takes no more. Carries the home."""

    def __init__(self, home: Path) -> None:
        self.home = home
        super().__init__(
            "The disk is full. What was stored is as it was.",
            f"Make room on the disk of {home}, then try again.",
        )


class UnexpectedFaultError(CampfillError):
    """A fault of ours, as a sentence. Carries the fault, and the file that holds its details, where one could be."""

    def __init__(self, fault: BaseException, file: Path | None) -> None:
        self.fault, self.file = fault, file
        super().__init__(
            f"unexpected fault: {type(fault).__name__}: {fault}.",
            f"Details for maintainers: {file}" if file else "",
        )
