"""When the daemon runs on this machine: while it has the one seat at the database, and not without it.

Belongs here: taking over, standing by, stepping back. Does not belong here: the seat itself (`warehouse.daemon_seat`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from campfill_pipeline.commands.in_language import say_here, told
from campfill_pipeline.domain.errors import CampfillError
from campfill_pipeline.warehouse.daemon_seat import DaemonSeat, SeatTakenError

LOOK_SECONDS = 5.0
AWAY_SECONDS = 20.0  # below the time after which the server gives a lost machine's seat to another
START_SECONDS = 5.0  # what a killed predecessor's session takes to be noticed


@dataclass
class DaemonTurn:
    """Starts and stops a daemon as the seat comes and goes; `tell` says it to whoever reads the terminal."""

    seat: DaemonSeat
    start: Callable[[], None]
    stop: Callable[[], None]
    tell: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    working: bool = field(default=False, init=False)
    _looked: float = field(default=0.0, init=False)
    _seen: float = field(default=0.0, init=False)

    def have_seat(self) -> None:
        """Take the seat, before anything is started. Raises SeatTakenError where another has it."""
        until = self.clock() + START_SECONDS
        while not self.seat.take():
            if self.clock() > until:
                raise self.seat.taken()
            time.sleep(0.2)

    def begin(self, *, stand_by: bool) -> None:
        """Start the daemon where the seat is free, else say why not and stand by, or raise SeatTakenError."""
        try:
            if not self.seat.is_held():
                self.have_seat()
        except SeatTakenError as error:
            if not stand_by:
                raise
            standing_by = say_here("It stands by, and takes over within a minute when the other is gone.")
            self.tell(f"{told(error)} {standing_by}")
            return
        self._begin()

    def look(self) -> None:
        """Every few seconds: is the seat still ours, or has it become free?"""
        if self.clock() - self._looked < LOOK_SECONDS:
            return
        self._looked = self.clock()
        if self.working and self.seat.is_held():
            self._seen = self.clock()
            return
        try:
            mine = self.seat.take()
        except (CampfillError, OSError):
            # The database is out of reach, or the disk too full to start it; so it is for the daemon, which goes on
            # when it is back.
            if self.working and self.clock() - self._seen > AWAY_SECONDS:
                self._step_back(
                    say_here("The database is out of reach, and another machine may take over by now.")
                )
            return
        if self.working and not mine:
            self._step_back(
                say_here("The connection to the database was lost, and another machine has taken over.")
            )
        elif mine and not self.working:
            self.tell(say_here("No other daemon works on this database any more: this one takes over."))
            self._begin()
        elif mine:
            self._seen = self.clock()

    def _begin(self) -> None:
        self.start()
        self.working, self._seen = True, self.clock()

    def _step_back(self, why: str) -> None:
        self.tell(f"{why} {say_here('The daemon stops here, and stands by.')}")
        self.stop()
        self.working = False
