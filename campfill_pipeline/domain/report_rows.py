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

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.domain import causes, issue_codes, report_hours, report_values
from campfill_pipeline.domain.kinds import PurchaseType
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
FUNNEL = causes.FUNNEL
REQUIRED = {"hour": "hour_utc", "impressions": "impressions"}
PURCHASE_TYPES = (PurchaseType.GUARANTEED, PurchaseType.UNGUARANTEED)
LONGEST_ID = 200
LONGEST_SITE = 500
_CONTENT_LIMIT = 2000
# What stands for a sum where the name of a site is due, and nothing beside it (RE2, without regard to case).
_OVER_SITES = (
    r"^(?:(?:grand|sub|zwischen|gesamt)[\s-]?)?(?:totals?|summen?|sum|ergebnis|gesamt|insgesamt|overall)\s*:?$"
    r"|^(?:all|alle)(?:\s+(?:sites?|standorte|stationen|locations?|screens?))?$|^[*Σ∑]+$|^totals?\s*[(:].*$"
)


@dataclass(frozen=True)
class Notation:
    """How a source writes numbers and times. `formats` are strptime patterns tried before ISO 8601, or in its
    place (`only_formats`).

    `numbers` is None where nothing shows the notation: then a number with two readings is a fault.
    """

    numbers: NumberNotation | None = "german"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    granularity: Granularity = "hour"
    formats: tuple[str, ...] = ()
    only_formats: bool = False


@dataclass(frozen=True)
class Refusal:
    """One reason against a row: the source's column, the value as found, a code and a sentence."""

    field: str
    column: str
    value: str | None
    code: str
    message: str
    hint: str = ""

    def __post_init__(self) -> None:
        issue_codes.check(self.code, issue_codes.Severity.ERROR)


@dataclass(frozen=True)
class RefusedKey:
    """As much of a refused row's identity as could be read: `hour_utc` and `site` are None where they could not.

    `ids_known` is false where no id, or an unreadable one, was given: then the row may be of any campaign or deal.
    """

    hour_utc: datetime | None
    site: str | None
    campaign_id: str | None
    deal_id: str | None
    ids_known: bool


@dataclass(frozen=True)
class RefusedRow:
    """A row that is not stored. `row` counts from 1 within its page or file; `content` is the row as JSON text.

    `key` tells which stored rows it may be, and so keeps; None where it is of another time than was asked for.
    """

    row: int
    reasons: tuple[Refusal, ...]
    content: str
    key: RefusedKey | None = None

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

    def __post_init__(self) -> None:
        issue_codes.check(self.code, issue_codes.Severity.WARNING)


@dataclass(frozen=True)
class CanonicalRows:
    """`table` has the columns of CANONICAL; `positions` gives for each of its rows the raw row's index from
    0. `second`: for raw rows in the doubled hour of autumn, the second of the two (the table has the first).
    """

    table: pa.Table
    refused: tuple[RefusedRow, ...]
    remarks: tuple[Remark, ...]
    positions: pa.Array
    second: Mapping[int, datetime] = field(default_factory=dict)


def canonical(
    raw: Mapping[str, Column],
    notation: Notation | None = None,
    *,
    labels: Mapping[str, str] | None = None,
) -> CanonicalRows:
    """Bring raw columns to the canonical table; rows that cannot be stored are refused with their reasons.

    `raw` maps names of FIELDS to equally long columns (texts, numbers, None); an absent field is null
    throughout. `labels` gives the source's own column names for messages. Refused: no hour, no impressions,
    neither id, or one of these (or the site) unreadable or too long. An unreadable count becomes null and
    is remarked: it must not cost a line its impressions.
    """
    reading = _Reading(raw, notation or Notation(), labels or {})
    reading.hours()
    reading.impressions()
    reading.ids()
    reading.texts()
    reading.funnel()
    return reading.result()


