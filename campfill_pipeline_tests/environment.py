"""What a `campfill` process that a test starts finds: nothing of the settings of whoever runs the tests."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def without_settings(**more: str) -> dict[str, str]:
    """This process's environment without any setting of campfill or Dagster, and `more`."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("CAMPFILL_", "DAGSTER_"))}
    return kept | more


def let_enter(folder: Path) -> Path:
    """Let every user of the machine enter this folder of a test: run by root, the database server is another one's.

    The folder of all temporary files stays as the system has it.
    """
    for place in (folder, *folder.parents):
        if place == Path(tempfile.gettempdir()):
            return folder
        place.chmod(0o755)
    raise ValueError(f"{folder} is no temporary folder")
