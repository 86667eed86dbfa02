"""Every answer that says no: its code, its words, its mend. One shape for all (RFC 9457).

Belongs here: the codes, each explained at `/problems/CODE` and in docs/door.md. Does not belong here: finding out that
something is wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.responses import Response

from campfill_pipeline.domain.errors import CampfillError


@dataclass(frozen=True)
class Kind:
    """One way to be refused: the HTTP status, what it is called, and what helps."""

    code: str
    status: int
    title: str
    mend: str


KINDS: tuple[Kind, ...] = (
    Kind("not_http", 400, "This is no HTTP request",
         "Ask with a usual program, such as curl. A doubled `Content-Length` may be the reason, or an unknown method."),
    Kind("unknown_host", 421, "This name is not mine",
         "Use the address that `campfill up` prints. A proxy's name belongs into CAMPFILL_DOOR_HOSTS."),
    Kind("token_missing", 401, "A token is needed",
         "Send the header `Authorization: Bearer TOKEN`. Make one with `campfill door token new NAME --may upload`."),
    Kind("token_wrong", 401, "The token opens nothing",
         "Check that it is complete. It may have been revoked: `campfill door token list`."),
    Kind("read_only", 403, "The token may only read",
         "Use a token that was made with `--may upload`."),
    Kind("foreign_origin", 403, "The request came from another page",
         "Use campfill's own page, or send a token. Other pages may not write here."),
    Kind("not_found", 404, "There is nothing here",
         "The addresses that exist are listed at `/docs`."),
    Kind("unknown_upload", 404, "No upload has this id",
         "Check the id; `GET /uploads` lists the latest ones. An upload that was cut off is not kept: send it again."),
    Kind("unknown_line", 404, "No list ever had this line",
         "Check the id; `GET /lines` lists all."),
    Kind("no_receipt", 404, "There is no receipt yet",
         "It is written once the upload is decided. Ask again in a few seconds."),
    Kind("receipt_gone", 410, "The receipt was cleared away",
         "Receipts are kept for 400 days. Their uploads stay: the file in the archive, what it changed in its lines."),
    Kind("no_report", 404, "There is no fulfillment page yet",
         "Drop a campaign list first; page and workbook are made from it."),
    Kind("wrong_method", 405, "This address does not do that",
         "What each address does is listed at `/docs`."),
    Kind("too_slow", 408, "The file came too slowly",
         "Send it again, over a better connection. Nothing of it was kept."),
    Kind("key_taken", 409, "This id belongs to another file",
         "Choose a new id for a new file. The same id is for sending the same file again."),
    Kind("nothing_to_take_back", 409, "This upload changed nothing",
         "Only what was loaded can be taken back."),
    Kind("too_large", 413, "The file is too large",
         "Split the list, or raise CAMPFILL_MAX_UPLOAD_MB."),
    Kind("not_the_file", 415, "The file itself is wanted",
         "Send the bytes of the file as the body, neither as a form nor compressed: `curl -T list.xlsx …`"),
    Kind("bad_request", 422, "Something in the request is wrong",
         "The message names it. What is allowed is listed at `/docs`."),
    Kind("bad_name", 422, "This file name cannot be used",
         "Send the name alone, without folders, such as `?name=campaigns.xlsx`."),
    Kind("empty_file", 422, "The file is empty",
         "Check that it was saved completely, and send it again."),
    Kind("headers_too_large", 431, "The request's head is too large",
         "Send fewer or shorter headers."),
    Kind("too_many_tries", 429, "Too many wrong tokens",
         "Wait as long as `Retry-After` says."),
    Kind("internal_error", 500, "campfill failed",
         "Try again. If it stays, the log `logs/http-door.log` says why."),
    Kind("database_away", 503, "The database does not answer",
         "Try again in a few seconds. If it stays: `campfill doctor`."),
    Kind("storage_away", 503, "The object store does not answer as it should",
         "Try again in a few seconds. If it stays: `campfill doctor`."),
    Kind("busy", 503, "Too much at once",
         "Try again in a few seconds."),
    Kind("disk_full", 507, "The disk is nearly full",
         "Make room where CAMPFILL_HOME lies, then send it again."),
)  # fmt: skip

BY_CODE: Mapping[str, Kind] = {kind.code: kind for kind in KINDS}


class ProblemError(CampfillError):
    """A request that is refused. Carries its code, what was found, and headers for the answer."""

    def __init__(self, code: str, detail: str, **headers: str) -> None:
        self.kind, self.detail = BY_CODE[code], detail
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        super().__init__(detail, self.kind.mend)


def document(kind: Kind, detail: str) -> dict[str, Any]:
    """The problem as the contract says it; `type` is the page that explains the code."""
    return {
        "type": f"/problems/{kind.code}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "code": kind.code,
        "hint": kind.mend,
    }


def answer(problem: ProblemError) -> Response:
    """The answer to a refused request."""
    kind = problem.kind
    headers = {"cache-control": "no-store", **problem.headers}
    if kind.status == 401:
        headers["www-authenticate"] = 'Bearer realm="campfill"'
    if kind.status in (503, 507):
        headers.setdefault("retry-after", "5")
    return Response(
        orjson.dumps(document(kind, problem.detail)), kind.status, headers, "application/problem+json"
    )
