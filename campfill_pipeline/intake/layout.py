"""Where in a sheet the table stands: its header row and its columns.

Belongs here: recognising a header among title rows, blank rows and odd columns. Does not belong here: which
spellings mean which column (`domain/columns.py`), and reading the sheet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from campfill_pipeline.domain.columns import (
    EXPORT_COLUMNS,
    LIST_COLUMNS,
    Column,
    export_column,
    list_column,
    nearest_header,
    normal_header,
)
from campfill_pipeline.domain.described_exports import DescribedExport, description_of
from campfill_pipeline.domain.export_forms import FORMS, ExportForm
from campfill_pipeline.domain.id_maps import ID_MAP_COLUMNS, id_map_column
from campfill_pipeline.domain.list_descriptions import ListDescription
from campfill_pipeline.domain.proposals import header_in_other_words
from campfill_pipeline.domain.second_counts import COUNT_COLUMNS, count_column, is_count_header, may_be_count
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.intake.findings import ColumnFound, UnreadableError
from campfill_pipeline.language.currencies import in_home
from campfill_pipeline.language.speaking import say

HEADER_WITHIN = 50
"""The header is looked for in this many first rows."""

_WIDEST_PAIR = 200
"""Cells of a row, beyond which it is not read together with the next."""

_LONGEST_HEADER = 60
"""Of a platform's column; longer texts are none."""

_LONGEST_OWN = 200
"""Of a column that the house describes."""

_LONGEST_LINE = 300
"""Of what stands above a platform's header."""

_ID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


@dataclass(frozen=True)
class Format:
    """One form of a table: its kind, its columns, and which header means which. `description` None: a present form."""

    kind: str
    columns: tuple[Column, ...]
    recognise: Callable[[str], Column | None]
    description: ListDescription | None = None
    export: ExportForm | None = None


@dataclass(frozen=True)
class Layout:
    """A header that was found, in row `row` or in `top` and `row` together.

    `missing` names required columns it lacks, `repeated` those it has twice, `near` maps missing columns to the
    headers that may have been meant for them.
    """

    kind: str
    row: int
    columns: tuple[ColumnFound, ...]
    headers: tuple[str, ...]
    missing: tuple[str, ...]
    repeated: tuple[str, ...]
    near: tuple[tuple[str, str], ...]
    top: int
    form: Format
    above: tuple[str, ...] = ()
    """What stands above the header, a text for each row."""

    @property
    def described_export(self) -> DescribedExport | None:
        """The house's description of an export that it was found by."""
        return description_of(self.form.export)

    @property
    def description_name(self) -> str | None:
        """The name of the description it was found by."""
        by = self.form.description or self.described_export
        return None if by is None else by.name

    @property
    def absent(self) -> tuple[str, ...]:
        """Columns that the description of an export names, and that may be missing, and are."""
        by = self.described_export
        return () if by is None else by.bound(self.headers).absent

    @property
    def platform(self) -> str | None:
        """The name of the platform whose export it is the header of."""
        return None if self.form.export is None else self.form.export.name

    @property
    def may_be_count(self) -> bool:
        """Whether an incomplete export may be meant as a second count."""
        return self.kind == UploadKind.REPORT_CSV and may_be_count(self.headers)

    @property
    def complete(self) -> bool:
        """Whether the table can be read."""
        return not self.missing and not self.repeated


PRESENT = (
    Format(UploadKind.CAMPAIGN_LIST, LIST_COLUMNS, list_column),
    Format(UploadKind.REPORT_CSV, EXPORT_COLUMNS, export_column),
)
"""The forms that need no description."""

PLATFORMS = tuple(Format(UploadKind.REPORT_CSV, form.columns, form.column, export=form) for form in FORMS)
"""Exports as advertising platforms write them."""

ID_MAP = Format(UploadKind.ID_MAP, ID_MAP_COLUMNS, id_map_column)
"""A mapping file; only taken for one where its header is complete, as half of it says too little."""

SECOND_COUNT = Format(UploadKind.SECOND_COUNT, COUNT_COLUMNS, count_column)
"""A buyer's or measurement firm's count; likewise only where its header says so."""


Descriptions = Callable[[], Sequence[ListDescription]]
"""The descriptions to read a list by; only asked for where it is not a present one."""


Exports = Callable[[], Sequence[DescribedExport]]
"""The house's descriptions of exports; likewise."""


@dataclass(frozen=True)
class Known:
    """The descriptions at hand; none: only the present list and the exports of platforms are read."""

    lists: Descriptions = tuple
    exports: Exports = tuple


NOTHING_KNOWN = Known()


