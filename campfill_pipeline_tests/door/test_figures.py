"""Figures, health, metrics and the description, asked by programs that are not ours."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from prometheus_client.parser import text_string_to_metric_families
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from campfill_pipeline.domain.plain_json import plain
from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.figures.fulfillment import compute
from campfill_pipeline.warehouse.postgres import server
from campfill_pipeline.warehouse.readers import upload_answer
from campfill_pipeline.warehouse.register import uploads
from campfill_pipeline_tests.door.conftest import Door, OpenDoor, Sensor, sensing
from campfill_pipeline_tests.lists import line_id, row, write_list

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance,
    response_headers_conformance,
]  # fmt: skip


@pytest.fixture(scope="module")
def loaded(one_door: Door, tmp_path_factory: pytest.TempPathFactory) -> Door:
    """A door behind which a list of seven lines is loaded; its tests leave it so."""
    door, folder = one_door, tmp_path_factory.mktemp("list")
    buyer = "DENTSU_AEGIS < Easymedia_rtb (Seat 608194)"
    rows = [
        row(number, goal=1000 * number, buyer=buyer if number % 2 else "Not set") for number in range(1, 8)
    ]
    content = write_list(folder / "a.xlsx", [*rows, row(9, runtime="soon")]).read_bytes()
    httpx.put(f"{door.address}/uploads/{UUID(int=1)}?name=a.xlsx", content=content, headers=door.headers)
    with sensing(door) as sensor:
        sensor()
    return door


def pages(address: str) -> Iterator[list[dict[str, object]]]:
    link: str | None = address
    while link:
        answer = httpx.get(link)
        assert answer.status_code == 200, answer.text
        yield answer.json()
        following = answer.links.get("next")
        link = str(httpx.URL(address).join(following["url"])) if following else None


def test_fulfillment_is_that_of_the_command_line_page_by_page(loaded: Door) -> None:
    today = datetime.now(UTC).astimezone(loaded.settings.timezone).date()
    with database.connect(loaded.url) as connection:
        expected = json.loads(
            json.dumps(compute(connection, loaded.settings.rules, as_of=today), default=plain)
        )
    (whole,) = pages(f"{loaded.address}/fulfillment")
    for entry in [*expected, *whole]:
        del entry["refreshed_at"]
    assert whole == expected
    assert isinstance(whole[0]["shortfall"], str)
    in_pages = list(pages(f"{loaded.address}/fulfillment?limit=3&contract=then&known=then"))
    assert [len(page) for page in in_pages] == [3, 3, 1]
    assert [entry["line_id"] for page in in_pages for entry in page] == [entry["line_id"] for entry in whole]
    (deals,) = pages(f"{loaded.address}/fulfillment?kind=deal")
    buyer = "DENTSU_AEGIS < Easymedia_rtb (Seat 608194)"
    bought = httpx.get(f"{loaded.address}/fulfillment", params={"buyer": buyer}).json()
    assert [entry["line_id"] for entry in bought] == [entry["line_id"] for entry in deals]
    assert {entry["kind"] for entry in deals} == {"deal"}
    assert httpx.get(f"{loaded.address}/fulfillment?band=goal_met").json() == []
    assert httpx.get(f"{loaded.address}/fulfillment?as_of=9999-01-01").json()["code"] == "bad_request"
    for query in ("as_of=yesterday", "as_of=1764201600", "as_of=2026-01-01T00:00:00", "as_of=", "asof=2026-01-01",
                  "kind=deal&kind=campaign", "limit=-1", f"after={UUID(int=99)}"):  # fmt: skip
        assert httpx.get(f"{loaded.address}/fulfillment?{query}").json()["code"] == "bad_request", query
    lost = httpx.get(f"{loaded.address}/attention?after={UUID(int=99)}")  # not: begun again, for ever
    assert "Begin again" in lost.json()["detail"]


def test_lists_come_as_csv_too_and_lines_by_id(loaded: Door) -> None:
    for accept in ("text/csv;q=0", "text/csv;q=0.5, application/json", "text/csv;q=0.1, */*", "image/png"):
        answer = httpx.get(f"{loaded.address}/lines", headers={"Accept": accept})
        assert answer.headers["content-type"] == "application/json", accept
    for accept in ("application/json;q=0.2, TEXT/CSV;q=0.3", "text/*", "application/json;q=0, text/csv"):
        answer = httpx.get(f"{loaded.address}/lines", headers={"Accept": accept})
        assert answer.headers["content-type"].startswith("text/csv"), accept
    text = httpx.get(f"{loaded.address}/lines", headers={"Accept": "text/csv"}).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [entry["id"] for entry in rows] == [line_id(number) for number in range(1, 8)]
    assert rows[0]["cpm_eur"] == "10.0000"
    assert [len(page) for page in pages(f"{loaded.address}/lines?limit=4&kind=campaign")] == [3]
    assert [len(page) for page in pages(f"{loaded.address}/lines?limit=4")] == [4, 3]
    assert [len(page) for page in pages(f"{loaded.address}/lines?limit=7")] == [7]  # no empty page behind it
    one = httpx.get(f"{loaded.address}/lines/{line_id(1)}").json()
    assert (one["line"]["name"], one["line"]["cpm_eur"]) == ("Line 1", "10.0000")
    assert httpx.get(f"{loaded.address}/lines/{line_id(99)}").json()["code"] == "unknown_line"
    assert httpx.get(f"{loaded.address}/attention").json() == []
    with psycopg.connect(loaded.url, options="-c search_path=campfill") as connection:
        connection.execute("DELETE FROM reconciliation")  # what other tests left
        insert = "INSERT INTO reconciliation (kind_of_issue, report_id, detail) VALUES ('orphan', 'x', '{}')"
        for _ in range(3):
            connection.execute(insert)
    assert [len(page) for page in pages(f"{loaded.address}/reconciliation?limit=2")] == [2, 1]


def test_taking_back_shows_first_and_does_then(loaded: Door) -> None:
    address = f"{loaded.address}/uploads/{UUID(int=1)}/revert"
    first = httpx.get(address).json()
    assert [line["action"] for line in first["taken_back"]] == ["withdrawn"] * 7
    assert len(httpx.get(f"{loaded.address}/lines").json()) == 7  # shown, not done
    assert httpx.post(address).json()["code"] == "token_missing"
    assert httpx.post(address, headers=loaded.headers).json() == first
    assert httpx.get(f"{loaded.address}/lines").json() == []
    assert httpx.post(address, headers=loaded.headers).json()["code"] == "nothing_to_take_back"
    back = httpx.post(f"{address}?again=true", headers=loaded.headers).json()
    assert {line["action"] for line in back["taken_back"]} == {"restored"}
    assert len(httpx.get(f"{loaded.address}/lines").json()) == 7
    unknown = httpx.get(f"{loaded.address}/uploads/{UUID(int=5)}/revert")
    assert unknown.json()["code"] == "unknown_upload"


def test_an_export_is_taken_back_through_the_door_too(loaded: Door) -> None:
    export = (
        "Date,Core DSP Campaign Name,Core DSP Campaign ID,Deal Name,Deal ID,Total Impressions\n"
        f"2025-08-02T10:00:00.000Z,Line 1,{line_id(1)},,,100\n"
    )
    upload = f"{loaded.address}/uploads/{UUID(int=2)}"
    httpx.put(f"{upload}?name=wrong.csv", content=export.encode(), headers=loaded.headers)
    with sensing(loaded) as sensor:
        sensor()
    first = httpx.get(f"{upload}/revert").json()
    [line] = first["delivery"]["lines"]
    assert (line["before"], line["after"], first["in_force"]) == ("100.0000", "0", False)
    assert first["delivery"]["days"][0]["status_after"] is None
    assert httpx.post(f"{upload}/revert", headers=loaded.headers).json() == first
    assert httpx.post(f"{upload}/revert", headers=loaded.headers).json()["code"] == "nothing_to_take_back"
    with database.connect(loaded.url) as connection:
        assert connection.execute("SELECT count(*) FROM report_row").fetchone() == (0,)
    files = (path for path in loaded.settings.archive.rglob("*") if path.is_file())
    original = next(path for path in files if path.read_bytes() == export.encode())
    original.rename(original.with_suffix(".away"))
    gone = httpx.post(f"{upload}/revert?again=true", headers=loaded.headers)
    assert (gone.status_code, gone.json()["code"]) == (409, "nothing_to_take_back")
    original.with_suffix(".away").rename(original)


def test_a_report_with_very_many_issues_comes_piece_by_piece_and_is_the_same(
    loaded: Door,
) -> None:
    address = f"{loaded.address}/uploads/{UUID(int=1)}"
    with psycopg.connect(loaded.url, options="-c search_path=campfill") as connection:
        connection.execute(
            "INSERT INTO upload_issue (upload_id, issue_no, sheet, cell, row_no, column_name, value, code, severity,"
            " message, hint) SELECT upload_id, 1000 + n, sheet, cell, row_no, column_name, '\"issues\":[]', code,"
            " severity, message, hint FROM upload_issue, generate_series(1, 9000) n"
            " WHERE upload_id = %s AND issue_no = (SELECT min(issue_no) FROM upload_issue)",
            [UUID(int=1)],
        )
    answer = httpx.get(address)
    assert "content-length" not in answer.headers  # written as it is read
    with database.connect(loaded.url) as connection:
        upload = uploads.get(connection, UUID(int=1))
        expected = upload_answer.of_upload(upload, uploads.issues(connection, UUID(int=1)))
        connection.execute("DELETE FROM upload_issue WHERE issue_no > 1000")
    assert len(answer.json()["issues"]) > 9000
    assert answer.json() == json.loads(json.dumps(expected))
    assert len(httpx.get(f"{address}?issues=1").json()["issues"]) == 1
    assert httpx.get(f"{address}?issues=0").json()["issues"] == []


def test_states_come_as_events_until_the_receipt(door: Door, sensor: Sensor, tmp_path: Path) -> None:
    content = write_list(tmp_path / "a.xlsx", [row(1)]).read_bytes()
    address = f"{door.address}/uploads/{UUID(int=1)}"
    assert httpx.get(f"{address}/events").json()["code"] == "unknown_upload"
    httpx.put(f"{address}?name=a.xlsx", content=content, headers=door.headers)
    told: list[dict[str, object]] = []
    with httpx.stream("GET", f"{address}/events", timeout=60) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for text in stream.iter_lines():
            if text.startswith("data: "):
                told.append(json.loads(text.removeprefix("data: ")))
                if len(told) == 1:
                    sensor()
    assert told[0]["status"] == "received"
    assert (told[-1]["status"], told[-1]["decided"]) == ("loaded", True)
    assert told[-1]["receipt"]


def test_prometheus_reads_the_metrics(loaded: Door) -> None:
    answer = httpx.get(f"{loaded.address}/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    found = {family.name: family for family in text_string_to_metric_families(answer.text)}
    samples = {
        (sample.name, *sample.labels.values()): sample.value
        for family in found.values()
        for sample in family.samples
    }
    assert samples["campfill_uploads", "partly_loaded"] == 1
    assert samples["campfill_uploads", "received"] == samples["campfill_queue_length",] == 0
    with psycopg.connect(loaded.url, options="-c search_path=campfill") as connection:
        sums = "SELECT count(*), sum(rows_accepted), sum(rows_rejected) FROM upload"
        number, accepted, rejected = connection.execute(sums).fetchone() or (0, 0, 0)
    assert accepted >= 7  # other tests of this module may have sent more
    assert (samples["campfill_rows", "accepted"], samples["campfill_rows", "rejected"]) == (
        accepted,
        rejected,
    )
    for step in ("waiting", "processing", "receipt"):
        assert samples["campfill_step_seconds_count", step] == number
    assert samples["campfill_step_seconds_sum", "processing"] > 0
    assert samples["campfill_disk_free_bytes",] > 0
    assert samples["process_resident_memory_bytes",] > 0  # how much it may be: test_receiving


def test_health_says_what_is_missing(door: Door, open_door: OpenDoor) -> None:
    answer = httpx.get(f"{door.address}/health")
    assert answer.status_code == 503
    assert answer.json()["database"] is True
    assert any("daemon" in reason for reason in answer.json()["reasons"])
    away = open_door(CAMPFILL_DATABASE_URL="postgresql://nobody:x@127.0.0.1:9/nothing")
    answer = httpx.get(f"{away.address}/health")
    assert (answer.status_code, answer.json()["database"]) == (503, False)
    assert httpx.get(f"{away.address}/uploads").json()["code"] == "database_away"
    assert "Traceback" not in away.log


def test_health_is_well_with_a_daemon_and_a_look(door: Door) -> None:
    door.settings.last_look.touch()
    with psycopg.connect(server.dagster_url(door.settings), autocommit=True) as connection:
        connection.execute("CREATE TABLE daemon_heartbeats (timestamp timestamp)")
        connection.execute("INSERT INTO daemon_heartbeats VALUES (now() AT TIME ZONE 'UTC')")
        answer = httpx.get(f"{door.address}/health")
        assert (answer.status_code, answer.json()["status"]) == (200, "ok"), answer.text
        connection.execute("UPDATE daemon_heartbeats SET timestamp = timestamp - interval '1 hour'")
    assert "60 minutes ago" in httpx.get(f"{door.address}/health").json()["reasons"][0]


def ask_at_random(operation: Any, door: Door) -> None:
    # The 503 of /health is described, and due here: no daemon lives.
    checks = CHECKS[1:] if operation.path == "/health" else CHECKS

    @settings(max_examples=5, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case[Any]) -> None:
        case.call_and_validate(headers=door.headers, timeout=20, checks=checks)

    ask()


def test_the_description_is_kept_whatever_is_asked(loaded: Door) -> None:
    """Schemathesis makes requests up from the description; no answer may be a fault, or outside what is described."""
    description = schemathesis.openapi.from_url(f"{loaded.address}/openapi.json")
    tried = 0
    for result in description.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()
        if operation.path.endswith("/events"):
            continue  # asked by a test of its own: its answer has no end while nothing happens

        ask_at_random(operation, loaded)
        tried += 1
    assert tried >= 13
    for name in loaded.inbox():
        (loaded.settings.inbox / name).unlink()


def test_the_page_of_addresses_needs_nothing_from_outside(one_door: Door) -> None:
    page = httpx.get(f"{one_door.address}/docs").text
    for path in httpx.get(f"{one_door.address}/openapi.json").json()["paths"]:
        assert path in page
    assert "http://" not in page
    assert "https://" not in page
