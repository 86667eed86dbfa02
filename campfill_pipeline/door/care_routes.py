"""The addresses for who takes care of a line, and for make-goods. Saying needs a token that may upload.

Belongs here: HTTP of it. Does not belong here: what may be said (`warehouse/notices/care`).
"""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from campfill_pipeline.domain.care import LONGEST_NOTE, LONGEST_OWNER, MOST_IMPRESSIONS
from campfill_pipeline.door import answers, shapes
from campfill_pipeline.door.parameters import known_parameters
from campfill_pipeline.door.questions import Questions
from campfill_pipeline.door.refusals import refusals
from campfill_pipeline.warehouse.notices.care import Agreed, Said


class CareSaid(BaseModel):
    """What is said of a line; what is left out stays, an empty text takes back."""

    model_config = ConfigDict(extra="forbid")
    owner: str | None = Field(None, max_length=LONGEST_OWNER)
    note: str | None = Field(None, max_length=LONGEST_NOTE)
    acknowledged_until: date | None = None
    lift: bool = False


class MakeGoodAgreed(BaseModel):
    """A make-good; with `make_good`, what it is now."""

    model_config = ConfigDict(extra="forbid")
    impressions: int = Field(ge=1, le=MOST_IMPRESSIONS, strict=True)
    first_day: date
    last_day: date
    by_line: UUID | None = None
    note: str = Field("", max_length=LONGEST_NOTE)
    make_good: UUID | None = None


class MakeGoodClosed(BaseModel):
    """A make-good that is settled."""

    model_config = ConfigDict(extra="forbid")
    note: str = Field("", max_length=LONGEST_NOTE)


def router(questions: Questions) -> APIRouter:
    """The routes, on one home."""
    routes = APIRouter(tags=["care"], dependencies=[Depends(known_parameters)])
    told: dict[int | str, dict[str, Any]] = {200: {"model": shapes.CareAnswer}}
    writing = refusals(401, 403, 404, 422, 503)

    @routes.get("/care", responses={**told, **refusals(401, 422, 503)})
    def get_care() -> Response:
        """Who takes care of which line, and all make-goods, open ones first."""
        return answers.json(questions.care(None))

    @routes.get("/lines/{line_id}/care", responses={**told, **refusals(401, 422, 503)})
    def get_care_of_a_line(line_id: UUID) -> Response:
        """The same of one line, with everything that was said."""
        return answers.json(questions.care(line_id))

    @routes.post("/lines/{line_id}/care", responses={**told, **writing})
    def post_care(request: Request, line_id: UUID, said: CareSaid) -> Response:
        """Say who takes care of a line, until when nobody need ask, and a note."""
        what = Said(said.owner, said.note, said.acknowledged_until, said.lift)
        return answers.json(questions.say_care(line_id, what, _who(request)))

    @routes.post("/lines/{line_id}/make-goods", responses={**told, **writing})
    def post_make_good(request: Request, line_id: UUID, agreed: MakeGoodAgreed) -> Response:
        """Keep what was agreed to make good for a line."""
        what = Agreed(
            agreed.impressions,
            agreed.first_day,
            agreed.last_day,
            agreed.by_line,
            agreed.note,
            agreed.make_good,
        )
        return answers.json(questions.agree_make_good(line_id, what, _who(request)))

    @routes.post("/make-goods/{make_good}/close", responses={**told, **writing})
    def post_close(request: Request, make_good: UUID, closed: MakeGoodClosed) -> Response:
        """A make-good is settled."""
        return answers.json(questions.close_make_good(make_good, closed.note, _who(request)))

    return routes


def _who(request: Request) -> str:
    """The token's name; nobody's on this machine without one."""
    visitor = request.scope["visitor"]
    return str(visitor.name or "")
