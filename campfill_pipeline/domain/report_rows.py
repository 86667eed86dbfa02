"""Report rows: what a reporting API or its CSV export says, brought to one canonical, exact Arrow table.

Belongs here: the canonical columns, what makes a row refused, what is only remarked, and the Pandera schema
that states the promise. Does not belong here: the reading of single values (report_values.py), where rows
come from (reporting/) and where they go (warehouse/).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain import report_hours, report_values
from campfill_pipeline.domain.report_hours import Granularity
from campfill_pipeline.domain.report_values import Column, Fault, NumberNotation

CANONICAL = pa.schema(
    [
        ("hour_utc", pa.timestamp("us", tz="UTC")),  # start of the hour
        ("site", pa.string()),  # '' where the source names none
        ("campaign_id", pa.string()),  # lower case
        ("campaign_name", pa.string()),  # what follows the last '>' of a path
        ("campaign_purchase_type", pa.string()),  # lower case; unknown ones are kept
        ("deal_id", pa.string()),
        ("deal_name", pa.string()),
        ("deal_purchase_type", pa.string()),
        ("impressions", report_values.IMPRESSIONS),
        ("bids", pa.int64()),
        ("wins", pa.int64()),
        ("plays", pa.int64()),
    ]
)
FIELDS = ("hour", *CANONICAL.names[1:])
KEY = ("hour_utc", "site", "campaign_id", "deal_id")
FUNNEL = ("bids", "wins", "plays")
PURCHASE_TYPES = ("guaranteed", "unguaranteed")
_CONTENT_LIMIT = 2000


@dataclass(frozen=True)
class Notation:
    """How a source writes numbers and times. `formats` are strptime patterns tried before ISO 8601."""

    numbers: NumberNotation = "german"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    granularity: Granularity = "hour"
    formats: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refusal:
    """One reason against a row: the source's column, the value as found, a code and a sentence."""

    field: str
    column: str
    value: str | None
    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class RefusedRow:
    """A row that is not stored. `row` counts from 1 within its page or file; `content` is the row as JSON
    text.
    """

    row: int
    reasons: tuple[Refusal, ...]
    content: str

    @property
    def code(self) -> str:
        """The first reason's code."""
        return self.reasons[0].code

    @property
    def message(self) -> str:
        """All reasons in one sentence or more."""
        return " ".join(reason.message for reason in self.reasons)


@dataclass(frozen=True)
class Remark:
    """Something to tell about rows that are stored: `rows` are counted from 1, `value` is an example."""

    code: str
    column: str
    value: str | None
    message: str
    rows: tuple[int, ...]


@dataclass(frozen=True)
class CanonicalRows:
    """`table` has the columns of CANONICAL; `positions` gives for each of its rows the raw row's index from
    0.
    """

    table: pa.Table
    refused: tuple[RefusedRow, ...]
    remarks: tuple[Remark, ...]
    positions: pa.Array


