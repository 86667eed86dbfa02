"""Fetching and storing days of delivery: the reporting client on one side, the warehouse on the other.

Pages are stored as they arrive, so that the worst day (18 million rows) is never in memory as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from campfill_pipeline.defs import asked_apis
from campfill_pipeline.defs.asked_apis import AskedApi
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.domain import report_keys
from campfill_pipeline.domain.doubtful_answers import FEW, Doubts, silenced
from campfill_pipeline.domain.errors import BrokenPromiseError, CampfillError
from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.domain.report_keys import Beside
from campfill_pipeline.domain.report_rows import RefusedRow
from campfill_pipeline.domain.report_schema import broken_promises
from campfill_pipeline.domain.reporting_sources import FIRST
from campfill_pipeline.domain.site_sums import SiteSums
from campfill_pipeline.reporting.client import Fetched, Page, ReportingClient
from campfill_pipeline.reporting.errors import (
    MissingTokenError,
    RefusedError,
    ReportingError,
    RequestRejectedError,
)
from campfill_pipeline.reporting.fetched import Account, Received
from campfill_pipeline.warehouse.delivery import completeness, coverage, sources
from campfill_pipeline.warehouse.delivery import day as delivery_day
from campfill_pipeline.warehouse.delivery.arriving.staging import batches
from campfill_pipeline.warehouse.delivery.doubts import Guard, lines_without_rows
from campfill_pipeline.warehouse.delivery.errors import (
    DeliveryError,
    DividedRowsError,
    MissingColumnError,
    RefusedLinesError,
    RefusedRowsError,
    ShiftedHoursError,
    SiteSumsError,
    SummedSiteError,
)
from campfill_pipeline.warehouse.readers import headline

GONE_BEFORE = (
    "The reporting API no longer has {day}. It is not asked again; lines of that time stay not covered."
)


@dataclass(frozen=True)
class DayDone:
    """One local day of one API: stored, with facts for the web UI, or broken, with a sentence."""

    key: str
    api: str
    failure: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)


def fetch_days(
    campfill: Campfill, keys: Sequence[str], run_id: str, *, only: str | None = None
) -> Iterator[DayDone]:
    """Fetch and store these local days (ISO dates) of each API (or `only` the one), in order.

    A broken day is recorded, and the next one is tried; an API that cannot be asked holds no other back.
    """
    with campfill.connect() as connection:
        sources.agree(connection, campfill.settings.asked)
    days = [date.fromisoformat(key) for key in keys]
    for api in asked_apis.of(campfill, only):
        yield from _fetch_from(campfill, api, days, run_id)


def _fetch_from(campfill: Campfill, api: AskedApi, days: Sequence[date], run_id: str) -> Iterator[DayDone]:
    """The days of one API. A refused or missing token ends it, as the same refusal waits at every other day."""
    try:
        opened = api.client(campfill)
    except CampfillError as error:
        if not campfill.settings.connectors:
            raise  # there is no other to go on with
        said = " ".join(api.why_not or (api.source.told(str(error)),))
        for day in days:
            yield _failed(campfill, api, day, said)
        return
    with opened as client:
        for position, day in enumerate(days):
            try:
                yield _fetch_and_store(campfill, api, client, day, run_id)
            except (RefusedError, MissingTokenError) as error:
                for left in days[position:]:
                    yield _broken(campfill, api, left, error)
                return
            except RequestRejectedError as error:
                if error.status == HTTPStatus.GONE:
                    with campfill.connect() as connection:
                        coverage.record_gone(
                            connection, api.stored_as, day, detail=str(error), now=campfill.clock()
                        )
                    gone = api.source.told(GONE_BEFORE.format(day=day))
                    yield DayDone(day.isoformat(), api.name, failure=gone)
                else:
                    yield _broken(campfill, api, day, error)
            except (ReportingError, DeliveryError, BrokenPromiseError) as error:
                yield _broken(campfill, api, day, error)
            campfill.progress("fetching delivery", position + 1, len(days))


def _broken(campfill: Campfill, api: AskedApi, day: date, error: Exception) -> DayDone:
    return _failed(campfill, api, day, api.source.told(str(error)))


def _failed(campfill: Campfill, api: AskedApi, day: date, said: str) -> DayDone:
    with campfill.connect() as connection:
        coverage.record_failure(connection, api.stored_as, day, detail=said, now=campfill.clock())
    return DayDone(day.isoformat(), api.name, failure=said)


def together(done: Iterable[DayDone]) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """What was stored and what broke, by day: of several APIs, each fact under its API's name."""
    stored: dict[str, dict[str, Any]] = {}
    broken: dict[str, str] = {}
    for day in done:
        if day.failure:
            broken[day.key] = f"{broken[day.key]} {day.failure}" if day.key in broken else day.failure
        elif day.api == FIRST:
            stored.setdefault(day.key, {}).update(day.metadata)
        else:
            named = {
                f"{day.api}: {name.removeprefix('dagster/')}": fact for name, fact in day.metadata.items()
            }
            stored.setdefault(day.key, {}).update(named)
    return stored, broken


