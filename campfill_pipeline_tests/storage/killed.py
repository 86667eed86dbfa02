"""A process that takes in what lies in the store's inbox, and is gone after one step, as if it had been killed."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from campfill_pipeline.defs import arrivals
from campfill_pipeline.defs.resources import Campfill
from campfill_pipeline.intake.inbox import dropped_objects, folder
from campfill_pipeline.storage import objects, originals
from campfill_pipeline_tests.storage.conftest import settings_of

STEPS: dict[str, tuple[Any, str]] = {
    "claimed": (dropped_objects, "claim"),
    "half fetched": (os, "fsync"),
    "fetched": (dropped_objects, "bring"),
    "archived": (originals, "keep"),
    "in the ledger": (folder, "release"),
    "let go here": (arrivals, "_take_object"),
    "deleted": (objects.Objects, "delete_seen"),
    "released": (dropped_objects, "release"),
}
_BEFORE = ("in the ledger",)
"""Steps before which the process dies: what comes before them is nothing that could be named."""


def take_and_die(home: Path, storage_url: str, database_url: str, step: str) -> None:
    """Run in a process of its own; it ends with code 9."""
    where, name = STEPS[step]
    does: Callable[..., Any] = getattr(where, name)

    @wraps(does)
    def dying(*words: Any, **more: Any) -> None:
        if step not in _BEFORE:
            does(*words, **more)
        os._exit(9)

    setattr(where, name, dying)
    arrivals.take_from_inbox(Campfill(settings_of(home, storage_url), database_url))
