"""The quick way from a JSON body to columns: Arrow's own JSON reader, without a Python object per value.

Belongs here: recognising bodies that this way reads without any doubt. Does not belong here: everything else, which
takes the general way (bodies.py); both must read the same.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, overload

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json

from campfill_pipeline.domain.report_values import EXACT_BELOW, Column, Mixed

_MARK = "\x01"
_NUMBER = re.compile(rb"\s*(-?[0-9][0-9.eE+-]*)")
_SLACK = 1024

Row = dict[str, Any]


class DirectRows(Sequence[Row]):
    """Rows as Arrow columns. As a sequence of dictionaries it is slow, and meant for a few rows only."""

    def __init__(self, rows: pa.StructArray, impressions: str) -> None:
        self._rows = rows
        fields = [rows.type.field(number) for number in range(rows.type.num_fields)]
        self._columns: dict[str, Column] = dict(
            zip([field.name for field in fields], rows.flatten(), strict=True)
        )
        if impressions in self._columns:
            self._columns[impressions] = _apart(self._columns[impressions])

    @property
    def names(self) -> frozenset[str]:
        """All columns that any row has."""
        return frozenset(self._columns)

    def column(self, name: str) -> Column:
        """One raw column; null where a row lacks it."""
        return self._columns[name]

    def values(self, name: str) -> list[Any]:
        """One raw column as Python values: texts, numbers (exact ones as Decimal), None where a row lacks it."""
        column = self._columns[name]
        if not isinstance(column, Mixed):
            found: list[Any] = column.to_pylist()
            return found
        parts = zip(column.numbers.to_pylist(), column.words.to_pylist(), strict=True)
        return [word if number is None else Decimal(number) for number, word in parts]

    @cached_property
    def fingerprint(self) -> bytes:
        """The same for the same rows only."""
        batch = pa.RecordBatch.from_struct_array(self._rows)
        mark = hashlib.blake2b(batch.schema.serialize(), digest_size=16)
        mark.update(batch.serialize())
        return mark.digest()

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        found: Row | list[Row] = (
            self._rows[index].as_py() if isinstance(index, int) else self._rows[index].to_pylist()
        )
        return found

    def __iter__(self) -> Iterator[Row]:
        yield from self._rows.to_pylist()


def read(content: bytes, path: str, impressions: str) -> tuple[DirectRows, dict[str, Any]] | None:
    """(the rows at the top-level key `path`, the rest of the document), or None where the general way must judge.

    That is: anything but one object with a list of flat objects at `path`, each column of one type throughout, no
    text that Arrow would take for a time, no broken text. Numbers of `impressions` keep all their digits.
    """
    if content[:1] != b"{" or not path or "." in path or not _sound(content):
        return None
    whole = _table(content)
    if whole is None or not _exact(whole, path, impressions):
        whole = _table(_marked(content, impressions))
    rows = None if whole is None else _listed(whole, path)
    if whole is None or rows is None:
        return None
    rest = whole.drop_columns([path])
    if not all(_certain(kind) for kind in rest.schema.types):
        return None
    return DirectRows(rows, impressions), rest.to_pylist()[0] if rest.num_columns else {}


def _table(content: bytes) -> pa.Table | None:
    options = pa.json.ReadOptions(use_threads=False, block_size=len(content) + _SLACK)
    try:
        whole = pa.json.read_json(pa.BufferReader(content), read_options=options)
    except pa.ArrowInvalid:
        return None
    return whole if whole.num_rows == 1 and len(set(whole.schema.names)) == whole.num_columns else None


def _listed(whole: pa.Table, path: str) -> pa.StructArray | None:
    """The rows, where they are flat and each of their columns is of one simple type."""
    if path not in whole.schema.names:
        return None
    listed = whole[path].combine_chunks()
    if not pa.types.is_list(listed.type) or not pa.types.is_struct(listed.type.value_type):
        return None
    rows = listed.flatten()
    fields = [rows.type.field(number) for number in range(rows.type.num_fields)]
    if rows.null_count or len({field.name for field in fields}) < len(fields):
        return None
    simple = all(_certain(field.type) or pa.types.is_floating(field.type) for field in fields)
    return rows if simple else None


def _exact(whole: pa.Table, path: str, impressions: str) -> bool:
    """Whether no number of impressions is so large that a double may have lost digits of it."""
    rows = _listed(whole, path)
    if rows is None or rows.type.get_field_index(impressions) < 0:
        return True
    column = rows.field(impressions)
    if not pa.types.is_floating(column.type):
        return True
    return bool((pc.max(pc.abs(column)).as_py() or 0) < EXACT_BELOW)


def _marked(content: bytes, impressions: str) -> bytes:
    """The body with each number of impressions as a marked text: so it keeps every digit and may stand among texts.

    The name with its quotation marks and a colon can only be a key, as marks inside a text are escaped.
    """
    key = orjson.dumps(impressions) + b":"
    first, *others = content.split(key)
    pieces = [first]
    for piece in others:
        number = _NUMBER.match(piece)
        pieces.append(piece if number is None else b'"\\u0001%b"%b' % (number[1], piece[number.end() :]))
    return key.join(pieces)


def _apart(column: pa.Array) -> Column:
    """Marked numbers and plain texts of one column."""
    if not pa.types.is_string(column.type):
        return column
    number = pc.starts_with(column, _MARK)
    nothing = pa.scalar(None, pa.string())
    numbers = pc.utf8_slice_codeunits(pc.if_else(number, column, nothing), 1)
    return Mixed(numbers, pc.if_else(number, nothing, column))


def _certain(kind: pa.DataType) -> bool:
    return any(
        (
            pa.types.is_string(kind),
            pa.types.is_int64(kind),
            pa.types.is_boolean(kind),
            pa.types.is_null(kind),
        )
    )


def _sound(content: bytes) -> bool:
    """Whether the bytes are UTF-8, which Arrow's reader does not ask."""
    if content.isascii():
        return True
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True
