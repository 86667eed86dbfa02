"""How runs are handed to worker machines: queues, tags, and how a burst is parted.

Belongs here: names and rules that launcher, workers and sensors share. Does not belong here: Celery and Dagster, so
that a home on one machine needs neither the packages nor their time to load.
"""

from __future__ import annotations

import importlib.util
import math
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


def parted(settings: Settings, whole: Sequence[Piece], least: int) -> Iterator[Sequence[Piece]]:
    """What would be one run on one machine, in as many runs as are at work at once, each of `least` pieces or more."""
    if settings.broker_url is None:
        yield whole
        return
    size = max(least, math.ceil(len(whole) / settings.runs))
    for start in range(0, len(whole), size):
        yield whole[start : start + size]
