"""Files that the door shows: the fulfillment page, the workbook, receipts; nothing else of the home.

Belongs here: which file an address means, and what stands beside the page when it is opened here. Does not belong here:
making the files.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Iterator
from html import escape
from pathlib import Path

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, RedirectResponse, StreamingResponse

from campfill_pipeline.door import problems, reader
from campfill_pipeline.door.problems import ProblemError
from campfill_pipeline.settings import Settings
from campfill_pipeline.storage import published

PAGE = "fulfillment.html"
_CLOSED, _OPENED = b"default-src 'none';", b"default-src 'none'; connect-src 'self';"
_PIECE = 256 * 1024


def router(settings: Settings, web_url: str | None) -> APIRouter:
    """The routes, on one home. `web_url`: where the reader can reach the web UI, if at all."""
    routes = APIRouter(include_in_schema=False)

    @routes.api_route("/reports/{name}", methods=["GET", "HEAD"])
    def report(request: Request, name: str) -> Response:
        """The fulfillment page or its workbook. Before there is one, people are led to where lists are dropped.

        A program that fetches the page whatever it is, as its address is printed before the first list, gets one that
        says so; for data it asks in vain.
        """
        try:
            file = _found(settings, settings.reports, name, "no_report")
        except ProblemError:
            wanted = request.headers.get("accept", "*/*")
            if name.startswith("fulfillment.") and "text/html" in wanted:
                return RedirectResponse("/", status_code=303)
            if name == PAGE and "*/*" in wanted:
                kind, told = problems.BY_CODE["no_report"], {"cache-control": "no-cache"}
                return reader.page(request, settings, "no-report.html", told, kind=kind, inbox=settings.inbox)
            raise
        return _page(request, file, web_url) if name == PAGE else _file(file)

    @routes.api_route("/outbox/{name}", methods=["GET", "HEAD"])
    def receipt(name: str) -> FileResponse:
        """A receipt."""
        return _file(_found(settings, settings.outbox, name, "not_found"))

    return routes


def _found(settings: Settings, folder: Path, name: str, missing: str) -> Path:
    plain = not (name.startswith(".") or "/" in name or "\\" in name or "\0" in name)
    file = published.shown(settings, folder / name) if plain else folder
    if not file.is_file():
        raise ProblemError(missing, f"There is no file “{name[:100]}”.")
    return file


def _file(file: Path) -> FileResponse:
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    return FileResponse(file, media_type=kind, headers={"cache-control": "no-cache"})


def _page(request: Request, file: Path, web_url: str | None) -> Response:
    """The page as it is on disk, with a strip beside it that leads on and says when a newer one exists."""
    state = file.stat()
    tag = f'"{state.st_mtime_ns:x}-{state.st_size:x}"'
    headers = {"etag": tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    script = (Path(__file__).with_name("static") / "report.js").read_text(encoding="utf-8")
    beside = (
        f'<script data-web="{escape(web_url or "")}" data-etag={json.dumps(escape(tag))}'
        f' data-messages="{escape(reader.strip_messages())}">{script}</script>'
    )
    return StreamingResponse(_pieces(file, beside.encode()), media_type="text/html", headers=headers)


def _pieces(file: Path, beside: bytes) -> Iterator[bytes]:
    with file.open("rb") as content:
        # The page forbids itself every connection, which is right for a file; the strip asks the door for a newer one.
        yield content.read(_PIECE).replace(_CLOSED, _OPENED, 1)
        while piece := content.read(_PIECE):
            yield piece
    yield beside
