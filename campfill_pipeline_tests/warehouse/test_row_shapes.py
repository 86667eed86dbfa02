"""Rows become objects by the names of their columns, in whatever order the query names them."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
import pytest

from campfill_pipeline.warehouse.row_shapes import shaped


@dataclass(frozen=True)
class Shape:
    first: int
    second: str


@pytest.mark.parametrize("query", ["SELECT 1 AS first, 'b' AS second", "SELECT 'b' AS second, 1 AS first"])
def test_the_order_of_the_columns_does_not_matter(connection: psycopg.Connection, query: str) -> None:
    with connection.cursor(row_factory=shaped(Shape)) as cursor:
        assert cursor.execute(query.encode()).fetchall() == [Shape(1, "b")]


@pytest.mark.parametrize(
    "query",
    ["SELECT 1 AS first", "SELECT 1 AS first, 'b' AS other", "SELECT 1 AS first, 'b' AS second, 3 AS third"],
)
def test_other_columns_are_no_such_object(connection: psycopg.Connection, query: str) -> None:
    with connection.cursor(row_factory=shaped(Shape)) as cursor, pytest.raises(TypeError, match="first"):
        cursor.execute(query.encode()).fetchall()
