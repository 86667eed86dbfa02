"""Taking files in, seen from inside: what it costs, and a disk that takes no more."""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from campfill_pipeline.door.limits import Limits
from campfill_pipeline.door.problems import ProblemError
from campfill_pipeline.door.receiving import Receiving
from campfill_pipeline.settings import load_settings
from campfill_pipeline.warehouse.kept_connections import KeptConnections
from campfill_pipeline_tests.door import serving_process
from campfill_pipeline_tests.door.conftest import Door


def peak_mb(process: int) -> float:
    """The most memory that the process ever held (Linux)."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1000


@pytest.fixture
def door_of_its_own(door: Door) -> Iterator[tuple[Door, int]]:
    """A door that imported what it needs and no more, with the number of its process."""
    door.stop()
    command = [sys.executable, "-m", serving_process.__name__, *door.words]
    with (door.settings.logs / "door.log").open("ab") as log:
        process = subprocess.Popen(command, env=door.environ, stdout=log, stderr=log)
    door.wait(lambda: process.poll() is None)
    yield door, process.pid
    process.terminate()
    process.wait(20)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc")
def test_a_large_file_costs_the_door_little_memory(door_of_its_own: tuple[Door, int]) -> None:
    door, process = door_of_its_own
    block = bytes(1_000_000)
    sent = httpx.put(
        f"{door.address}/uploads/{uuid4()}?name=large.csv", content=(block for _ in range(100)),
        headers=door.headers, timeout=120,
    )  # fmt: skip
    assert sent.status_code == 202
    assert peak_mb(process) < 80  # some 300 where the file is read as a whole; 12 more with holidays imported


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As on a full disk: a file of this process takes so many bytes and no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [300_000, 5_000_000])
def test_a_disk_that_becomes_full_is_said_and_nothing_is_kept(
    tmp_path: Path, database_url: str, size: int
) -> None:
    settings = load_settings({"CAMPFILL_HOME": str(tmp_path / "home")}, cwd=tmp_path)
    settings.make_folders()

    async def body() -> AsyncIterator[bytes]:
        for _ in range(size // 100_000):
            yield b"x" * 100_000

    async def send() -> None:
        kept = KeptConnections(lambda: database_url)
        await Receiving(settings, kept, Limits(spare_disk=0)).take(uuid4(), "a.csv", body(), None, "test")

    # A write that ends in the middle of a piece must not pass for a whole one.
    with files_of_at_most(size - 50_000), pytest.raises(ProblemError) as refused:
        asyncio.run(send())
    assert refused.value.kind.code == "disk_full"
    assert list((settings.work / "arriving").iterdir()) == list(settings.inbox.iterdir()) == []
