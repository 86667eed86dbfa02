"""Who may: tokens, the page's own origin, host names; behind a proxy, and on the machine itself."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
import pytest

from campfill_pipeline_tests import shell
from campfill_pipeline_tests.door.conftest import Door, OpenDoor


def put(door: Door, **headers: str) -> httpx.Response:
    """A file sent with these headers, under a new id."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.put(f"{door.address}/uploads/{uuid4()}?name=a.csv", content=b"a;b\n", headers=told)


def code(answer: httpx.Response) -> str:
    return str(answer.json()["code"]) if answer.is_error else "ok"


def test_on_the_machine_itself_reading_is_open_and_writing_is_not(one_door: Door) -> None:
    assert httpx.get(f"{one_door.address}/uploads").status_code == 200
    assert code(put(one_door)) == "token_missing"
    assert code(put(one_door, Authorization="Bearer wrong")) == "token_wrong"
    assert code(put(one_door, Authorization=f"Basic {one_door.token}")) == "token_wrong"
    wrong = httpx.get(f"{one_door.address}/uploads", headers={"Authorization": "Bearer wrong"})
    assert code(wrong) == "token_wrong"  # what is shown counts, even where nothing need be shown
    assert wrong.headers["www-authenticate"].startswith("Bearer")
    reader = one_door.make_token("reader", "read")
    assert code(put(one_door, Authorization=f"Bearer {reader}")) == "read_only"
    assert one_door.inbox() == []


def test_pages_of_others_may_not_write_and_its_own_may(one_door: Door) -> None:
    own = one_door.address
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "https://evil.example", "Sec_Fetch_Site": "same-origin"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site", "Origin": own},
        {"Sec_Fetch_Site": "none"},
        {"Origin": f"{own}.evil.example"},
    ):
        assert code(put(one_door, **headers)) == "foreign_origin", headers
    form = httpx.post(
        f"{own}/uploads?name=a.csv", data={"a": "b"},
        headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    )  # fmt: skip
    assert code(form) == "foreign_origin"
    assert one_door.inbox() == []
    for headers in ({"Sec_Fetch_Site": "same-origin", "Origin": own}, {"Origin": own}):
        assert code(put(one_door, **headers)) == "ok", headers
    for name in one_door.inbox():
        (one_door.settings.inbox / name).unlink()


@pytest.mark.parametrize(
    "host",
    [
        "evil.example, 127.0.0.1",
        "evil@127.0.0.1",
        "evil.example",
        "127.0.0.1.evil.example:80",
        "",
        "[::1",
        "0.0.0.0",
    ],
)
def test_other_names_are_refused_whatever_they_lead_to(one_door: Door, host: str) -> None:
    answer = httpx.get(f"{one_door.address}/uploads", headers={"Host": host})
    assert (answer.status_code, code(answer)) == (421, "unknown_host")
    assert "access-control-allow-origin" not in answer.headers


def test_its_own_names_are_answered(open_door: OpenDoor) -> None:
    door = open_door(CAMPFILL_DOOR_HOSTS="Campfill.example, other.example")
    for host in ("localhost:1", "[::1]:3001", "127.0.0.1", "campfill.example", "OTHER.example:443"):
        answer = httpx.get(f"{door.address}/uploads", headers={"Host": host})
        assert answer.status_code == 200, host


def test_behind_a_proxy_everything_needs_a_token(open_door: OpenDoor) -> None:
    door = open_door("--behind-proxy", CAMPFILL_DOOR_HOSTS="campfill.example")
    host = {"Host": "campfill.example"}
    for path in ("/", "/uploads", "/reports/fulfillment.html", "/problems/busy", "/openapi.json", "/health"):
        answer = httpx.get(door.address + path, headers=host)
        assert (answer.status_code, code(answer)) == (401, "token_missing"), path
    own = {"Sec_Fetch_Site": "same-origin", "Origin": "https://campfill.example", **host}
    assert code(put(door, **own)) == "token_missing"
    assert code(put(door, **host, Authorization=f"Bearer {door.token}")) == "ok"
    reader = door.make_token("reader", "read")
    shown = {**host, "Authorization": f"Bearer {reader}"}
    assert httpx.get(f"{door.address}/uploads", headers=shown).status_code == 200
    assert code(put(door, **shown)) == "read_only"


