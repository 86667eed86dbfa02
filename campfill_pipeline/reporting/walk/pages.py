"""Walking through the pages of one window, and noticing when the API leads in circles.

Belongs here: which page is believed, asked again, or the end. Does not belong here: the wire (transport.py).
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import orjson
import requests

from campfill_pipeline.reporting.answers import bodies, own_words, shapes
from campfill_pipeline.reporting.answers.direct_rows import DirectRows
from campfill_pipeline.reporting.description.connector import Connector
from campfill_pipeline.reporting.description.tables import NoPaging, OffsetPaging, PagePaging, View
from campfill_pipeline.reporting.errors import LoopingPagesError, UnusableAnswerError
from campfill_pipeline.reporting.transport import Body, Transport

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client.paginators import BasePaginator

_TIMES = 5
# A page that repeats an earlier one stands in another page's place ("owed"), or is the last ("repeats").
Doubt = Literal["owed", "repeats", "loops", "empty"]
_BELIEVED: tuple[Doubt, ...] = ("repeats", "empty")


@dataclass(frozen=True)
class RawPage:
    """One answer's rows before they are made canonical, with the document around them."""

    rows: Sequence[dict[str, Any]]
    document: Any
    body: Body


class Walk:
    """All pages of one window. A doubtful page is asked for again, because it may stand in another page's
    place.
    """

    def __init__(
        self,
        connector: Connector,
        view: View,
        base_url: str,
        transport: Transport,
        ask: Callable[[requests.Request], RawPage],
    ) -> None:
        self._connector, self._view, self._ask = connector, view, ask
        self._origin = _origin(base_url)
        self._transport = transport
        self._paged = not isinstance(view.paging, NoPaging)
        self._counted = isinstance(view.paging, PagePaging | OffsetPaging)
        self._asked: set[str] = set()
        self._seen: set[bytes] = set()
        self._total = 0
        self._pages = 0

    def pages(self, request: requests.Request) -> Iterator[tuple[RawPage, str]]:
        """(page, the request that brought it) until the API says that it was the last."""
        from campfill_pipeline.reporting.walk import paginators

        steps = paginators.paginator(self._view.paging, self._connector.limits.page_rows)
        steps.init_request(request)
        paginators.place(self._view, request)
        most = self._connector.limits.max_pages
        for _ in range(most):
            shown = self._transport.shown(request)
            self._asked.add(_mark(request))
            page, steps, following, repeats = self._believed(steps, request, shown)
            self._seen.add(self._finger(page.rows))
            self._pages += 1
            if not repeats:
                self._total += len(page.rows)
                yield page, shown
            if following is None:
                self._whole(page, request, shown)
                return
            request = following
        raise LoopingPagesError(
            f"The reporting API gave more than {most:,} pages ({self._total:,} rows) and has not ended.",
            mend="If this much is right, raise limits.max_pages in the connector.",
            connector=self._connector.name,
            request=shown,
        )

    def _believed(
        self, steps: BasePaginator, request: requests.Request, shown: str
    ) -> tuple[RawPage, BasePaginator, requests.Request | None, bool]:
        """Ask until the page is beyond doubt, or says the same harmless thing twice. Raises LoopingPagesError."""
        earlier: tuple[Doubt, bytes] | None = None
        for time in range(_TIMES):
            page = self._ask(_copied(request))
            after, following = self._next(steps, request, page, shown)
            doubt = self._doubt(page, following)
            if doubt is None:
                return page, after, following, False
            said = (doubt, self._finger(page.rows))
            if earlier == said and doubt in _BELIEVED:
                break
            earlier = said
            if time < _TIMES - 1 and doubt != "empty":
                self._transport.clock.sleep(self._connector.limits.first_wait)
        if doubt in _BELIEVED:
            return page, after, None, doubt == "repeats"
        raise self._in_circles(shown, loops=doubt == "loops")

    def _in_circles(self, shown: str, *, loops: bool) -> LoopingPagesError:
        if loops:
            problem = f"The reporting API leads back to a page already read, after {self._total:,} rows."
            mend = "Try again later; if it stays so, tell whoever runs the API that its paging loops."
        else:
            problem = (
                "The reporting API gives the very rows of an earlier page again, where another page is due: after "
                f"{self._total:,} rows."
            )
            mend = (
                "Check that the names in `paging` of the connector are the API's own, and that it wants them where "
                "they are sent; an API that gives its last page again and again needs the total described. If "
                "it is so only now and then, try again later."
            )
        return LoopingPagesError(
            problem,
            mend=f"Nothing was stored for this window. {mend}",
            connector=self._connector.name,
            request=shown,
        )

    def _doubt(self, page: RawPage, following: requests.Request | None) -> Doubt | None:
        looping = following is not None and _mark(following) in self._asked
        if not page.rows and (looping or (following is None and self._paged)):
            return "empty"
        if looping:
            return "loops"
        if not page.rows or self._finger(page.rows) not in self._seen:
            return None
        # Where pages are counted, the last one is due as much as the others.
        return "owed" if following is not None or self._counted else "repeats"

    def _finger(self, rows: Sequence[dict[str, Any]]) -> bytes:
        """A page's fingerprint, of all its rows."""
        if isinstance(rows, DirectRows):
            return rows.fingerprint
        try:
            text = orjson.dumps(list(rows), default=str)
        except TypeError:  # a whole number beyond 64 bits, or half a surrogate pair
            text = repr(rows).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=16).digest()

    def _whole(self, page: RawPage, request: requests.Request, shown: str) -> None:
        """Raise UnusableAnswerError where the API told of more rows than it gave, be it described or not."""
        paging = self._view.paging
        answer = self._view.answer
        as_told = not (answer.drop_rows or answer.levels or answer.shape == "by_key")
        came = own_words.Walked(self._total if as_told else None, self._pages)
        told_more = (
            "a Link header: next"
            if "next" in page.body.links
            else own_words.more(page.document, came) or own_words.more_in_headers(page.body.headers, came)
        )
        if told_more and page.rows and not self._view.answer.ends:
            raise UnusableAnswerError(
                f"The reporting API says that there are more rows ({told_more}) where the connector's `paging` ends, "
                f"after {self._total:,} rows.",
                mend="Nothing was stored for this window. Describe how its pages follow each other by `paging` in the "
                "connector; if these are all rows, write `ends = true` into `answer`.",
                connector=self._connector.name,
                request=shown,
            )
        most = None if self._paged or answer.ends else _asked_for(request, self._connector.limits.page_rows)
        if most is not None and self._total >= most:
            raise UnusableAnswerError(
                f"As many rows came as were asked for at most ({most:,}), and the connector describes no paging: some "
                "may be missing.",
                mend="Nothing was stored for this window. Describe how its pages follow each other by `paging` in the "
                "connector, or ask for more rows (limits.page_rows) or smaller parts of the day (limits.window_hours).",
                connector=self._connector.name,
                request=shown,
            )
        if not isinstance(paging, OffsetPaging) or paging.total_rows is None:
            return
        told = bodies.at(page.document, paging.total_rows)
        if isinstance(told, str | int | float) and int(told) > self._total:
            raise UnusableAnswerError(
                f"The reporting API says that there are {int(told):,} rows, but gave {self._total:,}.",
                mend="Nothing was stored for this window. Try again later; if it stays so, check total_rows of "
                "`paging` in the connector, or tell whoever runs the API.",
                connector=self._connector.name,
                request=shown,
            )

    def _next(
        self, steps: BasePaginator, request: requests.Request, page: RawPage, shown: str
    ) -> tuple[BasePaginator, requests.Request | None]:
        from campfill_pipeline.reporting.walk import paginators

        after, following = copy.copy(steps), _copied(request)
        if not page.rows and shapes.lacks_rows(page.document, self._view.answer):
            return after, None
        try:
            more = paginators.advance(after, following, page.body, page.document, page.rows)
            paginators.place(self._view, following)
        except (ValueError, TypeError, AttributeError):
            more = None
        if more is None:
            raise UnusableAnswerError(
                "The answer does not hold what the connector's `paging` looks for.",
                mend="Compare the keys of `paging` in the connector with an answer of the API.",
                connector=self._connector.name,
                request=shown,
            )
        if more and _origin(following.url or "") != self._origin:
            raise UnusableAnswerError(
                "The API's next page is on another host; the token is not sent there.",
                mend="If that host is right, set it as the base address (CAMPFILL_REPORTING_URL).",
                connector=self._connector.name,
                request=shown,
            )
        return after, following if more else None


