"""The page of each refusal's code: what it means and what helps. `type` in every refusal leads here.

Belongs here: these small pages. Does not belong here: the words (`problems`).
"""

from __future__ import annotations

from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from campfill_pipeline.door import problems
from campfill_pipeline.door.problems import ProblemError

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}: campfill</title><link rel="stylesheet" href="/static/door.css">
<main><p class="eyebrow">{status} · <code>{code}</code></p><h1>{title}</h1><p class="lead">{mend}</p>
<p><a href="/">campfill</a></p></main></html>
"""


def router() -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/problems/{code}")
    def problem(code: str) -> HTMLResponse:
        """What a code means."""
        kind = problems.BY_CODE.get(code)
        if kind is None:
            raise ProblemError("not_found", f"No refusal is called “{code[:60]}”.")
        words = {"title": kind.title, "code": kind.code, "mend": kind.mend}
        told = {name: escape(text) for name, text in words.items()}
        return HTMLResponse(_PAGE.format(status=kind.status, **told))

    return routes
