"""Takes every picture of the documentation anew: `make pictures`.

Starts a demo in a home of its own, drops the changed list into its inbox as a person does, and looks at the page, the
web UI and the receipt. Needs Chromium, LibreOffice, pdftoppm and the development tools. The demo's world belongs to the
day on which it is made: figures that the texts quote have to be read again from the new pictures.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from playwright.sync_api import Browser, Page, sync_playwright

from campfill_pipeline.commands.up import free_port

HERE = Path(__file__).parent
GUARANTEED = "/lines?state=ended&period=30d&purchase=guaranteed"
CHANGED = "demo-campaigns-changed.xlsx"
LAPTOP = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}

# A live line whose goal the dropped list changed: what became of its contract is worth a look.
A_CHANGED_LINE = """
SELECT r.id FROM campfill.line_revision r JOIN campfill.fulfillment f ON f.line_id = r.id
JOIN campfill.line_revision b ON b.id = r.id AND b.revision = 1
WHERE r.revision = 2 AND r.impression_goal <> b.impression_goal AND f.covered
ORDER BY f.lifecycle = 'live' DESC, f.shortfall DESC LIMIT 1
"""


class Demo:
    """A running `campfill up --demo` in a home that is thrown away."""

    def __init__(self, folder: Path, port: int) -> None:
        self.home, self.web = folder / "campfill-demo", f"http://127.0.0.1:{port}"
        self.page = self.home / "reports" / "fulfillment.html"
        self.environ = {name: text for name, text in os.environ.items() if not name.startswith("CAMPFILL_")}
        self.environ |= {"CAMPFILL_DEMO_HOME": str(self.home), "CAMPFILL_HOME": str(self.home)}

    def ask(self, query: str) -> str:
        """The first value of the query's first row."""
        command = [sys.executable, "-m", "campfill_pipeline.cli", "db", "url"]
        url = subprocess.run(command, env=self.environ, check=True, text=True, capture_output=True).stdout
        with psycopg.connect(url.strip()) as connection:
            row = connection.execute(query.encode()).fetchone()
        assert row is not None, f"nothing answers {query}"
        return str(row[0])


@contextmanager
def demo() -> Iterator[Demo]:
    """Start the demo, wait until it is loaded, stop it at the end."""
    with tempfile.TemporaryDirectory(prefix="campfill-pictures-", ignore_cleanup_errors=True) as name:
        folder, port = Path(name), free_port()
        folder.chmod(0o755)
        started = Demo(folder, port)
        command = [sys.executable, "-m", "campfill_pipeline.cli", "up", "--demo", "--port", str(port)]
        with (folder / "up.log").open("wb") as log:
            process = subprocess.Popen(command, env=started.environ, cwd=folder, stdout=log)
        try:
            wait_for(lambda: "Ctrl-C" in (folder / "up.log").read_text(encoding="utf-8"), 600)
            yield started
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def wait_for(happened: Callable[[], object], seconds: float) -> None:
    """Wait until it happened."""
    deadline = time.monotonic() + seconds
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError("the demo did not get there in time")
        time.sleep(0.2)


def show(tab: Page, page: Path, level: str) -> None:
    """Go to a level of the fulfillment page and wait until it is drawn."""
    tab.goto(f"{page.resolve().as_uri()}#{level}")
    tab.wait_for_selector(f'main[data-shown="{level}"]')
    tab.wait_for_selector('html[data-charts="ready"]', state="attached")


def levels(browser: Browser, page: Path) -> None:
    """One picture per level, one in the dark and one on a phone."""
    tab = browser.new_page(viewport=LAPTOP, locale="en-GB")
    show(tab, page, "/")
    tab.screenshot(path=HERE / "overview.png")
    show(tab, page, "/where/all/all?period=30d")
    tab.screenshot(path=HERE / "where.png")
    show(tab, page, GUARANTEED)
    tab.screenshot(path=HERE / "lines.png")
    worst = tab.locator("tr[data-line]").first.get_attribute("data-line")
    show(tab, page, f"/line/{worst}")
    long = browser.new_page(viewport=LAPTOP, locale="en-GB", device_scale_factor=0.62)
    show(long, page, f"/line/{worst}")
    long.screenshot(path=HERE / "line.png", full_page=True)
    dark = browser.new_page(viewport=LAPTOP, locale="de-DE", color_scheme="dark")
    show(dark, page, "/")
    dark.screenshot(path=HERE / "overview-dark.png")
    phone = browser.new_page(viewport=PHONE, locale="de-DE")
    show(phone, page, f"/line/{worst}")
    phone.screenshot(path=HERE / "line-phone.png")