def described(description: ListDescription) -> Format:
    """The form of a list that has a description."""
    return Format(UploadKind.CAMPAIGN_LIST, description.listed, description.column, description)


def find_layout(
    rows: Iterable[tuple[int, Mapping[int, str]]],
    *,
    within: int = HEADER_WITHIN,
    forms: Sequence[Format] = PRESENT,
    exports: Exports = tuple,
) -> Layout | None:
    """The table's layout, from the first rows as (row number, {column from 0: text}).

    The first complete header wins, be it one row or two that are read together; else the row that comes nearest to
    one; None where no row has half of the required columns of a campaign list or of an export.
    """
    found: Layout | None = None
    nearest: Layout | None = None
    above: tuple[int, Mapping[int, str]] | None = None
    lines: list[str] = []
    for number, texts in rows:
        if above is not None and above[0] == number - 1 and above[0] <= within:
            both = _of_two_rows(above, (number, texts), forms)
            if both is not None and (found is None or len(both.columns) > len(found.columns)):
                return replace(both, above=tuple(lines))
        if found is not None or number > within:
            break
        for form in forms:
            layout = _layout(form, number, texts)
            if layout is None:
                continue
            if layout.complete:
                found = layout  # unless the row below completes it further
                break
            if nearest is None or len(layout.missing) < len(nearest.missing):
                nearest = layout
        if found is None and forms is PRESENT:
            own = _of_own(number, texts, exports())
            if own is not None and not own.complete:
                nearest = own if nearest is None or len(own.missing) < len(nearest.missing) else nearest
                own = None
            found = (
                own
                or _of_platform(number, texts)
                or _of_id_map(number, texts)
                or _of_second_count(number, texts)
            )
        above = (number, texts)
        lines.append("\t".join(texts.values())[:_LONGEST_LINE])
    return nearest if found is None else replace(found, above=tuple(lines[:-1]))


def _of_own(number: int, texts: Mapping[int, str], exports: Sequence[DescribedExport]) -> Layout | None:
    """The header by the house's description that knows most of its columns, or as that which it comes nearest to.

    Raises UnreadableError where two know equally many: nobody can say which one is meant.
    """
    headers = [text for text in texts.values() if len(text) <= _LONGEST_OWN]
    found = []
    for export in exports:
        form = export.form(headers)
        if form is None:
            continue
        layout = _layout(Format(UploadKind.REPORT_CSV, form.columns, form.column, export=form), number, texts)
        if layout is not None:
            found.append(layout)
    complete = sorted((one for one in found if one.complete), key=lambda one: -len(one.columns))
    if len(complete) > 1 and len(complete[0].columns) == len(complete[1].columns):
        raise _two_exports(*(str(layout.description_name) for layout in complete[:2]))
    return complete[0] if complete else min(found, key=lambda one: len(one.missing), default=None)


def _two_exports(one: str, other: str) -> UnreadableError:
    """The rejection of an export that two descriptions would read."""
    return UnreadableError(
        "two_descriptions",
        say(
            "The export descriptions “{name}” and “{other}” both read this header, with equally many columns, so that "
            "nobody can know which one is meant.",
            name=one,
            other=other,
        ),
        "Take one of them out of the folder “exports”, or name in one of them another column that only its files have.",
        kind=UploadKind.REPORT_CSV,
    )


def _of_platform(number: int, texts: Mapping[int, str]) -> Layout | None:
    """The header as that of a platform's export: of the form that knows most of its columns, each of them once."""
    plain = {normal_header(text) for text in texts.values() if len(text) <= _LONGEST_HEADER}
    layouts = (
        _layout(form, number, texts)
        for form in PLATFORMS
        if form.export is not None and form.export.fits(plain)
    )
    complete = [layout for layout in layouts if layout is not None and layout.complete]
    return max(complete, key=lambda one: len(one.columns), default=None)


def _of_id_map(number: int, texts: Mapping[int, str]) -> Layout | None:
    layout = _layout(ID_MAP, number, texts)
    return layout if layout is not None and layout.complete else None


def _of_second_count(number: int, texts: Mapping[int, str]) -> Layout | None:
    if not is_count_header([text for text in texts.values() if len(text) <= _LONGEST_HEADER]):
        return None
    layout = _layout(SECOND_COUNT, number, texts)
    return layout if layout is not None and layout.complete else None


def _two_descriptions(one: str, other: str) -> UnreadableError:
    """The rejection of a list that two descriptions would read."""
    return UnreadableError(
        "two_descriptions",
        say(
            "The list descriptions “{name}” and “{other}” both read this header, with equally many columns, so that "
            "nobody can know which one is meant.",
            name=one,
            other=other,
        ),
        "Take one of them out of the folder “lists”, or name in one of them another column that only its lists have.",
        kind=UploadKind.CAMPAIGN_LIST,
    )


