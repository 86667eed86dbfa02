"""A real browser for the tests of the page: Chromium by Playwright, or a skip that says what is missing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.reports import page as fulfillment_page
from campfill_pipeline.simulator.roster import Shape
from campfill_pipeline.simulator.world import World, make_world
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.figures.fulfillment import refresh
from campfill_pipeline.warehouse.postgres import server
from campfill_pipeline.warehouse.readers.page.rows import PageData
from campfill_pipeline_tests.reports.invented import NOW, invent, invent_details
from campfill_pipeline_tests.warehouse import simulated

# The shell without windows is the same engine and draws the same page; it draws no window around it, which costs more
# processor time than the page does.
CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium-headless-shell")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
ARGUMENTS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-default-apps", "--no-first-run", "--disable-dev-shm-usage",
]  # fmt: skip


@pytest.fixture(
    scope="module"
)  # not longer: Playwright keeps an event loop running, which Dagster's runs cannot bear
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("needs Chromium: install it, or name its executable in the environment variable CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Reader:
    """Somebody who reads the page: a tab that notes every request, console message and error."""

    tab: Page
    address: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def go(self, level: str) -> None:
        """Follow a deep link, like `/lines?state=live`, and wait until it is drawn."""
        address = f"{self.address}#{level}"
        if self.tab.url == address:
            self.tab.reload()
        else:
            self.tab.goto(address)
        self.wait(level)

    def wait(self, level: str) -> None:
        self.tab.wait_for_selector(f'main[data-shown="{level}"]')
        self.tab.wait_for_selector('html[data-charts="ready"]', state="attached")

    def exact(self, selector: str) -> list[str]:
        """The exact values of the figures within the elements that `selector` finds."""
        values = self.tab.locator(f"{selector} data").evaluate_all("all => all.map(one => one.value)")
        return [str(value) for value in values]

    def text(self, selector: str) -> str:
        return self.tab.locator(selector).first.inner_text()


@dataclass(frozen=True)
class Library:
    """Opens pages in tabs of their own."""

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    def read(self, path: Path, *, locale: str = "en-GB", width: int = 1440, scheme: str = "light") -> Reader:
        context = self.browser.new_context(
            locale=locale,
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        self.contexts.append(context)
        context.set_default_timeout(20_000)
        reader = Reader(context.new_page(), path.as_uri())
        reader.tab.on("request", lambda request: reader.requests.append(request.url))
        reader.tab.on("console", lambda message: reader.complaints.append(message.text))
        reader.tab.on("pageerror", lambda error: reader.complaints.append(str(error)))
        reader.tab.goto(reader.address)
        reader.wait("/")
        return reader


@pytest.fixture
def library(chromium: Browser) -> Iterator[Library]:
    mine = Library(chromium)
    yield mine
    mine.close()


@pytest.fixture(scope="module")
def reading_room(chromium: Browser) -> Iterator[Library]:
    """For tabs that the tests of a module share: each begins with an address of its own."""
    shared = Library(chromium)
    yield shared
    shared.close()


@dataclass(frozen=True)
class Written:
    """A page, and the data it was made from."""

    path: Path
    data: PageData
    facts: fulfillment_page.PageFacts


def write(folder: Path, data: PageData) -> Written:
    text, facts = fulfillment_page.render(data, invent_details(data), FulfillmentRules(), NOW)
    path = folder / "fulfillment.html"
    path.write_text(text, encoding="utf-8")
    return Written(path, data, facts)


@dataclass(frozen=True)
class Demo:
    """A database with a small simulated publisher in it: list, delivery, fulfillment, causes. To be read only."""

    url: str
    world: World
    as_of: date
    now: datetime


@pytest.fixture(scope="session")
def demo(postgres_server: server.Server) -> Iterator[Demo]:
    name = f"report_demo_{os.getpid()}"
    today = date(2026, 11, 23)
    world = make_world(today, shape=replace(Shape.small(), history_days=60))
    now = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as owner:
        owner.execute(f"CREATE DATABASE {name} TEMPLATE template_campfill STRATEGY file_copy".encode())
        try:
            with database.connect(postgres_server.url(name)) as connection:
                _fill(connection, world, now)
            yield Demo(postgres_server.url(name), world, today, now)
        finally:
            owner.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _fill(connection: psycopg.Connection, world: World, now: datetime) -> None:
    connection.execute(
        """INSERT INTO upload (upload_id, order_no, partition_key, sha256, file_name, file_bytes, archived_as, door,
                               kind, status, received_at)
           VALUES ('00000000-0000-0000-0000-000000000001', 1, '000001-lines', 'x', 'lines.xlsx', 1, 'x', 'inbox',
                   'campaign_list', 'loaded', %s)""",
        [now - timedelta(days=1)],
    )
    simulated.register(connection, world.lines, now - timedelta(days=1))
    connection.execute("UPDATE line_register SET sheet = 'Campaign list', row_no = line_no + 1")
    simulated.fetch_days(connection, world, world.first_day, world.today - timedelta(days=1))
    refresh(connection, FulfillmentRules(), as_of=world.today, now=now)
    connection.commit()
    connection.execute("ANALYZE")
    connection.commit()


@pytest.fixture
def demo_connection(demo: Demo) -> Iterator[psycopg.Connection]:
    with database.connect(demo.url) as connection:
        yield connection


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """A page with lines of all kinds and fates."""
    return write(tmp_path_factory.mktemp("page"), invent(1500))


@pytest.fixture(scope="session")
def big_page(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """As many lines as the real list has."""
    return write(tmp_path_factory.mktemp("page"), invent(7057))
