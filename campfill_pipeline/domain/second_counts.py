"""Second counts: a table that says what somebody else counted for our lines, by day, by period or in total.

Belongs here: how its header is recognised, and the verdict on each row. Does not belong here: how a day is read
(`count_days`), reading the file (`intake`), which lines there are, what differs from ours (`discrepancies`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from uuid import UUID
from zoneinfo import available_timezones

from campfill_pipeline.domain.cells import CellKind, is_blank, spoiled
from campfill_pipeline.domain.columns import Column, normal_header
from campfill_pipeline.domain.count_days import Days, DaysRead, Slashes, read_days, slash_order
from campfill_pipeline.domain.id_maps import normal_id
from campfill_pipeline.domain.issues import Finding, Severity
from campfill_pipeline.domain.names import clean
from campfill_pipeline.domain.numbers import Notation, NumberRule, notation_without_doubt, read_number

COUNT_COLUMNS: tuple[Column, ...] = (
    Column("line", "Line ID"),
    Column("impressions", "Counted impressions"),
    Column("day", "Day", required=False),
    Column("last_day", "To", required=False),
    Column("month", "Month", required=False),
    Column("site", "Site", required=False),
    Column("zone", "Time zone", required=False),
    Column("counted_by", "Counted by", required=False),
)
FIELDS = tuple(column.field for column in COUNT_COLUMNS)
OURS = "ours"
"""The word for our own count, where it is said who bills by which; nobody else may be called so."""
BUYER = "buyer"
"""Who counted where the file does not say."""
LONGEST = 200

_COLUMN = {column.field: column for column in COUNT_COLUMNS}
_LINE = ("line id", "line", "line-id", "zeile", "zeilen-id", "zeilen id", "line id or external id",
         "external id", "external-id", "externe id", "buchungs-id", "buchung")  # fmt: skip
_LINE_OF_MANY = (
    "deal id", "deal-id", "campaign id", "campaign-id", "kampagnen-id", "kampagnen id", "deal/campaign id",
    "placement id", "order id", "booking id", "auftrags-id", "id",
)  # fmt: skip
_COUNTED = (
    "counted impressions", "measured impressions", "verified impressions", "second count", "second count impressions",
    "their impressions", "buyer impressions", "impressions counted", "impressions measured", "gezählte impressions",
    "gezählte impressionen", "gemessene impressionen",
    "gezählte kontakte", "gemessene impressions", "gemessene kontakte", "zweite zählung", "zweitzählung",
)  # fmt: skip
_BY_HEADER: dict[str, str] = {
    **dict.fromkeys((*_LINE, *_LINE_OF_MANY), "line"),
    **dict.fromkeys((*_COUNTED, "impressions", "total impressions", "impressionen", "kontakte"), "impressions"),
    **dict.fromkeys(("day", "date", "tag", "datum", "from", "von", "first day", "period", "zeitraum"), "day"),
    **dict.fromkeys(("to", "bis", "until", "last day"), "last_day"),
    **dict.fromkeys(("month", "monat"), "month"),
    **dict.fromkeys(("site", "standort", "location", "screen"), "site"),
    **dict.fromkeys(("time zone", "timezone", "time-zone", "zeitzone", "tz"), "zone"),
    **dict.fromkeys(
        ("counted by", "measured by", "counter", "gezählt von", "gemessen von", "zähler", "messdienstleister",
         "measurement firm"), "counted_by",
    ),
}  # fmt: skip
IMPRESSIONS = NumberRule(
    "impressions", "number of impressions", 4, Decimal(0), Decimal("99999999999999.9999"), "12149.71"
)


def count_column(header: str) -> Column | None:
    """The column of a second count that this header means, or None."""
    field = _BY_HEADER.get(normal_header(header))
    return None if field is None else _COLUMN[field]


def may_be_count(headers: Sequence[str]) -> bool:
    """Whether these headers name a line and impressions: a second count, if only the header said so."""
    fields = {_BY_HEADER.get(normal_header(header)) for header in headers}
    return {"line", "impressions"} <= fields


def is_count_header(headers: Sequence[str]) -> bool:
    """Whether these are the headers of a second count, and of nothing else.

    Either a column says so (who counted, or that these are counted impressions), or there is nothing but columns of
    a second count, with the line named as such: `Deal ID, Date, Impressions` alone may be anybody's export.
    """
    plain = [normal_header(header) for header in headers]
    fields = {_BY_HEADER.get(header) for header in plain}
    if not may_be_count(headers):
        return False
    says_so = "counted_by" in fields or any(header in _COUNTED for header in plain)
    return says_so or (None not in fields and any(header in _LINE for header in plain))


_NOTHING: tuple[str | None, int] = (None, int(CellKind.BLANK))
_REMEMBERED = 50_000
"""Texts repeat from row to row: ids, days, sites, names."""


@lru_cache(maxsize=_REMEMBERED)
def _shown(text: str | None, kind: int) -> str | None:
    if kind == CellKind.BLANK or is_blank(text):
        return None
    return text.removesuffix(".0") if kind == CellKind.NUMBER and text else text


_clean = lru_cache(maxsize=_REMEMBERED)(clean)
_days_of = lru_cache(maxsize=_REMEMBERED)(read_days)


@lru_cache(maxsize=_REMEMBERED)
def _is_total(text: str | None) -> bool:
    return text is not None and clean(text).casefold().rstrip(":") in _TOTALS


@dataclass(frozen=True)
class CountRow:
    """One row as it stands in the file: by field, the text and the kind of its cell. `table`: which of the file's."""

    table: int
    sheet: str | None
    row_no: int
    cells: Mapping[str, tuple[str | None, int]]

    def text(self, field: str) -> str | None:
        """What stands there; None where nothing does."""
        return _shown(*self.cells.get(field, _NOTHING))

    def kind(self, field: str) -> int:
        """What kind of cell it is."""
        return self.cells.get(field, (None, CellKind.BLANK))[1]


