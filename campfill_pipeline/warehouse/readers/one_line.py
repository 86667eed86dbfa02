"""Everything known about one line: contract, history, figures, delivery by day, cause with evidence.

Belongs here: reading it all. Does not belong here: how `campfill line` shows it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.domain.unlikely_goals import sentence
from campfill_pipeline.warehouse.figures.best_weeks import unlikely_lines
from campfill_pipeline.warehouse.figures.fulfillment import compute
from campfill_pipeline.warehouse.notices.care import MakeGood, Standing, make_goods, standing
from campfill_pipeline.warehouse.readers.incidents import IncidentRow, Struck, incidents, struck
from campfill_pipeline.warehouse.readers.notes import Note, notes_of
from campfill_pipeline.warehouse.statements import query

Row = dict[str, Any]


@dataclass(frozen=True)
class LineLife:
    """One line as of a local day. Rows carry their tables' columns; `withdrawn` lines have no figures.

    `history` is newest first, `days` oldest first; `cause` is as of the last refresh, None where there is none.
    `sources`: who tells of the line, the first in order first.
    `unlikely_goal`: before it begins, how much more it needs than its sites ever gave; None where it does not, or
    where too little is known. `struck`: what each of the incidents cost this line, and whether they explain its gap.
    `care`: who takes care of it, None where nothing was said.
    """

    line: Row
    withdrawn: bool
    figures: Row | None
    history: list[Row]
    days: list[Row]
    sources: list[Row]
    cause: Row | None
    incidents: list[IncidentRow]
    struck: list[Struck]
    notes: list[Note]
    reconciliation: list[Row]
    unlikely_goal: str | None
    restated: int
    care: Standing | None
    make_goods: list[MakeGood]


def by_external_id(conn: psycopg.Connection, text: str) -> list[UUID]:
    """The ids of the lines that lists name by this text: one, unless two lists use the same."""
    return [row[0] for row in conn.execute(query("readers/one_line", "by external id"), {"text": text})]


def line_life(
    conn: psycopg.Connection, line_id: UUID, rules: FulfillmentRules, *, as_of: date
) -> LineLife | None:
    """What is known about the line of this id, or None where no list ever had it."""
    with conn.cursor(row_factory=dict_row) as cursor:

        def ask(statement: LiteralString | bytes) -> list[Row]:
            return cursor.execute(statement, {"id": line_id}).fetchall()

        found = ask(query("readers/one_line", "line"))
        if not found:
            return None
        figures = compute(conn, rules, as_of=as_of, line_ids=[line_id])
        causes = ask("SELECT * FROM shortfall_cause WHERE line_id = %(id)s")
        unlikely = unlikely_lines(conn, as_of=as_of, line_id=line_id)
        return LineLife(
            line=found[0],
            withdrawn=found[0]["withdrawn_at"] is not None,
            figures=figures[0] if figures else None,
            history=ask(query("readers/one_line", "history")),
            days=ask("SELECT * FROM delivery_daily WHERE line_id = %(id)s ORDER BY day"),
            sources=ask(query("readers/one_line", "sources")),
            cause=causes[0] if causes else None,
            incidents=incidents(conn, line_id),
            struck=struck(conn, line_id),
            notes=notes_of(conn, line_id, rules, as_of=as_of),
            reconciliation=ask(query("readers/one_line", "disagreements")),
            unlikely_goal=sentence(unlikely[0].found) if unlikely else None,
            restated=ask("SELECT count(*) AS rows FROM delivery_restatement WHERE line_id = %(id)s")[0][
                "rows"
            ],
            care=next(iter(standing(conn, line_id)), None),
            make_goods=make_goods(conn, line_id),
        )
