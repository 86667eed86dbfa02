"""Lists at web addresses: fetched once, put into the inbox whole; what is no list is told, and changes nothing."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from campfill_pipeline.commands import doctor, show_settings
from campfill_pipeline.commands.lists_doors import app
from campfill_pipeline.defs import sensors
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.intake.inbox import fetching
from campfill_pipeline.settings import Settings, SettingsError, load_settings

NOW = datetime(2026, 9, 1, tzinfo=UTC)
SECRET = "key=s3cret-t0ken"
Answer = Callable[[BaseHTTPRequestHandler], None]


class Site:
    """A server whose answer is set by tests. `asked`: the headers of each request."""

    def __init__(self) -> None:
        self.asked: list[dict[str, str]] = []
        self.answer: Answer = body(b"a,b\n1,2\n")
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(dict(self.headers))
                site.answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/secret-folder/pub?output=csv&{SECRET}"


def body(content: bytes, status: int = 200, **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        if headers.get("etag") and request.headers.get("If-None-Match") == headers["etag"]:
            request.send_response(304)
            request.end_headers()
            return
        request.send_response(status)
        for name, value in ({"content_length": str(len(content))} | headers).items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(content)

    return answer


def trickle(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    for _ in range(100):
        try:
            request.wfile.write(b"a")
        except OSError:
            return
        time.sleep(0.05)


@pytest.fixture
def site() -> Iterator[Site]:
    found = Site()
    thread = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield found
    found.server.shutdown()
    thread.join()
    found.server.server_close()


@pytest.fixture
def settings(site: Site, tmp_path: Path) -> Settings:
    return load_settings({"CAMPFILL_LIST_URLS": site.url, "CAMPFILL_MAX_UPLOAD_MB": "1"}, cwd=tmp_path)


def look(settings: Settings, **patience: float) -> fetching.Look:
    [address] = settings.list_urls
    return fetching.look(settings, address, now=NOW, patience=fetching.Patience(**patience))


def dropped(settings: Settings) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in settings.inbox.iterdir()}


def test_a_list_is_put_into_the_inbox_once_and_again_when_it_changes(site: Site, settings: Settings) -> None:
    site.answer = body(b"a,b\n1,2\n", etag='"1"')
    first = look(settings)
    assert first.file is not None
    assert dropped(settings) == {first.file: b"a,b\n1,2\n"}
    assert look(settings).file is None  # 304
    assert site.asked[1]["If-None-Match"] == '"1"'
    site.answer = body(b"a,b\n1,2\n")
    assert look(settings).file is None  # the same bytes, without a 304
    site.answer = body(b"PK\x03\x04 a workbook")
    assert (look(settings).file or "").endswith(".xlsx")
    assert len(dropped(settings)) == 2


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (body(b"gone", 404), "no list any more"),
        (body(b"", 401), "not open to us"),
        (body(b"", 500), "status 500"),
        (body(b"", 304), "status 304"),  # nothing had been asked for by ETag
        (body(b""), "empty"),
        (body(b"<!DOCTYPE html><title>Sign in</title>"), "web page"),
        (body(b"Sign in", content_type="text/html; charset=utf-8"), "web page"),
        (body(b"", 302, location="http://accounts.example/login"), "not secure"),
        (body(b"", 302, location="?again"), "more than 5 times"),
        (body(b"a" * 1_000_001), "larger than 1 MB"),
        (body(b"a,b", content_length="9"), "broke"),
    ],
)
def test_what_is_no_list_is_told_once_and_changes_nothing(
    site: Site, settings: Settings, answer: Answer, said: str
) -> None:
    good = None
    if said != "status 304":
        good = look(settings).file
    before = dropped(settings) if good else {}
    site.answer = answer
    first, second = look(settings), look(settings)
    assert said in (first.fault or "")
    assert (first.news, second.news) == (True, False)
    assert (dropped(settings) if good else {}) == before
    [finding] = list(doctor._list_addresses(settings))
    assert finding.ok is False
    assert said in finding.found
    site.answer = body(b"a,b\n3,4\n")
    assert look(settings).file
    assert next(doctor._list_addresses(settings)).ok is True


def test_an_answer_that_trickles_or_never_comes_is_given_up(site: Site, settings: Settings) -> None:
    site.answer = trickle
    assert "too slowly" in (look(settings, whole=0.3).fault or "")
    site.answer = lambda request: time.sleep(0.5)
    assert "in time" in (look(settings, silence=0.2).fault or "")


def test_a_sheet_is_followed_to_where_its_host_keeps_it(site: Site, settings: Settings) -> None:
    kept = body(b"a,b\n1,2\n")
    site.answer = lambda request: (kept if "/kept" in request.path else body(b"", 307, location="/kept"))(
        request
    )
    assert look(settings).file


def test_no_secret_of_an_address_is_ever_shown(
    site: Site, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPFILL_LIST_URLS", site.url)
    site.answer = body(b"", 302, location="http://elsewhere.example/?" + SECRET)
    told = [repr(settings), repr(look(settings)), str(list(doctor._list_addresses(settings)))]
    told += [str(show_settings.facts())]
    told += [file.read_text() for file in (settings.home / "list-addresses").iterdir()]
    with pytest.raises(SettingsError) as refused:
        load_settings({"CAMPFILL_LIST_URLS": f"http://example.com/list.csv?{SECRET}"})
    told.append(str(refused.value))
    assert not [text for text in told if "s3cret" in text or "secret-folder" in text]


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/a.csv",
        "ftp://a/b",
        "https://u:p@host/a.csv",
        "list.csv",
        "https://",
        "https://h:x/",
    ],
)
def test_only_secure_addresses_are_taken(url: str) -> None:
    with pytest.raises(SettingsError, match="CAMPFILL_LIST_URLS"):
        load_settings({"CAMPFILL_LIST_URLS": url})


def test_the_sensor_looks_at_each_address_in_its_turn(site: Site, tmp_path: Path) -> None:
    environ = {"CAMPFILL_LIST_URLS": f"{site.url} {site.url}&2", "CAMPFILL_LIST_MINUTES": "10"}
    campfill = Campfill(load_settings(environ, cwd=tmp_path), url="")
    campfill.settings.make_folders()
    moment = [NOW]
    campfill.clock = lambda: moment[0]

    def tick() -> str:
        with dg.instance_for_test() as instance:
            found = sensors.list_addresses(
                dg.build_sensor_context(instance=instance, resources={"campfill": campfill})
            )
        assert isinstance(found, dg.SkipReason)
        return found.skip_message or ""

    assert "put into the inbox" in tick()
    assert "put into the inbox" in tick()
    assert "lately" in tick()
    moment[0] += timedelta(minutes=11)
    site.answer = body(b"", 404)
    assert "no list any more" in tick()
    assert len(dropped(campfill.settings)) == 2


def test_lists_fetch_tells_every_address_and_fails_where_one_does(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CAMPFILL_HOME", str(tmp_path))
    monkeypatch.setenv("CAMPFILL_LIST_URLS", site.url)
    first = CliRunner().invoke(app, ["fetch", "--json"])
    assert first.exit_code == 0, first.output
    assert json.loads(first.stdout)[0]["file"] in {file.name for file in (tmp_path / "inbox").iterdir()}
    site.answer = body(b"<html>Sign in</html>")
    second = CliRunner().invoke(app, ["fetch"])
    assert second.exit_code == 1
    assert "web page" in " ".join(second.stdout.split())
    assert "s3cret" not in second.output
