"""The measured week, the due curve and every figure made with it equal what plain Decimals give, for any world."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from holidays import country_holidays
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campfill_pipeline.domain.fulfillment import FulfillmentRules, Pacing
from campfill_pipeline.domain.weekdays import calendar, each_day
from campfill_pipeline.warehouse.figures.fulfillment import compute, refresh
from campfill_pipeline.warehouse.figures.week import week_as_of
from campfill_pipeline_tests.warehouse.facts import add_line, deliver_at, fetch
from campfill_pipeline_tests.warehouse.oracle import Terms
from campfill_pipeline_tests.warehouse.oracle_week import Line, World

BERLIN = ZoneInfo("Europe/Berlin")
RULES = FulfillmentRules()
HOLIDAYS = set(country_holidays("DE", years=range(2025, 2028)))
# A holiday in the week, Easter and the two changes of the clock.
ANCHORS = st.sampled_from([date(2026, 5, 1), date(2026, 4, 6), date(2026, 3, 29), date(2026, 10, 25)])
CLOSE = Decimal("1e-8")


def day(anchor: date, offset: int) -> date:
    return anchor + timedelta(offset)


SITES = ("Mall", "Hbf", "Street")
Spans = dict[str, tuple[date, date]]
# Days before and after the anchor between which a site gives anything: always, opened lately, or shut down.
SPANS = st.sampled_from([(-99, 99), (-99, 99), (-30, 99), (-9, 99), (-99, -20), (-40, -2)])


@st.composite
def a_line(draw: st.DrawFn, anchor: date, spans: Spans, live: bool) -> Line:
    """Ended healthy lines deliver by a week of their site; live ones deliver anything."""
    length = draw(st.sampled_from([1, 2, 7, 9, 16]))
    end = day(anchor, draw(st.integers(0, 9) if live else st.integers(-60, -1)))
    start = min(day(end, 1 - length), anchor) if live else day(end, 1 - length)
    delivered = {}
    for site in draw(st.sets(st.sampled_from(SITES), max_size=3)):
        opened = max(day(start, draw(st.sampled_from([0, 0, 0, 3]))), spans[site][0])
        for offset in range((min(end, anchor) - start).days + 1):
            when = day(start, offset)
            shut = site == "Mall" and (when.weekday() == 6 or when in HOLIDAYS)
            if opened <= when <= spans[site][1] and not (shut and draw(st.integers(0, 9)) != 0):
                delivered[site, when] = Decimal(draw(st.integers(0 if live else 60, 140)))
    total = sum(delivered.values())
    goal = draw(st.integers(1, 5000)) if live else max(int(total), 1)
    asap = bool(delivered) and draw(st.booleans())
    terms = Terms(goal, Decimal(draw(st.integers(1, 40))), None if asap else start, end, start)
    return Line(terms, draw(st.sampled_from(["Station", "Mall", None])), delivered)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Line], date]:
    anchor = draw(ANCHORS)
    spans = {}
    for site in SITES:
        opens, closes = draw(SPANS)
        spans[site] = day(anchor, opens), day(anchor, closes)
    ended = draw(st.lists(a_line(anchor, spans, False), max_size=10))
    return ended + draw(st.lists(a_line(anchor, spans, True), min_size=1, max_size=4)), anchor


def put(connection: psycopg.Connection, lines: list[Line], as_of: date) -> dict[int, Line]:
    numbers = {}
    for line in lines:
        terms = line.terms
        number = add_line(
            connection, goal=terms.goal, start=terms.start, end=terms.end, cpm=terms.cpm, placement=line.placement,
            first_seen=datetime.combine(terms.first_seen, time(12), BERLIN),
        )  # fmt: skip
        for (site, when), impressions in line.delivered.items():
            deliver_at(connection, number, site, when, impressions)
        numbers[number] = line
    fetch(connection, [day(as_of, -offset) for offset in range(1, 90)])
    return numbers


def check(connection: psycopg.Connection, numbers: dict[int, Line], as_of: date) -> None:
    fetched = {day(as_of, -offset) for offset in range(1, 90)}
    world = World(list(numbers.values()), fetched, HOLIDAYS, as_of)
    for row in compute(connection, RULES, as_of=as_of):
        if row["lifecycle"] != "live":
            assert row["pacing_basis"] is None
            assert row["expected"] == (0 if row["lifecycle"] == "scheduled" else row["impression_goal"])
            continue
        wanted = world.figures(numbers[row["line_no"]])
        bar, reach, judged = wanted.pop("bar"), wanted.pop("reachable"), wanted.pop("judged")
        for name, value in wanted.items():
            found = row[name]
            if isinstance(value, Decimal) and found is not None:
                assert abs(found - value) <= CLOSE * (1 + abs(value)), name
            else:
                assert found == value, name
        if isinstance(reach, Decimal) and abs(reach) > CLOSE * row["impression_goal"]:
            assert row["reachable"] == (reach < 0)
        index = wanted["pacing_index"]
        assert (row["chance_gap"] is not None) == judged
        if index is None:
            assert row["pace"] == "unmeasured"
        elif not judged:  # no gap is larger than chance
            assert row["pace"] == ("ahead" if row["pacing_index"] > Decimal("1.05") else "on_track")
        elif isinstance(index, Decimal) and isinstance(bar, Decimal) and abs(1 - index - bar) > CLOSE:
            behind = index < Decimal("0.95") and 1 - index > bar
            assert (row["pace"] == "behind") == behind


@settings(
    max_examples=15, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(worlds())
def test_every_figure_by_the_measured_week_equals_the_oracle(
    connection: psycopg.Connection, drawn: tuple[list[Line], date]
) -> None:
    lines, as_of = drawn
    numbers = put(connection, lines, as_of)
    check(connection, numbers, as_of)
    check(connection, numbers, day(as_of, -3))
    connection.rollback()


def healthy(placement: str, site: str, start: date, weeks: int, week: list[int]) -> Line:
    """A line that ended and met its goal, delivering `week` (Monday first) at one site."""
    delivered = {
        (site, when): Decimal(week[when.weekday()])
        for when in (day(start, n) for n in range(7 * weeks))
        if week[when.weekday()]
    }
    goal = int(sum(delivered.values()))
    return Line(Terms(goal, Decimal(10), start, day(start, 7 * weeks - 1), start), placement, delivered)


MONDAY = date(2026, 7, 6)  # after weeks without a public holiday
MALL = [100, 100, 100, 100, 140, 160, 0]  # a Monday is a seventh of the week
HISTORY = [healthy("Mall", "Mall", day(MONDAY, -28), 3, MALL) for _ in range(3)]


def live(start: date, end: date, delivered: dict[tuple[str, date], Decimal], placement: str = "Mall") -> Line:
    return Line(Terms(7000, Decimal(10), start, end, start), placement, delivered)


def one_live(
    connection: psycopg.Connection, line: Line, as_of: date, history: list[Line] = HISTORY
) -> dict[str, Any]:
    numbers = put(connection, [*history, line], as_of)
    (row,) = [r for r in compute(connection, RULES, as_of=as_of) if numbers[r["line_no"]] is line]
    check(connection, numbers, as_of)
    return row


def test_a_line_that_starts_on_a_closed_sunday_is_not_behind(connection: psycopg.Connection) -> None:
    sunday = day(MONDAY, -1)
    row = one_live(connection, live(sunday, day(sunday, 13), {}), MONDAY)
    assert (row["expected"], row["pace"], row["pacing_basis"]) == (0, "unmeasured", "placement")
    assert (row["pacing_index"], row["value_at_risk_eur"], row["required_factor"]) == (None, None, None)


STREET = [100, 100, 100, 100, 100, 100, 100]
OPEN_ON_SUNDAYS = [healthy("Street", "Street", day(MONDAY, -28), 3, STREET) for _ in range(3)]


def test_one_open_site_on_a_closed_sunday_does_not_judge_the_line(connection: psycopg.Connection) -> None:
    # What little came on Sunday came from the street; by its weight alone the line would be far behind.
    sunday = day(MONDAY, -1)
    line = live(sunday, day(sunday, 13), {("Street", sunday): Decimal(50)})
    row = one_live(connection, line, MONDAY, [*HISTORY, *OPEN_ON_SUNDAYS])
    assert (row["expected"], row["pace"], row["reachable"]) == (500, "on_track", None)
    assert (row["projected"], row["value_at_risk_eur"]) == (700, 63)
    refresh(connection, RULES, as_of=MONDAY, now=datetime(2026, 7, 6, 8, tzinfo=BERLIN))
    assert connection.execute("SELECT count(*) FROM shortfall_cause").fetchone() == (0,)


@pytest.mark.parametrize("last", [date(2056, 12, 31), date(2057, 1, 1), date(2057, 1, 9), date(2099, 12, 31)])
def test_a_flight_without_an_end_is_due_by_its_weekdays_however_far_they_are(
    connection: psycopg.Connection, last: date
) -> None:
    line = live(MONDAY, last, {("Mall", MONDAY): Decimal(250)})
    numbers = put(connection, [*HISTORY, line], day(MONDAY, 1))
    (row,) = [r for r in compute(connection, RULES, as_of=day(MONDAY, 1)) if numbers[r["line_no"]] is line]
    days_of = calendar("DE", MONDAY)
    due = sum(MALL[days_of.kind(when)] for when in each_day(MONDAY, last))
    assert abs(row["due_flight"] - Decimal(due) / 100) < Decimal("0.001")


def test_a_flight_of_closed_days_only_has_a_straight_curve(connection: psycopg.Connection) -> None:
    sunday = day(MONDAY, -1)
    row = one_live(connection, live(sunday, sunday, {}), sunday)
    assert (row["expected"], row["pace"], row["pacing_basis"]) == (0, "unmeasured", "even")


def test_a_line_at_half_its_due_is_behind_on_its_second_day(connection: psycopg.Connection) -> None:
    line = live(MONDAY, day(MONDAY, 13), {("Mall", MONDAY): Decimal(250)})
    row = one_live(connection, line, day(MONDAY, 1))
    assert abs(row["expected"] - 500) < CLOSE
    assert (row["pace"], row["pacing_basis"]) == ("behind", "measured")
    assert abs(row["required_factor"] - Decimal(6750) / 3250) < CLOSE
    assert abs(row["projected"] - 3500) < CLOSE


def test_without_history_the_curve_is_straight_and_says_so(connection: psycopg.Connection) -> None:
    line = live(MONDAY, day(MONDAY, 13), {("Mall", MONDAY): Decimal(250)})
    row = one_live(connection, line, day(MONDAY, 1), [])
    assert (row["expected"], row["pacing_basis"], row["pace"]) == (500, "even", "behind")


def test_a_site_nobody_knows_takes_the_week_of_the_lines_placement(connection: psycopg.Connection) -> None:
    line = live(MONDAY, day(MONDAY, 13), {("New mall", MONDAY): Decimal(250)})
    row = one_live(connection, line, day(MONDAY, 1))
    assert row["pacing_basis"] == "placement"
    assert abs(row["expected"] - 500) < CLOSE


def test_a_weekday_never_seen_is_taken_from_all_lines(connection: psycopg.Connection) -> None:
    # Lines at stations only ever ran from Monday to Friday.
    short = [
        Line(Terms(500, Decimal(10), start, day(start, 4), start), "Station",
             {("Hbf", day(start, n)): Decimal(100) for n in range(5)})
        for start in (day(MONDAY, -offset) for offset in (28, 28, 21, 21, 14, 14))
    ]  # fmt: skip
    line = live(MONDAY, day(MONDAY, 13), {("Hbf", MONDAY): Decimal(250)}, "Station")
    row = one_live(connection, line, day(MONDAY, 1), [*HISTORY, *short])
    assert row["pacing_basis"] == "measured"
    refresh(connection, RULES, as_of=MONDAY, now=datetime(2026, 7, 6, 8, tzinfo=BERLIN))
    bases = connection.execute(
        "SELECT array_agg(basis ORDER BY weekday) FROM site_week WHERE name = 'Hbf'"
    ).fetchone()
    assert bases == ([*["measured"] * 5, "all", "all"],)


@pytest.mark.parametrize(("lines", "basis"), [(1, "even"), (2, "measured")])
def test_fewer_than_six_line_days_of_a_weekday_are_too_little(
    connection: psycopg.Connection, lines: int, basis: str
) -> None:
    line = live(MONDAY, day(MONDAY, 13), {("Mall", MONDAY): Decimal(250)})
    row = one_live(connection, line, day(MONDAY, 1), HISTORY[:lines])  # three weeks each
    assert row["pacing_basis"] == basis


def test_many_lines_in_one_week_are_too_little(connection: psycopg.Connection) -> None:
    history = [healthy("Mall", "Mall", day(MONDAY, -7), 1, MALL) for _ in range(9)]
    line = live(MONDAY, day(MONDAY, 13), {("Mall", MONDAY): Decimal(250)})
    assert one_live(connection, line, day(MONDAY, 1), history)["pacing_basis"] == "even"


def test_even_gives_the_straight_line_for_all(connection: psycopg.Connection) -> None:
    put(connection, [*HISTORY, live(MONDAY, day(MONDAY, 13), {})], day(MONDAY, 7))
    rows = compute(connection, replace(RULES, pacing=Pacing.EVEN), as_of=day(MONDAY, 7))
    assert {row["pacing_basis"] for row in rows} == {"even"}
    assert [row["expected"] for row in rows if row["lifecycle"] == "live"] == [3500]


def test_public_holidays_count_as_sundays_by_state(connection: psycopg.Connection) -> None:
    assumption = date(2026, 8, 15)  # a Saturday, and a holiday in the Saarland, not in Berlin
    line = live(day(assumption, -5), day(assumption, 1), {("Mall", day(assumption, -5)): Decimal(1000)})
    put(connection, [*HISTORY, line], assumption)
    due = {}
    for region in ("DE-SL", "DE-BE", None):
        rows = compute(connection, replace(RULES, holidays=region), as_of=assumption)
        (due[region],) = [row["expected"] for row in rows if row["lifecycle"] == "live"]
    assert due["DE-SL"] == 7000  # nothing is due on the two days that are left
    assert due["DE-BE"] == due[None] != 7000
    assert abs(due["DE-BE"] - Decimal(7000) * 540 / 700) < CLOSE * 7000


def test_a_past_day_sees_only_what_lay_before_it(connection: psycopg.Connection) -> None:
    line = live(day(MONDAY, -21), day(MONDAY, 13), {("Mall", day(MONDAY, -21)): Decimal(250)})
    numbers = put(connection, [*HISTORY, line], MONDAY)  # the history ended eight days before
    found = {}
    for as_of in (day(MONDAY, -20), MONDAY):
        (row,) = [r for r in compute(connection, RULES, as_of=as_of) if numbers[r["line_no"]] is line]
        found[as_of] = row["pacing_basis"]
    assert found == {day(MONDAY, -20): "even", MONDAY: "measured"}


def test_the_week_of_a_past_day_knows_nothing_of_its_sites_that_came_later(
    connection: psycopg.Connection,
) -> None:
    def sites(as_of: date, *, full: bool = False) -> list[tuple[Any, ...]]:
        refresh(connection, RULES, as_of=as_of, now=datetime(2026, 9, 1, 8, tzinfo=BERLIN), full=full)
        return connection.execute("SELECT * FROM site_week ORDER BY scope, name, weekday").fetchall()

    put(connection, HISTORY, MONDAY)
    then = sites(MONDAY)
    assert [row[1] for row in then if row[0] == "site"] == 7 * ["Mall"]
    # From that Monday on the mall is open on Sundays, and a new site opens.
    later = [healthy(name, name, MONDAY, 3, STREET) for name in ("Mall", "New street") for _ in range(3)]
    put(connection, later, day(MONDAY, 30))
    assert sites(MONDAY) == then
    week = week_as_of(connection, RULES, MONDAY)
    assert sorted(place.week.weights[6] for place in week.places) == sorted(r[5] for r in then if r[2] == 7)
    assert sites(day(MONDAY, 30)) != then
    assert sites(MONDAY) == then
    assert sites(MONDAY, full=True) == then


def test_another_rule_computes_everything_again(connection: psycopg.Connection) -> None:
    put(connection, [*HISTORY, live(MONDAY, day(MONDAY, 13), {})], day(MONDAY, 7))
    now = datetime(2026, 7, 13, 8, tzinfo=BERLIN)
    refresh(connection, RULES, as_of=day(MONDAY, 7), now=now)
    assert refresh(connection, replace(RULES, pacing=Pacing.EVEN), as_of=day(MONDAY, 7), now=now).full
    assert connection.execute("SELECT count(*) FROM site_week").fetchone() == (0,)
    assert refresh(connection, RULES, as_of=day(MONDAY, 7), now=now).full
    assert connection.execute("SELECT DISTINCT basis FROM site_week WHERE scope = 'site'").fetchall() == [
        ("measured",)
    ]