def test_a_revoked_token_opens_nothing_and_its_last_use_is_known(door: Door, tmp_path: Path) -> None:
    def campfill(*words: str, code: int = 0) -> str:
        done = shell.campfill(["door", "token", *words], environ=door.environ, folder=tmp_path)
        assert done.returncode == code
        return done.stdout if code == 0 else done.stderr

    token = campfill("new", "night export", "--may", "upload").strip()
    assert len(token) > 40
    with psycopg.connect(door.url, options="-c search_path=campfill") as connection:
        stored = connection.execute("SELECT t::text FROM door_token t").fetchall()
    assert token not in str(stored)
    shown = {token["name"]: token for token in json.loads(campfill("list", "--json"))}
    assert shown["night export"]["last_used_at"] is None
    assert code(put(door, Authorization=f"Bearer {token}")) == "ok"
    shown = {token["name"]: token for token in json.loads(campfill("list", "--json"))}
    assert shown["night export"]["last_used_at"] is not None
    assert "already" in campfill("new", "night export", "--may", "read", code=1)
    campfill("revoke", "night export")
    assert code(put(door, Authorization=f"Bearer {token}")) == "token_wrong"
    assert "revoked" in campfill("list")
    assert campfill("new", "night export", "--may", "read").strip() != token  # the name is free again
    assert token not in door.log
    assert token not in campfill("list")


def test_wrong_tokens_are_answered_slower_and_slower(open_door: OpenDoor) -> None:
    door = open_door(limits={"wrong_token_seconds": 0.05})
    times = []
    for _ in range(4):
        answer = httpx.get(f"{door.address}/uploads", headers={"Authorization": "Bearer wrong"})
        times.append(answer.elapsed.total_seconds())
    assert times[3] > 0.4  # 0.05, 0.1, 0.2, 0.4
    right = httpx.get(f"{door.address}/uploads", headers=door.headers)
    assert right.status_code == 200


def test_a_thousand_connections_leave_room_for_those_that_say_something(open_door: OpenDoor) -> None:
    door = open_door(limits={"connections": 40, "head_seconds": 3})
    lines, refused = [], 0
    try:
        for _ in range(1000):
            lines.append(socket.create_connection(("127.0.0.1", door.port), timeout=10))
        for line in lines[40:]:
            heard = line.recv(4096)
            refused += heard.startswith(b"HTTP/1.1 503") and b"application/problem+json" in heard
        assert refused == 960
        for line in lines[:40]:  # they said nothing, and are let go
            assert b"408" in line.recv(4096)
        assert httpx.get(f"{door.address}/uploads", timeout=20).status_code == 200
    finally:
        for line in lines:
            line.close()


def test_a_head_without_end_is_cut_off(one_door: Door) -> None:
    with socket.create_connection(("127.0.0.1", one_door.port), timeout=10) as line:
        line.sendall(b"GET /uploads HTTP/1.1\r\nHost: localhost\r\n" + b"X: y" * 30_000)
        assert line.recv(100).startswith(b"HTTP/1.1 431")


def test_other_files_of_the_home_stay_unseen(one_door: Door) -> None:
    (one_door.settings.home / "reporting-token").write_text("secret")
    (one_door.settings.reports / "fulfillment.html").write_text("<p>page")
    assert httpx.get(f"{one_door.address}/reports/fulfillment.html").text.startswith("<p>page")
    for path in ("/reports/..%2Freporting-token", "/reports/../reporting-token", "/outbox/%2e%2e%2freporting-token",
                 "/reports/.made-of.json", "/reports/", "/archive/", "/reporting-token"):  # fmt: skip
        answer = httpx.get(httpx.URL(one_door.address).copy_with(raw_path=path.encode()))
        assert answer.status_code == 404, path
        assert "secret" not in answer.text
