"""Reads one file of any kind: the work that the child process does, without its limits.

Belongs here: choosing the reader by the bytes of the file. Does not belong here: processes (`worker.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from campfill_pipeline.domain import described_exports
from campfill_pipeline.domain.progress import Progress
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.intake.findings import Parsed, ParseLimits, RawCell, UnreadableError
from campfill_pipeline.intake.layout import Known
from campfill_pipeline.intake.lists.notation import read_description
from campfill_pipeline.intake.process.proposing import propose_for
from campfill_pipeline.intake.text.delimited import raw_records, read_delimited
from campfill_pipeline.intake.text.documents import is_document, raw_objects, read_document
from campfill_pipeline.intake.xlsx.container import identify
from campfill_pipeline.intake.xlsx.workbook import Workbook, read_workbook

_UNKNOWN = ("no_header", "missing_column")
"""The reasons with which a list may only lack a description."""


def read_file(
    path: Path,
    file_name: str,
    work: Path,
    limits: ParseLimits,
    progress: Progress,
    descriptions: Mapping[str, str] | None = None,
) -> Parsed:
    """Read the tables of a file into `work`. A file that cannot be used gives a Parsed with a reason.

    `file_name` is only used to say in which format the file claims to be; `descriptions` are those of lists and of
    exports, by name, as TOML: where the file is no present list and no present export, it is read by one of them.
    """
    file_format = Path(file_name).suffix.lower().lstrip(".") or "unknown"
    known = _by(descriptions)
    try:
        if identify(path, limits) == "zip":
            return read_workbook(path, work, limits, progress, known)
        if is_document(path):
            return read_document(path, work, limits, known.lists)
        return read_delimited(path, work, limits, progress, known)
    except UnreadableError as error:
        proposal = None
        if error.reason in _UNKNOWN and error.kind != UploadKind.REPORT_CSV:
            proposal = propose_for(path, file_name, limits)
        return Parsed(error.kind, error.reason, error.problem, error.mend, file_format, proposal=proposal)


def _by(texts: Mapping[str, str] | None) -> Known:
    """The descriptions, each kind read when it is needed."""
    kinds = {name: described_exports.is_export(text) for name, text in (texts or {}).items()}
    of_exports = [text for name, text in (texts or {}).items() if kinds[name]]
    of_lists = [(name, text) for name, text in (texts or {}).items() if not kinds[name]]
    return Known(
        lambda: [read_description(text, f"{name}.toml") for name, text in of_lists],
        cache(lambda: [described_exports.read(text) for text in of_exports]),
    )


def read_raw_rows(
    path: Path,
    sheet: str | None,
    rows: Sequence[int],
    limits: ParseLimits,
    descriptions: Mapping[str, str] | None = None,
) -> list[list[RawCell]]:
    """The complete rows with these numbers, in the order asked, [] for one that is not there.

    Raises UnreadableError where the file cannot be read.
    """
    if identify(path, limits) != "zip":
        known = _by(descriptions)
        document = is_document(path)
        found = raw_objects(path, rows, known.lists) if document else raw_records(path, rows, known)
    else:
        workbook = Workbook(path, limits)
        try:
            found = workbook.raw_rows(sheet, rows)
        finally:
            workbook.close()
    return [found.get(number, []) for number in rows]
