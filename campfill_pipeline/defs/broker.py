"""A look at the broker, for `campfill doctor`: does it answer, what waits there, which workers take runs.

Belongs here: asking it. Does not belong here: handing runs out (`celery_launcher`).
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from campfill_pipeline.defs import queues
from campfill_pipeline.settings import Settings

PATIENCE_SECONDS = 3.0


@dataclass(frozen=True)
class Seen:
    """What was found: `fault` in words where the broker could not be asked; else runs waiting, and worker machines."""

    fault: str | None
    waiting: int = 0
    workers: tuple[str, ...] = ()


def look(settings: Settings) -> Seen:
    """Ask the broker of these settings. Raises NoWorkersInstalledError where its packages are missing."""
    queues.check_installed()
    import redis
    from celery import Celery

    assert settings.broker_url is not None, "asked only where one is set"
    try:
        with redis.Redis.from_url(
            settings.broker_url, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=PATIENCE_SECONDS
        ) as asked:
            waiting = sum(int(asked.llen(name)) for name in (queues.RUNS, queues.GIANTS))
        control = Celery(broker=settings.broker_url, set_as_current=False).control
        answers = control.ping(timeout=PATIENCE_SECONDS / 2)
    except (redis.RedisError, OSError) as error:
        told = urlsplit(settings.broker_url)
        return Seen(f"{told.hostname}:{told.port or 6379}: {error}")
    return Seen(None, waiting, tuple(sorted(name for answer in answers for name in answer)))