@dataclass(frozen=True)
class Counted:
    """One accepted row: so many impressions were counted for the line on these days (None: in total), at this site."""

    sheet: str | None
    row_no: int
    line_id: UUID
    counted_by: str
    first_day: date | None
    last_day: date | None
    site: str
    impressions: Decimal
    zone: str | None

    @property
    def days(self) -> Days | None:
        """The days it is told of; None for a total."""
        return (
            None if self.first_day is None or self.last_day is None else Days(self.first_day, self.last_day)
        )


@dataclass(frozen=True)
class JudgedCounts:
    """What became of the rows: accepted ones, findings by (position of the row, field), rows passed over."""

    accepted: tuple[Counted, ...]
    found: tuple[tuple[int, str, Finding], ...]
    skipped: int


Named = Mapping[str, Collection[UUID]]


def judge_counts(rows: Sequence[CountRow], named: Named) -> JudgedCounts:
    """Judge every row. `named`: the lines that a text (normal_id) names by their id, external id or mapped id."""
    found: list[tuple[int, str, Finding]] = []
    read: list[tuple[int, Counted]] = []
    aside: set[int] = set()
    notations = {table: _notation(rows, table) for table in {row.table for row in rows}}
    dated = {row.table for row in rows if row.text("day") or row.text("month")}
    orders = {table: slash_order(_dates(rows, table)) for table in notations}
    for position, row in enumerate(rows):
        if (passed := _passed_over(row)) is not None:
            aside.add(position)
            found.append((position, *passed))
            continue
        faults: list[tuple[str, Finding]] = []
        counted = _read(
            row, named, _Table(notations[row.table], row.table in dated, orders[row.table]), faults
        )
        found += [(position, field, finding) for field, finding in faults]
        if counted is not None:
            read.append((position, counted))
    refused, repeated, doubts = _beside_each_other(rows, read)
    found += doubts
    accepted = tuple(one for position, one in read if position not in refused and position not in repeated)
    found.sort(key=lambda one: (one[0], FIELDS.index(one[1])))
    return JudgedCounts(accepted, tuple(found), len(aside) + len(repeated))


def _notation(rows: Sequence[CountRow], table: int) -> Notation | None:
    """What the column's texts show beyond doubt; None where they show nothing, or both."""
    shown = {
        notation_without_doubt(text)
        for row in rows
        if row.table == table
        and row.kind("impressions") == CellKind.TEXT
        and (text := row.text("impressions"))
    } - {None}
    return shown.pop() if len(shown) == 1 else None


_TOTALS = ("total", "grand total", "subtotal", "sum", "summe", "gesamt", "gesamtsumme", "insgesamt", "ergebnis",
           "zwischensumme", "gesamtergebnis")  # fmt: skip