def _copied(request: requests.Request) -> requests.Request:
    """A copy whose parameters can be changed apart."""
    return requests.Request(
        request.method,
        request.url,
        params=dict(request.params or {}),
        json=copy.deepcopy(request.json),
        data=copy.copy(request.data) or None,
        headers=dict(request.headers or {}),
    )


_LIMITS = {
    "limit", "rows", "size", "pagesize", "perpage", "maxresults", "maxrows", "maxrecords", "top", "pagelimit",
    "rowlimit", "itemsperpage", "recordsperpage", "rowsperpage", "resultsperpage", "numrows", "take", "count",
}  # fmt: skip


def _asked_for(request: requests.Request, page_rows: int) -> int | None:
    """How many rows a request asks for at most, where it does: by a name that means it, or by `{limit}`."""
    body = request.json if isinstance(request.json, dict) else {}
    within = [value for value in body.values() if isinstance(value, dict)]
    for part in (request.params or {}, request.data if isinstance(request.data, dict) else {}, body, *within):
        for name, value in part.items():
            plain = "".join(letter for letter in str(name).lower() if letter.isalnum())
            number = int(value) if str(value).isdigit() and len(str(value)) < 10 else None
            if number and (plain in _LIMITS or (number == page_rows and number >= _NO_OTHER_NUMBER)):
                return number
    return None


_NO_OTHER_NUMBER = 100
"""So many rows, as the description says them, are hardly another parameter's value by chance."""


def _mark(request: requests.Request) -> str:
    return repr(
        (request.method, request.url, sorted((request.params or {}).items()), request.json, request.data)
    )


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname, port