class _Reading:
    """Raw columns on their way to the canonical table: what was read, what is against it, what is to be told."""

    def __init__(self, raw: Mapping[str, Column], notation: Notation, labels: Mapping[str, str]) -> None:
        self._raw, self._notation = raw, notation
        self._names = {name: labels.get(name, name) for name in FIELDS}
        self._length = len(next(iter(raw.values()))) if raw else 0
        self._columns: dict[str, pa.Array] = {}
        self._faults: dict[str, Mapping[int, Fault]] = {}
        self._remarks: list[Remark] = []
        self._second: Mapping[int, datetime] = {}

    def _given(self, name: str) -> Column:
        return self._raw.get(name, pa.nulls(self._length, pa.string()))

    def _remark(self, code: str, name: str, message: str, indexes: Sequence[int]) -> None:
        example = report_values.as_text(_value(self._given(name), indexes[0]))
        rows = tuple(index + 1 for index in indexes)
        self._remarks.append(Remark(code, self._names[name], example, message, rows))

    def hours(self) -> None:
        """Hours in UTC."""
        notation = self._notation
        read = report_hours.hours(
            self._given("hour"),
            notation.zone,
            notation.granularity,
            notation.formats,
            only_formats=notation.only_formats,
        )
        self._columns["hour_utc"], self._faults["hour"] = read.values, read.faults
        self._second = read.second
        if read.second:
            text = "These local hours happen twice when the clocks go back: the first row is taken as the first hour."
            self._remark("ambiguous_hour", "hour", text, read.ambiguous)

    def impressions(self) -> None:
        """Exact decimals."""
        read = report_values.decimals(self._given("impressions"), self._notation.numbers)
        self._columns["impressions"], self._faults["impressions"] = read.values, read.faults
        if read.rounded:
            text = "More than four decimals: rounded half-even to four."
            self._remark("rounded", "impressions", text, read.rounded)

    def ids(self) -> None:
        """Ids and sites: what identifies a row must fit into an index."""
        for name in ("campaign_id", "deal_id"):
            self._columns[name] = report_values.texts(self._given(name), lower=True, braces=True)
            self._faults[name] = self._too_long(name, LONGEST_ID)
        self._columns["site"] = report_values.texts(self._given("site")).fill_null("")
        self._faults["site"] = self._too_long("site", LONGEST_SITE) | self._over_sites()

    def _over_sites(self) -> dict[int, Fault]:
        """Sums over sites that stand beside their parts would count twice."""
        sums = pc.match_substring_regex(self._columns["site"], _OVER_SITES, ignore_case=True)
        header, sites = self._names["site"], self._columns["site"]
        return {
            index: Fault(
                "missing_value",
                f"“{sites[index].as_py()}” stands where {header} names a site: as a sum over sites it would count "
                "twice.",
                "Leave out the rows of sums.",
            )
            for index in pc.indices_nonzero(sums).to_pylist()
        }

    def _too_long(self, name: str, most: int) -> dict[int, Fault]:
        lengths = pc.utf8_length(self._columns[name])
        if (pc.max(lengths).as_py() or 0) <= most:
            return {}
        message = f"{self._names[name]} has more than {most} characters."
        long = pc.indices_nonzero(pc.greater(lengths, most).fill_null(False)).to_pylist()
        return {index: Fault("too_long", message) for index in long}

    def texts(self) -> None:
        """Names and purchase types."""
        for name in ("campaign_name", "deal_name"):
            self._columns[name] = report_values.texts(self._given(name), path=True)
        for name in ("campaign_purchase_type", "deal_purchase_type"):
            column = self._columns[name] = report_values.texts(self._given(name), lower=True)
            known = pc.or_(pc.is_in(column, pa.array(PURCHASE_TYPES, pa.string())), pc.is_null(column))
            if self._length and not pc.all(known).as_py():
                text = "A purchase type never seen before: kept as it is, counted as neither kind."
                strange = pc.indices_nonzero(pc.invert(known)).to_pylist()
                self._remark("unknown_purchase_type", name, text, strange)

    def funnel(self) -> None:
        """Counts; one that cannot be read must not cost a line its impressions."""
        for name in FUNNEL:
            read = report_values.counts(self._given(name), self._notation.numbers or "german")
            self._columns[name] = read.values
            if read.faults:
                text = "Not a whole number from 0 to 2,147,483,647: the row is stored without this figure."
                self._remark("funnel_unreadable", name, text, sorted(read.faults))

    def result(self) -> CanonicalRows:
        """The rows that can be stored, and why the others cannot."""
        columns = self._columns
        table = pa.table([columns[name] for name in CANONICAL.names], schema=CANONICAL)
        positions = pa.array(range(self._length), pa.int32())
        keep = pc.and_(
            pc.and_(pc.is_valid(columns["hour_utc"]), pc.is_valid(columns["impressions"])),
            pc.or_(pc.is_valid(columns["campaign_id"]), pc.is_valid(columns["deal_id"])),
        )
        long = {index for name in ("campaign_id", "deal_id", "site") for index in self._faults[name]}
        if long:
            short = np.ones(self._length, bool)
            short[sorted(long)] = False
            keep = pc.and_(keep, pa.array(short))
        if self._length == 0 or pc.all(keep).as_py():
            return CanonicalRows(table, (), tuple(self._remarks), positions, self._second)
        refused = tuple(self._refused(index) for index in pc.indices_nonzero(pc.invert(keep)).to_pylist())
        return CanonicalRows(
            table.filter(keep), refused, tuple(self._remarks), positions.filter(keep), self._second
        )

    def _refused(self, index: int) -> RefusedRow:
        reasons = [
            self._refusal(name, index) for name in ("hour", "impressions", "campaign_id", "deal_id", "site")
        ]
        if not (self._columns["campaign_id"][index].is_valid or self._columns["deal_id"][index].is_valid):
            message = f"Both {self._names['campaign_id']} and {self._names['deal_id']} are missing."
            fault = Fault("missing_value", message)
            reasons.append(self._refusal("deal_id", index, fault))
        content = {self._names.get(name, name): _value(column, index) for name, column in self._raw.items()}
        text = json.dumps(content, ensure_ascii=False, default=str)
        found = tuple(reason for reason in reasons if reason is not None)
        return RefusedRow(index + 1, found, text[:_CONTENT_LIMIT], self.key(index))

    def key(self, index: int) -> RefusedKey:
        """What could be read of a row's identity."""
        hour, campaign, deal = (
            self._columns[name][index].as_py() for name in ("hour_utc", "campaign_id", "deal_id")
        )
        readable = not any(index in self._faults[name] for name in ("campaign_id", "deal_id"))
        site = None if index in self._faults["site"] else self._columns["site"][index].as_py()
        return RefusedKey(hour, site, campaign, deal, readable and (campaign or deal) is not None)

    def _refusal(self, name: str, index: int, fault: Fault | None = None) -> Refusal | None:
        fault = fault or self._faults[name].get(index)
        if fault is None and name in REQUIRED and not self._columns[REQUIRED[name]][index].is_valid:
            fault = Fault("missing_value", f"{self._names[name]} is missing.")
        if fault is None:
            return None
        value = report_values.as_text(_value(self._given(name), index))
        return Refusal(name, self._names[name], value, fault.code, fault.message, fault.hint)


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


