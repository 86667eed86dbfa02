"""The one deadline by which `campfill up` has ended, whatever hangs: a process, the database, `up` itself.

Belongs here: waiting for the wish to stop, and what happens when its time is over. Does not belong here: stopping in
order (`up`), which is nearly always done long before.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable

STOP_SECONDS = 8.5  # the rest of ten is for killing, on a machine with much other work


class Deadline:
    """From the wish to stop on, time runs, in a thread of its own: the others may wait for what never comes.

    `kill`: ends what is left, at once; then `leave` ends this process with `code`.
    """

    def __init__(
        self,
        asked: threading.Event,
        kill: Callable[[], None],
        *,
        seconds: float = STOP_SECONDS,
        leave: Callable[[int], None] = os._exit,
    ) -> None:
        self.asked, self.code = asked, 0
        self._kill, self._seconds, self._leave = kill, seconds, leave
        self._until: float | None = None
        self._over = threading.Event()

    def begin(self) -> None:
        """Wait for the wish to stop from now on."""
        threading.Thread(target=self._wait, daemon=True, name="deadline").start()

    @property
    def left(self) -> float:
        """Seconds that are left for stopping in order."""
        return self._seconds if self._until is None else max(self._until - time.monotonic(), 0.0)

    def met(self) -> None:
        """All has ended in time."""
        self._over.set()

    def _wait(self) -> None:
        self.asked.wait()
        self._until = time.monotonic() + self._seconds
        if self._over.wait(self._seconds):
            return
        try:
            self._kill()
        finally:
            self._leave(self.code)
