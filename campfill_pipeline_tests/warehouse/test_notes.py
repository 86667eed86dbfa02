"""A note marks a change: delivery before and after it is compared against the due curve, with what chance explains."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from campfill_pipeline.domain.effect import Verdict, effect, sentence
from campfill_pipeline.domain.errors import UnknownLineError
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline.warehouse.readers.notes import add_note, notes_of
from campfill_pipeline_tests.warehouse.test_due_curve_figures import HISTORY, MALL, MONDAY, RULES, live, put

NOW = datetime(2026, 7, 19, 8, tzinfo=UTC)
AS_OF = MONDAY + timedelta(14)


def test_what_came_of_a_note_is_told_against_the_due_curve(connection: psycopg.Connection) -> None:
    """The second week has the same weekdays twice as strong; Sundays, on which the mall is shut, disturb nothing."""
    days = [MONDAY + timedelta(n) for n in range(14)]
    changed = MONDAY + timedelta(7)
    delivered = {
        ("Mall", day): Decimal(MALL[day.weekday()] * (2 if day > changed else 1))
        for day in days
        if MALL[day.weekday()]
    }
    line = live(MONDAY, MONDAY + timedelta(27), delivered)
    number = next(n for n, found in put(connection, [*HISTORY, line], AS_OF).items() if found is line)
    (line_id,) = connection.execute(
        "SELECT id FROM line_register WHERE line_no = %s", [number]
    ).fetchone() or (None,)
    assert isinstance(line_id, UUID)
    refresh(connection, RULES, as_of=AS_OF, now=NOW)
    add_note(connection, "floor lowered", line_id=line_id, day=changed, now=NOW)
    add_note(connection, "new server", line_id=None, day=AS_OF - timedelta(1), now=NOW)
    server, floor = notes_of(connection, line_id, RULES, as_of=AS_OF)
    assert (server.text, server.effect and server.effect.verdict) == ("new server", Verdict.TOO_EARLY)
    assert floor.effect is not None and floor.effect.verdict == Verdict.BETTER
    assert floor.effect.ratio is not None and abs(floor.effect.ratio - 2) < Decimal("1e-9")
    assert "2.00 times the pace before" in sentence(floor.effect)


def test_a_note_on_a_line_that_no_list_had_is_refused(connection: psycopg.Connection) -> None:
    with pytest.raises(UnknownLineError, match="No list ever had"):
        add_note(connection, "x", line_id=uuid4(), day=date(2026, 7, 1), now=NOW)


@given(
    st.lists(st.tuples(st.integers(1, 1000), st.integers(1, 9)), min_size=1, max_size=7), st.integers(1, 9)
)
def test_a_change_of_nothing_is_never_more_than_chance(days: list[tuple[int, int]], times: int) -> None:
    before = [(Decimal(came), Decimal(due)) for came, due in days]
    assert effect(before, before, Decimal("0.1")).verdict == Verdict.NO_DIFFERENCE
    more = [(came * (times + 2), due) for came, due in before]
    assert effect(before, more, Decimal(0)).verdict == Verdict.BETTER
    assert effect(more, before, Decimal(0)).verdict == Verdict.WORSE
    assert effect(before, [], Decimal("0.1")).verdict == Verdict.TOO_EARLY
