"""The page in a real browser: three files dropped and their verdicts read, taking back, login, the fulfillment page."""

from __future__ import annotations

import base64
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FileChooser, Page, expect

from campfill_pipeline.door.reader import STATIC
from campfill_pipeline_tests.door.conftest import Door, OpenDoor, sensing
from campfill_pipeline_tests.lists import row, write_list
from campfill_pipeline_tests.reports.conftest import chromium as chromium

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
DROP = """files => {
  const data = new DataTransfer();
  for (const [name, text] of files) {
    const bytes = Uint8Array.from(atob(text), mark => mark.charCodeAt(0));
    data.items.add(new File([bytes], name));
  }
  for (const kind of ["dragenter", "dragover", "drop"]) {
    const told = {bubbles: true, cancelable: true, dataTransfer: data};
    document.querySelector(".zone").dispatchEvent(new DragEvent(kind, told));
  }
}"""


def drop(tab: Page, *files: Path) -> None:
    tab.evaluate(DROP, [[file.name, base64.b64encode(file.read_bytes()).decode()] for file in files])


def run_sensor(door: Door) -> None:
    """In a thread: Playwright keeps an event loop running in this one, which Dagster's runs cannot bear."""

    def work() -> None:
        with sensing(door) as sensor:
            sensor()

    with ThreadPoolExecutor(1) as threads:
        threads.submit(work).result()


def faults(tab: Page) -> list[str]:
    found = Axe().run(tab, options={"resultTypes": ["violations"]}).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]


def test_three_files_are_dropped_and_their_verdicts_read_where_they_were_dropped(
    door: Door, chromium: Browser, tmp_path: Path
) -> None:
    good = write_list(tmp_path / "good <b>.xlsx", [row(1), row(2)])
    faulty = write_list(tmp_path / "faulty.xlsx", [row(3), row(4, runtime="next week")])
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    context = chromium.new_context(
        viewport={"width": 390, "height": 800}, color_scheme="dark", timezone_id="Asia/Tokyo"
    )
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(door.address)
    expect(tab.get_by_text("No list has come yet.")).to_be_visible()  # what to do, never a blank or a 404
    expect(tab.get_by_text(str(door.settings.inbox))).to_be_visible()
    assert faults(tab) == []
    drop(tab, good, faulty, broken)
    for name in ("good <b>.xlsx", "faulty.xlsx", "broken.xlsx"):
        sent = tab.locator("#sent > li", has_text=name)
        expect(sent.locator(".state")).to_have_text("… received", timeout=20_000)
    run_sensor(door)
    verdicts = {
        "good <b>.xlsx": ("loaded, 2 of 2 rows accepted", "good"),
        "faulty.xlsx": ("partly loaded, 1 of 2 rows accepted", "fair"),
        "broken.xlsx": ("rejected", "bad"),
    }
    for name, (words, kind) in verdicts.items():
        sent = tab.locator("#sent > li", has_text=name)
        expect(sent.locator(".state")).to_contain_text(words, timeout=20_000)
        expect(sent).to_have_class(kind)
    expect(tab.locator("#sent > li", has_text="faulty.xlsx")).to_contain_text("Campaign list!B3")
    expect(tab.locator("#sent > li", has_text="broken.xlsx")).to_contain_text("(.xlsx)")  # the mend
    listed = tab.locator("#latest tr")
    expect(listed).to_have_count(3, timeout=10_000)
    came = datetime.fromisoformat(httpx.get(f"{door.address}/uploads").json()[0]["received_at"])
    at_home = came.astimezone(door.settings.timezone)  # not the browser's zone
    expect(listed.first).to_contain_text(f"{at_home:%-I:%M}")
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert faults(tab) == []
    tab.screenshot(path=tmp_path / "phone.png", full_page=True)

    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.emulate_media(color_scheme="light")
    assert faults(tab) == []
    tab.screenshot(path=tmp_path / "desk.png", full_page=True)
    with tab.expect_download() as receipt:
        listed.filter(has_text="faulty.xlsx").get_by_role("link").click()
    assert receipt.value.suggested_filename.endswith(".receipt.xlsx")
    row_of_good = listed.filter(has_text="good <b>.xlsx")
    row_of_good.get_by_role("button").click()
    dialog = tab.get_by_role("dialog")
    expect(dialog).to_contain_text("2 lines withdrawn")
    assert faults(tab) == []
    assert len(httpx.get(f"{door.address}/lines").json()) == 3
    dialog.get_by_role("button", name="Take back").click()
    expect(row_of_good.locator(".state")).to_have_text("○ taken back", timeout=10_000)
    assert len(httpx.get(f"{door.address}/lines").json()) == 1
    assert complaints == []
    context.close()


