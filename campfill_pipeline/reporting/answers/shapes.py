"""From a JSON document to rows: lists of objects, arrays with a header, objects of lists, objects by key.

Belongs here: how rows lie in a document, and which of them are no report rows. Does not belong here: reading bytes
(bodies.py), which column means what.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from campfill_pipeline.domain import report_values
from campfill_pipeline.domain.report_values import NumberNotation
from campfill_pipeline.reporting.description.tables import Answer, DropRows
from campfill_pipeline.reporting.transport import BadBodyError, SaidError

Row = dict[str, Any]
_NAMES = ("name", "id", "key", "field")


def at(value: Any, path: str) -> Any:
    """The value at a dotted path; None where a part is missing. The empty path is the value itself."""
    if not path:
        return value
    if isinstance(value, Mapping) and path in value:
        return value[path]
    for part in path.split("."):
        if isinstance(value, list) and part.isdigit() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, Mapping):
            value = value.get(part)
        else:
            return None
    return value


def present(whole: Any, path: str) -> bool:
    """Whether a document names something at this path, be it null."""
    head, _, last = path.rpartition(".")
    parent = at(whole, head)
    if isinstance(parent, list):
        return last.isdigit() and int(last) < len(parent)
    return isinstance(parent, Mapping) and last in parent


def lacks_rows(whole: Any, answer: Answer) -> bool:
    """Whether a document names no rows, and is one of those that do so where there are none (`none_beside`)."""
    beside = answer.none_beside
    return beside is not None and not present(whole, answer.rows) and at(whole, beside) not in (None, "")


def rows(whole: Any, answer: Answer) -> list[Row]:
    """All rows of a document. Raises BadBodyError and SaidError."""
    found = at(whole, answer.rows)
    if found is None and isinstance(whole, Mapping) and present(whole, answer.rows):
        raise SaidError(
            f"The answer's rows (“{answer.rows}”) are null, which is no list: not even an empty one."
        )
    if lacks_rows(whole, answer):
        return []
    if answer.shape == "arrays":
        picked = _named(found, _header(whole, answer), answer)
    elif answer.shape == "columns":
        picked = _turned(found, whole, answer)
    elif answer.shape == "by_key":
        picked = list(_by_key(found, answer.keys, {}, answer, whole))
    else:
        picked = _listed(found, whole, answer)
    _refuse_unfinished(picked, answer)
    for level in answer.levels:
        picked = _finer(picked, level)
        _refuse_unfinished(picked, answer)
    if not all(type(row) is dict for row in picked):
        raise BadBodyError("A row of the answer is not a JSON object.")
    return picked


def _listed(found: Any, whole: Any, answer: Answer) -> list[Any]:
    if isinstance(found, list):
        return found
    names = ", ".join(sorted(map(str, whole))[:10]) if isinstance(whole, Mapping) else type(whole).__name__
    raise BadBodyError(f"The answer has no list of rows at “{answer.rows}”; it has: {names}.")


def _header(whole: Any, answer: Answer) -> list[str]:
    found = answer.header if isinstance(answer.header, list) else at(whole, answer.header or "")
    if not isinstance(found, list) or not found:
        raise BadBodyError(f"The answer has no list of column names at “{answer.header}”.")
    names = [_name(item) for item in found]
    if None in names or len(set(names)) < len(names):
        raise BadBodyError(
            f"The column names at “{answer.header}” are no texts, or one of them stands twice."
        )
    return [str(name) for name in names]


def _name(item: Any) -> str | None:
    if isinstance(item, Mapping):
        item = next((item[key] for key in _NAMES if key in item), None)
    return item if isinstance(item, str) else None


def _named(found: Any, header: list[str], answer: Answer) -> list[Row]:
    if not isinstance(found, list):
        raise BadBodyError(f"The answer has no list of rows at “{answer.rows}”.")
    picked = []
    for row in found:
        if not isinstance(row, list) or len(row) != len(header):
            raise BadBodyError(
                f"A row of the answer is no list of {len(header)} values, as many as its header has."
            )
        picked.append(dict(zip(header, row, strict=True)))
    return picked


def _turned(found: Any, whole: Any, answer: Answer) -> list[Row]:
    """An object of lists, each of them a column."""
    if not isinstance(found, Mapping):
        _listed(None, whole, answer)
    columns = {name: values for name, values in found.items() if isinstance(values, list)}
    lengths = {len(values) for values in columns.values()}
    if not columns and found:
        raise BadBodyError(f"The object at “{answer.rows}” holds no lists.")
    if len(lengths) > 1:
        told = ", ".join(f"{name}: {len(values)}" for name, values in list(columns.items())[:5])
        raise BadBodyError(f"The columns of the answer have different lengths ({told}).")
    fixed = {name: value for name, value in found.items() if name not in columns}
    return [
        {**fixed, **dict(zip(columns, values, strict=True))} for values in zip(*columns.values(), strict=True)
    ]


def _by_key(found: Any, keys: Sequence[str], outer: Row, answer: Answer, whole: Any) -> Iterator[Row]:
    """Rows of objects within each other: at each level the keys are values of a column."""
    if not isinstance(found, Mapping):
        if not outer and found == []:
            return  # how some languages write an object without keys
        raise BadBodyError(f"The answer has no object with a key for each {keys[0]} at “{answer.rows}”.")
    for key, value in found.items():
        row = {**outer, keys[0]: key}
        if len(keys) > 1:
            yield from _by_key(value, keys[1:], row, answer, whole)
            continue
        for inner in value if isinstance(value, list) else [value]:
            if not isinstance(inner, Mapping):
                raise BadBodyError(f"What stands under “{key}” in the answer is no object.")
            if clash := sorted(set(inner) & set(row)):
                raise BadBodyError(
                    f"answer.keys names {clash[0]}, which the rows have too: choose another name."
                )
            yield {**row, **inner}


def _refuse_unfinished(picked: list[Any], answer: Answer) -> None:
    for mark in answer.not_whole_rows:
        late = [row for row in picked if isinstance(row, dict) and _is_dropped(row, mark)]
        if late:
            said = str(at(late[0], mark.column))[:80]
            raise SaidError(
                f"{len(late):,} rows of the answer say that their figures are not here yet ({mark.column}: {said})."
            )


def _finer(outer_rows: list[Any], path: str) -> list[Row]:
    outer = [row for row in outer_rows if isinstance(row, dict)]
    if outer and not any(present(row, path) for row in outer):
        raise SaidError(f"None of the answer's rows has a list at “{path}”.")
    return [
        {**{key: item for key, item in row.items() if key != path}, **inner}
        for row in outer
        for inner in _inner(row, path)
        if isinstance(inner, dict)
    ]


def _inner(row: Row, path: str) -> list[Any]:
    """The parts of an outer row; one that names none has none, but null is no list."""
    found = at(row, path)
    if found is None and not present(row, path):
        return []
    if not isinstance(found, list):
        raise SaidError(f"A row of the answer has no list at “{path}”.")
    return found


def without_dropped(
    found: list[Row], drops: Sequence[DropRows], impressions: str, notation: NumberNotation
) -> list[Row]:
    """The report rows among these. Raises SaidError where a total among the others is not their sum, and where rows
    would be dropped for what a column does not hold that none of them has.
    """
    kept = found
    drops = [drop.model_copy(update={"column": _meant(found, drop)}) for drop in drops]
    for drop in drops:
        totals = [row for row in kept if _is_dropped(row, drop)]
        kept = [row for row in kept if not _is_dropped(row, drop)]
        if drop.total and totals:
            _compare(totals, kept, drops, impressions, notation)
    return kept


def _meant(found: list[Row], drop: DropRows) -> str:
    """The column that is meant, as the rows spell it: without regard to case where none is spelt exactly so."""
    if any(drop.column in row or present(row, drop.column) for row in found):  # the first one, as a rule
        return drop.column
    names = frozenset[str]().union(*found)
    alike = next((name for name in names if name.casefold() == drop.column.casefold()), None)
    if alike is None and "" in drop.values and len(found) > 1:
        raise SaidError(
            f"None of the answer's {len(found):,} rows has the column “{drop.column}” by which drop_rows would drop "
            "all of them."
        )
    return drop.column if alike is None else alike


def _is_dropped(row: Row, drop: DropRows) -> bool:
    value = at(row, drop.column)
    text = "" if value is None else str(value).strip()
    return text in drop.values or any(text.startswith(start) for start in drop.starts)


def _compare(
    totals: list[Row], kept: list[Row], drops: Sequence[DropRows], impressions: str, notation: NumberNotation
) -> None:
    parts = [row for row in kept if not any(_is_dropped(row, drop) for drop in drops)]
    told, summed = (_figures(rows, impressions, notation) for rows in (totals, parts))
    if len(told) == len(totals) == 1 and told[0] != sum(summed, Decimal(0)):
        raise SaidError(
            f"The answer's own total is {told[0].normalize():,f}, but its rows are "
            f"{sum(summed, Decimal(0)).normalize():,f} together: some are missing, or are no report rows."
        )


def _figures(rows: list[Row], impressions: str, notation: NumberNotation) -> list[Decimal]:
    values = report_values.decimals([at(row, impressions) for row in rows], notation).values.to_pylist()
    return [value for value in values if value is not None]
