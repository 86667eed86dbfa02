"""The page's lists: filters that combine, sums without guesses, rows saved as a file, paper, phones, links."""

from __future__ import annotations

import csv
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from campfill_pipeline.reports.payload import exact
from campfill_pipeline.warehouse.readers.page.rows import LineRow
from campfill_pipeline_tests.reports.conftest import Library, Reader, Written, write
from campfill_pipeline_tests.reports.invented import AS_OF, invent

pytestmark = pytest.mark.browser

GUARANTEED = "/lines?state=ended&purchase=guaranteed&band=critical_shortfall%2Cmoderate_shortfall&short=1"


@pytest.fixture(scope="module")
def reader(reading_room: Library, written: Written) -> Reader:
    return reading_room.read(written.path)


def judged(lines: tuple[LineRow, ...]) -> list[LineRow]:
    return [line for line in lines if line.covered and line.lifecycle != "scheduled"]


def chosen(written: Written) -> list[LineRow]:
    bands = ("critical_shortfall", "moderate_shortfall")
    return [
        line
        for line in judged(written.data.lines)
        if line.lifecycle.startswith("ended") and line.purchase_type == "guaranteed" and line.band in bands
    ]


def test_filters_combine_and_stand_in_the_address(reader: Reader, written: Written) -> None:
    reader.go("/lines")
    tab = reader.tab
    tab.get_by_label("Purchase type").select_option("guaranteed")
    tab.wait_for_selector('main[data-shown*="purchase=guaranteed"]')
    marks = {"Critical shortfall": "critical", "Moderate shortfall": "moderate", "Short of goal": "short=1"}
    for label, mark in marks.items():
        tab.get_by_label(label).check()
        tab.wait_for_selector(f'main[data-shown*="{mark}"]')
    assert reader.exact(".tiles.slim")[0] == str(len(chosen(written)))
    said = reader.text(".said")
    assert "guaranteed" in said and "Moderate shortfall" in said and "Short of goal" in said
    reader.go(GUARANTEED)
    assert reader.exact(".tiles.slim")[0] == str(len(chosen(written)))
    assert tab.get_by_label("Moderate shortfall").is_checked()


@pytest.mark.parametrize(
    ("level", "told"),
    [
        ("/lines?band=critical", ["Band “critical”"]),
        (
            "/lines?band=critical_shortfall%2Ccritical&buyer=Nobody+%3Cb%3E",
            ["Band “critical”", "Buyer “Nobody <b>”"],
        ),
        ("/lines?state=over&period=week&bands=x", ["Show “over”", "Ended within “week”", "“bands”"]),
        ("/lines?kind=dael&incident=99", ["Kind “dael”", "incident “99”"]),
        ("/lines?sort=namen&short=yes", ["Order “namen”", "Short of goal “yes”"]),
        ("/lines?sort=na-me&state=constructor", ["Order “na-me”", "Show “constructor”"]),
        ("/where/dael/all?period=30d", ["Kind “dael”"]),
        ("/where/deal/all?period=month&kinds=x", ["Ended within “month”", "“kinds”"]),
        ("/?period=toString&buyer=x", ["Ended within “toString”", "“buyer”"]),
        ("/lnes?state=live", ["“lnes”", "“state”"]),
        ("/compare?a=2026-02-31&b=9999-01-01", ["One day “2026-02-31”", "Another day “9999-01-01”"]),
    ],
)
def test_what_an_address_asks_for_in_vain_is_named(reader: Reader, level: str, told: list[str]) -> None:
    reader.go(level)
    said = reader.text("main .alarm")
    assert "asks for what is not known here" in said
    assert all(one in said for one in told), said


def test_what_the_page_itself_offers_is_known(reader: Reader) -> None:
    for level in (
        GUARANTEED, "/lines?state=live&pace=behind&sort=name", "/lines?sort=-value_at_risk_eur", "/?period=30d",
        "/where/deal/guaranteed?period=30d", "/compare?a=2026-11-20&b=2026-11-13", "/right",
    ):  # fmt: skip
        reader.go(level)
        assert not reader.tab.locator("main .alarm").count(), level