def canonical(
    raw: Mapping[str, Column],
    notation: Notation | None = None,
    *,
    labels: Mapping[str, str] | None = None,
) -> CanonicalRows:
    """Bring raw columns to the canonical table; rows that cannot be stored are refused with their reasons.

    `raw` maps names of FIELDS to equally long columns (texts, numbers, None); an absent field is null
    throughout. `labels` gives the source's own column names for messages. Refused: no hour, no impressions,
    neither id, or one of these unreadable. An unreadable count becomes null and is remarked: it must not
    cost a line its impressions.
    """
    notation = notation or Notation()
    names = {name: (labels or {}).get(name, name) for name in FIELDS}
    length = len(next(iter(raw.values()))) if raw else 0
    columns: dict[str, pa.Array] = {}
    faults: dict[str, dict[int, Fault]] = {}
    remarks: list[Remark] = []

    def given(name: str) -> Column:
        return raw.get(name, pa.nulls(length, pa.string()))

    hours = report_hours.hours(given("hour"), notation.zone, notation.granularity, notation.formats)
    columns["hour_utc"], faults["hour"] = hours.values, hours.faults
    if hours.ambiguous:
        text = (
            "These local hours happen twice when the clocks go back; they are read as the first of the two."
        )
        remarks.append(_remark("ambiguous_hour", names["hour"], given("hour"), text, hours.ambiguous))
    impressions = report_values.decimals(given("impressions"), notation.numbers)
    columns["impressions"], faults["impressions"] = impressions.values, impressions.faults
    if impressions.rounded:
        text = "More than four decimals: rounded half-even to four."
        remarks.append(
            _remark("rounded", names["impressions"], given("impressions"), text, impressions.rounded)
        )
    for name in ("campaign_id", "deal_id"):
        columns[name] = report_values.texts(given(name), lower=True, braces=True)
    for name in ("campaign_name", "deal_name"):
        columns[name] = report_values.texts(given(name), path=True)
    columns["site"] = report_values.texts(given("site")).fill_null("")
    for name in ("campaign_purchase_type", "deal_purchase_type"):
        columns[name] = report_values.texts(given(name), lower=True)
        known = pc.is_in(columns[name], pa.array(PURCHASE_TYPES, pa.string()))
        if not pc.all(pc.or_(known, pc.is_null(columns[name]))).as_py() and length:
            strange = pc.indices_nonzero(pc.and_(pc.invert(known), pc.is_valid(columns[name]))).to_pylist()
            text = "A purchase type never seen before: kept as it is, counted as neither kind."
            remarks.append(_remark("unknown_purchase_type", names[name], given(name), text, strange))
    for name in FUNNEL:
        read = report_values.counts(given(name), notation.numbers)
        columns[name] = read.values
        if read.faults:
            text = "Not a whole number from 0 up: the row is stored without this figure."
            remarks.append(_remark("funnel_unreadable", names[name], given(name), text, sorted(read.faults)))

    keep = pc.and_(
        pc.and_(pc.is_valid(columns["hour_utc"]), pc.is_valid(columns["impressions"])),
        pc.or_(pc.is_valid(columns["campaign_id"]), pc.is_valid(columns["deal_id"])),
    )
    table = pa.table([columns[name] for name in CANONICAL.names], schema=CANONICAL)
    positions = pa.array(range(length), pa.int32()) if length else pa.array([], pa.int32())
    if length == 0 or pc.all(keep).as_py():
        return CanonicalRows(table, (), tuple(remarks), positions)
    refused = tuple(
        _refused(index, raw, columns, faults, names)
        for index in pc.indices_nonzero(pc.invert(keep)).to_pylist()
    )
    return CanonicalRows(table.filter(keep), refused, tuple(remarks), positions.filter(keep))


def inside(
    found: CanonicalRows, start: datetime, end: datetime, label: str
) -> tuple[pa.Table, tuple[RefusedRow, ...]]:
    """The rows with start ≤ hour < end, and the others as refused (`out_of_window`): they were not asked
    for.
    """
    hours = found.table["hour_utc"]
    utc = pa.timestamp("us", tz="UTC")
    within = pc.and_(pc.greater_equal(hours, pa.scalar(start, utc)), pc.less(hours, pa.scalar(end, utc)))
    if found.table.num_rows == 0 or pc.all(within).as_py():
        return found.table, ()
    refused = []
    for index in pc.indices_nonzero(pc.invert(within)).to_pylist():
        content = found.table.slice(index, 1).to_pylist()[0]
        hour = content["hour_utc"].isoformat()
        message = (
            f"{hour} is outside the hours that were asked for ({start.isoformat()} to {end.isoformat()})."
        )
        reason = Refusal("hour", label, hour, "out_of_window", message)
        text = json.dumps(content, ensure_ascii=False, default=str)
        refused.append(RefusedRow(found.positions[index].as_py() + 1, (reason,), text[:_CONTENT_LIMIT]))
    return found.table.filter(within), tuple(refused)


def _value(column: Column, index: int) -> Any:
    found = column[index]
    return found.as_py() if isinstance(found, pa.Scalar) else found


def _remark(code: str, label: str, column: Column, message: str, indexes: Sequence[int]) -> Remark:
    example = report_values.as_text(_value(column, indexes[0]))
    return Remark(code, label, example, message, tuple(index + 1 for index in indexes))


def _refused(
    index: int,
    raw: Mapping[str, Column],
    columns: Mapping[str, pa.Array],
    faults: Mapping[str, Mapping[int, Fault]],
    names: Mapping[str, str],
) -> RefusedRow:
    def found(name: str) -> str | None:
        return report_values.as_text(_value(raw[name], index)) if name in raw else None

    reasons = []
    for name, stored in (("hour", "hour_utc"), ("impressions", "impressions")):
        fault = faults[name].get(index)
        if fault is None and not columns[stored][index].is_valid:
            fault = Fault("missing_value", f"{names[name]} is missing.")
        if fault is not None:
            reasons.append(Refusal(name, names[name], found(name), fault.code, fault.message, fault.hint))
    if not (columns["campaign_id"][index].is_valid or columns["deal_id"][index].is_valid):
        message = f"Both {names['campaign_id']} and {names['deal_id']} are missing."
        reasons.append(Refusal("deal_id", names["deal_id"], found("deal_id"), "missing_value", message))
    content = {names.get(name, name): _value(column, index) for name, column in raw.items()}
    text = json.dumps(content, ensure_ascii=False, default=str)
    return RefusedRow(index + 1, tuple(reasons), text[:_CONTENT_LIMIT])
