"""Whether all is well: `/health` for a machine that watches, `/metrics` for Prometheus.

Belongs here: judging how old is too old, and the formats. Does not belong here: asking the database.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import APIRouter, Depends, Response

from campfill_pipeline.door import answers, shapes
from campfill_pipeline.door.health import health
from campfill_pipeline.door.metrics import exposition
from campfill_pipeline.door.parameters import known_parameters
from campfill_pipeline.door.questions import Questions
from campfill_pipeline.door.refusals import refusals


def router(questions: Questions, dagster_url: Callable[[], str]) -> APIRouter:
    """The routes, on one home."""
    routes = APIRouter(tags=["watching"], dependencies=[Depends(known_parameters)])

    @routes.get(
        "/health",
        responses={
            200: {"model": shapes.Health, "description": "All is well."},
            503: {"model": shapes.Health, "description": "Something is not; `reasons` says what."},
            **refusals(401, 422),
        },
    )
    def get_health() -> Response:
        """Database, daemon, last look into the inbox, newest delivery."""
        state = health(questions, dagster_url, datetime.now(UTC))
        return answers.json(state, 503 if state["reasons"] else 200)

    @routes.get(
        "/metrics",
        responses={
            200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
            **refusals(401, 422, 503),
        },
        response_class=Response,
    )
    def get_metrics() -> Response:
        """Uploads, seconds per step, rows, queue, delivery, disk, for Prometheus."""
        text, kind = exposition(questions, datetime.now(UTC))
        return Response(text, media_type=kind, headers={"cache-control": "no-store"})

    return routes