def test_lines_that_are_not_judged_come_last_and_are_in_no_sum(reader: Reader, written: Written) -> None:
    reader.go("/lines?state=all")
    counted = judged(written.data.lines)
    assert not reader.tab.locator("td.low .soft.whole").count()  # goals have a column of their own here
    over = [line for line in counted if line.lifecycle.startswith("ended")]
    lines, short, at_risk = (Decimal(shown) for shown in reader.exact(".tiles.slim"))
    assert lines == len(written.data.lines) and short == sum(line.shortfall for line in over)
    expected = sum((line.value_at_risk_eur or Decimal(0) for line in counted), Decimal(0))
    assert abs(at_risk - expected) < Decimal("1e-12")
    out = sum(not line.covered and line.lifecycle != "scheduled" for line in written.data.lines)
    assert reader.exact(".excluded") == [str(out)]
    reader.go("/lines?state=all&cause=not_fetched&sort=-value_at_risk_eur")
    assert reader.exact(".tiles.slim") == [str(out)], "nothing to sum where nothing is judged"


def test_every_count_that_is_a_link_opens_as_many_lines(reader: Reader) -> None:
    opened = 0
    for level in ("/?period=7d", "/?period=30d"):
        reader.go(level)
        links = reader.tab.locator("a[data-opens]").evaluate_all(
            "all => all.map(one => [one.getAttribute('href').slice(1), one.dataset.opens])"
        )
        for href, opens in dict(links).items():
            reader.go(href)
            assert reader.exact(".tiles.slim")[0] == opens, href
            opened += 1
    assert opened > 8


@pytest.mark.parametrize("locale", ["de-DE", "en-GB"])
def test_the_rows_are_saved_as_csv_in_the_readers_notation(
    library: Library, tmp_path: Path, locale: str
) -> None:
    data = invent(60)
    worst = judged(data.lines)[0]
    data = replace(
        data, lines=tuple(replace(line, name="=1+1") if line is worst else line for line in data.lines)
    )
    reader = library.read(write(tmp_path, data).path, locale=locale)
    reader.go("/lines?state=all")
    with reader.tab.expect_download() as download:
        reader.tab.get_by_role("button", name="CSV").click()
    download.value.save_as(tmp_path / "rows.csv")
    german = locale == "de-DE"
    assert download.value.suggested_filename == f"{'Buchungen' if german else 'lines'}-{AS_OF}.csv"
    line, short, end = ("Buchung", "Fehlmenge", "Ende") if german else ("Line", "Shortfall", "End")
    text = (tmp_path / "rows.csv").read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";" if german else ","))
    assert len(rows) == 60
    row = next(row for row in rows if row["ID"] == str(worst.id))
    plain = exact(worst.shortfall) or ""
    assert row[short] == (plain.replace(".", ",") if german else plain)
    assert row[end] == (f"{worst.end_date:%d.%m.%Y}" if german else worst.end_date.isoformat())
    assert row[line] == "'=1+1", "never a formula"


def test_the_rows_are_saved_as_a_workbook_that_opens(
    reader: Reader, written: Written, tmp_path: Path
) -> None:
    reader.go(GUARANTEED)
    with reader.tab.expect_download() as download:
        reader.tab.get_by_role("button", name="XLSX").click()
    download.value.save_as(tmp_path / "rows.xlsx")
    header, *rows = openpyxl.load_workbook(tmp_path / "rows.xlsx").active.iter_rows(values_only=True)  # type: ignore[union-attr]
    found = [dict(zip(header, row, strict=True)) for row in rows]
    lines = chosen(written)
    assert [row["ID"] for row in found] == [str(line.id) for line in lines]
    assert [row["Line"] for row in found] == [line.name for line in lines]
    assert [row["Shortfall"] for row in found] == pytest.approx([float(line.shortfall) for line in lines])
    assert found[0]["End"].date() == lines[0].end_date


