"""The addresses for lines and their figures: JSON as the command line's, or CSV, page by page.

Belongs here: HTTP of figures. Does not belong here: any figure.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BeforeValidator

from campfill_pipeline.domain.fulfillment import Band
from campfill_pipeline.domain.kinds import LineKind
from campfill_pipeline.door import answers, shapes
from campfill_pipeline.door.parameters import known_parameters
from campfill_pipeline.door.questions import Questions
from campfill_pipeline.door.refusals import refusals

Limit = Annotated[int, Query(ge=1, le=10_000, description="Rows of a page.")]
After = Annotated[UUID | None, Query(description="The `line_id` or `id` that the page before ended with.")]
Text = Annotated[str | None, Query(min_length=1, max_length=500, pattern=r"^[^\x00]+$")]
When = Literal["now", "then"]
_REFUSED = refusals(401, 422, 503)


def _plain_day(text: object) -> object:
    """The day as written. A number or a moment is not taken for a day, as pydantic would."""
    if isinstance(text, str) and not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("a day is written like 2026-03-01")
    return text


def router(questions: Questions) -> APIRouter:
    """The routes, on one home."""
    routes = APIRouter(tags=["figures"], dependencies=[Depends(known_parameters)])

    @routes.get("/lines", responses=_listed(shapes.Line))
    def get_lines(
        request: Request,
        kind: LineKind | None = None,
        buyer: Text = None,
        after: After = None,
        limit: Limit = 1000,
    ) -> Response:
        """The lines as they stand, by id."""
        found = questions.lines(kind, buyer, after, limit + 1)
        return _page(request, found, "id", limit)

    @routes.get(
        "/lines/{line_id}", responses={200: {"model": shapes.LineAnswer}, **refusals(401, 404, 422, 503)}
    )
    def get_line(line_id: UUID) -> Response:
        """One line: contract, figures, history, delivery by day, cause with evidence."""
        return answers.json(questions.line(line_id))

    @routes.get("/fulfillment", responses=_listed(shapes.Fulfillment))
    def get_fulfillment(
        request: Request,
        as_of: Annotated[
            Annotated[date, BeforeValidator(_plain_day), Query(ge=date(1970, 1, 1), le=date(2200, 1, 1))]
            | None,
            Query(description="A local day, as 2026-03-01; default: today."),
        ] = None,
        contract: When = "now",
        known: When = "now",
        kind: LineKind | None = None,
        band: Band | None = None,
        buyer: Text = None,
        after: After = None,
        limit: Limit = 1000,
    ) -> Response:
        """The fulfillment of all lines, worst first."""
        found = questions.fulfillment(as_of, contract, known, kind, band, buyer, after, limit + 1)
        return _page(request, found, "line_id", limit)

    @routes.get("/attention", responses=_listed(shapes.Attention))
    def get_attention(request: Request, after: After = None, limit: Limit = 1000) -> Response:
        """The lines to look at today: guaranteed first, then by value at risk."""
        return _page(request, questions.attention(after, limit + 1), "line_id", limit)

    @routes.get("/reconciliation", responses=_listed(shapes.Reconciliation))
    def get_reconciliation(
        request: Request,
        after: Annotated[int | None, Query(ge=0, le=2**31 - 1, description="The `issue_no` before.")] = None,
        limit: Limit = 1000,
    ) -> Response:
        """Where list and reporting disagree."""
        return _page(request, questions.reconciliation(after, limit + 1), "issue_no", limit)

    return routes


def _listed(shape: Any) -> dict[int | str, dict[str, Any]]:
    described = {
        "model": list[shape],
        "description": "`Link` leads to the next page.",
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
    return {200: described, **_REFUSED}


def _page(request: Request, found: list[dict[str, Any]], key: str, limit: int) -> Response:
    """The page, with the address of the next one where a row more was found than it holds."""
    next_page = None
    if len(found) > limit:
        found = found[:limit]
        words = {**request.query_params, "after": str(found[-1][key]), "limit": str(limit)}
        next_page = f"{request.url.path}?{urlencode(words)}"
    return answers.rows(request, found, next_page)
