"""What second counts tell: a line's count by somebody else begins to differ beyond the tolerance, and agrees again.

Belongs here: which these are, and their sentences. Does not belong here: comparing (`warehouse/counts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import psycopg

from campfill_pipeline.domain.attention import percent, whole
from campfill_pipeline.domain.discrepancies import Discrepancy
from campfill_pipeline.domain.notices import Kind
from campfill_pipeline.language.speaking import say
from campfill_pipeline.warehouse.notices.facts import Ending, Fact, begin, end
from campfill_pipeline.warehouse.statements import query


def tell(
    conn: psycopg.Connection, found: Sequence[Discrepancy], tolerance: Decimal, *, now: datetime, told: bool
) -> None:
    """Note what began and what is over by these discrepancies, in the caller's transaction."""
    compared = {_subject(one.line_id, one.counted_by): one for one in found}
    prices: dict[UUID, Decimal | None] = dict(
        conn.execute(query("notices/of_counts", "prices"), [[one.line_id for one in found]]).fetchall()
    )
    begin(
        conn,
        [
            Fact(
                Kind.COUNT_BEYOND, subject, _sentence(one, tolerance), one.line_id,
                weight=abs(one.difference) / 1000 * (prices.get(one.line_id) or Decimal(0)),
            )
            for subject, one in compared.items()
            if one.beyond
        ],
        now=now, told=told,
    )  # fmt: skip
    standing = conn.execute(query("notices/of_counts", "standing"), [str(Kind.COUNT_BEYOND)]).fetchall()
    end(
        conn,
        [
            Ending(number, _over(compared.get(subject), name or "", subject.partition(" ")[2]))
            for number, subject, name in standing
            if subject not in compared or not compared[subject].beyond
        ],
        now=now,
    )


def _subject(line_id: UUID, counted_by: str) -> str:
    return f"{line_id} {counted_by}"


def _sentence(one: Discrepancy, tolerance: Decimal) -> str:
    told = {"line": one.name, "name": one.counted_by, "theirs": whole(one.theirs)}
    if one.percent is None:
        return say(
            "{line}: {name} counted {theirs} impressions, and ours counted none. campfill counts says why.",
            **told,
        )
    told |= {"ours": whole(one.ours), "share": percent(abs(one.percent)), "tolerance": percent(tolerance)}
    if one.difference < 0:
        return say(
            "{line}: {name} counted {theirs} impressions, {share} fewer than ours ({ours}); the tolerance is "
            "{tolerance}. campfill counts says why.",
            **told,
        )
    return say(
        "{line}: {name} counted {theirs} impressions, {share} more than ours ({ours}); the tolerance is {tolerance}. "
        "campfill counts says why.",
        **told,
    )


def _over(one: Discrepancy | None, line: str, counted_by: str) -> str:
    if one is None:
        return say("{line}: the count by {name} was taken back.", line=line, name=counted_by)
    return say("{line}: the count by {name} is within the tolerance again.", line=line, name=counted_by)
