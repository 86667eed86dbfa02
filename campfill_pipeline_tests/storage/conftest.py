"""A real server that speaks S3, on loopback; a bucket of its own for every test, and machines that share it."""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.settings import Settings, load_settings
from campfill_pipeline.storage.objects import Objects, open_objects

_numbers = itertools.count(1)
Machine = Callable[[str], Campfill]
PAGE = 50
"""Objects that the server lists at once, then it says where to go on. Real stores list a thousand."""


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """The address of moto's server, a process of its own; it checks no signatures."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environ = {name: text for name, text in os.environ.items() if not name.startswith("AWS_")}
    environ["MOTO_S3_DEFAULT_MAX_KEYS"] = str(PAGE)
    running = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environ,
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                requests.get(address, timeout=5)
                break
            except requests.exceptions.ConnectionError:
                assert running.poll() is None, "the server has ended"
                time.sleep(0.1)
        yield address
    finally:
        running.terminate()
        running.wait()


@pytest.fixture
def storage_url(s3_server: str) -> str:
    """A place in a new bucket, as CAMPFILL_STORAGE_URL says it."""
    bucket = f"bucket-{os.getpid()}-{next(_numbers)}"
    requests.put(f"{s3_server}/{bucket}", timeout=30).raise_for_status()
    return f"s3://key:secret@{bucket}/a/place?endpoint={s3_server}"


def settings_of(home: Path, storage_url: str, **more: str) -> Settings:
    """Those of a home that uses this place."""
    environ = {
        "CAMPFILL_HOME": str(home),
        "CAMPFILL_SETTLE_SECONDS": "0",
        "CAMPFILL_STORAGE_URL": storage_url,
        "CAMPFILL_MACHINE": home.name,
    }
    settings = load_settings(environ | more, cwd=home.parent)
    settings.make_folders()
    return settings


@pytest.fixture
def machine(tmp_path: Path, database_url: str, storage_url: str) -> Iterator[Machine]:
    """Opens machines with a home of their own each, at one database and one place in a bucket."""
    opened: dict[str, Campfill] = {}

    def open_one(name: str) -> Campfill:
        if name not in opened:
            opened[name] = Campfill(settings_of(tmp_path / name, storage_url), database_url)
        return opened[name]

    yield open_one
    for each in opened.values():
        each.close()


@pytest.fixture
def store(tmp_path: Path, storage_url: str) -> Objects:
    """What the machines share, as they see it."""
    found = open_objects(settings_of(tmp_path / "looking", storage_url))
    assert found is not None
    return found
