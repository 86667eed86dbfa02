"""From a connector's paging description to dlt's paginators, with what reports need beyond them.

Belongs here: which paginator, and the request after this one. dlt's paginators decide; see
docs/decisions/0030.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from dlt.sources.helpers.rest_client.paginators import (
    BasePaginator,
    HeaderLinkPaginator,
    JSONLinkPaginator,
    JSONResponseCursorPaginator,
    OffsetPaginator,
    PageNumberPaginator,
    SinglePagePaginator,
)
from requests import Request, Response

from campfill_pipeline.reporting.description import tables as described
from campfill_pipeline.reporting.transport import Body


@dataclass(frozen=True)
class Parsed:
    """What a paginator looks at in an answer: the parsed document and the Link header."""

    document: Any
    links: Mapping[str, Mapping[str, str]]
    headers: Mapping[str, str]

    def json(self) -> Any:
        """The document."""
        return self.document


class RowOffset(OffsetPaginator):
    """Steps by the rows that came, not by those asked for: an API that caps its pages must not cost us
    rows.
    """

    def update_state(self, response: Response, data: Sequence[Any] | None = None) -> None:
        """Count the rows of this page."""
        self.value_step = len(data or ())
        super().update_state(response, data)  # type: ignore[arg-type]  # it only asks whether there are rows


def paginator(paging: described.Paging, limit: int) -> BasePaginator:
    """A fresh paginator for one window."""
    if isinstance(paging, described.CursorPaging):
        return JSONResponseCursorPaginator(cursor_path=paging.cursor, cursor_param=paging.param)
    if isinstance(paging, described.PagePaging):
        return PageNumberPaginator(
            base_page=paging.first,
            page_param=paging.param,
            total_path=paging.total_pages,
            stop_after_empty_page=paging.total_pages is None,
        )
    if isinstance(paging, described.OffsetPaging):
        return RowOffset(
            limit=limit,
            offset_param=paging.param,
            limit_param=paging.limit_param,
            total_path=paging.total_rows,
            stop_after_empty_page=paging.total_rows is None,
        )
    if isinstance(paging, described.LinkPaging):
        return JSONLinkPaginator(next_url_path=paging.link) if paging.link else HeaderLinkPaginator()
    return SinglePagePaginator()


def place(view: described.View, request: Request) -> None:
    """Move what the paginator set from the parameters to where the API reads it."""
    if view.page_location == "query":
        return
    for name in view.page_params:
        if name not in request.params:
            continue
        value = request.params.pop(name)
        if view.form is not None:
            request.data[name] = value
        else:
            _put(request.json, name, value)


def _put(body: Any, path: str, value: Any) -> None:
    *parents, last = [path] if path in body else path.split(".")
    for part in parents:
        body = body.setdefault(part, {})
    body[last] = value


def advance(steps: BasePaginator, request: Request, body: Body, document: Any, rows: Sequence[Any]) -> bool:
    """Turn `request` into the one for the next page. False where there is none.

    Raises ValueError where the answer does not hold what the paging needs.
    """
    if body.status == HTTPStatus.NO_CONTENT:
        return False
    seen = Parsed(document, body.links, body.headers)
    steps.update_state(seen, rows)  # type: ignore[arg-type]
    if steps.has_next_page:
        steps.update_request(request)
    return steps.has_next_page
