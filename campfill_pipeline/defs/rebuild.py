"""Making every derived table again: the warehouse replays the ledger, this module reads the originals for it."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path
from typing import Any

from campfill_pipeline.defs import upload_steps
from campfill_pipeline.defs.resources import Campfill, open_campfill
from campfill_pipeline.domain.progress import NamedProgress
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.intake.rejected_ids import rejected_ids
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse.rebuild import replay
from campfill_pipeline.warehouse.register import uploads


def rebuild_all(settings: Settings, progress: NamedProgress) -> dict[str, Any]:
    """Rebuild and swap in. Returns counts, and `differences` as sentences (none, if all is well)."""
    campfill = open_campfill(moving=True)
    read_again: list[uploads.Upload] = []
    try:
        result = replay.rebuild(
            campfill.url,
            partial(_validated, campfill, read_again),
            rules=settings.rules,
            as_of=campfill.today,
            now=campfill.clock(),
            progress=partial(progress, "replaying the ledger"),
        )
    finally:
        campfill.close()
        for upload in read_again:
            shutil.rmtree(upload_steps.work_folder(campfill, upload), ignore_errors=True)
    return {
        "uploads": result.uploads,
        "lines": result.lines,
        "revisions": result.revisions,
        "differences": [str(difference) for difference in result.differences],
    }


def _validated(
    campfill: Campfill, read_again: list[uploads.Upload], upload: uploads.Upload
) -> replay.Validated:
    """Read and judge an original from the archive, as it was done when it arrived."""
    read_again.append(upload)
    verdict = upload_steps.verdict_of(campfill, upload)
    issues = Path(verdict.issues)
    parsed = upload_steps.parsed_of(campfill, upload)
    also_listed = (
        rejected_ids(parsed, issues, upload_steps.described(campfill, upload, parsed))
        if parsed.kind == UploadKind.CAMPAIGN_LIST
        else []
    )
    return replay.Validated(Path(verdict.lines), issues, upload_steps.counts_of(verdict), also_listed)
