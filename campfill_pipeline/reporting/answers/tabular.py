"""Reading an answer that is a text table: CSV or tab-separated, with lines above and below that are no rows.

Belongs here: from text to rows of texts. Does not belong here: JSON (shapes.py), which column means what.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Sequence

from campfill_pipeline.reporting.description.tables import Answer
from campfill_pipeline.reporting.transport import BadBodyError

Row = dict[str, str]
_SHOWN = 8


def read(content: bytes, answer: Answer, needed: Collection[str]) -> list[Row]:
    """The rows of a table. `needed` are the columns by which a header is known. Raises BadBodyError."""
    text = _text(content, answer)
    header: list[str] | None = list(answer.header) if isinstance(answer.header, list) else None
    rows: list[Row] = []
    above = answer.skip_until_header
    for line in _lines(text, answer):
        if header is None:
            found = [name.strip() for name in line]
            if above and not _is_header(found, needed):
                continue
            header = _unique(found)
        elif _ends(line, answer.stop_at):
            break
        elif any(line):
            if len(line) != len(header):
                raise BadBodyError(
                    "A line of the CSV answer has another number of columns than its header "
                    f"({len(line)} instead of {len(header)}): {_told(line)}."
                )
            rows.append(dict(zip(header, line, strict=True)))
    if header is None:
        names = ", ".join(sorted(needed))
        raise BadBodyError(f"No line of the answer is the header: none holds all of {names}.")
    if not rows and not answer.header and not _is_header(header, needed):
        raise BadBodyError(
            f"The CSV answer has no rows and no column {', '.join(f'“{name}”' for name in sorted(needed))}; "
            f"it says: {_told(header)}."
        )
    return rows


def _text(content: bytes, answer: Answer) -> str:
    try:
        text = content.decode("utf-8-sig" if answer.encoding.lower() == "utf-8" else answer.encoding)
    except (UnicodeDecodeError, LookupError):
        raise BadBodyError(f"The answer is not text in {answer.encoding}.") from None
    if not text.strip():
        raise BadBodyError("The answer is empty.")
    if text.lstrip()[:1] == "<":
        raise BadBodyError("A web page came instead of the report.")
    return text.removeprefix("\ufeff")


def _lines(text: str, answer: Answer) -> Iterator[list[str]]:
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=answer.delimiter, strict=True)
    except csv.Error:
        raise BadBodyError("The CSV answer is damaged or broke off.") from None


def _is_header(names: Sequence[str], needed: Collection[str]) -> bool:
    there = {name.casefold() for name in names}
    return all(name.casefold() in there for name in needed)


def _unique(names: list[str]) -> list[str]:
    """The header. Raises BadBodyError where two columns have one name: nobody could know which is meant."""
    twice = {name for name in names if name and names.count(name) > 1}
    if twice:
        raise BadBodyError(f"Two columns of the answer are called {', '.join(sorted(twice))}.")
    return names


def _ends(line: Sequence[str], stop_at: Sequence[str]) -> bool:
    """Whether a line is the first below the table: its first filled cell begins as said, or it is blank for ""."""
    first = next((cell.strip() for cell in line if cell.strip()), "")
    return any(first.startswith(stop) if stop else not first for stop in stop_at)


def _told(line: Sequence[str]) -> str:
    return " | ".join(line[:_SHOWN])[:200]
