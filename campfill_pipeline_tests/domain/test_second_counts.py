"""What is taken for a second count, how its days are read, and how a discrepancy is said in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from campfill_pipeline.domain import count_words
from campfill_pipeline.domain.cells import CellKind
from campfill_pipeline.domain.count_days import Days, Slashes, read_days, slash_order
from campfill_pipeline.domain.discrepancies import Discrepancy
from campfill_pipeline.domain.second_counts import is_count_header
from campfill_pipeline.language.speaking import Language, speaking

NOTHING = (None, int(CellKind.BLANK))
OCTOBER = Days(date(2026, 10, 1), date(2026, 10, 31))


@pytest.mark.parametrize(
    ("headers", "is_count"),
    [
        ("Line ID, Day, Impressions", True),
        ("Buchungs-ID, Tag, Gezählte Impressionen, Zeitzone, Gezählt von", True),
        ("Deal ID, Date, Impressions, Counted by, Creative", True),
        ("Campaign ID, Measured impressions", True),
        ("Deal ID, Date, Impressions", False),
        ("Line ID, Name, Impressions, Start, End, CPM", False),
        ("Line ID, Day", False),
        ("Counted by, Measured impressions", False),
    ],
)
def test_a_header_is_a_second_counts_only_where_it_says_so(headers: str, is_count: bool) -> None:
    assert is_count_header(headers.split(", ")) is is_count


@pytest.mark.parametrize(
    ("text", "kind", "read"),
    [
        ("2026-10-03", CellKind.TEXT, Days(date(2026, 10, 3), date(2026, 10, 3))),
        ("3.10.26", CellKind.TEXT, Days(date(2026, 10, 3), date(2026, 10, 3))),
        ("2026-10-03T00:00:00", CellKind.DATE, Days(date(2026, 10, 3), date(2026, 10, 3))),
        ("10/31/2026", CellKind.TEXT, Days(date(2026, 10, 31), date(2026, 10, 31))),
        ("2026-10", CellKind.TEXT, OCTOBER),
        ("10/2026", CellKind.TEXT, OCTOBER),
        ("Oktober 2026", CellKind.TEXT, OCTOBER),
        ("01.10.2026 - 31.10.2026", CellKind.TEXT, OCTOBER),
        ("10/03/2026", CellKind.TEXT, "ambiguous_date"),
        ("31.09.2026", CellKind.TEXT, "runtime_no_such_date"),
        ("46000", CellKind.NUMBER, "date_format"),
        ("soon", CellKind.TEXT, "date_format"),
        ("#REF!", CellKind.ERROR, "error_cell"),
    ],
)
def test_days_are_read_or_refused(text: str, kind: CellKind, read: Days | str) -> None:
    found = read_days((text, int(kind)), NOTHING, NOTHING, dated=True)
    assert (found.days or found.findings[0][1].code) == read


def test_dates_with_slashes_are_read_as_their_column_shows() -> None:
    order = slash_order(["10/03/2026", "10/31/2026", None])
    assert order is Slashes.MONTH_FIRST
    assert read_days(("10/03/2026", 1), NOTHING, NOTHING, dated=True, order=order).days == Days(
        date(2026, 10, 3), date(2026, 10, 3)
    )
    assert slash_order(["31/10/2026", "10/31/2026"]) is None


def test_months_and_periods_stand_in_columns_of_their_own() -> None:
    first = ("2026-10-01", int(CellKind.DATE))
    assert (
        read_days(NOTHING, NOTHING, first, dated=True).days == OCTOBER
    )  # a month is stored as its first day
    assert read_days(first, ("31.10.2026", 1), NOTHING, dated=True).days == OCTOBER
    for cells, code in (
        ((first, ("30.09.2026", 1), NOTHING), "runtime_reversed"),
        ((NOTHING, ("30.09.2026", 1), NOTHING), "missing_value"),
        ((first, NOTHING, first), "overlapping_days"),
        ((NOTHING, NOTHING, NOTHING), "missing_value"),
    ):
        assert read_days(*cells, dated=True).findings[0][1].code == code
    total = read_days(NOTHING, NOTHING, NOTHING, dated=False)
    assert (total.days, total.findings) == (None, ())


def test_a_discrepancy_is_said_in_both_languages_with_their_decimals() -> None:
    found = Discrepancy(
        line_id=UUID(int=1), name="A", buyer="B", counted_by="DV", first_day=OCTOBER.first, last_day=OCTOBER.last,
        ours=Decimal("1847.0000"), theirs=Decimal("1857.06"), difference=Decimal("10.06"), percent=Decimal("0.5447"),
        beyond=False, time_zone=Decimal("-5.25"), days_missing=Decimal(0), late_corrections=Decimal(0), sites=None,
        rest=Decimal("15.31"), missing_at_them=0, missing_at_us=0, unknown=("sites",), zone="UTC", billed_by="ours",
        uploads=(3,), files=("a.csv",), received_at=datetime(2026, 11, 3, tzinfo=UTC),
    )  # fmt: skip
    assert count_words.sentence(found) == (
        "1 Oct 2026 to 31 Oct 2026: theirs 1,857.06, ours 1,847, difference +10.06 (+0.5 %), within the tolerance."
        " Made of: time zone -5.25, rest +15.31; cannot be known: sites. Billed by: our count."
    )
    with speaking(Language.GERMAN):
        assert count_words.sentence(found) == (
            "01.10.2026 bis 31.10.2026: ihre Zählung 1.857,06, unsere 1.847, Abweichung +10,06 (+0,5 %), innerhalb der"
            " Toleranz. Davon: Zeitzone -5,25, Rest +15,31; nicht feststellbar: Standorte. Abgerechnet nach: unserer"
            " Zählung."
        )
