"""The shapes of the door's JSON answers, as its OpenAPI description tells them.

Belongs here: descriptions only; the answers are made by the readers. Does not belong here: any of their values.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["campaign_list", "report_csv", "list_description", "care", "id_map", "second_count", "unknown"]
Status = Literal[
    "received", "reading", "checking", "storing", "loaded", "partly_loaded", "rejected", "duplicate"
]
Count = Annotated[int, Field(ge=0)]


class _Exact(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Problem(_Exact):
    """Why a request was refused (RFC 9457). `type` is the page that explains the code; `hint` is the mend."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    hint: str


class Rows(_Exact):
    """read = accepted + rejected; accepted = new + updated + unchanged; blank, total, repeated rows are `skipped`."""

    read: Count
    accepted: Count
    rejected: Count
    skipped: Count
    new: Count
    updated: Count
    unchanged: Count


class Issue(_Exact):
    """What was found in the file: where, what, why, and how to mend it."""

    sheet: str | None
    cell: str | None
    row: int | None
    column: str | None
    value: str | None
    code: str
    severity: Literal["error", "warning", "info"]
    message: str
    hint: str


class ReadBy(_Exact):
    """The list description that a list was read by, or that a corrected receipt made."""

    name: str
    version: Count


class UploadAnswer(_Exact):
    """What became of an upload, as `campfill ingest --json` says it; until it is decided, how far it is.

    `told`: of a sheet Care, what of it was taken, in sentences.
    """

    upload_id: UUID
    file: str
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    kind: Kind
    status: Status
    reason: str | None
    rows: Rows
    issues: list[Issue]
    receipt: str | None
    description: ReadBy | None
    told: list[str]


class UploadSummary(_Exact):
    """One upload of the list. `seq` is its number, NULL while it lies in the inbox."""

    upload_id: UUID
    seq: int | None
    file_name: str
    kind: Kind
    status: Status
    reason: str | None
    message: str | None
    hint: str | None
    received_at: datetime
    decided_at: datetime | None
    reverted_at: datetime | None
    attempts: Count
    rows_read: int | None
    rows_accepted: int | None
    rows_rejected: int | None
    rows_new: int | None
    rows_updated: int | None
    rows_unchanged: int | None
    receipt: str | None


class _Open(BaseModel):
    """A shape that may get more columns; those that are told stay."""

    model_config = ConfigDict(extra="allow")


