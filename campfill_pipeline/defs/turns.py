"""One run at a time computes figures, and one writes the report; runs that come meanwhile leave it to that one.

Why: after a list of a million lines both take minutes. Runs of small lists that waited for them would take every slot
of the queue, and no further list would be read. Belongs here: whose turn it is. Does not belong here: what is done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.warehouse import claims, database

Made = TypeVar("Made")


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
