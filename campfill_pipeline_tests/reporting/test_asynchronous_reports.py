"""Kevel and Amazon Ads by their descriptions alone: submit, poll, download, and every way in which it can end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.description import connector
from campfill_pipeline.reporting.errors import (
    GaveUpError,
    RefusedError,
    ReportFailedError,
    UnusableAnswerError,
)
from campfill_pipeline_tests.reporting.amazon_server import (
    CLIENT_SECRET,
    ENVIRON,
    LINE,
    REFRESH_TOKEN,
    Amazon,
)
from campfill_pipeline_tests.reporting.kevel_server import KEY, Kevel
from campfill_pipeline_tests.reporting.loopback import Loopback, QuickClock, serving

BERLIN = ZoneInfo("Europe/Berlin")
DAY = (datetime(2026, 2, 9, 23, tzinfo=UTC), datetime(2026, 2, 10, 23, tzinfo=UTC))


@contextmanager
def kevel(
    server: Kevel, key: str = KEY, clock: QuickClock | None = None
) -> Iterator[tuple[Loopback, ReportingClient]]:
    with serving(server) as served:
        description = connector.load("kevel")
        with ReportingClient(
            description, served.url, key, timezone=BERLIN, clock=clock or QuickClock()
        ) as client:
            yield served, client


@contextmanager
def amazon(server: Amazon, clock: QuickClock | None = None) -> Iterator[tuple[Loopback, ReportingClient]]:
    with serving(server) as served:
        server.url = served.url
        environ = {**ENVIRON, "CAMPFILL_AMAZON_TOKEN_URL": f"{served.url}/auth/o2/token"}
        with ReportingClient(
            connector.load("amazon_ads"),
            served.url,
            REFRESH_TOKEN,
            environ=environ,
            timezone=BERLIN,
            clock=clock or QuickClock(),
        ) as client:
            yield served, client


def test_kevel_days_become_rows_of_the_local_day() -> None:
    server = Kevel()
    with kevel(server) as (_, client):
        fetched = client.fetch(*DAY)
    (wanted,) = server.reports.values()
    assert (wanted["StartDateISO"], wanted["EndDateISO"]) == ("2026-02-10T00:00:00Z", "2026-02-10T23:59:59Z")
    rows = [
        (row["hour_utc"], row["site"], row["campaign_id"], row["impressions"])
        for row in fetched.table.to_pylist()
    ]
    assert rows == [
        (DAY[0], "Hbf", LINE, Decimal(1000)),
        (DAY[0], "Flughafen", LINE, Decimal(250)),
        (DAY[0], "Hbf", "32", Decimal(12)),
    ]
    assert fetched.table["bids"].null_count == 3
    assert {"Clicks", "Title"} <= fetched.unknown_columns


def test_polling_backs_off() -> None:
    clock = QuickClock()
    with kevel(Kevel(polls=12), clock=clock) as (_, client):
        client.fetch(*DAY)
    waits = [wait for wait in clock.slept if wait >= 2]
    assert waits[0] == 2
    assert waits[-1] == 30
    assert waits == sorted(waits)


def test_a_report_that_is_never_ready_ends_at_the_deadline() -> None:
    clock = QuickClock()
    with kevel(Kevel(polls=10**6), clock=clock) as (_, client), pytest.raises(GaveUpError, match="1800 s"):
        client.fetch(*DAY)
    assert sum(clock.slept) < 2400


@pytest.mark.parametrize("status", [3, 4])
def test_a_report_that_failed_is_said_with_the_apis_reason(status: int) -> None:
    with (
        kevel(Kevel(outcome=status)) as (_, client),
        pytest.raises(ReportFailedError, match="Report too large"),
    ):
        client.fetch(*DAY)


def test_a_state_nobody_described_is_no_success() -> None:
    with kevel(Kevel(outcome=9)) as (_, client), pytest.raises(UnusableAnswerError, match="state 9"):
        client.fetch(*DAY)


def test_a_wrong_key_stops_at_once() -> None:
    with kevel(Kevel(), key="wrong-key-123") as (served, client), pytest.raises(RefusedError) as caught:
        client.fetch(*DAY)
    assert len(served.asked) == 1
    assert "wrong-key-123" not in repr(caught.value)


def test_amazon_reports_are_downloaded_without_the_token() -> None:
    server = Amazon()
    with amazon(server) as (_, client):
        fetched = client.fetch(*DAY)
    (wanted,) = server.reports
    assert (wanted["startDate"], wanted["endDate"]) == ("2026-02-10", "2026-02-10")
    assert wanted["configuration"]["timeUnit"] == "DAILY"
    rows = [(row["hour_utc"], row["campaign_id"], row["impressions"]) for row in fetched.table.to_pylist()]
    assert rows == [(DAY[0], LINE, Decimal(4321)), (DAY[0], "222", Decimal(5))]
    assert server.tokens == 1


def test_a_download_address_that_ended_is_asked_for_anew() -> None:
    server = Amazon()
    server.addresses_that_end = 1
    with amazon(server) as (_, client):
        assert client.fetch(*DAY).table.num_rows == 2
    assert len(server.signatures) == 2


def test_a_download_may_be_somewhere_else() -> None:
    server = Amazon()
    server.moved = True
    with amazon(server) as (_, client):
        assert client.fetch(*DAY).table.num_rows == 2


def test_a_download_address_that_never_works_is_given_up() -> None:
    server = Amazon()
    server.addresses_that_end = 99
    with amazon(server) as (_, client), pytest.raises(UnusableAnswerError, match="address") as caught:
        client.fetch(*DAY)
    assert "signature-number" not in str(caught.value)


def test_an_access_token_that_ends_meanwhile_is_got_anew() -> None:
    server, clock = Amazon(polls=4), QuickClock()
    with amazon(server, clock) as (_, client):
        original = server._status

        def ending() -> object:
            if server.asked == 2 and server.tokens == 1:
                server.end_tokens()
            return original()

        server._status = ending  # type: ignore[method-assign, assignment]
        assert client.fetch(*DAY).table.num_rows == 2
    assert server.tokens == 2


def test_an_access_token_is_renewed_before_it_ends() -> None:
    server, clock = Amazon(), QuickClock()
    with amazon(server, clock) as (_, client):
        client.fetch(*DAY)
        clock.sleep(3590)
        client.fetch(*DAY)
    assert server.tokens == 2


def test_a_report_asked_for_before_is_taken_up_again() -> None:
    server = Amazon()
    server.duplicates_of = "r-1"
    with amazon(server) as (_, client):
        assert client.fetch(*DAY).table.num_rows == 2


def test_a_report_amazon_could_not_make_is_said_with_its_reason() -> None:
    failing = Amazon(failure="Report is too old")
    with amazon(failing) as (_, client), pytest.raises(ReportFailedError, match="Report is too old"):
        client.fetch(*DAY)


def test_no_secret_of_amazon_shows_anywhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    server = Amazon(failure=f"echo {CLIENT_SECRET} {REFRESH_TOKEN} Atza|access-token-1")
    with amazon(server) as (_, client), pytest.raises(ReportFailedError) as caught:
        client.fetch(*DAY)
    told = f"{caught.value} {caught.value!r} {vars(caught.value)} {client!r} {caplog.text}"
    for secret in (CLIENT_SECRET, REFRESH_TOKEN, "Atza|access-token-1"):
        assert secret not in told
