"""The door's pages speak their reader's language: the browser's, or the one chosen, which is kept."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from fastapi import Request
from playwright.sync_api import Browser, Page, expect

from campfill_pipeline.door import problems, reader
from campfill_pipeline.language.speaking import Language
from campfill_pipeline.settings import load_settings
from campfill_pipeline_tests.door.conftest import Door
from campfill_pipeline_tests.door.test_page import drop, faults, run_sensor
from campfill_pipeline_tests.lists import row, write_list
from campfill_pipeline_tests.reports.conftest import chromium as chromium

SETTINGS = load_settings({}, cwd=Path("/"))
GERMAN_HOUSE = load_settings({"CAMPFILL_LANGUAGE": "de"}, cwd=Path("/"))


def asked(query: str = "", **headers: str) -> Request:
    told = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "query_string": query.encode(), "headers": told})


@pytest.mark.parametrize(
    ("request_", "language"),
    [
        (asked(), "en"),
        (asked(accept_language="de-AT,de;q=0.9,en;q=0.8"), "de"),
        (asked(accept_language="fr, en;q=0.4, de;q=0.5"), "de"),
        (asked(accept_language="de;q=0, en"), "en"),
        (asked(accept_language="den, *;q=x"), "en"),
        (asked(accept_language="de", cookie="campfill_language=en"), "en"),
        (asked("lang=de", accept_language="en", cookie="campfill_language=en"), "de"),
        (asked("lang=fr", accept_language="de"), "de"),
    ],
)
def test_what_was_chosen_counts_before_what_the_browser_says(request_: Request, language: str) -> None:
    assert reader.language_of(request_, SETTINGS) == language


def test_who_names_no_language_reads_the_house_s() -> None:
    assert reader.language_of(asked(accept_language="fr"), GERMAN_HOUSE) is Language.GERMAN


def english_left(tab: Page) -> list[str]:
    """Words of English in what a person sees."""
    shown = f" {tab.locator('body').inner_text().lower()} "
    words = ("the", "and", "of", "rows", "file", "loaded", "rejected", "receipt", "take back", "workbook")
    return [word for word in words if f" {word} " in shown.replace("\n", " ")]


@pytest.mark.browser
@pytest.mark.timeout(240)
def test_a_german_reader_reads_german_and_what_is_chosen_stays(
    door: Door, chromium: Browser, tmp_path: Path
) -> None:
    faulty = write_list(tmp_path / "liste.xlsx", [row(3), row(4, runtime="next week")])
    broken = tmp_path / "bild.xlsx"
    broken.write_bytes(b"\x89PNG\r\n\x1a\n" + b"0" * 100)
    context = chromium.new_context(locale="de-DE", viewport={"width": 390, "height": 800})
    tab = context.new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    tab.on("pageerror", lambda error: complaints.append(str(error)))
    tab.goto(door.address)
    expect(tab.get_by_text("Es ist noch keine Liste eingegangen.")).to_be_visible()
    assert english_left(tab) == []
    drop(tab, faulty, broken)
    for name in ("liste.xlsx", "bild.xlsx"):
        expect(tab.locator("#sent > li", has_text=name).locator(".state")).to_have_text("… eingegangen")
    run_sensor(door)
    sent = tab.locator("#sent > li", has_text="liste.xlsx")
    expect(sent).to_contain_text("▲ teilweise geladen, 1 von 2 Zeilen übernommen")
    expect(sent).to_contain_text("Campaign list!B3")
    expect(tab.locator("#sent > li", has_text="bild.xlsx")).to_contain_text(
        "Speichern Sie die Datei als XLSX"
    )
    expect(tab.locator("#latest tr")).to_have_count(2)
    assert english_left(tab) == [] and faults(tab) == []
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    tab.screenshot(path=tmp_path / "phone.png", full_page=True)
    tab.set_viewport_size({"width": 1440, "height": 900})
    tab.screenshot(path=tmp_path / "desk.png", full_page=True)
    tab.locator("#latest tr", has_text="liste.xlsx").get_by_role("button", name="Zurücknehmen").click()
    expect(tab.get_by_role("dialog")).to_contain_text("Das würde sich ändern: 1 Buchung zurückgezogen.")
    assert english_left(tab) == []
    tab.screenshot(path=tmp_path / "back.png")
    tab.get_by_role("button", name="Lassen").click()

    for place, words in (("login", "Anmelden"), ("guide/glossary", "Kurs und Handbuch sind auf Englisch")):
        tab.goto(f"{door.address}/{place}")
        expect(tab.locator("body")).to_contain_text(words)
        assert tab.locator("html").get_attribute("lang") == "de"
    tab.goto(f"{door.address}/problems/busy")
    expect(tab.get_by_role("heading")).to_have_text("Zu viel auf einmal")
    tab.get_by_role("link", name="English").click()
    expect(tab.get_by_role("heading")).to_have_text("Too much at once")
    tab.goto(door.address)  # kept, though the browser would rather read German
    expect(tab.get_by_role("heading", name="Drop your lists here")).to_be_visible()

    door.settings.reports.mkdir(exist_ok=True)
    (door.settings.reports / "fulfillment.html").write_text(
        '<html lang="de"><link rel="icon" href="data:,"><body>Seite'
    )
    tab.goto(f"{door.address}/reports/fulfillment.html")
    strip = tab.locator("#door-strip")
    expect(strip).to_contain_text("Arbeitsmappe")
    expect(strip).to_contain_text("Quittungen")
    assert complaints == []
    context.close()


def test_a_page_tells_caches_that_it_has_a_language_and_json_has_none(door: Door) -> None:
    german = {"accept-language": "de"}
    page = httpx.get(f"{door.address}/login", headers=german)
    assert "accept-language" in page.headers["vary"] and "set-cookie" not in page.headers
    refusal = httpx.get(f"{door.address}/nothing", headers=german).json()
    assert refusal["title"] == problems.BY_CODE["not_found"].title