Exact = Annotated[str, Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", description="An exact decimal, as text.")]


class TakenBack(_Exact):
    """A line that a revert changes, and whose upload brought what it is then."""

    line_id: UUID
    name: str
    action: Literal["reverted", "withdrawn", "restored"]
    upload_id: UUID


class Change(_Exact):
    """A field of a line that a revert changes."""

    line_id: UUID
    name: str
    action: str
    field: str
    before: str | None
    after: str | None


class LeftAlone(_Exact):
    """A line that stays, because a later upload changed it again."""

    line_id: UUID
    name: str
    upload_id: UUID
    file_name: str


class RetoldDay(_Exact):
    """A local day that an export no longer tells of, or tells of again: the impressions of its campaigns and deals."""

    day: date
    before: Exact
    after: Exact
    status_before: Literal["complete", "partial"] | None
    status_after: Literal["complete", "partial"] | None


class RetoldLine(_Exact):
    """A line whose delivery by exports changes."""

    line_id: UUID
    name: str
    before: Exact
    after: Exact


class RetoldRows(_Exact):
    """Report rows that come, change and go."""

    new: int
    changed: int
    gone: int


class RetoldDelivery(_Exact):
    """What taking a CSV export back changes in delivery."""

    rows: RetoldRows
    days: list[RetoldDay]
    lines: list[RetoldLine]


class Revert(_Exact):
    """What taking an upload back changes, and what it leaves, as `campfill revert --json` says it.

    `delivery` is there for a CSV export alone, `ids` for a mapping file, `counts` for a second count; of these
    `taken_back` and `left` are empty.
    """

    upload_id: UUID
    file: str
    taken_back: list[TakenBack]
    changes: list[Change]
    left: list[LeftAlone]
    in_force: bool
    delivery: RetoldDelivery | None = None
    ids: int | None = None
    counts: int | None = None


class Line(_Open):
    """One line as it stands: the columns of table `line`."""

    id: UUID
    name: str
    kind: Literal["campaign", "deal"]
    buyer: str
    runtime: str
    start_date: date | None
    end_date: date
    impression_goal: int
    budget_eur: Exact | None
    cpm_eur: Exact
    currency: str
    purchase_type: str


class Fulfillment(_Open):
    """One line's figures: the columns of table `fulfillment`, and its name."""

    line_id: UUID
    name: str
    as_of: date
    kind: Literal["campaign", "deal"]
    impression_goal: int
    lifecycle: str
    band: str
    pace: str | None
    covered: bool
    delivered: Exact
    fulfillment_pct: Exact
    shortfall: Exact
    projected: Exact | None
    value_at_risk_eur: Exact | None
    currency: str


class LineAnswer(_Open):
    """Everything about one line, as `campfill line --json` says it."""

    line: dict[str, Any]
    withdrawn: bool
    figures: dict[str, Any] | None
    history: list[dict[str, Any]]
    days: list[dict[str, Any]]
    cause: dict[str, Any] | None
    reconciliation: list[dict[str, Any]]
    unlikely_goal: str | None
    restated: int
    care: dict[str, Any] | None
    make_goods: list[dict[str, Any]]


class Attention(_Open):
    """A line to look at today, and why. `unlikely_goal`: of one that has not begun, how much too much it needs."""

    line_id: UUID
    name: str
    kind: Literal["campaign", "deal"]
    missing: Exact | None
    value_at_risk_eur: Exact | None
    cause: str | None
    reason: str
    taken: bool
    care: str
    unlikely_goal: str | None


class Care(_Exact):
    """Who takes care of a line, as it stands."""

    line_id: UUID
    name: str
    owner: str | None
    note: str | None
    acknowledged_until: date | None
    muted_until: date | None
    agreed: int
    make_goods: int
    changed_at: datetime


class MakeGood(_Exact):
    """What was agreed to make good for a line, and what came of it. `owed`: its shortfall now, once it has ended."""

    make_good: UUID
    line_id: UUID
    name: str
    by_line: UUID
    agreed: int
    first_day: date
    last_day: date
    text: str
    said_by: str
    agreed_at: datetime
    delivered: Exact
    state: Literal["agreed", "delivering", "delivered", "short", "closed"]
    closed_at: datetime | None
    closed_text: str
    owed: Exact | None


class OverOwed(_Exact):
    """A warning: more is agreed to make good for a line than is owed, or can be owed while it runs."""

    line_id: UUID
    name: str
    agreed: int
    owed: Exact
    ended: bool


class CareAnswer(_Open):
    """Lines of which something was said, and make-goods; of one line also the history, newest first.

    `over_owed`: lines for which more is agreed to make good than is owed.
    """

    lines: list[Care]
    make_goods: list[MakeGood]
    over_owed: list[OverOwed]
    history: list[dict[str, Any]] | None = None


class SecondCount(_Open):
    """What one counter counted for a line, beside ours. A part that is null cannot be known, and is in `rest`."""

    line_id: UUID
    name: str
    buyer: str
    counted_by: str
    first_day: date
    last_day: date
    ours: str
    theirs: str
    difference: str
    percent: str | None
    beyond: bool
    time_zone: str | None
    days_missing: str | None
    late_corrections: str
    sites: str | None
    rest: str
    unknown: list[str]
    billed_by: str


class LeftOut(_Exact):
    """A figure that tells something of the month asked for, and of days beyond it: it cannot be compared there."""

    line_id: UUID
    counted_by: str
    first_day: date | None
    last_day: date | None
    impressions: str
    file: str


class SecondCounts(_Exact):
    """All second counts that are in force, the largest discrepancy beyond the tolerance first."""

    tolerance_percent: str
    counts: list[SecondCount]
    left_out: list[LeftOut]


class Billing(_Exact):
    """By which count a buyer, or an agency for all of its seats, is billed; `ours` or the name of whoever counts."""

    buyer: str
    billed_by: str
    said_by: str
    at: datetime


class MonthOfLine(_Open):
    """A line's figures of one month, as they are billed."""

    line_id: UUID
    name: str
    buyer: str
    impression_goal: int
    cpm_eur: str
    ours: str
    theirs: str | None
    counted_by: str | None
    billed_by: str
    billed_impressions: str
    amount_eur: str


class FrozenMonth(_Open):
    """A frozen month; with its lines where one month was asked for. `number`: 1 for the first time it was frozen."""

    month: date
    number: int
    frozen_at: datetime
    as_of: date
    provisional: bool
    said_by: str
    lines: int
    amount_eur: str
    sha256: str
    figures: list[MonthOfLine] | None = None


class ChangedLine(_Open):
    """A line that is otherwise than when its month was frozen, and why."""

    line_id: UUID
    name: str
    before: MonthOfLine | None
    now: MonthOfLine | None
    restated: str
    reasons: list[str]


class ChangedMonth(_Exact):
    """A frozen month beside now; `intact`: its stored lines are what its hash is of."""

    frozen: FrozenMonth
    intact: bool
    changed: list[ChangedLine]


class Reconciliation(_Exact):
    """A disagreement between list and reporting."""

    issue_no: int
    kind_of_issue: str
    line_id: UUID | None
    report_id: str | None
    detail: dict[str, Any]


class Health(_Exact):
    """Four signs of life; `reasons` says in sentences which are missing or too old."""

    status: Literal["ok", "failing"]
    reasons: list[str]
    database: bool
    daemon_heartbeat_at: datetime | None
    inbox_looked_at: datetime | None
    inbox_files: Count
    delivery_fetched_at: datetime | None
