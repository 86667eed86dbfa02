"""The steps of one upload, each able to start from the ledger and the archive alone.

What a step hands to the next lies in the work folder; where it is missing (another process, a later day), the step
before is done again from the archive. So every asset can be materialised by itself, at any time.
"""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

from pydantic import TypeAdapter

from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.intake import folder, parsing, receipts, validation
from campfill_pipeline.intake.findings import KIND_EXPORT, KIND_LIST, Parsed
from campfill_pipeline.reporting import export
from campfill_pipeline.warehouse import delivery, ledger, register

_PARSED = TypeAdapter(Parsed)
_VERDICT = TypeAdapter(validation.Verdict)


def limits(campfill: Campfill) -> parsing.ParseLimits:
    """What one file may cost, from the settings."""
    settings = campfill.settings
    return parsing.ParseLimits(
        max_bytes=settings.max_upload_mb * 1_000_000,
        memory_mb=settings.parse_memory_mb,
        seconds=settings.parse_seconds,
    )


def work_folder(campfill: Campfill, upload: ledger.Upload) -> Path:
    """Where this upload's intermediate files lie."""
    return campfill.settings.work / str(upload.upload_id)


def archived(campfill: Campfill, upload: ledger.Upload) -> Path:
    """The unchanged original."""
    return folder.archive_path(campfill.settings, upload.archived_as)


def parse(campfill: Campfill, upload: ledger.Upload, parser: parsing.Parser) -> Parsed:
    """Read the original in the parser's process; the findings stay in the work folder."""
    work = work_folder(campfill, upload)
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    progress = partial(campfill.progress, f"reading {upload.file_name}")
    parsed = parser.parse(archived(campfill, upload), upload.file_name, work, progress)
    (work / "parsed.json").write_bytes(_PARSED.dump_json(parsed))
    return parsed


def parsed_of(campfill: Campfill, upload: ledger.Upload) -> Parsed:
    """The findings of `parse`, from the work folder, else made again."""
    file = work_folder(campfill, upload) / "parsed.json"
    if file.exists():
        return _PARSED.validate_json(file.read_bytes())
    with parsing.Parser(limits(campfill)) as parser:
        return parse(campfill, upload, parser)


def validate(campfill: Campfill, upload: ledger.Upload) -> validation.Verdict:
    """Judge every row; the verdicts stay in the work folder."""
    parsed = parsed_of(campfill, upload)
    work = work_folder(campfill, upload)
    progress = partial(campfill.progress, f"checking {upload.file_name}")
    if parsed.kind == KIND_EXPORT:
        verdict = export.validate_export(parsed, work, progress=progress)
    else:
        verdict = validation.validate_list(parsed, work, progress=progress)
    (work / "verdict.json").write_bytes(_VERDICT.dump_json(verdict))
    return verdict
