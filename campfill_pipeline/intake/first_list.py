"""Takes in a small list once, up to its receipt, so that forks of this process find the way prepared.

What is compiled, looked up or imported by a first list (patterns, kernels, Pandera's checks, the receipt's cells) takes
70 ms; a run is a fork of a process that has done it (`defs.code_server`). Does not belong here: anything a result
depends on.
"""

from __future__ import annotations

import contextlib
import tempfile
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from campfill_pipeline.intake.judge.campaign_lists import validate_list
from campfill_pipeline.intake.process.warm_up import read_own_list, warm_up
from campfill_pipeline.intake.receipt.write import ReceiptFacts, write_receipt


@dataclass(frozen=True)
class _Counts:
    """Those of two new lines."""

    rows_read: int = 2
    rows_accepted: int = 2
    rows_rejected: int = 0
    rows_skipped: int = 0
    rows_new: int = 2
    rows_updated: int = 0
    rows_unchanged: int = 0
    lines_absent: int = 0


_CHANGE: dict[str, Any] = {
    **dict.fromkeys(("field", "before", "after", "change_pct", "fulfillment_before", "fulfillment_after")),
    "line_id": "", "name": "A_1_B & C_PPV", "action": "new", "notable": False, "sheet": "Own", "row_no": 2,
}  # fmt: skip


@cache
def take() -> None:
    """Read, judge and answer a list, and keep nothing of it. A fork of who did so need not."""
    warm_up()
    with (
        contextlib.suppress(OSError),  # a full disk: whoever takes a list next tells it
        tempfile.TemporaryDirectory(prefix="campfill-") as folder,
    ):
        work = Path(folder)
        parsed = read_own_list(work)
        verdict = validate_list(parsed, work)
        write_receipt(
            work / "receipt.xlsx",
            ReceiptFacts(
                upload_id=uuid.UUID(int=0),
                file_name="list.xlsx",
                received_at=datetime(2026, 1, 1, tzinfo=UTC),
                status=verdict.status,
                reason=None,
                message="",
                hint="",
                counts=_Counts(),
                parsed=parsed,
                issues=verdict.issues,
                changes=[_CHANGE],
                raw_rows=lambda _sheet, _rows: [],
            ),
        )
