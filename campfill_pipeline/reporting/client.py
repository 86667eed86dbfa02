"""The client of a reporting API: a window in, canonical pages out, whatever the API does meanwhile.

Belongs here: windows, pages and what is told about them. Does not belong here: the wire (transport.py),
reports that are prepared first (jobs.py), and storing (warehouse/).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
import requests

from campfill_pipeline.domain import report_keys, report_rows
from campfill_pipeline.domain.doubled_hours import DoubledHours
from campfill_pipeline.domain.report_keys import OVERVIEW
from campfill_pipeline.domain.report_rows import CanonicalRows
from campfill_pipeline.reporting import accounts, auth, side_by_side
from campfill_pipeline.reporting.accounts import Account, whole_days
from campfill_pipeline.reporting.answers import bodies
from campfill_pipeline.reporting.description import templates
from campfill_pipeline.reporting.description.connector import Connector
from campfill_pipeline.reporting.description.tables import Detail, Overview
from campfill_pipeline.reporting.effort import Clock, Effort, SystemClock
from campfill_pipeline.reporting.errors import MissingTokenError, ReportingError, UnusableAnswerError
from campfill_pipeline.reporting.fetched import Fetched as Fetched
from campfill_pipeline.reporting.fetched import Page as Page
from campfill_pipeline.reporting.fetched import Received
from campfill_pipeline.reporting.refresh_tokens import RefreshTokens
from campfill_pipeline.reporting.secrets import Redactor
from campfill_pipeline.reporting.transport import BadBodyError, Body, SaidError, Transport
from campfill_pipeline.reporting.walk import jobs
from campfill_pipeline.reporting.walk.pages import RawPage, Walk

Reader = Callable[[Body], Any]
_NOT_WHOLE: dict[int, str] = {
    HTTPStatus.ACCEPTED: "the report is not ready yet",
    HTTPStatus.PARTIAL_CONTENT: "only a part of the report came",
    HTTPStatus.MULTI_STATUS: "several answers in one, of which some may have failed",
}


class ReportingClient:
    """Asks one reporting API as its connector describes. Use as a context manager, or call `close()`.

    `environ` holds the values of the connector's variables, `timezone` is the zone in which delivery days
    are counted (for sources that report whole days). Raises MissingTokenError where the token cannot be
    sent.
    """

    def __init__(
        self,
        connector: Connector,
        base_url: str | None,
        token: str | None,
        *,
        environ: Mapping[str, str] | None = None,
        timezone: ZoneInfo | None = None,
        clock: Clock | None = None,
        chance: random.Random | None = None,
        refresh_tokens: RefreshTokens | None = None,
    ) -> None:
        self.connector = connector
        self._base_url = (base_url or connector.base_url).rstrip("/")
        if not self._base_url:
            raise ReportingError(
                "No address of a reporting API is set.",
                mend="Set CAMPFILL_REPORTING_URL, like https://reporting.example.com.",
                connector=connector.name,
            )
        self._redactor = Redactor()
        self._redactor.learn((token or "").strip())
        self._names = {"connector": connector.name, **self._variables(environ or {})}
        self._clock = clock or SystemClock()
        self._transport = Transport(
            connector.name, connector.limits, self._redactor, self._clock, chance or random.Random()
        )
        self._auth = auth.signer(
            connector,
            self._base_url,
            token or "",
            self._names,
            self._transport,
            self._redactor,
            refresh_tokens,
        )
        self._accounts = accounts.named(connector, self._names, timezone)

    def __repr__(self) -> str:
        return f"ReportingClient({self.connector.name})"

    def __enter__(self) -> ReportingClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()

    def _variables(self, environ: Mapping[str, str]) -> dict[str, str]:
        found = {}
        for name, variable in self.connector.variables.items():
            value = environ.get(variable.env) or variable.default
            if value is None:
                raise MissingTokenError(
                    f"The connector {self.connector.name} needs {variable.env}: {variable.meaning}.",
                    mend=f"Set {variable.env} in the environment.",
                    connector=self.connector.name,
                )
            if variable.secret:
                self._redactor.learn(value)
            found[name] = value
        return found

    def detail(self, start_utc: datetime, end_utc: datetime) -> Generator[Page, None, None]:
        """Pages of all report rows with start ≤ hour < end, as they arrive; several windows are read side
        by side.

        A row may come on two pages (the API repeats itself): `fetch` counts each identity once. The first
        error ends it all: what came before is then not the whole window and must not be kept as complete.
        """
        with self._clean_errors():
            yield from self._detail(start_utc, end_utc, self._effort())

    def fetch(self, start_utc: datetime, end_utc: datetime) -> Fetched:
        """The whole window at once, each identity once. Raises ReportingError, then nothing of it may be
        used.
        """
        effort = self._effort()
        with self._clean_errors():
            pages = list(self._detail(start_utc, end_utc, effort))
        table = (
            pa.concat_tables([page.table for page in pages]) if pages else report_rows.CANONICAL.empty_table()
        )
        single, repeated, contradicting = report_keys.one_per_key(
            table, add=self.connector.detail.same_key == "sum"
        )
        return Fetched(
            table=single,
            refused=tuple(row for page in pages for row in page.refused),
            remarks=report_keys.merged([page.remarks for page in pages]),
            unknown_columns=frozenset().union(*(page.unknown_columns for page in pages)),
            request=min((page.request for page in pages), default=""),
            requests=effort.requests,
            retries=effort.retries,
            pages=len(pages),
            rows=sum(page.rows for page in pages),
            bytes=effort.received,
            repeated=repeated,
            contradicting=contradicting
            + report_keys.divided([page.beside for page in pages if page.beside is not None]),
            received=tuple(part for page in pages for part in page.received),
        )

    @contextmanager
    def _clean_errors(self) -> Iterator[None]:
        try:
            yield
        except ReportingError as error:
            error.clean(self._redactor.clean)
            raise

    def _effort(self) -> Effort:
        return Effort(self._clock, self.connector.limits)

    def windows(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        """The parts in which these hours are asked for."""
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        return side_by_side.parts(start, end, self.connector.limits.window_hours, self._accounts[0].zone)

    def _detail(self, start: datetime, end: datetime, effort: Effort) -> Iterator[Page]:
        start, end = start.astimezone(UTC), end.astimezone(UTC)
        if start >= end:
            return
        limits = self.connector.limits
        questions = [(account, window) for account in self._accounts for window in self.windows(start, end)]
        yield from side_by_side.read(
            questions, limits.concurrency, effort.stopped, lambda asked: self._window(*asked, effort)
        )

    def _window(self, account: Account, window: tuple[datetime, datetime], effort: Effort) -> Iterator[Page]:
        view, (start, end) = self.connector.detail, window
        limit = self.connector.limits.page_rows
        names = {**self._names, **account.names, **templates.window_names(start, end, account.zone, limit)}
        doubled = DoubledHours(start, end, summed=view.same_key == "sum")
        for raw, shown in self._answers(view, names, effort):
            page = self._page(raw, shown, account, start, end, doubled)
            yield replace(page, requests=effort.requests, retries=effort.retries)

    def _page(
        self,
        raw: RawPage,
        shown: str,
        account: Account,
        start: datetime,
        end: datetime,
        doubled: DoubledHours,
    ) -> Page:
        view = self.connector.detail
        labels = {field: source.column or field for field, source in view.columns.items()}
        names = bodies.present(raw.rows)
        found = report_rows.canonical(
            bodies.columns(raw.rows, view.columns, names), account.notation, labels=labels
        )
        found = doubled.settle(found, labels["hour"])
        table, outside = report_rows.inside(found, start, end, labels["hour"])
        come = found.table
        if view.asks == "days":
            _, outside = report_rows.inside(found, *whole_days(start, end, account.zone), labels["hour"])
            come = table
        beside = self._beside(raw, view, names, found) if view.same_key == "refuse" else None
        return Page(
            table=table,
            refused=found.refused + outside,
            remarks=found.remarks,
            unknown_columns=bodies.unknown(names, view.columns.values()),
            rows=len(raw.rows),
            bytes=len(raw.body.content),
            request=shown,
            beside=beside,
            received=(
                Received(
                    (start, end),
                    len(raw.rows),
                    len(found.refused) + len(outside),
                    bodies.absent(names, view.columns) if len(raw.rows) else frozenset(),
                    frozenset(pc.unique(come["hour_utc"]).to_pylist()),
                ),
            ),
        )

    def _beside(
        self, raw: RawPage, view: Detail, names: frozenset[str], found: CanonicalRows
    ) -> report_keys.Beside | None:
        columns, texts = bodies.unread(raw.rows, view.columns, names)
        if not columns:
            return None
        return report_keys.beside(
            found.table, columns, [texts[place] for place in found.positions.to_pylist()]
        )

    def overview(self, entity: str, from_day: date, to_day: date) -> pa.Table:
        """Totals by id (columns of OVERVIEW) over these days, both inclusive; `entity` is campaigns or
        deals.

        Empty where the connector describes no such view. Rows without id or readable impressions are left
        out: they can be compared with nothing.
        """
        view = self.connector.overview.get(entity)  # type: ignore[call-overload]
        if view is None:
            return OVERVIEW.empty_table()
        limit = self.connector.limits.page_rows
        names = {**self._names, "entity": entity, "limit": limit}
        names |= {"from_day": from_day.isoformat(), "to_day": to_day.isoformat()}
        effort = self._effort()
        with self._clean_errors():
            tables = [
                self._totals(raw.rows, view, entity)
                for account in self._accounts
                for raw, _ in self._answers(view, {**names, **account.names}, effort)
            ]
        table = pa.concat_tables(tables) if tables else OVERVIEW.empty_table()
        return report_keys.last_per_id(table)

    def _totals(self, rows: Sequence[dict[str, Any]], view: Overview, entity: str) -> pa.Table:
        found = bodies.columns(rows, view.columns, bodies.present(rows))
        return report_keys.totals(found, self._accounts[0].notation, entity)

    def _request(self, view: Detail | Overview, names: Mapping[str, object]) -> requests.Request:
        headers = {"Accept": "application/json, */*;q=0.5", **self.connector.headers}
        return templates.request(view, self._base_url, headers, names)

    def _answers(
        self, view: Detail | Overview, names: Mapping[str, object], effort: Effort
    ) -> Iterator[tuple[RawPage, str]]:
        looked = self._looked(view)
        limits = self.connector.limits

        def read(body: Body) -> RawPage:
            if body.status == HTTPStatus.NO_CONTENT:
                return RawPage([], None, body)
            if "event-stream" in body.headers.get("content-type", ""):
                raise SaidError("The API answers with an event stream (text/event-stream), which has no end.")
            if body.status in _NOT_WHOLE:
                raise BadBodyError(f"The API answered with status {body.status}: {_NOT_WHOLE[body.status]}.")
            found = bodies.read_rows(
                body.content, view.answer, looked, limits.max_body_mb, view.error or self.connector.error
            )
            return RawPage(found.rows, found.document, body)

        def ask(
            request: requests.Request,
            reader: Reader,
            signed: bool = True,
            accept_statuses: frozenset[int] = frozenset(),
        ) -> Any:
            return self._ask(request, effort, reader, signed, accept_statuses)

        if isinstance(view, Detail) and view.job is not None:
            job = jobs.Job(
                view.job, self.connector, self._base_url, self._transport, self._redactor, effort, ask
            )
            pages = job.pages(partial(self._request, view), names, read)
        else:
            walk = Walk(self.connector, view, self._base_url, self._transport, lambda asked: ask(asked, read))
            pages = walk.pages(self._request(view, names))
        rows = 0
        for page, shown in pages:
            rows += len(page.rows)
            self._below_the_cap(rows, shown)
            yield page, shown

    def _looked(self, view: Detail | Overview) -> bodies.Looked:
        needed = ("hour", "impressions") if isinstance(view, Detail) else ("id", "impressions")
        columns = tuple(name for field in needed for name in view.columns[field].several)
        impressions = view.columns["impressions"].several
        return bodies.Looked(impressions[0] if impressions else "", columns, self.connector.values.numbers)

    def _below_the_cap(self, rows: int, shown: str) -> None:
        most = self.connector.limits.max_rows
        if most is not None and rows >= most:
            raise UnusableAnswerError(
                f"The reporting API gave {rows:,} rows, and it gives {most:,} at most for one question: some may be "
                "missing.",
                mend="Nothing was stored for this window. Ask for less at a time (limits.window_hours, accounts, fewer "
                "columns); if the API gives more than that, raise limits.max_rows.",
                connector=self.connector.name,
                request=shown,
            )

    def _ask(
        self,
        request: requests.Request,
        effort: Effort,
        read: Reader,
        signed: bool,
        accept_statuses: frozenset[int],
    ) -> Any:
        signer = self._auth if signed else None
        again = None
        if isinstance(signer, auth.Session):
            signer.ready(effort)
            again = partial(signer.again, effort)
        return self._transport.ask(
            request, effort, read, auth=signer, accept_statuses=accept_statuses, reauthorise=again
        )
