"""The one resource of all assets: settings, database and reporting API of this home, and the proof that a run lives.

Belongs here: opening and closing. Does not belong here: what is done with a connection.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

import dagster as dg

from campfill_pipeline.domain import disk_room
from campfill_pipeline.domain.progress import NamedProgress
from campfill_pipeline.settings import Settings, load_settings
from campfill_pipeline.warehouse import claims, database
from campfill_pipeline.warehouse.delivery import sources, zone
from campfill_pipeline.warehouse.kept_connections import KeptConnections
from campfill_pipeline.warehouse.postgres import server

if TYPE_CHECKING:
    from campfill_pipeline.warehouse.database import Connection

WATCH_SECONDS = (
    4.7  # Dagster looks at sensors every five seconds: of these, the inbox is watched for nearly all
)

_AGREED_SECONDS = 30.0
_agreed: dict[tuple[object, ...], tuple[str, float]] = {}
"""When database and settings were last found to agree. Each sensor opens all of this anew every few seconds, and to ask
costs three connections, most of what such a look costs."""


def _now() -> datetime:
    return datetime.now(UTC)


def silent(what: str, done: int, total: int) -> None:
    """No progress is shown: the run has no terminal."""


@dataclass
class Campfill:
    """What assets, checks and sensors work with. Times come from `clock`, so that tests can set them."""

    settings: Settings
    url: str = field(repr=False)
    progress: NamedProgress = silent
    attended: bool = False
    """Whether somebody waits for what is made, at a terminal: then nothing is left to another run."""
    accepting: bool = False
    """Whether a person takes days as they come, however much of what they held is missing (`refresh --accept`)."""
    faults: dict[UUID, str] = field(default_factory=dict)
    """Uploads of this run that could not be processed, with the fault: later steps leave them alone."""
    clock: Callable[[], datetime] = _now
    watch_seconds: float = 0.0
    """How long one look into the inbox waits for a file to settle."""
    claim: claims.Claim | None = field(default=None, init=False)
    """That of the run that works with this: what it would commit without its lock is refused."""
    between_looks: KeptConnections | None = field(default=None, repr=False)
    """Where a sensor's connections are kept for the next look, of this sensor or another."""
    _kept: list[Connection] = field(default_factory=list, init=False, repr=False)
    _day: date | None = field(default=None, init=False)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A transaction on campfill's schema: committed at the end, rolled back on any error.

        Its connection is kept for the next: opening one, and teaching it every statement anew, costs some 30 ms.
        Raises LostRunError instead of committing where the run at work has lost its lock.
        """
        if self.between_looks is not None:
            with self.between_looks.connect() as connection:
                yield connection
            return
        try:
            connection = self._kept.pop()
        except IndexError:
            connection = database.connect(self.url, claim=self.claim.token if self.claim else "")
        try:
            yield connection
            if self.claim:
                claims.check_claim(connection)
            connection.commit()
        except BaseException:
            connection.close()
            raise
        self._kept.append(connection)

    def close(self) -> None:
        """Close the connections that are kept."""
        while self._kept:
            self._kept.pop().close()

    @contextmanager
    def claimed(self, run_id: str) -> Iterator[None]:
        """Say in the database that this run lives, until the end of the block. Raises RunElsewhereError."""
        with database.connect(self.url, autocommit=True) as alive:
            claim = claims.claim_run(alive, run_id)
            if claim is None:
                raise claims.RunElsewhereError(run_id)
            self.close()  # sessions that were opened before bear no claim
            self.claim = claim
            try:
                yield
            finally:
                self.claim = None
                self.close()

    def no_room(self) -> str | None:
        """Where the disk is as good as full, the sentence that says so: work would fail half-way, again and again."""
        free = shutil.disk_usage(self.settings.home).free
        if free >= disk_room.LEAST_BYTES:
            return None
        return (
            f"ALERT: the disk of {self.settings.home} is full ({free / 1e6:,.0f} MB free). Nothing is lost: "
            "files wait in the inbox, and all goes on by itself once there is room."
        )

    @property
    def today(self) -> date:
        """The local day it is now; within `one_day`, the day it was when that began."""
        return self._day or self.clock().astimezone(self.settings.timezone).date()

    @contextmanager
    def one_day(self) -> Iterator[date]:
        """One piece of work has one day, although midnight may pass meanwhile: its parts must fit together."""
        before, self._day = self._day, self.today
        try:
            yield self._day
        finally:
            self._day = before

    @contextmanager
    def accepting_all(self, accept: bool) -> Iterator[None]:
        """Days fetched meanwhile are taken as they come, where `accept` says so."""
        before, self.accepting = self.accepting, accept
        try:
            yield
        finally:
            self.accepting = before

    @property
    def pages_url(self) -> str | None:
        """Where the running `campfill up` of this home serves reports and receipts; a command's run links there too."""
        return pages_url(self.settings)


def pages_url(settings: Settings) -> str | None:
    """Where the running `campfill up` of this home serves its pages."""
    served = settings.pages_address
    return served.read_text(encoding="utf-8") if served.exists() else None


def open_campfill(
    progress: NamedProgress = silent, *, attended: bool = False, moving: bool = False
) -> Campfill:
    """Settings from the environment and their database, started and migrated if need be.

    Raises ZoneChangedError where delivery is counted in another time zone, unless it is `moving` to this one.
    """
    settings = load_settings()
    settings.make_folders()
    url = _url_of_what_agrees(settings, moving=moving)
    return Campfill(settings, url, progress, attended=attended, watch_seconds=WATCH_SECONDS)


def _url_of_what_agrees(settings: Settings, *, moving: bool) -> str:
    asked = (os.getpid(), settings.home, settings.timezone.key, settings.currency, *settings.asked, moving)
    agreed, now = _agreed.get(asked), time.monotonic()
    if agreed is not None and now - agreed[1] < _AGREED_SECONDS:
        running = server.ensure_running(settings)  # it may have died meanwhile
        if running.url() == agreed[0]:
            return agreed[0]
    url = server.database_url(settings)
    with database.connect(url) as connection:
        if not moving:
            zone.check(connection, settings.timezone.key)
        sources.agree(connection, settings.asked)
    _agreed[asked] = url, now
    return url


@cache
def _of_sensors(process: int, url: str) -> KeptConnections:
    return KeptConnections(lambda: url)


def campfill_resource(opened: Campfill | None = None) -> dg.ResourceDefinition:
    """The resource: `opened`, or opened anew. A run that lives holds a lock in the database."""

    @dg.resource(description="Settings, database and reporting API of this campfill home.")
    def campfill(context: dg.InitResourceContext) -> Iterator[Campfill]:
        here = opened or open_campfill()
        with ExitStack() as until_the_end:
            if opened is None:
                until_the_end.callback(here.close)
            if run := context.run:
                if here.claim is None:  # a command has claimed the run itself, before Dagster knew it
                    until_the_end.enter_context(here.claimed(run.run_id))
                until_the_end.enter_context(here.one_day())
            elif opened is None:
                here.between_looks = _of_sensors(os.getpid(), here.url)
            yield here

    return campfill
