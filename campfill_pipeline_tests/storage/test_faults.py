"""Whatever is wrong with the store is a sentence with its mend, and no secret is ever in it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from campfill_pipeline.commands import doctor
from campfill_pipeline.defs import arrivals
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.settings import SettingsError, load_settings
from campfill_pipeline.storage.errors import StorageError
from campfill_pipeline.storage.objects import Objects, open_objects
from campfill_pipeline_tests.storage.conftest import Machine, settings_of

KEY, SECRET = "AKIAEXAMPLE", "s3cr3t-of-the-store"


@pytest.fixture
def shut() -> Iterator[str]:
    """A store that lets nobody in, as S3 says it where a key or a signature is wrong."""

    class Shut(BaseHTTPRequestHandler):
        def refuse(self) -> None:
            body = b"<Error><Code>SignatureDoesNotMatch</Code><Message>no</Message></Error>"
            self.send_response(403)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = refuse  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Shut) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def opened(home: Path, storage_url: str, **environ: str) -> Objects:
    found = open_objects(settings_of(home, storage_url), environ)
    assert found is not None
    return found


VERBS: tuple[Callable[[Objects], object], ...] = (
    lambda store: store.listed("inbox"),
    lambda store: store.put("inbox/a", b"a"),
    lambda store: store.create("inbox/a", b"a"),
    lambda store: store.delete_seen("inbox/a", '"1"'),
    lambda store: store.promises,
)


@pytest.mark.parametrize("verb", range(len(VERBS)))
def test_wrong_credentials_a_missing_bucket_and_silence_are_told_with_the_mend(
    verb: int, shut: str, s3_server: str, tmp_path: Path
) -> None:
    for endpoint, mend in (
        (shut, "AWS_ACCESS_KEY_ID"),
        (s3_server, "Make it"),
        ("http://127.0.0.1:1", "endpoint"),
    ):
        store = opened(tmp_path / "home", f"s3://{KEY}:{SECRET}@no-such-bucket?endpoint={endpoint}")
        if endpoint == s3_server and verb == 3:
            continue  # to delete what is not there is done
        with pytest.raises(StorageError, match=mend) as told:
            VERBS[verb](store)
        assert "no-such-bucket" in str(told.value)
        assert SECRET not in str(told.value)
        assert KEY not in str(told.value)
        assert told.value.__cause__ is None
        assert told.value.__suppress_context__ or told.value.__context__ is None


def test_missing_credentials_are_told(s3_server: str, tmp_path: Path) -> None:
    nobody = {"AWS_METADATA_ENDPOINT": "http://127.0.0.1:1"}
    store = opened(tmp_path / "home", f"s3://bucket?endpoint={s3_server}", **nobody)
    with pytest.raises(StorageError, match="Set AWS_ACCESS_KEY_ID"):
        store.listed("inbox")


def test_credentials_of_the_environment_and_of_the_env_file_are_used(
    tmp_path: Path, s3_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests.put(f"{s3_server}/by-environment", timeout=30).raise_for_status()
    (tmp_path / ".env").write_text(f"AWS_ACCESS_KEY_ID={KEY}\nAWS_SECRET_ACCESS_KEY={SECRET}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:1")
    store = open_objects(settings_of(tmp_path / "home", f"s3://by-environment?endpoint={s3_server}"))
    assert store is not None
    assert store.listed("inbox") == []


def test_an_object_whose_name_cannot_be_read_is_named(
    storage_url: str, tmp_path: Path, s3_server: str
) -> None:
    bucket = storage_url.split("@")[1].split("/")[0]
    requests.put(f"{s3_server}/{bucket}/a/place/inbox//twice.csv", data=b"a", timeout=30).raise_for_status()
    with pytest.raises(StorageError, match=r"inbox//twice\.csv"):
        opened(tmp_path / "home", storage_url).listed("inbox")


def test_a_look_into_the_inbox_says_it_and_the_folder_is_read_once_the_store_answers(
    machine: Machine, s3_server: str, tmp_path: Path, database_url: str
) -> None:
    one = machine("one")
    away = Campfill(
        settings_of(one.settings.home, f"s3://{KEY}:{SECRET}@some-bucket?endpoint=http://127.0.0.1:1"),
        database_url,
    )
    (one.settings.inbox / "dropped.csv").write_bytes(b"a")
    (problem,) = arrivals.take_from_inbox(away)
    assert "does not answer" in problem
    assert (one.settings.inbox / "dropped.csv").exists()
    assert arrivals.take_from_inbox(one) == []
    assert not (one.settings.inbox / "dropped.csv").exists()


def test_doctor_says_whether_the_store_can_be_used(
    machine: Machine, store: Objects, shut: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("inbox/list.csv", b"a")
    store.put("inbox/folder/list.csv", b"a")
    good, folders = doctor._storage(machine("one").settings)
    assert good.ok
    assert "objects in its inbox: 1" in good.found
    assert folders.found == "folder"
    assert store.listed("claims") == []
    (bad,) = doctor._storage(
        settings_of(tmp_path / "shut", f"s3://{KEY}:{SECRET}@some-bucket?endpoint={shut}")
    )
    assert bad.ok is False
    assert "AWS_SECRET_ACCESS_KEY" in bad.mend
    assert SECRET not in f"{bad}"
    assert list(doctor._storage(load_settings({"CAMPFILL_HOME": "home"}, cwd=tmp_path))) == []


@pytest.mark.parametrize(
    "text",
    [
        "https://bucket", "s3://", "s3://b", "s3://bucket?endpoint=ftp://h", "s3://bucket?endpoint=", "s3://bucket?what=1",
        "s3://bucket/a//b", "s3://bucket/../b", "s3://key@bucket", "bucket", "s3://bucket#1", "s3://bucket?endpoint",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CAMPFILL_STORAGE_URL"):
        load_settings({"CAMPFILL_STORAGE_URL": text}, cwd=tmp_path)


def test_secrets_are_masked(tmp_path: Path) -> None:
    told = f"s3://{KEY}:{SECRET}@bucket/in/it?endpoint=https://s3.example&region=eu-central-1"
    settings = load_settings({"CAMPFILL_STORAGE_URL": told}, cwd=tmp_path)
    assert settings.storage_url is not None
    assert settings.storage_url.shown == "s3://bucket/in/it at https://s3.example"
    assert (settings.storage_url.key_id, settings.storage_url.secret) == (KEY, SECRET)
    shown = f"{settings!r} {settings.storage_url!r}"
    assert SECRET not in shown
    assert KEY not in shown