def test_paper_has_all_rows_their_head_and_the_filters(library: Library, written: Written) -> None:
    reader = library.read(written.path)
    reader.go("/lines?state=ended")
    tab = reader.tab
    lines = [line for line in judged(written.data.lines) if line.lifecycle.startswith("ended")]
    assert tab.locator("table.list tbody tr").count() == 100 < len(lines)
    tab.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    tab.emulate_media(media="print")
    assert tab.locator("table.list tbody tr").count() == len(lines)
    head = tab.locator("table.list thead")
    assert head.evaluate("one => getComputedStyle(one).display") == "table-header-group"
    assert tab.locator(".said").is_visible() and not tab.locator("form.filters").is_visible()
    tab.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert tab.locator("table.list tbody tr").count() == 100


def test_on_a_phone_the_filters_fold_away(library: Library, written: Written) -> None:
    reader = library.read(written.path, width=390)
    reader.go(GUARANTEED)
    assert not reader.tab.get_by_label("Search").is_visible()
    assert "3 set" in reader.text(".fold summary")
    reader.tab.get_by_text("Filters").click()
    assert reader.tab.get_by_label("Search").is_visible()


def test_exact_values_come_by_button_and_by_touch(library: Library, written: Written) -> None:
    reader = library.read(written.path)
    total = next(window for window in written.data.windows if (window.period, window.kind) == ("7d", "all"))
    value = exact(total.fulfilled_pct) or ""
    reader.tab.locator(".huge data").click()
    assert reader.text(".bubble").startswith(value[:12])
    reader.tab.keyboard.press("Escape")
    assert not reader.tab.locator(".bubble").is_visible()
    reader.tab.get_by_role("button", name="Show every figure exactly").click()
    reader.tab.wait_for_function(f"document.querySelector('.huge').innerText.startsWith('{value[:12]}')")


def test_two_weeks_stand_side_by_side_as_the_warehouse_sums_them(reader: Reader, written: Written) -> None:
    reader.go("/compare")
    total = next(window for window in written.data.windows if (window.period, window.kind) == ("7d", "all"))
    for row, value in (
        ("lines", str(total.lines)), ("met", str(total.fulfilled)), ("share", exact(total.fulfilled_pct)),
        ("delivered", exact(total.delivered_pct)), ("capped", exact(total.capped_pct)),
    ):  # fmt: skip
        shown = reader.exact(f'tr[data-row="{row}"] td:nth-child(2)')[0]
        assert Decimal(shown) == pytest.approx(Decimal(value or 0), abs=Decimal("1e-12")), row
    changes = reader.tab.locator("table.compare td:last-child").all_inner_texts()
    assert any(change.startswith("−") for change in changes)
    assert not [change for change in changes if "-" in change]  # one kind of minus
    reader.go("/compare?a=2026-10-01&b=2026-06-15")
    assert "24 Sept" in reader.text(".compare thead") or "24 Sep" in reader.text(".compare thead")


def test_agencies_are_rolled_up_over_their_seats(reader: Reader, written: Written) -> None:
    reader.go("/where/deal/guaranteed?period=this_year")
    lines = [
        line for line in judged(written.data.lines)
        if line.kind == "deal" and line.purchase_type == "guaranteed" and line.end_date < AS_OF
        and line.end_date.year == AS_OF.year and line.agency == "GROUPM"
    ]  # fmt: skip
    row = '[data-field="agency"] tr[data-key="GROUPM"]'
    assert "in 2 seats" in reader.text(row)
    assert reader.exact(f"{row} td")[0] == exact(sum((line.shortfall for line in lines), Decimal(0)))
    reader.tab.locator(f"{row} a").click()
    reader.wait("/lines?state=ended&period=this_year&kind=deal&purchase=guaranteed&agency=GROUPM")
    assert reader.exact(".tiles.slim")[0] == str(len(lines))


def test_a_disagreement_leads_to_its_lines(reader: Reader, written: Written) -> None:
    reader.go("/")
    reader.tab.get_by_role("link", name="names that differ").click()
    reader.wait("/lines?state=all&pile=name_differs")
    expected = {
        str(row.line_id) for row in written.data.reconciliation if row.kind_of_issue == "name_differs"
    }
    shown = reader.tab.locator("table.list tbody tr").evaluate_all("all => all.map(one => one.dataset.line)")
    assert set(shown) == expected
