"""What became of an upload, as the contract says it: the JSON of `campfill ingest` and of the HTTP door.

Belongs here: this one shape, so that every door tells the same. Does not belong here: making it text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from campfill_pipeline.domain.issues import Issue, Severity
from campfill_pipeline.domain.list_descriptions import PRESENT
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.warehouse.register.announced import Announced
from campfill_pipeline.warehouse.register.uploads import Upload

COUNTS = ("read", "accepted", "rejected", "skipped", "new", "updated", "unchanged")


def of_upload(upload: Upload, issues: Sequence[Issue]) -> dict[str, Any]:
    """The report on one upload."""
    return {
        "upload_id": str(upload.upload_id),
        "file": upload.file_name,
        "sha256": upload.sha256,
        "kind": upload.kind,
        "status": upload.status,
        "reason": upload.reason,
        "rows": {count: getattr(upload, f"rows_{count}") or 0 for count in COUNTS},
        "issues": [*_of_the_file(upload), *(asdict(issue) for issue in issues)],
        "receipt": upload.receipt,
        "description": _description(upload),
        "told": list(upload.notes) if upload.kind == UploadKind.CARE else [],
    }


def _description(upload: Upload) -> dict[str, Any] | None:
    """The description that a file was read by, and its version; the present list is always the same."""
    if upload.description_name is not None:
        return {"name": upload.description_name, "version": upload.description_version}
    if upload.kind not in (UploadKind.CAMPAIGN_LIST, UploadKind.LIST_DESCRIPTION):
        return None
    return {"name": PRESENT, "version": 1}


def _of_the_file(upload: Upload) -> list[dict[str, Any]]:
    """Why a file as a whole was rejected, as the first of its issues: it has no cell, but a reason and a mend."""
    if upload.reason is None:
        return []
    told = {
        "code": upload.reason,
        "severity": Severity.ERROR,
        "message": upload.message or "",
        "hint": upload.hint or "",
    }
    return [dict.fromkeys(field.name for field in fields(Issue)) | told]


def of_announced(file: Announced) -> dict[str, Any]:
    """The same of a file that lies in the inbox: it is received, and nothing else is known yet."""
    return {
        "upload_id": str(file.upload_id),
        "file": file.file_name,
        "sha256": file.sha256,
        "kind": "unknown",
        "status": "received",
        "reason": None,
        "rows": dict.fromkeys(COUNTS, 0),
        "issues": [],
        "receipt": None,
        "description": None,
        "told": [],
    }
