"""Rows and scripts of a small API of the connector `ppv`, for tests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.description import connector
from campfill_pipeline.reporting.description.connector import Connector
from campfill_pipeline.reporting.effort import Clock
from campfill_pipeline_tests.reporting.loopback import Asked, Loopback, QuickClock, Reply, Script

TOKEN = "s3cret-Token-that-nobody-may-see"
START = datetime(2026, 2, 10, 23, tzinfo=UTC)
END = START + timedelta(hours=24)
CAMPAIGN = "0f2b4fcf-63ce-4178-add5-17e4f602a115"


def row(
    hour: int = 0, site: str = "München Hbf", impressions: object = "12.149,71", **more: object
) -> dict[str, Any]:
    """One report row, `hour` hours after START."""
    moment = START + timedelta(hours=hour)
    return {
        "Date": moment.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "Site": site,
        "Total Impressions": impressions,
        "Bids": 10,
        "Auction Wins": 8,
        "Sync Group Plays": 9,
        "Core DSP Campaign ID": CAMPAIGN,
        "Core DSP Campaign Name": "Parent > The campaign",
        "Campaign Purchase Type": "Guaranteed",
        **more,
    }


def one_window(**limits: object) -> Connector:
    """The connector `ppv` asking for its window at once, so that a script sees one walk through pages."""
    ppv = connector.load("ppv")
    changed = ppv.limits.model_copy(update={"window_hours": None, "requests_per_second": 1000.0, **limits})
    return ppv.model_copy(update={"limits": changed})


def client(
    served: Loopback,
    clock: Clock | None = None,
    description: Connector | None = None,
    token: str = TOKEN,
) -> ReportingClient:
    """A client of the served API."""
    return ReportingClient(description or one_window(), served.url, token, clock=clock or QuickClock())


def paged(pages: list[list[dict[str, Any]]]) -> Script:
    """An API that gives these pages by cursors c1, c2, …"""

    def script(asked: Asked) -> Reply:
        number = int(asked.query.get("cursor", "c0")[1:])
        following = f"c{number + 1}" if number + 1 < len(pages) else None
        return Reply({"rows": pages[number], "next_cursor": following})

    return script


def first_then(troubles: Iterable[Reply], script: Script) -> Script:
    """These replies first, then the script's."""
    left, lock = list(troubles), threading.Lock()

    def scripted(asked: Asked) -> Reply:
        with lock:
            trouble = left.pop(0) if left else None
        return trouble or script(asked)

    return scripted


def always(reply: Reply) -> Callable[[Asked], Reply]:
    """The same reply for ever."""
    return lambda asked: reply
