"""Any sequence of fetches, failures and lines that come and go leaves what an independent model says.

The model is plain Python over dictionaries, in exact decimals; it shares no code with what it checks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campfill_pipeline.warehouse.delivery.attribution import attribute
from campfill_pipeline_tests.warehouse.delivery_rows import Row, add_line, all_of, at, pack_all, store, table

DAYS = (date(2025, 8, 4), date(2025, 8, 5))
HOURS = {day: [at(f"{day}T{hour:02}:00") for hour in (0, 11, 20)] for day in DAYS}
IDS = [f"{letter}0000000-0000-0000-0000-000000000001" for letter in "abc"]
PAIRS = [
    (IDS[0], None),
    (IDS[0], IDS[1]),
    (IDS[2], IDS[1]),
    (None, IDS[1]),
    (None, IDS[0]),
    ("no uuid", None),
]

Key = tuple[datetime, str, str | None, str | None]
Figures = tuple[Decimal, int | None, int | None, int | None, str | None, str | None]

TYPES = st.sampled_from(["guaranteed", "unguaranteed", None])
FIGURES = st.tuples(
    st.decimals(min_value=0, max_value=20_000, places=4), *[st.none() | st.integers(0, 3)] * 3, TYPES, TYPES
)


@dataclass(frozen=True)
class Fetch:
    day: date
    rows: dict[Key, Figures]
    days_later: int
    broken: bool
    pages: int


@dataclass(frozen=True)
class LineChange:
    line_id: str


@dataclass(frozen=True)
class Pack:
    """The night packs all rows; the model knows nothing of it."""

    together: int


@st.composite
def fetches(draw: st.DrawFn) -> Fetch:
    day = draw(st.sampled_from(DAYS))
    keys = st.tuples(st.sampled_from(HOURS[day]), st.sampled_from(["A", "B"]), st.sampled_from(PAIRS))
    rows = draw(st.dictionaries(keys.map(lambda key: (key[0], key[1], *key[2])), FIGURES, max_size=8))
    return Fetch(day, rows, draw(st.integers(0, 2)), draw(st.integers(0, 9)) == 0, draw(st.integers(1, 3)))


STEPS = st.lists(
    fetches() | st.sampled_from(IDS).map(LineChange) | st.integers(1, 4).map(Pack), min_size=1, max_size=9
)


@dataclass
class Model:
    rows: dict[Key, Figures] = field(default_factory=dict)
    first_seen: dict[Key, datetime] = field(default_factory=dict)
    gone_once: set[Key] = field(default_factory=set)
    complete: set[date] = field(default_factory=set)
    restated: list[tuple[Key, Decimal | None, Decimal | None, datetime, datetime]] = field(
        default_factory=list
    )
    lines: dict[str, bool] = field(default_factory=dict)  # known ids: active or withdrawn

    def active(self, found: str | None) -> bool:
        return found is not None and self.lines.get(found, False)

    def line_of(self, key: Key) -> str | None:
        return key[2] if self.active(key[2]) else key[3] if self.active(key[3]) else None

    def fetch(self, day: date, rows: dict[Key, Figures], now: datetime) -> set[str | None]:
        """Replace a day; returns the lines whose rows changed."""
        before = {key: figures for key, figures in self.rows.items() if day_of(key) == day}
        touched = set()
        for key in before.keys() | rows.keys():
            old, new = before.get(key), rows.get(key)
            if old and new:  # a type that is not told takes none back
                new = (*new[:4], new[4] or old[4], new[5] or old[5])
            if old == new:
                continue
            touched.add(self.line_of(key))
            if old is None and key not in self.gone_once:
                self.first_seen[key] = now
            filled_in = old and new and old == (*new[:4], old[4] and new[4], old[5] and new[5])
            seen_before = old is not None or key in self.gone_once or day in self.complete
            if seen_before and not filled_in:
                figures = (old[0] if old else None, new[0] if new else None)
                self.restated.append((key, *figures, now, self.first_seen[key]))
            if new is None:
                self.gone_once.add(key)
                del self.rows[key]
            else:
                self.rows[key] = new
        return touched

    def daily(self) -> dict[tuple[str, date], tuple[Decimal, int | None, int]]:
        found: dict[tuple[str, date], list[Figures]] = {}
        for key, figures in self.rows.items():
            if line := self.line_of(key):
                found.setdefault((line, day_of(key)), []).append(figures)
        return {
            where: (sum((f[0] for f in listed), Decimal(0)), total([f[1] for f in listed]), len(listed))
            for where, listed in found.items()
        }

    def said(self, line: str) -> tuple[str | None, str]:
        """Kind and purchase type: of the latest hour that has, or tells, one."""
        kinds, types = [], []
        for key, figures in self.rows.items():
            for role, found, told in (("campaign", key[2], figures[4]), ("deal", key[3], figures[5])):
                if found == line:
                    order = (-key[0].timestamp(), role)
                    kinds.append(order)
                    if told:
                        types.append((*order, told))
        return (min(kinds)[1] if kinds else None, min(types)[2] if types else "unknown")


def day_of(key: Key) -> date:
    return (key[0] + timedelta(hours=2)).date()  # Berlin in summer


def total(counts: list[int | None]) -> int | None:
    told = [count for count in counts if count is not None]
    return sum(told) if told else None


def canonical(rows: dict[Key, Figures]) -> list[Row]:
    return [
        Row(key[0], key[1], key[2], key[3], *figures[:4], figures[4], figures[5])
        for key, figures in rows.items()
    ]


def clean(connection: psycopg.Connection) -> None:
    connection.rollback()
    connection.execute(
        "TRUNCATE report_hour, packed_hour, packed_clock, report_series, report_entity, site, report_day, restatement,"
        " delivery_fetch, line_day,"
        " line_register, line_dirty, report_fetch, report_refusal"
    )
    connection.commit()


def take_dirty(connection: psycopg.Connection) -> set[object]:
    found = all_of(
        connection,
        "WITH d AS (DELETE FROM line_dirty RETURNING *) SELECT l.id::text FROM d JOIN line_register l USING (line_no)",
    )
    connection.commit()
    return {line for (line,) in found}


def change_line(connection: psycopg.Connection, model: Model, line_id: str) -> None:
    if line_id in model.lines:
        model.lines[line_id] = not model.lines[line_id]
        query = """UPDATE line_register SET withdrawn_at = CASE WHEN withdrawn_at IS NULL THEN now() END
                   WHERE id = %s RETURNING line_no"""
        row = connection.execute(query, (line_id,)).fetchone()
        assert row is not None
        number = row[0]
    else:
        model.lines[line_id] = True
        number = add_line(connection, line_id)
    attribute(connection, [number])
    connection.commit()


def run_fetch(connection: psycopg.Connection, model: Model, fetch: Fetch, number: int) -> set[object]:
    now = at(f"{fetch.day}T21:30") + timedelta(days=fetch.days_later, minutes=number)
    rows = canonical(fetch.rows)
    pages = [table(rows[start :: fetch.pages]) for start in range(fetch.pages)]
    if fetch.broken:
        with pytest.raises(ConnectionResetError):
            store(connection, fetch.day, broken(pages), now=now)
        return set()
    said = {line: model.said(line) for line, active in model.lines.items() if active}
    touched = model.fetch(fetch.day, fetch.rows, now)
    store(connection, fetch.day, [*pages, pages[0]], now=now)
    if now >= at(f"{fetch.day}T22:00"):
        model.complete.add(fetch.day)
    return {line for line in touched if line} | {
        line for line, old in said.items() if model.said(line) != old
    }


def broken(pages: list[object]) -> Iterator[object]:
    yield from pages
    raise ConnectionResetError("cut")


def check(connection: psycopg.Connection, model: Model) -> None:
    stored = all_of(
        connection,
        "SELECT hour_utc, site, campaign_id, deal_id, impressions, bids, wins, plays, campaign_purchase_type,"
        " deal_purchase_type, first_seen_at, line_id::text FROM report_row",
    )
    assert {row[:4]: row[4:] for row in stored} == {
        key: (*figures, model.first_seen[key], model.line_of(key)) for key, figures in model.rows.items()
    }
    assert len(stored) == len(model.rows)
    restated = all_of(
        connection,
        "SELECT hour_utc, site, campaign_id, deal_id, before, after, seen_at, first_seen_at FROM delivery_restatement",
    )
    assert sorted(map(str, restated)) == sorted(str((*key, *rest)) for key, *rest in model.restated)
    daily = all_of(
        connection,
        "SELECT d.line_id::text, d.day, d.impressions, d.bids, d.rows FROM delivery_daily d",
    )
    assert {(row[0], row[1]): row[2:] for row in daily} == model.daily()
    known = all_of(
        connection,
        "SELECT id::text, kind_reported, purchase_type FROM line_register WHERE withdrawn_at IS NULL",
    )
    assert {row[0]: row[1:] for row in known} == {
        line: model.said(line) for line, active in model.lines.items() if active
    }
    complete = all_of(connection, "SELECT day FROM delivery_fetch WHERE status = 'complete'")
    assert {day for (day,) in complete} == model.complete


def replay(connection: psycopg.Connection, steps: list[Fetch | LineChange | Pack]) -> None:
    clean(connection)
    model = Model()
    for number, step in enumerate(steps):
        if isinstance(step, LineChange):
            change_line(connection, model, step.line_id)
            take_dirty(connection)
        elif isinstance(step, Pack):
            pack_all(connection, together=step.together)
            connection.commit()
        else:
            touched = run_fetch(connection, model, step, number)
            assert take_dirty(connection) == touched
        check(connection, model)


ANY = list(HealthCheck)


@settings(max_examples=25, deadline=None, suppress_health_check=ANY)
@given(STEPS)
def test_stored_delivery_equals_the_model_after_every_step(
    connection: psycopg.Connection, steps: list[Fetch | LineChange | Pack]
) -> None:
    replay(connection, steps)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=1000, deadline=None, suppress_health_check=ANY)
@given(STEPS)
def test_stored_delivery_equals_the_model_over_many_sequences(
    connection: psycopg.Connection, steps: list[Fetch | LineChange | Pack]
) -> None:
    replay(connection, steps)
