"""The page for everybody: first paint, contrast and structure by axe, keyboard, narrow screens, themes, print."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

from campfill_pipeline_tests.reports.conftest import Library, Reader, Written

pytestmark = pytest.mark.browser


def levels(written: Written) -> list[str]:
    lines = written.data.lines
    told = next(line for line in lines if line.cause == "lost_auctions")
    live = next(line for line in lines if line.lifecycle == "live" and line.covered and line.pace == "behind")
    return [
        "/",
        "/where/deal/guaranteed?period=this_year",
        "/lines?q=linde+city",
        "/lines?state=live&q=linde",
        f"/line/{told.id}",
        f"/line/{live.id}",
    ]


def faults(reader: Reader) -> list[str]:
    found = Axe().run(reader.tab, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{one['id']}: {one['nodes'][0]['html'][:160]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def test_axe_finds_no_serious_fault_on_any_level(library: Library, written: Written) -> None:
    reader = library.read(written.path)
    for level in levels(written):
        reader.go(level)
        assert faults(reader) == [], level


def test_axe_finds_no_serious_fault_in_the_dark(library: Library, written: Written) -> None:
    reader = library.read(written.path, scheme="dark")
    for level in levels(written)[::4]:
        reader.go(level)
        assert faults(reader) == [], level


@pytest.mark.parametrize("width", [1440, 390])
def test_no_level_is_wider_than_the_screen(library: Library, written: Written, width: int) -> None:
    reader = library.read(written.path, width=width)
    for level in levels(written):
        reader.go(level)
        assert reader.tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, level


SPILLED = """() => [...document.querySelectorAll('.ghost, .button, .chips a, .switch a, th, dt, button, legend, label')]
  .filter((one) => one.clientWidth && one.scrollWidth > one.clientWidth + 1 && !one.closest('.unseen'))
  .map((one) => one.textContent.trim())"""


CUT_CHOICES = """() => [...document.querySelectorAll('select[name=state] option, select[name=period] option')]
  .filter((one) => {
    const select = one.parentElement, pen = document.createElement('canvas').getContext('2d');
    pen.font = getComputedStyle(select).font;
    return select.clientWidth && pen.measureText(one.text).width > select.clientWidth - 36;
  }).map((one) => one.text)"""


OUTSIDE = """() => [...document.querySelectorAll('main *')]
  .filter((one) => one.textContent.trim() && !one.closest('.unseen, .scroll, svg, .chart, select'))
  .filter((one) => getComputedStyle(one).position !== 'absolute')
  .filter((one) => {
    const own = one.getBoundingClientRect(), around = one.parentElement.getBoundingClientRect();
    return own.width && own.right > around.right + 1;
  }).map((one) => one.textContent.trim().slice(0, 80))"""


@pytest.mark.parametrize(("width", "locale"), [(1440, "de-DE"), (390, "de-DE"), (390, "en-GB")])
def test_no_word_leaves_its_button_or_cell(
    library: Library, written: Written, width: int, locale: str
) -> None:
    reader = library.read(written.path, width=width, locale=locale)
    short = "/lines?state=all&band=critical_shortfall"
    line = next(line.id for line in written.data.lines if line.cause == "lost_auctions")
    for level in ("/", "/where/all/all?period=30d", "/lines?state=live", short, f"/line/{line}", "/compare"):
        reader.go(level)
        assert reader.tab.evaluate(SPILLED) == [], level
        assert reader.tab.evaluate(OUTSIDE) == [], level
    reader.go("/lines?state=ended&period=30d")
    assert reader.tab.evaluate(CUT_CHOICES) == []


def test_the_first_paint_comes_within_a_second(library: Library, big_page: Written) -> None:
    best = min(
        library.read(big_page.path).tab.evaluate(
            "performance.getEntriesByName('first-contentful-paint')[0].startTime"
        )
        for _ in range(3)  # the best of three: a busy machine is not the page's fault
    )
    assert best < 1000


def test_the_keyboard_reaches_everything_and_focus_moves_to_the_new_level(
    library: Library, written: Written
) -> None:
    reader = library.read(written.path)
    tab = reader.tab
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the content"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "content"
    for _ in range(60):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.textContent") == "Deals, guaranteed":
            break
    tab.keyboard.press("Enter")
    reader.wait("/where/deal/guaranteed?period=7d")
    assert tab.evaluate("document.activeElement.tagName") == "H1"


def test_the_theme_button_turns_colours_and_charts(library: Library, written: Written) -> None:
    reader = library.read(written.path)
    before = reader.tab.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    reader.tab.get_by_role("button", name="Switch to dark colours").click()
    after = reader.tab.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    assert before != after
    assert reader.tab.locator("#trend svg path").count() > 3


def test_without_scripts_the_page_still_tells_the_main_figures(library: Library, written: Written) -> None:
    context = library.browser.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(written.path.as_uri())
    text = tab.locator("main").inner_text()
    total = next(window for window in written.data.windows if (window.period, window.kind) == ("7d", "all"))
    assert f"{total.lines}\t{total.fulfilled}" in text
    assert str(written.data.attention[0].reason) in text


def test_print_leaves_controls_away(library: Library, written: Written) -> None:
    reader = library.read(written.path, scheme="dark")
    reader.tab.emulate_media(media="print")
    assert (
        reader.tab.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
        == "rgb(255, 255, 255)"
    )
    assert not reader.tab.locator(".bar nav").is_visible()
