"""Work in which Python does not look for cycles.

Belongs here: only that. Its collector walks all that was made, again and again: of the rows of 100,000 lines, which
hold no cycles, that is a quarter of the time it takes to write page and workbook.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collecting() -> Iterator[None]:
    """Within the block no cycles are looked for; what is no longer used goes at once, as ever."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()
