"""The words for uploads: what kind of file came, and what became of it.

Belongs here: the words, as tables, receipts and JSON spell them. Does not belong here: how a file earns them.
"""

from __future__ import annotations

import re
from enum import StrEnum


class UploadKind(StrEnum):
    """What a dropped file is."""

    CAMPAIGN_LIST = "campaign_list"
    REPORT_CSV = "report_csv"
    LIST_DESCRIPTION = "list_description"
    CARE = "care"
    ID_MAP = "id_map"
    SECOND_COUNT = "second_count"
    UNKNOWN = "unknown"


class UploadStatus(StrEnum):
    """What became of an upload. `received` is not decided yet; every other one is final."""

    RECEIVED = "received"
    LOADED = "loaded"
    PARTLY_LOADED = "partly_loaded"
    REJECTED = "rejected"
    DUPLICATE = "duplicate"


RECEIPT_NAME = re.compile(
    r"^(?:\d{6}-)?(.+?)(?:\.receipt(?: ?\(\d+\)| - \w+)?)+\.xlsx$", re.IGNORECASE
)  # as downloaded twice, too: `000001-list.receipt (1).xlsx`
"""What a receipt is called; the group is the name of the file that it belongs to, as a receipt bears it."""

IN_FORCE = (UploadStatus.LOADED, UploadStatus.PARTLY_LOADED)
"""The statuses of an upload that changed what is stored; unless it was reverted since."""


def status_of(accepted: int, rejected: int) -> UploadStatus:
    """What becomes of a file with so many rows accepted and rejected."""
    if not accepted:
        return UploadStatus.REJECTED
    return UploadStatus.PARTLY_LOADED if rejected else UploadStatus.LOADED
