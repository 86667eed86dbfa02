"""How runs are handed to worker machines: queues, tags, and how a burst is parted.

Belongs here: names and rules that launcher, workers and sensors share. Does not belong here: Celery and Dagster, so
that a home on one machine needs neither the packages nor their time to load.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator, Sequence
from typing import TypeVar

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.settings import Settings

RUNS, GIANTS = "campfill", "campfill-giants"
"""The queue of most runs, and that of very large files: one of these must not keep small ones waiting."""

QUEUE_TAG = "dagster-celery/queue"
NO_RETRY = {"dagster/max_retries": "0"}
"""For runs that a sensor asks for again by itself, from what the ledger says: nobody else shall, too."""

START_SECONDS = 300
"""How long a run may wait for a worker; then it is given up and asked for anew."""

LEAST_FILES, LEAST_DAYS = 10, 7
"""Of a burst, or of missing days, as many belong into one run at least: each run costs a second or two."""

LEAST_FILES_HERE = 40
"""The same of a burst on one machine, where the runs share processors with the database."""

APPLIED = 1.6
"""Reading, judging and applying a list of some hundred lines takes so many times as long as reading and judging it."""

Piece = TypeVar("Piece")


class NoWorkersInstalledError(CampfillError):
    """The packages that hand runs to workers are missing."""

    def __init__(self) -> None:
        super().__init__(
            "CAMPFILL_BROKER_URL is set, and the packages that hand runs to worker machines are not installed here.",
            "Install them: pip install 'campfill[scale]' (in a checkout: pip install -e '.[scale]').",
        )


def check_installed() -> None:
    """Raise NoWorkersInstalledError where runs cannot be handed to workers."""
    if any(importlib.util.find_spec(name) is None for name in ("dagster_celery", "redis")):
        raise NoWorkersInstalledError


def tags(settings: Settings, *, giant: bool = False) -> dict[str, str]:
    """Tags of a run that a sensor asks for, where workers take the runs; none where one machine does all."""
    if settings.broker_url is None:
        return {}
    return NO_RETRY | ({QUEUE_TAG: GIANTS} if giant else {})


def files(settings: Settings, burst: Sequence[Piece]) -> Iterator[Sequence[Piece]]:
    """A burst in as many runs as are at work at once, on one machine no more than it has processors.

    Lists are applied one after another, as they arrived (`turns.after_earlier`): so each part is larger than the one
    before, and is read while that is applied.
    """
    if settings.broker_url is None:
        return _parted(burst, min(settings.runs, os.cpu_count() or 1), LEAST_FILES_HERE, growth=APPLIED)
    return _parted(burst, settings.runs, LEAST_FILES, growth=APPLIED)


def days(settings: Settings, missing: Sequence[Piece]) -> Iterator[Sequence[Piece]]:
    """Missing days in as many runs as are at work at once; one machine fetches them one after another."""
    return _parted(missing, 1 if settings.broker_url is None else settings.runs, LEAST_DAYS)


def _parted(whole: Sequence[Piece], at_once: int, least: int, growth: float = 1) -> Iterator[Sequence[Piece]]:
    """`whole` in at most `at_once` parts, each `growth` times as large as the one before, none below `least`."""
    parts = at_once
    while parts > 1 and len(whole) < least * sum(growth**number for number in range(parts)):
        parts -= 1
    shares = [growth**number for number in range(parts)]
    ends = [round(len(whole) * sum(shares[: number + 1]) / sum(shares)) for number in range(parts)]
    for start, end in zip([0, *ends], ends, strict=False):
        if start < end:
            yield whole[start:end]
