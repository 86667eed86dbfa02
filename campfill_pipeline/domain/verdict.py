"""The verdict on a dropped file, whether it is a campaign list or a CSV export of reporting."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from campfill_pipeline.domain.uploads import UploadStatus


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a file. read = accepted + rejected; skipped rows (blank, total, note, repeated) are apart.

    `lines` is an Arrow IPC stream of the accepted rows (`lines.LINES`, or `report_rows.CANONICAL` for an export),
    `issues` one of the issues; `refused`, of an export, tells which stored rows the rejected ones may be. `reason` is
    None or a code of the contract.
    """

    lines: Path
    issues: Path
    rows_read: int
    rows_accepted: int
    rows_rejected: int
    rows_skipped: int
    status: UploadStatus
    reason: str | None
    errors: int
    warnings: int
    infos: int
    refused: Path | None = None
    by_day: bool = False
    """Of an export: whether its rows are whole days."""
    whole: bool = False
    """Of an export: whether it holds every campaign and deal of its time, by its description."""