def _passed_over(row: CountRow) -> tuple[str, Finding] | None:
    """The field and what is said, where a row is a total of the table, a remark, or its header again."""
    line, impressions = row.text("line"), row.text("impressions")
    if line and impressions and all(
        (meant := count_column(text)) is not None and meant.field == field
        for field, text in (("line", line), ("impressions", impressions))
    ):  # fmt: skip
        return "line", _info("repeated_header", "The header stands here again; it was passed over.")
    totals = [field for field in FIELDS if _is_total(row.text(field))]
    if totals:
        return totals[0], _info("total_row", "A total of the rows above; it was passed over.")
    if (
        line is None
        and impressions is None
        and all(row.kind(f) != CellKind.ERROR for f in ("line", "impressions"))
    ):
        return "line", _info("note_row", "No line and no impressions: a remark; it was passed over.")
    return None


@dataclass(frozen=True)
class _Table:
    """What a table's columns show: how its numbers are written, whether its rows have days, its dates with slashes."""

    notation: Notation | None
    dated: bool
    order: Slashes | None


def _dates(rows: Sequence[CountRow], table: int) -> Iterator[str | None]:
    for row in rows:
        if row.table == table:
            yield row.text("day")
            yield row.text("last_day")


def _read(row: CountRow, named: Named, table: _Table, faults: list[tuple[str, Finding]]) -> Counted | None:
    """The row's reading; None where it has faults, which are added to `faults`."""
    line = _line(row, named, faults)
    text, kind = row.cells.get("impressions", (None, int(CellKind.BLANK)))
    number = read_number(text, kind, IMPRESSIONS, table.notation)
    if number.finding is not None:
        faults.append(("impressions", number.finding))
    elif number.value is None:
        faults.append(("impressions", _missing("number of impressions")))
    days = _days(row, table)
    faults += [(field, finding) for field, finding in days.findings]
    zone = _zone(row, faults)
    site, counted_by = _name(row, "site", "site", faults), _name(row, "counted_by", "name", faults) or BUYER
    if counted_by.casefold() == OURS:
        faults.append(
            ("counted_by", _error("reserved_name", f"“{counted_by}” is the word for our own count.",
                                  "Write the name of whoever counted."))
        )  # fmt: skip
    if (
        any(finding.severity is Severity.ERROR for _, finding in faults)
        or line is None
        or number.value is None
    ):
        return None
    first, last = (days.days.first, days.days.last) if days.days else (None, None)
    return Counted(row.sheet, row.row_no, line, counted_by, first, last, site, number.value, zone)


def _line(row: CountRow, named: Named, faults: list[tuple[str, Finding]]) -> UUID | None:
    text = row.text("line")
    if spoilt := spoiled(row.cells.get("line", (None, 0))[0], row.kind("line")):
        faults.append(("line", spoilt))
    elif text is None:
        faults.append(("line", _missing("line")))
    elif len(text) > LONGEST:
        faults.append(
            ("line", _error("too_long", f"This is longer than {LONGEST} characters.", "Copy the id alone."))
        )
    elif len(lines := set(named.get(normal_id(text), ()))) == 1:
        return next(iter(lines))
    elif lines:
        ids = ", ".join(sorted(map(str, lines)))
        faults.append(
            ("line", _error("unknown_line", f"{len(lines)} lines are named “{text.strip()}”: {ids}.",
                            "Write the id of the one."))
        )  # fmt: skip
    else:
        faults.append(
            ("line", _error("unknown_line", f"No list ever named a line “{text.strip()}”.",
                            "Copy the line's id, or the id that its list or a mapping file names it by; or drop the"
                            " list of this line first."))
        )  # fmt: skip
    return None


def _days(row: CountRow, table: _Table) -> DaysRead:
    cells = {
        field: row.cells.get(field, (None, int(CellKind.BLANK))) for field in ("day", "last_day", "month")
    }
    return _days_of(cells["day"], cells["last_day"], cells["month"], dated=table.dated, order=table.order)


@cache
def _zones() -> Mapping[str, str]:
    return {name.casefold(): name for name in available_timezones() - {"localtime", "Factory"}}


def _zone(row: CountRow, faults: list[tuple[str, Finding]]) -> str | None:
    text = row.text("zone")
    if text is None:
        return None
    zone = _zones().get(_clean(text).casefold())
    if zone is None:
        faults.append(
            ("zone", _error("unknown_zone", f"No time zone is called “{clean(text)[:LONGEST]}”.",
                            "Write an IANA name like UTC or Europe/Berlin; or nothing, where their days are ours."))
        )  # fmt: skip
    return zone


