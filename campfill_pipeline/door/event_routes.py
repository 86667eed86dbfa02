"""The states of an upload as they come, as server-sent events; and taking an upload back.

Belongs here: HTTP of both. Does not belong here: what a state is (`questions`), undoing (`warehouse/register/revert`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import UUID

import orjson
from fastapi import APIRouter, Depends, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from campfill_pipeline.door import answers, shapes
from campfill_pipeline.door.parameters import known_parameters
from campfill_pipeline.door.problems import ProblemError
from campfill_pipeline.door.questions import Questions
from campfill_pipeline.door.refusals import refusals

LOOK_SECONDS = 0.5
LONGEST_SECONDS = 1800.0
ALIVE_SECONDS = 15.0


def router(questions: Questions) -> APIRouter:
    """The routes, on one home."""
    routes = APIRouter(tags=["uploads"], dependencies=[Depends(known_parameters)])

    @routes.get(
        "/uploads/{upload_id}/events", response_class=StreamingResponse,
        responses={
            200: {
                "description": "An event `state` for each change, until the receipt is there.",
                "content": {"text/event-stream": {"schema": {"type": "string"}}},
            },
            **refusals(401, 404, 422, 503),
        },
    )  # fmt: skip
    async def get_events(upload_id: UUID) -> StreamingResponse:
        """The states of an upload as they come."""
        await run_in_threadpool(
            questions.state, upload_id
        )  # where there is none, it is refused before it begins
        return StreamingResponse(
            _events(questions, upload_id),
            media_type="text/event-stream",
            headers={"cache-control": "no-store"},
        )

    @routes.get(
        "/uploads/{upload_id}/revert",
        responses={200: {"model": shapes.Revert}, **refusals(401, 404, 409, 422, 503)},
    )
    def get_revert(upload_id: UUID) -> Response:
        """What taking this upload back would change (or, of one taken back, putting it back). Changes nothing."""
        return answers.json(questions.revert(upload_id, dry_run=True))

    @routes.post(
        "/uploads/{upload_id}/revert",
        responses={200: {"model": shapes.Revert}, **refusals(401, 403, 404, 409, 422, 503)},
    )
    def post_revert(upload_id: UUID, again: bool = False) -> Response:
        """Take this upload back; with `again=true`, put one that was taken back in force again. Figures follow."""
        return answers.json(questions.revert(upload_id, dry_run=False, again=again))

    return routes


async def _events(questions: Questions, upload_id: UUID) -> AsyncIterator[bytes]:
    told, begun, last = None, time.monotonic(), time.monotonic()
    yield b"retry: 2000\n\n"
    while time.monotonic() - begun < LONGEST_SECONDS:
        try:
            state = await run_in_threadpool(questions.state, upload_id)
        except ProblemError:
            return  # forgotten meanwhile
        if state != told:
            yield b"event: state\ndata: " + orjson.dumps(state, default=str) + b"\n\n"
            told, last = state, time.monotonic()
        elif time.monotonic() - last > ALIVE_SECONDS:
            yield b": still here\n\n"
            last = time.monotonic()
        if state["receipt"]:
            return
        await asyncio.sleep(LOOK_SECONDS)
