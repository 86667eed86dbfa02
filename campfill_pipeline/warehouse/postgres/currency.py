"""The currency in which a home counts: one for all of its money, that of its lists.

Amounts of two currencies cannot be summed, and nothing here knows their rate. Belongs here: which currency it is, and
refusing another one. Does not belong here: the currencies of lists (`domain/described_columns.py`).
"""

from __future__ import annotations

import psycopg

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.warehouse.statements import query

WITH_MONEY = ("fulfillment", "shortfall_cause", "frozen_month", "frozen_line")
"""Tables whose rows hold amounts and name their currency."""


class CurrencyChangedError(CampfillError):
    """CAMPFILL_CURRENCY is another one than the lines here are priced in; nothing was changed."""

    def __init__(self, counted_in: str, asked: str) -> None:
        self.counted_in, self.asked = counted_in, asked
        super().__init__(
            f"CAMPFILL_CURRENCY is {asked}, but budgets and prices here are in {counted_in}.",
            f"Set CAMPFILL_CURRENCY={counted_in} again. Lists in {asked} need a home of their own:"
            " another CAMPFILL_HOME.",
        )


def agree(conn: psycopg.Connection, currency: str) -> None:
    """Count in this currency from now on. Raises CurrencyChangedError where lines are priced in another one."""
    found = conn.execute(query("postgres/currency", "counted in")).fetchone()
    assert found is not None
    counted_in, priced = found
    if counted_in == currency:
        return
    if priced:
        raise CurrencyChangedError(counted_in, currency)
    conn.execute(query("postgres/currency", "count in"), {"currency": currency})
    for table in WITH_MONEY:
        # A default holds no parameter; the currency is one of the known codes (settings).
        conn.execute(f"ALTER TABLE {table} ALTER COLUMN currency SET DEFAULT '{currency}'".encode())
