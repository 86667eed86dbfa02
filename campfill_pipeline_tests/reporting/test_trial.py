"""Trying a connector shows the first rows as they would be stored, in one short question."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import orjson
import pytest

from campfill_pipeline.reporting.connecting.trial import Trial, try_connector
from campfill_pipeline.reporting.description import connector
from campfill_pipeline.reporting.errors import RefusedError
from campfill_pipeline_tests.reporting.kevel_server import KEY, LINE, Kevel
from campfill_pipeline_tests.reporting.loopback import Asked, Loopback, QuickClock, Reply, serving
from campfill_pipeline_tests.reporting.ppv_rows import TOKEN, row

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 2, 11, 10, 40, tzinfo=UTC)


def tried(served: Loopback, name: str = "ppv", token: str = TOKEN) -> Trial:
    return try_connector(
        connector.load(name),
        served.url,
        token,
        now=NOW,
        timezone=BERLIN,
        environ={},
        limit=2,
        clock=QuickClock(),
    )


def of_hour(asked: Asked) -> Reply:
    rows = [row(site=f"Site {n}", Date=asked.query["from"], Extra=1) for n in range(3)]
    return Reply({"rows": rows, "next_cursor": None})


def test_the_last_full_hour_is_asked_for() -> None:
    with serving(of_hour) as served:
        shown = tried(served)
    assert [asked.query["from"] for asked in served.asked] == ["2026-02-11T09:00:00Z"]
    assert (shown.received, len(shown.rows), sorted(shown.unknown_columns)) == (3, 2, ["Extra"])
    assert orjson.loads(orjson.dumps(shown.rows[0])) == {
        "hour_utc": "2026-02-11T09:00:00Z",
        "site": "Site 0",
        "campaign_id": "0f2b4fcf-63ce-4178-add5-17e4f602a115",
        "campaign_name": "The campaign",
        "campaign_purchase_type": "guaranteed",
        "deal_id": None,
        "deal_name": None,
        "deal_purchase_type": None,
        "impressions": "12149.7100",
        "bids": 10,
        "wins": 8,
        "plays": 9,
    }


def test_an_hour_without_rows_leads_to_the_day_before() -> None:
    def script(asked: Asked) -> Reply:
        return (
            of_hour(asked) if asked.query["from"] < "2026-02-11" else Reply({"rows": [], "next_cursor": None})
        )

    with serving(script) as served:
        assert tried(served).window[0] == datetime(2026, 2, 10, 9, tzinfo=UTC)


def test_an_api_without_any_rows_is_no_error() -> None:
    with serving(lambda asked: Reply({"rows": [], "next_cursor": None})) as served:
        assert tried(served).received == 0


def test_a_source_of_days_is_asked_for_yesterday() -> None:
    with serving(Kevel()) as served:
        shown = tried(served, "kevel", KEY)
    assert shown.window == (datetime(2026, 2, 9, 23, tzinfo=UTC), datetime(2026, 2, 10, 23, tzinfo=UTC))
    assert shown.rows[0]["campaign_id"] == LINE


def test_a_wrong_token_is_said() -> None:
    with serving(lambda asked: Reply({}, 401)) as served, pytest.raises(RefusedError):
        tried(served)
