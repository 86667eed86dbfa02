"""The door is killed at random moments of uploads: nothing half lies in the inbox, and the repeated PUT ends right."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx
import pytest

from campfill_pipeline_tests.door.conftest import Door


def put_until_taken(door: Door, key: UUID, content: bytes) -> int:
    """As a careful program does: the same key and bytes again, until there is an answer."""
    for _ in range(200):
        try:
            answer = httpx.put(
                f"{door.address}/uploads/{key}?name=list.csv",
                content=content,
                headers=door.headers,
                timeout=30,
            )
            if answer.status_code in (200, 202):
                return answer.status_code
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("never taken")


@pytest.mark.parametrize(
    "kills", [pytest.param(3), pytest.param(50, marks=[pytest.mark.long, pytest.mark.timeout(900)])]
)
def test_killed_at_random_moments_nothing_half_arrives(door: Door, kills: int) -> None:
    chance = random.Random(kills)
    for number in range(kills):
        key, content = UUID(int=number + 1), bytes([65 + number % 26]) * 6_000_000
        with ThreadPoolExecutor(1) as sender:
            sent = sender.submit(put_until_taken, door, key, content)
            time.sleep(chance.uniform(0, 0.12))
            door.process.kill()
            door.process.join()
            for name in door.inbox():
                file = door.settings.inbox / name
                assert file.stat().st_size == 6_000_000
                assert len(set(file.read_bytes())) == 1
            door.start()
            assert sent.result(90) in (200, 202)
        assert len(door.inbox()) == 1, "once, neither lost nor twice"
        assert httpx.get(f"{door.address}/uploads/{key}").json()["status"] == "received"
        assert door.parts() == []
        for name in door.inbox():
            (door.settings.inbox / name).unlink()
