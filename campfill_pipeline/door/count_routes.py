"""The address for second counts: what others counted, beside ours.

Belongs here: HTTP of it. Does not belong here: any figure (`warehouse/counts`).
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Response

from campfill_pipeline.domain.count_days import month_of
from campfill_pipeline.door import answers, shapes
from campfill_pipeline.door.parameters import known_parameters
from campfill_pipeline.door.questions import Questions
from campfill_pipeline.door.refusals import refusals

Month = Annotated[
    str | None,
    Query(
        pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
        description="All days of one month, as 2026-10; default: the days that their files speak of.",
    ),
]


def router(questions: Questions) -> APIRouter:
    """The route, on one home."""
    routes = APIRouter(tags=["figures"], dependencies=[Depends(known_parameters)])
    told: dict[int | str, dict[str, Any]] = {200: {"model": shapes.SecondCounts}}

    @routes.get("/counts", responses={**told, **refusals(401, 422, 503)})
    def get_counts(month: Month = None) -> Response:
        """Second counts beside ours: the discrepancy of each line, and what it is made of."""
        days = None if month is None else month_of(int(month[:4]), int(month[5:]))
        return answers.json(questions.second_counts(days))

    return routes
