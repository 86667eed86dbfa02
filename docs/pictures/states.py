"""Takes the fulfillment page in five states that must not be mistaken for each other: `python -m docs.pictures.states`.

A demo-sized world with all its days, an own home without an API, one with a wrong token, one with a day missing, one
whose page is opened two days later. Each in a home of its own, by the commands a person types. Pictures for people to
look at, in English and German, wide and narrow, light and dark, and printed: into the folder named (default: a new
one), not into the docs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, sync_playwright

from campfill_pipeline.simulator.api import serve
from campfill_pipeline.simulator.campaign_list import write_campaign_list
from campfill_pipeline.simulator.world import make_world

WIDTHS = {"wide": 1440, "phone": 390}
LOCALES = {"en": "en-GB", "de": "de-DE"}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TOKEN = "a-token-for-pictures"


@dataclass(frozen=True)
class Home:
    """A home of its own with a database of its own, on one server for all."""

    name: str
    folder: Path
    environ: dict[str, str]

    def run(self, *arguments: str, may_fail: bool = False) -> str:
        """Type a command; returns what it printed."""
        command = [sys.executable, "-m", "campfill_pipeline.cli", *arguments]
        done = subprocess.run(command, env=self.environ, cwd=self.folder, text=True, capture_output=True)
        sys.stderr.write(f"{self.name}$ campfill {' '.join(arguments)}\n{done.stdout}{done.stderr}\n")
        assert may_fail or done.returncode == 0, f"campfill {arguments[0]} ended with {done.returncode}"
        return done.stdout.strip()


def homes(folder: Path, api: str) -> dict[str, Home]:
    """The five homes; the first starts the server."""
    plain = {name: text for name, text in os.environ.items() if not name.startswith("CAMPFILL_")}
    tokens = {
        "whole": TOKEN,
        "no-api": None,
        "wrong-token": "mistyped",
        "day-missing": TOKEN,
        "two-days-old": TOKEN,
    }
    made: dict[str, Home] = {}
    url = ""
    for name, token in tokens.items():
        home = folder / name
        home.mkdir()
        home.chmod(0o755)
        environ = plain | {"CAMPFILL_HOME": str(home / "home")}
        if token is not None:
            environ |= {"CAMPFILL_REPORTING_URL": api, "CAMPFILL_REPORTING_TOKEN": token}
        if url:
            environ["CAMPFILL_DATABASE_URL"] = url.rsplit("/", 1)[0] + "/" + name.replace("-", "_")
        made[name] = Home(name, home, environ)
        url = url or made[name].run("db", "url")
    return made


def fill(made: dict[str, Home], campaigns: Path, today: date, days: int) -> None:
    """What the people of these homes did."""
    first, hole = today - timedelta(days=days), today - timedelta(days=days // 2)
    whole, one = ["--from", str(first), "--to", str(today)], timedelta(days=1)
    for home in made.values():
        home.run("ingest", str(campaigns), may_fail=True)  # a few rows of the sample are to be mended
    made["whole"].run("refresh", *whole)
    made["two-days-old"].run("refresh", *whole)
    made["wrong-token"].run("refresh", *whole, may_fail=True)
    made["day-missing"].run("refresh", "--from", str(first), "--to", str(hole - one))
    made["day-missing"].run("refresh", "--from", str(hole + one), "--to", str(today))
    for home in made.values():
        home.run("report")


def look(browser: Browser, home: Home, out: Path) -> None:
    """In each language, wide and narrow, light and dark, and printed."""
    page = (home.folder / "home" / "reports" / "fulfillment.html").as_uri()
    for language, size, scheme in product(LOCALES, WIDTHS, SCHEMES):
        tab = browser.new_page(
            viewport={"width": WIDTHS[size], "height": 900}, locale=LOCALES[language], color_scheme=scheme
        )
        if home.name == "two-days-old":
            tab.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=2))
        tab.goto(page)
        tab.wait_for_selector('html[data-charts="ready"]', state="attached")
        tab.screenshot(path=out / f"{home.name}-{language}-{size}-{scheme}.png")
        if (size, scheme) == ("wide", "light"):
            tab.pdf(path=out / f"{home.name}-{language}.pdf", format="A4")
        tab.close()


def main(out: Path, days: int) -> None:
    """Make the homes, take the pictures, stop the server."""
    out.mkdir(parents=True, exist_ok=True)
    today = datetime.now(ZoneInfo("Europe/Berlin")).date()
    world = make_world(today, 1)
    with tempfile.TemporaryDirectory(prefix="campfill-states-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o755)
        campaigns = folder / "campaigns.xlsx"
        write_campaign_list(world, campaigns)
        with serve(world, "127.0.0.1", 0, TOKEN) as api, sync_playwright() as browsers:
            made = homes(folder, api.url)
            try:
                fill(made, campaigns, today, days)
                browser = browsers.chromium.launch(
                    executable_path=shutil.which("chromium"), args=["--no-sandbox"]
                )
                for home in made.values():
                    look(browser, home, out)
            finally:
                made["whole"].run("db", "stop", may_fail=True)
    sys.stdout.write(f"The pictures are in {out}.\n")


if __name__ == "__main__":
    main(
        Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp(prefix="campfill-states-")),
        int(sys.argv[2]) if len(sys.argv) > 2 else 40,
    )
