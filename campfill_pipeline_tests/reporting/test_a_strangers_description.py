"""An interface that does not come described (Taboola's campaign summary by hour), described by the docs alone; and
answers that could pass for an empty or a whole day in silence.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from campfill_pipeline.domain.local_days import day_window
from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.description import connector
from campfill_pipeline.reporting.errors import ReportingError
from campfill_pipeline.reporting.fetched import Fetched
from campfill_pipeline_tests.reporting.loopback import Asked, QuickClock, Reply, serving

BERLIN = ZoneInfo("Europe/Berlin")
DESCRIBED = """
name = "taboola"
title = "Taboola Backstage"
base_url = "https://backstage.taboola.com"

[auth]
kind = "oauth2_client_credentials"
token_url = "/backstage/oauth/token"
client_id = "{client_id}"
client_secret = "{token}"

[variables.client_id]
env = "TABOOLA_CLIENT_ID"
meaning = "the client id"

[accounts]
ids = ["demo-account"]

[values]
time_zone = "America/New_York"

[detail]
path = "/backstage/api/1.0/{account}/reports/campaign-summary/dimensions/campaign_hour_breakdown"
params = { start_date = "{start:%Y-%m-%dT%H:%M:%S}", end_date = "{last:%Y-%m-%dT%H:%M:%S}" }
answer = { rows = "results" }

[detail.columns]
hour = { from = "date", pattern = "%Y-%m-%d %H:%M:%S.%f" }
campaign_id = "campaign"
campaign_name = "campaign_name"
impressions = "impressions"
"""
ROWS = [
    {"date": f"2026-02-{at} {hour:02}:00:00.0", "campaign": "7", "campaign_name": "A", "impressions": 5}
    for at, hour in [("09", 18), ("10", 0), ("10", 17)]
]  # by New York's clock: 0, 6 and 23 o'clock of the 10th in Berlin


def fetched(change: Callable[[dict[str, object]], object], status: int = 200) -> Fetched:
    def script(asked: Asked) -> Reply:
        if asked.path == "/backstage/oauth/token":
            return Reply({"access_token": "t", "expires_in": 3600})
        assert asked.query == {"start_date": "2026-02-09T18:00:00", "end_date": "2026-02-10T17:59:59"}
        whole: dict[str, object] = {"results": ROWS, "recordCount": 3, "metadata": {"total": 3, "count": 3}}
        return Reply(change(whole), status)

    with (
        serving(script) as served,
        ReportingClient(
            connector.parse(DESCRIBED, "taboola.toml"), served.url, "secret", timezone=BERLIN, clock=QuickClock(
                datetime(2026, 2, 12, tzinfo=UTC)
            ), environ={"TABOOLA_CLIENT_ID": "id"},
        ) as client,
    ):  # fmt: skip
        return client.fetch(*day_window(date(2026, 2, 10), BERLIN))


def test_a_day_by_another_clock_is_the_servers() -> None:
    found = fetched(lambda whole: whole)
    assert [row["hour_utc"].astimezone(BERLIN).hour for row in found.table.to_pylist()] == [0, 6, 23]
    assert {row["impressions"] for row in found.table.to_pylist()} == {Decimal(5)}
    assert found.refused == ()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda _: {"error": "quota used up", "results": None}, 200),
        (lambda _: {"code": 50000, "data": None}, 200),
        (lambda whole: whole | {"results": None}, 200),
        (lambda whole: whole | {"results": [], "error": "quota used up"}, 200),
        (lambda whole: whole | {"status": "processing", "results": []}, 200),
        (lambda whole: whole | {"truncated": True}, 200),
        (lambda whole: whole | {"next_page": "/2"}, 200),
        (lambda whole: whole | {"has_more": True}, 200),
        (lambda whole: whole | {"total_rows": 72}, 200),
        (lambda whole: {"rows": whole["results"]}, 200),
        (lambda whole: whole | {"results": [*ROWS, ROWS[0] | {"creative": "B"}]}, 206),
        (lambda _: b"", 200),
        (lambda _: b"<!doctype html><title>Sign in</title>", 200),
    ],
)
def test_what_is_no_whole_answer_is_loud(change: Callable[[dict[str, object]], object], status: int) -> None:
    with pytest.raises(ReportingError):
        fetched(change, status)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: [
            {**row, "date": row["date"].replace("2026-02", "2026-03")} for row in rows
        ],  # another time
        lambda rows: [{name: value for name, value in row.items() if name != "impressions"} for row in rows],
        lambda rows: [row | {"impressions": "many"} for row in rows],
    ],
)
def test_unusable_rows_are_refused_each_and_told(
    change: Callable[[list[dict[str, object]]], object],
) -> None:
    found = fetched(lambda whole: whole | {"results": change(ROWS)})
    assert (found.table.num_rows, len(found.refused)) == (0, 3)
