"""What the door's routes ask: thin words around the ledger and the readers.

Belongs here: opening a transaction and calling what knows. Does not belong here: HTTP, SQL, rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from campfill_pipeline.door.problems import ProblemError
from campfill_pipeline.settings import Settings
from campfill_pipeline.warehouse.database import Connection
from campfill_pipeline.warehouse.kept_connections import KeptConnections
from campfill_pipeline.warehouse.readers import upload_list, upload_report
from campfill_pipeline.warehouse.register import uploads

DECIDED = frozenset({"loaded", "partly_loaded", "rejected", "duplicate"})


@dataclass(frozen=True)
class Questions:
    """Everything that can be asked of one home."""

    settings: Settings
    kept: KeptConnections

    def upload(self, upload_id: UUID) -> dict[str, Any]:
        """The report on an upload; until it is decided, `status` says how far it is. Raises ProblemError."""
        with self.kept.connect() as connection:
            report = upload_report.report(connection, upload_id)
            if report is None:
                raise ProblemError("unknown_upload", f"{upload_id} never arrived.")
            if report["status"] == "received":
                report["status"] = self._how_far(connection, upload_id)
        return report

    def receipt(self, upload_id: UUID) -> Path:
        """The receipt's file. Raises ProblemError where there is none."""
        path: str | None = self.upload(upload_id)["receipt"]
        file = self.settings.home / path if path else None
        if file is None or not file.is_file():
            raise ProblemError("no_receipt", f"Nothing was written for {upload_id} so far.")
        return file

    def uploads(self, before: int | None, limit: int) -> list[dict[str, Any]]:
        """The uploads, latest first; on the first page those that still lie in the inbox come before all."""
        with self.kept.connect() as connection:
            return upload_list.latest(connection, before=before, limit=limit)

    def _how_far(self, connection: Connection, upload_id: UUID) -> str:
        """`received`, then what a run does with it: its files in the work folder tell."""
        upload = uploads.find(connection, upload_id)
        if upload is None or upload.attempts == 0:
            return "received"
        work = self.settings.work / str(upload_id)
        if (work / "verdict.json").exists():
            return "storing"
        return "checking" if (work / "parsed.json").exists() else "reading"
