"""Whether all is well: four signs of life, each with how old is too old.

Belongs here: judging. Does not belong here: HTTP, SQL.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from campfill_pipeline.door.questions import Questions
from campfill_pipeline.warehouse.kept_connections import AwayError
from campfill_pipeline.warehouse.postgres.server import ServerError
from campfill_pipeline.warehouse.readers import watch

DAEMON = timedelta(minutes=3)  # it says that it lives every half minute
LOOK = timedelta(minutes=2)  # looks follow one another within five seconds; a busy machine takes longer
DELIVERY = timedelta(hours=26)  # the nightly fetch, and two hours


def health(questions: Questions, dagster_url: Callable[[], str], now: datetime) -> dict[str, Any]:
    """The four signs, and as `reasons` a sentence for each that is missing or too old; none means all is well."""
    reasons: list[str] = []
    try:
        counts = questions.counts()
        heartbeat = watch.daemon_heartbeat(dagster_url())
    except (AwayError, ServerError) as error:
        reasons.append(f"The database does not answer. {error.mend}")
        return _told(reasons, False, None, _last_look(questions), None, questions.files_waiting())
    _judge(reasons, "Dagster's daemon, which starts runs, last said that it lives", heartbeat, DAEMON, now)
    look = _last_look(questions)
    _judge(reasons, "The inbox was last looked into", look, LOOK, now)
    fetched = max(counts.fetched.values(), default=None)
    settings = questions.settings
    for name in settings.asked if settings.reporting_url or settings.connectors else ():
        newest = max(
            (at for source, at in counts.fetched.items() if source in (name, f"{name}_day")), default=None
        )
        what = f"Delivery of {name}" if settings.connectors else "Delivery"
        _judge(reasons, f"{what} was last fetched", newest, DELIVERY, now)
    return _told(reasons, True, heartbeat, look, fetched, questions.files_waiting())


def _judge(reasons: list[str], what: str, at: datetime | None, oldest: timedelta, now: datetime) -> None:
    if at is None:
        reasons.append(f"{what}: never. Start the system with `campfill up`.")
    elif now - at > oldest:
        minutes = (now - at).total_seconds() / 60
        reasons.append(f"{what} {minutes:,.0f} minutes ago. `campfill doctor` and the folder logs/ help.")


def _told(
    reasons: list[str],
    database: bool,
    heartbeat: datetime | None,
    look: datetime | None,
    fetched: datetime | None,
    waiting: int,
) -> dict[str, Any]:
    return {
        "status": "failing" if reasons else "ok",
        "reasons": reasons,
        "database": database,
        "daemon_heartbeat_at": heartbeat,
        "inbox_looked_at": look,
        "inbox_files": waiting,
        "delivery_fetched_at": fetched,
    }


def _last_look(questions: Questions) -> datetime | None:
    try:
        return datetime.fromtimestamp(questions.settings.last_look.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
