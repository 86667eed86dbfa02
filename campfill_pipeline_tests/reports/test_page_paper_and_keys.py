"""The page on paper, and its charts by keyboard and by touch."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from campfill_pipeline_tests.reports.conftest import Library, Reader, Written

pytestmark = pytest.mark.browser


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext, of poppler-utils")
def test_every_printed_page_has_the_tables_head_and_the_first_says_the_filters(
    library: Library, written: Written, tmp_path: Path
) -> None:
    reader = library.read(written.path)
    reader.go("/lines?state=ended&kind=deal&purchase=guaranteed")
    reader.tab.pdf(path=tmp_path / "list.pdf", format="A4")
    text = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "list.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout
    pages = [page for page in text.split("\f") if page.strip()]
    assert len(pages) > 2
    said = reader.text(".said")
    assert "guaranteed" in said.lower() and " ".join(said.split()) in " ".join(pages[0].split())
    for number, page in enumerate(pages):
        if re.search(r"\d %", page):  # a page with rows
            assert re.search(r"Line\b.*Flight.*Goal.*Delivered.*Fulfilled.*Short.*At risk.*Cause", page), (
                number
            )
    lines = [
        line for line in written.data.lines
        if line.kind == "deal" and line.purchase_type == "guaranteed" and line.covered
        and line.lifecycle.startswith("ended")
    ]  # fmt: skip
    printed = re.sub(r"\s", "", text)
    assert len(lines) > 100 and all(re.sub(r"\s", "", line.name)[:12] in printed for line in lines)
    assert "Show more" not in text and "Filters" not in text


def tip(reader: Reader, chart: str) -> str:
    found = reader.tab.locator(f"{chart} .tip")
    return str(found.inner_text()) if found.count() and found.is_visible() else ""


def curve(reader: Reader, written: Written) -> str:
    told = next(line for line in written.data.lines if line.lifecycle == "live" and line.covered)
    reader.go(f"/line/{told.id}")
    return "#curve"


def test_charts_are_reached_by_tab_and_read_by_arrow_keys(library: Library, written: Written) -> None:
    reader = library.read(written.path)
    curve(reader, written)
    tab = reader.tab
    for _ in range(80):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.id") == "curve":
            break
    assert tab.evaluate("document.activeElement.id") == "curve"
    assert "arrow keys" in tab.evaluate("document.activeElement.getAttribute('aria-label')")
    tab.keyboard.press("ArrowRight")
    last = tip(reader, "#curve")
    tab.keyboard.press("Home")
    first = tip(reader, "#curve")
    assert "That day:" in first and "That day:" in last and first != last
    tab.get_by_role("status").filter(has_text="That day").wait_for(state="attached")
    tab.keyboard.press("Escape")
    tab.locator("#curve .tip").wait_for(state="hidden")
    tab.keyboard.press("ArrowRight")
    assert tip(reader, "#curve")
    tab.keyboard.press("Tab")
    tab.locator("#curve .tip").wait_for(state="hidden")  # what was read goes with the focus
    if tab.locator("#heat svg").count():
        tab.locator("#heat").focus()
        tab.keyboard.press("ArrowDown")
        tab.wait_for_timeout(300)  # longer than the charts' own delay: what is read stays
        cell = tip(reader, "#heat")
        tab.keyboard.press("ArrowDown")
        assert "00–01 h" in cell and "impressions" in cell and "01–02 h" in tip(reader, "#heat")
        tab.keyboard.press("ArrowLeft")
        tab.keyboard.press("End")
        tab.keyboard.press("ArrowUp")
        assert tip(reader, "#heat") == cell


def test_a_touch_reads_a_chart_and_a_figure(library: Library, written: Written) -> None:
    context = library.browser.new_context(
        has_touch=True, is_mobile=True, viewport={"width": 390, "height": 844}
    )
    library.contexts.append(context)
    reader = Reader(context.new_page(), written.path.as_uri())
    curve(reader, written)
    reader.tab.locator("#curve").scroll_into_view_if_needed()
    reader.tab.locator("#curve").tap()
    assert "That day:" in tip(reader, "#curve")
    figure = reader.tab.locator("main data").first
    figure.tap()
    assert reader.tab.locator(".bubble").is_visible()
