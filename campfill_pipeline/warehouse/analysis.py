"""The schema `reporting`: stable, documented views for analysis tools, made from one SQL file.

They hold nothing, so they go before every migration, which therefore never trips on them, and are made again after it.
Belongs here: making them, and knowing whether they are those of this version. Does not belong here: who may read them
(`postgres/reader`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256

from campfill_pipeline.warehouse.statements import sections, statement

SCHEMA = "reporting"
_OURS = "Views of campfill for analysis tools: docs/analysis.md."
_ABOUT = "The day and the time zone of the figures. One row."


@dataclass(frozen=True)
class Found:
    """What stands in the database: the schema's comment, whether there is one, and that of its view `about`."""

    whose: str | None
    there: bool
    of_what: str | None

    @property
    def foreign(self) -> bool:
        """Somebody else has a schema of this name: it is left alone."""
        return self.there and self.whose != _OURS

    @property
    def current(self) -> bool:
        """Nothing is to be made: the views are those of this version, or the place is somebody else's."""
        return self.foreign or self.of_what == _mark()


@cache
def _mark() -> str:
    """What the view `about` says of itself: it goes with any of the tables, as in a restore, and is missed then."""
    return f"{_ABOUT} Made from {sha256(statement('analysis').encode()).hexdigest()[:12]}."


def found_by(question: str = "made from") -> str:
    """The statement that tells what stands in the database, for `Found`."""
    return sections("analysis")[question]


def take_away(run: Callable[[str], object]) -> None:
    """Remove the views; `run` executes a statement."""
    run(sections("analysis")["away"])


def make(run: Callable[[str], object]) -> None:
    """Make the views again, in a connection in which unqualified names mean campfill's schema."""
    take_away(run)
    run(sections("analysis")["views"])
    run(sections("analysis")["words"])
    run(f"COMMENT ON SCHEMA {SCHEMA} IS '{_OURS}'")
    run(f"COMMENT ON VIEW {SCHEMA}.about IS '{_mark()}'")
