"""The addresses for second counts: what others counted beside ours, who bills by which, months frozen for billing.

Belongs here: HTTP of it. Does not belong here: any figure (`warehouse/counts`).
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from campfill_pipeline.domain.count_days import Days, month_of
from campfill_pipeline.door import answers, shapes
from campfill_pipeline.door.parameters import known_parameters
from campfill_pipeline.door.questions import Questions
from campfill_pipeline.door.refusals import refusals

MONTH = r"^20[0-9]{2}-(0[1-9]|1[0-2])$"
Compared = Annotated[
    str | None,
    Query(
        pattern=MONTH,
        description="All days of one month, as 2026-10; default: the days that their files speak of.",
    ),
]
Frozen = Annotated[
    str | None, Query(pattern=MONTH, description="One month, as 2026-10, then with its lines; default: all.")
]
Month = Annotated[str, Query(pattern=MONTH, description="A month that was frozen, as 2026-10.")]
Number = Annotated[
    int | None, Query(ge=1, description="Of a month that was frozen several times; default: the last time.")
]


class BillingSaid(BaseModel):
    """By which count a buyer, or an agency for all of its seats, is billed: `ours`, or whoever counts."""

    model_config = ConfigDict(extra="forbid")
    buyer: str = Field(min_length=1, max_length=500)
    billed_by: str = Field(min_length=1, max_length=500)


class MonthToFreeze(BaseModel):
    """A month to be kept for billing; `provisional` also while its figures may still change."""

    model_config = ConfigDict(extra="forbid")
    month: str = Field(pattern=MONTH)
    provisional: bool = False


def router(questions: Questions) -> APIRouter:
    """The routes, on one home."""
    routes = APIRouter(tags=["figures"], dependencies=[Depends(known_parameters)])
    reading, writing = refusals(401, 422, 503), refusals(401, 403, 422, 503)

    @routes.get("/counts", responses={**_told(shapes.SecondCounts), **reading})
    def get_counts(month: Compared = None) -> Response:
        """Second counts beside ours: the discrepancy of each line, and what it is made of."""
        return answers.json(questions.second_counts(None if month is None else _days(month)))

    @routes.get("/counts/billing", responses={**_told(list[shapes.Billing]), **reading})
    def get_billing() -> Response:
        """Who bills by which count; all others are billed by ours."""
        return answers.json(questions.billing())

    @routes.post("/counts/billing", responses={**_told(list[shapes.Billing]), **writing})
    def post_billing(request: Request, said: BillingSaid) -> Response:
        """Say by which count a buyer is billed; answers what stands."""
        return answers.json(questions.say_billing(said.buyer, said.billed_by, _who(request)))

    @routes.get("/counts/frozen", responses={**_told(list[shapes.FrozenMonth]), **reading})
    def get_frozen(month: Frozen = None, number: Number = None) -> Response:
        """The frozen months; of one, each time it was frozen, with its lines."""
        return answers.json(questions.frozen(None if month is None else _days(month), number))

    @routes.post("/counts/frozen", responses={**_told(shapes.FrozenMonth), **writing})
    def post_frozen(request: Request, asked: MonthToFreeze) -> Response:
        """Keep a month's figures for billing, by line, with a number and a hash."""
        made = questions.freeze(_days(asked.month), provisional=asked.provisional, said_by=_who(request))
        return answers.json(made)

    @routes.get("/counts/changed", responses={**_told(shapes.ChangedMonth), **reading})
    def get_changed(month: Month, number: Number = None) -> Response:
        """What changed since a month was frozen, by line, and why."""
        return answers.json(questions.changed(_days(month), number))

    return routes


def _told(model: Any) -> dict[int | str, dict[str, Any]]:
    return {200: {"model": model}}


def _days(month: str) -> Days:
    return month_of(int(month[:4]), int(month[5:]))


def _who(request: Request) -> str:
    """The token's name; nobody's on this machine without one."""
    return str(request.scope["visitor"].name or "")
