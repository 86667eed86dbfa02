"""Columns that a list lacks, so that what is stored of them stays, and columns that it has and nobody reads.

Belongs here: where a list lacks a column or has one beside those that are read, and what is said about it. Does not
belong here: keeping the stored budgets (`warehouse/register`), columns that a list must have (`intake/layout.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from campfill_pipeline.domain.cells import column_letters
from campfill_pipeline.domain.columns import LIST_COLUMNS, Column, list_column
from campfill_pipeline.domain.issues import Issue, Severity
from campfill_pipeline.domain.lines import WITHOUT_BUDGET
from campfill_pipeline.domain.list_descriptions import ListDescription
from campfill_pipeline.domain.proposals import key_of
from campfill_pipeline.intake.findings import TableFound
from campfill_pipeline.language.currencies import in_home

_OPTIONAL = [column for column in LIST_COLUMNS if not column.required]


_WITHOUT = {
    "status": "none of its lines counts as cancelled",
    "goal_type": "all its goals are taken for impressions of the whole flight",
    "price_type": "all its prices are taken for prices of 1,000 impressions",
}
"""What follows where a described list lacks a column that it may lack."""

_UNREAD = {
    "status": "a line that it calls cancelled counts like any other",
    "goal_type": "all goals are taken for impressions of the whole flight",
    "price_type": "all prices are taken for prices of 1,000 impressions",
    "currency": "all amounts are taken for those that the headers of the prices name",
}
"""What follows where a list of the export's form has a column that only descriptions can bind."""


def absent_columns(tables: Iterable[TableFound], by: ListDescription | None = None) -> list[Issue]:
    """One issue for every table and optional column it lacks: a warning where a header may have been meant for it,
    where a second column has the same meaning as one that is read, and where one that is not read says what lines are.
    """
    tables = list(tables)
    optional = _OPTIONAL if by is None else [column for column in by.listed if not column.required]
    if by is not None and "budget_eur" not in by.columns:
        optional = [*optional, *_OPTIONAL]
    second = [issue for table in tables for issue in _second(table)] if by is None else []
    return second + [
        _absent(table, column, dict(table.near).get(in_home(column.header)))
        for table in tables
        for column in optional
        if column.field not in {found.field for found in table.columns} and column.field != "currency"
    ]


def _second(table: TableFound) -> Iterator[Issue]:
    read = {column.field: column for column in table.columns}
    places = {column.index for column in table.columns}
    for index, header in enumerate(table.headers):
        if not header or index in places:
            continue
        cell = f"{column_letters(index)}{table.header_row}"
        column = list_column(header)
        if column is None and (key := key_of(header) or "") in _UNREAD:
            yield _unread(table, cell, header, key)
        if column is None or column.field not in read:
            continue
        message = f"“{header}” means the same as “{read[column.field].header}”, which was read: it was not."
        hint = f"If “{header}” is meant, name it “{column.header}” and the other one otherwise; drop the file again."
        yield Issue(
            table.sheet, cell, table.header_row, header, None, "near_header", Severity.WARNING, message, hint
        )


def _unread(table: TableFound, cell: str, header: str, key: str) -> Issue:
    follows = _UNREAD[key]
    message = f"The column “{header}” is not read: {follows}."
    hint = "Take lines of which that is not true out of the list, and drop it again; else there is nothing to do."
    return Issue(
        table.sheet, cell, table.header_row, header, None, "unread_column", Severity.WARNING, message, hint
    )


def _absent(table: TableFound, column: Column, near: str | None) -> Issue:
    code, severity, header = "absent_column", Severity.INFO, in_home(column.header)
    follows = _WITHOUT.get(column.field, "what is stored of it stays as it is")
    message = f"The table has no column “{header}”: {follows}."
    hint = "Nothing to do, if the list is not meant to say anything about it."
    if near is not None:
        message += f" “{near}” comes nearest to it, and was not read."
        code, severity = "near_header", Severity.WARNING
        hint = f"If “{near}” is meant, name it “{header}” and drop the file again."
    return Issue(table.sheet, None, table.header_row, near, None, code, severity, message, hint)


def without_budget(tables: Iterable[TableFound]) -> dict[bytes, str]:
    """Where the budget column is absent, for the metadata of the stream of lines."""
    ranges = [
        (table.sheet, table.header_row, table.last_row)
        for table in tables
        if "budget_eur" not in {column.field for column in table.columns}
    ]
    return {WITHOUT_BUDGET: json.dumps(ranges)} if ranges else {}
