"""How much room on the disk campfill needs, and what a full disk looks like.

Belongs here: limits, and telling a full disk from other faults. Does not belong here: asking a disk.
"""

from __future__ import annotations

import errno

LITTLE_BYTES = 2_000_000_000
"""Less free room than this is worth saying."""
LEAST_BYTES = 100_000_000
"""With less free room than this no file is taken in and no run asked for: they would fail half-way, again and again."""

_FULL = (errno.ENOSPC, errno.EDQUOT)
_DISK_FULL = "53100"  # PostgreSQL's SQLSTATE disk_full


def is_disk_full(error: BaseException) -> bool:
    """Whether a full disk, or a used-up quota, is at the ground of a fault: of a file's or of the database's."""
    seen: BaseException | None = error
    while seen is not None:
        if (isinstance(seen, OSError) and seen.errno in _FULL) or getattr(
            seen, "sqlstate", None
        ) == _DISK_FULL:
            return True
        seen = seen.__cause__ or seen.__context__
    return False
