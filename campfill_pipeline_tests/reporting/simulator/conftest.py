"""Worlds to test on: the full one once per session, and a small one behind a running API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import requests

from campfill_pipeline.simulator.api import SimulatedApi, serve
from campfill_pipeline.simulator.roster import Shape
from campfill_pipeline.simulator.world import World, make_world

TODAY = date(2026, 11, 23)
NOW = datetime(2026, 11, 23, 11, 30, tzinfo=UTC)
TOKEN = "a-token-for-tests"
Get = Callable[..., requests.Response]


@pytest.fixture(scope="session")
def full_world() -> World:
    return make_world(TODAY)


@pytest.fixture(scope="session")
def small_world() -> World:
    return make_world(TODAY, seed=3, shape=Shape.small())


@pytest.fixture
def api(small_world: World) -> Iterator[SimulatedApi]:
    with serve(small_world, token=TOKEN, now=lambda: NOW) as running:
        yield running


@pytest.fixture
def get(api: SimulatedApi) -> Iterator[Get]:
    """Ask the running API, with the token unless `token` says otherwise."""
    with requests.Session() as session:

        def ask(path: str, *, token: str = TOKEN, **query: Any) -> requests.Response:
            header = {"Authorization": f"Bearer {token}"}
            return session.get(api.url + path, params=query, headers=header, timeout=10)

        yield ask


def all_rows(get: Get, path: str, **query: Any) -> list[dict[str, Any]]:
    """The rows of every page of a view."""
    rows: list[dict[str, Any]] = []
    cursor: str | None = None
    while True:
        answer = get(path, **query, **({"cursor": cursor} if cursor else {})).json()
        rows += answer["rows"]
        cursor = answer["next_cursor"]
        if cursor is None:
            return rows