@dataclass
class _Tally:
    """What came with the pages of one day, filled while they are stored as they arrive."""

    client: ReportingClient
    refused: list[RefusedRow] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    beside: list[Beside] = field(default_factory=list)
    sites: SiteSums = field(default_factory=SiteSums)
    ids: set[str] = field(default_factory=set)
    unknown_columns: set[str] = field(default_factory=set)
    request: str = ""
    pages: int = 0
    requests: int = 0
    bytes: int = 0

    def tables(self, start: datetime, end: datetime) -> Iterator[pa.Table]:
        """The canonical rows of the window, page by page."""
        if (
            self.client.connector.detail.same_key == "sum"
        ):  # rows of one identity must meet before they are stored
            whole = self.client.fetch(start, end)
            self._note(whole, whole.pages)
            yield whole.table
            return
        for page in self.client.detail(start, end):
            self._note(page, 1)
            if page.beside is not None:
                self.beside.append(page.beside)
            yield page.table

    def _note(self, part: Page | Fetched, pages: int) -> None:
        described = self.client.connector.detail
        if described.without_site == "refuse" and "site" in described.columns:
            self.sites.note(part.table)
        for name in ("campaign_id", "deal_id"):
            self.ids.update(pc.unique(part.table[name]).drop_null().to_pylist())
        self.refused.extend(part.refused)
        self.received.extend(part.received)
        self.unknown_columns |= part.unknown_columns
        self.request = self.request or part.request
        self.pages += pages
        self.requests = part.requests
        self.bytes += part.bytes


def believed(
    tables: Iterable[pa.Table],
    tally: _Tally,
    day: date,
    doubts: Doubts,
    without_rows: Callable[[Sequence[str]], Sequence[str]],
    *,
    accepting: bool,
) -> Iterator[pa.Table]:
    """The tables; at their end the answers are judged as a whole, before the day is stored for good.

    `without_rows` tells which of these ids are lines of which the day holds nothing.

    Raises DividedRowsError and SiteSumsError, and unless a person accepts the day SummedSiteError,
    MissingColumnError, ShiftedHoursError, RefusedRowsError and RefusedLinesError.
    """
    yield from tables
    if divided := report_keys.divided(tally.beside):
        columns = sorted(frozenset().union(*(part.columns for part in tally.beside)))
        named = dict.fromkeys(one for part in tally.beside for one in part.examples)
        raise DividedRowsError(day, divided, columns, list(named)[: report_keys.LISTED])
    if doubled := tally.sites.doubled():
        raise SiteSumsError(day, doubled)
    if (summed := tally.sites.sum_of_the_others()) is not None and not accepting:
        raise SummedSiteError(day, summed)
    found = Account(tuple(tally.received))
    if found.absent and not accepting:
        raise MissingColumnError(day, sorted(found.absent), sorted(tally.unknown_columns))
    if found.shifted and not accepting:
        raise ShiftedHoursError(day, found.shifted)
    parts = [(rows, refused) for rows, refused in found.by_window() if rows >= FEW]
    for rows, refused in [(found.rows, found.refused), *parts]:
        if not accepting and doubts.too_many_refused(rows, refused):
            raise RefusedRowsError(day, rows, refused, tally.refused[0].message)
    if (
        not accepting
        and (silent := silenced(tally.refused, tally.ids))
        and (lost := without_rows(sorted(silent)))
    ):
        raise RefusedLinesError(day, lost, silent[lost[0]])


