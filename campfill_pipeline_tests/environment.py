"""The environment of a `campfill` process that a test starts: nothing of the settings of whoever runs the tests."""

from __future__ import annotations

import os


def without_settings(**more: str) -> dict[str, str]:
    """This process's environment without any setting of campfill or Dagster, and `more`."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("CAMPFILL_", "DAGSTER_"))}
    return kept | more