def test_files_are_chosen_by_keyboard_too(door: Door, chromium: Browser, tmp_path: Path) -> None:
    tab = chromium.new_context().new_page()
    choosers: list[FileChooser] = []
    tab.on(
        "filechooser", lambda chooser: choosers.append(chooser)
    )  # long before it is needed: the browser is told without being waited for
    tab.goto(door.address)
    passed = []
    while (
        now := tab.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
    ) != "files":
        passed.append(now)
        assert len(passed) < 20, passed
        tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")
    while not choosers:
        tab.wait_for_timeout(50)
    choosers[0].set_files(write_list(tmp_path / "chosen.xlsx", [row(1)]))
    expect(tab.locator("#sent .state")).to_have_text("… received", timeout=20_000)
    assert door.inbox() == ["chosen.xlsx"]
    tab.context.close()


def test_behind_a_proxy_a_person_shows_a_token_once(
    open_door: OpenDoor, chromium: Browser, tmp_path: Path
) -> None:
    door = open_door("--behind-proxy")
    context = chromium.new_context()
    tab = context.new_page()
    tab.goto(door.address)
    assert tab.url.endswith("/login")
    assert faults(tab) == []
    tab.get_by_label("Token").fill("wrong")
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("alert")).to_contain_text("opens nothing")
    tab.get_by_label("Token").fill(door.token)
    tab.keyboard.press("Enter")
    expect(tab.get_by_text("No list has come yet.")).to_be_visible(timeout=10_000)
    (cookie,) = context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert cookie["value"] != door.token
    drop(tab, write_list(tmp_path / "a.xlsx", [row(1)]))
    expect(tab.locator("#sent .state")).to_have_text("… received", timeout=20_000)
    shown = {"Cookie": f"{cookie['name']}={cookie['value']}"}
    assert httpx.get(f"{door.address}/uploads", headers=shown).status_code == 200
    foreign = {**shown, "Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    refused = httpx.post(f"{door.address}/uploads?name=b.csv", content=b"x", headers=foreign)
    assert refused.json()["code"] == "foreign_origin"
    context.close()


def test_the_fulfillment_page_leads_on_and_says_when_a_newer_one_exists(
    one_door: Door, chromium: Browser
) -> None:
    page = one_door.settings.reports / "fulfillment.html"
    policy = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:"
    html = f'<!doctype html><html><head><meta http-equiv="Content-Security-Policy" content="{policy}"></head><p>first'
    context = chromium.new_context()
    tab = context.new_page()
    tab.goto(f"{one_door.address}/reports/fulfillment.html")  # before there is one
    assert tab.url == f"{one_door.address}/"
    told = httpx.get(
        f"{one_door.address}/reports/fulfillment.html"
    )  # a program, by the address that up printed
    assert told.status_code == 200 and "No campaign list was loaded so far" in told.text
    assert str(one_door.settings.inbox) in told.text
    assert (
        httpx.get(f"{one_door.address}/reports/fulfillment.xlsx").status_code == 404
    )  # no workbook is no data
    page.write_text(html)
    tab.goto(f"{one_door.address}/reports/fulfillment.html")
    strip = tab.get_by_role("complementary", name="campfill")
    for words in ("Uploads", "Workbook", "Receipts"):
        expect(strip.get_by_role("link", name=words)).to_be_visible()
    page.write_text(html.replace("first", "second"))
    strip.get_by_role("link", name="A newer page exists").click(timeout=20_000)
    expect(tab.get_by_text("second")).to_be_visible()
    assert page.read_text().endswith("second")  # the file stays what it is
    tag = httpx.get(f"{one_door.address}/reports/fulfillment.html").headers["etag"]
    again = httpx.get(f"{one_door.address}/reports/fulfillment.html", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    page.unlink()
    context.close()


def test_nothing_comes_from_outside(one_door: Door) -> None:
    for file in STATIC.iterdir():
        assert not re.search(r"https?://|src=[\"']//", file.read_text(encoding="utf-8")), file.name
    assert "default-src 'none'" in httpx.get(one_door.address).headers["content-security-policy"]
