"""Requests as real interfaces want them: several columns of time, steps before a report, its pages, accounts."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.description.connector import Connector, ConnectorError
from campfill_pipeline.reporting.errors import ReportingError, UnusableAnswerError
from campfill_pipeline.reporting.fetched import Fetched
from campfill_pipeline.reporting.refresh_tokens import KeptTokens
from campfill_pipeline_tests.reporting.descriptions import BEARER, DETAIL, small
from campfill_pipeline_tests.reporting.loopback import Asked, Loopback, QuickClock, Reply, serving
from campfill_pipeline_tests.reporting.ppv_rows import END, START, TOKEN

COLUMNS = 'hour = "Date"'


def fetch(served: Loopback, described: Connector, **more: Any) -> Fetched:
    with ReportingClient(described, served.url, TOKEN, clock=QuickClock(), **more) as client:
        return client.fetch(START, END)


def hours(found: Fetched) -> list[str]:
    return [hour.strftime("%d.%H") for hour in found.table["hour_utc"].to_pylist()]


def rows(*rows: dict[str, Any]) -> Reply:
    return Reply({"rows": [{"Core DSP Campaign ID": "77", "Total Impressions": 5, **row} for row in rows]})


@pytest.mark.parametrize(
    ("hour", "row"),
    [
        ('hour = { from = ["day", "hr"], pattern = "%Y-%m-%d %H" }', {"day": "2026-02-11", "hr": 7}),
        (
            'hour = { from = ["y", "m", "d", "h"], pattern = "%Y %m %d %H" }',
            {"y": 2026, "m": 2, "d": 11, "h": 7},
        ),
        ('hour = { from = "t.0.value", pattern = "%Y%m%d%H" }', {"t": [{"value": "2026021107"}]}),
        (
            'hour = { from = ["day", "span"], extract = "^\\\\S+ \\\\d\\\\d", pattern = "%m/%d/%Y %H" }',
            {"day": "02/11/2026", "span": "07:00:00 - 07:59:59"},
        ),
        ('hour = "t"', {"t": 1770793200}),
        ('hour = "t"', {"t": 1770793200000}),
    ],
    ids=["two", "four", "digits", "span", "seconds", "milliseconds"],
)
def test_an_hour_of_several_columns(hour: str, row: dict[str, Any]) -> None:
    with serving(lambda asked: rows(row)) as served:
        assert hours(fetch(served, small(detail=DETAIL.replace(COLUMNS, hour)))) == ["11.07"]


@pytest.mark.parametrize(
    "row",
    [{"day": "2026-02-11", "hr": None}, {"day": "11.02.2026", "hr": 7}, {"day": "2026-02-11", "hr": 24}],
    ids=["no hour", "another notation", "no such hour"],
)
def test_a_time_that_does_not_fit_its_pattern_is_refused(row: dict[str, Any]) -> None:
    hour = 'hour = { from = ["day", "hr"], pattern = "%Y-%m-%d %H" }'
    with serving(lambda asked: rows(row)) as served:
        found = fetch(served, small(detail=DETAIL.replace(COLUMNS, hour)))
    assert (found.table.num_rows, len(found.refused)) == (0, 1)


def test_a_source_of_hours_that_gives_days_is_refused() -> None:
    with serving(lambda asked: rows({"Date": "2026-02-11"})) as served:
        found = fetch(served, small())
    assert [row.code for row in found.refused] == ["not_on_the_hour"]


def test_the_zone_may_be_a_setting_of_the_account() -> None:
    more = '[variables.zone]\nenv = "ZONE"\nmeaning = "the zone"\n'
    described = small(values='time_zone = "{zone}"\n', more=more)
    with serving(lambda asked: rows({"Date": "2026-02-11T07:00"})) as served:
        assert hours(fetch(served, described, environ={"ZONE": "America/New_York"})) == ["11.12"]
        with pytest.raises(ReportingError, match="no time zone"):
            fetch(served, described, environ={"ZONE": "Mars"})


def test_every_account_is_asked_in_its_own_zone() -> None:
    accounts = '[accounts]\nids = "{ids}"\ntime_zones = { "a/2" = "America/New_York" }\n'
    accounts += '[variables.ids]\nenv = "IDS"\nmeaning = "the accounts"\n'
    detail = DETAIL.replace('"/rows"', '"/accounts/{account}/rows"')

    def script(asked: Asked) -> Reply:
        return rows({"Date": "2026-02-11T07:00", "Core DSP Campaign ID": asked.path})

    with serving(script) as served:
        found = fetch(served, small(more=accounts, detail=detail), environ={"IDS": "1, a/2"})
        assert sorted(served.paths()) == ["/accounts/1/rows", "/accounts/a%2F2/rows"]
        with pytest.raises(ReportingError, match="No account"):
            fetch(served, small(more=accounts, detail=detail), environ={"IDS": " , "})
    assert sorted(hours(found)) == ["11.07", "11.12"]


def test_as_many_rows_as_the_api_gives_at_most_are_too_many() -> None:
    one, two = {"Date": "2026-02-11T07:00Z"}, {"Date": "2026-02-11T08:00Z"}
    with serving(lambda asked: rows(one, two)) as served:
        assert fetch(served, small(limits="max_rows = 3\n")).rows == 2
        with pytest.raises(UnusableAnswerError, match="2 at most"):
            fetch(served, small(limits="max_rows = 2\n"))


JOB = """
[detail]
method = "POST"
path = "/queries/{query:path}:run"
body = { from = "{start_utc}" }
answer = { rows = "rows" }