def drop(running: Demo) -> tuple[str, Path]:
    """Drop the changed list into the inbox, wait for its figures. Returns its partition and its receipt."""
    before = running.page.stat().st_mtime
    shutil.copy(running.home / CHANGED, running.home / "inbox")
    wait_for(lambda: running.page.stat().st_mtime > before, 120)
    name = f"file_name = '{CHANGED}'"
    wait_for(lambda: int(running.ask(f"SELECT count(receipt) FROM campfill.upload WHERE {name}")), 60)
    partition = running.ask(f"SELECT partition_key FROM campfill.upload WHERE {name}")
    return partition, running.home / running.ask(f"SELECT receipt FROM campfill.upload WHERE {name}")


def web_ui(browser: Browser, running: Demo, partition: str) -> None:
    """The list of runs, what one upload left behind, and the lineage."""
    tab = browser.new_page(viewport={"width": 1440, "height": 760}, locale="en-GB")
    looks = {
        "web-runs": ("/runs", "text=In progress (0)"),
        "web-upload": (
            f"/assets/validated_lines?view=partitions&partition={partition}",
            "text=rows rejected",
        ),
        "web-lineage": ("/asset-groups", "text=fulfillment"),
    }
    for name, (path, seen) in looks.items():
        tab.goto(running.web + path)
        tab.locator(seen).first.wait_for(timeout=60_000)
        tab.wait_for_timeout(5_000)  # charts and graphs of the web UI move into place
        tab.screenshot(path=HERE / f"{name}.png")


def receipt(file: Path) -> None:
    """The receipt as LibreOffice prints it: the upper part of its summary, and the rows to mend."""
    with tempfile.TemporaryDirectory() as name:
        to_pdf = [
            "soffice",
            f"-env:UserInstallation=file://{name}/profile",
            "--headless",
            "--convert-to",
            "pdf",
        ]
        subprocess.run([*to_pdf, "--outdir", name, file], check=True, stdout=subprocess.DEVNULL)
        pdf = Path(name) / f"{file.stem}.pdf"
        for page, picture, frame in (
            (1, "receipt-summary", ("-r", "110", "-x", "60", "-y", "70", "-W", "1000", "-H", "490")),
            (2, "receipt-rows", ("-r", "150", "-x", "80", "-y", "100", "-W", "1560", "-H", "160")),
        ):
            cut = ["pdftoppm", "-png", "-singlefile", "-f", str(page), "-l", str(page), *frame]
            subprocess.run([*cut, pdf, HERE / picture], check=True)


def contract(browser: Browser, running: Demo) -> None:
    """What became of the contract of a line that the dropped list changed."""
    tab = browser.new_page(viewport=LAPTOP, locale="en-GB")
    show(tab, running.page, f"/line/{running.ask(A_CHANGED_LINE)}")
    tab.locator("section[aria-labelledby=h-history]").screenshot(path=HERE / "contract.png")


def main() -> None:
    """Take all pictures; an existing one is replaced."""
    executable = shutil.which("chromium") or "chromium"
    with demo() as running, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--headless", "--no-sandbox"])
        levels(browser, running.page)
        partition, answer = drop(running)
        web_ui(browser, running, partition)
        receipt(answer)
        contract(browser, running)
        browser.close()
    for picture in sorted(HERE.glob("*.png")):
        sys.stdout.write(f"{picture.stat().st_size / 1000:7,.0f} kB  {picture.name}\n")


if __name__ == "__main__":
    main()