def _name(row: CountRow, field: str, what: str, faults: list[tuple[str, Finding]]) -> str:
    if spoilt := spoiled(row.cells.get(field, (None, 0))[0], row.kind(field)):
        faults.append((field, spoilt))
    text = _clean(row.text(field) or "")
    if len(text) > LONGEST:
        faults.append(
            (field, _error("too_long", f"This {what} is longer than {LONGEST} characters.", "Shorten it."))
        )
    return text


_Doubts = list[tuple[int, str, Finding]]


def _beside_each_other(
    rows: Sequence[CountRow], read: Sequence[tuple[int, Counted]]
) -> tuple[set[int], set[int], _Doubts]:
    """Rows refused because of other rows of the same line and counter, rows repeated in vain, what is said of both."""
    refused: set[int] = set()
    repeated: set[int] = set()
    doubts: _Doubts = []
    by_line: dict[tuple[UUID, str], list[tuple[int, Counted]]] = {}
    for position, one in read:
        by_line.setdefault((one.line_id, one.counted_by.casefold()), []).append((position, one))
    for group in by_line.values():
        for position, finding in (
            *_mixed_zones(rows, group),
            *_contradicting(rows, group),
            *_overlapping(rows, group),
        ):
            if finding.severity is Severity.ERROR:
                refused.add(position)
            else:
                repeated.add(position)
            field = {"mixed_zones": "zone", "overlapping_days": "day"}.get(finding.code, "line")
            doubts.append((position, field, finding))
    return refused, repeated - refused, doubts


def _mixed_zones(
    rows: Sequence[CountRow], group: Sequence[tuple[int, Counted]]
) -> Iterator[tuple[int, Finding]]:
    zones = sorted({one.zone or "" for _, one in group})
    if len(zones) > 1:
        told = ", ".join(zone or "–" for zone in zones)
        for position, _ in group:
            yield position, _error(
                "mixed_zones", f"The rows of this line name different time zones ({told}).",
                "Let all rows of a line name the same one.",
            )  # fmt: skip


def _contradicting(
    rows: Sequence[CountRow], group: Sequence[tuple[int, Counted]]
) -> Iterator[tuple[int, Finding]]:
    same: dict[tuple[Days | None, str], list[tuple[int, Counted]]] = {}
    for position, one in group:
        same.setdefault((one.days, one.site.casefold()), []).append((position, one))
    for told in same.values():
        if len(told) == 1:
            continue
        places = ", ".join(str(rows[position].row_no) for position, _ in told)
        if len({one.impressions for _, one in told}) > 1:
            for position, _ in told:
                yield position, _error(
                    "counted_twice", f"The rows {places} tell different figures for the same line, days and site.",
                    "Leave the one that is right; or sum them, if they are parts.",
                )  # fmt: skip
        else:
            for position, _ in told[1:]:
                yield position, Finding(
                    "duplicate_row", Severity.WARNING,
                    f"The same line, days and figure stand in row {rows[told[0][0]].row_no}; it counts once.",
                    "Nothing to do.",
                )  # fmt: skip


def _overlapping(
    rows: Sequence[CountRow], group: Sequence[tuple[int, Counted]]
) -> Iterator[tuple[int, Finding]]:
    """Sums that stand beside their parts: a period beside its days, a line beside its sites."""
    periods = sorted({one.days for _, one in group if one.days is not None})
    sited = {one.days for _, one in group if one.site}
    wide = {one for one in periods if _overlaps_narrower(one, periods)}
    for position, one in group:
        if one.days is None and periods:
            said = "This total stands beside rows of single days or periods"
        elif one.days in wide:
            said = "These days stand in other rows, too"
        elif not one.site and one.days in sited:
            said = "This figure stands beside rows of the same days by site"
        else:
            continue
        yield position, _error(
            "overlapping_days", f"{said}, and nobody can know whether it is their sum.",
            "Leave out the row that sums others.",
        )  # fmt: skip


def _overlaps_narrower(one: Days, periods: Sequence[Days]) -> bool:
    if one.first == one.last:
        return False
    return any(other != one and other.overlaps(one) and len(other) <= len(one) for other in periods)


def _missing(what: str) -> Finding:
    return _error("missing_value", f"The {what} is missing.", "Fill this cell.")


def _error(code: str, message: str, hint: str) -> Finding:
    return Finding(code, Severity.ERROR, message, hint)


def _info(code: str, message: str) -> Finding:
    return Finding(code, Severity.INFO, message, "Nothing to do.")
