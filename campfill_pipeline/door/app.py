"""The door's application: gate, routes, and one shape for every refusal.

Belongs here: putting the parts together. Does not belong here: any of them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio.to_thread
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from campfill_pipeline.door import (
    api_page,
    care_routes,
    count_routes,
    event_routes,
    faults,
    figure_routes,
    file_routes,
    guide_routes,
    page_routes,
    problem_pages,
    problems,
    shapes,
    upload_routes,
    watch_routes,
)
from campfill_pipeline.door.access import Access
from campfill_pipeline.door.gate import Gate
from campfill_pipeline.door.limits import Limits
from campfill_pipeline.door.problems import ProblemError
from campfill_pipeline.door.questions import Questions
from campfill_pipeline.door.receiving import Receiving
from campfill_pipeline.settings import Settings
from campfill_pipeline.storage.errors import StorageError
from campfill_pipeline.warehouse.kept_connections import AwayError, KeptConnections
from campfill_pipeline.warehouse.postgres.server import ServerError

THREADS = 8  # for questions to the database; each keeps a connection and some memory


_log = logging.getLogger("campfill.door")


@dataclass(frozen=True)
class Place:
    """Where this door stands. `guarded`: everything needs a token; `web_url`: the web UI, where it can be reached."""

    guarded: bool = False
    web_url: str | None = None


def make_app(
    settings: Settings,
    url: Callable[[], str],
    dagster_url: Callable[[], str],
    place: Place | None = None,
    limits: Limits | None = None,
) -> Gate:
    """The application on one home; the addresses of its two databases may change while it runs."""
    place, limits = place or Place(), limits or Limits()
    kept = KeptConnections(url)
    questions = Questions(settings, kept)
    receiving = Receiving(settings, kept, limits)

    @asynccontextmanager
    async def open_and_close(app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = THREADS
        try:
            await asyncio.to_thread(receiving.recover)
        except (AwayError, ServerError, StorageError) as error:
            _log.warning("what a crash may have left is looked at when the door starts again: %s", error)
        yield
        kept.close()

    app = FastAPI(
        title="campfill", version="1", docs_url=None, redoc_url=None, lifespan=open_and_close,
        description="Hand campaign lists in, see what became of them, and read the fulfillment of every line.",
    )  # fmt: skip
    access = Access(kept, place.guarded, frozenset(settings.door_hosts), limits)
    web_url = None if place.guarded else place.web_url
    app.include_router(upload_routes.router(questions, receiving))
    app.include_router(event_routes.router(questions))
    app.include_router(figure_routes.router(questions))
    app.include_router(care_routes.router(questions))
    app.include_router(count_routes.router(questions))
    app.include_router(watch_routes.router(questions, dagster_url))
    app.include_router(page_routes.router(settings, access, web_url))
    app.include_router(file_routes.router(settings, web_url))
    app.include_router(guide_routes.router(settings))
    app.include_router(problem_pages.router(settings))
    _answer_refusals(app)
    _describe_problems(app)
    _show_description(app)
    return Gate(app, access, limits)


def _answer_refusals(app: FastAPI) -> None:
    @app.exception_handler(ProblemError)
    async def refused(request: Request, problem: ProblemError) -> Response:
        return problems.answer(problem)

    @app.exception_handler(HTTPException)
    async def no_route(request: Request, error: HTTPException) -> Response:
        code = {404: "not_found", 405: "wrong_method"}.get(error.status_code, "bad_request")
        headers = {name.lower(): value for name, value in (error.headers or {}).items()}
        return problems.answer(ProblemError(code, f"{request.method} {request.url.path[:200]}", **headers))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        return problems.answer(ProblemError("bad_request", faults.told(error.errors()[0])))

    @app.exception_handler(AwayError)
    @app.exception_handler(ServerError)
    async def away(request: Request, error: Exception) -> Response:
        return problems.answer(ProblemError("database_away", "The answer cannot be looked up now."))

    @app.exception_handler(StorageError)
    async def store_away(request: Request, error: StorageError) -> Response:
        logging.getLogger("campfill.door").warning(
            "%s", error
        )  # where the store is does not concern the sender
        return problems.answer(
            ProblemError("storage_away", "The object store of this home cannot be used now.")
        )

    @app.exception_handler(ClientDisconnect)
    async def gone(request: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=400)  # nobody is there to read it

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        return problems.answer(ProblemError("internal_error", "Something went wrong that should not."))


def _show_description(app: FastAPI) -> None:
    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        """Every address, as a page."""
        return HTMLResponse(
            api_page.render(app.openapi()), headers={"content-security-policy": page_routes.POLICY}
        )


def _describe_problems(app: FastAPI) -> None:
    """Add the shape of refusals to the OpenAPI description: no route names it as its own answer."""
    described = app.openapi

    def with_problems() -> dict[str, object]:
        if app.openapi_schema is None:
            schema = described()
            schema.setdefault("components", {}).setdefault("schemas", {})["Problem"] = (
                shapes.Problem.model_json_schema()
            )
        return app.openapi_schema or {}

    app.openapi = with_problems  # type: ignore[method-assign]
