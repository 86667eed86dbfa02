"""How a report takes the place of the one before it.

Belongs here: the replacing of finished files. Does not belong here: what is in them.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

Made = TypeVar("Made")


def replace_file(target: Path, write: Callable[[Path], Made]) -> Made:
    """Let `write` make the file beside `target`, then put it in place: a reader sees the old or the new one, whole.

    Answers what `write` does.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{target.stem}-", suffix=target.suffix, dir=target.parent)
    os.close(handle)
    beside = Path(name)
    try:
        made = write(beside)
        beside.chmod(0o644)
        beside.replace(target)
        return made
    finally:
        beside.unlink(missing_ok=True)
