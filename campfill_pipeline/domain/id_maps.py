"""Mapping files: a table of two columns that says which line is meant by an id of a reporting source.

Belongs here: how its header is recognised, and the verdict on each row. Does not belong here: reading the file
(`intake`), which lines there are and what follows for their delivery (`warehouse/register/id_maps`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from campfill_pipeline.domain.columns import Column, normal_header
from campfill_pipeline.domain.issues import Finding, Severity

ID_MAP_COLUMNS: tuple[Column, ...] = (
    Column("source_id", "Source ID"),
    Column("line", "Line ID"),
    Column("connector", "Connector", required=False),
)
LONGEST = 200
NO_LINE = frozenset(("none", "no line", "keine", "keine zeile", "aucune", "aucune ligne"))
"""What stands for a line where a mapping is taken away."""
_SOURCE, _LINE, _CONNECTOR = ID_MAP_COLUMNS
_BY_HEADER = {
    **dict.fromkeys(("source id", "source-id", "report id", "reporting id", "quell-id", "quell id"), _SOURCE),
    **dict.fromkeys(("line id", "line", "external id", "zeilen-id", "zeilen id", "line id or external id"), _LINE),
    **dict.fromkeys(("connector", "source", "quelle", "konnektor"), _CONNECTOR),
}  # fmt: skip


def id_map_column(header: str) -> Column | None:
    """The mapping file's column that this header means, or None."""
    return _BY_HEADER.get(normal_header(header))


def normal_id(text: str) -> str:
    """The form in which ids are compared: without regard to case, surrounding or doubled white space, and braces."""
    return " ".join(text.split()).strip("{}").lower()


@dataclass(frozen=True)
class MapRow:
    """One row as it stands in the file; None where a cell is blank. `row_no` and `sheet` are its place."""

    sheet: str | None
    row_no: int
    source_id: str | None
    line: str | None
    connector: str | None


@dataclass(frozen=True)
class Mapped:
    """One accepted row: this source id, of this connector ('' for any), is this line; None: no mapped one any more."""

    sheet: str | None
    row_no: int
    source_id: str
    connector: str
    line_id: UUID | None


@dataclass(frozen=True)
class JudgedMap:
    """What became of the rows: accepted ones, findings by (position of the row, field), and rows repeated in vain."""

    accepted: tuple[Mapped, ...]
    found: tuple[tuple[int, str, Finding], ...]
    repeated: int

    def rejected(self, rows: int) -> int:
        """How many of so many rows were rejected."""
        return rows - len(self.accepted) - self.repeated


def judge_map(
    rows: Sequence[MapRow], named: Mapping[str, Collection[UUID]], connectors: Collection[str]
) -> JudgedMap:
    """Judge every row. `named`: the lines that a text (normal_id) names by their id or external id."""
    found: list[tuple[int, str, Finding]] = []
    candidates: dict[tuple[str, str], list[tuple[int, UUID | None]]] = {}
    for position, row in enumerate(rows):
        faults = list(_faults(row, named, connectors))
        found += [(position, field, finding) for field, finding in faults]
        if not faults:
            key = normal_id(row.source_id or ""), (row.connector or "").strip().lower()
            meant = next(iter(named.get(normal_id(row.line or ""), ())), None)
            candidates.setdefault(key, []).append((position, meant))
    accepted, repeated = [], 0
    for (source_id, connector), claims in candidates.items():
        if len({line for _, line in claims}) > 1:
            places = ", ".join(str(rows[position].row_no) for position, _ in claims)
            found += [(position, "source_id", _conflict(source_id, places)) for position, _ in claims]
            continue
        (first, line), *again = claims
        accepted.append(Mapped(rows[first].sheet, rows[first].row_no, source_id, connector, line))
        repeated += len(again)
        found += [(position, "source_id", _again(rows[first].row_no)) for position, _ in again]
    found.sort(key=lambda one: (one[0], one[1]))
    return JudgedMap(tuple(accepted), tuple(found), repeated)


def _faults(
    row: MapRow, named: Mapping[str, Collection[UUID]], connectors: Collection[str]
) -> Iterator[tuple[str, Finding]]:
    for field, text, what in (("source_id", row.source_id, "id of the source"), ("line", row.line, "line")):
        if text is None or not text.strip():
            yield field, _error("missing_value", f"The {what} is missing.", "Fill this cell.")
        elif len(text) > LONGEST:
            yield (
                field,
                _error("too_long", f"This is longer than {LONGEST} characters.", "Copy the id alone."),
            )
    connector = (row.connector or "").strip().lower()
    if connector and connector not in connectors:
        known = ", ".join(sorted(connectors))
        yield (
            "connector",
            _error(
                "unknown_connector",
                f"No reporting source here is called “{connector}”.",
                f"Write one of {known}, or nothing for any.",
            ),
        )
    if not (row.line and row.line.strip() and len(row.line) <= LONGEST):
        return
    lines = set(named.get(normal_id(row.line), ()))
    if not lines and normal_id(row.line) in NO_LINE:
        return
    if not lines:
        yield (
            "line",
            _error(
                "unknown_line",
                f"No list ever named a line “{row.line.strip()}”.",
                "Copy the line's id, or the id that its list names it by; or drop the list of this line first."
                " To take a mapping away, write none.",
            ),
        )
    elif len(lines) > 1:
        ids = ", ".join(sorted(map(str, lines)))
        yield (
            "line",
            _error(
                "unknown_line",
                f"{len(lines)} lines are named “{row.line.strip()}”: {ids}.",
                "Write the id of the one.",
            ),
        )
    elif (
        row.source_id
        and (own := set(named.get(normal_id(row.source_id), ())))
        and own != lines
        and _is_uuid(row.source_id)
    ):
        yield (
            "source_id",
            _error(
                "id_of_a_line",
                "This id is itself a line's, and its rows count for that line.",
                "Take this row out; mend the list if that line is wrong.",
            ),
        )


def _is_uuid(text: str) -> bool:
    try:
        UUID(normal_id(text))
    except ValueError:
        return False
    return True


def _conflict(source_id: str, places: str) -> Finding:
    return _error(
        "duplicate_id", f"“{source_id}” is given to different lines, in rows {places}; none of them was taken.",
        "Leave the one row that is right.",
    )  # fmt: skip


def _again(row_no: int) -> Finding:
    return Finding(
        "duplicate_row",
        Severity.WARNING,
        f"The same id and line stand in row {row_no}; it counts once.",
        "Nothing to do.",
    )


def _error(code: str, message: str, hint: str) -> Finding:
    return Finding(code, Severity.ERROR, message, hint)