def promised(tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
    """The rows in batches, each after Pandera has seen that every promise of the canonical schema holds.

    Batches, since a check costs nearly the same for a page as for five of them.
    """
    for table in batches(tables):
        if breaches := broken_promises(table):
            raise BrokenPromiseError("report rows", breaches)
        yield table


def _fetch_and_store(
    campfill: Campfill, api: AskedApi, client: ReportingClient, day: date, run_id: str
) -> DayDone:
    settings = campfill.settings
    zone = settings.timezone
    started = campfill.clock()
    tally = _Tally(client)
    window = day_window(day, zone)
    tables = promised(tally.tables(*window))
    guard = None if campfill.accepting else Guard(day, settings.doubts, client.windows(*window))

    def facts() -> delivery_day.FetchFacts:
        return delivery_day.FetchFacts(
            started_at=started,
            finished_at=campfill.clock(),
            request=tally.request,
            requests=tally.requests,
            bytes=tally.bytes,
            run_id=run_id,
        )

    with campfill.connect() as connection:
        fetched = delivery_day.FetchedDay(
            source=api.stored_as,
            day=day,
            rows=believed(
                tables,
                tally,
                day,
                settings.doubts,
                lambda ids: lines_without_rows(connection, api.stored_as, ids, *window),
                accepting=campfill.accepting,
            ),
            refused=tally.refused,
            fetch=facts,
            complete=True,
        )
        stored = delivery_day.store_day(connection, fetched, timezone=zone, now=campfill.clock(), guard=guard)
    seconds = (campfill.clock() - started).total_seconds()
    return DayDone(day.isoformat(), api.name, metadata=_metadata(stored, tally, seconds))


def _metadata(stored: delivery_day.StoreResult, tally: _Tally, seconds: float) -> dict[str, Any]:
    found: dict[str, Any] = {
        "dagster/row_count": dg.MetadataValue.int(stored.rows),
        "status": stored.status,
        "new rows": stored.new,
        "restated rows": stored.changed,
        "late rows": stored.late,
        "rows gone at the source": stored.gone,
        "rows of no known line": stored.orphans,
        "rows that came twice, counted once": stored.repeated,
        "refused rows": stored.refused,
        "lines touched": stored.lines,
        "request": tally.request,
        "pages": tally.pages,
        "requests": tally.requests,
        "bytes": tally.bytes,
        "seconds": round(seconds, 3),
    }
    if tally.unknown_columns:
        found["unknown columns"] = ", ".join(sorted(tally.unknown_columns))
    if tally.refused:
        found["first refused rows"] = dg.MetadataValue.md(
            "\n".join(f"* {row.message}" for row in tally.refused[:10])
        )
    return found


def daily_figures(campfill: Campfill, keys: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Figures of the roll-up per day, for the web UI's plots."""
    with campfill.connect() as connection:
        totals = headline.day_totals(connection, [date.fromisoformat(key) for key in keys])
    return {
        total["day"].isoformat(): {
            "dagster/row_count": dg.MetadataValue.int(total["lines"]),
            "impressions": float(total["impressions"]),
            "plays": int(total["plays"] or 0),
            "wins": int(total["wins"] or 0),
            "bids": int(total["bids"] or 0),
        }
        for total in totals
    }


def fetch_overview(campfill: Campfill, *, only: str | None = None) -> dict[str, Any]:
    """Fetch and keep each source's own totals over all complete days, to be compared with the summed hours.

    Where one cannot be asked the others still are; then its error is raised.
    """
    facts: dict[str, Any] = {}
    failure: ReportingError | None = None
    for api in asked_apis.of(campfill, only):
        if api.why_not and campfill.settings.connectors:
            continue  # its days say so
        try:
            told = _overview_of(campfill, api)
        except ReportingError as error:
            if api.source.is_first:
                failure = failure or error
            else:
                named = ReportingError(api.source.told(str(error)), mend="", connector=api.name)
                failure = failure or named
            continue
        facts |= told if api.source.is_first else {f"{api.name}: {name}": fact for name, fact in told.items()}
    if failure is not None:
        raise failure
    return facts


def _overview_of(campfill: Campfill, api: AskedApi) -> dict[str, Any]:
    with campfill.connect() as connection:
        first, last = coverage.complete_span(connection, api.stored_as)
    if first is None or last is None:
        return {"what happened": "no complete day yet, so there is nothing to compare"}
    facts: dict[str, Any] = {"from": first.isoformat(), "to": last.isoformat()}
    with api.client(campfill) as client:
        if not client.connector.overview:
            return {"what happened": "this API has no overview"}
        for entity in client.connector.overview:
            table = client.overview(entity, first, last)
            with campfill.connect() as connection:
                stored = completeness.store_overview(
                    connection,
                    table,
                    entity=entity,
                    from_day=first,
                    to_day=last,
                    now=campfill.clock(),
                    source=api.stored_as,
                )
            facts[entity] = stored
    return facts