def find_described(
    rows: Sequence[tuple[int, Mapping[int, str]]], descriptions: Sequence[ListDescription]
) -> Layout | None:
    """The layout by the description that knows most of the columns; else the nearest one.

    Raises UnreadableError where two descriptions know equally many: nobody can say which one is meant.
    """
    found = [find_layout(rows, forms=[described(description)]) for description in descriptions]
    layouts = [layout for layout in found if layout is not None]
    complete = sorted((one for one in layouts if one.complete), key=lambda one: -len(one.columns))
    if len(complete) > 1 and len(complete[0].columns) == len(complete[1].columns):
        names = [layout.form.description.name for layout in complete if layout.form.description is not None]
        raise _two_descriptions(names[0], names[1])
    return complete[0] if complete else min(layouts, key=lambda one: len(one.missing), default=None)


def _of_two_rows(
    upper: tuple[int, Mapping[int, str]], lower: tuple[int, Mapping[int, str]], forms: Sequence[Format]
) -> Layout | None:
    """The complete header that two rows make together, where the lower one adds columns to it."""
    if max(len(upper[1]), len(lower[1])) > _WIDEST_PAIR or any(map(_ID.search, lower[1].values())):
        return None  # a line, not a header
    for form in forms:
        recognise = form.recognise
        texts = _joined(upper[1], lower[1], recognise)
        if any(recognise(texts[index]) and texts[index] != upper[1].get(index) for index in texts):
            layout = _layout(form, lower[0], texts, top=upper[0])
            if layout is not None and layout.complete:
                return layout
    return None


def _joined(
    upper: Mapping[int, str], lower: Mapping[int, str], recognise: Callable[[str], Column | None]
) -> dict[int, str]:
    """Two header rows as one. A text in the upper row stands for all columns up to the next one."""
    texts: dict[int, str] = {}
    group = ""
    for index in range(max([*upper, *lower], default=-1) + 1):
        above, below = upper.get(index, ""), lower.get(index, "")
        group = above or group
        spans = index + 1 in lower and index + 1 not in upper
        both = f"{group if below else above} {below}".strip()
        choices = [below, both] if below and spans else [below, both, above]
        text = next((choice for choice in choices if choice and recognise(choice)), both)
        if text:
            texts[index] = text
    return texts


def _layout(form: Format, number: int, texts: Mapping[int, str], top: int | None = None) -> Layout | None:
    columns, recognise = form.columns, form.recognise
    places: dict[str, list[int]] = {}
    for index, text in texts.items():
        if len(text) <= 200 and (column := recognise(text)) is not None:
            places.setdefault(column.field, []).append(index)
    required = [column for column in columns if column.required]
    missing = tuple(in_home(column.header) for column in required if column.field not in places)
    if len(missing) * 2 > len(required):
        return None
    headers = {column.field: in_home(column.header) for column in columns}
    chosen, repeated = [], []
    for field, indexes in places.items():
        if len(indexes) > 1:
            # Two columns that mean the same: the one spelled like the real export, else nobody can know.
            exact = [index for index in indexes if texts[index].strip() == headers[field]]
            if form.export is not None:
                exact = form.export.preferred(field, {index: texts[index] for index in indexes})
            if len(exact) != 1:
                repeated.append(headers[field])
            indexes = exact or indexes
        chosen.append(ColumnFound(field, indexes[0], texts[indexes[0]]))
    chosen.sort(key=lambda column: column.index)
    width = max(texts) + 1
    return Layout(
        kind=form.kind,
        row=number,
        columns=tuple(chosen),
        headers=tuple(texts.get(index, "") for index in range(width)),
        missing=missing,
        repeated=tuple(repeated),
        near=tuple(_near(form, places, texts)),
        top=number if top is None else top,
        form=form,
    )


def _near(
    form: Format, places: Mapping[str, list[int]], texts: Mapping[int, str]
) -> Iterator[tuple[str, str]]:
    known = {index for indexes in places.values() for index in indexes}
    others = [text for index, text in texts.items() if index not in known]
    if form.description is not None:
        others = [text for text in others if not form.description.ignores(text)]
    for column in form.columns:
        if column.field in places:
            continue
        near = nearest_header(column, others)
        if near is None and form.kind == UploadKind.CAMPAIGN_LIST:
            near = header_in_other_words(column.field, others)
        if near is not None:
            yield in_home(column.header), near
