"""Files handed in over HTTP by programs that are not ours: curl, httpx, bare sockets."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest

from campfill_pipeline.warehouse import database
from campfill_pipeline.warehouse.readers import upload_answer
from campfill_pipeline.warehouse.register import uploads
from campfill_pipeline_tests.door.conftest import Door, OpenDoor, Sensor
from campfill_pipeline_tests.lists import row, write_list


def curl(door: Door, *words: str) -> tuple[int, dict[str, object]]:
    done = subprocess.run(
        ["curl", "-sS", "-w", "\n%{http_code}", "-H", f"Authorization: Bearer {door.token}", *words],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    body, _, status = done.stdout.rpartition("\n")
    return int(status), json.loads(body)


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_a_list_sent_by_curl_is_loaded_and_its_state_is_that_of_ingest(
    door: Door, sensor: Sensor, tmp_path: Path
) -> None:
    faulty = write_list(tmp_path / "campaigns.xlsx", [row(1), row(2, runtime="next week")])
    key = uuid4()
    address = f"{door.address}/uploads/{key}"
    status, told = curl(door, "-T", str(faulty), f"{address}?name=Kampagnen%20M%C3%A4rz.xlsx")
    assert (status, told["status"], told["upload_id"]) == (202, "received", str(key))
    assert door.inbox() == ["Kampagnen März.xlsx"]
    assert httpx.get(address).json() == told  # from the first moment, before anybody took it from the inbox

    (upload,) = sensor()
    assert (upload.upload_id, upload.door, upload.file_name) == (key, "http", "Kampagnen März.xlsx")
    status, report = curl(door, address)
    assert (status, report["status"]) == (200, "partly_loaded")
    with database.connect(door.url) as connection:
        issues = uploads.issues(connection, key)
    assert report == json.loads(json.dumps(upload_answer.of_upload(upload, issues)))
    receipt = httpx.get(f"{address}/receipt")
    assert receipt.content == (door.settings.home / str(report["receipt"])).read_bytes()
    assert upload.partition_key.split("-")[0] in receipt.headers["content-disposition"]

    again, told = curl(door, "-T", str(faulty), f"{address}?name=whatever.xlsx")
    assert (again, told) == (200, report)
    status, problem = curl(door, "-X", "PUT", "--data-binary", "other bytes", f"{address}?name=a.csv")
    assert (status, problem["code"], problem["type"]) == (409, "key_taken", "/problems/key_taken")
    assert door.inbox() == []

    (door.settings.home / str(report["receipt"])).unlink()  # as housekeeping does after a year
    status, problem = curl(door, f"{address}/receipt")
    assert (status, problem["code"]) == (410, "receipt_gone")


def test_without_an_id_the_door_gives_one(door: Door, sensor: Sensor) -> None:
    sent = httpx.post(f"{door.address}/uploads?name=a.csv", content=b"a;b\n1;2\n", headers=door.headers)
    assert sent.status_code == 202
    assert int(sent.headers["retry-after"]) > 0
    sensor()
    report = httpx.get(door.address + sent.headers["location"]).json()
    assert (report["status"], report["upload_id"]) == ("rejected", sent.headers["location"].rsplit("/")[-1])
    listed = httpx.get(f"{door.address}/uploads").json()
    assert [(entry["seq"], entry["status"], entry["reason"]) for entry in listed] == [
        (1, "rejected", report["reason"])
    ]


def test_two_files_of_one_name_are_both_taken_and_keep_their_name(door: Door, sensor: Sensor) -> None:
    keys = [uuid4() for _ in range(3)]
    contents = [b"first", b"second", b"first"]
    for key, content in zip(keys, contents, strict=True):
        httpx.put(f"{door.address}/uploads/{key}?name=list.csv", content=content, headers=door.headers)
    assert door.inbox() == ["list (1).csv", "list (2).csv", "list.csv"]
    taken = {upload.upload_id: upload for upload in sensor()}
    assert {upload.file_name for upload in taken.values()} == {"list.csv"}
    first, second, third = (taken[key] for key in keys)
    assert first.sha256 == third.sha256 != second.sha256


class Cut:
    """A body whose connection is cut in the middle, once; whole the next time."""

    def __init__(self, content: bytes) -> None:
        self.content, self.cuts = content, 1

    def __iter__(self) -> Iterator[bytes]:
        half = len(self.content) // 2
        yield self.content[:half]
        if self.cuts:
            self.cuts -= 1
            raise httpx.WriteError("the network is gone")
        yield self.content[half:]


def test_a_connection_cut_in_the_body_leaves_nothing_and_the_repeat_succeeds(door: Door) -> None:
    content = b"id;name\n" + b"x" * 3_000_000
    body, address = Cut(content), f"{door.address}/uploads/{uuid4()}?name=big.csv"
    headers = {**door.headers, "Content-Length": str(len(content))}
    with httpx.Client() as client:
        for attempt in range(3):
            try:
                answer = client.put(address, headers=headers, content=body)
                break
            except httpx.TransportError:
                assert (attempt, door.inbox()) == (0, [])
    assert answer.status_code == 202
    assert door.inbox() == ["big.csv"]
    assert (door.settings.inbox / "big.csv").read_bytes() == content
    assert door.parts() == []


def send_head(
    door: Door, head: str, body: bytes = b"", *, token: bool = True
) -> tuple[int, dict[str, object]]:
    """What a bare socket hears that sends this head, and no more than `body` after it."""
    shown = f"Authorization: Bearer {door.token}\r\n" if token else ""
    with socket.create_connection(("127.0.0.1", door.port), timeout=20) as line:
        line.sendall(f"{head}\r\nHost: 127.0.0.1:{door.port}\r\n{shown}\r\n".encode() + body)
        heard = b""
        while piece := line.recv(65536):
            heard += piece
    first, _, rest = heard.partition(b"\r\n")
    return int(first.split()[1]), json.loads(rest.partition(b"\r\n\r\n")[2])


def test_ten_declared_gigabytes_are_refused_before_one_is_sent(door: Door) -> None:
    head = f"PUT /uploads/{uuid4()}?name=a.xlsx HTTP/1.1\r\nContent-Length: 10000000000"
    status, problem = send_head(door, head)
    assert (status, problem["code"]) == (413, "too_large")
    assert "10,000,000,000" in str(problem["detail"])
    assert (door.inbox(), door.parts()) == ([], [])


def test_undeclared_bytes_beyond_the_limit_are_refused_on_the_way(open_door: OpenDoor) -> None:
    door = open_door(CAMPFILL_MAX_UPLOAD_MB="1")

    def endless() -> Iterator[bytes]:
        for _ in range(30):
            yield b"x" * 100_000

    answer = httpx.put(
        f"{door.address}/uploads/{uuid4()}?name=a.xlsx", content=endless(), headers=door.headers
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert (door.inbox(), door.parts()) == ([], [])


def test_without_a_token_not_a_byte_of_the_body_is_asked_for(door: Door) -> None:
    head = f"PUT /uploads/{uuid4()}?name=a.xlsx HTTP/1.1\r\nContent-Length: 1000000\r\nExpect: 100-continue"
    status, problem = send_head(door, head, token=False)  # nothing said “100 Continue”
    assert (status, problem["code"]) == (401, "token_missing")
    sent = httpx.put(f"{door.address}/uploads/{uuid4()}?name=a.xlsx", content=b"x" * 3_000_000)
    assert sent.status_code == 401  # a sender that asks for nothing can read the answer all the same
    assert (door.inbox(), door.parts()) == ([], [])


@pytest.mark.parametrize(
    ("query", "content", "headers", "status", "code"),
    [
        ("name=a.xlsx", b"", {}, 422, "empty_file"),
        ("", b"x", {}, 422, "bad_request"),
        ("name=%20", b"x", {}, 422, "bad_name"),
        ("name=..%2F..%2Fetc%2Fpasswd", b"x", {}, 422, "bad_name"),
        ("name=C%3A%5Ctemp%5Ca.xlsx", b"x", {}, 422, "bad_name"),
        ("name=..", b"x", {}, 422, "bad_name"),
        ("name=.hidden.xlsx", b"x", {}, 422, "bad_name"),
        ("name=~%24list.xlsx", b"x", {}, 422, "bad_name"),
        ("name=list.xlsx.part", b"x", {}, 422, "bad_name"),
        ("name=a%00b.csv", b"x", {}, 422, "bad_name"),
        ("name=%FF%FE.csv", b"x", {}, 422, "bad_name"),
        ("name=%E2%80%8B", b"x", {}, 422, "bad_name"),
        ("name=a.csv&name=b.csv", b"x", {}, 422, "bad_request"),
        ("name=a.csv&nme=b.csv", b"x", {}, 422, "bad_request"),
        ("name=a.xlsx", b"x", {"Content-Type": "multipart/form-data; boundary=b"}, 415, "not_the_file"),
        ("name=a.xlsx", b"x", {"Content-Encoding": "gzip"}, 415, "not_the_file"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_mend(
    one_door: Door, query: str, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    answer = httpx.put(
        f"{one_door.address}/uploads/{uuid4()}?{query}", content=content, headers=one_door.headers | headers
    )
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["status"]) == (status, code, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["hint"]
    assert problem["hint"].split("`")[0][:20] in httpx.get(one_door.address + problem["type"]).text
    assert (one_door.inbox(), one_door.parts()) == ([], [])


def test_marks_that_make_a_name_look_like_another_are_left_out(one_door: Door) -> None:
    for name in ("list\u202evsc.exe.csv", "\u2066list\u2069vsc.exe.csv"):
        address = f"{one_door.address}/uploads/{uuid4()}"
        httpx.put(address, params={"name": name}, content=b"x", headers=one_door.headers)
        assert one_door.inbox() == ["listvsc.exe.csv"]
        (one_door.settings.inbox / "listvsc.exe.csv").unlink()


@pytest.mark.parametrize(
    ("head", "body", "status", "code"),
    [
        ("Content-Length: 4\r\nContent-Length: 5", b"a;b\n", 400, "not_http"),
        ("Content-Length: -4", b"", 400, "not_http"),
        ("Content-Length: 4\r\nTransfer-Encoding: chunked", b"0\r\n\r\n", 400, "not_http"),
        ("Transfer-Encoding: chunked", b"zz\r\n", 400, "not_http"),
        ("Transfer-Encoding: gzip, chunked", b"1\r\nx\r\n0\r\n\r\n", 415, "not_the_file"),
        ("Transfer-Encoding: chunked", b"0\r\n\r\n", 422, "empty_file"),
        ("X: y", b"", 422, "empty_file"),
        ("Host: evil.example\r\nContent-Length: 4", b"a;b\n", 421, "unknown_host"),
        ("Authorization: Bearer other\r\nContent-Length: 4", b"a;b\n", 401, "token_wrong"),
    ],
)
def test_heads_that_no_browser_sends_are_refused_in_the_same_shape(
    one_door: Door, head: str, body: bytes, status: int, code: str
) -> None:
    line = f"PUT /uploads/{uuid4()}?name=a.csv HTTP/1.1\r\nConnection: close\r\n{head}"
    heard, problem = send_head(one_door, line, body)
    assert (heard, problem["code"], problem["type"]) == (status, code, f"/problems/{code}")
    assert (one_door.inbox(), one_door.parts()) == ([], [])


def test_one_id_sent_several_times_at_once_is_one_upload(one_door: Door) -> None:
    address, content = f"{one_door.address}/uploads/{uuid4()}?name=a.csv", b"x" * 2_000_000

    def send(body: bytes) -> int:
        return httpx.put(address, content=body, headers=one_door.headers, timeout=60).status_code

    with ThreadPoolExecutor(6) as senders:
        assert sorted(senders.map(send, [content] * 6)) == [200] * 5 + [202]
        assert sorted(senders.map(send, [b"other", content])) == [200, 409]
    assert one_door.inbox() == ["a.csv"]
    (one_door.settings.inbox / "a.csv").unlink()


def test_the_head_of_an_answer_can_be_asked_for_alone(one_door: Door) -> None:
    for path in ("/", "/uploads", "/docs", "/learn/", "/static/door.css", "/metrics"):
        answer = httpx.head(one_door.address + path)
        assert (answer.status_code, answer.content) == (200, b""), path
        assert int(answer.headers["content-length"]) > 0


def test_a_long_name_is_cut_and_keeps_its_ending(one_door: Door) -> None:
    key = uuid4()
    httpx.put(f"{one_door.address}/uploads/{key}", params={"name": "ä" * 300 + ".xlsx"}, content=b"x",
              headers=one_door.headers)  # fmt: skip
    (name,) = one_door.inbox()
    assert name.startswith("ää")
    assert name.endswith("ä.xlsx")
    assert len(name.encode()) <= 255
    (one_door.settings.inbox / name).unlink()


def test_a_body_that_drips_is_given_up(open_door: OpenDoor) -> None:
    door = open_door(limits={"idle_seconds": 0.5, "grace_seconds": 1.5, "slowest_bytes": 1000})
    head = f"PUT /uploads/{uuid4()}?name=a.xlsx HTTP/1.1\r\nContent-Length: 1000000"
    assert send_head(door, head, b"x")[1]["code"] == "too_slow"

    def drip() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 10
            time.sleep(0.1)

    slow = httpx.put(
        f"{door.address}/uploads/{uuid4()}?name=a.xlsx", content=drip(), headers=door.headers, timeout=30
    )
    assert (slow.status_code, slow.json()["code"]) == (408, "too_slow")
    assert (door.inbox(), door.parts()) == ([], [])


def test_an_upload_nobody_sent_is_no_upload(one_door: Door) -> None:
    answer = httpx.get(f"{one_door.address}/uploads/{UUID(int=7)}")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_upload")
    unread = httpx.get(f"{one_door.address}/uploads/not-an-id").json()
    assert unread["code"] == "bad_request"
    assert unread["detail"].startswith("“upload_id” of the path cannot be “not-an-id”. Give an id like ")
    assert httpx.get(f"{one_door.address}/nowhere").json()["code"] == "not_found"
    assert (
        httpx.delete(f"{one_door.address}/uploads", headers=one_door.headers).json()["code"] == "wrong_method"
    )
