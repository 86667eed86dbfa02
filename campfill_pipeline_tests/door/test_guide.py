"""The course and the docs in the browser: pages open, links and pictures lead somewhere, nothing from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from campfill_pipeline.defs import descriptions
from campfill_pipeline.defs.course import with_links
from campfill_pipeline.door.guide_pages import address
from campfill_pipeline.door.guide_routes import DOCS
from campfill_pipeline_tests.door.conftest import Door
from campfill_pipeline_tests.reports.conftest import chromium as chromium

ASSETS = Path(descriptions.__path__[0])


class Page(HTMLParser):
    """What a page links to, shows, and can be linked at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.pictures: set[str] = set()
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.anchors |= {told["id"]} if "id" in told else set()
        self.links |= {told["href"]} if tag == "a" else set()
        self.pictures |= {told["src"]} if tag in ("img", "script") else set()


def follow(door: Door, start: str) -> Iterator[tuple[str, Page]]:
    """Every page below /learn and /guide that can be reached from here."""
    waiting, seen = [start], {start}
    with httpx.Client(base_url=door.address) as client:
        while waiting:
            place = waiting.pop()
            answer = client.get(place)
            assert answer.status_code == 200, place
            page = Page(answer.text)
            yield place, page
            for link in page.links | page.pictures:
                path = link.partition("#")[0]
                if path.startswith(("/learn", "/guide")) and path not in seen:
                    seen.add(path)
                    if path.endswith((".svg", ".png")):
                        assert client.get(path).headers["content-type"].startswith("image/"), path
                    else:
                        waiting.append(path)


def test_all_pages_open_and_every_link_and_picture_of_theirs_leads_somewhere(one_door: Door) -> None:
    pages = dict(follow(one_door, "/learn/"))
    assert sum(re.match(r"/learn/\d\d-", place) is not None for place in pages) == 12
    assert len(pages) > 30  # the docs that the course leads to, and those they lead to
    for place, page in pages.items():
        for link in page.links:
            path, mark, anchor = link.partition("#")
            if mark and (not path or path in pages):
                assert anchor in pages[path or place].anchors, f"{place}: {link}"
        assert not [source for source in page.pictures if "//" in source], place


def test_links_of_the_docs_become_addresses_here() -> None:
    assert address("05-x.md#three-questions", "learn/04-y.md") == "/learn/05-x#three-questions"
    assert address("pictures/04.svg", "learn/04-y.md") == "/learn/pictures/04.svg"
    assert address("../glossary.md#goal", "learn/04-y.md") == "/guide/glossary#goal"
    assert address("README.md", "learn/04-y.md") == "/learn/"
    assert address("learn/README.md", "tour.md") == "/learn/"
    assert address("decisions/", "tour.md") == "/guide/decisions"
    assert address("../README.md", "tour.md") == "/guide"
    assert address("https://example.org/", "tour.md") == "https://example.org/"


def test_only_pages_and_pictures_are_shown(one_door: Door) -> None:
    for path in ("/learn/..%2f..%2fpyproject.toml", "/guide/pictures/take.py", "/guide/../pyproject", "/learn/.hidden",
                 "/learn/pictures/00-map.txt", "/guide//etc/passwd", "/learn/a%00b", "/learn/nothing"):  # fmt: skip
        answer = httpx.get(httpx.URL(one_door.address).copy_with(raw_path=path.encode()))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


def test_the_docs_come_with_the_package() -> None:
    assert DOCS.is_relative_to(Path(__file__).parents[2] / "campfill_pipeline")
    assert (DOCS / "learn" / "README.md").is_file()


@pytest.mark.browser
def test_the_course_is_read_on_a_phone_and_by_a_screen_reader(one_door: Door, chromium: Browser) -> None:
    tab = chromium.new_context(viewport={"width": 390, "height": 800}, color_scheme="dark").new_page()
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    tab.goto(one_door.address)
    tab.get_by_role("link", name="Course").click()
    tab.get_by_role("link", name="The same file twice").first.click()
    expect(tab.get_by_role("heading", level=1)).to_have_text("4. The same file twice")
    picture = tab.locator("img").first
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    tab.get_by_text("Answer").first.click()
    for scheme in ("dark", "light"):
        tab.emulate_media(color_scheme=scheme)
        found = Axe().run(tab, options={"resultTypes": ["violations"]}).response["violations"]
        assert [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found] == []
    assert tab.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    tab.get_by_role("navigation", name="The labs before and after").get_by_role("link").last.click()
    expect(tab.get_by_role("heading", level=1)).to_contain_text("5. An invalid UUID")
    assert complaints == []
    tab.context.close()


def test_each_asset_leads_to_the_page_of_its_lab(door: Door) -> None:
    texts = [file.read_text(encoding="utf-8") for file in ASSETS.glob("*.md")]
    places = {
        place for text in texts for place in re.findall(r"/learn/[0-9]+", with_links(text, door.address))
    }
    assert len(places) > 5
    for place in places:
        answer = httpx.get(f"{door.address}{place}", follow_redirects=True)
        assert (answer.status_code, answer.url.path[: len(place) + 1]) == (200, f"{place}-")
    assert httpx.get(f"{door.address}/learn/13").status_code == 404
