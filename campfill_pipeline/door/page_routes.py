"""Pages for people: `/`, the way in behind a proxy, and what they need: styles and scripts, all from here.

Belongs here: HTTP of pages. Does not belong here: what they look like (`static/`).
"""

from __future__ import annotations

import asyncio
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field

from campfill_pipeline.door import reader
from campfill_pipeline.door.access import COOKIE, SESSION_SECONDS, Access
from campfill_pipeline.door.gate import asked_of
from campfill_pipeline.door.problems import ProblemError
from campfill_pipeline.door.reader import STATIC
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say

if TYPE_CHECKING:
    from campfill_pipeline.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_PAGE = {"content-security-policy": POLICY, "cache-control": "no-store"}
_KINDS = {".css": "text/css", ".js": "text/javascript"}


class Shown(BaseModel):
    """A token that is shown at the door by a person."""

    model_config = ConfigDict(extra="forbid")
    token: str = Field(min_length=1, max_length=200)


def router(settings: Settings, access: Access, web_url: str | None) -> APIRouter:
    """The routes, on one home."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/")
    def page(request: Request) -> HTMLResponse:
        """Drop lists, see what became of them."""
        return reader.page(
            request, settings, "page.html", _PAGE,
            zone=settings.timezone.key,
            most_bytes=settings.max_upload_mb * 1_000_000,
            most_mb=lambda: notation.number(settings.max_upload_mb),
            inbox=str(settings.inbox) if not access.guarded else "inbox/",
            links=lambda: _links(None if access.guarded else web_url),
        )  # fmt: skip

    @routes.get("/login")
    def login_page(request: Request) -> HTMLResponse:
        """Where a person shows a token."""
        return reader.page(request, settings, "login.html", _PAGE)

    @routes.post("/login", status_code=204)
    async def login(request: Request, shown: Shown) -> Response:
        """A session for the browser that showed a token; its secret goes into a cookie that scripts cannot read."""
        asked = asked_of(request.scope)
        try:
            secret = await asyncio.to_thread(access.begin_session, asked, shown.token)
        except ProblemError:
            await asyncio.sleep(access.wrong_token_delay(asked))
            raise
        answer = Response(status_code=204)
        answer.set_cookie(
            COOKIE, secret, max_age=SESSION_SECONDS, httponly=True, samesite="strict",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return answer

    @routes.post("/logout", status_code=204)
    def logout(request: Request) -> Response:
        """The end of a session."""
        access.end_session(asked_of(request.scope))
        answer = Response(status_code=204)
        answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
        return answer

    @routes.get("/static/{name}")
    def static(name: str) -> FileResponse:
        """A style or a script."""
        kind = _KINDS.get(Path(name).suffix)
        file = STATIC / name
        if kind is None or "/" in name or "\\" in name or "\0" in name or not file.is_file():
            raise ProblemError("not_found", f"There is no “{name[:80]}”.")
        return FileResponse(file, media_type=kind, headers={"cache-control": "no-cache"})

    return routes


def _links(web_url: str | None) -> Markup:
    places = {
        say("Fulfillment page"): "/reports/fulfillment.html",
        say("Workbook"): "/reports/fulfillment.xlsx",
    }
    if web_url:
        places[say("Web UI")] = web_url
    places |= {say("Course"): "/learn/", say("Guide"): "/guide/", say("API"): "/docs"}
    return Markup(
        "".join(f'<a href="{escape(address)}">{escape(words)}</a>' for words, address in places.items())
    )
