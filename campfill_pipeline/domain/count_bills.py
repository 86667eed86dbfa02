"""What a line is billed for a month, by which count; a month frozen, and what changed since.

Belongs here: the amount, the text that a frozen month's hash is of, the comparison of two states. Does not belong here:
reading and keeping them (`warehouse/counts/bills`), sentences.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from campfill_pipeline.domain.errors import CampfillError

_ZERO = Decimal(0)


class CountsError(CampfillError):
    """Something about second counts and billing that cannot be done."""


class Reason(StrEnum):
    """Why a frozen line is otherwise now."""

    RESTATEMENT = "restatement"
    DELIVERY = "delivery"
    SECOND_COUNT = "second_count"
    LIST_TERMS = "list_terms"
    BILLED_BY = "billed_by"
    EARLIER_MONTHS = "earlier_months"
    NEW_LINE = "new_line"
    GONE_LINE = "gone_line"


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """A line's figures of one month. `theirs` and `counted_by` None: no second count of this month.

    `uploads`: the numbers of the second count's files. `billed_impressions`: the count that bills, as far as the goal
    was not reached before the month.
    """

    line_id: UUID
    name: str
    buyer: str
    impression_goal: int
    cpm_eur: Decimal
    ours: Decimal
    theirs: Decimal | None
    counted_by: str | None
    uploads: str
    billed_by: str
    billed_impressions: Decimal
    amount_eur: Decimal


def billed(count: Decimal, goal: int, before: Decimal) -> Decimal:
    """How many impressions of the month are billed: never more than the goal over the whole flight."""
    return max(min(count, Decimal(goal) - before), _ZERO)


def amount(impressions: Decimal, cpm_eur: Decimal) -> Decimal:
    """Euros for so many impressions, exact."""
    return impressions * cpm_eur / 1000


def bare(value: Decimal) -> str:
    """Plain notation without trailing zeros: the same value is the same text."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def text_of(month: date, lines: Sequence[MonthFigures]) -> str:
    """A frozen month as text: JSON, a list of the month and one object a line by id, keys sorted, nothing spare."""
    rows = [
        {name: bare(value) if isinstance(value, Decimal) else str(value) if isinstance(value, UUID) else value
         for name, value in asdict(line).items()}
        for line in sorted(lines, key=lambda line: line.line_id)
    ]  # fmt: skip
    return json.dumps([f"{month:%Y-%m}", *rows], ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_of(month: date, lines: Sequence[MonthFigures]) -> str:
    """SHA-256 of that text in UTF-8."""
    return hashlib.sha256(text_of(month, lines).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Changed:
    """A line that is otherwise than when its month was frozen; `before` or `now` None: it was or is not there.

    `restated`: by how much reporting corrected its days of the month since then.
    """

    line_id: UUID
    name: str
    before: MonthFigures | None
    now: MonthFigures | None
    restated: Decimal
    reasons: tuple[Reason, ...]


def changes(
    frozen: Sequence[MonthFigures], now: Sequence[MonthFigures], restated: Mapping[UUID, Decimal]
) -> list[Changed]:
    """The lines whose figures or amounts differ, the largest change of an amount first."""
    before, after = {one.line_id: one for one in frozen}, {one.line_id: one for one in now}
    found = []
    for line in {**before, **after}:
        one, other, corrected = before.get(line), after.get(line), restated.get(line, _ZERO)
        reasons = tuple(_reasons(one, other, corrected))
        if reasons:
            found.append(Changed(line, (other or one).name, one, other, corrected, reasons))  # type: ignore[union-attr]
    return sorted(
        found, key=lambda change: (-abs(_amount(change.now) - _amount(change.before)), change.line_id)
    )


def _amount(figures: MonthFigures | None) -> Decimal:
    return figures.amount_eur if figures else _ZERO


def _reasons(before: MonthFigures | None, now: MonthFigures | None, restated: Decimal) -> Iterator[Reason]:
    if before is None or now is None:
        yield Reason.NEW_LINE if before is None else Reason.GONE_LINE
        return
    told = False
    if now.ours != before.ours:
        told = True
        if restated:
            yield Reason.RESTATEMENT
        if now.ours - before.ours != restated:
            yield Reason.DELIVERY
    for reason, differs in (
        (
            Reason.SECOND_COUNT,
            (now.theirs, now.counted_by) != (before.theirs, before.counted_by),
        ),
        (Reason.LIST_TERMS, (now.impression_goal, now.cpm_eur) != (before.impression_goal, before.cpm_eur)),
        (Reason.BILLED_BY, now.billed_by != before.billed_by),
    ):
        if differs:
            told = True
            yield reason
    if not told and (now.billed_impressions, now.amount_eur) != (
        before.billed_impressions,
        before.amount_eur,
    ):
        yield Reason.EARLIER_MONTHS
