"""The addresses for uploads: handing a file in, asking what became of it, its receipt.

Belongs here: HTTP of uploads. Does not belong here: how a file is taken in (`receiving`).
"""

from __future__ import annotations

from pathlib import PurePath
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse

from campfill_pipeline.door import answers, shapes
from campfill_pipeline.door.parameters import known_parameters
from campfill_pipeline.door.problems import ProblemError
from campfill_pipeline.door.questions import DECIDED, Questions
from campfill_pipeline.door.receiving import Receiving, Sent
from campfill_pipeline.door.refusals import refusals

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Name = Annotated[
    str,
    Query(min_length=1, max_length=500, description="The file's name, without folders: `campaigns.xlsx`."),
]
FILE_BODY = {
    "requestBody": {
        "required": True,
        "description": "The bytes of the file.",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_SENDING = refusals(401, 403, 408, 409, 413, 415, 422, 503, 507)


def router(questions: Questions, receiving: Receiving) -> APIRouter:
    """The routes, on one home."""
    routes = APIRouter(tags=["uploads"], dependencies=[Depends(known_parameters)])

    async def take(request: Request, upload_id: UUID, name: str) -> Response:
        declared = _declared(request)
        sent = await receiving.take(
            upload_id, name, request.stream(), declared, request.scope["visitor"].name
        )
        return await run_in_threadpool(_told, questions, sent)

    @routes.put(
        "/uploads/{upload_id}", status_code=202, openapi_extra=FILE_BODY,
        responses={
            202: {"model": shapes.UploadAnswer, "description": "It lies in the inbox; ask again at `Location`."},
            200: {"model": shapes.UploadAnswer, "description": "The very same file came under this id before."},
            **_SENDING,
        },
    )  # fmt: skip
    async def put_upload(request: Request, upload_id: UUID, name: Name) -> Response:
        """Hand a file in under an id of your own choice. Sent again, it is still one upload."""
        return await take(request, upload_id, name)

    @routes.post(
        "/uploads", status_code=202, openapi_extra=FILE_BODY,
        responses={
            202: {"model": shapes.UploadAnswer, "description": "It lies in the inbox under a new id."},
            **_SENDING,
        },
    )  # fmt: skip
    async def post_upload(request: Request, name: Name) -> Response:
        """Hand a file in and be told its id. Where an answer may get lost, use PUT: it can be repeated."""
        return await take(request, uuid4(), name)

    @routes.get(
        "/uploads",
        responses={
            200: {
                "model": list[shapes.UploadSummary],
                "description": "Latest first; `Link` leads to the next page.",
                "content": {"text/csv": {"schema": {"type": "string"}}},
            },
            **refusals(401, 422, 503),
        },
    )
    def get_uploads(
        request: Request,
        before: Annotated[
            int | None, Query(ge=1, le=2**62, description="Only numbers below this one.")
        ] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> Response:
        """The uploads, latest first."""
        found = questions.uploads(before, limit)
        numbers = [row["seq"] for row in found if row["seq"] is not None]
        more = len(numbers) == limit and numbers[-1] > 1
        next_page = f"/uploads?{urlencode({'before': numbers[-1], 'limit': limit})}" if more else None
        return answers.rows(request, found, next_page)

    @routes.get(
        "/uploads/{upload_id}",
        responses={200: {"model": shapes.UploadAnswer}, **refusals(401, 404, 422, 503)},
    )
    def get_upload(
        upload_id: UUID,
        issues: Annotated[
            int | None, Query(ge=0, description="So many issues at most; default: all.")
        ] = None,
    ) -> Response:
        """What became of an upload, from the first moment on."""
        status, answer = questions.upload(upload_id, issues)
        return answers.json_pieces(answer, headers={} if status in DECIDED else {"retry-after": "2"})

    @routes.get(
        "/uploads/{upload_id}/receipt", response_class=FileResponse,
        responses={
            200: {"content": {WORKBOOK: {"schema": {"type": "string", "format": "binary"}}}},
            **refusals(401, 404, 410, 422, 503),
        },
    )  # fmt: skip
    def get_receipt(upload_id: UUID) -> FileResponse:
        """The receipt: what changed, and the rows to mend."""
        file = questions.receipt(upload_id)
        return FileResponse(file, media_type=WORKBOOK, filename=PurePath(file).name)

    return routes


def _told(questions: Questions, sent: Sent) -> Response:
    _, answer = questions.upload(sent.upload_id)
    address = f"/uploads/{sent.upload_id}"
    return answers.json_pieces(answer, 200 if sent.again else 202, {"location": address, "retry-after": "2"})


def _declared(request: Request) -> int | None:
    """The length that the sender announces, if any. Raises ProblemError where the body is not the file itself."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind.startswith("multipart/"):
        raise ProblemError("not_the_file", "The body is a form with the file in it.")
    coding = request.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity"):
        raise ProblemError("not_the_file", f"The body is encoded as {coding[:40]}.")
    transfer = request.headers.get("transfer-encoding", "chunked").strip().lower()
    if transfer != "chunked":
        raise ProblemError("not_the_file", f"The body is sent as {transfer[:40]}.")
    length = request.headers.get("content-length")
    if length is None:
        return None if "transfer-encoding" in request.headers else 0
    return int(length)
