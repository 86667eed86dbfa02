"""The page's four levels, clicked through in a real browser and compared with the data they were made from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from campfill_pipeline.domain.attention import Situation, sentence
from campfill_pipeline.domain.causes import Cause
from campfill_pipeline.domain.figures import SHOWN, Tile
from campfill_pipeline.language.speaking import Sentence
from campfill_pipeline.reports.payload import exact
from campfill_pipeline.warehouse.notices.care import MakeGood, Standing
from campfill_pipeline.warehouse.readers.page.rows import AttentionRow, Freshness, LineRow
from campfill_pipeline_tests.reports.conftest import Library, Reader, Written, write
from campfill_pipeline_tests.reports.invented import NOW, invent, invent_details

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def reader(reading_room: Library, written: Written) -> Reader:
    return reading_room.read(written.path)


def ended(written: Written) -> list[LineRow]:
    return [line for line in written.data.lines if line.covered and line.lifecycle.startswith("ended")]


def test_the_first_level_tells_the_window_as_the_warehouse_has_it(reader: Reader, written: Written) -> None:
    for period in ("7d", "30d", "this_year"):
        reader.go(f"/?period={period}")
        for window in written.data.windows:
            if (
                window.period != period
                or window.lines == 0
                or (window.kind == "all") != (window.purchase_type == "all")
            ):
                continue
            shown = reader.exact(f'[data-card="{window.kind}/{window.purchase_type}"]')
            assert shown[:3] == [exact(window.fulfilled_pct), str(window.fulfilled), str(window.lines)]
            assert shown[-2:] == [exact(window.delivered_pct), exact(window.capped_pct)]
        # The trend is that of the seven days: beside another period's figure it would be read as that one's.
        for level in (f"/?period={period}", f"/where/all/all?period={period}"):
            reader.go(level)
            assert bool(reader.tab.locator("main .trend, #trend, .spark").count()) == (period == "7d"), level
            assert bool(reader.tab.get_by_text("The trend is told of the last 7 days").count()) == (
                period != "7d"
            )


def test_the_shortfall_is_split_by_side_in_impressions_and_euros(reader: Reader, written: Written) -> None:
    reader.go("/?period=30d")
    for loss in written.data.losses:
        if (loss.period, loss.kind, loss.purchase_type) == ("30d", "all", "all"):
            shown = reader.exact(f'tr[data-side="{loss.side}"] td')
            assert shown == [exact(loss.impressions), exact(loss.eur), str(loss.lines)]


def test_a_click_leads_from_level_to_level_and_back(reader: Reader, written: Written) -> None:
    tab = reader.tab
    reader.go("/")
    tab.get_by_role("link", name="30 days").click()
    reader.wait("/?period=30d")
    named = tab.locator("[data-line] th .soft").all_inner_texts()
    assert named and {one.split(",")[0] for one in named} <= {"Campaign", "Deal"}  # a line is one of them
    tab.get_by_role("link", name="Deals, guaranteed").click()
    reader.wait("/where/deal/guaranteed?period=30d")
    assert tab.locator("h1").inner_text() == "Deals, guaranteed"
    tab.get_by_role("link", name="Which lines are these?").click()
    reader.wait("/lines?state=ended&period=30d&kind=deal&purchase=guaranteed")
    first = tab.locator("table.list tbody tr").first
    line_id = first.get_attribute("data-line")
    first.get_by_role("link").click()
    reader.wait(f"/line/{line_id}")
    line = next(line for line in written.data.lines if str(line.id) == line_id)
    assert tab.locator("h1").inner_text() == line.name
    assert reader.exact(".tiles")[:4] == [
        str(line.impression_goal), exact(line.delivered), exact(line.fulfillment_pct), exact(line.shortfall),
    ]  # fmt: skip
    for level in (
        "/lines?state=ended&period=30d&kind=deal&purchase=guaranteed",
        "/where/deal/guaranteed?period=30d",
        "/?period=30d",
    ):
        tab.go_back()
        reader.wait(level)
    assert reader.complaints == []
    assert {address.split("#")[0] for address in reader.requests} == {written.path.as_uri()}


def test_the_second_level_sums_bands_and_ranks_buyers_exactly(reader: Reader, written: Written) -> None:
    reader.go("/where/deal/guaranteed?period=this_year")
    lines = [
        line
        for line in ended(written)
        if line.kind == "deal"
        and line.purchase_type == "guaranteed"
        and line.end_date.year == written.data.as_of.year
    ]
    for band in ("goal_met", "near_goal", "moderate_shortfall", "critical_shortfall", "no_data"):
        own = [line for line in lines if line.band == band]
        shown = reader.exact(f'tr[data-band="{band}"] td')
        assert shown == [str(len(own)), exact(sum((line.shortfall for line in own), Decimal(0)))]
    by_buyer: dict[str, Decimal] = {}
    for line in lines:
        by_buyer[line.buyer] = by_buyer.get(line.buyer, Decimal(0)) + line.shortfall
    worst = sorted(((short, buyer) for buyer, short in by_buyer.items() if short), reverse=True)
    shown_buyers = reader.tab.locator('[data-field="buyer"] tbody tr')
    assert shown_buyers.evaluate_all("all => all.map(one => one.dataset.key)") == [
        buyer for _, buyer in worst
    ]
    assert reader.exact('[data-field="buyer"] tbody td:nth-child(2)') == [exact(short) for short, _ in worst]


def test_the_list_comes_worst_first_and_is_summed_over_all_its_lines(
    reader: Reader, written: Written
) -> None:
    reader.go("/lines")
    lines = ended(written)
    shown = reader.tab.locator("table.list tbody tr").evaluate_all("all => all.map(one => one.dataset.line)")
    assert shown == [str(line.id) for line in lines[:100]]
    assert reader.exact(".tiles.slim") == [
        str(len(lines)),
        exact(sum((line.shortfall for line in lines), Decimal(0))),
        exact(sum((line.value_at_risk_eur or Decimal(0) for line in lines), Decimal(0))),
    ]
    reader.tab.get_by_role("button", name="Show more").click()
    assert reader.tab.locator("table.list tbody tr").count() == 600


def test_the_list_is_searched_filtered_and_sorted(reader: Reader, written: Written) -> None:
    reader.go("/lines")
    tab = reader.tab
    tab.get_by_label("Search").fill("linde city")
    tab.wait_for_selector('main[data-shown*="q=linde"]')
    tab.get_by_label("Kind", exact=True).select_option("deal")
    tab.wait_for_selector('main[data-shown*="kind=deal"]')
    tab.get_by_label("Critical shortfall").check()
    tab.wait_for_selector('main[data-shown*="band=critical_shortfall"]')
    tab.get_by_role("button", name="At risk").click()
    tab.wait_for_selector('main[data-shown*="sort=-value_at_risk_eur"]')
    expected = [
        line
        for line in ended(written)
        if line.kind == "deal" and line.band == "critical_shortfall" and line.placement == "City"
        and line.advertiser == "Linde GmbH"
    ]  # fmt: skip
    expected.sort(key=lambda line: -(line.value_at_risk_eur or Decimal(0)))
    shown = tab.locator("table.list tbody tr").evaluate_all("all => all.map(one => one.dataset.line)")
    assert shown and shown == [str(line.id) for line in expected[:100]]
    address = tab.url
    tab.reload()
    reader.wait(address.split("#")[1])
    assert tab.locator("table.list tbody tr").count() == min(len(expected), 100), (
        "an address tells the whole view"
    )


def test_running_lines_show_pace_and_projection(reader: Reader, written: Written) -> None:
    reader.go("/lines?state=live&pace=behind")
    behind = [
        line
        for line in written.data.lines
        if line.covered and line.lifecycle == "live" and line.pace == "behind"
    ]
    worst = max(behind, key=lambda line: line.value_at_risk_eur or Decimal(0))
    shown = reader.exact(f'tr[data-line="{worst.id}"]')
    assert {
        exact(worst.pacing_index),
        exact(worst.projected),
        exact(worst.required_daily),
        exact(worst.value_at_risk_eur),
    } <= set(shown)


def test_a_running_line_draws_its_due_curve_beside_the_straight_line_and_says_what_it_rests_on(
    reader: Reader, written: Written
) -> None:
    line = next(
        line for line in written.data.lines if line.covered and line.lifecycle == "live" and line.elapsed_days
    )
    reader.go(f"/line/{line.id}")
    sentence = (
        "Sundays give 0 % of a week at its sites, Mondays give 17 %: measured on 212 lines that ended lately."
    )
    assert reader.text("#rests-on") == sentence
    assert "Straight line" in reader.text("#curve") and "Expected" in reader.text("#curve")
    assert exact(line.required_factor) in reader.exact(".tiles")
    titles = reader.text(".tiles")
    for entered in SHOWN:
        if entered.tile:
            assert (entered.header in titles) == (entered.tile is not Tile.NOT_LIVE)
            told = entered.tile is Tile.NOT_LIVE or exact(getattr(line, entered.name)) in reader.exact(
                ".tiles"
            )
            assert told, (
                f"{entered.name} has a tile in domain/figures.py that does not show: see AS_TOLD in line.js"
            )


def test_a_line_shows_the_file_and_row_it_came_from_and_what_changed(
    reader: Reader, written: Written
) -> None:
    line_id, states = next(iter(written.data.revisions.items()))
    line = next(line for line in written.data.lines if line.id == line_id)
    reader.go(f"/line/{line_id}")
    assert f"campaigns-29.xlsx, sheet Campaign list, row {line.row_no}" in reader.text(".contract")
    history = reader.text(".revisions")
    assert "Revision 2, changed by an upload" in history and "Revision 1, first seen" in history
    assert f"Impression goal: 100,000 → {line.impression_goal:,}" in history
    assert f"campaigns-29.xlsx, sheet Campaign list, row {line.row_no}" in history
    assert "campaigns-1.xlsx, sheet Campaign list, row 17" in history
    assert len(states) == 2


def test_a_short_line_tells_its_cause_with_the_evidence(reader: Reader, written: Written) -> None:
    line = next(line for line in ended(written) if line.cause == "lost_auctions")
    reader.go(f"/line/{line.id}")
    assert "Why: Lost auctions" in reader.text(".cause h2") and "Resources" in reader.text(".cause h2")
    assert reader.exact('tr[data-stage="wins"]') == ["0.4512", "0.6", "0.752", "0.8"]
    assert "71 of" in reader.text(".evidence")
    for chart in ("#curve", "#heat"):
        assert reader.tab.locator(f"{chart} svg path").count() > 3
    assert reader.tab.locator("table.sites tbody tr").count() == 8


def test_a_line_tells_where_list_and_reporting_disagree_about_it(reader: Reader, written: Written) -> None:
    differs = next(row for row in written.data.reconciliation if row.kind_of_issue == "name_differs")
    reader.go(f"/line/{differs.line_id}")
    assert "The names differ" in reader.text("[aria-labelledby=h-disputed]")
    assert "reported: x" in reader.text("[aria-labelledby=h-disputed]")


def test_a_healthy_line_shows_contract_and_figures(reader: Reader, written: Written) -> None:
    line = next(line for line in ended(written) if line.band == "goal_met")
    reader.go(f"/line/{line.id}")
    assert "Goal met" in reader.text(".hero")
    assert line.runtime in reader.text(".contract")
    assert reader.tab.locator(".cause").count() == 0


def test_a_line_that_was_not_fetched_is_not_judged(reader: Reader, written: Written) -> None:
    line = next(
        line
        for line in written.data.lines
        if line.cause == "not_fetched" and line.days_fetched < line.elapsed_days
    )
    reader.go(f"/line/{line.id}")
    assert "Not judged" in reader.text(".hero .lead")
    reader.go("/lines?state=all&q=" + str(line.id))
    assert "not judged" in reader.text(f'tr[data-line="{line.id}"]')


def test_an_unknown_line_is_answered_with_where_to_ask(reader: Reader) -> None:
    reader.go("/line/00000000-0000-0000-0000-000000000000")
    assert "campfill line 00000000" in reader.text("main")


@pytest.mark.parametrize(
    ("locale", "thousands", "decimals"), [("de-DE", ".", ","), ("en-GB", ",", "."), ("fr-FR", ",", ".")]
)
def test_numbers_follow_the_readers_language(
    library: Library, written: Written, locale: str, thousands: str, decimals: str
) -> None:
    reader = library.read(written.path, locale=locale)
    reader.go("/lines")
    line = ended(written)[0]
    row = reader.text(f'tr[data-line="{line.id}"]')
    assert f"{line.impression_goal:,}".replace(",", thousands) in row
    assert f"{int(line.fulfillment_pct)}{decimals}" in row


SITUATION = Situation(
    lifecycle="ended_final", purchase_type="guaranteed", end_date=date(2026, 11, 20), reported=True, elapsed_days=9,
    days_left=0, fulfillment_pct=Decimal("12.5"), pacing_index=None, required_daily=None, best_week_daily=None,
    reachable=None, missing=Decimal("1234567"), value_at_risk_eur=Decimal("1504.71"), cause=Cause.LOST_AUCTIONS,
)  # fmt: skip


@pytest.mark.parametrize(
    ("locale", "shown"),
    [
        (
            "de-DE",
            "Beendet am 20.11.2026 mit 12,5 %: Nachlieferung von 1.234.567 Impressions (1.504,71 €); Grund: zu viele "
            "Auktionen verloren (Ressourcen).",
        ),
        (
            "en-GB",
            "Ended on 20 Nov 2026 at 12.5 %: a make-good of 1,234,567 impressions (€1,504.71); why: it lost too many "
            "auctions (resource).",
        ),
    ],
)
def test_sentences_follow_the_readers_language_too(
    library: Library, tmp_path: Path, locale: str, shown: str
) -> None:
    data = invent(60)
    reason = Sentence(sentence, (SITUATION,))
    attention = (AttentionRow(data.lines[0].id, reason, Decimal("1504.71")),)
    reader = library.read(write(tmp_path, replace(data, attention=attention)).path, locale=locale)
    for place in ("/", f"/line/{data.lines[0].id}"):
        reader.go(place)
        told = reader.text(".attention td" if place == "/" else ".why-today").replace("\u00a0", " ")
        assert told.endswith(shown), told


def test_names_are_shown_as_they_are_never_run(reader: Reader, written: Written) -> None:
    line = ended(written)[0]
    reader.go(f"/line/{line.id}")
    assert "<X> & Co" in reader.text("h1")


def test_before_the_first_list_the_page_says_what_to_do(library: Library, tmp_path: Path) -> None:
    freshness = Freshness(None, None, None, None, (), None, None)
    nothing = replace(
        invent(0),
        windows=(),
        trend=(),
        losses=(),
        attention=(),
        reconciliation=(),
        uploads=(),
        freshness=freshness,
    )
    reader = library.read(write(tmp_path, nothing).path)
    assert reader.text("h1") == "No campaign list has arrived yet."
    assert "inbox" in reader.text(".lead")
    for level in ("/where/all/all", "/lines", "/lines?state=live"):
        reader.go(level)
    assert reader.complaints == []


def test_stale_delivery_is_said_loudly(library: Library, tmp_path: Path) -> None:
    data = invent(40)
    late = replace(data.freshness, complete_through=data.as_of - timedelta(days=4))
    reader = library.read(write(tmp_path, replace(data, freshness=late)).path)
    assert "Older than the day before this page's date" in reader.text(".statement.late")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("99.996", "99.9 %"),
        ("99.46", "99.4 %"),
        ("94.96", "94.9 %"),
        ("90.3614", "90.4 %"),
        ("100", "100.0 %"),
    ],
)
def test_a_percentage_is_never_rounded_up_to_a_limit_it_did_not_reach(
    library: Library, tmp_path: Path, value: str, shown: str
) -> None:
    data = invent(40)
    first = replace(next(window for window in data.windows if window.lines), fulfilled_pct=Decimal(value))
    reader = library.read(write(tmp_path, replace(data, windows=(replace(first, period="7d"),))).path)
    assert reader.text(".huge") == shown


def test_a_goal_beyond_what_its_sites_ever_gave_is_told_before_the_start(
    reader: Reader, written: Written
) -> None:
    reader.go("/")
    assert reader.tab.locator("tr[data-unlikely]").count() == len(written.data.unlikely) == 2
    reader.tab.locator("tr[data-unlikely] a").first.click()
    reader.wait(f"/line/{written.data.unlikely[0].line_id}")
    assert "needs 3.1 times the best week" in reader.text(".why-today")


def test_the_page_tells_how_right_the_figures_were_or_that_nobody_looked_yet(
    library: Library, reader: Reader, tmp_path: Path
) -> None:
    reader.go("/")
    reader.tab.locator('a[href="#/right"]').click()
    reader.wait("/right")
    rows = reader.tab.locator("main tbody tr").all_inner_texts()
    assert "1.6" in rows[0] and "172.6" in rows[0] and "2 of 1,234" in rows[0] and len(rows) == 7
    assert "0.8" in rows[1] and "168.3" in rows[1]  # apart from days that held many back at once
    assert "On 2 of the days a fifth or more" in reader.text("main")
    never = library.read(write(tmp_path, invent(40)).path)
    never.go("/right")
    assert "Not looked at yet" in never.text("main")


def test_an_incident_is_one_entry_and_its_lines_point_to_it(reader: Reader, written: Written) -> None:
    reader.go("/")
    assert reader.tab.locator("tr[data-incident]").count() == 1
    assert reader.exact("tr[data-incident]") == ["2", "5400.5", "27", "2700.25", "13.5"]
    reader.tab.locator("tr[data-incident] a").click()
    reader.wait("/lines?state=all&incident=0")
    assert "struck by the incident at Köln Hbf" in reader.text(".said")
    for struck in written.data.struck:
        reader.go(f"/line/{struck.line_id}")
        title = "Why: an incident at its sites" if struck.explains else "Struck by an incident"
        assert reader.text("#h-struck") == title
        assert "Köln Hbf was dark" in reader.text("section:has(#h-struck) li")


def test_a_noted_change_stands_under_the_curve_with_what_came_of_it(reader: Reader, written: Written) -> None:
    noted = next(detail for detail in invent_details(written.data) if detail.notes)
    reader.go(f"/line/{noted.id}")
    told = reader.text("#notes li")
    assert "Floor lowered" in told
    assert "after 5 days 1.31 times the pace before, give or take 0.08: it helped" in told
    counted = reader.tab.locator(".told-by").inner_text()
    assert counted == f"Counted from kevel on {len(noted.days) - 1} days, mine (whole days) on 1 day."


def test_a_line_tells_who_takes_care_of_it_and_its_make_goods(library: Library, tmp_path: Path) -> None:
    data = invent(40)
    one, other = data.lines[:2]
    said = Standing(one.id, one.name, "Anna", "calls <DENTSU>", date(2026, 12, 1), None, 5_000, 1, NOW)
    good = MakeGood(
        other.id, one.id, one.name, other.id, 5_000, date(2026, 12, 2), date(2026, 12, 9), "", "x", NOW,
        Decimal("1234.5"), "delivering", None, "", None,
    )  # fmt: skip
    reader = library.read(write(tmp_path, replace(data, care=(said,), make_goods=(good,))).path)
    reader.go(f"/line/{one.id}")
    told = reader.text("section:has(#h-care)")
    for words in ("Anna", "calls <DENTSU>", "1 Dec 2026", "delivering: 1,235 of 5,000 impressions"):
        assert words in told
    assert reader.tab.locator("#make-goods a").get_attribute("href") == f"#/line/{other.id}"
    reader.go(f"/line/{other.id}")
    assert reader.tab.locator("#h-care").count() == 0 and reader.complaints == []
