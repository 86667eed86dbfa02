"""Whose turn it is, where several runs are at work.

One run at a time computes figures, and one writes the report; runs that come meanwhile leave it to that one. Why: after
a list of a million lines both take minutes. Runs of small lists that waited for them would take every slot of the
queue, and no further list would be read. And lists that runs read side by side are applied as they arrived: one that
comes late is weighed against every newer one. Belongs here: whose turn it is. Does not belong here: what is done.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import dagster as dg

from campfill_pipeline.defs import live_runs
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.warehouse import claims, database
from campfill_pipeline.warehouse.register import uploads

Made = TypeVar("Made")

SOON_BYTES = 1_000_000
"""What is larger takes seconds to be read, and is not waited for."""

PATIENCE_SECONDS = 8.0
"""How long a list waits for earlier ones of which none is begun or decided meanwhile."""

TOGETHER_SECONDS = 20.0
"""How long the page waits at most for lists on which other runs work."""

_LOOK_SECONDS = 0.2


def in_turn(
    campfill: Campfill, what: claims.Turn, work: Callable[[], Made], more: Callable[[], bool]
) -> list[Made]:
    """Do `work` while nobody else does it, and again while there is `more`; the results.

    Empty where another process is at it, and nobody waits for this one. Nothing is lost then: what is to be done was
    committed before this run asked for its turn, and the other looks for `more` after it has let go of it.
    """
    made: list[Made] = []
    with database.connect(campfill.url, autocommit=True) as connection:
        while True:
            with claims.turn(connection, what, wait=campfill.attended and not made) as mine:
                if not mine:
                    return made
                made.append(work())
            if not more():
                return made


def after_earlier(
    campfill: Campfill, instance: dg.DagsterInstance, run_id: str, mine: uploads.Upload
) -> None:
    """Wait until the small uploads that arrived before `mine`, and on which other living runs work, are decided.

    Not for ever, and not for the sake of being right: a list that is applied before an earlier one leads to the same
    register, at some cost. Of two runs only the later one waits.
    """
    seen, since = None, time.monotonic()
    while True:
        found = _in_other_hands(campfill, instance, run_id, before=mine.order_no)
        now = time.monotonic()
        if found != seen:
            seen, since = found, now
        if not found or now - since > PATIENCE_SECONDS:
            return
        time.sleep(_LOOK_SECONDS)


def after_those_at_work(
    campfill: Campfill, instance: dg.DagsterInstance, run_id: str, more: Callable[[], bool]
) -> None:
    """Wait for the small uploads on which other runs work, and then as long as there is `more` that they brought.

    For `TOGETHER_SECONDS` at most: what follows is done once for all lists that came together.
    """
    until, waited = time.monotonic() + TOGETHER_SECONDS, False
    while time.monotonic() < until:
        if _in_other_hands(campfill, instance, run_id):
            waited = True
        elif not (waited and more()):
            return
        time.sleep(_LOOK_SECONDS)


def _in_other_hands(
    campfill: Campfill, instance: dg.DagsterInstance, run_id: str, before: int | None = None
) -> dict[str, int]:
    """Small undecided uploads on which other living runs work, of those that arrived `before` this place, with their
    attempts so far.
    """
    with campfill.connect() as connection:
        small = {
            upload.partition_key: upload.attempts
            for upload in uploads.waiting(connection)
            if upload.file_bytes <= SOON_BYTES and (before is None or upload.order_no < before)
        }
        others = claims.live_runs(connection) - {run_id} if small else set()
    at_work = live_runs.covered(instance, small, by=others) if others else set()
    return {key: small[key] for key in at_work}
