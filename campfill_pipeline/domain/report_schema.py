"""The promise of canonical report rows, as a Pandera schema: what storing and every figure may rely on.

Belongs here: what holds for every stored row. Does not belong here: bringing rows into this form
(report_rows.py).
"""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pandera
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain.report_rows import CANONICAL

_LEAST_HOUR = pd.Timestamp("2000-01-01", tz="UTC")
_END_HOUR = pd.Timestamp("2200-01-01", tz="UTC")


def _column(name: str, *checks: pandera.Check, nullable: bool = False) -> pandera.Column:
    kind = pd.ArrowDtype(CANONICAL.field(name).type)
    return pandera.Column(kind, checks=list(checks), nullable=nullable)


def _arrow(series: pd.Series) -> pa.ChunkedArray:
    return pa.chunked_array(series.array.__arrow_array__())


def _on_the_hour(hours: pd.Series) -> bool:
    micros = _arrow(hours).cast(pa.int64())
    whole = pc.multiply(pc.divide(micros, 3_600_000_000), 3_600_000_000)
    return bool(pc.all(pc.equal(micros, whole)).as_py() is not False)


def _folded(texts: pd.Series) -> bool:
    distinct = pc.unique(_arrow(texts)).drop_null()
    return bool(distinct.equals(pc.utf8_lower(distinct)))


def _filled(texts: pd.Series) -> bool:
    return "" not in set(pc.unique(_arrow(texts)).to_pylist())


def _some_id(rows: pd.DataFrame) -> bool:
    either = pc.coalesce(_arrow(rows["campaign_id"]), _arrow(rows["deal_id"]))
    return bool(either.null_count == 0)


_LOWER = pandera.Check(_folded, name="lower_case")
_NOT_EMPTY = pandera.Check(_filled, name="null_instead_of_empty")
_COUNT = pandera.Check.ge(0)

PROMISE = pandera.DataFrameSchema(
    {
        "hour_utc": _column(
            "hour_utc",
            pandera.Check(_on_the_hour, name="on_the_hour"),
            pandera.Check.in_range(_LEAST_HOUR, _END_HOUR, include_max=False),
        ),
        "site": _column("site"),
        "campaign_id": _column("campaign_id", _LOWER, _NOT_EMPTY, nullable=True),
        "campaign_name": _column("campaign_name", _NOT_EMPTY, nullable=True),
        "campaign_purchase_type": _column("campaign_purchase_type", _LOWER, _NOT_EMPTY, nullable=True),
        "deal_id": _column("deal_id", _LOWER, _NOT_EMPTY, nullable=True),
        "deal_name": _column("deal_name", _NOT_EMPTY, nullable=True),
        "deal_purchase_type": _column("deal_purchase_type", _LOWER, _NOT_EMPTY, nullable=True),
        "impressions": _column("impressions", pandera.Check.ge(0)),
        "bids": _column("bids", _COUNT, nullable=True),
        "wins": _column("wins", _COUNT, nullable=True),
        "plays": _column("plays", _COUNT, nullable=True),
    },
    checks=pandera.Check(_some_id, name="campaign_or_deal"),
    strict=True,
    ordered=True,
    name="canonical report rows",
)
"""What every canonical row keeps, whatever the source said. A breach is a fault of campfill, never of a
source.
"""


def broken_promises(rows: pa.Table) -> tuple[str, ...]:
    """What in a canonical table breaks `PROMISE`, one sentence per column and check; empty where all is
    well.
    """
    try:
        PROMISE.validate(rows.to_pandas(types_mapper=pd.ArrowDtype), lazy=True)
    except pandera.errors.SchemaErrors as breach:
        counted = breach.failure_cases.groupby(["column", "check"], dropna=False).size()
        return tuple(f"{column}: {check} ({count} cases)" for (column, check), count in counted.items())
    return ()
