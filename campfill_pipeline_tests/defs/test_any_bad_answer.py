"""Whatever an API answers: an unreadable answer erases nothing, and nothing turns green.

From a stored day (or none), an answer is made up of damages of many kinds and fetched as in production: over real HTTP,
into a real database. Each figure that is ever sent is another one, so it can be told where a stored one came from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from campfill_pipeline.commands import status
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline_tests.defs.test_a_refusal_is_no_absence import Row, fetch, home
from campfill_pipeline_tests.reporting.loopback import Asked, Reply, serving

FIRST = datetime(2025, 8, 4, 22)  # the local day 2025-08-05 in Berlin, in UTC
DATE = "%Y-%m-%dT%H:%M:%S.000Z"
IDS = ("c0000000-0000-0000-0000-000000000001", "c0000000-0000-0000-0000-000000000002")
KEYS = [
    (hour, site, ident) for hour in range(24) for site, ident in (("A", IDS[0]), ("B", IDS[0]), ("A", IDS[1]))
]
IMPRESSIONS, HOUR, ID = "Total Impressions", "Date", "Core DSP Campaign ID"
REFUSED_PERCENT, KEPT_PERCENT = 20, 50
Key = tuple[str, str, str]
Stored = dict[Key, int]


def rows(figure: int) -> list[Row]:
    """Every row of the day, each with a figure of its own, from `figure` on."""
    return [
        {
            HOUR: (FIRST + timedelta(hours=hour)).strftime(DATE),
            "Site": site,
            IMPRESSIONS: figure + at,
            ID: ident,
        }
        for at, (hour, site, ident) in enumerate(KEYS)
    ]


# What makes a row unreadable: the columns that are overwritten (None: the column is left out of the row).
UNREADABLE: list[dict[str, Any]] = [
    {IMPRESSIONS: "abc"}, {IMPRESSIONS: None}, {IMPRESSIONS: [7]}, {IMPRESSIONS: {"value": 7}}, {IMPRESSIONS: -3},
    {IMPRESSIONS: "1.23.456"}, {IMPRESSIONS: True}, {IMPRESSIONS: "NaN"}, {IMPRESSIONS: 1e300}, {IMPRESSIONS: "#REF!"},
    {ID: None}, {ID: ""}, {ID: "x" * 300}, {"Site": "x" * 600}, {"Site": "Total"}, {HOUR: None}, {HOUR: "soon"},
    {HOUR: "2025-08-05T10:20:00.000Z"}, {HOUR: "2024-08-05T10:00:00.000Z"}, {HOUR: 7}, {HOUR: "", IMPRESSIONS: ""},
    {HOUR: None, IMPRESSIONS: None, ID: None, "Site": None},
]  # fmt: skip
OTHER_SHAPES: dict[str, Any] = {
    "null rows": {"rows": None, "next_cursor": None},
    "error": {"error": {"code": 50000, "message": "overloaded"}, "rows": []},
    "code": {"code": 50000, "data": None},
    "renamed list": {"data": [], "next_cursor": None},
    "no document": "",
    "a page": "<html><body>Please sign in</body></html>",
    "a list of nulls": {"rows": [None, None], "next_cursor": None},
    "a list of lists": {"rows": [[1, 2]], "next_cursor": None},
    "an object": {"rows": {"total": 0}, "next_cursor": None},
    "success false": {"success": False, "rows": []},
    "empty": {"rows": [], "next_cursor": None},
}


@dataclass(frozen=True)
class Answer:
    """How the day is answered. Places are those of `rows`; `shape` replaces the answer of some windows as a whole."""

    bad: dict[int, dict[str, Any]] = field(default_factory=dict)
    left_out: frozenset[int] = frozenset()
    twice: dict[int, str] = field(default_factory=dict)
    renamed: str | None = None
    hours_later: int = 0
    walk: str = "whole"
    shape: str | None = None
    from_hour: int = 0
    status: int = 200

    def sent(self, figure: int) -> list[Row]:
        """The rows as the API has them."""
        found: list[Row] = []
        for place, row in enumerate(rows(figure)):
            if place in self.left_out:
                continue
            row |= self.bad.get(place, {})
            if self.hours_later and isinstance(row[HOUR], str) and place not in self.bad:
                later = datetime.strptime(row[HOUR], DATE) + timedelta(hours=self.hours_later)
                row[HOUR] = later.strftime(DATE)
            found.append({name: value for name, value in row.items() if value is not None})
            others: dict[str, Row] = {
                "same": {}, "figure": {IMPRESSIONS: figure + 9_000 + place}, "beside": {"Creative": "2"},
            }  # fmt: skip
            if how := self.twice.get(place):
                found.append(found[-1] | others[how])
        if self.renamed:
            return [
                {f"{name} (new)" if name == self.renamed else name: row[name] for name in row}
                for row in found
            ]
        return found

    def told(self, figure: int) -> dict[Key, set[int]]:
        """What a person would read in it: for each key, the figures of its readable rows."""
        found: dict[Key, set[int]] = {}
        if self.renamed in (HOUR, IMPRESSIONS, ID) or self.shape == "":
            return found
        good = {place for place in range(len(KEYS)) if place not in self.bad}
        plain = Answer({}, self.left_out, self.twice, self.renamed, self.hours_later).sent(figure)
        at = 0
        for place in range(len(KEYS)):
            if place in self.left_out:
                continue
            for _ in range(2 if place in self.twice else 1):
                row = plain[at]
                at += 1
                if place in good:
                    site = row.get("Site", "")
                    found.setdefault((row[HOUR][:13], site, row[ID]), set()).add(row[IMPRESSIONS])
        return found


@dataclass
class Api:
    """Answers by the window asked for, a few rows a page."""

    answer: Answer = field(default_factory=Answer)
    figure: int = 0
    held: bool | None = None  # whether the day is as it was first stored; None: an answer has changed it

    def __call__(self, asked: Asked) -> Reply:
        first, end, answer = asked.query["from"][:13], asked.query["to"][:13], self.answer
        window = int((datetime.fromisoformat(first) - FIRST).total_seconds() // 3600)
        if answer.shape is not None and window >= answer.from_hour:
            body = OTHER_SHAPES[answer.shape]
            return Reply(body.encode() if isinstance(body, str) else body, status=answer.status)
        inside = [row for row in answer.sent(self.figure) if self.is_inside(row, first, end)]
        page = int(asked.query.get("cursor", "p0")[1:])
        part = inside[page * 10 : page * 10 + 10]
        further: object = f"p{page + 1}" if (page + 1) * 10 < len(inside) else None
        if window >= answer.from_hour:
            if page and answer.walk == "breaks":
                return Reply({"error": "gone"}, status=500)
            if page and answer.walk == "cut":
                return Reply(b'{"rows": [{"Date": "2025-08', breaks="cut")
            if answer.walk == "loops":
                further = asked.query.get("cursor", "p0")
            if page and answer.walk == "nulls":
                return Reply({"rows": None, "next_cursor": None})
        return Reply({"rows": part, "next_cursor": further})

    def is_inside(self, row: Row, first: str, end: str) -> bool:
        """Rows whose hour cannot be read, or that lie elsewhere, come with the first window."""
        at = row.get(HOUR) or row.get(f"{HOUR} (new)")
        moved = timedelta(hours=self.answer.hours_later)
        try:
            truly = (datetime.strptime(str(at), DATE) - moved).strftime("%Y-%m-%dT%H")
        except ValueError:
            truly = ""
        if not FIRST.strftime("%Y-%m-%dT%H") <= truly < (FIRST + timedelta(hours=24)).strftime("%Y-%m-%dT%H"):
            return first == FIRST.strftime("%Y-%m-%dT%H")
        return first <= truly < end


PLACES = st.integers(0, len(KEYS) - 1)
FEW, MANY = st.integers(0, 5), st.sampled_from([len(KEYS) // 4, len(KEYS) // 2 + 1, len(KEYS) - 1, len(KEYS)])


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    """Of every kind of damage, none, a little, or a lot; seldom all at once."""
    kinds = draw(
        st.sets(st.sampled_from(["bad", "gone", "twice", "renamed", "moved", "walk", "shape"]), max_size=3)
    )
    bad: dict[int, dict[str, Any]] = {}
    if "bad" in kinds:
        number = draw(FEW | MANY)
        start, step = draw(PLACES), draw(st.sampled_from([1, 3, 5]))
        kind = draw(st.lists(st.sampled_from(UNREADABLE), min_size=1, max_size=3))
        bad = {(start + step * at) % len(KEYS): kind[at % len(kind)] for at in range(number)}
    left_out: set[int] = set()
    if "gone" in kinds:
        start = draw(PLACES)
        left_out = {(start + at) % len(KEYS) for at in range(draw(FEW | MANY))}
    twice = {}
    if "twice" in kinds:
        twice = draw(st.dictionaries(PLACES, st.sampled_from(["same", "figure", "beside"]), max_size=4))
    return Answer(
        bad, frozenset(left_out), {place: how for place, how in twice.items() if place not in bad},
        draw(st.sampled_from([HOUR, IMPRESSIONS, ID, "Site"])) if "renamed" in kinds else None,
        draw(st.sampled_from([-24, -2, -1, 1, 2, 24])) if "moved" in kinds else 0,
        draw(st.sampled_from(["breaks", "cut", "loops", "nulls"])) if "walk" in kinds else "whole",
        draw(st.sampled_from(sorted(OTHER_SHAPES))) if "shape" in kinds else None,
        draw(st.sampled_from([0, 0, 6, 18])),
        draw(st.sampled_from([200, 200, 200, 202, 206])) if "shape" in kinds else 200,
    )  # fmt: skip


def stored(campfill: Campfill) -> Stored:
    with campfill.connect() as connection:
        found = connection.execute(
            "SELECT to_char(hour_utc AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24'), site, campaign_id, impressions::int"
            " FROM report_row"
        ).fetchall()
        assert connection.execute("SELECT coalesce(sum(impressions), 0)::int FROM report_day").fetchone() == (
            sum(row[3] for row in found),
        )
    return {(hour, site, ident): figure for hour, site, ident, figure in found}


def day_state(campfill: Campfill) -> tuple[str | None, int]:
    """The day's status, and how many of its rows are listed as refused."""
    with campfill.connect() as connection:
        found = connection.execute("SELECT status FROM delivery_fetch").fetchone()
        [listed] = connection.execute("SELECT count(*) FROM report_refusal").fetchone() or (0,)
    return (found[0] if found else None), listed


