"""Takes the pictures of the documentation from a fulfillment page: `python docs/pictures/take.py PAGE`.

The page is that of the demo (`campfill-demo/reports/fulfillment.html`); needs Chromium and the development tools.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).parent
GUARANTEED = "/lines?state=ended&period=30d&purchase=guaranteed"


def take(page: Path, executable: str) -> None:
    """Write one PNG per level, one in the dark and one on a phone, into this folder."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--headless", "--no-sandbox"])
        tab = browser.new_page(viewport={"width": 1280, "height": 860}, locale="en-GB")
        show(tab, page, "/")
        tab.screenshot(path=HERE / "overview.png")
        show(tab, page, "/where/all/all?period=30d")
        tab.screenshot(path=HERE / "where.png")
        show(tab, page, GUARANTEED)
        tab.screenshot(path=HERE / "lines.png")
        worst = tab.locator("tr[data-line]").first.get_attribute("data-line")
        show(tab, page, f"/line/{worst}")
        tab.screenshot(path=HERE / "line.png", full_page=True)
        dark = browser.new_page(viewport={"width": 1280, "height": 860}, locale="de-DE", color_scheme="dark")
        show(dark, page, "/")
        dark.screenshot(path=HERE / "overview-dark.png")
        phone = browser.new_page(viewport={"width": 390, "height": 844}, locale="de-DE")
        show(phone, page, f"/line/{worst}")
        phone.screenshot(path=HERE / "line-phone.png")
        browser.close()


def show(tab: Page, page: Path, level: str) -> None:
    """Go to a level of the page and wait until it is drawn."""
    tab.goto(f"{page.resolve().as_uri()}#{level}")
    tab.wait_for_selector(f'main[data-shown="{level}"]')
    tab.wait_for_selector('html[data-charts="ready"]', state="attached")


if __name__ == "__main__":
    take(Path(sys.argv[1]), shutil.which("chromium") or "chromium")
