"""Exports read again from the archive, as they were read when they arrived.

Belongs here: from an original to its judged rows. Does not belong here: what is done with them (warehouse/).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType

from campfill_pipeline.domain import described_exports
from campfill_pipeline.domain.described_exports import DescribedExport
from campfill_pipeline.domain.local_days import FIRST_DAY
from campfill_pipeline.domain.progress import NamedProgress, Progress
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake.findings import Parsed, ParseLimits
from campfill_pipeline.intake.judge import exports, refused_rows
from campfill_pipeline.intake.process.parser import Parser, ReadingTroubleError
from campfill_pipeline.settings import Settings
from campfill_pipeline.storage import originals
from campfill_pipeline.warehouse.register.uploads import Upload
from campfill_pipeline.warehouse.retelling.exports import ExportRows

_FIRST_INSTANT = datetime.fromisoformat(FIRST_DAY).replace(tzinfo=UTC)


def possible(arrived: datetime) -> tuple[datetime, datetime]:
    """The hours that delivery can be of in a file that arrived then."""
    return _FIRST_INSTANT, arrived + timedelta(days=1)


def limits(settings: Settings) -> ParseLimits:
    """What one file may cost, from the settings."""
    return ParseLimits(
        max_bytes=settings.max_upload_mb * 1_000_000,
        memory_mb=settings.parse_memory_mb,
        seconds=settings.parse_seconds,
    )


def judge(
    parsed: Parsed,
    work: Path,
    upload: Upload,
    settings: Settings,
    progress: Progress | None = None,
    by: DescribedExport | None = None,
) -> Verdict:
    """Judge an export's rows: of the hours that delivery can be of when it arrived. `by`: the description it was read
    by.
    """
    return exports.validate_export(
        parsed,
        work,
        progress=progress,
        possible=possible(upload.received_at),
        zone=settings.timezone,
        daily=settings.is_daily_export(upload.file_name),
        by=by,
    )


class KeptExports:
    """Reads originals of exports again. A context manager: what it read is there until its end.

    `described` gives the text of the description that an upload was read by, in its version of then.
    """

    def __init__(
        self,
        settings: Settings,
        described: Callable[[Upload], str | None],
        progress: NamedProgress = lambda what, done, total: None,
    ) -> None:
        self._settings, self._progress = settings, progress
        self._described = described
        settings.work.mkdir(parents=True, exist_ok=True)
        self._folder = tempfile.TemporaryDirectory(prefix="told-again-", dir=settings.work)
        self._parser = Parser(limits(settings))

    def __enter__(self) -> KeptExports:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._parser.close()
        self._folder.cleanup()

    def read(self, upload: Upload) -> ExportRows:
        """The rows of a stored export. Raises ReadingTroubleError where its original cannot be read any more."""
        original = originals.local(self._settings, upload.archived_as)
        work = Path(self._folder.name) / str(upload.upload_id)
        text = self._described(upload)
        parsed = self._parser.parse(
            original,
            upload.file_name,
            work,
            lambda done, total: self._progress(f"reading {upload.file_name}", done, total),
            {} if text is None else {str(upload.description_name): text},
        )
        if parsed.reason is not None:
            raise ReadingTroubleError(original, parsed.message)
        by = None if text is None else described_exports.read(text)
        verdict = judge(parsed, work, upload, self._settings, by=by)
        whole = verdict.whole or self._settings.is_whole_export(upload.file_name)
        return ExportRows(Path(verdict.lines), refused_rows.read(verdict.refused), whole, verdict.by_day)