def forget(campfill: Campfill) -> None:
    with campfill.connect() as connection:
        connection.execute(
            "TRUNCATE report_hour, report_series, report_entity, site, report_day, restatement, delivery_fetch,"
            " line_day, line_register, line_dirty, report_fetch, report_refusal"
        )
        connection.commit()


def may_be(answer: Answer, place: int, key: Key) -> bool:
    """Whether the unreadable row at `place` may be the one of `key`, by what can be read of it."""
    row = rows(0)[place] | answer.bad[place]
    readable = (
        isinstance(row[HOUR], str) and row[HOUR].startswith("2025") and row[HOUR].endswith("00:00.000Z")
    )
    hour = row[HOUR][:13] if readable else None
    site = row["Site"] if answer.renamed != "Site" else ""
    known = {
        "hour": hour in (None, key[0]),
        "site": site is None or len(site) > 500 or site in (key[1], "Total", ""),
    }
    ident = row[ID]
    return all(known.values()) and (not ident or len(ident) > 200 or ident == key[2])


def check(campfill: Campfill, api: Api, answer: Answer, *, held: bool) -> None:
    if api.held is not held:
        forget(campfill)
        api.answer, api.figure = Answer(), 1_000
        if held:
            assert fetch(campfill) is None
    before = stored(campfill)
    assert len(before) == (len(KEYS) if held else 0)
    api.answer, api.figure = answer, 20_000
    failure = fetch(campfill)
    after, (state, listed) = stored(campfill), day_state(campfill)
    api.held = held if failure else None
    event("refused" if failure else "stored")
    if failure:
        assert after == before
        assert state == ("complete" if held else "failed")
        told = status.facts(campfill.settings)["delivery"][0]
        assert told["failing_days"] == 1
        return
    assert answer.shape is None or answer.shape == "empty", "what is no list of rows was taken for a day"
    assert answer.walk == "whole" or len(answer.sent(0)) <= 10, "a walk that broke off was taken for a day"
    truth = answer.told(20_000)
    for key, figure in after.items():
        assert figure == before.get(key) or figure in truth.get(key, set()), (key, figure)
    sent = len(answer.sent(0))
    unreadable = sum(place not in answer.left_out for place in answer.bad)
    assert listed >= unreadable, "a refused row is not listed"
    assert unreadable * 100 <= (50 if sent < 20 else REFUSED_PERCENT) * sent
    gone = before.keys() - after.keys()
    assert len(gone - truth.keys()) == len(gone), "a row that came is not stored"
    for key in gone:
        assert not any(may_be(answer, place, key) for place in answer.bad if place not in answer.left_out), (
            key
        )
    assert len(after) * 100 >= KEPT_PERCENT * len(before)


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def campfill(api: Api, tmp_path: Path, database_url: str) -> Iterator[Campfill]:
    with serving(api) as served:
        yield home(served, tmp_path, database_url)


@pytest.mark.hypothesis
@settings(
    max_examples=settings().max_examples if settings().max_examples > 100 else 20,
    deadline=None, suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(answer=answers(), held=st.sampled_from([True, True, True, False]))
def test_no_bad_answer_erases_a_figure_or_turns_a_day_green(
    campfill: Campfill, api: Api, answer: Answer, held: bool
) -> None:
    check(campfill, api, answer, held=held)
