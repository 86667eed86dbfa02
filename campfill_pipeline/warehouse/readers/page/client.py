"""What one client may see: their lines, and nothing of anybody else's.

Belongs here: finding a client by name, and the queries of their sheet. What is not read here cannot get into a file
that leaves the house. Does not belong here: wording, layout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from campfill_pipeline.domain import figures
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.domain.names import NOT_SET, clean
from campfill_pipeline.warehouse.database import Connection as Connection
from campfill_pipeline.warehouse.readers.page import line_detail
from campfill_pipeline.warehouse.readers.page.rows import Freshness, LineDetail, LineRow, PageData
from campfill_pipeline.warehouse.row_shapes import shaped
from campfill_pipeline.warehouse.statements import query

MOST_NEAR = 5
MOST_DETAILS = 5_000
Row = TypeVar("Row")


class UnknownClientError(CampfillError):
    """No line has this buyer, agency or advertiser. `near`: the names most like it."""

    def __init__(self, name: str, what: str, near: Sequence[str]) -> None:
        self.name, self.near = name, tuple(near)
        nearest = f" Nearest: {'; '.join(near)}." if near else ""
        super().__init__(f"No line has the {what} “{name}”.{nearest}", "Write the name as the list has it.")


class NoBuyerError(CampfillError):
    """Campaigns are bought by nobody: their lines belong to advertisers who must not see each other."""

    def __init__(self) -> None:
        super().__init__(
            f"“{NOT_SET}” is no buyer: these are campaigns of many advertisers.",
            "Give --advertiser and a name.",
        )


@dataclass(frozen=True)
class Client:
    """One client, as the list spells them, and the numbers of their lines."""

    name: str
    lines: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """A version of what was contracted for a line: from when on, and where it stands in which file."""

    line_id: UUID
    revision: int
    valid_from: datetime
    runtime: str
    impression_goal: int
    cpm_eur: Decimal
    sha256: str | None
    sheet: str | None
    row_no: int | None


@dataclass(frozen=True, slots=True)
class SiteDay:
    """What a line delivered at a site on a local day; `site` is '' where the source names none."""

    line_id: UUID
    day: date
    site: str
    impressions: Decimal


@dataclass(frozen=True, slots=True)
class Known:
    """Since when a local day is known: first complete, last fetched."""

    day: date
    source: str
    first_complete_at: datetime | None
    fetched_at: datetime | None


@dataclass(frozen=True, slots=True)
class Correction:
    """What one fetch corrected of a line's day."""

    line_id: UUID
    day: date
    before: Decimal
    after: Decimal
    seen_at: datetime


@dataclass(frozen=True)
class ClientData:
    """Everything a client's sheet shows, as of one local date; lines by their end."""

    client: Client
    as_of: date
    timezone: str
    lines: tuple[LineRow, ...]
    details: dict[UUID, LineDetail]
    contracts: tuple[Contract, ...]
    site_days: tuple[SiteDay, ...]
    known: tuple[Known, ...]
    corrections: tuple[Correction, ...]
    files: tuple[tuple[str, datetime], ...]


def find(connection: Connection, *, buyer: str | None = None, advertiser: str | None = None) -> Client:
    """The lines of an agency over its seats, of one buyer as listed, or of an advertiser; letter case does not matter.

    Raises UnknownClientError with the nearest names.
    """
    asked = clean(buyer if buyer is not None else advertiser or "")
    if buyer is not None and asked.casefold() == NOT_SET.casefold():
        raise NoBuyerError
    ask, of, what = "names", "of buyers", "buyer or agency"
    if buyer is None:
        ask, of, what = "advertisers", "of advertisers", "advertiser"
    known = [name for (name,) in connection.execute(query("readers/page/client", ask)).fetchall()]
    # Lower, not folded: Straßer and Strasser are two clients.
    names = [name for name in known if name.lower() == asked.lower()]
    if not names:
        folded = {name.casefold(): name for name in known}
        near = get_close_matches(asked.casefold(), folded, n=MOST_NEAR, cutoff=0.5)
        within = [name for name in folded if asked.casefold() in name and name not in near] if asked else []
        raise UnknownClientError(asked, what, [folded[name] for name in (near + within)[:MOST_NEAR]])
    lines = connection.execute(query("readers/page/client", of), {"names": names}).fetchall()
    return Client(names[0], tuple(sorted(number for (number,) in lines)))


def load(connection: Connection, client: Client, rules: FulfillmentRules, *, as_of: date) -> ClientData:
    """All of it, of the state that the tables hold now (see `reading.state_as_of`)."""
    zone = ZoneInfo(rules.timezone)
    tomorrow = datetime.combine(as_of + timedelta(days=1), datetime.min.time(), zone)
    values = {"lines": list(client.lines), "as_of": as_of, "timezone": rules.timezone, "until": tomorrow}

    def rows(shape: type[Row], section: str) -> tuple[Row, ...]:
        statement = query("readers/page/client", section).replace(b"{columns}", figures.selected().encode())
        with connection.cursor(row_factory=shaped(shape)) as cursor:
            return tuple(cursor.execute(statement, values).fetchall())

    def tuples(shape: Any, section: str) -> tuple[Any, ...]:
        found = connection.execute(query("readers/page/client", section), values).fetchall()
        return tuple(shape(*row) for row in found)

    lines = rows(LineRow, "lines")
    nothing = Freshness(None, None, None, None, (), None, None)
    own = PageData(
        as_of=as_of, timezone=rules.timezone, refreshed_at=None, lines=lines, windows=(), trend=(), losses=(),
        attention=(), freshness=nothing, reconciliation=(), uploads=(), revisions={}, holidays=rules.holidays,
    )  # fmt: skip
    return ClientData(
        client=client,
        as_of=as_of,
        timezone=rules.timezone,
        lines=lines,
        details={
            one.id: one for one in line_detail.details(connection, own, limit=MOST_DETAILS, rows_read=0)
        },
        contracts=tuples(Contract, "contracts"),
        site_days=tuples(SiteDay, "by site and day"),
        known=tuples(Known, "known"),
        corrections=tuples(Correction, "corrections"),
        files=tuples(lambda sha256, at: (sha256, at), "files"),
    )
