"""Faults on request: each one as it looks on the wire, none of them more than a patient reader can bear."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import requests

from campfill_pipeline.simulator.api import serve
from campfill_pipeline.simulator.faults import FAULTS, Faults, UnknownFaultError, parse_faults
from campfill_pipeline.simulator.world import World
from campfill_pipeline_tests.reporting.simulator.conftest import NOW, TOKEN

_WINDOW = {"from": "2026-11-20T11:00:00Z", "to": "2026-11-20T13:00:00Z"}
Ask = Callable[..., requests.Response]


@pytest.fixture
def with_fault(small_world: World, request: pytest.FixtureRequest) -> Iterator[Ask]:
    """Ask an API that commits the one fault named by the test whenever it can."""
    faults = Faults(frozenset({request.param}), rate=1.0, retry_after_seconds=3, slow_seconds=0.2)
    with (
        serve(small_world, token=TOKEN, faults=faults, now=lambda: NOW) as api,
        requests.Session() as session,
    ):
        session.headers["Authorization"] = f"Bearer {TOKEN}"
        yield lambda **query: session.get(api.url + "/v1/detail", params=_WINDOW | query, timeout=10)


def _only(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("with_fault", [name], indirect=True)


@_only("429")
def test_too_many_requests_say_for_how_many_seconds_to_wait(with_fault: Ask) -> None:
    answer = with_fault()
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "3")


@_only("429-date")
def test_too_many_requests_may_give_a_date(with_fault: Ask) -> None:
    assert parsedate_to_datetime(with_fault().headers["Retry-After"]).tzinfo is not None


@_only("5xx")
def test_the_server_may_fail(with_fault: Ask) -> None:
    assert with_fault().status_code in (500, 502, 503)


@_only("reset")
def test_the_connection_may_be_reset(with_fault: Ask) -> None:
    with pytest.raises(requests.ConnectionError):
        with_fault()


@_only("cut")
def test_a_body_may_end_early(with_fault: Ask) -> None:
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        with_fault()


@_only("slow")
def test_an_answer_may_take_its_time_and_is_whole(with_fault: Ask) -> None:
    answer = with_fault()
    assert answer.elapsed.total_seconds() >= 0.2
    assert answer.json()["rows"]


@_only("content-type")
def test_a_page_may_be_html(with_fault: Ask) -> None:
    answer = with_fault()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html"


@_only("empty-page")
def test_a_page_may_be_empty_without_being_the_last(with_fault: Ask) -> None:
    page = with_fault().json()
    assert page["rows"] == []
    assert page["next_cursor"] is not None


@_only("repeat-page")
def test_a_page_may_come_again_under_another_cursor(with_fault: Ask) -> None:
    first = with_fault(limit=5).json()
    second = with_fault(limit=5, cursor=first["next_cursor"]).json()
    assert second["rows"] == first["rows"]
    assert second["next_cursor"] != first["next_cursor"]


@_only("loop")
def test_a_cursor_may_lead_back_to_its_own_page(with_fault: Ask) -> None:
    first = with_fault(limit=5, cursor="p5-0").json()
    again = with_fault(limit=5, cursor="p5-0").json()
    assert (first["next_cursor"], again["next_cursor"]) == ("p5-0", "p10-0")


@_only("loop-far")
def test_a_cursor_leads_back_once_and_never_again_in_that_window(with_fault: Ask) -> None:
    first = with_fault(limit=5).json()
    again = with_fault(limit=5, cursor=first["next_cursor"]).json()
    assert again["rows"] == first["rows"]
    assert again["next_cursor"] != first["next_cursor"]


@_only("stuck")
def test_a_stuck_cursor_never_moves(with_fault: Ask) -> None:
    cursor = with_fault(limit=5).json()["next_cursor"]
    assert with_fault(limit=5, cursor=cursor).json()["next_cursor"] == cursor


def _has_stray_hour(rows: list[dict[str, Any]]) -> bool:
    return any(not row["Date"].startswith("2026-11-20T1") for row in rows)


def _has_new_column(rows: list[dict[str, Any]]) -> bool:
    return all("Creative Length" in row for row in rows)


def _has_bad_rows(rows: list[dict[str, Any]]) -> bool:
    ids = ("Core DSP Campaign ID", "Deal ID")
    return (
        any("Date" not in row for row in rows)
        and any(row["Total Impressions"] is None for row in rows)
        and any(not any(row.get(name) for name in ids) for row in rows)
    )


def _has_strange_type(rows: list[dict[str, Any]]) -> bool:
    return any(row["Deal Purchase Type"] == "Sponsorship" for row in rows)


@pytest.mark.parametrize(
    ("with_fault", "shows"),
    [
        ("outside", _has_stray_hour),
        ("columns", _has_new_column),
        ("bad-rows", _has_bad_rows),
        ("purchase-type", _has_strange_type),
    ],
    indirect=["with_fault"],
)
def test_rows_may_be_strange(with_fault: Ask, shows: Callable[[list[dict[str, Any]]], bool]) -> None:
    assert shows(with_fault().json()["rows"])


def test_a_request_meets_no_more_than_two_faults_in_a_row() -> None:
    faults = Faults(frozenset({"5xx", "cut"}), rate=1.0)
    met = [faults.in_transport("/v1/detail?x") is not None for _ in range(6)]
    assert met == [True, True, False, True, True, False]


def test_the_same_seed_commits_the_same_faults() -> None:
    def committed(seed: int) -> list[str | None]:
        faults = Faults(parse_faults("all"), seed=seed, rate=0.5)
        return [faults.in_transport(str(n)) for n in range(50)]

    assert committed(1) == committed(1) != committed(2)


def test_all_means_all_that_can_be_survived() -> None:
    assert parse_faults("all") == set(FAULTS) - {"stuck", "loop-far"}
    assert parse_faults(" 5xx, cut ,") == {"5xx", "cut"}


def test_an_unknown_fault_is_refused_with_the_choices() -> None:
    with pytest.raises(UnknownFaultError, match="there is no fault 'earthquake': choose from 429"):
        parse_faults("5xx,earthquake")
