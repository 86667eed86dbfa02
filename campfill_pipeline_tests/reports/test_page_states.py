"""What the page says before any figure: no data, a failing API, missing days, an old page, ids that do not fit."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from campfill_pipeline.reports.main_sentence import main_sentence
from campfill_pipeline.reports.page_head import day_ranges, renewed_by
from campfill_pipeline.warehouse.readers.page.rows import FetchRow, Freshness, PageData, ReconciliationRow
from campfill_pipeline_tests.reports.conftest import Library, Reader, write
from campfill_pipeline_tests.reports.invented import AS_OF, NOW, invent

pytestmark = pytest.mark.browser


def without_delivery(*, asked: bool, failure: str | None = None) -> PageData:
    """A home whose list has arrived, and nothing else."""
    data = invent(60)
    lines = tuple(
        replace(
            line, covered=False, days_fetched=0, band="no_data",
            cause="not_fetched" if line.lifecycle != "scheduled" else None,
        )
        for line in data.lines
    )  # fmt: skip
    gaps = tuple(FetchRow("api", AS_OF - timedelta(days=at), "missing", None) for at in range(1, 40))
    fresh = Freshness(
        None, None, None, None, gaps, "campaigns.xlsx", NOW, asked, NOW if failure else None, failure
    )
    return replace(
        data, lines=lines, windows=(), trend=(), losses=(), attention=(), reconciliation=(), freshness=fresh
    )


def read(library: Library, folder: Path, data: PageData, *, at: datetime = NOW) -> Reader:
    reader = library.read(write(folder, data).path)
    reader.tab.clock.set_fixed_time(at)
    reader.tab.reload()
    reader.wait("/")
    return reader


def alarms(reader: Reader) -> list[str]:
    found: list[str] = reader.tab.locator("[data-alarm]").evaluate_all(
        "all => all.map(one => one.dataset.alarm)"
    )
    return found


def test_without_delivery_it_says_so_and_how_to_connect(library: Library, tmp_path: Path) -> None:
    reader = read(library, tmp_path, without_delivery(asked=False))
    assert reader.text("h1") == "No delivery data yet: no line can be judged."
    assert alarms(reader) == ["unconnected"]
    assert "CAMPFILL_REPORTING_URL" in reader.text("[data-alarm]")
    assert "Nothing today" not in reader.text("main")


def test_lines_that_nothing_judges_never_read_as_lines_without_a_shortfall(
    library: Library, tmp_path: Path
) -> None:
    reader = read(library, tmp_path, without_delivery(asked=False))
    sides = "section[aria-labelledby=h-side]"
    assert "No judged line ended in the last 7 days." in reader.text(sides)
    assert "no judged line ended in one of the two weeks" in reader.text("[data-card='all/all']")
    reader.go("/where/all/all?period=30d")
    assert "No judged line ended in the last 30 days." in reader.text(sides)
    for said in ("No shortfall", "NaN"):
        assert said not in reader.text("main")
    assert "– %" not in reader.text("main")
    assert reader.exact("dl.tiles dd:not(.soft)") == []  # no zero that would read as good news
    reader.go("/lines?state=uncovered")
    table = reader.tab.locator("[data-label=Delivered]")
    assert table.count() and set(table.all_inner_texts()) == {"–"}
    reader.go("/compare")
    assert "Judged lines that ended" in reader.text("main")
    assert reader.exact('tr[data-row="short"]') == reader.exact('tr[data-row="eur"]') == []
    assert "campfill report --as-of" in reader.text("main")


def test_a_line_of_which_nothing_is_known_is_not_called_behind_or_out_of_reach(
    library: Library, tmp_path: Path
) -> None:
    data = without_delivery(asked=False)
    told = {
        "pacing_index": Decimal(0),
        "pace": "behind",
        "projected": Decimal(0),
        "best_week_daily": Decimal(0),
    }
    lines = tuple(replace(line, **told, reachable=False) for line in data.lines)  # type: ignore[arg-type]
    (live, *_) = [line for line in lines if line.nothing_known and line.lifecycle == "live"]
    reader = read(library, tmp_path, replace(data, lines=lines))
    reader.go(f"/line/{live.id}")
    tiles = reader.text("dl.tiles")
    assert "Pace\n–" in tiles and "Projected\n–" in tiles
    assert "Behind" not in tiles and "reach" not in tiles
    reader.go("/lines?state=uncovered&lifecycle=live")
    assert set(reader.tab.locator("[data-label=Projected]").all_inner_texts()) <= {"–"}


def test_lines_that_begin_today_are_no_reason_to_say_that_nothing_is_wrong(
    library: Library, tmp_path: Path
) -> None:
    data = without_delivery(asked=True, failure="The token is refused.")
    early = tuple(replace(line, covered=True) if at % 9 == 0 else line for at, line in enumerate(data.lines))
    reader = read(library, tmp_path, replace(data, lines=early))
    assert reader.text("h1") == "No delivery data yet: no line can be judged."
    assert "Nothing today" not in reader.text("main")


def test_a_refused_token_is_said_with_what_the_api_said(library: Library, tmp_path: Path) -> None:
    said = (
        "The reporting API does not know the token (status 401). Asked for: GET /v1/detail?limit=10000."
        " Get a valid token and run `campfill token` (or set CAMPFILL_REPORTING_TOKEN)."
    )
    reader = read(library, tmp_path, without_delivery(asked=True, failure=said))
    assert alarms(reader)[0] == "failing"
    assert said in reader.text("[data-alarm=failing]")
    reader.tab.goto(reader.tab.url.split("#")[0] + "?lang=de")
    reader.wait("/")
    german = reader.text("[data-alarm=failing]")
    assert "kennt das Token nicht (Status 401)" in german and "Besorgen Sie ein gültiges Token" in german
    assert "Asked for" not in german


def test_a_missing_day_is_named_with_the_command_and_leads_to_its_lines(
    library: Library, tmp_path: Path
) -> None:
    data = invent(300)
    day = AS_OF - timedelta(days=3)
    fresh = replace(data.freshness, gaps=(FetchRow("api", day, "failed", None),))
    reader = read(library, tmp_path, replace(data, freshness=fresh))
    assert alarms(reader) == ["missing"]
    command = f"campfill refresh --from {day} --to {day}"
    assert command in reader.text("[data-alarm=missing]")
    reader.tab.locator("[data-alarm=missing] a").click()
    reader.wait("/lines?state=uncovered")
    assert command in reader.text("#result")
    line = next(
        line for line in data.lines if not line.covered and line.effective_start <= day <= line.end_date
    )
    reader.go(f"/line/{line.id}")
    assert command in reader.text(".cause")


def test_ids_that_reporting_does_not_know_are_said_first(library: Library, tmp_path: Path) -> None:
    data = invent(80)
    lines = tuple(replace(line, band="no_data") for line in data.lines)
    strangers = tuple(ReconciliationRow("orphan", None, f"{at:032x}", {}) for at in range(520))
    reader = read(library, tmp_path, replace(data, lines=lines, reconciliation=strangers))
    assert "strangers" in alarms(reader)
    assert "520 IDs that no line has" in reader.text("[data-alarm=strangers]")
    assert alarms(read(library, tmp_path, data)) == [], "a few orphans, and days long ago, are ordinary"


@pytest.mark.parametrize(
    ("later", "old"), [(timedelta(minutes=80), False), (timedelta(days=2, hours=1), True)]
)
def test_a_page_older_than_its_next_refresh_says_so_in_red(
    library: Library, tmp_path: Path, later: timedelta, old: bool
) -> None:
    reader = read(library, tmp_path, invent(40), at=NOW + later)
    assert reader.tab.locator("#old").is_visible() is old
    if old:
        assert "2 days ago" in reader.text("#old")
        red = reader.tab.locator("#old").evaluate("one => getComputedStyle(one).borderLeftColor")
        assert red == "rgb(198, 42, 18)"


def test_a_page_is_renewed_by_the_next_refresh_of_its_kind() -> None:
    from zoneinfo import ZoneInfo

    berlin = ZoneInfo("Europe/Berlin")
    half_past = datetime(2026, 11, 23, 13, 5, tzinfo=UTC), AS_OF
    assert renewed_by(*half_past, berlin, hourly=True) == datetime(2026, 11, 23, 14, 35, tzinfo=UTC)
    assert renewed_by(*half_past, berlin, hourly=False) == datetime(2026, 11, 23, 23, 35, tzinfo=UTC)
    assert renewed_by(half_past[0], AS_OF - timedelta(days=1), berlin, hourly=True) is None, (
        "a page of another day"
    )


def test_days_are_told_as_unbroken_ranges() -> None:
    days = [AS_OF + timedelta(days=at) for at in (3, 1, 2, 7, 7)]
    assert day_ranges(days) == [(days[1], days[0]), (days[3], days[3])]


def test_without_scripts_the_first_sentence_is_the_same(library: Library, tmp_path: Path) -> None:
    data = invent(300)
    for shown in (data, without_delivery(asked=True)):
        path = write(tmp_path, shown).path
        context = library.browser.new_context(java_script_enabled=False)
        tab = context.new_page()
        tab.goto(path.as_uri())
        assert tab.locator("noscript h1").inner_text() == main_sentence(shown)
        context.close()
    behind = sum(line.covered and line.pace == "behind" for line in data.lines)
    assert main_sentence(data).startswith(f"{behind} of ")
    assert read(library, tmp_path, data).text("h1").startswith(f"{behind} of ")
