"""How long the web UI's lists take behind a year: python -m bench.web_lists HOME [TURNS]

HOME is a home that `python -m bench.year --home HOME` has lived through. Its database, the real code server and the
real web UI are started, and Chromium opens the pages that people open. What is told is each question that a page asks
of the web UI's server (GraphQL), and how long the answer took, at the quickest and the slowest of the visits (3).
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, Request, sync_playwright

from campfill_pipeline.commands import processes
from campfill_pipeline.commands.up import child_environment, free_port
from campfill_pipeline.settings import load_settings
from campfill_pipeline.warehouse.postgres import server

IN = "/locations/__repository__@campfill"
SETTLED_MS = 5_000
"""So long after it is loaded a page may ask more."""
PAGES = {
    "runs": "/runs",
    "runs of a job": f"{IN}/jobs/upload/runs",
    "timeline": "/overview/activity/timeline",
    "assets": "/assets",
    "asset catalog": "/catalog",
    "an asset's overview": "/assets/lines?view=overview",
    "an asset's partitions (uploads)": "/assets/lines?view=partitions",
    "an asset's partitions (days)": "/assets/delivery_daily?view=partitions",
    "an asset's events": "/assets/fulfillment?view=events",
    "an asset's checks": "/assets/lines?view=checks",
    "asset graph": "/asset-groups",
    "sensors": "/automation",
    "ticks of a sensor": f"{IN}/sensors/inbox",
    "ticks of a schedule": f"{IN}/schedules/refresh_today_hourly",
}


def visit(page: Page, address: str) -> dict[str, float]:
    """Open a page and wait until it asks no more; the seconds of each question it asked."""
    seconds: dict[str, float] = {}

    def note(request: Request) -> None:
        if request.url.endswith("/graphql") or "/graphql?" in request.url:
            name = str(json.loads(request.post_data or "{}").get("operationName"))
            told = request.timing
            seconds[name] = max(seconds.get(name, 0.0), (told["responseEnd"] - told["requestStart"]) / 1000)

    page.on("requestfinished", note)
    page.goto(address, wait_until="load", timeout=180_000)
    page.wait_for_timeout(SETTLED_MS)
    page.remove_listener("requestfinished", note)
    return seconds


@contextmanager
def web_ui(home: Path) -> Iterator[str]:
    """The address of a web UI of this home, with its code server, and no daemon."""
    os.environ |= {"CAMPFILL_HOME": str(home), "CAMPFILL_DATABASE_URL": ""}
    settings = load_settings()
    server.database_url(settings)
    environ = child_environment(settings, {}, None)
    port, code_port = free_port(), free_port()
    workspace = Path(environ["DAGSTER_HOME"]) / "bench.yaml"
    place = f"{{host: 127.0.0.1, port: {code_port}, location_name: campfill}}"
    workspace.write_text(f"load_from:\n  - grpc_server: {place}\n", encoding="utf-8")
    code = (
        "campfill_pipeline.defs.code_server", "api", "grpc", "--module-name", "campfill_pipeline.definitions",
        "--host", "127.0.0.1", "--port", str(code_port), "--location-name", "campfill",
    )  # fmt: skip
    web = ("dagster_webserver", "-w", str(workspace), "-h", "127.0.0.1", "-p", str(port))
    started = []
    with (settings.logs / "bench.log").open("w", encoding="utf-8") as log:
        try:
            for command, listens in ((code, code_port), (web, port)):
                started.append(
                    subprocess.Popen(
                        [sys.executable, "-m", *command],
                        env=environ,
                        stdout=log,
                        stderr=log,
                        start_new_session=True,
                    )
                )
                while socket.socket().connect_ex(("127.0.0.1", listens)) != 0:
                    assert started[-1].poll() is None, f"see {log.name}"
                    time.sleep(0.2)
            yield f"http://127.0.0.1:{port}"
        finally:
            processes.stop_sessions([process.pid for process in started])


def main() -> None:
    """Open the pages, tell the times of the questions, the slowest first."""
    asked: dict[str, dict[str, list[float]]] = {name: {} for name in PAGES}
    with web_ui(Path(sys.argv[1]).absolute()) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        for _ in range(int(sys.argv[2]) if len(sys.argv) > 2 else 3):
            for name, path in PAGES.items():
                for query, took in visit(page, address + path).items():
                    asked[name].setdefault(query, []).append(took)
        browser.close()
    for name, queries in asked.items():
        print(name)
        for query, times in sorted(queries.items(), key=lambda one: -max(one[1])):
            print(f"   {min(times):6.2f} to {max(times):5.2f} s  {query}")


if __name__ == "__main__":
    main()
