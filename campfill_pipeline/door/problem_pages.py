"""The page of each refusal's code: what it means and what helps. `type` in every refusal leads here.

Belongs here: these small pages. Does not belong here: the words (`problems`).
"""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from campfill_pipeline.door import problems, reader
from campfill_pipeline.door.problems import ProblemError
from campfill_pipeline.settings import Settings


def router(settings: Settings) -> APIRouter:
    """The routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/problems/{code}")
    def problem(request: Request, code: str) -> HTMLResponse:
        """What a code means."""
        kind = problems.BY_CODE.get(code)
        if kind is None:
            raise ProblemError("not_found", f"No refusal is called “{code[:60]}”.")
        return reader.page(request, settings, "problem.html", {}, kind=kind)

    return routes
