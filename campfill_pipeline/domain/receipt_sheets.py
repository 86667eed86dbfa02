"""What the sheets of a receipt are called: who writes them and who reads a receipt that comes back go by these names.

Belongs here: names. Does not belong here: what stands in the sheets (`intake/receipt`).
"""

from __future__ import annotations

from functools import cache

from campfill_pipeline.language.speaking import in_each_language

SUMMARY, ROWS, CHANGES, ISSUES = "Summary", "Rows to mend", "Changes", "Issues"
OTHERS = (SUMMARY, CHANGES, ISSUES)
"""Those that say something of a file, and are no part of one."""


@cache
def in_any_language(name: str) -> tuple[str, ...]:
    """How receipts name this sheet: one written in German comes back to a house that speaks English since."""
    return tuple(sorted(set(in_each_language(name).values())))
