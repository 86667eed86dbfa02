"""Facts about database tables as the web UI shows them: columns with their meaning, row counts, the table's name."""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.warehouse.readers import catalog


def table_metadata(campfill: Campfill, table: str) -> Mapping[str, dg.MetadataValue]:
    """Column schema (with the comments kept in the database), row count and name of `table`."""
    with campfill.connect() as connection:
        facts = catalog.describe(connection, table)
    schema = dg.TableSchema(
        columns=[
            dg.TableColumn(name=column.name, type=column.type, description=column.comment)
            for column in facts.columns
        ]
    )
    return {
        "dagster/column_schema": dg.MetadataValue.table_schema(schema),
        "dagster/row_count": dg.MetadataValue.int(facts.rows),
        "dagster/table_name": dg.MetadataValue.text(f"campfill.{table}"),
    }
