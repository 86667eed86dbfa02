"""What a client brings back: single pages, and whole windows.

Belongs here: data and their meaning. Does not belong here: how they are got (client.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from campfill_pipeline.domain.report_rows import RefusedRow, Remark


@dataclass(frozen=True)
class Page:
    """One answer: `table` has the columns of report_rows.CANONICAL, `bytes` is the body's size.

    `requests` and `retries` are those of the whole call so far.
    """

    table: pa.Table
    refused: tuple[RefusedRow, ...]
    remarks: tuple[Remark, ...]
    unknown_columns: frozenset[str]
    rows: int
    bytes: int
    request: str
    requests: int = 0
    retries: int = 0


@dataclass(frozen=True)
class Fetched:
    """Everything of one window, each identity once.

    `repeated` rows came more than once (or were parts that are summed); `contradicting` rows have the identity of
    another row, but other figures, and will not be stored.
    """

    table: pa.Table
    refused: tuple[RefusedRow, ...]
    remarks: tuple[Remark, ...]
    unknown_columns: frozenset[str]
    request: str
    requests: int
    retries: int
    pages: int
    rows: int
    bytes: int
    repeated: int
    contradicting: int
