"""Files that the door shows: the fulfillment page, the workbook, receipts; nothing else of the home.

Belongs here: which file an address means. Does not belong here: making the files.
"""

from __future__ import annotations

import mimetypes
from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

from campfill_pipeline.door.problems import ProblemError
from campfill_pipeline.settings import Settings


def router(settings: Settings) -> APIRouter:
    """The routes, on one home."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/reports/{name}")
    def report(name: str) -> FileResponse:
        """The fulfillment page or its workbook."""
        return _file(settings.reports, name, "no_report")

    @routes.get("/outbox/{name}")
    def receipt(name: str) -> FileResponse:
        """A receipt."""
        return _file(settings.outbox, name, "not_found")

    return routes


def _file(folder: Path, name: str, missing: str) -> FileResponse:
    file = folder / name
    if name.startswith(".") or "/" in name or "\\" in name or "\0" in name or not file.is_file():
        raise ProblemError(missing, f"There is no file “{name[:100]}”.")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return FileResponse(file, media_type=kind, headers={"cache-control": "no-cache"})
