"""List descriptions: what a list of another house looks like, so that it is read like the present one.

Belongs here: the description as a value, the columns it knows, and which header means which. Does not belong here: its
notation as TOML (`intake/lists`), the present list itself (`columns.py`), reading cells by it (`described_columns.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from uuid import NAMESPACE_URL, UUID, uuid5

from campfill_pipeline.domain.columns import Column, normal_header

PRESENT = "campfill"
"""The name by which the present list, the one of `LIST_COLUMNS`, is told of."""

COLUMN_KEYS: Mapping[str, str] = {
    "name": "name",
    "runtime": "runtime",
    "start": "start_date",
    "end": "end_date",
    "goal": "impression_goal",
    "budget": "budget_eur",
    "cpm": "cpm_eur",
    "id": "id",
    "buyer": "buyer",
    "currency": "currency",
    "kind": "line_kind",
    "status": "status",
    "price_type": "price_type",
    "goal_type": "goal_type",
}
"""The keys of a description's columns, and the field that each fills."""

EXTRA_FIELDS = ("start_date", "end_date", "currency", "line_kind", "status", "price_type", "goal_type")
"""Fields that only described lists have, beside the seven of the present one."""


class Dates(StrEnum):
    """In which order a description's dates stand as text. ISO dates and date cells are read by all of them."""

    ISO = "iso"
    """2026-12-31"""
    GERMAN = "german"
    """31.12.2026"""
    US = "us"
    """12/31/2026"""
    BRITISH = "british"
    """31/12/2026, as in France, Spain and Italy"""


class Days(StrEnum):
    """To which day an instant like 2026-12-31T23:00:00Z belongs."""

    LOCAL = "local"
    """To the day of the home's time zone."""
    WRITTEN = "written"
    """To the day that is written."""


class Ids(StrEnum):
    """What a list names its lines by."""

    UUID = "uuid"
    TEXT = "text"


class KindBy(StrEnum):
    """How a line's kind is known."""

    BUYER = "buyer"
    COLUMN = "column"
    CAMPAIGN = "campaign"
    DEAL = "deal"


@dataclass(frozen=True)
class ListDescription:
    """How one house writes its list. `columns`: field → headers; texts of words are compared by `word`.

    `fixed`: field → what stands for it where no cell says it; `currency` None: the column says it; `document`: whether
    it reads JSON, too; `rows`: where in the document its rows stand.
    """

    name: str
    columns: Mapping[str, tuple[str, ...]]
    source: str = ""
    ids: Ids = Ids.UUID
    namespace: UUID = NAMESPACE_URL
    dates: Dates = Dates.ISO
    days: Days = Days.LOCAL
    currency: str | None = None
    kind: KindBy = KindBy.BUYER
    kinds: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    ignore: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    cancelled: tuple[str, ...] = ()
    price_types: tuple[str, ...] = ()
    goal_types: tuple[str, ...] = ()
    document: bool = False
    rows: str | None = None

    @cached_property
    def listed(self) -> tuple[Column, ...]:
        """The columns it knows, each with its first header; all are required but the budget, those it says."""
        optional = {"budget_eur", *self.optional, *self.fixed} | ({"currency"} if self.currency else set())
        return tuple(Column(name, headers[0], name not in optional) for name, headers in self.columns.items())

    @cached_property
    def _by_header(self) -> Mapping[str, Column]:
        columns = {column.field: column for column in self.listed}
        return {
            normal_header(header): columns[name]
            for name, headers in self.columns.items()
            for header in headers
        }

    def column(self, header: str) -> Column | None:
        """The column that this header means, or None."""
        return self._by_header.get(normal_header(header))

    @cached_property
    def _ignored(self) -> frozenset[str]:
        return frozenset(map(normal_header, self.ignore))

    def ignores(self, header: str) -> bool:
        """Whether it names this header as one that is not read."""
        return normal_header(header) in self._ignored

    def header(self, name: str) -> str:
        """What a field is called by this description."""
        return self.columns[name][0] if name in self.columns else name


def own_namespace(name: str) -> UUID:
    """The namespace of a description that gives none: always the same for the same name."""
    return uuid5(NAMESPACE_URL, f"campfill:list:{name}")


def word(text: str) -> str:
    """The form in which words like a status are compared: lower case, single spaces, `_` like a space."""
    return " ".join(text.replace("_", " ").split()).casefold()
