"""How answers are written: JSON exact to the last decimal, CSV for those who ask for it.

Belongs here: bytes and headers. Does not belong here: what is answered.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import orjson
from fastapi import Request, Response

from campfill_pipeline.domain.plain_json import plain

_NO_STORE = {"cache-control": "no-store"}


def json(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The document as JSON, decimals as text."""
    return Response(
        orjson.dumps(document, default=plain), status, {**_NO_STORE, **(headers or {})}, "application/json"
    )


def wants_csv(request: Request) -> bool:
    """Whether the asker would rather have CSV than JSON."""
    kinds = [kind.split(";")[0].strip().lower() for kind in request.headers.get("accept", "").split(",")]
    return "text/csv" in kinds and "application/json" not in kinds[: kinds.index("text/csv")]


def rows(request: Request, found: Sequence[Mapping[str, Any]], next_page: str | None) -> Response:
    """Rows as JSON or CSV, with the address of the next page in the header `Link`."""
    link = {"link": f'<{next_page}>; rel="next"'} if next_page else {}
    if not wants_csv(request):
        return json(list(found), headers=link)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    if found:
        writer.writerow(found[0])
        writer.writerows([[_cell(value) for value in row.values()] for row in found])
    return Response(text.getvalue().encode(), 200, _NO_STORE | link, "text/csv; charset=utf-8")


def _cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, dict | list):
        return orjson.dumps(value, default=plain).decode()
    return value
