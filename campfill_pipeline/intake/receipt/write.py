"""Receipts: one workbook per upload that says what became of it and lets a person mend what was rejected.

Belongs here: putting a receipt together. Does not belong here: its sheets (`receipt_*.py`), deciding anything.

Sheets: `Summary`; `Rows to mend` (one per table with rejected rows), which can be mended and dropped again; `Changes`;
`Issues`. Only the rows to mend look like a campaign list, so a dropped receipt is read as those rows and nothing else.
"""

from __future__ import annotations

import os
from pathlib import Path

from campfill_pipeline.domain.receipt_sheets import SUMMARY
from campfill_pipeline.domain.uploads import UploadKind, UploadStatus
from campfill_pipeline.intake.receipt.changes_and_issues import write_changes, write_issues
from campfill_pipeline.intake.receipt.facts import MOST_CHANGES, ReceiptFacts, digest
from campfill_pipeline.intake.receipt.proposal_sheet import write_proposal
from campfill_pipeline.intake.receipt.rows import MendSheet, write_rows_to_mend
from campfill_pipeline.intake.receipt.sheet import Book, presentable
from campfill_pipeline.intake.receipt.summary import write_summary
from campfill_pipeline.language.speaking import say, word

__all__ = ["MOST_CHANGES", "ReceiptFacts", "write_receipt"]


def write_receipt(target: Path, facts: ReceiptFacts) -> None:
    """Write the receipt to `target` in one move: a reader sees the old file or the whole new one. Raises OSError."""
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = target.with_name(f".{facts.upload_id}.{os.getpid()}.part")
    try:
        _write(unfinished, facts)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def _write(path: Path, facts: ReceiptFacts) -> None:
    issues = digest(None if facts.status == UploadStatus.DUPLICATE else facts.issues)
    book = Book(path)
    book.properties(
        {
            "title": presentable(say("Receipt for {file}", file=facts.file_name))[:250],
            "author": "campfill",
            "created": facts.received_at.replace(tzinfo=None),
        }
    )
    book.reserve(word(SUMMARY))
    sheets: list[MendSheet] = []
    trouble = None
    if facts.parsed.kind == UploadKind.CAMPAIGN_LIST and issues.to_mend:
        sheets, trouble = write_rows_to_mend(book, facts, issues)
    if facts.parsed.proposal is not None:
        write_proposal(book, facts, facts.parsed.proposal)
    if facts.changes:
        write_changes(book, facts)
    if issues.total:
        write_issues(book, issues, facts.parsed.kind)
    write_summary(book, facts, issues, sheets, trouble)
    book.close()