[detail.columns]
hour = "Date"
campaign_id = "Core DSP Campaign ID"
impressions = "Total Impressions"

[detail.job]
id = "name"
before = [ { method = "POST", path = "/queries", body = { until = "{end_utc}" }, take = { query = "id" } } ]

[detail.job.poll]
method = "POST"
path = "/operations/{job_id}"
body = { id = "{job_id}" }
status = "done"
waiting = [false]
ready = [true]
take = { result = "answer.result" }

[detail.job.download]
method = "POST"
path = "/results/{result}"
body = { size = "{limit}" }
paging = { kind = "cursor", cursor = "next", param = "token" }
"""


def prepared(asked: Asked) -> Reply:
    body = json.loads(asked.body)
    if asked.path == "/queries":
        return Reply({"id": "q/1"})
    if asked.path == "/queries/q/1:run":
        return Reply({"name": "op 7/8"})
    if asked.path == "/operations/op%207%2F8" and body == {"id": "op 7/8"}:
        return Reply({"done": prepared_times() > 1, "answer": {"result": "r?1"}})
    assert asked.path == "/results/r%3F1"
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    page = int(body.get("token", 0))
    answer = rows({"Date": f"2026-02-11T0{page}:00Z"}).body
    assert isinstance(answer, dict)
    return Reply({**answer, "next": str(page + 1) if page < 2 else None})


def prepared_times(counted: list[int] = []) -> int:  # noqa: B006 - a counter of this module's one server
    counted.append(1)
    return len(counted)


def test_a_report_of_several_steps_and_pages() -> None:
    with serving(prepared) as served:
        found = fetch(served, small(detail=JOB))
    assert hours(found) == ["11.00", "11.01", "11.02"]


def test_a_step_that_gives_nothing_ends_the_walk() -> None:
    with (
        serving(lambda asked: Reply({"id": None})) as served,
        pytest.raises(UnusableAnswerError, match="nothing at “id”"),
    ):
        fetch(served, small(detail=JOB))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("{result}", "{outcome}", "placeholder “outcome”"),
        ('path = "/results/{result}"', 'address = "x"', "is for a download by `path`"),
        ("take = { query =", "take = { start =", "no free name"),
        (
            'answer = { rows = "rows" }',
            'answer = { rows = "rows", drop_rows = [{ column = "a", values = [""], total = true }] }',
            "here are pages",
        ),
        ('pattern = "%Y-%m-%d %H"', 'pattern = "%Q"', "no pattern"),
        ('campaign_id = "Core', 'campaign_id = { pattern = "%Y", from = "Core', "only the field hour"),
    ],
)
def test_descriptions_that_cannot_be_obeyed_are_refused(old: str, new: str, words: str) -> None:
    detail = JOB.replace('hour = "Date"', 'hour = { from = ["a", "b"], pattern = "%Y-%m-%d %H" }')
    changed = detail.replace(old, new)
    changed = changed.replace('Campaign ID"\n', 'Campaign ID" }\n') if "only the field" in words else changed
    with pytest.raises(ConnectorError) as caught:
        small(detail=changed)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("auth", "header", "value"),
    [
        (
            'kind = "basic"\nuser = "me"',
            "authorization",
            "Basic " + base64.b64encode(f"me:{TOKEN}".encode()).decode(),
        ),
        ('kind = "api_key"\nname = "Authorization"\nscheme = "Token"', "authorization", f"Token {TOKEN}"),
        (
            'kind = "login"\npath = "/in"\nbody = { k = "{token}" }\nheader = "X-Auth"\nscheme = ""',
            "x-auth",
            "given-1",
        ),
        (
            'kind = "login"\npath = "/in"\nbody = { k = "{token}" }\nscheme = "JWT"',
            "authorization",
            "JWT given-1",
        ),
    ],
)
def test_any_header_and_scheme(auth: str, header: str, value: str) -> None:
    def script(asked: Asked) -> Reply:
        return Reply({"token": "given-1"}) if asked.path == "/in" else rows({"Date": "2026-02-11T07:00Z"})

    with serving(script) as served:
        fetch(served, small(auth=f"[auth]\n{auth}\n"))
        assert served.asked[-1].headers[header] == value


REFRESH = """
[auth]
kind = "oauth2_refresh_token"
token_url = "/oauth"
client_id = "me"
client_secret = "a secret"
client_auth = "basic"
"""


def test_a_rotated_refresh_token_is_kept_and_a_new_one_of_the_user_wins(tmp_path: Path) -> None:
    used: list[str] = []

    def script(asked: Asked) -> Reply:
        if asked.path != "/oauth":
            return rows({"Date": "2026-02-11T07:00Z"})
        assert asked.headers["authorization"] == "Basic " + base64.b64encode(b"me:a+secret").decode()
        body = parse_qs(asked.body.decode())
        assert set(body) == {"grant_type", "refresh_token"}
        used.append(body["refresh_token"][0])
        if used.count(used[-1]) > 1:
            return Reply({"error": "invalid_grant"}, 400)
        return Reply({"access_token": f"access-{len(used)}", "refresh_token": f"rotated-{len(used)}"})

    described = small(auth=REFRESH)
    with serving(script) as served:
        for _ in range(3):
            fetch(served, described, refresh_tokens=KeptTokens(tmp_path / "kept.json"))
        kept = KeptTokens(tmp_path / "kept.json")
        with ReportingClient(
            described, served.url, "another-token", clock=QuickClock(), refresh_tokens=kept
        ) as client:
            client.fetch(START, END)
    assert used == [TOKEN, "rotated-1", "rotated-2", "another-token"]
    assert (tmp_path / "kept.json").stat().st_mode & 0o077 == 0
    assert TOKEN not in (tmp_path / "kept.json").read_text()


def test_a_kill_while_a_token_is_kept_leaves_the_one_before(tmp_path: Path) -> None:
    kept = KeptTokens(tmp_path / "kept.json")
    kept.keep("given", "rotated-1")
    (tmp_path / "kept.new").write_text('{"given": "…", "new')  # what a killed process leaves
    assert kept.newest("given") == "rotated-1"
    kept.keep("given", "rotated-2")
    assert KeptTokens(tmp_path / "kept.json").newest("given") == "rotated-2"


def test_an_event_stream_is_refused_by_its_name() -> None:
    with (
        serving(
            lambda asked: Reply(b"data: {}\n\n", headers={"Content-Type": "text/event-stream"})
        ) as served,
        pytest.raises(ReportingError, match="event stream"),
    ):
        fetch(served, small(auth=BEARER))
