"""The token shows nowhere: not in errors, tracebacks, logs, representations or the request that is kept."""

from __future__ import annotations

import pickle
import traceback

import pytest

from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.errors import MissingTokenError, RefusedError, ReportingError
from campfill_pipeline.reporting.secrets import Redactor, Secret
from campfill_pipeline_tests.reporting.descriptions import small
from campfill_pipeline_tests.reporting.loopback import Asked, QuickClock, Reply, serving
from campfill_pipeline_tests.reporting.ppv_rows import END, START, TOKEN, always, client, one_window, row


def everything_told(error: BaseException) -> str:
    return "".join([str(error), repr(error), str(vars(error)), *traceback.format_exception(error)])


@pytest.mark.parametrize("status", [401, 403])
def test_a_refused_token_stops_at_once_with_a_plain_sentence(status: int) -> None:
    refusing = always(Reply({"error": f"bad token {TOKEN}"}, status))
    with (
        serving(refusing) as served,
        client(served) as api,
        pytest.raises(RefusedError, match="campfill token") as caught,
    ):
        api.fetch(START, END)
    assert len(served.asked) == 1
    assert "token" in caught.value.problem
    assert TOKEN not in everything_told(caught.value)


@pytest.mark.parametrize(
    "reply",
    [
        Reply({"error": f"no such thing, {TOKEN}"}, 400),
        Reply(f"<html>{TOKEN}</html>".encode(), 200),
        Reply({TOKEN: 1}, 200),
        Reply(status=302, headers={"Location": f"http://elsewhere.example/?t={TOKEN}"}),
        Reply(breaks="reset"),
        Reply({"rows": [row()], "next_cursor": None}, breaks="cut"),
        Reply(status=500),
    ],
    ids=str,
)
def test_no_error_shows_the_token(reply: Reply, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with (
        serving(always(reply)) as served,
        client(served, description=one_window(attempts=2)) as api,
        pytest.raises(ReportingError) as caught,
    ):
        api.fetch(START, END)
        assert TOKEN not in repr(api)
    assert TOKEN not in everything_told(caught.value)
    assert TOKEN not in caplog.text


def test_a_key_in_the_address_is_in_no_log_and_no_kept_request(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    key = "key+with/special=chars&more"
    description = small(auth='[auth]\nkind = "api_key"\nname = "key"\nlocation = "query"\n')

    def script(asked: Asked) -> Reply:
        return Reply({"rows": [row()]} if asked.query.get("key") == key else {}, 200)

    with serving(script) as served, client(served, description=description, token=key) as api:
        fetched = api.fetch(START, END)
    assert fetched.table.num_rows == 1
    assert "from=" in fetched.request
    assert caplog.text
    for shape in (key, "key%2Bwith", "special%3Dchars"):
        assert shape not in fetched.request + caplog.text


def test_the_kept_request_says_what_was_asked() -> None:
    with serving(always(Reply({"rows": [row()], "next_cursor": None}))) as served, client(served) as api:
        fetched = api.fetch(START, END)
    assert fetched.request.startswith(
        "GET /v1/detail?from=2026-02-10T23%3A00%3A00Z&to=2026-02-11T23%3A00%3A00Z"
    )


@pytest.mark.parametrize("token", [None, "", "  ", "two words", "line\nbreak", "ümlaut"])
def test_a_token_that_cannot_be_sent_is_said_before_anything_is_asked(token: str | None) -> None:
    with (
        serving(always(Reply())) as served,
        pytest.raises(MissingTokenError, match="campfill token") as caught,
    ):
        ReportingClient(one_window(), served.url, token, clock=QuickClock())
    assert served.asked == []
    assert not token or not token.strip() or token not in str(caught.value)


def test_white_space_around_a_token_is_taken_off() -> None:
    script = always(Reply({"rows": [row()], "next_cursor": None}))
    with serving(script) as served, client(served, token=f" {TOKEN}\n") as api:
        api.fetch(START, END)
    assert served.asked[0].headers["authorization"] == f"Bearer {TOKEN}"


def test_a_secret_neither_shows_nor_is_written() -> None:
    secret = Secret(TOKEN)
    assert TOKEN not in f"{secret} {secret!r}"
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def test_the_redactor_knows_quoted_forms() -> None:
    redactor = Redactor()
    redactor.learn("a/b c+d")
    assert redactor.clean("x=a%2Fb%20c%2Bd y=a%2Fb+c%2Bd z=a/b c+d") == "x=*** y=*** z=***"
