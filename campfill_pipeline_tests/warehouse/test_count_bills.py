"""Months frozen for billing: by which count, within the goal, numbered; what changed since, with its reasons."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campfill_pipeline.domain.count_bills import CountsError, Reason, text_of
from campfill_pipeline.domain.count_days import month_of
from campfill_pipeline.warehouse.counts import bills
from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline_tests.warehouse.delivery_rows import CAMPAIGN, Row, add_line, at, store
from campfill_pipeline_tests.warehouse.test_counts import Connection, by_day, counted, delivered

BERLIN = ZoneInfo("Europe/Berlin")
AUGUST, SEPTEMBER = month_of(2025, 8), month_of(2025, 9)
NOW = datetime(2025, 10, 8, 6, tzinfo=UTC)
OTHER = "c0000000-0000-0000-0000-000000000002"


def freeze(
    connection: Connection, month: Any = AUGUST, *, now: datetime = NOW, provisional: bool = False
) -> bills.Frozen:
    return bills.freeze(
        connection, BERLIN, month, final_after_days=3, provisional=provisional, said_by="Anna", now=now
    )


def since(connection: Connection, **asked: Any) -> bills.Since:
    return bills.since(connection, BERLIN, AUGUST, today=NOW.date(), **asked)


def test_a_month_is_frozen_by_the_count_that_bills_and_what_changed_is_told_with_its_reasons(
    connection: Connection,
) -> None:
    numbers = [
        add_line(connection, line, start=date(2025, 8, 30), end=date(2025, 9, 30))
        for line in (CAMPAIGN, OTHER)
    ]
    attribute(connection, numbers)
    connection.execute(
        "UPDATE line_register SET buyer = 'AGENCY < P (Seat 1)', agency = 'AGENCY' WHERE id = %s", (CAMPAIGN,)
    )
    delivered(connection, 30, ("2025-08-30T10:00", "Hbf", "600.5"))
    first = [
        Row(at("2025-08-31T10:00"), impressions=Decimal(200)),
        Row(at("2025-08-31T10:00"), campaign_id=OTHER, impressions=Decimal(50)),
    ]
    store(connection, date(2025, 8, 31), first)
    with pytest.raises(CountsError, match="not final: its last days may be corrected until 2025-09-03"):
        freeze(connection, now=datetime(2025, 9, 3, 20, tzinfo=UTC))
    # Nothing was fetched of two days of September: that is no 0.
    with pytest.raises(CountsError, match=r"30 days not fetched completely, for 2 lines"):
        freeze(connection, SEPTEMBER)
    assert bills.frozen(connection) == []

    counted(connection, CAMPAIGN, *by_day((30, 500), (31, 190)), by="DoubleVerify")
    with pytest.raises(CountsError, match=r"“Doubleverfy”. Nearest: DoubleVerify"):
        bills.say(connection, "agency", "Doubleverfy", said_by="", now=NOW)
    assert bills.say(connection, "agency", "doubleverify", said_by="Anna", now=NOW).buyer == "AGENCY"

    made = freeze(connection)
    told: dict[str, Any] = {str(line.line_id): line for line in bills.lines_of(connection, made.freeze_no)}
    one, other = told[CAMPAIGN], told[OTHER]
    assert (one.ours, one.theirs, one.billed_by, one.billed_impressions) == (
        Decimal("800.5"),
        690,
        "DoubleVerify",
        690,
    )
    assert (one.amount_eur, other.theirs, other.billed_by, other.amount_eur) == (
        Decimal("3.45"),
        None,
        "ours",
        Decimal("0.25"),
    )
    assert (made.number, made.provisional, made.lines, made.amount_eur) == (1, False, 2, Decimal("3.70"))
    written = text_of(AUGUST.first, [one, other])
    assert written.startswith('["2025-08",{"amount_eur":"3.45"')
    assert made.sha256 == hashlib.sha256(written.encode()).hexdigest()
    assert since(connection).changed == ()
    # The same figures in a newer file change nothing.
    counted(
        connection,
        CAMPAIGN,
        *by_day((30, 500), (31, 190)),
        by="DoubleVerify",
        received=NOW - timedelta(hours=2),
    )
    assert since(connection).changed == ()

    # A correction, a new file, new terms.
    connection.execute("UPDATE line_register SET cpm_eur = 6 WHERE id = %s", (OTHER,))
    counted(connection, CAMPAIGN, *by_day((31, 195)), by="DoubleVerify", received=NOW - timedelta(hours=1))
    store(
        connection,
        date(2025, 8, 31),
        [Row(at("2025-08-31T10:00"), impressions=Decimal(150)), first[1]],
        now=NOW + timedelta(hours=1),
    )
    changed = since(connection)
    assert changed.intact
    found: dict[str, Any] = {str(change.line_id): change for change in changed.changed}
    assert found[CAMPAIGN].reasons == (Reason.RESTATEMENT, Reason.SECOND_COUNT)
    assert found[CAMPAIGN].restated == -50
    assert found[CAMPAIGN].now is not None and found[CAMPAIGN].now.amount_eur == Decimal("3.475")
    assert found[OTHER].reasons == (Reason.LIST_TERMS,)

    # Frozen again: both stay, and each is compared by its number.
    again = freeze(connection, now=NOW + timedelta(hours=2))
    assert (again.number, [one.number for one in bills.frozen(connection, AUGUST)]) == (2, [2, 1])
    assert since(connection).changed == ()
    assert len(since(connection, number=1).changed) == 2
    connection.execute("UPDATE frozen_line SET amount_eur = 1 WHERE freeze_no = %s", (again.freeze_no,))
    assert not since(connection).intact


def test_no_more_than_the_goal_is_billed_over_all_months_by_the_count_that_bills(
    connection: Connection,
) -> None:
    attribute(
        connection, [add_line(connection, CAMPAIGN, start=date(2025, 8, 31), end=date(2025, 9, 1))]
    )  # goal 1,000
    delivered(connection, 31, ("2025-08-31T10:00", "Hbf", 600))
    store(connection, date(2025, 9, 1), [Row(at("2025-09-01T10:00"), impressions=Decimal(600))])

    def september() -> Any:
        return bills.figures(connection, BERLIN, SEPTEMBER, today=NOW.date())[0]

    assert (september().billed_impressions, september().amount_eur) == (400, 2)
    counted(connection, CAMPAIGN, *by_day((31, 450)))
    bills.say(connection, "Not set", "buyer", said_by="", now=NOW)
    assert september().billed_by == "ours"  # their count of September is not here
    with pytest.raises(CountsError, match="1 line to be billed by buyer, whose count is not here"):
        freeze(connection, SEPTEMBER)
    assert freeze(connection, SEPTEMBER, provisional=True).provisional
    counted(
        connection,
        CAMPAIGN,
        (date(2025, 9, 1), date(2025, 9, 1), "", 580),
        received=datetime(2025, 10, 2, tzinfo=UTC),
    )
    assert (september().billed_by, september().billed_impressions) == ("buyer", 550)
    bills.say(connection, "not set", "ours", said_by="", now=NOW)
    assert (september().billed_by, september().theirs, september().billed_impressions) == ("ours", 580, 400)