def possible(found: CanonicalRows, first: datetime, end: datetime, label: str) -> CanonicalRows:
    """The same without rows before `first` or from `end` on: their date is mistyped (`out_of_range`)."""
    hours, utc = found.table["hour_utc"], pa.timestamp("us", tz="UTC")
    within = pc.and_(pc.greater_equal(hours, pa.scalar(first, utc)), pc.less(hours, pa.scalar(end, utc)))
    if found.table.num_rows == 0 or pc.all(within).as_py():
        return found
    refused = []
    for index in pc.indices_nonzero(pc.invert(within)).to_pylist():
        row = found.table.slice(index, 1).to_pylist()[0]
        hour = row["hour_utc"].strftime("%Y-%m-%dT%H:%MZ")
        side = f"lies before {first:%d.%m.%Y}" if row["hour_utc"] < first else "has not come yet"
        reason = Refusal("hour", label, hour, "out_of_range", f"The hour {hour} {side}.", "Correct the date.")
        key = RefusedKey(None, row["site"], row["campaign_id"], row["deal_id"], True)
        content = json.dumps(row, ensure_ascii=False, default=str)[:_CONTENT_LIMIT]
        refused.append(RefusedRow(found.positions[index].as_py() + 1, (reason,), content, key))
    ordered = tuple(sorted((*found.refused, *refused), key=lambda row: row.row))
    return CanonicalRows(found.table.filter(within), ordered, found.remarks, found.positions.filter(within))


def _value(column: Column, index: int) -> Any:
    found = column[index]
    return found.as_py() if isinstance(found, pa.Scalar) else found
