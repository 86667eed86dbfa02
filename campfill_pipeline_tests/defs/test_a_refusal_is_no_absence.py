"""What could not be read leaves what is stored: fetched days over real HTTP, into a real database."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from campfill_pipeline.commands import doctor, status
from campfill_pipeline.defs import delivery_steps
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.settings import load_settings
from campfill_pipeline_tests.reporting.loopback import Asked, Loopback, Reply, serving

DAY = "2025-08-05"
NOW = datetime(2025, 8, 7, 12, tzinfo=UTC)
CAMPAIGN = "c0000000-0000-0000-0000-000000000001"
Row = dict[str, Any]
Change = Callable[[Row], Row | None]


def rows(hours: int = 24, sites: int = 1) -> list[Row]:
    """One row per hour and site of the local day, 10 impressions each."""
    first = datetime(2025, 8, 4, 22, tzinfo=UTC)
    return [
        {
            "Date": (first + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "Site": f"Site {site}",
            "Total Impressions": 10,
            "Core DSP Campaign ID": CAMPAIGN,
        }
        for hour in range(hours)
        for site in range(sites)
    ]


@dataclass
class Source:
    """A reporting API whose rows, and whole answer, a test may change."""

    rows: list[Row] = field(default_factory=list)
    body: Callable[[list[Row]], object] | None = None
    ignores_window: bool = False

    def __call__(self, asked: Asked) -> Reply:
        start, end = asked.query["from"][:13], asked.query["to"][:13]
        inside = [row for row in self.rows if self.ignores_window or start <= str(row["Date"])[:13] < end]
        return Reply(self.body(inside) if self.body else {"rows": inside, "next_cursor": None})


@pytest.fixture
def source() -> Source:
    return Source(rows())


@pytest.fixture
def campfill(source: Source, tmp_path: Path, database_url: str) -> Iterator[Campfill]:
    with serving(source) as served:
        yield home(served, tmp_path, database_url)


def home(served: Loopback, folder: Path, url: str) -> Campfill:
    connector = folder / "quick.toml"
    text = (resources.files("campfill_pipeline.reporting") / "connectors" / "ppv.toml").read_text("utf-8")
    quick = "first_wait = 0.01\nattempts = 3\n"
    connector.write_text(
        text.replace("[limits]\n", f"[limits]\n{quick}").replace("_second = 20", "_second = 900")
    )
    environ = {
        "CAMPFILL_HOME": str(folder / "home"),
        "CAMPFILL_REPORTING_URL": served.url,
        "CAMPFILL_REPORTING_TOKEN": "t",
        "CAMPFILL_REPORTING_CONNECTOR": str(connector),
        "CAMPFILL_DATABASE_URL": url,
    }
    settings = load_settings(environ, cwd=folder)
    settings.make_folders()
    return Campfill(settings, url, clock=lambda: NOW)


def fetch(campfill: Campfill) -> str | None:
    (done,) = delivery_steps.fetch_days(campfill, [DAY], "run")
    return done.failure


def total(campfill: Campfill) -> tuple[int, int]:
    """Stored rows and their impressions."""
    with campfill.connect() as connection:
        row = connection.execute(
            "SELECT count(*), COALESCE(sum(impressions), 0)::int FROM report_hour"
        ).fetchone()
        assert row is not None
        return row[0], row[1]


def gone(campfill: Campfill) -> int:
    with campfill.connect() as connection:
        return len(connection.execute("SELECT FROM restatement WHERE after IS NULL").fetchall())


def renamed(row: Row) -> Row:
    return {
        ("Impressions total" if name == "Total Impressions" else name): value for name, value in row.items()
    }


def shifted(row: Row) -> Row:
    return row | {"Date": str(row["Date"]).replace("2025", "2024")}


def moved(row: Row, hours: int) -> Row:
    at = datetime.strptime(str(row["Date"]), "%Y-%m-%dT%H:%M:%S.000Z") + timedelta(hours=hours)
    return row | {"Date": at.strftime("%Y-%m-%dT%H:%M:%S.000Z")}


@pytest.mark.parametrize("held", [True, False])
@pytest.mark.parametrize(("hours", "words"), [(1, "1 hour later"), (-1, "1 hour earlier")])
def test_a_source_whose_clock_moved_by_an_hour_is_noticed_though_most_rows_lie_within_their_window(
    campfill: Campfill, source: Source, held: bool, hours: int, words: str
) -> None:
    if held:
        assert fetch(campfill) is None
    source.body = lambda inside: {"rows": [moved(row, hours) for row in inside]}
    assert words in (fetch(campfill) or "")
    assert total(campfill) == ((24, 240) if held else (0, 0))


def test_a_source_that_gives_the_hour_after_the_window_too_is_believed(
    campfill: Campfill, source: Source
) -> None:
    source.body = lambda inside: {"rows": [*inside, moved(inside[-1], 1)]}
    assert fetch(campfill) is None
    assert total(campfill) == (24, 240)


@pytest.mark.parametrize("figure", [0, "0,1"])
def test_a_day_whose_figures_nearly_vanish_though_its_rows_are_there_stays(
    campfill: Campfill, source: Source, figure: int | str
) -> None:
    assert fetch(campfill) is None
    source.rows = [row | {"Total Impressions": figure} for row in rows()]
    assert re.search("held 240 impressions.*leaves [02].*--accept", fetch(campfill) or "")
    assert total(campfill) == (24, 240)
    with campfill.accepting_all(True):
        assert fetch(campfill) is None
    assert total(campfill)[1] < 5


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (renamed, "“Total Impressions”.*“Impressions total”"),
        (
            lambda row: {name: value for name, value in row.items() if name != "Core DSP Campaign ID"},
            "Core DSP",
        ),
        (lambda row: row | {"Total Impressions": "many"}, "None of the 24 rows.*--accept"),
        (lambda row: row | {"Core DSP Campaign ID": None}, "None of the 24 rows"),
    ],
)
def test_a_day_none_of_whose_rows_can_be_read_fails_and_stays(
    campfill: Campfill, source: Source, change: Callable[[Row], Row], words: str
) -> None:
    assert fetch(campfill) is None
    source.rows = [change(row) for row in rows()]
    failure = fetch(campfill)
    assert failure
    assert re.search(words, failure), failure
    assert total(campfill) == (24, 240)
    with campfill.connect() as connection:
        [(state, failures)] = connection.execute("SELECT status, failures FROM delivery_fetch").fetchall()
    assert (state, failures) == ("complete", 1)


def test_rows_of_another_time_are_no_answer(campfill: Campfill, source: Source) -> None:
    assert fetch(campfill) is None
    source.ignores_window, source.rows = True, [shifted(row) for row in rows()]
    assert "rows for 2025-08-05 could be read" in (fetch(campfill) or "")
    assert total(campfill) == (24, 240)


@pytest.mark.parametrize(
    "body",
    [
        lambda rows: {"rows": None},
        lambda rows: {"error": "overloaded", "rows": None},
        lambda rows: {"error": "overloaded", "rows": []},
        lambda rows: {"code": 50000, "data": None},
        lambda rows: {"rows": []},
        lambda rows: {"rows": rows[:1]},
    ],
)
def test_an_answer_without_rows_takes_nothing_away(
    campfill: Campfill, source: Source, body: Callable[[list[Row]], object]
) -> None:
    assert fetch(campfill) is None
    source.body = body
    assert fetch(campfill)
    assert total(campfill) == (24, 240)


def test_a_part_of_the_day_that_comes_empty_fails_it(campfill: Campfill, source: Source) -> None:
    source.rows = rows(sites=4)
    assert fetch(campfill) is None
    source.rows = source.rows[24:]  # all but the first six hours: three quarters of the day
    failure = fetch(campfill)
    assert failure
    assert "2025-08-04T22:00Z and 2025-08-05T04:00Z" in failure
    assert total(campfill) == (96, 960)


def broken(number: int, change: Change) -> list[Row]:
    changed = rows()
    changed[number] = change(changed[number]) or {}
    return changed


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row | {"Total Impressions": "?"},
        lambda row: {name: value for name, value in row.items() if name != "Total Impressions"},
        lambda row: row | {"Total Impressions": "?", "Core DSP Campaign ID": None},
        lambda row: row | {"Core DSP Campaign ID": "x" * 300},
        lambda row: row | {"Site": "x" * 600},
    ],
)
def test_a_refused_row_keeps_what_is_stored_under_its_key(
    campfill: Campfill, source: Source, change: Change
) -> None:
    assert fetch(campfill) is None
    source.rows = [row | {"Total Impressions": 11} for row in rows()]
    source.rows[3] = change(rows()[3]) or {}
    assert fetch(campfill) is None
    assert total(campfill) == (24, 23 * 11 + 10)
    assert gone(campfill) == 0


@pytest.mark.parametrize("campaign", [None, CAMPAIGN])
def test_a_refused_row_of_a_deal_keeps_that_deals_figure_and_no_other(
    campfill: Campfill, source: Source, campaign: str | None
) -> None:
    deals = ["d0000000-0000-0000-0000-000000000001", "d0000000-0000-0000-0000-000000000002"]
    source.rows = [
        row | {"Core DSP Campaign ID": campaign, "Deal ID": deal} for row in rows() for deal in deals
    ]
    assert fetch(campfill) is None
    refused = source.rows[6] | {"Total Impressions": "?"}  # the first deal's at 1:00 UTC
    source.rows = [*source.rows[:6], refused, *source.rows[8:]]
    assert fetch(campfill) is None
    assert total(campfill) == (47, 470)
    assert gone(campfill) == 1


def test_a_row_whose_hour_cannot_be_read_keeps_all_that_it_may_be(campfill: Campfill, source: Source) -> None:
    source.rows = rows(sites=2)
    assert fetch(campfill) is None
    source.rows = [row for row in source.rows if "T01" not in row["Date"]]
    source.body = lambda inside: {"rows": [*inside, {**rows()[0], "Date": "soon", "Site": "Site 1"}]}
    assert fetch(campfill) is None
    assert total(campfill) == (47, 470)  # Site 0 lost its hour, Site 1 may not have
    assert gone(campfill) == 1


def test_a_row_that_is_gone_without_a_doubt_still_goes(campfill: Campfill, source: Source) -> None:
    assert fetch(campfill) is None
    source.rows = broken(3, lambda row: row | {"Total Impressions": "?"})[:-1]
    assert fetch(campfill) is None
    assert total(campfill) == (23, 230)
    assert gone(campfill) == 1


def test_more_refused_rows_than_the_set_share_fail_the_day(campfill: Campfill, source: Source) -> None:
    assert fetch(campfill) is None
    unreadable = [row | {"Total Impressions": "?"} for row in rows()[::4]]  # one in four
    source.rows = [row for at, row in enumerate(rows()) if at % 4] + unreadable
    assert "6 of the 24 rows" in (fetch(campfill) or "")
    campfill.settings = replace(campfill.settings, refused_percent=25)
    assert fetch(campfill) is None
    assert total(campfill) == (24, 240)


def test_a_person_may_take_a_true_collapse(campfill: Campfill, source: Source) -> None:
    assert fetch(campfill) is None
    source.rows = rows()[:2]
    assert "--accept" in (fetch(campfill) or "")
    with campfill.accepting_all(True):
        assert fetch(campfill) is None
    assert total(campfill) == (2, 20)
    assert gone(campfill) == 22


def test_a_collapse_to_the_set_share_is_taken(campfill: Campfill, source: Source) -> None:
    source.rows = rows(sites=2)
    assert fetch(campfill) is None
    source.rows = source.rows[::2]
    assert fetch(campfill) is None
    assert total(campfill) == (24, 240)


def test_a_first_answer_all_refused_makes_no_complete_day(campfill: Campfill, source: Source) -> None:
    source.rows = [row | {"Total Impressions": "?"} for row in rows()]
    assert fetch(campfill)
    with campfill.connect() as connection:
        assert connection.execute("SELECT status FROM delivery_fetch").fetchall() == [("failed",)]


def test_refused_rows_and_kept_days_are_told(campfill: Campfill, source: Source) -> None:
    source.rows = broken(3, lambda row: row | {"Total Impressions": "?"})
    assert fetch(campfill) is None
    told = status.facts(campfill.settings)["delivery"][0]
    assert (told["refused_rows"], told["failing_days"]) == (1, 0)
    assert "1 row refused" in status.refused(told)
    findings = {finding.name: finding for finding in doctor._database(campfill.settings)}
    assert findings["rows of api"].ok is False
    source.body = lambda inside: {"rows": None}
    fetch(campfill)
    findings = {finding.name: finding for finding in doctor._database(campfill.settings)}
    assert findings["delivery"].ok is False
