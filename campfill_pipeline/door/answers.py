"""How answers are written: JSON exact to the last decimal, CSV for those who ask for it.

Belongs here: bytes and headers. Does not belong here: what is answered.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any

import orjson
from fastapi import Request, Response
from fastapi.responses import StreamingResponse

from campfill_pipeline.domain.plain_json import plain

_NO_STORE = {"cache-control": "no-store"}


def json(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The document as JSON, decimals as text."""
    return Response(
        orjson.dumps(document, default=plain), status, {**_NO_STORE, **(headers or {})}, "application/json"
    )


def json_pieces(
    pieces: Iterator[bytes], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A long document, piece by piece. Where it has only a few, it goes out whole and with its length."""
    first = list(islice(pieces, 4))
    told = {**_NO_STORE, **(headers or {})}
    if len(first) < 4:
        return Response(b"".join(first), status, told, "application/json")
    return StreamingResponse(chain(first, pieces), status, told, "application/json")


def wants_csv(request: Request) -> bool:
    """Whether the asker would rather have CSV than JSON, by the weights of the header `Accept`; JSON where equal.

    Of two kinds named with the same weight, the first is meant.
    """
    weights: dict[str, tuple[float, int]] = {}
    for at, part in enumerate(request.headers.get("accept", "").lower().split(",")):
        kind, *parameters = (word.strip() for word in part.split(";"))
        given = [word.removeprefix("q=") for word in parameters if word.startswith("q=")]
        weights.setdefault(kind, (_weight(given[0]) if given else 1.0, -at))
    csv = _best(weights, "text/csv", "text/*")
    return csv[0] > 0 and csv > _best(weights, "application/json", "application/*", "*/*")


def _best(weights: Mapping[str, tuple[float, int]], *kinds: str) -> tuple[float, int]:
    return next((weights[kind] for kind in kinds if kind in weights), (0.0, 0))


def _weight(text: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        return 0.0
    return weight if 0 <= weight <= 1 else 0.0


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
