"""Rows of a query as objects of a class, many of them.

Belongs here: how a row becomes an object. Does not belong here: the classes. psycopg's `class_row` hands each value
over by its name; of 100,000 lines with 46 figures that takes longer than the query.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from operator import itemgetter
from typing import Any, TypeVar

from psycopg import Cursor
from psycopg.rows import RowMaker

Row = TypeVar("Row")


def shaped(shape: type[Row]) -> Callable[[Cursor[Any]], RowMaker[Row]]:
    """A row factory: each row becomes a `shape`, a dataclass of whose fields the query names each once, in any order.

    Raises TypeError where it names others.
    """
    made: Callable[..., Row] = shape
    wanted = [field.name for field in fields(shape)]  # type: ignore[arg-type]

    def factory(cursor: Cursor[Any]) -> RowMaker[Row]:
        named = [column.name for column in cursor.description or ()]
        if named == wanted or not named:
            return lambda values: made(*values)
        if sorted(named) != sorted(wanted):
            raise TypeError(f"the columns {named} are not the fields {wanted}")
        ordered: Callable[[Sequence[Any]], tuple[Any, ...]] = itemgetter(*map(named.index, wanted))
        return lambda values: made(*ordered(values))

    return factory
