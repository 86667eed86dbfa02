"""Which part of the system a machine runs: `campfill up --role all|web|daemon|worker`.

Belongs here: the roles, and what must be set for them. Does not belong here: starting what belongs to one.
"""

from __future__ import annotations

from enum import StrEnum

from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.settings import Settings


class Role(StrEnum):
    """What this machine does. `all` is the one machine that does everything."""

    ALL = "all"
    WEB = "web"
    DAEMON = "daemon"
    WORKER = "worker"

    @property
    def serves(self) -> bool:
        """Whether people reach web UI and HTTP door here."""
        return self in (Role.ALL, Role.WEB)

    @property
    def asks(self) -> bool:
        """Whether the daemon may work here: sensors, schedules, the queue."""
        return self in (Role.ALL, Role.DAEMON)

    def works(self, settings: Settings) -> bool:
        """Whether runs are handed to this machine through the broker."""
        return self is Role.WORKER or (self is Role.ALL and settings.broker_url is not None)


class RoleError(CampfillError):
    """A machine cannot have this role with these settings. Carries the role and what is not set."""

    def __init__(self, role: Role, missing: list[str]) -> None:
        self.role, self.missing = role, missing
        super().__init__(
            f"--role {role} is for one of several machines, and {' and '.join(missing)} "
            + ("is not set." if len(missing) == 1 else "are not set."),
            "All machines share one database, one Redis and one CAMPFILL_HOME: see docs/scale.md. On one machine alone:"
            " campfill up",
        )


def check(role: Role, settings: Settings) -> None:
    """Raise RoleError where a setting is missing without which several machines cannot work together."""
    needed = {"CAMPFILL_DATABASE_URL": settings.database_url, "CAMPFILL_BROKER_URL": settings.broker_url}
    missing = [name for name, value in needed.items() if value is None]
    if role is not Role.ALL and missing:
        raise RoleError(role, missing)
