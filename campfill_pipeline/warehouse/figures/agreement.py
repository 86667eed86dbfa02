"""Whether the stored figures agree with what they are made of: each line of the register once, and its delivery.

Belongs here: counting what disagrees. Does not belong here: making figures (`fulfillment`), where list and reporting
disagree (`reconciliation`).
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from campfill_pipeline.warehouse.statements import query


@dataclass(frozen=True)
class Agreement:
    """Lines in force, counted. Lines that wait to be computed are in `waiting`, and neither lacking nor different.

    `without`: have no figures. `left_over`: figures of no line in force. `different`: `delivered` is not the sum of
    their days, for example that of `example`. `not_judged`: begun, but not every day of their flight was fetched.
    """

    lines: int
    waiting: int
    without: int
    left_over: int
    different: int
    example: str | None
    not_judged: int
    first_missing: str | None


def agreement(conn: psycopg.Connection) -> Agreement:
    """Compare the stored figures with register and days, as of the day they were computed for."""
    with conn.cursor(row_factory=class_row(Agreement)) as cursor:
        found = cursor.execute(query("figures/agreement", "agreement")).fetchone()
    assert found is not None, "an aggregate always gives a row"
    return found
