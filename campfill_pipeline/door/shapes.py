"""The shapes of the door's JSON answers, as its OpenAPI description tells them.

Belongs here: descriptions only; the answers are made by the readers. Does not belong here: any of their values.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["campaign_list", "report_csv", "unknown"]
Status = Literal[
    "received", "reading", "checking", "storing", "loaded", "partly_loaded", "rejected", "duplicate"
]
Count = Annotated[int, Field(ge=0)]


class _Exact(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(_Exact):
    """Why a request was refused (RFC 9457). `type` is the page that explains the code; `hint` is the mend."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str


class Rows(_Exact):
    """read = accepted + rejected; accepted = new + updated + unchanged; blank, total, repeated rows are `skipped`."""

    read: Count
    accepted: Count
    rejected: Count
    skipped: Count
    new: Count
    updated: Count
    unchanged: Count


class Issue(_Exact):
    """What was found in the file: where, what, why, and how to mend it."""

    sheet: str | None
    cell: str | None
    row: int | None
    column: str | None
    value: str | None
    code: str
    severity: Literal["error", "warning", "info"]
    message: str
    hint: str


class UploadReport(_Exact):
    """What became of an upload, as `campfill ingest --json` says it; until it is decided, how far it is."""

    upload_id: UUID
    file: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    kind: Kind
    status: Status
    reason: str | None
    rows: Rows
    issues: list[Issue]
    receipt: str | None


class UploadSummary(_Exact):
    """One upload of the list. `seq` is its number, NULL while it lies in the inbox."""

    upload_id: UUID
    seq: int | None
    file_name: str
    kind: Kind
    status: Status
    reason: str | None
    message: str | None
    hint: str | None
    received_at: datetime
    decided_at: datetime | None
    reverted_at: datetime | None
    attempts: Count
    rows_read: int | None
    rows_accepted: int | None
    rows_rejected: int | None
    rows_new: int | None
    rows_updated: int | None
    rows_unchanged: int | None
    receipt: str | None
