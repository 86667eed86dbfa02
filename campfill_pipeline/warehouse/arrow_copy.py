"""Arrow files into tables, by COPY, without a Python loop over rows.

Belongs here: the way from an Arrow stream to a table. Does not belong here: which table, and what happens then.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
from psycopg import sql

_NO_HEADER = pa.csv.WriteOptions(include_header=False)


def _storable(column: pa.Array) -> pa.Array:
    """PostgreSQL's text cannot hold the character 0; a file's can."""
    if pa.types.is_string(column.type) and pc.any(pc.match_substring(column, "\0")).as_py():
        return pc.replace_substring(column, "\0", "\N{REPLACEMENT CHARACTER}")
    return column


def copy_stream(
    conn: psycopg.Connection,
    path: Path,
    table: str,
    columns: Sequence[str],
    *,
    constants: Mapping[str, str] | None = None,
    position: str | None = None,
) -> int:
    """COPY `columns` of the Arrow IPC stream `path` into `table`'s columns of the same names; return the rows.

    `constants`: columns that have one value in every row. `position`: a column to fill with 1, 2, 3 … in the
    order of the file. Memory: one record batch.
    """
    constants = constants or {}
    names = [*([position] if position else []), *constants, *columns]
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
    )
    rows = 0
    with (
        pa.memory_map(str(path)) as source,
        pa.ipc.open_stream(source) as reader,
        conn.cursor() as cursor,
        cursor.copy(statement) as copy,
    ):
        for batch in reader:
            arrays = [pa.array(range(rows + 1, rows + 1 + batch.num_rows), pa.int32())] if position else []
            arrays += [pa.repeat(value, batch.num_rows) for value in constants.values()]
            arrays += [_storable(batch.column(name)) for name in columns]
            text = io.BytesIO()
            # Quotes every string and no NULL, which is how PostgreSQL's CSV tells '' from NULL.
            pa.csv.write_csv(pa.RecordBatch.from_arrays(arrays, names=names), text, _NO_HEADER)
            copy.write(text.getbuffer())
            rows += batch.num_rows
    return rows
