"""What the sheets of a receipt are called: who writes them and who reads a receipt that comes back go by these names.

Belongs here: names. Does not belong here: what stands in the sheets (`intake/receipt`).
"""

from __future__ import annotations

SUMMARY, ROWS, CHANGES, ISSUES = "Summary", "Rows to mend", "Changes", "Issues"
OTHERS = (SUMMARY, CHANGES, ISSUES)
"""Those that say something of a file, and are no part of one."""
