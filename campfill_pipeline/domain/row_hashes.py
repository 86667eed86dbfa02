"""Rows as hashes, so that many millions can be compared in little memory.

Belongs here: one hash per row over some columns. Does not belong here: which columns tell rows apart (report_keys.py).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Hashes = npt.NDArray[np.uint64]
KEY = "0123456789abcdef"
_FACTOR = np.uint64(1_000_003)


def row_hashes(table: pa.Table, names: Sequence[str], key: str = KEY) -> Hashes:
    """One hash per row over these columns; nulls count as the empty text, which no canonical text is."""
    total = np.zeros(table.num_rows, np.uint64)
    for name in names:
        column = pc.dictionary_encode(_whole(table[name]), null_encoding="encode")
        words = np.array([str(value or "") for value in column.dictionary.to_pylist()], dtype=object)
        hashed = pd.util.hash_array(words, hash_key=key, categorize=False)
        codes = column.indices.to_numpy(zero_copy_only=False)
        part = hashed[codes] if len(words) else np.zeros(0, np.uint64)
        total = total * _FACTOR + part
    return total


def _whole(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    return pa.concat_arrays(whole.chunks) if isinstance(whole, pa.ChunkedArray) else whole
