"""Every way to prove who asks, by description alone."""

from __future__ import annotations

from urllib.parse import parse_qs

import orjson
import pytest

from campfill_pipeline.reporting.client import ReportingClient
from campfill_pipeline.reporting.description.connector import Connector
from campfill_pipeline.reporting.errors import MissingTokenError, RefusedError, RequestRejectedError
from campfill_pipeline_tests.reporting.descriptions import small
from campfill_pipeline_tests.reporting.loopback import Asked, Loopback, QuickClock, Reply, serving
from campfill_pipeline_tests.reporting.ppv_rows import END, START, TOKEN, row

SECRET = "a-client-secret"
LOGIN = """
[auth]
kind = "login"
path = "/login"
body = { user = "{user}", password = "{token}" }
token = "session.token"
expires_in = "session.seconds"

[variables.user]
env = "SMALL_USER"
meaning = "the user name"
"""
CLIENT_CREDENTIALS = """
[auth]
kind = "oauth2_client_credentials"
token_url = "/oauth/token"
client_id = "{client}"
client_secret = "{token}"
scope = "reports"
extra = { audience = "figures" }

[variables.client]
env = "SMALL_CLIENT"
meaning = "the client id"
default = "campfill"
"""


class Sessions:
    """Gives tokens for the right login, and rows for a live token."""

    def __init__(self) -> None:
        self.given = 0
        self.live = ""
        self.logins: list[Asked] = []

    def __call__(self, asked: Asked) -> Reply:
        if asked.path != "/rows":
            self.logins.append(asked)
            if SECRET.encode() not in asked.body:
                return Reply({"error": "wrong"}, 400)
            self.given += 1
            self.live = f"session-token-{self.given}"
            if asked.path == "/login":
                return Reply({"session": {"token": self.live, "seconds": 600}})
            return Reply({"access_token": self.live, "expires_in": 600, "token_type": "Bearer"})
        if asked.headers.get("authorization") != f"Bearer {self.live}":
            return Reply({"error": "who?"}, 401)
        return Reply({"rows": [row()]})


def asking(
    served: Loopback, description: Connector, token: str = SECRET, clock: QuickClock | None = None
) -> ReportingClient:
    environ = {"SMALL_USER": "mara"}
    return ReportingClient(description, served.url, token, environ=environ, clock=clock or QuickClock())


def test_an_api_key_goes_into_the_header_of_its_name() -> None:
    description = small(auth='[auth]\nkind = "api_key"\nname = "X-Key"\n')
    with serving(lambda asked: Reply({"rows": []})) as served, asking(served, description, TOKEN) as api:
        api.fetch(START, END)
    assert served.asked[0].headers["x-key"] == TOKEN
    assert "authorization" not in served.asked[0].headers


def test_no_auth_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    description = small(auth='[auth]\nkind = "none"\n')
    with serving(lambda asked: Reply({"rows": []})) as served, asking(served, description, "") as api:
        api.fetch(START, END)
    assert "authorization" not in served.asked[0].headers


def test_a_login_gives_the_token_of_all_further_requests() -> None:
    sessions = Sessions()
    with serving(sessions) as served, asking(served, small(auth=LOGIN)) as api:
        assert api.fetch(START, END).rows == 1
        assert api.fetch(START, END).rows == 1
    assert [orjson.loads(login.body) for login in sessions.logins] == [{"user": "mara", "password": SECRET}]


def test_client_credentials_are_sent_as_a_form() -> None:
    sessions = Sessions()
    with serving(sessions) as served, asking(served, small(auth=CLIENT_CREDENTIALS)) as api:
        assert api.fetch(START, END).rows == 1
    form = {name: values[0] for name, values in parse_qs(sessions.logins[0].body.decode()).items()}
    assert form == {
        "grant_type": "client_credentials",
        "client_id": "campfill",
        "client_secret": SECRET,
        "scope": "reports",
        "audience": "figures",
    }


@pytest.mark.parametrize("auth", [LOGIN, CLIENT_CREDENTIALS])
def test_a_session_is_renewed_before_it_ends_and_when_it_ended_early(auth: str) -> None:
    sessions, clock = Sessions(), QuickClock()
    with serving(sessions) as served, asking(served, small(auth=auth), clock=clock) as api:
        api.fetch(START, END)
        clock.sleep(545)
        api.fetch(START, END)
        assert sessions.given == 2
        clock.sleep(100)
        sessions.live = "revoked by the API"
        api.fetch(START, END)
    assert sessions.given == 3


def test_a_session_that_is_refused_while_new_stops_at_once() -> None:
    sessions = Sessions()

    def script(asked: Asked) -> Reply:
        return sessions(asked) if asked.path == "/login" else Reply({}, 401)

    with serving(script) as served, asking(served, small(auth=LOGIN)) as api, pytest.raises(RefusedError):
        api.fetch(START, END)
    assert len(served.asked) == 2


def test_a_wrong_login_is_said_without_its_password() -> None:
    with (
        serving(Sessions()) as served,
        asking(served, small(auth=LOGIN), "not-the-password") as api,
        pytest.raises(RequestRejectedError) as caught,
    ):
        api.fetch(START, END)
    assert "not-the-password" not in str(caught.value)


def test_a_missing_variable_is_named_with_its_meaning() -> None:
    with serving(Sessions()) as served, pytest.raises(MissingTokenError, match="SMALL_USER: the user name"):
        ReportingClient(small(auth=LOGIN), served.url, SECRET, environ={})
